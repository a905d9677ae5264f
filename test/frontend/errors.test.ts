/** Errors for user mistakes: what is wrong, at the user's line, what else is involved, what to try. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  avgPool2d,
  CompileError,
  cat,
  compile,
  conv2d,
  crossEntropy,
  defineModel,
  linear,
  type ModelOptions,
  manualSeed,
  matmul,
  maxPool2d,
  mseLoss,
  multiMarginLoss,
  nn,
  optim,
  pad,
  prelu,
  relu,
  softmax,
  stack,
  type Tensor,
  type TensorSpec,
  where,
} from '../../frontend/index.ts';
import { record } from '../../frontend/model/record.ts';
import { entriesOf } from '../../frontend/pipeline/entries.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import { autodiff } from '../../passes/autodiff.ts';
import { StateTable } from '../../passes/update.ts';
import { recordFunction } from '../support/record.ts';
import { lenet, Net } from './models.ts';

const wrong = (v: unknown) => v as never;
const sourceAt = ({ file, line, col }: Loc): string =>
  readFileSync(file, 'utf8')
    .split('\n')
    [line - 1]!.slice(col - 1);

function caught(f: () => unknown): CompileError {
  try {
    f();
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}
/** The whole report, each location as the source text that it points at. */
function report(f: () => unknown): string {
  const e = caught(f);
  const at = (loc: Loc | null | undefined): string =>
    loc ? ` (at '${/^(new )?[\w.]+/.exec(sourceAt(loc))?.[0]}')` : '';
  return [
    `${e.code}${at(e.loc)}: ${e.message}`,
    ...e.notes.map((n) => `note: ${n.message}${at(n.loc)}`),
    ...(e.help ? [`help: ${e.help}`] : []),
  ]
    .filter(Boolean)
    .join('\n');
}
const on = (specs: readonly TensorSpec[], f: (...t: Tensor[]) => unknown) => () => recordFunction(specs, f);
const image: TensorSpec = { shape: ['N', 1, 32, 32] };
const rows: TensorSpec = { shape: ['N', 10] };
const labels: TensorSpec = { shape: ['N'], dtype: 'i32' };

describe('shapes', () => {
  it('without channels, and how to add them', () => {
    const { code, message, help, loc, notes } = caught(() => record(lenet({ input: { shape: ['N', 32, 32] } })));
    expect(code).toBe('missing-channels');
    expect(message).toContain(
      'f32[N,32,32] has 3 dimensions; 4 are needed, [batch, channels, height, width]: the channels are missing',
    );
    expect(help).toContain('x.unsqueeze(1)');
    expect(sourceAt(loc!)).toMatch(/^conv1\(x\)/);
    expect(sourceAt(notes[0]!.loc!)).toMatch(/^defineModel\(/);
    expect(sourceAt(notes[1]!.loc!)).toMatch(/^new nn.Conv2d\(1, 6, 5\)/);
  });

  it('in convolutions', () => {
    expect(report(() => record(lenet({ input: { shape: ['N', 3, 32, 32] } })))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'conv1'): conv2d: the input has 3 channels, the weight expects 1
      note: x: f32[N,3,32,32], input 'x' (at 'defineModel')
      note: w: f32[6,1,5,5], parameter 'conv1.weight' (at 'new nn.Conv2d')
      help: give the layer 3 input channels, or feed it 1"
    `);
  });

  it('in linear layers, with both shapes and where the weight comes from', () => {
    expect(report(() => record(lenet({ input: { shape: ['N', 1, 28, 28] } })))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'view'): view: [N,16,4,4] has 256N elements, which do not fill [-1, 400]
      note: x: f32[N,16,4,4], result of maxPool2d (at 'maxPool2d')
      help: the product of the extents must be 256N: flatten(1) gives [N,256]"
    `);
    class Unflattened extends nn.Module {
      fc = nn.Linear(400, 10);
      forward(x: Tensor): Tensor {
        return this.fc(x);
      }
    }
    const unflattened = () => record(defineModel({ model: Unflattened, input: { shape: ['N', 16, 5, 5] } }));
    expect(report(unflattened)).toMatchInlineSnapshot(`
      "shape-mismatch (at 'fc'): linear: the input [N,16,5,5] has 5 features, the weight [10,400] expects 400
      note: input: f32[N,16,5,5], input 'x' (at 'defineModel')
      note: weight: f32[10,400], parameter 'fc.weight' (at 'Linear')
      help: flatten all but the batch first: x.flatten(1) has 400 features"
    `);
    class Flattened extends nn.Module {
      fc = nn.Linear(400, 10);
      forward(x: Tensor): Tensor {
        return this.fc(x.flatten());
      }
    }
    const flattened = () => record(defineModel({ model: Flattened, input: { shape: ['N', 16, 5, 5] } }));
    expect(caught(flattened).help).toBe(
      'the batch has become part of the features: keep it separate with flatten(1) or view(-1, …)',
    );
  });

  it('of slopes, one per sample', () => {
    const { message } = caught(on([rows], (x) => prelu(x!.t(), x!.select(1, 0))));
    expect(message).toBe('prelu: the weight f32[N] holds the batch N');
  });

  it('in view', () => {
    const pooled: TensorSpec = { shape: ['N', 16, 5, 5] };
    expect(report(on([pooled], (x) => x.view(-1, 300)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'view'): view: [N,16,5,5] has 400N elements, which do not fill [-1, 300]
      note: x: f32[N,16,5,5], input 'a' (at 'defineModel')
      help: the product of the extents must be 400N: flatten(1) gives [N,400]"
    `);
    expect(report(on([pooled], (x) => x.view(64, 400)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'view'): view: [N,16,5,5] has 400N elements, which do not fill [64, 400], which has 25600
      note: x: f32[N,16,5,5], input 'a' (at 'defineModel')
      help: the batch is known only when a step runs: write -1 or 'N' in its place, such as view(-1, 400)"
    `);
    expect(report(on([pooled], (x) => x.view(-1, -1)))).toMatchInlineSnapshot(
      `"shape-mismatch (at 'view'): view: only one extent of [-1, -1] can be -1"`,
    );
    expect(report(on([pooled], (x) => x.view(wrong('M'), 400)))).toMatchInlineSnapshot(`
      "bad-shape (at 'view'): view: shape[0] must be an extent, which is a whole number of at least 0, -1 or 'N', or one list of them, got 'M'
      help: an extent is a whole number, -1 to infer it, or 'N' for the batch, which cannot be computed with"
    `);
    expect(recordFunction([pooled], (x) => x.view('N', -1)).eval.output.type.shape).toEqual([{ times: 1 }, 400]);
    expect(recordFunction([pooled], (x) => x.view(x.size(0), -1)).eval.output.type.shape).toEqual([{ times: 1 }, 400]);
    expect(recordFunction([pooled], (x) => x.view([-1, 16])).eval.output.type.shape).toEqual([{ times: 25 }, 16]);
  });

  it.each<[string, readonly TensorSpec[], (...t: Tensor[]) => Tensor, string]>([
    [
      'sums of pairs of pairs',
      [rows],
      (x) => x.matmul(x.t()).unsqueeze(0).add(x.matmul(x.t()).unsqueeze(2)),
      'add: the result would have the shape [N,N,N], which holds the batch N more than twice',
    ],
    [
      'compared',
      [labels],
      (y) =>
        y
          .view('N', 1, 1)
          .eq(y.view(1, 'N', 1))
          .logicalOr(y.view(1, 1, 'N').eq(0)),
      'logicalOr: the result would have the shape [N,N,N]',
    ],
    ['reshaped', [rows], (x) => x.view('N', 'N', '10N'), 'view: [N, N, 10N] holds the batch more than twice'],
    [
      'of other extents',
      [rows],
      (x) => x.view('N', '10N'),
      'view: [N,10] has 10N elements, which do not fill [N, 10N]',
    ],
    ['as one dimension', [rows], (x) => x.matmul(x.t()).flatten(), 'flatten: dimensions [N,N] cannot be joined'],
    ['with an extent to infer', [rows], (x) => x.matmul(x.t()).view(-1), 'view: [N,N] has N² elements'],
    ['argmax of all', [rows], (x) => x.matmul(x.t()).argmax(), 'argmax: dimensions [N,N] cannot be joined'],
  ])('with the batch too often: %s', (_, specs, f, message) => {
    const e = caught(on(specs, f));
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it.each<[string, readonly TensorSpec[], (...t: Tensor[]) => Tensor, string]>([
    [
      'an image',
      [{ shape: [2, 1, 'N', 8] }],
      (x) => maxPool2d(x, 2),
      'maxPool2d: dimension 2 of f32[2,1,N,8] is the batch N',
    ],
    [
      'a convolved image',
      [{ shape: [2, 1, 8, 'N'] }, { shape: [1, 1, 3, 3] }],
      (x, w) => conv2d(x, w),
      'conv2d: dimension 3 of f32[2,1,8,N] is the batch N',
    ],
    [
      'kernels',
      [{ shape: [2, 1, 8, 8] }, { shape: ['N', 1, 3, 3] }],
      (x, w) => conv2d(x, w),
      'conv2d: the weight f32[N,1,3,3] holds the batch N',
    ],
    [
      'classes',
      [{ shape: [10, 'N'] }, { shape: [10], dtype: 'i32' }],
      (x, y) => multiMarginLoss(x, y),
      'multiMarginLoss: dimension 1 of f32[10,N], the classes, is the batch',
    ],
  ])('with the batch in the wrong position: %s', (_, specs, f, message) => {
    const e = caught(on(specs, f));
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it('in broadcasting, with both operands', () => {
    expect(report(on([rows, { shape: [7] }], (x, y) => x.add(y)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'add'): add: shapes [N,10] and [7] do not broadcast: 10 meets 7 in dimension -1
      note: a: f32[N,10], input 'a' (at 'defineModel')
      note: b: f32[7], input 'b' (at 'defineModel')
      help: extents must be equal, or one of them 1; unsqueeze, transpose or view aligns them"
    `);
    expect(report(on([rows, { shape: [64, 10] }], (x, y) => x.mul(y)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'mul'): mul: shapes [N,10] and [64,10] do not broadcast: N meets 64 in dimension -2
      note: a: f32[N,10], input 'a' (at 'defineModel')
      note: b: f32[64,10], input 'b' (at 'defineModel')
      help: N is the batch, known only when a step runs: give both operands the batch, or an extent of 1 there"
    `);
    expect(report(on([rows, rows, { shape: [3] }], (x, c, y) => where(c.gt(0), x, y)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'where'): where: shapes [N,10] and [3] do not broadcast: 10 meets 3 in dimension -1
      note: a: f32[N,10], input 'a' (at 'defineModel')
      note: b: f32[3], input 'c' (at 'defineModel')
      help: extents must be equal, or one of them 1; unsqueeze, transpose or view aligns them"
    `);
  });

  it('of targets', () => {
    const loss = (target: TensorSpec) => on([rows, target], (x, y) => crossEntropy(x, y));
    expect(report(loss({ shape: ['N', 1], dtype: 'i32' }))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'crossEntropy'): crossEntropy: an input f32[N,10] needs class indices i32[N] or probabilities f32[N,10] as its target, got i32[N,1]
      note: input: f32[N,10], input 'a' (at 'defineModel')
      note: target: i32[N,1], input 'b' (at 'defineModel')
      help: declare the target with shape: ['N']"
    `);
    expect(report(loss({ shape: ['N'] }))).toMatchInlineSnapshot(`
      "dtype-mismatch (at 'crossEntropy'): crossEntropy: an input f32[N,10] needs class indices i32[N] or probabilities f32[N,10] as its target, got f32[N]
      note: input: f32[N,10], input 'a' (at 'defineModel')
      note: target: f32[N], input 'b' (at 'defineModel')
      help: declare the target with dtype: 'i32'"
    `);
    expect(report(loss({ shape: ['N', 9] }))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'crossEntropy'): crossEntropy: an input f32[N,10] needs class indices i32[N] or probabilities f32[N,10] as its target, got f32[N,9]
      note: input: f32[N,10], input 'a' (at 'defineModel')
      note: target: f32[N,9], input 'b' (at 'defineModel')
      help: declare the target with shape: ['N']"
    `);
    expect(report(on([rows, { shape: ['N'] }], (x, y) => mseLoss(x, y)))).toMatchInlineSnapshot(`
      "shape-mismatch (at 'mseLoss'): mseLoss: the input is [N,10] and the target [N]: they must have the same shape
      note: input: f32[N,10], input 'a' (at 'defineModel')
      note: target: f32[N], input 'b' (at 'defineModel')
      help: declare the target as [N,10], or let forward return [N]; labels of classes are for nn.CrossEntropyLoss, with dtype i32"
    `);
    expect(report(on([rows, labels], (x, y) => mseLoss(x, y)))).toMatchInlineSnapshot(`
      "dtype-mismatch (at 'mseLoss'): mseLoss: needs an f32 tensor, got i32[N], input 'b'
      note: x: i32[N], input 'b' (at 'defineModel')
      help: declare 'b' without dtype: 'i32', or convert it: .to('f32')"
    `);
    expect(
      report(on([rows, labels, { shape: [3] }], (x, y, weight) => crossEntropy(x, y, { weight }))),
    ).toMatchInlineSnapshot(`
      "shape-mismatch (at 'crossEntropy'): crossEntropy: the weight must be one factor for each class, [10], got f32[3]
      note: weight: f32[3], input 'c' (at 'defineModel')"
    `);
  });

  it('of the model’s own target and loss, at the line of the loss', () => {
    const e = caught(() => record(lenet({ target: { shape: ['N', 10], dtype: 'i32' } })));
    expect(e.message).toContain('needs class indices i32[N]');
    expect(sourceAt(e.loc!)).toMatch(/^nn.CrossEntropyLoss\(\)|^CrossEntropyLoss\(\)/);
  });

  it.each<[string, () => unknown, string, string]>([
    ['a dimension', on([rows], (x) => x.sum(2)), 'bad-dim', 'sum: 2 is not a dimension of [N,10]'],
    ['a dimension twice', on([rows], (x) => x.mean([1, -1])), 'bad-dim', 'mean: dimension 1 is named twice'],
    [
      'a dimension that is missing',
      on([rows], (x) => softmax(x, wrong(undefined))),
      'bad-dim',
      'softmax: dim is missing: it must be a whole number',
    ],
    ['a matrix', on([image], (x) => x.t()), 'shape-mismatch', 't: needs a matrix, got f32[N,1,32,32]'],
    ['a product', on([rows, rows], (x, y) => matmul(x, y)), 'shape-mismatch', 'inner dimensions differ: 10 and N'],
    [
      'a scalar in a product',
      on([rows, { shape: [] }], (x, y) => x.matmul(y)),
      'shape-mismatch',
      'matrices or vectors, got f32[]',
    ],
    [
      'a slice of the batch',
      on([rows], (x) => x.slice(0, 1, 3)),
      'shape-mismatch',
      'is the batch N, which can only be used whole',
    ],
    [
      'a slice too far',
      on([rows], (x) => x.narrow(1, 8, 3)),
      'out-of-range',
      '3 indices from 8 on lie outside dimension 1',
    ],
    ['an index too far', on([rows], (x) => x.select(1, 10)), 'out-of-range', 'index 10 lies outside dimension 1 of'],
    [
      'an index too far back',
      on([rows], (x) => x.select(1, -11)),
      'out-of-range',
      'index -11 lies outside dimension 1 of',
    ],
    ['a stack of two shapes', on([rows], (x) => stack([x, x.t()])), 'shape-mismatch', 'got [N,10] and [10,N]'],
    ['a window', on([image], (x) => maxPool2d(x, 40)), 'shape-mismatch', 'a 40x40 window does not fit'],
    ['a pooled row', on([rows], (x) => avgPool2d(x, 2)), 'shape-mismatch', 'must be [batch, channels, height, width]'],
    [
      'padding of the batch',
      on([rows], (x) => pad(x, [0, 0, 1, 0])),
      'shape-mismatch',
      'dimension 0 of f32[N,10] is the batch',
    ],
    ['joined batches', on([rows, rows], (x, y) => cat([x, y], 0)), 'shape-mismatch', 'the batch dimension'],
    [
      'nothing to join',
      on([rows], () => cat([])),
      'bad-argument',
      'cat: tensors must be a list of at least one tensor, got []',
    ],
    [
      'a bias',
      on([image, { shape: [6, 1, 5, 5] }, { shape: [5] }], (x, w, b) => conv2d(x, w, b)),
      'shape-mismatch',
      '6 output channels, the bias is f32[5]',
    ],
    ['an order of axes', on([image], (x) => x.permute(0, 1)), 'bad-dim', 'is not an order of the dimensions'],
    ['no batch but two', on([rows], (x) => x.view('N', 'N')), 'shape-mismatch', 'which do not fill [N, N]'],
  ])('%s', (_, f, code, message) => {
    const e = caught(f);
    expect(e.code).toBe(code);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});

describe('values', () => {
  it.each<[string, () => unknown, string, string]>([
    ['a number for a tensor', on([rows], () => relu(wrong(3))), 'not-a-tensor', 'relu: x must be a tensor, got 3'],
    [
      'nothing for a tensor',
      on([rows], (x) => x.add(wrong(undefined))),
      'not-a-tensor',
      'add: other is missing: it must be a tensor or a number',
    ],
    [
      'an array for a tensor',
      on([rows], (x) => linear(x, wrong([[1, 2]]))),
      'not-a-tensor',
      'linear: weight must be a tensor, got [[1, 2]]',
    ],
    ['a layer for a tensor', on([rows], () => relu(wrong(nn.ReLU()))), 'not-a-tensor', 'got a ReLU'],
    [
      'whole numbers for floats',
      on([labels], (y) => softmax(y, 0)),
      'dtype-mismatch',
      'softmax: needs an f32 tensor, got i32[N]',
    ],
    [
      'a whole number beyond 32 bits',
      on([labels], (y) => y.add(3e9)),
      'dtype-mismatch',
      'add: 3000000000 is not a value of i32',
    ],
    [
      'a difference of conditions',
      on([rows], (x) => x.gt(0).sub(1)),
      'dtype-mismatch',
      'sub: needs an f32 or i32 tensor, got bool[N,10]',
    ],
    [
      'argmin of a tensor without an order',
      on([rows], (x) => x.gt(0).argmin(1)),
      'dtype-mismatch',
      'argmin: needs an f32 or i32 tensor, got bool[N,10]',
    ],
    ['a mean of indices', on([labels], (y) => y.mean()), 'dtype-mismatch', 'mean: needs an f32 tensor'],
    [
      'another type',
      on([rows], (x) => x.to(wrong('f64'))),
      'bad-argument',
      "to: dtype must be 'f32' or 'i32', got 'f64'",
    ],
    [
      'a reduction',
      on([rows, rows], (x, y) => mseLoss(x, y, { reduction: wrong('avg') })),
      'bad-argument',
      "'mean', 'sum' or 'none'",
    ],
    [
      'label smoothing',
      on([rows, labels], (x, y) => crossEntropy(x, y, { labelSmoothing: 2 })),
      'bad-argument',
      'between 0 and 1',
    ],
    ['JavaScript’s +', on([rows], (x) => wrong(x) + 1), 'no-value', 'no value while the model is recorded'],
    ['JavaScript’s if', on([rows], (x) => (wrong(x.sum()) > 0 ? x : x.neg())), 'no-value', 'Tensor f32[] has no value'],
  ])('%s', (_, f, code, message) => {
    const e = caught(f);
    expect(e.code).toBe(code);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it('a tensor of another recording', () => {
    let kept: Tensor | null = null;
    recordFunction([rows], (x) => {
      kept = x.mul(2);
      return x;
    });
    expect(report(on([rows], (x) => x.add(kept!)))).toMatchInlineSnapshot(`
      "other-recording (at 'add'): add: other cannot be used here: this tensor f32[N,10] belongs to another recording
      note: it was made here (at 'mul')
      help: a model is recorded anew each time: make the tensors that forward uses inside forward, and do not keep them in a field or an outer variable"
    `);
  });

  it('a parameter used outside forward, or not held by the model', () => {
    const { weight } = nn.Linear(10, 10);
    expect(report(() => weight.mul(2))).toMatchInlineSnapshot(`
      "unregistered-parameter (at 'mul'): mul: a parameter [10,10] can only be used in forward, where the model is recorded
      note: it was made here (at 'Linear')
      help: its numbers are in .data"
    `);
    expect(report(on([rows], (x) => x.matmul(weight)))).toMatchInlineSnapshot(`
      "unregistered-parameter (at 'matmul'): matmul: other cannot be used here: a parameter [10,10] is used in forward, but the model does not hold it, so it would not be trained
      note: it was made here (at 'Linear')
      help: assign it, or the layer that holds it, to a public field of the model in the constructor, directly or in an array, ModuleList or Sequential"
    `);
    class Hidden extends nn.Module {
      readonly #fc = nn.Linear(10, 2);
      forward(x: Tensor): Tensor {
        return this.#fc(x);
      }
    }
    const e = caught(() => record(defineModel({ model: Hidden, input: rows })));
    expect(e.code).toBe('unregistered-parameter');
    expect(e.help).toContain('public field');
  });

  it('data replaced by an array that does not fit', () => {
    const model = new Net();
    model.fc1.weight.data = new Float32Array(3);
    expect(report(() => record(lenet({ model })))).toMatchInlineSnapshot(
      `"bad-data (at 'new nn.Linear'): parameter 'fc1.weight' [120,400] needs 48000 numbers, its data has 3"`,
    );
    model.fc1.weight.data = wrong([1, 2, 3]);
    expect(caught(() => record(lenet({ model }))).message).toContain(
      "'fc1.weight' [120,400]: its data must be a Float32Array",
    );
    expect(caught(() => nn.Parameter([2, 2], [1, 2, 3])).message).toContain('needs 4 numbers, its data has 3');
    expect(caught(() => nn.Parameter(wrong('2x2'))).code).toBe('bad-shape');
  });
});

describe('modules', () => {
  const model = (forward: (x: Tensor) => unknown) => () => {
    class Odd extends nn.Module {
      fc = nn.Linear(10, 2);
      forward(x: Tensor): never {
        return wrong(forward.call(this, x));
      }
    }
    return record(defineModel({ model: Odd, input: rows }));
  };
  it.each<[string, () => unknown, string, string]>([
    [
      'returning nothing',
      model(() => undefined),
      'not-a-tensor',
      'Odd.forward must return a tensor, and it returned undefined',
    ],
    ['returning a number', model(() => 3), 'not-a-tensor', 'returned 3'],
    ['returning lists of tensors', model((x) => [x, [x]]), 'not-a-tensor', '[1] of what it returned is [a Tensor]'],
    ['async', model(async (x) => x), 'async-forward', 'Odd.forward is async, but a model is recorded synchronously'],
  ])('forward %s', (_, f, code, message) => {
    const e = caught(f);
    expect(e.code).toBe(code);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it('without a forward', () => {
    const Empty = wrong(class Empty extends (nn.Module as unknown as { new (): { forward: never } }) {});
    expect(caught(() => record(defineModel({ model: Empty, input: rows }))).message).toBe(
      'Module [Empty] is missing the required "forward" function',
    );
    const list = () => nn.ModuleList([nn.ReLU()]);
    expect(caught(() => record(defineModel({ model: list, input: rows }))).code).toBe('no-forward');
  });

  it.each<[string, () => unknown, string]>([
    [
      'an unknown option',
      () => nn.Conv2d(1, 2, 3, wrong({ strides: 2 })),
      "Conv2d: unknown option 'strides'. Did you mean '",
    ],
    ['an option given twice', () => nn.Conv2d(1, 2, 3, 2, wrong({ stride: 1 })), "'stride' is given twice: 2 and 1"],
    ['too many', () => nn.Linear(1, 2, true, wrong(3)), 'Linear: too many arguments: [true, 3]'],
    ['no channels', () => nn.Conv2d(0, 2, 3), 'inChannels must be a whole number of at least 1, got 0'],
    ['a stride of 0', () => nn.Conv2d(1, 2, 3, { stride: 0 }), 'stride must be a whole number of at least 1'],
    [
      'a padding by name',
      () => nn.Conv2d(1, 2, 3, { padding: wrong('full') }),
      "padding must be a whole number of at least 0, a pair of them, 'same' or 'valid', got 'full'",
    ],
    [
      "padding 'same' with a stride",
      () => nn.Conv1d(1, 2, 3, { padding: 'same', stride: 2 }),
      "Conv1d: padding 'same' needs a stride of 1, got 2",
    ],
    ['a kernel of three', () => nn.Conv3d(1, 2, wrong([3, 3])), 'at least 1, or three of them, got [3, 3]'],
    [
      'a kernel of one',
      () => nn.Conv1d(1, 2, wrong([3, 3])),
      'kernelSize must be a whole number of at least 1, got [3, 3]',
    ],
    ['groups', () => nn.Conv2d(3, 4, 3, { groups: 2 }), 'inChannels must be divisible by groups, and 3 is not by 2'],
    ['features', () => nn.Linear(1.5, 2), 'inFeatures must be a whole number of at least 0, got 1.5'],
    ['softmax of no dimension', () => nn.Softmax(), 'Softmax: dim is missing: it must be a whole number'],
    [
      'a function in a Sequential',
      () => nn.Sequential(nn.ReLU(), wrong(relu)),
      'Sequential: modules[1] must be a module, got a function',
    ],
  ])('%s', (_, f, message) => {
    const e = caught(f);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});

describe('what does not fit may be a declaration that says something else than was meant', () => {
  class Dense extends nn.Module {
    scale: nn.Buffer | null = null;
    fc = nn.Linear(784, 10);
    forward(x: Tensor): Tensor {
      const y = this.scale ? x.mul(this.scale) : x;
      return this.fc(y.flatten(1));
    }
  }
  const helpOn = (input: unknown, model: unknown = Dense) =>
    caught(() => record(defineModel({ model, input, target: rows, loss: nn.MSELoss() } as ModelOptions))).help;

  it('an input without a batch', () => {
    expect(helpOn({ x: { shape: [1, 28, 28] } })).toContain(
      "no input has the batch: if 'x' f32[1,28,28] is one sample, declare { shape: ['N', 1, 28, 28] }, or " +
        "{ shape: ['N', 28, 28] } if the 1 stands for the batch",
    );
    expect(helpOn({ shape: [28, 28] })).toMatch(/declare \{ shape: \['N', 28, 28\] \}; /);
    // It fits, but for the target.
    expect(helpOn({ shape: [1, 784] })).toMatch(/^no input has the batch: if 'x' f32\[1,784\]/);
    expect(helpOn({ shape: ['N', 28, 27] })).not.toContain('no input has the batch');
  });

  it('a batch under another name', () => {
    for (const shape of [
      [-1, 784],
      [null, 784],
      ['B', 784],
    ])
      expect(helpOn({ shape })).toBe("the batch is written 'N', as in ['N', 1, 28, 28]");
    expect(helpOn({ shape: [1.5] })).toContain('a shape is a list of whole numbers');
    expect(helpOn({ shape: ['N', 784], dtype: 'float32' })).toBe("write dtype: 'f32'");
    expect(helpOn({ shape: ['N', 784], dtype: 'torch.int64' })).toBe("write dtype: 'i32'");
  });

  it('values given as a shape', () => {
    class Scaled extends Dense {
      override scale = nn.Buffer([1, 2, 3]);
    }
    expect(helpOn({ shape: ['N', 28, 28] }, Scaled)).toMatch(
      /^nn.Buffer\(\[1, 2, 3\]\) is a shape, and holds zeros: if these are its values, write nn.Buffer\(\[3\], \[1, 2, 3\]\); /,
    );
    class Given extends Dense {
      override scale = nn.Buffer([3], [1, 2, 3]);
    }
    expect(helpOn({ shape: ['N', 28, 28] }, Given)).not.toContain('nn.Buffer(');
  });

  it('a layer that is created but not called', () => {
    class Uncalled extends nn.Module {
      forward(): unknown {
        return nn.ReLU();
      }
    }
    expect(helpOn(rows, Uncalled)).toContain('a layer computes when it is called');
    expect(
      caught(() => defineModel({ model: Dense, input: rows, optimizer: optim.SGD } as unknown as ModelOptions)).help,
    ).toBe('call it, with its options: optim.SGD({ lr: 0.01 })');
  });
});

describe('definitions', () => {
  const define = (more: Record<string, unknown>) => () =>
    defineModel({ model: Net, input: image, ...more } as unknown as ModelOptions);
  it.each<[string, () => unknown, string]>([
    ['an option', define({ losss: 1 }), "defineModel: unknown option 'losss'. Did you mean '"],
    [
      'a model',
      define({ model: 'LeNet' }),
      "model must be a class, a function that makes a module, or a module, got 'LeNet'",
    ],
    ['a loss', define({ loss: 'mse' }), "loss must be a loss module or a function (output, target) => loss, got 'mse'"],
    [
      'a loss that is a class',
      define({ loss: nn.MSELoss }),
      'loss must be a loss module or a function (output, target) => loss, got the class MSELoss',
    ],
    ['a bare shape', define({ input: ['N', 4] }), 'input must be { shape: […] }, or several by name, got the list'],
    ['a shape as text', define({ input: { shape: 'N,4' } }), "input: 'N,4' is not a shape"],
    ['an optimizer', define({ optimizer: { lr: 1 } }), 'optimizer must be an optimizer'],
    ['a batch', define({ maxBatch: 0 }), 'maxBatch must be a whole number of at least 1, got 0'],
    ['a seed', define({ seed: 1.5 }), 'seed 1.5 is not a whole number'],
    ['an extent', define({ input: { shape: ['B', 1] } }), "input: ['B', 1] is not a shape"],
    ['three batches', define({ input: { shape: ['N', 'N', 'N'] } }), "input: ['N', 'N', 'N'] is not a shape"],
    ['a list for a named input', define({ input: { x: ['N', 4] } }), "input 'x' must be { shape: […] }, got ['N', 4]"],
    ['nothing for a named input', define({ input: { x: null } }), "input 'x' must be { shape: […] }, got null"],
    ['an undefined target', define({ target: { y: undefined } }), "target 'y' must be { shape: […] }, got undef"],
    ['a number for an input', define({ input: { x: 4 } }), "input 'x' must be { shape: […] }, got 4"],
    ['an input without a shape', define({ input: { x: {} } }), "input 'x' must be { shape: […] }, got an object"],
    ['an element type', define({ input: { shape: ['N'], dtype: 'f64' } }), "dtype must be 'f32' or 'i32', got 'f64'"],
    ['a name', define({ input: { 'my x': rows } }), "input 'my x': its name must be an identifier"],
    ['no input', define({ input: {} }), 'a model needs at least one input'],
    [
      'a part of an input',
      define({ input: { shape: ['N'], dtyp: 'i32' } }),
      "input: unknown option 'dtyp'. Did you mean 'dtype'?",
    ],
    [
      'a part of a named target',
      define({ target: { y: { shape: ['N'], type: 'i32' } } }),
      "target 'y': unknown option 'type'. Did you mean 'dtype'?",
    ],
    [
      'scalars',
      define({ optimizer: { ...optim.SGD({ lr: 1 }), scalars: null } }),
      'scalars of the optimizer must be numbers by name, got null',
    ],
    [
      'a learning rate of a wrong kind',
      define({ optimizer: { ...optim.SGD({ lr: 1 }), scalars: { lr: '0.1' } } }),
      "'lr' of the optimizer must be a finite number of at least 0, got '0.1'",
    ],
    [
      'a learning rate below 0',
      define({ optimizer: { ...optim.SGD({ lr: 1 }), scalars: { lr: -1 } } }),
      "'lr' of the optimizer must be a finite number of at least 0, got -1",
    ],
    [
      'a scalar that is NaN',
      define({ optimizer: { ...optim.SGD({ lr: 1 }), scalars: { lr: 1, decay: Number.NaN } } }),
      "'decay' of the optimizer must be a finite number, got NaN",
    ],
    [
      'a scalar that f32 does not hold',
      define({ optimizer: { ...optim.SGD({ lr: 1 }), scalars: { lr: 1e39 } } }),
      "'lr' of the optimizer must be a finite number of at least 0, got 1e+39",
    ],
  ])('%s', (_, f, message) => {
    const e = caught(f);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });

  it.each<[string, () => unknown, string]>([
    ['no model', () => compile(wrong(5)), 'compile: spec must be what defineModel returns, got 5'],
    ['no options', () => compile(lenet(), wrong('fast')), "compile: options must be an object, got 'fast'"],
    [
      'no entry',
      () => compile(lenet(), { entries: [] }),
      'compile: entries must be a list of at least one entry, got []',
    ],
    [
      'an unknown option',
      () => compile(lenet(), wrong({ entires: [] })),
      "compile: unknown option 'entires'. Did you mean '",
    ],
    [
      'a flag that is not a boolean',
      () => compile(lenet(), { verify: wrong(1) }),
      'compile: verify must be true or false, got 1',
    ],
    ['too many threads', () => compile(lenet(), { threads: 1e9 }), 'threads must be a whole number from 1 to 64'],
    ...['threads', 'engine', 'target', 'bindingBytes', 'schedule', 'onStage'].flatMap((option) =>
      [{}, Object.create(null), Symbol('s'), new Map(), [{}], class {}].map((v): [string, () => unknown, string] => [
        `${option} of a wrong kind`,
        () => compile(lenet(), { [option]: v }),
        option === 'engine' || option === 'target' ? `there is no ${option} ` : `${option} must be `,
      ]),
    ),
    ...['foo', '__proto__', 'toString'].map((name): [string, () => unknown, string] => [
      `the entry ${name}`,
      () => compile(lenet(), { entries: [wrong(name)] }),
      `there is no entry '${name}'`,
    ]),
    ...[undefined, null, 5, {}, { value: 5, state: new Map() }, { value: undefined, state: new Map() }].map(
      (updated): [string, () => unknown, string] => [
        'what a custom rule returns',
        () =>
          compile(
            defineModel({
              model: () => nn.Linear(10, 2),
              input: rows,
              loss: (o: Tensor) => o.mean(),
              optimizer: { name: 'own', scalars: {}, update: () => wrong(updated) },
            }),
          ),
        "the optimizer's rule must return { value, state }",
      ],
    ),
    [
      'a forward that is a class',
      async () =>
        record(
          defineModel({
            model: class Odd extends nn.Module {
              override forward = wrong(class Net {});
            },
            input: rows,
          }),
        ),
      'Odd.forward is the class Net, and must be a function',
    ],
    ['a seed', async () => manualSeed(0.5), 'manualSeed: seed must be a whole number from -2^63 to 2^64 - 1'],
    ['a mode', async () => new Net().train(wrong('yes')), "train: mode must be true or false, got 'yes'"],
    [
      'an extra input',
      async () =>
        record(
          defineModel({
            model: () =>
              nn.Sequential(
                new (class extends nn.Module {
                  relu = nn.ReLU();
                  forward(x: Tensor): Tensor {
                    return this.relu(x, x);
                  }
                })(),
              ),
            input: rows,
          }),
        ),
      'ReLU: too many arguments: [a Tensor]',
    ],
  ])('in compile: %s', async (_, f, message) => {
    const e = await (f() as Promise<unknown>).then(
      () => null,
      (e: unknown) => e,
    );
    expect(e).toBeInstanceOf(CompileError);
    expect((e as CompileError).message).toContain(message);
    expect((e as CompileError).loc?.file).toBe(import.meta.filename);
  });

  it('names that collide', () => {
    expect(caught(() => record(lenet({ input: { y: image } }))).message).toBe(
      "a target and an input are both named 'y'",
    );
    class Rate extends nn.Module {
      lr = nn.Parameter([1]);
      forward(x: Tensor): Tensor {
        return x.mul(this.lr);
      }
    }
    expect(caught(() => record(lenet({ model: Rate }))).message).toBe(
      "a parameter and a value of the optimizer are both named 'lr'",
    );
  });

  it('a model that makes no module, or has nothing to train', () => {
    expect(caught(() => record(defineModel({ model: wrong(() => 3), input: rows }))).message).toContain(
      'and it made 3',
    );
    const flat = () => nn.Sequential(nn.Flatten());
    expect(caught(() => record(lenet({ model: flat }))).code).toBe('no-parameters');
    class Constant extends nn.Module {
      fc = nn.Linear(10, 10);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(caught(() => record(lenet({ model: Constant, input: rows }))).code).toBe('no-gradient');
  });

  it('a loss without a gradient', () => {
    const accuracy = (output: Tensor, target: Tensor): Tensor => output.argmax(1).eq(target).to('f32').mean();
    const e = caught(() => record(lenet({ loss: accuracy })));
    expect(e.code).toBe('no-gradient');
    expect(e.message).toContain('only through operations without a gradient (argmax, ');
  });

  it('a target of the wrong element type', () => {
    const e = caught(() => record(lenet({ loss: nn.MSELoss() })));
    expect(e.message).toBe("mseLoss: needs an f32 tensor, got i32[N], input 'y'");
    expect(e.help).toBe("declare 'y' without dtype: 'i32', or convert it: .to('f32')");
  });

  it('an entry listed twice is compiled once', () => {
    const module = entriesOf(record(lenet()), ['forward', 'evaluate', 'forward'], new StateTable());
    expect(module.graphs.map((g) => g.name)).toEqual(['forward', 'evaluate']);
  });

  it('entries without the loss or optimizer they need, and a loss that is not a scalar', () => {
    const { model, input } = { model: Net, input: image };
    const bare = record(defineModel({ model, input }));
    expect(caught(() => entriesOf(bare, ['train_step'], new StateTable())).code).toBe('no-loss');
    expect(caught(() => entriesOf(bare, ['step'], new StateTable())).code).toBe('no-optimizer');
    const none = record(lenet({ loss: nn.CrossEntropyLoss({ reduction: 'none' }) }));
    const e = caught(() => autodiff(entriesOf(none, ['train_step'], new StateTable())));
    expect(e.code).toBe('not-a-scalar');
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});

describe('optim.Adam', () => {
  it.each<[string, optim.AdamOptions, string]>([
    ['one beta', wrong({ betas: 0.9 }), 'Adam: betas must be two numbers from 0 to below 1, got 0.9'],
    ['a beta of 1', { betas: [0.9, 1] }, 'Adam: betas must be two numbers from 0 to below 1, got [0.9, 1]'],
    ['eps', { eps: -1 }, 'Adam: eps must be a finite number of at least 0, got -1'],
    ['parameters first', wrong([]), 'Adam'],
  ])('%s', (_, options, message) => {
    const e = caught(() => optim.Adam(options));
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});

describe('optim.SGD', () => {
  it.each<[string, optim.SGDOptions, string]>([
    ['negative', { lr: -1 }, 'SGD: lr must be a finite number of at least 0, got -1'],
    ['NaN', { lr: Number.NaN }, 'SGD: lr must be a finite number of at least 0, got NaN'],
    ['infinite', { lr: Infinity }, 'SGD: lr must be a finite number of at least 0, got Infinity'],
    ['missing', wrong({}), 'SGD: lr is missing: it must be a finite number of at least 0'],
    ['momentum', { lr: 1, momentum: -0.1 }, 'SGD: momentum must be a finite number of at least 0, got -0.1'],
    ['weight decay', { lr: 1, weightDecay: -1 }, 'SGD: weightDecay must be a finite number of at least 0, got -1'],
    ['Nesterov alone', { lr: 1, nesterov: true }, 'Nesterov momentum requires a momentum and zero dampening'],
    [
      'Nesterov dampened',
      { lr: 1, momentum: 0.9, dampening: 0.1, nesterov: true },
      'requires a momentum and zero dampening',
    ],
    ['an unknown option', wrong({ lr: 1, momentun: 0.9 }), "SGD: unknown option 'momentun'. Did you mean '"],
  ])('%s', (_, options, message) => {
    const e = caught(() => optim.SGD(options));
    expect(e.message).toContain(message);
    expect(e.loc?.file).toBe(import.meta.filename);
  });
});
