/** Steps that keep the ops and simplify the rest of a module: graphs, tasks, results, params, attributes, names. */

import type { Attr, Attrs } from '../../ir/attr.ts';
import * as attr from '../../ir/attr.ts';
import type { Graph, Module, Node, Param, Result, Task } from '../../ir/graph.ts';
import { param } from '../../ir/graph.ts';
import { sameType } from '../../ir/type.ts';
import { graphOf, nodesOf, paramsOf } from './cut.ts';
import { attributesStep } from './extents.ts';
import { letter, weightOfNames } from './names.ts';
import { idleParams, rebuild } from './rebuild.ts';
import { type Step, step } from './search.ts';
import { smaller, sum, weightOfNumber } from './weights.ts';

export const graphs: Step<Module> = step(
  'graphs',
  (m) => m.graphs,
  (m, dropped) => rebuild(m, { graph: (g) => (dropped.includes(g) ? null : g) }),
);

const resultsIn = (m: Module): [Graph, Result][] =>
  m.graphs.flatMap((g) => g.results.map((r): [Graph, Result] => [g, r]));

export const results: Step<Module> = step('results', resultsIn, (m, dropped) => {
  const gone = new Set(dropped.map(([, r]) => r));
  return rebuild(m, {
    graph: (g) =>
      graphOf(
        g,
        g.results.filter((r) => !gone.has(r)),
        g.task,
      ),
  });
});

/** Turns updates in place into plain results. */
export const updates: Step<Module> = step(
  'updates',
  (m) => resultsIn(m).filter(([, r]) => r.into),
  (m, plain) => {
    const dropped = new Set(plain.map(([, r]) => r));
    const without = (r: Result): Result => (dropped.has(r) ? { name: r.name, value: r.value } : r);
    return rebuild(m, { graph: (g) => graphOf(g, g.results.map(without), g.task) });
  },
);

/** Drops a task, along with the values that only it needs; or turns those values into results. */
export const tasks: Step<Module> = step(
  'tasks',
  (m) => m.graphs.flatMap((g) => (g.task ? [true, false].map((whole) => [g, whole] as const) : [])),
  (m, chosen) =>
    rebuild(m, {
      graph(g) {
        const found = chosen.find(([of]) => of === g);
        if (!found) return g;
        const [, whole] = found;
        const { task } = g;
        const held = task?.kind === 'differentiate' ? [task.of] : [...(task?.gradients.values() ?? [])];
        const more = [...new Set(held)].filter((v) => v.kind === 'node' && !g.results.some((r) => r.value === v));
        const named = more.map((value, i): Result => ({ name: i ? `of.${i}` : 'of', value }));
        return graphOf(g, whole ? g.results : [...g.results, ...named], undefined);
      },
    }),
);

/** Drops params from a task, or its seed. */
export const duties: Step<Module> = step(
  'parts of tasks',
  (m) =>
    m.graphs.flatMap((g): [Graph, Param | null][] => {
      if (g.task?.kind === 'apply') return [...g.task.gradients.keys()].map((p): [Graph, Param] => [g, p]);
      if (!g.task) return [];
      return [...g.task.wrt, ...(g.task.seed ? [null] : [])].map((p): [Graph, Param | null] => [g, p]);
    }),
  (m, chosen) =>
    rebuild(m, {
      graph(g) {
        const gone = new Set(chosen.filter(([of]) => of === g).map(([, p]) => p));
        return g.task && gone.size ? graphOf(g, g.results, lessOf(g.task, gone)) : g;
      },
    }),
);

const lessOf = (task: Task, gone: ReadonlySet<Param | null>): Task =>
  task.kind === 'apply'
    ? { ...task, gradients: new Map([...task.gradients].filter(([p]) => !gone.has(p))) }
    : { ...task, seed: gone.has(null) ? null : task.seed, wrt: task.wrt.filter((p) => !gone.has(p)) };

/** Drops unused params. */
export const idle: Step<Module> = step(
  'unused params',
  (m) => m.graphs.flatMap((g) => idleParams(g).map((p): [Graph, Param] => [g, p])),
  (m, dropped) =>
    rebuild(m, {
      graph: (g) => ({ ...g, params: g.params.filter((p) => !dropped.some(([of, q]) => of === g && q === p)) }),
    }),
);

/** The params that must keep a role that a graph may update. */
const learnt = (m: Module): Set<Param> =>
  new Set(
    m.graphs.flatMap(({ task, results }) => [
      ...results.flatMap((r) => (r.into ? [r.into] : [])),
      ...(task?.then !== 'step' ? [] : task.kind === 'differentiate' ? task.wrt : task.gradients.keys()),
    ]),
  );

/** Merges params of the same type. */
export const merge: Step<Module> = step(
  'equal params',
  (m) => {
    const held = learnt(m);
    // In this order, each is merged into an earlier one.
    const all = paramsOf(m);
    const order = [...all.filter((p) => held.has(p)), ...all.filter((p) => !held.has(p))];
    return order.flatMap((p, i) => {
      const other = order.findIndex((q) => sameType(p.type, q.type));
      return other < i ? [[p, order[other] as Param] as const] : [];
    });
  },
  (m, chosen) => rebuild(m, { params: new Map(chosen) }),
);

/** Turns params into inputs. */
export const roles: Step<Module> = step(
  'roles',
  (m) => {
    const held = learnt(m);
    return paramsOf(m).filter((p) => p.role !== 'input' && !held.has(p));
  },
  (m, chosen) => rebuild(m, { params: new Map(chosen.map((p) => [p, param('input', p.name, p.type, p.loc)])) }),
);

export const maxBatch: Step<Module> = step(
  'largest batch',
  (m) => smaller(m.maxBatch, 1),
  (m, [least]) => (least === undefined ? null : { ...m, maxBatch: least }),
);

// Attributes

type Edit = readonly [n: Node, key: string, value: Attr];

const isNumbers = (n: Node, key: string, v: Attr): v is readonly number[] =>
  Array.isArray(v) && n.op.attrs[key] !== attr.shape;

const weightOf = (n: Node, key: string, v: Attr): number => {
  if (typeof v === 'number') return weightOfNumber(v);
  if (typeof v === 'boolean') return Number(v);
  return isNumbers(n, key, v) ? sum(v.map(weightOfNumber)) : 0;
};

function simplerNumbers(x: number): number[] {
  const whole = Number.isFinite(x) ? [Math.round(x), ...smaller(Math.abs(Math.trunc(x)), 0)] : [];
  return [...new Set([0, 1, ...whole])].filter((y) => weightOfNumber(y) < weightOfNumber(x));
}

function simplerAttrs(n: Node, key: string, v: Attr): Attr[] {
  if (typeof v === 'boolean') return v ? [false] : [];
  if (typeof v === 'number') return simplerNumbers(v);
  if (!isNumbers(n, key, v)) return [];
  const all = [0, 1].map((x) => v.map(() => x));
  return [...all, ...v.flatMap((x, i) => simplerNumbers(x).map((y) => v.map((old, j) => (i === j ? y : old))))];
}

export const attributes: Step<Module> = attributesStep(
  'attributes',
  (m) =>
    nodesOf(m).flatMap((n) =>
      Object.entries(n.attrs).flatMap(([key, v]) =>
        simplerAttrs(n, key, v)
          .filter((next) => weightOf(n, key, next) < weightOf(n, key, v) && n.op.attrs[key]?.holds(next))
          .map((next): Edit => [n, key, next]),
      ),
    ),
  (chosen) => {
    const edits = new Map<Node, Attrs>();
    for (const [n, key, value] of [...chosen].reverse()) edits.set(n, { ...n.attrs, ...edits.get(n), [key]: value });
    return (n) => edits.get(n) ?? n.attrs;
  },
);

export const attributeWeight = (m: Module): number =>
  sum(nodesOf(m).flatMap((n) => Object.entries(n.attrs).map(([key, v]) => weightOf(n, key, v))));

// Names and places

const isPlain = (name: string): boolean => /^[A-Za-z_]\w{0,15}$/.test(name);

/** Names params by letters. */
export const paramNames: Step<Module> = step(
  'names of params',
  (m) => paramsOf(m).flatMap((p, i): [Param, string][] => (p.name === letter(i) ? [] : [[p, letter(i)]])),
  (m, chosen) => {
    const params = new Map(chosen.map(([p, name]) => [p, param(p.role, name, p.type, p.loc)]));
    // An update has the name of its param.
    const named = (r: Result): Result =>
      r.into && r.name === r.into.name ? { ...r, name: params.get(r.into)?.name ?? r.name } : r;
    return rebuild(m, { params, graph: (g) => graphOf(g, g.results.map(named), g.task) });
  },
);

/** Renames the module, graphs and results that are not named by plain words. */
export const otherNames: Step<Module> = step(
  'other names',
  (m) => [
    ...(isPlain(m.name) ? [] : [m]),
    ...m.graphs.filter((g) => !isPlain(g.name)),
    ...resultsIn(m).flatMap(([, r]) => (r.into || isPlain(r.name) ? [] : [r])),
  ],
  (m, chosen) => {
    const asked = new Set<object>(chosen);
    const renamed = rebuild(m, {
      graph(g) {
        let i = 0;
        const results = g.results.map((r) => (asked.has(r) ? { ...r, name: `r${i++}` } : r));
        return graphOf(asked.has(g) ? { ...g, name: `g${m.graphs.indexOf(g)}` } : g, results, g.task);
      },
    });
    return renamed && { ...renamed, name: asked.has(m) ? 'main' : m.name };
  },
);

/** The total length of the names that could be simpler, plus one for each. */
export function nameWeight(m: Module): number {
  const weight = (name: string, fine: (name: string) => boolean): number => (fine(name) ? 0 : name.length + 1);
  return sum([
    weight(m.name, isPlain),
    ...m.graphs.map((g) => weight(g.name, isPlain)),
    weightOfNames(paramsOf(m).map((p) => p.name)),
    ...resultsIn(m).map(([, r]) => (r.into ? 0 : weight(r.name, isPlain))),
  ]);
}

/** Drops the locations of all values. */
export const places: Step<Module> = step(
  'places',
  (m) => (placesIn(m) > 0 ? [null] : []),
  (m) => rebuild(m, { places: false }),
);

export const placesIn = (m: Module): number => [...paramsOf(m), ...nodesOf(m)].filter((v) => v.loc).length;
