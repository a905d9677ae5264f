/** The language for reducing texts of kernels. */

import {
  type Axis,
  type Buffer,
  children,
  constant,
  dtypeOf,
  type Expr,
  ix,
  mapChildren,
  size,
  type Tile,
  walk,
} from '../../ir/expr.ts';
import { buffersOf } from '../../ir/interpret/kernel.ts';
import { exprsOf, finish, type Kernel, type Loop, type Stmt, walkStmts } from '../../ir/kernel.ts';
import { printKernels } from '../../ir/text/print-kernel.ts';
import { type Dim, type DType, isBatch } from '../../ir/type.ts';
import { letter, weightOfNames } from './names.ts';
import { type Language, type Step, step } from './search.ts';
import { smaller, smallerDims, sum, weightOfNumber } from './weights.ts';

/** Kernels without a program, and the largest N they run with. */
export interface Kernels {
  readonly kernels: readonly Kernel[];
  readonly maxBatch: number;
}

/** Changes, in terms of the original kernels. */
interface Changes {
  readonly dropped?: ReadonlySet<Stmt>;
  /** Loops to replace by their first iteration. */
  readonly unwrapped?: ReadonlySet<Stmt>;
  readonly loops?: (l: Loop) => Pick<Loop, 'mode' | 'step' | 'fenced'>;
  readonly exprs?: ReadonlyMap<Expr, Expr>;
  readonly dim?: (d: Dim) => Dim;
  readonly bufferName?: (b: Buffer) => string;
}

/** Rebuilds kernels with changes; their params are the buffers that they still read or write. */
class Rebuilt {
  readonly #changes: Changes;
  readonly #buffers = new Map<Buffer, Buffer>();
  readonly #tiles = new Map<Tile, Tile>();
  readonly #axes = new Map<Axis, Axis>();
  /** The values of the axes of unwrapped loops. */
  readonly #values = new Map<Axis, Expr>();
  readonly #exprs = new Map<Expr, Expr>();
  readonly #noTiles = new Set<Tile>();

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  kernel(k: Kernel): Kernel {
    walkStmts(k.body, (s) => {
      if (s.kind === 'tile' && this.#changes.dropped?.has(s)) this.#noTiles.add(s.tile);
    });
    return finish(k.name, this.#body(k.body), k.locs);
  }

  #dim(d: Dim): Dim {
    return this.#changes.dim?.(d) ?? d;
  }

  #body(body: readonly Stmt[]): Stmt[] {
    return body.flatMap((s) => (this.#changes.dropped?.has(s) ? [] : this.#stmt(s)));
  }

  #stmt(s: Stmt): Stmt[] {
    switch (s.kind) {
      case 'for': {
        if (this.#changes.unwrapped?.has(s)) {
          this.#values.set(s.axis, this.#expr(s.from));
          return this.#body(s.body);
        }
        const { extent } = s.axis;
        const whole = isBatch(extent) ? s.to.kind === 'size' : s.to.kind === 'const' && s.to.value === extent;
        const axis = this.#axis(s.axis);
        const [from, to] = [this.#expr(s.from), whole ? size(axis.extent) : this.#expr(s.to)];
        const { fenced, ...rest } = { ...s, ...this.#changes.loops?.(s) };
        const body = this.#body(s.body);
        return body.length ? [{ ...rest, axis, from, to, body, ...(fenced ? { fenced } : {}) }] : [];
      }
      case 'tile':
        return [{ ...s, tile: this.#tile(s.tile) }];
      case 'barrier':
        return [s];
      case 'set':
      case 'accumulate':
        if (this.#noTiles.has(s.tile)) return [];
        return [{ ...s, tile: this.#tile(s.tile), at: s.at.map((e) => this.#expr(e)), value: this.#expr(s.value) }];
      case 'store':
        return [
          { ...s, buffer: this.#buffer(s.buffer), at: s.at.map((e) => this.#expr(e)), value: this.#expr(s.value) },
        ];
      default:
        return s satisfies never;
    }
  }

  #expr(e: Expr): Expr {
    const known = this.#exprs.get(e);
    if (known) return known;
    const other = this.#changes.exprs?.get(e);
    const made = other ? this.#expr(other) : this.#leaf(mapChildren(e, (part) => this.#expr(part)));
    this.#exprs.set(e, made);
    return made;
  }

  /** The expression with its axes, buffers and tiles replaced; its parts are rebuilt already. */
  #leaf(e: Expr): Expr {
    switch (e.kind) {
      case 'axis':
        return this.#values.get(e.axis) ?? ix(this.#axis(e.axis));
      case 'size':
        return size(this.#dim(e.of));
      case 'load':
        return { ...e, buffer: this.#buffer(e.buffer) };
      case 'tile':
        return this.#noTiles.has(e.tile) ? constant(0, e.tile.dtype) : { ...e, tile: this.#tile(e.tile) };
      case 'reduce':
        return { ...e, over: e.over.map((a) => this.#axis(a)) };
      default:
        return e;
    }
  }

  #axis(a: Axis): Axis {
    return remember(this.#axes, a, () => ({ ...a, extent: this.#dim(a.extent) }));
  }

  #tile(t: Tile): Tile {
    return remember(this.#tiles, t, () => ({ ...t, shape: t.shape.map((d) => this.#dim(d) as number) }));
  }

  #buffer(b: Buffer): Buffer {
    return remember(this.#buffers, b, () => ({
      name: this.#changes.bufferName?.(b) ?? b.name,
      type: { ...b.type, shape: b.type.shape.map((d) => this.#dim(d)) },
      ...(b.viewOf ? { viewOf: this.#buffer(b.viewOf) } : {}),
    }));
  }
}

function remember<T>(known: Map<T, T>, key: T, make: () => T): T {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

function rebuild(ks: Kernels, changes: Changes): Kernels {
  const rebuilt = new Rebuilt(changes);
  return { ...ks, kernels: ks.kernels.map((k) => rebuilt.kernel(k)).filter((k) => k.body.length > 0) };
}

// Parts of kernels

function stmtsOf(ks: Kernels): Stmt[] {
  const all: Stmt[] = [];
  for (const k of ks.kernels) walkStmts(k.body, (s) => void all.push(s));
  return all;
}

const loopsOf = (ks: Kernels): Loop[] => stmtsOf(ks).filter((s): s is Loop => s.kind === 'for');

/** All parts of all expressions, each once. */
function partsOf(ks: Kernels): Expr[] {
  const all: Expr[] = [];
  const seen = new Set<Expr>();
  for (const s of stmtsOf(ks)) for (const e of exprsOf(s)) walk(e, (part) => void all.push(part), seen);
  return all;
}

/** Every extent of an axis, a buffer or a tile. */
function dimsOf(ks: Kernels): Dim[] {
  const stmts = stmtsOf(ks);
  return [
    ...buffersIn(ks).flatMap((b) => b.type.shape),
    ...stmts.flatMap((s): readonly Dim[] =>
      s.kind === 'tile' ? s.tile.shape : s.kind === 'for' ? [s.axis.extent] : [],
    ),
    ...partsOf(ks).flatMap((e) => (e.kind === 'reduce' ? e.over.map((a) => a.extent) : [])),
  ];
}

const keyOf = (d: Dim): string => (isBatch(d) ? `${d.times}N` : String(d));

// Steps

/** Simpler expressions of the same type: zero, one, or a part of the expression. */
function simplerExprs(e: Expr): Expr[] {
  const dtype = dtypeOf(e);
  if (e.kind === 'const')
    return [0, 1].filter((x) => weightOfNumber(x) < weightOfNumber(e.value)).map((x) => constant(x, dtype));
  return [...[0, 1].map((x) => constant(x, dtype)), ...nearest(e, dtype)];
}

/** The outermost parts of an expression that have this type; not those in indices. */
const nearest = (e: Expr, dtype: DType): Expr[] =>
  e.kind === 'load' || e.kind === 'tile'
    ? []
    : children(e).flatMap((c) => (dtypeOf(c) === dtype ? [c] : nearest(c, dtype)));

const steps: readonly Step<Kernels>[] = [
  step(
    'kernels',
    (ks) => ks.kernels,
    (ks, dropped) => ({ ...ks, kernels: ks.kernels.filter((k) => !dropped.includes(k)) }),
  ),
  step('statements', stmtsOf, (ks, dropped) => rebuild(ks, { dropped: new Set(dropped) })),
  step('loops', loopsOf, (ks, chosen) => rebuild(ks, { unwrapped: new Set(chosen) })),
  step(
    'expressions',
    (ks) => partsOf(ks).flatMap((e) => simplerExprs(e).map((by) => [e, by] as const)),
    (ks, chosen) => rebuild(ks, { exprs: new Map([...chosen].reverse()) }),
  ),
  step(
    'modes',
    (ks) => loopsOf(ks).filter((l) => hardness(l) > 0),
    (ks, chosen) =>
      rebuild(ks, {
        loops: (l) => (chosen.includes(l) ? { mode: 'serial', step: 1, fenced: false } : l),
      }),
  ),
  step(
    'extents',
    (ks) => {
      const each = new Map(dimsOf(ks).map((d) => [keyOf(d), d]));
      return [...each].flatMap(([key, d]) => smallerDims(d).map((next) => [key, next] as const));
    },
    (ks, chosen) => {
      const next = new Map([...chosen].reverse());
      return rebuild(ks, { dim: (d) => next.get(keyOf(d)) ?? d });
    },
  ),
  step('names', misnamed, (ks, chosen) => {
    const names = new Map(chosen);
    return rebuild(ks, { bufferName: (b) => names.get(b) ?? b.name });
  }),
  step(
    'places',
    (ks) => ks.kernels.filter((k) => k.locs.length),
    (ks, chosen) => ({ ...ks, kernels: ks.kernels.map((k) => (chosen.includes(k) ? { ...k, locs: [] } : k)) }),
  ),
  step(
    'largest batch',
    (ks) => smaller(ks.maxBatch, 1),
    (ks, [least]) => (least === undefined ? null : { ...ks, maxBatch: least }),
  ),
];

/** The buffers that are not named by their letter, each with that letter. */
function misnamed(ks: Kernels): [Buffer, string][] {
  return buffersIn(ks).flatMap((b, i): [Buffer, string][] => (b.name === letter(i) ? [] : [[b, letter(i)]]));
}

const buffersIn = (ks: Kernels): Buffer[] => [...new Set(ks.kernels.flatMap((k) => [...buffersOf(k)]))];
const hardness = (l: Loop): number => (l.mode === 'serial' ? 0 : 1) + (l.fenced ? 1 : 0) + (l.step === 1 ? 0 : 1);

export const kernelLanguage: Omit<Language<Kernels>, 'isValid'> = {
  steps,
  print: ({ kernels, maxBatch }) => printKernels(kernels, { maxBatch }),
  size(ks) {
    const [parts, dims] = [partsOf(ks), dimsOf(ks)];
    return [
      ks.kernels.length,
      stmtsOf(ks).length,
      parts.filter((e) => children(e).length > 0).length,
      parts.filter((e) => e.kind !== 'const').length,
      sum(loopsOf(ks).map(hardness)),
      sum(dims.map((d) => (isBatch(d) ? d.times : 0))),
      sum(dims.map((d) => (isBatch(d) ? 0 : d))),
      sum(parts.map((e) => (e.kind === 'const' ? weightOfNumber(e.value) : 0))),
      weightOfNames(buffersIn(ks).map((b) => b.name)),
      sum(ks.kernels.map((k) => k.locs.length)),
      ks.maxBatch,
    ];
  },
};

/** The counts shown to the user. */
export const countKernels = (ks: Kernels): readonly (readonly [string, number])[] => [
  ['kernels', ks.kernels.length],
  ['statements', stmtsOf(ks).length],
  ['buffers', buffersIn(ks).length],
];
