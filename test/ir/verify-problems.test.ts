/** For each problem that a verifier knows, the smallest IR that has it, and its message. */
import { expect, test } from 'vitest';
import { defineOp } from '../../ir/define-op.ts';
import * as x from '../../ir/expr.ts';
import { type FusedGraph, type Graph, type Group, makeGraph, type Node, param, type Value } from '../../ir/graph.ts';
import { addTo, barrier, declare, finish, type Kernel, loop, type Stmt, set, store } from '../../ir/kernel.ts';
import * as ops from '../../ir/ops/index.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { scan } from '../../ir/scan.ts';
import { wasm128 } from '../../ir/target.ts';
import { f32, i32, N, type TensorType } from '../../ir/type.ts';
import { verifyFused, verifyGraph } from '../../ir/verify/graph.ts';
import { type ProblemCode, problemCodes, showProblem, VerifyError } from '../../ir/verify/index.ts';
import { verifyKernel } from '../../ir/verify/kernel.ts';
import { verifyProgram } from '../../ir/verify/program.ts';

const buffer = (name: string, type: TensorType): x.Buffer => ({ name, type });
const [a, b] = [buffer('a', f32(8)), buffer('b', f32(8))];
const [i, j] = [x.axis('i', 8), x.axis('j', 8)];
const acc: x.Tile = { name: 'acc', dtype: 'f32', shape: [] };
const each = (body: readonly Stmt[], more: Parameters<typeof loop>[4] = {}, axis = i): Stmt =>
  loop(axis, x.int(0), x.size(axis.extent), body, more);
const at = (axis: x.Axis): x.Expr[] => [x.ix(axis)];
const kernel = (...body: Stmt[]): Kernel => finish('k', body, []);
const copy = store(b, at(i), x.load(a, at(i)));
const plus = (tile: x.Tile, value: x.Expr, index: readonly x.Expr[] = []): Stmt => ({
  kind: 'accumulate',
  fn: 'add',
  tile,
  at: index,
  value,
});

const checkKernel = (k: Kernel) => verifyKernel(k, { maxBatch: 16, target: wasm128 });
const of = (k: Kernel) => () => checkKernel(k);

const [p, w] = [param('input', 'p', f32(N, 4)), param('parameter', 'w', f32(N, 4))];
const graph = (value: Value, more: Partial<Graph> = {}): Graph => ({
  name: 'g',
  params: [p, w],
  results: [{ name: 'y', value }],
  ...more,
});
const checkGraph = (g: Graph) => () => verifyGraph(g);
const sum = ops.add(p, w) as Node;
function circle(): Node {
  const inputs: Value[] = [p];
  const node: Node = { ...sum, inputs };
  inputs.push(node);
  return node;
}
const twice = ops.mul(sum, sum) as Node;
const updated: Graph = {
  name: 'g',
  params: [p, w],
  results: [
    { name: 'w', value: sum, into: w },
    { name: 'y', value: twice },
  ],
};
const grouped = (
  groups: FusedGraph['groups'],
  g: Graph = updated,
  staged: FusedGraph['staged'] = new Set(),
): FusedGraph => ({ ...g, groups, staged });
const group = (...nodes: Node[]): Group => ({
  roots: nodes,
  members: new Set(nodes),
  form: 'loops',
  gathered: new Set(),
});

const formed =
  (more: Partial<Group>, ...nodes: Node[]) =>
  () =>
    verifyFused(grouped([{ ...group(...nodes), ...more }]));

const slot = (buffer: x.Buffer, purpose: Slot['purpose'], offset: number, more: Partial<Slot> = {}): Slot => ({
  buffer,
  purpose,
  offset,
  bytes: 32,
  ...more,
});
const port = (of_: x.Buffer) => ({ name: of_.name, buffer: of_, ...of_.type });
const program = (slots: readonly Slot[], launches: readonly Kernel[] = [kernel(each([copy]))]): Program => ({
  name: 'm',
  maxBatch: 16,
  entries: [{ name: 'forward', inputs: [], outputs: [port(b)], launches }],
  slots,
  arenaBytes: 512,
  liveBytes: 0,
});
const checkProgram = (p_: Program) => () => verifyProgram(p_);
const temp = buffer('t', f32(8));

const uneven = defineOp({
  name: 'uneven',
  doc: 'Reads one element too far.',
  operands: ['x'],
  attrs: {},
  infer: ({ x: t }) => t,
  compute: ({ x: read }, [n, c]) => read(n!, x.add(c!, x.int(1))),
  vjp: () => ({ x: 'none' }),
});

const problems: readonly (readonly [ProblemCode, () => unknown, RegExp])[] = [
  [
    'unbound-axis',
    of(kernel(each([store(b, at(i), x.load(a, at(j)))]))),
    /kernel @k at b\[i\] = a\[j\]: the axis 'j' is read outside its loop/,
  ],
  ['captured-axis', of(kernel(each([each([copy])]))), /the loop binds the axis 'i' that is bound around it/],
  [
    'captured-axis',
    of(kernel(each([store(b, at(i), x.sum([i], x.load(a, at(i))))]))),
    /a reduction binds the axis 'i' that is bound around it/,
  ],
  ['dtype', of(kernel(each([store(b, at(i), x.ix(i))]))), /b is f32, and the value is i32/],
  ['dtype', of(kernel(each([store(b, at(i), x.add(x.load(a, at(i)), x.ix(i)))]))), /a\[i\] \+ i: add of f32 and i32/],
  ['rank', of(kernel(each([store(b, at(i), x.load(a, [x.ix(i), x.int(0)]))]))), /a has 1 dimensions, and 2 indices/],
  [
    'bounds',
    of(kernel(each([store(b, at(i), x.load(a, [x.add(x.ix(i), x.int(1))]))]))),
    /a\[i \+ 1\]: index 0 may be 8, but must be in 0\.\.8/,
  ],
  [
    'bounds',
    of(
      kernel(
        each([store(b, at(i), x.select(x.le(x.ix(i), x.int(3)), x.load(a, [x.sub(x.ix(i), x.int(1))]), x.num(0)))]),
      ),
    ),
    /a\[i - 1\]: index 0 may be -1, but must be in 0\.\.8/,
  ],
  ['loop-step', of(kernel(each([copy], { step: 0 }))), /the loop over i steps by 0, and never ends/],
  ['loop-extent', of(kernel(loop(i, x.int(0), x.int(9), [copy]))), /i in 0\.\.9 leaves the axis's extent/],
  [
    'loop-constant',
    of(kernel(loop(x.axis('n', N), x.int(0), x.size(N), [each([copy])], { mode: 'unrolled' }))),
    /the loop over n is unrolled, but N is not constant/,
  ],
  [
    'nested-lanes',
    of(kernel(each([each([copy], { mode: 'vectorized' })], { mode: 'vectorized' }, j))),
    /the loop over i makes lanes of lanes/,
  ],
  [
    'lanes',
    of(kernel(loop(i, x.int(0), x.int(6), [copy], { mode: 'vectorized' }))),
    /the loop over i is vectorized, and not from 0 to 8/,
  ],
  [
    'race',
    of(kernel(each([store(b, at(i), x.num(0))]), each([addTo(b, [x.int(0)], x.num(1))], { mode: 'parallel' }))),
    /iterations of the parallel loop over i add to the same elements/,
  ],
  [
    'race',
    of(kernel(each([store(b, at(i), x.num(0))]), each([addTo(b, [x.int(0)], x.num(1))], { mode: 'vectorized' }))),
    /lanes of i may add to the same element of b/,
  ],
  [
    'in-place',
    of(kernel(each([addTo(b, at(i), x.num(1))]), each([store(b, at(i), x.num(0))]))),
    /b\[i\] is added to before it is set/,
  ],
  [
    'in-place',
    of(kernel(each([each([store(b, at(j), x.num(0))], {}, j), addTo(b, at(i), x.num(1))]))),
    /b\[i\] may be set again by another iteration over i/,
  ],
  [
    'in-place',
    of(kernel(each([store(b, at(i), x.num(0)), addTo(b, at(i), x.load(b, [x.int(0)]))]))),
    /b is read in a kernel that adds to it/,
  ],
  [
    'access',
    of({ ...kernel(each([addTo(b, at(i), x.num(1))])), params: [{ buffer: b, access: 'out' }] }),
    /the param b is 'out', and the body makes it 'inout'/,
  ],
  ['tile-scope', of(kernel(each([store(b, at(i), x.read(acc))]))), /the tile acc is not declared here/],
  [
    'tile-scope',
    of(kernel(declare({ ...acc, shape: [100, 100] }), each([copy]))),
    /the tile acc has more than 4096 elements/,
  ],
  [
    'loop-constant',
    of(kernel(each([each([copy], { mode: 'unrolled' })], { mode: 'unrolled' }, x.axis('k', 1000)))),
    /the loop over i writes out 8000 copies: the most are 4096/,
  ],
  ['tile-unset', of(kernel(declare(acc), each([store(b, at(i), x.read(acc))]))), /acc may be read before it is set/],
  ['tile-unread', of(kernel(each([copy, declare(acc), set(acc, [], x.num(0))]))), /nothing reads acc after this/],
  [
    'tile-register',
    of(
      kernel(
        declare({ ...acc, shape: [8] }),
        ...((t: x.Tile) => [declare(t), each([set(t, at(i), x.num(0))]), each([store(b, at(i), x.read(t, at(i)))])])({
          ...acc,
          shape: [8],
        }),
      ),
    ),
    /acc\[i\] is a register whose index is not known at compile time/,
  ],
  [
    'access',
    () =>
      checkKernel({
        ...kernel(each([copy])),
        params: [
          { buffer: a, access: 'inout' },
          { buffer: b, access: 'out' },
        ],
      }),
    /the param a is 'inout', and the body makes it 'in'/,
  ],
  [
    'view',
    of(kernel(each([store(b, at(i), x.load({ name: 'v', type: f32(9), viewOf: a }, at(i)))]))),
    /v: f32\[9\] is not a view of a: f32\[8\]/,
  ],
  [
    'race',
    of(kernel(each([store(buffer('s', f32()), [], x.load(a, at(i)))], { mode: 'parallel' }))),
    /iterations of the parallel loop over i store the same elements/,
  ],
  [
    'race',
    of(
      kernel(
        declare(acc),
        set(acc, [], x.num(0)),
        each([plus(acc, x.load(a, at(i)))], { mode: 'parallel' }),
        store(buffer('s', f32()), [], x.read(acc)),
      ),
    ),
    /iterations of the parallel loop over i share elements of acc/,
  ],
  [
    'in-place',
    of(kernel(each([store(b, at(i), x.load(b, [x.sub(x.int(7), x.ix(i))]))]))),
    /b\[7 - i\] may be overwritten by another iteration over i/,
  ],
  [
    'in-place',
    of(kernel(each([store(b, at(i), x.num(0)), store(a, at(i), x.load(b, at(i)))]))),
    /b\[i\] is read after it is overwritten/,
  ],
  [
    'invocations',
    of(kernel(loop(i, x.int(0), x.int(8), [copy], { mode: 'invocations', step: 2 }))),
    /the loop over i is for invocations, but does not count from 0 by 1/,
  ],
  [
    'barrier',
    of(kernel(each([barrier, copy], { mode: 'invocations' }))),
    /a barrier inside a loop over invocations, which others may not reach/,
  ],
  ['uncovered', of(kernel(loop(i, x.int(0), x.int(7), [copy]))), /b: element \[7\] is never stored at N = 1/],
  [
    'type',
    checkGraph(graph({ ...sum, type: f32(N, 5) })),
    /graph @g, add: f32\[N,5\]: of \(param 'p': f32\[N,4\], param 'w': f32\[N,4\]\) it makes f32\[N,4\]/,
  ],
  ['operands', checkGraph(graph({ ...sum, inputs: [p] })), /1 operands, and add takes 2 \(a, b\)/],
  ['cycle', checkGraph(graph(circle())), /its nodes depend on each other in a cycle/],
  ['unlisted-param', checkGraph(graph(sum, { params: [p] })), /add: f32\[N,4\]: the param 'w' is not listed/],
  ['name', checkGraph(graph(sum, { params: [p, w, { ...w }] })), /two params are called 'w'/],
  ['batch', checkGraph(graph({ ...sum, type: f32(N, N, N) })), /f32\[N,N,N\] holds the batch too often/],
  [
    'update',
    checkGraph(graph(sum, { results: [{ name: 'p', value: sum, into: p }] })),
    /result 'p': 'p' is an input, which only the host sets/,
  ],
  [
    'update',
    checkGraph(
      graph(sum, {
        results: [
          { name: 'a', value: sum, into: w },
          { name: 'b', value: p, into: w },
        ],
      }),
    ),
    /'w' is updated twice/,
  ],
  [
    'task',
    checkGraph(graph(sum, { task: { kind: 'apply', gradients: new Map(), then: 'step' } })),
    /it must still apply/,
  ],
  [
    'equation',
    checkGraph(graph(uneven(p))),
    /uneven: f32\[N,4\]: x\[i0, i1 \+ 1\]: index 1 may be 4, but must be in 0\.\.4/,
  ],
  ['group', () => verifyFused(grouped([group(sum)])), /mul: f32\[N,4\]: no group computes it/],
  ['group', formed({ gathered: new Set([twice]) }, sum), /gathers mul: f32\[N,4\], which is not one of its nodes/],
  ['group', formed({ gathered: new Set([sum]) }, sum, twice), /both gathers and stores add: f32\[N,4\]/],
  [
    'group',
    formed({ roots: [twice], gathered: new Set([sum]) }, sum, twice),
    /gathers add: .*, which scatters nothing/,
  ],
  ['group', formed({ form: 'points' }, sum), /its points add to add: f32\[N,4\], which scatters nothing/],
  ['group', formed({ form: 'windows' }, sum, twice), /its windows add to several results/],
  ['group', formed({ form: 'windows' }, sum), /its windows add to add: f32\[N,4\], which scatters nothing/],
  ['group', formed({ form: 'windows', roots: [twice] }, sum, twice), /its windows read add: f32\[N,4\], which is not/],
  [
    'launch-order',
    () => verifyFused(grouped([group(twice), group(sum)])),
    /group 0, mul: f32\[N,4\]: it reads add: f32\[N,4\], which group 1 stores/,
  ],
  [
    'overwritten',
    () => {
      const late = ops.neg(w) as Node;
      verifyFused(
        grouped([group(sum), group(late)], { ...updated, results: [updated.results[0]!, { name: 'y', value: late }] }),
      );
    },
    /group 1, neg: f32\[N,4\]: it reads 'w', which group 0 has overwritten/,
  ],
  [
    'overwritten',
    () => {
      const old = param('state', 'old', w.type);
      const results = [updated.results[0]!, { name: 'old', value: w, into: old }];
      verifyFused(grouped([group(sum)], { name: 'g', params: [p, w, old], results }, new Set([results[1]!])));
    },
    /result 'old': it is 'w' before the update, and is copied after it/,
  ],
  [
    'body',
    () => {
      const [slice, carried] = [param('input', 's', f32(4)), param('state', 'c', f32(4))];
      const stuck = makeGraph('stuck', [{ name: 'y', value: ops.add(slice, carried) }], [slice, carried]);
      const operands = [param('input', 'xs', f32(3, 4)), param('input', 'c0', f32(4))];
      const value = scan(stuck, operands, { steps: 3, reverse: false, result: 'y' });
      verifyGraph(makeGraph('g', [{ name: 'y', value }], operands));
    },
    /body @stuck: nothing goes into 'c'/,
  ],
  [
    'uncovered',
    () => {
      const step = buffer('step', i32());
      const rows = buffer('rows', f32(3, 16));
      const fills = finish('fills', [each([store(rows, [x.load(step, []), ...at(i)], x.num(1))])], []);
      verifyProgram(program([slot(step, 'state', 32), slot(rows, 'output', 64), slot(b, 'output', 256)], [fills]));
    },
    /launch 0, @fills: it fills a slice of rows, which has 3, and runs 1 times/,
  ],
  [
    'slot',
    checkProgram(program([slot(a, 'input', 20), slot(b, 'output', 64)])),
    /input 'a': offset 20 is not 16-aligned/,
  ],
  ['slot', checkProgram(program([slot(a, 'input', 32)])), /launch 0, @k: b has no place/],
  [
    'overlap',
    checkProgram(program([slot(a, 'input', 32), slot(b, 'output', 48)])),
    /input 'a': shares bytes 48\.\.64 with output 'b'/,
  ],
  [
    'overlap',
    () => {
      const [s, t] = [buffer('s', f32(8)), temp];
      const to = (from: x.Buffer, into: x.Buffer) => kernel(each([store(into, at(i), x.load(from, at(i)))]));
      const life = (from: number, to: number) => ({ live: [{ entry: 'forward', from, to }] });
      verifyProgram(
        program(
          [
            slot(a, 'input', 32),
            slot(b, 'output', 64),
            slot(s, 'temp', 96, life(0, 1)),
            slot(t, 'temp', 112, life(1, 2)),
          ],
          [to(a, s), to(s, t), to(t, b)],
        ),
      );
    },
    /entry @forward: temp 's' and temp 't' share bytes 112\.\.128, and both live in launch 1/,
  ],
  [
    'unwritten',
    checkProgram(
      program([slot(a, 'temp', 32, { live: [{ entry: 'forward', from: 0, to: 0 }] }), slot(b, 'output', 64)]),
    ),
    /launch 0, @k: it reads temp 'a', which nothing has written/,
  ],
  [
    'read-only',
    checkProgram(program([slot(a, 'parameter', 32), slot(b, 'scalar', 64)])),
    /launch 0, @k: it writes scalar 'b', which only the host sets/,
  ],
];

test.each(problems)('%s', (code, verify, said) => {
  let found: VerifyError | null = null;
  try {
    verify();
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    found = e;
  }
  expect(
    found?.problems
      .filter((q) => q.code === code)
      .map(showProblem)
      .join('\n'),
  ).toMatch(said);
});

test('registers: a warning, which does not throw', () => {
  const many: x.Tile = { ...acc, shape: [16] };
  const [r, t] = [x.axis('r', 16), buffer('t', f32(16))];
  const over = (body: Stmt): Stmt => each([body], { mode: 'unrolled' }, r);
  const k = kernel(
    declare(many),
    over(set(many, at(r), x.num(0))),
    each([over(plus(many, x.load(a, at(i)), at(r)))]),
    over(store(t, at(r), x.read(many, at(r)))),
  );
  expect(checkKernel(k).map(showProblem)).toEqual([
    '[registers] kernel @k: 16 accumulators in the loop over i, and wasm has 15 registers',
  ]);
});

test('every problem has a case', () => {
  const shown = new Set<string>([...problems.map(([code]) => code), 'registers']);
  expect(problemCodes.filter((c) => !shown.has(c))).toEqual([]);
});
