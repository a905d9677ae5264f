/** The text forms, on one screen each. */
import { expect, test } from 'vitest';
import * as x from '../../ir/expr.ts';
import { at, makeGraph, param, type Task } from '../../ir/graph.ts';
import { declare, type Kernel, loop, set, store } from '../../ir/kernel.ts';
import * as o from '../../ir/ops/index.ts';
import { exprPrinter, printExpr } from '../../ir/text/print-expr.ts';
import { printGraph, printModule } from '../../ir/text/print-graph.ts';
import { printKernel, showStmt } from '../../ir/text/print-kernel.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import { f32, i32, N } from '../../ir/type.ts';
import { autodiff } from '../../passes/autodiff.ts';

const root = '/home/me/net';
const loc = (line: number, col: number, file = `${root}/lenet.ts`) => ({ file, line, col });

function tinyGraph() {
  const [image, label] = [param('input', 'x', f32(N, 1, 8, 8), loc(3, 9)), param('input', 'y', i32(N), loc(3, 12))];
  const w = param('parameter', 'conv1.weight', f32(2, 1, 3, 3), loc(5, 3));
  const lr = param('scalar', 'lr', f32());
  const moment = param('state', 'conv1.weight.momentum_buffer', w.type, loc(5, 3));
  const conv = at(loc(12, 5), () =>
    o.conv2d(image, w, { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }),
  );
  const h = at(loc(13, 11), () => o.relu(o.reshape(o.relu(conv), { shape: [N, 72] })));
  const hot = o.convert(o.oneHot(label, { classes: 72 }), { to: 'f32' });
  const loss = at(loc(14, 5, '/elsewhere/losses.ts'), () => o.reduceSum(o.mul(h, hot), { dims: [0, 1] }));
  const next = o.mul(moment, o.broadcast(lr, { shape: w.type.shape, dims: [] }));
  const results = [
    { name: 'loss', value: loss },
    { name: 'hidden', value: h },
    { name: 'again', value: loss },
    { name: moment.name, value: next, into: moment },
  ];
  return { graph: makeGraph('train_step', results, [image, label, w]), loss, w, lr };
}

test('a graph: nodes by op, results by name, locations in a column and relative to the root', () => {
  expect(printGraph(tinyGraph().graph, { root })).toMatchInlineSnapshot(`
    "graph @train_step(
      %x: f32[N,1,8,8],                                   ; lenet.ts:3:9
      %y: i32[N],                                         ; lenet.ts:3:12
      %conv1.weight: f32[2,1,3,3] param,                  ; lenet.ts:5:3
      %lr: f32[] scalar,
      %conv1.weight.momentum_buffer: f32[2,1,3,3] state,  ; lenet.ts:5:3
    ) {
      %conv2d = conv2d(%x, %conv1.weight) {stride=[1,1], padding=[0,0], dilation=[1,1], groups=1} : f32[N,2,6,6]  ; lenet.ts:12:5
      %relu = relu(%conv2d) : f32[N,2,6,6]                                                                        ; lenet.ts:13:11
      %reshape = reshape(%relu) {shape=[N,72]} : f32[N,72]                                                        ; lenet.ts:13:11
      %hidden = relu(%reshape) : f32[N,72]                                                                        ; lenet.ts:13:11
      %one_hot = one_hot(%y) {classes=72} : bool[N,72]
      %convert = convert(%one_hot) {to=f32} : f32[N,72]
      %mul = mul(%hidden, %convert) : f32[N,72]                                                                   ; losses.ts:14:5
      %loss = reduce_sum(%mul) {dims=[0,1]} : f32[]                                                               ; losses.ts:14:5
      %broadcast = broadcast(%lr) {shape=[2,1,3,3], dims=[]} : f32[2,1,3,3]
      %conv1.weight.momentum_buffer.new = mul(%conv1.weight.momentum_buffer, %broadcast) : f32[2,1,3,3]
      return %loss, %hidden, again = %loss, %conv1.weight.momentum_buffer.new -> %conv1.weight.momentum_buffer
    }"
  `);
});

test('a module, and the tasks left to passes', () => {
  const { graph, loss, w } = tinyGraph();
  const task: Task = { kind: 'differentiate', of: loss, seed: null, wrt: [w], then: 'step' };
  const open = makeGraph('g', [graph.results[0]!], [], task);
  const module = { name: 'tiny', maxBatch: 64, graphs: [open] };
  expect(printModule(module, { root })).toMatchInlineSnapshot(`
    "tapeout ir 1
    module @tiny (N <= 64) {
      graph @g(
        %conv1.weight: f32[2,1,3,3] param,  ; lenet.ts:5:3
        %x: f32[N,1,8,8],                   ; lenet.ts:3:9
        %y: i32[N],                         ; lenet.ts:3:12
      ) {
        %conv2d = conv2d(%x, %conv1.weight) {stride=[1,1], padding=[0,0], dilation=[1,1], groups=1} : f32[N,2,6,6]  ; lenet.ts:12:5
        %relu = relu(%conv2d) : f32[N,2,6,6]                                                                        ; lenet.ts:13:11
        %reshape = reshape(%relu) {shape=[N,72]} : f32[N,72]                                                        ; lenet.ts:13:11
        %relu.1 = relu(%reshape) : f32[N,72]                                                                        ; lenet.ts:13:11
        %one_hot = one_hot(%y) {classes=72} : bool[N,72]
        %convert = convert(%one_hot) {to=f32} : f32[N,72]
        %mul = mul(%relu.1, %convert) : f32[N,72]                                                                   ; losses.ts:14:5
        %loss = reduce_sum(%mul) {dims=[0,1]} : f32[]                                                               ; losses.ts:14:5
        return %loss
        differentiate %loss wrt %conv1.weight then step
      }
    }
    "
  `);
  expect(printModule(autodiff(module), { root })).toMatchInlineSnapshot(`
    "tapeout ir 1
    module @tiny (N <= 64) {
      graph @g(
        %conv1.weight: f32[2,1,3,3] param,  ; lenet.ts:5:3
        %x: f32[N,1,8,8],                   ; lenet.ts:3:9
        %y: i32[N],                         ; lenet.ts:3:12
      ) {
        %conv2d = conv2d(%x, %conv1.weight) {stride=[1,1], padding=[0,0], dilation=[1,1], groups=1} : f32[N,2,6,6]              ; lenet.ts:12:5
        %relu = relu(%conv2d) : f32[N,2,6,6]                                                                                    ; lenet.ts:13:11
        %reshape = reshape(%relu) {shape=[N,72]} : f32[N,72]                                                                    ; lenet.ts:13:11
        %relu.1 = relu(%reshape) : f32[N,72]                                                                                    ; lenet.ts:13:11
        %one_hot = one_hot(%y) {classes=72} : bool[N,72]
        %convert = convert(%one_hot) {to=f32} : f32[N,72]
        %mul = mul(%relu.1, %convert) : f32[N,72]                                                                               ; losses.ts:14:5
        %loss = reduce_sum(%mul) {dims=[0,1]} : f32[]                                                                           ; losses.ts:14:5
        %full = full() {value=1, shape=[], dtype=f32} : f32[]                                                                   ; losses.ts:14:5
        %broadcast = broadcast(%full) {shape=[N,72], dims=[]} : f32[N,72]                                                       ; losses.ts:14:5
        %mul.1 = mul(%broadcast, %convert) : f32[N,72]                                                                          ; losses.ts:14:5
        %relu_grad = relu_grad(%relu.1, %mul.1) : f32[N,72]                                                                     ; lenet.ts:13:11
        %reshape.1 = reshape(%relu_grad) {shape=[N,2,6,6]} : f32[N,2,6,6]                                                       ; lenet.ts:13:11
        %relu_grad.1 = relu_grad(%relu, %reshape.1) : f32[N,2,6,6]                                                              ; lenet.ts:13:11
        %conv2d_weight_grad = conv2d_weight_grad(%x, %relu_grad.1) {stride=[1,1], padding=[0,0], dilation=[1,1], groups=1, kernel=[3,3]} : f32[2,1,3,3]  ; lenet.ts:12:5
        return %loss
        apply %conv1.weight: %conv2d_weight_grad then step
      }
    }
    "
  `);
});

test('expressions: fewest parentheses, and literals that show their type', () => {
  const [i, j] = [x.axis('i', 4), x.axis('i', N)];
  const a = { name: 'a', type: f32(4, N) };
  const [p, q] = [x.ix(i), x.ix(j)];
  const v = x.load(a, [p, q]);
  const cases: [x.Expr, string][] = [
    [x.mul(x.add(p, q), p), '(i + i.1) * i'],
    [x.sub(x.sub(p, q), x.sub(p, q)), 'i - i.1 - (i - i.1)'],
    [x.idiv(x.imod(p, x.int(3)), x.int(2)), 'i % 3 / 2'],
    [x.div(v, x.mul(v, x.num(2))), 'a[i, i.1] / (a[i, i.1] * 2.0)'],
    [x.div(p, q), 'div(i, i.1)'],
    [x.idiv(v, v), 'idiv(a[i, i.1], a[i, i.1])'],
    [x.neg(x.neg(v)), '-(-a[i, i.1])'],
    [x.neg(x.num(1)), '-(1.0)'],
    [x.sub(p, x.int(-1)), 'i - -1'],
    [x.mul(x.neg(x.add(v, v)), x.num(-0)), '-(a[i, i.1] + a[i, i.1]) * -0.0'],
    [x.and(x.or(x.lt(p, q), x.eq(p, q)), x.not(x.ge(p, q))), '(i < i.1 || i == i.1) && !(i >= i.1)'],
    [x.lt(x.convert('i32', x.lt(p, q)), x.size({ times: 25 })), 'i32(i < i.1) < 25N'],
    [x.eq(x.eq(p, q), x.bool(true)), '(i == i.1) == true'],
    [
      x.select(x.lt(p, q), x.num(1), x.select(x.lt(q, p), x.num(1e-8), x.num(-Infinity))),
      'i < i.1 ? 1.0 : i.1 < i ? 1e-8 : -inf',
    ],
    [x.add(x.select(x.lt(p, q), v, v), x.num(0.1)), '(i < i.1 ? a[i, i.1] : a[i, i.1]) + 0.1'],
    [x.max(x.exp(v), x.num(Number.NaN)), 'max(exp(a[i, i.1]), nan)'],
    [x.f32Bits(x.shl(x.add(p, x.int(127)), x.int(23))), 'f32_bits(i + 127 << 23)'],
    [x.constant(3, 'u8'), '3u8'],
    [x.sum([i, j], v), 'sum[i.2: 4, i.3: N](a[i.2, i.3])'],
    [x.reduce('argmax', [i], x.load(a, [p, x.size(N)])), 'argmax[i.2: 4](a[i.2, N])'],
    [x.load({ name: '0.weight', type: f32(2) }, [x.int(1)]), '"0.weight"[1]'],
    [x.load({ name: 'max', type: f32() }, []), 'max.1'],
  ];
  for (const [e, text] of cases) {
    const shown = exprPrinter();
    for (const a of [i, j]) shown.bind(a);
    expect(shown.print([e]).texts).toEqual([text]);
  }
  expect(printExpr(x.sub(q, p))).toBe('i - i.1');
});

test('a large shared expression is printed once, inside the reduction it depends on', () => {
  const [i, j] = [x.axis('i', N), x.axis('j', 4)];
  const a = { name: 'a', type: f32(N, 4) };
  const term = (v: x.Expr): x.Expr => x.mul(x.add(v, x.num(1)), x.sub(v, x.num(2)));
  const row = term(term(x.load(a, [x.ix(i), x.int(0)])));
  const inner = term(x.mul(row, x.load(a, [x.ix(i), x.ix(j)])));
  const s = store({ name: 'b', type: f32(N) }, [x.ix(i)], x.add(row, x.sum([j], x.mul(inner, inner))));
  expect(showStmt(s)).toMatchInlineSnapshot(`
    "let t0 = (a[i, 0] + 1.0) * (a[i, 0] - 2.0)
    let t1 = (t0 + 1.0) * (t0 - 2.0)
    b[i] = t1 + sum[j: 4](let t2 = t1 * a[i, j] in let t3 = (t2 + 1.0) * (t2 - 2.0) in t3 * t3)"
  `);
});

test('a kernel: modes, bounds, tiles and names that are unique where they are live', () => {
  expect(printKernel(rowSum(), { root })).toMatchInlineSnapshot(`
    "kernel @row_sum(a: f32[N,8], lr: f32[], b: f32[N,8] view of stored: f32[N,2,4] inout) {
      ; lenet.ts:12:5, 13:11
      view a.1: f32[8N] view of a
      parallel n in 0..N {
        tile acc: f32[]
        acc = 0.0
        unroll fenced j in 0..8 step 4 {
          tile acc.1: f32[4]
          vectorize j.1 in 0..4 {
            acc.1[j.1] = a[n, j + j.1] * lr
            acc += a.1[n * 8 + (j + j.1)]
            b[n, j + j.1] = b[n, j + j.1] - acc.1[j.1]
          }
        }
        for j: 4 in n..min(4, n + 1) {
          acc max= f32(j)
        }
      }
    }"
  `);
});

function rowSum(): Kernel {
  const a = { name: 'a', type: f32(N, 8) };
  const stored = { name: 'stored', type: f32(N, 2, 4) };
  const b = { name: 'b', type: f32(N, 8), viewOf: stored };
  const flat = { name: 'a', type: f32({ times: 8 }), viewOf: a };
  const scale = { name: 'lr', type: f32() };
  const [n, j, lane] = [x.axis('n', N), x.axis('j', 8), x.axis('j', 4)];
  const acc = { name: 'acc', dtype: 'f32', shape: [4] } as const;
  const total = { name: 'acc', dtype: 'f32', shape: [] } as const;
  const column = x.add(x.ix(j), x.ix(lane));
  return {
    name: 'row_sum',
    params: [
      { buffer: a, access: 'in' },
      { buffer: scale, access: 'in' },
      { buffer: b, access: 'inout' },
    ],
    locs: [loc(12, 5), loc(12, 5), loc(13, 11)],
    body: [
      loop(
        n,
        x.int(0),
        x.size(N),
        [
          declare(total),
          set(total, [], x.num(0)),
          loop(
            j,
            x.int(0),
            x.int(8),
            [
              declare(acc),
              loop(
                lane,
                x.int(0),
                x.int(4),
                [
                  set(acc, [x.ix(lane)], x.mul(x.load(a, [x.ix(n), column]), x.load(scale, []))),
                  {
                    kind: 'accumulate',
                    fn: 'add',
                    tile: total,
                    at: [],
                    value: x.load(flat, [x.add(x.mul(x.ix(n), x.int(8)), column)]),
                  },
                  store(b, [x.ix(n), column], x.sub(x.load(b, [x.ix(n), column]), x.read(acc, [x.ix(lane)]))),
                ],
                { mode: 'vectorized' },
              ),
            ],
            { step: 4, mode: 'unrolled', fenced: true },
          ),
          loop(lane, x.ix(n), x.min(x.int(4), x.add(x.ix(n), x.int(1))), [
            { kind: 'accumulate', fn: 'max', tile: total, at: [], value: x.convert('f32', x.ix(lane)) },
          ]),
        ],
        { mode: 'parallel' },
      ),
    ],
  };
}

test('a program: ports, launches and the memory plan', () => {
  const kernel = rowSum();
  const [a, lr, b] = kernel.params.map((p) => p.buffer);
  const port = (name: string, buffer: x.Buffer) => ({
    name,
    buffer,
    dtype: buffer.type.dtype,
    shape: buffer.type.shape,
  });
  const program = {
    name: 'tiny',
    maxBatch: 64,
    arenaBytes: 4112,
    liveBytes: 4100,
    entries: [
      { name: 'step', inputs: [port('x', a!), port('lr', lr!)], outputs: [port('y', b!)], launches: [kernel, kernel] },
    ],
    slots: [
      { buffer: lr!, purpose: 'scalar', offset: 0, bytes: 4 },
      { buffer: a!, purpose: 'input', offset: 16, bytes: 2048 },
      { buffer: b!.viewOf!, purpose: 'temp', offset: 2064, bytes: 2048, live: [{ entry: 'step', from: 0, to: 1 }] },
    ],
  } as const;
  expect(printProgram(program)).toMatchInlineSnapshot(`
    "tapeout ir 1
    program @tiny (N <= 64) {
      entry @step {
        input   x: f32[N,8]  in a
        input   lr: f32[]
        output  y: f32[N,8]  in stored
        0  @row_sum(a, lr, stored inout)
        1  @row_sum(a, lr, stored inout)
      }

      arena 4112 bytes, of which 4100 are live at once {
        offset  bytes  purpose  name    type        live
             0      4  scalar   lr      f32[]
            16   2048  input    a       f32[N,8]
          2064   2048  temp     stored  f32[N,2,4]  step 0..1
      }
    }
    "
  `);
  expect(printProgram(program, { kernels: true, root })).toBe(
    `${printProgram(program)}\n${printKernel(kernel, { root })}\n`,
  );
});
