/** The one door to TypeScript. */
export { type FileSystemHost, Project, ts } from 'ts-morph';
