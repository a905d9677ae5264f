/** The tag of shaders, in their first line. */
import { TapeoutError } from './check.ts';
import type { ManifestTags } from './manifest.ts';
import { contentTag } from './tag.ts';

const lineOf = (tag: string): string => `// tapeout ${tag}\n`;

/** The shaders with their tag prepended. */
export const taggedWgsl = (wgsl: string): string => lineOf(contentTag(wgsl)) + wgsl;

/** Throws unless the shaders are the ones that the manifest was written for. */
export function checkWgslTag(text: string, { wgsl, featureWgsl }: ManifestTags): void {
  if (typeof text !== 'string') return;
  const tag = [wgsl, featureWgsl].find((t) => t !== undefined && text.startsWith(lineOf(t)));
  if (tag === undefined)
    throw new TapeoutError(
      'bad-wgsl',
      `the shaders are of another compilation than the manifest: they should begin with ` +
        `${wgsl === undefined ? 'a tag that the manifest lacks' : lineOf(wgsl).trim()}. ` +
        'Take both from the same one, and see that no cache keeps an old file.',
    );
  if (contentTag(text.slice(lineOf(tag).length)) !== tag)
    throw new TapeoutError('bad-wgsl', 'the shaders are damaged: their text is not the one that was compiled.');
}
