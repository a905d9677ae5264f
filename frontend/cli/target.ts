/** `--target`: one of Tapeout's by name, or a file that describes a machine. */
import type { Machine } from '../../ir/target-numbers.ts';
import { parseTarget } from '../../ir/text/parse-target.ts';
import { type Io, UsageError } from './io.ts';
import { readSource } from './text.ts';

/** What is compiled to, and for which machine. Throws a `UsageError` for a name that is none of `known`, and a `CompileError` for
 *  a file that is none. */
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
      `--target ${text}: it is none of ${known.join(', ')}, and no .json file that describes a machine.`,
    );
  const { text: described, file } = readSource(
    text,
    io,
    `Give one of ${known.join(', ')}, or a file that describes a machine.`,
  );
  const machine = parseTarget(described, file);
  return { target: machine.extends as string as T, machine };
}
