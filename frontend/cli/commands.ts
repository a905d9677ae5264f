/** The table of commands, in the order of the help. */

import type { Command } from './command.ts';
import { compileCommand } from './compile.ts';
import { optCommand } from './opt.ts';
import { printCommand } from './print.ts';
import { profileCommand } from './profile.ts';
import { reduceCommand } from './reduce.ts';
import { runCommand } from './run.ts';
import { trainCommand } from './train.ts';
import { tuneCommand } from './tune.ts';

export const commands: readonly Command[] = [
  compileCommand,
  trainCommand,
  printCommand,
  profileCommand,
  tuneCommand,
  optCommand,
  runCommand,
  reduceCommand,
];
