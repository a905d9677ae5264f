/** The peak of a GPU through WebGPU, measured by small shaders: float operations per second in registers, and bytes per second from
 *  a cache and from memory. */
import { usage } from '../../runtime/gpu-words.ts';
import type { Peak } from './peak.ts';

/** The sizes in bytes of the buffers to read: one that fits in caches, and one that does not. */
const [cached, large] = [1 << 18, 1 << 26];
/** Invocations per workgroup, and the numbers of workgroups to begin with and to end at. */
const [group, fewest, most] = [256, 64, 1 << 14];
/** Iterations of the arithmetic loop, each multiplying and adding eight vectors; and reads per invocation. */
const [turns, reads] = [64, 64];
/** The minimum milliseconds of a measurement, so that the round trip to the device is negligible. */
const enough = 20;

const shaders = `
@group(0) @binding(0) var<storage, read_write> data: array<vec4f>;
@compute @workgroup_size(${group}) fn arithmetic(@builtin(global_invocation_id) id: vec3u) {
  let m = data[id.x % 64];
  var acc: array<vec4f, 8>;
  for (var k = 0; k < 8; k++) { acc[k] = m + f32(k); }
  for (var i = 0; i < ${turns}; i++) {
    ${Array.from({ length: 8 }, (_, k) => `acc[${k}] = acc[${k}] * m + m;`).join(' ')}
  }
  var sum = acc[0];
  for (var k = 1; k < 8; k++) { sum += acc[k]; }
  // Never true, but no compiler can know that.
  if (sum.x == 12345.678) { data[id.x % 64] = sum; }
}
@compute @workgroup_size(${group}) fn reading(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var sum = vec4f();
  for (var i = 0u; i < ${reads}; i++) { sum += data[(id.x + i * groups.x * ${group}) % arrayLength(&data)]; }
  if (sum.x == 12345.678) { data[id.x % 64] = sum; }
}`;

export async function measureGpuPeak(device: GPUDevice): Promise<Peak> {
  const module = device.createShaderModule({ code: shaders });
  const rate = async (entryPoint: string, bytes: number, each: number): Promise<number> => {
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } });
    const buffer = device.createBuffer({ size: bytes, usage: usage.storage });
    const bound = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    });
    const took = async (workgroups: number, times: number): Promise<number> => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(workgroups);
      pass.end();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    };
    let [workgroups, times] = [fewest, 1];
    await took(workgroups, times);
    while ((await took(workgroups, times)) < enough && times < 4096) {
      if (workgroups < most) workgroups *= 2;
      else times *= 2;
    }
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) best = Math.min(best, await took(workgroups, times));
    buffer.destroy();
    return (workgroups * group * times * each) / best / 1e6;
  };
  return {
    gflops: await rate('arithmetic', 1024, turns * 8 * 4 * 2),
    cache: await rate('reading', cached, reads * 16),
    memory: await rate('reading', large, reads * 16),
  };
}
