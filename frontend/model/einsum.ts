/** Sums of products in Einstein's notation, as matrix products over dimensions that are put in order. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, sameDim, showDim, showType } from '../../ir/type.ts';
import { spreadTo, viewAs } from './broadcast.ts';
import { joinedDim } from './dims.ts';
import { matmul } from './products.ts';
import { numeric, promoted } from './promote.ts';
import { fixedExtent } from './rearranging.ts';
import { called, involved, userError } from './trace.ts';

/** A value with a label for each dimension. Those of an ellipsis are '.0', '.1', … from the last one on. */
interface Labelled {
  readonly v: Value;
  readonly labels: readonly string[];
}

const fail = (problem: string, help: string | null = null) =>
  userError('bad-argument', `${called()}: ${problem}`, { help });

/** torch.einsum. Throws for an equation that does not fit the operands. */
export function einsum(equation: string, operands: readonly Value[]): Value {
  const [inputs = '', output, ...more] = equation.replaceAll(' ', '').split('->');
  if (more.length > 0) throw fail(`'${equation}' has more than one ->`);
  const terms = inputs.split(',');
  if (terms.length !== operands.length)
    throw fail(`'${equation}' has ${terms.length} operands, and ${operands.length} are given`);
  const values = promoted(...operands.map(numeric));
  const all = values.map((v, i) => labelled(v, terms[i] as string));
  const wanted = output === undefined ? implied(all) : outputOf(output, all);
  const rest = [...all];
  let done = withoutRepeats(rest.shift() as Labelled);
  while (rest.length > 0) {
    const next = withoutRepeats(rest.shift() as Labelled);
    const kept = new Set([...wanted, ...rest.flatMap((o) => o.labels)]);
    done = multiplied(done, next, kept);
  }
  const sum = summed(done, new Set(wanted));
  return ordered(sum, wanted).v;
}

function labelled(v: Value, term: string): Labelled {
  const parts = term.split('...');
  if (parts.length > 2 || /[^a-zA-Z]/.test(parts.join('')))
    throw fail(`'${term}' must be letters, and at most one ...`, "write einsum('bij,bjk->bik', a, b)");
  const [before, after] = [[...(parts[0] as string)], [...(parts[1] ?? '')]];
  const rank = v.type.shape.length;
  const open = rank - before.length - after.length;
  if (parts.length === 1 ? open !== 0 : open < 0)
    throw userError(
      'shape-mismatch',
      `${called()}: '${term}' has ${before.length + after.length} letters, and the operand is ${showType(v.type)}`,
      {
        notes: involved({ operand: v }),
      },
    );
  return { v, labels: [...before, ...Array.from({ length: open }, (_, i) => `.${open - 1 - i}`), ...after] };
}

/** Without an output: the dimensions of the ellipsis, and the letters that occur once, in alphabetical order. */
function implied(all: readonly Labelled[]): string[] {
  const labels = all.flatMap((o) => o.labels);
  const once = [...new Set(labels)].filter((l) => !isOpen(l) && labels.indexOf(l) === labels.lastIndexOf(l));
  return [...openOf(all), ...once.sort((a, b) => (a < b ? -1 : 1))];
}
const isOpen = (label: string): boolean => label.startsWith('.');
/** The dimensions of the longest ellipsis. */
const openOf = (all: readonly Labelled[]): string[] =>
  all
    .map((o) => o.labels.filter(isOpen))
    .reduce<string[]>((longest, open) => (open.length > longest.length ? open : longest), []);

function outputOf(output: string, all: readonly Labelled[]): string[] {
  const parts = output.split('...');
  if (parts.length > 2 || /[^a-zA-Z]/.test(parts.join('')))
    throw fail(`'${output}' must be letters, and at most one ...`);
  const labels = [...(parts[0] as string), ...(parts.length === 2 ? openOf(all) : []), ...(parts[1] ?? '')];
  const twice = labels.find((l, i) => labels.indexOf(l) !== i);
  if (twice !== undefined) throw fail(`'${twice}' occurs twice in the output '${output}'`);
  const unknown = labels.find((l) => !all.some((o) => o.labels.includes(l)));
  if (unknown !== undefined) throw fail(`'${unknown}' of the output '${output}' is in no operand`);
  return labels;
}

/** The diagonal over dimensions of one label. */
function withoutRepeats(of: Labelled): Labelled {
  const { v, labels } = of;
  const second = labels.findIndex((l, i) => labels.indexOf(l) !== i);
  if (second < 0) return of;
  const first = labels.indexOf(labels[second] as string);
  const [n, m] = [fixedExtent(v.type.shape, first), fixedExtent(v.type.shape, second)];
  if (n !== m)
    throw userError('shape-mismatch', `${called()}: '${labels[first]}' is ${n} and ${m} in ${showType(v.type)}`, {
      notes: involved({ operand: v }),
    });
  const others = labels.map((_, d) => d).filter((d) => d !== first && d !== second);
  const shape = others.map((d) => v.type.shape[d] as Dim);
  const flat = viewAs(permuted(v, [...others, first, second]), [...shape, n * n]);
  const diagonal = ir.slice(flat, {
    starts: [...shape.map(() => 0), 0],
    steps: [...shape.map(() => 1), n + 1],
    shape: [...shape, n],
  });
  return withoutRepeats({ v: diagonal, labels: [...others.map((d) => labels[d] as string), labels[first] as string] });
}

/** Summed over the labels that are not kept. */
function summed({ v, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const dims = labels.flatMap((l, d) => (kept.has(l) ? [] : [d]));
  return dims.length === 0
    ? { v, labels }
    : { v: ir.reduceSum(v, { dims }), labels: labels.filter((l) => kept.has(l)) };
}

const permuted = (v: Value, perm: readonly number[]): Value =>
  perm.every((p, d) => p === d) ? v : ir.permute(v, { perm });

/** With dimensions in the order of `wanted`, all of which it has. */
const ordered = ({ v, labels }: Labelled, wanted: readonly string[]): Labelled => ({
  v: permuted(
    v,
    wanted.map((l) => labels.indexOf(l)),
  ),
  labels: wanted,
});

/** The product of two operands, summed over what both have and nobody keeps. */
function multiplied(left: Labelled, right: Labelled, kept: ReadonlySet<string>): Labelled {
  const own = (of: Labelled, other: Labelled): Labelled => summed(of, new Set([...kept, ...other.labels]));
  const [a, b] = [own(left, right), own(right, left)];
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const extentOf = (l: string): Dim => {
    const [da, db] = [a, b].map((o) => o.v.type.shape[o.labels.indexOf(l)]) as [Dim, Dim];
    if (sameDim(da, db) || db === 1) return da;
    if (da === 1) return db;
    throw userError(
      'shape-mismatch',
      `${called()}: '${l}' is ${showDim(da)} in one operand and ${showDim(db)} in another`,
      {
        notes: involved({ a: a.v, b: b.v }),
      },
    );
  };
  const extents = new Map(shared.map((l) => [l, extentOf(l)]));
  const [both, over] = [shared.filter((l) => kept.has(l)), shared.filter((l) => !kept.has(l))];
  const [as, bs] = [a, b].map((o) => o.labels.filter((l) => !shared.includes(l))) as [string[], string[]];
  const shapeOf = (o: Labelled, labels: readonly string[]): Dim[] =>
    labels.map((l) => extents.get(l) ?? (o.v.type.shape[o.labels.indexOf(l)] as Dim));
  const laid = (o: Labelled, labels: readonly string[]): Value => spreadTo(ordered(o, labels).v, shapeOf(o, labels));
  const labels = [...both, ...as, ...bs];
  const shape = [...shapeOf(a, [...both, ...as]), ...shapeOf(b, bs)];
  if (over.length === 0) {
    const x = viewAs(laid(a, [...both, ...as]), [...shapeOf(a, [...both, ...as]), ...bs.map(() => 1)]);
    const y = viewAs(laid(b, [...both, ...bs]), [...shapeOf(b, both), ...as.map(() => 1), ...shapeOf(b, bs)]);
    return { v: ir.mul(spreadTo(x, shape), spreadTo(y, shape)), labels };
  }
  const size = (o: Labelled, of: readonly string[]): Dim => joinedDim(shapeOf(o, of));
  const lead = shapeOf(a, both);
  const x = viewAs(laid(a, [...both, ...as, ...over]), [...lead, size(a, as), size(a, over)]);
  const y = viewAs(laid(b, [...both, ...over, ...bs]), [...lead, size(b, over), size(b, bs)]);
  return { v: viewAs(matmul(x, y), shape), labels };
}
