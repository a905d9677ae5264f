/** The backends, one row each: the compiler, the command line, the names of stages and the tests read this table. */

import type { ProgramBackend } from '../../codegen/backend.ts';
import { threadedWasmBackend, wasmBackend } from '../../codegen/wasm/backend.ts';
import { wgslBackend } from '../../codegen/wgsl/backend.ts';
import {
  gpuFeatures,
  isGrid,
  isPortable,
  isVector,
  type Target,
  wasm128,
  webgpu,
  webgpuTarget,
} from '../../ir/target.ts';

interface Row {
  /** The backend over its usual target. */
  readonly usual: ProgramBackend;
  /** The flags under which a compilation runs its stages. */
  readonly flags: string;
  /** The backend over this target, for one thread or several; null if it compiles for no such target. */
  readonly over: (target: Target, threads: boolean) => ProgramBackend | null;
}

const rows: readonly Row[] = [
  {
    usual: wasmBackend(wasm128),
    flags: '--target wasm',
    over: (target, threads) => (isVector(target) && !threads ? wasmBackend(target) : null),
  },
  {
    usual: threadedWasmBackend(wasm128),
    flags: '--target wasm --threads 2',
    over: (target, threads) => (isVector(target) && threads ? threadedWasmBackend(target) : null),
  },
  {
    usual: wgslBackend(webgpu),
    flags: '--target webgpu',
    over: (target) => (isGrid(target) && isPortable(target) ? wgslBackend(target) : null),
  },
  {
    usual: wgslBackend(webgpuTarget({ features: gpuFeatures })),
    flags: '--target webgpu --gpu-features subgroups',
    over: (target) => (isGrid(target) && !isPortable(target) ? wgslBackend(target) : null),
  },
];
/** The names of their texts. */
export type CodeName = 'wat' | 'wgsl';

/** Each over its usual target. */
export const backends: readonly ProgramBackend[] = rows.map((row) => row.usual);

/** The backend for a target, with or without threads. */
export function backendFor(target: Target, threads = false): ProgramBackend {
  for (const row of rows) {
    const backend = row.over(target, threads);
    if (backend) return backend;
  }
  throw new Error(`no backend compiles for ${target.name}`);
}

/** The flags under which a backend runs the stage, or makes the text, of this name; null if none does. */
export const flagsOf = (name: string): string | null =>
  rows.find(({ usual }) => usual.text === name || usual.stages.some((s) => s.name === name))?.flags ?? null;
