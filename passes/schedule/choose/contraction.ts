/** Kernels with a long reduction: enumerates vector axes, register tiles, unrolling and packed operands within the
 *  target's budget, and takes the cheapest by estimated cycles. */

import type { Axis } from '../../../ir/expr.ts';
import type { Loop } from '../../../ir/kernel.ts';
import { type Directive, type DirectiveOf, madeLoop, type Schedule } from '../../../ir/schedule.ts';
import type { VectorTarget } from '../../../ir/target.ts';
import { endsAtDim, reorders } from '../rewrites/loops.ts';
import type { Analysis } from './analyse.ts';
import {
  alongTwo,
  type Candidate,
  cost,
  type Lanes,
  operandRegisters,
  priceOfCode,
  shifts,
  type Unrolled,
} from './cost.ts';
import type { Extents } from './extents.ts';
import { packedFor, readsRows } from './packing.ts';

const factors = [1, 2, 3, 4, 5, 6, 8];

/** One way to run a contraction. */
export interface Way {
  readonly schedule: Schedule;
  /** The packed copies that it reads, and the cycles that packing takes. */
  readonly packs: readonly Directive[];
  readonly copying: number;
  readonly cycles: number;
}

/** All ways worth comparing, the cheapest first. They differ in lanes, register tiles or the number of fenced axes.
 *  Empty where there is nothing to choose. The analysis does not cover every rule of the directives, so some may not
 *  fit the kernel. */
export function contractions(a: Analysis, target: VectorTarget, extents: Extents): Way[] {
  const windowed = a.window.map((l) => ({ axis: l.axis, by: extents.of(l) }));
  const windowSize = windowed.reduce((p, w) => p * w.by, 1);
  if (a.window.some((l) => extents.constant(l) === null) || windowSize > target.registers) return [];
  if (a.reads.some((r) => r.guarded) || !mayUnroll(a.window)) return [];

  const kinds: Candidate['lanes'][] = [null];
  for (const l of a.parallel) {
    const e = extents.constant(l);
    if (e === null) continue;
    for (const vectors of [1, 2, 3, 4])
      if (vectors * target.lanes <= e) kinds.push(...alongResult(l, vectors, vectors * target.lanes, a, extents));
    // A short extent is vectorized whole; its last vector is partly filled.
    const whole = Math.ceil(e / target.lanes);
    if (e > 1 && e % target.lanes !== 0 && whole <= 4) kinds.push(...alongResult(l, whole, e, a, extents));
    for (const other of a.parallel) kinds.push(...alongRows(l, other, a, target, extents));
  }
  const innermost = a.reduction.at(-1);
  const perfect = a.reduction.every(
    (l, i) => l.body.length === 1 && (i === a.reduction.length - 1 || l.body[0]?.kind === 'for'),
  );
  if (innermost && endsAtDim(innermost) && perfect && a.main?.fn === 'add' && extents.of(innermost) >= target.lanes)
    kinds.push({ loop: innermost, vectors: 1, width: target.lanes, dot: true, woven: null, span: 1 });

  const price = priceOfCode(a, target, extents);
  const ways: Costed[] = [];
  for (const lanes of kinds) {
    const { refs, packs, cycles: copies } = packedFor(a, lanes, target, extents);
    const apart = windowed.filter((w) => w.axis !== lanes?.woven?.axis);
    const accumulators = apart.reduce((p, w) => p * w.by, lanes && !lanes.dot ? lanes.vectors : 1);
    const tileable = a.parallel.filter((l) => l !== lanes?.loop && l !== lanes?.woven);
    for (const tiles of tilings(tileable, Math.floor((target.registers - operandRegisters) / accumulators), extents)) {
      const bySteps = new Map<number, Costed>();
      for (const steps of unrollings(a, lanes, target, extents, accumulators * tiles.reduce((p, t) => p * t.by, 1))) {
        for (const fences of fencings(steps, apart)) {
          const c: Candidate = { lanes, tiles, steps, fences };
          const cycles = cost(c, a, refs, apart, target, extents, price) + copies;
          const best = bySteps.get(fences.size);
          if (!best || cycles < best.cycles) bySteps.set(fences.size, { c, packs, copies, cycles });
        }
      }
      ways.push(...bySteps.values());
    }
  }
  ways.sort((p, q) => p.cycles - q.cycles);
  return ways.map(({ c, packs, copies, cycles }) => ({
    schedule: [...packs, ...directives(c, a, windowed, target)],
    packs,
    copying: copies,
    cycles,
  }));
}

interface Costed {
  readonly c: Candidate;
  readonly packs: readonly Directive[];
  readonly copies: number;
  readonly cycles: number;
}

/** True if each window loop holds nothing but the next, so that they can be unrolled from the innermost out. */
function mayUnroll(window: readonly Loop[]): boolean {
  const innermost = window.at(-1);
  return !innermost || (window.slice(0, -1).every((l) => l.body.length === 1) && !reorders(innermost.body));
}

/** Lanes along one axis of the result: plain, and woven with a window that steps between its elements, as a pooling
 *  window does, so that reads `span` apart become neighbours. */
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
  return weaves ? [plain, { ...plain, woven, span, vectors: vectors * span }] : [plain];
}

/** Lanes along two axes of the result at once: the whole of a short one for each index of the other, where everything
 *  read along them is laid out that way in memory, or in a packed copy. */
function alongRows(rows: Loop, short: Loop, a: Analysis, target: VectorTarget, extents: Extents): Lanes[] {
  const [e, span] = [extents.constant(rows), extents.constant(short)];
  if (e === null || span === null || rows === short || span < 2 || span > largestSpan) return [];
  // After the loop of a sum the rows are separated again; without such a loop weaving gains nothing.
  if (a.window.length > 0 || a.reduction.length === 0 || !readsRows(a, rows, short)) return [];
  const most = Math.floor((target.lanes * mostVectors) / span);
  return Array.from({ length: Math.min(e, most) }, (_, i): Lanes => {
    const vectors = Math.ceil(((i + 1) * span) / target.lanes);
    return { loop: rows, width: i + 1, vectors, dot: false, woven: short, span };
  });
}

/** A longer span fills vectors by itself; more vectors than this leave no registers for operands. */
const [largestSpan, mostVectors] = [16, 8];

/** Register tiles over at most two axes. */
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

/** The ways to unroll the innermost reductions. */
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
    // Where an index is data, each copy computes an address of its own and shares nothing.
    if (a.reads.some((r) => r.indirect && r.bent.has(l.axis))) break;
    // A loop that contains others is not unrolled: its copies would add in another order.
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
    // A symbolic extent is split only once: into lanes, or into steps.
    if (whole === null && lanes?.dot && lanes.loop === l) break;
    for (const by of [2, 4, 8]) {
      if (by > count || size * by > target.unroll * 1.25) continue;
      out.push([{ axis: l.axis, by }, ...inner]);
    }
    break;
  }
  return out;
}

/** Where to put fences: nowhere, between the outermost steps, and also between the rows of a window within a step. Not
 *  between the rows of a tile: a fence there costs more, with that many accumulators, than it saves. */
function fencings(steps: readonly Unrolled[], window: readonly Unrolled[]): ReadonlySet<Axis>[] {
  const [step, row] = [steps[0], window[0]];
  const none = new Set<Axis>();
  if (!step) return row ? [none, new Set([row.axis])] : [none];
  const outer = new Set([step.axis]);
  return row ? [none, outer, new Set([step.axis, row.axis])] : [none, outer];
}

function directives(c: Candidate, a: Analysis, window: readonly Unrolled[], target: VectorTarget): Directive[] {
  const out: Directive[] = [];
  const { lanes } = c;
  if (lanes?.dot) out.push({ do: 'reassociate', axis: lanes.loop.axis.name, by: target.lanes });
  // Inner loops first: a tile moves inwards past the loops in its body, so sums and first maxima keep their order.
  for (const w of window.toReversed())
    out.push({ do: 'tile', axis: w.axis.name, by: w.by, fenced: c.fences.has(w.axis) });
  if (lanes && !lanes.dot) {
    const { loop, woven, width: by, span } = lanes;
    const vectors: DirectiveOf<'vectorize'> = { do: 'vectorize', axis: loop.axis.name, by, shift: shifts(lanes, a) };
    out.push(vectors);
    if (woven) {
      const copies: DirectiveOf<'tile'> = { do: 'tile', axis: woven.axis.name, by: span };
      // A window's copies are made above.
      if (alongTwo(lanes, a)) out.push(copies);
      out.push({ do: 'weave', axis: madeLoop(vectors), with: madeLoop(copies) });
    }
  }
  for (const t of c.tiles) out.push({ do: 'tile', axis: t.axis.name, by: t.by });
  for (const s of c.steps.toReversed())
    out.push({ do: 'tile', axis: s.axis.name, by: s.by, fenced: c.fences.has(s.axis) });
  return out;
}
