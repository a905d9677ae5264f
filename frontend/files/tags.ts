/** Tags the parts of a compilation, so that they can be checked to belong together. */
import type { BundleParts } from '../../codegen/bundle.ts';
import { taggedWgsl } from '../../runtime/gpu-tag.ts';
import type { Manifest, ManifestTags, UntaggedManifest } from '../../runtime/manifest.ts';
import { readUntaggedGpu, withoutHints } from '../../runtime/read-gpu-manifest.ts';
import { contentTag, tagOfJson, tagSection, tagSectionBytes } from '../../runtime/tag.ts';

type Code = Pick<BundleParts, 'wasm' | 'threadedWasm' | 'wgsl' | 'featureWgsl'>;

/** The code with its tags, and the manifest that lists them. A manifest that has tags already keeps those of the code present. */
export function tagged(manifest: UntaggedManifest | Manifest, code: Code): Code & { readonly manifest: Manifest } {
  const { wasm, threadedWasm, wgsl, featureWgsl } = code;
  if ('tags' in manifest && manifest.tags) {
    const absent = new Set(Object.entries(code).flatMap(([name, content]) => (content === null ? [name] : [])));
    const left = Object.entries(manifest.tags).filter(([name]) => !absent.has(name));
    return { ...code, manifest: { ...manifest, tags: Object.fromEntries(left) as unknown as ManifestTags } };
  }
  const { webgpu, ...alone } = readUntaggedGpu(manifest);
  const tags = {
    manifest: tagOfJson(alone),
    ...(webgpu ? { webgpu: tagOfJson(withoutHints(webgpu)) } : {}),
    ...(wasm && { wasm: contentTag(wasm) }),
    ...(threadedWasm && { threadedWasm: contentTag(threadedWasm) }),
    ...(wgsl && { wgsl: contentTag(wgsl) }),
    ...(featureWgsl && { featureWgsl: contentTag(featureWgsl) }),
  };
  return {
    manifest: { ...manifest, tags },
    wasm: wasm && taggedWasm(wasm),
    threadedWasm: threadedWasm && taggedWasm(threadedWasm),
    wgsl: wgsl && taggedWgsl(wgsl),
    featureWgsl: featureWgsl && taggedWgsl(featureWgsl),
  };
}

/** The module with its tag appended as a custom section. */
function taggedWasm(wasm: Uint8Array): Uint8Array {
  const text = (s: string) => new TextEncoder().encode(s);
  const section = [0, tagSectionBytes - 2, tagSection.length, ...text(tagSection), ...text(contentTag(wasm))];
  const tagged = new Uint8Array(wasm.length + section.length);
  tagged.set(wasm);
  tagged.set(section, wasm.length);
  return tagged;
}
