/** The meaning of a kernel: its loops run in order, whatever their mode, and every f32 operation rounds as
 *  WebAssembly's does, so that results have the same bits. Transcendental functions that are not yet expanded are
 *  `Math`'s, rounded. */

import { arrayOf, dtypes, type Elements, valueType } from '../dtype.ts';
import { type Axis, type Buffer, type Expr, type Tile, walk } from '../expr.ts';
import { exprsOf, type Kernel, type Stmt, storageOf, walkStmts } from '../kernel.ts';
import { countAt, showType } from '../type.ts';
import { compileSource } from './compile.ts';
import { Writer } from './expr.ts';
import { fromElement, toElement } from './spell.ts';

/** f32 in a Float32Array, i32 in an Int32Array, u8 and bool in a Uint8Array, the bits of f16 in a Uint16Array. */
export type Memory = Map<Buffer, Elements>;

/** Runs a kernel on `memory`, keyed by storage: a view accesses the array of its storage. `n` is the batch. Throws on
 *  an access out of bounds, with the names of kernel and buffer. */
export function interpretKernel(kernel: Kernel, memory: ReadonlyMap<Buffer, Elements>, n: number): void {
  const buffers = buffersOf(kernel);
  const arrays = buffers.map((b) => {
    const array = memory.get(storageOf(b));
    const [want, count] = [arrayOf(b.type.dtype), countAt(b.type.shape, n)];
    if (!array) throw new Error(`kernel @${kernel.name}: no memory is given for '${storageOf(b).name}'`);
    if (!(array instanceof want)) throw new Error(`kernel @${kernel.name}: '${b.name}' needs a ${want.name}`);
    if (array.length < count)
      throw new Error(
        `kernel @${kernel.name}: '${b.name}' is ${showType(b.type)}: ${count} elements at N = ${n}, not ${array.length}`,
      );
    return array;
  });
  compileKernel(kernel, buffers)(n, ...arrays);
}

/** An array of zeros for every storage that kernels use. */
export function makeMemory(kernels: readonly Kernel[], n: number): Memory {
  const storages = new Set(kernels.flatMap((k) => buffersOf(k).map(storageOf)));
  return new Map([...storages].map((b) => [b, new (arrayOf(b.type.dtype))(countAt(b.type.shape, n))]));
}

/** Every buffer that a kernel names, its params first. */
export function buffersOf(kernel: Kernel): Buffer[] {
  const found = new Set(kernel.params.map((p) => p.buffer));
  const seen = new Set<Expr>();
  walkStmts(kernel.body, (s) => {
    for (const e of exprsOf(s))
      walk(
        e,
        (part) => {
          if (part.kind === 'load') found.add(part.buffer);
        },
        seen,
      );
    if (s.kind === 'store') found.add(s.buffer);
  });
  return [...found];
}

function compileKernel(kernel: Kernel, buffers: readonly Buffer[]): (...args: unknown[]) => void {
  const axes = new Map<Axis, string>();
  const tiles = new Map<Tile, string>();
  const bug = (problem: string): never => {
    throw new Error(`kernel @${kernel.name}: ${problem}`);
  };
  const w = new Writer('f32', {
    axis: (a) => axes.get(a) ?? bug(`the axis '${a.name}' is read outside its loop`),
    buffer: (b) => `x${buffers.indexOf(b)}`,
    tile: (t) => tiles.get(t) ?? bug(`the tile '${t.name}' is read before it is declared`),
    whole: () => false,
  });
  // One array per tile, made once; declaring the tile poisons it each time.
  walkStmts(kernel.body, (s) => {
    if (s.kind !== 'tile' || tiles.has(s.tile)) return;
    const name = w.fresh('t');
    tiles.set(s.tile, name);
    const count = s.tile.shape.reduce((a, b) => a * b, 1);
    w.line(
      s.tile.shape.length === 0 ? `let ${name} = 0;` : `const ${name} = new ${arrayOf(s.tile.dtype).name}(${count});`,
    );
  });
  const declared = new Set<Tile>();
  for (const s of kernel.body) run(s);
  return compileSource(
    `kernel @${kernel.name}`,
    'f32',
    buffers.map((_, i) => `x${i}`),
    w.source(),
  );

  function run(s: Stmt): void {
    switch (s.kind) {
      case 'for': {
        const [a, to] = [w.fresh('i'), w.fresh('to')];
        const was = axes.get(s.axis);
        w.statement([s.from, s.to], () => w.line(`const ${to} = ${w.value(s.to)}, ${a}from = ${w.value(s.from)};`));
        axes.set(s.axis, a);
        w.block(`for (let ${a} = ${a}from; ${a} < ${to}; ${a} += ${s.step})`, () => {
          for (const inner of s.body) run(inner);
        });
        if (was === undefined) axes.delete(s.axis);
        else axes.set(s.axis, was);
        return;
      }
      case 'tile': {
        const [name, poison] = [tiles.get(s.tile) as string, dtypes[s.tile.dtype].poison];
        declared.add(s.tile);
        w.line(s.tile.shape.length === 0 ? `${name} = ${poison};` : `${name}.fill(${poison});`);
        return;
      }
      case 'barrier':
        return;
      case 'set':
        w.statement([...s.at, s.value], () => w.line(`${element(w, s)} = ${held(s.tile, w.value(s.value))};`));
        return;
      case 'accumulate':
        w.statement([...s.at, s.value], () => {
          const to = element(w, s);
          w.line(`${to} = ${held(s.tile, w.arithmetic(s.fn, s.tile.dtype, to, w.value(s.value)))};`);
        });
        return;
      case 'store':
        w.statement([...s.at, s.value], () => {
          const { dtype } = s.buffer.type;
          const to = w.element(s.buffer, s.at);
          const value = s.add
            ? w.arithmetic('add', valueType(dtype), fromElement(dtype, to), w.value(s.value))
            : w.value(s.value);
          w.line(`${to} = ${toElement(dtype, value)};`);
        });
        return;
      default:
        s satisfies never;
    }
  }

  function held({ half }: Tile, value: string): string {
    return half ? `half(${value})` : value;
  }

  function element(w: Writer, s: { tile: Tile; at: readonly Expr[] }): string {
    if (!declared.has(s.tile)) bug(`the tile '${s.tile.name}' is written before it is declared`);
    const name = tiles.get(s.tile) as string;
    return s.tile.shape.length === 0 ? name : `${name}[${w.offset(s.tile.name, s.tile.shape, s.at)}]`;
  }
}
