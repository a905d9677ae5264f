/** The digits that prepare.mjs wrote: a file for training and one for testing, each labels and then images of 28 by 28 bytes. */

const [side, padded] = [28, 32];
const pixels = side * side;
const edge = (padded - side) / 2;

export async function loadDigits(base) {
  const [train, test] = await Promise.all(['train.bin', 'test.bin'].map((name) => read(new URL(name, base))));
  return { train, test };
}

async function read(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const count = bytes.length / (1 + pixels);
  return { labels: bytes.subarray(0, count), images: bytes.subarray(count), count };
}

/** Numbers from 0 to 1, the same ones for the same seed: Mulberry32. */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Batches of a data set in a random order, each a function that fills a model's inputs and says how many samples it put. */
export function* batches({ labels, images, count }, size, next, samples = count) {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (let at = 0; at < Math.min(samples, count); at += size) {
    const batch = order.slice(at, Math.min(at + size, samples, count));
    yield ({ x, y }) => {
      batch.forEach((sample, n) => {
        y[n] = labels[sample];
        for (let row = 0; row < side; row++) {
          const from = sample * pixels + row * side;
          const to = (n * padded + row + edge) * padded + edge;
          for (let column = 0; column < side; column++) x[to + column] = images[from + column] / 255;
        }
      });
      return batch.length;
    };
  }
}
