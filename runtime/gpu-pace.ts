/** Tracks how far the host is ahead of the device, and waits until it is not too far. It holds only a few promises, however much is
 *  submitted. */

/** The number of calls that may be queued on the device before `ready` waits. */
export const stepsAhead = 32;
/** Calls between two marks: few enough that work is still queued after the next mark when it is reached. */
const between = stepsAhead / 4;
/** The maximum number of pending marks: enough for `stepsAhead`. A host that never waits makes no more. */
const mostMarks = 4;

export class Pace {
  readonly #queue: GPUQueue;
  #submitted = 0;
  #done = 0;
  #marked = 0;
  readonly #marks: Promise<void>[] = [];

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  submit(encoder: GPUCommandEncoder): void {
    this.#queue.submit([encoder.finish()]);
    this.#submitted++;
    if (this.#submitted - this.#marked >= between && this.#marks.length < mostMarks) this.#mark();
  }

  /** Resolves once at most `stepsAhead` submitted calls are unfinished; at once if that is already so. */
  async ready(): Promise<void> {
    while (this.#submitted - this.#done > stepsAhead) {
      if (this.#marks.length === 0) this.#mark();
      await this.#marks[0];
    }
  }

  #mark(): void {
    const upTo = this.#submitted;
    this.#marked = upTo;
    const passed = (): void => {
      this.#done = Math.max(this.#done, upTo);
      this.#marks.shift();
    };
    // On a lost device there is nothing to wait for.
    this.#marks.push(this.#queue.onSubmittedWorkDone().then(passed, passed));
  }
}
