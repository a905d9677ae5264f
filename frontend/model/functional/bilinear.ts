/** Products of two inputs with one weight, and normalisation by neighbouring channels. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { viewAs } from '../broadcast.ts';
import { joinedDim } from '../dims.ts';
import { einsum } from '../einsum.ts';
import * as k from '../kinds.ts';
import { float, wrongRank } from '../promote.ts';
import { cut, fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';

/** Σ x1·weight[o]·x2 + bias over the last dimensions: `x1` […,I], `x2` […,J], `weight` [O,I,J] and `bias` [O] or null give […,O]. Throws for
 *  shapes that do not fit. */
export const bilinear: (x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor = fn(
  'bilinear',
  { x1: k.tensor, x2: k.tensor, weight: k.tensor, bias: k.optional(k.orNull(k.tensor)) },
  (x1, x2, weight, bias = null) => {
    const [a, b, w] = [x1, x2, weight].map((t) => float(t.value)) as [
      Tensor['value'],
      Tensor['value'],
      Tensor['value'],
    ];
    const lead = a.type.shape.slice(0, -1);
    const fits =
      w.type.shape.length === 3 &&
      a.type.shape.length > 0 &&
      `${lead.map(String)}` === `${b.type.shape.slice(0, -1).map(String)}` &&
      a.type.shape.at(-1) === w.type.shape[1] &&
      b.type.shape.at(-1) === w.type.shape[2];
    if (!fits)
      throw userError(
        'shape-mismatch',
        `${called()}: ${showType(a.type)} and ${showType(b.type)} do not fit a weight ${showType(w.type)}: they need the same leading dimensions, and its last two as their last`,
        { notes: involved({ x1: a, x2: b, weight: w }) },
      );
    const rows = joinedDim(lead);
    const flat = [a, b].map((v) => viewAs(v, [rows, v.type.shape.at(-1) as Dim])) as [typeof a, typeof b];
    const made = einsum('bn,anm,bm->ba', [flat[0], w, flat[1]]);
    const out = Tensor.of(viewAs(made, [...lead, w.type.shape[0] as Dim]));
    return bias === null ? out : out.add(bias);
  },
);

/** x over (k + alpha·m)^beta of `x` [N,C,…], m the mean of the squares of `size` neighbouring channels. alpha defaults to 1e-4, beta to
 *  0.75, k to 1. Throws for fewer than three dimensions. */
export const localResponseNorm: (x: Tensor, size: number, alpha?: number, beta?: number, k?: number) => Tensor = fn(
  'localResponseNorm',
  {
    x: k.tensor,
    size: k.whole(1),
    alpha: k.optional(k.finite()),
    beta: k.optional(k.finite()),
    k: k.optional(k.finite()),
  },
  (x, size, alpha = 1e-4, beta = 0.75, more = 1) => {
    const v = float(x.value);
    const { shape } = v.type;
    if (shape.length < 3) throw wrongRank('[batch, channels, …]', v);
    const channels = fixedExtent(shape, 1);
    const along = (here: number): number[] => shape.map((_, d) => (d === 1 ? here : 0));
    const [low, high] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const padded = ir.pad(ir.mul(v, v), { low: along(low), high: along(high), interior: along(0), value: 0 });
    const sum = Array.from({ length: size }, (_, i) => cut(padded, 1, i, channels)).reduce((a, b) => ir.add(a, b));
    return x.div(Tensor.of(sum).div(size).mul(alpha).add(more).pow(beta));
  },
);
