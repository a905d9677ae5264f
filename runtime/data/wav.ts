/** WAV files: RIFF with samples of 8, 16, 24 or 32 bits, or floats. As torchaudio.load gives them: float32 from -1 to 1, by channel. */
import { DataError } from './error.ts';
import { type ByteSource, bytesOf, cutShort } from './source.ts';
import type { NdArray } from './types.ts';

/** A recording, f32[channels, samples]. */
export interface Wav extends NdArray<'f32'> {
  /** Samples per second. */
  readonly sampleRate: number;
}

type Read = (view: DataView, at: number) => number;
const [pcm, float, extensible] = [1, 3, 0xfffe];
/** By format and bits. */
const readers: Readonly<Record<string, Read>> = {
  [`${pcm}/8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${pcm}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${pcm}/24`]: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  [`${pcm}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${float}/32`]: (view, at) => view.getFloat32(at, true),
  [`${float}/64`]: (view, at) => view.getFloat64(at, true),
};

/** Reads a WAV file. Rejects with a DataError when it is damaged, cut short, or packed by a codec. */
export async function readWav(source: ByteSource): Promise<Wav> {
  const { bytes, name } = await bytesOf(source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (mark(0) !== 'RIFF' || mark(8) !== 'WAVE')
    throw new DataError(
      `${name}: not a WAV file: it does not begin with RIFF and WAVE. Convert it: ffmpeg -i in.mp3 out.wav.`,
    );
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [kind, size] = [mark(at), view.getUint32(at + 4, true)];
    const start = at + 8;
    // Programs that write to a pipe cannot go back to say how long it became.
    const isOpen = kind === 'data' && (size === 0xffffffff || size === 0);
    const end = isOpen ? bytes.length : start + size;
    if (end > bytes.length) throw new DataError(`${name}: ${cutShort(bytes.length, end, `part '${kind}'`)}`);
    if (kind === 'fmt ') format = formatOf(view, start, size, name);
    if (kind === 'data') {
      if (!format) throw new DataError(`${name}: damaged: the samples come before the part that says what they are.`);
      return samplesOf(view, start, end, format);
    }
    // Parts begin at even bytes.
    at = end + (size % 2);
  }
  throw new DataError(`${name}: cut short, or damaged: there are no samples in it. Download or copy the file again.`);
}

interface Format {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly read: Read;
}

function formatOf(view: DataView, at: number, size: number, name: string): Format {
  if (size < 16) throw new DataError(`${name}: damaged: the part 'fmt ' has ${size} bytes, and it takes 16.`);
  const [tag, channels, bits] = [0, 2, 14].map((o) => view.getUint16(at + o, true)) as [number, number, number];
  const code = tag === extensible && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const read = readers[`${code}/${bits}`];
  if (!read)
    throw new DataError(
      `${name}: its samples are of format ${code} with ${bits} bits, and what is read are integers of 8, 16, 24 and 32 bits (format 1) and ` +
        'floats of 32 and 64 (format 3). Convert it: ffmpeg -i in.wav -c:a pcm_s16le out.wav.',
    );
  if (channels === 0) throw new DataError(`${name}: damaged: it says that it has no channels.`);
  return { channels, sampleRate: view.getUint32(at + 4, true), bits, read };
}

function samplesOf(view: DataView, start: number, end: number, { channels, sampleRate, bits, read }: Format): Wav {
  const each = bits / 8;
  const count = Math.floor((end - start) / (each * channels));
  const data = new Float32Array(channels * count);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < channels; c++) data[c * count + i] = read(view, start + (i * channels + c) * each);
  return { data, shape: [channels, count], dtype: 'f32', sampleRate };
}
