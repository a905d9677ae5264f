/**
 * Closes a run with a line of its own: `N passed, N failed`, then `, N skipped` if there are any, preceded by the reasons.
 * It is the last line of stdout, piped or not, and the exit code agrees with it. A file that does not load, a suite
 * whose hook fails, an uncaught error and a test that never finished each count as a failure; so does each test that a
 * failed hook skips, or that is skipped without a reason.
 */
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { whyLeftOut } from './left-out.ts';

interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** Skipped tests, by reason. */
  readonly reasons: Map<string, number>;
  /** Tests that did not run, without a reason. */
  readonly unexplained: string[];
}

const summaryOf = (failed: number): Summary => ({
  passed: 0,
  failed,
  skipped: 0,
  reasons: new Map(),
  unexplained: [],
});

export default class SummaryReporter implements Reporter {
  // A run that dies before it ends has failed.
  private summary: Summary = summaryOf(1);
  /** True if only some tests were requested: the others need no reason. */
  private narrowed = false;

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) return;
    this.narrowed = vitest.config.testNamePattern !== undefined || vitest.config.allowOnly;
    // Vitest itself writes after the reporters are done; an exit handler writes last.
    process.once('exit', () => {
      process.stdout.write(`\n${closing(this.summary)}\n`);
      if (this.summary.failed > 0 || this.summary.passed === 0) process.exitCode ||= 1;
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.summary = summarize(modules, unhandledErrors, this.narrowed);
  }
}

function closing({ passed, failed, skipped, reasons, unexplained }: Summary): string {
  return [
    ...unexplained.map((name) => `failed, as it did not run and does not say why: ${name}`),
    ...[...reasons].map(([reason, tests]) => `${tests} skipped: ${reason}`),
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ].join('\n');
}

function summarize(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
  narrowed: boolean,
): Summary {
  const summary = summaryOf(unhandledErrors.length);
  for (const module of modules) {
    summary.failed += module.errors().length;
    for (const suite of module.children.allSuites()) summary.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      const why = state === 'skipped' ? whySkipped(test, narrowed) : null;
      if (state === 'skipped' && why === null) summary.unexplained.push(`${module.relativeModuleId}: ${test.fullName}`);
      if (why !== null) summary.reasons.set(why, (summary.reasons.get(why) ?? 0) + 1);
      summary[state === 'pending' || (state === 'skipped' && why === null) ? 'failed' : state] += 1;
    }
  }
  return summary;
}

/** Why a test did not run; null if nothing says so. */
function whySkipped(test: TestCase, narrowed: boolean): string | null {
  const result = test.result();
  const why = whyLeftOut(test.fullName) ?? (result.state === 'skipped' ? result.note : undefined);
  if (why !== undefined) return why;
  // Tests of a suite whose hook fails are skipped, though not marked as such.
  return narrowed && test.options.mode === 'skip' ? 'other tests were asked for' : null;
}
