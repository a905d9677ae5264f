/** Joins independent launches into one, so that their workgroups run side by side. */

import { axis, type Buffer, int, type Tile } from '../ir/expr.ts';
import {
  constantTrips,
  finish,
  invocationsOf,
  type Kernel,
  loop,
  type Stmt,
  sharedNest,
  storageOf,
  walkStmts,
} from '../ir/kernel.ts';
import type { Entry, Outline } from '../ir/program.ts';
import type { GridTarget, Workgroup } from '../ir/target.ts';
import { workgroupBytes } from '../ir/verify/workgroup.ts';

/** The largest ratio of invocations between workgroups in one launch: all get the size of the largest. */
const maxInvocationRatio = 2;

/** The outline with launches joined, up to the size of a dispatch on the target. */
export function joined(of: Outline, { workgroup }: GridTarget): Outline {
  const made = new Map<string, Kernel>();
  const names = new Set(of.entries.flatMap((e) => e.launches.map((k) => k.name)));
  /** One kernel for several; always the same one for the same kernels. */
  const one = (kernels: readonly Kernel[]): Kernel => {
    const [first] = kernels as [Kernel];
    if (kernels.length === 1) return first;
    const key = kernels.map((k) => k.name).join(' ');
    const known = made.get(key);
    if (known) return known;
    let name = `${first.name}_and_${kernels.length - 1}_more`;
    while (names.has(name)) name += '_';
    names.add(name);
    const body = kernels.map((k) => part(k.body));
    const k = finish(name, body, [...new Set(kernels.flatMap((q) => q.locs))]);
    made.set(key, k);
    return k;
  };
  const entry = (e: Entry): Entry => {
    const groups: Kernel[][] = [];
    for (const k of e.launches) {
      // A launch may move ahead of those it does not depend on.
      const free = groups.findLastIndex((g) => !g.every((q) => apart(q, k))) + 1;
      const home = groups.slice(free).find((g) => joins(g, k, workgroup));
      if (home) home.push(k);
      else groups.push([k]);
    }
    return { ...e, launches: groups.map(one) };
  };
  return { ...of, entries: of.entries.map(entry) };
}

function joins(group: readonly Kernel[], k: Kernel, most: Workgroup): boolean {
  const all = [...group, k];
  return (
    all.every((q) => workgroupsOf(q) !== null) &&
    Math.max(...all.map(invocationsOf)) <= maxInvocationRatio * Math.min(...all.map(invocationsOf)) &&
    all.reduce((sum, q) => sum + (workgroupsOf(q) as number), 0) <= most.most &&
    workgroupBytes(all.flatMap(sharedTiles)) <= most.bytes
  );
}

/** The body of one of several kernels: a parallel loop of its own. */
const part = (body: readonly Stmt[]): Stmt => {
  const [only, ...others] = body;
  if (only?.kind === 'for' && only.mode === 'parallel' && others.length === 0) return only;
  return loop(axis('g', 1), int(0), int(1), body, { mode: 'parallel' });
};

/** The number of workgroups of a kernel; null where it depends on the batch. */
function workgroupsOf({ body }: Kernel): number | null {
  const alone = part(body);
  const nest = alone.kind === 'for' ? sharedNest(alone) : [];
  let count = 1;
  for (const l of nest) {
    const trips = constantTrips(l);
    if (trips === null) return null;
    count *= trips;
  }
  return count;
}

function sharedTiles({ body }: Kernel): Tile[] {
  const tiles: Tile[] = [];
  walkStmts(body, (s) => void (s.kind === 'tile' && s.tile.memory && tiles.push(s.tile)));
  return tiles;
}

/** True if neither kernel writes a buffer that the other uses. */
function apart(a: Kernel, b: Kernel): boolean {
  const touched = (k: Kernel): Set<Buffer> => new Set(k.params.map((p) => storageOf(p.buffer)));
  const written = (k: Kernel): Buffer[] => k.params.flatMap((p) => (p.access === 'in' ? [] : storageOf(p.buffer)));
  const [mine, theirs] = [touched(a), touched(b)];
  return !written(a).some((w) => theirs.has(w)) && !written(b).some((w) => mine.has(w));
}
