import { describe, expect, it } from 'vitest';
import { defineModel, manualSeed, nn, optim, relu, type Tensor } from '../../frontend/index.ts';
import { record } from '../../frontend/model/record.ts';
import { cases, f32 } from '../support/pytorch.ts';
import { recordFunction } from '../support/record.ts';
import { Net } from './models.ts';

describe('a module', () => {
  it('is called as a function and is an instance of its class', () => {
    const conv = nn.Conv2d(1, 6, 5);
    expect(typeof conv).toBe('function');
    expect(conv).toBeInstanceOf(nn.Conv2d);
    expect(conv).toBeInstanceOf(nn.Module);
    expect(new nn.Conv2d(1, 6, 5)).toBeInstanceOf(nn.Conv2d);
    expect(conv.weight.shape).toEqual([6, 1, 5, 5]);
  });

  it('can be extended, and has only its own fields', () => {
    class Halved extends nn.Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(0.5);
      }
    }
    const layer = new Halved(3, 2);
    expect(`${layer}`).toBe('Halved(in_features=3, out_features=2, bias=True)');
    expect(Object.keys(layer).sort()).toEqual(['bias', 'inFeatures', 'outFeatures', 'weight']);
  });

  it('may have fields called name and length', () => {
    class Named extends nn.Module {
      name = 'mine';
      length = nn.Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.length(x);
      }
    }
    const m = new Named();
    expect(m.name).toBe('mine');
    expect(m.namedParameters().map(([name]) => name)).toEqual(['length.weight', 'length.bias']);
  });

  it('names parameters as PyTorch does: its own first, arrays and lists by index', () => {
    class Model extends nn.Module {
      layers = [nn.Linear(1, 2), [nn.Linear(2, 1, { bias: false })]];
      scale = nn.Parameter([1]);
      body = nn.Sequential(nn.ReLU(), nn.LayerNorm(2));
      list = nn.ModuleList([nn.Linear(1, 1, false)]);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const names = [
      'scale',
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.0.weight',
      'body.1.weight',
      'body.1.bias',
      'list.0.weight',
    ];
    const model = new Model();
    expect(model.namedParameters().map(([name]) => name)).toEqual(names);
    expect(model.parameters()).toHaveLength(names.length);
    expect([...model.stateDict().keys()]).toEqual(names);
  });

  it('lists a shared parameter once, under its first name', () => {
    class Tied extends nn.Module {
      encode = nn.Linear(3, 3, { bias: false });
      decode = nn.Linear(3, 3);
      again = this.encode;
      constructor() {
        super();
        (this.decode as { weight: nn.Parameter }).weight = this.encode.weight;
      }
      forward(x: Tensor): Tensor {
        return this.again(this.decode(this.encode(x)));
      }
    }
    const model = new Tied();
    expect(model.namedParameters().map(([name]) => name)).toEqual(['encode.weight', 'decode.bias']);
    expect([...model.stateDict().keys()]).toEqual(['encode.weight', 'decode.weight', 'decode.bias', 'again.weight']);
    expect(model.modules()).toHaveLength(3);

    const { parameters } = record(defineModel({ model, input: { shape: ['N', 3] } }));
    expect(parameters.map((p) => p.names)).toEqual([
      ['encode.weight', 'decode.weight', 'again.weight'],
      ['decode.bias'],
    ]);
  });

  it('has embeddings of given rows, frozen by default, and draws no numbers for them', () => {
    manualSeed(3);
    const table = nn.Embedding.fromPretrained([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const trained = nn.Embedding.fromPretrained(nn.Parameter([2, 1], [7, 8]), { freeze: false, paddingIdx: -1 });
    const bag = nn.EmbeddingBag.fromPretrained([[1, 2]], false, 'sum');
    expect([...table.weight.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([table, trained, bag].map((m) => m.weight.requiresGrad)).toEqual([false, true, true]);
    expect(`${table} ${trained} ${bag}`).toBe(
      'Embedding(3, 2) Embedding(2, 1, padding_idx=1) EmbeddingBag(1, 2, mode=sum)',
    );
    const next = nn.Linear(2, 2).weight.data;
    manualSeed(3);
    expect(nn.Linear(2, 2).weight.data).toEqual(next);
    expect(() => nn.Embedding.fromPretrained([[1, 2], [3]])).toThrow('a list of rows of one length');
  });

  it('takes the optional inputs of its forward when it is called', () => {
    const [six, two] = [{ shape: [6], dtype: 'i32' } as const, { shape: [2], dtype: 'i32' } as const];
    const bags = recordFunction([six, two, { shape: [5, 3] }], (x, offsets, weight) =>
      Object.assign(nn.EmbeddingBag(5, 3), { weight })(x, offsets),
    );
    expect(bags.eval.output.type.shape).toEqual([2, 3]);
    expect(() => recordFunction([six, two], (x, y) => nn.Embedding(5, 3)(x, y))).toThrow('too many arguments');
  });

  it('says what to write where PyTorch changes a weight in forward', () => {
    const norm = { maxNorm: 2 } as unknown as { maxNorm: null };
    expect(() => nn.Embedding(5, 3, norm)).toThrow(
      expect.objectContaining({ help: expect.stringContaining('embedding(x, renorm(weight, 2, 0, 2))') }),
    );
    expect(`${nn.Embedding(5, 3, { scaleGradByFreq: true, sparse: true })}`).toBe(
      'Embedding(5, 3, scale_grad_by_freq=True, sparse=True)',
    );
  });

  it('survives a child that refers to its parent', () => {
    class Child extends nn.Module {
      constructor(readonly parent: nn.Module) {
        super();
      }
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    class Parent extends nn.Module {
      layer = nn.Linear(1, 1);
      child = new Child(this);
      forward(x: Tensor): Tensor {
        return this.child(this.layer(x));
      }
    }
    const parent = new Parent();
    expect(parent.parameters()).toHaveLength(2);
    expect(`${parent}`).toContain('(child): Child()');
  });

  it('applies a function, inner modules first, and switches between training and evaluation', () => {
    const model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.ReLU()));
    const met: string[] = [];
    model.apply((m) => void met.push(m.constructor.name));
    expect(met).toEqual(['ReLU', 'Sequential', 'Linear', 'Sequential']);
    expect(
      model
        .eval()
        .modules()
        .map((m) => m.training),
    ).toEqual([false, false, false, false]);
    expect(model.train().children()[0]?.training).toBe(true);
  });
});

describe('print(net)', () => {
  it('of LeNet', () => {
    expect(`${new Net()}`).toBe(cases('net')[0]!.print);
  });

  const zero = { lr: 0.01, momentum: 0.9 };
  const printed: Record<string, unknown> = {
    'nn.Conv2d(3, 8, 3, stride=2, padding=1, groups=1, bias=False)': nn.Conv2d(3, 8, 3, {
      stride: 2,
      padding: 1,
      groups: 1,
      bias: false,
    }),
    'nn.Conv2d(4, 8, (3, 5), padding=(1, 2), dilation=2, groups=2)': nn.Conv2d(4, 8, [3, 5], {
      padding: [1, 2],
      dilation: 2,
      groups: 2,
    }),
    'nn.Linear(7, 3)': nn.Linear(7, 3),
    'nn.Linear(7, 3, bias=False)': nn.Linear(7, 3, { bias: false }),
    'nn.MaxPool2d(2)': nn.MaxPool2d(2),
    'nn.MaxPool2d(3, stride=2, padding=1)': nn.MaxPool2d(3, 2, { padding: 1 }),
    'nn.AvgPool2d(2)': nn.AvgPool2d(2),
    'nn.ReLU()': nn.ReLU(),
    'nn.ReLU(inplace=True)': nn.ReLU({ inplace: true }),
    'nn.LeakyReLU(0.2)': nn.LeakyReLU(0.2),
    'nn.Sigmoid()': nn.Sigmoid(),
    'nn.Tanh()': nn.Tanh(),
    'nn.GELU()': nn.GELU(),
    "nn.GELU(approximate='tanh')": nn.GELU({ approximate: 'tanh' }),
    'nn.Softmax(dim=1)': nn.Softmax({ dim: 1 }),
    'nn.LogSoftmax(dim=-1)': nn.LogSoftmax(-1),
    'nn.Flatten()': nn.Flatten(),
    'nn.LayerNorm(7)': nn.LayerNorm(7),
    'nn.LayerNorm([3, 5])': nn.LayerNorm([3, 5]),
    'nn.Embedding(7, 3)': nn.Embedding(7, 3),
    'nn.Embedding(7, 3, padding_idx=0)': nn.Embedding(7, 3, 0),
    'nn.MSELoss()': nn.MSELoss(),
    'nn.CrossEntropyLoss()': nn.CrossEntropyLoss(),
    'nn.NLLLoss()': nn.NLLLoss(),
    'nn.BCEWithLogitsLoss()': nn.BCEWithLogitsLoss(),
    'nn.Sequential(nn.Flatten(), nn.Linear(4, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 1)))': nn.Sequential(
      nn.Flatten(),
      nn.Linear(4, 2),
      nn.ReLU(),
      nn.Sequential(nn.Linear(2, 1)),
    ),
    'nn.ModuleList([nn.Linear(1, 2), nn.ReLU()])': nn.ModuleList([nn.Linear(1, 2), nn.ReLU()]),
    'torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01, momentum=0.9)': optim.SGD(zero),
    'torch.optim.Adam([torch.zeros(1, requires_grad=True)])': optim.Adam(),
  };
  const later = ['nn.Dropout', 'nn.BatchNorm2d'];
  const wanted = Object.entries(cases('text').find((c) => c.repr)!.repr!);
  it.each(wanted.filter(([python]) => !later.some((l) => python.startsWith(l))))('%s', (python, text) => {
    expect(String(printed[python])).toBe(text);
  });

  it.each([
    [nn.LayerNorm(3, { eps: 1e-12, elementwiseAffine: false }), 'LayerNorm((3,), eps=1e-12, elementwise_affine=False)'],
    [nn.LayerNorm(3, { eps: 1.5e-7 }), 'LayerNorm((3,), eps=1.5e-07, elementwise_affine=True)'],
    [nn.MaxPool2d([2, 3]), 'MaxPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0, dilation=1, ceil_mode=False)'],
    [nn.Embedding(5, 3, { paddingIdx: -2 }), 'Embedding(5, 3, padding_idx=3)'],
    [nn.Bilinear(2, 3, 4), 'Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)'],
    [nn.LocalResponseNorm(2), 'LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)'],
    [nn.Unflatten(1, [2, 3]), 'Unflatten(dim=1, unflattened_size=(2, 3))'],
    [nn.Fold([4, 5], 2), 'Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)'],
    [nn.Unfold([2, 3], { stride: 2 }), 'Unfold(kernel_size=(2, 3), dilation=1, padding=0, stride=2)'],
    [nn.LPPool2d(2, 3, { stride: 2 }), 'LPPool2d(norm_type=2, kernel_size=3, stride=2, ceil_mode=False)'],
    [nn.EmbeddingBag(10, 3), 'EmbeddingBag(10, 3, mode=mean)'],
    [nn.EmbeddingBag(10, 3, 'sum', { paddingIdx: 2 }), 'EmbeddingBag(10, 3, mode=sum, padding_idx=2)'],
    [nn.RReLU(), 'RReLU(lower=0.125, upper=0.3333333333333333)'],
    [nn.LeakyReLU(), 'LeakyReLU(negative_slope=0.01)'],
    [nn.ELU(), 'ELU(alpha=1.0)'],
    [nn.ELU(0.5, true), 'ELU(alpha=0.5, inplace=True)'],
    [nn.SELU(), 'SELU()'],
    [nn.SELU(true), 'SELU(inplace=True)'],
    [nn.CELU(), 'CELU(alpha=1.0)'],
    [nn.CELU(2.5), 'CELU(alpha=2.5)'],
    [nn.SiLU(), 'SiLU()'],
    [nn.SiLU({ inplace: true }), 'SiLU(inplace=True)'],
    [nn.Mish(), 'Mish()'],
    [nn.Softplus(), 'Softplus(beta=1, threshold=20)'],
    [nn.Softplus(2, { threshold: 10 }), 'Softplus(beta=2, threshold=10)'],
    [nn.Softsign(), 'Softsign()'],
    [nn.Softshrink(), 'Softshrink(0.5)'],
    [nn.Hardshrink(0.75), 'Hardshrink(0.75)'],
    [nn.Tanhshrink(), 'Tanhshrink()'],
    [nn.Threshold(0.1, 20), 'Threshold(threshold=0.1, value=20)'],
    [nn.Threshold(0.1, 20, true), 'Threshold(threshold=0.1, value=20, inplace=True)'],
    [nn.Hardswish(true), 'Hardswish()'],
    [nn.Hardsigmoid({ inplace: true }), 'Hardsigmoid()'],
    [nn.Hardtanh(), 'Hardtanh(min_val=-1.0, max_val=1.0)'],
    [nn.Hardtanh(-2.5, 2.5, true), 'Hardtanh(min_val=-2.5, max_val=2.5, inplace=True)'],
    [nn.ReLU6(true), 'ReLU6(inplace=True)'],
    [nn.PReLU(), 'PReLU(num_parameters=1)'],
    [nn.PReLU(3, 0.5), 'PReLU(num_parameters=3)'],
    [nn.GLU(), 'GLU(dim=-1)'],
    [nn.LogSigmoid(), 'LogSigmoid()'],
    [nn.Softmin(1), 'Softmin(dim=1)'],
    [nn.Softmax2d(), 'Softmax2d()'],
    [nn.Identity(), 'Identity()'],
    [nn.ModuleList(), 'ModuleList()'],
  ])('%s', (module, text) => {
    expect(String(module)).toBe(text);
  });
});

describe('initial values', () => {
  it('are PyTorch’s, bit for bit, under manualSeed', () => {
    manualSeed(20240);
    for (const [name, p] of new Net().namedParameters())
      expect(p.data, name).toEqual(f32('lenet.safetensors', `init/${name}`));
  });

  it('come from the model’s own seed, and leave the global generator unchanged', () => {
    const drawn = () => nn.Linear(2, 2).weight.data;
    manualSeed(1);
    const [first, second] = [drawn(), drawn()];
    manualSeed(1);
    expect(drawn()).toEqual(first);
    record(defineModel({ model: Net, input: { shape: ['N', 1, 32, 32] }, seed: 5 }));
    expect(drawn()).toEqual(second);
  });

  it('may be given', () => {
    expect([...nn.Parameter([2, 2], 3).data]).toEqual([3, 3, 3, 3]);
    expect([...nn.Parameter([2], [1, 2]).data]).toEqual([1, 2]);
    expect([...nn.Parameter([2]).data]).toEqual([0, 0]);
  });
});

describe('a layer', () => {
  class Free extends nn.Module {
    blocks: nn.Linear[] = [];
    constructor(depth: number) {
      super();
      for (let i = 0; i < depth; i++) this.blocks.push(nn.Linear(4, 4));
    }
    forward(x: Tensor): Tensor {
      let h = x;
      for (const [i, block] of this.blocks.entries()) h = i % 2 ? relu(block(h)) : block(h).add(h);
      return h;
    }
  }
  it('may be called in a loop and under a condition', () => {
    const recording = record(defineModel({ model: () => new Free(3), input: { shape: ['N', 4] } }));
    expect(recording.parameters.map((p) => p.param.name)).toEqual(
      [0, 1, 2].flatMap((i) => [`blocks.${i}.weight`, `blocks.${i}.bias`]),
    );
    expect(recording.name).toBe('Free');
  });
});
