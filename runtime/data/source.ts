/** The bytes of what a reader is given, wherever they are: in memory, in a Blob or File, in a file on disk, or behind a URL. */
import { brief, kindOf, wordsOf } from '../check.ts';
import { DataError, unreadable } from './error.ts';

/** Bytes, a Blob or File, or where they are: in Node a path or URL, in a page a URL, which may be relative to the page. */
export type ByteSource = string | URL | Blob | ArrayBuffer | ArrayBufferView;

/** The bytes of a source, and its name for errors. */
export interface NamedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly name: string;
}

/** The size of the largest file that is read: the limit of a Buffer in all Nodes. */
export const mostBytes: number = 2 ** 31 - 1;

/** A module of Node, without an import that bundlers for the web would try to resolve; undefined in a page. */
export const builtin = <T>(name: string): T | undefined =>
  (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process?.getBuiltinModule?.(name) as
    | T
    | undefined;
/** What readers need of node:fs/promises. */
interface Disk {
  stat(path: string): Promise<Entry & { readonly size: number }>;
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  realpath(path: string): Promise<string>;
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<(Entry & { readonly name: string })[]>;
}
interface Entry {
  isFile(): boolean;
  isDirectory(): boolean;
}
export const files = (): Disk | undefined => builtin('node:fs/promises');

/** Reads a source. Rejects with a DataError that says why it cannot be read, or that it is too large or no file. */
export async function bytesOf(source: ByteSource): Promise<NamedBytes> {
  if (ArrayBuffer.isView(source)) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    return { bytes: bytes as Uint8Array<ArrayBuffer>, name: 'the bytes' };
  }
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'the bytes' };
  if (source instanceof Blob) {
    const name = source instanceof File && source.name ? brief(source.name) : 'the Blob';
    checkSize(source.size, name);
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  if (typeof source !== 'string' && !(source instanceof URL))
    throw new DataError(`what is read must be bytes, a Blob, a path or a URL, but it is ${kindOf(source)}.`);
  const text = String(source);
  const isUrl = source instanceof URL || /^[a-z][a-z\d+.-]+:/i.test(text);
  const disk = files();
  if (disk && /^file:/i.test(text)) return fromDisk(builtin<Paths>('node:url')!.fileURLToPath(text));
  return disk && !isUrl ? fromDisk(text) : fetched(text);
}

interface Paths {
  fileURLToPath(url: string): string;
}

/** Reads a file. Nothing else: a pipe would wait for ever, and a device never end. */
export async function fromDisk(path: string): Promise<NamedBytes> {
  const disk = files()!;
  try {
    const entry = await disk.stat(path);
    if (!entry.isFile() && !entry.isDirectory())
      throw new DataError(`${path}: cannot be read: it is no file, but a pipe or a device.`);
    checkSize(entry.size, path);
    const { buffer, byteOffset, byteLength } = await disk.readFile(path);
    return { bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), name: path };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw unreadable(path, error, 'Check the path.');
  }
}

async function fetched(url: string): Promise<NamedBytes> {
  const name = brief(url);
  const fail = (why: string, cause?: unknown): DataError =>
    new DataError(`${name}: cannot be fetched: ${why}.`, { cause });
  const response = await fetch(url).catch((error) => {
    throw fail(`${wordsOf(error)}. Is the URL right, and does the server allow this page to read it`, error);
  });
  if (!response.ok) throw fail(`the server answered ${response.status} ${response.statusText}`.trim());
  checkSize(Number(response.headers.get('content-length') ?? 0), name);
  const body = await response.arrayBuffer().catch((error) => {
    throw fail(wordsOf(error), error);
  });
  return { bytes: new Uint8Array(body), name };
}

function checkSize(size: number, name: string): void {
  if (size <= mostBytes) return;
  throw new DataError(`${name}: has ${size} bytes, but Tapeout reads at most ${mostBytes}. Split the file.`);
}

export const cutShort = (have: number, want: number, what: string): string =>
  `cut short: ${have} bytes, but the ${what} takes ${want}. Download or copy the file again.`;
