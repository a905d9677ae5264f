/** Golden tests of passes: a file holds a graph and what its pass makes of it, and both are run.
 *
 *  `test/golden/<pass>/<name>.tir` reads
 *
 *      tapeout ir 1
 *      ; what the case shows
 *      ; draw: positive                              where inputs below 0 have no result
 *      graph @add_zero(%x: f32[2,3]) { … }
 *
 *      ; ---- after canonicalize ----
 *      graph @add_zero(%x: f32[2,3]) { … }
 *
 *  Where the text does not parse, or the pass refuses it, there is nothing after the graph: lines that begin with `;!` tell
 *  the error, a caret at the guilty place above it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CompileError } from '../../ir/diagnostic.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { FusedGraph, Graph, Module, Param, Value } from '../../ir/graph.ts';
import { interpretGraph, interpretValues } from '../../ir/interpret/graph.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { wasm128 } from '../../ir/target.ts';
import { parseGraph } from '../../ir/text/parse.ts';
import { printGraph } from '../../ir/text/print-graph.ts';
import { countAt } from '../../ir/type.ts';
import { autodiff } from '../../passes/autodiff.ts';
import { canonicalize } from '../../passes/canonicalize.ts';
import { fuse } from '../../passes/fuse.ts';
import { indexRanges, inferShapes, valuesOf } from '../../passes/infer-shapes.ts';
import { Buffers, lower } from '../../passes/lower/index.ts';
import { rematerialize } from '../../passes/rematerialize.ts';
import { centralDifferences } from './differences.ts';

const folder = join(import.meta.dirname, '../golden');
export const maxBatch = 8;
const n = 3;

export interface Golden<P extends string = string> {
  readonly pass: P;
  readonly name: string;
  readonly path: string;
  /** The input, without the lines of an error. */
  readonly input: string;
  /** True if floats are drawn positive. */
  readonly positive: boolean;
}

const onModule =
  (pass: (m: Module) => Module) =>
  (g: Graph): Graph =>
    pass({ name: 'golden', maxBatch, graphs: [g] }).graphs[0] as Graph;

/** By folder: the pass, and how its output is compared with its input. */
const passes = {
  canonicalize: { run: onModule(canonicalize), compare: sameResults },
  rematerialize: { run: onModule((m) => rematerialize(m, wasm128).module), compare: sameResults },
  autodiff: { run: onModule(autodiff), compare: sameGradients },
  fuse: { run: (g: Graph): Graph => fuse(g, wasm128), compare: sameAsKernels },
  // Texts that some pass refuses.
  errors: { run: onModule((m) => autodiff(inferShapes(m))), compare: () => expect.fail('it is valid') },
} satisfies Record<string, { run(g: Graph): Graph; compare(before: Graph, after: Graph, positive: boolean): void }>;
export type Pass = keyof typeof passes;
export const goldenPasses = Object.keys(passes) as Pass[];

export const goldensOf = <P extends string>(pass: P): Golden<P>[] =>
  existsSync(join(folder, pass))
    ? readdirSync(join(folder, pass))
        .filter((f) => f.endsWith('.tir'))
        .sort()
        .map((f) => read(pass, f))
    : [];

export const marker = (pass: string): string => `; ---- after ${pass} ----`;

function read<P extends string>(pass: P, file: string): Golden<P> {
  const path = join(folder, pass, file);
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  const [head = ''] = text.split(marker(pass));
  const input = `${head
    .split('\n')
    .filter((l) => !l.startsWith(';!'))
    .join('\n')
    .trimEnd()}\n`;
  return { pass, name: file.replace(/\.tir$/, ''), path, input, positive: /^; draw: positive$/m.test(input) };
}

export const parsed = ({ input, path }: Golden): Graph => parseGraph(input, path, { maxBatch, places: 'text' });

/** Runs the pass, compares the file with what it made, and runs both sides. */
export async function checkGolden(golden: Golden<Pass>): Promise<void> {
  const { pass, path, input, positive } = golden;
  let before: Graph;
  let after: Graph;
  try {
    before = parsed(golden);
    after = passes[pass].run(before);
  } catch (e) {
    if (!(e instanceof CompileError)) throw e;
    await expect(annotated(input, e)).toMatchFileSnapshot(path);
    return;
  }
  const text = printGraph(after, { places: false });
  await expect(`${input}\n${marker(pass)}\n${text}\n`).toMatchFileSnapshot(path);
  // Run the text as it is in the file.
  passes[pass].compare(before, parseGraph(text, path, { maxBatch }), positive);
}

/** The text with the error beneath its line. */
export function annotated(input: string, { code, message, loc, notes, help }: CompileError): string {
  const lines = input.trimEnd().split('\n');
  const pad = ';!'.padEnd(Math.max(3, loc?.col ?? 0) - 1);
  const [first, ...more] = message.split('\n');
  const told = [
    `${loc ? `${pad}^ ` : ';! '}error[${code}]: ${first}`,
    ...more.map((m) => `${pad}  ${m}`),
    ...notes.map((note) => `${pad}  note: ${note.message}${note.loc ? `, line ${note.loc.line}:${note.loc.col}` : ''}`),
    ...(help ? [`${pad}  help: ${help}`] : []),
  ];
  lines.splice(loc ? loc.line : lines.length, 0, ...told);
  return `${lines.join('\n')}\n`;
}

type Given = Map<string, ArrayLike<number>>;

/** Mulberry32: the same numbers in every run. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function draw(graph: Graph, positive: boolean): Given {
  const random = generator(1);
  const ranges = indexRanges({ name: 'golden', maxBatch, graphs: [graph] });
  return new Map(
    graph.params.map((p) => {
      const most = p.type.dtype === 'bool' ? 2 : (ranges.get(p) ?? 3);
      // Away from 0, where kinks are, and exact in f32.
      const float = () => Math.fround((0.1 + random()) * (positive || random() < 0.5 ? 1 : -1));
      const one = () => (p.type.dtype === 'f32' ? float() : Math.floor(random() * most));
      return [p.name, Float64Array.from({ length: countAt(p.type.shape, n) }, one)];
    }),
  );
}
const bind = (graph: Graph, given: Given): Map<Param, ArrayLike<number>> =>
  new Map(graph.params.map((p) => [p, given.get(p.name) as ArrayLike<number>]));

const results = (graph: Graph, given: Given, precision: 'f64' | 'f32' = 'f64'): Map<string, Float64Array> =>
  new Map([...interpretGraph(graph, bind(graph, given), n, { precision })].map(([r, v]) => [r.name, v]));

function sameResults(before: Graph, after: Graph, positive: boolean): void {
  const given = draw(before, positive);
  const want = results(before, given);
  const got = results(after, given);
  expect([...got.keys()]).toEqual([...want.keys()]);
  // Constants are folded in f32.
  for (const [name, values] of want) close(got.get(name)!, values, 1e-6, name);
}

/** Kernels of the groups, interpreted in launch order, against the graph. */
function sameAsKernels(before: Graph, after: Graph, positive: boolean): void {
  if (!('groups' in after)) throw new Error('the text after fusion holds no groups');
  const buffers = new Buffers();
  const lowered = lower(after as FusedGraph, buffers);
  const outputs = new Map([...lowered.outputs].map(([r, b]) => [r.name, b]));
  const params = new Map(after.params.map((p) => [p.name, buffers.of(p)]));
  agree(before, lowered.kernels, params, outputs, positive);
}

/** Kernels, run in order, against the graph whose params and results are in these buffers. */
export function agree(
  graph: Graph,
  kernels: readonly Kernel[],
  params: ReadonlyMap<string, Buffer>,
  outputs: ReadonlyMap<string, Buffer>,
  positive: boolean,
): void {
  const given = draw(graph, positive);
  const [want, rounded] = [results(graph, given), results(graph, given, 'f32')];
  const memory = makeMemory(kernels, n);
  for (const [name, buffer] of params) memory.get(buffer)?.set(given.get(name)!);
  for (const k of kernels) interpretKernel(k, memory, n);
  expect([...outputs.keys()]).toEqual([...want.keys()]);
  for (const [name, buffer] of outputs) {
    const w = want.get(name)!;
    const slack = Math.max(0, ...w.map((v, i) => Math.abs(v - rounded.get(name)![i]!)).filter(Number.isFinite));
    close(memory.get(buffer)!, w, 1e-5, name, 8 * slack);
  }
}

/** The gradients after autodiff, against central differences of the value before. */
function sameGradients(before: Graph, after: Graph, positive: boolean): void {
  const [{ task }, { task: done }] = [before, after];
  if (task?.kind !== 'differentiate' || done?.kind !== 'apply') throw new Error('there is nothing to differentiate');
  const given = draw(before, positive);
  const bound = bind(before, given);
  const value = (v: Value): Float64Array => interpretValues([v], bound, n)[0]!;
  const dot = (): number => {
    const seed = task.seed ? value(task.seed) : Float64Array.of(1);
    return value(task.of).reduce((sum, v, i) => sum + v * seed[i]!, 0);
  };
  // The gradients that exist, and zero where none flows.
  const found = new Map([...done.gradients].map(([p, g]) => [p.name, g]));
  for (const p of task.wrt) {
    const at = given.get(p.name) as Float64Array;
    const g = found.get(p.name);
    const got = g ? interpretValues([g], bind(after, given), n)[0]! : new Float64Array(at.length);
    const want = centralDifferences(at, dot);
    close(got, want, 1e-7, `the gradient of ${p.name}`);
  }
  expect(valuesOf(after).length).toBeGreaterThan(0);
}

export function close(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
  what: string,
  slack = 0,
): void {
  expect(got.length, what).toBe(want.length);
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i]!, want[i]!];
    expect(Number.isNaN(w), `${what}[${i}] is NaN: draw other inputs`).toBe(false);
    if (g === w || Math.abs(g - w) <= tolerance * Math.max(1, Math.abs(w)) + slack) continue;
    expect.fail(`${what}[${i}] is ${g} after the pass and ${w} before it`);
  }
}
