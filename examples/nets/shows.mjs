/** What shows that a net has learnt: text that is sampled, pictures. Each prints, and returns files by name. */
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { instantiate } from '../../dist/runtime/index.js';
import { kinds, tasks, text, uniform } from './data.mjs';
import { imagesSvg } from './pictures.mjs';

const prompt = 'You may ';

/** A character drawn by its probability, the logits being divided by the temperature. */
function drawn(/** @type {ArrayLike<number>} */ logits, /** @type {number} */ k, temperature = 0.7) {
  const scaled = Array.from(logits, (l) => l / temperature);
  const most = Math.max(...scaled);
  const weights = scaled.map((l) => Math.exp(l - most));
  let left = uniform(k, 2) * weights.reduce((a, b) => a + b);
  const found = weights.findIndex((w) => {
    left -= w;
    return left < 0;
  });
  return found < 0 ? weights.length - 1 : found;
}
const codes = (/** @type {string} */ s) => Array.from(s, (c) => text.characters.indexOf(c));
const shown = (/** @type {number[]} */ sampled) => {
  const s = sampled.map((code) => text.characters[code]).join('');
  console.log(`\n${s}\n`);
  return [['sample.txt', `${s}\n`]];
};

/** One character at a time through the net `step`, whose state goes in again. */
async function sampleLstm(net, { step }, count = 400) {
  const { wasm, manifest } = await compile(step);
  const one = await instantiate(wasm, manifest, net.stateDict());
  const sampled = codes(prompt);
  const hidden = one.inputs.h.length;
  let [h, c] = [new Float32Array(hidden), new Float32Array(hidden)];
  for (let k = 0; k < sampled.length && k < count; k++) {
    const out = one.forward(Int32Array.of(sampled[k]), h, c);
    [h, c] = [out.h.slice(), out.c.slice()]; // views, until the next call
    if (k === sampled.length - 1) sampled.push(drawn(out.logits, k));
  }
  return shown(sampled);
}

/** The window of the last characters for each next one; before the text there are spaces. */
async function sampleGpt(net, _exported, count = 400) {
  const steps = net.inputs.x.length / net.maxBatch;
  const sampled = codes(prompt);
  while (sampled.length < count) {
    const window = Int32Array.from({ length: steps }, (_, i) => sampled[i] ?? 0);
    const start = Math.max(0, sampled.length - steps);
    window.set(sampled.slice(start));
    const at = Math.min(sampled.length, steps) - 1;
    const out = net.forward(window); // [1, characters, steps]
    sampled.push(
      drawn(
        text.characters.map((_, c) => out[c * steps + at]),
        sampled.length,
      ),
    );
  }
  return shown(sampled);
}

/** What the decoder makes of noise. */
async function sampleVae(net, { decoder }) {
  const { wasm, manifest } = await compile(decoder);
  const half = await instantiate(wasm, manifest);
  half.loadStateDict(net.stateDict());
  const [, noise] = tasks.vae.batch(2 ** 16, 60);
  const out = half.forward(noise);
  const images = Array.from({ length: 60 }, (_, i) => out.slice(i * 784, (i + 1) * 784));
  const rows = Array.from({ length: 5 }, (_, r) => ({ name: '', images: images.slice(r * 12, r * 12 + 12) }));
  return [['samples.svg', imagesSvg('digits that the VAE made of noise', rows)]];
}

/** Digits, the same under noise, and what the net makes of these. */
function cleaned(net) {
  const [noisy, clean] = tasks.unet.held(14);
  const rows = Object.entries({ digits: clean, 'under noise': noisy, cleaned: net.forward(noisy) });
  const split = (/** @type {Float32Array} */ t) =>
    Array.from({ length: 14 }, (_, i) => t.slice(i * 784, (i + 1) * 784));
  return [
    [
      'cleaned.svg',
      imagesSvg(
        'held-out digits',
        rows.map(([name, t]) => ({ name, images: split(t) })),
      ),
    ],
  ];
}

/** How many pairs a threshold tells apart. */
function pairsOf(net) {
  const [a, b, same] = tasks.siamese.held(1000);
  const distances = Array.from({ length: 20 }, (_, i) => {
    const part = (t) => t.subarray((i * t.length) / 20, ((i + 1) * t.length) / 20);
    return [...net.forward(part(a), part(b))];
  }).flat();
  const right = distances.filter((d, i) => d < 0.5 === (same[i] === 1)).length;
  console.log(
    `${((100 * right) / same.length).toFixed(1)}% of 1,000 held-out pairs are nearer than 0.5 if they are one digit`,
  );
}

/** The share of each kind of waves that is recognised. */
function wavesOf(net) {
  const [x, labels] = tasks.conv1d.held(1000);
  const counts = kinds.map(() => [0, 0]);
  for (let i = 0; i < 20; i++) {
    const out = net.forward(x.subarray((i * x.length) / 20, ((i + 1) * x.length) / 20));
    for (let n = 0; n < 50; n++) {
      const scores = out.subarray(n * kinds.length, (n + 1) * kinds.length);
      const count = counts[labels[i * 50 + n]];
      count[1]++;
      if (scores.indexOf(Math.max(...scores)) === labels[i * 50 + n]) count[0]++;
    }
  }
  console.log(kinds.map((kind, i) => `${kind} ${counts[i][0]} of ${counts[i][1]}`).join(', '));
}

export const shows = {
  charlstm: sampleLstm,
  streamlstm: sampleLstm,
  gpt: sampleGpt,
  vae: sampleVae,
  unet: cleaned,
  siamese: pairsOf,
  conv1d: wavesOf,
};
