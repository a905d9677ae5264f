/** Initial values compared with PyTorch's from the same seed: equal bits where they are drawn and scaled, within a few
 *  units in the last place where PyTorch uses f32 functions of its own (an inverse error function, a QR decomposition). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defineModel, manualSeed, nn, type Tensor } from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';

interface Case {
  readonly call: string;
  readonly shape: readonly number[];
  readonly args: readonly number[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly values?: readonly number[];
  readonly next?: number;
  readonly refused?: string;
}
const { cases, gains, about } = JSON.parse(
  readFileSync(new URL('goldens/init/init.json', import.meta.url), 'utf8'),
) as {
  cases: readonly Case[];
  gains: Readonly<Record<string, number>>;
  about: { seed: number };
};
type Fill = (t: nn.Parameter, ...args: unknown[]) => nn.Parameter;
const init = nn.init as unknown as Readonly<Record<string, Fill>>;
const computed = ['truncNormal_', 'orthogonal_'];

describe('PyTorch has', () => {
  test.each(cases)('$call of $shape with $args $options', ({ call, shape, args, options, values, next, refused }) => {
    const p = nn.Parameter(shape, 0.5);
    manualSeed(about.seed);
    const run = () => init[call]!(p, ...args, ...(Object.keys(options).length > 0 ? [options] : []));
    if (refused !== undefined) {
      expect(run).toThrow(call);
      return;
    }
    expect(run()).toBe(p);
    const want = Float32Array.from(values!);
    if (computed.includes(call)) for (const [i, v] of want.entries()) expect(p.data[i]).toBeCloseTo(v, 5);
    else expect(p.data).toEqual(want);
    // The next random numbers.
    const one = nn.init.uniform_(nn.Parameter([1]));
    expect(one.data[0]).toBe(Math.fround(next!));
  });
});

test('gains', () => {
  for (const [of, gain] of Object.entries(gains)) {
    const [name, param = null] = of.split(' ');
    expect(nn.init.calculateGain(name as 'relu', param === null ? null : Number(param)), of).toBeCloseTo(gain, 12);
  }
});

test('a model draws them from its own seed, and trains the parameters they fill', () => {
  class Net extends nn.Module {
    fc = nn.Linear(3, 2);
    constructor() {
      super();
      nn.init.kaimingNormal_(this.fc.weight, { nonlinearity: 'relu' });
      if (this.fc.bias) nn.init.zeros_(this.fc.bias);
    }
    forward(x: Tensor): Tensor {
      return this.fc(x);
    }
  }
  const made = (seed: number) => record(defineModel({ model: Net, input: { shape: ['N', 3] }, seed })).parameters;
  const [[w, b], [again], [other]] = [made(1), made(1), made(2)];
  expect(b!.data).toEqual(new Float32Array(2));
  expect(again!.data).toEqual(w!.data);
  expect(other!.data).not.toEqual(w!.data);
});

test('anything but an f32 parameter or buffer is refused', () => {
  expect(() => init.zeros_!([1, 2] as never)).toThrow('zeros_: tensor must be a parameter or a buffer of f32');
});
