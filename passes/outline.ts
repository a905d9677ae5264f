/** A module as a host sees it: the entries that it calls, with their launches, and the buffers that it accesses. */

import type { Indices } from '../ir/analysis/index-ranges.ts';
import { leastBatchOf } from '../ir/analysis/least-batch.ts';
import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import type { Module, Param, Role } from '../ir/graph.ts';
import { type Kernel, storageOf } from '../ir/kernel.ts';
import type { Entry, Outline, Port, Purpose, Storage } from '../ir/program.ts';
import { showType } from '../ir/type.ts';
import type { Buffers, Lowered } from './lower/index.ts';

const order: readonly Role[] = ['parameter', 'gradient', 'state', 'scalar', 'input'];

/** Params by purpose, in the order in which graphs first name them, then results by name. Entries with equal params or
 *  results share their buffers. */
export function outline(
  module: Module,
  lowered: readonly Lowered[],
  buffers: Buffers,
  /** Inputs that hold indices. */
  indices: ReadonlyMap<Param, Indices>,
): Outline {
  const params = [...new Set(lowered.flatMap((l) => l.graph.params))];
  const lasting = order.flatMap((role) =>
    params
      .filter((p) => p.role === role)
      .map((p): Storage => {
        const { range, ignored = null } = indices.get(p) ?? {};
        return {
          buffer: buffers.of(p),
          purpose: role,
          ...(range === undefined ? {} : { range }),
          ...(ignored === null ? {} : { ignored }),
        };
      }),
  );
  const held = new Set(lasting.map((s) => s.buffer));
  const names = new Map<string, Buffer>();
  for (const l of lowered)
    for (const [r, buffer] of l.outputs) {
      if (held.has(buffer)) continue;
      const other = names.get(r.name);
      if (other)
        throw new CompileError(
          'bad-name',
          `two results are called '${r.name}', of types ${showType(other.type)} and ${showType(buffer.type)}`,
        );
      names.set(r.name, buffer);
      held.add(buffer);
      lasting.push({ buffer, purpose: 'output' });
    }
  const entries = lowered.map(
    (l): Entry => ({
      name: l.name,
      inputs: l.graph.params.filter((p) => p.role === 'input').map((p) => port(p.name, buffers.of(p))),
      outputs: [...l.outputs].filter(([r]) => !r.into).map(([r, b]) => port(r.name, b)),
      launches: l.kernels,
      ...(l.repeats.length > 0 ? { repeats: l.repeats } : {}),
      ...leastBatchIn(l, module.maxBatch),
    }),
  );
  return { name: module.name, maxBatch: module.maxBatch, entries, lasting };
}

/** The fewest samples that a graph takes. Throws a `CompileError` if there may not be so many. */
function leastBatchIn({ graph }: Lowered, maxBatch: number): Pick<Entry, 'leastBatch'> {
  const found = leastBatchOf(graph);
  if (!found) return {};
  const { least, node } = found;
  if (least > maxBatch)
    throw new CompileError(
      'bad-option',
      `@${graph.name} takes batches of at least ${least} samples, and maxBatch is ${maxBatch}`,
      { loc: node.loc, help: `compile it with a maxBatch of at least ${least}` },
    );
  return { leastBatch: least };
}

/** Kernels on their own as one entry, in order; a host sees every buffer. A buffer read before it is written is an
 *  input, or state if it is written later; one written first is an output. */
export function outlineOfKernels(kernels: readonly Kernel[], maxBatch: number): Outline {
  const read = new Map<Buffer, boolean>();
  const written = new Set<Buffer>();
  for (const { buffer, access } of kernels.flatMap((k) => k.params)) {
    const b = storageOf(buffer);
    if (!read.has(b)) read.set(b, access !== 'out');
    if (access !== 'in') written.add(b);
  }
  const lasting = [...read].map(([buffer, first]): Storage => {
    const purpose = !first ? 'output' : written.has(buffer) ? 'state' : 'input';
    return { buffer, purpose };
  });
  const ports = (purpose: Purpose): Port[] =>
    lasting.filter((s) => s.purpose === purpose).map((s) => port(s.buffer.name, s.buffer));
  const entry: Entry = { name: 'main', inputs: ports('input'), outputs: ports('output'), launches: kernels };
  return { name: 'main', maxBatch, entries: [entry], lasting };
}

const port = (name: string, buffer: Buffer): Port => ({
  name,
  buffer,
  dtype: buffer.type.dtype,
  shape: buffer.type.shape,
});
