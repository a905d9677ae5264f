/** Figures of docs/benchmarks.md. */
import { figure, group, height, line, plot, px, scale, text } from '../../dist/frontend/report/svg.js';

/** Room for the names behind the last points. */
const namesWidth = 150;
const lineHeight = 16;

/** Samples a second by batch, both logarithmic: a line for each series, with its name where it ends. */
export function throughput(title, series) {
  const points = series.flatMap((s) => s.points);
  const batches = [...new Set(points.map(([batch]) => batch))].sort((a, b) => a - b);
  const rates = points.map(([, rate]) => rate);
  const decades = [Math.floor(Math.log10(Math.min(...rates))), Math.ceil(Math.log10(Math.max(...rates)))];
  const right = plot.right - namesWidth;
  const x = log(scale([Math.log2(batches[0]), Math.log2(batches.at(-1))], [plot.left, right]), Math.log2);
  const y = log(scale(decades, [plot.bottom, plot.top]), Math.log10);
  const powers = Array.from({ length: decades[1] - decades[0] + 1 }, (_, i) => 10 ** (decades[0] + i));
  const ends = apart(series.map((s) => y(s.points.at(-1)[1]) + 4));
  return figure(title, 'samples a second by batch; one thread where nothing else is said; higher is better', style, [
    group('grid', [
      ...batches.map((b) => line(x(b), plot.top, x(b), plot.bottom)),
      ...powers.map((p) => line(plot.left, y(p), right, y(p))),
    ]),
    group('axis', [
      line(plot.left, plot.bottom, right, plot.bottom),
      ...batches.map((b) => text(x(b), plot.bottom + 20, 'middle', String(b))),
      ...powers.map((p) => text(plot.left - 10, y(p) + 4, 'end', p.toLocaleString('en', { notation: 'compact' }))),
      text((plot.left + right) / 2, height - 18, 'middle', 'samples a step'),
    ]),
    ...series.map((s, i) =>
      group(`series ${s.cls}`, [
        `<path d="M${s.points.map(([b, rate]) => `${px(x(b))} ${px(y(rate))}`).join('L')}"/>`,
        ...s.points.map(([b, rate]) => `<circle cx="${px(x(b))}" cy="${px(y(rate))}" r="3"/>`),
        text(right + 10, ends[i], '', s.name),
      ]),
    ),
  ]);
}

const log = (linear, logarithm) => (value) => linear(logarithm(value));

/** Heights of the names, moved until no two lie on one another. */
function apart(heights) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  order.forEach((i, k) => {
    const above = k === 0 ? Number.NEGATIVE_INFINITY : placed[order[k - 1]];
    placed[i] = Math.max(placed[i], above + lineHeight);
  });
  return placed;
}

const style = `
.series path { fill: none; stroke-width: 2 } .dashed path { stroke-dasharray: 6 4 } .series circle { stroke: none }
.series text { font-weight: 600 }
${colours('ours', '#2563eb', '#60a5fa')}
${colours('torch', '#dc2626', '#f87171')}
${colours('onnxruntime', '#7c3aed', '#a78bfa')}
${colours('tfjs', '#d97706', '#fbbf24')}
${colours('jax', '#059669', '#34d399')}`;

function colours(cls, light, dark) {
  const rules = (c) => `.${cls} path { stroke: ${c} } .${cls} circle, .${cls} text { fill: ${c} }`;
  return `${rules(light)}\n@media (prefers-color-scheme: dark) { ${rules(dark)} }`;
}
