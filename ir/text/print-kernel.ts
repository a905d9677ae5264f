/** Prints kernels: loops, tiles and stores, with names that are unique where they are visible.
 *
 *  The user's locations that a kernel computes are in comments after its head. A loop reads `for n in 0..N step 4 {`,
 *  starting with its mode; `for i: 8 in …` gives the extent of an axis if it differs from the upper bound. A view of a
 *  param's bytes has a `view` line. `parse-kernel` reads all of it back. */

import { type Buffer, dtypeOf, size, type Tile } from '../expr.ts';
import { buffersOf } from '../interpret/kernel.ts';
import type { Kernel, Loop, LoopMode, Stmt } from '../kernel.ts';
import { isBatch, showDim, showType } from '../type.ts';
import { exprPrinter, type Printer, showReference, tight } from './print-expr.ts';
import { type PrintOptions, showPlaces, tells, versionLine, width } from './print-options.ts';

const words: Readonly<Record<LoopMode, string>> = {
  serial: 'for',
  parallel: 'parallel',
  vectorized: 'vectorize',
  unrolled: 'unroll',
  invocations: 'invoke',
};
const updates = { add: '+=', mul: '*=', max: 'max=', min: 'min=' } as const;

/** A kernel as text, which `parseKernel` reads back. */
export function printKernel(kernel: Kernel, options: PrintOptions = {}): string {
  const printer = exprPrinter();
  const declared = new Set<Buffer>();
  const params = kernel.params.map(({ buffer, access }) => {
    const of = viewed(buffer, printer, declared);
    return `${of}${access === 'in' ? '' : ` ${access}`}`;
  });
  const views = buffersOf(kernel)
    .filter((b) => !declared.has(b))
    .map((b) => `  ${b.viewOf ? 'view' : 'buffer'} ${viewed(b, printer, declared)}`);
  const opening = `kernel ${showReference('@', kernel.name)}(`;
  const oneLine = `${opening}${params.join(', ')}) {`;
  const head = oneLine.length <= width ? [oneLine] : [opening, ...params.map((p) => `  ${p},`), ') {'];
  const told = kernel.locs.filter((l) => tells(l, options));
  const places = showPlaces(told, options).map((line) => `  ; ${line}`);
  return [...head, ...places, ...views, ...kernel.body.flatMap((s) => printStmt(s, printer, '  ')), '}'].join('\n');
}

/** A file of only kernels, in order. `maxBatch` is the bound on N in its head. */
export const printKernels = (
  kernels: readonly Kernel[],
  { maxBatch, ...options }: PrintOptions & { readonly maxBatch?: number } = {},
): string =>
  [
    versionLine,
    ...(maxBatch === undefined ? [] : [`batch (N <= ${maxBatch})`]),
    ...kernels.map((k) => printKernel(k, options)),
    '',
  ].join('\n');

/** `x: f32[N,400] view of pool: f32[N,16,5,5]`; a buffer declared before is only named. */
function viewed(b: Buffer, printer: Printer, declared: Set<Buffer>): string {
  if (declared.has(b)) return printer.name(b);
  declared.add(b);
  const own = `${printer.bind(b)}: ${showType(b.type)}`;
  return b.viewOf ? `${own} view of ${viewed(b.viewOf, printer, declared)}` : own;
}

/** One statement on its own, for reports. */
export const showStmt = (s: Stmt): string => printStmt(s, exprPrinter(), '').join('\n');

function printStmt(s: Stmt, printer: Printer, indent: string): string[] {
  switch (s.kind) {
    case 'for': {
      const { lets, texts } = printer.print([s.from, s.to], tight);
      const [from, to] = texts as [string, string];
      const extent = isUpper(s) ? '' : `: ${showDim(s.axis.extent)}`;
      const words = `${modeOf(s)} ${printer.bind(s.axis)}${extent} in ${from}..${to}${s.step === 1 ? '' : ` step ${s.step}`}`;
      const body = scoped(s.body, printer, `${indent}  `);
      printer.unbind(s.axis);
      return [...lets.map((l) => indent + l), `${indent}${words} {`, ...body, `${indent}}`];
    }
    case 'tile':
      return [`${indent}tile ${printer.bind(s.tile)}: ${showType(s.tile)}${showPlace(s.tile)}`];
    case 'barrier':
      return [`${indent}barrier`];
    case 'set':
    case 'accumulate':
    case 'store': {
      const { lets, texts } = printer.print([...s.at, s.value]);
      const [at, value] = [texts.slice(0, -1), texts.at(-1)];
      const target = printer.name(s.kind === 'store' ? s.buffer : s.tile);
      const element = at.length ? `${target}[${at.join(', ')}]` : target;
      const fn = s.kind === 'accumulate' ? s.fn : s.kind === 'store' && s.add ? 'add' : null;
      return [...lets, `${element} ${fn ? updates[fn] : '='} ${value}`].map((l) => indent + l);
    }
    default:
      return s satisfies never;
  }
}

/** Statements whose tiles are visible only among them. */
function scoped(body: readonly Stmt[], printer: Printer, indent: string): string[] {
  const lines = body.flatMap((s) => printStmt(s, printer, indent));
  for (const s of body) if (s.kind === 'tile') printer.unbind(s.tile);
  return lines;
}

const modeOf = (s: Loop): string => words[s.mode] + (s.fenced ? ' fenced' : '') + (s.together ? ' together' : '');

function isUpper({ axis, to }: Loop): boolean {
  const extent = size(axis.extent);
  if (extent.kind === 'size') return to.kind === 'size' && isBatch(axis.extent) && to.of.times === axis.extent.times;
  return to.kind === 'const' && dtypeOf(to) === 'i32' && extent.kind === 'const' && to.value === extent.value;
}

/** The memory of a tile outside registers, and its element size. */
const showPlace = ({ memory, half }: Tile): string => (memory ? ` ${memory}${half ? ' half' : ''}` : '');
