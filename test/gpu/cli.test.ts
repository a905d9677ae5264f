/** The commands that run models on a GPU. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../runtime/index.ts';
import { build, cli, folderOf, modelFile, root } from '../support/cli.ts';
import { noGpu } from '../support/engines.ts';
import { data, net } from '../support/quarters.ts';

const small = modelFile();

describe.skipIf(noGpu)(`on a GPU${noGpu ? `: ${noGpu}` : ''}`, () => {
  test('train learns what it learns as WebAssembly, in steps of every size', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const trained = async (backend: string) => {
      const flags = ['--data', 'data', '--epochs', '2', '--backend', backend, '--out', backend];
      const { code, stdout, stderr } = await cli(['train', 'net.ts', ...flags], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      const losses = [...stdout.matchAll(/^epoch .* loss (\d+\.\d+) .* accuracy (\d+)/gm)].map((m) => m.slice(1));
      return { stdout, losses, weights: readSafetensors(readFileSync(join(cwd, backend, 'trained.safetensors'))) };
    };
    const [wasm, gpu, auto] = [await trained('wasm'), await trained('webgpu'), await trained('auto')];
    expect(gpu.stdout).toMatch(/, learning rate 0\.1\non WebGPU\nepoch 1\/2/);
    expect(auto.stdout).toMatch(/\nthe model runs on WebAssembly: .* too few to pay for a GPU's .*\nepoch 1\/2/);
    expect(gpu.stdout).toMatch(
      /\ncompiled in [\d.,]+ ms: [\d,]+ bytes of WGSL, [\d,]+ bytes of memory, batches of 1 to 4\n/,
    );
    expect(gpu.losses).toEqual(wasm.losses);
    for (const [name, { data }] of wasm.weights) {
      const other = gpu.weights.get(name)!.data as Float32Array;
      expect(other).toHaveLength(data.length);
      for (const [i, v] of data.entries()) expect(other[i]).toBeCloseTo(Number(v), 5);
    }
    const files = (backend: string) => readdirSync(join(cwd, backend)).filter((f) => f.startsWith('model.'));
    expect([files('wasm'), files('webgpu'), files('auto')]).toEqual([
      ['model.wasm'],
      ['model.wgsl'],
      ['model.wasm', 'model.wgsl'],
    ]);
  });

  test('run gives what WebAssembly gives, of graphs, kernels and programs', async () => {
    const cwd = folderOf({ 'net.ts': small });
    const printed = async (stage: string, ...more: string[]) =>
      (await cli(['print', 'net.ts', '--stage', stage, ...more], { cwd })).stdout;
    const results = async (stdin: string, backend: string) => {
      const flags = ['--optimizer', 'sgd(lr=0.1)', '--out', `${backend}.safetensors`];
      const { code, stderr } = await cli(['run', '-', '--backend', backend, ...flags], { cwd, stdin });
      expect([code, stderr]).toEqual([0, '']);
      return readSafetensors(readFileSync(join(cwd, `${backend}.safetensors`)));
    };
    for (const text of [
      await printed('recorded'),
      await printed('lower', '--target', 'webgpu'),
      await printed('plan', '--target', 'webgpu'),
    ]) {
      const [wasm, gpu] = [await results(text, 'wasm'), await results(text, 'webgpu')];
      expect([...gpu.keys()]).toEqual([...wasm.keys()]);
      for (const [name, { data }] of wasm)
        for (const [i, v] of data.entries()) expect(gpu.get(name)!.data[i]).toBeCloseTo(Number(v), 5);
    }
  });

  test('run refuses a plan that has bytes side by side', async () => {
    const pooled = modelFile(
      'a = nn.Conv2d(1, 2, 1);\n  p = nn.MaxPool2d(2);\n  b = nn.Linear(2, 3);\n  forward(x: Tensor): Tensor {\n    return this.b(flatten(this.p(this.a(x).relu()), 1));\n  }',
    );
    const cwd = folderOf({ 'net.ts': pooled });
    const { stdout } = await cli(['print', 'net.ts', '--stage', 'plan', '--entries', 'train_step'], { cwd });
    expect(await cli(['run', '-', '--backend', 'wasm'], { cwd, stdin: stdout })).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await cli(['run', '-', '--backend', 'webgpu'], { cwd, stdin: stdout });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: the memory of this program is planned for WebAssembly: .* --target webgpu/),
    ]);
  });

  test('profile has the kernels of the GPU, by its own clock', async () => {
    const cwd = folderOf({ 'net.ts': small });
    const flags = ['--backend', 'webgpu', '--steps', '3'];
    const { code, stdout, stderr } = await cli(['profile', 'net.ts', ...flags, '--json'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ model: 'Net', entry: 'train_step', batch: 4, steps: 3 });
    expect(told.machine.gpu).toContain('SwiftShader');
    const launches = (await cli(['print', 'net.ts', '--target', 'webgpu', '--stage', 'plan'], { cwd })).stdout
      .split('entry @train_step')[1]!
      .split('entry @')[0]!;
    for (const k of told.kernels) {
      expect(launches).toContain(`@${k.name}`);
      expect(k.ms).toBeGreaterThan(0);
    }
    for (const peak of Object.values(told.peak)) expect(peak).toBeGreaterThan(0);
    expect((await cli(['profile', 'net.ts', ...flags], { cwd })).stdout).toMatch(
      /\ntotal .*\n\nthe step in one call: [\d.]+ µs\npeak of SwiftShader .*: [\d.]+ GF\/s of f32, /,
    );
  });
});

test('where the package webgpu is not installed, the command says how to get it', () => {
  build();
  const cwd = folderOf({ 'net.ts': small });
  for (const path of ['dist', 'package.json'])
    cpSync(join(root, path), join(cwd, 'tapeout', path), { recursive: true });
  mkdirSync(join(cwd, 'tapeout/node_modules'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies))
    symlinkSync(join(root, 'node_modules', name), join(cwd, 'tapeout/node_modules', name), 'junction');
  const main = join(cwd, 'tapeout/dist/frontend/cli/main.js');
  const { status, stderr } = spawnSync(process.execPath, [main, 'profile', 'net.ts', '--backend', 'webgpu'], {
    cwd,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    2,
    "error: --backend webgpu needs the npm package 'webgpu', which brings WebGPU to Node: npm i webgpu\n",
  ]);
});
