/** The parts that graphs, kernels and programs share: the version line, types, dimensions and numbers. */

import type { CompileError } from '../diagnostic.ts';
import { dtypeNames, isDType, isStoredType, valueType } from '../dtype.ts';
import {
  type BufferType,
  type Dim,
  isBatch,
  maxElements,
  maxRank,
  mostBatches,
  showDim,
  showType,
  type TensorType,
} from '../type.ts';
import { type Lexer, showToken, type Token } from './lex.ts';
import { versionLine } from './print-options.ts';

export interface TextOptions {
  /** The largest batch for texts that do not say. */
  readonly maxBatch?: number;
  /** `told`, the default: a value's location is the one in the comment after it, if any. `text`: without such a comment
   *  it is the value's location in the text, and kernels and statements have locations too, so that later errors point
   *  at the line to change. */
  readonly places?: 'told' | 'text';
}

/** The largest 32-bit integer. */
export const largestInt = 2147483647;

/** Requires `tapeout ir 1`, with which every text must start. */
export function expectVersion(lex: Lexer): void {
  const [at, words] = [lex.peek(), versionLine.split(' ')];
  for (const word of words) {
    const { kind, text } = lex.peek();
    if ((kind === 'name' || kind === 'number') && text === word) lex.take();
    else if (kind === 'number' && word === words.at(-1))
      throw lex.error(`this is version ${text} of the text form, and this Tapeout reads version ${word}`, undefined, {
        code: 'wrong-version',
        help: 'write the text again with this Tapeout, or read it with the one that wrote it',
      });
    else throw noVersion(lex, at);
  }
}

function noVersion(lex: Lexer, first: Token): CompileError {
  const error = (problem: string, help: string) => lex.error(problem, first, { code: 'missing-version', help });
  if (first.kind === 'end')
    return error(
      `the text is empty: it must begin with '${versionLine}'`,
      'if it comes through a pipe, did the command before it fail?',
    );
  if (lex.is('(')) lex.take();
  const code = codes[lex.peek().text];
  return code && (first.text === '(') === (code === codes.module)
    ? error(`this is ${code}, not a text of the IR`, 'print a model with tapeout print, at the stage to continue from')
    : error(
        `expected '${versionLine}', the line that every text begins with`,
        `put '${versionLine}' on a line before everything else`,
      );
}

/** Other kinds of text, by their first word. */
const codes: Readonly<Record<string, string>> = {
  module: 'WebAssembly text, which the last stage writes',
  ...{ struct: 'a shader, which the last stage writes', enable: 'a shader, which the last stage writes' },
  ...{ import: 'JavaScript or TypeScript', export: 'JavaScript or TypeScript', const: 'JavaScript or TypeScript' },
};

/** `f32[N,1,32,32]`, the type of a value. */
export function parseType(lex: Lexer): TensorType {
  const at = lex.peek();
  const { dtype, shape } = parseBufferType(lex);
  if (isDType(dtype)) return { dtype, shape };
  throw lex.error(
    `${dtype} is a type of kernels' buffers, whose elements are ${valueType(dtype)} once they are read: graphs and tiles have ${dtypeNames.join(', ')}`,
    at,
    { code: 'type-mismatch', help: `write ${showType({ dtype: valueType(dtype), shape })}` },
  );
}

/** `f16[N,1,32,32]`, the type of a buffer. */
export function parseBufferType(lex: Lexer): BufferType {
  const { kind, text } = lex.peek();
  if (kind !== 'name' || !isStoredType(text))
    throw lex.unexpected("a type, such as 'f32[N,4]', 'i32[]', 'u8[3]' or 'bool[2]'");
  lex.take();
  lex.expect('[', `and the shape, as in '${text}[N,4]' or '${text}[]'`);
  const shape: Dim[] = [];
  while (!lex.is(']')) {
    const at = lex.peek();
    const d = readDim(lex);
    if ([...shape, d].filter(isBatch).length > mostBatches)
      throw lex.error('a shape may hold the batch only twice', at);
    if (shape.length === maxRank)
      throw lex.error(`a shape has at most ${maxRank} dimensions`, at, { code: 'too-large' });
    shape.push(d);
    if (!lex.accept(',') && !lex.is(']')) throw lex.unexpected("',' or ']'");
  }
  lex.take();
  return { dtype: text, shape };
}

/** `4`, `N` or `25N`. */
export function readDim(lex: Lexer): Dim {
  const { kind, text } = lex.peek();
  if (kind === 'name' && text === 'N') {
    lex.take();
    return { times: 1 };
  }
  const found = kind === 'number' ? /^(\d+)(N?)$/.exec(text) : null;
  if (!found) throw lex.unexpected('an extent: a whole number, N, or a multiple of it such as 25N');
  const extent = Number(found[1]);
  const dim = found[2] ? { times: extent } : extent;
  if (extent > largestInt || (found[2] && extent === 0))
    throw lex.error(
      `${showDim(dim)} is not a valid extent: it must be from ${found[2] ? 1 : 0} to ${largestInt}`,
      undefined,
      {
        code: 'too-large',
      },
    );
  lex.take();
  return dim;
}

/** `64`: a whole number from `least` to the largest 32-bit integer. */
export function wholeNumber(lex: Lexer, what: string, least = 0): number {
  const t = lex.expectKind('number', what);
  const value = Number(t.text);
  if (/^\d+$/.test(t.text) && value >= least && value <= largestInt) return value;
  throw lex.error(`expected ${what}: a whole number from ${least} to ${largestInt}, got ${t.text}`, t);
}

/** `(N <= 64)`: the largest batch. */
export function readMaxBatch(lex: Lexer): number {
  lex.expect('(');
  lex.expect('N', 'and its maximum: (N <= 64)');
  lex.expect('<=');
  const most = lex.expectKind('number', 'the largest batch');
  const maxBatch = Number(most.text);
  if (!/^\d+$/.test(most.text) || maxBatch < 1 || maxBatch > maxElements)
    throw lex.error(`the largest batch must be a whole number from 1 to ${maxElements}, got ${most.text}`, most);
  lex.expect(')');
  return maxBatch;
}

/** `batch (N <= 64)`, for graphs and kernels outside modules and programs; null without it. */
export const readBatch = (lex: Lexer): number | null => (lex.accept('batch') ? readMaxBatch(lex) : null);

/** A number with its sign; includes `inf` and `nan`. */
export function parseNumber(lex: Lexer, what: string): number {
  const negative = lex.is('-');
  if (negative) lex.take();
  const { kind, text } = lex.peek();
  const value = kind === 'name' ? words.get(text) : kind === 'number' && isNumber(text) ? Number(text) : undefined;
  if (value === undefined) throw lex.unexpected(kind === 'number' ? `a number, and '${text}' is not one` : what);
  if (kind === 'number' && !Number.isFinite(value)) throw tooLarge(lex);
  lex.take();
  return negative ? -value : value;
}

/** The error for a number that would overflow to infinity. */
export const tooLarge = (lex: Lexer): CompileError =>
  lex.error(`${showToken(lex.peek())} is out of range for its type`, undefined, {
    code: 'too-large',
    help: "infinity is written 'inf'",
  });

const words: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['nan', Number.NaN],
]);
export const isNumber = (text: string): boolean => /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
