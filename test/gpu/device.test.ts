/** The devices that the WebGPU tests rely on. */
import { expect, test } from 'vitest';
import { noGpu } from '../support/engines.ts';
import { openDevice, openNullDevice, shaderProblem } from '../support/gpu.ts';
import { unless } from '../support/left-out.ts';

const squares = `
  @group(0) @binding(0) var<storage, read_write> out: array<u32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = id.x * id.x; }`;
const usage = { storage: 0x80, copySource: 0x4, copyTarget: 0x8, mapRead: 0x1 };

test.skipIf(noGpu)(unless(noGpu, 'Dawn runs a shader on SwiftShader'), async () => {
  const device = await openDevice();
  const out = device.createBuffer({ size: 256, usage: usage.storage | usage.copySource });
  const read = device.createBuffer({ size: 256, usage: usage.mapRead | usage.copyTarget });
  const module = device.createShaderModule({ code: squares });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: out } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(out, 0, read, 0, 256);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(1);
  expect([...new Uint32Array(read.getMappedRange())]).toEqual(Array.from({ length: 64 }, (_, i) => i * i));
  device.destroy();
});

test('Tint checks shaders without a device', async () => {
  const device = await openNullDevice();
  expect(await shaderProblem(device, squares)).toBeNull();
  expect(await shaderProblem(device, squares.replace('id.x * id.x', '1.5'))).toContain('cannot convert value');
  device.destroy();
});
