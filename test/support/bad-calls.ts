/** Wrong calls on the tiny model, on any device, and the message of each. */
import type { GpuModel, Model } from '../../runtime/index.ts';

const x2 = Float32Array.of(1, 2, 3, 4);
const y2 = Int32Array.of(0, 2);

export const badCalls: Readonly<
  Record<string, readonly [call: (model: Model | GpuModel) => unknown, message: RegExp]>
> = {
  'a typed array of the wrong kind': [
    (model) => model.trainStep(new Float64Array(4) as never, y2),
    /^x must be a Float32Array, but it is a Float64Array\. .*Float32Array\.from\(x\)/,
  ],
  'a plain array': [(model) => model.forward([1, 2] as never), /^x must be a Float32Array, but it is a plain array/],
  'labels as floats': [
    (model) => model.trainStep(x2, new Float32Array(2)),
    /^y must be an? Int32Array, but it is a Float32Array/,
  ],
  'labels as bigints': [
    (model) => model.trainStep(x2, BigInt64Array.of(0n, 2n) as never),
    /^y must be an Int32Array, but it is a BigInt64Array\. Convert it once, outside the loop: Int32Array\.from\(y, Number\)\.$/,
  ],
  'one-hot labels': [
    (model) => model.trainStep(x2, Float32Array.of(1, 0, 0, 0, 0, 1) as never),
    /not one-hot rows: Int32Array\.from\(\{ length: 2 \}, \(_, i\) => y\.indexOf\(1, 3 \* i\) - 3 \* i\)\.$/,
  ],
  'one-hot labels of the right kind': [
    (model) => model.evaluate(x2, Int32Array.of(1, 0, 0, 0, 0, 1)),
    /^y has 6 values, but x holds 2 samples, .* Labels are the indices of classes, not one-hot rows: Int32Array/,
  ],
  'one-hot labels as rows': [
    (model) =>
      model.trainStep(x2, [
        [1, 0, 0],
        [0, 0, 1],
      ] as never),
    /but it is a plain array\. Labels are .*: Int32Array\.from\(y, \(row\) => row\.indexOf\(1\)\)\.$/,
  ],
  'a state dict that went through JSON': [
    (model) => model.loadStateDict(JSON.parse(JSON.stringify({ 'fc.weight': new Float32Array(6) }))),
    /^fc\.weight must be a Float32Array, but it is an Object\. JSON keeps neither maps nor typed arrays: save the bytes/,
  ],
  'a map that went through JSON': [
    (model) => model.loadStateDict(JSON.parse(JSON.stringify(new Map([['fc.weight', 1]])))),
    /^these are missing: fc\.weight\. .* The weights are empty: JSON keeps neither maps/,
  ],
  'a state dict as JSON': [
    (model) => model.loadStateDict('{"fc.weight":{"0":1}}' as never),
    /but they are a string\. JSON keeps neither maps nor typed arrays: save the bytes of model\.toSafetensors\(\)\.$/,
  ],
  'the bytes of a state dict as JSON': [
    (model) => model.loadStateDict(new TextEncoder().encode('{"fc.weight":{"0":1}}')),
    /this is JSON, .* A state dict is saved by model\.toSafetensors\(\), not as JSON\.$/,
  ],
  'no target': [(model) => model.trainStep(x2), /^y must be an? Int32Array, but it is missing.*model\.input\('y'\)/],
  'a part of a sample': [
    (model) => model.forward(new Float32Array(3)),
    /^x has 3 values, which is not a whole number of samples: one sample of \[N,2\] takes 2\./,
  ],
  'a target of the wrong length': [
    (model) => model.trainStep(x2, Int32Array.of(0, 1, 2)),
    /^y has 3 values, but x holds 2 samples, for which y needs 2: its shape is \[N\]\./,
  ],
  'a batch over the maximum': [
    (model) => model.forward(new Float32Array(10)),
    /^a batch of 5 samples is over the maximum of 4 .*larger maxBatch/,
  ],
  'a batch size over the maximum': [(model) => model.trainStep(5), /^a batch of 5 samples is over the maximum of 4/],
  'an empty batch': [(model) => model.trainStep(new Float32Array(0), new Int32Array(0)), /^the batch is empty/],
  'a batch size of 0': [(model) => model.trainStep(0), /^the batch is empty/],
  'half a batch': [(model) => model.trainStep(1.5), /^the batch size must be a whole number from 1 to 4, not 1\.5/],
  'a label outside the classes': [
    (model) => model.trainStep(x2, Int32Array.of(0, 3)),
    /^y\[1\] is 3, but the labels of 3 classes go from 0 to 2\. If the labels count from 1, subtract 1\./,
  ],
  'a negative label': [
    (model) => model.evaluate(x2, Int32Array.of(-100, 0)),
    /^y\[0\] is -100, but the labels of 3 classes/,
  ],
  'a NaN learning rate': [
    (model) => {
      model.lr = Number.NaN;
    },
    /^the learning rate \(lr\) must be a finite number.* NaN/,
  ],
  'an infinite learning rate': [
    (model) => {
      model.scalars.lr = Infinity;
    },
    /^the learning rate \(lr\) must be .* Infinity/,
  ],
  'a learning rate beyond float32': [
    (model) => {
      model.lr = 1e39;
    },
    /^the learning rate \(lr\)/,
  ],
  'an unknown parameter': [
    (model) => model.parameter('fc.wieght'),
    /^unknown parameter 'fc\.wieght'\. Did you mean 'fc\.weight'\?/,
  ],
  'an unknown parameter in a state dict': [
    (model) =>
      model.loadStateDict(
        new Map([
          ['fc.weight', new Float32Array(6)],
          ['conv.bias', new Float32Array(6)],
        ]),
      ),
    /^unknown parameter 'conv\.bias'\. There are: fc\.weight\./,
  ],
  'a missing parameter': [
    (model) => model.loadStateDict({ lr: Float32Array.of(1) }),
    /^these are missing: fc\.weight\./,
  ],
  'a parameter of the wrong length': [
    (model) => model.loadStateDict({ 'fc.weight': new Float32Array(5) }),
    /^the parameter 'fc\.weight' takes 6 values, shape \[3,2\], but 5 were given/,
  ],
  'a parameter of the wrong shape': [
    (model) =>
      model.loadStateDict(
        new Map([['fc.weight', { dtype: 'F32' as const, shape: [2, 3], data: new Float32Array(6) }]]),
      ),
    /^the parameter 'fc\.weight' has the shape \[3,2\], but \[2,3\] was given/,
  ],
  'a parameter as a plain array': [
    (model) => model.loadStateDict({ 'fc.weight': [1, 2, 3, 4, 5, 6] as never }),
    /^fc\.weight must be a Float32Array, but it is a plain array\. Convert it: Float32Array\.from\(…\)\.$/,
  ],
  'no weights': [
    (model) => model.loadStateDict(null as never),
    /^the weights must be arrays by name, or the bytes of a safetensors file, but they are null\.$/,
  ],
  'weights by the name of their file': [
    (model) => model.loadStateDict('weights.safetensors' as never),
    /^the weights must be arrays by name, .* but they are a string\. Read the file: await readFile\(path\)/,
  ],
  'weights as a promise': [
    (model) => model.loadStateDict(Promise.resolve(new Uint8Array(8)) as never),
    /but they are a Promise\. Await it\.$/,
  ],
  'weights as a response': [
    (model) => model.loadStateDict(new Response('') as never),
    /but they are a Response\. Pass its bytes: await it\.arrayBuffer\(\)\.$/,
  ],
  'weights as a blob': [(model) => model.loadStateDict(new Blob([]) as never), /a Blob\. Pass its bytes/],
  'weights as a stream': [
    (model) => model.loadStateDict(new Response('a').body as never),
    /a ReadableStream\. Pass its bytes: await new Response\(it\)/,
  ],
  'weights by their URL': [
    (model) => model.loadStateDict(new URL('file:///w.safetensors') as never),
    /a URL\. Read the file/,
  ],
  'weights as a function': [(model) => model.loadStateDict((() => new Map()) as never), /a function\. Call it/],
  'weights as pairs': [(model) => model.loadStateDict([['a', x2]] as never), /a plain array\. Pass new Map\(entries\)/],
  'weights as floats': [
    (model) => model.loadStateDict(x2 as never),
    /a Float32Array\. A file's bytes are a Uint8Array/,
  ],
  'weights as another model': [(model) => model.loadStateDict(model as never), /Pass its state dict: await/],
  'a page in place of weights': [
    (model) => model.loadStateDict(new TextEncoder().encode('<!doctype html><title>404</title>')),
    /^the weights: this is HTML: the server answered with a page/,
  ],
  'several unknown parameters, and a missing one': [
    (model) => model.loadStateDict({ 'fc.wait': x2, bias: x2, conv: x2 }),
    /^unknown parameters: fc\.wait, bias, conv\. There are: fc\.weight\. These are missing: fc\.weight\. loadStateDict/,
  ],
  'more unknown names than a message holds': [
    (model) =>
      model.loadStateDict(Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`\n${i}`.padEnd(999), x2]))),
    /^unknown parameters: \ufffd0 {70,}…, .*, … \(100000\)\. There are: fc\.weight\..{0,120}$/,
  ],
  'a name of a million characters': [
    (model) => model.loadStateDict({ 'fc.weight': new Float32Array(6), [`${'w'.repeat(1e6)}`]: x2 }),
    /^unknown parameter 'w{79}…'\. There are: fc\.weight\.$/,
  ],
  'a NaN learning rate in a state dict': [
    (model) => model.loadStateDict({ 'fc.weight': new Float32Array(6), lr: Float32Array.of(Number.NaN) }),
    /^the learning rate \(lr\) must be a finite number.* NaN/,
  ],
  'integers that float32 does not hold': [
    (model) =>
      model.loadStateDict({
        'fc.weight': { dtype: 'I64', shape: [3, 2], data: BigInt64Array.of(0n, 1n, 2n, 3n, 2n ** 24n + 1n, 5n) },
      }),
    /^the parameter 'fc\.weight' is f32, which cannot hold 16777217, element 4 of the I64 that was given\.$/,
  ],
  'an unknown input unlike any': [(model) => model.input('q'), /^unknown input 'q'\. There are: x/],
  'an unknown input': [(model) => model.input('X'), /^unknown input 'X'\. Did you mean 'x'\?/],
};
