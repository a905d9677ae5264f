/** The declared inputs and targets of a model: shapes and element types, one or several by name. */

import { isBatch, mostBatches, showType, type TensorType, tensor } from '../../ir/type.ts';
import { onBatch } from '../hints.ts';
import { onDType } from '../hints-members.ts';
import { unknownOption } from './arguments.ts';
import { type Extent, toDim } from './dims.ts';
import { showAny, userError } from './trace.ts';

/** A tensor that the host passes in: a shape, in which `'N'` is the batch, and an element type, f32 by default. */
export interface TensorSpec {
  /** Whole numbers, in which `'N'`, the batch, may stand once: `['N', 1, 28, 28]`. */
  readonly shape: readonly Extent[];
  /** `'f32'` unless given; `'i32'` for labels. */
  readonly dtype?: 'f32' | 'i32';
}
/** One tensor, or several by name. */
export type Specs = TensorSpec | Readonly<Record<string, TensorSpec>>;

/** Types by name, in order. */
export type Named = readonly (readonly [name: string, type: TensorType])[];

/** The types that `specs` declares; a single one is named `only`. Throws at the user's line for a bad shape, element type or
 *  name. */
export function namedTypes(what: string, specs: Specs, only: string): Named {
  if (typeof specs !== 'object' || specs === null)
    throw userError('bad-option', `${what} must be { shape: […] }, or several by name, got ${showAny(specs)}`);
  if (Array.isArray(specs))
    throw userError(
      'bad-option',
      `${what} must be { shape: […] }, or several by name, got the list ${showAny(specs)}`,
      {
        help: `write ${what}: { shape: ${showAny(specs)} }`,
      },
    );
  const single = Object.hasOwn(specs, 'shape') && !isSpec(specs.shape);
  const entries = Object.entries(single ? { [only]: specs } : specs) as [string, TensorSpec][];
  return entries.map(([name, spec]) => [name, typeFrom(single ? what : `${what} '${name}'`, name, spec)] as const);
}

const isSpec = (v: unknown): boolean => typeof v === 'object' && v !== null && !Array.isArray(v);
const options = { shape: {}, dtype: {} } as const;

function typeFrom(what: string, name: string, spec: TensorSpec): TensorType {
  const unknown = isSpec(spec) ? Object.keys(spec).find((key) => !Object.hasOwn(options, key)) : undefined;
  if (!isSpec(spec) || !('shape' in spec))
    throw userError('bad-option', `${what} must be { shape: […] }, got ${showAny(spec)}`, {
      help: Array.isArray(spec)
        ? `write { shape: ${showAny(spec)} }`
        : unknown
          ? `it has no shape, but '${unknown}'`
          : null,
    });
  if (unknown !== undefined)
    throw userError('bad-option', unknownOption(what, Object.keys(options), unknown), {
      help: `${what} has a shape, and a dtype where it is not f32: { shape: ['N'], dtype: 'i32' }`,
    });
  const { shape, dtype = 'f32' } = spec;
  if (!/^[A-Za-z_]\w*$/.test(name)) throw userError('bad-option', `${what}: its name must be an identifier`);
  if (dtype !== 'f32' && dtype !== 'i32')
    throw userError('bad-option', `${what}: dtype must be 'f32' or 'i32', got ${showAny(dtype)}`, {
      help: onDType(dtype),
    });
  const dims = Array.isArray(shape) ? shape.map(toDim) : [null];
  if (dims.includes(null) || dims.filter((d) => d !== null && isBatch(d)).length > mostBatches)
    throw userError('bad-option', `${what}: ${showAny(shape)} is not a shape`, {
      help: isBatchElsewhere(shape)
        ? onBatch
        : "a shape is a list of whole numbers, in which 'N', the batch, may occur twice: ['N', 1, 32, 32]",
    });
  return tensor(dtype, dims as never);
}

/** True if a shape begins with the batch as other libraries write it: -1, null, or some string. */
const isBatchElsewhere = (shape: unknown): boolean => {
  const [first, ...others] = Array.isArray(shape) ? shape : [];
  return (
    (first === -1 || first === null || typeof first === 'string') && others.every((e) => Number.isInteger(e) && e >= 0)
  );
};

/** Advice for shapes that do not fit when no input has a batch; null if one has. */
export function onNoBatch(inputs: Named): string | null {
  const found = inputs.find(([, { dtype, shape }]) => dtype === 'f32' && shape.length > 0);
  if (!found || inputs.some(([, { shape }]) => shape.some(isBatch))) return null;
  const [name, type] = found;
  const declared = (extents: readonly unknown[]): string => `{ shape: ['N'${extents.map((e) => `, ${e}`).join('')}] }`;
  const [first, ...others] = type.shape;
  const either = first === 1 && others.length > 0 ? `, or ${declared(others)} if the 1 stands for the batch` : '';
  return `no input has the batch: if '${name}' ${showType(type)} is one sample, declare ${declared(type.shape)}${either}`;
}
