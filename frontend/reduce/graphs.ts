/** The language for reducing modules of graphs, fused or not. */

import type { FusedGraph, Graph, Module } from '../../ir/graph.ts';
import { bypass, constants, cutOut, disconnect, edges, nodesOf, paramsOf, reuse } from './cut.ts';
import { extents, extentsOf } from './extents.ts';
import type { Language } from './search.ts';
import * as simplify from './simplify.ts';
import { sum } from './weights.ts';

/** A graph's duties besides computing: the parts of its task, and updates in place; staged ones count twice. */
function duties(g: Graph): number {
  const { task } = g;
  const parts =
    task?.kind === 'differentiate' ? 1 + task.wrt.length + (task.seed ? 1 : 0) : task ? 1 + task.gradients.size : 0;
  return parts + g.results.filter((r) => r.into).length + ('groups' in g ? (g as FusedGraph).staged.size : 0);
}

export const graphLanguage: Omit<Language<Module>, 'print' | 'isValid'> = {
  steps: [
    simplify.graphs,
    simplify.tasks,
    cutOut,
    simplify.results,
    bypass,
    reuse,
    constants,
    disconnect,
    simplify.duties,
    simplify.updates,
    simplify.idle,
    simplify.merge,
    simplify.roles,
    simplify.attributes,
    extents,
    simplify.maxBatch,
    simplify.paramNames,
    simplify.otherNames,
    simplify.places,
  ],
  size(m) {
    const params = paramsOf(m);
    return [
      m.graphs.length,
      nodesOf(m).length,
      sum(m.graphs.map(duties)),
      edges(m),
      sum(m.graphs.map((g) => g.results.length)),
      sum(m.graphs.map((g) => g.params.length)),
      params.filter((p) => p.role !== 'input').length,
      simplify.attributeWeight(m),
      ...extentsOf(m),
      m.maxBatch,
      simplify.nameWeight(m),
      simplify.placesIn(m),
    ];
  },
};

/** The counts shown to the user. */
export const countGraphs = (m: Module): readonly (readonly [string, number])[] => [
  ['graphs', m.graphs.length],
  ['ops', nodesOf(m).length],
  ['params', paramsOf(m).length],
];
