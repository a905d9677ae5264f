/** The largest part of a model that can be trained within a budget of memory. */

import { CompileError } from '../../ir/diagnostic.ts';
import { type Param, topo, type Value } from '../../ir/graph.ts';
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

/** The recording with the parameters frozen that have to be for it to fit into `memory` bytes, the choice that does, and what was
 *  tried before: all parameters, all with values computed twice, then without those that are farthest from the loss, layer by layer,
 *  as their gradients need the longest path to be kept. `measure` is the memory of a choice at a batch. Throws if the last layer alone does not
 *  fit, and says what would. */
export function withinMemory(
  recording: Recording,
  memory: number,
  measure: (recording: Recording, rematerialize: boolean) => number,
): { readonly recording: Recording; readonly rematerialize: boolean; readonly budget: Budget } {
  const tried: Choice[] = [];
  const layers = layersOf(recording);
  const attempt = (frozen: number, rematerialize: boolean) => {
    const held = new Set(layers.slice(0, frozen).flat());
    const parameters = recording.parameters.map((p) => (held.has(p.param) ? { ...p, trains: false } : p));
    const made = { ...recording, parameters };
    const arenaBytes = measure(made, rematerialize);
    const trained = parameters.flatMap((p) => (p.trains ? [p.param.name] : []));
    tried.push({ trained, rematerialize, arenaBytes });
    return arenaBytes <= memory ? { recording: made, rematerialize, budget: { memory, tried } } : null;
  };
  const all = attempt(0, false) ?? attempt(0, true);
  if (all) return all;
  for (let frozen = 1; frozen < layers.length; frozen++) {
    const found = attempt(frozen, true);
    if (found) return found;
  }
  throw tooSmall(recording, memory, tried, (r) => measure(r, true));
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

function tooSmall(
  recording: Recording,
  memory: number,
  tried: readonly Choice[],
  measure: (recording: Recording) => number,
): CompileError {
  const bytes = (n: number): string => n.toLocaleString('en');
  const least = tried.reduce((a, b) => (b.arenaBytes < a.arenaBytes ? b : a));
  const smaller = fitting(recording, memory, least, measure);
  return new CompileError(
    'too-large',
    `the model needs ${bytes(least.arenaBytes)} bytes${least.trained.length > 0 ? `, even if it trains ${shortList(least.trained)} alone` : ''}, and ${bytes(memory)} are allowed`,
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
function fitting(recording: Recording, memory: number, { trained }: Choice, measure: (r: Recording) => number) {
  const parameters = recording.parameters.map((p) => ({ ...p, trains: trained.includes(p.param.name) }));
  for (let batch = recording.maxBatch >> 1; batch > 0; batch >>= 1) {
    const arenaBytes = measure({ ...recording, parameters, maxBatch: batch });
    if (arenaBytes <= memory) return { batch, arenaBytes };
  }
  return null;
}

const shortList = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
