/** Random attributes, from nothing but an op's declaration of them: values of every sort are drawn, and those that the
 *  attribute's kind accepts are candidates. */

import type { Attr, AttrKind } from '../../ir/attr.ts';
import { type Dim, type DType, isBatch, type Shape } from '../../ir/type.ts';
import type { Choices } from '../support/generate.ts';

/** Extents: one, small primes, and multiples of no vector length. */
export const extents: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 13];
const dtypes: readonly DType[] = ['f32', 'i32', 'u8', 'bool'];

/** A value that `kind` accepts, likely to fit operands of these shapes, or undefined if none was found. */
export function randomAttr(
  kind: AttrKind<Attr>,
  c: Choices,
  operands: readonly Shape[],
  known: readonly Shape[],
): Attr | undefined {
  const near = c.of(operands.length ? operands : [...known, []]);
  const sorts: readonly (() => Attr)[] = [
    () => c.chance(2),
    () => c.of(dtypes),
    () => c.of([0, 1, 2, 3, -1, 5, 7]),
    () => c.of([0.5, -1.25, 0, 1, 3, Infinity, -Infinity, Number.NaN]),
    () => randomList(c, near),
    () => randomList(c, near),
    () => randomShape(c, near, known),
  ];
  const held = sorts.map((draw) => draw()).filter((v) => kind.holds(v));
  return held.length ? c.of(held) : undefined;
}

/** Numbers for the two sides of a window, for dimensions, an order of them, or an amount for each. */
function randomList(c: Choices, shape: Shape): number[] {
  const dims = shape.map((_, d) => d);
  // The batch can be neither cut nor padded.
  const amounts = (kept: number, draw: () => number): number[] => shape.map((d) => (isBatch(d) ? kept : draw()));
  const lists: readonly (() => number[])[] = [
    () => [1 + c.below(3), 1 + c.below(3)],
    () => [c.below(3), c.below(3)],
    () => [c.of(extents), c.of(extents)],
    () => dims.filter(() => c.chance(2)),
    () => shuffled(c, dims),
    () => dims.map((d) => d + (c.chance(3) ? 1 : 0)),
    () => amounts(0, () => c.below(4)),
    () => amounts(0, () => c.below(5) - 2),
    () => amounts(1, () => c.of([1, 1, 2, 3, -1])),
    () => amounts(0, () => 0),
  ];
  return c.of(lists)();
}

function shuffled(c: Choices, list: readonly number[]): number[] {
  const rest = [...list];
  return list.map(() => rest.splice(c.below(rest.length), 1)[0] as number);
}

/** This shape, or one like it: smaller, broadcast to more dimensions, or with the same number of elements. */
function randomShape(c: Choices, shape: Shape, known: readonly Shape[]): Shape {
  const shapes: readonly (() => Shape)[] = [
    () => shape,
    () => shape.map((d) => (isBatch(d) ? d : 1 + c.below(d))),
    () => shape.flatMap((d) => (c.chance(3) ? [c.of(extents), d] : [d])),
    () => refactored(c, shape),
    () => refactored(c, shape),
    () => c.of([...known, []]),
  ];
  return c.of(shapes)();
}

/** The same elements, with dimensions split, joined, or dimensions of extent 1 inserted. */
function refactored(c: Choices, shape: Shape): Shape {
  const out: Dim[] = [];
  for (const d of shape) {
    const last = out.at(-1);
    const split = divisors(d).filter((by) => by > 1);
    const whole = isBatch(d) ? d.times : d;
    if (last !== undefined && c.chance(3) && !(isBatch(last) && isBatch(d))) out.push(joined(out.pop() as Dim, d));
    else if (split.length && c.chance(2)) {
      const by = c.of(split);
      out.push(isBatch(d) ? { times: whole / by } : whole / by, by);
    } else out.push(d);
    if (c.chance(4)) out.push(1);
  }
  return out;
}
const joined = (a: Dim, b: Dim): Dim =>
  isBatch(a) ? { times: a.times * (b as number) } : isBatch(b) ? { times: a * b.times } : a * b;
const divisors = (d: Dim): number[] => {
  const whole = isBatch(d) ? d.times : d;
  return Array.from({ length: whole }, (_, i) => i + 1).filter((by) => whole % by === 0);
};
