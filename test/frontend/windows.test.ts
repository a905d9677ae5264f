/** Layers of windows: PyTorch's texts, the names in the state dict, and errors in the words of the call. */
import { describe, expect, it } from 'vitest';
import { nn, type Tensor } from '../../frontend/index.ts';
import { defineModel } from '../../frontend/model/model.ts';
import { record } from '../../frontend/model/record.ts';
import { CompileError } from '../../ir/diagnostic.ts';

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

describe('at the line of the call, in its words', () => {
  it.each<[string, (string | number)[], () => nn.Module, string]>([
    [
      'too short',
      ['N', 1, 2],
      () => nn.Conv1d(1, 1, 3),
      'conv1d: a kernel of 3 does not fit in f32[N,1,2] with padding 0',
    ],
    ['no batch', ['N', 4], () => nn.Conv1d(1, 1, 3), 'conv1d: the input f32[N,4] has 2 dimensions; 3 are needed'],
    ['channels', ['N', 2, 4, 4, 4], () => nn.Conv3d(1, 1, 3), 'conv3d: the input has 2 channels, the weight expects 1'],
    ['a pool too long', ['N', 1, 2], () => nn.MaxPool1d(3), 'maxPool1d: a window of 3 does not fit in f32[N,1,2]'],
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
  ])('%s', (_, shape, made, message) => {
    class Net extends nn.Module {
      layer = made();
      forward(x: Tensor): Tensor {
        return this.layer(x);
      }
    }
    let error: unknown;
    try {
      record(defineModel({ model: Net, input: { shape: shape as ['N', ...number[]] } }));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(CompileError);
    expect((error as CompileError).message).toContain(message);
    expect((error as CompileError).loc?.file).toBe(import.meta.filename);
  });
});
