/** index.d.ts declares what index.js exports, by literal names, whatever they are. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import type { UntaggedManifest } from '../runtime/manifest.ts';
import { folderOf } from './support/cli.ts';
import { tinyGpuManifest, tinyManifest, tinyWasm, tinyWeights, tinyWgsl } from './support/tiny.ts';

/** Names that end lines, strings, comments and scripts, that every object has, or that TypeScript reserves. */
const odd = [
  '',
  '__proto__',
  'constructor',
  'default',
  'class',
  'this',
  'any',
  'Float32Array',
  'Weights',
  'Array',
  'a"b',
  "a'b",
  'a\\',
  'a\nb',
  'a\r\u2028\u2029b',
  'a\0b',
  '*/ throw 1; /*',
  '</script><script>throw 1</script>',
  '<!--',
  `\${process.exit(1)}`,
  '`',
  'größe',
  '日本',
  '\u202eabc',
  '🦊',
  'a b',
  '1st',
  'a.b',
  'x'.repeat(255),
];

const kinds = {
  wasm: { target: 'wasm', manifest: tinyManifest, wgsl: null },
  threads: { target: 'wasm', manifest: { ...tinyManifest, threads: 2 }, wgsl: null, threadedWasm: tinyWasm() },
  webgpu: { target: 'webgpu', manifest: tinyGpuManifest, wgsl: tinyWgsl },
  all: { target: 'all', manifest: tinyGpuManifest, wgsl: tinyWgsl },
  features: {
    target: 'all',
    manifest: { ...tinyGpuManifest, webgpu: { ...tinyGpuManifest.webgpu!, features: ['shader-f16'] } },
    wgsl: tinyWgsl,
    featureWgsl: tinyWgsl,
  },
};

/** The tiny model with other names. */
function named(name: string): UntaggedManifest {
  const rename = (t: UntaggedManifest['tensors'][number]) =>
    t.purpose === 'input' && t.name === 'x' ? { ...t, name } : t.name === 'fc.weight' ? { ...t, name } : t;
  const renamed = {
    ...tinyManifest,
    name,
    tensors: tinyManifest.tensors.map(rename),
    entries: tinyManifest.entries.map((e) => ({ ...e, inputs: e.inputs.map((i) => (i === 'x' ? name : i)) })),
  };
  const webgpu = tinyGpuManifest.webgpu!;
  return {
    ...renamed,
    webgpu: {
      ...webgpu,
      tensors: webgpu.tensors.map(rename),
      entries: webgpu.entries.map((e, i) => ({ ...e, inputs: renamed.entries[i]!.inputs })),
    },
  };
}

const compiled = (of: object): Compiled =>
  ({ wasm: tinyWasm(), threadedWasm: null, featureWgsl: null, weights: tinyWeights(), ...of }) as unknown as Compiled;

let folder: string;
let program: ts.Program;
const pathOf = (name: string) => join(folder, name, 'index.d.ts');
const user = `
import load, { type AnyTiny, type Tiny, type TinyGpu, GpuModel, Model, SafetensorsError, instantiate, instantiateGpu, manifest, readSafetensors, shapes, writeSafetensors } from './all/index.js';
import loadAlone from './wasm/index.js';
import loadOnGpu from './webgpu/index.js';
const wasm: Tiny = await load({ backend: 'wasm' });
const gpu: TinyGpu = await load({ backend: 'webgpu' });
const x: Float32Array = wasm.input('x', 2);
const y: Int32Array = wasm.input('y');
const correct: Int32Array = wasm.output('correct');
const output: Float32Array = await gpu.output('output', 1);
const weight: Float32Array = wasm.stateDict().get('fc.weight');
const steps: Float32Array = (await gpu.stateDict({ state: true })).get('steps');
const loss: number = wasm.trainStep({ x, y }) + wasm.trainStep(x, y) + wasm.trainStep(2);
const gradient: Float32Array = await gpu.gradient('fc.weight');
const version: 2 = manifest.tapeout;
const rows: 3 = shapes['fc.weight'][0];
const models: boolean[] = [wasm instanceof Model, gpu instanceof GpuModel];
const again: Tiny = await instantiate(new Uint8Array(), manifest, wasm.stateDict());
const bytes: Uint8Array = writeSafetensors(readSafetensors(wasm.toSafetensors(), 'mine'));
try { again.vjp({ x, cotangent: output }); } catch (e) { if (e instanceof SafetensorsError) e.code satisfies string; }
export const all: unknown[] = [x, correct, weight, steps, loss, gradient, version, rows, models, bytes, instantiateGpu, await load() satisfies AnyTiny];
const view = new DataView(new ArrayBuffer(8));
const told = { threads: 2, cores: 1, onNotice: (notice: string) => notice.length, weights: Promise.resolve(bytes) };
const alone = await loadAlone({ ...told, backend: 'wasm', wasm: Promise.resolve(view) });
export const threads: [number, string | null] = [alone.threads, alone.threadsNotice];
await loadOnGpu({ ...told, backend: 'webgpu' });
// @ts-expect-error: the bundle has no shaders
await loadAlone({ backend: 'webgpu' });
// @ts-expect-error: an i32 result
const floats: Float32Array = wasm.output('correct');
// @ts-expect-error: no such input
wasm.input('z');
// @ts-expect-error: a result is no input
wasm.input('loss');
// @ts-expect-error: not without the state
wasm.stateDict().get('steps').length;
// @ts-expect-error: one too many
wasm.forward(x, y);
// @ts-expect-error: a target is missing
wasm.trainStep({ x });
floats.fill(0);
`;

beforeAll(async () => {
  folder = folderOf();
  for (const [kind, of] of Object.entries(kinds)) writeFiles(join(folder, kind), await bundleOf(compiled(of)));
  for (const [i, name] of odd.entries())
    writeFiles(
      join(folder, `odd${i}`),
      await bundleOf(
        compiled({
          target: 'all',
          manifest: named(name),
          wgsl: tinyWgsl,
          weights: new Map([[name, new Float32Array(6)]]),
        }),
      ),
    );
  const consumers = odd.map((name, i) => {
    const index = JSON.stringify(name);
    return `import load${i}, { shapes as shapes${i} } from './odd${i}/index.js';
      { const model = await load${i}({ backend: 'wasm' }); const w: Float32Array = model.parameters[${index}];
        const x: Float32Array = model.input(${index}); const rows: 3 = shapes${i}[${index}][0];
        const v: Float32Array = model.stateDict().get(${index}); w.set([x.length, rows, v.length]); model.forward({ [${index}]: x }); }`;
  });
  writeFiles(
    folder,
    new Map([
      ['user.mts', user],
      ['odd.mts', consumers.join('\n')],
    ]),
  );
  program = ts.createProgram([join(folder, 'user.mts'), join(folder, 'odd.mts'), ...Object.keys(kinds).map(pathOf)], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
  });
});

test('types compile under strict TypeScript, even with odd names, and a consumer gets arrays by name', () => {
  const problems = ts.getPreEmitDiagnostics(program).map((d) => {
    const line = d.file && d.start !== undefined ? d.file.getLineAndCharacterOfPosition(d.start).line + 1 : 0;
    return `${d.file?.fileName.slice(folder.length)}:${line} ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`;
  });
  expect(problems).toEqual([]);
});

test.each(Object.keys(kinds))('index.d.ts of %s has the exports of index.js, each with a comment', async (kind) => {
  const checker = program.getTypeChecker();
  const file = checker.getSymbolAtLocation(program.getSourceFile(pathOf(kind))!)!;
  const declared = checker.getExportsOfModule(file);
  const values = declared.filter(
    (s) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s).flags & ts.SymbolFlags.Value,
  );
  const js = await import(pathToFileURL(join(folder, kind, 'index.js')).href);
  expect(values.map((s) => s.name).sort()).toEqual(Object.keys(js).sort());
  const bare = declared.filter((s) => s.name !== 'default' && s.getDocumentationComment(checker).length === 0);
  expect(bare.map((s) => s.name)).toEqual([]);
});

test('bundles with odd names load without side effects', async () => {
  for (const [i, name] of odd.entries()) {
    const js = await import(pathToFileURL(join(folder, `odd${i}`, 'index.js')).href);
    const model = await js.load({ backend: 'wasm' });
    expect(Object.keys(js.shapes)).toContain(name);
    expect(js.manifest.name).toBe(name);
    expect([...model.stateDict().keys()]).toEqual([name]);
    expect([...model.forward({ [name]: Float32Array.of(1, 2) })]).toEqual([0, 0, 0]);
    expect(model.input(name, 1)).toBe(model.input(name, 1));
    const again = await js.load({ backend: 'wasm', weights: model.toSafetensors() });
    expect([...again.parameters[name]]).toEqual([0, 0, 0, 0, 0, 0]);
  }
});

test('console.log prints a loaded model in a few lines, and its JSON is small', async () => {
  const { load } = await import(pathToFileURL(join(folder, 'wasm', 'index.js')).href);
  const model = await load();
  expect(inspect(model)).toBe(
    [
      'Tiny, a model on WebAssembly, batches of 1 to 4',
      '  6 parameters in 1 tensors: fc.weight',
      '  takes x: f32[N,2], y: i32[N], cotangent: f32[N,3]',
      '  has forward(x), evaluate(x, y), trainStep(x, y), backward(x, y), vjp(x, cotangent), zeroGrad(), step()',
    ].join('\n'),
  );
  expect(JSON.parse(JSON.stringify(model))).toEqual({
    name: 'Tiny',
    backend: 'wasm',
    maxBatch: 4,
    inputs: { x: 'f32[N,2]', y: 'i32[N]', cotangent: 'f32[N,3]' },
    outputs: { loss: 'f32[]', correct: 'i32[]', output: 'f32[N,3]' },
    parameters: { 'fc.weight': 'f32[3,2]' },
  });
});
