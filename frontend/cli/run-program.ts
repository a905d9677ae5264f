/** One entry of a program run once, by the interpreter of kernels or as WebAssembly. */
import { CompilerBug } from '../../ir/diagnostic.ts';
import type { Buffer } from '../../ir/expr.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret-kernel.ts';
import { type Entry, isPlanned, type Outline, type Program, type Purpose, type Storage } from '../../ir/program.ts';
import { countAt } from '../../ir/type.ts';
import { contextOf, type Ir, runPass } from '../ir-passes.ts';
import { arrays, type Elements, type Given, type Results } from './values.ts';

export type ProgramIr = Extract<Ir, { form: 'kernels' | 'schedule' | 'program' }>;
export const programIn = (ir: ProgramIr): Outline | Program => (ir.form === 'program' ? ir.program : ir.outline);

/** What a buffer holds after a run. */
export type Memory = (b: Buffer) => Elements;

/** Runs an entry's kernels one after another. */
export function interpretEntry(entry: Entry, values: ReadonlyMap<Buffer, Elements>, n: number): Memory {
  const memory = makeMemory(entry.launches, n);
  for (const [b, v] of values) memory.get(b)?.set(v);
  for (const k of entry.launches) interpretKernel(k, memory, n);
  return (b) => memory.get(b)?.slice() as Elements;
}

/** Calls an entry of the program, compiled. */
export async function callEntry(
  program: Program,
  wasm: Uint8Array,
  entry: string,
  values: ReadonlyMap<Buffer, Elements>,
  n: number,
): Promise<Memory> {
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {});
  const bytes = (instance.exports.memory as WebAssembly.Memory).buffer;
  const offsets = new Map(program.slots.map((s) => [s.buffer, s.offset]));
  const view = (b: Buffer): Elements => {
    const offset = offsets.get(b);
    if (offset === undefined) throw new CompilerBug('plan', `'${b.name}' has no place`);
    return new arrays[b.type.dtype](bytes, offset, countAt(b.type.shape, n)) as Elements;
  };
  for (const [b, v] of values) if (offsets.has(b)) view(b).set(v);
  (instance.exports[entry] as (n: number) => void)(n);
  return (b) => view(b).slice() as Elements;
}

const roles: Readonly<Record<Purpose, Given['role'] | null>> = {
  ...{ parameter: 'parameter', gradient: 'state', state: 'state', scalar: 'scalar', input: 'input' },
  ...{ output: null, temp: null },
};

/** What the entries of a program are given: each buffer that holds a value before they run, under its name for a host. */
export function givenTo(program: Outline | Program): (Given & { readonly buffer: Buffer })[] {
  const lasting: readonly Storage[] = isPlanned(program) ? program.slots : program.lasting;
  return lasting.flatMap(({ buffer, purpose, range }) => {
    const role = roles[purpose];
    return role ? [{ name: nameOf(program, buffer), type: buffer.type, role, range, buffer }] : [];
  });
}

const nameOf = (program: Outline | Program, b: Buffer): string =>
  program.entries.flatMap((e) => e.inputs).find((p) => p.buffer === b)?.name ?? b.name;

/** What an entry's run leaves for a host: its outputs, and the params that it updates. */
export function resultsOf(program: Outline | Program, entry: Entry, memory: Memory): Results {
  const written = new Set(entry.launches.flatMap((k) => k.params.flatMap((p) => (p.access === 'in' ? [] : p.buffer))));
  const updated = givenTo(program).filter((p) => written.has(p.buffer));
  return new Map(
    [...entry.outputs.map((p) => ({ name: p.name, type: p, buffer: p.buffer })), ...updated].map(
      ({ name, type: { dtype, shape }, buffer }) => [name, { type: { dtype, shape }, data: memory(buffer) }] as const,
    ),
  );
}

/** A program with its memory planned, and its code: what is not scheduled is, for the target of a compilation. */
export function compiled(
  start: ProgramIr,
  print: Parameters<typeof runPass>[3],
  verify: boolean | undefined,
): { readonly program: Program; readonly wasm: Uint8Array } {
  const context = contextOf(start);
  const passes = { kernels: ['schedule', 'plan'], schedule: ['plan'], program: [] }[start.form];
  const planned = passes.reduce<Ir>((ir, pass) => runPass(pass, ir, context, print, verify), start);
  const { emitted } = runPass('wat', planned, context, print, verify) as Extract<Ir, { form: 'wasm' }>;
  return { program: (planned as Extract<Ir, { form: 'program' }>).program, wasm: emitted.wasm };
}
