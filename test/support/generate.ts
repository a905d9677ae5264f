/** Small random models for differential tests: a list of numbers decides everything, so that a shorter list or smaller
 *  numbers make a smaller model. */

import * as F from '../../frontend/index.ts';
import { Tensor } from '../../frontend/index.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { type Graph, type Module, makeGraph, type Param, param } from '../../ir/graph.ts';
import { countAt, type Dim, elements, f32, i32, isBatch, N, type Shape } from '../../ir/type.ts';
import type { Optimizer } from '../../passes/update.ts';

/** Decisions, one number after another; zeros once they run out. */
export class Choices {
  readonly #numbers: readonly number[];
  #next = 0;
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }
  below(n: number): number {
    const drawn = this.#numbers[this.#next++] ?? 0;
    return n > 0 ? drawn % n : 0;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  chance(one: number): boolean {
    return this.below(one) === one - 1;
  }
}

export interface RandomModel {
  readonly module: Module;
  readonly optimizer: Optimizer;
  /** The optimizer as on the command line. */
  readonly sgd: string;
  /** Everything that a host provides. */
  readonly params: readonly Param[];
  /** The number of values that an input of indices may take. */
  readonly ranges: ReadonlyMap<Param, number>;
  readonly batches: readonly number[];
}

const sizes = [1, 2, 3, 5, 7, 13, 17];
/** Elements of one sample of any value. */
const most = 700;

/** A model, or null if the ops' type rules accept none of the choices. */
export function modelOf(c: Choices): RandomModel | null {
  try {
    return randomModel(c);
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}

/** `wild` models only compare, choose and move, so that NaN and infinity behave the same at every precision. */
export function randomModel(c: Choices, { wild = false }: { wild?: boolean } = {}): RandomModel {
  const maxBatch = 1 + c.below(9);
  const params: Param[] = [];
  const parameter = (shape: readonly number[]): Tensor => {
    const p = param('parameter', `w${params.length}`, f32(...shape));
    params.push(p);
    return Tensor.of(p);
  };
  const input = (shape: Shape): Tensor => {
    const p = param('input', `x${params.length}`, f32(...shape));
    params.push(p);
    return Tensor.of(p);
  };
  const shapeOf = (t: Tensor): Shape => t.value.type.shape;
  const fixedDims = (t: Tensor): number[] => shapeOf(t).flatMap((d, i) => (isBatch(d) ? [] : [i]));

  const images = c.below(3) > 0;
  const first: Dim[] = images
    ? [c.chance(6) ? 2 : N, 1 + c.below(4), c.of(sizes), c.of(sizes)]
    : [c.chance(6) ? 3 : N, ...Array.from({ length: c.below(3) + (c.chance(4) ? 0 : 1) }, () => c.of(sizes))];
  const pool: Tensor[] = [input(fits(first) ? first : [N, 3])];
  if (c.chance(3)) pool.push(input(shapeOf(pool[0]!)));

  const last = (): Tensor => pool.at(-1)!;
  const any = (): Tensor => (c.below(3) > 0 ? last() : c.of(pool));
  const image = (): Tensor =>
    pool.findLast(
      (t) =>
        t.dim === 4 &&
        !isBatch(shapeOf(t)[1]!) &&
        typeof shapeOf(t)[2] === 'number' &&
        typeof shapeOf(t)[3] === 'number',
    ) ?? last();
  const pairBelow = (n: number): [number, number] => [c.below(n), c.below(n)];
  const oneUp = ([a, b]: [number, number]): [number, number] => [a + 1, b + 1];
  /** A shape that broadcasts to `t`: some dimensions kept, the others 1, or left out in front. */
  const broadcastable = (t: Tensor): number[] => {
    const shape = shapeOf(t).map((d) => (isBatch(d) || c.chance(3) ? 1 : d));
    return shape.slice(c.below(shape.length + 1));
  };

  const moves: readonly (() => Tensor)[] = [
    () => any().relu(),
    () => any().abs(),
    () => any().neg(),
    () =>
      F.maxPool2d(image(), oneUp(pairBelow(3)), {
        stride: oneUp(pairBelow(3)),
        padding: pairBelow(2),
        dilation: oneUp(pairBelow(2)),
        ceilMode: c.chance(2),
      }),
    () => F.maxPool2d(image(), 1 + c.below(3)),
    () => any().amax(c.chance(3) ? null : c.below(4), c.chance(2)),
    () => any().amin(c.below(4), c.chance(2)),
    () => any().max(c.below(4), c.chance(2)).values,
    () => any().argmax(c.below(4)).to('f32'),
    () => any().flatten(c.below(2)),
    () => {
      const t = any();
      const order = shapeOf(t).map((_, d) => d);
      const turn = c.below(order.length);
      return t.permute([...order.slice(turn), ...order.slice(0, turn)]);
    },
    () => any().transpose(c.below(4), c.below(4)),
    () => {
      const t = any();
      const d = c.of(fixedDims(t));
      const extent = shapeOf(t)[d] as number;
      const start = c.below(extent);
      return t.slice(d, start, start + 1 + c.below(extent - start), 1 + c.below(3));
    },
    () => {
      const t = any();
      const amounts = Array.from({ length: t.dim * 2 }, (_, i) =>
        isBatch(shapeOf(t)[t.dim - 1 - (i >> 1)]!) ? 0 : c.below(4) - 1,
      );
      return F.pad(t, amounts, 'constant', c.below(3) - 1);
    },
    () => F.cat([any(), any(), ...(c.chance(3) ? [any()] : [])], c.below(4)),
    () => any().unsqueeze(c.below(3)),
    () => any().view('N', -1),
    () => {
      const t = any();
      return t.view(...t.shape.slice(0, 1), -1, 1 + c.below(4));
    },
    () => F.where(any().gt(c.below(3) - 1), any(), c.below(2)),
    () => {
      const t = any();
      return F.where(t.lt(parameter(broadcastable(t))), t, any());
    },
  ];
  const maths: readonly (() => Tensor)[] = [
    () => any().sigmoid(),
    () => any().tanh(),
    () => any().tanh().exp(),
    () => any().abs().add(0.5).log(),
    () => any().abs().add(0.25).sqrt(),
    () => F.gelu(any(), c.chance(2) ? 'tanh' : 'none'),
    () => F.leakyRelu(any(), 0.2),
    () => any().pow(c.of([2, 3])),
    () => any().clamp(-0.7, 0.9),
    () => any().add(any()),
    () => any().mul(any()),
    () => any().sub(any()),
    () => any().div(any().abs().add(1)),
    () => {
      const t = any();
      return t.mul(parameter(broadcastable(t)));
    },
    () => {
      const t = any();
      return parameter(broadcastable(t)).add(t);
    },
    () => any().sum(c.below(4), c.chance(2)),
    () => any().mean(c.chance(3) ? [0, -1] : c.below(4), c.chance(2)),
    () => any().softmax(c.below(4)),
    () => any().logSoftmax(c.below(4)),
    () => {
      const t = any();
      const out = c.of(sizes);
      return F.linear(t, parameter([out, fixed(shapeOf(t).at(-1))]), c.chance(3) ? null : parameter([out]));
    },
    () => {
      const t = any();
      return F.linear(t, parameter([c.of(sizes), fixed(shapeOf(t).at(-1))]));
    },
    () => any().matmul(any().transpose(-1, -2)),
    () => any().transpose(-1, -2).matmul(any()),
    () => {
      const t = any();
      return parameter([c.of(sizes), fixed(shapeOf(t).at(-2))]).matmul(t);
    },
    ...Array.from({ length: 4 }, () => () => {
      const t = image();
      const channels = fixed(shapeOf(t)[1]);
      const groups = c.chance(3) ? channels : 1;
      const out = groups * (1 + c.below(groups > 1 ? 2 : 7));
      const simple = c.chance(2);
      const [stride, padding, dilation] = simple
        ? ([
            [1, 1],
            [0, 0],
            [1, 1],
          ] as const)
        : [oneUp(pairBelow(3)), pairBelow(3), oneUp(pairBelow(2))];
      const w = parameter([out, channels / groups, ...oneUp(pairBelow(c.chance(3) ? 5 : 3))]);
      return F.conv2d(t, w, c.chance(3) ? null : parameter([out]), stride, padding, dilation, groups);
    }),
    () => F.avgPool2d(image(), oneUp(pairBelow(3)), oneUp(pairBelow(3)), pairBelow(2), c.chance(2), c.chance(2)),
    () => F.maxPool2d(image(), 2).relu(),
    () => F.maxPool2d(image().relu(), 2),
    () => {
      const t = any();
      const shape = shapeOf(t).slice(-1 - c.below(2)) as number[];
      return c.chance(2) ? F.layerNorm(t, shape) : F.layerNorm(t, shape, parameter(shape), parameter(shape));
    },
  ];
  const steps = wild ? moves : [...moves, ...maths, ...maths];

  const wanted = 1 + c.below(8);
  for (let i = 0; i < wanted; i++) {
    const before = params.length;
    const made = attempt(c.of(steps));
    if (made && made.dtype === 'f32' && fits(shapeOf(made))) pool.push(made);
    else params.length = before;
  }

  const output = last();
  const targets: Param[] = [];
  const ranges = new Map<Param, number>();
  const losses: readonly (() => Tensor)[] = [
    () => output.mean(),
    () => output.sum().mul(0.1),
    () => {
      const wide = output.flatten(1);
      const y = param('input', 'y', i32(shapeOf(wide)[0]!));
      ranges.set(y, fixed(shapeOf(wide)[1]));
      const loss = F.crossEntropy(wide, Tensor.of(y), { labelSmoothing: c.chance(3) ? 0.1 : 0 });
      targets.push(y);
      return loss;
    },
    () => {
      const t = param('input', 't', output.value.type);
      const loss = F.mseLoss(output, Tensor.of(t));
      targets.push(t);
      return loss;
    },
    () => output.mul(output).mean().add(c.of(pool).sum().mul(0.25)),
  ];
  const pick = wild ? c.below(2) : c.below(losses.length);
  const loss = attempt(losses[pick]!) ?? output.sum();

  if (c.chance(4)) parameter([3, 2]); // one that nothing uses
  if (!params.some((p) => p.role === 'parameter')) parameter([2]);
  const all = [...params, ...targets];
  const wrt = params.filter((p) => p.role === 'parameter');
  const results = [{ name: 'output', value: output.value }];
  const index = attempt(() => output.argmax(c.below(3)));
  if (index) results.push({ name: 'index', value: index.value });
  const lossResult = { name: 'loss', value: loss.value };
  const graphs: Graph[] = [
    makeGraph('forward', results, all),
    makeGraph('backward', [lossResult], all, {
      kind: 'differentiate',
      of: loss.value,
      seed: null,
      wrt: params,
      then: 'accumulate',
    }),
    makeGraph('train', c.chance(2) ? [lossResult, ...results.slice(0, 1)] : [lossResult], all, {
      kind: 'differentiate',
      of: loss.value,
      seed: null,
      wrt,
      then: 'step',
    }),
  ];
  const options = c.of([
    { lr: 0.1 },
    { lr: 0.05, momentum: 0.9 },
    { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.1 },
    { lr: 0.1, momentum: 0.5, dampening: 0.5 },
  ]);
  return {
    module: { name: 'Random', maxBatch, graphs },
    optimizer: F.optim.SGD(options),
    sgd: `sgd(${Object.entries(options).map(([name, v]) => `${name}=${v}`)})`,
    params: all,
    ranges,
    batches: [...new Set([maxBatch, 1 + c.below(maxBatch)])],
  };
}

/** A pooled convolution with bias and relu, large enough that schedules weave lanes with the pool's window. */
export function pooledConvolution(c: Choices): Module {
  const [channels, out, kernel, pool] = [1 + c.below(3), 1 + c.below(6), 1 + c.below(5), 2 + c.below(2)];
  const size = (): number => kernel - 1 + pool * (2 + c.below(8)) + c.below(2);
  const x = param('input', 'x', f32(N, channels, size(), size()));
  const w = param('parameter', 'w', f32(out, channels, kernel, 1 + c.below(kernel)));
  const b = param('parameter', 'b', f32(out));
  const conv = F.conv2d(Tensor.of(x), Tensor.of(w), Tensor.of(b), c.of([1, 1, 2]));
  const value = F.maxPool2d(c.chance(2) ? conv : conv.relu(), pool).value;
  const graph = makeGraph('forward', [{ name: 'output', value }], [x, w, b]);
  return { name: 'Pooled', maxBatch: 1 + c.below(3), graphs: [graph] };
}

const fits = (shape: Shape): boolean => {
  try {
    elements(shape); // throws if the batch occurs twice
  } catch {
    return false;
  }
  const count = countAt(shape, 1);
  return count > 0 && count <= most;
};

/** Null if the frontend refuses, as it must for most random combinations. */
function attempt<T>(f: () => T): T | null {
  try {
    return f();
  } catch (e) {
    if (e instanceof CompileError || e instanceof Misfit) return null;
    throw e;
  }
}
class Misfit extends Error {}
function fixed(d: Dim | undefined): number {
  if (typeof d !== 'number') throw new Misfit();
  return d;
}

/** mulberry32 */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `smooth`: any number from -2 to 2; `positive`: from 0.1 to 2.1; `unit`: from 0.05 to 0.95; `grid`: quarters, so that sums are exact and equal elements frequent; `wild`: NaN,
 *  infinities and zeros of both signs among the quarters. */
export type Values = 'smooth' | 'positive' | 'unit' | 'grid' | 'wild';

/** The largest number of 32 bits. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/** Elements of each param at batch `n`. Integers are below the param's range, or small. */
export function randomValues(
  { params, ranges }: Pick<RandomModel, 'params' | 'ranges'>,
  values: Values,
  n: number,
  seed: number,
): Map<Param, Float64Array> {
  const next = uniform(seed);
  const quarter = (): number => Math.round(next() * 16 - 8) / 4;
  const special = [Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 18, -(2 ** 18), 1e-40, largest, -largest];
  const draw: Record<Values, () => number> = {
    smooth: () => Math.fround(next() * 4 - 2),
    positive: () => Math.fround(next() * 2 + 0.1),
    unit: () => Math.fround(next() * 0.9 + 0.05),
    grid: quarter,
    wild: () => (next() < 0.15 ? Math.fround(special[Math.floor(next() * special.length)]!) : quarter()),
  };
  const whole = (p: Param): number => {
    const range = ranges.get(p);
    if (range !== undefined) return Math.floor(next() * range);
    return p.type.dtype === 'i32' ? Math.floor(next() * 12) - 4 : Math.floor(next() * (p.type.dtype === 'u8' ? 6 : 2));
  };
  return new Map(
    params.map((p) => [
      p,
      Float64Array.from({ length: countAt(p.type.shape, n) }, () =>
        p.type.dtype === 'f32' ? draw[values]() : whole(p),
      ),
    ]),
  );
}

/** Random decisions; seed 0 takes the first option every time. */
export const seeded = (seed: number): Choices => {
  const next = uniform(seed);
  return new Choices(seed === 0 ? [] : Array.from({ length: 2000 }, () => Math.floor(next() * 5040)));
};
