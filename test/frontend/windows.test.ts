/** Layers of windows: PyTorch's texts, the names in the state dict, and errors in terms of the call. */
import { describe, expect, it } from 'vitest';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  nn,
  type Tensor,
} from '../../frontend/index.ts';
import { defineModel } from '../../frontend/model/model.ts';
import { record } from '../../frontend/model/record.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { topo } from '../../ir/graph.ts';
import { recordFunction } from '../support/record.ts';

describe('print(layer)', () => {
  it.each([
    [nn.Conv1d(3, 6, 3), 'Conv1d(3, 6, kernel_size=(3,), stride=(1,))'],
    [
      nn.Conv1d(4, 8, 3, 2, { padding: [1], dilation: 2, groups: 4, bias: false }),
      'Conv1d(4, 8, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=4, bias=False)',
    ],
    [
      nn.Conv2d(3, 6, 3, { padding: 'same', paddingMode: 'reflect' }),
      'Conv2d(3, 6, kernel_size=(3, 3), stride=(1, 1), padding=same, padding_mode=reflect)',
    ],
    [nn.Conv2d(3, 6, 3, { padding: 'valid' }), 'Conv2d(3, 6, kernel_size=(3, 3), stride=(1, 1), padding=valid)'],
    [
      nn.Conv3d(3, 6, [1, 2, 3], { padding: [0, 1, 1], paddingMode: 'circular' }),
      'Conv3d(3, 6, kernel_size=(1, 2, 3), stride=(1, 1, 1), padding=(0, 1, 1), padding_mode=circular)',
    ],
    [nn.ConvTranspose1d(3, 6, 3), 'ConvTranspose1d(3, 6, kernel_size=(3,), stride=(1,))'],
    [
      nn.ConvTranspose2d(4, 6, [2, 3], 2, { padding: 1, outputPadding: [0, 1], groups: 2, bias: false, dilation: 2 }),
      'ConvTranspose2d(4, 6, kernel_size=(2, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), output_padding=(0, 1), groups=2, bias=False)',
    ],
    [
      nn.ConvTranspose3d(2, 2, 2, { stride: [1, 2, 2] }),
      'ConvTranspose3d(2, 2, kernel_size=(2, 2, 2), stride=(1, 2, 2))',
    ],
    [nn.MaxPool1d(2), 'MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)'],
    [
      nn.MaxPool3d([1, 2, 2]),
      'MaxPool3d(kernel_size=(1, 2, 2), stride=(1, 2, 2), padding=0, dilation=1, ceil_mode=False)',
    ],
    [nn.AvgPool1d(2, { padding: 1 }), 'AvgPool1d(kernel_size=(2,), stride=(2,), padding=(1,))'],
    [nn.AvgPool3d(2, [1, 2, 3]), 'AvgPool3d(kernel_size=2, stride=(1, 2, 3), padding=0)'],
    [nn.Upsample({ scaleFactor: 2 }), 'Upsample(scale_factor=2.0, mode=nearest)'],
    [nn.Upsample(null, [2, 1.5], 'bilinear'), 'Upsample(scale_factor=(2.0, 1.5), mode=bilinear)'],
    [nn.Upsample([4, 5]), 'Upsample(size=(4, 5), mode=nearest)'],
    [nn.UpsamplingNearest2d({ scaleFactor: 2 }), 'UpsamplingNearest2d(scale_factor=2.0, mode=nearest)'],
    [nn.UpsamplingBilinear2d(3), 'UpsamplingBilinear2d(size=3, mode=bilinear)'],
    [nn.PixelShuffle(2), 'PixelShuffle(upscale_factor=2)'],
    [nn.PixelUnshuffle(3), 'PixelUnshuffle(downscale_factor=3)'],
    [nn.ChannelShuffle(2), 'ChannelShuffle(groups=2)'],
    [nn.ZeroPad2d(1), 'ZeroPad2d((1, 1, 1, 1))'],
    [nn.ReflectionPad1d([1, 2]), 'ReflectionPad1d((1, 2))'],
    [nn.ReplicationPad3d(1), 'ReplicationPad3d((1, 1, 1, 1, 1, 1))'],
    [nn.ConstantPad2d(1, 3.5), 'ConstantPad2d(padding=(1, 1, 1, 1), value=3.5)'],
    [nn.AdaptiveAvgPool2d([5, null]), 'AdaptiveAvgPool2d(output_size=(5, None))'],
    [nn.AdaptiveMaxPool1d(3), 'AdaptiveMaxPool1d(output_size=3)'],
    [nn.MaxUnpool1d(2), 'MaxUnpool1d(kernel_size=(2,), stride=(2,), padding=(0,))'],
    [nn.MaxUnpool2d([2, 3], 1, 1), 'MaxUnpool2d(kernel_size=(2, 3), stride=(1, 1), padding=(1, 1))'],
    [nn.MaxUnpool3d(2, { padding: 1 }), 'MaxUnpool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(1, 1, 1))'],
  ])('%s', (layer, text) => {
    expect(String(layer)).toBe(text);
  });
});

it('weights have PyTorch’s layouts and names', () => {
  const shapes = (layer: nn.Module) => [...layer.stateDict()].map(([name, p]) => [name, p.shape]);
  expect(shapes(nn.Conv1d(4, 6, 3, { groups: 2 }))).toEqual([
    ['weight', [6, 2, 3]],
    ['bias', [6]],
  ]);
  expect(shapes(nn.ConvTranspose2d(4, 6, [2, 3], { groups: 2 }))).toEqual([
    ['weight', [4, 3, 2, 3]],
    ['bias', [6]],
  ]);
  expect(shapes(nn.Conv3d(4, 6, [1, 2, 3], { bias: false }))).toEqual([['weight', [6, 4, 1, 2, 3]]]);
});

describe('the output size of a transposed convolution', () => {
  it.each<[number[], string]>([
    [[4], 'outputSize [4] is neither 2 extents nor 4, with batch and channels'],
    [[7, 10], 'outputSize [7, 10] does not fit: along dimension 1 it can be 8 to 9'],
  ])('%s', (size, message) => {
    class Net extends nn.Module {
      layer = nn.ConvTranspose2d(1, 1, 2, { stride: 2 });
      forward(x: Tensor): Tensor {
        return this.layer.forward(x, size);
      }
    }
    const spec = defineModel({ model: Net, input: { shape: ['N', 1, 3, 4] } });
    expect(() => record(spec)).toThrow(`ConvTranspose2d: ${message}`);
  });
});

describe('errors are at the line of the call, in its terms', () => {
  it.each<[string, (string | number)[], () => nn.Module, string]>([
    [
      'too short',
      ['N', 1, 2],
      () => nn.Conv1d(1, 1, 3),
      'conv1d: a kernel of 3 does not fit in f32[N,1,2] with padding 0',
    ],
    ['no batch', ['N', 4], () => nn.Conv1d(1, 1, 3), 'conv1d: the input f32[N,4] has 2 dimensions; 3 are needed'],
    ['channels', ['N', 2, 4, 4, 4], () => nn.Conv3d(1, 1, 3), 'conv3d: the input has 2 channels, the weight expects 1'],
    ['too long a pool', ['N', 1, 2], () => nn.MaxPool1d(3), 'maxPool1d: a window of 3 does not fit in f32[N,1,2]'],
    [
      'an image in a pool',
      ['N', 1, 4, 4],
      () => nn.AvgPool1d(2),
      'avgPool1d: the input must be [batch, channels, length]',
    ],
    [
      'a mirror beyond the edge',
      ['N', 1, 3],
      () => nn.Conv1d(1, 1, 3, { padding: 3, paddingMode: 'reflect' }),
      "pad: mode 'reflect' cannot pad dimension 2 of f32[N,1,3] by 3 and 3",
    ],
    [
      'channels, transposed',
      ['N', 2, 4, 4],
      () => nn.ConvTranspose2d(3, 4, 2),
      'convTranspose2d: the input has 2 channels, the weight expects 3',
    ],
    [
      'no batch, transposed',
      ['N', 3],
      () => nn.ConvTranspose1d(3, 4, 2),
      'convTranspose1d: the input f32[N,3] has 2 dimensions; 3 are needed',
    ],
    [
      'too much output padding',
      ['N', 1, 4],
      () => nn.ConvTranspose1d(1, 1, 3, { stride: 2, outputPadding: 2 }),
      'convTranspose1d: outputPadding must be less than the stride or the dilation, got 2',
    ],
    [
      'nothing left',
      ['N', 1, 1, 1],
      () => nn.ConvTranspose2d(1, 1, 2, { padding: 1 }),
      'convTranspose2d: the result of f32[N,1,1,1] would be 0x0',
    ],
    [
      'a mode of other images',
      ['N', 1, 4],
      () => nn.Upsample({ scaleFactor: 2, mode: 'bilinear' }),
      "interpolate: mode 'bilinear' needs 4 dimensions, [batch, channels, …], got f32[N,1,4]",
    ],
    ['neither size nor factor', ['N', 1, 4], () => nn.Upsample(), 'interpolate: give either size or scaleFactor'],
    [
      'channels that do not divide',
      ['N', 3, 2, 2],
      () => nn.PixelShuffle(2),
      'pixelShuffle: 3 channels of f32[N,3,2,2] do not divide by 4',
    ],
    [
      'no batch, adaptive',
      [4, 'N', 4],
      () => nn.AdaptiveAvgPool2d(2),
      'adaptiveAvgPool2d: the input must be [batch, channels, and 2 extents], got f32[4,N,4]',
    ],
    [
      'more than there is to mirror',
      ['N', 1, 2, 2],
      () => nn.ReflectionPad2d(2),
      "pad: mode 'reflect' cannot pad dimension 2 of f32[N,1,2,2] by 2 and 2",
    ],
  ])('%s', (_, shape, made, message) => {
    class Net extends nn.Module {
      layer = made();
      forward(x: Tensor): Tensor {
        return this.layer(x);
      }
    }
    let error: unknown;
    try {
      record(defineModel({ model: Net, input: { shape: shape as readonly ('N' | number)[] as ['N'] } }));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).message).toContain(message);
    expect((error as CompileError).loc?.file).toBe(import.meta.filename);
  });
});

it('windows of any extent are one selection along each dimension', () => {
  const opsOf = (extent: number, pool: (x: Tensor) => Tensor): string[] =>
    topo([recordFunction([{ shape: ['N', 2, extent, extent + 3] }], pool).eval.output]).map(({ op }) => op.name);
  for (const pool of [
    (x: Tensor) => adaptiveMaxPool2d(x, [3, 5]),
    (x: Tensor) => adaptiveAvgPool2d(x, [3, 5]),
    (x: Tensor) => adaptiveMaxPool2dWithIndices(x, [3, 5])[1],
  ]) {
    const ops = opsOf(7, pool);
    expect(ops.filter((name) => name === 'index_select')).toHaveLength(2);
    expect(opsOf(100, pool)).toEqual(ops);
  }
});
