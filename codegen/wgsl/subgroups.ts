/** Reductions that the invocations of a workgroup compute together: each subgroup reduces the elements of its
 *  invocations, one of these stores the result, and every subgroup reduces all results. The outcome depends on neither
 *  subgroup size nor membership. */

import type { BinaryFn } from '../../ir/expr.ts';
import { identity } from '../../ir/expr.ts';
import { type Arithmetic, wgslType } from './arithmetic.ts';
import type { Body, Val } from './values.ts';

type Fn = Extract<BinaryFn, 'add' | 'mul' | 'max' | 'min'>;
const spelt: Readonly<Record<Fn, string>> = {
  add: 'subgroupAdd',
  mul: 'subgroupMul',
  max: 'subgroupMax',
  min: 'subgroupMin',
};

export interface Together {
  readonly fn: Fn;
  readonly dtype: 'f32' | 'i32';
  /** The array in workgroup memory with an element for each of `count` invocations. Its contents are lost. */
  readonly memory: string;
  readonly count: number;
  /** Invocations per workgroup. */
  readonly size: number;
  fresh(name: string): string;
}

export function addedTogether(body: Body, math: Arithmetic, { fn, dtype, memory, count, size, fresh }: Together): Val {
  const none = math.literal((identity(fn, dtype) as { value: number }).value, dtype);
  const line = (text: string): void => body.line([none], ([zero]) => text.replace('NONE', zero as string));
  const lane = size > 1 ? 'lane' : '0u';
  const within = size === count ? null : fresh('within');
  if (within) line(`let ${within} = ${lane} < ${count}u`);
  const where = (has: string, hasNot: string): string => (within ? `select(${hasNot}, ${has}, ${within})` : has);
  const [rank, members, mine] = [fresh('rank'), fresh('members'), fresh('mine')];
  line(`let ${rank} = subgroupExclusiveAdd(1u)`);
  line(`let ${members} = subgroupAdd(1u)`);
  // The first invocation with an element stores the result of all.
  const first = within ? fresh('first') : rank;
  if (within) line(`let ${first} = subgroupExclusiveAdd(${where('1u', '0u')})`);
  const index = within ? `min(${lane}, ${count - 1}u)` : lane;
  line(`let ${mine} = ${spelt[fn]}(${where(`${memory}[${index}]`, 'NONE')})`);
  const leave = (): void => line(`${memory}[${lane}] = select(NONE, ${mine}, ${first} == 0u)`);
  if (within) body.block([], () => `if (${within})`, leave);
  else leave();
  body.line([], () => 'workgroupBarrier()');
  const [all, i] = [fresh('all'), fresh('i')];
  line(`var ${all} = NONE`);
  const head = `for (var ${i} = ${rank}; ${i} < ${count}u; ${i} += ${members})`;
  body.block(
    [],
    () => head,
    () => {
      const sum = math.binary(
        fn,
        dtype,
        body.atom(wgslType(dtype), all),
        body.atom(wgslType(dtype), `${memory}[${i}]`),
      );
      body.line([sum], ([s]) => `${all} = ${s}`);
    },
  );
  const total = fresh('total');
  line(`let ${total} = ${spelt[fn]}(${all})`);
  return body.atom(wgslType(dtype), total);
}
