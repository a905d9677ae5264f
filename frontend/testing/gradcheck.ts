/** Checks gradients against finite differences, both computed in float64 by the reference interpreter. */

import { CompileError } from '../../ir/diagnostic.ts';
import { type Param, param, paramsOf, type Value } from '../../ir/graph.ts';
import { interpretValues } from '../../ir/interpret/graph.ts';
import * as op from '../../ir/ops/index.ts';
import { countAt, isBatch, sameType, showType } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { Generator } from '../../runtime/random.ts';
import { isModelSpec } from '../model/model.ts';
import { record } from '../model/record.ts';
import { counted, elementName, number, short, worst } from './compare.ts';
import { caseOf, draw, type SubjectOptions } from './subject.ts';

/** The options of a gradient check. */
export interface GradcheckOptions extends SubjectOptions {
  /** Half the distance between the two points of a finite difference; defaults to 1e-5. */
  readonly eps?: number;
  /** The allowed difference of a gradient, relative to its size, or to 1 if that is larger; defaults to 1e-6. */
  readonly tolerance?: number;
  /** The maximum number of elements of a tensor to check, drawn by the seed; defaults to 64. */
  readonly elements?: number;
}

/** The result of a check, in the form of Vitest's matchers. */
export interface Verdict {
  readonly pass: boolean;
  message(): string;
}

/** Passes if the gradients of all f32 inputs, and of all parameters of a module, are the derivatives of the output times a
 *  random cotangent, or of a model's loss. */
export const gradcheck = (subject: unknown, options: GradcheckOptions = {}): Verdict =>
  checked(
    subject,
    options,
    'toPassGradcheck',
    { fails: 'its gradient check', gradient: 'the gradient' },
    (y, wrt, g) => [{ y, g }, [...wrt]],
  );

/** Passes if the gradients of those gradients are right too: of their sum, each times another random tensor, with respect to all
 *  inputs and parameters and to the first cotangent. As torch.autograd.gradgradcheck. */
export const gradgradcheck = (subject: unknown, options: GradcheckOptions = {}): Verdict =>
  checked(
    subject,
    options,
    'toPassGradgradcheck',
    { fails: 'the check of its second gradients', gradient: 'the gradient of the gradients' },
    (y, wrt, g) => {
      const first = cotangentsOf(y, g, new Set(wrt));
      const parts = [...first].flatMap(([p, d]): Value[] => {
        if (!wrt.includes(p as Param)) return [];
        const weight = param('input', `cotangent of the gradient of ${(p as Param).name}`, d.type);
        return [op.reduceSum(op.mul(d, weight), { dims: d.type.shape.map((_, k) => k) })];
      });
      const zero = op.full({ value: 0, shape: [], dtype: 'f32' });
      return [{ y: parts.reduce((a, b) => op.add(a, b), zero), g: param('input', 'weight', zero.type) }, [...wrt, g]];
    },
  );

/** What is differentiated, and its cotangent. */
interface Root {
  readonly y: Value;
  readonly g: Param;
}

/** Holds the gradients of what `rootOf` makes of a subject's result, its inputs and parameters, and its cotangent, to finite
 *  differences. */
function checked(
  subject: unknown,
  options: GradcheckOptions,
  matcher: string,
  words: { readonly fails: string; readonly gradient: string },
  rootOf: (y: Value, wrt: readonly Param[], g: Param) => [root: Root, wrt: Param[]],
): Verdict {
  const { seed = 0, eps = 1e-5, tolerance = 1e-6, elements = 64 } = options;
  const { spec, inputs, name } = caseOf(subject, matcher, options);
  const recording = recorded(() => record(spec), name, isModelSpec(subject) ? { inputs: [] } : options);
  const result = recording.train.loss ?? recording.train.output;
  const n = options.n ?? Math.min(3, recording.maxBatch);
  const fail = (text: string): Verdict => ({ pass: false, message: () => `${name} fails ${words.fails}: ${text}` });
  if (result.type.dtype !== 'f32') return fail(`its result is ${showType(result.type)}, but only f32 has a gradient`);

  const given: Param[] = [...recording.inputs, ...recording.targets];
  const state = [...recording.parameters, ...recording.buffers];
  const [{ y, g }, wrt] = rootOf(
    result,
    [
      ...given.filter((p) => p.type.dtype === 'f32'),
      ...recording.parameters.flatMap((p) => (p.trains ? [p.param] : [])),
    ],
    param('input', 'cotangent', result.type),
  );
  const drawn = new Set([...given, ...wrt, ...paramsOf([y]), g].filter((p) => p.role === 'input'));
  const values = draw([...drawn], inputs, recording, { n, seed });
  for (const { param, data } of state)
    values.set(
      param,
      param.type.shape.some(isBatch) ? new Float64Array(countAt(param.type.shape, n)) : Float64Array.from(data),
    );
  const cotangents = cotangentsOf(y, g, new Set(wrt));

  const cotangent = values.get(g) as Float64Array;
  const dot = (): { sum: number; size: number } => {
    const [out] = interpretValues([y], values, n) as [Float64Array];
    return {
      sum: out.reduce((sum, v, i) => sum + v * (cotangent[i] as number), 0),
      size: out.reduce((sum, v, i) => sum + Math.abs(v * (cotangent[i] as number)), 0),
    };
  };
  const here = dot();
  // The rounding error of subtracting two sums of this size.
  const rounding = (8 * Number.EPSILON * here.size) / eps;
  const random = new Generator(seed);
  for (const p of wrt) {
    const d = cotangents.get(p);
    if (d && !sameType(d.type, p.type))
      return fail(`${words.gradient} of '${p.name}' is ${showType(d.type)}, but '${p.name}' is ${showType(p.type)}`);
    const at = values.get(p) as Float64Array;
    const all = d ? (interpretValues([d], values, n)[0] as Float64Array) : new Float64Array(at.length);
    const checked = [...random.permutation(at.length)].slice(0, elements).sort((a, b) => a - b);
    const moved = (i: number, by: number): number => {
      const was = at[i] as number;
      at[i] = was + by;
      const { sum } = dot();
      at[i] = was;
      return sum;
    };
    const want = checked.map((i) => (moved(i, eps) - moved(i, -eps)) / (2 * eps));
    const got = checked.map((i) => all[i] as number);
    const bad = worst(got, want, (w) => tolerance * Math.max(1, Math.abs(w)) + rounding);
    if (!bad) continue;
    const i = checked[bad.index] as number;
    const [right, left] = [(moved(i, eps) - here.sum) / eps, (here.sum - moved(i, -eps)) / eps];
    const kink = Math.abs(right - left) > 1e3 * eps * Math.max(1, Math.abs(bad.want));
    return fail(
      [
        `${elementName(p.name, i, p.type.shape, n)}: ${words.gradient} is ${number(bad.got)}${d ? '' : ' (none flows there)'}, finite differences give ${number(bad.want)}`,
        `  they differ by ${short(Math.abs(bad.got - bad.want))}, ${short(bad.allowed)} is allowed${counted(bad)}`,
        `  at ${p.name} = ${number(at[i] as number)}, cotangents and inputs drawn with seed ${seed}, eps ${eps}`,
        ...(kink
          ? [
              `  the function has a kink or a jump here: ${number(left)} on the left, ${number(right)} on the right; draw inputs elsewhere`,
            ]
          : []),
      ].join('\n'),
    );
  }
  return { pass: true, message: () => `${name} passes ${words.fails}, and was expected to fail it` };
}

/** Runs `f`; errors say if the inputs were not given. */
function recorded<T>(f: () => T, name: string, options: SubjectOptions): T {
  try {
    return f();
  } catch (e) {
    throw explained(e, name, options);
  }
}

/** The error, with advice if the inputs were not given. */
export function explained(e: unknown, name: string, { inputs }: SubjectOptions): unknown {
  if (!(e instanceof CompileError) || inputs !== undefined) return e;
  const help = `no inputs were given, so ${name} got f32[2,3] for each: pass { inputs: [{ shape: […] }] } and, for an op, { attrs: { … } }`;
  return new CompileError(e.code, `${e.message}\nhelp: ${help}`, { loc: e.loc, notes: e.notes, help });
}
