/** The verifiers: what the compiler makes of the examples is sound at every stage; deliberate damage is noticed if running
 *  the result shows that it matters. */

import { describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import type { EntryName } from '../../frontend/pipeline/entries.ts';
import { CompilerBug } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { kernelsOf as launched } from '../../ir/program.ts';
import { wasm128 } from '../../ir/target.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { f32 } from '../../ir/type.ts';
import { verifyFused, verifyGraph } from '../../ir/verify/graph.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { verifyKernel, verifyKernels } from '../../ir/verify/kernel.ts';
import { verifyProgram } from '../../ir/verify/program.ts';
import { type Damage, fusedDamages, graphDamages, kernelDamages, programDamages } from '../support/damage.ts';
import { judgeFused, judgeKernel, judgeProgram, random, type Verdict } from '../support/oracle.ts';

const entries: readonly EntryName[] = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'];
/** `verify` throws where a stage is not sound. */
const all = (spec: Parameters<typeof compile>[0]): Promise<Compiled> =>
  compile(spec, { entries, inputGradient: true, verify: true });
const [net, small, deep] = await Promise.all([all(lenet), all(mlp), all(convnet)]);

const kernelsOf = (c: Compiled, which: 'lowered' | 'scheduled') =>
  launched(which === 'lowered' ? c.lowered : c.scheduled.outline).map((whole) => ({
    name: `${which} @${whole.name}`,
    whole,
  }));

test('the kernels of the examples fit in the registers', () => {
  const warnings = [net, small, deep].flatMap((c) =>
    verifyKernels(
      kernelsOf(c, 'scheduled').map((k) => k.whole),
      { maxBatch: 64, target: wasm128 },
    ),
  );
  expect(warnings).toEqual([]);
});

test('a pass that breaks an invariant is named, with the IR before it', async () => {
  const broken = {
    name: 'broken',
    scalars: {},
    update: (p: never, g: { inputs: readonly never[] }) => ({
      value: { ...g, type: f32(1) },
      state: new Map([[p, g]]),
    }),
  };
  const compiling = compile({ ...mlp, optimizer: broken as never }, { verify: true });
  const error = await compiling.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CompilerBug);
  const { message, before, pass } = error as CompilerBug;
  expect(pass).toBe('update');
  expect(message).toMatch(/^bug in pass 'update': \[type\] graph @train_step, \w+: f32\[1\]: of \(.*\) it makes f32\[/);
  expect(before).toMatch(/graph @train_step/);
});

// ---- damage

/** Reads at indices that are data, each guarded by what keeps it in range. */
const lookups = parseKernels(
  `tapeout ir 1
kernel @guarded(table: f32[8,4], index: i32[N], y: f32[N,4] out) {
  for n in 0..N {
    for j in 0..4 {
      y[n, j] = index[n] >= 0 && index[n] < 8 ? table[index[n], j] : 0.0
    }
  }
}
kernel @clamped(table: f32[8,4], index: i32[N], y: f32[N,4] out) {
  for n in 0..N {
    for j in 0..4 {
      y[n, j] = table[max(min(index[n], 7), 0), j]
    }
  }
}
kernel @greatest(x: f32[N,8], table: f32[8], y: f32[N] out) {
  for n in 0..N {
    tile top: f32[]
    top = -inf
    tile at: i32[]
    at = 0
    for k in 0..8 {
      at = x[n, k] > top ? k : at
      top = x[n, k] > top ? x[n, k] : top
    }
    y[n] = table[at]
  }
}
`,
  'lookups.tir',
);

interface Tally {
  caught: number;
  harmless: number;
  another: number;
  missed: string[];
}
const caught = (verify: () => unknown): boolean => {
  try {
    verify();
    return false;
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    return true;
  }
};

/** Damages each of `wholes` in every way at up to `most` sites, and counts what was noticed. */
function fuzz<T>(
  wholes: readonly { name: string; whole: T }[],
  damages: readonly Damage<T>[],
  verify: (t: T) => unknown,
  judge: (before: T, after: T) => Verdict,
  most: number,
): Map<string, Tally> {
  const next = random(3);
  return new Map(
    damages.map((d): [string, Tally] => {
      const tally: Tally = { caught: 0, harmless: 0, another: 0, missed: [] };
      for (const { name, whole } of wholes) {
        const sites = d.sites(whole);
        const pick = () => sites[Math.floor(next() * sites.length)]!;
        for (const damage of sites.length <= most ? sites : Array.from({ length: most }, pick)) {
          const damaged = damage();
          if (caught(() => verify(damaged))) {
            tally.caught++;
            continue;
          }
          const verdict = judge(whole, damaged);
          if (verdict === 'the same') tally.harmless++;
          else if (verdict === 'another' && d.another) tally.another++;
          else tally.missed.push(`${name} ${difference(whole, damaged)}`);
        }
      }
      return [d.name, tally];
    }),
  );
}

function difference(before: unknown, after: unknown): string {
  if (!(before as Kernel).body) return '';
  const [a, b] = [before, after].map((k) => printKernel(k as Kernel).split('\n')) as [string[], string[]];
  return [
    ...a.filter((l) => !b.includes(l)).map((l) => `- ${l.trim()}`),
    ...b.filter((l) => !a.includes(l)).map((l) => `+ ${l.trim()}`),
  ].join('\n');
}

function expectAllCaught(what: string, tallies: ReadonlyMap<string, Tally>): void {
  const rows = [...tallies].map(([name, t]) =>
    [name.padEnd(34), ...[t.caught, t.missed.length, t.harmless, t.another].map((n) => String(n).padStart(9))].join(''),
  );
  console.log([[what.padEnd(34), '   caught', '   missed', ' harmless', '  another'].join(''), ...rows].join('\n'));
  expect([...tallies].flatMap(([name, t]) => t.missed.map((m) => `${name}: ${m}`))).toEqual([]);
  expect([...tallies].filter(([, t]) => t.caught === 0).map(([name]) => `${name}: never tried`)).toEqual([]);
}

describe('damage is noticed', { timeout: 300_000 }, () => {
  test('to kernels', () => {
    const wholes = [net, small, deep]
      .flatMap((c) => [...kernelsOf(c, 'lowered'), ...kernelsOf(c, 'scheduled')])
      .concat(lookups.map((whole) => ({ name: `@${whole.name}`, whole })));
    const verify = (k: Kernel) => verifyKernel(k, { maxBatch: 64 });
    expectAllCaught('kernels', fuzz(wholes, kernelDamages, verify, judgeKernel, 1));
  });
  test('to graphs', () => {
    const wholes = [net, small, deep].flatMap((c) => c.module.graphs.map((whole) => ({ name: whole.name, whole })));
    expectAllCaught(
      'graphs',
      fuzz(wholes, graphDamages, verifyGraph, () => 'unsound', 8),
    );
  });
  test('to graphs in groups', () => {
    const wholes = [net, small].flatMap((c) => c.fused.map((whole) => ({ name: whole.name, whole })));
    expectAllCaught('graphs in groups', fuzz(wholes, fusedDamages, verifyFused, judgeFused, 6));
  });
  test('to programs', () => {
    const wholes = [{ name: 'mlp', whole: small.program }];
    expectAllCaught('programs', fuzz(wholes, programDamages, verifyProgram, judgeProgram, 30));
  });
});
