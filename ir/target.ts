/** What hardware can do, as data: a scheduler reads numbers here and knows no target by name. */

export interface Target {
  readonly name: string;
  /** f32 values in one vector. */
  readonly lanes: number;
  /** Vector registers that a kernel's inner loop may fill before the engine spills. */
  readonly registers: number;
  /** Accumulators plus loads that one basic block may hold, where the engine moves a block's loads to its top. */
  readonly blockRegisters: number;
  /** Multiply-adds that an unrolled loop body should hold: enough to hide the loop, few enough to compile fast. */
  readonly unroll: number;
  /** Whether a product can be added in one instruction, whose bits are the engine's. */
  readonly madd: boolean;
  /** When threads share a kernel, in operations of one element or vector. */
  readonly threads: {
    /** Below so many at the largest batch a kernel is done before other threads have heard of it. */
    readonly kernel: number;
    /** So many units of a kernel at the largest batch give threads nearly equal shares. */
    readonly units: number;
    /** Below so many a unit costs more to find than it is worth. */
    readonly unit: number;
  };
  /** Cycles, in issue slots of the machine: what costs are compared by. */
  readonly cost: {
    /** Instructions issued a cycle, multiplications or additions, loads. */
    readonly issue: number;
    readonly arithmetic: number;
    readonly load: number;
    /** Extra instructions to put every second element of eight into a vector, and four elements from anywhere. */
    readonly strided: number;
    readonly gathered: number;
    /** Extra instructions for an index that is data: to read it, and to make an address of it. */
    readonly indirect: number;
    /** Instructions that a fence costs: its test, and what cannot move across. */
    readonly fence: number;
    /** Instructions around one iteration of a loop. */
    readonly loop: number;
    /** Cycles from one addition to the next that needs its result. */
    readonly latency: number;
    /** Cycles lost when a loop ends. */
    readonly exit: number;
    /** Cycles over a whole batch that one more instruction of code must save. */
    readonly code: number;
  };
}

/** WebAssembly SIMD128 on x64 V8, from version 11.3 on: measured on Zen 5, Node 20 to 24. */
export const wasm128: Target = {
  name: 'wasm',
  lanes: 4,
  registers: 15,
  blockRegisters: 14,
  unroll: 64,
  madd: false,
  threads: { kernel: 8192, units: 16, unit: 512 },
  cost: {
    issue: 6,
    arithmetic: 2,
    load: 2,
    strided: 2,
    gathered: 8,
    indirect: 8,
    fence: 6,
    loop: 4,
    latency: 4,
    exit: 8,
    code: 250,
  },
};

/** The same on V8 from version 13 on, which moves no load to the top of its block: accumulators may be as many as there are
 *  registers, and unaligned loads are what limits them. */
const v8From13: Target = {
  ...wasm128,
  name: 'wasm-v8-13',
  blockRegisters: Number.POSITIVE_INFINITY,
  cost: { ...wasm128.cost, load: 1.6 },
};

/** Engines for which schedules may be chosen. Any engine runs the result. */
export const engines = { 'v8-11': wasm128, 'v8-13': v8From13 } as const satisfies Readonly<Record<string, Target>>;
export type Engine = keyof typeof engines;

/** The target for an engine; with `fastMath` for relaxed SIMD, whose products and sums leave a register free. */
export function wasmTarget(engine: Engine = 'v8-11', fastMath = false): Target {
  const target = engines[engine];
  return fastMath ? { ...target, name: `${target.name}-relaxed`, registers: target.registers + 1, madd: true } : target;
}
