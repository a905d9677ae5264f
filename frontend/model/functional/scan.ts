/** Loops over a dimension, compiled once whatever its length. */

import { currentLoc, describe, makeGraph, type Param, param, type Result, type Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { partOver, rebuilt } from '../../../ir/rebuild.ts';
import { bodyProblem, isScan, scan as looped } from '../../../ir/scan.ts';
import { i32, isBatch, sameType, showType, type TensorType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import { dimOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { currentTape } from '../tape.ts';
import { Tensor } from '../tensor.ts';
import { showAny, userCode, userError } from '../trace.ts';

/** A tensor, or lists and objects of tensors. */
export type Tensors = Tensor | readonly Tensors[] | { readonly [name: string]: Tensors };

/** The options of scan. */
export interface ScanOptions {
  /** The dimension that is looped over, of all tensors in `xs`; defaults to 0. */
  readonly dim?: number;
  /** Begin with the last slice; defaults to false. */
  readonly reverse?: boolean;
}

const isTree = (v: unknown, depth = 0): v is Tensors =>
  v instanceof Tensor ||
  (depth < 8 &&
    typeof v === 'object' &&
    v !== null &&
    (Array.isArray(v) || Object.getPrototypeOf(v) === Object.prototype) &&
    Object.values(v).every((part) => isTree(part, depth + 1)));
const tree = k.kind('a tensor, or lists or objects of tensors', (v) => isTree(v), {
  use: (v) => {
    for (const [, t] of leaves(v as Tensors)) void t.value;
  },
});

/** Calls `combineFn(carry, x)` for each slice `x` of `xs` along a dimension, in order: it returns `[carry, y]`, of which the next
 *  call gets the carry. Returns the last carry, and all `y`, stacked along that dimension:
 *  `const [h, ys] = scan((h, x) => { const next = tanh(x.add(this.u(h))); return [next, next]; }, h0, xs)`. Carry, slices and
 *  results are tensors, or lists and objects of them. The loop is compiled once: its code does not grow with the number of
 *  slices, and its gradient is a loop too. Random numbers, as of dropout, are others for each slice. Throws if `xs` have no or different
 *  extents there, if the carry changes its shape or type, and if `combineFn` writes to buffers. */
export const scan: <C extends Tensors, X extends Tensors, Y extends Tensors>(
  combineFn: (carry: C, x: X) => readonly [carry: C, y: Y],
  init: C,
  xs: X,
  options?: ScanOptions,
) => [carry: C, ys: Y] = withOptions(
  'scan',
  { combineFn: k.kind('a function', (v) => typeof v === 'function'), init: tree, xs: tree },
  { dim: k.optional(k.dim), reverse: k.optional(k.flag) },
  ((combineFn: CombineFn, init: Tensors, xs: Tensors, { dim = 0, reverse = false }: ScanOptions) =>
    record(combineFn, init, xs, dim, reverse)) as never,
);
type CombineFn = (carry: Tensors, x: Tensors) => unknown;

type Named = readonly [path: string, tensor: Tensor];

/** The tensors of a tree, each with a name. */
function leaves(tree: Tensors, path = ''): Named[] {
  if (tree instanceof Tensor) return [[path, tree]];
  return Object.entries(tree).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`));
}
/** The tree with other tensors, in the order of `leaves`. */
function withLeaves(tree: Tensors, next: () => Tensor): Tensors {
  if (tree instanceof Tensor) return next();
  if (Array.isArray(tree)) return tree.map((part) => withLeaves(part, next));
  return Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, withLeaves(part, next)]));
}
const over = (tree: Tensors, values: readonly Value[]): Tensors => {
  let i = 0;
  return withLeaves(tree, () => Tensor.of(values[i++] as Value));
};

function record(combineFn: CombineFn, init: Tensors, xs: Tensors, dim: number, reverse: boolean): [Tensors, Tensors] {
  const stacks = leaves(xs).map(([name, t]) => [name, front(t.value, dim)] as const);
  const steps = stepsOf(stacks.map(([, v]) => v));
  const names = new Set<string>();
  const named = (base: string, path: string): string => {
    const wanted = path === '' ? base : `${base}.${path}`;
    let free = wanted;
    for (let n = 1; names.has(free); n++) free = `${wanted}.${n}`;
    names.add(free);
    return free;
  };
  const loc = currentLoc();
  const slice = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: shape.slice(1) });
  const slices = stacks.map(([path, v]) => param('input', named('x', path), slice(v.type), loc));
  const carried = leaves(init).map(([path, t]) => param('state', named('carry', path), t.value.type, loc));

  const turn = param('input', named('turn', ''), i32(), loc);
  const { out: made, draws } = recorded(combineFn, over(init, carried), over(xs, slices), { turn, steps });
  const [next, y] = made;
  const results = [
    ...leaves(next).map(([, t], i): Result => into(carried[i], t.value, leaves(next).length, carried.length)),
    ...leaves(y).map(([path, t]): Result => ({ name: named('y', path), value: t.value })),
  ];
  const { body, operands } = closed(
    results,
    new Map<Param, Value>([
      ...slices.map((p, i) => [p, (stacks[i] as (typeof stacks)[number])[1]] as const),
      ...(draws ? [[turn, ir.iota({ shape: [steps], dim: 0, dtype: 'i32' })] as const] : []),
      ...carried.map((p, i) => [p, (leaves(init)[i] as Named)[1].value] as const),
    ]),
    named,
  );
  const problem = bodyProblem(body);
  if (problem) throw userError('bad-argument', `scan: ${problem}`);
  const out = (result: string): Value => looped(body, operands, { steps, reverse, result });
  const ys = results.slice(carried.length).map((r) => back(out(r.name), dim));
  return [
    over(
      init,
      carried.map((p) => out(p.name)),
    ),
    over(y, ys),
  ];
}

/** What the user's function makes of one step, and whether it draws random numbers: others in each turn, as the number of draws before
 *  is one for each. */
function recorded(
  combineFn: CombineFn,
  carry: Tensors,
  x: Tensors,
  { turn, steps }: { turn: Param; steps: number },
): { readonly out: readonly [Tensors, Tensors]; readonly draws: boolean } {
  const tape = currentTape();
  const [streams, written, before] = [tape?.streams, new Map(tape?.written), tape?.drawsBefore ?? null];
  if (tape) {
    const so = before ?? tape.random.step;
    tape.drawsBefore = ir.add(ir.mul(so, ir.fullLike(so, steps)), turn);
  }
  let out: unknown;
  try {
    out = userCode(() => combineFn(carry, x));
  } finally {
    if (tape) tape.drawsBefore = before;
  }
  if (tape && [...tape.written].some(([to, v]) => written.get(to) !== v))
    throw userError('bad-argument', 'scan: combineFn writes to a buffer', {
      help: 'carry the value, and write the last carry to the buffer after the loop',
    });
  if (!Array.isArray(out) || out.length !== 2 || !out.every((part) => isTree(part)))
    throw userError(
      'bad-argument',
      `scan: combineFn must return [carry, y], of tensors, and returned ${showAny(out)}`,
      {
        help: 'y may be the carry itself: return [h, h]',
      },
    );
  return { out: out as unknown as readonly [Tensors, Tensors], draws: tape?.streams !== streams };
}

/** The result that goes into a carried param. */
function into(p: Param | undefined, value: Value, returned: number, carried: number): Result {
  if (!p || returned !== carried)
    throw userError(
      'bad-argument',
      `scan: the carry that combineFn returns has ${returned} tensors, and init has ${carried}`,
    );
  if (sameType(p.type, value.type)) return { name: p.name, value, into: p };
  throw userError(
    'shape-mismatch',
    `scan: the carry is ${showType(p.type)} before a step, and ${showType(value.type)} after it`,
    {
      notes: [{ message: describe(value), loc: value.loc }],
      help: 'give init the shape and type that combineFn returns',
    },
  );
}

/** The body of a loop over these results, where what does not depend on the step is an operand. */
function closed(
  results: readonly Result[],
  own: ReadonlyMap<Param, Value>,
  named: (base: string, path: string) => string,
): { body: ReturnType<typeof makeGraph>; operands: readonly Value[] } {
  const found = results.map((r) => r.value);
  const { inside, outside } = partOver(found, own.keys());
  if (inside.some(isScan)) throw userError('bad-argument', 'scan: a loop inside of a loop is not supported');
  const captured = new Map<Value, Param>(
    outside.map((v) => [v, param('parameter', named(v.kind === 'param' ? v.name : v.op.name, ''), v.type, v.loc)]),
  );
  const values = rebuilt(found, captured);
  const params = [...own.keys(), ...captured.values()];
  const body = makeGraph(
    'scan',
    results.map((r, i) => ({ ...r, value: values[i] as Value })),
    params,
  );
  const of = new Map<Value, Value>([...own, ...[...captured].map(([v, p]) => [p, v] as const)]);
  return { body, operands: body.params.map((p) => of.get(p) as Value) };
}

/** The number of slices of all of these, which is the same. */
function stepsOf(stacks: readonly Value[]): number {
  const [first] = stacks;
  if (!first) throw userError('bad-argument', 'scan: xs has no tensor, whose slices give the steps');
  const [steps] = first.type.shape;
  for (const v of stacks) {
    const [extent] = v.type.shape;
    if (extent === undefined || isBatch(extent))
      throw userError(
        'bad-dim',
        `scan: the dimension that is looped over must have a fixed extent, got ${describe(v)}`,
        {
          help: 'the batch N is known only when a step runs; put the steps in another dimension, and name it: { dim: 1 }',
        },
      );
    if (extent !== steps)
      throw userError('shape-mismatch', `scan: xs has ${String(steps)} slices in one tensor and ${extent} in another`);
    if (extent === 0) throw userError('bad-shape', `scan: xs has no slices: ${describe(v)}`);
  }
  return steps as number;
}

/** The value with this dimension first. */
function front(v: Value, dim: number): Value {
  const d = dimOf(v.type.shape, dim);
  return d === 0 ? v : ir.permute(v, { perm: [d, ...v.type.shape.keys()].filter((i, at) => at === 0 || i !== d) });
}
/** The value with its first dimension as this one. */
function back(v: Value, dim: number): Value {
  const d = dimOf(v.type.shape, dim);
  if (d === 0) return v;
  const others = [...v.type.shape.keys()].slice(1);
  return ir.permute(v, { perm: [...others.slice(0, d), 0, ...others.slice(d)] });
}
