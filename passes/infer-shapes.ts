/** Infers every type again from the params on, so that later passes can rely on them, and bounds the batch. */

import { CompileError } from '../ir/diagnostic.ts';
import { at, type Module, topo, typesOf, type Value, valuesOf } from '../ir/graph.ts';

export { indexInputs, indexRanges } from '../ir/analysis/index-ranges.ts';
export { valuesOf } from '../ir/graph.ts';

import { countAt, maxElements, maxRank, sameType, showType } from '../ir/type.ts';

/** The same module, with every type checked. Throws a `CompileError` if one differs, or if a tensor is too large at the
 *  largest batch. */
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
          `${n.op.name} is declared as ${showType(n.type)}, but its operands make it ${showType(type)}`,
          { loc: n.loc },
        );
      bounded(n, module.maxBatch);
    }
  }
  return module;
}

function bounded(v: Value, maxBatch: number): void {
  if (v.type.shape.length > maxRank)
    throw new CompileError('too-large', `a tensor of ${v.type.shape.length} dimensions: the most are ${maxRank}`, {
      loc: v.loc,
    });
  if (countAt(v.type.shape, maxBatch) <= maxElements) return;
  throw new CompileError(
    'too-large',
    `${showType(v.type)} has more than ${maxElements} elements at a batch of ${maxBatch}`,
    {
      loc: v.loc,
      help: 'compile for a smaller maxBatch, or make the layer smaller',
    },
  );
}
