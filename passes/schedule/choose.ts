/** Derives a schedule from a kernel and a target: enumerates register tiles, vector axes and unrolling within the
 *  target's budget, estimates the cycles of each, and takes the cheapest. */

import type { Axis } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { exprsOf, type Kernel, type Loop, walkStmts } from '../../ir/kernel.ts';
import type { Target } from '../../ir/target.ts';
import { bindDim, type Dim } from '../../ir/type.ts';
import { type Analysis, analyse, type Reference } from './analyse.ts';
import type { Directive, Schedule } from './directives.ts';

/** A schedule, and what it is thought to cost. */
export interface Choice {
  readonly schedule: Schedule;
  readonly cycles: number;
}

export function chooseSchedule(kernel: Kernel, target: Target, batch: number): Choice {
  const prepared = settleGuards(kernel);
  const a = analyse(kernel, batch);
  const extents = new Extents(batch);
  if (prepared.length > 0 && !a.main) return { schedule: prepared, cycles: 0 };
  return a.main ? contraction(a, target, extents) : mapping(a, target, extents);
}

class Extents {
  readonly #batch: number;
  constructor(batch: number) {
    this.#batch = batch;
  }
  of(l: Loop): number {
    return bindDim(l.axis.extent, this.#batch);
  }
  constant(l: Loop): number | null {
    return l.to.kind === 'const' && l.from.kind === 'const' && l.from.value === 0 ? l.to.value : null;
  }
  elements(shape: readonly Dim[]): number {
    return shape.reduce<number>((p, d) => p * bindDim(d, this.#batch), 1);
  }
}

// ---- kernels that map

/** Lanes along the innermost axis, where all that is touched lies side by side or is the same. */
function mapping(a: Analysis, target: Target, extents: Extents): Choice {
  const last = a.parallel.at(-1);
  const extent = last && extents.constant(last);
  if (!last || !extent || extent < target.lanes || a.window.length > 0) return { schedule: [], cycles: 0 };
  const fits = (r: Reference, strides: readonly number[]): boolean =>
    !r.bent.has(last.axis) && !r.guarded && strides.includes(r.strides.get(last.axis) ?? 0);
  const smooth = a.stores.every((r) => fits(r, [1])) && a.reads.every((r) => fits(r, [0, 1, 2, -1]));
  if (!smooth) return { schedule: [], cycles: 0 };
  return { schedule: [{ do: 'vectorize', axis: last.axis.name, by: target.lanes, shift: !a.inPlace }], cycles: 0 };
}

/** Index-set splitting: where a kernel asks on which side of a number an axis lies, or takes it apart by a divisor, loops
 *  that know the answer. */
function settleGuards(kernel: Kernel): Directive[] {
  const cuts = new Map<Axis, Set<number>>();
  const divisors = new Map<Axis, Set<number>>();
  walkStmts(kernel.body, (s) => {
    for (const e of exprsOf(s))
      x.walk(e, (p) => {
        if (p.kind !== 'binary') return;
        if ((p.fn === 'idiv' || p.fn === 'imod') && p.a.kind === 'axis' && p.b.kind === 'const')
          note(divisors, p.a.axis, p.b.value);
        const cut = boundary(p);
        if (cut) note(cuts, cut.axis, cut.at);
      });
  });
  const out: Directive[] = [];
  const loops: Loop[] = [];
  walkStmts(kernel.body, (s) => {
    if (s.kind === 'for') loops.push(s);
  });
  for (const [axis, by] of divisors) {
    const l = loops.find((q) => q.axis === axis);
    const [c] = [...by];
    if (!l || by.size !== 1 || c === undefined || l.to.kind !== 'const' || l.to.value % c !== 0 || c > 8) continue;
    out.push({ do: 'split', axis: axis.name, by: c });
    out.push({ do: 'tile', axis: `${axis.name}_in`, by: c });
  }
  for (const [axis, at] of cuts) {
    const l = loops.find((q) => q.axis === axis);
    if (l?.to.kind !== 'const' || at.size > 4 || divisors.has(axis)) continue;
    const inside = [...at].filter((c) => c > 0 && c < (l.to as { value: number }).value).sort((p, q) => p - q);
    if (inside.length > 0) out.push({ do: 'peel', axis: axis.name, at: inside });
  }
  return out;
}
const note = (m: Map<Axis, Set<number>>, a: Axis, v: number): void => {
  m.set(a, (m.get(a) ?? new Set()).add(v));
};

/** The number at which `axis ± c ⋛ d` changes. */
function boundary(e: Extract<x.Expr, { kind: 'binary' }>): { axis: Axis; at: number } | null {
  if (e.b.kind !== 'const' || !['lt', 'ge', 'le', 'gt'].includes(e.fn)) return null;
  const [axis, shift] =
    e.a.kind === 'axis'
      ? [e.a.axis, 0]
      : e.a.kind === 'binary' &&
          (e.a.fn === 'add' || e.a.fn === 'sub') &&
          e.a.a.kind === 'axis' &&
          e.a.b.kind === 'const'
        ? [e.a.a.axis, e.a.fn === 'add' ? e.a.b.value : -e.a.b.value]
        : [null, 0];
  if (!axis) return null;
  return { axis, at: e.b.value - shift + (e.fn === 'le' || e.fn === 'gt' ? 1 : 0) };
}

// ---- kernels that contract

interface Unrolled {
  readonly axis: Axis;
  readonly by: number;
}
interface Candidate {
  readonly lanes: { readonly loop: Loop; readonly vectors: number; readonly dot: boolean } | null;
  readonly tiles: readonly Unrolled[];
  readonly steps: readonly Unrolled[];
  readonly fenced: boolean;
}

const factors = [1, 2, 3, 4, 5, 6, 8];

function contraction(a: Analysis, target: Target, extents: Extents): Choice {
  const windowed = a.window.map((l) => ({ axis: l.axis, by: extents.of(l) }));
  const windowSize = windowed.reduce((p, w) => p * w.by, 1);
  if (a.window.some((l) => extents.constant(l) === null) || windowSize > 16) return { schedule: [], cycles: 0 };
  if (a.reads.some((r) => r.guarded)) return { schedule: [], cycles: 0 };

  const kinds: Candidate['lanes'][] = [null];
  for (const l of a.parallel) {
    const e = extents.constant(l);
    if (e !== null && e >= target.lanes)
      for (const vectors of [1, 2, 3, 4]) if (vectors * target.lanes <= e) kinds.push({ loop: l, vectors, dot: false });
  }
  const innermost = a.reduction.at(-1);
  const perfect = a.reduction.every(
    (l, i) => l.body.length === 1 && (i === a.reduction.length - 1 || l.body[0]?.kind === 'for'),
  );
  if (innermost && perfect && a.main?.fn === 'add')
    for (const l of a.reduction)
      if (extents.of(l) >= 2 * target.lanes || (l === innermost && extents.of(l) >= target.lanes))
        if (l === innermost) kinds.push({ loop: l, vectors: 1, dot: true });

  let best: { c: Candidate; packs: readonly Directive[]; cycles: number } | null = null;
  for (const lanes of kinds) {
    const { refs, packs, packCycles } = withPacks(a, lanes, target, extents);
    const accumulators = windowSize * (lanes && !lanes.dot ? lanes.vectors : 1);
    const tileable = a.parallel.filter((l) => l !== lanes?.loop);
    for (const tiles of tilings(tileable, Math.floor(12 / accumulators), extents))
      for (const { steps, fenced } of unrollings(
        a,
        lanes,
        target,
        extents,
        accumulators * tiles.reduce((p, t) => p * t.by, 1),
      )) {
        const c: Candidate = { lanes, tiles, steps, fenced };
        const cycles = cost(c, a, refs, windowed, target, extents) + packCycles;
        if (!best || cycles < best.cycles) best = { c, packs, cycles };
      }
  }
  if (!best) return { schedule: [], cycles: 0 };
  return { schedule: [...best.packs, ...directives(best.c, a, windowed)], cycles: best.cycles };
}

/** At most two axes in register tiles. */
function* tilings(loops: readonly Loop[], most: number, extents: Extents): Generator<readonly Unrolled[]> {
  yield [];
  for (const [i, l] of loops.entries())
    for (const by of factors) {
      if (by === 1 || by > most || by > extents.of(l)) continue;
      yield [{ axis: l.axis, by }];
      for (const m of loops.slice(i + 1))
        for (const also of factors)
          if (also > 1 && by * also <= most && also <= extents.of(m))
            yield [
              { axis: l.axis, by },
              { axis: m.axis, by: also },
            ];
    }
}

/** How many iterations of the innermost reductions become one body. */
function unrollings(
  a: Analysis,
  lanes: Candidate['lanes'],
  target: Target,
  extents: Extents,
  macs: number,
): { steps: Unrolled[]; fenced: boolean }[] {
  const out: { steps: Unrolled[]; fenced: boolean }[] = [{ steps: [], fenced: false }];
  const inner: Unrolled[] = [];
  let size = macs;
  for (const l of a.reduction.toReversed()) {
    const whole = extents.constant(l);
    const count = lanes?.dot && lanes.loop === l ? Math.floor(extents.of(l) / target.lanes) : extents.of(l);
    if (whole !== null && size * count <= target.unroll * 1.25) {
      if (count > 1) {
        inner.unshift({ axis: l.axis, by: count });
        out.push({ steps: [...inner], fenced: false }, { steps: [...inner], fenced: true });
      }
      size *= count;
      continue;
    }
    // A symbolic extent is split once: into lanes, or into steps.
    if (whole === null && lanes?.dot && lanes.loop === l) break;
    for (const by of [2, 4, 8]) {
      if (by > count || size * by > target.unroll * 1.25) continue;
      const steps = [{ axis: l.axis, by }, ...inner];
      out.push({ steps, fenced: false }, { steps, fenced: true });
    }
    break;
  }
  return out;
}

/** Reads across the lanes, from a copy with the lanes' dimension last where that is cheaper than gathering. */
function withPacks(
  a: Analysis,
  lanes: Candidate['lanes'],
  _target: Target,
  extents: Extents,
): { refs: readonly Reference[]; packs: Directive[]; packCycles: number } {
  if (!lanes) return { refs: a.reads, packs: [], packCycles: 0 };
  const axis = lanes.loop.axis;
  const packs: Directive[] = [];
  let packCycles = 0;
  const refs = a.reads.map((r) => {
    const stride = r.strides.get(axis) ?? 0;
    if ([0, 1, 2].includes(stride) && !r.bent.has(axis)) return r;
    const d = r.at.findIndex((i) => i.kind === 'axis' && i.axis === axis);
    const written = a.stores.some((s) => s.buffer === r.buffer);
    if (d < 0 || written || a.reads.some((q) => q !== r && q.buffer.name === r.buffer.name)) return r;
    const order = [...r.at.keys()].filter((k) => k !== d).concat(d);
    packs.push({ do: 'pack', buffer: r.buffer.name, order });
    packCycles += extents.elements(r.buffer.type.shape) * 3;
    const shape = order.map((k) => bindDim(r.buffer.type.shape[k] as Dim, 64));
    return { ...r, strides: restride(r, order, shape), bent: new Set([...r.bent].filter((b) => b !== axis)) };
  });
  return { refs, packs, packCycles };
}

/** Strides of a read whose dimensions were put in another order: exact for axes that stand alone in a dimension, which
 *  is enough to rank candidates. */
function restride(r: Reference, order: readonly number[], shape: readonly number[]): Map<Axis, number> {
  const out = new Map<Axis, number>();
  let step = 1;
  for (let k = order.length - 1; k >= 0; k--) {
    const index = r.at[order[k] as number] as x.Expr;
    for (const [axis, by] of coefficients(index)) out.set(axis, (out.get(axis) ?? 0) + by * step);
    step *= shape[k] as number;
  }
  return out;
}
function coefficients(e: x.Expr): [Axis, number][] {
  if (e.kind === 'axis') return [[e.axis, 1]];
  if (e.kind === 'binary' && e.fn === 'add') return [...coefficients(e.a), ...coefficients(e.b)];
  if (e.kind === 'binary' && e.fn === 'sub')
    return [...coefficients(e.a), ...coefficients(e.b).map(([a, c]): [Axis, number] => [a, -c])];
  if (e.kind === 'binary' && e.fn === 'mul' && e.b.kind === 'const')
    return coefficients(e.a).map(([a, c]) => [a, c * (e.b as { value: number }).value]);
  return [];
}

function cost(
  c: Candidate,
  a: Analysis,
  refs: readonly Reference[],
  window: readonly Unrolled[],
  target: Target,
  extents: Extents,
): number {
  const { lanes } = c;
  const vectors = lanes && !lanes.dot ? lanes.vectors : 1;
  const copies = [...c.tiles, ...window];
  const perStep = copies.reduce((p, u) => p * u.by, 1) * vectors;
  const steps = c.steps.reduce((p, u) => p * u.by, 1);
  const macs = perStep * steps;

  // Loads of one body: every distinct address once, or once a step where steps are fenced from each other.
  const fence = c.fenced ? (c.steps[0] ?? null) : null;
  const free = fence ? c.steps.slice(1) : c.steps;
  let [instructions, loads, blockLoads] = [0, 0, 0];
  for (const r of refs) {
    const stride = lanes ? (r.bent.has(lanes.loop.axis) ? Number.NaN : (r.strides.get(lanes.loop.axis) ?? 0)) : 0;
    const along =
      lanes && !lanes.dot && stride !== 0 ? [{ axis: lanes.loop.axis, by: vectors, step: target.lanes }] : [];
    const scale = (u: Unrolled): { axis: Axis; by: number; step: number } => ({
      ...u,
      step: lanes?.dot && lanes.loop.axis === u.axis ? target.lanes : 1,
    });
    const distinct = distinctOffsets(r, [...copies.map(scale), ...free.map(scale), ...along]);
    const times = fence ? fence.by : 1;
    const each = stride === 0 || stride === 1 ? 1 : stride === 2 ? 1 + target.cost.strided : target.cost.gathered;
    const words = stride === 2 ? 2 : stride === 0 || stride === 1 ? 1 : target.lanes;
    instructions += distinct * times * each;
    loads += distinct * times * words;
    blockLoads += distinct * words;
  }
  const { issue, arithmetic, load, loop } = target.cost;
  let body = Math.max(
    (macs * a.operations) / (2 * arithmetic),
    loads / load,
    (macs * a.operations + instructions + (c.fenced ? 2 * (fence as Unrolled).by : 0)) / issue,
  );
  const accumulators = perStep;
  // A spilled accumulator is loaded and stored at every step.
  if (accumulators + 2 > target.registers || accumulators + blockLoads > target.blockRegisters) {
    const over = Math.max(accumulators + 3 - target.registers, accumulators + blockLoads - target.blockRegisters);
    body += (Math.min(over, accumulators) * steps * 3) / issue + macs / issue;
  }

  // Each loop that is left costs its own instructions, a pointer for each read among them, and a jump that goes wrong.
  const turn = (loop + 2 * refs.length) / issue;
  const reduced = a.reduction.reduceRight((inside, l) => {
    const u = c.steps.find((s) => s.axis === l.axis)?.by ?? 1;
    const width = lanes?.dot && lanes.loop === l ? target.lanes : 1;
    const e = extents.of(l);
    // What does not fill a vector runs alone.
    const filled = Math.floor(e / (u * width));
    const trips = filled + (e - filled * u * width) / Math.max(1, u);
    return trips > 1 ? trips * (inside + turn) + target.cost.exit : inside;
  }, body);
  const outside = a.parallel.reduce((p, l) => {
    const e = extents.of(l);
    if (lanes && !lanes.dot && lanes.loop === l) {
      const width = lanes.vectors * target.lanes;
      const rest = e % width;
      if (rest === 0) return p * (e / width);
      return (
        p *
        (a.inPlace
          ? Math.floor(e / width) + Math.floor(rest / target.lanes) / lanes.vectors + (rest % target.lanes)
          : Math.ceil(e / width))
      );
    }
    const t = c.tiles.find((u) => u.axis === l.axis)?.by ?? 1;
    return p * (extents.constant(l) === null ? e / t : Math.floor(e / t) + Math.sqrt((e % t) / t));
  }, 1);
  const scattered = lanes && !lanes.dot && a.stores.some((s) => s.strides.get(lanes.loop.axis) !== 1) ? 9 : 2;
  const ends = accumulators * (2 + scattered + (lanes?.dot ? 8 : 0)) + 10;
  // Code is downloaded, compiled and cached: an instruction must save some cycles over the whole batch.
  const bodies = (lanes && !lanes.dot ? 2 : 1) * 2 ** c.tiles.length;
  const code = bodies * (macs * (a.operations + 1) + instructions + accumulators * 8);
  return outside * (reduced + ends / 2) + code * target.cost.code;
}

/** How many different elements a read touches over all copies. */
function distinctOffsets(r: Reference, copies: readonly { axis: Axis; by: number; step: number }[]): number {
  let offsets = new Set<number>([0]);
  for (const { axis, by, step } of copies) {
    if (r.bent.has(axis)) return offsets.size * copies.reduce((p, c) => p * c.by, 1);
    const stride = r.strides.get(axis) ?? 0;
    if (stride === 0) continue;
    const next = new Set<number>();
    for (const o of offsets) for (let i = 0; i < by; i++) next.add(o + i * step * stride);
    offsets = next;
  }
  return offsets.size;
}

function directives(c: Candidate, a: Analysis, window: readonly Unrolled[]): Directive[] {
  const out: Directive[] = [];
  const { lanes } = c;
  if (lanes?.dot) out.push({ do: 'reassociate', axis: lanes.loop.axis.name, by: 4 });
  // Inner loops first: a tile moves inwards past the loops in its body, and sums and first maxima keep their order.
  for (const w of window.toReversed()) out.push({ do: 'tile', axis: w.axis.name, by: w.by });
  if (lanes && !lanes.dot)
    out.push({ do: 'vectorize', axis: lanes.loop.axis.name, by: lanes.vectors * 4, shift: !a.inPlace });
  for (const t of c.tiles) out.push({ do: 'tile', axis: t.axis.name, by: t.by });
  for (const [i, s] of [...c.steps.entries()].toReversed())
    out.push({ do: 'tile', axis: s.axis.name, by: s.by, fenced: c.fenced && i === 0 });
  return out;
}
