/** Activations: functions of one tensor. */

import { full, select } from '../../ir/ops/index.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import { constant, operandOf, Tensor, tensorOf } from '../tensor.ts';
import { showAny, userError, withLoc } from '../trace.ts';

const unary =
  (name: string, f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    withLoc(() => f(tensorOf(name, 'the input', x)));

/** max(x, 0), element by element. NaN stays NaN; the gradient at 0 is 0. */
export const relu = unary('relu', (x) => x.relu());
/** 1 / (1 + e^-x), element by element. */
export const sigmoid = unary('sigmoid', (x) => x.sigmoid());
/** The hyperbolic tangent, element by element. */
export const tanh = unary('tanh', (x) => x.tanh());

/** x where it is positive, else `negativeSlope`·x. */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor =>
  withLoc(() => {
    const t = tensorOf('leakyRelu', 'the input', x);
    return where(t.gt(0), t, t.mul(negativeSlope));
  });

/** x·Φ(x), Φ the normal distribution: by erf, or `'tanh'`, the approximation that GPT-2 made usual. */
export const gelu = (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor =>
  withLoc(() => {
    const t = tensorOf('gelu', 'the input', x);
    if (approximate === 'none') return t.mul(0.5).mul(t.mul(Math.SQRT1_2).erf().add(1));
    if (approximate !== 'tanh')
      throw userError('bad-argument', `gelu: approximate must be 'none' or 'tanh', got ${showAny(approximate)}`);
    const cubic = t.add(t.pow(3).mul(0.044715));
    return t.mul(0.5).mul(
      cubic
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .add(1),
    );
  });

/** e^x over its sum along `dim`. The greatest element is subtracted first, so that nothing overflows. */
export const softmax = (x: Tensor, dim: number): Tensor =>
  withLoc(() => tensorOf('softmax', 'the input', x).softmax(dim));

/** The logarithm of softmax along `dim`, exact where softmax itself underflows. */
export const logSoftmax = (x: Tensor, dim: number): Tensor =>
  withLoc(() => tensorOf('logSoftmax', 'the input', x).logSoftmax(dim));

/** `a` where `condition`, a bool tensor, holds, else `b`. The three broadcast; one of `a` and `b` may be a number. */
export const where = (condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor =>
  withLoc(() => {
    const cond = operandOf('where', 'the condition', condition);
    if (typeof a === 'number' && typeof b === 'number')
      throw userError('not-a-tensor', 'where: one of both choices must be a tensor', {
        help: `write condition.to('f32').mul(${a - b}).add(${b})`,
      });
    const x =
      typeof a === 'number'
        ? constant(operandOf('where', 'the second choice', b), a)
        : operandOf('where', 'the first choice', a);
    const y = typeof b === 'number' ? constant(x, b) : operandOf('where', 'the second choice', b);
    const inner = full({ value: 0, shape: commonShape('where', x, y), dtype: x.type.dtype });
    const shape = commonShape('where', cond, inner);
    return Tensor.of(select(spreadTo(cond, shape), spreadTo(x, shape), spreadTo(y, shape)));
  });
