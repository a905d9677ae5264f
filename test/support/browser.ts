/** Chromium for tests. When it crashes, the error contains the end of its output: Playwright only reports a closed page. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromium as engine } from './engines.ts';

export interface Chromium {
  readonly page: Page;
  /** Opens an address. Throws Chromium's output if that crashes the page. */
  readonly open: (url: string) => Promise<void>;
  /** Throws if the browser or its page has crashed. */
  readonly check: () => void;
  readonly close: () => Promise<void>;
}

/** Starts Chromium with a page, and with these environment variables besides those that it needs. */
export async function startChromium(variables: Readonly<Record<string, string>> = {}): Promise<Chromium> {
  const { path, env } = await engine();
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-chromium-'));
  const [log, program] = [join(folder, 'log'), join(folder, 'chromium')];
  writeFileSync(log, '');
  // Playwright hides what a browser writes.
  writeFileSync(program, '#!/bin/sh\nexec "$TAPEOUT_CHROMIUM" "$@" 2>"$TAPEOUT_LOG"\n', { mode: 0o755 });
  const said = () => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lastLines).join('\n') || '(nothing)';
  const failed = (what: string) => new Error(`${what}. The last that it wrote:\n${said()}`);
  let crash: string | null = null;
  let closing = false;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    closing = true;
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    browser = await chromium.launch({
      executablePath: program,
      env: { ...env, TAPEOUT_CHROMIUM: path, TAPEOUT_LOG: log, ...variables },
      args: ['--no-sandbox', '--no-zygote', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    browser.on('disconnected', () => {
      crash ??= closing ? null : 'Chromium has ended';
    });
    const page = await browser.newPage({ viewport: { width: 1024, height: 720 } });
    page.on('crash', () => {
      crash ??= 'the page has crashed in Chromium';
    });
    const check = () => {
      if (crash !== null) throw failed(crash);
    };
    const open = async (url: string): Promise<void> => {
      try {
        await page.goto(url);
        await page.screenshot();
      } finally {
        check();
      }
    };
    return { page, open, check, close };
  } catch (error) {
    const problem = failed(`Chromium does not start: ${String(error).split('\n')[0]}`);
    await close();
    throw problem;
  }
}

const lastLines = 20;
