/** Values passed for arguments by mistake, and values of each kind. */

import { nn, optim, type Tensor } from '../../frontend/index.ts';
import { fits, type Kind } from '../../frontend/model/arguments.ts';

/** By their name in a report. */
export const badValues: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  NaN: Number.NaN,
  Infinity,
  '-1': -1,
  '0': 0,
  '0.5': 0.5,
  '2^31': 2 ** 31,
  '1e300': 1e300,
  "'a'": 'a',
  "''": '',
  true: true,
  '1n': 1n,
  '[]': [],
  "['a']": ['a'],
  '[NaN]': [Number.NaN],
  '[1, , 2]': Object.assign([1], { 2: 2 }),
  '[1, 2, 3]': [1, 2, 3],
  '[undefined]': [undefined],
  '{}': {},
  'a function': () => 1,
  'a symbol': Symbol('a'),
  'a promise': Promise.resolve(1),
  'a map': new Map(),
  'a proxy that throws': new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap');
      },
    },
  ),
};

/** A value that a kind accepts. */
export function goodValue(kind: Kind, x: Tensor): unknown {
  const found = [
    x,
    2,
    1,
    0,
    false,
    [2],
    [0.5, 0.5],
    [0.5, 1.5],
    [x],
    'mean',
    'none',
    'tanh',
    'reflect',
    'zeros',
    'nearest',
    'f32',
    'ij',
    'fan_in',
    'use_mm_for_euclid_dist',
    [[1]],
    nn.Parameter([1]),
    null,
    nn.ReLU(),
    [nn.ReLU()],
    optim.SGD({ lr: 1 }),
  ].find((v) => fits(kind, v));
  if (found === undefined) throw new Error(`no value is ${kind.says}`);
  return found;
}
