/** IEEE 754's binary16: sign, 5 bits of exponent, 10 of fraction. What an f16 in a buffer means, and what an f32 becomes in one. */

const scratch = new DataView(new ArrayBuffer(4));
const greatestExponent = 31;
const notANumber = 0x7e00;
const infinity = 0x7c00;

/** The number that 16 bits mean: exact, the subnormal ones too. */
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

/** The bits of the f16 next to an f32, of two equally near the even one: from 65520 on an infinity, and down to 2^-24 a subnormal
 *  number. A NaN becomes 7e00, whatever its sign and payload, which not every machine keeps. */
export function toHalf(x: number): number {
  scratch.setFloat32(0, x);
  const word = scratch.getUint32(0);
  const [sign, size] = [(word >>> 16) & 0x8000, word & 0x7fffffff];
  if (size > 0x7f800000) return notANumber;
  const exponent = size >>> 23;
  // Of 24 bits those below the last that an f16 has: 13 of a normal number, and more the smaller a subnormal one is.
  const cut = Math.min(Math.max(13, 126 - exponent), 25);
  const all = (size & 0x7fffff) | 0x800000;
  const kept = all >>> cut;
  const rounded = (all + (1 << (cut - 1)) - 1 + (kept & 1)) >>> cut;
  // The leading bit of a normal number adds the 1 that its exponent lacks here.
  return sign | Math.min(cut > 13 ? rounded : rounded + ((exponent - 113) << 10), infinity);
}
