import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst, quick, unshared } from './test/support/test-files.ts';

if (process.env.CI && process.env.TAPEOUT_BLESS) throw new Error('goldens are not blessed in CI: unset TAPEOUT_BLESS');

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => {
  const include = mode === 'quick' ? [...quick] : ['test/**/*.test.ts'];
  return {
    resolve: {
      // What a user imports, read from the sources: tests need no build to see a change.
      alias: [
        { find: /^tapeout$/, replacement: source('frontend/index.ts') },
        { find: /^tapeout\/ir$/, replacement: source('ir/index.ts') },
        { find: /^tapeout\/passes$/, replacement: source('passes/index.ts') },
        { find: /^tapeout\/testing$/, replacement: source('frontend/testing/index.ts') },
        { find: /^tapeout\/testing\/setup$/, replacement: source('frontend/testing/setup.ts') },
        { find: /^tapeout\/torch$/, replacement: source('frontend/torch/index.ts') },
        { find: /^tapeout\/runtime$/, replacement: source('runtime/index.ts') },
        { find: /^tapeout\/fit$/, replacement: source('runtime/fit/index.ts') },
        { find: /^tapeout\/data$/, replacement: source('runtime/data/index.ts') },
      ],
    },
    test: {
      globalSetup: ['test/support/global-setup.ts'],
      // What the files of a worker import is read once, but for the files that change it for the others.
      projects: [
        { extends: true, test: { name: 'shared', globalSetup: [], include, exclude: [...unshared], isolate: false } },
        { extends: true, test: { name: 'unshared', globalSetup: [], include: mode === 'quick' ? [] : [...unshared] } },
      ],
      environment: 'node',
      // Types that were checked once are checked, in whatever folder a test puts its model.
      env: { TAPEOUT_CACHE: source('node_modules/.cache/tapeout/texts') },
      pool: 'forks',
      maxWorkers: 2,
      sequence: { sequencer: LongestFirst },
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ['default', './test/support/summary-reporter.ts'],
    },
  };
});
