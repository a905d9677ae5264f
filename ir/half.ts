/** IEEE 754's binary16: a sign, 5 exponent bits and 10 fraction bits. Converts the bits of an f16 in a buffer to a
 *  number, and an f32 to bits. */

const scratch = new DataView(new ArrayBuffer(4));
const greatestExponent = 31;
const notANumber = 0x7e00;
const infinity = 0x7c00;

/** The value of 16 bits: exact, also for subnormals. */
export function fromHalf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent < greatestExponent
        ? (1024 + fraction) * 2 ** (exponent - 25)
        : fraction === 0
          ? Infinity
          : Number.NaN;
  return bits >> 15 ? -size : size;
}

/** The bits of the f16 nearest to an f32, ties to even: infinity from 65520 on, subnormal below 2^-14 and down to
 *  2^-24. NaN becomes 7e00, whatever its sign and payload, which not every machine keeps. */
export function toHalf(x: number): number {
  scratch.setFloat32(0, x);
  const word = scratch.getUint32(0);
  const [sign, size] = [(word >>> 16) & 0x8000, word & 0x7fffffff];
  if (size > 0x7f800000) return notANumber;
  const exponent = size >>> 23;
  // The bits of the significand to drop: 13 for a normal number, more the smaller a subnormal one is.
  const cut = Math.min(Math.max(13, 126 - exponent), 25);
  const all = (size & 0x7fffff) | 0x800000;
  const kept = all >>> cut;
  const rounded = (all + (1 << (cut - 1)) - 1 + (kept & 1)) >>> cut;
  // The leading bit of a normal number adds the 1 that the exponent lacks here.
  return sign | Math.min(cut > 13 ? rounded : rounded + ((exponent - 113) << 10), infinity);
}
