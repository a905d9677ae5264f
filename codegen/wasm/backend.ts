/** The WebAssembly backends, for one thread and for several. */

import type { Program } from '../../ir/program.ts';
import type { VectorTarget } from '../../ir/target.ts';
import type { Code } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import type { ProgramBackend } from '../backend.ts';
import { emitThreadedWasm, emitWasm } from './emit.ts';

export interface WasmCode extends Code {
  readonly wasm: Uint8Array;
  /** The module for several threads, which share one memory. */
  readonly threadedWasm: Uint8Array | null;
}
export type WasmBackend = ProgramBackend<VectorTarget, WasmCode>;

const { fuse, lower, expandMath, schedule, threads, plan, barriers } = stages;

/** A module that imports nothing and runs on one thread. */
export const wasmBackend = (target: VectorTarget): WasmBackend => ({
  kind: 'program',
  name: 'wasm',
  target,
  stages: [fuse, lower, expandMath, schedule, plan],
  text: 'wat',
  emit(program: Program) {
    const { wasm, wat } = emitWasm(program, target);
    return { wasm, threadedWasm: null, codeBytes: wasm.length, text: wat };
  },
});

/** Two modules, for several threads and for hosts without threads: both compute the same bits. */
export const threadedWasmBackend = (target: VectorTarget): WasmBackend => ({
  ...wasmBackend(target),
  name: 'wasm-threads',
  stages: [fuse, lower, expandMath, schedule, threads, plan, barriers],
  emit(program: Program) {
    const [alone, threaded] = [emitWasm(program, target), emitThreadedWasm(program, target)];
    return { wasm: alone.wasm, threadedWasm: threaded.wasm, codeBytes: alone.wasm.length, text: threaded.wat };
  },
});
