/** A program as a WebAssembly module: one function a kernel, one export an entry, one memory, no imports. */

import type { Buffer } from '../../ir/expr.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Program } from '../../ir/program.ts';
import { type Emitted, emitModule } from './binaryen.ts';
import { assignLocals } from './code.ts';
import { emitKernel, type Layout } from './kernel.ts';

/** Bytes of a WebAssembly page. */
export const pageBytes = 65536;
export const pagesOf = (program: Program): number => Math.ceil(program.arenaBytes / pageBytes);

/** The export of a kernel by itself, in a module that has such. */
export const kernelExport = (k: Kernel): string => `@${k.name}`;

/** With `each`, also every kernel by itself is an export, for who measures them. */
export function emitWasm(program: Program, { each = false }: { readonly each?: boolean } = {}): Emitted {
  const offsets = new Map<Buffer, number>(program.slots.map((s) => [s.buffer, s.offset]));
  const layout: Layout = {
    maxBatch: program.maxBatch,
    offset(storage) {
      const offset = offsets.get(storage);
      if (offset === undefined) throw new Error(`buffer ${storage.name} has no place in the arena`);
      return offset;
    },
  };
  const names = new Map<Kernel, string>();
  for (const e of program.entries) for (const k of e.launches) names.set(k, `${e.name}.${k.name}`);
  return emitModule({
    pages: pagesOf(program),
    functions: [...names].map(([k, name]) => {
      const code = emitKernel(k, layout);
      assignLocals(code);
      return { name, code };
    }),
    entries: [
      ...program.entries.map((e) => ({ name: e.name, calls: e.launches.map((k) => names.get(k) as string) })),
      ...(each ? [...names].map(([k, name]) => ({ name: kernelExport(k), calls: [name] })) : []),
    ],
  });
}
