/** Reads a manifest of unknown origin, field by field, each once. The result is complete and consistent, and lies in the memory that it
 *  describes. Any input gives that or a TapeoutError, quickly. */
import {
  arrayOf,
  brief,
  elementsAt,
  hasBatch,
  kindOf,
  manifestVersion,
  pageBytes,
  showShape,
  TapeoutError,
} from './check.ts';
import type {
  Manifest,
  ManifestDim,
  ManifestEntry,
  ManifestTags,
  ManifestTensor,
  Purpose,
  UntaggedManifest,
} from './manifest.ts';
import { type EntryName, methods } from './port.ts';
import { tagOfJson } from './tag.ts';

const [mostPages, mostDims, mostThreadsTold] = [65536, 64, 64];
/** The limit of maxBatch; IR texts have the same. */
const largestBatch = 2 ** 29;

/** The manifest, with the part for the WebAssembly checked and the rest as it is. Throws TapeoutError for an unsupported version, for
 *  parts that contradict each other, and for a manifest that was changed or has no tags. */
export const readManifest = (given: unknown): Manifest =>
  guarded(() => {
    const { read, tags, others } = manifestIn(given);
    const known = tagsIn(tags);
    checkOwnTag(read, known.manifest);
    // Fields that do not concern the WebAssembly are kept as they are.
    return { ...others, ...read, tags: known };
  });

/** The same for a manifest without tags. */
export const readUntagged = (given: unknown): UntaggedManifest =>
  guarded(() => {
    const { read, others } = manifestIn(given);
    return { ...others, ...read };
  });

/** The result of `read`. Any error, such as from a getter, becomes a TapeoutError. */
export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TapeoutError) throw error;
    throw new TapeoutError('bad-manifest', `the manifest cannot be read: ${brief(String(error))}`, { cause: error });
  }
}

/** Throws unless what was read has this tag. */
export function checkOwnTag(read: object, tag: string | undefined): void {
  if (tag === undefined) fail(`lacks tags, by which it knows its code. ${asItIs}`);
  if (tagOfJson(read) !== tag) fail(`is damaged: it is not the one that was compiled. ${asItIs}`);
}
const asItIs = 'Take it from the bundle as it is, or compile again.';

export function fail(problem: string): never {
  throw new TapeoutError('bad-manifest', `the manifest ${problem}`);
}

/** Throws unless the module exports what the manifest promises, and imports nothing except the memory that threads share. */
export function checkModule(module: WebAssembly.Module, { entries }: Manifest, memory: 'own' | 'shared' = 'own'): void {
  const refuse = (problem: string): never => {
    throw new TapeoutError(
      'bad-wasm',
      `the WebAssembly does not match the manifest: ${problem} Take both from the same compilation.`,
    );
  };
  const imports = WebAssembly.Module.imports(module).map(({ module, name }) => ({ module, name }));
  const isShared = (i: { module: string; name: string }) => i.module === 'tapeout' && i.name === 'memory';
  if (memory === 'shared' && !imports.some(isShared)) refuse('it is not the module for several threads.');
  const wanted = imports.find((i) => memory === 'own' || !isShared(i));
  if (wanted) refuse(`it imports ${wanted.module}.${wanted.name}.`);
  const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (exported.get('memory') !== 'memory') refuse('it exports no memory.');
  for (const { name } of entries) if (exported.get(name) !== 'function') refuse(`it exports no function '${name}'.`);
}

/** Throws unless a module's memory is as large as the manifest says. */
export function checkMemory({ byteLength }: ArrayBuffer, { pages }: Manifest): void {
  if (byteLength < pages * pageBytes)
    throw new TapeoutError(
      'bad-wasm',
      `the WebAssembly has ${byteLength / pageBytes} pages of memory, but the manifest counts on ` +
        `${pages}. Take both from the same compilation.`,
    );
}

/** What was read of a manifest, what it gives as its tags, and what it has besides. */
function manifestIn(given: unknown): {
  readonly read: UntaggedManifest;
  readonly tags: unknown;
  readonly others: object;
} {
  if (!isRecord(given)) fail(`must be an object, but it is ${kindOf(given)}.`);
  const { tapeout, name, maxBatch, pages, arenaBytes, threads, returns, tensors, entries, tags, ...others } = given;
  if (tapeout !== manifestVersion) fail(versionProblem(tapeout));
  if (!Array.isArray(tensors) || !Array.isArray(entries)) fail('lacks its tensors or its entries.');
  const samples = whole(maxBatch, 'maxBatch', 1, largestBatch);
  const memory = whole(pages, 'number of pages', 0, mostPages);
  const read: UntaggedManifest = {
    tapeout: manifestVersion,
    name: text(name, 'name'),
    maxBatch: samples,
    pages: memory,
    arenaBytes: whole(arenaBytes, 'number of arena bytes', 0, memory * pageBytes),
    ...(threads === undefined ? {} : { threads: whole(threads, 'number of threads', 1, mostThreadsTold) }),
    ...(returns === undefined ? {} : { returns: returnsIn(returns) }),
    entries: [...entries].map(entryIn),
    tensors: [...tensors].map(tensorIn),
  };
  const where = `the memory of ${memory} pages`;
  checkPlaces(read.tensors, samples, () => ({ where, from: 0, to: memory * pageBytes }), narrowBytes);
  checkEntries(read);
  return { read, tags, others };
}

function versionProblem(version: unknown): string {
  if (version === undefined) return "has no version: is it Tapeout's manifest.json, parsed?";
  const [has, reads] = [`has version ${shownValue(version)}`, `this runtime reads version ${manifestVersion}`];
  const again = 'ompile the model again with the Tapeout that this runtime comes from.';
  return typeof version === 'number' && version > manifestVersion
    ? `is of a newer Tapeout: it ${has}, and ${reads}. Update this one (npm install tapeout@latest), load the model by its ` +
        `bundle's own index.js, or c${again}`
    : `${has}, but ${reads}. C${again}`;
}

const purposes: readonly Purpose[] = ['parameter', 'gradient', 'state', 'scalar', 'input', 'output', 'temp'];
const isPurpose = (x: unknown): x is Purpose => purposes.includes(x as Purpose);
const isKnownType = (x: unknown): x is ManifestTensor['dtype'] => typeof x === 'string' && Object.hasOwn(arrayOf, x);

export function tensorIn(given: unknown): ManifestTensor {
  if (!isRecord(given)) fail(`has a tensor that is ${kindOf(given)}.`);
  const { name, purpose, dtype, shape, offset, range, ignoreIndex, initial } = given;
  const called = text(name, 'name of a tensor');
  const of = (what: string) => `${what} of '${brief(called)}'`;
  if (!isPurpose(purpose)) fail(`gives '${brief(called)}' the purpose ${shownValue(purpose)}, which there is not.`);
  if (!isKnownType(dtype))
    fail(`gives '${brief(called)}' the dtype ${shownValue(dtype)}, which this runtime does not know.`);
  const dims = list(shape, of('shape'), mostDims).map((d) => dimIn(d, of('extent')));
  if (dims.filter((d) => typeof d !== 'number').length > 2)
    fail(`gives '${brief(called)}' the shape ${showShape(dims)}, which holds the batch more than twice.`);
  return {
    name: called,
    purpose,
    dtype,
    shape: dims,
    offset: whole(offset, of('offset'), 0),
    ...(range === undefined ? {} : { range: whole(range, of('range'), 0) }),
    ...(ignoreIndex === undefined ? {} : { ignoreIndex: finite(ignoreIndex, of('ignoreIndex')) }),
    ...(initial === undefined ? {} : { initial: finite(initial, of('initial value')) }),
  };
}

function returnsIn(given: unknown): 'list' | 'named' {
  if (given === 'list' || given === 'named') return given;
  return fail(`returns outputs as ${shownValue(given)}, which is neither 'list' nor 'named'.`);
}

function dimIn(given: unknown, what: string): ManifestDim {
  return isRecord(given) ? { batch: whole(given.batch, what, 1) } : whole(given, what, 0);
}

export function entryIn(given: unknown): ManifestEntry {
  if (!isRecord(given)) fail(`has an entry that is ${kindOf(given)}.`);
  const { name, inputs, outputs, leastBatch, carried } = given;
  const called = text(name, 'name of an entry');
  if (!Object.hasOwn(methods, called)) fail(`has the entry '${brief(called)}', which this runtime does not know.`);
  const names = (ports: unknown, what: string): string[] =>
    list(ports, `${what} of the entry '${called}'`).map((port) => text(port, what));
  return {
    name: called,
    inputs: names(inputs, 'inputs'),
    outputs: names(outputs, 'outputs'),
    ...(leastBatch === undefined ? {} : { leastBatch: whole(leastBatch, 'least batch of an entry', 1, largestBatch) }),
    ...(carried === undefined ? {} : { carried: carriedIn(carried) }),
  };

  function carriedIn(given: unknown): NonNullable<ManifestEntry['carried']> {
    if (!isRecord(given)) return fail(`has ${kindOf(given)} as the carried state of the entry '${called}'.`);
    return { reads: names(given.reads, 'state that is read'), writes: names(given.writes, 'state that is written') };
  }
}

/** The tags, unchecked: each is compared where it is used. */
function tagsIn(given: unknown = {}): ManifestTags {
  if (!isRecord(given)) return fail(`has tags that are ${kindOf(given)}.`);
  return Object.fromEntries(
    Object.entries(given).map(([of, tag]) => [of, text(tag, 'tag')]),
  ) as unknown as ManifestTags;
}

const narrowBytes = ({ dtype }: ManifestTensor): number => arrayOf[dtype].BYTES_PER_ELEMENT;

export interface Room {
  readonly where: string;
  readonly from: number;
  readonly to: number;
}

/** Throws unless each tensor has a unique name, and is aligned, within its memory, and disjoint from all others. */
export function checkPlaces(
  tensors: readonly ManifestTensor[],
  maxBatch: number,
  roomOf: (t: ManifestTensor) => Room,
  bytesOf: (t: ManifestTensor) => number,
): void {
  const names = new Set<string>();
  const spans: { readonly tensor: ManifestTensor; readonly room: Room; readonly end: number }[] = [];
  for (const tensor of tensors) {
    const { name, purpose, shape, offset } = tensor;
    // Tensors that share a state dict must have different names.
    const kind = saved.includes(purpose) ? 'saved tensor' : purpose;
    if (names.has(`${kind} ${name}`)) fail(`has the ${purpose} '${brief(name)}' twice.`);
    names.add(`${kind} ${name}`);
    const [room, bytes] = [roomOf(tensor), bytesOf(tensor)];
    const end = offset + elementsAt(shape, maxBatch) * bytes;
    if (!(offset >= room.from && end <= room.to) || offset % bytes !== 0)
      fail(`puts '${brief(name)}' at bytes ${offset} to ${end}, outside ${room.where} or unaligned.`);
    if (purpose !== 'temp' && end > offset) spans.push({ tensor, room, end });
  }
  spans.sort((a, b) => a.tensor.offset - b.tensor.offset || a.end - b.end);
  const last = new Map<number, (typeof spans)[number]>();
  for (const span of spans) {
    // A call's bytes are separate from the arena's.
    const before = last.get(span.room.from);
    if (before && span.tensor.offset < before.end && !isOneValue(before.tensor, span.tensor))
      fail(
        `puts '${brief(span.tensor.name)}' at bytes ${span.tensor.offset} to ${span.end}, into ` +
          `'${brief(before.tensor.name)}', which ends at ${before.end}.`,
      );
    if (!before || span.end >= before.end) last.set(span.room.from, span);
  }
}
const saved: readonly Purpose[] = ['parameter', 'state', 'scalar'];

/** True for two outputs that are the same value, and so share memory. */
const isOneValue = (a: ManifestTensor, b: ManifestTensor): boolean =>
  a.purpose === 'output' &&
  b.purpose === 'output' &&
  a.offset === b.offset &&
  a.dtype === b.dtype &&
  showShape(a.shape) === showShape(b.shape);

/** The results that the runtime reads of entries; 'output' is any name other than those of the statistics. */
const mustReturn: Readonly<Partial<Record<EntryName, readonly string[]>>> = {
  forward: ['output'],
  evaluate: ['loss', 'output'],
  train_step: ['loss'],
  backward: ['loss'],
};
const isStatistic = (name: string) => name === 'loss' || name === 'correct';

/** Throws unless entries are unique, and their inputs and outputs are tensors, each listed once. */
export function checkEntries({ entries, tensors }: Pick<UntaggedManifest, 'entries' | 'tensors'>): void {
  const known = new Map(tensors.map((t) => [`${t.purpose} '${t.name}'`, t]));
  const names = new Set<string>();
  for (const { name, inputs, outputs, carried } of entries) {
    if (names.has(name)) fail(`has the entry '${name}' twice.`);
    names.add(name);
    const ports = [...inputs.map((port) => `input '${port}'`), ...outputs.map((port) => `output '${port}'`)];
    const unknown = ports.find((port) => !known.has(port));
    if (unknown !== undefined) fail(`lists the ${brief(unknown)} for the entry '${name}', but has no such tensor.`);
    if (new Set(ports).size < ports.length) fail(`lists an input or an output of the entry '${name}' twice.`);
    for (const state of [...(carried?.reads ?? []), ...(carried?.writes ?? [])]) {
      const tensor = known.get(`state '${state}'`);
      if (!tensor || !hasBatch(tensor))
        fail(`lists '${brief(state)}' as carried by the entry '${name}', but has no such state with a batch.`);
    }
    for (const port of mustReturn[name as EntryName] ?? [])
      if (port === 'output' ? outputs.every(isStatistic) : !outputs.includes(port))
        fail(`gives the entry '${name}' no result '${port}'.`);
    for (const port of outputs.filter(isStatistic))
      if (elementsAt(known.get(`output '${port}'`)!.shape, 1) < 1) fail(`gives the result '${port}' no element.`);
  }
}

export const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x);

/** A value in a message. */
export const shownValue = (x: unknown): string =>
  typeof x === 'string' ? `'${brief(x)}'` : typeof x === 'object' || x === undefined ? kindOf(x) : brief(String(x));

export function whole(x: unknown, what: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof x === 'number' && Number.isSafeInteger(x) && x >= least && x <= most) return x;
  return fail(`has the ${what} ${shownValue(x)}, which must be a whole number from ${least} to ${most}.`);
}

function finite(x: unknown, what: string): number {
  if (typeof x === 'number' && Number.isFinite(x)) return x;
  return fail(`has the ${what} ${shownValue(x)}, which must be a number.`);
}

export const text = (x: unknown, what: string): string =>
  typeof x === 'string' ? x : fail(`has the ${what} ${shownValue(x)}, which must be text.`);

export function list(x: unknown, what: string, most = Infinity): unknown[] {
  if (!Array.isArray(x)) return fail(`has the ${what} ${shownValue(x)}, which must be a list.`);
  if (x.length > most) fail(`has the ${what} with ${x.length} items; the most are ${most}.`);
  return [...x];
}
