/** The tag of shaders, in their first line. */
import { TapeoutError } from './check.ts';
import type { ManifestTags } from './manifest.ts';
import { contentTag } from './tag.ts';

const lineOf = (tag: string): string => `// tapeout ${tag}\n`;

/** The shaders with their tag prepended. */
export const taggedWgsl = (wgsl: string): string => lineOf(contentTag(wgsl)) + wgsl;

/** Throws if the manifest has tags and the shaders are not the ones it was written for. */
export function checkWgslTag(text: string, { wgsl, featureWgsl }: ManifestTags): void {
  if (wgsl === undefined || typeof text !== 'string') return;
  const tag = [wgsl, featureWgsl ?? wgsl].find((t) => text.startsWith(lineOf(t)));
  if (tag === undefined)
    throw new TapeoutError(
      'bad-wgsl',
      `the shaders are of another compilation than the manifest: they should begin with ${lineOf(wgsl).trim()}. ` +
        'Take both from the same one, and see that no cache keeps an old file.',
    );
  if (contentTag(text.slice(lineOf(tag).length)) !== tag)
    throw new TapeoutError('bad-wgsl', 'the shaders are damaged: their text is not the one that was compiled.');
}
