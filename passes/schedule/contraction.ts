/** Kernels with a long reduction: enumerates vector axes, register tiles, unrolling and packed operands within the
 *  target's budget, and takes the cheapest by estimated cycles. */

import type * as x from '../../ir/expr.ts';
import type { Axis } from '../../ir/expr.ts';
import type { Loop } from '../../ir/kernel.ts';
import type { Directive, Schedule } from '../../ir/schedule.ts';
import type { VectorTarget } from '../../ir/target.ts';
import { bindDim, type Dim } from '../../ir/type.ts';
import type { Analysis, Reference } from './analyse.ts';
import { type Candidate, cost, type Lanes, shifts, type Unrolled } from './cost.ts';
import type { Extents } from './extents.ts';
import { reorders } from './loops.ts';

const factors = [1, 2, 3, 4, 5, 6, 8];

/** The cheapest schedules, at most so many, the cheapest first. They differ in their lanes, their register tiles or in how many
 *  axes they keep apart; none where there is nothing to choose. */
export function contractions(a: Analysis, target: VectorTarget, extents: Extents, most: number): Schedule[] {
  const windowed = a.window.map((l) => ({ axis: l.axis, by: extents.of(l) }));
  const windowSize = windowed.reduce((p, w) => p * w.by, 1);
  if (a.window.some((l) => extents.constant(l) === null) || windowSize > 16) return [];
  if (a.reads.some((r) => r.guarded) || !mayUnroll(a.window)) return [];

  const kinds: Candidate['lanes'][] = [null];
  for (const l of a.parallel) {
    const e = extents.constant(l);
    if (e === null) continue;
    for (const vectors of [1, 2, 3, 4])
      if (vectors * target.lanes <= e) kinds.push(...alongResult(l, vectors, vectors * target.lanes, a, extents));
    // A short extent runs whole, its last vector not full.
    const whole = Math.ceil(e / target.lanes);
    if (e > 1 && e % target.lanes !== 0 && whole <= 4) kinds.push(...alongResult(l, whole, e, a, extents));
  }
  const innermost = a.reduction.at(-1);
  const perfect = a.reduction.every(
    (l, i) => l.body.length === 1 && (i === a.reduction.length - 1 || l.body[0]?.kind === 'for'),
  );
  if (innermost && perfect && a.main?.fn === 'add' && extents.of(innermost) >= target.lanes)
    kinds.push({ loop: innermost, vectors: 1, width: target.lanes, dot: true, woven: null, span: 1 });

  const ways: Way[] = [];
  for (const lanes of kinds) {
    const { refs, packs, packCycles } = withPacks(a, lanes, target, extents);
    const apart = windowed.filter((w) => w.axis !== lanes?.woven?.axis);
    const accumulators = windowSize * (lanes && !lanes.dot ? lanes.vectors : 1);
    const tileable = a.parallel.filter((l) => l !== lanes?.loop);
    for (const tiles of tilings(tileable, Math.floor(12 / accumulators), extents)) {
      const bySteps = new Map<number, Way>();
      for (const steps of unrollings(a, lanes, target, extents, accumulators * tiles.reduce((p, t) => p * t.by, 1))) {
        for (const fences of fencings(steps, apart)) {
          const c: Candidate = { lanes, tiles, steps, fences };
          const cycles = cost(c, a, refs, apart, target, extents) + packCycles;
          const best = bySteps.get(fences.size);
          if (!best || cycles < best.cycles) bySteps.set(fences.size, { c, packs, cycles });
        }
      }
      ways.push(...bySteps.values());
    }
  }
  ways.sort((p, q) => p.cycles - q.cycles);
  return ways.slice(0, most).map(({ c, packs }) => [...packs, ...directives(c, a, windowed, target)]);
}

interface Way {
  readonly c: Candidate;
  readonly packs: readonly Directive[];
  readonly cycles: number;
}

/** Whether the loops of a window, each holding nothing but the next, can become copies from the innermost out. */
function mayUnroll(window: readonly Loop[]): boolean {
  const innermost = window.at(-1);
  return !innermost || (window.slice(0, -1).every((l) => l.body.length === 1) && !reorders(innermost.body));
}

/** Lanes along an axis of the result: as it is, and woven with a window whose places lie between its own, as the columns
 *  under a pooling window do, so that reads `span` apart become neighbours. */
function alongResult(loop: Loop, vectors: number, width: number, a: Analysis, extents: Extents): Lanes[] {
  const plain: Lanes = { loop, vectors, width, dot: false, woven: null, span: 1 };
  const woven = a.window.at(-1);
  const span = woven ? extents.of(woven) : 1;
  const weaves =
    woven !== undefined &&
    a.reads.every((r) => {
      const [far, near] = [r.strides.get(loop.axis) ?? 0, r.strides.get(woven.axis) ?? 0];
      return far === span * near && !r.bent.has(loop.axis) && !r.bent.has(woven.axis);
    });
  return weaves ? [plain, { ...plain, woven, span }] : [plain];
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
  target: VectorTarget,
  extents: Extents,
  macs: number,
): Unrolled[][] {
  const out: Unrolled[][] = [[]];
  const inner: Unrolled[] = [];
  let size = macs;
  for (const l of a.reduction.toReversed()) {
    // A loop that holds others keeps its place: copies of it would be added in another order.
    const [only] = l.body;
    const nested = l.body.some((s) => s.kind === 'for');
    if (nested && !(l.body.length === 1 && only?.kind === 'for' && inner.some((u) => u.axis === only.axis))) break;
    const whole = extents.constant(l);
    const count = lanes?.dot && lanes.loop === l ? Math.floor(extents.of(l) / target.lanes) : extents.of(l);
    if (whole !== null && size * count <= target.unroll * 1.25) {
      if (count > 1) {
        inner.unshift({ axis: l.axis, by: count });
        out.push([...inner]);
      }
      size *= count;
      continue;
    }
    // A symbolic extent is split once: into lanes, or into steps.
    if (whole === null && lanes?.dot && lanes.loop === l) break;
    for (const by of [2, 4, 8]) {
      if (by > count || size * by > target.unroll * 1.25) continue;
      out.push([{ axis: l.axis, by }, ...inner]);
    }
    break;
  }
  return out;
}

/** Where copies may be kept apart: nowhere, between the outermost steps, and within a step between rows of a window. Rows
 *  of a tile are not: what many accumulators cost at each fence is more than what a fence spares. */
function fencings(steps: readonly Unrolled[], window: readonly Unrolled[]): ReadonlySet<Axis>[] {
  const [step, row] = [steps[0], window[0]];
  const none = new Set<Axis>();
  if (!step) return row ? [none, new Set([row.axis])] : [none];
  const outer = new Set([step.axis]);
  return row ? [none, outer, new Set([step.axis, row.axis])] : [none, outer];
}

/** Reads across the lanes, from a copy with the lanes' dimension last where that is cheaper than gathering. */
function withPacks(
  a: Analysis,
  lanes: Candidate['lanes'],
  _target: VectorTarget,
  extents: Extents,
): { refs: readonly Reference[]; packs: Directive[]; packCycles: number } {
  if (!lanes) return { refs: a.reads, packs: [], packCycles: 0 };
  const { woven, span } = lanes;
  if (woven) {
    const near = (r: Reference): Reference => ({
      ...r,
      strides: new Map(
        [...r.strides].map(([axis, by]) => [axis, axis === lanes.loop.axis ? by / span : axis === woven.axis ? 0 : by]),
      ),
    });
    return { refs: a.reads.map(near), packs: [], packCycles: 0 };
  }
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

function directives(c: Candidate, a: Analysis, window: readonly Unrolled[], target: VectorTarget): Directive[] {
  const out: Directive[] = [];
  const { lanes } = c;
  if (lanes?.dot) out.push({ do: 'reassociate', axis: lanes.loop.axis.name, by: target.lanes });
  // Inner loops first: a tile moves inwards past the loops in its body, and sums and first maxima keep their order.
  for (const w of window.toReversed())
    out.push({ do: 'tile', axis: w.axis.name, by: w.by, fenced: c.fences.has(w.axis) });
  if (lanes && !lanes.dot)
    out.push({ do: 'vectorize', axis: lanes.loop.axis.name, by: lanes.width, shift: shifts(lanes, a) });
  if (lanes?.woven) out.push({ do: 'weave', axis: `${lanes.loop.axis.name}_i`, with: `${lanes.woven.axis.name}_i` });
  for (const t of c.tiles) out.push({ do: 'tile', axis: t.axis.name, by: t.by });
  for (const s of c.steps.toReversed())
    out.push({ do: 'tile', axis: s.axis.name, by: s.by, fenced: c.fences.has(s.axis) });
  return out;
}
