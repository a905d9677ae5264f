/** f16 in buffers: each is read exactly, and each f32 is rounded to the nearest f16, by the interpreter and in WebAssembly;
 *  and where the languages allow it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestOf } from '../codegen/manifest.ts';
import { emitWasm } from '../codegen/wasm/emit.ts';
import { fromHalf, toHalf } from '../ir/half.ts';
import { interpretKernel, makeMemory } from '../ir/interpret/kernel.ts';
import type { Kernel } from '../ir/kernel.ts';
import type { Program } from '../ir/program.ts';
import { wasm128 } from '../ir/target.ts';
import { parseKernels, parseText } from '../ir/text/parse.ts';
import { printKernel } from '../ir/text/print-kernel.ts';
import { printProgram } from '../ir/text/print-program.ts';
import { verifyKernels } from '../ir/verify/kernel.ts';
import { verifyProgram } from '../ir/verify/program.ts';
import { outlineOfKernels } from '../passes/outline.ts';
import { plan } from '../passes/plan.ts';
import { readSafetensors, writeSafetensors } from '../runtime/index.ts';
import { cli, folderOf } from './support/cli.ts';
import { critical, expectHalves, halfKernels, meanings, nearestHalf, wrong } from './support/halves.ts';
import { Arena } from './support/pipeline.ts';

const given = critical();
const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
const kernels = halfKernels(given.length);
const nearest = Uint16Array.from(given, nearestHalf);

const holdTo = (of: (name: string) => ArrayLike<number>): void => expectHalves(of, given);

describe('all f16, and the f32 next to each and halfway between neighbours', () => {
  test('by definition', () => {
    expect(wrong(Float64Array.from(bits, fromHalf), (i) => meanings[i]!)).toBe(null);
    expect(wrong(Uint16Array.from(given, toHalf), (i) => nearest[i]!)).toBe(null);
  });

  test('by the interpreter', () => {
    const memory = makeMemory(kernels, 1);
    const of = (name: string) => [...memory].find(([b]) => b.name === name)![1];
    of('h').set(bits);
    of('x').set(given);
    for (const k of kernels) interpretKernel(k, memory, 1);
    holdTo(of);
  });

  test('in WebAssembly', async () => {
    const program = plan(outlineOfKernels(kernels, 1), wasm128);
    const arena = await Arena.of(program, emitWasm(program).wasm);
    const of = (name: string) => arena.view(program.slots.find((s) => s.buffer.name === name)!.buffer, 1);
    of('h').set(bits);
    of('x').set(given);
    arena.run('main', 1);
    holdTo(of);
  });
});

describe('in the languages', () => {
  const read = (text: string): Kernel[] => parseKernels(`tapeout ir 1\n${text}`, 'k.tir', { maxBatch: 4 });

  test('a kernel prints as it was read, and verifies', () => {
    const text = `kernel @k(x: f16[N,4], y: f16[4,N] out) {
  view x_2: f16[4N] view of x
  for n in 0..N {
    tile t: f32[]
    t = x_2[n * 4]
    for i in 0..4 {
      y[i, n] = x[n, i] + t
    }
  }
}`;
    const [k] = read(text) as [Kernel];
    expect(printKernel(k)).toBe(text);
    expect(verifyKernels([k], { maxBatch: 4 })).toEqual([]);
  });

  test('a program with f16 buffers is planned by their size, printed and read back', () => {
    const [k] = read('kernel @k(x: f16[N,5], s: f16[] inout) { for n in 0..N { for i in 0..5 { s += x[n, i] } } }');
    const program = plan(outlineOfKernels([k as Kernel], 4), wasm128);
    verifyProgram(program);
    expect(program.slots.map((s) => s.bytes)).toEqual([48, 16]);
    const text = printProgram(program);
    const { program: again } = parseText(`${text}\n${printKernel(k as Kernel)}`, 'p.tir');
    expect(text).toMatch(/input +x: f16\[N,5\]/);
    expect(printProgram(again as Program)).toBe(text);
  });

  test.each([
    ['kernel @k(y: f16[4] out) { for i in 0..4 { y[i] = i } }', "the value of 'y' must be f32, got i32"],
    ['kernel @k(y: f16[] out) { tile t: f16[2,3] y = 0.0 }', "f16 is a type of kernels' buffers"],
    ['kernel @k(x: f32[], y: f32[] out) { y = f16(x) }', "'f16'"],
    [
      'kernel @k(x: f32[4], y: f16[4] out) { view z: f16[4] view of x for i in 0..4 { y[i] = z[i] } }',
      'is not a view of',
    ],
  ])('%s', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });

  test.each([
    ['graph @g(%x: f16[N]) { %y = neg(%x) : f32[N] return %y }', 'graphs and tiles have f32, i32, u8, bool'],
    ['graph @g(%x: f32[N]) { %y = neg(%x) : f16[N] return %y }', "f16 is a type of kernels' buffers"],
    ['graph @g(%x: f32[N]) { %y = convert(%x) {to=f16} : f32[N] return %y }', 'an element type: f32, i32, u8, bool'],
  ])('%s', (text, problem) => {
    expect(() => parseText(`tapeout ir 1\n${text}`, 'g.tir')).toThrow(problem);
  });

  test('a bundle has no arrays for f16', () => {
    const program = plan(outlineOfKernels(kernels, 1), wasm128);
    expect(() => manifestOf(program, new Map(), null, null)).toThrow(
      "'h' is f16[256,256], and a bundle's host sees only",
    );
  });
});

describe('tapeout run', () => {
  const text = `tapeout ir 1
kernel @scale(x: f16[N,2], y: f16[N,2] out, s: f32[] inout) {
  for n in 0..N { for i in 0..2 { y[n, i] = x[n, i] * 1.1 } }
  for n in 0..N { s += x[n, 0] }
}`;

  test.each(['wasm', 'interpret'])('on %s, from a file of F16 to a file of F16', async (backend) => {
    const x = Uint16Array.from([1, -1, 0.1, 60000, 2 ** -24, Number.NaN], toHalf);
    const file = writeSafetensors([
      ['x', { dtype: 'U16', shape: [3, 2], data: x }],
      ['s', { dtype: 'F32', shape: [], data: Float32Array.of(0) }],
    ]);
    const halves = Buffer.from(Buffer.from(file).toString('latin1').replace('U16', 'F16'), 'latin1');
    const cwd = folderOf({ 'scale.tir': text, 'in.safetensors': halves });
    const ran = await cli(
      ['run', 'scale.tir', '--backend', backend, '--in', 'in.safetensors', '--out', 'out.safetensors'],
      { cwd },
    );
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toMatch(/y +f16\[N,2\] {2}1\.0996, -1\.0996, 0\.1099\d, inf, …/);
    const out = readFileSync(join(cwd, 'out.safetensors'));
    expect(out.toString('latin1')).toContain('"y":{"dtype":"F16","shape":[3,2]');
    const y = readSafetensors(out).get('y')!;
    expect([...y.data]).toEqual(Array.from(x, (h) => fromHalf(toHalf(Math.fround(fromHalf(h) * Math.fround(1.1))))));
  });

  test('refuses a number that f16 cannot hold', async () => {
    const x = writeSafetensors([['x', { dtype: 'F32', shape: [1, 2], data: Float32Array.of(0.5, 0.1) }]]);
    const cwd = folderOf({ 'scale.tir': text, 'x.safetensors': x });
    const { code, stderr } = await cli(['run', 'scale.tir', '--in', 'x.safetensors'], { cwd });
    expect(code).not.toBe(0);
    expect(stderr).toContain("'x' is f16, which cannot hold 0.10000000149011612, element 1 of the file");
  });
});
