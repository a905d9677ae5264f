/** Checks of options. */
import { kindOf, shownNumber, shownText, TapeoutError, tagOf, unknownName } from './check.ts';

/** The backends that a model can be asked to run on. */
export const backends = ['auto', 'wasm', 'webgpu'] as const;
/** The backend of a model. */
export type Backend = (typeof backends)[number];

/** The kinds of values that are not checked later. */
export const optionKinds = {
  text: { is: (v: unknown) => typeof v === 'string', must: 'text, as of new TextDecoder().decode(bytes)' },
  amount: { is: (v: unknown) => typeof v === 'number' && v >= 0 && v < Infinity, must: 'a number from 0 on' },
  count: { is: (v: unknown) => Number.isInteger(v) && (v as number) >= 1, must: 'a whole number from 1 on' },
  call: { is: (v: unknown) => typeof v === 'function', must: 'a function' },
  flag: { is: (v: unknown) => typeof v === 'boolean', must: 'true or false' },
  any: { is: () => true, must: 'anything' },
  object: { is: (v: unknown) => typeof v === 'object' && v !== null, must: 'an object' },
} as const;

/** Throws TapeoutError unless `given` is an object of options, and not bytes, a map or a promise; `example` is one of them. */
export function checkObject(call: string, given: unknown, example: string): asserts given is object {
  if (tagOf(given) !== 'Object')
    throw new TapeoutError(
      'bad-option',
      `${call} takes an object of options, such as { ${example} }, but it got ${kindOf(given)}.`,
    );
}

/** Throws TapeoutError unless all are options of the call, with values of the right kind. */
export function checkOptions(
  call: string,
  given: unknown,
  kinds: Readonly<Record<string, keyof typeof optionKinds>>,
): void {
  const names = Object.keys(kinds);
  checkObject(call, given, names[0]!);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) throw unknownName(`option of ${call}`, name, names);
    checkKind(name, value, kinds[name]!);
  }
}

/** Throws TapeoutError unless an option is undefined or of its kind. */
export function checkKind(name: string, value: unknown, kind: keyof typeof optionKinds): void {
  const { is, must } = optionKinds[kind];
  if (value === undefined || is(value)) return;
  throw new TapeoutError('bad-option', `${name} must be ${must}, but it is ${shownNumber(value)}.`);
}

/** Throws TapeoutError unless it is a backend. */
export function checkBackend(backend: unknown): asserts backend is Backend {
  if ((backends as readonly unknown[]).includes(backend)) return;
  throw new TapeoutError(
    'bad-backend',
    `the backend must be 'auto', 'wasm' or 'webgpu', but it is ${shownText(backend)}.`,
  );
}

/** The maximum number of threads of a model. */
export const mostThreads = 64;

/** Throws TapeoutError unless it is a valid number of threads. */
export function checkThreads(threads: unknown): asserts threads is number {
  if (Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= mostThreads) return;
  throw new TapeoutError(
    'bad-threads',
    `threads must be a whole number from 1 to ${mostThreads}, not ${shownNumber(threads)}.`,
  );
}
