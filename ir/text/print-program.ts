/** Prints programs: the entries that a host can call, their launches, the buffers, with their offsets in the arena once
 *  memory is planned, and then the kernels, each once. `parse-program` reads all of it back. */

import { upsert } from '../collections.ts';
import type { Buffer } from '../expr.ts';
import { storageOf } from '../kernel.ts';
import {
  type Entry,
  isPlanned,
  kernelsOf,
  lifetimes,
  type Outline,
  type Port,
  type Program,
  type Slot,
  type Span,
  type Storage,
} from '../program.ts';
import type { Dropped, Schedule } from '../schedule.ts';
import { showType } from '../type.ts';
import { namespace, showName, showReference } from './print-expr.ts';
import { printKernel } from './print-kernel.ts';
import { type PrintOptions, table, versionLine } from './print-options.ts';
import { printSchedule } from './print-schedule.ts';

export interface ProgramPrintOptions extends PrintOptions {
  /** Prints the kernels too, each once, in the order of their first launch. A text without them is only for reading,
   *  and cannot be parsed. */
  readonly kernels?: boolean;
  /** The schedule of each kernel, printed before it. */
  readonly schedules?: ReadonlyMap<string, Schedule>;
  /** The directives dropped from each schedule. */
  readonly dropped?: ReadonlyMap<string, readonly Dropped[]>;
}

/** The columns of the table of buffers. */
export const columns = {
  outline: ['purpose', 'name', 'type'],
  program: ['offset', 'bytes', 'purpose', 'name', 'type', 'live'],
} as const;

/** A program or an outline as text, which `parseProgram` reads back. */
export function printProgram(program: Outline | Program, options: ProgramPrintOptions = {}): string {
  const names = namespace();
  const named = new Map<Buffer, string>();
  const name = (b: Buffer): string => showName(upsert(named, storageOf(b), () => names.claim(storageOf(b).name)));
  const rows = isPlanned(program) ? program.slots : storagesOf(program);
  for (const s of rows) name(s.buffer);

  const entries = program.entries.map((e) => printEntry(e, name));
  const head = isPlanned(program)
    ? `arena ${program.arenaBytes} bytes, of which ${program.liveBytes} are live at once`
    : 'buffers';
  const cells = isPlanned(program)
    ? [columns.program, ...program.slots.map((s) => slotRow(s, name))]
    : [columns.outline, ...rows.map((s) => storageRow(s, name))];
  const lines = table(cells, new Set(isPlanned(program) ? [0, 1] : []));
  const buffers = [`  ${head} {`, ...lines.map((row) => `    ${row}`), '  }'].join('\n');
  const text = `${versionLine}\nprogram ${showReference('@', program.name)} (N <= ${program.maxBatch}) {\n${[...entries, buffers].join('\n\n')}\n}\n`;
  if (!options.kernels) return text;
  const { schedules, dropped } = options;
  const kernels = kernelsOf(program).map((k) => [
    ...(schedules ? [printSchedule(k.name, schedules.get(k.name) ?? [], dropped?.get(k.name))] : []),
    printKernel(k, options),
  ]);
  return [text, ...kernels.map((k) => `${k.join('\n')}\n`)].join('\n');
}

/** Every buffer of the entries. */
const storagesOf = ({ entries, lasting }: Outline): Storage[] => {
  const temps = lifetimes(entries, new Set(lasting.map((s) => s.buffer)));
  return [...lasting, ...[...temps.keys()].map((buffer): Storage => ({ buffer, purpose: 'temp' }))];
};

function printEntry(entry: Entry, name: (b: Buffer) => string): string {
  const port = (way: string) => (p: Port) => {
    const [own, buffer] = [showName(p.name), name(p.buffer)];
    return [way, `${own}: ${showType(p)}`, own === buffer ? '' : `in ${buffer}`];
  };
  const ports = [...entry.inputs.map(port('input')), ...entry.outputs.map(port('output'))];
  const launches = entry.launches.map((k, i) => {
    const args = k.params.map(({ buffer, access }) => `${name(buffer)}${access === 'in' ? '' : ` ${access}`}`);
    return [String(i), `${showReference('@', k.name)}(${args.join(', ')})`];
  });
  const wait = ' '.repeat(String(entry.launches.length - 1).length + 2);
  const rows = table(launches, new Set([0])).flatMap((row, i) => [
    ...(entry.barriers?.includes(i) ? [`${wait}barrier`] : []),
    ...(entry.repeats ?? []).flatMap((r) => (r.from === i ? [`${wait}repeat ${r.times} {`] : [])),
    row,
    ...((entry.repeats ?? []).some((r) => r.to === i) ? [`${wait}}`] : []),
  ]);
  const lines = [...table(ports, new Set()), ...rows];
  const how = `${entry.leastBatch === undefined ? '' : ` (N >= ${entry.leastBatch})`}${entry.barriers ? ' on threads' : ''}`;
  return [`  entry ${showReference('@', entry.name)}${how} {`, ...lines.map((l) => `    ${l}`), '  }'].join('\n');
}

const storageRow = (s: Storage, name: (b: Buffer) => string): string[] => [
  s.purpose,
  name(s.buffer),
  `${showType(s.buffer.type)}${s.range === undefined ? '' : ` < ${s.range}`}${s.ignored === undefined ? '' : ` or ${s.ignored}`}`,
];
const slotRow = (s: Slot, name: (b: Buffer) => string): string[] => [
  String(s.offset),
  String(s.bytes),
  ...storageRow(s, name),
  showLife(s.live),
];

/** `forward 0..2, train_step 3..14`: the first and last launches that need a buffer. */
export const showLife = (live: readonly Span[] = []): string =>
  live.map(({ entry, from, to }) => `${showName(entry)} ${from}..${to}`).join(', ');
