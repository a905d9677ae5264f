/**
 * Builds the runtime as bundles ship it: one module for each kind of bundle, with what that kind needs and no more, minified.
 * Free in it are `manifest` and `files`, which the script of a bundle declares.
 *
 *   node scripts/glue.mjs FOLDER
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** @typedef {{ hasWasm: boolean, hasThreads: boolean, hasWebgpu: boolean, isInline: boolean }} Kind */

const runtime = fileURLToPath(new URL('../runtime/', import.meta.url));
const entry = '\0entry';

/** Modules, and those that take their place in a bundle. */
const instead = new Map([
  ['read-manifest.ts', 'own-manifest.ts'],
  ['read-gpu-manifest.ts', 'own-manifest.ts'],
]);

/** Writes the modules into a folder, each whole or not at all, as others may read them meanwhile. */
async function writeGlue(/** @type {string} */ folder) {
  mkdirSync(folder, { recursive: true });
  for (const kind of kinds()) {
    const [file, text] = [join(folder, fileOf(kind)), await built(kind)];
    if (contents(file) === text) continue;
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
}

/** Every kind of bundle. @returns {Kind[]} */
function kinds() {
  const both = [false, true];
  return both.flatMap((isInline) =>
    both.flatMap((hasWebgpu) =>
      both.flatMap((hasThreads) =>
        (hasWebgpu && !hasThreads ? both : [true]).map((hasWasm) => ({ hasWasm, hasThreads, hasWebgpu, isInline })),
      ),
    ),
  );
}

/** frontend/files/output.ts spells it so too. */
function fileOf(/** @type {Kind} */ { hasWasm, hasThreads, hasWebgpu, isInline }) {
  const parts = { wasm: hasWasm, threads: hasThreads, webgpu: hasWebgpu, inline: isInline };
  const names = Object.entries(parts).flatMap(([name, has]) => (has ? [name] : []));
  return `${names.join('-')}.js`;
}

/** The exports of a bundle. */
const entryOf = (/** @type {Kind} */ { hasWasm, hasWebgpu }) =>
  [
    "export { load, load as default } from './load.ts';",
    hasWasm ? "export { instantiate, Model } from './model.ts';" : '',
    hasWebgpu ? "export { GpuModel, instantiateGpu } from './webgpu.ts';" : '',
    "export { readSafetensors, SafetensorsError, writeSafetensors } from './safetensors.ts';",
    "export { TapeoutError } from './check.ts';",
  ].join('\n');

async function built(/** @type {Kind} */ kind) {
  const build = await rolldown({
    input: entry,
    plugins: [
      {
        name: 'tapeout',
        resolveId: (id) => (id === entry ? id : join(runtime, instead.get(basename(id)) ?? basename(id))),
        load: (id) => (id === entry ? entryOf(kind) : null),
      },
    ],
    transform: { define: Object.fromEntries(Object.entries(kind).map(([name, value]) => [name, String(value)])) },
  });
  const { output } = await build.generate({
    format: 'es',
    comments: false,
    minify: {
      compress: { target: 'es2022' },
      // People meet classes by their names, in a console.
      mangle: { toplevel: true, keepNames: { class: true, function: false } },
    },
  });
  await build.close();
  const [chunk, ...others] = output;
  if (others.length > 0) throw new Error('the runtime of a bundle is more than one file');
  return chunk.code;
}

/** @returns {string | null} */
function contents(/** @type {string} */ file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

await writeGlue(process.argv[2] ?? '.');
