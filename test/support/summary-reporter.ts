/**
 * Closes a run with a line of its own: `N passed, N failed`, then `, N skipped` where some are.
 * It is the last line of stdout, piped or not, and the exit code agrees with it. A file that does not load, a suite whose
 * hook fails, an error that no test caught and a test that never finished each count as a failure.
 */
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

export default class SummaryReporter implements Reporter {
  // A run that dies before it ends has failed.
  private summary: Summary = { passed: 0, failed: 1, skipped: 0 };

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) return;
    // Vitest itself writes after the reporters are done; on exit nobody writes later than this.
    process.once('exit', () => {
      process.stdout.write(`\n${closingLine(this.summary)}\n`);
      if (this.summary.failed > 0 || this.summary.passed === 0) process.exitCode ||= 1;
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.summary = summarize(modules, unhandledErrors);
  }
}

function closingLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function summarize(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Summary {
  const summary: Summary = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    summary.failed += module.errors().length;
    for (const suite of module.children.allSuites()) summary.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      summary[state === 'pending' ? 'failed' : state] += 1;
    }
  }
  return summary;
}
