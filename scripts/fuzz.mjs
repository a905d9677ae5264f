/**
 * A long run of the fuzzer in test/fuzz, from the sources: `npm run fuzz -- --help`.
 * Vite, which runs the tests, reads the TypeScript here too.
 */
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const root = fileURLToPath(new URL('..', import.meta.url));
const server = await createViteServer({
  root,
  configFile: `${root}vitest.config.ts`,
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  // Before Dawn is loaded, which looks for its driver once.
  const { setup } = await server.ssrLoadModule('/test/support/global-setup.ts');
  await setup();
  const { fuzz } = await server.ssrLoadModule('/test/fuzz/main.ts');
  process.exitCode = await fuzz(process.argv.slice(2), (/** @type {string} */ line) =>
    process.stdout.write(`${line}\n`),
  );
} finally {
  await server.close();
}
