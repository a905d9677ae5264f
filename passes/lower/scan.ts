/** Lowers a loop to launches that are repeated: the body, as a graph of its own that reads slices of stacks at a step in
 *  memory, updates what it carries in place, and stores slices of its results. */

import type { Buffer } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import {
  type FusedGraph,
  type Graph,
  type Group,
  makeGraph,
  type Param,
  param,
  type Result,
  type Value,
} from '../../ir/graph.ts';
import { finish, type Kernel, store } from '../../ir/kernel.ts';
import { rebuilt } from '../../ir/rebuild.ts';
import { neededResults, resultOf, type ScanNode, stacked } from '../../ir/scan.ts';
import { i32, isEmpty, type TensorType } from '../../ir/type.ts';
import { fuse } from '../fuse.ts';
import { copyKernel } from './copy.ts';
import { storageIn } from './group.ts';
import type { Lowered, Lowering, Stacks } from './lowering.ts';
import { keep, sliceAt } from './slices.ts';

/** The launches before a loop, and those of one turn. */
interface Loop {
  readonly before: readonly Kernel[];
  readonly body: readonly Kernel[];
  readonly times: number;
}

/** `stored`: the buffers of the group's operands and roots; `lower` lowers the body. */
export function lowerScan(
  lowering: Lowering,
  group: Group,
  stored: ReadonlyMap<Value, Buffer>,
  lower: (lowering: Lowering, body: FusedGraph, stacks: Stacks) => Pick<Lowered, 'kernels'>,
): Loop {
  const { buffers, target } = lowering;
  const roots = group.roots as ScanNode[];
  const [first] = roots as [ScanNode];
  const { body } = first.op;
  const { steps, reverse } = first.attrs;
  const named = new Map(roots.map((r) => [resultOf(r).name, stored.get(r) as Buffer]));
  const storage = storageIn(group, stored);
  const temp = (name: string, type: TensorType): Buffer => buffers.named('temp', lowering.names.take(name), type);

  const step = temp('step', i32());
  const turns = param('state', step.name, i32());
  buffers.bind(turns, step);

  // The body over buffers of the graph around it.
  const before: Kernel[] = [setStep(lowering, 'first_step', step, x.int(reverse ? steps - 1 : 0))];
  const results = neededResults(body, new Set(named.keys()));
  const values = new Map<Value, Value>();
  const carried = new Map<Param, Param>();
  for (const [i, p] of body.params.entries()) {
    const operand = storage(first.inputs[i] as Value) as Buffer;
    const isCarried = p.role === 'state';
    if (isCarried && !results.some((r) => r.into === p)) continue;
    const own = param(p.role, operand.name, p.role === 'input' ? stacked(p.type, steps) : p.type, p.loc);
    const buffer = isCarried ? (named.get(p.name) ?? temp(p.name, p.type)) : operand;
    buffers.bind(own, buffer);
    values.set(p, p.role === 'input' ? sliceAt(own, turns) : own);
    if (!isCarried) continue;
    carried.set(p, own);
    if (!isEmpty(p.type)) before.push(copyKernel(lowering.kernels.take(`start_${p.name}`), operand, buffer));
  }
  const made = rebuilt(
    results.map((r) => r.value),
    values,
  );
  const stacks = new Map<Value, Buffer>();
  const own = results.map((r, i): Result => {
    const value = made[i] as Value;
    if (r.into) return { name: r.name, value, into: carried.get(r.into) as Param };
    const kept = keep(value);
    stacks.set(kept, named.get(r.name) as Buffer);
    return { name: r.name, value: kept };
  });
  const graph: Graph = makeGraph(body.name, own);
  const at = x.load(step, []);
  const { kernels } = lower(lowering, fuse(graph, target), { buffers: stacks, at });
  // The step stays an index of the stacks.
  const next = x.max(x.min(x.add(at, x.int(reverse ? -1 : 1)), x.int(steps - 1)), x.int(0));
  return { before, body: [...kernels, setStep(lowering, 'next_step', step, next)], times: steps };
}

const setStep = (lowering: Lowering, name: string, step: Buffer, value: x.Expr): Kernel =>
  finish(lowering.kernels.take(name), [store(step, [], value)], []);
