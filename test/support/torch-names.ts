/** PyTorch's names in torch.nn, torch.nn.functional and torch.nn.init, and Tapeout's counterparts: docs/torch-nn.md. */

import { readFileSync } from 'node:fs';
import { functional, nn } from '../../frontend/index.ts';

type Room = 'torch.nn' | 'torch.nn.functional' | 'torch.nn.init';
const file = new URL('../goldens/names/names.json', import.meta.url);
const names = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<Room, readonly string[]>>;

/** `leaky_relu_` as `leakyRelu`. */
const camel = (name: string): string =>
  name.replace(/_$/, '').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Names that differ from PyTorch's by more than their case. */
const otherNames: Readonly<Record<string, string>> = { binary_cross_entropy_with_logits: 'bceWithLogits' };

const alias = (of: string): string => `an old name of \`${of}\``;
/** Why a name is missing, and what to write instead; the first that fits counts. */
const reasons: readonly (readonly [name: RegExp, why: string])[] = [
  [/^Lazy/, 'extents are known when a model is recorded: give the layer its number of inputs'],
  [/^Uninitialized/, 'there are no lazy layers'],
  [/^(DataParallel|SyncBatchNorm)$/, 'a model is compiled for one device'],
  [/^(Container|NLLLoss2d)$/, 'PyTorch itself has dropped it'],
  [
    /^(RNNBase|RNNCellBase)$/,
    'a base class: `nn.RNN`, `LSTM`, `GRU` and their cells are there, and `scan` for custom ones',
  ],
  [/^(ModuleDict|ParameterDict)$/, 'assign the modules or parameters to fields, whose names they get'],
  [/^ParameterList$/, 'put the parameters into fields, or into the modules of an `nn.ModuleList`'],
  [/^AdaptiveLogSoftmaxWithLoss$/, 'each cluster takes a part of the batch that depends on the data: a dynamic shape'],
  [/^Fractional|^fractional/, 'windows are drawn at random, and those of a recorded model are fixed'],
  [/^(upsample|upsample_bilinear|upsample_nearest)$/, alias('interpolate')],
  [/^native_channel_shuffle$/, 'the same as `channel_shuffle`'],
  [/^CrossMapLRN2d$/, 'the same as `LocalResponseNorm`'],
  [/^conv_tbc$/, 'write `conv1d` of the transposed input'],
  [
    /^(kaiming|xavier|orthogonal|sparse|normal|uniform|constant|eye|dirac)(_normal|_uniform)?$/,
    'an old name of the function that ends in `_`',
  ],
];

/** The name by which Tapeout has one of PyTorch's, or null. */
function ours(room: Room, name: string): string | null {
  if (room === 'torch.nn') return name in nn ? `nn.${name}` : null;
  const own = otherNames[name] ?? camel(name);
  if (room === 'torch.nn.functional') return own in functional ? own : null;
  // Those that fill a tensor keep PyTorch's trailing underscore.
  const kept = name.endsWith('_') ? `${own}_` : own;
  return kept in nn.init ? `nn.init.${kept}` : null;
}

/** A name of PyTorch's: its counterpart here, or why there is none. */
export interface Named {
  readonly room: Room;
  readonly name: string;
  readonly here: string | null;
  readonly why: string | null;
}
export const all: readonly Named[] = (['torch.nn', 'torch.nn.functional', 'torch.nn.init'] as const).flatMap((room) =>
  names[room].map((name) => ({
    room,
    name,
    here: ours(room, name),
    why: reasons.find(([of]) => of.test(name))?.[1] ?? null,
  })),
);

/** Reasons that no missing name needs. */
export const unused = (): string[] =>
  reasons
    .filter((r) => !all.some((n) => !n.here && reasons.find(([of]) => of.test(n.name)) === r))
    .map(([of]) => `${of}`);

const rows = (room: Room): string =>
  all
    .filter((n) => n.room === room)
    .map(({ name, here, why }) => `| \`${name}\` | ${here ? `\`${here}\`` : `no: ${why}`} |`)
    .join('\n');
const count = (room: Room): string => {
  const of = all.filter((n) => n.room === room);
  return `${of.filter((n) => n.here).length} of ${of.length} are here.`;
};

export const page = (): string => `# What is here of torch.nn

<!-- Written by test/torch-nn.test.ts from test/support/torch-names.ts and test/goldens/names: npm run bless -->

Every public name of torch.nn, torch.nn.functional and torch.nn.init in PyTorch 1.13, and where it is here. [api.md](api.md) has what each
takes, and [differences.md](differences.md) where it differs on purpose. Functions that change their operand, such as \`relu_\`, are
the same as those that do not: a recorded tensor is never changed in place. Besides these there are \`nn.RMSNorm\`, \`nn.Buffer\`,
\`scaledDotProductAttention\` and the tensor's own methods and functions.

## torch.nn

${count('torch.nn')}

| PyTorch | Tapeout |
| --- | --- |
${rows('torch.nn')}

## torch.nn.functional

${count('torch.nn.functional')}

| PyTorch | Tapeout |
| --- | --- |
${rows('torch.nn.functional')}

## torch.nn.init

${count('torch.nn.init')}

| PyTorch | Tapeout |
| --- | --- |
${rows('torch.nn.init')}
`;
