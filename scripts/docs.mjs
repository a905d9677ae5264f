/** Writes docs/ops.md, the reference of the ops, from their definitions in ir/ops/: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { ops } from '../dist/ir/ops/index.js';
import { opsReference } from '../dist/ir/reference.js';

writeFileSync(new URL('../docs/ops.md', import.meta.url), opsReference(ops.values()));
