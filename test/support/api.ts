/** The names that a user knows, and those that are internal. */

import * as tapeout from '../../frontend/index.ts';
import { ops } from '../../ir/ops/index.ts';

const publicNames: ReadonlySet<string> = new Set([
  ...Object.keys(tapeout),
  ...Object.getOwnPropertyNames(tapeout.Tensor.prototype),
  // Some are English words too.
  'convert',
  'broadcast',
  'count',
  'less',
  'greater',
  'equal',
  'sign',
  'floor',
  'full',
  'after',
  'cotangent',
]);

/** Names of ops that no message to a user may contain. */
export const internalNames: readonly string[] = [...ops.keys()].filter((name) => !publicNames.has(name));
