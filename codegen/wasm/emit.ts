/** A program as a WebAssembly module: a function per kernel, an export per entry, one memory, and no imports except a
 *  memory that threads share. */

import type { Buffer } from '../../ir/expr.ts';
import { isShared, type Kernel } from '../../ir/kernel.ts';
import { hostValues, kernelsOf, type Program } from '../../ir/program.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { storedValues } from '../../ir/verify/values.ts';
import { type Emitted, emitModule, type FunctionCode, identifierOf } from './binaryen.ts';
import { assignLocals, type Code } from './code.ts';
import { emitKernel } from './kernel.ts';
import type { Layout } from './layout.ts';
import { emitShare } from './share.ts';
import { addTeam, type Part, type TeamEntry } from './team.ts';

/** Bytes of a WebAssembly page. */
export const pageBytes = 65536;
export const pagesOf = (program: Program): number => Math.ceil(program.arenaBytes / pageBytes);

/** The export of an entry: its name, unless the module uses that name or an export cannot have it. */
export const entryExport = (name: string): string =>
  /^(?!memory$|team\.)[A-Za-z_][\w.]*$/.test(name) ? name : JSON.stringify(name);
/** The export of a single kernel, in a module that has such exports. */
export const kernelExport = (k: Kernel): string => `@${JSON.stringify(k.name)}`;

export interface EmitOptions {
  /** Lanes multiply and add in one instruction of relaxed SIMD, whose result depends on the engine. */
  readonly madd?: boolean;
  /** The memory is imported, as `tapeout.memory`: modules that run in turn can use the same. */
  readonly importsMemory?: boolean;
}

/** The program for one thread: a module that imports nothing. With `each`, every kernel is also an export of its own,
 *  for measurements. */
export function emitWasm(program: Program, options: EmitOptions & { readonly each?: boolean } = {}): Emitted {
  const { names, layout } = described(program, options);
  return emitModule({
    pages: pagesOf(program),
    ...(options.importsMemory ? { importsMemory: true } : {}),
    relaxed: layout.madd,
    functions: [...names].map(([k, name]) => ({ name, code: ready(emitKernel(k, layout)) })),
    entries: [
      ...program.entries.map((e) => ({
        export: entryExport(e.name),
        calls: e.launches.map((k) => names.get(k) as string),
        ...(e.repeats ? { repeats: e.repeats } : {}),
      })),
      ...(options.each ? [...names].map(([k, name]) => ({ export: kernelExport(k), calls: [name] })) : []),
    ],
  });
}

/** The program for several threads, each with an instance over one memory, imported as `tapeout.memory`. The launches
 *  between two barriers are a stage; consecutive kernels that threads do not share are one unit. */
export function emitThreadedWasm(program: Program, options: EmitOptions = {}): Emitted {
  const { names, layout } = described(program, options);
  const nameOf = (k: Kernel): string => `kernel.${names.get(k)}`;
  const unitsOf = (k: Kernel): string => `units.${names.get(k)}`;
  const functions = [...names.keys()].flatMap((k): FunctionCode[] => {
    const name = nameOf(k);
    if (!isShared(k)) return [{ name, code: ready(emitKernel(k, layout)) }];
    const { run, units } = emitShare(k, layout);
    return [
      { name, code: ready(run) },
      { name: unitsOf(k), code: ready(units) },
    ];
  });
  const entries = program.entries.map(({ name, launches, barriers, repeats = [] }): TeamEntry => {
    const stages: Part[][] = [];
    const stageOf: number[] = [];
    for (const [i, k] of launches.entries()) {
      if (i === 0 || (barriers ? barriers.includes(i) : true)) stages.push([]);
      const stage = stages.at(-1) as Part[];
      const last = stage.at(-1);
      if (isShared(k)) stage.push({ run: nameOf(k), units: unitsOf(k) });
      else if (last && 'calls' in last) stage[stage.length - 1] = { calls: [...last.calls, nameOf(k)] };
      else stage.push({ calls: [nameOf(k)] });
      stageOf.push(stages.length - 1);
    }
    const again = repeats.map(({ from, to, times }) => ({
      from: stageOf[from] as number,
      to: stageOf[to] as number,
      times,
    }));
    return { export: entryExport(name), stages, repeats: again };
  });
  return emitModule({
    pages: pagesOf(program),
    relaxed: layout.madd,
    functions,
    entries: [],
    team: (m) => addTeam(m, entries),
  });
}

/** Code with locals assigned to its values. */
function ready(code: Code): Code {
  assignLocals(code);
  return code;
}

/** The names of kernels and the offsets of their buffers. */
function described(
  program: Program,
  { madd = false }: EmitOptions,
): { names: ReadonlyMap<Kernel, string>; layout: Layout } {
  const offsets = new Map<Buffer, number>(program.slots.map((s) => [s.buffer, s.offset]));
  const { buffers: values } = storedValues(kernelsOf(program), program.maxBatch, hostValues(program.slots));
  const layout: Layout = {
    maxBatch: program.maxBatch,
    values: (storage) => values.get(storage),
    madd,
    offset(storage) {
      const offset = offsets.get(storage);
      if (offset === undefined) throw new Error(`buffer ${storage.name} has no place in the arena`);
      return offset;
    },
  };
  const wanted = new Map<Kernel, string>();
  for (const e of program.entries) for (const k of e.launches) wanted.set(k, identifierOf(`${e.name}.${k.name}`));
  const free = namespace();
  return { names: new Map([...wanted].map(([k, name]) => [k, free.claim(name)])), layout };
}
