/** TypeScript declarations of the methods that call a model's entries. */
import type { Manifest, ManifestEntry, ManifestTensor } from '../runtime/manifest.ts';
import { identifier, inComment, propertyKey } from './names.ts';

export interface Calls {
  readonly docs: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
}

const evaluation = '{ loss: number; correct: number | null; output: Output }';

export const onWasm: Calls = {
  docs: {
    forward: 'The outputs for n samples: a view, valid until the next call.',
    evaluate: 'Mean loss, number of correct answers and outputs, without training; one object, refilled by each call.',
    train_step: "Forward, backward and the optimizer's update. Returns the loss.",
    backward: "Adds the gradients of the loss to `gradients`, as PyTorch's loss.backward(). Returns the loss.",
    vjp: "Adds the gradients of the weighted outputs to `gradients`, as PyTorch's out.backward(weights).",
    zero_grad: 'Sets all gradients to zero.',
    step: 'Applies the gradients with the optimizer.',
  },
  results: { forward: 'Output', evaluate: evaluation, train_step: 'number', backward: 'number' },
};

export const onGpu: Calls = {
  docs: {
    forward: 'The outputs for n samples.',
    evaluate: 'Mean loss, number of correct answers and outputs, without training.',
    train_step:
      "Queues forward, backward and the optimizer's update. To read the loss back, await it before 1,024 further steps.",
    backward: "Queues: accumulates the gradients of the loss, as PyTorch's loss.backward().",
    vjp: "Queues: accumulates the gradients of the weighted outputs, as PyTorch's out.backward(weights).",
    zero_grad: 'Queues: sets all gradients to zero.',
    step: 'Queues: applies the gradients with the optimizer.',
  },
  results: {
    forward: 'Promise<Output>',
    evaluate: `Promise<${evaluation}>`,
    train_step: 'PromiseLike<number>',
    backward: 'PromiseLike<number>',
  },
};

export const onAny: Calls = {
  docs: { ...onGpu.docs, train_step: "Forward, backward and the optimizer's update. Await the loss." },
  results: Object.fromEntries(
    Object.entries(onWasm.results).map(([name, t]) => [name, `${t} | ${onGpu.results[name]}`]),
  ),
};

/** The overloads of an entry's method: with its arrays in order, with the same by name, and with only the batch size
 *  for arrays written in place. */
export function method(
  { name, inputs, outputs, leastBatch = 1 }: ManifestEntry,
  manifest: Manifest,
  { docs, results }: Calls,
): string[] {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const ofPurpose = (purpose: string, names: readonly string[]) =>
    names.flatMap((n) => manifest.tensors.find((t) => t.purpose === purpose && t.name === n) ?? []);
  const result = (results[name] ?? 'void').replaceAll('Output', outputType(outputs, manifest));
  const taken = ofPurpose('input', inputs);
  const used = new Set<string>();
  const params = taken.map((t) => {
    const param = identifier(t.name, used);
    used.add(param);
    return { param, tensor: t };
  });
  const lines = [`  /** ${docs[name] ?? inComment(name)}`];
  for (const { param, tensor: t } of params) {
    const ignored = t.ignoreIndex === undefined ? '' : `, or ${t.ignoreIndex} to ignore a sample`;
    const range = t.range === undefined ? '' : `, from 0 to ${t.range - 1}${ignored}`;
    lines.push(`   *  ${param}: ${t.dtype}[${shapeText(t)}]${range}`);
  }
  const doc = `${lines.join('\n')}${lines.length > 1 ? `\n   *  N: ${leastBatch} to ${manifest.maxBatch}` : ''} */`;
  if (taken.length === 0) return [doc, `  ${camel}(): ${result};`];
  const inOrder = params.map(({ param, tensor }) => `${param}: ${arrayName(tensor)}`).join(', ');
  const named = taken.map((t) => `${propertyKey(t.name)}: ${arrayName(t)}`).join('; ');
  return [
    doc,
    `  ${camel}(${inOrder}): ${result};`,
    `  ${camel}(named: { ${named} }): ${result};`,
    `  ${camel}(n: number): ${result};`,
  ];
}

/** The tensors of an entry's results that forward returned, in its order. */
const returnedIn = (results: readonly string[], { tensors }: Manifest): ManifestTensor[] =>
  results
    .filter((name) => name !== 'loss' && name !== 'correct')
    .flatMap((name) => tensors.find((t) => t.purpose === 'output' && t.name === name) ?? []);
/** The tensors that forward returns, in its order; none where no entry does. */
export const returnedBy = (manifest: Manifest): ManifestTensor[] =>
  returnedIn(manifest.entries.find((e) => e.name === 'forward' || e.name === 'evaluate')?.outputs ?? [], manifest);

/** The type of what forward returns. */
function outputType(results: readonly string[], manifest: Manifest): string {
  const { returns } = manifest;
  const outputs = returnedIn(results, manifest);
  if (returns === 'list') return `[${outputs.map((t) => `${t.name}: ${arrayName(t)}`).join(', ')}]`;
  if (returns === 'named') return `{ ${outputs.map((t) => `${propertyKey(t.name)}: ${arrayName(t)}`).join('; ')} }`;
  return outputs[0] ? arrayName(outputs[0]) : 'Float32Array';
}

export const arrayName = ({ dtype }: ManifestTensor): string =>
  ({ f32: 'Float32Array', i32: 'Int32Array', u8: 'Uint8Array', bool: 'Uint8Array' })[dtype];

/** `'N', 1, 32`: the literal types of a shape's extents. */
export const literalShape = ({ shape }: ManifestTensor): string =>
  shape.map((d) => (typeof d === 'number' ? d : d.batch === 1 ? "'N'" : `'${d.batch}N'`)).join(', ');

export const shapeText = (t: ManifestTensor): string => literalShape(t).replaceAll("'", '');
