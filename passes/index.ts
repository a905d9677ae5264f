/** `tapeout/passes`: the passes in order, and the building blocks for passes of your own. */
import '../ir/needs-node.ts';

export { autodiff, cotangentsOf } from './autodiff.ts';
export { algebra, canonicalize } from './canonicalize.ts';
export { type GraphPass, registeredPasses, registerPass } from './custom.ts';
export { fuse } from './fuse.ts';
export { indexInputs, indexRanges, inferShapes } from './infer-shapes.ts';
export { Buffers, type Lowered, lower } from './lower/index.ts';
export { outline, outlineOfKernels } from './outline.ts';
export { plan } from './plan.ts';
export { is, type Rule, rewrite, rewriting, rule } from './rewrite.ts';
export type { GivenSchedules } from './schedule/choose/given.ts';
export { type Scheduled, schedule } from './schedule/index.ts';
export { type Optimizer, StateTable, type UpdateContext, update } from './update.ts';
