/** Parses graphs and modules, as `print-graph` or a person writes them. Every problem is reported at its line and
 *  column: undefined and duplicate names, operands and attributes that an op does not have, types that do not match the
 *  operands, tensors too large for any memory. */

import type { Attr, Attrs } from '../attr.ts';
import { CompileError, type Loc } from '../diagnostic.ts';
import {
  describe,
  type FusedGraph,
  type Graph,
  type Group,
  type Module,
  type Node,
  type OpDef,
  type Param,
  param,
  type Result,
  type Role,
  type Task,
  topo,
  typesOf,
  type Value,
} from '../graph.ts';
import { ops as allOps } from '../ops/index.ts';
import { bodyProblem, scanOf } from '../scan.ts';
import { countAt, type Dim, maxElements, sameType, showType, type TensorType } from '../type.ts';
import { Lexer, readPlace, type Token } from './lex.ts';
import { nearest } from './nearest.ts';
import { expectVersion, parseNumber, parseType, readDim, readMaxBatch, type TextOptions } from './parse-common.ts';

export interface GraphTextOptions extends TextOptions {
  /** Ops in addition to, or instead of, Tapeout's own. */
  readonly ops?: ReadonlyMap<string, OpDef>;
}

/** A file with one module. Throws a `CompileError` with the location of the problem. */
export function parseModule(text: string, file: string, options: GraphTextOptions = {}): Module {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const module = moduleOf(lex, options);
  lex.expectKind('end', 'nothing after the module');
  return module;
}

/** A graph by itself, with or without a version line. */
export function parseGraph(text: string, file: string, options: GraphTextOptions = {}): Graph {
  const lex = new Lexer(text, file);
  if (lex.is('tapeout')) expectVersion(lex);
  const scope: Scope = { params: new Map(), bodies: new Map(), maxBatch: options.maxBatch ?? 1 };
  while (lex.is('body')) bodyOf(lex, scope, options);
  const graph = graphOf(lex, scope, options);
  lex.expectKind('end', 'nothing after the graph');
  return graph;
}

/** The state that the graphs of a module share. */
export interface Scope {
  readonly params: Map<string, Param>;
  /** The bodies of loops. */
  readonly bodies: Map<string, Graph>;
  readonly maxBatch: number;
}

export function moduleOf(lex: Lexer, options: GraphTextOptions): Module {
  lex.expect('module');
  const name = lex.expectKind('symbol', "the module's name, such as @LeNet").text;
  const maxBatch = readMaxBatch(lex);
  lex.expect('{');
  const scope: Scope = { params: new Map(), bodies: new Map(), maxBatch };
  const graphs: Graph[] = [];
  const names = new Set<string>();
  while (!lex.is('}')) {
    if (lex.is('body')) {
      bodyOf(lex, scope, options);
      continue;
    }
    const at = lex.peek();
    const graph = graphOf(lex, scope, options);
    if (names.has(graph.name)) throw lex.error(`there are two graphs @${graph.name}`, at, { code: 'duplicate-name' });
    names.add(graph.name);
    graphs.push(graph);
  }
  lex.expect('}');
  return { name, maxBatch, graphs };
}

export function graphOf(lex: Lexer, scope: Scope, options: GraphTextOptions): Graph {
  return new GraphReader(lex, scope, options).graph();
}

/** Reads the body of a loop, which has params of its own, into the scope. */
export function bodyOf(lex: Lexer, scope: Scope, options: GraphTextOptions): void {
  const at = lex.peek();
  const body = new GraphReader(lex, { ...scope, params: new Map(), bodies: new Map() }, options).graph('body');
  const problem = bodyProblem(body);
  if (problem) throw lex.error(`@${body.name} cannot be the body of a loop: ${problem}`, at, { code: 'bad-body' });
  if (scope.bodies.has(body.name))
    throw lex.error(`there are two bodies @${body.name}`, at, { code: 'duplicate-name' });
  scope.bodies.set(body.name, body);
}

const roles: ReadonlyMap<string, Role> = new Map([
  ['param', 'parameter'],
  ['gradient', 'gradient'],
  ['state', 'state'],
  ['scalar', 'scalar'],
]);

class GraphReader {
  readonly #lex: Lexer;
  readonly #scope: Scope;
  readonly #ops: ReadonlyMap<string, OpDef>;
  readonly #places: 'told' | 'text';
  /** Values by their name in the text, with the token that defines each. */
  readonly #values = new Map<string, { readonly value: Value; readonly at: Token }>();
  readonly #params: Param[] = [];
  /** Nodes in the order of the text; nodes that no result needs are an error. */
  readonly #nodes = new Map<Node, Token>();
  readonly #groups: Group[] = [];
  #fused = false;

  constructor(lex: Lexer, scope: Scope, options: GraphTextOptions) {
    this.#lex = lex;
    this.#scope = scope;
    this.#ops = options.ops ? new Map([...allOps, ...options.ops]) : allOps;
    this.#places = options.places ?? 'told';
  }

  graph(word: 'graph' | 'body' = 'graph'): Graph {
    const lex = this.#lex;
    lex.expect(word, `and its params: '${word} @forward(%x: f32[N,4]) {'`);
    const name = lex.expectKind('symbol', "the graph's name, such as @forward").text;
    lex.expect('(');
    this.#paramList();
    lex.expect('{');
    while (lex.peek().kind === 'value' || lex.is('fused')) {
      if (lex.is('fused')) this.#group();
      else this.#node(null);
    }
    const results: Result[] = [];
    if (lex.accept('return'))
      do results.push(this.#result());
      while (lex.accept(','));
    const { staged, plain } = this.#stagedOf(results);
    const task = this.#task();
    if (!lex.is('}')) throw lex.unexpected(this.#wanted(results, task));
    const end = lex.take();
    this.#checkUsed(plain, task, end);
    const graph: Graph = { name, params: this.#params, results: plain, ...(task ? { task } : {}) };
    const fused: FusedGraph = { ...graph, groups: this.#groups, staged };
    return this.#fused ? fused : graph;
  }

  #wanted(results: readonly Result[], task: Task | undefined): string {
    if (task) return "'}' after the task";
    if (results.length) return "',' and another result, a task, or '}'";
    return "a node such as '%y = relu(%x) : f32[4]', 'return', a task, or '}'";
  }

  /** `a, b, c` up to `end`, with an optional trailing comma. */
  #list(end: string, item: () => void): void {
    const lex = this.#lex;
    while (!lex.is(end)) {
      item();
      if (!lex.accept(',') && !lex.is(end)) throw lex.unexpected(`',' or '${end}'`);
    }
    lex.take();
  }

  #paramList(): void {
    const lex = this.#lex;
    while (!lex.is(')')) if (!this.#param() && !lex.is(')')) throw lex.unexpected("',' or ')'");
    lex.take();
  }

  /** Reads one param; returns true if a comma follows. */
  #param(): boolean {
    const lex = this.#lex;
    const name = lex.expectKind('value', "a param such as '%x: f32[N,4]', or ')'");
    lex.expect(':');
    const type = this.#type();
    const role = (lex.peek().kind === 'name' && roles.get(lex.peek().text)) || 'input';
    if (role !== 'input') lex.take();
    else if (lex.peek().kind === 'name')
      throw lex.unexpected("'param', 'gradient', 'state' or 'scalar', or ',' for a param that is an input");
    // The location is in a comment after the comma, or before a comma on the next line.
    const told = lex.comment();
    const more = lex.accept(',');
    const p = this.#shared(param(role, name.text, type, this.#placeOf(name, told ?? lex.comment())), name);
    this.#define(name, p);
    this.#params.push(p);
    return more;
  }

  /** The param object that the module's graphs share. */
  #shared(p: Param, at: Token): Param {
    const known = this.#scope.params.get(p.name);
    if (!known) {
      this.#scope.params.set(p.name, p);
      return p;
    }
    const [here, there] = [p, known].map((q) => `${showType(q.type)} ${q.role}`);
    if (here !== there)
      throw this.#lex.error(`%${p.name} is ${here} here, and ${there} in a graph before`, at, {
        code: 'type-mismatch',
        help: 'graphs of one module have their params in common: give this one another name',
      });
    return known;
  }

  #type(): TensorType {
    const at = this.#lex.peek();
    const type = parseType(this.#lex);
    return this.#bounded(type, at);
  }

  #bounded(type: TensorType, at: Token): TensorType {
    const { maxBatch } = this.#scope;
    if (countAt(type.shape, maxBatch) > maxElements)
      throw this.#lex.error(
        `${showType(type)} has more than ${maxElements} elements${maxBatch > 1 ? ` at a batch of ${maxBatch}` : ''}`,
        at,
        { code: 'too-large', help: 'memory holds no more; make the tensor or the largest batch smaller' },
      );
    return type;
  }

  #placeOf(name: Token, comment: string | null = this.#lex.comment()): Loc | null {
    const told = comment === null ? null : readPlace(comment);
    return told ?? (this.#places === 'text' ? this.#lex.loc(name) : null);
  }

  #define(name: Token, value: Value): void {
    const known = this.#values.get(name.text);
    if (known)
      throw this.#lex.error(`%${name.text} is defined twice`, name, {
        code: 'duplicate-name',
        notes: [{ message: 'first here', loc: this.#lex.loc(known.at) }],
      });
    this.#values.set(name.text, { value, at: name });
  }

  #use(what: string): Value {
    const name = this.#lex.expectKind('value', what);
    const known = this.#values.get(name.text);
    if (known) return known.value;
    throw this.#lex.error(`%${name.text} is not defined`, name, {
      code: 'undefined-name',
      help: this.#suggestion(name.text) ?? 'a value is defined in a line above those that use it, or is a param',
    });
  }

  #suggestion(name: string): string | null {
    const near = nearest(name, this.#values.keys());
    return near === null ? null : `did you mean %${near}?`;
  }

  #node(group: Set<Node> | null): void {
    const lex = this.#lex;
    const name = lex.take();
    lex.expect('=', `after %${name.text}`);
    const opName = lex.expectKind('name', "the name of an op, such as 'add'");
    if (opName.text === 'scan') return this.#scan(name, opName, group);
    const op = this.#ops.get(opName.text);
    if (!op) {
      const near = nearest(opName.text, this.#ops.keys());
      throw lex.error(`there is no op '${opName.text}'`, opName, {
        code: 'unknown-op',
        help: near === null ? 'docs/ops.md has all of them' : `did you mean '${near}'?`,
      });
    }
    const { open, inputs, places } = this.#operands(op.name);
    this.#count(op, inputs, places, open);
    const attrs = lex.accept('{') ? this.#attrs(op, opName) : this.#noAttrs(op, opName);
    this.#defined(name, op, opName, { inputs, places }, attrs, group);
  }

  /** `%ys = scan(%xs, %h0, %w) {body=@cell, steps=64, reverse=false, result=y} : …`. */
  #scan(name: Token, at: Token, group: Set<Node> | null): void {
    const lex = this.#lex;
    const { open, inputs, places } = this.#operands('scan');
    lex.expect('{', "and the loop's body: {body=@cell, steps=64, reverse=false, result=y}");
    lex.expect('body');
    lex.expect('=');
    const of = lex.expectKind('symbol', 'the name of a body, such as @cell');
    const body = this.#scope.bodies.get(of.text);
    if (!body)
      throw lex.error(`there is no body @${of.text}`, of, {
        code: 'undefined-name',
        help: "a body comes before the graphs that loop over it: 'body @cell(%x: f32[N,4], %h: f32[N,4] state) {'",
      });
    const op = scanOf(body);
    this.#count(op, inputs, places, open);
    const attrs = lex.accept(',') ? this.#attrs(op, at) : lex.expect('}') && this.#noAttrs(op, at);
    this.#defined(name, op, at, { inputs, places }, attrs, group);
  }

  #operands(op: string): { open: Token; inputs: Value[]; places: Token[] } {
    const lex = this.#lex;
    const open = lex.expect('(', `and the operands of ${op}`);
    const [inputs, places]: [Value[], Token[]] = [[], []];
    this.#list(')', () => {
      places.push(lex.peek());
      inputs.push(this.#use(`an operand of ${op}, such as %x`));
    });
    return { open, inputs, places };
  }

  #count(op: OpDef, inputs: readonly Value[], places: readonly Token[], open: Token): void {
    const lex = this.#lex;
    if (inputs.length !== op.operands.length)
      throw lex.error(
        `${op.name} takes ${operandCount(op.operands)}, and ${inputs.length === 0 ? 'none is' : inputs.length === 1 ? '1 is' : `${inputs.length} are`} given`,
        places[op.operands.length] ?? open,
        { code: 'operand-count' },
      );
  }

  #defined(
    name: Token,
    op: OpDef,
    opName: Token,
    { inputs, places }: { readonly inputs: readonly Value[]; readonly places: readonly Token[] },
    attrs: Attrs,
    group: Set<Node> | null,
  ): void {
    const lex = this.#lex;
    const told = lex.expect(':', `and the type of %${name.text}`) && lex.peek();
    const type = this.#type();
    const inferred = this.#infer(op, inputs, attrs, opName, places);
    if (!sameType(type, inferred))
      throw lex.error(`${op.name} makes ${showType(inferred)} of its operands, not ${showType(type)}`, told, {
        code: 'type-mismatch',
        notes: this.#operandNotes(op, inputs, places),
        help: `write ${showType(inferred)}, or change the operands`,
      });
    const node: Node = Object.freeze({ kind: 'node', op, inputs, attrs, type, loc: this.#placeOf(name) });
    if (!group) {
      this.#define(name, node);
      this.#nodes.set(node, name);
      return;
    }
    // A node that several groups compute appears in each of them, but is one node.
    const known = this.#values.get(name.text);
    if (known && known.value.kind === 'node' && !group.has(known.value)) {
      if (!sameNode(known.value, node))
        throw lex.error(`%${name.text} is another node than in a group before`, name, {
          code: 'duplicate-name',
          notes: [{ message: 'defined here', loc: lex.loc(known.at) }],
        });
      group.add(known.value);
      return;
    }
    this.#define(name, node);
    this.#nodes.set(node, name);
    group.add(node);
  }

  #noAttrs(op: OpDef, at: Token): Attrs {
    this.#requireAttrs(op, {}, at);
    return {};
  }

  /** The attributes up to `}`. */
  #attrs(op: OpDef, at: Token): Attrs {
    const lex = this.#lex;
    const attrs: Record<string, Attr> = {};
    this.#list('}', () => {
      const name = lex.expectKind('name', `an attribute of ${op.name}`);
      const kind = Object.hasOwn(op.attrs, name.text) ? op.attrs[name.text] : undefined;
      if (!kind)
        throw lex.error(`${op.name} has no attribute '${name.text}'`, name, {
          code: 'unknown-attribute',
          help: attrsHelp(op),
        });
      if (Object.hasOwn(attrs, name.text))
        throw lex.error(`'${name.text}' is given twice`, name, { code: 'duplicate-name' });
      lex.expect('=');
      const start = lex.peek();
      const value = this.#attr();
      if (!kind.holds(value))
        throw lex.error(`${op.name}: '${name.text}' must be ${kind.says}`, start, { code: 'bad-attribute' });
      attrs[name.text] = value;
    });
    this.#requireAttrs(op, attrs, at);
    return attrs;
  }

  #requireAttrs(op: OpDef, attrs: Attrs, at: Token): void {
    const missing = Object.keys(op.attrs).filter((k) => !Object.hasOwn(attrs, k));
    if (missing.length)
      throw this.#lex.error(
        `${op.name} needs ${missing.map((m) => `'${m}'`).join(', ')} in { … } after its operands`,
        at,
        {
          code: 'missing-attribute',
          help: attrsHelp(op),
        },
      );
  }

  #attr(): Attr {
    const lex = this.#lex;
    const t = lex.peek();
    if (t.kind === 'string') return lex.take().text;
    if (t.kind === 'name' && t.text !== 'inf' && t.text !== 'nan') {
      lex.take();
      return t.text === 'true' ? true : t.text === 'false' ? false : t.text;
    }
    if (!lex.accept('[')) return parseNumber(lex, 'a number, a word, or a list in [ ]');
    const dims: Dim[] = [];
    this.#list(']', () => dims.push(this.#element()));
    return dims;
  }

  #element(): Dim {
    const { kind, text } = this.#lex.peek();
    return (kind === 'number' && text.endsWith('N')) || text === 'N'
      ? readDim(this.#lex)
      : parseNumber(this.#lex, "a number, N, or ']'");
  }

  /** The type that the op's rule infers; its errors are reported at the op. */
  #infer(op: OpDef, inputs: readonly Value[], attrs: Attrs, at: Token, places: readonly Token[]): TensorType {
    let type: TensorType;
    try {
      type = op.infer(typesOf(op, inputs), attrs);
    } catch (e) {
      // A rule may throw anything for operands that it does not expect, which do not fit in any case.
      const {
        code,
        message,
        help,
        notes: more,
      } = e instanceof CompileError
        ? e
        : { code: 'type-mismatch', message: `${op.name}: ${(e as Error).message}`, help: null, notes: [] };
      throw this.#lex.error(message, at, { code, help, notes: [...this.#operandNotes(op, inputs, places), ...more] });
    }
    return this.#bounded(type, at);
  }

  #operandNotes(op: OpDef, inputs: readonly Value[], places: readonly Token[]) {
    return inputs.map((v, i) => ({
      message: `${op.operands[i]}: ${describe(v)}`,
      loc: this.#lex.loc(places[i] as Token),
    }));
  }

  /** `fused { … gather %u store %a, %b }`, `fused windows { … }` or `fused points { … }`; an empty one only says that the
   *  graph is fused. */
  #group(): void {
    const lex = this.#lex;
    this.#fused = true;
    lex.expect('fused');
    const form = (['windows', 'points', 'scan'] as const).find((word) => lex.accept(word)) ?? 'loops';
    lex.expect('{', form === 'loops' ? "'windows', 'points' or 'scan'" : undefined);
    const members = new Set<Node>();
    while (lex.peek().kind === 'value') this.#node(members);
    if (members.size === 0 && form === 'loops') {
      lex.expect('}', 'or a node');
      return;
    }
    const gathered = lex.accept('gather') ? this.#membersOf(members, 'gathered') : [];
    lex.expect('store', 'and what the group keeps, or a node');
    const roots = this.#membersOf(members, 'stored');
    lex.expect('}', "or ','");
    this.#groups.push({ roots, members, form, gathered: new Set(gathered) });
  }

  /** `%a, %b`: nodes of a group, without repetition. */
  #membersOf(members: ReadonlySet<Node>, what: 'gathered' | 'stored'): Node[] {
    const lex = this.#lex;
    const found: Node[] = [];
    do {
      const at = lex.peek();
      const v = this.#use('a value that the group computes');
      if (v.kind !== 'node' || !members.has(v) || found.includes(v))
        throw lex.error(
          `%${at.text} is ${found.includes(v as Node) ? `${what} twice` : 'not a node of this group'}`,
          at,
        );
      found.push(v);
    } while (lex.accept(','));
    return found;
  }

  /** `%loss`, `%w.new -> %w`, `name = %x`. */
  #result(): Result & { readonly staged: boolean } {
    const lex = this.#lex;
    const own = lex.peek().kind === 'name' || lex.peek().kind === 'string' ? lex.take().text : null;
    if (own !== null) lex.expect('=', `and the value of the result '${own}'`);
    const at = lex.peek();
    const value = this.#use("a result, such as '%loss' or 'loss = %add'");
    if (!lex.accept('->')) return { name: own ?? at.text, value, staged: false };
    const target = lex.peek();
    const into = this.#use('the param that the value is put into');
    if (into.kind !== 'param')
      throw lex.error(`%${target.text} is not a param, and only params can be updated`, target);
    if (!sameType(into.type, value.type))
      throw lex.error(
        `%${target.text} is ${showType(into.type)}, and the value put into it ${showType(value.type)}`,
        at,
        {
          code: 'type-mismatch',
        },
      );
    return { name: own ?? into.name, value, into, staged: lex.accept('staged') };
  }

  #stagedOf(results: readonly Result[]): { staged: ReadonlySet<Result>; plain: readonly Result[] } {
    const staged = new Set<Result>();
    const plain = results.map((r) => {
      const { staged: isStaged, ...result } = r as Result & { staged: boolean };
      if (isStaged) staged.add(result);
      return result;
    });
    return { staged, plain };
  }

  #task(): Task | undefined {
    const lex = this.#lex;
    if (lex.accept('differentiate')) {
      const of = this.#use('the value to differentiate');
      const start = lex.peek();
      const seed = lex.accept('seed') ? this.#use("the value's cotangent") : null;
      if (seed && !sameType(seed.type, of.type))
        throw lex.error(`the seed is ${showType(seed.type)}, and what is differentiated ${showType(of.type)}`, start, {
          code: 'type-mismatch',
        });
      lex.expect('wrt', 'and params');
      const wrt: Param[] = [];
      while (!lex.is('then')) {
        wrt.push(this.#paramUse());
        if (!lex.accept(',')) break;
      }
      return { kind: 'differentiate', of, seed, wrt, then: this.#then() };
    }
    if (lex.accept('apply')) {
      const gradients = new Map<Param, Value>();
      while (!lex.is('then')) {
        const at = lex.peek();
        const p = this.#paramUse();
        if (gradients.has(p)) throw lex.error(`%${at.text} has two gradients`, at, { code: 'duplicate-name' });
        lex.expect(':', 'and its gradient');
        const place = lex.peek();
        const g = this.#use('a gradient');
        if (!sameType(g.type, p.type))
          throw lex.error(
            `the gradient of %${at.text} is ${showType(g.type)}, and the param ${showType(p.type)}`,
            place,
            {
              code: 'type-mismatch',
            },
          );
        gradients.set(p, g);
        if (!lex.accept(',')) break;
      }
      return { kind: 'apply', gradients, then: this.#then() };
    }
    return undefined;
  }

  #paramUse(): Param {
    const at = this.#lex.peek();
    const p = this.#use('a param');
    if (p.kind !== 'param') throw this.#lex.error(`%${at.text} is not a param`, at);
    return p;
  }

  #then(): 'step' | 'accumulate' {
    const lex = this.#lex;
    lex.expect('then', "and 'step' or 'accumulate'");
    if (lex.accept('step')) return 'step';
    if (lex.accept('accumulate')) return 'accumulate';
    throw lex.unexpected("'step' or 'accumulate'");
  }

  /** Requires that results need every node, as others would be dropped silently. */
  #checkUsed(results: readonly Result[], task: Task | undefined, end: Token): void {
    const asked = task?.kind === 'differentiate' ? [task.of, ...(task.seed ? [task.seed] : [])] : [];
    const applied = task?.kind === 'apply' ? [...task.gradients.values()] : [];
    const needed = new Set(topo([...results.map((r) => r.value), ...asked, ...applied]));
    for (const [node, at] of this.#nodes)
      if (!needed.has(node))
        throw this.#lex.error(`no result needs %${at.text}`, at, {
          code: 'unused-value',
          help: `return it, or remove the line${results.length || task ? '' : `; the graph that ends at line ${end.line} returns nothing`}`,
        });
  }
}

const sameNode = (a: Node, b: Node): boolean =>
  a.op === b.op &&
  a.inputs.every((v, i) => v === b.inputs[i]) &&
  sameType(a.type, b.type) &&
  Object.keys(a.attrs).every((k) => showAttr(a.attrs[k]) === showAttr(b.attrs[k]));
const showAttr = (v: Attr | undefined): string =>
  JSON.stringify(v, (_, x) => (typeof x === 'number' ? (Object.is(x, -0) ? '-0' : String(x)) : x));

const operandCount = (operands: readonly string[]): string =>
  operands.length === 0
    ? 'no operands'
    : `${operands.length === 1 ? 'one operand' : `${operands.length} operands`}, ${operands.join(', ')}`;

const attrsHelp = (op: OpDef): string => {
  const kinds = Object.entries(op.attrs).map(([name, k]) => `${name}: ${k.says}`);
  return kinds.length ? `its attributes are ${kinds.join('; ')}` : 'it has none';
};
