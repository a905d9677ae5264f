/** State whose shape holds the batch, such as a hidden state that calls hand on to each other: it belongs to the samples of the
 *  calls that wrote it, and a call with another number of samples cannot read it. */
import { brief, counted, TapeoutError } from './check.ts';
import type { ManifestEntry } from './manifest.ts';
import { type EntryName, methods } from './port.ts';

export class Carried {
  /** By name, the number of samples that wrote it; without an entry it holds zeros, for any number. */
  readonly #samples = new Map<string, number>();
  #isChecked = true;

  /** How many samples a state is of; 0 while it holds zeros. */
  samplesOf(name: string): number {
    return this.#samples.get(name) ?? 0;
  }
  set(name: string, samples: number): void {
    this.#samples.set(name, samples);
  }
  reset(): void {
    this.#samples.clear();
  }

  /** Notes a call of an entry with n samples. Throws TapeoutError, and changes nothing, if it reads what others have written. */
  note({ name, carried }: { readonly name: string; readonly carried: ManifestEntry['carried'] }, n: number): void {
    if (!carried || !this.#isChecked) return;
    const { reads, writes } = carried;
    for (let i = 0; i < reads.length; i++) {
      const held = this.samplesOf(reads[i]!);
      if (held !== 0 && held !== n) throw otherSamples(reads[i]!, held, name as EntryName, n);
    }
    for (let i = 0; i < writes.length; i++) this.#samples.set(writes[i]!, n);
  }

  /** Runs `f`, in which calls are not noted. */
  apart(f: () => void): void {
    this.#isChecked = false;
    try {
      f();
    } finally {
      this.#isChecked = true;
    }
  }
}

const otherSamples = (state: string, held: number, entry: EntryName, n: number): TapeoutError =>
  new TapeoutError(
    'other-samples',
    `'${brief(state)}' is carried from call to call, and holds the state of ${counted(held, 'sample')}, but ` +
      `${methods[entry]} was given ${n}. Call model.resetState() to begin with zeros, or pass ${held}.`,
  );
