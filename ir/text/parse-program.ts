/** Parses programs as `print-program` writes them. The kernels follow the program, and their params are the buffers in
 *  its launches. */

import { upsert } from '../collections.ts';
import type { Buffer } from '../expr.ts';
import type { Access, Kernel, Placed } from '../kernel.ts';
import {
  type Entry,
  lifetimes,
  type Outline,
  type Port,
  type Program,
  type Purpose,
  purposes,
  type Repeat,
  type Slot,
  type Span,
  type Storage,
} from '../program.ts';
import { type BufferType, countAt, maxElements, sameType, showType } from '../type.ts';
import type { Lexer, Token } from './lex.ts';
import {
  largestInt,
  parseBufferType,
  parseNumber,
  readMaxBatch,
  type TextOptions,
  wholeNumber,
} from './parse-common.ts';
import type { StorageOf } from './parse-kernel.ts';
import { columns } from './print-program.ts';

/** A kernel in a file, with the token that names it. */
export interface KernelText {
  readonly kernel: Kernel;
  readonly at: Token;
}

interface PortText {
  readonly at: Token;
  readonly type: BufferType;
  readonly buffer: Token;
}
interface LaunchText {
  readonly kernel: Token;
  readonly args: readonly { readonly buffer: Token; readonly access: Access }[];
}
interface EntryText {
  readonly name: string;
  readonly at: Token;
  readonly leastBatch: number | null;
  readonly inputs: readonly PortText[];
  readonly outputs: readonly PortText[];
  readonly launches: readonly LaunchText[];
  readonly barriers: readonly number[] | null;
  readonly repeats: readonly Repeat[];
}
interface Row {
  readonly at: Token;
  readonly type: BufferType;
  readonly purpose: Purpose;
  readonly more: Pick<Storage, 'range' | 'ignored'>;
  readonly allocation: { readonly offset: number; readonly bytes: number; readonly live?: readonly Span[] } | null;
}

/** A program whose kernels are yet to be read. */
export interface ProgramText {
  readonly maxBatch: number;
  /** Finds the buffers for its kernels' params. */
  readonly storageOf: StorageOf;
  /** The program over the kernels that follow it. Throws a `CompileError` where they do not fit. */
  over(kernels: readonly KernelText[]): Outline | Program;
}

export function programOf(lex: Lexer, { places }: TextOptions = {}): ProgramText {
  lex.expect('program');
  const { text: name } = lex.expectKind('symbol', "the program's name, such as @LeNet");
  const maxBatch = readMaxBatch(lex);
  lex.expect('{');
  const entries: EntryText[] = [];
  while (lex.is('entry')) {
    const start = lex.peek();
    const entry = readEntry(lex);
    if (entries.some((e) => e.name === entry.name))
      throw lex.error(`there are two entries @${entry.name}`, start, { code: 'duplicate-name' });
    entries.push(entry);
  }
  const rows = new Map<string, Row>();
  const arena = lex.is('arena') ? readArena(lex) : null;
  if (!arena) lex.expect('buffers', "an 'entry', or the 'arena' of a program whose memory is planned");
  readTable(lex, arena ? columns.program : columns.outline, () => readRow(lex, rows, maxBatch, arena !== null));
  lex.expect('}');
  const binder = new Binder(lex, entries, rows, places === 'text');
  return {
    maxBatch,
    storageOf: binder.storageOf,
    over(kernels) {
      const { entries, slots } = binder.bound(kernels);
      if (arena) return { name, maxBatch, entries, slots, ...arena };
      const lasting = slots.filter((s) => s.purpose !== 'temp');
      return { name, maxBatch, entries, lasting: lasting.map(({ offset: _, bytes: __, ...s }): Storage => s) };
    },
  };
}

// Text to names

/** `arena 4112 bytes, of which 4100 are live at once`. */
function readArena(lex: Lexer): { arenaBytes: number; liveBytes: number } {
  lex.expect('arena');
  const arenaBytes = wholeNumber(lex, 'the bytes of the arena');
  for (const word of ['bytes', ',', 'of', 'which']) lex.expect(word);
  const liveBytes = wholeNumber(lex, 'how many bytes are live at once');
  for (const word of ['are', 'live', 'at', 'once']) lex.expect(word);
  return { arenaBytes, liveBytes };
}

/** `(N >= 2)`; null where there is none. */
function readLeastBatch(lex: Lexer): number | null {
  if (!lex.accept('(')) return null;
  lex.expect('N', "the batch, as in '(N >= 2)'");
  lex.expect('>=');
  const least = wholeNumber(lex, 'the fewest samples that the entry takes', 2);
  lex.expect(')');
  return least;
}

function readEntry(lex: Lexer): EntryText {
  lex.expect('entry');
  const at = lex.expectKind('symbol', "the entry's name, such as @train_step");
  const name = at.text;
  const leastBatch = readLeastBatch(lex);
  const barriers: number[] | null = lex.accept('on') ? [] : null;
  if (barriers) lex.expect('threads', "after 'on'");
  lex.expect('{');
  const [inputs, outputs, launches]: [PortText[], PortText[], LaunchText[]] = [[], [], []];
  while (lex.is('input') || lex.is('output')) (lex.take().text === 'input' ? inputs : outputs).push(readPort(lex));
  const repeats: Repeat[] = [];
  let open: Pick<Repeat, 'from' | 'times'> | null = null;
  for (;;) {
    const at = lex.peek();
    if (lex.accept('}')) {
      if (!open) break;
      if (launches.length === open.from) throw lex.error("'repeat' has no launches", at);
      repeats.push({ from: open.from, to: launches.length - 1, times: open.times });
      open = null;
      continue;
    }
    if (!open && lex.accept('repeat')) {
      open = { from: launches.length, times: wholeNumber(lex, 'how often its launches run', 1) };
      lex.expect('{');
      continue;
    }
    if (barriers && lex.accept('barrier')) {
      if (launches.length === 0 || barriers.at(-1) === launches.length)
        throw lex.error('a barrier stands between two launches', at);
      barriers.push(launches.length);
      continue;
    }
    if (at.kind !== 'number') throw lex.unexpected("a launch such as '0  @matmul(x, w, y out)', a port, or '}'");
    const number = wholeNumber(lex, 'the number of a launch');
    if (number !== launches.length) throw lex.error(`this is launch ${launches.length} of @${name}`, at);
    launches.push(readLaunch(lex));
  }
  if (barriers && launches.length > 0 && barriers.at(-1) === launches.length)
    throw lex.error('a barrier stands between two launches');
  return { name, at, leastBatch, inputs, outputs, launches, barriers, repeats };
}

/** `y: i32[N] in labels`. */
function readPort(lex: Lexer): PortText {
  const at = readName(lex, 'the name under which a host knows a buffer');
  lex.expect(':', `and the type of '${at.text}'`);
  const type = parseBufferType(lex);
  return { at, type, buffer: lex.accept('in') ? readName(lex, 'a buffer') : at };
}

function readLaunch(lex: Lexer): LaunchText {
  const kernel = lex.expectKind('symbol', "the kernel's name, such as @matmul");
  lex.expect('(', `and the buffers of @${kernel.text}`);
  const args: { buffer: Token; access: Access }[] = [];
  while (!lex.is(')')) {
    const buffer = readName(lex, "a buffer, or ')'");
    if (args.some((a) => a.buffer.text === buffer.text))
      throw lex.error(`'${buffer.text}' is given twice`, buffer, { code: 'duplicate-name' });
    args.push({ buffer, access: lex.accept('out') ? 'out' : lex.accept('inout') ? 'inout' : 'in' });
    if (!lex.accept(',') && !lex.is(')')) throw lex.unexpected("'out', 'inout', ',' or ')'");
  }
  lex.take();
  return { kernel, args };
}

function readName(lex: Lexer, what: string): Token {
  const { kind } = lex.peek();
  if (kind !== 'name' && kind !== 'string') throw lex.unexpected(what);
  return lex.take();
}

function readTable(lex: Lexer, header: readonly string[], row: () => void): void {
  lex.expect('{');
  for (const word of header) lex.expect(word, `in the line of headings: ${header.join(' ')}`);
  while (!lex.accept('}')) row();
}

/** `755920  256  input  y  i32[N] < 10`; the leading two numbers and the trailing launches only if memory is planned. */
function readRow(lex: Lexer, rows: Map<string, Row>, maxBatch: number, planned: boolean): void {
  const allocation = planned
    ? { offset: wholeNumber(lex, "an offset in bytes, or '}'"), bytes: wholeNumber(lex, 'how many bytes') }
    : null;
  const word = lex.peek();
  const purpose = word.kind === 'name' ? purposes.find((p) => p === word.text) : undefined;
  if (!purpose) throw lex.unexpected(`what the buffer is for: ${purposes.join(', ')}`);
  lex.take();
  const at = readName(lex, 'the name of a buffer');
  const known = rows.get(at.text);
  if (known)
    throw lex.error(`there are two buffers '${at.text}'`, at, {
      code: 'duplicate-name',
      notes: [{ message: 'first here', loc: lex.loc(known.at) }],
    });
  const start = lex.peek();
  const type = parseBufferType(lex);
  if (countAt(type.shape, maxBatch) > maxElements)
    throw lex.error(`${showType(type)} has more than ${maxElements} elements at a batch of ${maxBatch}`, start, {
      code: 'too-large',
    });
  const more = lex.accept('<')
    ? {
        range: wholeNumber(lex, 'how many values there are', 1),
        ...(lex.accept('or') ? { ignored: ignoredValue(lex) } : {}),
      }
    : {};
  const live: Span[] = [];
  const { kind } = lex.peek();
  if (planned && (kind === 'name' || kind === 'string'))
    do live.push(readSpan(lex));
    while (lex.accept(','));
  rows.set(at.text, {
    at,
    type,
    purpose,
    more,
    allocation: allocation && { ...allocation, ...(live.length ? { live } : {}) },
  });
}

/** `-100`: an ignored value, which must be an i32. */
function ignoredValue(lex: Lexer): number {
  const at = lex.peek();
  const value = parseNumber(lex, 'the value that is ignored');
  if (Number.isInteger(value) && value >= -largestInt - 1 && value <= largestInt) return value + 0;
  throw lex.error(`expected the value that is ignored: a whole number, got ${value}`, at);
}

/** `train_step 3..14`. */
function readSpan(lex: Lexer): Span {
  const entry = readName(lex, 'the name of an entry').text;
  const from = wholeNumber(lex, 'the first launch');
  lex.expect('..', 'and the last launch');
  return { entry, from, to: wholeNumber(lex, 'the last launch') };
}

// Names to things

class Binder {
  readonly #lex: Lexer;
  readonly #tellsPlaces: boolean;
  readonly #entries: readonly EntryText[];
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #buffers = new Map<string, Buffer>();
  /** The first launch of each kernel. */
  readonly #launches = new Map<string, LaunchText>();

  constructor(lex: Lexer, entries: readonly EntryText[], rows: ReadonlyMap<string, Row>, tellsPlaces: boolean) {
    this.#lex = lex;
    this.#tellsPlaces = tellsPlaces;
    this.#entries = entries;
    this.#rows = rows;
    for (const l of entries.flatMap((e) => e.launches)) {
      const before = upsert(this.#launches, l.kernel.text, () => l);
      if (before !== l) checkSame(lex, before, l);
    }
  }

  readonly storageOf: StorageOf = (kernel, param, name, type) => {
    const arg = param === null ? undefined : this.#launches.get(kernel)?.args[param]?.buffer.text;
    const row = arg === undefined ? undefined : this.#rows.get(arg);
    if (arg === undefined || !row || !sameType(row.type, type)) return { name, type };
    // `t.1` is the name in a table of the second of two buffers `t`.
    const second = arg.startsWith(`${name}.`) && /^\d+$/.test(arg.slice(name.length + 1));
    return upsert(this.#buffers, arg, () => ({ name: second ? name : arg, type: row.type }));
  };

  bound(texts: readonly KernelText[]): { entries: Entry[]; slots: Slot[] } {
    const lex = this.#lex;
    const kernels = new Map(texts.map((t) => [t.kernel.name, t]));
    for (const { kernel, at } of texts)
      if (!this.#launches.has(kernel.name))
        throw lex.error(`no entry launches @${kernel.name}`, at, { code: 'unused-value' });
    for (const l of this.#launches.values()) this.#checkLaunch(l, kernels.get(l.kernel.text));
    const entries = this.#entries.map(
      (e): Entry => ({
        name: e.name,
        inputs: e.inputs.map((p) => this.#port(p)),
        outputs: e.outputs.map((p) => this.#port(p)),
        launches: e.launches.map((l) => kernels.get(l.kernel.text)?.kernel as Kernel),
        ...this.#place(e.at),
        ...(this.#tellsPlaces ? { launchPlaces: e.launches.map((l) => lex.loc(l.kernel)) } : {}),
        ...(e.barriers ? { barriers: e.barriers } : {}),
        ...(e.repeats.length > 0 ? { repeats: e.repeats } : {}),
        ...(e.leastBatch === null ? {} : { leastBatch: e.leastBatch }),
      }),
    );
    const used = lifetimes(entries, new Set());
    const slots = [...this.#rows].map(([name, { at, purpose, more, allocation }]): Slot => {
      const buffer = this.#buffer(at);
      if (purpose === 'temp' && !used.has(buffer))
        throw lex.error(`no launch needs '${name}'`, at, { code: 'unused-value' });
      return { buffer, purpose, ...more, offset: 0, bytes: 0, ...allocation, ...this.#place(at) };
    });
    return { entries, slots };
  }

  #buffer(at: Token): Buffer {
    const row = this.#rows.get(at.text);
    if (row) return upsert(this.#buffers, at.text, () => ({ name: at.text, type: row.type }));
    throw this.#lex.error(`there is no buffer '${at.text}'`, at, {
      code: 'undefined-name',
      help: 'every buffer has a line in the table after the entries',
    });
  }

  #place(at: Token): Placed {
    return this.#tellsPlaces ? { place: this.#lex.loc(at) } : {};
  }

  #port({ at: name, type, buffer: at }: PortText): Port {
    const buffer = this.#buffer(at);
    if (sameType(buffer.type, type))
      return { name: name.text, buffer, dtype: type.dtype, shape: type.shape, ...this.#place(name) };
    throw this.#lex.error(`'${name.text}' is ${showType(type)}, and its buffer ${showType(buffer.type)}`, at, {
      code: 'type-mismatch',
    });
  }

  /** Checks that a launch passes the buffers that its kernel takes. */
  #checkLaunch({ kernel: at, args }: LaunchText, text: KernelText | undefined): void {
    const lex = this.#lex;
    if (!text)
      throw lex.error(`there is no kernel @${at.text}`, at, {
        code: 'undefined-name',
        help: 'the kernels of a program come after it',
      });
    const { params } = text.kernel;
    const notes = [{ message: 'defined here', loc: lex.loc(text.at) }];
    if (params.length !== args.length)
      throw lex.error(`@${at.text} takes ${params.length} buffers, and ${args.length} are given`, at, {
        code: 'operand-count',
        notes,
      });
    for (const [i, { buffer: name, access }] of args.entries()) {
      const p = params[i] as (typeof params)[number];
      const buffer = this.#buffer(name);
      if (p.buffer.viewOf)
        throw lex.error(`'${p.buffer.name}' of @${at.text} is a view, and launches take whole buffers`, name, {
          notes,
        });
      if (p.buffer !== buffer || p.access !== access)
        throw lex.error(
          `'${name.text}' is ${showType(buffer.type)} ${access}, and @${at.text} takes ${showType(p.buffer.type)} ${p.access} there`,
          name,
          { code: 'type-mismatch', notes },
        );
    }
  }
}

/** Checks that a kernel has the same buffers wherever it is launched. */
function checkSame(lex: Lexer, before: LaunchText, { kernel, args }: LaunchText): void {
  const other = args.find(
    (a, i) => a.buffer.text !== before.args[i]?.buffer.text || a.access !== before.args[i]?.access,
  );
  if (!other && args.length === before.args.length) return;
  throw lex.error(`@${kernel.text} is launched with other buffers above`, other?.buffer ?? kernel, {
    notes: [{ message: 'first here', loc: lex.loc(before.kernel) }],
    help: 'a kernel always has the same buffers: give one for others another name',
  });
}
