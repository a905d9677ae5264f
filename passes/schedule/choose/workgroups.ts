/** Schedules for devices with workgroups: the loops that become the grid, those that become the invocations of a
 *  workgroup, and the work that these share. */

import type { Buffer } from '../../../ir/expr.ts';
import { addsTogether, type Kernel, type Loop, type Stmt, walkStmts } from '../../../ir/kernel.ts';
import { type Directive, innerName, type Schedule } from '../../../ir/schedule.ts';
import type { GridTarget } from '../../../ir/target.ts';
import { type ProblemCode, VerifyError } from '../../../ir/verify/index.ts';
import { verifyKernel } from '../../../ir/verify/kernel.ts';
import { blockParts, loopsToSum } from '../rewrites/block-parts.ts';
import { applied, appliedSteps, fits } from '../rewrites/directives.ts';
import { unlessRefused, whyNotApart } from '../rewrites/legal.ts';
import { slicesName, slicing } from '../rewrites/slice.ts';
import { cheapestBlock, mostRegisters } from './block-sizes.ts';
import { Extents } from './extents.ts';

/** The most loops that form the invocations of a workgroup. */
const mostInvokeLoops = 3;

/** The first safe one of: sums in two stages, blocks of results in workgroup memory, sums shared by invocations, an
 *  invocation per iteration, one invocation for everything. */
export function workgroups(kernel: Kernel, target: GridTarget, batch: number): Schedule {
  const extents = new Extents(batch);
  const nest = independent(kernel.body);
  const ways = [
    () => slicedSums(kernel, nest, target, batch),
    () => blocksOf(kernel, [], target, extents),
    () => blocksOfPlaces(kernel, nest, target, extents),
    () => sharedSums(kernel, nest, target, extents),
    () => everyIteration(nest, target, extents),
  ];
  for (const way of ways) {
    const schedule = way();
    if (schedule && isSafe(kernel, schedule, target, batch)) return schedule;
  }
  return [];
}

/** An invocation for every iteration of the independent loops: the innermost loop forms a workgroup, with the next ones
 *  where it is short, and the others form the grid. */
function everyIteration(nest: readonly Loop[], target: GridTarget, extents: Extents): Schedule {
  const shared: Directive[] = [];
  let room = target.workgroup.usual;
  for (const l of nest.toReversed().slice(0, mostInvokeLoops)) {
    const by = Math.min(room, extents.of(l));
    if (by <= 1 && shared.length > 0) continue;
    shared.push({ do: 'invoke', axis: l.axis.name, by });
    room = Math.floor(room / by);
  }
  const gone = new Set(
    shared.flatMap((d) =>
      'by' in d && nest.some((l) => l.axis.name === d.axis && extents.constant(l) === d.by) ? d.axis : [],
    ),
  );
  return [...shared, ...grid(nest.filter((l) => !gone.has(l.axis.name)))];
}

const grid = (loops: readonly Loop[]): Directive[] => loops.map((l) => ({ do: 'parallel', axis: l.axis.name }));

/** Flattens the rows and columns of an image into one loop, and blocks it with the channels. */
function blocksOfPlaces(kernel: Kernel, nest: readonly Loop[], target: GridTarget, extents: Extents): Schedule | null {
  const [channels, rows] = nest.slice(-3);
  return channels && rows && nest.length > 2
    ? blocksOf(kernel, [{ do: 'flatten', axis: rows.axis.name }], target, extents)
    : null;
}

/** Blocks the two innermost independent loops, where they and the sum in them are long enough for that to save reads. */
function blocksOf(kernel: Kernel, before: Schedule, target: GridTarget, extents: Extents): Schedule | null {
  const start = applied(kernel, before);
  const first = start && sumIn(start);
  if (!first) return null;
  const flat: Directive[] = chainOf(first).length > 1 ? [{ do: 'flatten', axis: first.axis.name }] : [];
  const whole = applied(kernel, [...before, ...flat]);
  if (!whole) return null;
  const [nest, over] = [independent(whole.body), sumIn(whole)];
  const [rows, cols] = nest.slice(-2);
  if (!rows || !cols || !over) return null;
  const [r, c, o] = [rows.axis.name, cols.axis.name, over.axis.name];
  const parts = unlessRefused(() => blockParts(rows, c, o));
  if (!parts) return null;
  const length = extents.of(over);
  const others = nest.slice(0, -2).reduce((p, l) => p * extents.of(l), 1);
  const block = cheapestBlock(parts, others, target, extents);
  // A very long sum in few workgroups is better shared by invocations.
  if (!block || (block.count < target.workgroup.wanted && length >= target.workgroup.cost.block)) return null;
  const { invocations, registers, by } = block;
  const halves = target.workgroup.halves ? { half: true } : {};
  const made: Schedule = [
    ...before,
    ...flat,
    { do: 'block', axis: r, with: c, over: o, by, invocations, registers, ...halves },
  ];
  const vectors = [r, c].filter((_, d) => (registers[d] as number) % target.lanes === 0);
  const lanes = vectors.map((axis) => innerName('block', axis));
  return [...made, ...lanesOf(kernel, made, lanes, target), ...grid(nest)];
}

/** The loop of the sum in the innermost independent loop of a kernel, or in the windows inside it. */
function sumIn({ body }: Kernel): Loop | undefined {
  const cols = independent(body).at(-1);
  return cols && loopsToSum(cols).at(-1);
}

/** Slices a very long sum of few results, to fill the device with workgroups. Where results form blocks, somewhat more
 *  still count as few: slicing allows blocks large enough to read each operand seldom. */
function slicedSums(kernel: Kernel, nest: readonly Loop[], target: GridTarget, batch: number): Schedule | null {
  const extents = new Extents(batch);
  const [over, ...others] = (nest.at(-1)?.body ?? kernel.body).filter((s): s is Loop => s.kind === 'for');
  if (!over || others.length > 0) return null;
  const chain = chainOf(over);
  if (!isSum(chain.at(-1) as Loop)) return null;
  const results = nest.reduce((p, l) => p * extents.of(l), 1);
  const length = chain.reduce((p, l) => p * extents.of(l), 1);
  const { wanted, invocations, usual, cost } = target.workgroup;
  const few = results < wanted && length >= cost.slice;
  // The largest block reads less than the smallest by this factor.
  const side = Math.sqrt(usual);
  const tiles = Math.ceil(results / (usual * mostRegisters ** 2));
  const blocks = tiles < wanted && length >= 4 * cost.block && (results * length) / (side / 2) >= cost.launch;
  if (!few && !blocks) return null;
  const room = few ? length / (4 * invocations) : length / cost.block;
  const by = 2 ** Math.floor(Math.log2(Math.min(room, 2 * Math.ceil(wanted / (few ? results : tiles)))));
  if (by < 2) return null;
  const axis = over.axis.name;
  const before: Schedule = [...(chain.length > 1 ? [{ do: 'flatten', axis } as const] : []), { do: 'slice', axis, by }];
  if (!fits(kernel, before)) return null;
  const [flat, whole] = appliedSteps(kernel, before).slice(-2) as [Kernel, Kernel];
  const slices = whole.params.find((p) => p.buffer.name === slicesName(flat, axis))?.buffer as Buffer;
  const first = workgroups(slicing(kernel.name, flat, axis, by, slices), target, batch);
  return few || first.some((d) => d.do === 'block') ? [...before, ...workgroups(whole, target, batch)] : null;
}

/** Lanes for the copies over these axes that can have them. */
const lanesOf = (kernel: Kernel, before: Schedule, axes: readonly string[], { lanes }: GridTarget): Schedule =>
  axes.reduce<Directive[]>((chosen, axis) => {
    const d: Directive = { do: 'vectorize', axis, by: lanes };
    return fits(kernel, [...before, ...chosen, d]) ? [...chosen, d] : chosen;
  }, []);

/** A workgroup for every iteration of the outer loops; its invocations share the sums and the loops inside. For long
 *  loops inside too few iterations to fill the device with an invocation each. */
function sharedSums(kernel: Kernel, nest: readonly Loop[], target: GridTarget, extents: Extents): Schedule | null {
  const inside = nest.length > 0 ? (nest.at(-1) as Loop).body : kernel.body;
  const results = nest.reduce((p, l) => p * extents.of(l), 1);
  const loops = inside.filter((s): s is Loop => s.kind === 'for');
  const lengths = loops.map((l) => chainOf(l).reduce((p, o) => p * extents.of(o), 1));
  const length = Math.max(0, ...lengths);
  const { usual, invocations, wanted, cost } = target.workgroup;
  const enough = wanted * usual;
  if (length < cost.share || results >= enough) return null;
  // The fewer workgroups, the larger they are, as long as each invocation has a few steps.
  const room = Math.min(invocations, Math.max(usual, (4 * enough) / results), Math.max(usual, length / 4));
  const by = 2 ** Math.floor(Math.log2(room));
  const out: Directive[] = [];
  for (const l of loops) {
    const chain = chainOf(l);
    const { name } = l.axis;
    if (isSum(chain.at(-1) as Loop)) {
      if (chain.length > 1) out.push({ do: 'flatten', axis: name });
      const [add] = (chain.at(-1) as Loop).body;
      const together = target.workgroup.together && add?.kind === 'accumulate' && addsTogether(add.fn, add.tile.dtype);
      out.push({ do: 'share', axis: name, by, ...(together ? { together } : {}) });
    } else if (isApart(l)) out.push({ do: 'invoke', axis: name, by: Math.min(by, extents.of(l)) });
  }
  return out.some((d) => d.do === 'share') ? [...out, ...grid(nest)] : null;
}

/** A loop and the perfect nest of serial loops inside it. */
function chainOf(l: Loop): Loop[] {
  const [inner, ...others] = l.body;
  return inner?.kind === 'for' && inner.mode === 'serial' && others.length === 0 ? [l, ...chainOf(inner)] : [l];
}

/** True if a loop does nothing but add to one accumulator. */
const isSum = ({ body: [only, ...others] }: Loop): boolean =>
  only?.kind === 'accumulate' && others.length === 0 && only.at.length === 0;

/** The perfect nest of independent loops around a kernel, outermost first. */
export function independent(body: readonly Stmt[]): Loop[] {
  const [only, ...others] = body;
  if (only?.kind !== 'for' || only.mode !== 'serial' || others.length > 0 || !isApart(only)) return [];
  return [only, ...independent(only.body)];
}

function isApart(l: Loop): boolean {
  if (whyNotApart(l) !== null) return false;
  let stores = false;
  walkStmts(l.body, (s) => {
    stores ||= s.kind === 'store';
  });
  return stores && l.from.kind === 'const' && l.from.value === 0 && l.step === 1;
}

/** Problems that a schedule may introduce into a sound kernel. */
const brought: ReadonlySet<ProblemCode> = new Set([
  'race',
  'in-place',
  'barrier',
  'invocations',
  'tile-unset',
  'tile-register',
  'uncovered',
]);

/** True if a schedule fits and introduces no race between invocations or other fault. */
export function isSafe(kernel: Kernel, schedule: Schedule, target: GridTarget, maxBatch: number): boolean {
  const made = applied(kernel, schedule);
  if (!made) return false;
  try {
    verifyKernel(made, { maxBatch, target });
    return true;
  } catch (e) {
    if (e instanceof VerifyError) return !e.problems.some((p) => brought.has(p.code));
    throw e;
  }
}
