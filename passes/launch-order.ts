/** The order in which groups run: values before their readers, and reads of a param before its in-place update. */

import { LeastFirst, upsert } from '../ir/collections.ts';
import type { Graph, Group, Node, Param, Result, Value } from '../ir/graph.ts';
import { type Access, compose, equationOf } from './access.ts';

/** A group, with its access to each of its members. */
export interface Formed extends Omit<Group, 'members'> {
  readonly members: ReadonlyMap<Node, Access>;
}

/** Sorts groups, by their first roots where dependences leave a choice. Updates in place come as `early` as they can, so that what
 *  they alone read is free from then on, or where they stand, which leaves more neighbours for a device to run side by side. Updates
 *  that cannot happen in place are `staged`. */
export function launchOrder(
  graph: Graph,
  formed: readonly Formed[],
  order: ReadonlyMap<Value, number>,
  updates: 'early' | 'in order',
): { groups: readonly Group[]; staged: ReadonlySet<Result> } {
  const home = new Map<Node, number>();
  for (const [i, f] of formed.entries()) for (const r of f.roots) home.set(r, i);
  const before = formed.map((): Set<number> => new Set());
  const readers = new Map<Param, Map<number, Access[]>>();
  for (const [i, f] of formed.entries())
    for (const [m, how] of f.members)
      for (const [k, input] of m.inputs.entries()) {
        const inner = equationOf(m).accesses[k];
        if (input.kind === 'node') {
          const h = home.get(input);
          if (h !== undefined && h !== i) before[i]?.add(h);
        } else if (inner) {
          const groups = upsert(readers, input, () => new Map<number, Access[]>());
          upsert(groups, i, () => []).push(compose(how, inner));
        }
      }
  const staged = stageUpdates(graph, home, before, readers);

  // Ranks by first root, which all differ.
  const first = formed.map((f) => Math.min(...f.roots.map((r) => order.get(r) as number)));
  const byFirst = [...formed.keys()].sort((a, b) => (first[a] as number) - (first[b] as number));
  const inPlace = new Set(graph.results.flatMap((r) => (r.into && !staged.has(r) ? [r.value] : [])));
  const isEarly = (i: number): boolean => updates === 'early' && formed[i]?.roots.every((r) => inPlace.has(r)) === true;
  const wished = [...byFirst.filter(isEarly), ...byFirst.filter((i) => !isEarly(i))];
  const groups = inOrder(wished, before).map((i): Group => {
    const { members, ...group } = formed[i] as Formed;
    const sorted = [...members.keys()].sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
    return { ...group, members: new Set(sorted) };
  });
  return { groups, staged };
}

/** A topological order that takes the earliest ready group of `wished` each time. */
function inOrder(wished: readonly number[], before: readonly ReadonlySet<number>[]): number[] {
  const position = new Map(wished.map((i, p) => [i, p]));
  const left = before.map((b) => b.size);
  const after = before.map((): number[] => []);
  for (const [i, b] of before.entries()) for (const earlier of b) after[earlier]?.push(i);
  const ready = new LeastFirst();
  for (const [i, n] of left.entries()) if (n === 0) ready.push(position.get(i) as number);
  const out: number[] = [];
  for (let p = ready.pop(); p !== undefined; p = ready.pop()) {
    const next = wished[p] as number;
    out.push(next);
    for (const i of after[next] ?? []) {
      left[i] = (left[i] as number) - 1;
      if (left[i] === 0) ready.push(position.get(i) as number);
    }
  }
  if (out.length < wished.length) throw new Error('groups wait for each other');
  return out;
}

/** Makes each in-place update wait for the other readers of its param; those that cannot wait are staged. */
function stageUpdates(
  graph: Graph,
  home: ReadonlyMap<Node, number>,
  before: readonly Set<number>[],
  readers: ReadonlyMap<Param, ReadonlyMap<number, readonly Access[]>>,
): Set<Result> {
  const staged = new Set<Result>();
  for (const r of graph.results) {
    if (!r.into || r.value === r.into) continue;
    const writer = r.value.kind === 'node' ? home.get(r.value) : undefined;
    if (writer === undefined) {
      staged.add(r);
      continue;
    }
    const reading = readers.get(r.into) ?? new Map<number, readonly Access[]>();
    const inPlace = (reading.get(writer) ?? []).every((a) => a.form === 'same');
    // A value that updates several params, or that is also a named result, is stored once and copied. A param whose old
    // value is itself a result keeps it until it was copied.
    const shared = graph.results.some((other) => other !== r && (other.value === r.value || other.value === r.into));
    const others = [...reading.keys()].filter((i) => i !== writer);
    if (!inPlace || shared || others.some((i) => follows(before, i, writer))) staged.add(r);
    else for (const i of others) before[writer]?.add(i);
  }
  return staged;
}

/** True if group `a` must run after group `b`. */
function follows(before: readonly ReadonlySet<number>[], a: number, b: number): boolean {
  const seen = new Set<number>();
  const stack = [a];
  for (let i = stack.pop(); i !== undefined; i = stack.pop())
    for (const x of before[i] ?? []) {
      if (x === b) return true;
      if (!seen.has(x)) {
        seen.add(x);
        stack.push(x);
      }
    }
  return false;
}
