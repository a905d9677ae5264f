/** Stage against stage: the recorded graph, the optimised one, lowered and scheduled kernels and WebAssembly must agree on
 *  results, gradients and updates, for models built as a user builds them, and for graphs over all ops there are. */

import type { Module, Param } from '../../ir/graph.ts';
import { printModule } from '../../ir/print-graph.ts';
import type { Optimizer } from '../../passes/update.ts';
import { agree, describeStages } from '../support/differential.ts';
import { Choices, randomModel, randomValues, type Values } from '../support/generate.ts';
import { type Stages, stagesOf } from '../support/pipeline.ts';
import { faulty, type Kind, unlessByZero } from './kind.ts';
import { randomGraph } from './random-graph.ts';
import type { Tally } from './tally.ts';

interface Subject {
  readonly module: Module;
  readonly optimizer?: Optimizer;
  readonly sgd?: string;
  readonly params: readonly Param[];
  readonly ranges: ReadonlyMap<Param, number>;
  readonly batches: readonly number[];
}

async function hold(subject: Subject, values: Values, rounds: number, tally: Tally): Promise<void> {
  const { module } = subject;
  let stages: Stages | undefined;
  let [given, n] = [new Map<Param, Float64Array>(), module.maxBatch];
  const shown = () => (stages ? describeStages(stages) : printModule(module));
  await faulty(
    () => ({ module, given, n, ...(subject.sgd ? { optimizer: subject.sgd } : {}) }),
    shown,
    async () => {
      stages = stagesOf(module, subject.optimizer, undefined, () => tally.unproved++);
      for (const batch of subject.batches) {
        [given, n] = [randomValues(subject, values, batch, batch), batch];
        await unlessByZero(agree(stages, given, n, rounds));
      }
    },
  );
  for (const g of module.graphs) tally.graph(g);
  tally.kernels += new Set(stages?.scheduled.flatMap((s) => s.kernels)).size;
}

const models = (values: Values, name: string, runs: number, doc: string): Kind => ({
  name,
  doc,
  runs,
  check: (choices, tally) => {
    const wild = values === 'wild';
    return hold(randomModel(new Choices(choices), { wild }), values, wild ? 1 : 2, tally);
  },
});

const graphs: Kind = {
  name: 'graphs',
  doc: 'stages agree on graphs over all registered ops',
  runs: 60,
  check: (choices, tally) => {
    const c = new Choices(choices);
    return hold(randomGraph(c), c.of<Values>(['smooth', 'grid', 'positive']), 1, tally);
  },
};

export const stageKinds: readonly Kind[] = [
  models('smooth', 'models', 120, 'stages agree on models with smooth values'),
  models('grid', 'models-grid', 120, 'stages agree on models whose sums are exact'),
  models('wild', 'models-wild', 80, 'stages agree on models with NaN, infinities and zeros of both signs'),
  graphs,
];
