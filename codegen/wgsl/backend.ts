/** The WebGPU backends: shaders for every device, and shaders that use optional features. */

import type { GridTarget } from '../../ir/target.ts';
import type { Code } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import type { ProgramBackend } from '../backend.ts';
import { emitWgsl, type Shaders } from './emit.ts';

export interface WgslCode extends Code {
  readonly shaders: Shaders;
}
export type WgslBackend = ProgramBackend<GridTarget, WgslCode>;

const { turnConvolutions, fuse, lower, expandMath, schedule, join, plan } = stages;

/** Shaders for a target; the name of the backend says whether they use optional features. */
export const wgslBackend = (target: GridTarget, name: 'wgsl' | 'wgsl-features' = 'wgsl'): WgslBackend => ({
  kind: 'program',
  name,
  target,
  stages: [turnConvolutions, fuse, lower, expandMath, schedule, join, plan],
  text: 'wgsl',
  emit(program) {
    const shaders = emitWgsl(program, target);
    return { shaders, codeBytes: shaders.wgsl.length, text: () => shaders.wgsl };
  },
});
