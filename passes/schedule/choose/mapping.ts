/** Element-wise kernels: lanes along the innermost axis. */

import type { Axis } from '../../../ir/expr.ts';
import { constantTrips } from '../../../ir/kernel.ts';
import type { Schedule } from '../../../ir/schedule.ts';
import type { VectorTarget } from '../../../ir/target.ts';
import type { Analysis, Reference } from './analyse.ts';

/** Strides at which a few instructions load or store a vector. */
const loadable = [0, 1, 2, -1];
const storable = [1, 2];

/** True if a kernel reads one contiguous run and stores its elements apart from each other: lanes then save loads. */
function isTransposed({ reads, stores }: Analysis, axis: Axis): boolean {
  const [read, ...more] = reads;
  const steps = (r: Reference): number => (r.bent.has(axis) || r.guarded ? 0 : (r.strides.get(axis) ?? 0));
  return read !== undefined && more.length === 0 && steps(read) === 1 && stores.every((r) => steps(r) !== 0);
}

/** The numbers of vectors to try, the usual one first, of which `most` fit. Around loops that keep their order more vectors
 *  mean fewer passes over what chooses the elements: four are a line of a cache. */
function vectorsOf({ ordered }: Analysis, most: number): number[] {
  const fitting = [1, 2, 4].filter((n) => n <= most);
  if (ordered.length === 0) return fitting;
  const divides = (n: number): boolean => Number.isInteger(most / n);
  return fitting.reverse().sort((a, b) => Number(divides(b)) - Number(divides(a)));
}

/** Lanes along the innermost axis, where everything accessed along it is close together or the same: one vector, the
 *  usual choice, or more, or none. */
export function mappings(a: Analysis, target: VectorTarget): Schedule[] {
  const last = a.parallel.at(-1);
  const trips = last && constantTrips(last);
  if (!last || !trips || trips < target.lanes || a.window.length > 0) return [[]];
  const fits = (r: Reference, strides: readonly number[]): boolean =>
    !r.bent.has(last.axis) && !r.guarded && strides.includes(r.strides.get(last.axis) ?? 0);
  const along = a.stores.every((r) => fits(r, storable)) && a.reads.every((r) => fits(r, loadable));
  if (!along && !isTransposed(a, last.axis)) return [[]];
  const widths = vectorsOf(a, trips / target.lanes).map((vectors) => vectors * target.lanes);
  return [...widths.map((by): Schedule => [{ do: 'vectorize', axis: last.axis.name, by, shift: !a.inPlace }]), []];
}
