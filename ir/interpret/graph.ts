/** The meaning of a graph: each node computed by its op's equation, in float64. The reference for everything else. */

import { equation } from '../analysis/equation.ts';
import { numbering, upsert } from '../collections.ts';
import { dtypes } from '../dtype.ts';
import { type Graph, type Node, type Param, type Result, topo, type Value, valuesOf } from '../graph.ts';
import { isScan } from '../scan.ts';
import { countAt, type DType, showType } from '../type.ts';
import { compileSource } from './compile.ts';
import { Writer } from './expr.ts';
import { elementsIn, interpretScan } from './scan.ts';
import { dimSource, type Precision } from './spell.ts';

/** Elements in row-major order, f32 as float64. */
type Elements = Float64Array | Int32Array | Uint8Array;

/** Options of the interpreter. */
export interface InterpretOptions {
  /** `f32` rounds every float operation as a kernel would, in the order of the equations; `f64`, the default, rounds
   *  none. */
  readonly precision?: Precision;
}

/** The results of a graph for these params, `n` being the batch. Throws if a param is missing or has the wrong size,
 *  and if an equation reads outside its operand. An open task is ignored; `autodiff` and `update` turn it into results. */
export function interpretGraph(
  graph: Graph,
  inputs: ReadonlyMap<Param, ArrayLike<number>>,
  n: number,
  options: InterpretOptions = {},
): Map<Result, Float64Array> {
  const values = graph.results.map((r) => r.value);
  const computed = interpretValues(values, inputs, n, options);
  return new Map(graph.results.map((r, i) => [r, computed[i] as Float64Array]));
}

/** The same for any values. */
export function interpretValues(
  values: readonly Value[],
  inputs: ReadonlyMap<Param, ArrayLike<number>>,
  n: number,
  { precision = 'f64' }: InterpretOptions = {},
): Float64Array[] {
  const known = new Map<Value, Elements>();
  const of = (v: Value): Elements => {
    let elements = known.get(v);
    if (!elements) {
      if (v.kind === 'node') throw new Error(`${v.op.name} is read before it is computed`);
      elements = elementsOf(v, inputs.get(v), n, precision);
      known.set(v, elements);
    }
    return elements;
  };
  const loops = new Map<string, ReadonlyMap<string, Float64Array>>();
  const number = numbering<unknown>();
  for (const node of topo(values)) {
    const out = make(node.type.dtype, countAt(node.type.shape, n));
    if (isScan(node)) {
      const { op, inputs: operands, attrs } = node;
      const key = [number(op), ...operands.map(number), attrs.steps, attrs.reverse].join(' ');
      const run = (body: Graph, given: ReadonlyMap<Param, ArrayLike<number>>): Float64Array[] =>
        interpretValues(valuesOf(body), given, n, { precision });
      out.set(
        elementsIn(
          node,
          upsert(loops, key, () => interpretScan(node, of, n, run)),
        ),
      );
      known.set(node, out);
      continue;
    }
    compiled(node, precision)(n, out, ...node.inputs.map(of));
    known.set(node, out);
  }
  return values.map((v) => Float64Array.from(of(v)));
}

function make(dtype: DType, count: number): Elements {
  const { kind, array } = dtypes[dtype];
  return kind === 'float' ? new Float64Array(count) : new array(count);
}

function elementsOf(p: Param, given: ArrayLike<number> | undefined, n: number, precision: Precision): Elements {
  if (!given) throw new Error(`no value is given for ${p.role} '${p.name}'`);
  const count = countAt(p.type.shape, n);
  if (given.length !== count)
    throw new Error(`'${p.name}' is ${showType(p.type)}: ${count} elements at N = ${n}, not ${given.length}`);
  const elements = make(p.type.dtype, count);
  elements.set(p.type.dtype === 'f32' && precision === 'f32' ? Float32Array.from(given) : given);
  return elements;
}

/** A node's equation as a function of the batch, the result's array and the operands' arrays. */
function compiled(node: Node, precision: Precision): (...args: unknown[]) => void {
  const { op } = node;
  const { e, buffers, axes } = equation(node);
  const w = new Writer(precision, {
    axis: (a) => {
      if (!axes.includes(a)) throw new Error(`${op.name}: its equation leaves the axis '${a.name}' free`);
      return a.name;
    },
    buffer: (b) => `x${buffers.indexOf(b)}`,
    tile: (t) => {
      throw new Error(`${op.name}: its equation reads the tile '${t.name}'`);
    },
    whole: (a) => axes.includes(a),
  });
  w.line('let to = 0;');
  const over = (d: number): void => {
    const a = axes[d];
    if (a) w.block(`for (let ${a.name} = 0; ${a.name} < ${dimSource(a.extent)}; ${a.name}++)`, () => over(d + 1));
    else w.statement([e], () => w.line(`out[to++] = ${w.value(e)};`));
  };
  over(0);
  return compileSource(op.name, precision, ['out', ...buffers.map((_, i) => `x${i}`)], w.source());
}
