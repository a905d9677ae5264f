/** Reads the one manifest that a bundle accepts: its own. The compiler wrote it, so it only checks that it was not changed. In bundles
 *  this replaces `read-manifest.ts`, which reads manifests of unknown origin. */
import { TapeoutError } from './check.ts';
import type { Manifest } from './manifest.ts';
import { tagOfJson } from './tag.ts';

/** The bundle's own manifest, defined by its script. */
declare const manifest: Manifest;

/** A copy of a manifest that is the bundle's own. Throws TapeoutError for any other. */
export function readManifest(given: unknown): Manifest {
  try {
    // Compare exactly what is returned, even if there are getters.
    const read: Manifest = JSON.parse(JSON.stringify(given));
    const { tags: _, webgpu, ...alone } = read;
    const own = manifest.tags;
    // Callers may change the number of operations to prefer another backend.
    const { operations: _hint, ...onGpu } = webgpu ?? {};
    if (own.manifest === tagOfJson(alone) && (!webgpu || own.webgpu === tagOfJson(onGpu)))
      return { ...read, tags: own };
  } catch {
    // It is not JSON, so it is not a manifest.
  }
  throw new TapeoutError(
    'bad-manifest',
    'the manifest is damaged or of another bundle. Take the one that index.js exports, as it is.',
  );
}
export { readManifest as readGpuManifest };

// A module with the bundle's tag is the one that the manifest was written for: nothing else needs checking.
export const checkModule = (): void => {};
export const checkMemory = (): void => {};
