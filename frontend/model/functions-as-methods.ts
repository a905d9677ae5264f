/** Functions that are methods of a tensor too: `x.diff()` is `diff(x)`. `tensor-functions.ts` declares them, with the functions' documentation. */

import './tensor-functions.ts';
import { adopt } from './arguments.ts';
import * as functional from './functional/index.ts';
import { Tensor } from './tensor.ts';

/** Torch's methods among the functions: `npm run docs` writes the declarations of these. */
const names = [
  ...['addr', 'bernoulli', 'bincount', 'copysign', 'corrcoef', 'countNonzero', 'cov', 'cross', 'cummax', 'cummin'],
  ...['deg2rad', 'diag', 'diagEmbed', 'diagonal', 'diff', 'digamma', 'dist', 'erfinv', 'floorDivide', 'fmax', 'fmin'],
  ...['fmod', 'hardshrink', 'heaviside', 'histc', 'hypot', 'indexCopy', 'indexFill', 'inner', 'isclose', 'isneginf'],
  ...['isposinf', 'kron', 'kthvalue', 'lgamma', 'logaddexp', 'logaddexp2', 'logcumsumexp', 'logit', 'median', 'mode'],
  ...['movedim', 'mvlgamma', 'nanmean', 'nanmedian', 'nanquantile', 'nansum', 'prelu', 'quantile', 'rad2deg'],
  ...['remainder', 'renorm', 'repeat', 'repeatInterleave', 'rot90', 'sinc', 'tile', 'trace', 'unbind', 'unflatten'],
  ...['xlogy', 'clone', 'ravel', 'fliplr', 'flipud', 'msort', 'signbit', 'broadcastTo', 'tensorSplit', 'hsplit'],
  ...['vsplit', 'dsplit', 'take', 'selectScatter', 'sliceScatter', 'ldexp'],
] as const satisfies readonly (keyof typeof functional)[];
// biome-ignore lint/performance/noDynamicNamespaceImportAccess: the list above names them
adopt(Tensor, Object.fromEntries(names.map((name) => [name, functional[name]])));
