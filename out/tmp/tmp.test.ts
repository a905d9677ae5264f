import { test } from 'vitest';
import { agree, describeStages } from '../../test/support/differential.ts';
import { Choices, randomModel, randomValues } from '../../test/support/generate.ts';
import { stagesOf } from '../../test/support/pipeline.ts';
import { printKernel } from '../../ir/print-kernel.ts';
import fc from 'fast-check';
test('x', async () => {
  const seed = Number(process.env.SEED ?? 1);
  const samples = fc.sample(fc.array(fc.nat({ max: 5039 }), { minLength: 20, maxLength: 120, size: 'max' }), { seed, numRuns: 150 });
  const kinds = new Map<string, [number, string]>();
  let ok = 0; let ops = new Map<string, number>(); let worst = 0;
  const t0 = performance.now();
  for (const [i, ch] of samples.entries()) for (const v of ['smooth','grid','wild'] as const) {
    let s: any;
    if (performance.now()-t0 > 50000) break;
    try {
      const m = randomModel(new Choices(ch), {wild: v==='wild'});
      s = stagesOf(m.module, m.optimizer);
      for (const n of m.batches) worst = Math.max(worst, (await agree(s, randomValues(m, v, n, n), n, v==='wild'?1:2)).worst);
      ok++;
    } catch (e) {
      const key = v + ' ' + String((e as Error).message).replace(/at N = \d+(, round \d)?/, '').replace(/element .*/, '').slice(0, 150);
      const k = kinds.get(key); const size = s ? s.original.graphs[1].params.length*3+describeStages(s).length : 1e9;
      if (!k || k[0] > size) kinds.set(key, [size, `${(e as Error).message}\n  check([${ch}], '${v}')` + (size === 1e9 ? (e as Error).stack : '')]);
    }
  }
  console.log('ok', ok, 'of', samples.length*3, 'worst', worst, (performance.now()-t0).toFixed(0));
  for (const [k, [, d]] of kinds) console.log('##', k, '\n', d.slice(0, 1500));
});
