/** An op of one's own. This is all there is to it: its type rule, its equation and its gradient make both backends, the
 *  interpreter, the text form and the reference page. */
import { apply, type Tensor } from 'tapeout';
import { attr, defineOp, expr, op, registerOp, showType, typeError } from 'tapeout/ir';

/** x·σ(βx), which is x for large x and 0 for small: Ramachandran, Zoph & Le 2017. */
export const swishOp = registerOp(
  defineOp({
    name: 'my.swish',
    doc: 'x / (1 + e^-(beta * x)).',
    operands: ['x'],
    attrs: { beta: attr.number },
    infer({ x }) {
      if (x.dtype !== 'f32') throw typeError('dtype-mismatch', `my.swish: needs an f32 tensor, got ${showType(x)}`);
      return x;
    },
    compute({ x }, at, { beta }) {
      const minus = expr.mul(expr.num(-beta), x(...at));
      return expr.div(x(...at), expr.add(expr.num(1), expr.exp(minus)));
    },
    // y = x·σ(βx)  ⇒  dy = σ(βx)·(1 + β·(x − y))·dx
    vjp({ x }, g, { beta }, y) {
      const all = (value: number) => op.full({ value, shape: x.type.shape, dtype: 'f32' });
      const gate = op.sigmoid(op.mul(all(beta), x));
      return { x: op.mul(g, op.mul(gate, op.add(all(1), op.mul(all(beta), op.sub(x, y))))) };
    },
  }),
);

/** The op as a model calls it. */
export const swish = (x: Tensor, beta = 1): Tensor => apply(swishOp, x, { beta });
