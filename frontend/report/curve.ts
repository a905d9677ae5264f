/** The loss curve of a run as a self-contained SVG. The same run gives the same bytes. */

import {
  ends,
  figure,
  group,
  grouped,
  height,
  line,
  type Point,
  plot,
  px,
  type Scale,
  scale,
  sideways,
  text,
  ticks,
  width,
} from './svg.ts';

export interface LossCurve {
  readonly title: string;
  /** The loss of each step, in order. Losses that are not finite leave a gap. */
  readonly train: readonly number[];
  /** The test accuracies, 0 to 1, and the steps (from 1 on) after which they were measured. */
  readonly marks: readonly { readonly epoch: number; readonly step: number; readonly accuracy: number }[];
}

/** Draws the raw and the smoothed loss against the step, and the test accuracy after each epoch on a second axis. */
export function lossCurveSvg({ title, train, marks: measured }: LossCurve): string {
  const marks = measured.filter(({ accuracy }) => Number.isFinite(accuracy));
  const steps = Math.max(1, train.length, ...marks.map(({ step }) => step));
  const smoothed = smooth(train);
  const stepTicks = ticks(0, steps, 8).filter((tick) => Number.isInteger(tick) && tick <= steps);
  const lossTicks = ticks(lowestLoss(train), highestLoss(train, smoothed), 6);
  const accuracyTicks = ticks(lowestAccuracy(marks), 1, 6);
  const x = scale([0, steps], [plot.left, plot.right]);
  const yLoss = scale(ends(lossTicks), [plot.bottom, plot.top]);
  const yAccuracy = scale(ends(accuracyTicks), [plot.bottom, plot.top]);

  const raw = perColumn(train, x, yLoss);
  const mean = perColumn(smoothed, x, yLoss);
  const accuracy = marks.map(({ step, accuracy }): Point => [x(step), yAccuracy(accuracy)]);

  return figure(title, summary(train, smoothed, marks), style, [
    legend(plot.right, 38, marks.length > 0),

    group('grid', [
      ...lossTicks.map((tick) => line(plot.left, yLoss(tick), plot.right, yLoss(tick))),
      ...thinned(marks, 40).map(({ step }) => `<path class="epoch" d="M${px(x(step))} ${plot.top}V${plot.bottom}"/>`),
    ]),
    group('axis', [
      line(plot.left, plot.bottom, plot.right, plot.bottom),
      ...stepTicks.map((tick) => text(x(tick), plot.bottom + 20, 'middle', grouped(tick))),
      ...lossTicks.map((tick) => text(plot.left - 10, yLoss(tick) + 4, 'end', decimal(tick, lossTicks))),
      text((plot.left + plot.right) / 2, height - 18, 'middle', 'step'),
      sideways(24, 'loss'),
    ]),
    marks.length > 0 &&
      group('axis', [
        ...accuracyTicks.map((tick) => text(plot.right + 10, yAccuracy(tick) + 4, '', percent(tick, accuracyTicks))),
        ...thinned(marks, 20).map(({ step, epoch }) => text(x(step), plot.top - 12, 'middle small', String(epoch))),
        text(plot.left - 10, plot.top - 12, 'end small', 'epoch'),
        sideways(width - 16, 'test accuracy'),
      ]),

    path('raw', raw),
    path('mean', mean),
    path('accuracy', [accuracy]),
    group(
      'dots',
      accuracy.map(([cx, cy]) => `<circle cx="${px(cx)}" cy="${px(cy)}" r="4"/>`),
    ),
    group(
      'dots',
      thinned(marks, 12).map(({ step, accuracy }) => accuracyLabel(x(step), yAccuracy(accuracy), accuracy)),
    ),
  ]);
}

const style = `
.grid .epoch { stroke-dasharray: 2 5 }
.raw, .mean, .accuracy { fill: none; stroke-linejoin: round; stroke-linecap: round }
.raw { stroke: #3b82f6; stroke-width: 1; opacity: .45 } .mean { stroke: #2563eb; stroke-width: 2.5 }
.accuracy { stroke: #d97706; stroke-width: 2 } .dots circle { fill: #d97706; stroke: #ffffff; stroke-width: 1.5 }
.dots text { fill: #b45309; font-size: 12px; font-weight: 600; text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
.raw { stroke: #60a5fa } .mean { stroke: #60a5fa } .accuracy { stroke: #f59e0b } .dots circle { fill: #f59e0b; stroke: #0d1117 }
.dots text { fill: #fbbf24; stroke: #0d1117 }
}`;

/** An exponential moving average over about a fiftieth of the run, with Adam's bias correction. */
function smooth(values: readonly number[]): number[] {
  const keep = 1 - 1 / Math.max(1, values.length / 50);
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    sum = keep * sum + value;
    weight = keep * weight + 1;
    return sum / weight;
  });
}

/** Polylines of the finite values. If several steps share a pixel, only their lowest and highest values are drawn, so that long
 *  runs draw as quickly as short ones. */
function perColumn(values: readonly number[], x: Scale, y: Scale): Point[][] {
  const runs: Point[][] = [[]];
  const perPixel = Math.max(1, Math.floor(values.length / (plot.right - plot.left)));
  for (let at = 0; at < values.length; at += perPixel) {
    const column = values.slice(at, at + perPixel);
    const finite = column.filter(Number.isFinite);
    if (finite.length < column.length) runs.push([]);
    if (finite.length === 0) continue;
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const middle = at + (column.length + 1) / 2; // the loss at index 0 is that of step 1
    const drawn = low === high ? [low] : [low, high];
    runs.at(-1)?.push(...drawn.map((value): Point => [x(middle), y(value)]));
  }
  return runs.filter((run) => run.length > 0);
}

// A few wild losses must not flatten the rest: the axis covers 99 of 100, and the whole smoothed curve.
function highestLoss(train: readonly number[], smoothed: readonly number[]): number {
  const sorted = train.filter(Number.isFinite).sort((a, b) => a - b);
  const most = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 1;
  const top = smoothed.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), most);
  return top !== 0 ? top : 1;
}
const lowestLoss = (train: readonly number[]) => train.filter(Number.isFinite).reduce((a, b) => Math.min(a, b), 0);
const lowestAccuracy = (marks: LossCurve['marks']) => Math.min(0.9, ...marks.map(({ accuracy }) => accuracy));

function summary(train: readonly number[], smoothed: readonly number[], marks: LossCurve['marks']): string {
  const gaps = train.filter((loss) => !Number.isFinite(loss)).length;
  const loss = smoothed.findLast(Number.isFinite);
  const last = marks.at(-1);
  return [
    `${grouped(train.length)} ${train.length === 1 ? 'step' : 'steps'}`,
    loss !== undefined && `loss ${loss.toPrecision(3)} at the end`,
    last && `accuracy ${(100 * last.accuracy).toFixed(2)}% after epoch ${last.epoch}`,
    gaps > 0 && `${grouped(gaps)} ${gaps === 1 ? 'loss' : 'losses'} not finite`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function legend(right: number, y: number, withAccuracy: boolean): string {
  const entries: [cls: string, label: string, width: number][] = [
    ['raw', 'loss of a step', 124],
    ['mean', 'smoothed', 106],
  ];
  if (withAccuracy) entries.push(['accuracy', 'test accuracy', 112]);
  let x = right - entries.reduce((sum, [, , wide]) => sum + wide, 0);
  return entries
    .map(([cls, label, wide]) => {
      const entry = `<path class="${cls}" d="M${x} ${y - 4}h20"/>${text(x + 26, y, '', label)}`;
      x += wide;
      return entry;
    })
    .join('');
}

// Above its dot, where a rising curve leaves room; below it, near the top of the frame.
const accuracyLabel = (x: number, y: number, accuracy: number) =>
  text(x, y - 10 < plot.top + 8 ? y + 20 : y - 10, '', `${(100 * accuracy).toFixed(1)}%`);

/** At most `most` of the marks, always including the last. */
function thinned<T>(marks: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(marks.length / most);
  return marks.filter((_, i) => (marks.length - 1 - i) % every === 0);
}

// Clipped to the plot here, because a clipPath needs an id, and ids clash if a page has two curves.
const path = (cls: string, runs: readonly (readonly Point[])[]) => {
  const d = runs
    .filter((run) => run.length > 0)
    .map(
      (run) =>
        `M${run.map(([x, y]) => `${px(x)} ${px(Math.max(plot.top, y))}`).join('L')}${run.length === 1 ? 'h0' : ''}`,
    )
    .join('');
  return d !== '' && `<path class="${cls}" d="${d}"/>`;
};
const stepOf = ([first = 0, second = 1]: readonly number[]) => second - first;
const places = (step: number) => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
const decimal = (value: number, of: readonly number[]) => {
  const step = stepOf(of);
  return value === 0 || (step >= 1e-4 && step < 1e5) ? value.toFixed(Math.min(6, places(step))) : value.toExponential();
};
const percent = (value: number, of: readonly number[]) => `${(100 * value).toFixed(places(100 * stepOf(of)))}%`;
