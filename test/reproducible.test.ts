/** One source, the same bytes: compiled in two processes, in folders with different names, by copies of Tapeout in
 *  different places, in another order and another environment; and by whichever Node runs the tests, as the checksums of
 *  its output and the bits that the output learns are a golden. `npm run test:nodes` runs this file with further versions
 *  of Node. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { build, folderOf, root } from './support/cli.ts';

const sources = ['examples/lenet.ts', 'examples/mlp.ts', 'examples/convnet.ts', 'test/fixtures/strange.ts'];
const names = sources.map((path) => basename(path, '.ts'));
/** Paths of further Node binaries. */
const nodes = (process.env.TAPEOUT_NODES ?? '').split(delimiter).filter((path) => path !== '');

interface Trained {
  readonly contentHash: string;
  readonly steps: number;
  readonly losses: readonly [first: number, last: number];
  readonly bits: string;
}
interface Made {
  readonly surroundings: { readonly node: string; readonly cwd: string; readonly offset: number };
  readonly found: Readonly<Record<string, Trained>>;
  /** By `model/file`, and `model-webgpu/file`. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** What a separate process makes of the models: `at` is its folder, with a copy of the sources and of Tapeout. */
function make(at: string, order: readonly string[], env: NodeJS.ProcessEnv, node = process.execPath): Made {
  const [tapeout, models, out] = [join(at, 'tapeout'), join(at, 'models'), join(at, 'out')];
  mkdirSync(tapeout, { recursive: true });
  for (const path of ['dist', 'package.json']) cpSync(join(root, path), join(tapeout, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tapeout, 'node_modules'), 'junction');
  for (const path of [...sources, 'test/fixtures/gate.ts']) {
    cpSync(join(root, path), join(models, basename(path)));
    utimesSync(join(models, basename(path)), at.length, at.length); // other times in other folders
  }
  const { status, stdout, stderr } = spawnSync(
    node,
    [join(root, 'test/support/reproduce.mjs'), tapeout, out, ...order.map((name) => join(models, `${name}.ts`))],
    { cwd: at, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', maxBuffer: 2 ** 24 },
  );
  expect([stderr, status]).toEqual(['', 0]);
  const bundles = order.flatMap((name) => [name, `${name}-webgpu`]);
  const files = bundles.flatMap((name) =>
    readdirSync(join(out, name)).map((file) => [`${name}/${file}`, readFileSync(join(out, name, file))] as const),
  );
  return { ...(JSON.parse(stdout) as Omit<Made, 'files'>), files: new Map(files) };
}

let first: Made;
beforeAll(() => {
  build();
  first = make(folderOf(), names, { TZ: 'UTC', LC_ALL: 'C' });
}, 180_000);

function expectSame(made: Made): void {
  expect([...made.files.keys()].sort()).toEqual([...first.files.keys()].sort());
  for (const [name, bytes] of made.files) expect(bytes.equals(first.files.get(name)!), name).toBe(true);
  expect(made.found).toEqual(first.found);
}

const shaders = ['model.wgsl', 'model.features.wgsl'];
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('checksums of bundles and shaders, and the bits that bundles learn, match the golden', async () => {
  const blocks = names.map((name) => {
    const { contentHash, steps, losses, bits } = first.found[name]!;
    const sums = first.files.get(`${name}/SHA256SUMS`)!;
    expect(contentHash).toBe(sha256(sums));
    return [
      `${name}: content hash ${contentHash}`,
      sums.toString().trimEnd(),
      'compiled for WebGPU:',
      ...shaders.map((file) => `${sha256(first.files.get(`${name}-webgpu/${file}`)!)}  ${file}`),
      `after ${steps} steps: loss ${losses.join(' -> ')}, parameters, state and outputs ${bits}`,
    ].join('\n');
  });
  // The bits of a NaN are the engine's choice.
  expect(
    Object.values(first.found)
      .flatMap((f) => f.losses)
      .every(Number.isFinite),
  ).toBe(true);
  await expect(`${blocks.join('\n\n')}\n`).toMatchFileSnapshot('golden/reproducible.txt');
});

/** Most bytes of index.js, plain and compressed as servers do. */
const budgets = {
  lenet: [42_400, 15_900],
  mlp: [41_000, 15_700],
  'lenet-webgpu': [57_200, 19_950],
  'mlp-webgpu': [53_300, 19_600],
} as const;
test.each(Object.entries(budgets))('index.js of %s stays within %j bytes', (name, [raw, compressed]) => {
  const js = first.files.get(`${name}/index.js`)!;
  expect(js.length).toBeLessThanOrEqual(raw);
  expect(gzipSync(js, { level: 9 }).length).toBeLessThanOrEqual(compressed);
});

test('another process, folder, order, time zone and language give the same bytes', () => {
  expect([...first.files.keys()].filter((path) => path.endsWith('.wgsl'))).toHaveLength(shaders.length * names.length);
  const at = join(folderOf(), 'tiefer/und mit größerem Namen');
  const other = make(at, names.toReversed(), { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', NODE_ENV: 'production' });
  expect(other.surroundings.cwd).not.toBe(first.surroundings.cwd);
  expect(other.surroundings.offset).not.toBe(first.surroundings.offset);
  expectSame(other);
}, 180_000);

test.each(nodes)(
  '%s gives the same bytes',
  (node) => {
    const other = make(folderOf(), names, {}, node);
    expect(other.surroundings.node).not.toBe(first.surroundings.node);
    expectSame(other);
  },
  180_000,
);
