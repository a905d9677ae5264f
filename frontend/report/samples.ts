/** Sample predictions as a self-contained SVG: images with their labels and predictions, or predicted against true values. */
import { ends, figure, group, line, plot, px, scale, sideways, text, ticks, width } from './svg.ts';

/** An image and what the model makes of it. */
export interface ImageSample {
  /** channels·height·width values, 0 to 1: one channel is grey, three are red, green and blue. */
  readonly pixels: Float32Array;
  readonly label: number;
  readonly prediction: number;
  /** Its probability by softmax. */
  readonly probability: number;
}

/** Draws up to 24 images, eight in a row. */
export function imagesSvg(
  title: string,
  samples: readonly ImageSample[],
  [channels, height, across]: readonly [channels: number, height: number, width: number],
): string {
  const shown = samples.slice(0, 24);
  const wrong = shown.filter((s) => s.label !== s.prediction).length;
  const cell = (width - 2 * plot.left + 24) / 8;
  const side = cell - 24;
  return figure(title, `${shown.length} of the test set, ${wrong} of them wrong`, style, [
    ...shown.map(({ pixels, label, prediction, probability }, i) => {
      const [x, y] = [plot.left + cell * (i % 8), 84 + (side + 48) * Math.floor(i / 8)];
      const isRight = label === prediction;
      return [
        `<image x="${px(x)}" y="${px(y)}" width="${px(side)}" height="${px(side)}" href="${bitmap(pixels, channels, height, across)}"/>`,
        text(x, y + side + 16, isRight ? 'small' : 'small wrong', isRight ? `${label}` : `${label}, not ${prediction}`),
        text(x, y + side + 30, 'small', `${(100 * probability).toFixed(1)}%`),
      ].join('');
    }),
  ]);
}

/** Draws predicted against true values; on the line they are equal. */
export function valuesSvg(title: string, pairs: readonly (readonly [truth: number, predicted: number])[]): string {
  const finite = pairs.filter((pair) => pair.every(Number.isFinite));
  const all = finite.flat();
  const marks = ticks(
    all.reduce((a, b) => Math.min(a, b), Infinity),
    all.reduce((a, b) => Math.max(a, b), -Infinity),
    8,
  );
  const x = scale(ends(marks), [plot.left, plot.right]);
  const y = scale(ends(marks), [plot.bottom, plot.top]);
  const [low, high] = ends(marks);
  return figure(title, `${finite.length} values of the test set`, style, [
    group(
      'grid',
      marks.map((mark) => line(plot.left, y(mark), plot.right, y(mark))),
    ),
    group('axis', [
      ...marks.map((mark) => text(x(mark), plot.bottom + 20, 'middle', String(mark))),
      ...marks.map((mark) => text(plot.left - 10, y(mark) + 4, 'end', String(mark))),
      line(x(low), y(low), x(high), y(high)),
      text((plot.left + plot.right) / 2, plot.bottom + 46, 'middle', 'true value'),
      sideways(24, 'prediction'),
    ]),
    group(
      'dot',
      finite.map(([truth, predicted]) => `<circle cx="${px(x(truth))}" cy="${px(y(predicted))}" r="2.5"/>`),
    ),
  ]);
}

const style = `
image { image-rendering: pixelated } .wrong { fill: #dc2626; font-weight: 600 } .dot circle { fill: #2563eb; fill-opacity: .5 }
@media (prefers-color-scheme: dark) { .wrong { fill: #f87171 } .dot circle { fill: #60a5fa } }`;

/** A Windows bitmap of 24 bits a pixel as a data URL: the one format that is written without compression. */
function bitmap(pixels: Float32Array, channels: number, height: number, across: number): string {
  const row = Math.ceil((3 * across) / 4) * 4;
  const bytes = new DataView(new ArrayBuffer(54 + row * height));
  const little = (at: number, ...words: number[]): void => {
    for (const [i, word] of words.entries()) bytes.setUint32(at + 4 * i, word, true);
  };
  bytes.setUint16(0, 0x4d42, true);
  little(2, bytes.byteLength, 0, 54, 40, across, height);
  bytes.setUint16(26, 1, true);
  bytes.setUint16(28, 24, true);
  const value = (channel: number, y: number, x: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, pixels[((channels >= 3 ? channel : 0) * height + y) * across + x]!)));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < across; x++)
      // Rows from the bottom up, blue first.
      for (let c = 0; c < 3; c++) bytes.setUint8(54 + row * (height - 1 - y) + 3 * x + c, value(2 - c, y, x));
  return `data:image/bmp;base64,${Buffer.from(bytes.buffer).toString('base64')}`;
}
