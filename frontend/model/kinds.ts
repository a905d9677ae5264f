/** The kinds of arguments. */

import { elementsDim, maxRank } from '../../ir/type.ts';
import { onExtent, onSeveral } from '../hints-members.ts';
import type { Kind } from './arguments.ts';
import { toDim } from './dims.ts';
import { Tensor } from './tensor.ts';

/** A new kind. */
export const kind = (says: string, holds: (v: unknown) => boolean, more: Partial<Kind> = {}): Kind => ({
  says,
  holds,
  ...more,
});

/** The same kind, optional. */
export const optional = (k: Kind): Kind => ({ ...k, optional: true });
/** The same kind, or null: PyTorch's None. */
export const orNull = (k: Kind): Kind => ({
  ...k,
  holds: (v) => v === null || k.holds(v),
  use: (v) => {
    if (v !== null) k.use?.(v);
  },
});
/** One of two kinds. */
export const either = (a: Kind, b: Kind): Kind => ({
  ...a,
  says: `${a.says} or ${b.says}`,
  holds: (v) => a.holds(v) || b.holds(v),
  use: (v) => (a.holds(v) ? a : b).use?.(v),
  help: (v) => a.help?.(v) ?? b.help?.(v) ?? null,
});
/** Any number of arguments of the kind, in one list or one by one. */
export const each = (k: Kind, says = `${k.says}, or one list of them`): Kind => ({
  ...k,
  says,
  rest: true,
  holds: (v) => k.holds(v) || isListOf(k.holds)(v),
});

const isListOf =
  (holds: (v: unknown) => boolean, least = 0) =>
  (v: unknown): boolean => {
    if (!Array.isArray(v) || v.length < least) return false;
    // `every` skips the holes of a sparse list.
    for (let i = 0; i < v.length; i++) if (!(i in v) || !holds(v[i])) return false;
    return true;
  };

// ---- tensors ----

const isTensor = (v: unknown): v is Tensor => v instanceof Tensor;
/** A tensor of the current recording. */
export const tensor = kind('a tensor', isTensor, {
  code: 'not-a-tensor',
  help: (v) =>
    v instanceof Promise ? 'remove await: forward is recorded synchronously' : holdsTensors(v) ? onSeveral : null,
  use: (v) => void (v as Tensor).value,
});
/** True for several tensors, as recurrent layers and `max(dim)` return them. */
function holdsTensors(v: unknown): boolean {
  try {
    return typeof v === 'object' && v !== null && Object.values(v).some(isTensor);
  } catch {
    return false;
  }
}
export const tensors = kind('a list of at least one tensor', isListOf(isTensor, 1), {
  help: (v) => (isTensor(v) ? 'give them in one list: [a, b]' : null),
  use: (v) => {
    for (const t of v as readonly Tensor[]) void t.value;
  },
});

// ---- numbers ----

const isWhole = (v: unknown, least: number, largest = most): boolean =>
  typeof v === 'number' && Number.isInteger(v) && v >= least && v <= largest;
/** The largest index in 32 bits. */
const most = 2 ** 31 - 1;
const atMost = (v: unknown): string | null => (isWhole(v, most, Infinity) ? `it can be at most ${most}` : null);

/** A whole number, of 32 bits unless `largest` allows more. */
export const whole = (least = -most, largest = most): Kind =>
  kind(least === -most ? 'a whole number' : `a whole number of at least ${least}`, (v) => isWhole(v, least, largest), {
    help: atMost,
  });
/** A number that is neither infinite nor NaN in f32, from `least` to `largest`. */
export const finite = (least = -Infinity, largest = Infinity): Kind =>
  kind(
    largest === Infinity
      ? `a finite number${least === -Infinity ? '' : ` of at least ${least}`}`
      : `a number between ${least} and ${largest}`,
    (v) => isFloat(v) && v >= least && v <= largest,
    {
      help: (v) =>
        typeof v === 'string' && v.trim() !== '' && isFloat(Number(v))
          ? `a number has no quotation marks: ${Number(v)}`
          : Number.isFinite(v) && !isFloat(v)
            ? 'it is too large for f32'
            : null,
    },
  );
/** True for a number that is finite in f32. */
const isFloat = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(Math.fround(v));
/** Any number that f32 can hold, ±Infinity and NaN included. */
export const number = kind(
  'a number that f32 can hold',
  (v) => typeof v === 'number' && (!Number.isFinite(v) || Number.isFinite(Math.fround(v))),
  { help: (v) => (v === 'N' ? onExtent : null) },
);
/** The power of a norm. */
export const normPower = kind("a number that f32 can hold, or 'fro'", (v) => v === 'fro' || number.holds(v));
/** A number above 0. */
export const positive = kind('a finite number greater than 0', (v) => isFloat(v) && v > 0);
/** A number that is not below 0, Infinity included. */
export const notNegative = kind('a number of at least 0', (v) => number.holds(v) && (v as number) >= 0);
/** A number to divide by. */
export const divisor = kind(
  'a finite number other than 0',
  (v) => typeof v === 'number' && Number.isFinite(v) && v !== 0,
);
export const flag = kind('true or false', (v) => typeof v === 'boolean');
/** A regular expression. */
export const pattern = kind('a regular expression', (v) => v instanceof RegExp, {
  help: (v) => (typeof v === 'string' ? 'write it between slashes: /^backbone\\./' : null),
});
export const oneOf = (...words: readonly string[]): Kind =>
  kind(
    `${words
      .slice(0, -1)
      .map((w) => `'${w}'`)
      .join(', ')} or '${words.at(-1)}'`,
    (v) => words.includes(v as string),
  );

/** The number of the dimensions that windows move along. */
type Rank = 1 | 2 | 3;
const severalOf: Readonly<Record<Rank, readonly string[]>> = { 1: [], 2: ['a pair of them'], 3: ['three of them'] };
const areSizes = (v: unknown, rank: Rank, least: number): boolean =>
  isWhole(v, least) ||
  (Array.isArray(v) && (v.length === 1 || v.length === rank) && isListOf((n) => isWhole(n, least))(v));

/** One number for all dimensions, or one for each. */
export const sizes = (rank: Rank, least: number): Kind =>
  kind([`a whole number of at least ${least}`, ...severalOf[rank]].join(', or '), (v) => areSizes(v, rank, least), {
    help: atMost,
  });
/** One number for height and width, or one for each. */
export const pair = (least: number): Kind => sizes(2, least);
/** Sizes, or none: null or an empty list. */
export const strides = (rank: Rank): Kind => {
  const given = sizes(rank, 1);
  return { ...given, holds: (v) => v === null || (Array.isArray(v) && v.length === 0) || given.holds(v) };
};
/** Sizes, or a word for them. */
export const paddings = (rank: Rank): Kind => {
  const words = ["'same'", "'valid'"];
  return kind(
    listed([`a whole number of at least 0`, ...severalOf[rank], ...words]),
    (v) => v === 'same' || v === 'valid' || areSizes(v, rank, 0),
    { help: atMost },
  );
};
const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
/** One for all dimensions, or a list with one for each of one to three. */
export const eachSize = (one: Kind): Kind =>
  kind(
    `${one.says}, or a list of them`,
    (v) => one.holds(v) || (isListOf(one.holds, 1)(v) && (v as unknown[]).length <= 3),
  );
/** An amount of padding for all sides, or one for each. */
export const amounts = (rank: Rank): Kind =>
  kind(
    `a whole number, or a list of ${2 * rank}`,
    (v) => isWhole(v, -most) || (isListOf((n) => isWhole(n, -most))(v) && (v as unknown[]).length === 2 * rank),
  );
/** Extents of a result, where null keeps that of the input. */
export const outputSize = (rank: Rank): Kind =>
  kind(
    `a whole number of at least 1 or null${rank === 1 ? '' : `, or a list of ${rank}`}`,
    (v) =>
      isExtentOrNull(v) || (Array.isArray(v) && (v.length === 1 || v.length === rank) && isListOf(isExtentOrNull)(v)),
  );
const isExtentOrNull = (v: unknown): boolean => v === null || isWhole(v, 1);
/** The number of channels or features. It has no upper limit here: the size of the parameter is checked instead. */
export const size = whole(1, Infinity);
/** The same where there may be none. */
export const sizeOrNone = whole(0, Infinity);
export const wholes = (least = -most, count = 0): Kind =>
  kind(
    `a list of ${count > 0 ? 'at least one whole number' : 'whole numbers'}${least === -most ? '' : ` of at least ${least}`}`,
    isListOf((v) => isWhole(v, least), count),
  );

// ---- shapes ----

/** A dimension, counted from the back where negative. */
export const dim: Kind = { ...whole(), code: 'bad-dim' };
/** One dimension, several, or null for all. */
export const dims = kind(
  'a dimension, a list of dimensions, or null for all',
  (v) => v === null || dim.holds(v) || isListOf(dim.holds)(v),
  { code: 'bad-dim' },
);
/** One dimension or several. */
export const someDims = kind('a dimension or a list of dimensions', (v) => v !== null && dims.holds(v), {
  code: 'bad-dim',
});
/** An extent that `view` takes. */
export const extent = kind(
  "an extent, which is a whole number of at least 0, -1 or 'N'",
  (v) => v === -1 || isExtent(v),
  {
    code: 'bad-shape',
    help: () => "an extent is a whole number, -1 to infer it, or 'N' for the batch, which cannot be computed with",
  },
);
const isExtent = (v: unknown): boolean => {
  const d = toDim(v);
  return d !== null && (typeof d === 'number' ? d : d.times) <= most;
};
/** The extents of a new tensor. */
export const extents = kind("a list of extents, which are whole numbers of at least 0 or 'N'", isListOf(isExtent), {
  code: 'bad-shape',
  help: (v) => (isExtent(v) ? 'a shape is a list: [3]' : null),
});
/** The shape of a parameter. */
export const shape = kind(
  'a list of whole numbers of at least 0',
  (v) => isListOf((e) => isWhole(e, 0))(v) && (v as unknown[]).length <= maxRank,
  { code: 'bad-shape' },
);
/** The shape of a buffer, which may hold the batch once. */
export const batchShape = kind(
  "a list of whole numbers of at least 0, in which 'N', the batch, may occur once",
  (v) =>
    isListOf(isExtent)(v) &&
    (v as unknown[]).length <= maxRank &&
    elementsDim((v as unknown[]).map((e) => toDim(e)!)) !== null,
  { code: 'bad-shape' },
);
/** One number for all elements of a parameter, or a list with one for each. */
export const numbers = kind(
  'a number, or a list of numbers',
  (v) => number.holds(v) || (isNumbers(v) && !(v instanceof Tensor)),
  { code: 'bad-data' },
);
/** One factor for each class or element. */
export const factors = kind('a tensor, a list of numbers, or null', (v) => v === null || isTensor(v) || isNumbers(v));

function isNumbers(v: unknown): boolean {
  if (ArrayBuffer.isView(v))
    return !(v instanceof DataView || v instanceof BigInt64Array || v instanceof BigUint64Array);
  return isListOf(number.holds)(v);
}

/** A list of at least `least` values for which `holds` is true. */
export const listOf = (says: string, holds: (v: unknown) => boolean, more: Partial<Kind> = {}, least = 0): Kind =>
  kind(says, isListOf(holds, least), more);

/** A seed for PyTorch's generator. */
export const seed = kind('a whole number from -2^63 to 2^64 - 1, a bigint where it is 2^53 or more', (v) =>
  typeof v === 'bigint' ? v >= -(2n ** 63n) && v < 2n ** 64n : Number.isSafeInteger(v),
);
