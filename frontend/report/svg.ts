/** Parts of the project's figures: self-contained SVGs without scripts or external fonts, light or dark by the reader's system. */

export type Point = readonly [x: number, y: number];
export type Scale = (value: number) => number;

export const [width, height] = [960, 520];
/** The plot's frame. */
export const plot = { left: 72, right: width - 72, top: 98, bottom: height - 64 };

/** A figure with its title, a note beneath it, its own styles and its parts; parts that are false are left out. */
export function figure(title: string, note: string, style: string, parts: readonly (string | false)[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `role="img" aria-label="${escaped(`${title}: ${note}`)}">`,
    `<style>${common}${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="12"/>`,
    text(plot.left, 38, 'title', title),
    text(plot.left, 62, 'note', note),
    ...parts,
    '</svg>',
  ]
    .filter(Boolean)
    .join('\n')}\n`;
}

const common = `
svg { color-scheme: light dark; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
.ground { fill: #ffffff } text { fill: #57606a } .title { fill: #1f2328; font-size: 20px; font-weight: 600 }
.small { font-size: 11px } .middle { text-anchor: middle } .end { text-anchor: end }
.grid path { stroke: #d0d7de; stroke-width: 1; opacity: .6 } .axis path { stroke: #8c959f }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #9198a1 } .title { fill: #f0f6fc } .grid path { stroke: #3d444d } .axis path { stroke: #656c76 }
}`;

/** Round numbers from at or below `low` to at or above `high`, about `about` of them, in steps of 1, 2 or 5 times 10^n. */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / about));
  const step = [1, 2, 5, 10].map((by) => by * power).find((candidate) => span / candidate <= about) ?? span;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export const scale =
  ([from, to]: Point, [start, end]: Point): Scale =>
  (value) =>
    start + ((value - from) / (to - from || 1)) * (end - start);
export const ends = (of: readonly number[]): Point => [of[0] ?? 0, of.at(-1) ?? 1];

export const group = (cls: string, parts: readonly string[]) =>
  parts.length > 0 && `<g class="${cls}">${parts.join('')}</g>`;
export const line = (x1: number, y1: number, x2: number, y2: number) =>
  `<path d="M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}"/>`;
export const sideways = (x: number, label: string) => {
  const y = (plot.top + plot.bottom) / 2;
  return `<text class="middle" x="${x}" y="${y}" transform="rotate(-90 ${x} ${y})">${escaped(label)}</text>`;
};
export const text = (x: number, y: number, cls: string, content: string) =>
  `<text${cls && ` class="${cls}"`} x="${px(x)}" y="${px(y)}">${escaped(content)}</text>`;

export const px = (value: number) => String(Number(value.toFixed(1)));
export const grouped = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
// XML 1.0 cannot represent most control characters.
export const escaped = (s: string) =>
  [...s]
    .map((c) => (c < ' ' && !'\t\n\r'.includes(c) ? '\ufffd' : c))
    .join('')
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
