/** Labels that a loss ignores: what the manifest says of them, and what a host then accepts. */
import { describe, expect, test } from 'vitest';
import { crossEntropy, defineModel, nllLoss, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { parseProgram } from '../ir/text/parse.ts';
import { printProgram } from '../ir/text/print-program.ts';
import { instantiate, instantiateGpu } from '../runtime/index.ts';
import { noGpu } from './support/engines.ts';
import { unless } from './support/left-out.ts';

type Loss = (output: Tensor, target: Tensor) => Tensor;

function net(loss: Loss, target: readonly ('N' | number)[] = ['N']): Promise<Compiled> {
  class Net extends nn.Module {
    fc = nn.Linear(4, target.length > 1 ? 6 : 3);
    forward(x: Tensor) {
      const logits = this.fc(x);
      return target.length > 1 ? logits.view(-1, 3, 2) : logits;
    }
  }
  const spec = defineModel({
    model: Net,
    input: { shape: ['N', 4] },
    target: { shape: target as ['N', ...number[]], dtype: 'i32' },
    loss,
    optimizer: optim.SGD({ lr: 0.1 }),
    maxBatch: 4,
    seed: 1,
  });
  return compile(spec, { target: 'all', verify: true });
}

/** The labels in the manifest, for both targets. */
function told({ manifest }: Compiled): unknown {
  const [wasm, gpu] = [manifest, manifest.webgpu!].map(({ tensors }) => {
    const { range, ignoreIndex } = tensors.find((t) => t.purpose === 'input' && t.dtype === 'i32')!;
    return [range, ignoreIndex];
  });
  expect(gpu).toEqual(wasm);
  return wasm;
}

describe('the manifest has the range of labels, and the one that the loss ignores', () => {
  test.each<[string, Loss, readonly ('N' | number)[] | undefined, unknown]>([
    ['none', (o, t) => crossEntropy(o, t), ['N'], [3, undefined]],
    ["PyTorch's", (o, t) => crossEntropy(o, t, { ignoreIndex: -100 }), ['N'], [3, -100]],
    ['one above the classes', (o, t) => crossEntropy(o, t, { ignoreIndex: 255, labelSmoothing: 0.1 }), ['N'], [3, 255]],
    ['a class', (o, t) => crossEntropy(o, t, { ignoreIndex: 1 }), ['N'], [3, undefined]],
    ['of nllLoss', (o, t) => nllLoss(o.logSoftmax(1), t, { ignoreIndex: -1 }), ['N'], [3, -1]],
    ['with places', (o, t) => crossEntropy(o, t, { ignoreIndex: -100 }), ['N', 2], [3, -100]],
    [
      'of two losses that agree',
      (o, t) => crossEntropy(o, t, { ignoreIndex: -1 }).add(crossEntropy(o, t, { ignoreIndex: -1, reduction: 'sum' })),
      ['N'],
      [3, -1],
    ],
    [
      'of two losses that disagree',
      (o, t) => crossEntropy(o, t, { ignoreIndex: -1 }).add(crossEntropy(o, t, { ignoreIndex: -2 })),
      ['N'],
      [3, undefined],
    ],
    [
      'of a loss beside one that ignores none',
      (o, t) => crossEntropy(o, t, { ignoreIndex: -1 }).add(crossEntropy(o, t)),
      ['N'],
      [3, undefined],
    ],
  ])('%s', async (_, loss, target, expected) => {
    const compiled = await net(loss, target);
    expect(told(compiled)).toEqual(expected);
    const text = compiled.printedWith('plan', { places: false });
    expect(printProgram(parseProgram(text, 'net.tir'), { kernels: true, places: false })).toBe(text);
  });
});

const message = /^y\[1\] is 3, but the labels of 3 classes go from 0 to 2, or -100 for a sample to ignore\./;
const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
const ignoring: Loss = (o, t) => crossEntropy(o, t, { ignoreIndex: -100 });

test('on WebAssembly a label out of range is refused, and the ignored one is ignored', async () => {
  const { wasm, manifest, weights } = await net(ignoring);
  const model = await instantiate(wasm as BufferSource, manifest, weights);
  expect(() => model.trainStep(x, Int32Array.of(0, 3, 1))).toThrow(message);
  const { loss } = model.evaluate(x, Int32Array.of(0, -100, 1));
  const kept = Float32Array.of(...x.subarray(0, 4), ...x.subarray(8));
  expect(loss).toBeCloseTo(model.evaluate(kept, Int32Array.of(0, 1)).loss, 6);
});

test.skipIf(noGpu)(unless(noGpu, 'and on WebGPU'), async () => {
  const { openDevice } = await import('./support/gpu.ts');
  const device = await openDevice();
  const { wgsl, manifest, weights } = await net(ignoring);
  const model = await instantiateGpu(device, wgsl!, manifest, weights);
  expect(() => model.trainStep(x, Int32Array.of(0, 3, 1))).toThrow(message);
  const { loss } = await model.evaluate(x, Int32Array.of(0, -100, 1));
  const kept = Float32Array.of(...x.subarray(0, 4), ...x.subarray(8));
  expect(loss).toBeCloseTo((await model.evaluate(kept, Int32Array.of(0, 1))).loss, 5);
  model.dispose();
  device.destroy();
});
