import { test } from 'vitest';
import { agree, describeStages } from '../support/differential.ts';
import { Choices, randomModel, randomValues } from '../support/generate.ts';
import { stagesOf } from '../support/pipeline.ts';
import { printKernel } from '../../ir/print-kernel.ts';
test('x', async () => {
  const m = randomModel(new Choices([0,319,551,0,525,1534,0,5033,3777,3771,0,0,0,0,0,0,0,0,9,5037,3309,4487,9]));
  const s = stagesOf(m.module, m.optimizer);
  for (const which of ['lowered','scheduled'] as const) { console.log('=====',which); for (const k of s[which].find(e=>e.name==='backward')!.kernels) console.log(printKernel(k)); }
  try { await agree(s, randomValues(m,'smooth',1,1),1,2);} catch (e) {console.log(String(e)); console.log(describeStages(s).split('\n').slice(-30).join('\n'))}
});
