/** Schedules read back from their text, with the place of every directive: a complaint about one points at its line. */

import type { Loc } from './diagnostic.ts';
import { Lexer, type Token } from './lex.ts';
import { nearest } from './nearest.ts';
import { expectVersion, readDim, wholeNumber } from './parse-common.ts';
import { type Directive, directiveForms, type LoopExtent, type Piece, type Schedule } from './schedule.ts';

/** A `schedule` block. */
export interface ScheduleText {
  readonly kernel: string;
  /** Where the kernel is named. */
  readonly loc: Loc;
  readonly directives: readonly { readonly directive: Directive; readonly loc: Loc }[];
}

/** The schedule that a block holds. */
export const directivesOf = (text: ScheduleText): Schedule => text.directives.map((d) => d.directive);

/** A file of schedules alone, which says how kernels are to be scheduled. Throws a `CompileError` at what is wrong. */
export function parseSchedules(text: string, file: string): ScheduleText[] {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const found = new Map<string, ScheduleText>();
  while (lex.peek().kind !== 'end') addSchedule(lex, found);
  return [...found.values()];
}

/** Reads one more `schedule` block. A kernel has one schedule. */
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

const words = Object.keys(directiveForms);

function directiveOf(lex: Lexer): Directive {
  const first = lex.expectKind('name', "a directive such as 'vectorize i by 4', or '}'");
  if (!Object.hasOwn(directiveForms, first.text)) {
    const near = nearest(first.text, words);
    throw lex.error(`there is no directive '${first.text}'`, first, {
      code: 'unknown-directive',
      help: near === null ? `the directives are ${words.join(', ')}` : `did you mean '${near}'?`,
    });
  }
  const fields: Record<string, unknown> = { do: first.text };
  for (const piece of directiveForms[first.text as Directive['do']]) {
    if (piece.holds === 'flag') {
      if (lex.accept(piece.word as string)) fields[piece.key] = true;
      continue;
    }
    if (piece.word !== undefined) lex.expect(piece.word, `behind '${first.text}'`);
    fields[piece.key] = valueIn(lex, piece);
  }
  return fields as unknown as Directive;
}

function valueIn(lex: Lexer, { holds }: Piece): unknown {
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
  lex.expect(':', 'and how often the loop runs');
  return { axis, extent: readDim(lex) };
}

function checkList(lex: Lexer, holds: 'cuts' | 'order', numbers: readonly number[], at: Token): void {
  if (holds === 'cuts' && numbers.some((n, i) => i > 0 && n <= (numbers[i - 1] as number)))
    throw lex.error('a loop is parted at numbers that rise', at);
  if (holds === 'order' && [...numbers].sort((a, b) => a - b).some((n, i) => n !== i))
    throw lex.error(`an order names each dimension once, from 0 to ${numbers.length - 1}`, at);
}
