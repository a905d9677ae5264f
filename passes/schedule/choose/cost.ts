/** The estimated cycles of a contraction: instructions against issue width, loads against load ports, spills, loop
 *  overhead, remainders, and code size. */

import type { Axis } from '../../../ir/expr.ts';
import type { Loop } from '../../../ir/kernel.ts';
import type { VectorTarget } from '../../../ir/target.ts';
import { isBatch } from '../../../ir/type.ts';
import { endsAtDim } from '../rewrites/loops.ts';
import type { Analysis, Reference } from './analyse.ts';
import type { Extents } from './extents.ts';

/** An axis unrolled `by` times. */
export interface Unrolled {
  readonly axis: Axis;
  readonly by: number;
}
/** The axis that runs in lanes, `width` indices at a time: one of the result, or of the sum (`dot`). */
export interface Lanes {
  readonly loop: Loop;
  readonly width: number;
  /** The number of vectors that hold them; the last may be partly filled. */
  readonly vectors: number;
  readonly dot: boolean;
  /** A loop whose elements lie between those of the lanes, so that both form one contiguous run: a loop of a window, or
   *  another of the result. */
  readonly woven: Loop | null;
  /** The number of neighbours for each index: the woven loop's extent, or 1. */
  readonly span: number;
}

/** True if a remainder is computed by a full iteration that starts earlier. */
export const shifts = ({ woven }: Lanes, { inPlace }: Analysis): boolean => !inPlace && !woven;

/** True if the lanes run along two axes of the result. */
export const alongTwo = (lanes: Lanes | null, { parallel }: Analysis): lanes is Lanes & { readonly woven: Loop } =>
  lanes?.woven != null && parallel.includes(lanes.woven);

/** Vector registers that a body keeps for operands, beside its accumulators. */
export const operandRegisters = 3;

/** The cost of a copy by itself, as a fraction of a tile of copies, which share their reads. */
const loneCopy = 0.4;

/** One way to run a contraction. */
export interface Candidate {
  readonly lanes: Lanes | null;
  readonly tiles: readonly Unrolled[];
  readonly steps: readonly Unrolled[];
  /** Axes with fences between their copies, so that the engine holds the loads of only one copy at a time. */
  readonly fences: ReadonlySet<Axis>;
}

export function cost(
  c: Candidate,
  a: Analysis,
  refs: readonly Reference[],
  window: readonly Unrolled[],
  target: VectorTarget,
  extents: Extents,
  price: number,
): number {
  const { lanes } = c;
  const vectors = lanes && !lanes.dot ? lanes.vectors : 1;
  const copies = [...c.tiles, ...window];
  const perStep = copies.reduce((p, u) => p * u.by, 1) * vectors;
  const steps = c.steps.reduce((p, u) => p * u.by, 1);
  const macs = perStep * steps;

  // Loads of one body: each distinct address once between two fences.
  const unrolled = [...copies, ...c.steps];
  const free = unrolled.filter((u) => !c.fences.has(u.axis));
  const fences = unrolled.reduce((p, u) => (c.fences.has(u.axis) ? p * u.by : p), 1);
  const steppedBy = free.map((u) => ({ ...u, step: lanes?.dot && lanes.loop.axis === u.axis ? target.lanes : 1 }));
  let [instructions, loads, blockLoads] = [0, 0, 0];
  for (const r of refs) {
    const stride = lanes ? (r.bent.has(lanes.loop.axis) ? Number.NaN : (r.strides.get(lanes.loop.axis) ?? 0)) : 0;
    const along =
      lanes && !lanes.dot && stride !== 0 ? [{ axis: lanes.loop.axis, by: vectors, step: target.lanes }] : [];
    const distinct = distinctOffsets(r, [...steppedBy, ...along]);
    // Reads that a fenced axis does not move are done once, ahead of the fences.
    const moves = (axis: Axis): boolean => r.bent.has(axis) || (r.strides.get(axis) ?? 0) !== 0;
    const times = unrolled.reduce((p, u) => (c.fences.has(u.axis) && moves(u.axis) ? p * u.by : p), 1);
    const each = stride === 0 || stride === 1 ? 1 : stride === 2 ? 1 + target.cost.strided : target.cost.gathered;
    const words = stride === 2 ? 2 : stride === 0 || stride === 1 ? 1 : target.lanes;
    instructions += distinct * times * each;
    if (r.indirect)
      instructions += unrolled.reduce((p, u) => (r.bent.has(u.axis) ? p * u.by : p), target.cost.indirect[r.indirect]);
    loads += distinct * times * words;
    blockLoads += distinct * words;
  }
  const { issue, arithmetic, load, loop, pointer, spill, result } = target.cost;
  const issued = a.operations - (target.madd && a.addsProduct ? 1 : 0);
  let body = Math.max(
    // Additions to one accumulator wait for each other.
    steps * target.cost.latency,
    (macs * a.operations) / (2 * arithmetic),
    loads / load,
    (macs * issued + instructions + (fences > 1 ? target.cost.fence * fences : 0)) / issue,
  );
  const accumulators = perStep;
  // One spilled accumulator is loaded and stored at every step, which makes a kernel half as fast.
  const over = Math.max(
    accumulators + operandRegisters - target.registers,
    accumulators + blockLoads - target.blockRegisters,
  );
  if (over > 0) body *= spill.any + spill.each * Math.min(over, accumulators);

  // Each remaining loop costs its own instructions, a pointer for each read, and a mispredicted branch.
  const turn = (loop + pointer * refs.length) / issue;
  const reduced = a.reduction.reduceRight((inside, l) => {
    const u = c.steps.find((s) => s.axis === l.axis)?.by ?? 1;
    const width = lanes?.dot && lanes.loop === l ? target.lanes : 1;
    const e = extents.of(l);
    // A remainder that does not fill a vector runs one element at a time.
    const filled = Math.floor(e / (u * width));
    const trips = filled + (e - filled * u * width) / Math.max(1, u);
    const exit = endsAtDim(l) ? target.cost.exit : target.cost.surprise;
    return trips > 1 ? trips * (inside + turn) + exit : inside;
  }, body);
  const outside = a.parallel.reduce((p, l) => {
    const e = extents.of(l);
    if (lanes?.woven === l) return p;
    if (lanes && !lanes.dot && lanes.loop === l) {
      const { width } = lanes;
      const rest = e % width;
      if (rest === 0) return p * (e / width);
      const last = shifts(lanes, a) ? 1 : Math.sqrt(Math.ceil((rest * lanes.span) / target.lanes) / vectors);
      return p * (Math.floor(e / width) + last);
    }
    const t = c.tiles.find((u) => u.axis === l.axis)?.by ?? 1;
    // The remainder of a symbolic extent runs one iteration at a time.
    const last = extents.constant(l) === null ? (e % t) * loneCopy : Math.sqrt((e % t) / t);
    return p * (Math.floor(e / t) + last);
  }, 1);
  const ordered = a.ordered.reduce((p, l) => p * extents.of(l), outside);
  const scattered =
    lanes && !lanes.dot && a.stores.some((s) => s.strides.get(lanes.loop.axis) !== 1) ? result.apart : result.row;
  // Two woven axes are separated when they are stored: a vector for each index of the short one.
  const pieces = alongTwo(lanes, a) ? (lanes.span * Math.ceil(lanes.width / target.lanes)) / lanes.vectors : 1;
  const ends = accumulators * pieces * (scattered + (lanes?.dot ? result.across : 0)) + result.fixed;
  // Code is downloaded, compiled and cached: an instruction must pay for itself over the whole batch.
  const bodies = (lanes && !lanes.dot ? 2 : 1) * 2 ** c.tiles.length;
  const code = bodies * (macs * (a.operations + 1) + instructions + accumulators * 8);
  return ordered * (reduced + ends / 2) + code * price;
}

/** The cycles that one more instruction must save: more for a loop over many rows of a batch, so that sequences of any
 *  length have the same code. */
export function priceOfCode({ parallel, reduction }: Analysis, target: VectorTarget, extents: Extents): number {
  const { sample, most, row } = target.cost.code;
  const rows = Math.max(
    0,
    ...[...parallel, ...reduction].filter((l) => isBatch(l.axis.extent)).map((l) => extents.of(l)),
  );
  return Math.max(Math.min(most, sample * extents.batch), row * rows);
}

/** The number of distinct elements that a read touches over all copies. */
function distinctOffsets(r: Reference, copies: readonly { axis: Axis; by: number; step: number }[]): number {
  const moving: { by: number; stride: number }[] = [];
  // Along an axis in which the address is not linear, all copies are assumed to be distinct.
  let apart = 1;
  for (const { axis, by, step } of copies) {
    const stride = (r.strides.get(axis) ?? 0) * step;
    if (r.bent.has(axis)) apart *= by;
    else if (stride !== 0 && by > 1) moving.push({ by, stride });
  }
  return apart * countSums(moving);
}

/** The number of values of Σ stride·i for 0 ≤ i < by. */
function countSums(moving: readonly { by: number; stride: number }[]): number {
  const [first, second] = moving;
  if (!first) return 1;
  if (!second) return first.by;
  if (moving.length === 2) return countPairs(first.by, first.stride, second.by, second.stride);
  let offsets = new Set<number>([0]);
  for (const { by, stride } of moving) {
    const next = new Set<number>();
    for (const o of offsets) for (let i = 0; i < by; i++) next.add(o + i * stride);
    offsets = next;
  }
  return offsets.size;
}

/** The number of values of s·i + t·j for 0 ≤ i < a and 0 ≤ j < b: with s and t divided by what divides both, i and j give the sum of
 *  i − t and j + s too, so that only pairs without such a one count. */
function countPairs(a: number, s: number, b: number, t: number): number {
  const by = greatestDivisor(Math.abs(s), Math.abs(t));
  return a * b - Math.max(0, a - Math.abs(t) / by) * Math.max(0, b - Math.abs(s) / by);
}
const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
