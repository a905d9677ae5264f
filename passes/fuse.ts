/** Decides which nodes share a kernel. A group's roots are stored; its other nodes are computed where they are read, in
 *  registers. Decides from how equations read their operands (`access.ts`), never from an op's name. */

import { upsert } from '../ir/collections.ts';
import {
  awaited,
  type FusedGraph,
  type Graph,
  type GroupForm,
  type Node,
  topo,
  usersOf,
  type Value,
} from '../ir/graph.ts';
import { isScan, type ScanNode, sameLoop } from '../ir/scan.ts';
import { isGrid, type Target } from '../ir/target.ts';
import { isBatch, type Shape, sameDim, sameShape } from '../ir/type.ts';
import { type Access, compose, equationOf, join } from './access.ts';
import { KeptOrder } from './kept-order.ts';
import { type Formed, launchOrder } from './launch-order.ts';
import { addsPoints } from './points.ts';
import { gatheredOperand, isScatter } from './scatter.ts';
import { type FollowedBy, followedBy, windowsOn } from './windows.ts';

/** A reduction this short may share a kernel with others. */
const shortReduction = 64;
/** One this short may be computed without lanes, as a part of a whole. */
const shortPart = 8;
/** A reduction of one row up to this length is computed in the kernel that reads it row by row. */
const longestRow = 4096;
/** The most members and float operations of a group: a longer chain is stored in between, so that expressions stay
 *  bounded. */
const largestGroup = 512;
/** An element that costs at most this many float operations may be recomputed by each kernel that reads it. */
const cheap = 4;

/** Divides the nodes of a graph into groups, one kernel each, in launch order. */
export function fuse(graph: Graph, target: Target): FusedGraph {
  const nodes = topo(graph.results.map((r) => r.value));
  const order = new Map<Value, number>(nodes.map((n, i) => [n, i]));
  const fusion = new Fusion(graph, nodes, target);
  // Readers first, so that each node sees the groups that read it.
  for (const n of nodes.toReversed()) fusion.assign(n);
  const inGraphOrder = (a: Node, b: Node): number => (order.get(a) as number) - (order.get(b) as number);
  const formed = [...fusion.groups].map((g) => g.formed(inGraphOrder));
  return { ...graph, ...launchOrder(graph, formed, order, isGrid(target) ? 'in order' : 'early') };
}

/** A group under construction. */
class Forming {
  readonly roots: Node[] = [];
  readonly members = new Map<Node, Access>();
  /** Iterations of its reductions for one element; 0 without any. */
  trips = 0;
  /** The members and their float operations. */
  size = 0;
  readonly form: GroupForm;
  /** The loop whose results are its roots. */
  readonly scan: ScanNode | null;

  constructor(form: GroupForm = 'loops', scan: ScanNode | null = null) {
    this.form = form;
    this.scan = scan;
  }

  /** True if what it reads is stored: by windows or points that add to its only root, and by loops. */
  get readsMemory(): boolean {
    return this.form !== 'loops';
  }

  /** The finished group. */
  formed(inOrder: (a: Node, b: Node) => number): Formed {
    const roots = this.roots.toSorted(inOrder);
    const operandOf = operandIn[this.form];
    const gathered = [...this.members.keys()].flatMap((n) => {
      const spread = n.inputs[operandOf(n) ?? -1];
      return spread?.kind === 'node' && this.members.has(spread) && !roots.includes(spread) ? [spread] : [];
    });
    return { roots, members: this.members, form: this.form, gathered: new Set(gathered) };
  }

  /** The shape that the kernel will loop over. */
  get space(): Shape {
    return this.roots.reduce<Shape>((s, r) => (r.type.shape.length > s.length ? r.type.shape : s), []);
  }
}

/** The operand of a node whose scattered values a group of each form ranges over. */
const operandIn: Readonly<Record<GroupForm, (n: Node) => number | null | undefined>> = {
  loops: gatheredOperand,
  windows: (n) => followedBy(n)?.operand,
  points: () => null,
  scan: () => null,
};

type Readers = ReadonlyMap<Forming, Access>;

class Fusion {
  readonly groups = new Set<Forming>();
  readonly #users: ReadonlyMap<Value, readonly Node[]>;
  readonly #results: ReadonlySet<Value>;
  /** Nodes that are the only user of a reduction's result, directly or through others. */
  readonly #endsReduction = new Set<Node>();
  /** The groups that compute a node. */
  readonly #homes = new Map<Node, Set<Forming>>();
  /** A topological order of the groups. */
  readonly #order = new KeptOrder<Forming>((g) => this.#after(g));

  readonly #followedBy: FollowedBy;
  readonly #target: Target;

  constructor(graph: Graph, nodes: readonly Node[], target: Target) {
    this.#target = target;
    this.#followedBy = windowsOn(target);
    this.#users = usersOf(nodes);
    this.#results = new Set(graph.results.map((r) => r.value));
    const ends = (i: Value): boolean =>
      i.kind === 'node' && this.#users.get(i)?.length === 1 && (equationOf(i).trips > 1 || this.#endsReduction.has(i));
    // Operands come ahead of what reads them.
    for (const n of nodes) if (n.inputs.some(ends)) this.#endsReduction.add(n);
  }

  assign(n: Node): void {
    const readers = this.#readers(n);
    for (const [g, how] of readers)
      if (this.#isFollowed(n, g)) {
        this.#join(g, n, how);
        readers.delete(g);
      }
    const waiting = this.#waiting(n);
    const isStored = this.#results.has(n) || waiting.size > 0;
    if (readers.size === 0 && !isStored) return;
    if (isScan(n)) return this.#loop(n);
    const form = this.#followedBy(n) ? 'windows' : addsPoints(n, this.#target) ? 'points' : 'loops';
    if (!isStored && form === 'loops') {
      if (this.#mayInline(n, readers)) {
        for (const [g, how] of readers) this.#join(g, n, how);
        return;
      }
      if (this.#mayUnite(n, readers)) {
        const [first, ...rest] = [...readers.keys()] as [Forming, ...Forming[]];
        for (const g of rest) this.#merge(first, g);
        this.#join(first, n, join([...readers.values()]) as Access);
        return;
      }
    }
    const group = (form === 'loops' ? this.#host(n, readers, waiting) : undefined) ?? this.#begun(new Forming(form));
    group.roots.push(n);
    this.#join(group, n, itself(n));
    this.#order.settle(group);
  }

  /** All results of a loop are of one group. */
  #loop(n: ScanNode): void {
    const known = [...this.groups].find((g) => g.scan && sameLoop(g.scan, n));
    const group = known ?? this.#begun(new Forming('scan', n));
    group.roots.push(n);
    this.#join(group, n, itself(n));
    this.#order.settle(group);
  }

  #begun(group: Forming): Forming {
    this.groups.add(group);
    this.#order.add(group);
    return group;
  }

  #join(g: Forming, n: Node, how: Access): void {
    const before = g.members.get(n);
    g.members.set(n, before ? (join([before, how]) as Access) : how);
    g.trips = Math.max(g.trips, equationOf(n).trips);
    if (!before) g.size += sizeOf(n);
    upsert(this.#homes, n, () => new Set<Forming>()).add(g);
  }

  #merge(into: Forming, from: Forming): void {
    for (const [n, how] of from.members) {
      this.#homes.get(n)?.delete(from);
      this.#join(into, n, how);
    }
    into.roots.push(...from.roots);
    this.groups.delete(from);
    this.#order.unite(into, from);
  }

  /** The groups that read `n` through any of their members, and how. */
  #readers(n: Node): Map<Forming, Access> {
    const found = new Map<Forming, Access[]>();
    for (const u of this.#users.get(n) ?? [])
      for (const g of this.#homes.get(u) ?? [])
        for (const [i, input] of u.inputs.entries()) {
          const inner = input === n ? equationOf(u).accesses[i] : null;
          if (inner) upsert(found, g, () => []).push(compose(g.members.get(u) as Access, inner));
        }
    return new Map([...found].map(([g, accesses]) => [g, join(accesses) as Access]));
  }

  /** True if a group's sums over `n` become sums over the values that `n` scatters. */
  #isFollowed(n: Node, g: Forming): boolean {
    if (g.scan) return false;
    const users = (this.#users.get(n) ?? []).filter((u) => g.members.has(u));
    return isScatter(n) && users.every((u) => u.inputs[operandIn[g.form](u) ?? -1] === n);
  }

  /** The groups that wait for `n`, which has to be stored for that. */
  #waiting(n: Node): Set<Forming> {
    const users = (this.#users.get(n) ?? []).filter((u) => awaited(u).includes(n));
    return new Set(users.flatMap((u) => [...(this.#homes.get(u) ?? [])]));
  }

  /** True if each group that reads `n` may compute it for itself. */
  #mayInline(n: Node, readers: Readers): boolean {
    const { trips, flops, guarded } = equationOf(n);
    const all = [...readers];
    // A view has the bytes of its operand, which `#isReshaped` keeps in memory.
    if (n.op.view) return true;
    if (all.some(([g]) => g.readsMemory)) return false;
    if (n.inputs.length === 0) return true;
    if (all.some(([g]) => isFull(g, n))) return false;
    if (trips > 0)
      return all.length === 1 && all.every(([g, how]) => this.#sparesWork(n, how, g) && !isLongPart(n, how));
    if (flops === 0 && !guarded) return true;
    if (this.#isReshaped(n)) return false;
    // The last op after a long reduction is stored instead of the reduction.
    if (all.length > 1 && this.#endsReduction.has(n)) return false;
    // A condition in a reduction loop would prevent lanes and tiles.
    if (guarded && all.some(([g]) => g.trips > 0)) return false;
    // A costly scalar, such as a bias correction of Adam, is computed once.
    if (n.type.shape.length === 0 && isCostly(n) && all.some(([g]) => g.space.length > 0)) return false;
    const again = all.reduce((total, [, how]) => total + how.reads, 0);
    if (all.length === 1) {
      // Elements of a row that are read by the row's reductions, and then one by one, are as fast to recompute.
      if (again <= 2 && all.every(([g, how]) => g.trips > 0 && how.trips <= longestRow)) return true;
      if (again <= 4 && flops * again <= cheap * 4) return true;
    }
    // Within a long reduction an operand is best a plain load.
    if (all.some(([, how]) => how.trips > 1 && (how.reads > 1 || guarded))) return false;
    return again <= 1 || flops * again <= cheap * 2 || all.every(([, how]) => how.form === 'row');
  }

  /** True if the groups that each read a reduction's elements once can merge into one that computes it: no group may
   *  lie between them, and all must loop over a prefix of the largest one's space. */
  #mayUnite(n: Node, readers: Readers): boolean {
    if ([...readers.keys()].some((g) => g.readsMemory)) return false;
    if (readers.size < 2 || (equationOf(n).trips === 0 && !this.#endsReduction.has(n))) return false;
    const spaces = [...readers.keys()].map((g) => g.space);
    const space = spaces.reduce((a, b) => (b.length > a.length ? b : a));
    return (
      [...readers.keys()].reduce((size, g) => size + g.size, 0) < largestGroup &&
      spaces.every((s) => isPrefix(s, space)) &&
      [...readers].every(([g, how]) => this.#sparesWork(n, how, g)) &&
      readAlike([...readers.values()]) &&
      ![...readers.keys()].some((g) => this.#order.isAfter(g, readers.keys()))
    );
  }

  /** A group that reads a stored node at its own index, and so can compute and store it itself. */
  #host(n: Node, readers: Readers, waiting: ReadonlySet<Forming>): Forming | undefined {
    const { trips } = equationOf(n);
    for (const [g, how] of readers) {
      if (g.readsMemory || isFull(g, n) || (trips > 0 && g.trips > 0)) continue;
      const along = how.form === 'same' && how.reads === 1 && sameShape(g.space, n.type.shape);
      if (along && !waiting.has(g) && !this.#order.isAfter(g, [...readers.keys(), ...waiting])) return g;
    }
    return undefined;
  }

  /** The groups that read a root of another. */
  #after(g: Forming): Set<Forming> {
    const readers = g.roots.flatMap((r) => this.#users.get(r) ?? []);
    return new Set(readers.flatMap((u) => [...(this.#homes.get(u) ?? [])]).filter((h) => h !== g));
  }

  /** True if a reader views this value in another shape, at indices that it would have to divide. */
  #isReshaped(n: Node): boolean {
    return (this.#users.get(n) ?? []).some((u) => u.op.view === true && !sameShape(u.type.shape, n.type.shape));
  }

  /** True if a group that reads a reduction would compute it no more often than a kernel of its own. */
  #sparesWork(n: Node, how: Access, g: Forming): boolean {
    if (this.#isReshaped(n)) return false;
    const { trips } = equationOf(n);
    // A kernel holds one long reduction.
    const alone = [...g.members.keys()].every((m) => m === n || equationOf(m).trips === 0);
    if (how.form === 'same') return g.trips === 0 || trips <= shortReduction || alone;
    if (how.form === 'row') return trips <= longestRow;
    return how.reads <= 1 && how.trips <= this.#target.registers && this.#keepsLanes(n, g);
  }

  /** True if a reduction keeps an axis for lanes in a kernel that loops over the result of a window around it. The sums
   *  for the positions of a window are kept at the same time, in a register each. */
  #keepsLanes(n: Node, g: Forming): boolean {
    const isWide = (shape: Shape): boolean =>
      shape.reduce<number>((p, d) => (isBatch(d) ? p : p * d), 1) >= this.#target.lanes;
    return isWide(g.space) || !isWide(n.type.shape);
  }
}

/** A group's access to a root of its own. */
const itself = (n: Node): Access => ({ form: 'same', lead: n.type.shape.length, reads: 1, key: 0, trips: 1 });

/** True if a scalar and the scalars that it is computed from cost more than recomputing them is worth. */
function isCostly(scalar: Node): boolean {
  const found = new Set([scalar]);
  let flops = 0;
  // The set grows while it is walked, and no further than the answer needs.
  for (const n of found) {
    flops += equationOf(n).flops;
    if (flops > 2 * cheap) return true;
    for (const i of n.inputs) if (i.kind === 'node' && i.type.shape.length === 0) found.add(i);
  }
  return false;
}

/** True if a group would compute a long reduction under a condition, as one of several parts of a whole: without lanes. */
const isLongPart = (n: Node, how: Access): boolean => how.guarded === true && equationOf(n).trips > shortPart;

/** The size of a member: 1 for itself, and its float operations. */
const sizeOf = (n: Node): number => 1 + equationOf(n).flops;

/** True if a group has no room for a node. A node that reads only params ends a chain, and may use room that others may
 *  not. */
const isFull = (g: Forming, n: Node): boolean =>
  g.size + sizeOf(n) > (n.inputs.some((i) => i.kind === 'node') ? largestGroup : 2 * largestGroup);

/** All read along their own index, or all in the same other way. */
const readAlike = (all: readonly Access[]): boolean =>
  all.every((a) => a.form !== 'other') || all.every((a) => a.form === all[0]?.form && a.key === all[0]?.key);

const isPrefix = (short: Shape, long: Shape): boolean => short.every((d, i) => sameDim(d, long[i] ?? -1));
