/** Intervals of index expressions, and the conditions on indices that they decide. */

import { dtypes } from '../dtype.ts';
import { type Axis, type Buffer, dtypeOf, type Expr, type Tile } from '../expr.ts';
import { type Loop, storageOf } from '../kernel.ts';
import { bindDim, type DType } from '../type.ts';

/** The minimum and maximum. */
export type Range = readonly [number, number];

export interface Known {
  /** The range of an axis at the expression. */
  axis(a: Axis): Range;
  /** The batch is 1 … maxBatch. */
  readonly maxBatch: number;
  /** A number n such that integers in a buffer or tile are in 0 … n − 1, if known. */
  values?(of: Buffer | Tile): number | undefined;
}

const anything: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

export function range(e: Expr, known: Known): Range {
  switch (e.kind) {
    case 'const':
      return [e.value, e.value];
    case 'axis':
      return known.axis(e.axis);
    case 'size':
      return [e.of.times, e.of.times * known.maxBatch];
    case 'load':
    case 'tile': {
      const values = known.values?.(e.kind === 'load' ? storageOf(e.buffer) : e.tile);
      return values === undefined ? ofType(dtypeOf(e)) : [0, values - 1];
    }
    case 'convert':
      return converted(range(e.x, known), dtypeOf(e.x), e.to);
    case 'select': {
      const [[al, ah], [bl, bh]] = [range(e.then, known), range(e.otherwise, known)];
      return [Math.min(al, bl), Math.max(ah, bh)];
    }
    case 'reduce':
      return e.fn === 'argmax' ? [0, e.over.reduce((p, a) => p * bindDim(a.extent, known.maxBatch), 1) - 1] : anything;
    case 'binary':
      if (dtypeOf(e) !== 'i32') return anything;
      return arithmetic(e.fn, range(e.a, known), range(e.b, known));
    default:
      return anything;
  }
}

/** One-byte types bound their values; the bounds of four-byte types are useless for indices. */
function ofType(dtype: DType): Range {
  const { bytes, least, most } = dtypes[dtype];
  return bytes === 1 ? [least, most] : anything;
}

/** An integer keeps its value if the type can hold it. */
function converted([low, high]: Range, from: DType, to: DType): Range {
  const [least, most] = ofType(to);
  return from !== 'f32' && low >= least && high <= most ? [low, high] : [least, most];
}

function arithmetic(fn: string, [al, ah]: Range, [bl, bh]: Range): Range {
  switch (fn) {
    case 'add':
      return [al + bl, ah + bh];
    case 'sub':
      return [al - bh, ah - bl];
    case 'mul': {
      const corners = [al * bl, al * bh, ah * bl, ah * bh];
      return corners.some(Number.isNaN) ? anything : [Math.min(...corners), Math.max(...corners)];
    }
    case 'idiv':
      return bl === bh && bl > 0 ? [Math.trunc(al / bl), Math.trunc(ah / bl)] : anything;
    case 'imod':
      if (bl !== bh || bl <= 0) return anything;
      return al >= 0 ? (ah < bl ? [al, ah] : [0, bl - 1]) : [-(bl - 1), bl - 1];
    case 'min':
      return [Math.min(al, bl), Math.min(ah, bh)];
    case 'max':
      return [Math.max(al, bl), Math.max(ah, bh)];
    default:
      return anything;
  }
}

/** The values of a loop's axis. With constant bounds, the last one is a whole number of steps from the first. */
export function loopRange(l: Loop, known: Known): Range {
  const [[low, latest], [least, end]] = [range(l.from, known), range(l.to, known)];
  return low === latest && least === end ? [low, low + Math.floor((end - low - 1) / l.step) * l.step] : [low, end - 1];
}

/** The truth of a condition on indices if it is the same for all values of the axes, else null. */
export function decide(cond: Expr, known: Known): boolean | null {
  if (cond.kind === 'const') return cond.value !== 0;
  if (cond.kind !== 'binary') return null;
  if (cond.fn === 'and' || cond.fn === 'or') {
    const [a, b] = [decide(cond.a, known), decide(cond.b, known)];
    const ends = cond.fn === 'or';
    if (a === ends || b === ends) return ends;
    return a !== null && b !== null ? !ends : null;
  }
  const [[al, ah], [bl, bh]] = [range(cond.a, known), range(cond.b, known)];
  if (![al, ah, bl, bh].some(Number.isFinite)) return null;
  switch (cond.fn) {
    case 'lt':
      return ah < bl ? true : al >= bh ? false : null;
    case 'le':
      return ah <= bl ? true : al > bh ? false : null;
    case 'gt':
      return al > bh ? true : ah <= bl ? false : null;
    case 'ge':
      return al >= bh ? true : ah < bl ? false : null;
    case 'eq':
      return equal([al, ah], [bl, bh]);
    case 'ne': {
      const same = equal([al, ah], [bl, bh]);
      return same === null ? null : !same;
    }
    default:
      return null;
  }
}

function equal([al, ah]: Range, [bl, bh]: Range): boolean | null {
  if (al === ah && bl === bh && al === bl) return true;
  return ah < bl || bh < al ? false : null;
}
