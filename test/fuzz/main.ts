/** `npm run fuzz`: the kinds of test/fuzz in turn, each with new seeds, until time or runs are used up or a signal ends it. */

import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Finding, signatureOf, writeFinding } from './findings.ts';
import { choices, type Kind } from './kind.ts';
import { kinds as allKinds } from './kinds.ts';
import { Tally } from './tally.ts';

const usageOf = (kinds: readonly Kind[]): string => `npm run fuzz -- [options]

  --seconds S    how long to run; default 300
  --runs R       cases of each kind instead
  --seed S       where seeds start; default 1
  --applied A    fails where a directive was applied fewer times than that
  --only KIND    one kind, or several: ${kinds.map((k) => k.name).join(', ')}
  --path P       one case of that seed and kind, as a finding tells it; it is made smaller again
  --import FILE  a module that registers ops, to have them in the graphs
  --out DIR      where findings are written; default out/fuzz

${kinds.map((k) => `  ${k.name.padEnd(13)}  ${k.doc}`).join('\n')}

Ctrl-C ends with the report, as SIGTERM and SIGHUP do. Exit code 1 where something was found.
`;

/** Signals that end a run with its report: from the keyboard, from `timeout`, from a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Cases between two looks at the clock. */
const atOnce = 10;
const progressMs = 10_000;
/** The time to reduce one finding, in ms. */
const shrinkMs = 30_000;

/** Runs a command line; returns the exit code: 0, 1 if something was found, 2 for wrong options. */
export async function fuzz(
  args: readonly string[],
  print: (line: string) => void,
  kinds: readonly Kind[] = allKinds,
): Promise<number> {
  const options = read(args, kinds);
  if (typeof options === 'string') {
    print(options);
    return options.startsWith('error') ? 2 : 0;
  }
  for (const file of options.imports) await import(/* @vite-ignore */ pathToFileURL(resolve(file)).href);
  const run = new Run(options, print);
  const stop = (): void => run.stop();
  for (const signal of signals) process.once(signal, stop);
  await run.all();
  for (const signal of signals) process.off(signal, stop);
  return run.report();
}

interface Options {
  readonly seconds: number;
  readonly runs: number;
  readonly seed: number;
  readonly applied: number;
  readonly only: readonly Kind[];
  readonly path: string | undefined;
  readonly imports: readonly string[];
  readonly out: string;
}

/** The parsed options, or a message to print. */
function read(args: readonly string[], kinds: readonly Kind[]): Options | string {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  try {
    const { values: v } = parseArgs({
      args: [...args],
      options: {
        seconds: text,
        runs: text,
        seed: text,
        applied: text,
        only: list,
        path: text,
        import: list,
        out: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (v.help) return usageOf(kinds);
    const number = (name: 'seconds' | 'runs' | 'seed' | 'applied', usual: number): number => {
      const value = v[name] === undefined ? usual : Number(v[name]);
      if (v[name] === '' || !Number.isInteger(value) || value < 0 || value > 2 ** 31)
        throw new Error(`--${name} takes a whole number, and ${v[name]} is none`);
      return value;
    };
    const names = v.only?.flatMap((o) => o.split(','));
    const unknown = names?.find((o) => !kinds.some((k) => k.name === o));
    if (unknown !== undefined)
      throw new Error(`--only takes ${kinds.map((k) => k.name).join(', ')}, and not ${unknown}`);
    const only = kinds.filter((k) => !names || names.includes(k.name));
    if (v.path !== undefined && (only.length !== 1 || v.seed === undefined || !/^\d+(:\d+)*$/.test(v.path)))
      throw new Error('--path takes what a finding told, together with its --only and --seed');
    return {
      seconds: v.runs === undefined ? number('seconds', 300) : Infinity,
      runs: v.runs === undefined ? Infinity : number('runs', 0),
      seed: number('seed', 1),
      applied: number('applied', 0),
      only,
      path: v.path,
      imports: v.import ?? [],
      out: v.out ?? 'out/fuzz',
    };
  } catch (e) {
    return `error: ${(e as Error).message}.\n\n${usageOf(kinds)}`;
  }
}

class Run {
  readonly #options: Options;
  readonly #print: (line: string) => void;
  readonly #tally = new Tally();
  readonly #cases = new Map<Kind, number>();
  readonly #found = new Map<string, { readonly finding: Finding; times: number }>();
  readonly #start = performance.now();
  #told = performance.now();
  #stopped = false;

  constructor(options: Options, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
  }

  /** Lets the running case finish. */
  stop(): void {
    this.#stopped = true;
  }

  async all(): Promise<void> {
    const { seed, only, runs, path } = this.#options;
    if (path !== undefined) {
      await this.#some(only[0] as Kind, { seed, path, numRuns: 1 });
      return;
    }
    for (let round = 0; !this.#over() && round * atOnce < runs; round++)
      for (const kind of only)
        if (!this.#over())
          await this.#some(kind, { seed: seed + round, numRuns: Math.min(atOnce, runs - round * atOnce) });
  }

  #over(): boolean {
    return this.#stopped || this.#seconds() >= this.#options.seconds;
  }
  #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  async #some(kind: Kind, parameters: fc.Parameters<[number[]]>): Promise<void> {
    const result = await this.#check(kind, { ...parameters, endOnFailure: true });
    this.#cases.set(kind, (this.#cases.get(kind) ?? 0) + result.numRuns);
    if (result.failed && result.counterexamplePath !== null) {
      const first: Finding = { kind, seed: result.seed, path: result.counterexamplePath, error: result.errorInstance };
      const known = this.#found.get(signatureOf(first));
      if (known) known.times++;
      else await this.#add(first);
    }
    if (performance.now() - this.#told >= progressMs) this.#progress();
    // Signals arrive between turns of the event loop, and a case may never yield.
    await setImmediate();
  }

  #check(
    kind: Kind,
    parameters: fc.Parameters<[number[]]>,
    tally: Tally = this.#tally,
  ): Promise<fc.RunDetails<[number[]]>> {
    const property = fc.asyncProperty(choices, async (numbers) => {
      if (!this.#stopped) await kind.check(numbers, tally);
    });
    return fc.check(property, { unbiased: true, ...parameters });
  }

  async #add(first: Finding): Promise<void> {
    const { kind, seed, path } = first;
    this.#found.set(signatureOf(first), { finding: first, times: 1 });
    // Cases tried during reduction are not counted.
    const parameters = { seed, path, numRuns: 1, interruptAfterTimeLimit: shrinkMs };
    const shrunk = await this.#check(kind, parameters, new Tally());
    const finding: Finding = shrunk.failed ? { ...first, error: shrunk.errorInstance } : first;
    for (const line of writeFinding(finding, this.#options.out)) this.#print(line);
    if (this.#options.path !== undefined) this.#print(`\n${(finding.error as Error).message}`);
  }

  #progress(): void {
    this.#told = performance.now();
    const counts = [...this.#cases].map(([k, n]) => `${k.name} ${n}`).join(', ');
    this.#print(`${this.#seconds().toFixed(0)} s: ${counts}; found ${this.#found.size}`);
  }

  report(): number {
    this.#progress();
    for (const line of ['', ...this.#tally.report(), '']) this.#print(line);
    if (this.#found.size === 0) this.#print('nothing found');
    for (const [signature, { times }] of this.#found)
      this.#print(`found ${times === 1 ? 'once' : `${times} times`}: ${signature}`);
    const { name, times } = this.#tally.leastApplied();
    const seldom = times < this.#options.applied;
    if (seldom) this.#print(`'${name}' was applied ${times} times, and ${this.#options.applied} were asked for`);
    return this.#found.size > 0 || seldom ? 1 : 0;
  }
}
