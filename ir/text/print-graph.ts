/** Prints graphs and modules, a node a line in the order in which they run.
 *
 *  Nodes have no names of their own, as the user's variables are not known when they are made. They are named after
 *  their ops, `%conv2d`, `%relu.1`, so that a line can be read on its own, and inserting a matmul does not renumber
 *  every relu. A result has the result's name; a value that updates a param has the param's, with `.new`. `parse-graph`
 *  reads all of it back. */

import type { Attr } from '../attr.ts';
import type { FusedGraph, Graph, Module, Node, Param, Result, Role, Task, Value } from '../graph.ts';
import { topo } from '../graph.ts';
import { bodiesIn, isScan } from '../scan.ts';
import { type Dim, isBatch, showDim, showType } from '../type.ts';
import { namespace, showName, showNumber, showReference, showString } from './print-expr.ts';
import { type PrintOptions, showPlace, tells, versionLine, width, withComments } from './print-options.ts';

/** A file: the version line and the module. */
export function printModule(module: Module, options: PrintOptions = {}): string {
  const bodies = new Bodies(module.graphs);
  const graphs = [...bodies.printed(options), ...module.graphs.map((g) => graphText(g, bodies, options))].map(indent);
  const head = `module ${showReference('@', module.name)} (N <= ${module.maxBatch}) {`;
  return `${versionLine}\n${[head, graphs.join('\n\n'), '}'].filter(Boolean).join('\n')}\n`;
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

/** A graph as text, after the bodies of its loops, which `parseGraph` reads back. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  const bodies = new Bodies([graph]);
  return [...bodies.printed(options), graphText(graph, bodies, options)].join('\n\n');
}

/** The bodies of the loops of graphs, each under a name of its own. */
class Bodies {
  readonly #names = new Map<Graph, string>();

  constructor(graphs: readonly Graph[]) {
    const names = namespace();
    // A number that a text has given is given anew.
    for (const body of bodiesIn(graphs.flatMap((g) => [...g.results.map((r) => r.value), ...valuesOf(g.task)])))
      this.#names.set(body, names.claim(body.name.replace(/\.\d+$/, '')));
  }

  printed(options: PrintOptions): string[] {
    return [...this.#names].map(([body, name]) => graphText({ ...body, name }, this, options, 'body'));
  }

  /** The attributes of a node, of a loop with its body's name. */
  attrs(n: Node): Readonly<Record<string, Attr | Reference>> {
    return isScan(n) ? { body: { name: this.#names.get(n.op.body) ?? n.op.body.name }, ...n.attrs } : n.attrs;
  }
}
/** The name of a body. */
interface Reference {
  readonly name: string;
}

function graphText(graph: Graph, bodies: Bodies, options: PrintOptions, word: 'graph' | 'body' = 'graph'): string {
  const nodes = topo([...graph.results.map((r) => r.value), ...valuesOf(graph.task)]);
  const name = nameValues(graph, nodes);
  const place = (v: Value): string | null => (v.loc && tells(v.loc, options) ? showPlace(v.loc, options) : null);

  const params = graph.params.map((p) => `${name(p)}: ${showType(p.type)}${roles[p.role]}`);
  const opening = `${word} ${showReference('@', graph.name)}(`;
  const oneLine = `${opening}${params.join(', ')}) {`;
  const wrapped = params.map((p, i) => [`  ${p},`, place(graph.params[i] as Param)] as const);
  // A param needs a line of its own to show its location.
  const head =
    oneLine.length <= width && wrapped.every(([, told]) => told === null)
      ? [oneLine]
      : [opening, ...withComments(wrapped), ') {'];

  const line = (n: Node, pad: string): readonly [string, string | null] => {
    const call = `${n.op.name}(${n.inputs.map(name).join(', ')})${showAttrs(bodies.attrs(n))}`;
    return [`${pad}${name(n)} = ${call} : ${showType(n.type)}`, place(n)];
  };
  const body = 'groups' in graph ? showGroups(graph as FusedGraph, nodes, line, name) : nodes.map((n) => line(n, '  '));
  const staged = 'groups' in graph ? (graph as FusedGraph).staged : new Set<Result>();
  const results = graph.results.map((r) => showResult(r, name) + (staged.has(r) ? ' staged' : ''));
  const last = graph.results.length ? list('  return', results) : [];
  return [...head, ...withComments(body), ...last, ...showTask(graph.task, name), '}'].join('\n');
}

/** Each group as a block that ends with its stored values; a node that several groups compute appears in each. Nodes
 *  outside all groups come first, and `fused {}` marks a fused graph that computes nothing. */
function showGroups(
  graph: FusedGraph,
  nodes: readonly Node[],
  line: (n: Node, pad: string) => readonly [string, string | null],
  name: (v: Value) => string,
): (readonly [string, string | null])[] {
  const order = new Map(nodes.map((n, i) => [n, i]));
  const inOrder = (members: Iterable<Node>): Node[] =>
    [...members].sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
  const grouped = new Set(graph.groups.flatMap((g) => [...g.members]));
  const groups = graph.groups.flatMap((g) => [
    [g.form === 'loops' ? '  fused {' : `  fused ${g.form} {`, null] as const,
    ...inOrder(g.members).map((n) => line(n, '    ')),
    ...(g.gathered.size > 0 ? [[`    gather ${inOrder(g.gathered).map(name).join(', ')}`, null] as const] : []),
    [`    store ${g.roots.map(name).join(', ')}`, null] as const,
    ['  }', null] as const,
  ]);
  const rest = nodes.filter((n) => !grouped.has(n)).map((n) => line(n, '  '));
  return [...rest, ...(groups.length ? groups : [['  fused {}', null] as const])];
}

const roles: Readonly<Record<Role, string>> = {
  input: '',
  parameter: ' param',
  gradient: ' gradient',
  state: ' state',
  scalar: ' scalar',
};

/** The values that a task needs besides the results. */
function valuesOf(task: Task | undefined): readonly Value[] {
  if (task?.kind === 'differentiate') return [task.of, ...(task.seed ? [task.seed] : [])];
  return task ? [...task.gradients.values()] : [];
}

function nameValues(graph: Graph, nodes: readonly Value[]): (v: Value) => string {
  const names = namespace();
  const named = new Map<Value, string>();
  const give = (v: Value, base: string): void => {
    if (!named.has(v)) named.set(v, names.claim(base));
  };
  for (const p of graph.params) give(p, p.name);
  for (const r of graph.results) if (r.value.kind === 'node') give(r.value, r.into ? `${r.into.name}.new` : r.name);
  for (const v of nodes) if (v.kind === 'node') give(v, v.op.name);
  // An unlisted param, though invalid, still prints.
  return (v) => {
    if (!named.has(v)) give(v, v.kind === 'param' ? v.name : v.op.name);
    return showReference('%', named.get(v) as string);
  };
}

/** `%loss`, `%w.new -> %w`, or `loss = %x` if the value has another name. */
function showResult(r: Result, name: (v: Value) => string): string {
  const value = name(r.value);
  const into = r.into ? ` -> ${name(r.into)}` : '';
  const told = r.into ? r.into.name === r.name : value === showReference('%', r.name);
  return told ? `${value}${into}` : `${showName(r.name)} = ${value}${into}`;
}

function showTask(task: Task | undefined, name: (v: Value) => string): string[] {
  if (!task) return [];
  if (task.kind === 'apply') {
    const pairs = [...task.gradients].map(([p, g]) => `${name(p)}: ${name(g)}`);
    return list('  apply', pairs, ` then ${task.then}`);
  }
  const seed = task.seed ? ` seed ${name(task.seed)}` : '';
  return list(`  differentiate ${name(task.of)}${seed} wrt`, task.wrt.map(name), ` then ${task.then}`);
}

/** `head a, b tail` on one line, or with a line for each member if that would be too long. */
function list(head: string, members: readonly string[], tail = ''): string[] {
  const line = [head, members.join(', ')].join(' ') + tail;
  if (line.length <= width) return [line];
  return [head, ...members.map((m, i) => `    ${m}${i < members.length - 1 ? ',' : tail}`)];
}

/** ` {stride=[1,1], to=i32}`, in the order given by the op's author, or nothing. */
function showAttrs(attrs: Readonly<Record<string, Attr | Reference>>): string {
  const entries = Object.entries(attrs).map(([k, v]) => `${k}=${showAttr(v)}`);
  return entries.length ? ` {${entries.join(', ')}}` : '';
}

const plainWords = /^(?!(?:true|false|inf|nan|\d*N)$)[A-Za-z_]\w*$/;

function showAttr(v: Attr | Reference): string {
  if (typeof v === 'object' && 'name' in v) return showReference('@', v.name);
  if (typeof v === 'string') return plainWords.test(v) ? v : showString(v);
  if (typeof v === 'number') return showNumber(v);
  if (typeof v === 'boolean') return String(v);
  return `[${(v as readonly Dim[]).map((d) => (isBatch(d) ? showDim(d) : showNumber(d))).join(',')}]`;
}
