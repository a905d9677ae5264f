/** A loaded model in a few lines, for `console.log`, and as JSON. */
import { brief, elementsAt, listed, showShape } from './check.ts';
import type { Manifest, ManifestTensor, Purpose } from './manifest.ts';
import { type EntryName, methods } from './port.ts';

/** The method by which Node prints a value; a symbol like any other elsewhere. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

const withPurpose = ({ tensors }: Manifest, purpose: Purpose): ManifestTensor[] =>
  tensors.filter((t) => t.purpose === purpose);
const typeText = ({ dtype, shape }: ManifestTensor): string => `${dtype}${showShape(shape)}`;

/** The value of a model for `JSON.stringify`: its inputs, outputs and parameters, without their values. */
export function summaryOf(manifest: Manifest, backend: 'wasm' | 'webgpu'): object {
  const types = (purpose: Purpose) =>
    Object.fromEntries(withPurpose(manifest, purpose).map((t) => [t.name, typeText(t)]));
  const { name, maxBatch } = manifest;
  const [inputs, outputs, parameters] = [types('input'), types('output'), types('parameter')];
  return { name, backend, maxBatch, inputs, outputs, parameters };
}

export function textOf(manifest: Manifest, where: string): string {
  const parameters = withPurpose(manifest, 'parameter');
  const count = parameters.reduce((sum, t) => sum + elementsAt(t.shape, 1), 0);
  const inputs = withPurpose(manifest, 'input').map((t) => `${t.name}: ${typeText(t)}`);
  const calls = manifest.entries.map((e) => `${methods[e.name as EntryName] ?? e.name}(${listed(e.inputs)})`);
  return [
    `${brief(manifest.name)}, a model on ${where}, batches of 1 to ${manifest.maxBatch}`,
    `  ${count} parameters in ${parameters.length} tensors: ${listed(parameters.map((t) => t.name))}`,
    `  takes ${listed(inputs)}`,
    `  has ${listed(calls)}`,
  ].join('\n');
}
