/** Figures of nets: images as an SVG, and the curves of all nets beside PyTorch's. The same numbers give the same bytes. */
import { figure, group, height, line, plot, px, scale, text, width } from '../../dist/frontend/report/svg.js';

const levels = 6;

/** Rows of images of `side`·`side` values from 0 to 1, each with a name, as runs of equal grey: no pixels, no scripts. */
export function imagesSvg(
  /** @type {string} */ title,
  /** @type {readonly { readonly name: string, readonly images: readonly ArrayLike<number>[] }[]} */ rows,
  side = 28,
) {
  const [cell, left, top] = [side + 4, rows.some(({ name }) => name) ? 80 : 4, 22];
  const wide = left + Math.max(...rows.map(({ images }) => images.length)) * cell;
  const tall = top + rows.length * cell;
  const paths = Array.from({ length: levels + 1 }, () => '');
  for (const [r, { images }] of rows.entries())
    for (const [c, image] of images.entries())
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; ) {
          const grey = (/** @type {number} */ at) =>
            Math.round(levels * Math.min(1, Math.max(0, image[y * side + at])));
          const level = grey(x);
          let end = x + 1;
          while (end < side && grey(end) === level) end++;
          if (level > 0) paths[level] += `M${left + c * cell + x} ${top + r * cell + y + 0.5}h${end - x}`;
          x = end;
        }
  const grounds = rows.flatMap(({ images }, r) =>
    images.map((_, c) => `M${left + c * cell} ${top + r * cell + side / 2}h${side}`),
  );
  const shades = paths.map((d, level) => {
    const value = Math.round((255 * level) / levels);
    return d && `<path stroke="rgb(${value},${value},${value})" d="${d}"/>`;
  });
  const names = rows.map(({ name }, r) => name && `<text x="4" y="${top + r * cell + side / 2 + 4}">${name}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${tall}" width="${2 * wide}" role="img" aria-label="${title}">
<rect width="${wide}" height="${tall}" fill="#fff"/><g font-family="sans-serif" font-size="11" fill="#444"><text x="4" y="14">${title}</text>${names.join('')}</g>
<g fill="none" stroke-width="1" shape-rendering="crispEdges"><path stroke="#000" stroke-width="${side}" d="${grounds.join('')}"/>${shades.join('\n')}</g></svg>
`;
}

/** Small figures side by side, in each the losses of one net: PyTorch's wide and pale, Tapeout's thin over it. */
export function curvesSvg(
  /** @type {readonly { readonly name: string, readonly torch: readonly number[], readonly ours: readonly number[] }[]} */ nets,
) {
  const across = 4;
  const down = Math.ceil(nets.length / across);
  const [w, h] = [(width - 60) / across, (height - plot.top + 20) / down];
  const panels = nets.flatMap(({ name, torch, ours }, i) => {
    const [x0, y0] = [40 + (i % across) * w, plot.top - 14 + Math.floor(i / across) * h];
    const [right, bottom] = [x0 + w - 24, y0 + h - 26];
    const x = scale([0, torch.length - 1], [x0, right]);
    const most = Math.max(...torch, ...ours);
    const y = scale([0, most], [bottom, y0 + 16]);
    const path = (/** @type {readonly number[]} */ of) =>
      `M${of.map((loss, k) => `${px(x(k))} ${px(y(loss))}`).join('L')}`;
    return [
      group('axis', [line(x0, bottom, right, bottom), line(x0, y0 + 16, x0, bottom)]),
      text(x0 + 6, y0 + 10, 'title', name),
      text(right, y0 + 10, 'end small', `from ${torch[0].toPrecision(3)} to ${ours.at(-1).toPrecision(3)}`),
      `<path class="torch" d="${path(torch)}"/>`,
      `<path class="ours" d="${path(ours)}"/>`,
    ];
  });
  const style = `
.torch, .ours { fill: none; stroke-linejoin: round } .torch { stroke: #f59e0b; stroke-width: 5; opacity: .55 }
.ours { stroke: #1d4ed8; stroke-width: 1.2 } .axis path { stroke-width: 1 } svg .title { font-size: 13px }
@media (prefers-color-scheme: dark) { .ours { stroke: #93c5fd } }`;
  return figure(
    'Nets beside PyTorch',
    'losses of 200 steps; PyTorch wide and pale, Tapeout thin over it',
    style,
    panels,
  );
}
