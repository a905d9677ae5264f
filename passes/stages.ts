/** The passes as stages of the pipeline, in the order in which they may run. Each is documented in the file of its
 *  name. */

import type { Module } from '../ir/graph.ts';
import type { Kernel } from '../ir/kernel.ts';
import { kernelsOf, mapKernels } from '../ir/program.ts';
import type { Schedule } from '../ir/schedule.ts';
import { isGrid, isVector } from '../ir/target.ts';
import { autodiff } from './autodiff.ts';
import { canonicalize } from './canonicalize.ts';
import { fuse } from './fuse.ts';
import { inferShapes } from './infer-shapes.ts';
import { joined } from './join.ts';
import { Buffers, lower } from './lower/index.ts';
import { expandMathIn, unexpanded } from './math.ts';
import { outline } from './outline.ts';
import { plan } from './plan.ts';
import { rematerialize } from './rematerialize.ts';
import { scheduleOutline } from './schedule/index.ts';
import { type IrOf, type Stage, type StageContext, stage } from './stage.ts';
import { barriers, threads } from './threads.ts';
import { turnConvolutions } from './turn-convolutions.ts';
import { noOptimizer, update } from './update.ts';

const onModule = (
  name: string,
  run: (m: Module, context: StageContext) => Module,
  notReady?: (m: Module, context: StageContext) => string | null,
): Stage =>
  stage(name, 'module', 'module', ({ module }, context) => ({ form: 'module', module: run(module, context) }), {
    notReady: ({ module }, context) => notReady?.(module, context) ?? null,
  });

/** Requires that autodiff and update have no tasks left to do. */
const noTasks =
  (before: string) =>
  ({ module: { graphs } }: IrOf<'module'>): string | null => {
    const open = graphs.find((g) => g.task);
    if (!open) return null;
    const [what, first] =
      open.task?.kind === 'apply' ? ['updated', "'update'"] : ['differentiated', "'autodiff' and 'update'"];
    return `graph @${open.name} must still be ${what}: run ${first} before '${before}'.`;
  };

/** No kernel may call a function that no target has. */
function onlyInstructions(kernels: readonly Kernel[]): string | null {
  const found = unexpanded(kernels);
  return (
    found && `kernel @${found.kernel.name} calls ${found.fn}, which no target has: run 'expandMath' after 'lower'.`
  );
}

function notUpdatable({ graphs }: Module, { optimizer }: StageContext): string | null {
  const waiting = graphs.find((g) => g.task?.then === 'step');
  if (waiting?.task?.kind === 'differentiate')
    return `graph @${waiting.name} is not differentiated yet: run 'autodiff' before 'update'.`;
  if (!waiting || optimizer) return null;
  return `graph @${waiting.name} applies its gradients by an optimizer, and none is given. Say which: update=sgd(lr=0.01,momentum=0.9).`;
}

export const stages = {
  inferShapes: onModule('inferShapes', inferShapes),
  autodiff: onModule('autodiff', autodiff),
  update: onModule('update', (m, { optimizer, table }) => update(optimizer ?? noOptimizer, table)(m), notUpdatable),
  canonicalize: onModule('canonicalize', canonicalize),
  rematerialize: stage(
    'rematerialize',
    'module',
    'module',
    ({ module }, { target }) => {
      const done = rematerialize(module, target);
      return { form: 'module', module: done.module, rematerialized: done.made };
    },
    { notReady: noTasks('rematerialize') },
  ),
  turnConvolutions: onModule('turnConvolutions', turnConvolutions),
  fuse: stage(
    'fuse',
    'module',
    'fused',
    ({ module }, { target }) => ({
      form: 'fused',
      module: { ...module, graphs: module.graphs.map((g) => fuse(g, target)) },
    }),
    { notReady: noTasks('fuse') },
  ),
  lower: stage('lower', 'fused', 'kernels', ({ module }, { indices, target }) => {
    const buffers = new Buffers(module);
    const lowered = module.graphs.map((g) => lower(g, buffers, target));
    return { form: 'kernels', outline: outline(module, lowered, buffers, indices) };
  }),
  expandMath: stage('expandMath', 'kernels', 'kernels', ({ outline: of }) => ({
    form: 'kernels',
    outline: mapKernels(of, expandMathIn),
  })),
  schedule: stage(
    'schedule',
    'kernels',
    'schedule',
    ({ outline: of }, { target, given }) => ({ form: 'schedule', ...scheduleOutline(of, target, given) }),
    { notReady: ({ outline: of }) => onlyInstructions(kernelsOf(of)) },
  ),
  threads: stage(
    'threads',
    'schedule',
    'schedule',
    (ir, { target }) => (isVector(target) ? { form: 'schedule', ...threads(ir, target) } : ir),
    {
      notReady: (_, { target }) =>
        isVector(target) ? null : `'threads' is for processors: leave out --target webgpu.`,
    },
  ),
  join: stage('join', ['schedule', 'kernels'], 'schedule', (ir, { target }) => {
    const outline = isGrid(target) ? joined(ir.outline, target) : ir.outline;
    const before = ir.form === 'schedule' ? ir.schedules : new Map<string, Schedule>();
    return {
      form: 'schedule',
      outline,
      schedules: new Map(kernelsOf(outline).map((k) => [k.name, before.get(k.name) ?? []])),
    };
  }),
  plan: stage(
    'plan',
    ['schedule', 'kernels'],
    'program',
    ({ outline: of }, { target }) => ({ form: 'program', program: plan(of, target) }),
    { keepsKernels: true, notReady: ({ outline: of }) => onlyInstructions(kernelsOf(of)) },
  ),
  barriers: stage(
    'barriers',
    'program',
    'program',
    ({ program }) => ({ form: 'program', program: barriers(program) }),
    { keepsKernels: true },
  ),
} satisfies Readonly<Record<string, Stage>>;
