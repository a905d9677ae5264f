/** Values that arguments are given by mistake, and values of each kind. */

import { fits, type Kind } from '../../frontend/arguments.ts';
import { nn, optim, type Tensor } from '../../frontend/index.ts';

/** By what they are called in a report. */
export const badValues: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  NaN: Number.NaN,
  Infinity,
  '-1': -1,
  '0': 0,
  '0.5': 0.5,
  '-3.5': -3.5,
  '2^31': 2 ** 31,
  '1e300': 1e300,
  "'a'": 'a',
  "''": '',
  "'2'": '2',
  true: true,
  '1n': 1n,
  '[]': [],
  "['a']": ['a'],
  '[NaN]': [Number.NaN],
  '[1, , 2]': Object.assign([1], { 2: 2 }),
  '[[1]]': [[1]],
  '[1, 2, 3]': [1, 2, 3],
  '[undefined]': [undefined],
  '{}': {},
  '{ length: 2 }': { length: 2 },
  'a function': () => 1,
  'a symbol': Symbol('a'),
  'a promise': Promise.resolve(1),
  'a date': new Date(0),
  'a map': new Map(),
  'an object without a prototype': Object.create(null),
  'a proxy that throws': new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap');
      },
    },
  ),
};

/** A value that a kind takes. */
export function goodValue(kind: Kind, x: Tensor): unknown {
  const found = [
    x,
    2,
    1,
    0,
    false,
    [2],
    [x],
    'mean',
    'none',
    'f32',
    null,
    nn.ReLU(),
    [nn.ReLU()],
    optim.SGD({ lr: 1 }),
  ].find((v) => fits(kind, v));
  if (found === undefined) throw new Error(`no value is ${kind.says}`);
  return found;
}
