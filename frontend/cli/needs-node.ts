/** Exits with a message if Node is too old. main.ts imports this first. */
import { hostProblem } from '../../ir/node-version.ts';
import { exits } from './io.ts';

const problem = hostProblem();
if (problem !== null) {
  process.stderr.write(`error: ${problem}\n`);
  process.exit(exits.failed);
}
