import { test } from 'vitest';
import { loadModelFile } from '../frontend/load.ts';
import { record } from '../frontend/model.ts';
test('x', async () => {
  const s = await loadModelFile('examples/lenet.ts');
  const r = record(s);
  console.log(r.output.loc, r.loss?.loc, r.parameters[0]?.param.loc);
});
