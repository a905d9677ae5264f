/** Scalar expressions as JavaScript source, for both interpreters. Shared parts are computed once, a branch not taken
 *  reads nothing, and every index is checked. */

import { dtypes } from '../dtype.ts';
import { type Axis, type BinaryFn, type Buffer, children, dtypeOf, type Expr, identity, type Tile } from '../expr.ts';
import { binaries, isCondition } from '../scalar.ts';
import { type Placement, placement } from '../text/placement.ts';
import { type Dim, type DType, sameDim } from '../type.ts';
import { isAtom, Source } from './source.ts';
import { binary, condition, convert, dimSource, fromElement, literal, type Precision, unary } from './spell.ts';

/** The names of an expression's leaves in the source around it. */
export interface Names {
  axis(a: Axis): string;
  buffer(b: Buffer): string;
  tile(t: Tile): string;
  /** True if an axis covers exactly its extent, so that an index of that extent needs no check. */
  whole(a: Axis): boolean;
}

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** The nesting depth at which a text is bound to a variable: engines parse nested calls recursively. */
const maxHeight = 64;

const isLeaf = (e: Expr): boolean => e.kind === 'const' || e.kind === 'axis' || e.kind === 'size';

export class Writer {
  readonly #precision: Precision;
  readonly #names: Names;
  readonly #source = new Source();
  /** For the current statement: the number of uses of each part, and the places where shared parts are computed. */
  #uses = new Map<Expr, number>();
  #placed: Placement = placement([]);
  /** The names of the axes of enclosing reductions. */
  readonly #local = new Map<Axis, string>();
  /** The nesting depth of the text of each part. */
  readonly #heights = new Map<Expr, number>();

  constructor(precision: Precision, names: Names) {
    this.#precision = precision;
    this.#names = names;
  }

  line(text: string): void {
    this.#source.line(text);
  }
  fresh(prefix: string): string {
    return this.#source.fresh(prefix);
  }
  /** Lines written by `body` go between `head {` and `}`. */
  block(head: string, body: () => void): void {
    this.#source.block(head, body);
  }
  source(): string {
    return this.#source.text();
  }

  /** Makes `body` write a single statement, in which parts that `roots` share are computed once. */
  statement(roots: readonly Expr[], body: () => void): void {
    this.#uses = countUses(roots);
    this.#placed = placement(roots);
    const [lines] = this.#source.apart(body);
    this.#source.line(...lines);
  }

  arithmetic(fn: BinaryFn, dtype: DType, a: string, b: string): string {
    return binary(fn, dtype, a, b, this.#precision);
  }

  value(e: Expr): string {
    const known = this.#source.bound(e);
    if (known !== undefined) return known;
    const text = this.#compute(e);
    return this.#isShared(e) || this.#isHigh(e) ? this.#source.bind(e, text) : text;
  }

  /** True if the text of a part just computed nests too deeply and needs a name. */
  #isHigh(e: Expr): boolean {
    const height = children(e).reduce((h, c) => Math.max(h, this.#heights.get(c) ?? 0), 0) + 1;
    this.#heights.set(e, height > maxHeight ? 0 : height);
    return height > maxHeight;
  }

  /** The row-major offset of an index, with bounds checks. */
  offset(name: string, shape: readonly Dim[], at: readonly Expr[]): string {
    if (at.length !== shape.length) throw new Error(`${name} has ${shape.length} dimensions, and ${at.length} indices`);
    return at.reduce((flat, index, d) => {
      const extent = shape[d] as Dim;
      let i = this.value(index);
      if (!this.#isInside(index, extent)) {
        if (!isAtom(i)) i = this.#source.bind(index, i);
        const problem = `${JSON.stringify(name)}, ${d}, ${i}, ${dimSource(extent)}`;
        this.line(`if (${i} >>> 0 >= ${dimSource(extent)}) outside(where, ${problem});`);
      }
      return d === 0 ? i : `(${flat} * ${dimSource(extent)} + ${i})`;
    }, '0');
  }

  /** An element in the array of a buffer. */
  element(b: Buffer, at: readonly Expr[]): string {
    return `${this.#names.buffer(b)}[${this.offset(b.name, b.type.shape, at)}]`;
  }

  #isInside(index: Expr, extent: Dim | undefined): boolean {
    if (index.kind === 'axis')
      return (this.#local.has(index.axis) || this.#names.whole(index.axis)) && sameDim(index.axis.extent, extent ?? -1);
    return index.kind === 'const' && typeof extent === 'number' && index.value >= 0 && index.value < extent;
  }

  #isRead(e: Expr): boolean {
    return (this.#uses.get(e) ?? 0) > 1;
  }
  #isShared(e: Expr): boolean {
    return this.#isRead(e) && !isLeaf(e);
  }

  #compute(e: Expr): string {
    switch (e.kind) {
      case 'const':
        return literal(e.value, e.dtype, this.#precision);
      case 'axis':
        return this.#local.get(e.axis) ?? this.#names.axis(e.axis);
      case 'size':
        return dimSource(e.of);
      case 'load':
        return fromElement(e.buffer.type.dtype, this.element(e.buffer, e.at));
      case 'tile': {
        const name = this.#names.tile(e.tile);
        return e.tile.shape.length === 0 ? name : `${name}[${this.offset(e.tile.name, e.tile.shape, e.at)}]`;
      }
      case 'unary':
        return unary(e.fn, dtypeOf(e.x), this.value(e.x), this.#precision);
      case 'binary':
        return isCondition(e.fn)
          ? `(${this.#condition(e)} ? 1 : 0)`
          : this.arithmetic(e.fn, dtypeOf(e.a), this.value(e.a), this.value(e.b));
      case 'select':
        return this.#select(e);
      case 'convert':
        return convert(dtypeOf(e.x), e.to, this.value(e.x));
      case 'reduce':
        return this.#reduce(e);
      default:
        return e satisfies never;
    }
  }

  /** The text of a truth value as a JavaScript condition; a shared one is computed once, as a number. */
  #test(e: Expr): string {
    const once = this.#source.bound(e) === undefined && !this.#isRead(e);
    if (e.kind !== 'binary' || !once) return this.value(e);
    const text = this.#condition(e);
    return this.#isHigh(e) ? this.#source.bind(e, `(${text} ? 1 : 0)`) : text;
  }
  #condition(e: Of<'binary'>): string {
    const logic = binaries[e.fn].takes.every((d) => d === 'bool');
    const [a, b] = [e.a, e.b].map((p) => (logic ? this.#test(p) : this.value(p))) as [string, string];
    return condition(e.fn, dtypeOf(e.a), a, b, this.#precision);
  }

  #select(e: Of<'select'>): string {
    const source = this.#source;
    const cond = this.#test(e.cond);
    for (const part of this.#placed.before.get(e) ?? []) this.#early(part);
    const [before, then] = source.apart(() => this.value(e.then));
    const [instead, otherwise] = source.apart(() => this.value(e.otherwise));
    if (before.length + instead.length === 0) return `(${cond} ? ${then} : ${otherwise})`;
    const name = source.fresh('s');
    source.line(`let ${name};`, `if (${cond}) {`, ...before, `${name} = ${then};`, '} else {', ...instead);
    source.line(`${name} = ${otherwise};`, '}');
    return name;
  }

  /** Provides a part that both branches of a select may need, without computing it if neither does. */
  #early(e: Expr): void {
    const source = this.#source;
    if (!this.#isShared(e) || source.bound(e) !== undefined) return;
    if (!this.#mayFail(e)) {
      this.value(e);
      return;
    }
    // Parts that others need too must not end up inside the function.
    const home = this.#placed.of.get(e);
    const seen = new Set<Expr>([e]);
    const parts = (p: Expr): void => {
      if (seen.has(p) || source.bound(p) !== undefined) return;
      seen.add(p);
      if (p.kind !== 'reduce') for (const c of children(p)) parts(c);
      if (this.#placed.of.get(p) === home) this.#early(p);
    };
    if (e.kind !== 'reduce') for (const c of children(e)) parts(c);
    const [get, held, known] = [source.fresh('g'), source.fresh('v'), source.fresh('h')];
    const [lines, text] = source.apart(() => this.#compute(e));
    source.line(`let ${held}, ${known} = false;`, `const ${get} = () => {`);
    source.line(`if (!${known}) {`, ...lines, `${held} = ${text};`, `${known} = true;`, '}', `return ${held}; };`);
    source.call(e, `${get}()`);
  }

  /** True if computing a part that nobody needs could fail, or take long. */
  #mayFail(e: Expr, seen: Set<Expr> = new Set()): boolean {
    if (seen.has(e)) return false;
    seen.add(e);
    const known = this.#source.bound(e);
    if (known !== undefined) return !isAtom(known);
    if (e.kind === 'reduce') return true;
    const shape = e.kind === 'load' ? e.buffer.type.shape : e.kind === 'tile' ? e.tile.shape : [];
    const divides = e.kind === 'binary' && binaries[e.fn].divides && dtypes[dtypeOf(e.a)].kind === 'whole';
    if (divides && !(e.b.kind === 'const' && e.b.value !== 0)) return true;
    return children(e).some((c, d) => (shape.length > 0 && !this.#isInside(c, shape[d])) || this.#mayFail(c, seen));
  }

  #reduce(e: Of<'reduce'>): string {
    const result = this.fresh('r');
    const around = this.#placed;
    this.#placed = placement([e.body]);
    if (e.fn === 'argmax') this.#argmax(e, result);
    else {
      const { fn } = e;
      const dtype = dtypeOf(e.body);
      this.line(`let ${result} = ${this.value(identity(fn, dtype))};`);
      this.#loops(e.over, () => this.line(`${result} = ${this.arithmetic(fn, dtype, result, this.value(e.body))};`));
    }
    this.#placed = around;
    return result;
  }

  #argmax(e: Of<'reduce'>, result: string): void {
    const [best, at] = [this.fresh('b'), this.fresh('k')];
    this.line(`let ${result} = 0, ${best} = 0, ${at} = 0;`);
    this.#loops(e.over, () => {
      const v = this.#source.bind(e.body, this.value(e.body));
      const greater = `${v} > ${best} || (${v} !== ${v} && ${best} === ${best})`;
      this.line(`if (${at} === 0 || ${greater}) { ${best} = ${v}; ${result} = ${at}; }`);
      this.line(`${at}++;`);
    });
  }

  #loops([a, ...rest]: readonly Axis[], body: () => void): void {
    if (!a) return body();
    const was = this.#local.get(a);
    const name = this.fresh('a');
    this.#local.set(a, name);
    this.block(`for (let ${name} = 0; ${name} < ${dimSource(a.extent)}; ${name}++)`, () => this.#loops(rest, body));
    if (was === undefined) this.#local.delete(a);
    else this.#local.set(a, was);
  }
}

/** The number of uses of each part of the expressions. */
function countUses(roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const visit = (e: Expr): void => {
    const known = uses.get(e) ?? 0;
    uses.set(e, known + 1);
    if (known === 0) for (const c of children(e)) visit(c);
  };
  for (const r of roots) visit(r);
  return uses;
}
