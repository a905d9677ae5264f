/** How far a host is ahead of its device, and the wait until it is not too far. It holds a few promises, however much is
 *  submitted. */

/** So many calls may wait on the device before `ready` waits. */
export const stepsAhead = 32;
/** Calls between two marks, so that the next is done while there is still work queued behind it. */
const between = stepsAhead / 4;
/** Marks that stand at one time: enough for `stepsAhead`. Whoever never waits makes no more of them. */
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

  /** Resolves once at most `stepsAhead` of what was submitted is still to be done: at once, where it is so already. */
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
    // A lost device has nothing to wait for either.
    this.#marks.push(this.#queue.onSubmittedWorkDone().then(passed, passed));
  }
}
