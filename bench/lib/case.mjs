/** One case's net, weights and data, as files from which PyTorch and fresh processes start. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../dist/runtime/index.js';

/** Pixels of zero mean and unit variance, and labels: the same in every run. */
export function dataFor(
  /** @type {readonly number[]} */ input,
  /** @type {number} */ classes,
  /** @type {number} */ batch,
) {
  let state = 20231123;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const each = input.reduce((product, extent) => product * extent, 1);
  return {
    x: Float32Array.from({ length: batch * each }, () => (2 * random() - 1) * Math.sqrt(3)),
    y: Int32Array.from({ length: batch }, () => Math.floor(random() * classes)),
  };
}

/** Returns the file of weights and data. */
export function writeCase(folder, { wasm, threadedWasm, manifest, weights, threads }, x, y, input) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.wasm'), wasm);
  if (threadedWasm) writeFileSync(join(folder, 'model.threads.wasm'), threadedWasm);
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ manifest, threads }));
  const shapes = new Map(manifest.tensors.map((t) => [t.name, t.shape]));
  const tensors = [
    ...[...weights].map(([name, data]) => [name, { dtype: 'F32', shape: shapes.get(name), data }]),
    ['x', { dtype: 'F32', shape: [y.length, ...input], data: x }],
    ['y', { dtype: 'I32', shape: [y.length], data: y }],
  ];
  const file = join(folder, 'case.safetensors');
  writeFileSync(file, writeSafetensors(tensors));
  return file;
}

/** What `writeCase` wrote there. */
export function readCase(/** @type {string} */ folder) {
  const threadedWasm = join(folder, 'model.threads.wasm');
  const weights = readSafetensors(readFileSync(join(folder, 'case.safetensors')));
  const [x, y] = ['x', 'y'].map((name) => weights.get(name).data);
  weights.delete('x');
  weights.delete('y');
  return {
    net: {
      wasm: readFileSync(join(folder, 'model.wasm')),
      threadedWasm: existsSync(threadedWasm) ? readFileSync(threadedWasm) : null,
      ...JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')),
    },
    weights,
    x,
    y,
  };
}
