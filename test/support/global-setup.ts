/** Runs once before all tests. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installSwiftShader } from './engines.ts';

export async function setup(): Promise<void> {
  await installSwiftShader();
  buildGlue();
}

/** Builds the runtime that bundles ship from the current sources, where frontend/files/output.ts looks for it. */
function buildGlue(): void {
  const [script, folder] = ['scripts/glue.mjs', 'node_modules/.cache/tapeout/glue'].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url)),
  ) as [string, string];
  const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
