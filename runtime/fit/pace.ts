/** Gives way to the event loop now and then, so that a page stays alive, and signals arrive. */

/** The time to compute before giving way, in ms. */
const turn = 40;

/** Resolves after other tasks, such as input, timers and messages, had their turn. */
export function otherTasks(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else {
      // Browsers delay nested timers by 4 ms, and messages not at all.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
}

export class Pace {
  #since = performance.now();

  /** True if others have waited long enough. */
  isDue(): boolean {
    return performance.now() - this.#since >= turn;
  }

  async rest(): Promise<void> {
    await otherTasks();
    this.#since = performance.now();
  }
}
