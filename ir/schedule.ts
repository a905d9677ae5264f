/** A schedule is data: printable, storable, searchable. It says how the loops of one kernel run, and never what they
 *  compute. Each directive is a row of a table here, from which printer, parser, fuzzer and docs derive; its rewrite is
 *  a row in `passes/schedule/rewrites/rows.ts`. */

import type { GridTarget, Workgroup } from './target.ts';
import type { Dim } from './type.ts';

/** A loop in a schedule's `over`. */
export interface LoopExtent {
  readonly axis: string;
  readonly extent: Dim;
}

/** Sizes along the rows and along the columns of a block. */
export type Sides = readonly [rows: number, cols: number];

/** The kinds of fields of directives, and the type of each. */
export interface Held {
  /** The index of a loop. */
  readonly loop: string;
  readonly loops: readonly LoopExtent[];
  readonly buffer: string;
  /** A whole number of at least 1. */
  readonly count: number;
  readonly sides: Sides;
  readonly flag: boolean;
  /** Increasing whole numbers. */
  readonly cuts: readonly number[];
  /** Each dimension once, from 0 on. */
  readonly order: readonly number[];
}

/** One directive: its syntax and its properties. */
interface Row {
  /** Its fields in the order of the text: the first directly after the directive's name, each other one after its own
   *  name. */
  readonly form: Readonly<Record<string, keyof Held>>;
  /** Examples, each with its effect: `before --> after`. */
  readonly doc: readonly (readonly [line: string, makes: string])[];
  /** Its name elsewhere. */
  readonly known: string;
  /** The suffix of the names of inner loops that it makes: with `_i`, a loop over `x` contains one over `x_i`. */
  readonly inner?: string;
  /** It changes the order of a floating-point sum. */
  readonly reorders?: true;
  /** Only the verifier can tell if iterations are still independent after it. */
  readonly unproved?: true;
  /** It is only for devices with workgroups. */
  readonly ofWorkgroups?: true;
  /** The flags that need a device feature, and which. */
  readonly needs?: Readonly<Record<string, Feature>>;
}
type Feature = { [F in keyof Workgroup]: Workgroup[F] extends boolean ? F : never }[keyof Workgroup];

const table = {
  over: {
    form: { loops: 'loops' },
    known: 'a precondition on the loops',
    doc: [
      ['over n: N, j: 120', 'changes nothing; it is refused for a kernel whose loops, outer ones first, are not these'],
    ],
  },
  tile: {
    form: { axis: 'loop', by: 'count', shift: 'flag', fenced: 'flag' },
    known: 'unroll and jam, register tiling',
    doc: [
      ['tile i by 4', '`for i { S }` --> `for i step 4 { unroll i_i in 0..4 { S } }`; the remainder is a smaller copy'],
      ['... shift', 'the remainder is a full copy shifted back to end with the extent: it computes some values twice'],
      ['... fenced', 'no load moves from one copy to another'],
    ],
    inner: '_i',
  },
  vectorize: {
    form: { axis: 'loop', by: 'count', shift: 'flag' },
    known: 'vectorize (Halide, TVM); `shift` is Halide’s `TailStrategy::ShiftInwards`',
    doc: [
      ['vectorize i by 8', 'as `tile`, with the copies in lanes'],
      [
        'vectorize i_i by 4',
        'on unrolled copies that only set neighbours in a tile: `unroll i in 0..e { t[i] = f }` --> `unroll i in 0..e/4 { vectorize i_i in 0..4 { t[i * 4 + i_i] = f } }`',
      ],
    ],
    inner: '_i',
  },
  reassociate: {
    form: { axis: 'loop', by: 'count' },
    known: 'a reduction split across lanes (Halide: `rfactor` and `vectorize`)',
    doc: [
      ['reassociate k by 4', '`for k { acc += e }` --> four partial sums in lanes, added in order after all the loops'],
    ],
    inner: '_i',
    reorders: true,
  },
  partial: {
    form: { axis: 'loop', by: 'count', compensated: 'flag' },
    known: 'blocked summation; `compensated` is Kahan’s',
    doc: [
      [
        'partial k by 64',
        '`for k { acc += e }` --> `for k step 64 { block = 0; for k_b in 0..64 { block += e }; acc += block }`; steps that are left over are a block of their own, or, where each step is a loop, run in the same code up to `min(k + 64, end)`',
      ],
      [
        '... compensated',
        'the rounding error of each addition to `acc` is subtracted from the next block, so that the error of the sum does not grow with the length',
      ],
    ],
    inner: '_b',
    reorders: true,
  },
  split: {
    form: { axis: 'loop', by: 'count' },
    known: 'strip mining, with quotient and remainder as loops',
    doc: [
      [
        'split y by 2',
        '`for y in 0..10` --> `for y in 0..5 { for y_in in 0..2 }`, so that `y / 2` and `y % 2` are axes',
      ],
    ],
    inner: '_in',
  },
  peel: {
    form: { axis: 'loop', at: 'cuts' },
    known: 'index set splitting, loop peeling (Halide: `partition`)',
    doc: [
      [
        'peel y at 4, 14',
        '`for y in 0..18` --> three loops, in each of which comparisons with 4 and 14 have a known outcome',
      ],
    ],
  },
  interchange: {
    form: { axis: 'loop' },
    known: 'interchange, reorder',
    doc: [['interchange i', '`for i { for j { S } }` --> `for j { for i { S } }`; the scheduler never chooses it yet']],
  },
  parallel: {
    form: { axis: 'loop' },
    known: 'parallel; on a device a block of threads for each iteration (`gpu_blocks`, `blockIdx`)',
    doc: [
      [
        'parallel i',
        '`for i { S }` --> `parallel i { S }`, after all other directives, which need serial loops; in models for threads ([threads.md](threads.md))',
      ],
    ],
    unproved: true,
  },
  invoke: {
    form: { axis: 'loop', by: 'count' },
    known: 'bind to threads (`gpu_threads`, `threadIdx`)',
    doc: [
      [
        'invoke i by 64',
        '`for i { S }` --> `for i step 64 { invoke i_i in 0..min(64, e - i) { S } }`: the invocations of a workgroup. Their loop moves inwards past a perfect nest in S',
      ],
    ],
    inner: '_i',
    unproved: true,
  },
  flatten: {
    form: { axis: 'loop' },
    known: 'fuse (Halide, TVM), collapse (OpenMP)',
    doc: [
      ['flatten i', '`for i { for j { S(i, j) } }` --> `for i { S(i / e, i % e) }`, for a perfect nest of any depth'],
    ],
    unproved: true,
  },
  share: {
    form: { axis: 'loop', by: 'count', together: 'flag' },
    known: 'cooperative reduction, a tree in shared memory; `together` is a subgroup (warp) reduction',
    doc: [
      [
        'share k by 64',
        '`for k { acc += e }` --> each of 64 invocations sums every 64th step; their sums are added in order',
      ],
      ['... together', 'their sums are added by subgroups, in an order of the device: in models with `gpuFeatures`'],
    ],
    reorders: true,
    unproved: true,
    needs: { together: 'together' },
  },
  slice: {
    form: { axis: 'loop', by: 'count' },
    known: 'split-K, `rfactor` into a kernel of its own',
    doc: [
      [
        'slice k by 32',
        '`for k { acc += e }` --> `for s in 0..32 { acc += slices[s] }`: a kernel of its own adds up 32 slices of the sum in parallel',
      ],
    ],
    reorders: true,
  },
  block: {
    form: {
      axis: 'loop',
      with: 'loop',
      over: 'loop',
      by: 'count',
      invocations: 'sides',
      registers: 'sides',
      half: 'flag',
    },
    known:
      'tiling in shared memory (TVM: `cache_read` in `shared` and `compute_at`), with a tile of registers for each thread',
    doc: [
      [
        'block i with j over k by 16 invocations 8 registers 4',
        '`for i { for j { acc = s; for k { acc += e }; S } }` --> blocks of 32 x 32 results: 16 steps of the operands along i or j are staged in workgroup memory at once, and each of 8 x 8 invocations keeps 4 x 4 sums',
      ],
      [
        'block c with y over k by 8 invocations 2, 32 registers 3, 1',
        'the same with 6 rows and 32 columns. In `for j { for w { acc = s; for k { acc += e }; T }; S }` each result has a sum for every position of the windows `w`, whose extent is constant',
      ],
      ['... half', 'f32 operands are rounded to 16 bits when staged: in models with `gpuFeatures`'],
    ],
    inner: '_i',
    unproved: true,
    ofWorkgroups: true,
    needs: { half: 'halves' },
  },
  weave: {
    form: { axis: 'loop', with: 'loop' },
    known: 'interleave',
    doc: [
      [
        'weave x_i with j_i',
        '`vectorize x_i in 0..v { unroll j_i in 0..w { t[j_i, x_i] += f(x_i * w + j_i) } }` --> `vectorize x_w in 0..v*w { t[x_w] += f(x_w) }`: lanes that read every w-th element, and copies that read those between, become one contiguous run; so do rows `b[.., x_i, j_i]` of a whole last dimension',
      ],
    ],
    inner: '_w',
  },
  compress: {
    form: { buffer: 'buffer' },
    known: 'stream compaction into lists of places and values, as in CSR',
    doc: [
      [
        'compress g',
        '`for i { acc += g[i] * f[at(i)] }` --> `for e in 0..count { acc += values[e] * f[places[e]] }`: a list of the steps at which `g` is not zero, made by a kernel of its own',
      ],
    ],
  },
  pack: {
    form: { buffer: 'buffer', order: 'order' },
    known: 'layout transform, packing (BLIS)',
    doc: [
      [
        'pack w order 1, 2, 3, 0',
        'reads a copy of `w` with its dimensions in that order, which a kernel of its own makes',
      ],
    ],
  },
} as const satisfies Readonly<Record<string, Row>>;

type Table = typeof table;
export type DirectiveName = keyof Table;
/** The properties of each directive, by name. */
export const directives: Readonly<Record<DirectiveName, Row>> = table;
export const directiveNames = Object.keys(table) as DirectiveName[];

type FieldsOf<F extends Row['form']> = {
  readonly [K in keyof F as F[K] extends 'flag' ? never : K]: Held[F[K]];
} & { readonly [K in keyof F as F[K] extends 'flag' ? K : never]?: boolean };
type Flat<T> = { [K in keyof T]: T[K] };

/** The directive of this name, as data. */
export type DirectiveOf<D extends DirectiveName> = {
  [N in D]: Flat<{ readonly do: N } & FieldsOf<Table[N]['form']>>;
}[D];
/** One checked rewrite of a kernel, as data. */
export type Directive = DirectiveOf<DirectiveName>;
/** The directives of one kernel, in order. */
export type Schedule = readonly Directive[];

/** A directive that a scheduler would have chosen but that does not fit, and why. */
export interface Dropped {
  readonly directive: Directive;
  readonly why: string;
}

/** A field of a directive: its kind, and the word before it. */
export interface Field {
  readonly key: string;
  readonly holds: keyof Held;
  readonly word: string | null;
}

/** The fields of a directive, in the order of the text. */
export const fieldsOf = (name: DirectiveName): Field[] =>
  Object.entries(directives[name].form).map(([key, holds], i) => ({ key, holds, word: i === 0 ? null : key }));

/** The values of a directive's fields of this kind. */
export const valuesOf = <H extends keyof Held>(d: Directive, holds: H): Held[H][] =>
  fieldsOf(d.do).flatMap((f) =>
    f.holds === holds ? [(d as unknown as Record<string, Held[H]>)[f.key] as Held[H]] : [],
  );

/** The same directive with other values in its fields. */
export const mapFields = (d: Directive, value: (old: unknown, field: Field) => unknown): Directive => {
  const old = d as unknown as Readonly<Record<string, unknown>>;
  const fields = fieldsOf(d.do).flatMap((f) => (f.key in d ? [[f.key, value(old[f.key], f)]] : []));
  return { ...d, ...Object.fromEntries(fields) };
};

/** The same directive without flags that need missing features of a device. */
export const withoutFeatures = (d: Directive, { workgroup }: GridTarget): Directive => {
  const { needs = {} } = directives[d.do];
  return mapFields(d, (old, { key }) => {
    const feature = needs[key];
    return feature === undefined ? old : old && workgroup[feature];
  });
};

/** True if it adds sums in another order. */
export const reordersSums = (d: Directive): boolean => directives[d.do].reorders ?? false;

type Splitting = { [D in DirectiveName]: Table[D] extends { readonly inner: string } ? D : never }[DirectiveName];
/** The name of the inner loop that a directive makes in one over `axis`. */
export const innerName = (by: Splitting, axis: string): string => `${axis}${table[by].inner}`;
/** The loop that a directive makes, for the directives after it. */
export const madeLoop = ({ do: by, axis }: { readonly do: Splitting; readonly axis: string }): string =>
  innerName(by, axis);
/** The name of the loop in which a directive made this inner one. */
export const outerName = (by: Splitting, inner: string): string =>
  inner.endsWith(table[by].inner) ? inner.slice(0, -table[by].inner.length) : inner;
