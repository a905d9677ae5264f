/** Machines described in files: every number has its row, a wrong one is reported at its position, and schedules follow
 *  them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import lenet from '../examples/lenet.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import { CompileError } from '../ir/diagnostic.ts';
import { wasm128, webgpuTarget } from '../ir/target.ts';
import { describable, numberAt, on } from '../ir/target-numbers.ts';
import { parseTarget } from '../ir/text/parse-target.ts';
import { cli, folderOf } from './support/cli.ts';

const folder = new URL('../examples/targets/', import.meta.url);
const example = (name: string) => parseTarget(readFileSync(new URL(name, folder), 'utf8'), name);
const text = (more: object): string => JSON.stringify({ name: 'm', extends: 'wasm', numbers: {}, ...more }, null, 2);

test('every number has a row, and every row allows its number', () => {
  const numbersOf = (of: object, before = ''): string[] =>
    Object.entries(of).flatMap(([key, v]) =>
      typeof v === 'number' ? [before + key] : typeof v === 'object' && v ? numbersOf(v, `${before}${key}.`) : [],
    );
  const fixed = /^(lanes|bytes|memory|workgroup\.most)(\.|$)/;
  for (const { target, numbers } of Object.values(describable)) {
    expect(Object.keys(numbers).sort()).toEqual(
      numbersOf(target)
        .filter((path) => !fixed.test(path))
        .sort(),
    );
    for (const [path, { least }] of Object.entries(numbers))
      expect(numberAt(target, path), path).toBeGreaterThanOrEqual(least);
  }
});

test('a machine is a target with other numbers, named in its target', () => {
  const machine = parseTarget(
    text({ numbers: { registers: 28, 'cost.spill.any': { value: 2, origin: 'a guess' } } }),
    '',
  );
  expect(on(wasm128, machine)).toEqual({
    ...wasm128,
    name: 'wasm-m',
    registers: 28,
    cost: { ...wasm128.cost, spill: { ...wasm128.cost.spill, any: 2 } },
  });
  const device = parseTarget(text({ extends: 'webgpu', numbers: { 'workgroup.wanted': 12 } }), '');
  expect(on(webgpuTarget({ features: ['subgroups'] }), device).workgroup).toMatchObject({ wanted: 12, together: true });
});

describe('errors in a description are reported at their position', () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ['{ "name": ', 'no JSON', 1, 'this is not JSON'],
    ['{\n  "name": "m",\n}', 'a comma too many', 3, 'this is not JSON: expected a name in quotation marks'],
    [
      '{ "name": "m"\n  "extends": 1 }',
      'a comma too few',
      2,
      "this is not JSON: expected ',' or '}', found \"extends\"",
    ],
    ['{\n"name": 007 }', 'a number with zeros ahead', 2, "expected a value, found '007'"],
    ['{} ; why', 'a comment', 1, 'JSON has no comments'],
    [`${'['.repeat(1e5)}`, 'a hundred thousand levels of nesting', 1, 'more than 64 levels'],
    ['{ "name": "m",\n"numbers": {},\n "name": "n" }', 'a name twice', 3, "'name' is given twice"],
    ['{ "numbers": { "registers": 8,\n"registers": 9 } }', 'a number twice', 2, "'registers' is given twice"],
    ['[]', 'no object', 1, 'a description of a machine is an object'],
    [text({ lanes: 8 }), 'an unknown field', 5, "'lanes' is not one of name, extends and numbers"],
    [text({ name: 'a b' }), 'a name that is not a word', 2, "'name' must be a word"],
    [text({ extends: 'wasm128' }), 'an unknown target', 3, "'extends' must be one of wasm, webgpu"],
    [text({ numbers: [28] }), 'no numbers', 4, "'numbers' must be an object"],
    [text({ numbers: { register: 28 } }), 'a mistyped number', 5, "has no number 'register': is it 'registers'?"],
    [text({ numbers: { 'workgroup.wanted': 28 } }), 'a number of another target', 5, 'the target wasm has no number'],
    [
      text({ numbers: { registers: 15.5 } }),
      'a fraction',
      5,
      'registers: must be a whole number of at least 4 and no more than 2^31, in vectors',
    ],
    [text({ numbers: { registers: 2 } }), 'too few', 5, 'registers: must be a whole number of at least 4'],
    [
      text({ numbers: { 'cost.load': 0 } }),
      'nothing',
      5,
      'cost.load: must be a number above 0 and no more than 2^31, in words a cycle',
    ],
    [text({ numbers: { 'cost.load': '2' } }), 'a word', 5, 'cost.load: must be a number above 0'],
    [
      text({ numbers: { 'cost.load': { value: 2, from: 'x' } } }),
      'another field',
      7,
      "'from' is neither value nor origin",
    ],
    [text({ numbers: { 'cost.load': { value: 2, origin: 3 } } }), 'no words', 7, "'origin' must say in words"],
    [
      text({ numbers: { __proto__: null, constructor: 2 } }),
      "a name of JavaScript's",
      5,
      "has no number 'constructor'",
    ],
  ];
  test.each(cases.map(([written, what, ...rest]) => [what, written, ...rest] as const))(
    '%s',
    (_, written, line, says) => {
      let thrown: unknown;
      try {
        parseTarget(written, 'machine.json');
      } catch (e) {
        thrown = e;
      }
      expect(thrown).toBeInstanceOf(CompileError);
      const { code, message, loc } = thrown as CompileError;
      expect([code, loc?.file, loc?.line]).toEqual(['bad-target', 'machine.json', line]);
      expect(message).toContain(says);
    },
  );
});

describe('the examples', () => {
  const scheduled = async (machine?: ReturnType<typeof example>): Promise<string> =>
    (await compile(lenet, { verify: true, ...(machine ? { machine } : {}) })).printed('schedule');
  /** The most results that a kernel keeps, in vectors. */
  const largestTile = (schedules: string): number =>
    Math.max(
      ...[...schedules.matchAll(/^schedule @\S+ \{([^}]*)\}/gm)].map(([, directives = '']) =>
        [...directives.matchAll(/^ *(?:tile (?!r)\S+|vectorize \S+) by (\d+)/gm)].reduce(
          (p, [, by]) => p * Number(by),
          1,
        ),
      ),
    );

  test('can all be read', () => {
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) expect(example(name).name).toBe(name.replace('.json', ''));
  });

  test('of Zen 5 has the built-in numbers, and more registers give larger tiles', { timeout: 120_000 }, async () => {
    const own = await scheduled();
    expect(await scheduled(example('zen5.json'))).toBe(own);
    expect(await scheduled(example('zen3.json'))).not.toBe(own);
    expect(largestTile(await scheduled(example('neoverse-n2.json')))).toBeGreaterThan(largestTile(own));
  });
});

test('--target takes a file, and reports what is wrong with one', async () => {
  const cwd = folderOf({
    'a.tir':
      'tapeout ir 1\nmodule @M (N <= 4) {\n  graph @forward(%x: f32[N,8]) {\n    %y = neg(%x) : f32[N,8]\n    return %y\n  }\n}\n',
    'm.json': text({ numbers: { registers: 28 } }),
    'gpu.json': text({ extends: 'webgpu' }),
    'bad.json': text({ numbers: { registres: 28 } }),
  });
  const passes = ['opt', 'a.tir', '--passes', 'fuse,lower,schedule'];
  const own = await cli(passes, { cwd });
  expect([own.code, (await cli([...passes, '--target', 'm.json'], { cwd })).stdout]).toEqual([0, own.stdout]);
  const gpu = await cli([...passes, '--target', 'gpu.json'], { cwd });
  expect(gpu.stdout).toBe((await cli([...passes, '--target', 'webgpu'], { cwd })).stdout);
  const failed = async (target: string) => {
    const { code, stderr } = await cli([...passes, '--target', target], { cwd });
    return `${code}: ${stderr}`;
  };
  expect(await failed('bad.json')).toMatch(/is it 'registers'\?\n {2}--> bad\.json:5:5/);
  expect(await failed('none.json')).toMatch(/^1: [\s\S]*none\.json/);
  expect(await failed('arm')).toContain(
    '--target arm: it is neither one of wasm, webgpu nor a .json file that describes a machine',
  );
});
