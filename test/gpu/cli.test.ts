/** The commands that run models on a GPU. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../runtime/index.ts';
import { build, cli, folderOf, modelFile, root } from '../support/cli.ts';
import { noGpu } from '../support/engines.ts';
import { unless } from '../support/left-out.ts';
import { data, net } from '../support/quarters.ts';

const small = modelFile();

describe.skipIf(noGpu)(unless(noGpu, 'on a GPU'), () => {
  test('train learns what it learns on WebAssembly, in steps of every size', async () => {
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

  test('run gives what WebAssembly gives for graphs, kernels and programs', async () => {
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

  test('run refuses a plan that packs bytes side by side', async () => {
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

  test("profile times the GPU's kernels by its own clock", async () => {
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

/** On SwiftShader, which has subgroups and no shader-f16. */
describe.skipIf(noGpu)(unless(noGpu, 'with optional GPU features'), () => {
  const both = 'subgroups,shader-f16';

  test('train takes the shaders for them or the portable ones, and says which', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const trained = async (features: string) => {
      const flags = ['--data', 'data', '--epochs', '1', '--backend', 'webgpu', '--gpu-features', features];
      const { code, stdout, stderr } = await cli(['train', 'net.ts', ...flags, '--out', features], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      expect(readdirSync(join(cwd, features))).toEqual(expect.arrayContaining(['model.features.wgsl', 'model.wgsl']));
      return stdout;
    };
    expect(await trained('subgroups')).toMatch(
      /\nthe model runs on WebGPU, on SwiftShader [^\n]*, with subgroups\.\nepoch 1\/1/,
    );
    expect(await trained(both)).toMatch(/, on SwiftShader [^\n]*, without shader-f16\.\nepoch 1\/1/);
  });

  test('run compiles for them where the GPU has them', async () => {
    const cwd = folderOf({ 'net.ts': small });
    const { stdout: stdin } = await cli(['print', 'net.ts', '--stage', 'recorded', '--entries', 'forward'], { cwd });
    const run = async (...more: string[]) =>
      (await cli(['run', '-', '--backend', 'webgpu', ...more], { cwd, stdin })).stdout;
    expect(await run()).toMatch(/^@forward: N = 4, webgpu, inputs of seed 0\n/);
    expect(await run('--gpu-features', 'subgroups')).toMatch(/^@forward: N = 4, webgpu, with subgroups, inputs/);
    expect(await run('--gpu-features', both)).toMatch(/^@forward: N = 4, webgpu, without shader-f16, inputs/);
  });

  test('run requests the features that scheduled kernels need, and says which of them a GPU lacks', async () => {
    const half = `tapeout ir 1
kernel @k(a: f32[8], y: f32[8] out) {
  tile t: f32[8] workgroup half
  invoke i in 0..8 { t[i] = a[i] }
  barrier
  invoke i in 0..8 { y[i] = t[i] }
}`;
    const sum = `tapeout ir 1
kernel @k(a: f32[8], y: f32[] out) {
  tile t: f32[8] workgroup
  invoke i in 0..8 { t[i] = a[i] }
  barrier
  tile acc: f32[]
  acc = 0.0
  for together i in 0..8 { acc += t[i] }
  y = acc
}`;
    const planned = async (text: string) =>
      (await cli(['opt', '-', '--passes', 'plan', '--target', 'webgpu'], { stdin: text })).stdout;
    const [refused, added] = await Promise.all(
      [half, sum].map(async (text) => cli(['run', '-', '--backend', 'webgpu'], { stdin: await planned(text) })),
    );
    expect([refused!.code, refused!.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: the kernels of this text need a GPU with shader-f16, which SwiftShader .* does not have: /,
      ),
    ]);
    expect([added!.code, added!.stderr]).toEqual([0, '']);
    const interpreted = await cli(['run', '-', '--backend', 'interpret'], { stdin: sum });
    const value = (stdout: string) => Number(/^y +f32\[\] +(\S+)/m.exec(stdout)![1]);
    expect(value(added!.stdout)).toBeCloseTo(value(interpreted.stdout), 4);
  });

  test('profile times the shaders that the GPU takes', async () => {
    const cwd = folderOf({ 'net.ts': small });
    const told = async (features: string, ...more: string[]) => {
      const flags = ['--backend', 'webgpu', '--steps', '2', '--gpu-features', features, ...more];
      const { code, stdout, stderr } = await cli(['profile', 'net.ts', ...flags], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      return stdout;
    };
    expect(await told('subgroups')).toMatch(/ steps\non SwiftShader .*, with subgroups\n\nkernel /);
    expect(await told(both)).toMatch(/ steps\non SwiftShader .*, without shader-f16\n\nkernel /);
    expect(JSON.parse(await told('subgroups', '--json')).machine.gpuFeatures).toEqual(['subgroups']);
    expect(JSON.parse(await told(both, '--json')).machine.gpuFeatures).toEqual([]);
  });
});

test('print shows the shaders for optional features, and schedules that compile accepts', async () => {
  const cwd = folderOf({
    'net.ts': modelFile(`a = nn.Linear(64, 16);
  b = nn.Linear(16, 4);
  forward(x: Tensor): Tensor {
    return this.b(this.a(flatten(x, 1)).relu());
  }`).replace(/\[\s*'N'[^\]]*\]/, "['N', 64]"),
  });
  const features = ['--target', 'webgpu', '--gpu-features', 'shader-f16,subgroups'];
  const print = async (stage: string, ...more: string[]) => {
    const { code, stdout, stderr } = await cli(['print', 'net.ts', '--stage', stage, ...more], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const wgsl = await print('wgsl', ...features);
  expect(wgsl).toMatch(/^enable f16;\n/);
  expect(await print('wgsl', '--target', 'webgpu')).toMatch(/^struct Call /);
  const schedule = await print('schedule', ...features);
  expect(schedule).toMatch(/ half$/m);
  writeFileSync(join(cwd, 's.tir'), schedule);
  const compile = (...more: string[]) =>
    cli(['compile', 'net.ts', '--schedule', 's.tir', '--out', 'out', ...more], { cwd });
  expect(await compile(...features)).toMatchObject({ code: 0, stderr: '' });
  // A bundle's shaders begin with the tag that its files share.
  const written = (file: string) =>
    readFileSync(join(cwd, 'out', file), 'utf8').replace(/^\/\/ tapeout [0-9a-f]{16}\n/, '');
  expect(written('model.features.wgsl')).toBe(wgsl);
  expect(written('model.wgsl')).toBe(await print('wgsl', '--target', 'webgpu'));
  // But not in shaders meant for every GPU.
  const { code, stderr } = await compile('--target', 'webgpu');
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^error\[bad-schedule\]: .*the tile a is halves, and webgpu has none\n +--> s\.tir:/),
  ]);
});

test.each(['print', 'compile', 'train', 'profile', 'run'])(
  '%s refuses unknown features, and features of targets without shaders',
  async (name) => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const { stdout: stdin } = await cli(['print', 'net.ts', '--stage', 'recorded'], { cwd });
    const told = async (feature: string, ...more: string[]) => {
      const { code, stderr } = await cli([name, name === 'run' ? '-' : 'net.ts', '--gpu-features', feature, ...more], {
        cwd,
        stdin,
      });
      return [code, stderr];
    };
    const on = name === 'print' || name === 'compile' ? '--target' : '--backend';
    expect(await told('f16', on, 'webgpu')).toEqual([
      1,
      "error[bad-argument]: there is no GPU feature 'f16' for shaders\nhelp: the features are subgroups, shader-f16\n",
    ]);
    expect(await told('subgroups')).toEqual([
      1,
      "error[bad-argument]: gpuFeatures are for models that run on WebGPU\nhelp: compile for the target 'webgpu' or 'all'\n",
    ]);
  },
);

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
    "error: --backend webgpu needs the npm package 'webgpu', which adds WebGPU to Node: npm i webgpu\n",
  ]);
});
