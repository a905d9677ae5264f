/** The example's page in Chromium: it learns on every backend, in a worker, and stays responsive. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, startChromium } from './support/browser.ts';
import { build as buildTapeout, folderOf, root } from './support/cli.ts';
import { noEngines } from './support/engines.ts';
import { unless } from './support/left-out.ts';

const example = join(root, 'examples/browser');
const config = { configFile: join(example, 'vite.config.js'), logLevel: 'error' } as const;
/** Folder of screenshots of the page. */
const pictures = join(root, 'out/browser');

declare global {
  /** Durations in ms of the tasks that blocked the page's thread since it was loaded. */
  var longTasks: number[];
}

interface Options {
  readonly backend: string;
  readonly threads: number;
  readonly epochs: number;
  readonly samples: number;
  readonly tests: number;
  readonly goOn: boolean;
}

describe.skipIf(noEngines)(unless(noEngines, 'the page'), () => {
  let server: PreviewServer;
  let browser: Chromium;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    buildTapeout();
    const prepared = spawnSync(process.execPath, [join(example, 'prepare.mjs')], { encoding: 'utf8' });
    expect([prepared.stderr, prepared.status]).toEqual(['', 0]);
    await build(config);
    server = await preview({ ...config, preview: { port: 0, strictPort: false } });
    browser = await startChromium();
    page = browser.page;
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.addInitScript(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await browser.open(server.resolvedUrls?.local[0] as string);
  }, 120_000);

  afterEach(() => browser.check());
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Fills in the form, trains, and returns the row that describes the run. */
  async function trained(options: Options): Promise<Record<string, string>> {
    for (const [name, value] of Object.entries(options)) {
      const field = page.locator(`[name=${name}]`);
      if (typeof value === 'boolean') await (value ? field.check() : field.setChecked(false, { force: true }));
      else await (name === 'backend' ? field.selectOption(`${value}`) : field.fill(`${value}`));
    }
    await page.evaluate(() => {
      globalThis.longTasks.length = 0;
    });
    await page.click('#train');
    const row = page.locator('#runs tr').last();
    await row.and(page.locator('[data-state]')).waitFor({ timeout: 150_000 });
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ fullPage: true, path: join(pictures, `${options.backend}-${options.threads}.png`) });
    const cells = await row.locator('td').evaluateAll((all) => all.map((td) => [td.dataset.name, td.textContent]));
    return { state: await row.getAttribute('data-state'), ...Object.fromEntries(cells) };
  }

  const long = (): Promise<number[]> => page.evaluate(() => globalThis.longTasks);
  /** In ms: longer than any task of the page on a busy machine, shorter than training on the page's own thread. */
  const held = 500;

  test('notices tasks that block it', async () => {
    await page.evaluate(() => {
      setTimeout(() => {
        for (const end = performance.now() + 500; performance.now() < end; );
      });
    });
    await expect.poll(async () => Math.max(...(await long()))).toBeGreaterThanOrEqual(held);
  });

  test('may use threads', async () => {
    expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function']);
  });

  /** Accuracies before the first epoch and after each. */
  async function learnt(options: Options, where: RegExp): Promise<number[]> {
    const { epochs, samples } = options;
    const row = await trained(options);
    expect(row).toMatchObject({ state: 'done', where: expect.stringMatching(where) });
    expect(row.step).toBe(`${epochs * Math.ceil(samples / 64)}`);
    // It was once in the millions, when losses arrived in groups.
    expect(Number(row.rate)).toBeGreaterThan(0);
    expect(Number(row.rate)).toBeLessThan(1e6);
    expect((await long()).filter((ms) => ms >= held)).toEqual([]);
    expect(problems).toEqual([]);
    const accuracies = (row.accuracy as string).split(', ').map(Number.parseFloat);
    expect(accuracies).toHaveLength(1 + epochs);
    return accuracies;
  }

  const whole = { epochs: 3, samples: 8000, tests: 2000, goOn: false };
  const alone = /^WebAssembly, one thread$/;

  // A machine busy with other tests may block a page once.
  test('learns digits on WebAssembly, the same on any number of threads', { retry: 2 }, async () => {
    const one = await learnt({ backend: 'wasm', threads: 1, ...whole }, alone);
    expect(one[0]).toBeLessThan(20);
    expect(one.at(-1)).toBeGreaterThan(90);
    expect(await learnt({ backend: 'wasm', threads: 2, ...whole }, /^WebAssembly, 2 threads$/)).toEqual(one);
  });

  test('takes WebAssembly where the only GPU is software, and says so', async () => {
    await learnt({ backend: 'auto', threads: 1, ...whole, epochs: 1 }, /^WebAssembly, one thread; .* is software/);
  });

  test('continues training on WebGPU as it does on WebAssembly', async () => {
    // Few samples, because this GPU is software.
    const some = { threads: 1, epochs: 1, samples: 512, tests: 256, goOn: true };
    const goOn = async (backend: string, where: RegExp) => {
      await learnt({ backend: 'wasm', threads: 1, ...whole, epochs: 1 }, alone);
      return learnt({ backend, ...some }, where);
    };
    const wasm = await goOn('wasm', alone);
    const gpu = await goOn('webgpu', /^WebGPU$/);
    expect(gpu[0]).toBe(wasm[0]);
    expect(gpu.at(-1)).toBeGreaterThan(gpu[0]! + 5);
    expect(Math.abs(gpu.at(-1)! - wasm.at(-1)!)).toBeLessThan(2);
  }, 180_000);
});

test.skipIf(noEngines)(unless(noEngines, 'a crash of Chromium is reported with its reason'), async () => {
  const folder = folderOf({ 'no-fonts.conf': '<fontconfig></fontconfig>' });
  const browser = await startChromium({ FONTCONFIG_FILE: join(folder, 'no-fonts.conf') });
  try {
    await expect(browser.open('data:text/html,<input type=number>')).rejects.toThrow(
      /^the page has crashed in Chromium\. The last that it wrote:\n(.*\n)*.*SkFontMgr/,
    );
  } finally {
    await browser.close();
  }
  await expect(startChromium({ TAPEOUT_CHROMIUM: '/nowhere' })).rejects.toThrow(/does not start: .*\n.*\/nowhere/);
});
