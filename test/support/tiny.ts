/** A module small enough to be written by hand, with every entry and every kind of tensor: what runtime tests run.
 *  output = x·wᵀ, loss = mean over samples of Σx, correct = labels that are 0; training subtracts lr·loss from w[0]. */
import binaryen from 'binaryen';
import { tagged } from '../../frontend/files/tags.ts';
import { type GpuModel, instantiate, instantiateGpu, type Model } from '../../runtime/index.ts';
import type {
  Manifest,
  ManifestCount,
  ManifestDispatch,
  ManifestTensor,
  UntaggedManifest,
} from '../../runtime/manifest.ts';

const wat = `(module
  (memory (export "memory") 1 1)
  (func $sum (param $n i32) (result f32) (local $i i32) (local $s f32)
    (loop $next
      (local.set $s (f32.add (local.get $s) (f32.load offset=128 (i32.shl (local.get $i) (i32.const 2)))))
      (br_if $next (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.shl (local.get $n) (i32.const 1)))))
    (f32.div (local.get $s) (f32.convert_i32_u (local.get $n))))
  (func $apply (param $g f32)
    (f32.store (i32.const 16) (f32.sub (f32.load (i32.const 16)) (f32.mul (f32.load (i32.const 48)) (local.get $g)))))
  (func (export "train_step") (param $n i32)
    (f32.store (i32.const 176) (call $sum (local.get $n)))
    (call $apply (f32.load (i32.const 176)))
    (f32.store (i32.const 64) (f32.add (f32.load (i32.const 64)) (f32.const 1))))
  (func $forward (export "forward") (param $n i32) (local $i i32) (local $k i32) (local $x i32) (local $w i32)
    (loop $rows
      (local.set $k (i32.const 0))
      (local.set $x (i32.shl (local.get $i) (i32.const 3)))
      (loop $columns
        (local.set $w (i32.shl (local.get $k) (i32.const 3)))
        (f32.store offset=192
          (i32.shl (i32.add (i32.mul (local.get $i) (i32.const 3)) (local.get $k)) (i32.const 2))
          (f32.add
            (f32.mul (f32.load offset=128 (local.get $x)) (f32.load offset=16 (local.get $w)))
            (f32.mul (f32.load offset=132 (local.get $x)) (f32.load offset=20 (local.get $w)))))
        (br_if $columns (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 3))))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "evaluate") (param $n i32) (local $i i32)
    (call $forward (local.get $n))
    (f32.store (i32.const 176) (call $sum (local.get $n)))
    (i32.store (i32.const 180) (i32.const 0))
    (loop $next
      (i32.store (i32.const 180) (i32.add (i32.load (i32.const 180))
        (i32.eqz (i32.load offset=160 (i32.shl (local.get $i) (i32.const 2))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "backward") (param $n i32)
    (f32.store (i32.const 176) (call $sum (local.get $n)))
    (f32.store (i32.const 96) (f32.add (f32.load (i32.const 96)) (f32.load (i32.const 176)))))
  (func (export "vjp") (param $n i32)
    (f32.store (i32.const 96) (f32.add (f32.load (i32.const 96)) (f32.load (i32.const 256)))))
  (func (export "zero_grad") (param $n i32) (memory.fill (i32.const 96) (i32.const 0) (i32.const 24)))
  (func (export "step") (param $n i32) (call $apply (f32.load (i32.const 96)))))`;

const N = { batch: 1 };
const tensor = (
  name: string,
  purpose: ManifestTensor['purpose'],
  offset: number,
  shape: ManifestTensor['shape'],
  more: Partial<ManifestTensor> = {},
): ManifestTensor => ({ name, purpose, dtype: 'f32', shape, offset, ...more });

/** As the compiler makes it, but without tags, which `tagTiny` adds. */
export const tinyManifest: UntaggedManifest = {
  tapeout: 2,
  name: 'Tiny',
  maxBatch: 4,
  pages: 1,
  arenaBytes: 304,
  tensors: [
    tensor('fc.weight', 'parameter', 16, [3, 2]),
    tensor('lr', 'scalar', 48, [], { initial: 0.5 }),
    tensor('steps', 'state', 64, [], { initial: 0 }),
    tensor('fc.weight', 'gradient', 96, [3, 2]),
    tensor('x', 'input', 128, [N, 2]),
    tensor('y', 'input', 160, [N], { dtype: 'i32', range: 3 }),
    tensor('loss', 'output', 176, []),
    tensor('correct', 'output', 180, [], { dtype: 'i32' }),
    tensor('output', 'output', 192, [N, 3]),
    tensor('cotangent', 'input', 256, [N, 3]),
  ],
  entries: [
    { name: 'forward', inputs: ['x'], outputs: ['output'] },
    { name: 'evaluate', inputs: ['x', 'y'], outputs: ['output', 'loss', 'correct'] },
    { name: 'train_step', inputs: ['x', 'y'], outputs: ['loss'] },
    { name: 'backward', inputs: ['x', 'y'], outputs: ['loss'] },
    { name: 'vjp', inputs: ['x', 'cotangent'], outputs: [] },
    { name: 'zero_grad', inputs: [], outputs: [] },
    { name: 'step', inputs: [], outputs: [] },
  ],
};

export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Error('the WAT is not valid');
    return Uint8Array.from(module.emitBinary());
  } finally {
    module.dispose();
  }
}

export const tinyWasm = (): Uint8Array<ArrayBuffer> => assemble(wat);
export const tinyWeights = (): Map<string, Float32Array> => new Map([['fc.weight', Float32Array.of(1, 2, 3, 4, 5, 6)]]);

/** The same module for a GPU, at the same offsets. */
export const tinyWgsl = `
struct Call { n: u32, lr: f32 }
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
@group(0) @binding(1) var<uniform> call: Call;
fn at(i: u32) -> f32 { return bitcast<f32>(arena[i]); }
fn put(i: u32, v: f32) { arena[i] = bitcast<u32>(v); }

@compute @workgroup_size(4) fn rows(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= call.n * 3) { return; }
  let row = id.x / 3;
  let k = id.x % 3;
  put(48 + id.x, at(32 + 2 * row) * at(4 + 2 * k) + at(33 + 2 * row) * at(5 + 2 * k));
}
@compute @workgroup_size(1) fn sum() {
  var s = 0.0;
  for (var i = 0u; i < 2 * call.n; i++) { s += at(32 + i); }
  put(44, s / f32(call.n));
}
@compute @workgroup_size(1) fn count() {
  arena[45] = 0;
  for (var i = 0u; i < call.n; i++) { arena[45] += u32(arena[40 + i] == 0); }
}
@compute @workgroup_size(1) fn learn() {
  put(4, at(4) - call.lr * at(44));
  put(16, at(16) + 1);
}
@compute @workgroup_size(1) fn add_loss() { put(24, at(24) + at(44)); }
@compute @workgroup_size(1) fn add_cotangent() { put(24, at(24) + at(64)); }
@compute @workgroup_size(1) fn clear() { for (var i = 24u; i < 30; i++) { arena[i] = 0; } }
@compute @workgroup_size(1) fn apply() { put(4, at(4) - call.lr * at(24)); }
`;

const dispatch = (kernel: string, x: ManifestCount = 1): ManifestDispatch => ({ kernel, workgroups: [x, 1, 1] });
const rows = dispatch('rows', { batch: 3, per: 4, times: 1 });
const dispatches: Readonly<Record<string, readonly ManifestDispatch[]>> = {
  forward: [rows],
  evaluate: [rows, dispatch('sum'), dispatch('count')],
  train_step: [dispatch('sum'), dispatch('learn')],
  backward: [dispatch('sum'), dispatch('add_loss')],
  vjp: [dispatch('add_cotangent')],
  zero_grad: [dispatch('clear')],
  step: [dispatch('apply')],
};

/** The manifest of both. */
export const tinyGpuManifest: UntaggedManifest = {
  ...tinyManifest,
  webgpu: {
    operations: 64,
    arenaBytes: tinyManifest.arenaBytes,
    callBytes: 16,
    tensors: tinyManifest.tensors.map((t) => (t.purpose === 'scalar' ? { ...t, offset: 4 } : t)),
    entries: tinyManifest.entries.map((e) => ({ ...e, dispatches: dispatches[e.name] ?? [] })),
  },
};

interface Code {
  readonly wasm: Uint8Array;
  readonly wgsl: string;
}

/** What a compilation returns: code with its tags, and the manifest that has them. Unreadable code gets the tags of
 *  readable code. */
export function tagTiny(
  manifest: UntaggedManifest = tinyGpuManifest,
  { wasm = tinyWasm(), wgsl = tinyWgsl }: Partial<Code> = {},
): Code & { readonly manifest: Manifest } {
  const tag = (m: UntaggedManifest) =>
    tagged(m, { wasm, threadedWasm: null, wgsl, featureWgsl: null }) as Code & { readonly manifest: Manifest };
  try {
    return tag(manifest);
  } catch {
    const tiny = tag(tinyGpuManifest);
    return { ...tiny, manifest: { ...manifest, tags: tiny.manifest.tags } };
  }
}

/** `instantiate` for code and a manifest that get their tags here. */
export function instantiateTiny(
  manifest?: UntaggedManifest,
  weights?: Parameters<typeof instantiate>[2],
  options?: Parameters<typeof instantiate>[3] & { readonly wasm?: Uint8Array },
): Promise<Model> {
  const { wasm = tinyWasm(), ...rest } = options ?? {};
  const parts = tagTiny(manifest, { wasm });
  return instantiate(parts.wasm as BufferSource, parts.manifest, weights, rest);
}

/** `instantiateGpu` for shaders and a manifest that get their tags here. */
export function instantiateTinyGpu(
  device: GPUDevice,
  manifest?: UntaggedManifest,
  weights?: Parameters<typeof instantiateGpu>[3],
  wgsl = tinyWgsl,
): Promise<GpuModel> {
  const parts = tagTiny(manifest, { wgsl });
  return instantiateGpu(device, parts.wgsl, parts.manifest, weights);
}
