/** The kinds of arguments that there are. */

import { maxRank } from '../../ir/type.ts';
import type { Kind } from './arguments.ts';
import { toDim } from './dims.ts';
import { Tensor } from './tensor.ts';

/** A kind of its own. */
export const kind = (says: string, holds: (v: unknown) => boolean, more: Partial<Kind> = {}): Kind => ({
  says,
  holds,
  ...more,
});

/** The same, which may be left out. */
export const optional = (k: Kind): Kind => ({ ...k, optional: true });
/** The same, or null: PyTorch's None. */
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
});
/** As many of the kind as are given, in one list or as they are. */
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
    // `every` passes over the holes of a sparse list.
    for (let i = 0; i < v.length; i++) if (!(i in v) || !holds(v[i])) return false;
    return true;
  };

// ---- tensors ----

const isTensor = (v: unknown): v is Tensor => v instanceof Tensor;
/** A tensor of the recording that runs. */
export const tensor = kind('a tensor', isTensor, {
  code: 'not-a-tensor',
  help: (v) => (v instanceof Promise ? 'await has no place in forward: it is recorded in one go' : null),
  use: (v) => void (v as Tensor).value,
});
export const tensors = kind('a list of at least one tensor', isListOf(isTensor, 1), {
  help: (v) => (isTensor(v) ? 'give them in one list: [a, b]' : null),
  use: (v) => {
    for (const t of v as readonly Tensor[]) void t.value;
  },
});

// ---- numbers ----

const isWhole = (v: unknown, least: number, largest = most): boolean =>
  typeof v === 'number' && Number.isInteger(v) && v >= least && v <= largest;
/** What an index in 32 bits can be. */
const most = 2 ** 31 - 1;
const atMost = (v: unknown): string | null => (isWhole(v, most, Infinity) ? `it can be at most ${most}` : null);

/** A whole number, which fits in 32 bits unless a larger one is allowed. */
export const whole = (least = -most, largest = most): Kind =>
  kind(least === -most ? 'a whole number' : `a whole number of at least ${least}`, (v) => isWhole(v, least, largest), {
    help: atMost,
  });
/** A number that is neither infinite nor NaN, and lies in a range where one is given. */
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
            ? 'it is beyond what f32 holds'
            : null,
    },
  );
/** A finite number that f32 has no infinity for. */
const isFloat = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(Math.fround(v));
/** Any number that f32 has, ±Infinity and NaN among them. */
export const number = kind(
  'a number that f32 can hold',
  (v) => typeof v === 'number' && (!Number.isFinite(v) || Number.isFinite(Math.fround(v))),
);
/** A number to divide by. */
export const divisor = kind(
  'a finite number other than 0',
  (v) => typeof v === 'number' && Number.isFinite(v) && v !== 0,
);
export const flag = kind('true or false', (v) => typeof v === 'boolean');
export const oneOf = (...words: readonly string[]): Kind =>
  kind(
    `${words
      .slice(0, -1)
      .map((w) => `'${w}'`)
      .join(', ')} or '${words.at(-1)}'`,
    (v) => words.includes(v as string),
  );

/** One number for height and width, or one for each. */
export const pair = (least: number): Kind =>
  kind(
    `a whole number of at least ${least}, or a pair of them`,
    (v) =>
      isWhole(v, least) ||
      (Array.isArray(v) && (v.length === 1 || v.length === 2) && isListOf((n) => isWhole(n, least))(v)),
    { help: atMost },
  );
/** A pair, or nothing: null, or an empty list. */
export const stride: Kind = (() => {
  const p = pair(1);
  return { ...p, holds: (v) => v === null || (Array.isArray(v) && v.length === 0) || p.holds(v) };
})();
/** How many channels or features there are: how many fit in memory is asked of their product. */
export const size = whole(1, Infinity);
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
/** An extent that `view` takes. */
export const extent = kind(
  "an extent, which is a whole number of at least 0, -1 or 'N'",
  (v) => v === -1 || isExtent(v),
  {
    code: 'bad-shape',
    help: () =>
      "an extent is a whole number, -1 for what is left, or 'N' for the batch, with which there is no arithmetic",
  },
);
const isExtent = (v: unknown): boolean => {
  const d = toDim(v);
  return d !== null && (typeof d === 'number' ? d : d.times) <= most;
};
/** The shape of a parameter. */
export const shape = kind(
  'a list of whole numbers of at least 0',
  (v) => isListOf((e) => isWhole(e, 0))(v) && (v as unknown[]).length <= maxRank,
  { code: 'bad-shape' },
);
/** Numbers, as many as a parameter has elements, or one for all. */
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

/** A list of what `holds`, of at least this many. */
export const listOf = (says: string, holds: (v: unknown) => boolean, more: Partial<Kind> = {}, least = 0): Kind =>
  kind(says, isListOf(holds, least), more);

/** A seed of PyTorch's generator. */
export const seed = kind('a whole number from -2^63 to 2^64 - 1, a bigint where it is 2^53 or more', (v) =>
  typeof v === 'bigint' ? v >= -(2n ** 63n) && v < 2n ** 64n : Number.isSafeInteger(v),
);
