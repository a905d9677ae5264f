/** What `forward` returns: one tensor, or several in a list or by name. */

import type { Param, Value } from '../../ir/graph.ts';
import type { Loss } from './model.ts';
import { Module } from './nn/module.ts';
import { Tensor } from './tensor.ts';
import { showAny, userError } from './trace.ts';

/** One tensor, a list of them, or several by name in an object. */
export type Returns = 'one' | 'list' | 'named';

/** A tensor that `forward` returned. */
export interface Output {
  readonly name: string;
  readonly value: Value;
}

/** The tensors of a result of `forward`: `output`, or `output0`, `output1`, … of a list, or the names of an object. Throws if it holds
 *  anything else. */
export function outputsOf(result: unknown, what: string): { outputs: readonly Output[]; returns: Returns } {
  if (Array.isArray(result) && result.length > 0) {
    const outputs = Array.from(result, (t: unknown, i) => ({ name: `output${i}`, value: partOf(t, `[${i}]`, what) }));
    return { outputs, returns: 'list' };
  }
  if (isPlain(result) && Object.keys(result).length > 0) {
    const outputs = Object.entries(result).map(([name, t]) => ({
      name: checkedName(name),
      value: partOf(t, `'${name}'`, what),
    }));
    return { outputs, returns: 'named' };
  }
  return { outputs: [{ name: 'output', value: resultOf(result, what) }], returns: 'one' };
}

const isPlain = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && [Object.prototype, null].includes(Object.getPrototypeOf(v));

function partOf(t: unknown, part: string, what: string): Value {
  if (t instanceof Tensor) return t.value;
  if (t instanceof Promise) t.catch(() => {});
  throw userError('not-a-tensor', `${what} must return tensors, and ${part} of what it returned is ${showAny(t)}`, {
    help: Array.isArray(t) || isPlain(t) ? 'return one list, or one object, of tensors: [output, h, c]' : null,
  });
}

function checkedName(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw userError('bad-name', `an output is named ${showAny(name)}: names are letters, digits and _`);
  if (taken.has(name))
    throw userError('bad-name', `an output is named '${name}', which is the name of a result of evaluate`, {
      help: 'rename it',
    });
  return name;
}
const taken: ReadonlySet<string> = new Set(['loss', 'correct', '__proto__']);

/** The value of a tensor that `what` returned. Throws if it returned something else. */
export function resultOf(result: unknown, what: string): Value {
  if (result instanceof Tensor) return result.value;
  // The rest runs after the recording is over, so its errors are ignored.
  if (result instanceof Promise) result.catch(() => {});
  throw userError('not-a-tensor', `${what} must return a tensor, and it returned ${showAny(result)}`, {
    help:
      result === undefined
        ? 'is its return missing?'
        : Array.isArray(result) && result.length > 0
          ? 'return one tensor: cat or stack joins several, and losses add up'
          : result instanceof Module
            ? `a layer computes when it is called: make it in the constructor, and return this.layer(x)`
            : null,
  });
}

/** Throws if a loss names fewer arguments than it gets: all outputs of `forward`, and then the targets. A target would be taken for
 *  an output, or an output for a target. */
export function checkTakesAll(loss: Loss, outputs: readonly Output[], targets: readonly Param[]): void {
  const f: { readonly length: number } =
    loss instanceof Module ? (loss.forward as (...args: never[]) => unknown) : loss;
  const names = [...outputs, ...targets].map((v) => v.name);
  if (f.length === 0 || f.length >= names.length || /\.\.\.|\barguments\b/.test(String(f))) return;
  throw userError(
    'bad-argument',
    `the loss takes ${f.length === 1 ? '1 argument' : `${f.length} arguments`}, and gets ${names.length}: ${names.join(', ')}`,
    {
      help: `forward returns ${outputs.length} tensors, which come before the targets: loss: (${names.join(', ')}) => …`,
    },
  );
}
