/** The table of flags: a command receives each value under the name derived from its flag. */
import { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { takes } from '../../frontend/cli/command.ts';
import { commands } from '../../frontend/cli/commands.ts';
import { codeFlags, codeOptions } from '../../frontend/cli/flags.ts';

describe.each(commands)('$name', (command) => {
  test('each flag is listed under its own name', () => {
    const flags = { ...takes[command.takes].flags, ...command.flags };
    for (const [key, { words }] of Object.entries(flags)) expect(key).toBe(new Option(words).attributeName());
  });
});

test('each flag that changes the code becomes one option of compile', () => {
  const values = {
    threads: 2,
    engine: 'v8-11',
    fastMath: true,
    rematerialize: true,
    memory: 4e6,
    inputGradient: true,
    binding: 1,
    gpuFeatures: ['subgroups'],
  } as const;
  expect(Object.keys(values)).toEqual(expect.arrayContaining(Object.keys(codeFlags)));
  const { binding, ...same } = values;
  expect(codeOptions(values)).toEqual({ ...same, bindingBytes: 2 ** 20 });
  expect(codeOptions({})).toEqual({});
  // A binding is no larger than a 32-bit offset reaches.
  expect(codeOptions({ binding: 1e9 })).toEqual({ bindingBytes: 2 ** 31 - 16 });
});
