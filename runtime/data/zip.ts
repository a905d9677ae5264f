/** Zip archives, as far as npz files need them: stored and deflated entries, found by the central directory. APPNOTE.TXT 6.3.10. */
import { brief } from '../check.ts';
import { DataError } from './error.ts';
import { mostUnpacked, Unpacking } from './inflate.ts';
import { cutShort, mostBytes } from './source.ts';

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const [endMark, directoryMark, localMark] = [0x06054b50, 0x02014b50, 0x04034b50];
const endBytes = 22;
/** A size that is in the extra field of Zip64, as it has no room in 32 bits. */
const elsewhere = 0xffffffff;
const longestComment = 0xffff;

/** The entries of an archive by their names; nothing is written anywhere. Rejects with a DataError when it is damaged, or when an entry
 *  unpacks to another size than it says. */
export async function unzip(
  bytes: Uint8Array<ArrayBuffer>,
  archive: string,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  let sum = 0;
  for (const entry of directory(bytes, archive)) {
    const name = `${archive}: ${brief(entry.name)}`;
    sum += entry.size;
    if (sum > mostBytes)
      throw new DataError(
        `${archive}: its entries say that they are ${sum} bytes, but Tapeout reads at most ${mostBytes}.`,
      );
    if (found.has(entry.name)) throw new DataError(`${name}: there are two entries of this name.`);
    found.set(entry.name, await contents(bytes, entry, name));
  }
  return found;
}

function directory(bytes: Uint8Array, archive: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - endBytes;
  const first = Math.max(0, end - longestComment);
  while (end >= first && view.getUint32(end, true) !== endMark) end--;
  if (end < first)
    throw new DataError(
      `${archive}: not a zip archive, or cut short: it has no directory at its end. Download or copy it again.`,
    );
  const damaged = (): DataError =>
    new DataError(`${archive}: the directory of the zip archive is damaged. Download or copy it again.`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== directoryMark) throw damaged();
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > end) throw damaged();
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const [crc, packed, size] = [16, 20, 24].map((o) => view.getUint32(at + o, true)) as [number, number, number];
    const offset = view.getUint32(at + 42, true);
    if ([packed, size, offset].includes(elsewhere))
      throw new DataError(`${archive}: ${brief(name)} is larger than 4 GiB. Tapeout reads at most ${mostBytes} bytes.`);
    if (view.getUint16(at + 8, true) & 1) throw new DataError(`${archive}: ${brief(name)} is encrypted.`);
    entries.push({ name, method: view.getUint16(at + 10, true), crc, packed, size, offset });
    at = next;
  }
  return entries;
}

async function contents(
  bytes: Uint8Array<ArrayBuffer>,
  { method, crc, packed, size, offset }: Entry,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== localMark)
    throw new DataError(`${name}: the zip archive is damaged: the entry is not where its directory says.`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length)
    throw new DataError(`${name}: ${cutShort(bytes.length, start + packed, 'archive')}`);
  const raw = bytes.subarray(start, start + packed);
  const plain = method === 0 ? raw : method === 8 ? await inflated(raw, size, name) : null;
  if (!plain)
    throw new DataError(`${name}: is packed by method ${method}, and only stored and deflated entries are read.`);
  if (plain.length !== size)
    throw new DataError(
      `${name}: unpacks to ${plain.length > size ? 'more' : plain.length} than the ${size} bytes that it says. It is damaged.`,
    );
  if (crc32(plain) !== crc)
    throw new DataError(`${name}: its checksum is wrong: it is damaged. Download or copy it again.`);
  return plain;
}

async function inflated(raw: Uint8Array<ArrayBuffer>, size: number, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (size > raw.length * mostUnpacked)
    throw new DataError(
      `${name}: says that it is ${size} bytes, but ${raw.length} packed bytes cannot hold that much.`,
    );
  const unpacking = new Unpacking(raw, 'deflate-raw', name);
  try {
    return await unpacking.upTo(size + 1);
  } finally {
    unpacking.end();
  }
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
