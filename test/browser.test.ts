/** The example's page in Chromium: it learns on every backend, in a worker, and stays responsive. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build as buildTapeout, root } from './support/cli.ts';
import { chromium as engine, noEngines } from './support/engines.ts';

const example = join(root, 'examples/browser');
const config = { configFile: join(example, 'vite.config.js'), logLevel: 'error' } as const;
/** Where a person finds what the page looked like. */
const pictures = join(root, 'out/browser');

declare global {
  /** Milliseconds of each task that held the page's thread up, since it was loaded. */
  var longTasks: number[];
}

interface Options {
  readonly backend: string;
  readonly threads: number;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly samples: number;
}

describe.skipIf(noEngines)(`the page${noEngines ? `: ${noEngines}` : ''}`, () => {
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    buildTapeout();
    const prepared = spawnSync(process.execPath, [join(example, 'prepare.mjs')], { encoding: 'utf8' });
    expect([prepared.stderr, prepared.status]).toEqual(['', 0]);
    await build(config);
    server = await preview({ ...config, preview: { port: 0, strictPort: false } });
    const { path, env } = await engine();
    browser = await chromium.launch({
      executablePath: path,
      env,
      args: ['--no-sandbox', '--no-zygote', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    page = await browser.newPage({ viewport: { width: 1024, height: 720 } });
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.addInitScript(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await page.goto(server.resolvedUrls?.local[0] as string);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Fills the form in, trains, and gives the row that tells of the run. */
  async function trained(options: Options): Promise<Record<string, string>> {
    for (const [name, value] of Object.entries(options)) {
      const field = page.locator(`[name=${name}]`);
      await (name === 'backend' ? field.selectOption(`${value}`) : field.fill(`${value}`));
    }
    await page.evaluate(() => {
      globalThis.longTasks.length = 0;
    });
    await page.click('#train');
    const row = page.locator('#runs tr').last();
    await row.and(page.locator('[data-state]')).waitFor({ timeout: 150_000 });
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${options.backend}-${options.threads}.png`) });
    const cells = await row.locator('td').evaluateAll((all) => all.map((td) => [td.dataset.name, td.textContent]));
    return { state: await row.getAttribute('data-state'), ...Object.fromEntries(cells) };
  }

  const long = (): Promise<number[]> => page.evaluate(() => globalThis.longTasks);

  test('is watched for tasks that hold it up', async () => {
    await page.evaluate(() => {
      setTimeout(() => {
        for (const end = performance.now() + 100; performance.now() < end; );
      });
    });
    await expect.poll(async () => Math.max(...(await long()))).toBeGreaterThanOrEqual(100);
  });

  test('may use threads', async () => {
    expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function']);
  });

  /** Accuracies before the first epoch and after each. */
  async function learnt(options: Options, where: RegExp): Promise<number[]> {
    const { epochs, samples, batch } = options;
    const row = await trained(options);
    expect(row).toMatchObject({ state: 'done', where: expect.stringMatching(where) });
    expect(row.step).toBe(`${epochs * Math.ceil(samples / batch)}`);
    expect(await long()).toEqual([]);
    expect(problems).toEqual([]);
    const accuracies = (row.accuracy as string).split(', ').map(Number.parseFloat);
    expect(accuracies).toHaveLength(1 + epochs);
    expect(accuracies[0]).toBeLessThan(30);
    return accuracies;
  }

  const all = { epochs: 3, batch: 64, lr: 0.01, samples: 8000 };
  test('learns digits as WebAssembly, on any number of threads the same', async () => {
    const alone = await learnt({ backend: 'wasm', threads: 1, ...all }, /^WebAssembly, one thread$/);
    expect(alone.at(-1)).toBeGreaterThan(90);
    expect(await learnt({ backend: 'wasm', threads: 2, ...all }, /^WebAssembly, 2 threads$/)).toEqual(alone);
  });

  test('takes WebAssembly where the only GPU is software, and says so', async () => {
    await learnt({ backend: 'auto', threads: 1, ...all, epochs: 1 }, /^WebAssembly, one thread; .* is software/);
  });

  // So few samples, as this GPU is software.
  const some = { epochs: 1, batch: 8, lr: 0.02, samples: 800 };
  test('learns digits on WebGPU as it does as WebAssembly', async () => {
    const wasm = await learnt({ backend: 'wasm', threads: 1, ...some }, /^WebAssembly, one thread$/);
    const gpu = await learnt({ backend: 'webgpu', threads: 1, ...some }, /^WebGPU$/);
    expect(gpu.at(-1)).toBeGreaterThan(35);
    expect(Math.abs((gpu.at(-1) as number) - (wasm.at(-1) as number))).toBeLessThan(5);
  }, 180_000);
});
