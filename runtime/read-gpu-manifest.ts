/** Reads a manifest's part for WebGPU like the rest: field by field, each once. */
import { kindOf, wordBytes } from './check.ts';
import type { Manifest, ManifestCount, ManifestDispatch, ManifestGpu, UntaggedManifest } from './manifest.ts';
import {
  checkEntries,
  checkOwnTag,
  checkPlaces,
  entryIn,
  fail,
  guarded,
  isRecord,
  list,
  readManifest,
  readUntagged,
  shownValue,
  tensorIn,
  text,
  whole,
} from './read-manifest.ts';

/** The manifest with its part for WebGPU, where it has one. Throws TapeoutError as `readManifest` does. */
export function readGpuManifest(given: unknown): Manifest {
  const manifest = readManifest(given);
  const { webgpu, tags, maxBatch } = manifest;
  if (webgpu === undefined) return manifest;
  return guarded(() => {
    const read = gpuIn(webgpu, maxBatch);
    checkOwnTag(withoutHints(read), tags.webgpu);
    return { ...manifest, webgpu: read };
  });
}

/** The same for a manifest without tags. */
export function readUntaggedGpu(given: unknown): UntaggedManifest {
  const manifest = readUntagged(given);
  const { webgpu, maxBatch } = manifest;
  if (webgpu === undefined) return manifest;
  return guarded(() => ({ ...manifest, webgpu: gpuIn(webgpu, maxBatch) }));
}

/** The parts that must not change: callers may change the number of operations to prefer another backend. */
export const withoutHints = ({ operations: _, ...rest }: ManifestGpu): object => rest;

function gpuIn(given: unknown, maxBatch: number): ManifestGpu {
  if (!isRecord(given)) return fail(`must tell of WebGPU in an object, but it is ${kindOf(given)}.`);
  const { operations, arenaBytes, bindingBytes, callBytes, features, tensors, entries } = given;
  if (!Array.isArray(tensors) || !Array.isArray(entries)) return fail('lacks the tensors or the entries for WebGPU.');
  const read: ManifestGpu = {
    operations: number(operations, 'number of operations'),
    arenaBytes: whole(arenaBytes, 'number of arena bytes for WebGPU', 0),
    ...(bindingBytes === undefined ? {} : { bindingBytes: number(bindingBytes, 'number of bytes of a binding') }),
    callBytes: whole(callBytes, 'number of bytes of a call', 16, 65536),
    ...(features === undefined ? {} : { features: list(features, 'features').map((f) => text(f, 'feature')) }),
    entries: [...entries].map((entry) => ({ ...entryIn(entry), dispatches: dispatchesIn(entry) })),
    tensors: [...tensors].map(tensorIn),
  };
  if (read.callBytes % 16 !== 0) fail(`has calls of ${read.callBytes} bytes, which are no multiple of 16.`);
  // A call begins with the batch.
  const call = { where: `the ${read.callBytes} that there are of a call`, from: wordBytes, to: read.callBytes };
  const arena = { where: `the ${read.arenaBytes} that there are`, from: 0, to: read.arenaBytes };
  checkPlaces(
    read.tensors,
    maxBatch,
    ({ purpose }) => (purpose === 'scalar' ? call : arena),
    () => wordBytes,
  );
  checkEntries(read);
  return read;
}

function dispatchesIn(entry: unknown): ManifestDispatch[] {
  const { name, dispatches } = entry as Record<string, unknown>;
  const what = `dispatches of the entry '${String(name)}'`;
  let free = 0;
  return list(dispatches, what).map((given) => {
    if (!isRecord(given)) return fail(`has ${kindOf(given)} among the ${what}.`);
    const { kernel, workgroups, repeat } = given;
    free++;
    const counts = list(workgroups, `workgroups among the ${what}`, 3).map((count) => countIn(count, what));
    if (counts.length !== 3) fail(`has ${counts.length} numbers of workgroups among the ${what}, and not 3.`);
    return {
      kernel: text(kernel, `kernel among the ${what}`),
      workgroups: counts as [ManifestCount, ManifestCount, ManifestCount],
      ...(repeat === undefined ? {} : { repeat: repeatIn(repeat) }),
    };
  });

  /** What is repeated lies among the dispatches, and is not repeated as part of others. */
  function repeatIn(given: unknown): NonNullable<ManifestDispatch['repeat']> {
    if (!isRecord(given)) return fail(`has ${kindOf(given)} as what is repeated of the ${what}.`);
    const launches = whole(given.launches, `number of repeated launches of the ${what}`, 1);
    const times = whole(given.times, `number of turns of the ${what}`, 1);
    if (launches > free) fail(`repeats ${launches} launches of the ${what} where only ${free} come before.`);
    free = 0;
    return { launches, times };
  }
}

function countIn(given: unknown, of: string): ManifestCount {
  const what = `number of workgroups among the ${of}`;
  if (!isRecord(given)) return whole(given, what, 0);
  const { batch, per, times } = given;
  return { batch: whole(batch, what, 0), per: whole(per, what, 1), times: whole(times, what, 0) };
}

/** A number, which is compared with a device's limits later. */
function number(x: unknown, what: string): number {
  return typeof x === 'number' ? x : fail(`has the ${what} ${shownValue(x)}, which must be a number.`);
}
