/** PyTorch's CPU random number generator: the same seed gives the same bits.
 *  MT19937 (Matsumoto & Nishimura 1998); the conversions are those of ATen's DistributionTemplates.h. */

const words = 624;
const shift = 397;

/** The size of a state, and the offsets of its parts: CPUGeneratorImplState of ATen's CPUGeneratorImpl.cpp, with each word of the state
 *  in 8 bytes. */
const stateBytes = 5056;
const at = { words: 24, normal: 5024, hasNormal: 5040 };

/** torch.Generator on the CPU. Throws RangeError when the seed is not a whole number from -2^63 to 2^64 - 1. */
export class Generator {
  readonly #state = new Uint32Array(words);
  #next = words;
  #seed = 0n;
  /** The second of a pair of normal numbers, not yet used. */
  keptNormal: number | null = null;

  constructor(seed: number | bigint) {
    this.manualSeed(seed);
  }

  /** Restarts from `seed`. As in PyTorch, a seed has 64 bits but only its low 32 matter: 5 and 2^32 + 5 draw the same. */
  manualSeed(seed: number | bigint): this {
    const state = this.#state;
    this.#seed = wholeSeed(seed);
    state[0] = Number(BigInt.asUintN(32, this.#seed));
    for (let i = 1; i < words; i++) {
      const last = state[i - 1]!;
      state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
    this.#next = words;
    this.keptNormal = null;
    return this;
  }

  /** The next 32 random bits, as a number from 0 to 2^32 - 1. */
  random32(): number {
    if (this.#next === words) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** The next 63 random bits: `torch.empty((), dtype=torch.int64).random_()`. */
  random63(): bigint {
    const [high, low] = [this.random32(), this.random32()];
    return (BigInt(high & 0x7fffffff) << 32n) | BigInt(low);
  }

  /** The next number from 0 up to but not including 1 in float64. */
  random53(): number {
    const [high, low] = [this.random32(), this.random32()];
    return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
  }

  /** One element of `tensor.uniform_(from, to)` in float32, to the bit. */
  uniform(from: number, to: number): number {
    const [low, high] = [Math.fround(from), Math.fround(to)];
    const x = (this.random32() & 0xffffff) / 2 ** 24;
    // PyTorch's kernel is compiled to one fused multiply-add: x·(to - from) is not rounded before `from` is added.
    return multiplyAdd(x, Math.fround(high - low), low);
  }

  /** `torch.randperm(n)`, element for element: Fisher-Yates from the front, with indices by remainder.
   *  Throws RangeError from n = ⌊(2^32 - 1) / 20⌋ on, where PyTorch switches to another method. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    if (!Number.isInteger(n) || n < 0 || n >= Math.floor(0xffffffff / 20))
      throw new RangeError(`permutation: ${n} is not a whole number from 0 to ${Math.floor(0xffffffff / 20) - 1}.`);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random32() % (n - i));
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }

  /** `generator.get_state()`: 5056 bytes, which PyTorch's `set_state` takes. */
  getState(): Uint8Array<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(stateBytes));
    view.setBigUint64(0, BigInt.asUintN(64, this.#seed), true);
    view.setInt32(8, words + 1 - this.#next, true);
    view.setInt32(12, 1, true);
    view.setBigUint64(16, BigInt(this.#next), true);
    this.#state.forEach((word, i) => {
      view.setUint32(at.words + 8 * i, word, true);
    });
    if (this.keptNormal !== null) {
      view.setFloat64(at.normal, this.keptNormal, true);
      view.setInt32(at.hasNormal, 1, true);
    }
    return new Uint8Array(view.buffer);
  }

  /** Continues from a state that `getState` returned, here or in PyTorch. Throws RangeError for other bytes. */
  setState(bytes: Uint8Array): this {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const left = bytes.length === stateBytes ? view.getInt32(8, true) : 0;
    if (left < 1 || left > words)
      throw new RangeError(
        `setState: these ${bytes.length} bytes are not the state of a generator, which getState() returns in ${stateBytes}.`,
      );
    this.#seed = view.getBigUint64(0, true);
    this.#next = words + 1 - left;
    for (let i = 0; i < words; i++) this.#state[i] = view.getUint32(at.words + 8 * i, true);
    this.keptNormal = view.getInt32(at.hasNormal, true) ? view.getFloat64(at.normal, true) : null;
    return this;
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < words; i++) {
      const y = (s[i]! & 0x80000000) | (s[(i + 1) % words]! & 0x7fffffff);
      s[i] = s[(i + shift) % words]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** torch.default_generator, which `manualSeed` seeds. Its seed is 0 until then. */
export const defaultGenerator: Generator = new Generator(0);

function wholeSeed(seed: number | bigint): bigint {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed))
    throw new RangeError(
      `seed ${seed} is not a whole number below 2^53. Use a whole number, or a bigint such as 123n for a larger one.`,
    );
  const whole = BigInt(seed);
  if (whole < -(2n ** 63n) || whole >= 2n ** 64n)
    throw new RangeError(`seed ${whole} does not fit in 64 bits. PyTorch takes -2^63 to 2^64 - 1.`);
  return whole;
}

/** x·y + z for float32 operands, rounded to float32 once (C's fmaf). */
export function multiplyAdd(x: number, y: number, z: number): number {
  const product = x * y; // exact: 24 bits by 24 bits fit a double
  const sum = product + z;
  const rounded = Math.fround(sum);
  // If the double landed exactly halfway between two float32, its own rounding error decides the direction.
  const other = 2 * sum - rounded;
  const lost = roundingError(product, z, sum);
  if (lost === 0 || rounded === sum || Math.fround(other) !== other) return rounded;
  return lost > 0 ? Math.max(rounded, other) : Math.min(rounded, other);
}

/** (a + b) - sum, exactly (Knuth's TwoSum). */
function roundingError(a: number, b: number, sum: number): number {
  const b1 = sum - a;
  return a - (sum - b1) + (b - b1);
}
