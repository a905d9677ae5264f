/** Golden tests of the emitter. As in `golden.ts`, a file of `test/golden/wat/` holds an input and what becomes of it: kernels
 *  as the scheduler leaves them, and the WebAssembly that launches them in their order. The text in the file is assembled and
 *  run for several batches, and must find the interpreter's bits and leave every other byte alone. */

import { expect } from 'vitest';
import { emitWasm } from '../../codegen/wasm/emit.ts';
import { arrayOf, elementOf } from '../../ir/dtype.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { wasm128 } from '../../ir/target.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { byteSize, countAt, type StoredType } from '../../ir/type.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { type Golden, generator, marker, maxBatch } from './golden.ts';
import { assemble } from './tiny.ts';

const batches = [1, 3, 6, maxBatch];

function programIn({ input, path }: Golden): Program {
  const kernels = parseKernels(input, path, { maxBatch });
  verifyKernels(kernels, { maxBatch, target: wasm128 });
  return programOf(kernels);
}

/** The text that a golden's kernels are emitted as. */
export function watOf(golden: Golden): string {
  const wat = emitted.get(golden.path) ?? emitWasm(programIn(golden)).wat().trimEnd();
  emitted.set(golden.path, wat);
  return wat;
}
const emitted = new Map<string, string>();

/** Emits, compares the file with it, and runs both sides. */
export async function checkWatGolden(golden: Golden): Promise<void> {
  const wat = watOf(golden);
  await expect(`${golden.input}\n${marker('wat')}\n${wat}\n`).toMatchFileSnapshot(golden.path);
  const module = new WebAssembly.Module(assemble(wat));
  for (const n of batches) compare(programIn(golden), module, n);
}

/** Runs kernels as WebAssembly, beside the interpreter. */
export function compareWasm(kernels: readonly Kernel[]): void {
  verifyKernels(kernels, { maxBatch, target: wasm128 });
  const program = programOf(kernels);
  const module = new WebAssembly.Module(assemble(emitWasm(program).wat()));
  for (const n of batches) compare(program, module, n);
}

/** One entry, with its buffers one after another. */
function programOf(kernels: readonly Kernel[]): Program {
  const slots: Slot[] = [];
  let arenaBytes = 0;
  for (const buffer of new Set(kernels.flatMap((k) => k.params.map((p) => storageOf(p.buffer))))) {
    const bytes = countAt(buffer.type.shape, maxBatch) * byteSize(buffer.type.dtype);
    slots.push({ buffer, purpose: 'output', offset: arenaBytes, bytes });
    arenaBytes = 16 * Math.ceil((arenaBytes + bytes) / 16);
  }
  const entries = [{ name: 'run', inputs: [], outputs: [], launches: kernels }];
  return { name: 'golden', maxBatch, entries, slots, arenaBytes, liveBytes: arenaBytes };
}

function compare({ entries, slots }: Program, module: WebAssembly.Module, n: number): void {
  const { memory, run } = new WebAssembly.Instance(module).exports as Record<string, unknown> & {
    memory: WebAssembly.Memory;
    run(n: number): void;
  };
  const got = new Uint8Array(memory.buffer);
  const random = generator(n);
  got.set(got.map(() => 256 * random()));
  for (const { buffer, offset, bytes } of slots) {
    const { dtype } = buffer.type;
    const values = new (arrayOf(dtype))(memory.buffer, offset, bytes / byteSize(dtype));
    values.set(values.map(() => elementOf(dtype, draws[dtype](random()))));
  }
  const want = got.slice();
  const expected: Memory = new Map();
  for (const { buffer: b, offset } of slots)
    expected.set(b, new (arrayOf(b.type.dtype))(want.buffer, offset, countAt(b.type.shape, n)));
  run(n);
  for (const kernel of entries.flatMap((e) => e.launches)) interpretKernel(kernel, expected, n);
  for (const [{ name, type }, values] of expected) {
    const found = new (arrayOf(type.dtype))(memory.buffer, values.byteOffset, values.length);
    expect(found, `${name} at N = ${n}`).toEqual(values);
    // NaNs are compared; their bits are the engine's choice.
    found.set(values);
  }
  expect(Buffer.compare(got, want), `bytes outside every buffer at N = ${n}`).toBe(0);
}

/** Values by a number from 0 to 1; some floats are special in comparison and sign. */
const draws: Readonly<Record<StoredType, (at: number) => number>> = {
  f32: (at) => [Number.NaN, Infinity, -Infinity, 0, -0, 1][Math.floor(at * 40)] ?? 8 * at - 4.5,
  f16: (at) => [Number.NaN, Infinity, -Infinity, 0, -0, 2 ** -24, 65504][Math.floor(at * 40)] ?? 8 * at - 4,
  i32: (at) => Math.floor(19 * at) - 9,
  u8: (at) => Math.floor(256 * at),
  bool: (at) => Math.floor(2 * at),
};
