/** Numbers of an epoch by name. */
import { TapeoutError } from '../check.ts';
import type { Epoch } from './types.ts';

/** The numbers of an epoch that can be monitored: `loss`, `lr`, `validation.loss`, and each metric that is a number, as
 *  `validation.accuracy`. */
export function numbersOf({ loss, lr, validation }: Epoch): Record<string, number> {
  const metrics = Object.entries(validation?.metrics ?? {}).filter(([, value]) => typeof value === 'number');
  return {
    loss,
    ...(lr === null ? {} : { lr }),
    ...(validation ? { 'validation.loss': validation.loss } : {}),
    ...Object.fromEntries(metrics.map(([name, value]) => [`validation.${name}`, value as number])),
  };
}

/** A number of an epoch by name. Throws TapeoutError where there is none. */
export function monitored(epoch: Epoch, name: string): number {
  const numbers = numbersOf(epoch);
  const value = numbers[name];
  if (value !== undefined) return value;
  const hint = epoch.validation ? '' : ' There is no validation: pass batches as validation.';
  throw new TapeoutError(
    'unknown-name',
    `there is no ${name} to monitor. There are: ${Object.keys(numbers).join(', ')}.${hint}`,
  );
}
