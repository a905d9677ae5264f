import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One line: matchers and the snapshot serializer for graphs, kernels and models.
    setupFiles: ['tapeout/testing/setup'],
  },
});
