/** The roofline plot (Williams, Waterman & Patterson 2009): operations per second of each kernel against operations per byte moved.
 *  A dot's area is the kernel's share of the step. */

import type { KernelProfile, Profile } from '../measure/profile.ts';
import { escaped, figure, group, height, line, type Point, plot, px, scale, sideways, text } from './svg.ts';

/** The number of kernels to name: those that take the most time. */
const named = 8;

export function rooflineSvg(title: string, { kernels, peak, entry, batch, sum }: Profile): string {
  const drawn = kernels.filter((k) => k.gflops > 0 && k.bytes > 0);
  const intensity = (k: KernelProfile): number => k.operations / k.bytes;
  const [x0, x1] = decades([...drawn.map(intensity), peak.gflops / peak.cache, peak.gflops / peak.memory]);
  const [y0, y1] = decades([...drawn.map((k) => k.gflops), peak.gflops, x0 * peak.memory]);
  const log = (ends: Point, on: Point) => {
    const linear = scale([Math.log10(ends[0]), Math.log10(ends[1])], on);
    return (v: number) => linear(Math.log10(v));
  };
  const x = log([x0, x1], [plot.left, plot.right]);
  const y = log([y0, y1], [plot.bottom, plot.top]);

  // The part of the line gflops = intensity · bandwidth that is in the frame and below the peak.
  const slope = (name: string, bandwidth: number): string => {
    const from = Math.max(x0, y0 / bandwidth);
    const low: Point = [x(from), y(from * bandwidth)];
    return line(...low, x(peak.gflops / bandwidth), y(peak.gflops)) + text(low[0] + 6, low[1] + 16, '', name);
  };
  const ridge = x(peak.gflops / peak.cache);
  const xs = powers(x0, x1);
  const ys = powers(y0, y1);
  const byTime = [...drawn].sort((a, b) => b.ms - a.ms);
  const note = [
    `${entry}, batch ${batch}: ${micros(sum)} µs in ${kernels.length} kernels`,
    `SIMD ${peak.gflops.toFixed(1)} GF/s`,
    `cache ${peak.cache.toFixed(0)} GB/s`,
    `memory ${peak.memory.toFixed(0)} GB/s`,
  ].join(' · ');
  const radius = (k: KernelProfile): number => 3 + 24 * Math.sqrt(k.share);
  const spot = (k: KernelProfile): Point => [x(intensity(k)), y(k.gflops)];
  return figure(title, note, style, [
    group('grid', [
      ...xs.map((v) => line(x(v), plot.top, x(v), plot.bottom)),
      ...ys.map((v) => line(plot.left, y(v), plot.right, y(v))),
    ]),
    group('axis', [
      line(plot.left, plot.bottom, plot.right, plot.bottom),
      ...xs.map((v) => text(x(v), plot.bottom + 20, 'middle', String(v))),
      ...ys.map((v) => text(plot.left - 10, y(v) + 4, 'end', String(v))),
      text((plot.left + plot.right) / 2, height - 18, 'middle', 'operations a byte'),
      sideways(20, '10^9 operations a second'),
    ]),
    group('roof', [
      line(ridge, y(peak.gflops), plot.right, y(peak.gflops)),
      slope('cache', peak.cache),
      slope('memory', peak.memory),
      text(ridge + 6, y(peak.gflops) - 7, '', 'SIMD'),
    ]),
    group(
      'kernels',
      // The largest first, so that large dots do not hide small ones.
      byTime.map((k) => {
        const [cx, cy] = spot(k);
        return `<circle cx="${px(cx)}" cy="${px(cy)}" r="${px(radius(k))}"><title>${escaped(summary(k))}</title></circle>`;
      }),
    ),
    // Dots crowd under the roof, so they have numbers; the names are in a corner with few kernels.
    group(
      'names',
      byTime.slice(0, named).flatMap((k, i) => {
        const [cx, cy] = spot(k);
        return [
          text(cx, radius(k) > 9 ? cy + 4 : cy - radius(k) - 3, 'middle', String(i + 1)),
          text(
            plot.right - 6,
            plot.bottom - 10 - 16 * (Math.min(named, byTime.length) - 1 - i),
            'end',
            `${summary(k)}  ${i + 1}`,
          ),
        ];
      }),
    ),
  ]);
}

const summary = (k: KernelProfile): string => `${k.name}: ${micros(k.ms)} µs, ${(100 * k.ofPeak).toFixed(0)}% of peak`;

const style = `
.roof path { stroke: #1f2328; stroke-width: 1.5; fill: none } .roof text { font-weight: 600 }
.kernels circle { fill: #2563eb; fill-opacity: .35; stroke: #2563eb }
.names text { font-size: 11px; fill: #1f2328; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
.roof path { stroke: #f0f6fc } .kernels circle { fill: #60a5fa; stroke: #60a5fa } .names text { fill: #f0f6fc; stroke: #0d1117 }
}`;

/** The powers of ten around these values. */
function decades(values: readonly number[]): Point {
  const logs = values.map(Math.log10);
  return [10 ** Math.floor(Math.min(...logs)), 10 ** Math.ceil(Math.max(...logs) + 0.05)];
}
function powers(from: number, to: number): number[] {
  const count = Math.round(Math.log10(to / from));
  return Array.from({ length: count + 1 }, (_, i) => Number((from * 10 ** i).toPrecision(1)));
}
const micros = (ms: number): string => (ms * 1000).toFixed(ms < 0.1 ? 1 : 0);
