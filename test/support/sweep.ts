/** The sweep: cases with PyTorch's values and gradients (test/goldens/sweep), many of them as one graph, and where a
 *  backend's numbers differ. */

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Tensor } from '../../frontend/index.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { type Graph, type Module, makeGraph, type Param, param, type Result, type Value } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { add, full } from '../../ir/ops/index.ts';
import { printGraph } from '../../ir/text/print-graph.ts';
import { countAt, type DType, isBatch, N, type Shape, tensor as typeOf } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { type Closeness, rows } from './sweep-rows.ts';

type Numbers = readonly (number | string)[];
type Stored = readonly [dtype: DType, shape: readonly number[], data: Numbers];

/** A call and PyTorch's results, as `generate.py` writes them. */
export interface Case {
  readonly of: string;
  readonly id: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly in: Readonly<Record<string, Stored>>;
  /** PyTorch's message if it refuses the call. */
  readonly refused?: string;
  readonly out?: readonly Stored[];
  readonly v?: Numbers;
  readonly grad?: Readonly<Record<string, Stored>>;
  readonly err?: readonly number[];
  readonly errGrad?: Readonly<Record<string, number>>;
}

const folder = new URL('../goldens/sweep/', import.meta.url);
let read: readonly Case[] | undefined;
export function sweepCases(): readonly Case[] {
  read ??= readdirSync(folder)
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .flatMap((name) => JSON.parse(gunzipSync(readFileSync(new URL(name, folder))).toString()).cases as Case[]);
  return read;
}
export const nameOf = (c: Case): string => `${c.of}/${c.id}`;

/** Floats are written with the fewest digits that tell them. */
const numbers = ([dtype, , data]: Stored): number[] =>
  data.map((v) => (dtype === 'f32' ? Math.fround(Number(v)) : Number(v)));
const special = /^(NaN|-?Infinity|-0)$/;
const revived = (v: unknown): unknown => (typeof v === 'string' && special.test(v) ? Number(v) : v);

/** One value to compare: its place in the graph, and PyTorch's value. */
export interface Wanted {
  readonly case: Case;
  /** `value`, `value 1` (the second result), `gradient of x`. */
  readonly what: string;
  readonly result: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly want: readonly number[];
  readonly closeness: Closeness;
  readonly err: number;
}
/** A difference in a case: PyTorch's value and ours. */
export interface Difference {
  readonly case: Case;
  readonly by: string;
  readonly what: string;
  readonly pytorch: string;
  readonly ours: string;
  /** True if only the signs of zeros differ. */
  readonly zeros: boolean;
}
export const lineOf = (d: Difference): string =>
  `${nameOf(d.case)}: ${d.what} by ${d.by}: ${d.ours}, and PyTorch ${d.pytorch}`;

export interface SweepModule {
  readonly module: Module;
  readonly given: ReadonlyMap<Param, ArrayLike<number>>;
  readonly wanted: readonly Wanted[];
  /** Differences found in recording: calls that only one of the two refuses, and forms that record different graphs. */
  readonly differences: readonly Difference[];
}

interface Recorded {
  readonly results: readonly Result[];
  readonly params: readonly Param[];
  readonly given: ReadonlyMap<Param, ArrayLike<number>>;
  readonly wanted: readonly Wanted[];
}

/** These cases as one graph. */
export function sweepModule(cases: readonly Case[]): SweepModule {
  const differences: Difference[] = [];
  const recorded = cases.flatMap((c, i) => {
    const r = recordCase(c, `c${i}`, differences);
    return r ? [r] : [];
  });
  const params = recorded.flatMap((r) => r.params);
  const graph = makeGraph(
    'run',
    recorded.flatMap((r) => r.results),
    params,
  );
  return {
    module: { name: 'sweep', maxBatch: 1, graphs: [graph] },
    given: new Map(recorded.flatMap((r) => [...r.given])),
    wanted: recorded.flatMap((r) => r.wanted),
    differences,
  };
}

/** A case called in each of its ways, which must agree. */
function recordCase(c: Case, prefix: string, differences: Difference[]): Recorded | null {
  const tell = (what: string, pytorch: string, ours: string): void =>
    void differences.push({ case: c, by: 'recording', what, pytorch, ours, zeros: false });
  let first: { text: string; recorded: Recorded } | null = null;
  for (const [way, call] of Object.entries(rows[c.of]!.ways)) {
    let recorded: Recorded;
    try {
      recorded = recordWay(c, prefix, call);
    } catch (e) {
      if (c.refused !== undefined && e instanceof CompileError) continue;
      tell(
        way,
        c.refused === undefined ? 'takes it' : 'refuses it',
        e instanceof CompileError ? 'refuses it' : String(e),
      );
      continue;
    }
    if (c.refused !== undefined) {
      tell(way, `refuses it: ${c.refused}`, 'takes it');
      continue;
    }
    const text = printGraph(makeGraph('run', recorded.results, recorded.params), { places: false });
    if (!first) first = { text, recorded };
    else if (text !== first.text) tell(way, 'is the same by all names', 'records another graph');
  }
  return first?.recorded ?? null;
}

/** Operands in `batched` have the batch as their first extent, which is `n` in this case. */
function recordWay(
  c: Case,
  prefix: string,
  call: (t: Readonly<Record<string, Tensor>>, a: Record<string, unknown>) => Tensor | readonly Tensor[],
  batched: ReadonlySet<string> = new Set(),
  n = 1,
): Recorded {
  const inputs = Object.entries(c.in);
  const params = inputs.map(([name, [dtype, shape]]): Param => {
    const own: Shape = batched.has(name) ? [N, ...shape.slice(1)] : [...shape];
    return param('input', `${prefix}.${name}`, typeOf(dtype, own));
  });
  const given = new Map<Param, ArrayLike<number>>(params.map((p, i) => [p, numbers(inputs[i]![1])]));
  const args = Object.fromEntries(Object.entries(c.args).map(([k, v]) => [k, revived(v)]));
  const called = call(Object.fromEntries(params.map((p, i) => [inputs[i]![0], Tensor.of(p)])), args);
  const outputs = (Array.isArray(called) ? called : [called]).map((t: Tensor) => t.value);
  const results: Result[] = [];
  const wanted: Wanted[] = [];
  const look = (what: string, value: Value, stored: Stored, closeness: Closeness, err = 0): void => {
    const [dtype, shape] = stored;
    const result = `${prefix}.${what.replaceAll(' ', '_')}`;
    results.push({ name: result, value });
    wanted.push({ case: c, what, result, dtype, shape, want: numbers(stored), closeness, err });
  };
  const { value: values, gradient: gradients } = rows[c.of]!;
  const cotangents = new Map<Param, Value>();
  for (const [i, out] of (c.out ?? []).entries()) {
    const value = outputs[i]!;
    look(i === 0 ? 'value' : `value ${i}`, value, out, values, c.err?.[i]);
    if (!c.grad || out[0] !== 'f32') continue;
    const seed = param('input', `${prefix}.v${i}`, value.type);
    params.push(seed);
    given.set(
      seed,
      Array.from({ length: countAt(value.type.shape, n) }, (_, k) => Math.fround(Number(c.v![k % c.v!.length]))),
    );
    for (const [p, g] of cotangentsOf(value, seed, new Set(params)))
      if (p.kind === 'param' && p !== seed) cotangents.set(p, cotangents.has(p) ? add(cotangents.get(p)!, g) : g);
  }
  for (const [name, grad] of Object.entries(c.grad ?? {})) {
    const p = params.find((q) => q.name === `${prefix}.${name}`)!;
    const g = cotangents.get(p) ?? full({ value: 0, shape: p.type.shape, dtype: 'f32' });
    look(`gradient of ${name}`, g, grad, gradients, c.errGrad?.[name]);
  }
  return { results, params, given, wanted };
}

/** Cases of one function as one graph whose first operands have the batch as their first extent: PyTorch's had `n` rows. */
export interface BatchModule extends Omit<SweepModule, 'differences'> {
  readonly n: number;
  /** The operands' first rows, repeated if there are more than the case has. */
  givenAt(n: number): ReadonlyMap<Param, ArrayLike<number>>;
}

/** The cases that may have a batch, by their number of rows. The batch may be larger. */
export function batchModules(cases: readonly Case[]): BatchModule[] {
  const recorded = new Map<number, Recorded[]>();
  for (const [i, c] of cases.entries()) {
    const n = Object.values(c.in)[0]?.[1][0] ?? 0;
    const made = c.refused === undefined && n > 0 ? withBatch(c, `c${i}`, n) : null;
    if (made) recorded.set(n, [...(recorded.get(n) ?? []), made]);
  }
  return [...recorded].map(([n, of]): BatchModule => {
    const params = of.flatMap((r) => r.params);
    const results = of.flatMap((r) => r.results);
    const given = new Map(of.flatMap((r) => [...r.given]));
    return {
      n,
      module: { name: 'sweep', maxBatch: n + 2, graphs: [makeGraph('run', results, params)] },
      given,
      wanted: of.flatMap((r) => r.wanted),
      givenAt: (rows) =>
        new Map(
          [...given].map(([p, all]) => [
            p,
            Array.from({ length: countAt(p.type.shape, rows) }, (_, k) => all[k % all.length] as number),
          ]),
        ),
    };
  });
}

/** A case with the batch in as many operands of `n` rows as possible; null if in none. */
function withBatch(c: Case, prefix: string, n: number): Recorded | null {
  const [call] = Object.values(rows[c.of]!.ways);
  const may = Object.entries(c.in).flatMap(([name, [, shape]]) => (shape[0] === n ? [name] : []));
  const choices = Array.from({ length: 2 ** may.length - 1 }, (_, bits) => may.filter((_, k) => !((bits >> k) & 1)));
  for (const names of choices.sort((a, b) => b.length - a.length))
    try {
      return recordWay(c, prefix, call!, new Set(names), n);
    } catch (e) {
      if (!(e instanceof CompileError)) throw e;
    }
  return null;
}

/** The type of a result when the batch is `n`. */
export function typeAt({ results }: Graph, { result }: Wanted, n: number): { dtype: DType; shape: number[] } {
  const { dtype, shape } = results.find((r) => r.name === result)!.value.type;
  return { dtype, shape: shape.map((d) => (isBatch(d) ? d.times * n : d)) };
}

/** The expected values where PyTorch gives none: the graph's meaning at a batch of `n`. */
export function meantAt(
  graph: Graph,
  wanted: readonly Wanted[],
  given: ReadonlyMap<Param, ArrayLike<number>>,
  n: number,
): Wanted[] {
  const meaning = new Map([...interpretGraph(graph, given, n, { precision: 'f32' })].map(([r, v]) => [r.name, v]));
  return wanted.map((w) => ({ ...w, shape: typeAt(graph, w, n).shape, want: Array.from(meaning.get(w.result)!) }));
}

/** The rules for a backend. A device need not keep numbers at the ends of the range, nor the sign of a zero, and may round
 *  the four operations. */
export type Rules = 'all' | 'device';

/** The differences of a backend's numbers from PyTorch's. */
export function differencesOf(
  wanted: readonly Wanted[],
  by: string,
  got: (w: Wanted) => ArrayLike<number>,
  typeOfResult: (w: Wanted) => { dtype: DType; shape: Shape },
  rules: Rules = 'all',
): Difference[] {
  return wanted.flatMap((w): Difference[] => {
    const tell = (pytorch: string, ours: string, zeros = false): Difference[] => [
      { case: w.case, by, what: w.what, pytorch, ours, zeros },
    ];
    const { dtype, shape } = typeOfResult(w);
    if (String(shape) !== String(w.shape)) return tell(`[${w.shape}]`, `[${shape}]`);
    if (dtype !== w.dtype) return tell(w.dtype, dtype);
    const g = got(w);
    const held = rules === 'all' ? () => true : heldOnDevices(w);
    const off = w.want.flatMap((want, i) => (near(g[i]!, want, w, rules) || !held(i) ? [] : [i]));
    if (off.length === 0) return [];
    const some = off.slice(0, 12);
    const at = (i: number): string => {
      const ins = Object.entries(w.case.in).map(([n, t]) => (t[2].length === w.want.length ? `${n}=${t[2][i]}` : ''));
      return `[${i}${ins.some(Boolean) ? `: ${ins.filter(Boolean).join(' ')}` : ''}]`;
    };
    return tell(
      some.map((i) => `${at(i)} ${show(w.want[i]!)}`).join(', ') +
        (off.length > 12 ? ` and ${off.length - 12} more` : ''),
      some.map((i) => show(g[i]!)).join(', '),
      off.every((i) => g[i] === w.want[i]),
    );
  });
}

const show = (v: number): string => (Object.is(v, -0) ? '-0' : String(Number(v.toPrecision(8))));

/** Numbers that are denormal, or whose halves or reciprocals are, which devices may treat as 0. */
const atTheEnds = (v: number): boolean =>
  v !== 0 && Number.isFinite(v) && !(Math.abs(v) >= 2 ** -124 && Math.abs(v) <= 2 ** 124);

/** True if a device must give element `i`: all except those that depend on a number at the ends of the range. Elements of vectors
 *  depend on those at the same index, of other tensors on those in the same row, and results of reductions on all. */
function heldOnDevices(w: Wanted): (i: number) => boolean {
  if (Object.values(w.case.args).some((v) => typeof revived(v) === 'number' && atTheEnds(revived(v) as number)))
    return () => false;
  const operands = Object.values(w.case.in).map((t) => ({
    rows: t[1].length > 1 ? t[1].at(-1)! : 1,
    data: numbers(t),
  }));
  if (!operands.some(({ data }) => data.some(atTheEnds))) return (i) => !atTheEnds(w.want[i]!);
  return (i) => {
    if (atTheEnds(w.want[i]!)) return false;
    return operands.every(({ rows, data }) => {
      const of = data.length === w.want.length ? Math.floor(i / rows) : data.length === rows * w.want.length ? i : null;
      return !(of === null ? data : data.slice(of * rows, (of + 1) * rows)).some(atTheEnds);
    });
  };
}

/** True if a number is as close to PyTorch's as its row requires. For gradients, the sign of a zero does not matter. */
function near(got: number, want: number, w: Wanted, rules: Rules): boolean {
  if (Object.is(got, want)) return true;
  const exact = w.closeness === 'exact' && (rules === 'all' || w.dtype !== 'f32');
  if (got === want) return w.what.startsWith('gradient') || w.closeness === 'sum' || !exact;
  if (!Number.isFinite(want) || !Number.isFinite(got) || exact) return false;
  const relative = 1e-6 * Math.abs(want) + 2 ** -147;
  if (w.closeness !== 'sum') return Math.abs(got - want) <= relative;
  const largest = w.want.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1);
  return Math.abs(got - want) <= 10 * relative + 1e-6 * Math.min(largest, 1e3) + 8 * w.err;
}
