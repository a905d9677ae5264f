/** Prints schedules: a block before each scheduled kernel, or a file of their own. */

import {
  type Directive,
  type Dropped,
  type Field,
  fieldsOf,
  type LoopExtent,
  type Schedule,
  type Sides,
} from '../schedule.ts';
import { showDim } from '../type.ts';
import { showName, showReference } from './print-expr.ts';

/** `schedule @matmul {`, a directive per line, `}`; `schedule @copy {}` for a kernel that stays as it was lowered.
 *  Dropped directives are in comments before it. */
export function printSchedule(kernel: string, schedule: Schedule, dropped: readonly Dropped[] = []): string {
  const notes = dropped.map((d) => `; dropped: ${showDirective(d.directive)}: ${d.why}`);
  const head = `schedule ${showReference('@', kernel)} {`;
  if (schedule.length === 0) return [...notes, `${head}}`].join('\n');
  return [...notes, head, ...schedule.map((d) => `  ${showDirective(d)}`), '}'].join('\n');
}

/** `vectorize x by 4 shift`. */
export function showDirective(d: Directive): string {
  const fields = d as unknown as Readonly<Record<string, unknown>>;
  return [d.do, ...fieldsOf(d.do).flatMap((f) => showField(f, fields[f.key]))].join(' ');
}

/** `i: 120, j: 400, k: N`. */
export const showLoops = (loops: readonly LoopExtent[]): string =>
  loops.map(({ axis, extent }) => `${showName(axis)}: ${showDim(extent)}`).join(', ');

function showField({ holds, word }: Field, value: unknown): string[] {
  const told = word === null ? [] : [word];
  switch (holds) {
    case 'flag':
      return value ? told : [];
    case 'loop':
    case 'buffer':
      return [...told, showName(value as string)];
    case 'loops':
      return [showLoops(value as readonly LoopExtent[])];
    case 'count':
      return [...told, String(value)];
    case 'sides': {
      const [rows, cols] = value as Sides;
      return [...told, rows === cols ? `${rows}` : `${rows}, ${cols}`];
    }
    case 'cuts':
    case 'order':
      return [...told, (value as readonly number[]).join(', ')];
    default:
      return holds satisfies never;
  }
}
