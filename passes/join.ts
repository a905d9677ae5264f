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
import { mapParts, type Outline } from '../ir/program.ts';
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
    const body = kernels.map((k) => inLoop(k.body));
    const k = finish(name, body, [...new Set(kernels.flatMap((q) => q.locs))]);
    made.set(key, k);
    return k;
  };
  const part = (launches: readonly Kernel[]): readonly Kernel[] => {
    const groups: Joined[] = [];
    // By buffer, the last group that uses it and the last that writes it.
    const [used, written] = [new Map<Buffer, number>(), new Map<Buffer, number>()];
    for (const k of launches) {
      const uses = k.params.map((p) => storageOf(p.buffer));
      const writes = k.params.flatMap((p) => (p.access === 'in' ? [] : storageOf(p.buffer)));
      // A launch may move ahead of those it does not depend on.
      const after = [...uses.map((b) => written.get(b)), ...writes.map((b) => used.get(b))];
      const alone = joinedAlone(k);
      let home = after.reduce<number>((last, g) => Math.max(last, g ?? -1), -1) + 1;
      while (home < groups.length && !joins(groups[home] as Joined, alone, workgroup)) home++;
      groups[home] = home < groups.length ? joinedWith(groups[home] as Joined, alone) : alone;
      for (const b of uses) used.set(b, Math.max(home, used.get(b) ?? -1));
      for (const b of writes) written.set(b, Math.max(home, written.get(b) ?? -1));
    }
    return groups.map((g) => one(g.kernels));
  };
  return { ...of, entries: of.entries.map((e) => mapParts(e, part)) };
}

/** Kernels to be launched as one, with what limits how many they are. */
interface Joined {
  readonly kernels: readonly Kernel[];
  /** The number of their workgroups; null where it depends on the batch. */
  readonly workgroups: number | null;
  /** The fewest and the most invocations of their workgroups. */
  readonly invocations: readonly [least: number, most: number];
  readonly shared: readonly Tile[];
}

function joinedAlone(k: Kernel): Joined {
  const invocations = invocationsOf(k);
  return {
    kernels: [k],
    workgroups: workgroupsOf(k),
    invocations: [invocations, invocations],
    shared: sharedTiles(k),
  };
}

const joinedWith = (a: Joined, b: Joined): Joined => ({
  kernels: [...a.kernels, ...b.kernels],
  workgroups: a.workgroups === null || b.workgroups === null ? null : a.workgroups + b.workgroups,
  invocations: [Math.min(a.invocations[0], b.invocations[0]), Math.max(a.invocations[1], b.invocations[1])],
  shared: [...a.shared, ...b.shared],
});

function joins(a: Joined, b: Joined, most: Workgroup): boolean {
  if (a.workgroups === null || b.workgroups === null || a.workgroups + b.workgroups > most.most) return false;
  const { invocations, shared } = joinedWith(a, b);
  return invocations[1] <= maxInvocationRatio * invocations[0] && workgroupBytes(shared) <= most.bytes;
}

/** The body of one of several kernels: a parallel loop of its own. */
const inLoop = (body: readonly Stmt[]): Stmt => {
  const [only, ...others] = body;
  if (only?.kind === 'for' && only.mode === 'parallel' && others.length === 0) return only;
  return loop(axis('g', 1), int(0), int(1), body, { mode: 'parallel' });
};

/** The number of workgroups of a kernel; null where it depends on the batch. */
function workgroupsOf({ body }: Kernel): number | null {
  const only = inLoop(body);
  const nest = only.kind === 'for' ? sharedNest(only) : [];
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
