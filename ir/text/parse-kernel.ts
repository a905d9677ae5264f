/** Parses kernels as `print-kernel` writes them. Every name is bound exactly where it is visible, and problems are
 *  reported at their line and column. */

import { upsert } from '../collections.ts';
import type { Loc } from '../diagnostic.ts';
import { valueType } from '../dtype.ts';
import { axis, type Buffer, type Expr, type Tile } from '../expr.ts';

import {
  type Access,
  addTo,
  barrier,
  declare,
  type Kernel,
  type LoopMode,
  loop,
  maxCopies,
  type Stmt,
  set,
  store,
} from '../kernel.ts';
import { type BufferType, countAt, type Dim, isBatch, maxElements, sameElements, showType } from '../type.ts';
import { type Comment, Lexer, readPlace, type Token } from './lex.ts';
import { expectVersion, parseBufferType, parseType, readDim, type TextOptions, wholeNumber } from './parse-common.ts';
import { ExprReader } from './parse-expr.ts';
import { kindOf, Scope } from './parse-scope.ts';
import { keywords } from './words.ts';

/** A kernel by itself, with or without a version line. */
export function parseKernel(text: string, file: string, options: TextOptions = {}): Kernel {
  const lex = new Lexer(text, file);
  if (lex.is('tapeout')) expectVersion(lex);
  const kernel = kernelOf(lex, byNameAndType(), options);
  lex.expectKind('end', 'nothing after the kernel');
  return kernel;
}

/** Finds the storage that a kernel declares; `param` is its index among the params, or null. */
export type StorageOf = (kernel: string, param: number | null, name: string, type: BufferType) => Buffer;

/** Buffers of equal name and type are the same. */
export function byNameAndType(): StorageOf {
  const known = new Map<string, Buffer>();
  return (_kernel, _param, name, type) => upsert(known, `${name}: ${showType(type)}`, () => ({ name, type }));
}

export const kernelOf = (lex: Lexer, storageOf: StorageOf, options: TextOptions): Kernel =>
  new KernelReader(lex, storageOf, options).kernel();

const modes: ReadonlyMap<string, LoopMode> = new Map([
  ['for', 'serial'],
  ['parallel', 'parallel'],
  ['vectorize', 'vectorized'],
  ['unroll', 'unrolled'],
  ['invoke', 'invocations'],
]);

class KernelReader {
  readonly #lex: Lexer;
  readonly #storageOf: StorageOf;
  readonly #maxBatch: number;
  readonly #tellsPlaces: boolean;
  readonly #scope: Scope;
  readonly #exprs: ExprReader;

  constructor(lex: Lexer, storageOf: StorageOf, options: TextOptions) {
    this.#lex = lex;
    this.#scope = new Scope(lex);
    this.#exprs = new ExprReader(lex, this.#scope);
    this.#storageOf = storageOf;
    this.#maxBatch = options.maxBatch ?? 1;
    this.#tellsPlaces = options.places === 'text';
  }

  kernel(): Kernel {
    const lex = this.#lex;
    lex.expect('kernel', "and its params: 'kernel @relu(x: f32[N,4], y: f32[N,4] out) {'");
    const symbol = lex.expectKind('symbol', "the kernel's name, such as @matmul");
    const name = symbol.text;
    lex.expect('(');
    const params: { buffer: Buffer; access: Access }[] = [];
    while (!lex.is(')')) {
      const at = lex.peek();
      const buffer = this.#buffer(name, params.length);
      if (params.some((p) => p.buffer === buffer))
        throw lex.error(`'${at.text}' is a param already`, at, { code: 'duplicate-name' });
      const access = lex.accept('out') ? 'out' : lex.accept('inout') ? 'inout' : 'in';
      params.push({ buffer, access });
      if (!lex.accept(',') && !lex.is(')')) throw lex.unexpected("'out', 'inout', ',' or ')'");
    }
    lex.take();
    lex.expect('{');
    const locs = readPlaces(lex.peek().comments);
    while (lex.is('view') || lex.is('buffer')) {
      lex.take();
      this.#buffer(name, null);
    }
    const body = this.#block();
    return this.#placed({ name, params, body, locs }, symbol);
  }

  /** `x: f32[N,400] view of pool: f32[N,16,5,5]`, or the name of a buffer declared before. */
  #buffer(kernel: string, param: number | null): Buffer {
    const lex = this.#lex;
    const name = this.#scope.newName('a buffer such as x: f32[N,4]');
    if (!lex.is(':')) {
      const known = this.#scope.get(name);
      if (known?.kind === 'buffer') return known.buffer;
      throw known ? lex.unexpected("':' and the type of the buffer") : this.#scope.undefinedName(name);
    }
    lex.take();
    const at = lex.peek();
    const type = parseBufferType(lex);
    if (countAt(type.shape, this.#maxBatch) > maxElements)
      throw lex.error(`${showType(type)} has more than ${maxElements} elements`, at, { code: 'too-large' });
    this.#scope.checkFree(name);
    if (!lex.accept('view')) {
      const buffer = this.#storageOf(kernel, param, name.text, type);
      this.#scope.bind(name, { kind: 'buffer', buffer });
      return buffer;
    }
    // The view's name is claimed before its storage's, as in the printer.
    lex.expect('of');
    const place = lex.peek();
    this.#scope.rebind(name, { kind: 'buffer', buffer: { name: name.text, type } });
    const viewOf = this.#scope.within(place, () => this.#buffer(kernel, null));
    if (viewOf.name === name.text) throw lex.error(`'${name.text}' is a view of itself`, place);
    if (viewOf.type.dtype !== type.dtype || !sameElements(viewOf.type.shape, type.shape))
      throw lex.error(`${showType(type)} is not a view of ${showType(viewOf.type)}: it has other elements`, at, {
        code: 'type-mismatch',
      });
    const buffer: Buffer = { name: name.text, type, viewOf };
    this.#scope.rebind(name, { kind: 'buffer', buffer });
    return buffer;
  }

  /** Statements up to and including the closing brace. Tiles are visible only among them. */
  #block(): Stmt[] {
    const lex = this.#lex;
    const body: Stmt[] = [];
    const mine: string[] = [];
    for (;;) {
      const lets: string[] = [];
      while (lex.is('let')) lets.push(this.#exprs.let());
      if (lets.length === 0 && lex.accept('}')) break;
      const s = this.#stmt(() => this.#scope.unbind(lets.splice(0)));
      if (s.kind === 'tile') mine.push(s.tile.name);
      body.push(s);
    }
    this.#scope.unbind(mine);
    return body;
  }

  /** Adds the location, if locations in the text are wanted. */
  #placed<T extends Stmt | Kernel>(made: T, at: Token): T {
    return this.#tellsPlaces ? { ...made, place: this.#lex.loc(at) } : made;
  }

  #stmt(endLets: () => void): Stmt {
    const first = this.#lex.peek();
    return this.#placed(this.#unplaced(first, endLets), first);
  }

  #unplaced(first: Token, endLets: () => void): Stmt {
    const lex = this.#lex;
    const mode = first.kind === 'name' ? modes.get(first.text) : undefined;
    if (mode) return this.#loop(mode, endLets);
    if (lex.is('tile')) {
      lex.take();
      endLets();
      return this.#tile();
    }
    if (lex.accept('barrier')) {
      endLets();
      return barrier;
    }
    const s = this.#assignment();
    endLets();
    return s;
  }

  #tile(): Stmt {
    const lex = this.#lex;
    const name = this.#scope.newName('the name of the tile');
    lex.expect(':', `and the type of the tile '${name.text}'`);
    const at = lex.peek();
    const { dtype, shape } = parseType(lex);
    const extents = shape.map((d) => {
      if (isBatch(d)) throw lex.error('a tile is kept in registers, so its extents must be constants, without N', at);
      return d;
    });
    if (countAt(shape, 1) > maxCopies)
      throw lex.error(`a tile of more than ${maxCopies} elements does not fit in registers`, at, { code: 'too-large' });
    const storage = lex.accept('workgroup')
      ? { memory: 'workgroup' as const, ...(lex.accept('half') ? { half: true } : {}) }
      : {};
    const tile: Tile = { name: name.text, dtype, shape: extents, ...storage };
    this.#scope.bind(name, { kind: 'tile', tile });
    return declare(tile);
  }

  #loop(mode: LoopMode, endLets: () => void): Stmt {
    const lex = this.#lex;
    const start = lex.take();
    const fenced = lex.accept('fenced');
    const together = lex.accept('together');
    const name = this.#scope.newName('the index of the loop');
    const told = lex.accept(':') ? readDim(lex) : null;
    lex.expect('in', `and the bounds of the loop, such as '${name.text} in 0..8'`);
    const from = this.#exprs.typed(this.#exprs.unary(), 'i32', lex.peek(), 'a bound');
    lex.expect('..', 'and the upper bound');
    const place = lex.peek();
    const to = this.#exprs.typed(this.#exprs.unary(), 'i32', place, 'a bound');
    endLets();
    const extent = told ?? extentOf(to.e);
    if (extent === null)
      throw lex.error(`the bound does not give the extent of '${name.text}'`, place, {
        help: `give it: '${start.text} ${name.text}: 8 in …'`,
      });
    const step = lex.accept('step') ? wholeNumber(lex, 'the step', 1) : 1;
    lex.expect('{', 'and the body of the loop');
    const a = axis(name.text, extent);
    this.#scope.bind(name, { kind: 'axis', axis: a });
    const body = this.#scope.within(start, () => this.#block());
    this.#scope.unbind([name.text]);
    return loop(a, from.e, to.e, body, { mode, step, fenced, together });
  }

  #assignment(): Stmt {
    const lex = this.#lex;
    const name = lex.peek();
    if (name.kind !== 'string' && (name.kind !== 'name' || keywords.has(name.text)))
      throw lex.unexpected("a statement: a loop, 'tile', 'let', a store such as 'y[n] = …', or '}'");
    lex.take();
    const target = this.#scope.lookup(name);
    if (target.kind !== 'buffer' && target.kind !== 'tile')
      throw lex.error(`'${name.text}' is ${kindOf(target)}, and only buffers and tiles are written`, name);
    const shape = target.kind === 'buffer' ? target.buffer.type.shape : target.tile.shape;
    const dtype = target.kind === 'buffer' ? valueType(target.buffer.type.dtype) : target.tile.dtype;
    const at = this.#exprs.indices(name, shape.length).map((t) => t.e);
    const sign = lex.peek();
    const fn =
      (['max', 'min'] as const).find((word) => lex.accept(word)) ??
      (lex.accept('+=') ? 'add' : lex.accept('*=') ? 'mul' : null);
    if (fn !== 'add' && fn !== 'mul') lex.expect('=', fn === null ? "or '+=', '*=', 'max=', 'min='" : '');
    const place = lex.peek();
    const { e: value } = this.#exprs.typed(this.#exprs.expr(), dtype, place, `the value of '${name.text}'`);
    if (target.kind === 'tile')
      return fn === null ? set(target.tile, at, value) : { kind: 'accumulate', fn, tile: target.tile, at, value };
    if (fn !== null && fn !== 'add')
      throw lex.error('only tiles accumulate like this; a buffer is stored with = or +=', sign, {
        help: `keep it in a tile first, and store the tile in ${name.text}`,
      });
    return (fn === 'add' ? addTo : store)(target.buffer, at, value);
  }
}

/** The extent that follows from an upper bound, or null. */
function extentOf(to: Expr): Dim | null {
  if (to.kind === 'size') return to.of;
  return to.kind === 'const' && to.value >= 0 ? to.value : null;
}

/** `lenet.ts:16:16, 15:16`, in the lines after a kernel's head: a location without a file is in the previous one's. */
function readPlaces(comments: readonly Comment[]): Loc[] {
  const locs: Loc[] = [];
  let file = '';
  for (const { text } of comments) {
    const line: Loc[] = [];
    // A file name may contain a comma, but not after its line and column.
    const pieces = text.split(/(?<=:\d+:\d+|^\d+:\d+|, \d+:\d+), /);
    for (const piece of pieces) {
      const place = /^\d+:\d+$/.test(piece) ? readPlace(`${file || '?'}:${piece}`) : readPlace(piece);
      if (!place || place.file === '?') break;
      file = place.file;
      line.push(place);
    }
    if (line.length === pieces.length) for (const place of line) locs.push(place);
  }
  return locs;
}
