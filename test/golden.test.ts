/** What the compiler makes of the examples, stage by stage, as text kept in the repository: a change of generated code is a
 *  change of these files, to be reviewed as one. `npm run bless` rewrites them. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitWasm } from '../codegen/wasm/emit.ts';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import type { OwnStage } from '../frontend/pipeline/stages.ts';
import { kernelsOf } from '../ir/program.ts';
import { printProgram } from '../ir/text/print-program.ts';

const root = resolve(import.meta.dirname, '..');
const examples = { lenet, mlp, convnet };
/** Each stage shows one decision: what was recorded, what algebra left of it, what shares a kernel, the loops, and the
 *  memory. */
const shown: readonly OwnStage[] = ['recorded', 'canonicalize', 'fuse', 'lower', 'schedule', 'plan'];

/** Kernels without a schedule: they run as plain loops, and none of them should be long. */
const plain = ({ scheduled }: Compiled): string => {
  const names = [...scheduled.schedules].flatMap(([kernel, s]) => (s.every((d) => d.do === 'over') ? [kernel] : []));
  return [...new Set(names)].sort().join(' ');
};

const summary = (name: string, c: Compiled): string[] => [...counts(name, c), `${name.padEnd(8)} plain: ${plain(c)}`];

/** Launches and code of each entry as if it were the only one, because entries share kernels. */
const counts = (name: string, { program }: Compiled): string[] => [
  ...program.entries.map((e) =>
    row(name, e.name, e.launches.length, '', '', emitWasm({ ...program, entries: [e] }).wasm.length),
  ),
  row(name, 'all', kernelsOf(program).length, program.arenaBytes, program.liveBytes, emitWasm(program).wasm.length),
];

const row = (model: string, entry: string, ...numbers: readonly (number | string)[]): string =>
  [model.padEnd(8), entry.padEnd(10), ...numbers.map((n, i) => String(n).padStart(i === 0 ? 7 : 11))].join(' ');

test('every example has goldens', () => {
  const files = readdirSync(join(root, 'examples')).filter((f) => f.endsWith('.ts'));
  expect(files.map((f) => f.replace('.ts', '')).sort()).toEqual(Object.keys(examples).sort());
});

describe('goldens', async () => {
  const compiled = await Promise.all(
    Object.entries(examples).map(async ([name, spec]) => [name, await compile(spec, { root, verify: true })] as const),
  );

  for (const [name, c] of compiled)
    test.each(shown)(`${name} after %s`, async (stage) => {
      // A plan has the kernels of the schedule.
      const text = stage === 'plan' ? printProgram(c.program) : c.printed(stage);
      await expect(text).toMatchFileSnapshot(`golden/${name}/${stage}.tir`);
    });

  test('summary.txt has the kernels, arena bytes and code bytes of every example', async () => {
    const table = [
      row('model', 'entry', 'kernels', 'arena bytes', 'live bytes', 'code bytes'),
      ...compiled.flatMap(([name, c]) => summary(name, c)),
      '',
    ];
    await expect(table.join('\n')).toMatchFileSnapshot('golden/summary.txt');
  });

  test('the same source gives the same text and bytes, whatever was compiled before', async () => {
    for (const [name, first] of compiled.toReversed()) {
      const second = await compile(examples[name as keyof typeof examples], { root });
      expect(Buffer.from(second.wasm).equals(Buffer.from(first.wasm)), name).toBe(true);
      expect(second.manifest).toEqual(first.manifest);
      for (const stage of first.stages)
        expect(second.printed(stage) === first.printed(stage), `${name} ${stage}`).toBe(true);
    }
  });
});
