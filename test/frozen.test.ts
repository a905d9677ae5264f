/** Frozen parameters have no gradients, no state and no updates, and cost nothing; low-rank adapters train beside them, and
 *  merge into them. test/conformance/nets.test.ts compares such nets with PyTorch. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CompileError, defineModel, lora, mergeLora, nn, optim, relu, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import type { EntryName } from '../frontend/pipeline/entries.ts';
import { instantiate, type Model, readSafetensors } from '../runtime/index.ts';

class LeNet extends nn.Module {
  conv1 = nn.Conv2d(1, 6, 5);
  conv2 = nn.Conv2d(6, 16, 5);
  fc1 = nn.Linear(400, 120);
  fc2 = nn.Linear(120, 84);
  fc3 = nn.Linear(84, 10);
  pool = nn.MaxPool2d(2);
  forward(x: Tensor): Tensor {
    const c = this.pool(relu(this.conv2(this.pool(relu(this.conv1(x))))));
    return this.fc3(relu(this.fc2(relu(this.fc1(c.flatten(1))))));
  }
}
class Mlp extends nn.Module {
  a = nn.Linear(6, 8);
  b = nn.Linear(8, 3);
  forward(x: Tensor): Tensor {
    return this.b(relu(this.a(x)));
  }
}

const classes = { shape: ['N'], dtype: 'i32' } as const;
const decaying = optim.SGD({ lr: 0.1, momentum: 0.9, weightDecay: 0.1 });
const lenet = (net: () => nn.Module) =>
  defineModel({
    ...{ model: net, input: { shape: ['N', 1, 32, 32] }, target: classes, loss: nn.CrossEntropyLoss() },
    ...{ optimizer: decaying, maxBatch: 16 },
  });
const mlp = (model: nn.Module | (() => nn.Module), width = 6) =>
  defineModel({
    ...{ model, input: { shape: ['N', width] }, target: classes, loss: nn.CrossEntropyLoss() },
    ...{ optimizer: optim.Adam({ lr: 0.05 }), maxBatch: 16 },
  });
const headless = () => new LeNet().requiresGrad_(false, /^(?!fc3\.)/);

const made = async (spec: ReturnType<typeof mlp>, entries?: EntryName[]) =>
  compile(spec, { verify: true, ...(entries ? { entries } : {}) });
const started = ({ wasm, manifest, weights }: Compiled): Promise<Model> => instantiate(wasm, manifest, weights);
const launchesOf = ({ program }: Compiled, name: EntryName): string[] =>
  program.entries.find((e) => e.name === name)!.launches.map((k) => k.name.replace(/\.\d+$/, ''));
/** Purposes and names of the tensors that training adds to a model. */
const addedTo = ({ manifest }: Compiled): string[] =>
  manifest.tensors.flatMap(({ name, purpose }) => (/gradient|state/.test(purpose) ? [`${purpose} ${name}`] : []));
/** Numbers without a pattern, from 0 to 1. */
const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => (Math.sin(i * 12.9898) * 43758.5453) % 1);
const labels = (n: number, of: number) => Int32Array.from({ length: n }, (_, i) => (i * 7) % of);
const caught = async (f: () => unknown): Promise<CompileError> => {
  try {
    await f();
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
};

describe('LeNet with only its last layer trained', () => {
  let frozen: Compiled;
  beforeAll(async () => {
    frozen = await made(lenet(headless), ['forward', 'train_step']);
  }, 120_000);

  test('computes what forward does, the loss, and the gradients of that layer', () => {
    const [forward, step] = [launchesOf(frozen, 'forward'), launchesOf(frozen, 'train_step')];
    expect(step.slice(0, forward.length)).toEqual(forward);
    expect(step.slice(forward.length).filter((name) => /matmul|conv|pool|bias/.test(name))).toEqual([
      'matmul_fc3.weight',
      'pack_reduce_sum_fc3.bias_add',
      'reduce_sum_fc3.bias',
    ]);
  });

  test('keeps nothing for other gradients: it needs the memory of forward and of the head', async () => {
    const forward = await made(
      lenet(() => new LeNet()),
      ['forward'],
    );
    const head = await made(
      mlp(() => nn.Linear(84, 10), 84),
      ['train_step'],
    );
    const step = await made(lenet(headless), ['train_step']);
    const [all, most] = [step.manifest.arenaBytes, 1.1 * (forward.manifest.arenaBytes + head.manifest.arenaBytes)];
    expect(all).toBeLessThanOrEqual(most);
  });

  test('has optimizer state for that layer alone', () => {
    expect(addedTo(frozen)).toEqual(['state fc3.weight.momentum_buffer', 'state fc3.bias.momentum_buffer']);
  });

  test('changes no bit of the others, even with weight decay', async () => {
    const net = await started(frozen);
    const before = net.stateDict();
    for (let i = 0; i < 3; i++) net.trainStep(noise(4 * 1024), labels(4, 10));
    const changed = [...net.stateDict()].flatMap(([name, now]) => (`${now}` === `${before.get(name)}` ? [] : [name]));
    expect(changed).toEqual(['fc3.weight', 'fc3.bias']);
    expect([...before.keys()]).toEqual(new LeNet().namedParameters().map(([name]) => name));
  });
});

describe('frozen parameters', () => {
  test('have no gradient in separate steps, which resume with the same bits', async () => {
    const compiled = await made(
      mlp(() => new Mlp().requiresGrad_(false, /^a\./)),
      [...(['forward', 'train_step', 'backward', 'zero_grad', 'step'] as const)],
    );
    expect(addedTo(compiled).filter((name) => name.includes('a.'))).toEqual([]);
    const [one, other] = [await started(compiled), await started(compiled)];
    expect(Object.keys(one.gradients)).toEqual(['b.weight', 'b.bias']);
    const [x, y] = [noise(24), labels(4, 3)];
    one.zeroGrad();
    one.backward(x, y);
    one.step();
    other.loadStateDict(readSafetensors(one.toSafetensors({ state: true })));
    expect(other.trainStep(x, y)).toBe(one.trainStep(x, y));
    expect(other.stateDict({ state: true })).toEqual(one.stateDict({ state: true }));
  });

  test('are inputs to the gradients of others', async () => {
    const net = await started(await made(mlp(() => new Mlp().requiresGrad_(false, /^b\./))));
    const before = net.stateDict();
    net.trainStep(noise(24), labels(4, 3));
    const after = net.stateDict();
    expect(after.get('b.weight')).toEqual(before.get('b.weight'));
    expect(after.get('a.weight')).not.toEqual(before.get('a.weight'));
  });

  test('may be a single one, or biases alone', async () => {
    const net = new Mlp();
    net.a.weight.requiresGrad = false;
    expect(net.namedParameters().flatMap(([name, p]) => (p.requiresGrad ? [name] : []))).toEqual([
      ...['a.bias', 'b.weight', 'b.bias'],
    ]);
    const biases = await made(
      mlp(() => new Mlp().requiresGrad_(false, /weight$/)),
      ['train_step'],
    );
    expect(addedTo(biases).filter((name) => name.includes('weight'))).toEqual([]);
    expect(launchesOf(biases, 'train_step').filter((name) => /^(?!pack_).*weight/.test(name))).toEqual([]);
  });

  test('only: the model predicts, and entries that would train it are refused at its line', async () => {
    const spec = mlp(() => new Mlp().requiresGrad_(false));
    const net = await started(await made(spec, ['forward', 'evaluate']));
    expect(net.forward(noise(6)).length).toBe(3);
    for (const entry of ['train_step', 'backward', 'vjp', 'step'] as const) {
      const e = await caught(() => made(spec, [entry]));
      expect(e.code).toBe('all-frozen');
      expect(e.message).toBe(
        `the entry '${entry}' needs a parameter to train, and all 4 parameters of the model are frozen`,
      );
      expect(e.help).toContain('net.b.requiresGrad_()');
      expect(e.loc?.file).toBe(import.meta.filename);
    }
    expect((await caught(() => made(spec))).code).toBe('all-frozen');
    const inputs = await compile(spec, { entries: ['backward', 'zero_grad'], inputGradient: true, verify: true });
    expect(addedTo(inputs)).toEqual(['gradient x']);
  });

  test('leave nothing to train if the loss reads no others', async () => {
    class Unread extends Mlp {
      override forward(x: Tensor): Tensor {
        return this.a(x);
      }
    }
    const e = await caught(() => made(mlp(() => new Unread().requiresGrad_(false, /^a\./))));
    expect(e.code).toBe('no-gradient');
    expect(e.message).toContain('depends on no parameter that is not frozen');
  });

  test('are selected by a pattern that must match some, before forward', async () => {
    const e = await caught(() => new Mlp().requiresGrad_(false, /^backbone\./));
    expect(e.message).toBe('requiresGrad_: names /^backbone\\./ match no parameter of Mlp');
    expect(e.help).toBe('the parameters are a.weight, a.bias, b.weight, b.bias');
    expect(e.loc?.file).toBe(import.meta.filename);
    expect((await caught(() => new Mlp().requiresGrad_(false, 'a' as never))).help).toBe(
      'write it between slashes: /^backbone\\./',
    );
    const net = new Mlp();
    const set = await caught(() => {
      net.a.weight.requiresGrad = 0 as never;
    });
    expect(set.message).toBe('requiresGrad_: requiresGrad must be true or false, got 0');
    class Late extends Mlp {
      override forward(x: Tensor): Tensor {
        this.a.weight.requiresGrad = false;
        return super.forward(x);
      }
    }
    const late = await caught(() => made(mlp(Late as unknown as () => nn.Module)));
    expect(late.code).toBe('too-late');
    expect(late.loc?.file).toBe(import.meta.filename);
    // A pattern with a lastIndex starts again for each name.
    const global = new Mlp().requiresGrad_(false, /weight$/g);
    expect(global.parameters().filter((p) => p.requiresGrad).length).toBe(2);
  });
});

describe('lora', () => {
  const options = { rank: 2, alpha: 3 };
  const adapted = () => lora(new Mlp(), options);
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await made(mlp(adapted));
  }, 120_000);

  test('keeps the names of the net, adds its own, and trains only these', async () => {
    const names = ['a.weight', 'a.bias', 'a.lora_A.weight', 'a.lora_B.weight'];
    const net = await started(compiled);
    expect([...net.stateDict().keys()]).toEqual([...names, ...names.map((name) => name.replace('a', 'b'))]);
    const before = net.stateDict();
    for (let i = 0; i < 2; i++) net.trainStep(noise(24), labels(4, 3));
    for (const [name, now] of net.stateDict())
      expect(`${now}` === `${before.get(name)}`, name).toBe(!/lora/.test(name));
    expect(addedTo(compiled).filter((name) => !/lora|step$/.test(name))).toEqual([]);
    expect(launchesOf(compiled, 'train_step').filter((name) => /^(?!pack_).*_[ab]\.(weight|bias)/.test(name))).toEqual(
      [],
    );
  });

  test('loads the weights of the plain net, and computes the same until it is trained', async () => {
    const plain = await started(await made(mlp(() => new Mlp())));
    const net = await started(compiled);
    const { missingKeys, unexpectedKeys } = net.loadStateDict(plain.stateDict(), { strict: false });
    expect(unexpectedKeys).toEqual([]);
    expect(missingKeys.every((name) => name.includes('lora'))).toBe(true);
    expect(net.forward(noise(24))).toEqual(plain.forward(noise(24)));
  });

  test('merges what was learnt into the plain net: from a state dict, and from a file', async () => {
    const net = await started(compiled);
    for (let i = 0; i < 20; i++) net.trainStep(noise(24), labels(4, 3));
    const plain = await started(await made(mlp(() => new Mlp())));
    const [before, want] = [plain.forward(noise(24)).slice(), net.forward(noise(24)).slice()];
    const given = [net.stateDict(), net.stateDict({ state: true }), net.toSafetensors()];
    for (const [i, state] of given.entries()) {
      plain.loadStateDict(mergeLora(adapted(), state), { strict: i !== 1 });
      const got = plain.forward(noise(24));
      for (const [j, w] of want.entries()) expect(Math.abs(got[j]! - w)).toBeLessThan(2e-6 * Math.max(1, Math.abs(w)));
    }
    expect(Math.max(...want.map((w, i) => Math.abs(w - before[i]!)))).toBeGreaterThan(0.1);
  });

  test('merges initial values, W + B·A·alpha/rank', () => {
    const net = lora(nn.Sequential(nn.Linear(2, 2)), { rank: 1, alpha: 4 });
    const state = net.stateDict();
    state.get('0.weight')!.data.set([1, 2, 3, 4]);
    state.get('0.lora_A.weight')!.data.set([1, -1]);
    state.get('0.lora_B.weight')!.data.set([0.5, 2]);
    const merged = mergeLora(net);
    expect([...merged.keys()]).toEqual(['0.weight', '0.bias']);
    expect(merged.get('0.weight')).toEqual(Float32Array.of(3, 0, 11, -4));
    expect(state.get('0.weight')!.data).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  test('adapts the named layers, once each, and leaves open what else is trained', () => {
    const has = (net: nn.Module) => net.namedParameters().flatMap(([name, p]) => (p.requiresGrad ? [name] : []));
    expect(has(lora(new LeNet(), { rank: 4, targets: /^fc[12]$/ }))).toEqual([
      ...['fc1.lora_A.weight', 'fc1.lora_B.weight', 'fc2.lora_A.weight', 'fc2.lora_B.weight'],
    ]);
    const head = lora(new Mlp(), { rank: 1, targets: ['a'] });
    head.b.requiresGrad_();
    expect(has(head)).toEqual(['a.lora_A.weight', 'a.lora_B.weight', 'b.weight', 'b.bias']);
    const twice = lora(lora(new Mlp(), { rank: 1, targets: ['a'] }), { rank: 3, targets: ['b'] });
    expect(has(twice).length).toBe(4);
    const layer = nn.Linear(3, 3);
    const shared = lora(nn.Sequential(layer, nn.ReLU(), layer), { rank: 1 });
    expect(has(shared)).toEqual(['0.lora_A.weight', '0.lora_B.weight']);
    expect([...mergeLora(shared).keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
  });

  test('reports what is wrong with targets, nets and states', async () => {
    const of = async (f: () => unknown): Promise<string> => {
      const e = await caught(f);
      expect(e.loc?.file).toBe(import.meta.filename);
      return `${e.message}; ${e.help}`;
    };
    expect(await of(() => lora(new LeNet(), { rank: 2, targets: ['fc4'] }))).toBe(
      "lora: targets has 'fc4', and no linear layer has this name; did you mean 'fc1'? the linear layers of LeNet are fc1, fc2, fc3",
    );
    expect(await of(() => lora(new Mlp(), { rank: 2, targets: /conv/ }))).toContain("targets '/conv/' match no linear");
    expect(await of(() => lora(nn.Conv2d(1, 1, 1), { rank: 2 }))).toContain('Conv2d holds no nn.Linear');
    expect(await of(() => lora(adapted(), { rank: 2 }))).toContain("lora: 'a' is adapted already");
    expect(await of(() => lora(new Mlp(), {} as never))).toContain('lora: rank is missing');
    expect(await of(() => lora(Mlp as never, { rank: 2 }))).toContain('lora: net must be a module');
    expect(await of(() => mergeLora(new Mlp()))).toContain('no layer of Mlp is adapted');
    expect(await of(() => mergeLora(adapted(), new Map()))).toContain("it has no 'a.weight'");
    const other = mergeLora(adapted()).set('a.lora_B.weight', new Float32Array(3));
    expect(await of(() => mergeLora(adapted(), other))).toContain("its 'a.lora_B.weight' has 3 numbers");
    class Tied extends nn.Module {
      rows = nn.Embedding(4, 3);
      out = Object.assign(nn.Linear(3, 4), { weight: this.rows.weight });
      forward(x: Tensor): Tensor {
        return this.out(this.rows(x));
      }
    }
    expect(await of(() => mergeLora(lora(new Tied(), { rank: 1 })))).toContain(
      "'out' shares its weight with 'rows.weight'",
    );
  });
});
