/** Random small models, compiled and run stage against stage: the recorded graph, the optimised one, lowered and scheduled
 *  kernels and WebAssembly must agree on results, gradients and what the optimizer makes of the parameters. */
import fc from 'fast-check';
import { test } from 'vitest';
import { agree, describeStages } from '../support/differential.ts';
import { Choices, type RandomModel, randomModel, randomValues, type Values } from '../support/generate.ts';
import { type Stages, stagesOf } from '../support/pipeline.ts';

/** Numbers for `randomModel`, and of what kind its inputs are. A failure prints them. */
const numbers = fc.array(fc.nat({ max: 5039 }), { minLength: 20, maxLength: 120, size: 'max' });

async function check(choices: readonly number[], values: Values): Promise<void> {
  const wild = values === 'wild';
  let model: RandomModel | undefined;
  let stages: Stages | undefined;
  try {
    model = randomModel(new Choices(choices), { wild });
    stages = stagesOf(model.module, model.optimizer);
    for (const n of model.batches) await agree(stages, randomValues(model, values, n, n), n, wild ? 1 : 2);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${problem}\n${stages ? describeStages(stages) : ''}\nreproduce: check([${choices}], '${values}')`,
      { cause },
    );
  }
}

const rows: readonly (readonly [Values, number])[] = [
  // By count and not by time, so that a fast machine and a slow one try the same models.
  ['smooth', 120],
  ['grid', 120],
  ['wild', 80],
];
test.each(rows)(
  'stages agree on random models with %s values',
  async (values, numRuns) => {
    await fc.assert(
      fc.asyncProperty(numbers, (choices) => check(choices, values)),
      {
        seed: Number(process.env.SEED ?? 1),
        numRuns: Number(process.env.RUNS ?? numRuns),
      },
    );
  },
  600_000,
);
