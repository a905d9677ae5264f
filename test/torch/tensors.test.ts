/** Tensors with values: how they are printed and differentiated, what they cost the second time, and that memory is freed. */
import { readFileSync } from 'node:fs';
import * as torch from 'tapeout/torch';
import { describe, expect, test } from 'vitest';

const { nn, optim, tensor } = torch;
const golden = JSON.parse(readFileSync(new URL('../goldens/torch/printed.json', import.meta.url), 'utf8')) as {
  printed: Record<string, { data?: string; range?: number[]; dtype?: 'i32' | 'bool'; text: string }>;
  functions: Record<string, { name: string; next: (string | null)[] }>;
};
const parsed = (text: string): torch.NestedNumbers =>
  JSON.parse(text.replace(/-?(NaN|Infinity)/g, '"$&"'), (_, v) => (typeof v === 'string' ? Number(v) : v));

describe('printing as PyTorch 1.13', () => {
  for (const [name, { data, range, dtype, text }] of Object.entries(golden.printed))
    test(name, () => {
      const count = range?.reduce((a, b) => a * b, 1) ?? 0;
      const scale = range && range.length > 1 ? 4 : 1;
      const t = range
        ? tensor({ data: Float32Array.from({ length: count }, (_, i) => i / scale), shape: range })
        : tensor(parsed(data as string), dtype ? { dtype } : {});
      expect(String(t)).toBe(text);
    });
});

describe('gradFn has the names of PyTorch 1.13', () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  const zeros = torch.zeros(2, 2);
  const functions: Readonly<Record<string, () => torch.Tensor>> = {
    ...{ add: () => x.add(1), sub: () => x.sub(x), mul: () => x.mul(2), div: () => x.div(2), neg: () => x.neg() },
    ...{ pow: () => x.pow(2), exp: () => x.exp(), log: () => x.log(), sqrt: () => x.sqrt(), sin: () => x.sin() },
    ...{ tanh: () => x.tanh(), sigmoid: () => x.sigmoid(), relu: () => x.relu(), abs: () => x.abs() },
    ...{ sum: () => x.sum(), sum1: () => x.sum(1), mean: () => x.mean(), mean1: () => x.mean(1), max: () => x.max() },
    ...{ t: () => x.t(), view: () => x.view(4), reshape: () => x.reshape(4), flatten: () => x.flatten() },
    ...{ permute: () => x.permute(1, 0), transpose: () => x.transpose(0, 1), unsqueeze: () => x.unsqueeze(0) },
    ...{ mm: () => x.mm(x), matmul: () => x.matmul(x), clamp: () => x.clamp(0, 1), softmax: () => x.softmax(1) },
    ...{ logSoftmax: () => x.logSoftmax(1), cat: () => torch.cat([x, x]), stack: () => torch.stack([x, x]) },
    ...{ select: () => x.select(0, 0), expand: () => x.unsqueeze(0).expand(3, 2, 2) },
    linear: () => torch.linear(x, x, x.select(0, 0)),
    crossEntropy: () => torch.crossEntropy(x, tensor([0, 1], { dtype: 'i32' })),
    mseLoss: () => torch.mseLoss(x, zeros),
  };
  for (const [name, f] of Object.entries(functions))
    test(name, () => {
      const { gradFn } = f();
      const { name: want, next } = golden.functions[name] as { name: string; next: (string | null)[] };
      expect(gradFn?.name()).toBe(want);
      const behind = gradFn?.nextFunctions.map(([fn]) => fn?.name() ?? null) ?? [];
      expect(behind.slice(0, next.length)).toEqual(next.slice(0, behind.length));
    });
});

describe('autograd', () => {
  test('gradients add up, and flow through what was computed before', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.mul(x);
    expect(y.tolist()).toEqual([1, 4, 9]);
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([2, 4, 6]);
    x.mul(10).backward(tensor([1, 0, 1]));
    expect(x.grad?.tolist()).toEqual([12, 4, 16]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  test('noGrad, detach and frozen leaves stop gradients', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(torch.noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(x.detach().mul(2).requiresGrad).toBe(false);
    const before = x.mul(3);
    x.requiresGrad_(false);
    expect([before.requiresGrad, x.mul(3).requiresGrad]).toEqual([true, false]);
    before.sum().backward();
    expect(() => tensor([1]).backward()).toThrow('does not require grad and does not have a grad_fn');
    expect(() => before.backward()).toThrow('grad can be implicitly created only for scalar outputs');
  });

  test('createGraph differentiates gradients', () => {
    const x = tensor(3, { requiresGrad: true });
    const [d] = torch.grad(x.pow(3), x, { createGraph: true });
    expect(d.item()).toBe(27);
    d.backward();
    expect(x.grad?.item()).toBe(18);
  });

  test('retainGrad keeps the gradient of what is no leaf', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(3);
    y.retainGrad();
    y.mul(y).sum().backward();
    expect([y.isLeaf, y.grad?.tolist(), x.grad?.tolist()]).toEqual([false, [6, 12], [18, 36]]);
  });

  test('a leaf that requires a gradient is not changed in place, but its data are', () => {
    const w = nn.Parameter([2], [1, 2]);
    expect(() => w.add_(1)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.');
    const y = w.mul(2);
    w.data.sub_(tensor([1, 1]));
    torch.noGrad(() => w.add_(5));
    expect([y.tolist(), w.tolist()]).toEqual([
      [2, 4],
      [5, 6],
    ]);
  });
});

test('data are copied over whatever was there', () => {
  const w = nn.Parameter([2, 2], [NaN, Infinity, 1, 2]);
  w.data.copy_(tensor([5, 6]));
  expect(w.tolist()).toEqual([
    [5, 6],
    [5, 6],
  ]);
});

test('batch norm moves its statistics, and dropout draws anew, in training only', () => {
  torch.manualSeed(1);
  const net = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5));
  const x = torch.randn(8, 3);
  expect(net(x).tolist()).not.toEqual(net(x).tolist());
  const norm = net.children()[0] as InstanceType<typeof nn.BatchNorm1d>;
  expect(norm.running_mean?.data.every((v) => v !== 0)).toBe(true);
  expect(norm.num_batches_tracked?.data[0]).toBe(2);
  net.eval();
  expect(net(x).tolist()).toEqual(net(x).tolist());
  expect(norm.num_batches_tracked?.data[0]).toBe(2);
});

test('labels outside of the classes are refused', () => {
  const loss = torch.crossEntropy(torch.zeros(2, 3), tensor([0, 3], { dtype: 'i32' }));
  expect(() => loss.item()).toThrow('index 3, element 1, is outside of 0 … 2');
});

test('an optimizer takes groups with options of their own, and a rate that changes', () => {
  const [a, b] = [nn.Parameter([1], [1]), nn.Parameter([1], [1])];
  const sgd = new optim.SGD([{ params: [a] }, { params: [b], lr: 1 }], { lr: 0.5 });
  const step = () => {
    sgd.zeroGrad();
    a.add(b).sum().backward();
    sgd.step();
    return [a.item(), b.item()];
  };
  expect(step()).toEqual([0.5, 0]);
  sgd.paramGroups[0]!.lr = 0.25;
  expect(step()).toEqual([0.25, -1]);
  expect(() => new optim.SGD([], { lr: 1 })).toThrow('optimizer got an empty parameter list');
});

test('the state of an optimizer goes to another one', () => {
  const train = (p: InstanceType<typeof nn.Parameter>, o: torch.optim.Optimizer, steps: number): number[] => {
    for (let i = 0; i < steps; i++) {
      o.zeroGrad();
      p.pow(2).sum().backward();
      o.step();
    }
    return Array.from(p.data);
  };
  const all = nn.Parameter([2], [1, -2]);
  const whole = train(all, new optim.Adam([all], { lr: 0.1 }), 6);
  const [p, q] = [nn.Parameter([2], [1, -2]), nn.Parameter([2])];
  const first = new optim.Adam([p], { lr: 0.1 });
  train(p, first, 3);
  q.data.set(p.data);
  const second = new optim.Adam([q], { lr: 0.1 });
  second.loadStateDict(first.stateDict());
  expect(train(q, second, 3)).toEqual(whole);
});

test('constants that vary become arguments: a loop over them compiles three times', () => {
  const x = tensor([1, 2]);
  const { Module } = WebAssembly;
  let modules = 0;
  WebAssembly.Module = class extends Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      super(bytes);
      modules++;
    }
  } as typeof Module;
  try {
    for (let i = 0; i < 20; i++)
      expect(
        x
          .mul(i + 0.5)
          .sub(7)
          .tolist(),
      ).toEqual([i - 6.5, 2 * i - 6]);
  } finally {
    WebAssembly.Module = Module;
  }
  expect(modules).toBe(3);
});

test('small operations run in constant memory, whether or not somebody reads them', () => {
  let x = tensor([0, 1]);
  const turn = (count: number): void => {
    for (let i = 0; i < count; i++) {
      x = x.add(1);
      if (i % 10 === 0) x.tolist();
    }
  };
  turn(20_000);
  const before = process.memoryUsage();
  turn(60_000);
  const after = process.memoryUsage();
  expect(x.tolist()).toEqual([80_000, 80_001]);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(48 * 2 ** 20);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * 2 ** 20);
});

test('tensors and their gradients are freed with what was computed from them', () => {
  const turn = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const x = torch.ones(100_000, { requiresGrad: true });
      x.mul(i).sum().backward();
      expect(x.grad?.select(0, 7).item()).toBe(i);
    }
  };
  turn(20);
  const before = process.memoryUsage().arrayBuffers;
  turn(400);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80 * 2 ** 20);
});
