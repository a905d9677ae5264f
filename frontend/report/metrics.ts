/** The course of a training's metrics, one panel each, as a self-contained SVG. */
import { ends, figure, group, line, type Point, px, scale, text, ticks, width } from './svg.ts';

/** A metric after each epoch. */
export interface MetricCurve {
  readonly name: string;
  readonly lines: readonly {
    readonly label: string;
    readonly values: readonly (readonly [epoch: number, value: number])[];
  }[];
}

/** Draws up to six panels, three in a row. */
export function metricsSvg(title: string, curves: readonly MetricCurve[]): string {
  const shown = curves.slice(0, 6);
  const columns = shown.length === 4 ? 2 : Math.min(3, Math.max(1, shown.length));
  const rows = Math.ceil(shown.length / columns);
  const [across, down] = [(width - 48) / columns, 400 / Math.max(1, rows)];
  const last = shown[0]?.lines[0]?.values.at(-1)?.[0] ?? 0;
  const note = `${last} ${last === 1 ? 'epoch' : 'epochs'}`;
  return figure(
    title,
    note,
    style,
    shown.map((curve, i) =>
      panel(curve, 24 + across * (i % columns), 84 + down * Math.floor(i / columns), across, down),
    ),
  );
}

const style = `
.one, .two { fill: none; stroke-width: 2; stroke-linejoin: round } .one { stroke: #2563eb } .two { stroke: #d97706 }
.name { font-weight: 600 }
@media (prefers-color-scheme: dark) { .one { stroke: #60a5fa } .two { stroke: #f59e0b } }`;

function panel({ name, lines }: MetricCurve, left: number, top: number, across: number, down: number): string {
  const all = lines.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(value));
  const [x0, x1, y0, y1] = [left + 52, left + across - 16, top + 28, top + down - 30];
  const values = all.map(([, value]) => value);
  const marks = ticks(Math.min(...values, 0), Math.max(...values, Math.min(...values, 0) + 1e-9), 4);
  const most = all.reduce((a, [epoch]) => Math.max(a, epoch), 1);
  const x = scale([1, Math.max(2, most)], [x0, x1]);
  const y = scale(ends(marks), [y1, y0]);
  const parts = [
    text(x0, top + 12, 'name', name),
    group(
      'grid',
      marks.map((mark) => line(x0, y(mark), x1, y(mark))),
    ),
    group('axis', [
      ...marks.map((mark) => text(x0 - 6, y(mark) + 4, 'end small', String(mark))),
      ...ticks(1, Math.max(2, most), 5)
        .filter((epoch) => Number.isInteger(epoch) && epoch >= 1 && epoch <= most)
        .map((epoch) => text(x(epoch), y1 + 16, 'middle small', String(epoch))),
    ]),
    ...lines.map(({ values: of }, i) => {
      const points = of.filter(([, v]) => Number.isFinite(v)).map(([epoch, v]): Point => [x(epoch), y(v)]);
      const d = points.map(([px0, py]) => `${px(px0)} ${px(py)}`).join('L');
      return d && `<path class="${i === 0 ? 'one' : 'two'}" d="M${d}${points.length === 1 ? 'h0' : ''}"/>`;
    }),
    lines.length > 1 &&
      lines
        .map(({ label }, i) => {
          const at = x1 - 84 * (lines.length - i);
          return `<path class="${i === 0 ? 'one' : 'two'}" d="M${px(at)} ${px(top + 8)}h16"/>${text(at + 20, top + 12, 'small', label)}`;
        })
        .join(''),
  ];
  return parts.filter(Boolean).join('\n');
}
