/** A model's optimizer, wrapped: its rule may be the user's own, so its errors and bad results are reported as the user's. */

import { CompileError } from '../../ir/diagnostic.ts';
import { at, type Value } from '../../ir/graph.ts';
import { noOptimizer, type Optimizer } from '../../passes/update.ts';
import type { Recording } from '../model/record.ts';
import { showAny } from '../model/trace.ts';
import { usersCode } from '../users-error.ts';

const updateForm = '{ value, state }, a value of the IR and a Map of values by param';
function isUpdate(v: unknown): v is ReturnType<Optimizer['update']> {
  const { value, state } = (v ?? {}) as { readonly value?: unknown; readonly state?: unknown };
  return isValue(value) && state instanceof Map && [...state].every(([p, next]) => isValue(p) && isValue(next));
}
const isValue = (v: unknown): boolean => ['param', 'node'].includes((v as Value | null | undefined)?.kind ?? '');

/** The optimizer of a recording. Its rule throws a `CompileError` at the model's line if it does not return an update. */
export function usersRule({ optimizer, loc }: Recording): Optimizer {
  if (!optimizer) return noOptimizer;
  const rule: Optimizer['update'] = (...args) =>
    // Nodes that a rule records get no line: kernels name the lines of their gradients.
    usersCode(
      () => {
        const updated: unknown = at(null, () => optimizer.update(...args));
        if (isUpdate(updated)) return updated;
        throw new CompileError(
          'bad-option',
          `the optimizer's rule must return ${updateForm}, got ${showAny(updated)}`,
          {
            loc,
          },
        );
      },
      loc,
      `the rule of the optimizer ${optimizer.name} ran`,
      'update',
    );
  return { ...optimizer, update: rule };
}
