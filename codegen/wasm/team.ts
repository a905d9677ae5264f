/** Several threads at one entry. Each has an instance of the module over one memory. An entry is a list of stages, a
 *  stage a list of units, and a unit a fixed part of a kernel: threads take units until none is left, and the thread
 *  that finishes the last one opens the next stage. So no call waits for a thread that the system does not run.
 *
 *  A thread without work polls at first, as sleeping and waking take longer than most stages do, and sleeps if that
 *  takes long. The shared words lie in the bytes that plans keep free. */

import type { Repeat } from '../../ir/program.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { i32, i64, identifierOf, type Module, none } from './binaryen.ts';

/** Byte offsets of these words. */
const word = {
  /** The first unit that nobody has taken; and, in the upper half, the number of times that stages were opened and
   *  closed, over all calls: what a thread has read about a stage is valid while this number stays the same. No stage
   *  is open while it is odd. */
  taken: 0,
  opened: 4,
  /** The finished units of the open stage. */
  done: 8,
  /** The number of the open stage. */
  stage: 12,
  batch: 16,
  /** Threads that sleep, are about to, or are woken but do not yet run. */
  asleep: 20,
  failed: 24,
  /** The turns that are over, of the stages that are repeated at present. */
  turn: 28,
} as const;
type Word = keyof typeof word;

/** How often a thread polls before it sleeps: for some tenths of a millisecond, longer than a host takes between two
 *  steps. */
const patience = 1 << 17;
/** The nanoseconds of one sleep, and the number of sleeps in vain after which the calling thread gives up. */
const sleepNanoseconds = 1_000_000_000n;
const maxSleeps = 60;
/** The number of times that each thread takes units of a stage, if all are equally fast: more balances better, and
 *  costs more. */
const turnsPerThread = 16;

/** Values of `stage` for no stage: between two calls, and for good. */
const idle = 0;
const ended = -1;

/** A function of the batch, a first unit and the end of a range, and a function of the batch that returns the number of
 *  units. */
export interface Share {
  readonly run: string;
  readonly units: string;
}
/** One unit that calls functions of the batch in order, or the units of a kernel. */
export type Part = { readonly calls: readonly string[] } | Share;
export interface TeamEntry {
  readonly export: string;
  readonly stages: readonly (readonly Part[])[];
  /** Stages, from one to another, both included, that are opened several times in order. */
  readonly repeats?: readonly Repeat[];
}

/** Adds the entries, as exports for the calling thread, and the functions of the other threads:
 *  `team.lead(threads, maySleep)` sets the number of threads, for the calling one, which is among them;
 *  `team.work(threads)` takes part in calls until `team.end()`;
 *  `team.fail()` lets a thread that cannot go on inform the calling one, which traps. */
export function addTeam(m: Module, entries: readonly TeamEntry[]): void {
  const team = new Team(m);
  team.wait();
  team.open();
  let number = idle;
  const opening = entries.map(({ export: name, stages, repeats = [] }): [string, number] => {
    const first = number + 1;
    for (const [i, parts] of stages.entries()) {
      const next = i + 1 < stages.length ? first + i + 1 : idle;
      const again = repeats.find((r) => r.to === i);
      team.stage(++number, parts, next, again && { first: first + again.from, times: again.times });
    }
    return [name, stages.length > 0 ? first : idle];
  });
  team.take(number);
  for (const [i, [name, first]] of opening.entries()) team.entry(name, first, (entries[i]?.repeats?.length ?? 0) > 0);
  team.members();
}

/** A parameter or a variable of a function. */
interface Local {
  get(): number;
  set(value: number): number;
}
/** The parameters and variables of a function, as many as it has. */
type Locals = [Local, Local, Local, Local, Local, Local, Local, Local, ...Local[]];

class Team {
  readonly #m: Module;
  readonly #exports = namespace();

  constructor(m: Module) {
    this.#m = m;
    m.addGlobal('threads', i32, true, m.i32.const(1));
    m.addGlobal('maySleep', i32, true, m.i32.const(0));
    m.addGlobal('leads', i32, true, m.i32.const(1));
  }

  #const = (value: number): number => this.#m.i32.const(value);
  #global = (name: string): number => this.#m.global.get(name, i32);
  #read = (of: Word): number => this.#m.i32.atomic.load(word[of], this.#const(0));
  #write = (of: Word, value: number): number => this.#m.i32.atomic.store(word[of], this.#const(0), value);
  /** Returns the previous value. */
  #add = (of: Word, by: number): number => this.#m.i32.atomic.rmw.add(word[of], this.#const(0), by);
  #wake = (): number => this.#m.drop(this.#m.memory.atomic.notify(this.#const(word.opened), this.#const(-1)));
  #less = (a: number, b: number): number => this.#m.i32.lt_u(a, b);
  #plus = (a: number, b: number): number => this.#m.i32.add(a, b);
  #minus = (a: number, b: number): number => this.#m.i32.sub(a, b);
  /** Repeats whenever something in the body branches to `again`. */
  #again = (...body: number[]): number => this.#m.loop('again', this.#m.block(null, body, none));
  #if = (condition: number, ...then: number[]): number => this.#m.if(condition, this.#m.block(null, then, none));

  /** A function of this many i32 parameters that returns nothing; `body` gets its parameters and variables. */
  #define(
    name: string,
    params: number,
    variables: readonly number[],
    body: (...locals: Locals) => readonly number[],
    { exported = false }: { exported?: boolean } = {},
  ): void {
    const m = this.#m;
    const args = new Array<number>(params).fill(i32);
    const locals = [...args, ...variables].map(
      (type, i): Local => ({ get: () => m.local.get(i, type), set: (value) => m.local.set(i, value) }),
    );
    const own = exported ? this.#exports.claim(`export.${identifierOf(name)}`) : name;
    m.addFunction(
      own,
      m.createType(args),
      none,
      [...variables],
      m.block(null, [...body(...(locals as unknown as Locals))], none),
    );
    if (exported) m.addFunctionExport(own, name);
  }

  /** `team.wait(opened)`: returns once another stage is open. Traps in the calling thread if a thread has failed, or if
   *  nothing happens for a minute; where it must not sleep, as in a page, after `maxSleeps` times 2^32 polls. */
  wait(): void {
    const m = this.#m;
    const giveUp = (when: number): number => m.if(m.i32.and(when, this.#global('leads')), m.unreachable());
    const next = (l: Local): number => l.set(this.#plus(l.get(), this.#const(1)));
    this.#define('team.wait', 1, [i32, i32, i32], (opened, looks, vain, woken) => [
      this.#again(
        m.if(m.i32.ne(this.#read('opened'), opened.get()), m.return()),
        giveUp(this.#read('failed')),
        next(looks),
        m.br('again', this.#less(looks.get(), this.#const(patience))),
        m.if(
          this.#global('maySleep'),
          m.block(null, [
            m.drop(this.#add('asleep', this.#const(1))),
            woken.set(m.memory.atomic.wait32(this.#const(word.opened), opened.get(), m.i64.const(sleepNanoseconds))),
            m.drop(this.#add('asleep', this.#const(-1))),
            // 2 means that the time is up.
            m.if(m.i32.eq(woken.get(), this.#const(2)), next(vain)),
          ]),
          m.if(m.i32.eq(looks.get(), this.#const(-1)), next(vain)),
        ),
        giveUp(m.i32.ge_u(vain.get(), this.#const(maxSleeps))),
        m.br('again'),
      ),
    ]);
  }

  /** `team.open(stage)`: called by the thread that finished the last unit of the stage before, or that begins a call.
   *  It closes the old stage first, so that no thread mistakes units of the old stage for those of the new one. */
  open(): void {
    const m = this.#m;
    const next = (): number =>
      m.i64.shl(m.i64.extend_u(this.#plus(this.#read('opened'), this.#const(1))), m.i64.const(32n));
    const write = (value: number): number => m.i64.atomic.store(word.taken, this.#const(0), value);
    this.#define('team.open', 1, [], (stage) => [
      write(m.i64.or(next(), m.i64.const(0xffff_ffffn))),
      this.#write('done', this.#const(0)),
      this.#write('stage', stage.get()),
      write(next()),
      m.if(this.#read('asleep'), this.#wake()),
    ]);
  }

  /** `team.<number>(opened, batch)`: takes units of a stage and does them until none is left or another stage is open. The
   *  last stage of those that are repeated opens their first one again. */
  stage(number: number, parts: readonly Part[], next: number, again?: { first: number; times: number }): void {
    const m = this.#m;
    const variables = [i64, i32, i32, i32, i32, i32, ...parts.map(() => i32)];
    this.#define(`team.${number}`, 2, variables, (opened, batch, ticket, total, chunk, from, to, start, ...counts) => {
      const count = (i: number): number => (counts[i] as Local).get();
      const units = (p: Part): number => ('units' in p ? m.call(p.units, [batch.get()], i32) : this.#const(1));
      const evenly = m.i32.div_u(total.get(), m.i32.mul(this.#global('threads'), this.#const(turnsPerThread)));
      return [
        ...parts.map((p, i) => (counts[i] as Local).set(units(p))),
        total.set(parts.map((_, i) => count(i)).reduce(this.#plus)),
        // A stage without units would never end.
        m.if(m.i32.eqz(total.get()), total.set(this.#const(1))),
        chunk.set(this.#plus(evenly, this.#const(1))),
        this.#again(
          ticket.set(m.i64.atomic.load(word.taken, this.#const(0))),
          m.if(m.i32.ne(m.i32.wrap(m.i64.shr_u(ticket.get(), m.i64.const(32n))), opened.get()), m.return()),
          from.set(m.i32.wrap(ticket.get())),
          m.if(m.i32.ge_u(from.get(), total.get()), m.return()),
          to.set(this.#plus(from.get(), chunk.get())),
          m.if(this.#less(total.get(), to.get()), to.set(total.get())),
          m.br('again', m.i64.ne(this.#taken(ticket, this.#minus(to.get(), from.get())), ticket.get())),
          // The units of the parts are numbered consecutively.
          start.set(this.#const(0)),
          ...parts.flatMap((p, i) => [
            this.#part(p, batch, from, to, start, () => count(i)),
            start.set(this.#plus(start.get(), count(i))),
          ]),
          to.set(this.#minus(to.get(), from.get())),
          m.br('again', m.i32.ne(this.#plus(this.#add('done', to.get()), to.get()), total.get())),
          m.call('team.open', [again ? this.#nextTurn(again, next) : this.#const(next)], none),
        ),
      ];
    });
  }

  /** The first of the repeated stages, or the one after them if all turns are over. */
  #nextTurn({ first, times }: { first: number; times: number }, next: number): number {
    const m = this.#m;
    const isLast = m.i32.eq(this.#add('turn', this.#const(1)), this.#const(times - 1));
    return m.if(
      isLast,
      m.block(null, [this.#write('turn', this.#const(0)), this.#const(next)], i32),
      this.#const(first),
    );
  }

  /** Takes this many units, unless the word has changed since it was read; returns its value. */
  #taken(seen: Local, units: number): number {
    const m = this.#m;
    const after = m.i64.add(seen.get(), m.i64.extend_u(units));
    return m.i64.atomic.rmw.cmpxchg(word.taken, this.#const(0), seen.get(), after);
  }

  /** Does the units of a part that are among units from..to of its stage. */
  #part(p: Part, batch: Local, from: Local, to: Local, start: Local, count: () => number): number {
    const m = this.#m;
    if ('calls' in p) {
      const isMine = m.i32.and(m.i32.ge_u(start.get(), from.get()), this.#less(start.get(), to.get()));
      return this.#if(isMine, ...p.calls.map((c) => m.call(c, [batch.get()], none)));
    }
    const own = (l: Local): number => this.#minus(l.get(), start.get());
    const first = (): number => m.select(m.i32.gt_s(own(from), this.#const(0)), own(from), this.#const(0));
    const end = (): number => m.select(m.i32.lt_s(own(to), count()), own(to), count());
    return m.if(m.i32.lt_s(first(), end()), m.call(p.run, [batch.get(), first(), end()], none));
  }

  /** `team.take()`: does whatever work there is; in the calling thread until its call is done, in others until the end. */
  take(stages: number): void {
    const m = this.#m;
    this.#define('team.take', 0, [i32, i32], (opened, stage) => {
      const isOpen = (): number =>
        m.i32.and(m.i32.eqz(m.i32.and(opened.get(), this.#const(1))), m.i32.eq(this.#read('opened'), opened.get()));
      const last = m.select(this.#global('leads'), this.#const(idle), this.#const(ended));
      const run = Array.from({ length: stages }, (_, i) =>
        m.if(
          m.i32.eq(stage.get(), this.#const(i + 1)),
          m.call(`team.${i + 1}`, [opened.get(), this.#read('batch')], none),
        ),
      );
      return [
        this.#again(
          opened.set(this.#read('opened')),
          stage.set(this.#read('stage')),
          // The thread that opens a stage may not be done opening it: then the number is odd, or has changed by now.
          m.if(m.i32.and(m.i32.eq(stage.get(), last), isOpen()), m.return()),
          ...run,
          m.call('team.wait', [opened.get()], none),
          m.br('again'),
        ),
      ];
    });
  }

  entry(name: string, first: number, turns: boolean): void {
    const m = this.#m;
    const body = (batch: Local): number[] => [
      this.#write('batch', batch.get()),
      ...(turns ? [this.#write('turn', this.#const(0))] : []),
      m.call('team.open', [this.#const(first)], none),
      m.call('team.take', [], none),
    ];
    this.#define(name, 1, [], body, { exported: true });
  }

  members(): void {
    const m = this.#m;
    const exported = { exported: true };
    const are = (name: string, value: number): number => m.global.set(name, value);
    const lead = (threads: Local, maySleep: Local) => [are('threads', threads.get()), are('maySleep', maySleep.get())];
    this.#define('team.lead', 2, [], lead, exported);
    const work = (threads: Local) => [
      are('threads', threads.get()),
      are('maySleep', this.#const(1)),
      are('leads', this.#const(0)),
      m.call('team.take', [], none),
    ];
    this.#define('team.work', 1, [], work, exported);
    this.#define('team.end', 0, [], () => [m.call('team.open', [this.#const(ended)], none)], exported);
    this.#define('team.fail', 0, [], () => [this.#write('failed', this.#const(1)), this.#wake()], exported);
  }
}
