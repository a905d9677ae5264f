/** Graphs over numbers, compiled by the pipeline to WebAssembly. All modules run in one memory, in turn. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import { indexInputs } from '../../ir/analysis/index-ranges.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { dtypes } from '../../ir/dtype.ts';
import { at, build, makeGraph, type Node, type Param, param, type Value } from '../../ir/graph.ts';
import { broadcast } from '../../ir/ops/index.ts';
import type { Slot } from '../../ir/program.ts';
import { wasm128 } from '../../ir/target.ts';
import { countAt, tensor } from '../../ir/type.ts';
import { nothingGiven } from '../../passes/schedule/choose/given.ts';
import { type Ir, last, type StageContext } from '../../passes/stage.ts';
import { StateTable } from '../../passes/update.ts';
import type { Elements } from '../model/live.ts';
import { backendFor } from '../pipeline/backends.ts';
import { graphStages } from '../pipeline/stages.ts';
import type { Work } from './key.ts';
import { origin } from './values.ts';

/** A graph as code: makes the numbers of its results from those of its leaves, and of the constants that are arguments. */
export type Compiled = (leaves: readonly Elements[], constants: readonly number[]) => Elements[];

const pageBytes = 65536;
const memory = new WebAssembly.Memory({ initial: 1 });

/** Views of the memory, which change whenever it grows. */
let views = viewsOf(memory.buffer);
function viewsOf(buffer: ArrayBuffer) {
  return { f32: new Float32Array(buffer), i32: new Int32Array(buffer), u8: new Uint8Array(buffer) };
}
function reserve(bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  if (views.f32.buffer !== memory.buffer) views = viewsOf(memory.buffer);
}

/** The graph of work, over params of its own. What it is made of is not kept. */
function graphOf({ nodes, leaves, results }: Work, varying: ReadonlySet<number>) {
  const made = new Map<Value, Value>(leaves.map((v, i) => [v, param('input', `x${i}`, v.type)]));
  const params = leaves.map((v) => made.get(v) as Param);
  const scalars: Param[] = [];
  let constants = 0;
  const copied = (n: Node): Value => {
    if (n.op.name !== 'full' || !varying.has(constants++))
      return build(
        n.op,
        n.inputs.map((i) => made.get(origin(i)) as Value),
        n.attrs,
      );
    const { shape, dtype } = n.type;
    const scalar = param('input', `c${scalars.length}`, tensor(dtype, []));
    scalars.push(scalar);
    return broadcast(scalar, { shape, dims: [] });
  };
  for (const n of nodes)
    made.set(
      n,
      at(n.loc, () => copied(n)),
    );
  const named = results.map((r, i) => ({ name: `y${i}`, value: made.get(r) as Value }));
  return { params, scalars, named };
}

/** Compiles work in which the constants at these places are arguments. Throws a `CompileError` if it needs more memory than there is. */
export function compiled(work: Work, varying: ReadonlySet<number>): Compiled {
  const { params, scalars, named } = graphOf(work, varying);
  const graph = makeGraph('main', named, [...params, ...scalars]);
  const module = { name: 'main', maxBatch: 1, graphs: [graph] };

  const backend = backendFor(wasm128);
  const context: StageContext = {
    optimizer: null,
    table: new StateTable(graph.params),
    target: wasm128,
    given: nothingGiven,
    indices: indexInputs(module),
  };
  let ir: Ir = { form: 'module', module };
  for (const stage of [...graphStages, ...backend.stages]) ir = stage.run(ir, context);
  const { program } = last([ir], 'program');
  const { wasm } = emitWasm(program, { importsMemory: true });
  reserve(program.arenaBytes);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>), {
    tapeout: { memory },
  });
  const run = instance.exports.main as (batch: number) => void;

  const slots = new Map(program.slots.map((s) => [s.buffer.name, s]));
  const slotOf = (name: string): Slot => slots.get(name) as Slot;
  const inputs = params.map((p) => ({ ...slotOf(p.name), indices: context.indices.get(p) ?? null }));
  const [entry] = program.entries;
  const arguments_ = scalars.map((p) => slotOf(p.name));
  const outputs = named.map(({ name, value }) => {
    const port = entry?.outputs.find((o) => o.name === name);
    return { slot: slotOf(port?.buffer.name ?? name), count: countAt(value.type.shape, 1), dtype: value.type.dtype };
  });
  const { arenaBytes } = program;

  return (given, values) => {
    reserve(arenaBytes);
    for (const [i, { buffer, offset, indices }] of inputs.entries()) {
      const elements = given[i] as Elements;
      if (indices) checkIndices(elements, indices);
      const view = viewOf(buffer.type.dtype);
      view.set(elements, offset / view.BYTES_PER_ELEMENT);
    }
    for (const [i, { buffer, offset }] of arguments_.entries()) {
      const view = viewOf(buffer.type.dtype);
      view[offset / view.BYTES_PER_ELEMENT] = values[i] as number;
    }
    run(1);
    return outputs.map(({ slot, count, dtype }) => {
      const view = viewOf(dtype);
      const from = slot.offset / view.BYTES_PER_ELEMENT;
      return view.slice(from, from + count);
    });
  };
}

/** The memory as elements of this type. */
function viewOf(dtype: Slot['buffer']['type']['dtype']): Elements {
  const { array } = dtypes[dtype];
  return array === Float32Array ? views.f32 : array === Int32Array ? views.i32 : views.u8;
}

function checkIndices(elements: Elements, { range, ignored }: { range: number; ignored: number | null }): void {
  for (const [i, v] of elements.entries())
    if ((v < 0 || v >= range) && v !== ignored)
      throw new CompileError('out-of-range', `index ${v}, element ${i}, is outside of 0 … ${range - 1}`);
}
