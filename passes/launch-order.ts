/** The order in which groups run: values before their readers, and reads of a param before its update in place. */

import { upsert } from '../ir/collections.ts';
import type { Graph, Group, Node, Param, Result, Value } from '../ir/graph.ts';
import { type Access, compose, equationOf } from './access.ts';

/** A group with how it reads each of its members. */
export interface Formed {
  readonly roots: readonly Node[];
  readonly members: ReadonlyMap<Node, Access>;
}

/** Sorts groups, by their first root where nothing else decides. Updates that cannot happen in place are `staged`. */
export function launchOrder(
  graph: Graph,
  formed: readonly Formed[],
  order: ReadonlyMap<Value, number>,
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

  const first = formed.map((f) => Math.min(...f.roots.map((r) => order.get(r) as number)));
  const waiting = new Set(formed.keys());
  const groups: Group[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter((i) => ![...(before[i] ?? [])].some((b) => waiting.has(b)));
    if (ready.length === 0) throw new Error('groups wait for each other');
    const next = ready.reduce((a, b) => ((first[b] as number) < (first[a] as number) ? b : a));
    waiting.delete(next);
    const { roots, members } = formed[next] as Formed;
    const sorted = [...members.keys()].sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
    groups.push({ roots, members: new Set(sorted) });
  }
  return { groups, staged };
}

/** Lets each update in place wait for the other readers of its param; those that cannot wait are staged. */
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
    // A value that several params take, or that is asked for by name too, is stored once and copied. And a param whose
    // old value is itself a result keeps it until that was copied.
    const shared = graph.results.some((other) => other !== r && (other.value === r.value || other.value === r.into));
    const others = [...reading.keys()].filter((i) => i !== writer);
    if (!inPlace || shared || others.some((i) => follows(before, i, writer))) staged.add(r);
    else for (const i of others) before[writer]?.add(i);
  }
  return staged;
}

/** Whether group `a` must run after group `b`. */
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
