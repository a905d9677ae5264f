/** The command for long runs: its options, and what it writes about a finding, tested on a kind that fails by design. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeGraph, param } from '../../ir/graph.ts';
import { relu } from '../../ir/ops/index.ts';
import { parseModule } from '../../ir/text/parse.ts';
import { f32, N } from '../../ir/type.ts';
import { readSafetensors } from '../../runtime/index.ts';
import { folderOf } from '../support/cli.ts';
import { Fault, type Kind } from './kind.ts';
import { fuzz } from './main.ts';

const x = param('input', 'x', f32(N, 2));
const module = { name: 'Broken', maxBatch: 3, graphs: [makeGraph('run', [{ name: 'y', value: relu(x) }])] };
/** Fails if some number is large: in its smallest failing case, one number is large and the rest are 0. */
const broken: Kind = {
  name: 'broken',
  doc: 'no number is above 4000',
  runs: 1,
  async check(numbers) {
    const wrong = numbers.find((v) => v > 4000);
    const given = new Map([[x, [1, 2, 3, 4]]]);
    if (wrong !== undefined) throw new Fault(`${wrong} is above 4000\nmore of it`, { module, given, n: 2 });
  },
};
const fine: Kind = { name: 'fine', doc: 'nothing', runs: 1, check: async () => {} };

const stopped = (signal: NodeJS.Signals): Kind => ({ ...fine, check: async () => void process.emit(signal) });

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await fuzz(args, (line) => lines.push(line), [broken, fine]);
  return { code, text: lines.join('\n') };
}

test('a finding is reduced, written, reported once, and reproduced by its command', async () => {
  const out = folderOf({});
  const { code, text } = await run('--runs', '30', '--seed', '5', '--out', out);
  expect(code).toBe(1);
  expect(text.match(/^found: broken: 4001 is above 4000$/gm)).toHaveLength(1);
  expect(text).toMatch(/found \d+ times: broken: # is above #/);
  expect(text).toMatch(/broken \d+, fine 30; found 1/);

  const again = / {2}again: npm run fuzz -- (--only broken --seed \d+ --path \d+)\n/.exec(text)?.[1] as string;
  const name = join(out, `broken-${again.split(' ')[3]}`);
  expect(readFileSync(`${name}.txt`, 'utf8')).toBe(`4001 is above 4000\nmore of it\n\nnpm run fuzz -- ${again}\n`);
  expect(parseModule(readFileSync(`${name}.tir`, 'utf8'), 'broken.tir')).toMatchObject({ name: 'Broken', maxBatch: 3 });
  const given = readSafetensors(readFileSync(`${name}.safetensors`)).get('x');
  expect([given?.shape, [...((given?.data ?? []) as Float32Array)]]).toEqual([
    [2, 2],
    [1, 2, 3, 4],
  ]);
  expect(text).toMatch(/npx tapeout run \S+\.tir --in \S+\.safetensors --verify\n/);

  const replayed = await run(...again.split(' '), '--out', join(out, 'again'));
  expect(replayed.code).toBe(1);
  expect(replayed.text).toContain('4001 is above 4000\nmore of it');
});

test('a run without findings exits with 0, and writes nothing', async () => {
  const out = join(folderOf({}), 'none');
  const { code, text } = await run('--runs', '12', '--only', 'fine', '--out', out);
  expect([code, text.endsWith('nothing found'), existsSync(out)]).toEqual([0, true, false]);
  expect(text).toContain('fine 12; found 0');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends a run with its report', async (signal) => {
  const lines: string[] = [];
  const code = await fuzz(['--runs', '30'], (line) => lines.push(line), [stopped(signal)]);
  expect(code).toBe(0);
  expect(lines.join('\n')).toMatch(/fine \d+; found 0\n[\s\S]*nothing found$/);
});

test.each([
  [['--help'], 0, '--seconds S'],
  [['--runs', 'many'], 2, 'error: --runs takes a whole number, and many is none.'],
  [['--only', 'nothing'], 2, 'error: --only takes broken, fine, and not nothing.'],
  [['--path', '3'], 2, 'error: --path takes what a finding told, together with its --only and --seed.'],
  [['--loud'], 2, "error: Unknown option '--loud'"],
])('options: %j', async (args, code, message) => {
  const answer = await run(...args);
  expect(answer.code).toBe(code);
  expect(answer.text).toContain(message);
});
