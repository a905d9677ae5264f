/** Graphs and kernels as plain data to compare: identities become numbers, and names that a printer makes up (nodes, axes, tiles,
 *  views) are dropped. Two values are structurally equal if these data are. */

import { numbering } from '../../ir/collections.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import type { FusedGraph, Graph, Module, Param, Value } from '../../ir/graph.ts';
import { topo } from '../../ir/graph.ts';
import { type Kernel, type Stmt, storageOf } from '../../ir/kernel.ts';
import { isPlanned, kernelsOf, type Outline, type Program, type Storage } from '../../ir/program.ts';
import { type PrintOptions, showPlace } from '../../ir/text/print-options.ts';
import { showType } from '../../ir/type.ts';

const placeOf = (loc: Loc | null, options: PrintOptions): string | null => (loc ? showPlace(loc, options) : null);

export const moduleData = (m: Module, options: PrintOptions = {}): unknown => ({
  name: m.name,
  maxBatch: m.maxBatch,
  graphs: m.graphs.map((g) => graphData(g, options)),
  // Params that graphs have in common are one object in each.
  shared: m.graphs.map((g) => g.params.map((p) => m.graphs.findIndex((other) => other.params.includes(p)))),
});

export function graphData(g: Graph, options: PrintOptions = {}): unknown {
  const { task } = g;
  const asked = task?.kind === 'differentiate' ? [task.of, ...(task.seed ? [task.seed] : [])] : [];
  const applied = task?.kind === 'apply' ? [...task.gradients.values()] : [];
  const nodes = topo([...g.results.map((r) => r.value), ...asked, ...applied]);
  const numbers = new Map<Value, string>([
    ...g.params.map((p, i) => [p, `param ${i}`] as const),
    ...nodes.map((n, i) => [n, `node ${i}`] as const),
  ]);
  const ref = (v: Value): string => numbers.get(v) ?? 'stranger';
  const fused = 'groups' in g ? (g as FusedGraph) : null;
  return {
    name: g.name,
    params: g.params.map((p) => [p.name, p.role, showType(p.type), placeOf(p.loc, options)]),
    nodes: nodes.map((n) => ({
      op: n.op,
      inputs: n.inputs.map(ref),
      attrs: n.attrs,
      type: showType(n.type),
      place: placeOf(n.loc, options),
    })),
    results: g.results.map((r) => [r.name, ref(r.value), r.into ? ref(r.into) : null, fused?.staged.has(r) ?? null]),
    task: task && taskData(task, ref),
    groups: fused?.groups.map((group) => [group.roots.map(ref), [...group.members].map(ref).sort()]) ?? null,
  };
}

function taskData(task: NonNullable<Graph['task']>, ref: (v: Value) => string): unknown {
  if (task.kind === 'apply') return [task.kind, task.then, [...task.gradients].map((pair) => pair.map(ref))];
  return [task.kind, task.then, ref(task.of), task.seed && ref(task.seed), task.wrt.map((p: Param) => ref(p))];
}

/** A program and its kernels; temporaries are identified by their first use. */
export function programData(p: Outline | Program, options: PrintOptions = {}): unknown {
  const planned = isPlanned(p);
  const rows: readonly Storage[] = planned ? p.slots : p.lasting;
  const numbers = numbering<Buffer>();
  for (const s of rows) numbers(s.buffer);
  const kernels = kernelsOf(p);
  return {
    name: p.name,
    maxBatch: p.maxBatch,
    entries: p.entries.map((e) => ({
      name: e.name,
      ports: [e.inputs, e.outputs].map((ports) => ports.map((q) => [q.name, showType(q), numbers(q.buffer)])),
      repeats: e.repeats ?? [],
      launches: e.launches.map((k) => [kernels.indexOf(k), k.params.map((q) => numbers(storageOf(q.buffer)))]),
    })),
    rows: rows.map(({ buffer, ...s }) => ({ ...s, name: buffer.name, type: showType(buffer.type) })),
    bytes: planned ? [p.arenaBytes, p.liveBytes] : null,
    kernels: kernels.map((k) => kernelData(k, options)),
  };
}

export function kernelData(k: Kernel, options: PrintOptions = {}): unknown {
  const names = new Map<Buffer, string>();
  const numbers = new Map<Buffer, number>();
  for (const { buffer } of k.params) numbers.set(buffer, numbers.size);
  const nameOf = (b: Buffer): string => {
    // The printer makes names unique that several buffers of the kernel have.
    if (!names.has(b)) names.set(b, [...names.values()].includes(b.name) || b.viewOf ? '' : b.name);
    return names.get(b) as string;
  };
  const buffer = (b: Buffer): unknown => {
    if (!numbers.has(b)) numbers.set(b, numbers.size);
    const view = b.viewOf ? [showType(b.viewOf.type), numbers.get(storageOf(b)) ?? 'outside'] : null;
    return [numbers.get(b), view ? null : nameOf(b).replace(/\.\d+$/, ''), showType(b.type), view];
  };
  const scope = new Map<Axis | Tile, number>();
  let next = 0;
  const bind = (thing: Axis | Tile): number => {
    scope.set(thing, next);
    return next++;
  };
  const bound = (thing: Axis | Tile): number | string => scope.get(thing) ?? 'unbound';
  const expr = (e: Expr): unknown => {
    switch (e.kind) {
      case 'const':
        return [e.kind, e.value, e.dtype];
      case 'axis':
        return [e.kind, bound(e.axis)];
      case 'size':
        return [e.kind, e.of.times];
      case 'load':
        return [e.kind, buffer(e.buffer), e.at.map(expr)];
      case 'tile':
        return [e.kind, bound(e.tile), e.at.map(expr)];
      case 'unary':
        return [e.kind, e.fn, expr(e.x)];
      case 'binary':
        return [e.kind, e.fn, expr(e.a), expr(e.b)];
      case 'select':
        return [e.kind, expr(e.cond), expr(e.then), expr(e.otherwise)];
      case 'convert':
        return [e.kind, e.to, expr(e.x)];
      case 'reduce': {
        const over = e.over.map((a) => [bind(a), a.extent]);
        return [e.kind, e.fn, over, expr(e.body)];
      }
      default:
        return e satisfies never;
    }
  };
  const stmt = (s: Stmt): unknown => {
    switch (s.kind) {
      case 'for': {
        const bounds = [expr(s.from), expr(s.to)];
        const a = [bind(s.axis), s.axis.extent];
        return [s.kind, s.mode, s.fenced ?? false, a, bounds, s.step, s.body.map(stmt)];
      }
      case 'tile':
        return [s.kind, bind(s.tile), showType(s.tile), s.tile.memory ?? null];
      case 'barrier':
        return [s.kind];
      case 'set':
      case 'accumulate':
        return [s.kind, s.kind === 'set' ? null : s.fn, bound(s.tile), s.at.map(expr), expr(s.value)];
      case 'store':
        return [s.kind, s.add ?? false, buffer(s.buffer), s.at.map(expr), expr(s.value)];
      default:
        return s satisfies never;
    }
  };
  return {
    name: k.name,
    params: k.params.map((p) => [buffer(p.buffer), p.access]),
    body: k.body.map(stmt),
    places: [...new Set(k.locs.map((l) => showPlace(l, options)))],
  };
}
