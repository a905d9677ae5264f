/** A kernel as a text: two kernels have the same key exactly if they are equal up to the names of their buffers and,
 *  optionally, to float constants. Neither the kernel's name nor the user's lines are part of it. */

import { numbering } from '../collections.ts';
import { type Axis, type Buffer, children, type Expr, type Tile } from '../expr.ts';
import { type Kernel, type Stmt, storageOf } from '../kernel.ts';
import { showDim, showType } from '../type.ts';

export interface KernelKey {
  readonly key: string;
  /** The buffers, in the order of their numbers in the key. Equal keys have equal names at the same numbers. */
  readonly buffers: readonly Buffer[];
  /** The storages of these buffers. */
  readonly storages: readonly Buffer[];
}

export function kernelKey(kernel: Kernel, { constants = true }: { constants?: boolean } = {}): KernelKey {
  const lines: string[] = [];
  const say = (line: string): number => lines.push(line);
  const buffers = new Map<Buffer, number>();
  const names = new Map<string, number>();
  const things = new Map<Axis | Tile, number>();
  const parts = new Map<string, number>();
  const known = new Map<Expr, number>();
  const float = numbering<number>();

  const buffer = (b: Buffer): number => {
    const seen = buffers.get(b);
    if (seen !== undefined) return seen;
    const of = b.viewOf ? ` of ${buffer(b.viewOf)}` : '';
    if (!names.has(b.name)) names.set(b.name, names.size);
    const id = buffers.size;
    buffers.set(b, id);
    say(`buffer ${id}: ${showType(b.type)} ${names.get(b.name)}${of}`);
    return id;
  };
  const thing = (t: Axis | Tile): number => {
    const seen = things.get(t);
    if (seen !== undefined) return seen;
    const id = things.size;
    things.set(t, id);
    say(`${JSON.stringify(t.name)} ${id}: ${'extent' in t ? showDim(t.extent) : showType(t)}`);
    return id;
  };
  const expr = (e: Expr): number => {
    const seen = known.get(e);
    if (seen !== undefined) return seen;
    const below = children(e).map(expr);
    const text = `${head(e)}(${below.join()})`;
    let id = parts.get(text);
    if (id === undefined) {
      id = parts.size;
      parts.set(text, id);
      say(text);
    }
    known.set(e, id);
    return id;
  };
  const head = (e: Expr): string => {
    switch (e.kind) {
      case 'const':
        return `${e.dtype} ${!constants && e.dtype === 'f32' ? `#${float(e.value)}` : Object.is(e.value, -0) ? '-0' : e.value}`;
      case 'axis':
        return `axis ${thing(e.axis)}`;
      case 'size':
        return showDim(e.of);
      case 'load':
        return `load ${buffer(e.buffer)}`;
      case 'tile':
        return `tile ${thing(e.tile)}`;
      case 'unary':
      case 'binary':
        return e.fn;
      case 'select':
        return 'select';
      case 'convert':
        return `to ${e.to}`;
      case 'reduce':
        return `${e.fn} over ${e.over.map(thing).join(' ')}`;
      default:
        return e satisfies never;
    }
  };
  const stmt = (s: Stmt): void => {
    switch (s.kind) {
      case 'for':
        say(
          `${s.mode}${s.fenced ? ' fenced' : ''}${s.together ? ' together' : ''} ${thing(s.axis)} in ${expr(s.from)}..${expr(s.to)} step ${s.step} {`,
        );
        for (const inner of s.body) stmt(inner);
        say('}');
        return;
      case 'tile':
        say(`declare ${thing(s.tile)}${s.tile.memory ? ` in ${s.tile.memory}` : ''}${s.tile.half ? ' halves' : ''}`);
        return;
      case 'barrier':
        say(s.kind);
        return;
      case 'set':
      case 'accumulate':
      case 'store': {
        const to = s.kind === 'store' ? buffer(s.buffer) : thing(s.tile);
        say(
          `${s.kind === 'accumulate' ? s.fn : s.kind}${s.kind === 'store' && s.add ? ' add' : ''} ${to} at ${s.at.map(expr).join()} = ${expr(s.value)}`,
        );
        return;
      }
      default:
        s satisfies never;
    }
  };
  for (const p of kernel.params) say(`${p.access} ${buffer(p.buffer)}`);
  for (const s of kernel.body) stmt(s);
  const all = [...buffers.keys()];
  return { key: lines.join('\n'), buffers: all, storages: [...new Set(all.map(storageOf))] };
}
