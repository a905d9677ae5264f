/** Parses schedules, with the location of every directive for errors. */

import type { Loc } from '../diagnostic.ts';
import {
  type Directive,
  type DirectiveName,
  directiveNames,
  type Field,
  fieldsOf,
  type LoopExtent,
  type Schedule,
  directives as table,
} from '../schedule.ts';
import { Lexer, type Token } from './lex.ts';
import { nearest } from './nearest.ts';
import { expectVersion, readDim, wholeNumber } from './parse-common.ts';

/** A `schedule` block. */
export interface ScheduleText {
  readonly kernel: string;
  /** The location of the kernel's name. */
  readonly loc: Loc;
  readonly directives: readonly { readonly directive: Directive; readonly loc: Loc }[];
}

/** The schedule in a block. */
export const directivesOf = (text: ScheduleText): Schedule => text.directives.map((d) => d.directive);

/** A file with only schedules. Throws a `CompileError` at the problem. */
export function parseSchedules(text: string, file: string): ScheduleText[] {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const found = new Map<string, ScheduleText>();
  while (lex.peek().kind !== 'end') addSchedule(lex, found);
  return [...found.values()];
}

/** Reads one more `schedule` block; a kernel may have only one. */
export function addSchedule(lex: Lexer, found: Map<string, ScheduleText>): void {
  lex.expect('schedule', "and the kernel that it is for: 'schedule @matmul {'");
  const at = lex.peek();
  const kernel = lex.expectKind('symbol', "a kernel's name, such as @matmul").text;
  const known = found.get(kernel);
  if (known)
    throw lex.error(`there are two schedules of @${kernel}`, at, {
      code: 'duplicate-name',
      notes: [{ message: 'first here', loc: known.loc }],
    });
  lex.expect('{');
  const directives: { directive: Directive; loc: Loc }[] = [];
  while (!lex.accept('}')) directives.push({ loc: lex.loc(), directive: directiveOf(lex) });
  found.set(kernel, { kernel, loc: lex.loc(at), directives });
}

function directiveOf(lex: Lexer): Directive {
  const first = lex.expectKind('name', "a directive such as 'vectorize i by 4', or '}'");
  if (!Object.hasOwn(table, first.text)) {
    const near = nearest(first.text, directiveNames);
    throw lex.error(`there is no directive '${first.text}'`, first, {
      code: 'unknown-directive',
      help: near === null ? `the directives are ${directiveNames.join(', ')}` : `did you mean '${near}'?`,
    });
  }
  const fields: Record<string, unknown> = { do: first.text };
  for (const field of fieldsOf(first.text as DirectiveName)) {
    if (field.holds === 'flag') {
      if (lex.accept(field.key)) fields[field.key] = true;
      continue;
    }
    if (field.word !== null) lex.expect(field.word, `after '${first.text}'`);
    fields[field.key] = valueIn(lex, field);
  }
  return fields as unknown as Directive;
}

function valueIn(lex: Lexer, { holds }: Field): unknown {
  const at = lex.peek();
  switch (holds) {
    case 'loop':
    case 'buffer':
      return nameIn(lex, holds);
    case 'loops': {
      const loops = [loopIn(lex)];
      while (lex.accept(',')) loops.push(loopIn(lex));
      return loops;
    }
    case 'count':
      return wholeNumber(lex, 'how many', 1);
    case 'sides': {
      const rows = wholeNumber(lex, 'how many', 1);
      return [rows, lex.accept(',') ? wholeNumber(lex, 'how many along columns', 1) : rows];
    }
    case 'cuts':
    case 'order': {
      const numbers = [wholeNumber(lex, 'a list of whole numbers')];
      while (lex.accept(',')) numbers.push(wholeNumber(lex, 'a whole number'));
      checkList(lex, holds, numbers, at);
      return numbers;
    }
    case 'flag':
      return true;
    default:
      return holds satisfies never;
  }
}

function nameIn(lex: Lexer, holds: 'loop' | 'buffer'): string {
  const { kind } = lex.peek();
  if (kind !== 'name' && kind !== 'string')
    throw lex.unexpected(holds === 'loop' ? 'the index of a loop' : 'the name of a buffer');
  return lex.take().text;
}

/** `i: 120`. */
function loopIn(lex: Lexer): LoopExtent {
  const axis = nameIn(lex, 'loop');
  lex.expect(':', 'and the extent of the loop');
  return { axis, extent: readDim(lex) };
}

function checkList(lex: Lexer, holds: 'cuts' | 'order', numbers: readonly number[], at: Token): void {
  if (holds === 'cuts' && numbers.some((n, i) => i > 0 && n <= (numbers[i - 1] as number)))
    throw lex.error('a loop is cut at increasing numbers', at);
  if (holds === 'order' && [...numbers].sort((a, b) => a - b).some((n, i) => n !== i))
    throw lex.error(`an order names each dimension once, from 0 to ${numbers.length - 1}`, at);
}
