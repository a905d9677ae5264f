/** Splits a text into tokens with their locations. Comments run from `;` to the end of the line and belong to the next
 *  token, as some give a location in the user's file. Nothing is copied until it is needed, so that a long file takes
 *  one pass. */

import { CompileError, type Loc, type Note } from '../diagnostic.ts';

/** `value`: `%conv1.weight`; `symbol`: `@train_step`; `mark`: an operator or a bracket, a name being its own text. */
export type TokenKind = 'name' | 'value' | 'symbol' | 'number' | 'string' | 'mark' | 'end';

export interface Comment {
  /** The text after the `;`, trimmed. */
  readonly text: string;
  readonly line: number;
}

export interface Token {
  readonly kind: TokenKind;
  /** The name of a value, symbol or string without sign and quotes; else the text itself. */
  readonly text: string;
  readonly line: number;
  readonly col: number;
  readonly length: number;
  /** Comments since the previous token. */
  readonly comments: readonly Comment[];
}

const none: readonly Comment[] = [];

/** The most characters of a word, name or number. Anything longer is not IR, and no error quotes it. */
const maxTokenLength = 4000;

// The groups' repetitions are bounded, above what the longest token needs: each repetition takes stack.
const patterns = {
  space: /[ \t]+/y,
  lineEnd: /\r\n|[\n\r\u2028\u2029]/y,
  restOfLine: /[^\n\r\u2028\u2029]*/y,
  name: /[A-Za-z_]\w*(?:\.\w+){0,2000}/y,
  // A number extends up to the first character that cannot be in one, so that `12abc` is one wrong number rather than
  // two tokens.
  number: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*/y,
  string: /"[^"\\\n\r\u2028\u2029]*(?:\\.[^"\\\n\r\u2028\u2029]*){0,2000}"/y,
  reference: /[%@](?:[\w.]+|"[^"\\\n\r\u2028\u2029]*(?:\\.[^"\\\n\r\u2028\u2029]*){0,2000}")/y,
  mark: /\.\.|->|<=|>=|==|!=|&&|\|\||<<|\+=|\*=|[-+*/%<>=!?:;,()[\]{}]/y,
} as const;

/** The most characters of a file that an error quotes. */
const quoted = 30;

export class Lexer {
  readonly file: string;
  readonly #source: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #ahead: Token;
  /** The line of the last token taken. */
  #lastLine = 0;

  constructor(source: string, file: string) {
    this.file = file;
    this.#source = source;
    this.#ahead = this.#read();
  }

  /** The next token, without taking it. */
  peek(): Token {
    return this.#ahead;
  }
  take(): Token {
    const token = this.#ahead;
    this.#lastLine = token.line;
    if (token.kind !== 'end') this.#ahead = this.#read();
    return token;
  }

  /** True if the next token is this mark or bare word. */
  is(text: string): boolean {
    const { kind, text: t } = this.#ahead;
    return t === text && (kind === 'mark' || kind === 'name');
  }
  /** Takes the next token if it is this mark or word. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }
  expect(text: string, where = ''): Token {
    if (!this.is(text)) throw this.unexpected(`'${text}'${where && ` ${where}`}`);
    return this.take();
  }
  /** Takes a token of a kind; `what` says in errors what was expected. */
  expectKind(kind: TokenKind, what: string): Token {
    if (this.#ahead.kind !== kind) throw this.unexpected(what);
    return this.take();
  }

  /** The comment after the last token taken, on the same line. */
  comment(): string | null {
    const first = this.#ahead.comments[0];
    return first && first.line === this.#lastLine ? first.text : null;
  }

  loc(at: { readonly line: number; readonly col: number } = this.#ahead): Loc {
    return { file: this.file, line: at.line, col: at.col };
  }
  error(
    problem: string,
    at: { readonly line: number; readonly col: number } = this.#ahead,
    more: { code?: string; help?: string | null; notes?: readonly Note[] } = {},
  ): CompileError {
    return new CompileError(more.code ?? 'syntax', problem, {
      loc: this.loc(at),
      help: more.help ?? null,
      notes: more.notes ?? [],
    });
  }
  unexpected(wanted: string, help: string | null = null): CompileError {
    return this.error(`expected ${wanted}, found ${showToken(this.#ahead)}`, this.#ahead, { help });
  }

  #read(): Token {
    const comments = this.#trivia();
    const [start, source] = [this.#at, this.#source];
    const place = { line: this.#line, col: start - this.#lineStart + 1, comments };
    if (start >= source.length) return { kind: 'end', text: '', length: 1, ...place };
    const c = source.charCodeAt(start);
    const whole = (kind: TokenKind, pattern: RegExp): Token | null => {
      const text = this.#match(pattern);
      return text === null ? null : { kind, text, length: text.length, ...place };
    };
    const token = isWordStart(c)
      ? whole('name', patterns.name)
      : isDigit(c)
        ? whole('number', patterns.number)
        : c === 0x22
          ? whole('string', patterns.string)
          : c === 0x25 || c === 0x40
            ? (whole(c === 0x25 ? 'value' : 'symbol', patterns.reference) ?? whole('mark', patterns.mark))
            : whole('mark', patterns.mark);
    if (!token) throw this.#stray(place, c);
    if (token.length > maxTokenLength)
      throw this.error(
        `this has ${token.length} characters, and no name or number has more than ${maxTokenLength}`,
        place,
        {
          code: 'too-long',
        },
      );
    if (token.kind === 'string') return { ...token, text: this.#unquoted(token.text, place) };
    if (token.kind !== 'value' && token.kind !== 'symbol') return token;
    const name = token.text.slice(1);
    return { ...token, text: name.startsWith('"') ? this.#unquoted(name, place) : name };
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (!found) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  /** Skips spaces, line ends and comments. */
  #trivia(): readonly Comment[] {
    let comments: Comment[] | null = null;
    for (;;) {
      this.#match(patterns.space);
      const c = this.#source.charCodeAt(this.#at);
      if (isLineEnd(c)) {
        this.#match(patterns.lineEnd);
        this.#line++;
        this.#lineStart = this.#at;
      } else if (c === 0x3b) {
        comments ??= [];
        comments.push({ text: (this.#match(patterns.restOfLine) as string).slice(1).trim(), line: this.#line });
      } else return comments ?? none;
    }
  }

  #unquoted(text: string, place: { line: number; col: number }): string {
    let name: string;
    try {
      name = JSON.parse(text) as string;
    } catch {
      throw this.error('a quoted name uses the escapes of JSON, and this is not valid JSON', place);
    }
    if (/\p{Cs}/u.test(name))
      throw this.error(`the name ${JSON.stringify(name)} contains half a character, which no file can store`, place, {
        code: 'bad-name',
      });
    return name;
  }

  #stray(place: { line: number; col: number }, c: number): CompileError {
    if (c === 0x22) return this.error('this quotation mark is not closed on its line', place);
    if (c === 0x40) return this.error("expected a name after '@'", place);
    const point = this.#source.codePointAt(this.#at) as number;
    const char = String.fromCodePoint(point);
    const shown = /[\p{C}\p{Z}]/u.test(char)
      ? `the character U+${point.toString(16).toUpperCase().padStart(4, '0')}`
      : JSON.stringify(char);
    return this.error(`${shown} is not allowed here`, place, {
      help: 'names other than plain words must be in quotation marks',
    });
  }
}

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isLineEnd = (c: number): boolean => c === 0x0a || c === 0x0d || c === 0x2028 || c === 0x2029;
const isWordStart = (c: number): boolean => (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f;

/** A token as errors quote it. */
export function showToken({ kind, text }: Token): string {
  if (kind === 'end') return 'the end of the text';
  const sign = kind === 'value' ? '%' : kind === 'symbol' ? '@' : '';
  const short = text.length > quoted ? `${text.slice(0, quoted)}…` : text;
  return kind === 'string' ? JSON.stringify(short) : `'${sign}${short}'`;
}

/** A location such as `lenet.ts:21:25`; null for any other comment. */
export function readPlace(text: string): Loc | null {
  const found = /^(.*\S):(\d{1,9}):(\d{1,9})$/.exec(text);
  return found ? { file: found[1] as string, line: Number(found[2]), col: Number(found[3]) } : null;
}
