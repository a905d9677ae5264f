/** `tapeout/testing`: what its matchers accept, what they refuse, and their messages. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, crossEntropy, defineModel, linear, nn, optim, relu, type Tensor } from 'tapeout';
import { defineOp, expr, f32, makeGraph, N, op, param } from 'tapeout/ir';
import type { GraphPass } from 'tapeout/passes';
import { matchers, type TextOptions } from 'tapeout/testing';
import 'tapeout/testing/setup';
import { afterAll, describe, expect, test, vi } from 'vitest';

const square = (vjp: (x: Parameters<typeof op.mul>[0], g: Parameters<typeof op.mul>[0]) => unknown) =>
  defineOp({
    name: 'test.square',
    doc: 'x * x.',
    operands: ['x'],
    attrs: {},
    infer: ({ x }) => x,
    compute: ({ x }, at) => expr.mul(x(...at), x(...at)),
    vjp: ({ x }, g) => ({ x: vjp(x, g) as never }),
  });
const right = square((x, g) => op.mul(g, op.add(x, x)));
const wrong = square((x, g) => op.mul(g, x));

class Net extends nn.Module {
  fc = nn.Linear(3, 2);
  forward(x: Tensor): Tensor {
    return this.fc(x.tanh());
  }
}
const model = defineModel({
  model: Net,
  input: { shape: ['N', 3] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: (output, target) => crossEntropy(output, target),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
  maxBatch: 8,
});
const message = async (f: () => unknown): Promise<string> => {
  try {
    await f();
  } catch (e) {
    return (e as Error).message;
  }
  return 'nothing was thrown';
};

describe('toPassGradcheck', () => {
  test('takes ops, functions, layers, losses and models', () => {
    expect(right).toPassGradcheck();
    expect(op.select).toPassGradcheck({ inputs: [{ shape: [5], dtype: 'bool' }, [5], [5]] });
    expect(op.log).toPassGradcheck({ inputs: [{ shape: ['N', 2], min: 0.5, max: 3 }], n: 2 });
    expect(op.reduceSum).toPassGradcheck({ attrs: { dims: [1] } });
    expect(linear).toPassGradcheck();
    expect(crossEntropy).toPassGradcheck({ inputs: [['N', 4], { shape: ['N'], dtype: 'i32' }] });
    expect(nn.CrossEntropyLoss()).toPassGradcheck({
      inputs: { a: { shape: ['N', 4] }, b: { shape: ['N'], dtype: 'i32' } },
    });
    expect(nn.Linear(3, 4)).toPassGradcheck({ inputs: [['N', 3]] });
    expect(Net).toPassGradcheck({ inputs: [['N', 3]] });
    expect(model).toPassGradcheck();
    expect(wrong).not.toPassGradcheck();
  });

  test('names the worst element, how many are wrong, and what is allowed', async () => {
    expect(await message(() => expect(wrong).toPassGradcheck({ inputs: [{ shape: [2], data: [0.5, 3] }] }))).toBe(
      [
        "op 'test.square' fails its gradient check: x[1] of [2]: the gradient is -0.5654322803020477, finite differences give -1.130864560616729",
        '  they differ by 0.565, 0.00000113 is allowed, and 2 of 2 elements are wrong',
        '  at x = 3, cotangents and inputs drawn with seed 0, eps 0.00001',
      ].join('\n'),
    );
    expect(await message(() => expect(square(() => 'none')).toPassGradcheck())).toContain('is 0 (none flows there)');
    expect(await message(() => expect(right).not.toPassGradcheck())).toBe(
      "op 'test.square' passes its gradient check, and was expected to fail it",
    );
  });

  test('tells a kink from a wrong gradient', async () => {
    const at0 = { inputs: [{ shape: [2], data: [0, 1] }] };
    expect(await message(() => expect((x: Tensor) => relu(x)).toPassGradcheck(at0))).toMatch(
      /the function has a kink or a jump here: 0 on the left, 0\.59\d* on the right; draw inputs elsewhere/,
    );
  });

  test('says what it needs', async () => {
    expect(await message(() => expect(nn.Linear(3, 4)).toPassGradcheck())).toContain('give the inputs of Linear');
    expect(await message(() => expect(op.matmul).toPassGradcheck())).toContain('got f32[2,3] for each');
    expect(await message(() => expect(op.argmax).toPassGradcheck({ attrs: { dim: 0 } }))).toContain(
      'its result is i32[3]',
    );
    expect(await message(() => expect(right).toPassGradcheck({ inputs: [[2], [3]] }))).toContain('which takes 1: x');
    expect(await message(() => expect(right).toPassGradcheck({ inputs: [{ shape: ['N'], data: [1, 2] }] }))).toContain(
      "input 'x' has 3 elements at N = 3, but its data has 2",
    );
    expect(await message(() => expect(7).toPassGradcheck())).toContain('takes an op, a function of tensors');
  });
});

describe('toBeCloseToReference', () => {
  test('takes ops, functions, layers, models and compiled models', async () => {
    await expect(right).toBeCloseToReference();
    await expect(op.argmax).toBeCloseToReference({ attrs: { dim: 1 } });
    await expect(op.select).toBeCloseToReference({ inputs: [{ shape: [5], dtype: 'bool' }, [5], [5]] });
    await expect((a: Tensor, b: Tensor) => a.mul(b).softmax(1)).toBeCloseToReference();
    await expect(nn.Linear(3, 4)).toBeCloseToReference({ inputs: [['N', 3]], n: 5 });
    await expect(model).toBeCloseToReference();
    await expect(model).toBeCloseToReference({ entries: ['evaluate', 'train_step'], n: 1, rounds: 3, seed: 5 });
    const compiled = await compile(model, { entries: ['backward', 'step', 'zero_grad', 'forward'] });
    await expect(compiled).toBeCloseToReference({ inputs: [{ shape: ['N', 3], min: -3, max: 3 }] });
  });

  test('notices a pass that changes what a model computes', async () => {
    const doubled: GraphPass = {
      name: 'doubled',
      after: 'canonicalize',
      run: (m) => ({
        ...m,
        graphs: m.graphs.map((g) => ({
          ...g,
          results: g.results.map((r) => (r.name === 'fc.bias' ? { ...r, value: op.add(r.value, r.value) } : r)),
        })),
      }),
    };
    const compiled = await compile(model, { passes: [doubled] });
    expect(await message(() => expect(compiled).toBeCloseToReference())).toMatch(
      /^Net differs from its reference: train_step gives fc\.bias\[\d\] of \[2\] as \S+, the float64 interpreter as \S+\n {2}they differ by \S+, \S+ is allowed, and 2 of 2 elements are wrong\n {2}at N = 3, round 1 of 2, inputs drawn with seed 0$/,
    );
    expect(await message(() => expect(model).toBeCloseToReference({ entries: 'vjp' as never }))).toBe(
      'nothing was thrown',
    );
    expect(await message(() => expect(compiled).toBeCloseToReference({ entries: 'vjp' }))).toBe(
      "the model has no entry 'vjp'; its entries are forward, evaluate, train_step",
    );
  });
});

describe('toMatchGolden', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-golden-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const match = async (
    mode: string,
    text: unknown,
    file: string,
    env: Record<string, string> = {},
    options: TextOptions = {},
  ) => {
    for (const name of ['CI', 'TAPEOUT_BLESS']) vi.stubEnv(name, env[name] ?? '');
    const state = {
      testPath: join(folder, 'a.test.ts'),
      currentTestName: 'a > b c',
      snapshotState: { snapshotUpdateState: mode },
    };
    const verdict = await matchers.toMatchGolden.call(state, text, file || undefined, options);
    vi.unstubAllEnvs();
    return verdict.pass ? 'pass' : verdict.message();
  };
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');

  test('writes a missing file, keeps an equal one, and refuses a different one', async () => {
    expect(await match('new', 'one\n', 'deep/x.tir')).toBe('pass');
    expect(read('deep/x.tir')).toBe('one\n');
    expect(await match('new', 'one\n', 'deep/x.tir')).toBe('pass');
    expect(await match('new', 'two\n', 'deep/x.tir')).toMatch(/x\.tir differs from the actual text/);
    expect(read('deep/x.tir')).toBe('one\n');
    writeFileSync(join(folder, 'crlf.tir'), 'one\r\ntwo\r\n');
    expect(await match('none', 'one\ntwo\n', 'crlf.tir')).toBe('pass');
  });

  test('blesses with vitest -u and TAPEOUT_BLESS, and never in CI', async () => {
    writeFileSync(join(folder, 'b.tir'), 'old\n');
    writeFileSync(join(folder, 'c.tir'), 'old\n');
    expect(await match('none', 'new\n', 'absent.tir', { CI: '1' })).toContain('there is no such file');
    expect(await match('none', 'new\n', 'b.tir', { CI: '1' })).toContain('differs from the actual text');
    expect(await match('all', 'new\n', 'b.tir', { CI: '1' })).toContain('not blessed in CI');
    expect(await match('none', 'new\n', 'b.tir', { CI: '1', TAPEOUT_BLESS: '1' })).toContain('not blessed in CI');
    expect(read('b.tir')).toBe('old\n');
    expect(await match('all', 'new\n', 'b.tir')).toBe('pass');
    expect(await match('new', 'new\n', 'c.tir', { TAPEOUT_BLESS: '1' })).toBe('pass');
    expect([read('b.tir'), read('c.tir')]).toEqual(['new\n', 'new\n']);
    expect(await match('all', 'newer\n', 'b.tir')).toContain(
      'two expectations in this run use this file, with different texts',
    );
  });

  test('names files for the test', async () => {
    expect(await match('new', 'one\n', '')).toBe('pass');
    expect(await match('new', 'two\n', '')).toBe('pass');
    expect([read('goldens/a/a-b-c.tir'), read('goldens/a/a-b-c.2.tir')]).toEqual(['one\n', 'two\n']);
  });

  test('takes models, compiled ones at any stage, and refuses values without a text', async () => {
    expect(await match('new', model, 'model.tir')).toBe('pass');
    expect(read('model.tir')).toMatch(/^tapeout ir 1\nmodule @Net \(N <= 8\) \{\n(.*\n)*? *fused \{/);
    expect(read('model.tir')).not.toContain('testing.test.ts');
    const compiled = await compile(model);
    expect(await match('new', compiled, 'places.tir', {}, { stage: 'recorded', places: true })).toBe('pass');
    expect(read('places.tir')).toMatch(/; test\/extend\/testing\.test\.ts:\d+:\d+\n/);
    expect(await match('new', compiled, 'plan.tir', {}, { stage: 'plan' })).toBe('pass');
    expect(read('plan.tir')).toContain('entry @train_step');
    await expect(match('new', 12, 'x.tir')).rejects.toThrow('toMatchGolden takes a string, a model of defineModel, or');
  });
});

test('the serializer prints graphs, values, kernels and programs', async () => {
  const x = param('input', 'x', f32(N, 2));
  const y = op.relu(x);
  expect(y).toMatchInlineSnapshot(`
    graph @value(%x: f32[N,2]) {
      %value = relu(%x) : f32[N,2]
      return %value
    }
  `);
  expect(makeGraph('g', [{ name: 'y', value: y }])).toMatchInlineSnapshot(`
    graph @g(%x: f32[N,2]) {
      %y = relu(%x) : f32[N,2]
      return %y
    }
  `);
  const { lowered, program } = await compile(
    defineModel({ model: () => nn.ReLU(), input: { shape: ['N', 2] }, maxBatch: 2 }),
  );
  expect(lowered.entries[0]!.launches[0]).toMatchInlineSnapshot(`
    kernel @relu(x: f32[N,2], output: f32[N,2] out) {
      for n in 0..N {
        for j in 0..2 {
          output[n, j] = x[n, j] < 0.0 ? 0.0 : x[n, j]
        }
      }
    }
  `);
  expect(program).toMatchInlineSnapshot(`
    tapeout ir 1
    program @ReLU (N <= 2) {
      entry @forward {
        input   x: f32[N,2]
        output  output: f32[N,2]
        0  @relu(x, output out)
      }

      arena 128 bytes, of which 96 are live at once {
        offset  bytes  purpose  name    type      live
            64     16  input    x       f32[N,2]
            80     16  output   output  f32[N,2]
      }
    }
  `);
});
