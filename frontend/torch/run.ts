/** Runs what is pending: at once whatever somebody asks for, and all that changes tensors in place. */

import type { Node, Value } from '../../ir/graph.ts';
import type { Elements } from '../model/live.ts';
import type { Tensor } from '../model/tensor.ts';
import { type Compiled, compiled } from './compiled.ts';
import { type Work, workFor } from './key.ts';
import { elementsOf, know, origin } from './values.ts';

/** Tensors that were changed, and gradients, whose values are not computed yet: with the next values that are. */
const changed = new Set<Tensor>();
/** Values that are likely to be asked for: those that a model returns, and losses. They are kept if they are computed. */
const kept = new WeakSet<Node>();

/** Notes that a tensor has another value, to be computed with the next that are asked for. */
export const changes = (tensor: Tensor): void => void changed.add(tensor);
/** Keeps a value when others are computed from it. */
export const keep = (v: Value): void => {
  const node = origin(v);
  if (node.kind === 'node') kept.add(node);
};

/** The numbers of some values. What changes tensors is computed with them. Null if one depends on what has no numbers, as the elements
 *  of a loop while it is recorded. */
export function computed(values: readonly Value[]): Elements[] | null {
  const asked = [...values, ...[...changed].map((t) => t.value)];
  const work = workFor(asked, (n) => kept.has(n));
  if (!work) return null;
  if (work.results.length > 0) {
    const made = run(work);
    for (const [i, r] of work.results.entries()) know(r, made[i] as Elements);
  }
  for (const v of asked) {
    const elements = elementsOf(origin(v)) as Elements;
    if (!elementsOf(v)) know(v, elements);
  }
  changed.clear();
  return values.map((v) => elementsOf(v) as Elements);
}

/** The code for graphs of one structure, with some constants as arguments. */
interface Variants {
  /** The constants that were met, and the code for them. */
  readonly exact: { readonly constants: readonly number[]; readonly code: Compiled }[];
  /** The places of constants that are arguments, and the code that takes them. */
  general: { readonly varying: readonly number[]; readonly fixed: readonly number[]; readonly code: Compiled } | null;
}
/** The least recently used first. */
const cache = new Map<string, Variants>();
const mostKept = 1024;
/** Of graphs that differ in constants alone, so many are compiled before the constants become arguments. */
const mostExact = 2;

function run(work: Work): Elements[] {
  const { key, constants } = work;
  let variants = cache.get(key);
  cache.delete(key);
  variants ??= { exact: [], general: null };
  cache.set(key, variants);
  const oldest = cache.size > mostKept ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  const leaves = work.leaves.map((v) => elementsOf(v) as Elements);
  const found = variants.exact.find((e) => e.constants.every((c, i) => Object.is(c, constants[i])));
  if (found) return found.code(leaves, []);
  if (variants.exact.length < mostExact) {
    const code = compiled(work, new Set());
    variants.exact.push({ constants, code });
    return code(leaves, []);
  }
  const { general } = variants;
  if (!general?.fixed.every((c, i) => general.varying.includes(i) || Object.is(c, constants[i]))) {
    const all = [...variants.exact.map((e) => e.constants), ...(general ? [general.fixed] : []), constants];
    const varying = [...constants.keys()].filter(
      (i) => general?.varying.includes(i) || all.some((c) => !Object.is(c[i], constants[i])),
    );
    variants.general = { varying, fixed: constants, code: compiled(work, new Set(varying)) };
  }
  const { code, varying } = variants.general as NonNullable<Variants['general']>;
  return code(
    leaves,
    varying.map((i) => constants[i] as number),
  );
}
