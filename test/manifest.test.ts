/** The manifest's description of a program's memory. */
import { expect, test } from 'vitest';
import { manifestOf } from '../codegen/manifest.ts';
import { emitWgsl } from '../codegen/wgsl/emit.ts';
import { isPlanned } from '../ir/program.ts';
import { webgpu } from '../ir/target.ts';
import { parseProgram } from '../ir/text/parse.ts';
import { plan } from '../passes/plan.ts';

test('results that share a value are found under each of their names', () => {
  const outline = parseProgram(
    `tapeout ir 1
program @twice (N <= 4) {
  entry @forward {
    input  x: f32[N,3]
    output y: f32[N,3]
    output z: f32[N,3] in y
    0 @double(x, y out)
  }
  buffers {
    purpose name type
    input   x    f32[N,3]
    output  y    f32[N,3]
  }
}
kernel @double(x: f32[N,3], y: f32[N,3] out) {
  for n in 0..N { for i in 0..3 { y[n, i] = x[n, i] * 2.0 } }
}`,
    'twice.tir',
  );
  if (isPlanned(outline)) throw new Error('the text has no plan');
  const program = plan(outline, webgpu);
  const manifest = manifestOf(program, new Map(), null, { program, shaders: emitWgsl(program, webgpu) });
  for (const { entries, tensors } of [manifest, manifest.webgpu!]) {
    expect(entries[0]).toMatchObject({ inputs: ['x'], outputs: ['y', 'z'] });
    expect(tensors.map((t) => t.name)).toEqual(['x', 'y', 'z']);
    const [, y, z] = tensors;
    expect(z).toEqual({ ...y, name: 'z' });
  }
});
