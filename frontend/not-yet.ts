/** Hints for what PyTorch has and Tapeout lacks. */

/** By name without capitals and underscores, and what to write instead. */
const notYet: readonly (readonly [name: RegExp, instead: string])[] = [
  [/^(lazy|sync)batchnorm[123]?d?$/, 'nn.BatchNorm1d and nn.BatchNorm2d take the number of channels'],
  [/^lazyinstancenorm[123]d$/, 'nn.InstanceNorm1d and nn.InstanceNorm2d take the number of channels'],
  [/^lazyconv[123]d$/, 'nn.Conv1d, nn.Conv2d and nn.Conv3d take the number of channels'],
  [/^lazyconvtranspose[123]d$/, 'nn.ConvTranspose1d, 2d and 3d take the number of channels'],
  [/loss$/, 'a loss may be a function of tensors: loss: (output, target) => …'],
  [/^(lbfgs|sparseadam|adafactor|muon)$/, 'take optim.Adam({ lr: 0.001 }), or optim.SGD({ lr: 0.01, momentum: 0.9 })'],
];
/** A hint for a name that PyTorch has, or null. */
export function onMissing(name: string): string | null {
  const plain = name.replaceAll('_', '').toLowerCase();
  const [, instead] = notYet.find(([of]) => of.test(plain)) ?? [];
  return instead === undefined ? null : `${name} is not available yet; ${instead}`;
}
