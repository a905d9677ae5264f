/** Progress: a moving bar on a terminal, or a line now and then in a file. Only this file imports cli-progress. */
import cliProgress from 'cli-progress';

export interface ProgressBar {
  /** `text` is shown beside the bar. */
  update(done: number, of: number, text: string): void;
  /** Removes the bar and restores the cursor. May be called more than once. */
  clear(): void;
}

/** The time between two lines in a file, in ms. */
const interval = 10_000;

export function progressBar(
  stream: { write(text: string): unknown; readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  title: string,
): ProgressBar {
  return stream.isTTY ? bar(stream as NodeJS.WriteStream, title) : lines(stream, title);
}

function bar(stream: NodeJS.WriteStream, title: string): ProgressBar {
  const made = new cliProgress.SingleBar(
    {
      stream,
      format: `${title} {bar} {percentage}% {text}`,
      barsize: Math.max(8, Math.min(32, (stream.columns ?? 80) - title.length - 56)),
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      fps: 12,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let running = false;
  return {
    update(done, of, text) {
      if (running) made.update(done, { text });
      else made.start(of, done, { text });
      running = true;
    },
    clear() {
      if (running) made.stop();
      running = false;
    },
  };
}

function lines(stream: { write(text: string): unknown }, title: string): ProgressBar {
  let last = performance.now();
  return {
    update(done, of, text) {
      if (performance.now() - last < interval || done >= of) return;
      last = performance.now();
      stream.write(`${title} ${String(Math.floor((100 * done) / of)).padStart(3)}% ${text}\n`);
    },
    clear() {},
  };
}
