/** Tags by which the files of one compilation know each other: 64 bits of what each holds. They find mistakes and damage; whoever
 *  means to deceive can make them too. A WebAssembly module has its tag in a custom section at its end, and the manifest has those
 *  of all files beside its own. */
import { TapeoutError } from './check.ts';

/** 16 hexadecimal digits that a change of any one byte changes. */
export function contentTag(content: Uint8Array | string): string {
  // FNV-1a's step maps states one to one, so that the first half alone finds any single change.
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (const byte of typeof content === 'string' ? new TextEncoder().encode(content) : content) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte ^ (b >>> 15), 0x5bd1e995);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

export const tagOfJson = (value: object): string => contentTag(JSON.stringify(value));

export const tagSection = 'tapeout';
/** A custom section: 0, its length, the length of its name, its name, the tag. */
export const tagSectionBytes = 3 + tagSection.length + 16;

/** Throws unless a module is the one that the manifest was written for, where that tells. Of bytes all are compared, of a module
 *  that was compiled elsewhere its tag. */
export function checkWasmTag(module: WebAssembly.Module, bytes: Uint8Array | null, tag: string | undefined): void {
  if (tag === undefined) return;
  const [section] = WebAssembly.Module.customSections(module, tagSection);
  const found = section ? new TextDecoder().decode(section) : 'missing';
  if (found !== tag)
    throw new TapeoutError(
      'bad-wasm',
      `the WebAssembly is of another compilation than the manifest: its tag should be ${tag}, and is ${found}. ` +
        'Take both from the same one, and see that no cache keeps an old file.',
    );
  if (bytes && contentTag(bytes.subarray(0, bytes.length - tagSectionBytes)) !== tag)
    throw new TapeoutError('bad-wasm', 'the WebAssembly is damaged: its bytes are not those that were compiled.');
}
