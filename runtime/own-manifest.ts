/** Readers of the one manifest that a bundle takes: its own. Whoever compiled it wrote it, so that all there is to find out is whether it
 *  was changed since. In a bundle this takes the place of `read-manifest.ts`, which reads manifests of unknown origin. */
import { TapeoutError } from './check.ts';
import type { Manifest } from './manifest.ts';
import { tagOfJson } from './tag.ts';

/** The bundle's own, which its script declares. */
declare const manifest: Manifest;

/** A copy of a manifest that is the bundle's own. Throws TapeoutError for any other. */
export function readManifest(given: unknown): Manifest {
  try {
    // What is compared is what is returned, whatever getters there are.
    const read: Manifest = JSON.parse(JSON.stringify(given));
    const { tags: _, webgpu, ...alone } = read;
    const own = manifest.tags;
    // Whoever wants another backend may say that there is more or less to do.
    const { operations: _hint, ...onGpu } = webgpu ?? {};
    if (own?.manifest === tagOfJson(alone) && (!webgpu || own.webgpu === tagOfJson(onGpu)))
      return { ...read, tags: own };
  } catch {
    // It is no JSON, and so no manifest.
  }
  throw new TapeoutError(
    'bad-manifest',
    'the manifest is damaged or of another bundle. Take the one that index.js exports, as it is.',
  );
}
export { readManifest as readGpuManifest };

// A module of the bundle's tag is the one that the manifest was written for: nothing is left to check.
export const checkModule = (): void => {};
export const checkMemory = (): void => {};
