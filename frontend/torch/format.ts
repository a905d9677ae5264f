/** Tensors as text, as PyTorch 1.13 prints them (torch/_tensor_str.py), with its default options. */

import { countAt, type DType } from '../../ir/type.ts';
import type { Elements } from '../model/live.ts';

const [precision, threshold, edge, lineWidth] = [4, 1000, 3, 80];

/** The text of a tensor: `tensor([1., 2.], requires_grad=True)`. Integers are i32, which is written without a type, as PyTorch's
 *  default integers are. */
export function format(
  elements: Elements,
  shape: readonly number[],
  dtype: DType,
  suffixes: readonly string[],
): string {
  const start = 'tensor(';
  if (elements.length === 0) {
    const size = shape.length === 1 ? [] : [`size=(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`];
    return withSuffixes(`${start}[]`, [...size, ...suffixes], start.length);
  }
  const summarize = elements.length > threshold;
  const shown = summarize ? edges(elements, shape) : elements;
  const one = formatter(shown, dtype);
  return withSuffixes(start + nested(elements, shape, 0, start.length, summarize, one), suffixes, start.length);
}

function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let [all, last] = [text, text.length - text.lastIndexOf('\n') + 1];
  for (const suffix of suffixes)
    if (last + suffix.length + 2 > lineWidth) {
      all += `,\n${' '.repeat(indent)}${suffix}`;
      last = indent + suffix.length;
    } else {
      all += `, ${suffix}`;
      last += suffix.length + 2;
    }
  return `${all})`;
}

interface Formatter {
  readonly width: number;
  readonly text: (v: number) => string;
}

/** The format that all shown elements share. */
function formatter(shown: ArrayLike<number>, dtype: DType): Formatter {
  const list = Array.from(shown);
  const padded = (width: number, text: (v: number) => string): Formatter => ({
    width,
    text: (v) => text(v).padStart(width),
  });
  const widest = (text: (v: number) => string, of = list): number =>
    of.reduce((most, v) => Math.max(most, text(v).length), 1);
  if (dtype === 'bool') {
    const text = (v: number): string => (v ? 'True' : 'False');
    return padded(widest(text), text);
  }
  if (dtype === 'i32') return padded(widest(String), String);
  const named = (v: number): string | null =>
    Number.isNaN(v) ? 'nan' : v === Infinity ? 'inf' : v === -Infinity ? '-inf' : null;
  const finite = list.filter((v) => Number.isFinite(v) && v !== 0);
  const whole = (v: number): string => named(v) ?? `${Object.is(v, -0) ? '-0' : fixed(v, 0)}.`;
  if (finite.length === 0) return padded(1, whole);
  const sizes = finite.map(Math.abs);
  const [most, least] = [sizes.reduce((a, b) => Math.max(a, b)), sizes.reduce((a, b) => Math.min(a, b))];
  const areWhole = finite.every(Number.isInteger);
  if (most / least > 1000 || most > 1e8 || (!areWhole && least < 1e-4)) {
    const text = (v: number): string => named(v) ?? exponential(v);
    return padded(widest(text, finite), text);
  }
  if (areWhole) return padded(widest(whole, finite), whole);
  const text = (v: number): string => named(v) ?? fixed(v, precision);
  return padded(widest(text, finite), text);
}

/** Python's '{:.nf}': halves go to the even digit. */
function fixed(v: number, digits: number): string {
  const text = Math.abs(v).toFixed(digits);
  const scaled = Math.abs(v) * 10 ** digits;
  const isHalf = Number.isInteger(scaled * 2) && !Number.isInteger(scaled) && scaled / 10 ** digits === Math.abs(v);
  const even = isHalf ? ((2 * Math.round(scaled / 2)) / 10 ** digits).toFixed(digits) : text;
  return `${v < 0 || Object.is(v, -0) ? '-' : ''}${even}`;
}
/** Python's '{:.4e}'. */
const exponential = (v: number): string =>
  v
    .toExponential(precision)
    .replace(/e([+-])(\d)$/, 'e$10$2')
    .replace(/^0/, Object.is(v, -0) ? '-0' : '0');

function nested(
  elements: Elements,
  shape: readonly number[],
  from: number,
  indent: number,
  summarize: boolean,
  one: Formatter,
): string {
  const [extent, ...inner] = shape;
  if (extent === undefined) return one.text(elements[from] as number);
  const short = summarize && extent > 2 * edge;
  const places = (many: number): number[] => Array.from({ length: many }, (_, i) => i);
  const firsts = places(short ? edge : extent);
  const lasts = short ? places(edge).map((i) => extent - edge + i) : [];
  const size = countAt(inner, 1);
  if (inner.length > 0) {
    const part = (i: number): string => nested(elements, inner, from + i * size, indent + 1, summarize, one);
    const parts = [...firsts.map(part), ...(short ? ['...'] : []), ...lasts.map(part)];
    return `[${parts.join(`,${'\n'.repeat(inner.length)}${' '.repeat(indent + 1)}`)}]`;
  }
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / (one.width + 2)));
  const text = (i: number): string => one.text(elements[from + i] as number);
  const all = [...firsts.map(text), ...(short ? [' ...'] : []), ...lasts.map(text)];
  const lines = Array.from({ length: Math.ceil(all.length / perLine) }, (_, i) =>
    all.slice(i * perLine, (i + 1) * perLine).join(', '),
  );
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

/** The elements that a summary shows: of each dimension the first and the last few. */
function edges(elements: Elements, shape: readonly number[]): number[] {
  const shown: number[] = [];
  const visit = (d: number, from: number): void => {
    const extent = shape[d];
    if (extent === undefined) {
      shown.push(elements[from] as number);
      return;
    }
    const size = countAt(shape.slice(d + 1), 1);
    for (let i = 0; i < extent; i++) {
      if (extent > 2 * edge && i === edge) i = extent - edge;
      visit(d + 1, from + i * size);
    }
  };
  visit(0, 0);
  return shown;
}
