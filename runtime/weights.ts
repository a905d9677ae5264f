/** The accepted forms of weights, arrays by name or a file's bytes, and the advice on what is often given instead. */
import { bytesOf, type Data, kindOf, notByJson, TapeoutError, tagOf } from './check.ts';
import { readWanted, type StoredTensor } from './safetensors.ts';

/** Parameters by PyTorch's names: arrays, or tensors, whose shapes are checked too, or the bytes of a safetensors file. */
export type StateDict =
  | ReadonlyMap<string, Data | StoredTensor>
  | Readonly<Record<string, Data | StoredTensor>>
  | Uint8Array
  | DataView
  | ArrayBuffer
  | SharedArrayBuffer;

/** The names of a checkpoint's tensors that are no part of the model begin so. */
export const besidesModel = 'tapeout.fit/';

/** The tensors by name; of unwanted tensors of a file the names alone. Throws TapeoutError for other values, and SafetensorsError for
 *  bytes that are not a complete file. */
export function tensorsOf(
  source: StateDict,
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, Data | StoredTensor | null> {
  const bytes = fileBytes(source);
  if (bytes) {
    const tensors = [...readWanted(bytes, 'the weights', isWanted)];
    return new Map(tensors.filter(([name]) => !name.startsWith(besidesModel)));
  }
  const remedy = isPlain(source) ? null : remedyFor(source);
  if (remedy !== null)
    throw new TapeoutError(
      'wrong-array',
      `the weights must be arrays by name, or the bytes of a safetensors file, but they are ${kindOf(source)}.${remedy}`,
    );
  return tagOf(source) === 'Map' ? (source as Map<string, Data>) : new Map(Object.entries(source));
}

function fileBytes(source: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(source)) {
    const isBytes = ['Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'DataView'].includes(tagOf(source));
    return isBytes ? bytesOf(source) : null;
  }
  return ['ArrayBuffer', 'SharedArrayBuffer'].includes(tagOf(source)) ? bytesOf(source as ArrayBuffer) : null;
}

/** True for a map or a plain object, which may hold arrays by name. */
function isPlain(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false;
  if (tagOf(source) === 'Map') return true;
  const prototype = Object.getPrototypeOf(source);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && !has(source, 'then'));
}

const has = (x: object, method: string): boolean => typeof (x as Record<string, unknown>)[method] === 'function';

/** Advice on getting a file's bytes from the given value, as sentences with a leading space. */
export function remedyFor(source: unknown): string {
  if (typeof source === 'string' && source.startsWith('{')) return ` ${notByJson}`;
  if (typeof source === 'string' || source instanceof URL)
    return ' Read the file: await readFile(path) in Node, or await (await fetch(url)).arrayBuffer().';
  if (typeof source === 'function') return ' Call it, and pass what it returns.';
  if (Array.isArray(source)) return ' Pass new Map(entries), or an object of typed arrays by name.';
  if (ArrayBuffer.isView(source)) return " A file's bytes are a Uint8Array; one array needs its name: { name: array }.";
  if (typeof source !== 'object' || source === null) return '';
  if (has(source, 'then')) return ' Await it.';
  if (has(source, 'arrayBuffer')) return ' Pass its bytes: await it.arrayBuffer().';
  if (has(source, 'getReader')) return ' Pass its bytes: await new Response(it).arrayBuffer().';
  if (has(source, 'stateDict')) return ' Pass its state dict: await model.stateDict().';
  return '';
}
