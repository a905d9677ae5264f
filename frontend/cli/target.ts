/** `--target`: the name of a target, or a file that describes a machine. */
import type { Machine } from '../../ir/target-numbers.ts';
import { parseTarget } from '../../ir/text/parse-target.ts';
import { type Io, UsageError } from './io.ts';
import { readSource } from './text.ts';

/** The target and the machine. Throws a `UsageError` for a name that is not in `known`, and a `CompileError` for a file that does
 *  not describe a machine. */
export function readTarget<T extends string>(
  text: string | undefined,
  known: readonly T[],
  io: Io,
): { readonly target?: T; readonly machine?: Machine } {
  if (text === undefined) return {};
  const target = known.find((name) => name === text);
  if (target) return { target };
  if (!text.endsWith('.json'))
    throw new UsageError(
      `--target ${text}: it is neither one of ${known.join(', ')} nor a .json file that describes a machine.`,
    );
  const { text: described, file } = readSource(
    text,
    io,
    `Give one of ${known.join(', ')}, or a file that describes a machine.`,
  );
  const machine = parseTarget(described, file);
  return { target: machine.extends as string as T, machine };
}
