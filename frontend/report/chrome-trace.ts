/** A profile as a trace for chrome://tracing and Perfetto: complete events in µs, one row for the steps and one for their
 *  kernels. */

import { upsert } from '../../ir/collections.ts';
import type { Event, Profile } from '../measure/profile.ts';

export function chromeTrace(name: string, { entry, events, kernels }: Profile): string {
  const known = new Map(kernels.map((k) => [k.name, k]));
  const row = (tid: number, title: string) => ({
    name: 'thread_name',
    ph: 'M',
    pid: 1,
    tid,
    args: { name: title },
  });
  const steps = new Map<number, Event[]>();
  for (const e of events) upsert(steps, e.step, () => []).push(e);
  const traceEvents = [
    { name: 'process_name', ph: 'M', pid: 1, args: { name } },
    row(1, 'steps'),
    row(2, 'kernels'),
    ...[...steps].map(([step, of]) => {
      const [first, last] = [of[0], of.at(-1)];
      const start = first?.start ?? 0;
      const end = last ? last.start + last.ms : start;
      return { name: entry, cat: 'step', ph: 'X', pid: 1, tid: 1, ts: µs(start), dur: µs(end - start), args: { step } };
    }),
    ...events.map((e) => {
      const k = known.get(e.name);
      const args = { operations: k?.operations ?? 0, bytes: k?.bytes ?? 0 };
      return { name: e.name, cat: 'kernel', ph: 'X', pid: 1, tid: 2, ts: µs(e.start), dur: µs(e.ms), args };
    }),
  ];
  return `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents }, null, 1)}\n`;
}

const µs = (ms: number): number => Number((ms * 1000).toFixed(3));
