/** Throws in a Node that is too old. Every entry point imports this first, before modules that such a Node cannot run. */
import { hostProblem } from './node-version.ts';

const problem = hostProblem();
if (problem !== null) throw Object.assign(new Error(problem), { code: 'old-node' });
