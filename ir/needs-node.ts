/** Throws in a Node that is too old. Whatever a user imports imports this first, ahead of modules that run what such a Node lacks. */
import { hostProblem } from './node-version.ts';

const problem = hostProblem();
if (problem !== null) throw new Error(problem);
