/** `tapeout profile`: every kernel of a step, its counts, and the files it writes. No test looks at times. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitWasm, kernelExport } from '../../codegen/wasm/emit.ts';
import mlp from '../../examples/mlp.ts';
import { measurePeak } from '../../frontend/measure/peak.ts';
import { sampler } from '../../frontend/measure/sampler.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Entry } from '../../ir/program.ts';
import { cli, folderOf, modelFile } from '../support/cli.ts';

const net = modelFile(
  'a = nn.Linear(4, 24);\n  b = nn.Linear(24, 3);\n  forward(x: Tensor): Tensor {\n    return this.b(this.a(flatten(x, 1)).relu());\n  }',
);

describe('tapeout profile', () => {
  test('shows every kernel of the step with its line, sorted by time, and the total', async () => {
    const cwd = folderOf({ 'net.ts': net });
    const { code, stdout, stderr } = await cli(['profile', 'net.ts', '--steps', '3'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('Net, train_step, batch 4: medians of 3 steps');
    expect(lines[2]).toMatch(/^kernel +µs +share +MF +GF\/s +of peak +kB +GB\/s +from$/);
    const rows = lines.slice(3, lines.indexOf('', 3)).map((l) => l.split(/ {2,}/));
    expect(rows.at(-1)?.[0]).toBe('total');
    expect(rows.at(-1)?.[2]).toBe('100.0%');
    const times = rows.slice(0, -1).map((r) => Number(r[1]));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const { program } = await compile((await import(join(cwd, 'net.ts'))).default);
    const launched = program.entries.find((e) => e.name === 'train_step')?.launches.map((k) => k.name);
    expect(
      rows
        .slice(0, -1)
        .map((r) => r[0])
        .sort(),
    ).toEqual([...(launched ?? [])].sort());
    expect(stdout).toMatch(/\nthe step in one call: [\d.]+ µs\npeak of one thread: [\d.]+ GF\/s of f32 SIMD, /);
  });

  test('writes JSON, with the rooflines, and a trace', async () => {
    const cwd = folderOf({ 'net.ts': net });
    const { code, stdout, stderr } = await cli(
      ['profile', 'net.ts', '--json', '--entry', 'forward', '--batch', '2', '--roofline', 'r.svg', '--trace', 't.json'],
      { cwd },
    );
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ model: 'Net', entry: 'forward', batch: 2 });
    expect(told.steps).toBeGreaterThanOrEqual(5);
    const total = (key: string) => told.kernels.reduce((s: number, k: Record<string, number>) => s + (k[key] ?? 0), 0);
    // Both layers for each of two samples, plus biases, relu and what the schedule adds.
    const layers = 2 * (2 * 4 * 24 + 2 * 24 * 3);
    expect(total('operations')).toBeGreaterThan(layers);
    expect(total('operations')).toBeLessThan(2.5 * layers);
    expect(total('bytes')).toBeGreaterThan(4 * (2 * 4 + 4 * 24 + 24 + 24 * 3 + 3 + 2 * 3));
    expect(total('share')).toBeCloseTo(1, 6);
    expect(told.kernels[0].from[0]).toMatch(/net.*:\d+:\d+$/);

    const svg = readFileSync(join(cwd, 'r.svg'), 'utf8');
    // Whatever the clock cannot resolve is left out.
    const seen = told.kernels.filter((k: { gflops: number }) => k.gflops > 0);
    expect(svg.match(/<circle /g) ?? []).toHaveLength(seen.length);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const { traceEvents } = JSON.parse(readFileSync(join(cwd, 't.json'), 'utf8'));
    const kernels = traceEvents.filter((e: { cat?: string }) => e.cat === 'kernel');
    expect(kernels).toHaveLength(Math.min(20, told.steps) * told.kernels.length);
    for (const [i, e] of kernels.entries()) {
      expect(e).toMatchObject({ ph: 'X', pid: 1, tid: 2 });
      if (i > 0) expect(e.ts).toBeGreaterThanOrEqual(kernels[i - 1].ts);
    }
  });

  test('reports files that cannot be written, and entries that the model lacks', async () => {
    const cwd = folderOf({ 'net.ts': net.replace(/ {2}optimizer.*\n/, '') });
    const step = await cli(['profile', 'net.ts', '--entry', 'train_step'], { cwd });
    expect([step.code, step.stderr]).toEqual([
      2,
      "error: there is no entry 'train_step': the entries are forward, evaluate\n",
    ]);
    const forward = await cli(['profile', 'net.ts', '--steps', '1', '--trace', 'no/t.json'], { cwd });
    expect([forward.code, forward.stderr.split(':')[0]]).toEqual([1, 'error']);
    expect(forward.stderr).toContain('no/t.json: cannot be written');
  });
});

test("only the profiler's module exports kernels, not the one that ships", async () => {
  const compiled = await compile(mlp);
  const { program, wasm } = compiled;
  const entry = program.entries.find((e) => e.name === 'train_step') as Entry;
  sampler(compiled, entry, 3).step();
  // The tag follows them.
  const emitted = Buffer.from(emitWasm(program).wasm);
  expect(emitted.equals(wasm.subarray(0, emitted.length))).toBe(true);
  const exported = (bytes: Uint8Array) =>
    WebAssembly.Module.exports(new WebAssembly.Module(bytes as BufferSource)).map((e) => e.name);
  expect(exported(wasm).sort()).toEqual(['evaluate', 'forward', 'memory', 'train_step']);
  const each = emitWasm(program, { each: true }).wasm;
  expect(exported(each)).toEqual(expect.arrayContaining(entry.launches.map(kernelExport)));
});

test('a step leaves the same bits run kernel by kernel and in one call', async () => {
  const compiled = await compile(mlp);
  const entry = compiled.program.entries.find((e) => e.name === 'train_step') as Entry;
  const [one, all] = [sampler(compiled, entry, 3), sampler(compiled, entry, 3)];
  const before = one.state();
  for (let i = 0; i < 3; i++) {
    one.step();
    all.whole();
  }
  expect(one.state()).toEqual(all.state());
  expect(one.state()).not.toEqual(before);
});

test('the peak has a rate of operations and one of bytes', () => {
  for (const v of Object.values(measurePeak())) expect(Number.isFinite(v) && v > 0).toBe(true);
});
