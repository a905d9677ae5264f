import { fileURLToPath } from 'node:url';

// Threads share memory, which a page may do that lets no other site in.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: 'out/public',
  build: { outDir: 'out/site', emptyOutDir: true, target: 'es2022' },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
};
