/** Long chains of operations compute what the interpreter does: as shaders, whose compiler accepts expressions 128 levels
 *  deep, as WebAssembly and as text. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, defineModel, nn, type Tensor, where } from '../../frontend/index.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { parseKernels, parseText } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { compareWasm } from '../support/golden-wat.ts';
import { noGpu, openDevice, openNullDevice, shaderProblem } from '../support/gpu.ts';
import { compareKernels, gpuKernels } from '../support/gpu-kernels.ts';

const links = (n: number, text: (i: number) => string): string => Array.from({ length: n }, (_, i) => text(i)).join('');

/** Expressions of `n` operations on each other over `a[i]`, and how many a text may nest. */
const chains: Readonly<Record<string, readonly [most: number, (n: number) => string]>> = {
  'a sum': [1100, (n) => `a[i]${links(n, (k) => ` + a[i] * ${k}.5`)}`],
  'a sum from the right': [590, (n) => `${links(n, (k) => `(a[i] * ${k}.5 + `)}a[i]${')'.repeat(n)}`],
  'a maximum of maxima': [590, (n) => `${'max('.repeat(n)}a[i]${links(n, (k) => `, a[i] * 0.${k})`)}`],
  'functions of functions': [590, (n) => `${'abs('.repeat(n)}a[i]${')'.repeat(n)}`],
  'selects as operands of selects': [
    590,
    (n) => `${links(n, (k) => `a[i] < ${(k / 100 - 4).toFixed(2)} ? a[i] * ${k}.5 : `)}a[i]`,
  ],
  'selects as conditions of selects': [
    290,
    (n) => `${'(('.repeat(n)}a[i]${links(n, (k) => `) < 0.5 ? a[i] : ${k}.5)`)}`,
  ],
  // A stored index may be used only where a condition keeps it in range.
  'nested guards': [
    290,
    (n) => `${links(n, (k) => `(i < ${(k % 3) + 2} ? `)}a[i]${links(n, (k) => ` * 0.5 : ${k}.5)`)}`,
  ],
  conditions: [1100, (n) => `f32(a[i] > 0.0${links(n, (k) => ` ${k % 2 ? '&&' : '||'} a[i] < ${k}.5`)})`],
  'conversions back and forth': [290, (n) => `${'f32(i32('.repeat(n)}a[i]${'))'.repeat(n)}`],
};

const kernelOf = (expression: string): Kernel =>
  parseKernels(
    `tapeout ir 1\nkernel @k(a: f32[4], b: f32[4] out) {\nfor i in 0..4 {\nb[i] = ${expression}\n}\n}\n`,
    'chain.tir',
  )[0] as Kernel;

let device: GPUDevice | null = null;
let tint: GPUDevice;
beforeAll(async () => {
  tint = await openNullDevice();
  if (!noGpu) device = await openDevice();
});
afterAll(() => {
  tint.destroy();
  device?.destroy();
});

test.each(Object.entries(chains))('%s', async (_, [most, chain]) => {
  const k = kernelOf(chain(most));
  verifyKernels([k], { maxBatch: 1 });
  const text = printKernel(k);
  expect(printKernel(parseKernels(`tapeout ir 1\n${text}`, 'again.tir')[0] as Kernel)).toBe(text);
  compareWasm([k]);
  expect(await shaderProblem(tint, gpuKernels([k], 1).shaders.wgsl)).toBeNull();
});

test.skipIf(noGpu).each(Object.entries(chains))(
  `%s on SwiftShader${noGpu ? `: ${noGpu}` : ''}`,
  async (_, [, chain]) => {
    const k = kernelOf(chain(134));
    await compareKernels(device!, [k], { maxBatch: 1, batches: [1], tolerance: 1e-5 });
  },
);

const models: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'a sum': (x) => chained(134, x, (y, k) => y.add(x.mul(k))),
  'a maximum': (x) => chained(134, x, (y, k) => x.mul(k).maximum(y)),
  choices: (x) => chained(134, x, (y, k) => where(x.gt(k), x.mul(k), y)),
  // The longest text of any function.
  powers: (x) => chained(20, x, (y) => y.pow(x)),
};
const chained = (n: number, x: Tensor, next: (y: Tensor, k: number) => Tensor): Tensor => {
  let y = x;
  for (let k = 1; k <= n; k++) y = next(y, k);
  return y;
};

test.each(Object.entries(models))('a model with %s compiles to valid text and shaders', async (_, forward) => {
  const model = class extends nn.Module {
    forward = forward;
  };
  const spec = defineModel({ model, input: { shape: ['N', 3] }, maxBatch: 2 });
  const { wgsl, printed } = await compile(spec, { target: 'webgpu', verify: true });
  for (const stage of ['lower', 'schedule', 'plan'] as const) parseText(printed(stage), `${stage}.tir`);
  expect(await shaderProblem(tint, wgsl!)).toBeNull();
});
