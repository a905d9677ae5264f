/** A bundle wherever other tools put it: its files beside it, inlined, served wrongly or not at all. It loads, or says what
 *  is wrong and what to do. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build as bundleWithVite } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Files } from '../codegen/checksums.ts';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { bytesOfDataUrl } from '../runtime/data-url.ts';
import { startChromium } from './support/browser.ts';
import { build as buildTapeout, cli, folderOf, modelFile, root } from './support/cli.ts';
import { noEngines, noGpu } from './support/engines.ts';
import { unless } from './support/left-out.ts';

class Net extends nn.Module {
  fc = new nn.Linear(2, 3);
  forward(x: Tensor): Tensor {
    return this.fc.forward(x);
  }
}
const spec = defineModel({
  model: Net,
  input: { shape: ['N', 2] },
  target: { shape: ['N', 3] },
  loss: nn.MSELoss(),
  optimizer: optim.SGD({ lr: 0.1 }),
  maxBatch: 4,
  seed: 1,
});

interface Loaded {
  readonly threads?: number;
  readonly threadsNotice?: string | null;
  readonly backend?: string;
  forward(x: Float32Array): Float32Array | Promise<Float32Array>;
  dispose(): void;
}
interface Bundle {
  load(options?: unknown): Promise<Loaded>;
}

let whole: Compiled;
/** A minimal bundle for one thread, and one with everything that a bundle can have. */
let plain: Files;
let all: Files;
let wanted: number[];
const x = Float32Array.of(1, 2);

const js = (files: Files): string => files.get('index.js') as string;
const imported = (text: string): Promise<Bundle> =>
  import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
const wrong = (bundle: Bundle, options: object = {}): Promise<{ name: string; code: string; message: string }> =>
  bundle.load(options).then(
    () => expect.unreachable('it loads'),
    (error) => error,
  );
async function learnt(model: Loaded): Promise<number[]> {
  const y = [...(await model.forward(x))];
  model.dispose();
  return y;
}

beforeAll(async () => {
  whole = await compile(spec, { target: 'all', threads: 2, gpuFeatures: ['shader-f16'] });
  all = await bundleOf(whole);
  const alone = await compile(spec);
  plain = await bundleOf(alone);
  wanted = await learnt(await imported(js(await bundleOf(alone, { inline: true }))).then((b) => b.load()));
});

/** The text common to all these errors. */
const saysWhatToDo = (file: string, option: string) =>
  new RegExp(
    `^${file.replaceAll('.', '\\.')} cannot be loaded.*ass its contents, load\\(\\{ ${option} \\}\\).*--inline`,
    's',
  );

describe('a data: address', () => {
  const cases: readonly (readonly [string, string | number[]])[] = [
    ['data:application/wasm;base64,AGFzbQ==', [0, 0x61, 0x73, 0x6d]],
    ['data:application/wasm;base64,AGFzbQ', [0, 0x61, 0x73, 0x6d]],
    ['data:;charset=x;BASE64,AGFz%62Q%3D%3D', [0, 0x61, 0x73, 0x6d]],
    ['data:a/b;base64,AGFz\nbQ==#fragment', [0, 0x61, 0x73, 0x6d]],
    ['data:application/wasm,%00asm%01', [0, 0x61, 0x73, 0x6d, 1]],
    ['data:text/plain,100%,%zz%4', 'as it is'],
    ['data:,a+b,ü', [0x61, 0x2b, 0x62, 0x2c, 0xc3, 0xbc]],
    ['data:,', []],
  ];
  test.each(cases)('%s', (url, bytes) => {
    const want = bytes === 'as it is' ? [...Buffer.from(url.slice(url.indexOf(',') + 1))] : bytes;
    expect([...bytesOfDataUrl(url)]).toEqual(want);
  });

  test('replaces a file, without a fetch', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
    const as64 = (bytes: Uint8Array) => `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
    const escaped = (bytes: Uint8Array) =>
      `data:,${[...bytes].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('')}`;
    try {
      for (const inlined of [as64, escaped]) {
        const text = js(plain).replaceAll(
          /new URL\('\.\/([^']+)', import\.meta\.url\)/g,
          (_, file) => `new URL('${inlined(plain.get(file) as Uint8Array)}')`,
        );
        expect(await learnt(await (await imported(text)).load())).toEqual(wanted);
      }
      expect(fetching).not.toHaveBeenCalled();
      const damaged = js(plain).replace(
        /new URL\('\.\/model\.wasm', import\.meta\.url\)/,
        "new URL('data:;base64,AG*')",
      );
      const error = await wrong(await imported(damaged), { weights: whole.weights });
      expect(error.message).toMatch(saysWhatToDo('model.wasm', 'wasm'));
      expect([error.code, error.message]).toEqual(['missing-file', expect.stringContaining('cannot be decoded')]);
    } finally {
      fetching.mockRestore();
    }
  });
});

describe('a file that cannot be loaded', () => {
  /** The server's response. */
  let answer:
    | 'file'
    | 'missing'
    | 'page'
    | 'page for missing'
    | 'json'
    | 'empty'
    | 'lfs'
    | 'cut off'
    | 'text'
    | 'moved';
  let server: Server;
  let at: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const file = request.url!.split('/').at(-1)!;
      const contents = all.get(file)!;
      const page = '<!doctype html><title>My app</title>';
      const send = (status: number, body: string | Uint8Array, type = 'application/octet-stream') => {
        response.writeHead(status, { 'content-type': type });
        response.end(body);
      };
      if (answer === 'missing') return send(404, 'gone');
      if (answer === 'page') return send(200, page, 'text/html');
      if (answer === 'page for missing') return send(404, page, 'text/html');
      if (answer === 'json') return send(200, '{"message":"no such file"}', 'application/json');
      if (answer === 'empty') return send(200, '');
      if (answer === 'lfs') return send(200, 'version https://git-lfs.github.com/spec/v1\noid sha256:1');
      if (answer === 'text') return send(200, contents, 'text/plain');
      if (answer === 'moved' && !request.url!.startsWith('/there'))
        return response.writeHead(302, { location: `/there/${file}` }).end();
      if (answer !== 'cut off') return send(200, contents);
      response.writeHead(200, { 'content-length': String(contents.length) });
      response.write(contents.slice(0, 10), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net/index.js`;
  });
  afterAll(() => server.close());

  const files: readonly (readonly [string, string])[] = [
    ['model.wasm', 'wasm'],
    ['model.threads.wasm', 'threadedWasm'],
    ['model.wgsl', 'wgsl'],
    ['model.features.wgsl', 'featureWgsl'],
    ['weights.safetensors', 'weights'],
  ];
  const fileBeside = async (file: string, url: string): Promise<Uint8Array> => {
    const { fileBeside } = await import('../runtime/files.ts');
    return fileBeside(file as never, () => new URL(`./${file}`, url));
  };
  const failing = (file: string, url: string) =>
    fileBeside(file, url).then(
      () => expect.unreachable('it is there'),
      (error) => error as { name: string; code: string; message: string; cause: unknown },
    );

  test.each([
    ['missing', 'the server answers 404 Not Found'],
    ['page for missing', 'the server answers 404 Not Found'],
    ['page', 'it is HTML: the server answered with a page'],
    ['json', 'it is JSON'],
    ['empty', 'it is empty'],
    ['lfs', "it is Git LFS's note of where the file is"],
    ['cut off', 'the fetch fails ('],
  ] as const)('%s', async (how, why) => {
    answer = how;
    for (const [file, option] of files) {
      const { name, code, message } = await failing(file, at);
      expect([name, code]).toEqual(['TapeoutError', 'missing-file']);
      expect(message).toContain(`from ${at.replace('index.js', file)}: ${why}`);
      expect(message).toMatch(saysWhatToDo(file, option));
    }
  });

  test('is accepted with another content type or after a redirect', async () => {
    for (const how of ['file', 'text', 'moved'] as const) {
      answer = how;
      for (const [file] of files) {
        const contents = all.get(file)!;
        expect(Buffer.from(await fileBeside(file, at)).equals(Buffer.from(contents as string)), `${how} ${file}`).toBe(
          true,
        );
      }
    }
  });

  test('is reported for other reasons', async () => {
    const folder = folderOf();
    const beside = pathToFileURL(join(folder, 'index.js')).href;
    const unreachable = 'http://127.0.0.1:1/index.js';
    const opaque = async () => ({ type: 'opaque', ok: false, status: 0, arrayBuffer: async () => new ArrayBuffer(0) });
    for (const [file, option] of files) {
      const reasons: string[] = [];
      for (const [url, fetching] of [
        [unreachable, fetch],
        [at, opaque],
        [at, undefined],
        [at, () => Promise.reject('a reason that is not an error')],
        [beside, fetch],
        ['blob:null/1234', fetch],
        ['data:text/javascript,0', fetch],
        ['file:///data:text/javascript;base64,AA/AA', fetch], // as in Bun
        [undefined as unknown as string, fetch],
      ] as const) {
        vi.stubGlobal('fetch', fetching);
        const error = await failing(file, url).finally(() => vi.unstubAllGlobals());
        expect([error.name, error.code]).toEqual(['TapeoutError', 'missing-file']);
        expect(error.message).toMatch(saysWhatToDo(file, option));
        reasons.push(error.message);
      }
      expect(reasons).toEqual([
        expect.stringMatching(/the fetch fails \(fetch failed\): .*Content-Security-Policy/),
        expect.stringContaining('opaque'),
        expect.stringContaining('there is no fetch here'),
        expect.stringContaining('a reason that is not an error'),
        expect.stringContaining('there is no such file, as many bundlers copy none'),
        ...Array(4).fill(expect.stringContaining('comes from a blob: or data: address, or was bundled')),
      ]);
    }
    const { fileBeside: load } = await import('../runtime/files.ts');
    const relative = { href: '/_next/static/model.wasm', toString: () => '/_next/static/model.wasm' } as URL;
    await expect(load('model.wasm', () => relative)).rejects.toThrow(/this address names no server/);
    // Node's message in a process with --permission.
    const readFile = () => Promise.reject(new Error('Access has been restricted. Use --allow-fs-read.'));
    vi.stubGlobal('process', { getBuiltinModule: () => ({ promises: { readFile } }) });
    const restricted = await failing('model.wasm', beside).finally(() => vi.unstubAllGlobals());
    expect(restricted.message).toContain(": Access has been restricted. Use --allow-fs-read. Put the bundle's files");
    // A file: address outside Node, as in a page opened from disk.
    vi.stubGlobal('process', {});
    const page = await failing('model.wasm', beside).finally(() => vi.unstubAllGlobals());
    expect(page.message).toMatch(/a page may not read files of the disk: serve it over http/);
  });

  test('is reported by a whole bundle, for each file it needs', async () => {
    answer = 'missing';
    const given = { weights: whole.weights };
    const served = await imported(js(all).replaceAll('import.meta.url', `'${at}'`));
    for (const [options, file] of [
      [{ backend: 'wasm' }, 'weights.safetensors'],
      [{ backend: 'wasm', threads: 1, ...given }, 'model.wasm'],
      [{ backend: 'wasm', threads: 2, cores: 2, ...given }, 'model.threads.wasm'],
    ] as const)
      expect([file, (await wrong(served, options)).message]).toEqual([file, expect.stringContaining(`${file} cannot`)]);
    for (const text of [js(plain), js(plain).replaceAll('import.meta.url', 'undefined'), js(all)])
      expect((await wrong(await imported(text), given)).code).toBe('missing-file');
  });

  test.skipIf(noGpu)(unless(noGpu, 'shaders too'), async () => {
    answer = 'page';
    const { gpuOf } = await import('./support/gpu.ts');
    const served = await imported(js(all).replaceAll('import.meta.url', `'${at}'`));
    const options = { backend: 'webgpu', gpu: gpuOf('device'), weights: whole.weights };
    expect(await wrong(served, options)).toMatchObject({
      code: 'missing-file',
      message: expect.stringMatching(/^model(\.features)?\.wgsl cannot/),
    });
  });
});

describe('--inline', () => {
  test('puts everything that index.js loads into it, and works from any address', async () => {
    const inline = await bundleOf(whole, { inline: true });
    expect([...inline.keys()]).toEqual(['index.js', 'index.d.ts', 'manifest.json', 'package.json', 'SHA256SUMS']);
    expect(/import\.meta|\bimport\(/.exec(js(inline))).toBeNull();
    const bundle = await imported(js(inline));
    for (const threads of [1, 2]) {
      const model = await bundle.load({ backend: 'wasm', threads, cores: 2 });
      expect(model.threads).toBe(threads);
      expect(await learnt(model)).toEqual(wanted);
    }
  });

  test.skipIf(noGpu)(unless(noGpu, 'has the shaders'), async () => {
    const { gpuOf } = await import('./support/gpu.ts');
    const bundle = await imported(js(await bundleOf(whole, { inline: true })));
    const model = await bundle.load({ backend: 'webgpu', gpu: gpuOf('device'), onNotice: () => {} });
    const found = await learnt(model);
    found.forEach((v, i) => {
      expect(v).toBeCloseTo(wanted[i] as number, 5);
    });
  });

  test('is a flag of the command line', async () => {
    const cwd = folderOf({ 'net.ts': modelFile() });
    const { code, stdout } = await cli(['compile', 'net.ts', '--inline', '-o', 'out'], { cwd });
    expect([code, stdout.includes('model.wasm')]).toEqual([0, false]);
    const text = readFileSync(join(cwd, 'out/index.js'), 'utf8');
    expect(await (await imported(text)).load()).toMatchObject({ maxBatch: 4 });
  });
});

describe('options that a bundle cannot honour are refused', () => {
  let bundles: Record<'plain' | 'all' | 'gpu', Bundle>;
  beforeAll(async () => {
    const gpu = await bundleOf({ ...whole, target: 'webgpu' }, { inline: true });
    const [plainText, allText] = await Promise.all(
      [await compile(spec), whole].map(async (c) => js(await bundleOf(c, { inline: true }))),
    );
    bundles = { plain: await imported(plainText!), all: await imported(allText!), gpu: await imported(js(gpu)) };
  });

  test.each([
    ['plain', { wieghts: {} }, 'unknown-name', "unknown option of load 'wieghts'. Did you mean 'weights'?"],
    ['plain', { toString: 1 }, 'unknown-name', "unknown option of load 'toString'"],
    ['plain', 'model.wasm', 'bad-option', 'load takes an object of options, such as { weights }, but it got a string.'],
    ['plain', null, 'bad-option', 'but it got null'],
    ['plain', x, 'bad-option', 'load takes an object of options, such as { weights }, but it got a Float32Array.'],
    ['plain', x.buffer, 'bad-option', 'but it got an ArrayBuffer'],
    ['plain', new Map(), 'bad-option', 'but it got a Map'],
    ['plain', Promise.resolve({}), 'bad-option', 'but it got a Promise'],
    [
      'plain',
      { backend: 'webgpu' },
      'no-webgpu',
      'compiled for WebAssembly alone, on one thread. Compile it with --target all',
    ],
    ['plain', { backend: 'cuda' }, 'bad-backend', "must be 'auto', 'wasm' or 'webgpu', but it is 'cuda'"],
    ['plain', { backend: 1 }, 'bad-backend', 'but it is a number'],
    ['plain', { gpu: {} }, 'bad-option', 'cannot be given gpu: it was compiled for WebAssembly alone'],
    ['plain', { wgsl: '' }, 'bad-option', 'cannot be given wgsl'],
    ['plain', { threadedWasm: x }, 'bad-option', 'Compile it with --threads 2'],
    ['plain', { threads: 0 }, 'bad-threads', 'a whole number from 1 to 64, not 0'],
    ['plain', { threads: '2' }, 'bad-threads', 'not a string'],
    ['plain', { warmUp: NaN }, 'bad-option', 'warmUp must be a number from 0 on, but it is NaN'],
    ['plain', { onNotice: 'log' }, 'bad-option', 'onNotice must be a function, but it is a string'],
    ['all', { cores: 0.5 }, 'bad-option', 'cores must be a whole number from 1 on, but it is 0.5'],
    ['all', { threads: 65 }, 'bad-threads', 'not 65'],
    ['all', { wgsl: new Uint8Array(1) }, 'bad-option', 'wgsl must be text, as of new TextDecoder().decode(bytes)'],
    ['all', { featureWgsl: 1 }, 'bad-option', 'featureWgsl must be text'],
    ['gpu', { backend: 'wasm' }, 'bad-backend', 'compiled for WebGPU alone. Compile it with --target all'],
    ['gpu', { warmUp: 1 }, 'bad-option', 'cannot be given warmUp: it was compiled for WebGPU alone'],
    ['gpu', { wasm: x }, 'bad-option', 'cannot be given wasm'],
  ] as const)('%s: %o', async (which, options, code, message) => {
    expect(await wrong(bundles[which], options as object)).toMatchObject({
      name: 'TapeoutError',
      code,
      message: expect.stringContaining(message),
    });
  });

  test('unavailable threads are reported, and the model runs', async () => {
    const told: string[] = [];
    const model = await bundles.plain.load({ threads: 4, onNotice: (notice: string) => told.push(notice) });
    expect(await learnt(model)).toEqual(wanted);
    expect([model.threads, model.threadsNotice]).toEqual([1, told[0]]);
    await bundles.plain.load({ threads: 1, backend: 'wasm', cores: 2, wasm: undefined, gpu: undefined });
    await bundles.plain.load({ backend: 'auto', weights: whole.weights });
    const view = new DataView(whole.wasm.buffer as ArrayBuffer, whole.wasm.byteOffset, whole.wasm.byteLength);
    await bundles.all.load({ backend: 'wasm', wasm: Promise.resolve(view), weights: Promise.resolve(whole.weights) });
    expect(told).toEqual([
      '4 threads were asked for, but this bundle was compiled for one: the model runs on one thread. Compile it with --threads 4.',
    ]);
    const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    await bundles.plain.load({ threads: 2 });
    await wrong(bundles.gpu, { threads: 2 });
    expect(warned.mock.calls.map(([notice]) => notice)).toEqual([
      expect.stringMatching(/^tapeout: 2 threads were asked for/),
      'tapeout: 2 threads were asked for, but threads are for WebAssembly: the model runs on WebGPU.',
    ]);
    warned.mockRestore();
  });
});

test('an engine that cannot run a model is reported', async () => {
  const { instantiate } = await import('../runtime/index.ts');
  const told = (wasm: unknown) =>
    instantiate(wasm as Uint8Array, whole.manifest).then(
      () => 'it runs',
      (error) => `${error.code}: ${error.message}`,
    );
  const { wasm } = await compile(spec);
  expect(await told(wasm.slice(0, 100))).toMatch(/^bad-wasm: the WebAssembly cannot be compiled here: .* no SIMD/s);
  expect(await told(Promise.resolve(wasm))).toMatch(/^bad-wasm: .*but it is a Promise\. Await it\.$/);
  expect(await told(new Response(wasm as BufferSource))).toMatch(
    /a Response\. Pass its bytes: await it\.arrayBuffer\(\)\.$/,
  );
  expect(await told('model.wasm')).toMatch(/a string\. Read the file/);
  vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new RangeError('could not allocate memory'));
  expect(await told(wasm)).toMatch(/^out-of-memory: there is no memory for the model, which takes 1 MiB/);
  vi.stubGlobal('WebAssembly', undefined);
  expect(await told(wasm).finally(() => vi.unstubAllGlobals())).toMatch(/^bad-wasm: there is no WebAssembly here/);
  vi.restoreAllMocks();
});

describe('a Node that is too old is reported', () => {
  /** Makes a process claim to be Node 18, and deletes methods that Node 18 lacks. */
  const old = `data:text/javascript,${encodeURIComponent(`
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });
    delete Array.prototype.toReversed; delete Array.prototype.toSorted; delete Array.prototype.with;`)}`;
  const inOldNode = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', old, ...args], { encoding: 'utf8' });
  const message = 'Tapeout needs Node 20.19 or newer, and this is Node 18.20.8.';
  beforeAll(buildTapeout, 180_000);

  test('by the command line', () => {
    const { stdout, stderr, status } = inOldNode(join(root, 'dist/frontend/cli/main.js'), '--version');
    expect([stdout, stderr, status]).toEqual(['', `error: ${message}\n`, 1]);
  });

  test('by every export of the package, and by a bundle', async () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, { default: string }>;
    };
    const entries = Object.entries(exports).filter(([name]) => !['./package.json', './testing/setup'].includes(name));
    expect(entries).toHaveLength(8);
    const urls = entries.map(([, entry]) => pathToFileURL(join(root, entry.default)).href);
    const folder = folderOf();
    writeFiles(join(folder, 'net'), plain);
    const script = `
      const told = [];
      for (const url of ${JSON.stringify(urls)}) told.push(await import(url).then(() => 'it loads', (e) => e.code + ': ' + e.message));
      const { load } = await import(${JSON.stringify(pathToFileURL(join(folder, 'net/index.js')).href)});
      told.push(await load().then(() => 'it loads', (e) => e.code + ': ' + e.message));
      console.log(JSON.stringify(told));`;
    const { stdout, stderr } = inOldNode('--input-type=module', '--eval', script);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([...entries, 'the bundle'].map(() => `old-node: ${message}`));
  });

  test('but no other host is, whatever version of Node it claims', async () => {
    const { checkNode } = await import('../runtime/node-version.ts');
    const { hostProblem } = await import('../ir/node-version.ts');
    const told = (versions: unknown) => {
      vi.stubGlobal('process', versions === null ? undefined : { versions });
      try {
        const problem = hostProblem();
        if (problem === null) checkNode();
        else expect(checkNode).toThrow(problem);
        return problem;
      } finally {
        vi.unstubAllGlobals();
      }
    };
    for (const node of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) expect(told({ node })).toBeNull();
    for (const node of ['20.18.3', '18.20.8', '16.0.0', '19.9.0']) expect(told({ node })).toContain(node);
    for (const versions of [
      null,
      undefined,
      {},
      { node: '18.0.0', bun: '1.0.0' },
      { node: '18.0.0', electron: '28.0.0' },
    ])
      expect(told(versions)).toBeNull();
  });
});

describe('bundled by Vite', () => {
  const running = (then: string) => `import { load } from './net/index.js';
    load().then(async (model) => [...await model.forward(Float32Array.of(1, 2))])
      .catch((error) => [error.code, error.message])
      .then((found) => { ${then} });`;
  const app = running('document.title = JSON.stringify(found);');
  const appWithWorker = `const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => { document.title = JSON.stringify(data); };
    worker.onerror = () => { document.title = 'the worker does not start'; };`;
  const page = (policy: string) =>
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>…</title>
     <script type="module" src="./main.js"></script>`;
  const strict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
  const built = async (
    files: Files,
    policy = strict,
    format: 'es' | 'iife' = 'es',
    main: string = app,
  ): Promise<string> => {
    const folder = folderOf({
      'index.html': page(policy),
      'main.js': main,
      'worker.js': running('postMessage(found);'),
    });
    writeFiles(join(folder, 'net'), files);
    await bundleWithVite({
      root: folder,
      configFile: false,
      logLevel: 'error',
      ...(format === 'iife'
        ? { build: { lib: { entry: 'main.js', formats: ['iife'], name: 'app', fileName: () => 'app.js' } } }
        : {}),
    });
    return join(folder, 'dist');
  };

  test('runs anywhere with --inline and as one script', async () => {
    const folder = await built(await bundleOf(await compile(spec), { inline: true }), strict, 'iife');
    const document = { title: '' };
    runInNewContext(readFileSync(join(folder, 'app.js'), 'utf8'), {
      ...{ document, WebAssembly, atob, TextDecoder, TextEncoder, performance, console },
      ...{ Float32Array, Int32Array, Uint8Array, ArrayBuffer, DataView, Error, SyntaxError, TypeError, Map, Object },
    });
    await expect.poll(() => document.title).toBe(JSON.stringify(wanted));
  });

  /** The policy that docs/hosts.md shows. */
  const documented = /^Content-Security-Policy: (.*)$/m.exec(readFileSync(join(root, 'docs/hosts.md'), 'utf8'))![1]!;

  test.skipIf(noEngines)(unless(noEngines, 'runs in a page whose policy forbids fetch'), async () => {
    const folders = [
      await built(plain),
      await built(await bundleOf(await compile(spec), { inline: true })),
      await built(plain, "default-src 'self'; script-src 'self'"),
      await built(plain, documented, 'es', appWithWorker),
    ];
    // The files must be small enough for Vite to inline them.
    expect(readFileSync(join(folders[0]!, 'index.html'), 'utf8')).toContain('assets/index-');
    const { preview } = await import('vite');
    const browser = await startChromium();
    try {
      const titles: string[] = [];
      for (const root of folders) {
        const server = await preview({
          root,
          build: { outDir: root },
          configFile: false,
          preview: { port: 0 },
          logLevel: 'error',
        });
        await browser.open(server.resolvedUrls?.local[0] as string);
        await expect.poll(() => browser.page.title()).toMatch(/^\[/);
        titles.push(await browser.page.title());
        await server.close();
      }
      expect(titles).toEqual([
        JSON.stringify(wanted),
        JSON.stringify(wanted),
        expect.stringContaining("'wasm-unsafe-eval'"),
        JSON.stringify(wanted),
      ]);
    } finally {
      await browser.close();
    }
  });
});
