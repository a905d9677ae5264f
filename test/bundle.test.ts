/** A bundle is self-contained: it loads with nothing beside it, its types describe it, and its bytes are always the same. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { contentHash, type Files } from '../codegen/checksums.ts';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { checkWgslTag, taggedWgsl } from '../runtime/gpu-tag.ts';
import type { Manifest } from '../runtime/manifest.ts';
import { folderOf, root } from './support/cli.ts';
import { noGpu } from './support/engines.ts';
import { unless } from './support/left-out.ts';
import { assemble, tinyGpuManifest, tinyManifest, tinyWasm, tinyWeights, tinyWgsl } from './support/tiny.ts';

const parts = () =>
  ({
    manifest: tinyManifest,
    wasm: tinyWasm(),
    threadedWasm: null,
    wgsl: null,
    featureWgsl: null,
    target: 'wasm',
    weights: tinyWeights(),
  }) as unknown as Compiled;
const both = () => ({ ...parts(), manifest: tinyGpuManifest, wgsl: tinyWgsl, target: 'all' }) as Compiled;
let folder: string;
let files: Files;
beforeAll(async () => {
  folder = folderOf();
  files = await bundleOf(parts());
  writeFiles(join(folder, 'tiny'), files);
  writeFiles(join(folder, 'both'), await bundleOf(both()));
  writeFiles(join(folder, 'gpu'), await bundleOf({ ...both(), target: 'webgpu' }));
});

/** Runs a user's script beside the bundle. */
function run(script: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

class Buffered extends nn.Module {
  shift = new nn.Buffer([2], [10, 20]);
  scale = new nn.Parameter([2], [1, 2]);

  forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.shift);
  }
}

/** Has every field of an entry: a least batch, and a state that calls carry on. */
class Carrying extends nn.Module {
  norm = nn.BatchNorm1d(2);
  h: Tensor = nn.Buffer(['N', 2], { eval: true });

  forward(x: Tensor): Tensor {
    this.h = this.h.add(x);
    return this.norm(this.h);
  }
}

describe('a bundle', () => {
  test.each(['wasm', 'all'] as const)('keeps all that the manifest says of calls (target: %s)', async (target) => {
    const spec = defineModel({
      model: Carrying,
      input: { shape: ['N', 2] },
      target: { shape: ['N', 2] },
      loss: nn.MSELoss(),
      optimizer: optim.SGD({ lr: 0.1 }),
    });
    const compiled = await compile(spec, { target });
    const name = `carrying-${target}`;
    writeFiles(join(folder, name), await bundleOf(compiled));
    expect(JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8'))).toEqual(compiled.manifest);
    const said = run(`
      import load from './${name}/index.js';
      const said = (f) => { try { return f(); } catch (e) { return e.code; } };
      const [model, f] = [await load({ backend: 'wasm' }), (...v) => Float32Array.from(v)];
      console.log(JSON.stringify([
        said(() => model.trainStep(f(1, 2), f(1, 2))),
        Number.isFinite(model.trainStep(f(1, 2, 3, 4), f(1, 2, 3, 4))),
        said(() => model.forward(f(1, 2))),
        model.resetState(),
        model.forward(f(1, 2)).length,
      ]));
      process.exit();`);
    expect(said).toEqual(['batch-too-small', true, 'other-samples', null, 2]);
  });

  test.each([undefined, 2])(
    'has its buffers in the state dict, and keeps them if the weights have none (threads: %s)',
    async (threads) => {
      const spec = defineModel({ model: () => new Buffered(), input: { shape: ['N', 2] }, maxBatch: 1 });
      writeFiles(join(folder, 'buffered'), await bundleOf(await compile(spec, threads ? { threads } : {})));
      const result = run(`
      import load from './buffered/index.js';
      const f = (v) => Float32Array.of(v, v);
      const first = await load();
      const dict = first.stateDict();
      const { missingKeys } = first.loadStateDict({ scale: f(1) }, { strict: false });
      const strict = (() => { try { first.loadStateDict({ scale: f(1) }); } catch (e) { return e.message; } })();
      first.loadStateDict(dict);
      const saved = { scale: dict.get('scale') }; // an older file, without buffers
      const [again, other] = [await load({ weights: saved }), await load({ weights: { scale: f(3), shift: f(1) } })]
        .map((m) => [...m.forward(f(1))]);
      console.log(JSON.stringify([[...first.forward(f(1))], again, other, [...dict.keys()].sort(), missingKeys, strict]));
      process.exit();`);
      expect(result).toEqual([
        [11, 22],
        [11, 22],
        [4, 4],
        ['scale', 'shift'],
        ['shift'],
        'these are missing: shift. loadStateDict(weights, { strict: false }) keeps their values.',
      ]);
    },
  );

  test('loads in Node with its own weights and runs', () => {
    const result = run(`
      import load from './tiny/index.js';
      const model = await load();
      const out = [...model.forward(Float32Array.of(1, 2, 3, 4))];
      console.log(JSON.stringify([out, model.trainStep(Float32Array.of(1, 2), Int32Array.of(0)), model.lr]));`);
    expect(result).toEqual([[5, 11, 17, 11, 25, 39], 3, 0.5]);
  });

  test('takes other weights, and reports what is wrong with them', () => {
    const result = run(`
      import { load, TapeoutError } from './tiny/index.js';
      const model = await load({ weights: { 'fc.weight': new Float32Array(6) } });
      const error = await load({ weights: { 'fc.wait': new Float32Array(6) } }).catch((e) => e);
      console.log(JSON.stringify([[...model.forward(Float32Array.of(1, 2))], error instanceof TapeoutError, error.message]));`);
    expect(result).toEqual([
      [0, 0, 0],
      true,
      "unknown parameter 'fc.wait'. Did you mean 'fc.weight'? These are missing: fc.weight. " +
        'loadStateDict(weights, { strict: false }) keeps their values.',
    ]);
  });

  test('refuses WebAssembly that is damaged or of another compilation', async () => {
    const other = await bundleOf({ ...parts(), wasm: assemble('(module (memory (export "memory") 1))') });
    writeFiles(join(folder, 'other'), other);
    const result = run(`
      import { readFile } from 'node:fs/promises';
      import { load, instantiate, manifest, TapeoutError } from './tiny/index.js';
      const refused = async (wasm) => {
        try {
          await load({ wasm });
          return 'taken';
        } catch (e) {
          return e instanceof TapeoutError ? e.code + ': ' + e.message : String(e.stack);
        }
      };
      const other = await readFile('./other/model.wasm');
      const own = await readFile('./tiny/model.wasm');
      const found = [await refused(other), await refused(await WebAssembly.compile(other)), await refused(own.subarray(0, -26))];
      const flips = new Set();
      for (let i = 0; i < own.length * 8; i += 5) {
        const bytes = Uint8Array.from(own);
        bytes[i >> 3] ^= 1 << (i & 7);
        flips.add((await refused(bytes)).split(':')[0]);
      }
      const changed = await instantiate(own, { ...manifest, arenaBytes: 300 }).catch((e) => e.code + ': ' + e.message);
      console.log(JSON.stringify([...found, [...flips], changed, await refused(await WebAssembly.compile(own))]));`);
    const another =
      /^bad-wasm: the WebAssembly is of another compilation than the manifest: its tag should be [0-9a-f]{16}/;
    expect(result).toEqual([
      expect.stringMatching(another),
      expect.stringMatching(another),
      expect.stringMatching(/, and is missing\. Take both from the same one/),
      ['bad-wasm'],
      expect.stringMatching(/^bad-manifest: the manifest is damaged/),
      'taken',
    ]);
  });

  test('refuses shaders that are damaged or of another compilation', async () => {
    const text = (await bundleOf(both())).get('model.wgsl') as string;
    const tags = JSON.parse((await bundleOf(both())).get('manifest.json') as string).tags;
    expect(() => checkWgslTag(text, tags)).not.toThrow();
    expect(() => checkWgslTag(tinyWgsl, tags)).toThrow(/^the shaders are of another compilation than the manifest/);
    expect(() => checkWgslTag(taggedWgsl(`${tinyWgsl} `), tags)).toThrow(/another compilation/);
    expect(() => checkWgslTag(text.replace('0.0', '1.0'), tags)).toThrow(/^the shaders are damaged/);
  });

  test('fetches its files from where it was fetched itself', () => {
    const result = run(`
      import { readFile } from 'node:fs/promises';
      const text = (await readFile('./tiny/index.js', 'utf8')).replaceAll('import.meta.url', "'https://example.org/tiny/index.js'");
      const asked = [];
      globalThis.fetch = async (url) => { asked.push(String(url)); return new Response(await readFile('./tiny/' + String(url).split('/').at(-1))); };
      const { load } = await import('data:text/javascript,' + encodeURIComponent(text));
      console.log(JSON.stringify([(await load()).lr, asked]));`);
    expect(result).toEqual([
      0.5,
      ['https://example.org/tiny/model.wasm', 'https://example.org/tiny/weights.safetensors'],
    ]);
  });

  test('has the same bytes each time, and other bytes have another content hash', async () => {
    expect(await bundleOf(parts())).toEqual(files);
    expect(JSON.parse(files.get('manifest.json') as string)).toMatchObject(tinyManifest);
    const others = [
      { manifest: { ...tinyManifest, maxBatch: 3 } },
      { wasm: Uint8Array.of(...tinyWasm(), 0) },
      { weights: new Map([...tinyWeights()].map(([name, data]) => [name, data.map((v) => v + 1)])) },
    ];
    const hashes = await Promise.all(
      [{}, ...others].map(async (o) => contentHash(await bundleOf({ ...parts(), ...o }))),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('has checksums that the usual tools verify, and whose checksum is the content hash', async () => {
    const sums = files.get('SHA256SUMS') as string;
    const lines = [...files.keys()].filter((name) => name !== 'SHA256SUMS').sort();
    const hash = (contents: string | Uint8Array) => createHash('sha256').update(contents).digest('hex');
    expect(sums).toBe(lines.map((name) => `${hash(files.get(name)!)}  ${name}\n`).join(''));
    expect(await contentHash(files)).toBe(hash(sums));
    const tools: [string, string[]][] = [
      ['sha256sum', ['-c']],
      ['shasum', ['-a', '256', '-c']],
    ];
    const runs = tools
      .map(([tool, args]) => spawnSync(tool, [...args, 'SHA256SUMS'], { cwd: join(folder, 'tiny'), encoding: 'utf8' }))
      .filter(({ error }) => (error as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT');
    // Every system but Windows has such a tool.
    expect(runs.length > 0 || process.platform === 'win32').toBe(true);
    for (const run of runs) {
      expect([run.status, run.stdout]).toEqual([0, lines.map((name) => `${name}: OK\n`).join('')]);
    }
  });

  test('works whatever the model is called', async () => {
    for (const name of ['a*/b', '../x', 'class', '1st', '日本', '']) {
      writeFiles(
        join(folder, 'named'),
        await bundleOf({ ...parts(), manifest: { ...tinyManifest, name } as Manifest }),
      );
      expect(run("console.log((await (await import('./named/index.js')).load()).maxBatch)")).toBe(
        tinyManifest.maxBatch,
      );
    }
  });

  test('contains neither paths of the machine that built it nor comments of the compiler', () => {
    const js = files.get('index.js') as string;
    expect(js).not.toMatch(/file:\/\/|sourceMappingURL|^import /m);
    expect(js).not.toContain(root);
  });

  test('runs nothing on WebGPU unless it has shaders', () => {
    for (const name of ['index.d.ts', 'manifest.json']) expect(files.get(name)).not.toMatch(/gpu|wgsl|adapter/i);
    expect(files.get('index.js')).not.toMatch(/navigator\.gpu|requestAdapter|createShaderModule|GpuModel/);
  });
});

const webgpu = pathToFileURL(join(root, 'node_modules/webgpu/index.js'));

describe('a bundle for WebAssembly and WebGPU', () => {
  test('has the manifest it was made from', async () => {
    expect(JSON.parse((await bundleOf(both())).get('manifest.json') as string)).toMatchObject(tinyGpuManifest);
    expect([...(await bundleOf({ ...both(), target: 'webgpu' })).keys()]).toEqual([
      'index.js',
      'index.d.ts',
      'model.wgsl',
      'manifest.json',
      'weights.safetensors',
      'package.json',
      'SHA256SUMS',
    ]);
  });

  test('falls back to WebAssembly where there is no usable GPU, and says why', () => {
    const result = run(`
      import { load } from './both/index.js';
      const notices = [];
      const onNotice = (notice) => notices.push(notice);
      const small = await load({ onNotice });
      const told = await load({ backend: 'wasm', onNotice });
      const none = await load({ backend: 'webgpu' }).catch((e) => e);
      const unknown = await load({ backend: 'cuda' }).catch((e) => e);
      console.log(JSON.stringify([small.backend, small.trainStep(Float32Array.of(1, 2), Int32Array.of(0)), told.backendNotice,
        notices, small.backendNotice, none.message, unknown.message]));`);
    const notice =
      "the model runs on WebAssembly: its largest call has 0.0 million operations, some 0.0 ms of WebAssembly, too few to pay for a GPU's 0.13 ms of launches.";
    expect(result).toEqual([
      'wasm',
      3,
      null,
      [notice],
      notice,
      "there is no WebGPU here. In Node it comes with the npm package 'webgpu': pass gpu: create([]) of it.",
      "the backend must be 'auto', 'wasm' or 'webgpu', but it is 'cuda'.",
    ]);
  });

  test.skipIf(noGpu)(unless(noGpu, 'runs on a GPU on request, but not on one in software'), () => {
    const result = run(`
      import { create } from '${webgpu}';
      import { load, manifest } from './both/index.js';
      import loadGpu from './gpu/index.js';
      const notices = [];
      const gpu = create([]);
      manifest.webgpu.operations = 1e9;
      const auto = await load({ gpu, onNotice: (notice) => notices.push(notice) });
      const asked = await load({ gpu, backend: 'webgpu' });
      const alone = await loadGpu({ gpu });
      const losses = [];
      for (const model of [auto, asked, alone]) losses.push(await model.trainStep(Float32Array.of(1, 2), Int32Array.of(0)));
      await asked.checkpoint();
      const next = await asked.recover();
      losses.push(await next.trainStep(Float32Array.of(1, 2, 3, 4), Int32Array.of(0, 1)));
      for (const model of [auto, next, alone]) model.dispose();
      console.log(JSON.stringify([auto.backend, notices, asked.backend, alone.backend, losses]));`);
    expect(result).toEqual([
      'wasm',
      ['the model runs on WebAssembly: the only adapter is software (SwiftShader driver 5.0.0).'],
      'webgpu',
      'webgpu',
      [3, 3, 3, 5],
    ]);
  });
});

describe('the types of a bundle', () => {
  const problems = (text: string): string[] => {
    const path = join(folder, 'user.mts');
    writeFiles(folder, new Map([['user.mts', text]]));
    const program = ts.createProgram([path], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: [],
    });
    return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
  };

  test('match what it does', () => {
    expect(
      problems(`
        import load, { type ParameterName, shapes, type Tiny } from './tiny/index.js';
        const model: Tiny = await load({ weights: { 'fc.weight': new Float32Array(6) } });
        const loss: number = model.trainStep(new Float32Array(2), new Int32Array(1)) + model.trainStep(1);
        const { correct, output } = model.evaluate(new Float32Array(2), new Int32Array(1));
        const names: ParameterName[] = ['fc.weight'];
        const rows: 3 = shapes['fc.weight'][0];
        const batch: 'N' = shapes.x[0];
        model.lr = model.scalars.lr + loss + (correct ?? 0) + output.length + rows + names.length + batch.length;
        model.parameters['fc.weight'].fill(0);
        model.zeroGrad();
      `),
    ).toEqual([]);
  });

  test('reject misuse', () => {
    const header = "import load from './tiny/index.js';\nconst model = await load();\n";
    const wrong = [
      "model.parameter('fc.wait')",
      'model.trainStep(new Float64Array(2), new Int32Array(1))',
      'model.trainStep(new Float32Array(2))',
      "model.parameters['bias']",
    ];
    expect(problems(`${header}${wrong.join(';\n')};\n`)).toHaveLength(wrong.length);
  });

  test('match what it does on a GPU, and wherever else it runs', () => {
    const x = 'new Float32Array(2), new Int32Array(1)';
    expect(
      problems(`
        import load, { type AnyTiny, type Tiny, type TinyGpu } from './both/index.js';
        import loadGpu from './gpu/index.js';
        const wasm: Tiny = await load({ backend: 'wasm' });
        const gpu: TinyGpu = await load({ backend: 'webgpu', gpu: {} });
        const any: AnyTiny = await load();
        const models: AnyTiny[] = [wasm, gpu, any];
        for (const model of models) {
          const loss: number = await model.trainStep(${x}) + await model.trainStep(1);
          const { correct, output } = await model.evaluate(${x});
          const weight: Float32Array = await model.parameter('fc.weight');
          model.lr = loss + (correct ?? 0) + output.length + weight.length;
          if (model.backend === 'wasm') model.inputs.x.fill(0);
        }
        const loss: number = wasm.trainStep(1);
        const next: TinyGpu = await gpu.recover(await (await navigator.gpu.requestAdapter())!.requestDevice());
        const alone: TinyGpu['backend'] = (await loadGpu()).backend;
        model(loss, next, alone);
        declare function model(...all: unknown[]): void;
      `),
    ).toEqual([]);
    const wrong = [
      'const loss: number = model.trainStep(1)',
      'model.parameters',
      "await load({ backend: 'cuda' })",
      "await model.gradient('fc.wait')",
    ];
    expect(
      problems(`import load from './both/index.js';
        const model = await load({ backend: 'webgpu' });
        ${wrong.join(';\n')};`),
    ).toHaveLength(wrong.length);
  });
});
