/** A module through every stage of the compiler, and each stage run: graphs and kernels interpreted, WebAssembly called.
 *  What tests compare is the memory that the host would see. */

import { emission } from '../../codegen/backend.ts';
import type { WasmCode } from '../../codegen/wasm/backend.ts';
import { wasmBackend } from '../../codegen/wasm/backend.ts';
import { entryExport } from '../../codegen/wasm/emit.ts';
import { graphStages } from '../../frontend/pipeline/stages.ts';
import { indexInputs } from '../../ir/analysis/index-ranges.ts';
import { CompilerBug } from '../../ir/diagnostic.ts';
import { arrayOf, type Elements } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { Graph, Module, Param, Result } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { buffersOf, interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import { type Outline, type Program, runOf } from '../../ir/program.ts';
import type { Schedule } from '../../ir/schedule.ts';
import { type Target, wasm128 } from '../../ir/target.ts';
import { byteSize, countAt, type StoredType } from '../../ir/type.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { nothingGiven } from '../../passes/schedule/choose/given.ts';
import type { ScheduledOutline } from '../../passes/schedule/index.ts';
import { type Ir, type IrOf, last, type Stage, type StageContext, verifyIr } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import { noOptimizer, type Optimizer, StateTable } from '../../passes/update.ts';

export type { Elements };
export type Given = ReadonlyMap<Param, ArrayLike<number>>;

/** A graph's kernels in order, and where its results are after they ran. */
export interface Launches {
  readonly name: string;
  readonly kernels: readonly Kernel[];
  /** The same in execution order, those of a loop once for each iteration. */
  readonly runs: readonly Kernel[];
  readonly outputs: ReadonlyMap<Result, Buffer>;
  /** The schedule of each kernel; none before they are scheduled. */
  readonly schedules: ReadonlyMap<string, Schedule>;
}

export interface Stages {
  /** After autodiff and update. */
  readonly original: Module;
  readonly module: Module;
  /** Launches of kernels as lowered, and as scheduled. */
  readonly kernels: Outline;
  readonly schedule: ScheduledOutline;
  readonly lowered: readonly Launches[];
  readonly scheduled: readonly Launches[];
  readonly program: Program;
  readonly wasm: Uint8Array;
  /** Params of every graph, each once. */
  readonly params: readonly Param[];
  /** The initial values of state and scalars. */
  readonly initial: ReadonlyMap<Param, number>;
}

/** Called for a pass after which the verifier could not prove that all indices are in range: running it then checks them. */
export type Unproved = (pass: string) => void;

/** Verifies the result of a pass. */
export function verified(pass: string, check: () => unknown, unproved?: Unproved): void {
  try {
    check();
  } catch (e) {
    if (unproved && e instanceof VerifyError && e.problems.every((p) => p.code === 'bounds')) return unproved(pass);
    throw new CompilerBug(pass, (e as Error).message, null, { cause: e });
  }
}

/** A module through stages, each verified: the result of every stage. */
export function through(stages: readonly Stage[], from: Ir, context: StageContext, unproved?: Unproved): Ir[] {
  const made: Ir[] = [];
  const update = stages.findIndex((s) => s.name === 'update');
  for (const [i, stage] of stages.entries()) {
    const ir = stage.run(made.at(-1) ?? from, context);
    made.push(ir);
    const { name, keepsKernels = false } = stage;
    verified(name, () => verifyIr(ir, { target: context.target, tasks: i < update, keepsKernels }), unproved);
  }
  return made;
}

export const contextFor = (
  recorded: Module,
  target: Target,
  optimizer: Optimizer = noOptimizer,
  table: StateTable = new StateTable(),
): StageContext => ({ optimizer, table, target, given: nothingGiven, indices: indexInputs(recorded) });

/** The buffer of a param, by its name. */
export const bufferOf = ({ lasting }: Outline, p: Param): Buffer | undefined =>
  lasting.find((s) => s.purpose !== 'output' && s.buffer.name === p.name)?.buffer;

/** Launches graph by graph. */
export const launchesOf = (
  { graphs }: Module,
  of: Outline,
  schedules: ReadonlyMap<string, Schedule> = new Map(),
): Launches[] =>
  of.entries.map((entry): Launches => {
    const { name, launches, outputs } = entry;
    const { results } = graphs.find((g) => g.name === name)!;
    const found = (r: Result): Buffer =>
      (r.into ? bufferOf(of, r.into) : outputs.find((o) => o.name === r.name)?.buffer)!;
    const own = launches.flatMap((k) => (schedules.has(k.name) ? [[k.name, schedules.get(k.name)!] as const] : []));
    const runs = [...runOf(entry)];
    return {
      name,
      kernels: launches,
      runs,
      outputs: new Map(results.map((r) => [r, found(r)])),
      schedules: new Map(own),
    };
  });

/** A module lowered to loops without a schedule. */
export type Unscheduled = Pick<Stages, 'original' | 'module' | 'kernels' | 'lowered'>;

const backend = wasmBackend(wasm128);
const first = backend.stages.indexOf(stages.schedule);
const [untilScheduled, fromSchedule] = [
  backend.stages.slice(0, first),
  [...backend.stages.slice(first), emission(backend)],
];

export function unscheduled(
  recorded: Module,
  optimizer: Optimizer = noOptimizer,
  table: StateTable = new StateTable(),
  unproved?: Unproved,
): Unscheduled {
  const context = contextFor(recorded, wasm128, optimizer, table);
  const made = through([...graphStages, ...untilScheduled], { form: 'module', module: recorded }, context, unproved);
  const original = (made[graphStages.findIndex((s) => s.name === 'update')] as IrOf<'module'>).module;
  const { module } = last(made, 'module');
  const { outline } = last(made, 'kernels');
  return { original, module, kernels: outline, lowered: launchesOf(module, outline) };
}

export function stagesOf(
  recorded: Module,
  optimizer: Optimizer = noOptimizer,
  table: StateTable = new StateTable(),
  unproved?: Unproved,
): Stages {
  const until = unscheduled(recorded, optimizer, table, unproved);
  const { original, module, kernels } = until;
  const context = contextFor(recorded, wasm128, optimizer, table);
  const made = through(fromSchedule, { form: 'kernels', outline: kernels }, context, unproved);
  const schedule = last(made, 'schedule');
  return {
    ...until,
    schedule,
    scheduled: launchesOf(module, schedule.outline, schedule.schedules),
    program: last(made, 'program').program,
    wasm: (last(made, 'code').code as WasmCode).wasm,
    params: [...new Set([...original.graphs, ...module.graphs].flatMap((g) => g.params))],
    initial: table.initial,
  };
}

/** The values that the host sees after an entry: results by name, and the params that it updates. */
export type Seen = Map<string, ArrayLike<number>>;

/** Runs one graph, and writes its updates into `memory`. */
export function runGraph(
  graph: Graph,
  memory: Map<Param, ArrayLike<number>>,
  n: number,
  precision: 'f64' | 'f32' = 'f64',
): Seen {
  const out = interpretGraph(graph, memory, n, { precision });
  for (const [r, value] of out) if (r.into) memory.set(r.into, value);
  return new Map([...out].map(([r, value]) => [r.name, value]));
}

/** The initial values of a graph's params. */
export function graphMemory(stages: Stages, given: Given, n: number): Map<Param, ArrayLike<number>> {
  const start = (p: Param): ArrayLike<number> =>
    given.get(p) ?? new Array<number>(countAt(p.type.shape, n)).fill(stages.initial.get(p) ?? 0);
  return new Map(stages.params.map((p) => [p, start(p)]));
}

const make = (dtype: StoredType, count: number): Elements => new (arrayOf(dtype))(count);

/** A program's memory, which starts as garbage, and the entries that run over it. */
export class Arena {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #exports: Record<string, (n: number) => void>;
  readonly #offsets: ReadonlyMap<Buffer, number>;

  private constructor(program: Program, instance: WebAssembly.Instance) {
    this.#exports = instance.exports as never;
    this.#offsets = new Map(program.slots.map((s) => [s.buffer, s.offset]));
    this.bytes = new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer as ArrayBuffer);
    this.bytes.fill(0xff);
  }

  static async of(program: Program, wasm: Uint8Array): Promise<Arena> {
    const module = await WebAssembly.compile(wasm as BufferSource);
    return new Arena(program, await WebAssembly.instantiate(module, {}));
  }

  has(b: Buffer): boolean {
    return this.#offsets.has(b);
  }
  /** A buffer's elements at this batch, to read and to write. */
  view(b: Buffer, n: number): Elements {
    const count = countAt(b.type.shape, n);
    return new (arrayOf(b.type.dtype))(this.bytes.buffer, this.#offsets.get(b)!, count) as Elements;
  }
  run(entry: string, n: number): void {
    this.#exports[entryExport(entry)]!(n);
  }
}

/** Kernels interpreted over a memory of their own. Temporaries start as garbage. */
export class KernelMachine {
  readonly #stages: Stages;
  readonly #entries: readonly Launches[];
  readonly memory: Memory = new Map();
  readonly n: number;

  constructor(stages: Stages, which: 'lowered' | 'scheduled', given: Given, n: number) {
    this.#stages = stages;
    this.#entries = stages[which];
    this.n = n;
    for (const p of stages.params) {
      const b = bufferOf(stages.kernels, p);
      if (b) this.#make(b).fill(stages.initial.get(p) ?? 0);
    }
    for (const e of this.#entries) for (const k of e.kernels) for (const b of buffersOf(k)) this.#make(storageOf(b));
    for (const [p, v] of given) this.memory.get(bufferOf(stages.kernels, p) as Buffer)?.set(v);
  }

  #make(b: Buffer): Elements {
    let known = this.memory.get(b);
    if (!known) {
      known = make(b.type.dtype, countAt(b.type.shape, this.n));
      new Uint8Array(known.buffer).fill(0xff);
      this.memory.set(b, known);
    }
    return known;
  }

  run(entry: string): Seen {
    const e = this.#entries.find((l) => l.name === entry)!;
    for (const k of e.runs) interpretKernel(k, this.memory, this.n);
    return new Map([...e.outputs].map(([r, b]) => [r.name, this.#make(b).slice()]));
  }

  value(p: Param): Elements {
    return this.memory.get(bufferOf(this.#stages.kernels, p) as Buffer)!.slice();
  }
}

/** The compiled module, read and written by slot. Its memory starts as garbage, and nothing but an entry's results, its
 *  temporaries and the params that it updates may change when it runs. */
export class WasmMachine {
  readonly #stages: Stages;
  readonly #arena: Arena;

  private constructor(stages: Stages, arena: Arena) {
    this.#stages = stages;
    this.#arena = arena;
    for (const p of stages.params)
      if (this.#has(p)) this.#view(p, stages.module.maxBatch).fill(stages.initial.get(p) ?? 0);
  }

  static async of(stages: Stages, given: Given, n: number): Promise<WasmMachine> {
    const machine = new WasmMachine(stages, await Arena.of(stages.program, stages.wasm));
    for (const [p, v] of given) machine.set(p, v, n);
    return machine;
  }

  #has(p: Param): boolean {
    const b = bufferOf(this.#stages.kernels, p);
    return b !== undefined && this.#arena.has(b);
  }
  #view(p: Param, n: number): Elements {
    return this.#arena.view(bufferOf(this.#stages.kernels, p) as Buffer, n);
  }
  set(p: Param, values: ArrayLike<number>, n: number): void {
    if (this.#has(p)) this.#view(p, n).set(values);
  }
  value(p: Param, n: number): Elements {
    return this.#view(p, n).slice() as Elements;
  }

  run(entry: string, n: number): Seen {
    const { outputs } = this.#stages.scheduled.find((l) => l.name === entry)!;
    const before = this.#arena.bytes.slice();
    this.#arena.run(entry, n);
    this.#checkUntouched(before, outputs, n);
    return new Map([...outputs].map(([r, b]) => [r.name, this.#arena.view(b, n).slice()]));
  }

  /** Every byte that the host may see and this entry must not touch. */
  #checkUntouched(before: Uint8Array, outputs: ReadonlyMap<Result, Buffer>, n: number): void {
    const mine = new Map<number, number>();
    for (const b of outputs.values()) {
      const { offset } = this.#stages.program.slots.find((s) => s.buffer === b)!;
      mine.set(offset, countAt(b.type.shape, n) * byteSize(b.type.dtype));
    }
    for (const s of this.#stages.program.slots) {
      if (s.purpose === 'temp') continue;
      for (let i = s.offset + (mine.get(s.offset) ?? 0); i < s.offset + s.bytes; i++)
        if (before[i] !== this.#arena.bytes[i])
          throw new Error(`'${s.buffer.name}' (${s.purpose}) was written at byte ${i - s.offset} of ${s.bytes}`);
    }
  }
}
