/** `tapeout/ir`: the graph and kernel languages and their meaning, for authors of ops, passes and tests. */
import './needs-node.ts';

export type { Attr, Attrs } from './attr.ts';
export * as attr from './attr.ts';
export { defineOp } from './define-op.ts';
export { CompileError, CompilerBug, type Loc, type Note, showLoc } from './diagnostic.ts';
export type { Axis, Buffer, Expr, ReduceFn, Tile } from './expr.ts';
/** Constructors of scalar expressions, the language of equations: `expr.add(a, expr.exp(b))`. */
export * as expr from './expr.ts';
export {
  at,
  build,
  type FusedGraph,
  type Graph,
  type Group,
  type Load,
  type Module,
  makeGraph,
  type Node,
  type NoGradient,
  type Op,
  type OpDef,
  type OpSpec,
  type Param,
  param,
  paramsOf,
  type Result,
  type Role,
  type Task,
  topo,
  typeError,
  usersOf,
  type Value,
} from './graph.ts';
export { type InterpretOptions, interpretGraph, interpretValues } from './interpret/graph.ts';
export { interpretKernel, type Memory, makeMemory } from './interpret/kernel.ts';
export type { Kernel, Loop, LoopMode, Stmt } from './kernel.ts';
/** Tapeout's ops as functions from values to values: `op.mul(a, b)`. */
export * as op from './ops/index.ts';
export { ops, registerOp } from './ops/index.ts';
export type { Entry, Outline, Port, Program, Purpose, Slot, Span, Storage } from './program.ts';
export type { Directive, Schedule } from './schedule.ts';
export type { Machine } from './target-numbers.ts';
export {
  directivesOf,
  parseGraph,
  parseKernel,
  parseKernels,
  parseModule,
  parseProgram,
  parseSchedules,
  parseText,
  type ScheduleText,
  type Text,
} from './text/parse.ts';
export { parseTarget } from './text/parse-target.ts';
export { printGraph, printModule } from './text/print-graph.ts';
export { printKernel, printKernels } from './text/print-kernel.ts';
export type { PrintOptions } from './text/print-options.ts';
export { printProgram } from './text/print-program.ts';
export { printSchedule } from './text/print-schedule.ts';
export {
  type Batch,
  type BufferType,
  bindShape,
  type Dim,
  type DType,
  f32,
  i32,
  isBatch,
  N,
  type Shape,
  type StoredType,
  sameDim,
  sameShape,
  sameType,
  showShape,
  showType,
  type TensorType,
  tensor,
} from './type.ts';
