/** A fifth program backend: it computes the kernel interpreter's bits. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emission } from '../../codegen/backend.ts';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import type { ModelSpec } from '../../frontend/index.ts';
import { record } from '../../frontend/model/record.ts';
import { entriesOf, stateTableOf } from '../../frontend/pipeline/entries.ts';
import { graphStages } from '../../frontend/pipeline/stages.ts';
import { usersRule } from '../../frontend/pipeline/users-rule.ts';
import { arrayOf, type Elements } from '../../ir/dtype.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import { kernelsOf, type Program } from '../../ir/program.ts';
import { countAt } from '../../ir/type.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { last } from '../../passes/stage.ts';
import { uniform } from '../support/generate.ts';
import { critical, expectHalves, halfKernels } from '../support/halves.ts';
import { unless } from '../support/left-out.ts';
import { contextFor, through } from '../support/pipeline.ts';
import { cBackend } from './c.ts';

const noGcc = spawnSync('gcc', ['--version']).status === 0 ? null : 'there is no gcc';
const examples: Readonly<Record<string, ModelSpec>> = { lenet, mlp, convnet };
const n = 3;

/** A program in C and its memory; everything that a host provides is random. */
function madeOf(spec: ModelSpec): { source: string; program: Program } {
  const recording = record({ ...spec, maxBatch: n });
  const table = stateTableOf(recording);
  const module = entriesOf(recording, ['forward', 'train_step'], table);
  const context = contextFor(module, cBackend.target, usersRule(recording), table);
  const irs = through([...graphStages, ...cBackend.stages, emission(cBackend)], { form: 'module', module }, context);
  return { source: last(irs, 'code').code.text(), program: last(irs, 'program').program };
}

describe.skipIf(noGcc !== null)(unless(noGcc, 'as C'), () => {
  test.each(Object.keys(examples))('%s', (name) => {
    const { source, program } = madeOf(examples[name]!);
    withProgram(source, (run) => {
      const memory = makeMemory(kernelsOf(program), n);
      const arena = new Uint8Array(program.arenaBytes);
      const next = uniform(7);
      const places = program.slots.flatMap(({ buffer, offset, purpose, range = 2 }) => {
        const values = memory.get(buffer);
        if (!values) return [];
        const isFloat = buffer.type.dtype === 'f32';
        if (purpose !== 'temp' && purpose !== 'output')
          values.set(Array.from(values, () => (isFloat ? Math.fround(next() - 0.5) : Math.floor(next() * range))));
        return [
          { buffer, values, bytes: arena.subarray(offset, offset + values.byteLength), temp: purpose === 'temp' },
        ];
      });
      for (const { values, bytes } of places) bytes.set(new Uint8Array(values.buffer));
      for (const { name: entry, launches } of program.entries) {
        arena.set(run(entry, n, arena));
        for (const k of launches) interpretKernel(k, memory, n);
        for (const { buffer, values, bytes, temp } of places)
          if (!temp) expect(Buffer.compare(bytes, new Uint8Array(values.buffer)), `${entry}: ${buffer.name}`).toBe(0);
      }
    });
  });

  test('f16', () => {
    const given = critical();
    const program = plan(outlineOfKernels(halfKernels(given.length), 1), cBackend.target);
    const arena = new Uint8Array(program.arenaBytes);
    const of = (name: string): Elements => {
      const { buffer, offset } = program.slots.find((s) => s.buffer.name === name)!;
      return new (arrayOf(buffer.type.dtype))(arena.buffer, offset, countAt(buffer.type.shape, 1));
    };
    of('h').set(Array.from({ length: 65536 }, (_, i) => i));
    of('x').set(given);
    withProgram(cBackend.emit(program).text(), (run) => arena.set(run('main', 1, arena)));
    expectHalves(of, given);
  });
});

/** Compiles a program and calls `f` with a function that runs an entry at a batch on some memory and returns the memory
 *  afterwards. */
function withProgram(
  source: string,
  f: (run: (entry: string, n: number, memory: Uint8Array) => Uint8Array) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-c-'));
  try {
    const file = join(folder, 'program.c');
    writeFileSync(file, source);
    const flags = ['-O1', '-w', '-fwrapv', '-ffp-contract=off', '-o', join(folder, 'program'), file, '-lm'];
    const built = spawnSync('gcc', flags, { encoding: 'utf8' });
    expect(built.stderr).toBe('');
    f((entry, n, input) => {
      const { status, stdout } = spawnSync(join(folder, 'program'), [entry, String(n)], { input, maxBuffer: 2 ** 28 });
      expect(status).toBe(0);
      return stdout;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
