/** Losses as layers: their text, the order of their options, and what they refuse. The sweep covers their values. */
import { describe, expect, it } from 'vitest';
import { functional as F, nn, type Tensor } from '../../frontend/index.ts';
import { recordFunction } from '../support/record.ts';

const caught = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return 'nothing is thrown';
};

describe('a loss', () => {
  it.each([
    [nn.L1Loss(), 'L1Loss()'],
    [nn.SmoothL1Loss({ beta: 0.5 }), 'SmoothL1Loss()'],
    [nn.HuberLoss('sum', 2), 'HuberLoss()'],
    [nn.KLDivLoss({ reduction: 'batchmean', logTarget: true }), 'KLDivLoss()'],
    [nn.PoissonNLLLoss({ full: true }), 'PoissonNLLLoss()'],
    [nn.GaussianNLLLoss({ eps: 1e-3 }), 'GaussianNLLLoss()'],
    [nn.BCELoss([1, 2]), 'BCELoss()'],
    [nn.MultiLabelSoftMarginLoss(), 'MultiLabelSoftMarginLoss()'],
    [nn.SoftMarginLoss('none'), 'SoftMarginLoss()'],
    [nn.MultiMarginLoss(2, 0.5, { weight: [1, 2] }), 'MultiMarginLoss()'],
    [nn.MultiLabelMarginLoss(), 'MultiLabelMarginLoss()'],
    [nn.CTCLoss(0, 'sum', { zeroInfinity: true }), 'CTCLoss()'],
    [nn.MarginRankingLoss(0.5), 'MarginRankingLoss()'],
    [nn.HingeEmbeddingLoss({ margin: 2 }), 'HingeEmbeddingLoss()'],
    [nn.CosineEmbeddingLoss(), 'CosineEmbeddingLoss()'],
    [nn.TripletMarginLoss(1, 1), 'TripletMarginLoss()'],
    [nn.TripletMarginWithDistanceLoss({ swap: true }), 'TripletMarginWithDistanceLoss()'],
    [
      nn.TripletMarginWithDistanceLoss(nn.PairwiseDistance(1)),
      'TripletMarginWithDistanceLoss(\n  (distanceFunction): PairwiseDistance()\n)',
    ],
    [nn.PairwiseDistance(1), 'PairwiseDistance()'],
    [nn.CosineSimilarity(0), 'CosineSimilarity()'],
  ])('is printed as PyTorch prints it: %s', (loss, text) => {
    expect(String(loss)).toBe(text);
  });

  it('takes its options in PyTorch’s order or by name', () => {
    expect(nn.SmoothL1Loss('sum', 0.5).options).toEqual({ beta: 0.5, reduction: 'sum' });
    expect(nn.HuberLoss('none', 2).options).toEqual({ delta: 2, reduction: 'none' });
    expect(nn.KLDivLoss('batchmean', true).options).toEqual({ logTarget: true, reduction: 'batchmean' });
    expect(nn.PoissonNLLLoss(false, true, 0.5).options).toEqual({ logInput: false, full: true, eps: 0.5 });
    expect(nn.MultiMarginLoss(2, 0.5).options).toEqual({ p: 2, margin: 0.5 });
    expect(nn.TripletMarginLoss(2, 1, 0.5, true, 'sum').options).toEqual({
      ...{ margin: 2, p: 1, eps: 0.5, swap: true, reduction: 'sum' },
    });
    expect(nn.PairwiseDistance(1, 0.5, true).options).toEqual({ p: 1, eps: 0.5, keepdim: true });
    expect([...(nn.MultiMarginLoss(1, 1, [1, 3]).weight as nn.Buffer).data]).toEqual([1, 3]);
  });

  it('refuses invalid options', () => {
    // biome-ignore lint/suspicious/noExplicitAny: calls that TypeScript refuses
    const any = (v: unknown): any => v;
    expect(caught(() => nn.L1Loss({ reduction: any('batchmean') }))).toBe(
      "L1Loss: reduction must be 'mean', 'sum' or 'none', got 'batchmean'",
    );
    expect(caught(() => nn.KLDivLoss({ reduction: any('product') }))).toBe(
      "KLDivLoss: reduction must be 'mean', 'batchmean', 'sum' or 'none', got 'product'",
    );
    expect(caught(() => nn.SmoothL1Loss({ beta: -1 }))).toBe(
      'SmoothL1Loss: beta must be a finite number of at least 0, got -1',
    );
    expect(caught(() => nn.HuberLoss({ delta: 0 }))).toBe(
      'HuberLoss: delta must be a finite number greater than 0, got 0',
    );
    expect(caught(() => nn.MultiMarginLoss({ p: 3 }))).toBe('MultiMarginLoss: p must be 1 or 2, got 3');
    expect(caught(() => nn.GaussianNLLLoss(any({ epsilon: 1 })))).toBe(
      "GaussianNLLLoss: unknown option 'epsilon'. Did you mean 'eps'?",
    );
  });

  it('names the tensors that do not fit', () => {
    // biome-ignore lint/suspicious/noExplicitAny: calls that TypeScript refuses
    const on = (f: (a: Tensor, b: Tensor, row: Tensor) => any) =>
      caught(() => recordFunction([{ shape: ['N', 4] }, { shape: ['N', 4] }, { shape: ['N'] }], f));
    expect(on((a, b, row) => F.marginRankingLoss(a, row, b))).toBe(
      'marginRankingLoss: the first input is [N,4] and the second [N]: they must have the same shape',
    );
    expect(on((a, b, row) => nn.TripletMarginLoss()(a, b, row))).toMatch(
      /: the anchor is \[N,4\] and the negative \[N\]: they must have the same shape$/,
    );
    expect(on((a, b) => F.cosineEmbeddingLoss(a, b, a))).toBe(
      'cosineEmbeddingLoss: inputs [N,4] need a target [N], got [N,4]',
    );
    const distanceFunction = (() => 1) as unknown as F.Distance;
    expect(on((a, b) => F.tripletMarginWithDistanceLoss(a, b, a, { distanceFunction }))).toBe(
      'tripletMarginWithDistanceLoss: distanceFunction must return a tensor, got 1',
    );
    const module = nn.PairwiseDistance();
    expect(on((a, b) => nn.TripletMarginWithDistanceLoss(module)(a, b, a))).toBe('nothing is thrown');
  });
});
