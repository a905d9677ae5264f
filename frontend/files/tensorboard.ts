/** TensorBoard's event files: scalars by tag and step. A file is a list of records, each a protocol buffer between its length and
 *  checksums. A library for protocol buffers would write the dozen lines of `event` and `field`, and none of the records.
 *  https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto, …/core/lib/io/record_writer.h */

/** An event at a time, in seconds since 1970. */
export interface TensorBoardEvent {
  readonly seconds: number;
  readonly step: number;
  readonly scalars?: Readonly<Record<string, number>>;
  /** At the begin of a run that goes on after `step`: TensorBoard then forgets what an earlier file has of later steps. */
  readonly begins?: boolean;
}

/** The name of a file that begins at a time. */
export const eventFileName = (seconds: number, host: string): string =>
  `events.out.tfevents.${Math.floor(seconds)}.${host.replace(/[^\w.-]/g, '_')}.tapeout`;

/** The first record of a file. */
export const eventFileHead = (seconds: number): Uint8Array =>
  record([field(1, double(seconds)), field(3, text('brain.Event:2'))]);

/** A record for an event. */
export function eventRecord({ seconds, step, scalars = {}, begins = false }: TensorBoardEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    field(1, bytes([field(1, text(tag)), field(2, float(value))])),
  );
  return record([
    field(1, double(seconds)),
    field(2, varint(step)),
    values.length > 0 ? field(5, bytes(values)) : new Uint8Array(),
    begins ? field(7, bytes([field(1, varint(1))])) : new Uint8Array(),
  ]);
}

/** A value of a protocol buffer, and its wire type: 0 a number, 1 eight bytes, 2 bytes with their length, 5 four bytes. */
interface Wire {
  readonly type: 0 | 1 | 2 | 5;
  readonly bytes: Uint8Array;
}

const field = (number: number, { type, bytes }: Wire): Uint8Array =>
  joined([varint(number * 8 + type).bytes, ...(type === 2 ? [varint(bytes.length).bytes] : []), bytes]);

function varint(value: number): Wire {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return { type: 0, bytes: Uint8Array.of(...bytes, rest) };
}
const double = (value: number): Wire => ({ type: 1, bytes: new Uint8Array(Float64Array.of(value).buffer) });
const float = (value: number): Wire => ({ type: 5, bytes: new Uint8Array(Float32Array.of(value).buffer) });
const text = (value: string): Wire => ({ type: 2, bytes: new TextEncoder().encode(value) });
const bytes = (parts: readonly Uint8Array[]): Wire => ({ type: 2, bytes: joined(parts) });

/** Length, checksum of the length, data, checksum of the data. */
function record(parts: readonly Uint8Array[]): Uint8Array {
  const data = joined(parts);
  const length = new Uint8Array(BigUint64Array.of(BigInt(data.length)).buffer);
  return joined([length, checksum(length), data, checksum(data)]);
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** A masked CRC-32C: rotated right by 15, plus a constant. */
function checksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  return new Uint8Array(Uint32Array.of((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0).buffer);
}

/** The CRC-32 of Castagnoli's polynomial, reversed 0x82f63b78. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
