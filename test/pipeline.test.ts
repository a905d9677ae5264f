/** What a stage decides is in its text: printed after any stage, read back and compiled on, a model gives the same code as
 *  in one go, for every backend. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emission, type ProgramBackend } from '../codegen/backend.ts';
import { wasmBackend } from '../codegen/wasm/backend.ts';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { defineModel, type ModelSpec, nn, optim, type Tensor } from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';
import { backendFor, backends } from '../frontend/pipeline/backends.ts';
import { entriesOf, stateTableOf } from '../frontend/pipeline/entries.ts';
import { contextOf, parseIr } from '../frontend/pipeline/read.ts';
import { allStages, graphStages, graphStagesOnDemand, stageNamed } from '../frontend/pipeline/stages.ts';
import { usersRule } from '../frontend/pipeline/users-rule.ts';
import { wasm128 } from '../ir/target.ts';
import { type Ir, type IrOf, printIr, type Stage } from '../passes/stage.ts';
import { stages } from '../passes/stages.ts';
import recurrent from './fixtures/recurrent.ts';
import { contextFor, through } from './support/pipeline.ts';

const examples: Readonly<Record<string, ModelSpec>> = { lenet, mlp, convnet, recurrent };

/** The code, and what every stage before it made. */
function compiled(spec: ModelSpec, backend: ProgramBackend) {
  const recording = record(spec);
  const table = stateTableOf(recording);
  const recorded = entriesOf(recording, ['forward', 'evaluate', 'train_step'], table);
  const all = [...graphStages, ...backend.stages, emission(backend)];
  const context = contextFor(recorded, backend.target, usersRule(recording), table);
  const irs = through(all, { form: 'module', module: recorded }, context);
  return { all, irs: [{ form: 'module', module: recorded } as Ir, ...irs], optimizer: usersRule(recording) };
}
const codeOf = (irs: readonly Ir[]): string => (irs.at(-1) as IrOf<'code'>).code.text();

const reread = (ir: Ir): Ir => parseIr(printIr(ir, {}), 'stage.tir', { places: 'told', maxBatch: 64 });

describe.each(Object.keys(examples))('%s', (name) => {
  test.each(backends)('$name: printed and read back after every stage', (backend) => {
    const { all, irs, optimizer } = compiled(examples[name]!, backend);
    let ir = irs[0]!;
    for (const [i, stage] of all.entries()) {
      const back = reread(ir);
      ir = stage.run(back, contextOf(back, { target: backend.target, optimizer }));
      if (stage.makes === 'module' || stage.makes === 'fused') expect(printIr(ir, {})).toBe(printIr(irs[i + 1]!, {}));
    }
    expect(codeOf([ir]) === codeOf(irs)).toBe(true);
  });
});

test.each(backends)('$name: resumed from any stage', (backend) => {
  const { all, irs, optimizer } = compiled(mlp, backend);
  for (const [i, ir] of irs.slice(0, -1).entries()) {
    const back = reread(ir);
    const context = contextOf(back, { target: backend.target, optimizer });
    const left = all.slice(i).reduce<Ir>((at, stage) => stage.run(at, context), back);
    expect(codeOf([left]) === codeOf(irs), `after ${all[i - 1]?.name ?? 'recording'}`).toBe(true);
  }
});

test('resumed in another process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-stages-'));
  try {
    const { all, irs } = compiled(mlp, wasmBackend(wasm128));
    const from = all.indexOf(stages.lower);
    const file = join(folder, 'lower.tir');
    writeFileSync(file, printIr(irs[from + 1]!, {}));
    const left = all.slice(from + 1).map((s) => s.name);
    const cli = join(import.meta.dirname, '../dist/frontend/cli/main.js');
    const { stdout, stderr } = spawnSync(process.execPath, [cli, 'opt', file, '--passes', left.join(',')], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout.trimEnd()).toBe(codeOf(irs).trimEnd());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every pass is a stage of some backend or of the graph, and is found by its name', () => {
  const known: readonly Stage[] = [...graphStages, ...graphStagesOnDemand, ...backends.flatMap((b) => b.stages)];
  for (const [name, stage] of Object.entries(stages)) {
    expect(stage.name).toBe(name);
    expect(known).toContain(stage);
    expect(allStages).toContain(stage);
    expect(stageNamed(name, wasm128)).toBe(stage);
  }
  for (const b of backends) expect(backendFor(b.target, b.name === 'wasm-threads').name).toBe(b.name);
});

test('an unread parameter and buffer have memory, also when resumed from text', () => {
  class Idle extends nn.Module {
    w = new nn.Parameter([2], [1, 2]);
    idle = new nn.Parameter([3], [1, 2, 3]);
    buffer = new nn.Buffer([4], [1, 2, 3, 4]);
    override forward(x: Tensor): Tensor {
      return x.mul(this.w);
    }
  }
  const two = { shape: ['N', 2] as const };
  const optimizer = optim.SGD({ lr: 0.1 });
  const spec = defineModel({ model: Idle, input: two, target: two, loss: nn.MSELoss(), optimizer, maxBatch: 4 });
  const { all, irs, optimizer: rule } = compiled(spec, wasmBackend(wasm128));
  const kept = (ir: Ir): string[] =>
    ir.form === 'program' ? ir.program.slots.map((s) => `${s.purpose} ${s.buffer.name}`) : [];
  const until = all.indexOf(stages.plan) + 1;
  expect(kept(irs[until]!)).toEqual(expect.arrayContaining(['parameter w', 'parameter idle', 'state buffer']));
  for (const [i, ir] of irs.slice(0, until).entries()) {
    const back = reread(ir);
    const context = contextOf(back, { target: wasm128, optimizer: rule });
    const program = all.slice(i, until).reduce<Ir>((at, stage) => stage.run(at, context), back);
    expect(kept(program), `after ${all[i - 1]?.name ?? 'recording'}`).toEqual(kept(irs[until]!));
  }
});
