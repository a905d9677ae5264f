/** Reads JSON that people write: every value and name with its location, and no name twice in an object. */
import { CompileError, type Loc } from '../diagnostic.ts';
import { Lexer, showToken } from './lex.ts';

/** A value of JSON, and where it begins. */
export interface Json {
  readonly value: null | boolean | number | string | readonly Json[] | JsonObject;
  readonly loc: Loc;
}
/** Values by name, and where each name stands. */
export type JsonObject = ReadonlyMap<string, Json & { readonly nameLoc: Loc }>;

const deepest = 64;
const number = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const words: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

/** The value of a text. Throws a `CompileError` at the location of what is not JSON. */
export function parseJson(text: string, file: string): Json {
  // Some Windows editors add a byte order mark.
  const lexer = new Lexer(text.replace(/^\ufeff/, ''), file);
  const whole = value(lexer, 1);
  if (lexer.peek().kind !== 'end') throw lexer.error(`${showToken(lexer.peek())} follows the end`);
  noComments(lexer);
  return whole;
}

function value(lexer: Lexer, depth: number): Json {
  noComments(lexer);
  const loc = lexer.loc();
  if (depth > deepest) throw lexer.error(`more than ${deepest} levels`);
  if (lexer.accept('{')) return { value: object(lexer, depth), loc };
  if (lexer.accept('[')) {
    const items: Json[] = [];
    list(lexer, ']', () => items.push(value(lexer, depth + 1)));
    return { value: items, loc };
  }
  const { kind, text } = lexer.peek();
  if (kind === 'string') return { value: lexer.take().text, loc };
  const word = words.get(text);
  if (kind === 'name' && word !== undefined) {
    lexer.take();
    return { value: word, loc };
  }
  const isNegative = lexer.accept('-');
  const spelt = lexer.peek();
  if (spelt.kind !== 'number' || !number.test(spelt.text)) throw lexer.unexpected('a value');
  lexer.take();
  return { value: isNegative ? -Number(spelt.text) : Number(spelt.text), loc };
}

function object(lexer: Lexer, depth: number): JsonObject {
  const fields = new Map<string, Json & { readonly nameLoc: Loc }>();
  list(lexer, '}', () => {
    noComments(lexer);
    const nameLoc = lexer.loc();
    const { text: name } = lexer.expectKind('string', 'a name in quotation marks');
    const before = fields.get(name);
    if (before)
      throw new CompileError('syntax', `'${name}' is given twice`, {
        loc: nameLoc,
        notes: [{ message: 'the first one is here', loc: before.nameLoc }],
      });
    noComments(lexer);
    lexer.expect(':');
    fields.set(name, { ...value(lexer, depth + 1), nameLoc });
  });
  return fields;
}

/** Reads items separated by commas, up to `close`. */
function list(lexer: Lexer, close: string, item: () => void): void {
  noComments(lexer);
  if (lexer.accept(close)) return;
  for (;;) {
    item();
    noComments(lexer);
    if (lexer.accept(close)) return;
    if (!lexer.accept(',')) throw lexer.unexpected(`',' or '${close}'`);
  }
}

/** The lexer skips the comments of IR texts, which JSON does not have. */
function noComments(lexer: Lexer): void {
  if (lexer.peek().comments.length > 0) throw lexer.error('JSON has no comments');
}
