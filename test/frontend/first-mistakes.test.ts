/** Mistakes that PyTorch users make first: found by TypeScript before the code runs, and in JavaScript when it runs. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as tapeout from '../../frontend/index.ts';
import { CompileError, compile, defineModel, nn, optim } from '../../frontend/index.ts';
import { renderProblem } from '../../frontend/report/diagnostics.ts';
import { asProblem } from '../../frontend/source/type-words.ts';
import { readUserProgram, type TypeProblem } from '../../frontend/source/typescript.ts';
import { folderOf } from '../support/cli.ts';

interface Mistake {
  readonly help: string;
  /** Where TypeScript's message matters. */
  readonly ts?: string;
  readonly js?: string;
}
const separate = '--entries forward,zero_grad,backward,step';

/** Statements of a model's method, where x is a tensor. */
const mistakes: Readonly<Record<string, Mistake>> = {
  "this.register_buffer('m', [1, 2, 3]);": { help: 'it is called registerBuffer here' },
  "this.register_parameter('m', nn.Parameter([3]));": { help: 'this.m = nn.Parameter([3], [1, 2, 3])' },
  "this.add_module('fc', nn.Linear(2, 2));": { help: 'this.fc = nn.Linear(2, 3)' },
  'this.named_modules();': { help: 'namedChildren()' },
  'this.named_parameters();': { help: 'it is called namedParameters here', ts: "Net has no 'named_parameters'" },
  'this.load_state_dict({});': { help: 'load({ weights })' },
  "this.to('cuda');": { help: 'there are no devices' },
  'this.half();': { help: 'parameters are f32' },
  'this.zero_grad();': { help: separate },
  'this.fc.weight.requires_grad = false;': {
    help: 'this.fc.weight.requiresGrad = false',
    ts: "a parameter has no 'requires_grad'",
    js: "a parameter has no 'requires_grad'",
  },
  'return nn.ReLU(x);': {
    help: 'this.relu = nn.ReLU(…), and call it in forward, this.relu(x); as a function it is relu: import { relu }',
    ts: 'nn.ReLU takes no tensor while the layer is made',
    js: 'ReLU: inplace must be true or false, got a Tensor',
  },
  'return new nn.ReLU(x);': { help: 'this.relu(x)' },
  'return nn.ReLU(this.fc(x));': { help: 'this.relu(x)', ts: 'nn.ReLU takes no tensor while the layer is made' },
  'return nn.LeakyReLU(x);': { help: 'as a function it is leakyRelu' },
  'return nn.Flatten(x);': { help: 'as a function it is flatten' },
  'return nn.MaxPool2d(x, 2);': { help: 'as a function it is maxPool2d' },
  'return nn.Linear(x, 2);': { help: 'as a function it is linear' },
  'return nn.MSELoss(x, x);': {
    help: 'as a function it is mseLoss',
    js: 'MSELoss: too many arguments: [a Tensor, a Tensor]',
  },
  'return nn.BCELoss(x, x);': { help: 'as a function it is binaryCrossEntropy' },
  'return nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4]);': {
    help: 'AdaptiveLogSoftmaxWithLoss is not available yet; a loss may be a function of tensors',
  },
  'nn.Parameter([[1, 2], [3, 4]]);': { help: 'the shape comes first, and then the values' },
  'nn.Buffer(3);': { help: 'the shape comes first, and then the values' },
  'nn.Buffer(x);': { help: 'the shape comes first, and then the values' },
  'optim.SGD(this.parameters(), { lr: 0.1 });': {
    help: 'an optimizer takes only options, optim.SGD({ lr: 0.01 })',
    js: 'SGD: its options must be one object, got [a Parameter, a Parameter',
  },
  'new optim.SGD(this.parameters(), { lr: 0.1 });': { help: 'optim.SGD' },
  'optim.SGD(0.1);': { help: 'optim.SGD({ lr: 0' },
  'optim.SGD({ lr: 0.1 }).zeroGrad();': { help: separate, ts: "an optimizer has no 'zeroGrad'" },
  'optim.SGD({ lr: 0.1 }).step();': { help: separate },
  'optim.SparseAdam({ lr: 0.1 });': {
    help: 'SparseAdam is not available yet; take optim.Adam',
    ts: "optim has no 'SparseAdam'",
  },
  'x.sum().backward();': { help: 'call trainStep', ts: "a tensor has no 'backward'", js: "a tensor has no 'backward'" },
  'nn.MSELoss().backward();': { help: 'call trainStep' },
  'x.zeroGrad();': { help: separate },
  'return torch.relu(x);': {
    help: "import { nn, optim, functional as F } from 'tapeout'",
    ts: "Cannot find name 'torch'.",
  },
  'return x.long();': { help: "write x.to('i32')", ts: "a tensor has no 'long'" },
  'return x.bool();': { help: 'write x.ne(0)' },
  'return x.flattn(1);': { help: "did you mean 'flatten'?", ts: "a tensor has no 'flattn'" },
  'return x.relu_();': {
    help: 'it is called relu here: a recorded tensor is never changed in place, so write x = x.relu(',
  },
  "return x.to('cuda');": { help: 'there are no devices' },
  "return x.to('float32');": { help: "write x.to('f32')" },
  'return this.fc(x).softmax({ dim: 1 });': { help: 'softmax takes dim' },
  'return x.softmax({ dim: 1 });': { help: 'softmax takes dim' },
  'optim.Adam(0.001);': { help: 'an optimizer takes only options' },
  'optim.lr_scheduler.StepLR(optim.SGD({ lr: 0.1 }), 10);': { help: 'model.lr = 0.01' },
  'nn.utils.clip_grad_norm_(this.parameters(), 1);': { help: 'change model.gradients' },
  'return cat(x, x);': { help: 'give them in one list: [a, b]' },
  'return this.fc(-x);': { help: 'x.neg() for -x', ts: "Argument of type 'number'" },
  'return this.fc(x * 2);': { help: 'x.mul(y) for x * y' },
  'return this.fc(x + x);': { help: 'x.add(y) for x + y', ts: "cannot be applied to types 'Tensor' and 'Tensor'" },
  'return this.fc(Math.sin(x));': { help: 'x.sin() for Math.sin(x)' },
  'return x.div(x.shape[0]);': { help: "ones('N').sum() is its size as a tensor" },
  'return this.fc(this.lstm(x.unsqueeze(0)));': { help: 'const [y] = this.lstm(x)' },
  'return this.fc(x.max(1));': { help: 'x.max(1).values' },
  'return x.contiguous();': { help: 'no layout' },
  'return x.masked_fill(x.gt(0), 0);': { help: 'it is called maskedFill here' },
  'return x.size();': { help: 'x.shape is all of them' },
  'return x.sum({ dim: 1 });': { help: 'sum takes dim, keepdim in this order', ts: "sum: 'dim' is given by name" },
  'return x.sum(1, { keepdim: true });': { help: 'sum takes dim, keepdim in this order' },
  'nn.Linear({ in_features: 2, out_features: 2 });': {
    help: 'Linear takes inFeatures, outFeatures in this order, and then { bias }',
  },
  'nn.Conv2d(1, 6, { kernel_size: 3 });': {
    help: 'Conv2d takes inChannels, outChannels, kernelSize in this order, and then { stride,',
    ts: "Conv2d: 'kernel_size' is given by name where an argument comes in order",
  },
  'nn.Conv2d(1, 6, 5, { strides: 2 });': {
    help: 'the options of Conv2d are stride,',
    ts: "Conv2d: unknown option 'strides'. Did you mean 'stride'?",
    js: "Conv2d: unknown option 'strides'. Did you mean 'stride'?",
  },
  'optim.SGD({ lr: 0.1, weight_decay: 1 });': {
    help: 'the options of SGD are lr,',
    ts: "SGD: unknown option 'weight_decay'. Did you mean 'weightDecay'?",
    js: "SGD: unknown option 'weight_decay'. Did you mean 'weightDecay'?",
  },
  'nn.ModuleDict(2);': { help: '', ts: "nn has no 'ModuleDict'" },
  'nn.SyncBatchNorm(6);': { help: 'SyncBatchNorm is not available yet; nn.BatchNorm' },
  'nn.LazyConv2d(5);': { help: 'LazyConv2d is not available yet; nn.Conv1d' },
  'optim.LBFGS({ lr: 0.1 });': { help: 'LBFGS is not available yet; take optim.Adam' },
};

describe('in TypeScript', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const head = `import { cat, nn, optim, type Tensor } from 'tapeout';
class Net extends nn.Module { fc = nn.Linear(2, 2); lstm = nn.LSTM(2, 2); forward(x: Tensor): Tensor { return this.fc(x); }`.split(
    '\n',
  );
  const lines = [
    ...head,
    ...Object.keys(mistakes).map((code, i) => `  m${i}(x: Tensor): unknown { ${code} return x; }`),
    '}',
  ];
  let problems: readonly TypeProblem[] = [];
  beforeAll(() => {
    const folder = folderOf({ 'net.ts': `${lines.join('\n')}\n` });
    problems = readUserProgram(`${folder}/net.ts`, {
      packages: { tapeout: `${root}frontend/index.ts` },
      foreign: [root],
    }).problems.filter(({ code }) => code !== 'TS7027');
  }, 60_000);

  it.each(Object.entries(mistakes).map(([code, m], i) => [code, m, i] as const))('%s', (_, { help, ts }, i) => {
    const found = problems.filter(({ at }) => at?.line === head.length + i + 1).map(asProblem);
    expect(found.length).toBeGreaterThan(0);
    if (ts) expect(found[0]?.message).toContain(ts);
    expect(found.map((p) => p.help).join('\n')).toContain(help);
    // Neither the internals of types nor Tapeout's path.
    const report = found.map((p) => renderProblem(p)).join('\n');
    expect(report).not.toMatch(/frontend|Trailing<|typeof import|is declared here/);
  });

  it('has the same help for options of defineModel', () => {
    const options = [
      "target: { shape: ['N'], dtype: 'int64' },",
      "target: { a: { shape: ['N'], dtype: 'float64' } },",
      'loss: nn.CrossEntropyLoss,',
      'loss: nn.MSELoss,',
      'optimizer: optim.SGD,',
    ];
    const head = "import { defineModel, nn, optim } from 'tapeout';";
    const models = options.map(
      (o) => `defineModel({ model: () => nn.Linear(2, 2), input: { shape: ['N', 2] }, ${o} });`,
    );
    const folder = folderOf({ 'net.ts': `${[head, ...models].join('\n')}\n` });
    const { problems } = readUserProgram(`${folder}/net.ts`, {
      packages: { tapeout: `${root}frontend/index.ts` },
      foreign: [root],
    });
    expect(problems.map(asProblem).map((p) => [p.loc?.line, p.message, p.help, p.notes])).toEqual([
      [2, "dtype must be 'f32' or 'i32', got 'int64'", "write dtype: 'i32'", []],
      [3, "dtype must be 'f32' or 'i32', got 'float64'", "write dtype: 'f32'", []],
      [4, 'nn.CrossEntropyLoss is a class, and what it makes is wanted', 'make one: nn.CrossEntropyLoss()', []],
      [5, 'nn.MSELoss is a class, and what it makes is wanted', 'make one: nn.MSELoss()', []],
      [6, 'this makes an optimizer, which is wanted itself', 'call it, with its options: optim.SGD({ lr: 0.01 })', []],
    ]);
  });

  it('has help for imports and for a forward of another name', () => {
    const text = `import { no_grad, nn, type Tensor } from 'tapeout';
import * as F from 'tapeout/nn/functional';
class Net extends nn.Module { call(x: Tensor): Tensor { return x; } }
class Mute extends nn.Module { forward(x: Tensor): Tensor { x.sum(); } }
class Tied extends nn.Module {
  embedding = nn.Embedding(10, 4);
  head = nn.Linear(4, 10, { bias: false });
  constructor() { super(); this.head.weight = this.embedding.weight; }
  forward(x: Tensor): Tensor { return this.head(this.embedding(x)); }
}
`;
    const folder = folderOf({ 'net.ts': text });
    const { problems } = readUserProgram(`${folder}/net.ts`, {
      packages: { tapeout: `${root}frontend/index.ts` },
      foreign: [root],
    });
    expect(problems.map(asProblem).map(({ loc, help }) => [loc?.line, help?.slice(0, 42)])).toEqual([
      [1, 'leave it out: forward and evaluate of the '],
      [2, 'tapeout itself exports all of it: import {'],
      [3, 'add a method forward(x) { … } that returns'],
      [4, 'is its return missing?'],
    ]);
  });

  it('has no help on members of unrelated classes', () => {
    const folder = folderOf({ 'net.ts': 'class Clock { now = 0; }\nnew Clock().step();\nexport {};\n' });
    const { problems } = readUserProgram(`${folder}/net.ts`, { packages: {}, foreign: [] });
    expect(problems.map(asProblem).map(({ message, help }) => [message, help])).toEqual([
      ["Property 'step' does not exist on type 'Clock'.", null],
    ]);
  });
});

describe('in JavaScript', () => {
  it.each(Object.entries(mistakes))('%s', async (code, { help, js }) => {
    const body = new Function('tapeout', 'x', `const { cat, nn, optim, relu } = tapeout; ${code} return x;`);
    class Net extends nn.Module {
      fc = nn.Linear(2, 2);
      lstm = nn.LSTM(2, 2);
      forward(x: tapeout.Tensor): tapeout.Tensor {
        return body.call(this, tapeout, this.fc(x));
      }
    }
    // `new` of an optimizer works where nothing checks types, once its options are right.
    const e = await compile(defineModel({ model: Net, input: { shape: ['N', 2] } })).then(
      () => null,
      (e: unknown) => e as CompileError,
    );
    expect(e).toBeInstanceOf(CompileError);
    expect(e?.help).toContain(help);
    if (js) expect(e?.message).toContain(js);
  });

  it('the help on values given in place of a shape moves them to where they belong', () => {
    const helpOn = (f: () => unknown): string | null => {
      try {
        f();
      } catch (e) {
        return (e as CompileError).help;
      }
      return 'nothing was thrown';
    };
    const values = (v: unknown) => v as number[];
    expect(helpOn(() => nn.Buffer([1.5, 2]))).toContain('nn.Buffer([2], [1.5, 2])');
    expect(
      helpOn(() =>
        nn.Parameter(
          values([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toContain('nn.Parameter([2, 2], [1, 2, 3, 4])');
    expect(helpOn(() => nn.Parameter(values(3)))).toContain('nn.Parameter([], [3])');
    expect(helpOn(() => nn.Buffer(values([[1], [2, 3]])))).toContain('nn.Buffer([3], [1, 2, 3])');
    expect(helpOn(() => optim.SGD({ lr: '0.1' as never }))).toContain('a number has no quotation marks: 0.1');
  });

  it('a tensor that a list does not have, and a batch in place of the steps', async () => {
    const helpOn = async (forward: (lstm: nn.LSTM, x: tapeout.Tensor) => unknown, more: object = {}) => {
      class Net extends nn.Module {
        lstm = nn.LSTM(2, 2, more);
        forward(x: tapeout.Tensor): tapeout.Tensor {
          return forward(this.lstm, x) as tapeout.Tensor;
        }
      }
      const spec = defineModel({ model: Net, input: { shape: ['N', 3, 2] } });
      const e = await compile(spec).catch((e: unknown) => e);
      return (e as CompileError).help;
    };
    expect(await helpOn((_, x) => tapeout.relu(x.chunk(3, 1)[-1] as tapeout.Tensor))).toContain('list.at(-1)');
    expect(await helpOn((lstm, x) => lstm(x)[0])).toContain('give the layer batchFirst: true for [N,T,2]');
    const turned = await helpOn((lstm, x) => lstm(x.transpose(0, 1))[0], { batchFirst: true });
    expect(turned).toContain('of a fixed number T of steps');
    expect(await helpOn(() => tapeout.relu(...([] as unknown as [tapeout.Tensor])))).toBeNull();
  });
});
