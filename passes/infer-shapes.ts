/** Infers every type again from the params up, so that what follows can rely on them, and bounds the batch. */

import { CompileError } from '../ir/diagnostic.ts';
import { at, type Graph, type Module, type Param, topo, typesOf, type Value } from '../ir/graph.ts';
import { countAt, sameType, showType } from '../ir/type.ts';

/** The most elements one tensor may have: addresses in bytes stay below 2³¹. */
const most = 2 ** 29;

export function inferShapes(module: Module): Module {
  if (!Number.isInteger(module.maxBatch) || module.maxBatch < 1)
    throw new CompileError(
      'bad-option',
      `the largest batch must be a whole number of at least 1, got ${module.maxBatch}`,
    );
  for (const graph of module.graphs) {
    for (const p of graph.params) bounded(p, module.maxBatch);
    for (const n of topo(valuesOf(graph))) {
      const type = at(n.loc, () => n.op.infer(typesOf(n.op, n.inputs), n.attrs));
      if (!sameType(type, n.type))
        throw new CompileError(
          'type-mismatch',
          `${n.op.name} is said to be ${showType(n.type)}, and its operands make it ${showType(type)}`,
          { loc: n.loc },
        );
      bounded(n, module.maxBatch);
    }
  }
  return module;
}

function bounded(v: Value, maxBatch: number): void {
  if (countAt(v.type.shape, maxBatch) <= most) return;
  throw new CompileError('too-large', `${showType(v.type)} has more than ${most} elements at a batch of ${maxBatch}`, {
    loc: v.loc,
    help: 'compile for a smaller maxBatch, or make the layer smaller',
  });
}

/** What a graph computes or still has to. */
export const valuesOf = ({ results, task }: Graph): Value[] => [
  ...results.map((r) => r.value),
  ...(task?.kind === 'differentiate' ? [task.of, ...(task.seed ? [task.seed] : [])] : []),
  ...(task?.kind === 'apply' ? [...task.gradients.values()] : []),
];

/** Inputs that hold indices, and how many values each may take: the least that any op reading them allows. */
export function indexRanges(module: Module): Map<Param, number> {
  const ranges = new Map<Param, number>();
  for (const graph of module.graphs)
    for (const n of topo(valuesOf(graph))) {
      const range = n.op.indexRange?.(typesOf(n.op, n.inputs), n.attrs) ?? {};
      for (const [i, name] of n.op.operands.entries()) {
        const [values, source] = [range[name], n.inputs[i]];
        if (values !== undefined && source?.kind === 'param' && source.role === 'input')
          ranges.set(source, Math.min(values, ranges.get(source) ?? values));
      }
    }
  return ranges;
}
