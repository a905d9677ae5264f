/** A compiled program on a device: its arena, pipelines and bind group, all made once. A call makes no API object except its command
 *  encoder. */
import { arrayOf, type Data, elementsAt, kindOf, TapeoutError, wordBytes, wordsOf } from './check.ts';
import { Arena, arenaSizes, partBytes } from './gpu-arena.ts';
import { Pace } from './gpu-pace.ts';
import { Upload } from './gpu-upload.ts';
import { usage } from './gpu-words.ts';
import type { ManifestCount, ManifestDispatch, ManifestGpu } from './manifest.ts';

const computeStage = 0x4;

export class GpuProgram {
  readonly device: GPUDevice;
  readonly arena: Arena;
  /** The contents of the next call's uniform buffer: the scalars at their offsets. */
  readonly call: ArrayBuffer;
  /** All submissions go through here. */
  readonly pace: Pace;
  readonly #callBuffer: GPUBuffer;
  readonly #words: Uint32Array<ArrayBuffer>;
  /** The contents of the device's uniform buffer after all queued work. */
  readonly #sent: Uint32Array<ArrayBuffer>;
  /** The uploads of the inputs, and their offsets in the arena. */
  readonly #uploads: ReadonlyMap<string, { readonly to: number; readonly upload: Upload }>;
  readonly #group: GPUBindGroup;
  readonly #pipelines: ReadonlyMap<string, GPUComputePipeline>;

  private constructor(
    device: GPUDevice,
    manifest: ManifestGpu,
    maxBatch: number,
    layout: GPUBindGroupLayout,
    pipelines: ReadonlyMap<string, GPUComputePipeline>,
  ) {
    this.device = device;
    this.pace = new Pace(device.queue);
    const { callBytes, tensors } = manifest;
    this.arena = new Arena(device, arenaSizes(manifest));
    this.#callBuffer = device.createBuffer({
      label: 'tapeout call',
      size: callBytes,
      usage: usage.uniform | usage.copyTarget,
    });
    this.call = new ArrayBuffer(callBytes);
    this.#words = new Uint32Array(this.call);
    this.#sent = new Uint32Array(callBytes / wordBytes);
    const uploads = tensors.flatMap(({ name, purpose, dtype, shape, offset }) => {
      if (purpose !== 'input') return [];
      const narrow = arrayOf[dtype].BYTES_PER_ELEMENT < wordBytes;
      return [[name, { to: offset, upload: new Upload(device, name, elementsAt(shape, maxBatch), narrow) }] as const];
    });
    this.#uploads = new Map(uploads);
    this.#pipelines = pipelines;
    this.#group = device.createBindGroup({
      layout,
      entries: inBindings(this.arena.buffers, this.#callBuffer).map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
  }

  /** Compiles all pipelines concurrently. Throws TapeoutError for shaders that the device refuses, and for a program that is too large
   *  for it. */
  static async of(device: GPUDevice, wgsl: string, manifest: ManifestGpu, maxBatch: number): Promise<GpuProgram> {
    if (typeof wgsl !== 'string')
      throw new TapeoutError('bad-wgsl', `the shaders must be the text of model.wgsl, but they are ${kindOf(wgsl)}.`);
    checkLimits(device, manifest, maxBatch);
    const kernels = [...new Set(manifest.entries.flatMap((e) => e.dispatches.map((d) => d.kernel)))];
    const storage = arenaSizes(manifest).map(() => 'storage' as const);
    const layout = device.createBindGroupLayout({
      entries: inBindings<GPUBufferBindingType>(storage, 'uniform').map((type, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type },
      })),
    });
    // An error scope reports errors here, and not to the page as uncaptured ones.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: 'tapeout', code: wgsl });
    const refused = device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    const first = messages.find((m) => m.type === 'error');
    if (first || (await refused))
      throw new TapeoutError(
        'bad-wgsl',
        refusal(first ? `line ${first.lineNum}: ${wordsOf(first.message)}` : 'no reason told'),
      );
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
    const compiled = kernels.map(async (entryPoint) => {
      const compute = { module, entryPoint };
      try {
        return [
          entryPoint,
          await device.createComputePipelineAsync({ label: entryPoint, layout: pipelineLayout, compute }),
        ] as const;
      } catch (cause) {
        throw new TapeoutError('bad-wgsl', refusal(`kernel '${entryPoint}': ${wordsOf(cause)}`), { cause });
      }
    });
    const pipelines = new Map(await Promise.all(compiled));
    device.pushErrorScope('out-of-memory');
    const program = new GpuProgram(device, manifest, maxBatch, layout, pipelines);
    if (await device.popErrorScope()) {
      program.destroy();
      throw new TapeoutError(
        'device-limit',
        `the device has no ${manifest.arenaBytes} bytes of memory for this model. ` +
          'Compile it with a smaller maxBatch, or run it on WebAssembly.',
      );
    }
    return program;
  }

  /** Uploads the first `count` elements of an input, which may be changed as soon as it returns, and encodes their copy into the
   *  arena. */
  bring(encoder: GPUCommandEncoder, input: string, data: Data, count: number): void {
    const { to, upload } = this.#uploads.get(input)!;
    const { buffer, offset, bytes } = this.arena.at(to, count * wordBytes);
    encoder.copyBufferToBuffer(upload.write(data, count), 0, buffer, offset, bytes);
  }

  /** Commands that run these kernels over a batch of n. Submit them at once: the uniforms of later calls are queued after them. */
  encode(
    dispatches: readonly ManifestDispatch[],
    n: number,
    encoder = this.device.createCommandEncoder(),
  ): GPUCommandEncoder {
    this.#send(n);
    const pass = encoder.beginComputePass();
    this.dispatch(pass, dispatches, n);
    pass.end();
    return encoder;
  }

  /** The same kernels, each in its own pass, which records its start and end times. */
  encodeTimed(dispatches: readonly ManifestDispatch[], n: number, times: GPUQuerySet): GPUCommandEncoder {
    this.#send(n);
    const encoder = this.device.createCommandEncoder();
    dispatches.forEach((dispatch, i) => {
      const timestampWrites = { querySet: times, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      pass.setBindGroup(0, this.#group);
      this.#launch(pass, dispatch, n);
      pass.end();
    });
    return encoder;
  }

  dispatch(pass: GPUComputePassEncoder, dispatches: readonly ManifestDispatch[], n: number): void {
    pass.setBindGroup(0, this.#group);
    for (let i = 0; i < dispatches.length; i++) {
      const dispatch = dispatches[i]!;
      this.#launch(pass, dispatch, n);
      const { launches, times } = dispatch.repeat ?? { launches: 0, times: 1 };
      for (let turn = 1; turn < times; turn++)
        for (let j = i - launches + 1; j <= i; j++) this.#launch(pass, dispatches[j]!, n);
    }
  }

  #launch(pass: GPUComputePassEncoder, { kernel, workgroups }: ManifestDispatch, n: number): void {
    pass.setPipeline(this.#pipelines.get(kernel)!);
    pass.dispatchWorkgroups(countAt(workgroups[0], n), countAt(workgroups[1], n), countAt(workgroups[2], n));
  }

  destroy(): void {
    this.arena.destroy();
    this.#callBuffer.destroy();
    for (const { upload } of this.#uploads.values()) upload.destroy();
  }

  #send(n: number): void {
    const [words, sent] = [this.#words, this.#sent];
    words[0] = n;
    let same = true;
    for (let i = 0; i < words.length; i++) same &&= words[i] === sent[i];
    if (same) return;
    sent.set(words);
    this.device.queue.writeBuffer(this.#callBuffer, 0, words);
  }
}

/** Buffers in the order of their bindings: the arena's first part, the call, then the other parts. */
const inBindings = <T>([first, ...others]: readonly T[], call: T): T[] => [first!, call, ...others];

const refusal = (problem: string): string =>
  `the device refuses the shaders: ${problem}. Take model.wgsl and the manifest from the same compilation.`;

const countAt = (count: ManifestCount, n: number): number =>
  typeof count === 'number' ? count : count.times * Math.ceil((n * count.batch) / count.per);

/** Throws TapeoutError for a program that this device cannot hold or launch, or whose parts contradict each other. */
function checkLimits({ limits }: GPUDevice, manifest: ManifestGpu, maxBatch: number): void {
  const limit = (name: keyof GPUSupportedLimits & string, wanted: number, what: string): void => {
    const most = limits[name] as number;
    if (wanted > most)
      throw new TapeoutError(
        'device-limit',
        `${what} ${wanted}, and this device's limit (${name}) is ${most}. ` +
          'Compile with a smaller maxBatch, or run the model on WebAssembly.',
      );
  };
  const fail = (problem: string): never => {
    throw new TapeoutError('bad-manifest', `the manifest's part for WebGPU ${problem}`);
  };
  const { arenaBytes, callBytes, tensors, entries } = manifest;
  const part = partBytes(manifest);
  if (!(part >= 16) || (part < arenaBytes && part % 16 !== 0)) fail(`has an arena of parts of ${part} bytes.`);
  const whose = part < arenaBytes ? "a part of the model's arena" : "the model's arena";
  for (const name of ['maxStorageBufferBindingSize', 'maxBufferSize'] as const)
    limit(name, part, `the bytes of ${whose} are`);
  limit('maxStorageBuffersPerShaderStage', Math.ceil(arenaBytes / part), "the parts of the model's arena are");
  limit('maxUniformBufferBindingSize', callBytes, 'the bytes of its scalars are');
  for (const { name, shape, offset, purpose } of tensors) {
    const end = offset + elementsAt(shape, maxBatch) * wordBytes;
    if (purpose !== 'scalar' && end > offset && Math.floor(offset / part) !== Math.floor((end - 1) / part))
      fail(`puts '${name}' at bytes ${offset} to ${end}, in two parts of the arena.`);
  }
  for (const { dispatches } of entries) {
    for (const { kernel, workgroups } of dispatches)
      for (const count of workgroups)
        limit('maxComputeWorkgroupsPerDimension', countAt(count, maxBatch), `the workgroups of kernel '${kernel}' are`);
  }
}
