/** torch.nn.functional, in camelCase: everything here is a composition of the ops in ir/ops. */

export * from './activation.ts';
export * from './apply.ts';
export * from './attention.ts';
export * from './conv.ts';
export * from './conv-transpose.ts';
export * from './distance.ts';
export * from './gradient.ts';
export * from './indexed.ts';
export * from './join.ts';
export * from './linear.ts';
export * from './loss.ts';
export * from './loss-binary.ts';
export * from './loss-ctc.ts';
export * from './loss-ranking.ts';
export * from './loss-regression.ts';
export * from './norm.ts';
export * from './pad.ts';
export * from './piecewise.ts';
export * from './pointwise.ts';
export * from './pool.ts';
export * from './products.ts';
export * from './random.ts';
export * from './rearranging.ts';
export * from './reduction.ts';
export * from './reductions.ts';
export * from './scan.ts';
