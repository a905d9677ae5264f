/** Unpacks gzip and deflate piece by piece, so that nobody unpacks more than was asked for. */
import { wordsOf } from '../check.ts';
import { DataError } from './error.ts';

/** True if bytes begin as gzip. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The maximum number of bytes that one byte of deflate unpacks to: its longest match is 258 bytes, in two bits. */
export const mostUnpacked = 1032;

/** Bytes that are unpacked as far as they are asked for. */
export class Unpacking {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #name: string;
  readonly #format: CompressionFormat;
  #chunks: Uint8Array[] = [];
  /** The number of bytes unpacked so far. */
  length = 0;
  isOver = false;

  constructor(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat, name: string) {
    [this.#name, this.#format] = [name, format];
    const stream = new DecompressionStream(format);
    const writer = stream.writable.getWriter();
    // What goes wrong reaches the reader.
    const ignore = (): void => {};
    writer.write(bytes).catch(ignore);
    writer.close().catch(ignore);
    writer.closed.catch(ignore);
    this.#reader = stream.readable.getReader();
  }

  /** Unpacks until there are `count` bytes, or all. Rejects with a DataError for damaged data. */
  async upTo(count: number): Promise<Uint8Array<ArrayBuffer>> {
    while (!this.isOver && this.length < count) {
      const { done, value } = await this.#reader.read().catch((cause) => {
        const format = this.#format === 'gzip' ? 'gzip' : 'packed';
        throw new DataError(
          `${this.#name}: the ${format} data are damaged or cut short (${wordsOf(cause)}). Download or copy the file again.`,
          { cause },
        );
      });
      this.isOver = done;
      if (!value) continue;
      this.#chunks.push(value);
      this.length += value.length;
    }
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    return all;
  }

  /** Unpacks no more. */
  end(): void {
    this.#reader.cancel().catch(() => {});
  }
}
