/** Lowers groups to kernels: equations become loops, reductions become accumulators in the outermost loop that fixes
 *  their operands, and each root is stored once its index is complete. This file assigns the buffers. */

import type { Buffer, Expr } from '../../ir/expr.ts';
import type { FusedGraph, Group, Node, Param, Result, Value } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Repeat } from '../../ir/program.ts';
import { isScan } from '../../ir/scan.ts';
import { type Target, wasm128 } from '../../ir/target.ts';
import { isEmpty } from '../../ir/type.ts';
import { equationOf } from '../access.ts';
import { copyKernel } from './copy.ts';
import { lowerGroup } from './group.ts';
import type { Buffers, Lowered, Lowering, Stacks } from './lowering.ts';
import { Names } from './names.ts';
import { lowerPoints } from './points.ts';
import { lowerScan } from './scan.ts';
import { lowerWindows } from './windows.ts';

export { Buffers, type Lowered } from './lowering.ts';

/** The kernels of a fused graph, serial and scalar. `target`: what the bodies of loops are fused for. */
export function lower(graph: FusedGraph, buffers: Buffers, target: Target = wasm128): Lowered {
  const names = new Names();
  for (const name of new Set([...buffers.reserved, ...graph.params.map((p) => p.name)])) names.take(name);
  const { kernels, repeats, outputs } = lowerOn({ buffers, target, names, kernels: new Names() }, graph);
  return { name: graph.name, graph, kernels: kernels.map((k) => buffers.shared(k)), repeats, outputs };
}

/** The same, with names that are unique among those taken before. */
function lowerOn(
  lowering: Lowering,
  graph: FusedGraph,
  stacks: Stacks | null = null,
): Pick<Lowered, 'kernels' | 'repeats' | 'outputs'> {
  const { buffers, names } = lowering;
  const stored = new Map<Value, Buffer>(stacks?.buffers);
  for (const p of graph.params) stored.set(p, buffers.of(p));
  const outputs = new Map<Result, Buffer>();
  const results = graph.results.filter((r) => !stacks?.buffers.has(r.value));

  // In-place updates write to their param; other results, and values between kernels, to buffers of their own.
  for (const r of results) {
    if (r.value.kind === 'param') continue;
    if (r.into && !graph.staged.has(r) && !stored.has(r.value)) stored.set(r.value, buffers.of(r.into));
  }
  const outputNames = new Map(results.flatMap((r) => (r.into ? [] : [[r, names.take(r.name)] as const])));
  const outputOf = (r: Result): Buffer => buffers.named('output', outputNames.get(r) as string, r.value.type);
  for (const r of results)
    if (!r.into && r.value.kind === 'node' && !stored.has(r.value)) stored.set(r.value, outputOf(r));
  for (const g of graph.groups)
    for (const root of g.roots)
      if (!stored.has(root))
        stored.set(root, buffers.named('temp', names.take(isScan(root) ? root.attrs.result : root.op.name), root.type));

  const [kernels, repeats]: [Kernel[], Repeat[]] = [[], []];
  const slices = new Map([...(stacks?.buffers.keys() ?? [])].map((v) => [v, stacks?.at as Expr]));
  // A kernel that overwrites a param is the last to read its old value, so reads of params may use their buffers.
  for (const g of graph.groups) {
    if (g.roots.every((r) => isEmpty(r.type))) continue;
    if (g.form === 'scan') {
      const loop = lowerScan(lowering, g, stored, lowerOn);
      kernels.push(...loop.before);
      repeats.push({ from: kernels.length, to: kernels.length + loop.body.length - 1, times: loop.times });
      kernels.push(...loop.body);
      continue;
    }
    const name = lowering.kernels.take(kernelName(g, graph));
    switch (g.form) {
      case 'windows':
        kernels.push(...lowerWindows(name, g, stored, (n) => lowering.kernels.take(n)));
        break;
      case 'points':
        kernels.push(lowerPoints(name, g, stored));
        break;
      case 'loops':
        kernels.push(lowerGroup(name, g, stored, slices));
        break;
      default:
        g.form satisfies never;
    }
  }
  const copy = (name: string, from: Buffer, to: Buffer): void => {
    if (isEmpty(to.type)) return;
    kernels.push(copyKernel(lowering.kernels.take(`copy_${name}`), from, to));
  };
  // Old values of params that are themselves results are saved before the params are overwritten.
  const overwritten = new Set(results.flatMap((r) => r.into ?? []));
  for (const r of results) {
    if (r.value.kind !== 'param' || !r.into || r.value === r.into || !overwritten.has(r.value)) continue;
    const saved = buffers.named('temp', names.take(`${r.value.name}.old`), r.value.type);
    copy(saved.name, buffers.of(r.value), saved);
    stored.set(r.value, saved);
  }
  // A result that is a param, or a second name for a value, is a copy …
  const named = new Set<Value>();
  for (const r of results) {
    if (r.into) continue;
    const from = stored.get(r.value) as Buffer;
    const direct = r.value.kind === 'node' && !isUpdated(graph, r.value) && !named.has(r.value);
    named.add(r.value);
    outputs.set(r, direct ? from : outputOf(r));
    if (!direct) copy(r.name, from, outputs.get(r) as Buffer);
  }
  // … and updates that could not happen in place come last.
  for (const r of results) {
    if (!r.into) continue;
    outputs.set(r, buffers.of(r.into));
    if (graph.staged.has(r)) copy(r.name, stored.get(r.value) as Buffer, buffers.of(r.into));
  }
  return { kernels, repeats, outputs };
}

const isUpdated = (graph: FusedGraph, v: Value): boolean =>
  graph.results.some((r) => r.into && r.value === v && !graph.staged.has(r));

/** A kernel name from the ops that matter: its reductions or else its roots, and the param that it updates. */
function kernelName(g: Group, graph: FusedGraph): string {
  const updated = graph.results.find((r) => r.into && g.roots.includes(r.value as Node) && r.into.role === 'parameter');
  const members = [...g.members].filter((m) => !m.op.view && m.inputs.length > 0);
  const heavy = members.filter((m) => equationOf(m).trips > 0);
  const words = [...new Set((heavy.length ? heavy : g.roots).map((m) => m.op.name))].slice(0, 3);
  const what = words.join('_') || (g.roots[0] as Node).op.name;
  return updated ? `${what}_${(updated.into as Param).name}` : what;
}
