/** The largest part of a model that can be trained within a budget of memory. */

import { CompileError } from '../../ir/diagnostic.ts';
import { type Param, topo, type Value } from '../../ir/graph.ts';
import { listed } from '../model/nn/module.ts';
import type { Recording } from '../model/record.ts';

/** One way to compile a model, and its memory. */
export interface Choice {
  /** The parameters that it trains; others are frozen. */
  readonly trained: readonly string[];
  /** True if values are computed twice where that saves memory. */
  readonly rematerialize: boolean;
  readonly arenaBytes: number;
}

/** What a budget led to: all that was tried, the last of which is taken. */
export interface Budget {
  /** In bytes. */
  readonly memory: number;
  readonly tried: readonly Choice[];
}

/** A choice, and the recording that it freezes. */
interface Attempt extends Choice {
  readonly recording: Recording;
}
/** The memory of a recording. */
type Measure = (recording: Recording, rematerialize: boolean) => number;

/** The recording with the parameters frozen that have to be for it to fit into `memory` bytes, the choice that does, and what was
 *  tried before: all parameters, all with values computed twice, then without those that are farthest from the loss, layer by layer,
 *  as their gradients need the longest path to be kept. With `rematerialize` values are computed twice from the start. Throws if the
 *  last layer alone does not fit, and says what would. */
export function withinMemory(
  recording: Recording,
  memory: number,
  rematerialize: boolean,
  measure: Measure,
): { readonly recording: Recording; readonly rematerialize: boolean; readonly budget: Budget } {
  const tried: Attempt[] = [];
  const layers = layersOf(recording);
  const all = layers.map((_, frozen) => ({ frozen, twice: true }));
  const choices = rematerialize ? all : [{ frozen: 0, twice: false }, ...all];
  for (const { frozen, twice } of layers.length > 0 ? choices : [{ frozen: 0, twice: rematerialize }]) {
    const held = new Set(layers.slice(0, frozen).flat());
    const parameters = recording.parameters.map((p) => (held.has(p.param) ? { ...p, trains: false } : p));
    const trained = parameters.flatMap((p) => (p.trains ? [p.param.name] : []));
    const made = { ...recording, parameters };
    const arenaBytes = measure(made, twice);
    tried.push({ trained, rematerialize: twice, arenaBytes, recording: made });
    if (arenaBytes > memory) continue;
    const shown = tried.map(({ recording: _, ...choice }) => choice);
    return { recording: made, rematerialize: twice, budget: { memory, tried: shown } };
  }
  throw tooSmall(memory, tried, measure);
}

/** The parameters that train, those of each module together, from the one that forward reads first to the last. */
function layersOf({ parameters, train: { loss, output } }: Recording): Param[][] {
  const wanted = new Map<Value, string>(
    parameters.flatMap((p) => (p.trains ? [[p.param, p.param.name.replace(/\.?[^.]*$/, '')] as const] : [])),
  );
  const layers = new Map<string, Set<Param>>();
  for (const n of topo([loss ?? output]))
    for (const i of n.inputs) {
      const layer = wanted.get(i);
      if (layer === undefined) continue;
      layers.set(layer, (layers.get(layer) ?? new Set()).add(i as Param));
    }
  return [...layers.values()].map((params) => [...params]);
}

function tooSmall(memory: number, tried: readonly Attempt[], measure: Measure): CompileError {
  const bytes = (n: number): string => n.toLocaleString('en');
  const least = tried.reduce((a, b) => (b.arenaBytes < a.arenaBytes ? b : a));
  const { trained, recording } = least;
  const smaller = fitting(least, memory, measure);
  return new CompileError(
    'too-large',
    `the model needs ${bytes(least.arenaBytes)} bytes${trained.length > 0 ? `, even if it trains ${listed(trained)} alone` : ''}, and ${bytes(memory)} are allowed`,
    {
      loc: recording.loc,
      notes: tried.map(({ trained, rematerialize, arenaBytes }) => ({
        message: `${bytes(arenaBytes)} bytes for ${trained.length} parameters${rematerialize ? ', values computed twice' : ''}`,
        loc: null,
      })),
      help: smaller
        ? `with maxBatch ${smaller.batch} it would take ${bytes(smaller.arenaBytes)} bytes; the batch was ${recording.maxBatch}`
        : 'no batch makes it fit: the weights and the state of the optimizer are too large themselves',
    },
  );
}

/** The largest half, quarter, … of the batch at which the smallest choice fits. */
function fitting({ recording, rematerialize }: Attempt, memory: number, measure: Measure) {
  for (let batch = recording.maxBatch >> 1; batch > 0; batch >>= 1) {
    const arenaBytes = measure({ ...recording, maxBatch: batch }, rematerialize);
    if (arenaBytes <= memory) return { batch, arenaBytes };
  }
  return null;
}
