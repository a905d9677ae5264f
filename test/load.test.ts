/** Model files: read with every position kept, and the errors of those that cannot be read. */
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { folderOf, modelFile, script } from './support/cli.ts';
import { onWindows, unless } from './support/left-out.ts';

/** For each file of a folder, the report on its error, or the places of its parameters, output and loss. */
interface Loaded {
  readonly report?: string;
  readonly name?: string;
  readonly parameters?: Record<string, string>;
  readonly output?: string;
}

const files = {
  'good.ts': modelFile(),
  // Every kind of type syntax that is blanked, and positions where blanking could join two statements.
  'types.ts': `import { defineModel, Tensor, nn, type ModelSpec, optim } from 'tapeout';
import type { Extent } from 'tapeout';
interface Sizes { readonly hidden: number }
type Act = (x: Tensor) => Tensor
abstract class Base<T extends object> extends nn.Module implements Iterable<T> {
  declare ghost: string;
  abstract act(x: Tensor): Tensor;
  protected readonly extents?: readonly Extent[]
  public static readonly label: string = 'net' as const
  ['computed']!: number
  *[Symbol.iterator](): Generator<T> {}
  at(i: number): T;
  at(i: string): T;
  at(this: Base<T>, _i?: unknown): T { return {} as T }
  [key: string]: unknown;
}
class Net extends Base<{ a: 1 }> {
  fc: nn.Linear; head!: nn.Linear
  constructor(private_: Partial<Sizes> = {}) { super(); this.fc = nn.Linear(4, private_.hidden ?? 5); this.head = nn.Linear<[]>(5, 3); }
  override act(x: Tensor): Tensor { return (<T extends Tensor>(x: T): Tensor => x.relu())<Tensor>(x!) }
  forward(x: Tensor): Tensor {
    const twice = (
      a: Tensor,
    ): Tensor =>
      a.add(a)
    const flat = (x as Tensor satisfies Tensor).flatten(1) as Tensor
    ;[1].map<number>((n: number): number => n)
    const f: Act = twice as unknown as Act
    return this.head(this.act(f(this.fc(flat))));
  }
}
declare const nothing: number;
declare global { interface Window { x: 1 } }
const spec: ModelSpec = defineModel({ model: Net as unknown as new () => nn.Module, input: { shape: ['N', 4] }, target: { shape: ['N'], dtype: 'i32' }, loss: nn.CrossEntropyLoss(), optimizer: optim.SGD({ lr: 0.1 }) })!
export { spec, type Sizes, Act };
export default spec satisfies ModelSpec;
`.replace('<[]>', ''),
  'parts.ts': `import { fc } from './lib/layers.ts';\nimport { gain } from './lib/plain.js';\nimport { size } from './lib/layers';\nimport os from 'node:os';\nimport { pick } from 'some-package';\n${modelFile(
    `fc = fc(size);\n  forward(x: Tensor): Tensor {\n    return this.fc(flatten(x, 1)).mul(gain + pick(0) + 0 * os.cpus().length);\n  }`,
  )}`,
  'lib/layers.ts': `import { nn } from 'tapeout';\nexport const size: number = 4;\nexport const fc = (n: number): nn.Linear =>\n  nn.Linear(n, 3);\n`,
  'lib/plain.js': 'export const gain = 2;\n',
  'node_modules/some-package/package.json':
    '{"name":"some-package","type":"module","main":"index.js","types":"index.d.ts"}',
  'node_modules/some-package/index.js': 'export const pick = (x) => x;\n',
  'node_modules/some-package/index.d.ts': 'export declare const pick: (x: number) => number;\n',
  'plain.mjs': javascript(modelFile()),
  'type-error.ts': modelFile().replace('nn.Linear(4, 3)', "nn.Linear('4', 3)").replace('maxBatch: 4', 'maxBatch: true'),
  'unknown-import.ts': modelFile().replace('matmul,', 'matmull,'),
  'missing-layer.ts': modelFile().replace('nn.Linear(4, 3)', 'nn.Hyperbolic(4, 3) as never'),
  'missing-optimizer.ts': modelFile().replace('optim.SGD', 'optim.Shampoo'),
  'syntax.ts': modelFile().replace('return this', 'retrun this'),
  'enum.ts': `enum Kind { A }\n${modelFile()}`,
  'no-default.ts': modelFile().replace('export default', 'export const spec ='),
  'class.ts': modelFile().replace(/export default.*/s, 'export default Net;\n'),
  'throws.ts': modelFile('fc = nn.Linear(4, 3);\n  forward(x: Tensor): Tensor {\n    return this.fc(x);\n  }').replace(
    'export default',
    'const sizes: number[] = [];\nsizes.at(0)!.toFixed();\n\nexport default',
  ),
  'bad-option.ts': modelFile(undefined, 'seed: -0.5,'),
  // What the user's own code throws.
  'images.ts': modelFile(
    "fc = nn.Linear(4, 3);\n  forward(x: Tensor): Tensor {\n    if (x.dim === 4) throw new Error('Net wants images');\n    return this.fc(x);\n  }",
  ),
  'misspelt.mjs': javascript(
    modelFile('fc = nn.Linear(4, 3);\n  forward(x: Tensor): Tensor {\n    return this.fc9(flatten(x, 1));\n  }'),
  ),
  // What PyTorch and JavaScript have and Tapeout lacks: one mistake per line for TypeScript, one file each for JavaScript.
  'habits.ts': modelFile(
    `fc = nn.Linear(4, 3);
  forward(x: Tensor): Tensor {
    if (x.sum() > 0) x.item();
    for (const row of x) F.relu(row);
    const y = x + x;
    return nn.functional.max_pool2d(y, x.data, x[0]);
  }`,
  ),
  'linear.mjs': javascript(modelFile()).replace('matmul', 'Linear'),
  'whole.mjs': `import tapeout from 'tapeout';\n${javascript(modelFile())}`,
  'subpath.mjs': `import { Linear } from 'tapeout/nn';\n${javascript(modelFile())}`,
  'package.mjs': `import 'no-such-package';\n${javascript(modelFile())}`,
  'mismatch.ts': modelFile(
    'fc = nn.Linear(5, 3);\n  forward(x: Tensor): Tensor {\n    const flat = flatten(x, 1);\n    return this.fc(flat);\n  }',
  ),
};

function javascript(text: string): string {
  return text.replace(', type Tensor', '').replaceAll(': Tensor', '');
}

let folder: string;
let loaded: Record<string, Loaded>;
const load = (names: readonly string[], within = folder): Record<string, Loaded> => {
  const { stdout, stderr } = script(
    `
    import { readFileSync, writeSync } from 'node:fs';
    const { loadModelFile } = await import(dist + 'frontend/source/load.js');
    const { record } = await import(dist + 'frontend/model/record.js');
    const { renderError } = await import(dist + 'frontend/report/diagnostics.js');
    const place = ({ loc }) => loc && loc.file.slice(loc.file.lastIndexOf('/') + 1) + ':' + loc.line + ':' + loc.col;
    const out = {};
    for (const name of ${JSON.stringify(names)}) try {
      const r = record(await loadModelFile(name));
      out[name] = { name: r.name, output: place(r.eval.output), parameters: Object.fromEntries(r.parameters.map(({ param }) => [param.name, place(param)])) };
    } catch (e) {
      out[name] = { report: renderError(e, { cwd: process.cwd(), read: (file) => readFileSync(file, 'utf8') }) ?? e.stack };
    }
    writeSync(1, JSON.stringify(out));`,
    within,
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

beforeAll(() => {
  folder = folderOf(files);
  loaded = load([...Object.keys(files).filter((name) => !name.includes('/')), 'missing.ts', 'lib', 'lib/plain.txt']);
}, 120_000);
const report = (name: string): string => loaded[name]?.report ?? `no error: ${JSON.stringify(loaded[name])}`;

describe('a model file', () => {
  test('keeps the location of each call, in line and column', () => {
    expect(loaded['good.ts']).toEqual({
      name: 'Net',
      parameters: { 'fc.weight': 'good.ts:4:11', 'fc.bias': 'good.ts:4:11' },
      output: 'good.ts:6:17',
    });
  });

  test('may use all erasable TypeScript syntax, with locations kept', () => {
    const line = files['types.ts'].split('\n').findIndex((text) => text.includes('nn.Linear(5, 3)'));
    const col = files['types.ts'].split('\n')[line]!.indexOf('Linear(5, 3)') + 1;
    expect(loaded['types.ts']?.report).toBeUndefined();
    expect(loaded['types.ts']?.parameters?.['head.weight']).toBe(`types.ts:${line + 1}:${col}`);
  });

  test('may import files of its own and packages', () => {
    expect(loaded['parts.ts']?.report).toBeUndefined();
    expect(loaded['parts.ts']?.parameters?.['fc.weight']).toBe('layers.ts:4:6');
  });

  test('may be JavaScript', () => expect(loaded['plain.mjs']?.output).toBe('plain.mjs:6:17'));

  test('leaves nothing behind', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.skipIf(onWindows)(unless(onWindows, 'may be in a read-only folder'), () => {
    const readOnly = folderOf({ 'good.ts': modelFile() });
    chmodSync(readOnly, 0o555);
    try {
      expect(load(['good.ts'], readOnly)['good.ts']?.name).toBe('Net');
    } finally {
      chmodSync(readOnly, 0o755);
    }
  });

  test('may be in a folder with a space in its name', () => {
    const spaced = folderOf({ 'my models/good.ts': modelFile() });
    expect(load(['good.ts'], join(spaced, 'my models'))['good.ts']?.output).toBe('good.ts:6:17');
  });
});

describe('an unusable model file is reported', () => {
  test('for each type error', () => {
    const text = report('type-error.ts');
    expect(text).toMatch(
      /^error\[TS2345\]: .*'string' is not assignable to parameter of type 'number'\.\n {2}--> type-error\.ts:4:18\n4 \| {3}fc = /s,
    );
    expect(text).toMatch(
      /\n\nerror\[TS2322\]: .*\n {2}--> type-error\.ts:16:3\n16 \| {3}maxBatch: true,\n {3}\| {3}\^{8}\n\nfound 2 errors$/,
    );
  });
  test('for an export that Tapeout lacks', () => {
    expect(report('unknown-import.ts')).toMatch(
      /^error\[TS\d+\]: .*matmull.*\n {2}--> unknown-import\.ts:1:32\n1 \| import .*\n {2}\| +\^{7}/,
    );
  });
  test('for a layer or optimizer that Tapeout lacks, with those it has', () => {
    expect(report('missing-optimizer.ts')).toMatch(/\nhelp: optim has .*SGD/);
    expect(report('missing-layer.ts')).toMatch(/\nhelp: nn has .*Conv1d\/2d\/3d, .*Linear, .* and losses\n/);
  });
  test('for a syntax error', () => {
    expect(report('syntax.ts')).toMatch(/^error\[TS\d+\]: .*\n {2}--> syntax\.ts:6:/);
  });
  test('for TypeScript that cannot be erased', () => {
    expect(report('enum.ts')).toMatch(
      /^error\[TS1294\]: .*\n {2}--> enum\.ts:1:6\n.*help: a model file runs with its types blanked out/s,
    );
  });
  test('for a missing default export', () => {
    expect(report('no-default.ts')).toMatch(
      /^error\[no-model\]: no-default\.ts has no default export\nhelp: end the file with: export default defineModel/,
    );
  });
  test('for a default export that is not a model', () => {
    expect(report('class.ts')).toMatch(
      /^error\[no-model\]: the default export is the class Net, not a model made by defineModel\n {2}--> class\.ts:10:1\n10 \| export default Net;\n +\| \^{6}/,
    );
  });
  test('for an error it throws, with the line', () => {
    expect(report('throws.ts')).toMatch(
      /^error\[TypeError\]: .*undefined.*\n {2}--> throws\.ts:11:13\n11 \| sizes\.at\(0\)!\.toFixed\(\);/,
    );
  });
  test('for an error of its own code, with its own message', () => {
    expect(report('images.ts')).toMatch(
      /^error\[Error\]: Net wants images\n {2}--> images\.ts:6:28\n6 \| .*throw new Error\('Net wants images'\);\n.*thrown while Net\.forward was recorded/,
    );
    expect(report('misspelt.mjs')).toMatch(
      /^error\[TypeError\]: this\.fc9 is not a function\n {2}--> misspelt\.mjs:6:17\n6 \| .*this\.fc9/,
    );
  });
  test('for PyTorch’s and JavaScript’s habits, with what to write instead', () => {
    const text = report('habits.ts');
    for (const help of [
      'where(x.gt(0), a, b)',
      'a recorded tensor has a shape but no numbers',
      'x.select(0, i), for a dimension whose extent is known',
      "import { functional as F } from 'tapeout'",
      'write x.add(y) for x + y',
      'x.select(0, i) for x[i]',
    ])
      expect(text).toContain(help);
    expect(text.match(/^help: /gm)?.length).toBe(text.match(/^error/gm)?.length);
  });
  test('for a missing import', () => {
    expect(report('linear.mjs')).toMatch(
      /^error\[SyntaxError\]: .*'tapeout' .*'Linear'\n {2}--> linear\.mjs:1:\d+\n.*help: it is in nn: import \{ nn \} from 'tapeout', and write nn\.Linear/s,
    );
    expect(report('package.mjs')).toMatch(
      /^error\[Error\]: .*'no-such-package' imported from .*package\.mjs\n {2}--> package\.mjs:1:/,
    );
    expect(report('whole.mjs')).toMatch(
      /^error\[SyntaxError\]: .*'tapeout' .*'default'\n {2}--> whole\.mjs:1:8\n.*help: import by name: import \{ defineModel, nn \}/s,
    );
    expect(report('subpath.mjs')).toMatch(/^error\[Error\]: .*\n {2}--> subpath\.mjs:1:\d+\n/);
  });
  test('for a wrong option, at its line', () => {
    expect(report('bad-option.ts')).toMatch(/^error\[bad-option\]: seed -0\.5 .*\n {2}--> bad-option\.ts:10:16\n/);
  });
  test('for shapes that do not fit, with both and where each comes from', () => {
    const text = report('mismatch.ts');
    expect(text).toMatch(/^error\[[\w-]+\]: linear: .*4.*5.*\n {2}--> mismatch\.ts:7:17\n/);
    expect(text).toContain('    return this.fc(flat);\n');
    expect(text).toMatch(/\^{13}/);
    expect(text).toContain('f32[N,4]');
    expect(text).toContain('f32[3,5]');
  });
  test('if it does not exist', () => {
    expect(report('missing.ts')).toMatch(/^error\[model-file\]: missing\.ts: there is no such file\nhelp: /);
  });
  test('if it is a folder', () =>
    expect(report('lib')).toMatch(/^error\[model-file\]: lib: this is a folder, not a file/));
});
