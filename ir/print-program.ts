/** Programs as text: what a host can call, the launches of each call, and where in the arena every buffer lies. */

import type { Buffer } from './expr.ts';
import { namespace, showName, showReference } from './print-expr.ts';
import { printKernel } from './print-kernel.ts';
import { type PrintOptions, table, versionLine } from './print-options.ts';
import type { Entry, Port, Program, Slot } from './program.ts';
import { showDim, showType } from './type.ts';

export interface ProgramPrintOptions extends PrintOptions {
  /** The kernels' bodies too, each once, in the order of their first launch. */
  readonly kernels?: boolean;
}

export function printProgram(program: Program, options: ProgramPrintOptions = {}): string {
  const names = namespace();
  const named = new Map<Buffer, string>();
  const name = (b: Buffer): string => {
    let n = named.get(b);
    if (n === undefined) {
      n = names.claim(b.name);
      named.set(b, n);
    }
    return showName(n);
  };
  for (const s of program.slots) name(s.buffer);

  const entries = program.entries.map((e) => printEntry(e, name));
  const plan = [
    `  arena ${program.arenaBytes} bytes, of which ${program.liveBytes} are live at once {`,
    ...table(
      [['offset', 'bytes', 'purpose', 'name', 'type', 'live'], ...program.slots.map((s) => slotRow(s, name))],
      new Set([0, 1]),
    ).map((row) => `    ${row}`),
    '  }',
  ].join('\n');
  const text = `${versionLine}\nprogram ${showReference('@', program.name)} (N <= ${program.maxBatch}) {\n${[...entries, plan].join('\n\n')}\n}\n`;
  if (!options.kernels) return text;
  const kernels = new Set(program.entries.flatMap((e) => e.launches));
  return [text, ...[...kernels].map((k) => `${printKernel(k, options)}\n`)].join('\n');
}

function printEntry(entry: Entry, name: (b: Buffer) => string): string {
  const port = (way: string) => (p: Port) => [way, `${showName(p.name)}: ${showType(p)}`, `@ ${name(p.buffer)}`];
  const ports = [...entry.inputs.map(port('input')), ...entry.outputs.map(port('output'))];
  const launches = entry.launches.map((k, i) => {
    const args = k.params.map(({ buffer, access }) => `${name(buffer)}${access === 'in' ? '' : ` ${access}`}`);
    return [String(i), `${showReference('@', k.name)}(${args.join(', ')})`];
  });
  const lines = [...table(ports, new Set()), ...table(launches, new Set([0]))];
  return [`  entry ${showReference('@', entry.name)} {`, ...lines.map((l) => `    ${l}`), '  }'].join('\n');
}

function slotRow(s: Slot, name: (b: Buffer) => string): string[] {
  const live = s.from === undefined && s.to === undefined ? '' : `${s.from ?? 0}..${s.to ?? ''}`;
  const range = s.range === undefined ? '' : ` < ${showDim(s.range)}`;
  return [String(s.offset), String(s.bytes), s.purpose, name(s.buffer), `${showType(s.buffer.type)}${range}`, live];
}
