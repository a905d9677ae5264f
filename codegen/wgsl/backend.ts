/** The WebGPU backends: shaders for every device, and shaders that use optional features. */

import { type GridTarget, isPortable } from '../../ir/target.ts';
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
export const wgslBackend = (target: GridTarget): WgslBackend => ({
  kind: 'program',
  name: isPortable(target) ? 'wgsl' : 'wgsl-features',
  target,
  stages: [turnConvolutions, fuse, lower, expandMath, schedule, join, plan],
  text: 'wgsl',
  emit(program) {
    const shaders = emitWgsl(program, target);
    return { shaders, codeBytes: shaders.wgsl.length, text: () => shaders.wgsl };
  },
});
