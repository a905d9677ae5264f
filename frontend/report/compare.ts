/** Two runs side by side: the settings in which they differ, and the numbers of their last and best epochs. */
import type { LoggedEpoch, LogLine, Settings } from '../files/run-log.ts';
import { type Cell, table } from './table.ts';

/** Lines that compare a run with an earlier one, by their logs. */
export function compared(
  earlier: { readonly name: string; readonly lines: readonly LogLine[] },
  now: { readonly name: string; readonly lines: readonly LogLine[] },
): string[] {
  const [a, b] = [factsOf(earlier.lines), factsOf(now.lines)];
  const settings = keys(a.settings, b.settings).filter((key) => a.settings[key] !== b.settings[key]);
  const rows: Cell[][] = [
    ...settings.map((key): Cell[] => [key, shown(a.settings[key]), shown(b.settings[key]), null]),
    ...keys(a.numbers, b.numbers).map((key): Cell[] => {
      const [x, y] = [a.numbers[key], b.numbers[key]];
      const change = x === undefined || y === undefined ? null : signed(y - x);
      return [key, number(x), number(y), change];
    }),
  ];
  return table(['', earlier.name, now.name, 'change'], rows);
}

interface Facts {
  readonly settings: Settings;
  readonly numbers: Readonly<Record<string, number>>;
}

function factsOf(lines: readonly LogLine[]): Facts {
  const start = lines.findLast((line) => line.event === 'start');
  const epochs = lines.filter((line): line is LoggedEpoch => line.event === 'epoch');
  const last = epochs.at(-1);
  if (!last) return { settings: start?.settings ?? {}, numbers: {} };
  const test = Object.entries(last.validation ?? {});
  const best = test.map(([name]) => {
    const values = epochs.flatMap(({ validation }) => validation?.[name] ?? []);
    return [`best test ${name}`, isSmallGood(name) ? Math.min(...values) : Math.max(...values)] as const;
  });
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / epochs.length;
  return {
    settings: start?.settings ?? {},
    numbers: {
      'epochs done': last.epoch,
      steps: last.step,
      'training loss': last.loss,
      ...Object.fromEntries(test.map(([name, value]) => [`test ${name}`, value])),
      ...Object.fromEntries(best),
      'seconds per epoch': seconds,
    },
  };
}

/** Of losses and errors, the least is the best. */
const isSmallGood = (name: string): boolean => ['loss', 'mae', 'mse', 'rmse'].includes(name);

const keys = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])];
const shown = (value: Settings[string] | undefined): string =>
  value === undefined || value === null ? '' : String(value);
const number = (value: number | undefined): string =>
  value === undefined ? '' : Number.isInteger(value) ? String(value) : value.toFixed(4);
const signed = (value: number): string => (value === 0 ? '0' : `${value > 0 ? '+' : ''}${number(value)}`);
