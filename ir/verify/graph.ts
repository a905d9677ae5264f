/** Verifies graphs: types, names, updates, equations; and fused ones: that values are computed, and read while they are there. */

import { Bounds } from '../analysis/bounds.ts';
import { equation } from '../analysis/equation.ts';
import { IntegerValues, indexRanges } from '../analysis/index-ranges.ts';
import { constant } from '../analysis/linear.ts';
import { type Buffer, freeAxes, size, some } from '../expr.ts';
import {
  awaited,
  type FusedGraph,
  type Graph,
  type Group,
  type Module,
  type Node,
  type Param,
  type Result,
  topo,
  typesOf,
  type Value,
  valuesOf,
} from '../graph.ts';
import { bodiesIn, bodyProblem, isScan, type ScanNode, sameLoop } from '../scan.ts';
import { isBatch, isEmpty, mostBatches, sameType, showType, type TensorType } from '../type.ts';
import { evaluate, nothing, Typing } from './expr.ts';
import { collect, complaint, type Problem, type Report } from './index.ts';

export interface GraphOptions {
  /** Passes may still have to differentiate or apply gradients; else a task is a problem. */
  readonly tasks?: boolean;
  /** Equations are checked up to this batch. */
  readonly maxBatch?: number;
}

/** Throws a `VerifyError` that lists every problem. */
export const verifyGraph = (graph: Graph, options: GraphOptions = {}): void =>
  void collect((r) => check(graph, options, r, alone(graph)));

/** Verifies all graphs of a module, and that they agree on its params. */
export const verifyModule = (module: Module, options: GraphOptions = {}): void =>
  void collect((report) => {
    const ranges = indexRanges(module);
    const [names, params] = [new Set<string>(), new Map<string, { graph: string; param: Param }>()];
    for (const g of module.graphs) {
      if (names.has(g.name)) report('name', `module ${module.name}`, `two graphs are called '${g.name}'`);
      names.add(g.name);
      for (const p of g.params) {
        const known = params.get(p.name);
        if (known && known.param !== p)
          report('name', `graph @${g.name}`, `'${p.name}' is not the param of this name in @${known.graph}`, p.loc);
        else params.set(p.name, { graph: g.name, param: p });
      }
      check(g, { maxBatch: module.maxBatch, ...options }, report, ranges);
    }
  });

/** Throws a `VerifyError` that lists every problem of a fused graph, including those of the graph itself. */
export const verifyFused = (graph: FusedGraph, options: GraphOptions = {}): Problem[] =>
  collect((report) => {
    check(graph, options, report, alone(graph));
    groups(graph, report);
  });

const alone = (graph: Graph): ReadonlyMap<Param, number> => indexRanges({ name: '', maxBatch: 1, graphs: [graph] });

function check(
  graph: Graph,
  { tasks = false, maxBatch = 64 }: GraphOptions,
  report: Report,
  ranges: ReadonlyMap<Param, number>,
): void {
  const here = `graph @${graph.name}`;
  const inputs = (v: Value): string => (v.kind === 'param' ? `param '${v.name}'` : v.op.name);
  const at = (n: Node): string => `${here}, ${n.op.name}: ${showType(n.type)}`;
  const roots = valuesOf(graph);
  if (cyclic(roots)) return report('cycle', here, `its nodes depend on each other in a cycle`);

  const integers = new IntegerValues(ranges, maxBatch);
  const listed = new Set(graph.params);
  const names = new Set<string>();
  for (const p of graph.params) {
    if (names.has(p.name)) report('name', here, `two params are called '${p.name}'`, p.loc);
    names.add(p.name);
    shape(`${here}, param '${p.name}'`, p.type, p, report);
  }
  if (listed.size < graph.params.length) report('name', here, 'a param is listed twice');
  const known = (p: Value, where: string): void => {
    if (p.kind === 'param' && !listed.has(p))
      report('unlisted-param', where, `the param '${p.name}' is not listed`, p.loc);
  };

  for (const n of topo(roots)) {
    for (const i of n.inputs) known(i, at(n));
    if (n.inputs.length !== n.op.operands.length) {
      const want = n.op.operands.length ? ` (${n.op.operands.join(', ')})` : '';
      report(
        'operands',
        at(n),
        `${n.inputs.length} operands, and ${n.op.name} takes ${n.op.operands.length}${want}`,
        n.loc,
      );
      continue;
    }
    shape(at(n), n.type, n, report);
    let type: TensorType;
    try {
      type = n.op.infer(typesOf(n.op, n.inputs), n.attrs);
    } catch (e) {
      report('type', at(n), complaint(e), n.loc);
      continue;
    }
    if (!sameType(type, n.type))
      report(
        'type',
        at(n),
        `of (${n.inputs.map((i) => `${inputs(i)}: ${showType(i.type)}`).join(', ')}) it makes ${showType(type)}`,
        n.loc,
      );
    else for (const problem of equationOf(n, maxBatch, integers).problems) report('equation', at(n), problem, n.loc);
  }
  for (const body of bodiesIn(roots)) {
    const problem = bodyProblem(body);
    if (problem) report('body', `body @${body.name}`, problem);
    check(body, { maxBatch }, report, new Map());
  }

  results(graph, known, report);
  task(graph, tasks, known, report);
}

function shape(where: string, t: TensorType, { loc }: Value, report: Report): void {
  const batches = t.shape.filter(isBatch).length;
  if (batches > mostBatches) report('batch', where, `${showType(t)} holds the batch too often`, loc);
  if (t.shape.some((d) => (isBatch(d) ? !Number.isInteger(d.times) || d.times < 1 : !Number.isInteger(d) || d < 0)))
    report('type', where, `${showType(t)} has an extent that is not a whole number`, loc);
}

function results(graph: Graph, known: (p: Value, where: string) => void, report: Report): void {
  const updated = new Set<Param>();
  const names = new Set<string>();
  for (const r of graph.results) {
    const where = `graph @${graph.name}, result '${r.name}'`;
    known(r.value, where);
    const { into } = r;
    if (!into) {
      if (names.has(r.name)) report('name', where, 'two results have this name', r.value.loc);
      names.add(r.name);
      continue;
    }
    known(into, where);
    if (!sameType(r.value.type, into.type))
      report(
        'update',
        where,
        `a ${showType(r.value.type)} cannot replace '${into.name}', a ${showType(into.type)}`,
        r.value.loc,
      );
    if (into.role === 'input' || into.role === 'scalar')
      report(
        'update',
        where,
        `'${into.name}' is ${into.role === 'input' ? 'an input' : 'a scalar'}, which only the host sets`,
        r.value.loc,
      );
    if (updated.has(into)) report('update', where, `'${into.name}' is updated twice`, r.value.loc);
    updated.add(into);
  }
}

function task(graph: Graph, allowed: boolean, known: (p: Value, where: string) => void, report: Report): void {
  const { task: t } = graph;
  if (!t) return;
  const where = `graph @${graph.name}, task`;
  if (!allowed) return report('task', where, `it must still ${t.kind}`);
  if (t.kind === 'apply') {
    for (const [p, g] of t.gradients) {
      known(p, where);
      if (!sameType(p.type, g.type))
        report('task', where, `the gradient of '${p.name}: ${showType(p.type)}' is ${showType(g.type)}`, g.loc);
    }
    return;
  }
  for (const p of t.wrt) known(p, where);
  for (const v of [t.of, ...(t.seed ? [t.seed] : [])]) known(v, where);
  if (t.seed && !sameType(t.seed.type, t.of.type))
    report(
      'task',
      where,
      `the seed is ${showType(t.seed.type)}, and what it is the cotangent of is ${showType(t.of.type)}`,
      t.of.loc,
    );
}

function cyclic(roots: readonly Value[]): boolean {
  const state = new Map<Value, 'open' | 'done'>();
  for (const root of roots) {
    const stack: { v: Value; next: number }[] = [{ v: root, next: 0 }];
    if (state.has(root)) continue;
    state.set(root, 'open');
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.v.kind === 'node' ? top.v.inputs[top.next++] : undefined;
      if (!input) {
        state.set(top.v, 'done');
        stack.pop();
      } else if (state.get(input) === 'open') return true;
      else if (!state.has(input)) {
        state.set(input, 'open');
        stack.push({ v: input, next: 0 });
      }
    }
  }
  return false;
}

// ---- equations

interface Equation {
  readonly problems: readonly string[];
  /** For each operand, true if any of its elements is read. */
  readonly reads: readonly boolean[];
}
const equations = new WeakMap<Node, Equation>();

/** The problems of a node's equation, which must give elements of the result's type and read only existing elements,
 *  and the operands that it reads. `integers` bound the indices that are data. */
function equationOf(n: Node, maxBatch: number, integers = new IntegerValues(new Map(), maxBatch)): Equation {
  const known = equations.get(n);
  if (known) return known;
  // A loop has no equation of its own, and reads its operands whole.
  if (isScan(n)) return { problems: [], reads: n.inputs.map(() => true) };
  const problems: string[] = [];
  const read = new Set<Buffer>();
  let operands: readonly Buffer[] = [];
  try {
    const { e, buffers, axes } = equation(n);
    operands = buffers;
    const complain = (_: string, message: string): void => void problems.push(message);
    const dtype = new Typing().of(e, complain);
    if (dtype !== n.type.dtype) problems.push(`its equation gives ${dtype}, not ${n.type.dtype}`);
    const isData = some(e, (p) => p.kind === 'load' && p.at.some((i) => some(i, (q) => q.kind === 'load')));
    if (isData) for (const i of n.inputs) integers.of(i);
    const bounds = new Bounds(maxBatch, isData ? { buffers: integers.operands(n, buffers) } : {});
    for (const a of axes) bounds.bind(a, constant(0), bounds.form(size(a.extent)), 1);
    evaluate(e, bounds, { complain, load: (l) => read.add(l.buffer) }, isEmpty(n.type) ? [nothing] : []);
    // Branches that indices rule out here count as reads too, as another shape may take them.
    some(e, (p) => p.kind === 'load' && read.add(p.buffer) && false);
    for (const a of freeAxes(e)) if (!axes.includes(a)) problems.push(`its equation leaves the axis '${a.name}' free`);
  } catch (e) {
    problems.push(complaint(e));
  }
  const found = { problems, reads: n.inputs.map((_, i) => operands[i] !== undefined && read.has(operands[i])) };
  equations.set(n, found);
  return found;
}

// ---- groups

function groups(graph: FusedGraph, report: Report): void {
  const here = `graph @${graph.name}`;
  const launchOf = new Map<Node, number>();
  const inSome = new Set<Node>();
  for (const [i, g] of graph.groups.entries()) {
    const where = `${here}, group ${i}`;
    if (g.roots.length === 0) report('group', where, 'it stores nothing');
    for (const r of g.roots) {
      if (!g.members.has(r))
        report('group', where, `it stores ${r.op.name}: ${showType(r.type)}, which it does not compute`, r.loc);
      const other = launchOf.get(r);
      if (other !== undefined)
        report('group', where, `group ${other} stores ${r.op.name}: ${showType(r.type)} too`, r.loc);
      launchOf.set(r, i);
    }
    for (const m of g.members) inSome.add(m);
    formOf(g, (message) => report('group', where, message));
  }
  const updates = updatesOf(graph, launchOf, report);
  const stored = (v: Value): boolean => v.kind === 'param' || launchOf.has(v);
  /** The stored value that a value is read from, through views; null if it is not stored. */
  const source = (v: Value): Value | null =>
    stored(v) ? v : v.kind === 'node' && v.op.view ? source(v.inputs[0] as Value) : null;

  for (const [i, g] of graph.groups.entries())
    for (const m of g.members)
      for (const [k, input] of m.inputs.entries()) {
        const where = `${here}, group ${i}, ${m.op.name}: ${showType(m.type)}`;
        const read = equationOf(m, 64).reads[k] === true;
        if (input.kind === 'node' && awaited(m).includes(input) && !((launchOf.get(input) ?? i) < i))
          report('launch-order', where, `it waits for ${input.op.name}, which no earlier group stores`, m.loc);
        // Values of other members are computed in the group; all others are read from memory.
        if (!read || (input.kind === 'node' && g.members.has(input))) continue;
        const from = source(input);
        if (!from) {
          const what = input.kind === 'node' ? `${input.op.name}: ${showType(input.type)}` : '';
          report('group', where, `it reads ${what}, which is neither stored nor computed here`, m.loc);
        } else if (from.kind === 'node') {
          const by = launchOf.get(from) as number;
          if (by >= i)
            report(
              'launch-order',
              where,
              `it reads ${from.op.name}: ${showType(from.type)}, which group ${by} stores`,
              m.loc,
            );
        } else if ((updates.get(from) ?? i) < i)
          report(
            'overwritten',
            where,
            `it reads '${from.name}', which group ${updates.get(from)} has overwritten`,
            m.loc,
          );
      }

  needed(graph, inSome, source, report);
  copies(graph, updates, source, report);
}

/** Checks that a group of windows or points has one root, and that a gathered value comes from an op with a scatter equation. */
function formOf({ roots, members, form, gathered }: Group, report: (message: string) => void): void {
  for (const s of gathered) {
    const what = `${s.op.name}: ${showType(s.type)}`;
    if (!members.has(s)) report(`it gathers ${what}, which is not one of its nodes`);
    else if (roots.includes(s)) report(`it both gathers and stores ${what}`);
    else if (!s.op.scatter) report(`it gathers ${what}, which scatters nothing`);
    else if (![...members].some((m) => m.inputs.includes(s))) report(`it gathers ${what}, which nothing in it reads`);
  }
  if (form === 'loops') return;
  const [root, ...others] = roots;
  if (form === 'scan') {
    for (const m of members)
      if (roots.includes(m) ? !isScan(m) || !isScan(root as Node) || !sameLoop(root as ScanNode, m) : !m.op.view)
        report(`it has ${m.op.name}: ${showType(m.type)}, which is not a result of its loop`);
    return;
  }
  if (others.length > 0) report(`its ${form} add to several results`);
  if (root && !root.op.scatter)
    report(`its ${form} add to ${root.op.name}: ${showType(root.type)}, which scatters nothing`);
  if (gathered.size > (form === 'windows' ? 1 : 0)) report(`its ${form} range over several operands`);
  for (const m of members)
    if (m !== root && !gathered.has(m) && !m.op.view)
      report(`its ${form} read ${m.op.name}: ${showType(m.type)}, which is not stored`);
}

/** The group that overwrites each param in place. */
function updatesOf(graph: FusedGraph, launchOf: ReadonlyMap<Node, number>, report: Report): Map<Param, number> {
  const updates = new Map<Param, number>();
  for (const r of graph.results) {
    if (!r.into || graph.staged.has(r) || r.value === r.into) continue;
    const where = `graph @${graph.name}, result '${r.name}'`;
    const by = r.value.kind === 'node' ? launchOf.get(r.value) : undefined;
    if (by === undefined)
      report('group', where, `no group stores it in '${r.into.name}', and it is not staged`, r.value.loc);
    else updates.set(r.into, by);
    if (graph.results.some((o) => o !== r && o.value === r.value && o.into && !graph.staged.has(o)))
      report('group', where, 'its value is stored in two places, and neither is staged', r.value.loc);
  }
  return updates;
}

/** Checks that every node that results need is computed somewhere. */
function needed(
  graph: FusedGraph,
  inSome: ReadonlySet<Node>,
  source: (v: Value) => Value | null,
  report: Report,
): void {
  const seen = new Set<Node>();
  const stack = graph.results.map((r) => r.value);
  for (let v = stack.pop(); v; v = stack.pop()) {
    if (v.kind === 'param' || seen.has(v)) continue;
    seen.add(v);
    if (!inSome.has(v) && !v.op.view)
      report('group', `graph @${graph.name}, ${v.op.name}: ${showType(v.type)}`, 'no group computes it', v.loc);
    const { reads } = equationOf(v, 64);
    stack.push(...v.inputs.filter((_, k) => reads[k]));
  }
  for (const r of graph.results)
    if (!source(r.value))
      report('group', `graph @${graph.name}, result '${r.name}'`, 'its value is not stored', r.value.loc);
}

/** Staged updates, and results that are params, are copied after all groups have run: no group may have updated the
 *  params that they read in place. */
function copies(
  graph: FusedGraph,
  updates: ReadonlyMap<Param, number>,
  source: (v: Value) => Value | null,
  report: Report,
): void {
  for (const r of graph.results) {
    const from = source(r.value);
    const copied = r.into ? graph.staged.has(r) : from?.kind === 'param';
    if (copied && from?.kind === 'param' && updates.has(from) && from !== r.into)
      report(
        'overwritten',
        where(graph, r),
        `it is '${from.name}' before the update, and is copied after it`,
        r.value.loc,
      );
  }
}
const where = (graph: Graph, r: Result): string => `graph @${graph.name}, result '${r.name}'`;
