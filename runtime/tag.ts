/** Tags that identify the files of one compilation: 64-bit hashes of their contents. They find mistakes and damage, but do not protect
 *  against an attacker. A WebAssembly module has its tag in a custom section at its end, and the manifest has the tags of all files
 *  and its own. */
import { TapeoutError } from './check.ts';

/** A hash of 16 hexadecimal digits, which changes if any single byte changes. */
export function contentTag(content: Uint8Array | string): string {
  // FNV-1a's step is a bijection of the state, so the first half alone detects any single change.
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (const byte of typeof content === 'string' ? new TextEncoder().encode(content) : content) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte ^ (b >>> 15), 0x5bd1e995);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

export const tagOfJson = (value: object): string => contentTag(JSON.stringify(value));

export const tagSection = 'tapeout';
/** The size of the custom section: 0, its length, the length of its name, its name, the tag. */
export const tagSectionBytes = 3 + tagSection.length + 16;

/** Throws unless the module is the one that the manifest was written for. Given bytes are hashed; a module that was compiled
 *  elsewhere is only checked by its tag. */
export function checkWasmTag(module: WebAssembly.Module, bytes: Uint8Array | null, tag: string | undefined): void {
  const [section] = WebAssembly.Module.customSections(module, tagSection);
  const found = section && new TextDecoder().decode(section);
  if (tag === undefined || found !== tag)
    throw new TapeoutError(
      'bad-wasm',
      `the WebAssembly is of another compilation than the manifest: its tag should be ` +
        `${tag ?? 'one that the manifest lacks'}, and is ${found ?? 'missing'}. ` +
        'Take both from the same one, and see that no cache keeps an old file.',
    );
  if (bytes && contentTag(bytes.subarray(0, bytes.length - tagSectionBytes)) !== tag)
    throw new TapeoutError('bad-wasm', 'the WebAssembly is damaged: its bytes are not those that were compiled.');
}
