/** The loss of each step, in memory that grows as rarely as possible: 4 bytes a step. */
export class Losses {
  #values: Float32Array;
  length: number;

  constructor(before: Iterable<number> = []) {
    const given = Float32Array.from(before);
    this.#values = new Float32Array(Math.max(1024, 2 * given.length));
    this.#values.set(given);
    this.length = given.length;
  }

  push(loss: number): void {
    if (this.length === this.#values.length) {
      const longer = new Float32Array(2 * this.length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.length++] = loss;
  }

  /** A copy of all. */
  all(): Float32Array<ArrayBuffer> {
    return this.#values.slice(0, this.length) as Float32Array<ArrayBuffer>;
  }
}
