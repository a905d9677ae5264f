/** Every number of a target that the scheduler uses, a row each: its meaning, its unit, and the origin of Tapeout's
 *  value. The docs print the rows, and files that describe a machine are checked against them (text/parse-target.ts). */

import { type GridTarget, type Target, type VectorTarget, wasm128, webgpu } from './target.ts';

/** Paths such as `cost.issue` to the numbers in a type. */
type NumbersIn<T> = {
  [K in keyof T & string]: T[K] extends number ? K : T[K] extends object ? `${K}.${NumbersIn<T[K]>}` : never;
}[keyof T & string];

export type VectorNumber = NumbersIn<
  Pick<VectorTarget, 'registers' | 'blockRegisters' | 'unroll' | 'threads' | 'cost'>
>;
export type GridNumber = NumbersIn<
  Pick<GridTarget, 'registers'> & { workgroup: Omit<GridTarget['workgroup'], 'most'> }
>;

export interface NumberRow {
  readonly unit: string;
  readonly doc: string;
  readonly origin: string;
  /** The smallest allowed value. */
  readonly least: number;
  readonly isWhole: boolean;
}

const row = (unit: string, doc: string, origin: string, least: number): NumberRow => ({
  unit,
  doc,
  origin,
  least,
  isWhole: true,
});
/** A positive number, not necessarily an integer. */
const ratio = (unit: string, doc: string, origin: string): NumberRow => ({
  unit,
  doc,
  origin,
  least: 0,
  isWhole: false,
});

const timed = 'timed on Zen 5 under Node 20 to 24';
const fitted = 'fitted to schedules of LeNet and eight other nets that were timed on Zen 5';
const untimed = 'an estimate: no device was timed';

/** The numbers of a processor with vectors. Costs are in cycles, or in instructions that wait for an issue slot. */
export const vectorNumbers: Readonly<Record<VectorNumber, NumberRow>> = {
  registers: row(
    'vectors',
    'registers that an inner loop may fill before the engine spills',
    'x64 has 16; V8 keeps one',
    4,
  ),
  blockRegisters: row(
    'vectors',
    "accumulators and loads that one basic block may hold, where the engine moves a block's loads to its top",
    'V8 11 was seen to do so; from V8 13 on there is no such limit',
    4,
  ),
  unroll: row(
    'multiply-adds',
    'in an unrolled loop body: enough to hide the loop, few enough to compile fast',
    timed,
    1,
  ),
  'threads.kernel': row('operations', 'below which, at the largest batch, a kernel is not shared', timed, 0),
  'threads.units': row('units', 'of a kernel that give threads nearly equal shares', timed, 1),
  'threads.unit': row('operations', 'below which a unit costs more to hand out than it is worth', timed, 0),
  'cost.issue': ratio(
    'instructions a cycle',
    'that the machine issues',
    'dispatch of Zen 3 to 5, less what loops need',
  ),
  'cost.arithmetic': ratio(
    'multiplications a cycle',
    'and as many additions beside them',
    'Zen 3 to 5 have two pipes for each',
  ),
  'cost.load': ratio('words a cycle', 'that are loaded', 'Zen 3 to 5 load two vectors a cycle'),
  'cost.strided': ratio(
    'instructions',
    'more to load every second element of eight into a vector',
    'counted in V8’s code',
  ),
  'cost.gathered': ratio('instructions', 'more to gather four elements from anywhere', 'counted in V8’s code'),
  'cost.indirect.ready': ratio(
    'instructions',
    'to compute an address from an index that is data',
    'counted in V8’s code',
  ),
  'cost.indirect.apart': ratio(
    'instructions',
    'for an index that is data and must be divided first',
    'counted in V8’s code',
  ),
  'cost.fence': ratio(
    'instructions',
    'to keep copies of a body apart: a test, and the cost of code that cannot move across',
    fitted,
  ),
  'cost.loop': ratio('instructions', 'around one iteration of a loop', 'counted in V8’s code'),
  'cost.pointer': ratio('instructions', 'of an iteration for each operand that it reads', 'counted in V8’s code'),
  'cost.latency': ratio('cycles', 'from one addition to the next that needs its result', timed),
  'cost.exit': ratio('cycles', 'lost when a loop ends', fitted),
  'cost.surprise': ratio('cycles', 'lost when a loop ends at a bound that is data', 'a mispredicted branch on Zen 5'),
  'cost.listing': ratio('cycles', 'to test one step of a sum, and list it if its factor is not zero', timed),
  'cost.copy': ratio('cycles', 'to copy an element into a packed buffer', timed),
  'cost.spill.any': ratio('times', 'as long as before, once accumulators do not fit', fitted),
  'cost.spill.each': ratio('times', 'as long on top, for each accumulator that does not fit', fitted),
  'cost.result.row': ratio('instructions', 'to store an accumulator whose lanes are contiguous in memory', fitted),
  'cost.result.apart': ratio('instructions', 'to store one whose lanes are not', fitted),
  'cost.result.across': ratio('instructions', 'more to add the lanes of an accumulator', 'counted in V8’s code'),
  'cost.result.fixed': ratio('instructions', 'around the results of a tile', fitted),
  'cost.code.sample': ratio('cycles a sample', 'that one more instruction of code must save', 'LeNet in 17 kB, not 25'),
  'cost.code.most': ratio(
    'cycles',
    'that one more instruction must save at most, whatever the batch',
    'LeNet in 17 kB, not 25',
  ),
  'cost.code.row': ratio(
    'cycles a row',
    'that one more instruction must save where samples are cut into rows, as sequences are into steps',
    'an LSTM of 256 steps has the code of one of 16',
  ),
};

/** The numbers of a device with workgroups. Costs are in reads of a word of workgroup memory. */
export const gridNumbers: Readonly<Record<GridNumber, NumberRow>> = {
  registers: row('words', 'that an invocation keeps of a block of results', untimed, 1),
  'workgroup.invocations': row('invocations', 'in a workgroup at most', 'the least limit of WebGPU', 1),
  'workgroup.usual': row('invocations', 'in a workgroup by default', untimed, 1),
  'workgroup.wanted': row('workgroups', 'that keep a device busy', untimed, 1),
  'workgroup.bytes': row('bytes', 'of memory that a workgroup shares', 'the least limit of WebGPU', 0),
  'workgroup.cost.far': ratio('words', 'of workgroup memory that are read in the time of one from the arena', untimed),
  'workgroup.cost.launch': ratio('words', 'that are read in the time of one more launch', untimed),
  'workgroup.cost.saving': ratio(
    'times',
    'fewer reads of the arena that a block must make to pay for its barriers',
    untimed,
  ),
  'workgroup.cost.work': ratio(
    'products',
    'that an invocation adds at least before a block pays for its barriers',
    untimed,
  ),
  'workgroup.cost.beside': ratio('workgroups', 'that share the memory of a device with the least', untimed),
  'workgroup.cost.share': ratio('steps', 'from which on the invocations of a workgroup share a sum', untimed),
  'workgroup.cost.block': ratio('steps', 'from which on a sum in too few blocks is shared instead', untimed),
  'workgroup.cost.slice': ratio('steps', 'above which splitting a sum saves more than the extra launch costs', untimed),
};

/** The targets that a file may extend, with their numbers. */
export const describable = {
  wasm: { target: wasm128, numbers: vectorNumbers },
  webgpu: { target: webgpu, numbers: gridNumbers },
} as const satisfies Record<string, { target: Target; numbers: Readonly<Record<string, NumberRow>> }>;

/** A machine as a file describes it: the numbers that differ from one of Tapeout's targets, by path. */
export interface Machine {
  readonly name: string;
  readonly extends: keyof typeof describable;
  readonly numbers: ReadonlyMap<string, number>;
}

/** The number at a path. */
export function numberAt(target: Target, path: string): number {
  let at: unknown = target;
  for (const part of path.split('.')) at = (at as Record<string, unknown>)[part];
  return at as number;
}

/** A target with the numbers of a machine. */
export function on<T extends Target>(target: T, machine: Machine): T {
  let out: Target = { ...target, name: `${target.name}-${machine.name}` };
  for (const [path, value] of machine.numbers) out = replaced(out, path.split('.'), value) as Target;
  return out as T;
}

function replaced(of: object, [first, ...rest]: readonly string[], value: number): object {
  const key = first as keyof typeof of;
  return { ...of, [key]: rest.length === 0 ? value : replaced(of[key], rest, value) };
}
