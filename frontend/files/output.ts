/** Writes the results of a compilation into the user's folder. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundle } from '../../codegen/bundle.ts';
import type { Files } from '../../codegen/checksums.ts';
import type { Manifest } from '../../runtime/manifest.ts';
import { writeSafetensors } from '../../runtime/safetensors.ts';
import { learntTensor } from '../../runtime/state-dict.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { writeSet } from './file-set.ts';
import { tagged } from './tags.ts';
import { WriteError } from './whole-files.ts';

/** A folder or file that cannot be written: which, why, and what to try. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

export interface BundleOptions {
  /** Embed the other files in index.js, in place of loading them. */
  readonly inline?: boolean;
}

/** The bundle's files by name. */
export async function bundleOf(
  {
    manifest,
    wasm,
    threadedWasm,
    wgsl,
    featureWgsl,
    target,
    weights,
  }: Pick<Compiled, 'manifest' | 'wasm' | 'threadedWasm' | 'wgsl' | 'featureWgsl' | 'target' | 'weights'>,
  { inline = false }: BundleOptions = {},
): Promise<Files> {
  const hasWasm = target !== 'webgpu';
  // An input or an output may have a parameter's name.
  const stored = manifest.tensors.filter(({ purpose }) => purpose === 'parameter' || purpose === 'state');
  const shapes = new Map(stored.map((t) => [t.name, t.shape as readonly number[]]));
  const file = writeSafetensors(
    [...weights].map(([name, data]) => [name, learntTensor(data, shapes.get(name) ?? [data.length])] as const),
  );
  const code = tagged(manifest, {
    wasm: hasWasm ? wasm : null,
    threadedWasm: hasWasm ? threadedWasm : null,
    wgsl,
    featureWgsl,
  });
  return bundle({ ...code, weights: file, runtime: runtimeFor(manifest, hasWasm, inline), inline });
}

/** Makes `folder` if necessary, and checks that it is writable. Throws OutputError. */
export function makeWritable(folder: string): void {
  writeFiles(folder, new Map());
}

/** Makes `folder` if necessary and writes the files into it, all or none. Throws OutputError. */
export function writeFiles(folder: string, files: Files): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw unwritable(folder, 'this folder cannot be made', error);
  }
  try {
    writeSet(folder, files);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    throw unwritable(error.path, 'cannot be written', error.cause);
  }
}

/** Makes a folder and those above it. Not by mkdirSync's `recursive`, which never returns in read-only places such as /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  // mkdirSync reports a file above it: statSync of a path below a file throws only in some Nodes.
  const above = dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function unwritable(path: string, problem: string, error: unknown): OutputError {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const why = isMissing ? 'a folder above it cannot be made' : whyUnwritable(error);
  return new OutputError(`${path}: ${problem}: ${why}. Name another folder with --out.`, {
    cause: error,
  });
}

/** The reason for a failed write, in words. */
export function whyUnwritable(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'you have no permission',
    EPERM: 'you have no permission',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of this path is a file, not a folder',
    EEXIST: 'there is a file of this name',
    EISDIR: 'there is a folder of this name',
    ENOSPC: 'the disk is full',
    ENOENT: 'the folder above it does not exist',
  };
  return reasons[code] ?? message;
}

/** The runtime for a bundle of this kind, as built by scripts/glue.mjs. */
function runtimeFor({ threads, webgpu }: Manifest, hasWasm: boolean, inline: boolean): string {
  const parts = { wasm: hasWasm, threads: hasWasm && threads !== undefined, webgpu: webgpu !== undefined, inline };
  const names = Object.entries(parts).flatMap(([name, has]) => (has ? [name] : []));
  // Tests run the sources, with the glue built into a cache folder.
  const folder = import.meta.url.endsWith('.ts') ? '../../node_modules/.cache/tapeout/glue/' : '../../glue/';
  return readFileSync(new URL(`${folder}${names.join('-')}.js`, import.meta.url), 'utf8');
}
