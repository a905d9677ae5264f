/** Decides which nodes share a kernel. A group's roots are stored; its other nodes are computed where they are read, in
 *  registers. Works from how equations read their operands (`access.ts`), never from what an op is called. */

import {
  type FusedGraph,
  type Graph,
  type Group,
  type Node,
  type Param,
  type Result,
  topo,
  usersOf,
  type Value,
} from '../ir/graph.ts';
import { type Shape, sameDim, sameShape } from '../ir/type.ts';
import { type Access, compose, equationOf, join } from './access.ts';

/** A reduction read from inside another is computed there only where the outer one is this short, a window's. */
const shortReduction = 64;
/** A reduction of one row is computed in the kernel that reads it row by row, up to this length. */
const longestRow = 4096;
/** Float operations an element may cost and still be computed again by each kernel that reads it. */
const cheap = 4;

class Forming {
  readonly id: number;
  readonly roots: Node[] = [];
  readonly members = new Map<Node, Access>();
  /** Iterations of the reductions inside, for one element: 0 while there is none. */
  trips = 0;

  constructor(id: number) {
    this.id = id;
  }

  get space(): Shape {
    return this.roots.reduce<Shape>((s, r) => (r.type.shape.length > s.length ? r.type.shape : s), []);
  }
}

const own = (n: Node): Access => ({ form: 'same', lead: n.type.shape.length, reads: 1, key: '', trips: 1 });

export function fuse(graph: Graph): FusedGraph {
  const nodes = topo(graph.results.map((r) => r.value));
  const users = usersOf(nodes);
  const results = new Set(graph.results.map((r) => r.value));
  const order = new Map<Value, number>(nodes.map((n, i) => [n, i]));
  const groups = new Set<Forming>();
  const homes = new Map<Node, Set<Forming>>();
  const rootOf = new Map<Node, Forming>();
  let next = 0;

  const join1 = (g: Forming, n: Node, how: Access): void => {
    const before = g.members.get(n);
    g.members.set(n, before ? (join([before, how]) as Access) : how);
    g.trips = Math.max(g.trips, equationOf(n).trips);
    homes.set(n, (homes.get(n) ?? new Set()).add(g));
  };
  const makeRoot = (n: Node, g: Forming): void => {
    g.roots.push(n);
    rootOf.set(n, g);
    join1(g, n, own(n));
    groups.add(g);
  };

  /** How each group reads `p`, through whichever of its members. */
  const readings = (p: Node): Map<Forming, Access> => {
    const found = new Map<Forming, Access[]>();
    for (const u of users.get(p) ?? [])
      for (const g of homes.get(u) ?? [])
        for (const [i, input] of u.inputs.entries()) {
          const inner = input === p ? equationOf(u).accesses[i] : null;
          if (!inner) continue;
          const how = compose(g.members.get(u) as Access, inner);
          found.set(g, [...(found.get(g) ?? []), how]);
        }
    return new Map([...found].map(([g, accesses]) => [g, join(accesses) as Access]));
  };

  /** The groups that must run after `g`: those that read a root of it, and on. */
  const dependents = (g: Forming): Set<Forming> => {
    const out = new Set<Forming>();
    const visit = (from: Forming): void => {
      for (const r of from.roots)
        for (const u of users.get(r) ?? [])
          for (const h of homes.get(u) ?? [])
            if (h !== from && !out.has(h)) {
              out.add(h);
              visit(h);
            }
    };
    visit(g);
    return out;
  };
  const reachable = (from: readonly Forming[], to: Forming): boolean =>
    from.some((f) => f !== to && dependents(f).has(to));

  const merge = (into: Forming, from: Forming): void => {
    for (const [n, how] of from.members) {
      homes.get(n)?.delete(from);
      join1(into, n, how);
    }
    for (const r of from.roots) {
      into.roots.push(r);
      rootOf.set(r, into);
    }
    groups.delete(from);
  };

  for (const p of nodes.toReversed()) {
    const eq = equationOf(p);
    const mustStore = results.has(p);
    const readers = readings(p);
    if (readers.size === 0 && !mustStore) continue;

    if (!mustStore && readers.size > 0 && mayInline(p, eq, readers)) {
      for (const [g, how] of readers) join1(g, p, how);
      continue;
    }
    if (!mustStore && readers.size > 1 && (eq.trips > 0 || endsReduction(p))) {
      // Several kernels want a reduction's elements once each: make them one kernel, where no other lies between.
      const [first, ...rest] = [...readers.keys()] as [Forming, ...Forming[]];
      const together =
        rest.every((g) => compatible(first.space, g.space)) &&
        [...readers].every(([g, how]) => worthInlining(p, how, g)) &&
        sameReadings([...readers.values()]) &&
        ![...readers.keys()].some((g) =>
          reachable(
            [...readers.keys()].filter((h) => h !== g),
            g,
          ),
        );
      if (together) {
        for (const g of rest) merge(first, g);
        join1(first, p, join([...readers.values()]) as Access);
        continue;
      }
    }
    // Stored. A kernel that reads it at its own index can compute and store it on the way.
    const host = [...readers]
      .filter(([g, how]) => how.form === 'same' && how.reads === 1 && sameShape(g.space, p.type.shape))
      .map(([g]) => g)
      .find(
        (g) =>
          !reachable(
            [...readers.keys()].filter((h) => h !== g),
            g,
          ) &&
          (eq.trips === 0 || g.trips === 0),
      );
    makeRoot(p, host ?? new Forming(next++));
  }

  const inGraphOrder = (a: Node, b: Node): number => (order.get(a) as number) - (order.get(b) as number);
  const formed = [...groups].map((g) => ({
    roots: [...g.roots].sort(inGraphOrder),
    members: new Set(g.members.keys()),
    g,
  }));
  return { ...graph, ...launchOrder(graph, formed, order) };

  function mayInline(n: Node, e: ReturnType<typeof equationOf>, readers: ReadonlyMap<Forming, Access>): boolean {
    // A view's bytes are its operand's, which `throughView` keeps in memory.
    if (n.op.view) return true;
    if (e.trips > 0) return readers.size === 1 && [...readers].every(([g, how]) => worthInlining(n, how, g));
    if (e.flops === 0 && !e.guarded) return true;
    if (n.inputs.length === 0) return true;
    const again = [...readers.values()].reduce((total, how) => total + how.reads, 0);
    if (throughView(n)) return false;
    // What ends a long reduction is stored in its place.
    if (readers.size > 1 && endsReduction(n)) return false;
    // A row's elements, read by the row's own reductions and then one by one, are as quickly computed again.
    if (again <= 2 && readers.size === 1 && [...readers].every(([g, how]) => g.trips > 0 && how.trips <= longestRow))
      return true;
    if (readers.size === 1 && again <= 4 && e.flops * again <= cheap * 4) return true;
    // Inside the loops of a long reduction an operand is best a plain load.
    if ([...readers].some(([, how]) => how.trips > 1 && (how.reads > 1 || e.guarded))) return false;
    if (e.guarded && [...readers].some(([g]) => g.trips > 0)) return false;
    return again <= 1 || e.flops * again <= cheap * 2 || [...readers.values()].every((how) => how.form === 'row');
  }

  /** Whether this is all that is made of some reduction's result. */
  function endsReduction(n: Node): boolean {
    return n.inputs.some(
      (i) => i.kind === 'node' && users.get(i)?.length === 1 && (equationOf(i).trips > 1 || endsReduction(i)),
    );
  }

  /** Whether some reader sees this value under another shape, at indices that it would have to take apart. */
  function throughView(n: Node): boolean {
    return (users.get(n) ?? []).some((u) => u.op.view === true && !sameShape(u.type.shape, n.type.shape));
  }

  function worthInlining(n: Node, how: Access, g: Forming): boolean {
    if (throughView(n)) return false;
    if (how.form === 'same') return g.trips === 0 || equationOf(n).trips <= shortReduction || noOther(g, n);
    if (how.form === 'row') return equationOf(n).trips <= longestRow;
    return how.reads <= 1 && how.trips <= shortReduction;
  }

  /** Whether nothing else in the group loops: a kernel holds one long reduction. */
  function noOther(g: Forming, n: Node): boolean {
    return [...g.members.keys()].every((m) => m === n || equationOf(m).trips === 0);
  }
}

const sameReadings = (all: readonly Access[]): boolean =>
  all.every((a) => a.form === 'row' || a.form === 'same') ||
  all.every((a) => a.form === all[0]?.form && a.key === all[0]?.key);

/** One iteration space is a prefix of the other. */
const compatible = (a: Shape, b: Shape): boolean => {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.every((d, i) => sameDim(d, long[i] as never));
};

/** Groups in an order that respects values, and reads of a param before its update in place. */
function launchOrder(
  graph: Graph,
  formed: readonly { roots: Node[]; members: Set<Node>; g: Forming }[],
  order: ReadonlyMap<Value, number>,
): { groups: readonly Group[]; staged: ReadonlySet<Result> } {
  const home = new Map<Node, number>();
  for (const [i, f] of formed.entries()) for (const r of f.roots) home.set(r, i);
  const before: Set<number>[] = formed.map(() => new Set());
  const readersOf = new Map<Param, Map<number, Access[]>>();
  for (const [i, f] of formed.entries())
    for (const m of f.members)
      for (const [k, input] of m.inputs.entries()) {
        if (input.kind === 'param') {
          const how = equationOf(m).accesses[k];
          if (!how) continue;
          const readers = readersOf.get(input) ?? new Map<number, Access[]>();
          readers.set(i, [...(readers.get(i) ?? []), compose(f.g.members.get(m) as Access, how)]);
          readersOf.set(input, readers);
        } else {
          const h = home.get(input);
          if (h !== undefined && h !== i) (before[i] as Set<number>).add(h);
        }
      }

  const staged = new Set<Result>();
  const updates = graph.results.filter((r) => r.into);
  for (const r of updates) {
    const writer = r.value.kind === 'node' ? home.get(r.value) : undefined;
    const readers = readersOf.get(r.into as Param) ?? new Map<number, Access[]>();
    if (writer === undefined) {
      if (r.value !== r.into) staged.add(r);
      continue;
    }
    const inPlace = (readers.get(writer) ?? []).every((a) => a.form === 'same');
    // A value that several params take, or that is asked for by name too, is stored once and copied.
    const shared = graph.results.some((other) => other !== r && other.value === r.value);
    const ahead = [...readers.keys()].filter((i) => i !== writer);
    const cyclic = ahead.some((i) => depends(before, i, writer));
    if (!inPlace || shared || cyclic) staged.add(r);
    else for (const i of ahead) (before[writer] as Set<number>).add(i);
  }

  const first = (i: number): number =>
    Math.min(...(formed[i] as { roots: Node[] }).roots.map((r) => order.get(r) as number));
  const waiting = new Set(formed.keys());
  const groups: Group[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter((i) => [...(before[i] as Set<number>)].every((b) => !waiting.has(b)));
    const pick = ready.reduce((a, b) => (first(b) < first(a) ? b : a), ready[0] as number);
    if (pick === undefined) throw new Error('groups wait for each other');
    waiting.delete(pick);
    const f = formed[pick] as (typeof formed)[number];
    groups.push({ roots: f.roots, members: f.members });
  }
  return { groups, staged };
}

/** Whether group `a` must run after group `b`. */
function depends(before: readonly Set<number>[], a: number, b: number): boolean {
  const seen = new Set<number>();
  const stack = [a];
  for (let i = stack.pop(); i !== undefined; i = stack.pop())
    for (const x of before[i] as Set<number>) {
      if (x === b) return true;
      if (!seen.has(x)) {
        seen.add(x);
        stack.push(x);
      }
    }
  return false;
}
