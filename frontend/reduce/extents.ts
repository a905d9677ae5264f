/** Steps to smaller tensors. The ops' equations say which dimensions change together: those that one index runs over. Other
 *  dependent extents, such as those of a flattened image, come from inferring types again. */

import type { Attr, Attrs } from '../../ir/attr.ts';
import * as attr from '../../ir/attr.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { type Axis, axis, type Buffer, ix, load, walk } from '../../ir/expr.ts';
import { byName, type Module, type Node, type Param, param, typesOf, type Value } from '../../ir/graph.ts';
import { type Dim, divDim, isBatch, mulDim, type Shape, sameDim, sameShape, type TensorType } from '../../ir/type.ts';
import { nodesOf, paramsOf } from './cut.ts';
import { type Changes, checkedBuild, misfit, rebuild } from './rebuild.ts';
import type { Step } from './search.ts';
import { smallerDims, sum } from './weights.ts';

/** Numbered classes of a module's dimensions that must have equal extents. A site is a value or an attribute. */
class Classes {
  readonly #first = new Map<object, number>();
  readonly #parent: number[] = [];
  /** The classes whose extents are free to choose, and their extents, in order. */
  readonly free = new Map<number, Dim>();

  constructor(m: Module) {
    for (const p of paramsOf(m)) this.#enter(p, p.type.shape);
    const nodes = nodesOf(m);
    for (const n of nodes) {
      this.#enter(n, n.type.shape);
      for (const shape of shapesOf(n)) if (!sameShape(shape, n.type.shape)) this.#enter(shape, shape);
    }
    for (const n of nodes) this.#link(n);
    const decide = (site: object, shape: Shape): void =>
      shape.forEach((d, i) => {
        const c = this.of(site, i);
        if (!this.free.has(c)) this.free.set(c, d);
      });
    for (const p of paramsOf(m)) decide(p, p.type.shape);
    for (const n of nodes) for (const shape of shapesOf(n)) decide(sameShape(shape, n.type.shape) ? n : shape, shape);
  }

  /** The class of a site's dimension. */
  of(site: object, dim: number): number {
    return this.#root((this.#first.get(site) as number) + dim);
  }

  #enter(site: object, shape: Shape): void {
    if (this.#first.has(site)) return;
    this.#first.set(site, this.#parent.length);
    for (const _ of shape) this.#parent.push(this.#parent.length);
  }

  /** Joins the dimensions that one index of the node's equation runs over. */
  #link(n: Node): void {
    const axes = n.type.shape.map((d, i) => axis(`i${i}`, d));
    const sites = new Map<Buffer, Value>();
    const loads = n.op.operands.map((name, i) => {
      const v = n.inputs[i] as Value;
      const buffer: Buffer = { name, type: v.type };
      sites.set(buffer, v);
      return (...at: Parameters<typeof load>[1]) => load(buffer, at);
    });
    const class0 = new Map<Axis, number>(axes.map((a, i) => [a, this.of(n, i)]));
    const body = n.op.compute(byName(n.op.operands, loads), axes.map(ix), n.attrs, typesOf(n.op, n.inputs), n.type);
    walk(body, (e) => {
      if (e.kind !== 'load') return;
      const v = sites.get(e.buffer) as Value;
      for (const [i, index] of e.at.entries()) {
        if (index.kind !== 'axis' || !sameDim(index.axis.extent, v.type.shape[i] as Dim)) continue;
        const [mine, known] = [this.of(v, i), class0.get(index.axis)];
        if (known === undefined) class0.set(index.axis, mine);
        else this.#parent[this.#root(known)] = mine;
      }
    });
  }

  #root(of: number): number {
    let c = of;
    while (this.#parent[c] !== c) c = this.#parent[c] as number;
    return c;
  }
}

const shapesOf = (n: Node): Shape[] =>
  Object.entries(n.attrs).flatMap(([key, v]) => (n.op.attrs[key] === attr.shape ? [v as Shape] : []));

/** A module with the `wanted` extents, and all extents that depend on them. Null if the types do not fit. */
export function resized(
  m: Module,
  wanted: ReadonlyMap<number, Dim>,
  classes: Classes,
  more: Changes = {},
): Module | null {
  const extents = new Map(wanted);
  const shapeAt = (site: object, shape: Shape): Shape => {
    const next = shape.map((d, i) => extents.get(classes.of(site, i)) ?? d);
    return sameShape(next, shape) ? shape : next;
  };
  // Inferred extents may decide others: rebuild until nothing changes.
  for (;;) {
    const known = extents.size;
    let clash = false;
    const params = new Map<Param, Param>();
    for (const p of paramsOf(m)) {
      const shape = shapeAt(p, p.type.shape);
      if (shape !== p.type.shape) params.set(p, param(p.role, p.name, { ...p.type, shape }, p.loc));
    }
    const made = rebuild(m, {
      ...more,
      params,
      attrs(n, inputs) {
        const given = more.attrs?.(n, inputs) ?? n.attrs;
        const expected = { ...n.type, shape: shapeAt(n, n.type.shape) };
        return fitting(n, inputs, given, expected, (s) => shapeAt(sameShape(s, n.type.shape) ? n : s, s));
      },
      onNode(was, is) {
        if (was.type.shape.length !== is.type.shape.length) return;
        for (const [i, d] of is.type.shape.entries()) {
          const c = classes.of(was, i);
          const told = extents.get(c);
          if (told === undefined && !sameDim(d, was.type.shape[i] as Dim)) extents.set(c, d);
          else if (told !== undefined && !sameDim(told, d)) clash = true;
        }
      },
    });
    if (clash) return null;
    if (extents.size === known) return made;
  }
}

/** Attributes with which the node fits its operands, and has the expected type if possible. */
function fitting(
  n: Node,
  inputs: readonly Value[],
  given: Attrs,
  expected: TensorType,
  mapped: (s: Shape) => Shape,
): Attrs {
  const isShape = (key: string): boolean => n.op.attrs[key] === attr.shape;
  const edit = (change: (key: string, v: Attr) => Attr): Attrs => {
    const next = Object.fromEntries(Object.entries(given).map(([key, v]) => [key, change(key, v)]));
    return Object.keys(next).every((k) => next[k] === given[k]) ? given : next;
  };
  const straight = edit((key, v) => (isShape(key) ? mapped(v as Shape) : v));
  const fits = (attrs: Attrs): TensorType | null => {
    try {
      return checkedBuild(n, inputs, attrs).type;
    } catch (e) {
      if (e instanceof CompileError) return null;
      throw e;
    }
  };
  const isExpected = (t: TensorType | null): boolean => t !== null && sameShape(t.shape, expected.shape);
  const first = fits(straight);
  if (isExpected(first)) return straight;

  const variants: Attrs[] = [];
  // A shape attribute with as many elements as an operand keeps that property.
  for (const [key, v] of Object.entries(straight)) {
    if (!isShape(key)) continue;
    for (const [k, input] of inputs.entries()) {
      const was = (n.inputs[k] as Value).type.shape;
      const [whole, held] = [elementCount(was), elementCount(given[key] as Shape)];
      if (!whole || !held || !sameDim(whole, held)) continue;
      for (const i of (v as Shape).keys()) {
        const solved = solve(v as Shape, i, elementCount(input.type.shape));
        if (solved) variants.push({ ...straight, [key]: solved });
      }
    }
  }
  // A number that equals an extent, such as the size in a gradient op, changes with it.
  const moved = new Map<number, number>();
  for (const [i, d] of n.type.shape.entries()) {
    const next = expected.shape[i];
    if (!isBatch(d) && next !== undefined && !isBatch(next) && next !== d) moved.set(d, next);
  }
  const follow = (x: number): number => moved.get(x) ?? x;
  variants.push(
    Object.fromEntries(
      Object.entries(straight).map(([key, v]): [string, Attr] => {
        if (isShape(key)) return [key, v];
        if (typeof v === 'number') return [key, follow(v)];
        return [key, Array.isArray(v) ? (v as readonly number[]).map(follow) : v];
      }),
    ),
  );
  const found = variants.find((v) => isExpected(fits(v))) ?? (first ? straight : variants.find((v) => fits(v)));
  if (!found) throw misfit(`${n.op.name} does not fit its operands`);
  return found;
}

/** The shape with dimension `i` solved for, so that it has `count` elements. */
function solve(shape: Shape, i: number, count: Dim | null): Shape | null {
  const others = elementCount(shape.filter((_, j) => j !== i));
  const d = count && others && divDim(count, others);
  return d ? shape.map((old, j) => (i === j ? d : old)) : null;
}

/** The number of elements; null if the shape contains the batch twice. */
const elementCount = (shape: Shape): Dim | null =>
  shape.reduce<Dim | null>((a, d) => (a === null ? null : mulDim(a, d)), 1);

/** Smaller extents for params and attributes. */
export const extents: Step<Module> = {
  name: 'extents',
  offer(m) {
    const classes = new Classes(m);
    const choices = [...classes.free].flatMap(([c, d]) => smallerDims(d).map((next) => [c, next] as const));
    return {
      count: choices.length,
      take: (chosen) => resized(m, new Map(choices.filter((_, i) => chosen.has(i)).reverse()), classes),
    };
  },
};

/** A step that changes attributes of nodes, and the extents that depend on them. */
export const attributesStep = <C>(
  name: string,
  choices: (m: Module) => readonly C[],
  attrs: (chosen: readonly C[]) => (n: Node) => Attrs,
): Step<Module> => ({
  name,
  offer(m) {
    const all = choices(m);
    const classes = all.length ? new Classes(m) : null;
    return {
      count: all.length,
      take: (chosen) =>
        classes && resized(m, new Map(), classes, { attrs: attrs(all.filter((_, i) => chosen.has(i))) }),
    };
  },
});

/** The sum of the multiples of the batch, and the sum of all other extents, in params and attributes. */
export function extentsOf(m: Module): readonly [batches: number, sum: number] {
  const dims = [...paramsOf(m).map((p) => p.type.shape), ...nodesOf(m).flatMap(shapesOf)].flat();
  return [sum(dims.map((d) => (isBatch(d) ? d.times : 0))), sum(dims.map((d) => (isBatch(d) ? 0 : d)))];
}
