/** Code runs only with the manifest of its own compilation, in memory as in a bundle. */
import { expect, test } from 'vitest';
import { bundleOf } from '../frontend/files/output.ts';
import { type Compiled, compile, defineModel, nn } from '../frontend/index.ts';
import { checkWgslTag } from '../runtime/gpu-tag.ts';
import { instantiate, instantiateThreads } from '../runtime/index.ts';
import type { Manifest, ManifestTags } from '../runtime/manifest.ts';

const net = (features: number) =>
  compile(defineModel({ model: () => nn.Linear(3, features), input: { shape: ['N', 3] }, maxBatch: 2 }), {
    target: 'all',
    threads: 2,
  });
const [one, other] = (await Promise.all([net(4), net(5)])) as [Compiled, Compiled];

test('parts of the same compilation fit together', async () => {
  const model = await instantiate(one.wasm, one.manifest, one.weights);
  expect(model.forward(new Float32Array(3))).toHaveLength(4);
  await instantiate(await WebAssembly.compile(one.wasm as BufferSource), one.manifest);
  await instantiate(one.wasm, JSON.parse(JSON.stringify(one.manifest)));
});

test('code of another compilation is refused', async () => {
  const another = /of another compilation than the manifest/;
  await expect(instantiate(other.wasm, one.manifest)).rejects.toThrow(another);
  await expect(instantiate(await WebAssembly.compile(other.wasm as BufferSource), one.manifest)).rejects.toThrow(
    another,
  );
  const mixed = { wasm: one.wasm, threadedWasm: other.threadedWasm! };
  await expect(instantiateThreads(mixed, one.manifest, undefined, { threads: 2, cores: 2 })).rejects.toThrow(another);
  expect(() => checkWgslTag(one.wgsl!, one.manifest.tags as ManifestTags)).not.toThrow();
  expect(() => checkWgslTag(other.wgsl!, one.manifest.tags as ManifestTags)).toThrow(another);
});

test("a manifest without tags, or without the code's tag, is refused", async () => {
  const { tags, ...untagged } = one.manifest;
  for (const manifest of [untagged, { ...untagged, tags: {} }])
    await expect(instantiate(other.wasm, manifest as Manifest)).rejects.toThrow('the manifest lacks tags');
  const { manifest, webgpu, threadedWasm } = tags;
  const unknown = /its tag should be one that the manifest lacks, and is [0-9a-f]{16}/;
  const codeless = { ...one.manifest, tags: { manifest, webgpu: webgpu! } };
  await expect(instantiate(one.wasm, codeless)).rejects.toThrow(unknown);
  await expect(
    instantiate(one.wasm, { ...codeless, tags: { ...codeless.tags, threadedWasm: threadedWasm! } }),
  ).rejects.toThrow(unknown);
  await expect(
    instantiateThreads({ wasm: one.wasm, threadedWasm: one.threadedWasm! }, codeless, undefined, {
      threads: 2,
      cores: 2,
    }),
  ).rejects.toThrow(unknown);
  expect(() => checkWgslTag(one.wgsl!, codeless.tags)).toThrow('they should begin with a tag that the manifest lacks');
});

test('changed manifests and damaged code are refused', async () => {
  await expect(instantiate(one.wasm, { ...one.manifest, maxBatch: 1 })).rejects.toThrow(/the manifest is damaged/);
  const damaged = one.wasm.slice();
  damaged[damaged.length - 60]! ^= 1;
  await expect(instantiate(damaged, one.manifest)).rejects.toMatchObject({ code: 'bad-wasm' });
});

test('a bundle has the same tags, but none of the parts it leaves out', async () => {
  const files = await bundleOf(one);
  expect(files.get('model.wasm')).toEqual(one.wasm);
  expect(JSON.parse(files.get('manifest.json') as string).tags).toEqual(one.manifest.tags);
  const onGpu = JSON.parse((await bundleOf({ ...one, target: 'webgpu' })).get('manifest.json') as string);
  expect(Object.keys(onGpu.tags)).toEqual(['manifest', 'webgpu', 'wgsl']);
});
