/** Stage against stage: the recorded graph, the optimised one, lowered and scheduled kernels and WebAssembly must agree on
 *  results, gradients and updates, for models built as a user builds them, and for graphs over all ops there are. */

import type { Module, Param } from '../../ir/graph.ts';
import { parseModule } from '../../ir/text/parse.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import type { Optimizer } from '../../passes/update.ts';
import { agree, agreeInBits, describeStages } from '../support/differential.ts';
import { Choices, randomModel, randomValues, type Values } from '../support/generate.ts';
import { type Given, type Stages, stagesOf } from '../support/pipeline.ts';
import { Fault, faulty, type Kind, unlessByZero } from './kind.ts';
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

async function hold(
  subject: Subject,
  values: Values,
  tally: Tally,
  agreed: (stages: Stages, given: Given, n: number) => Promise<unknown>,
): Promise<void> {
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
        await unlessByZero(agreed(stages, given, n));
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
    const rounds = wild ? 1 : 2;
    return hold(randomModel(new Choices(choices), { wild }), values, tally, (s, g, n) => agree(s, g, n, rounds));
  },
});

const graphs: Kind = {
  name: 'graphs',
  doc: 'stages agree on graphs over all registered ops',
  runs: 60,
  check: (choices, tally) => {
    const c = new Choices(choices);
    const g = randomGraph(c);
    readBack(g.module);
    return hold(g, c.of<Values>(['smooth', 'grid', 'positive']), tally, agree);
  },
};

/** Special numbers, in all ops: the graph's float64 gives different ones there. */
const specials: Kind = {
  name: 'specials',
  doc: 'kernels give the same bits for NaN, infinities, zeros, the smallest and the largest numbers',
  runs: 30,
  check: (choices, tally) => {
    const c = new Choices(choices);
    return hold(c.chance(2) ? randomModel(c) : randomGraph(c), 'wild', tally, agreeInBits);
  },
};

/** A text reads back as what it was printed from, whatever its names are. */
function readBack(module: Module): void {
  const text = printModule(module, { places: false });
  const again = printModule(parseModule(text, 'random.tir'), { places: false });
  if (again !== text) throw new Fault(`a text is read back as another\n${text}\n${again}`, null);
}

export const stageKinds: readonly Kind[] = [
  models('smooth', 'models', 45, 'stages agree on models with smooth values'),
  models('grid', 'models-grid', 36, 'stages agree on models whose sums are exact'),
  models('wild', 'models-wild', 60, 'stages agree on models with NaN, infinities and zeros of both signs'),
  graphs,
  specials,
];
