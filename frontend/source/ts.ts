/** TypeScript. Only this file imports it. */
export { type FileSystemHost, Project, ts } from 'ts-morph';
