/** Greyscale images in a terminal, side by side with captions: half blocks if colours and Unicode work, otherwise an ASCII ramp
 *  (a file, a pipe, NO_COLOR). Both take one column per pixel and one line per two rows. */

export interface Picture {
  /** height·width values, row by row; 0 is black and 1 is white. Values outside are clamped. */
  readonly pixels: ArrayLike<number>;
  /** Lines to write under the image. */
  readonly caption: readonly string[];
}
export type PictureStyle = 'blocks' | 'ascii';

export interface PictureOptions {
  readonly width: number;
  readonly height: number;
  readonly style: PictureStyle;
  /** Pixels to leave out at every edge, for images with an empty border. */
  readonly trim?: number;
  /** The maximum line length: further images go below. Defaults to 80. */
  readonly columns?: number;
}

const gap = '  ';
const ramp = ' .:-=+*#%@';

/** The lines of a drawing of all pictures, without newlines. */
export function drawPictures(
  pictures: readonly Picture[],
  { width, height, style, trim = 0, columns = 80 }: PictureOptions,
): string[] {
  const across = Math.max(1, width - 2 * trim);
  const cell = Math.max(across, ...pictures.flatMap(({ caption }) => caption.map((text) => text.length)));
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (cell + gap.length)));
  const tops = range(trim, height - trim, 2);
  const lefts = range(trim, width - trim, 1);
  const draw = style === 'blocks' ? blocks : ascii;

  const drawRow = (row: readonly Picture[]): string[] => {
    const captionLines = Math.max(...row.map(({ caption }) => caption.length));
    const imageLines = tops.map((top) =>
      row.map(({ pixels }) => {
        const shade = (y: number, x: number) => (y < height - trim ? clamp(pixels[y * width + x]) : 0);
        return draw(lefts.map((x) => [shade(top, x), shade(top + 1, x)])) + ' '.repeat(cell - lefts.length);
      }),
    );
    const captions = range(0, captionLines, 1).map((i) => row.map(({ caption }) => (caption[i] ?? '').padEnd(cell)));
    return [...imageLines, ...captions].map((line) => line.join(gap).trimEnd());
  };
  return range(0, pictures.length, perRow).flatMap((at) => [
    ...(at > 0 ? [''] : []),
    ...drawRow(pictures.slice(at, at + perRow)),
  ]);
}

/** The caption of a classified image: ['label 7', 'predicted 7, 99.8%'], with a mark when they differ. */
export const verdict = (label: number | string, prediction: number | string, probability: number): string[] => [
  `label ${label}`,
  `predicted ${prediction}, ${(100 * probability).toFixed(1)}%${label === prediction ? '' : ' (wrong)'}`,
];

/** The style that a stream can show. Half blocks need a terminal with colours and a Unicode locale. */
export function pictureStyle(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): PictureStyle {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const unicode = /utf-?8/i.test(locale) || env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined;
  return stream.isTTY && unicode && !env.NO_COLOR && env.TERM !== 'dumb' ? 'blocks' : 'ascii';
}

type Cell = readonly [upper: number, lower: number];

// The upper pixel is the foreground of '▀', the lower one its background; 232 to 255 are the 24 greys of xterm's 256 colours.
function blocks(cells: readonly Cell[]): string {
  let [line, last] = ['', ''];
  for (const [upper, lower] of cells) {
    const colours = `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m`;
    line += `${colours === last ? '' : colours}▀`;
    last = colours;
  }
  return `${line}\x1b[0m`;
}
const grey = (value: number) => 232 + Math.round(value * 23);

const ascii = (cells: readonly Cell[]): string =>
  cells.map(([upper, lower]) => ramp[Math.round(((upper + lower) / 2) * (ramp.length - 1))]).join('');

const clamp = (value: number | undefined) => Math.min(1, Math.max(0, value || 0));
const range = (from: number, to: number, by: number) =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by);
