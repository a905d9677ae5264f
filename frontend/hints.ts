/** What people who know PyTorch or JavaScript write, and what Tapeout has in its place. The same hints answer TypeScript, which
 *  finds most of it first, and JavaScript, which fails when it runs. */

import * as F from './functional/index.ts';
import * as nn from './nn/index.ts';
import * as optim from './optim.ts';
import { Tensor } from './tensor.ts';

const noNumbers =
  'a recorded tensor has a shape but no numbers: read results from the compiled model, as forward() returns them';
const noDevice = 'there are no devices to move tensors to: the model is compiled for one, by target';
const noTape =
  'gradients are made when the model is compiled: give defineModel a loss and an optimizer, and call trainStep';
const dims = 'dim, shape and dtype are properties, not methods: x.dim, x.shape, x.dtype, and x.size(0)';

/** What a tensor does not have, and what to do. */
export const ofTensors: Readonly<Record<string, string>> = {
  item: noNumbers,
  data: noNumbers,
  numpy: noNumbers,
  tolist: noNumbers,
  cpu: noDevice,
  cuda: noDevice,
  device: noDevice,
  grad: noTape,
  backward: noTape,
  requires_grad: noTape,
  requiresGrad: noTape,
  T: 'a matrix is transposed by x.t(), other tensors by x.transpose(0, 1) and x.permute(…)',
  float: "write x.to('f32')",
  int: "write x.to('i32')",
  long: "write x.to('i32')",
  length: "write x.size(0), which is a number, or 'N' for the batch",
  forEach: 'a recorded tensor has no rows to loop over: take x.select(0, i), for a dimension whose extent is known',
  map: 'a recorded tensor has no rows to loop over: take x.select(0, i), for a dimension whose extent is known',
};
export const onRows = ofTensors.map as string;
export const onIndices = 'write x.select(0, i) for x[i], and x.slice(0, from, to) for x[from:to]';
const onOperators =
  'write x.add(y) for x + y, x.mul(y) for x * y, and where(x.gt(0), a, b) for a choice that depends on the data';

/** Names that stand for other libraries' modules. */
const modules: Readonly<Record<string, string>> = {
  F: "import it: import { functional as F } from 'tapeout'",
  torch: "PyTorch's functions are exports of tapeout: import { nn, optim, functional as F } from 'tapeout'",
  functional: "it is an export of its own: import { functional as F } from 'tapeout'",
};

const camel = (name: string): string => name.replace(/_+(\w)/g, (_, c: string) => c.toUpperCase()).replace(/_$/, '');
/** A member of `of` that goes by PyTorch's name `name`. */
const renamed = (of: object, name: string): string | null => {
  const ours = camel(name);
  return ours !== name && ours in of ? ours : null;
};
const classes = (of: object): string =>
  Object.keys(of)
    .filter((n) => /^[A-Z]/.test(n))
    .join(', ');

function onTensor(name: string): string | null {
  const known = Object.hasOwn(ofTensors, name) ? (ofTensors[name] as string) : null;
  const ours = renamed(Tensor.prototype, name);
  if (known ?? ours) return known ?? `it is called ${ours} here`;
  if (camel(name) in F) return `it is a function: import { ${camel(name)} } from 'tapeout'`;
  return null;
}

function onNn(name: string): string | null {
  if (Object.hasOwn(modules, name)) return modules[name] as string;
  const ours = camel(name);
  if (ours in F) return `it is a function of tapeout itself: import { ${ours} } from 'tapeout'`;
  return `nn has ${classes(nn)}`;
}

const onFunctional = (name: string): string => {
  const ours = renamed(F, name);
  return ours ? `it is called ${ours} here` : `functional has ${Object.keys(F).join(', ')}`;
};

/** A name that is not defined, or not exported. */
function onName(name: string): string | null {
  if (Object.hasOwn(modules, name)) return modules[name] as string;
  if (name in nn) return `it is in nn: import { nn } from 'tapeout', and write nn.${name}`;
  if (name in optim) return `it is in optim: import { optim } from 'tapeout', and write optim.${name}`;
  if (name in F) return `import it: import { ${name} } from 'tapeout'`;
  if (['nn', 'optim', 'defineModel', 'Tensor'].includes(name)) return `import it: import { ${name} } from 'tapeout'`;
  const ours = renamed(F, name);
  return ours ? `it is called ${ours} here: import { ${ours} } from 'tapeout'` : null;
}

/** Messages of TypeScript and of V8, and the hint for what each found. */
const patterns: readonly (readonly [message: RegExp, hint: (...found: string[]) => string | null])[] = [
  [/Property '(\w+)' does not exist on type '(?:readonly )?(?:Tensor|Parameter|Buffer)\b/, onTensor],
  [/Property '(\w+)' does not exist on type 'typeof import\(".*\/nn(?:\/index)?"\)'/, onNn],
  [
    /Property '(\w+)' does not exist on type 'typeof import\(".*\/optim(?:\/index)?"\)'/,
    () => `optim has ${classes(optim)}`,
  ],
  [/Property '(\w+)' does not exist on type 'typeof import\(".*\/functional(?:\/index)?"\)'/, onFunctional],
  [/Module '"tapeout"' has no exported member '(\w+)'/, onName],
  [/does not provide an export named '(\w+)'/, onName],
  [/Cannot find name '(\w+)'/, onName],
  [/^(\w+) is not defined$/, onName],
  [/Cannot find module '(?:torch|torchvision|pytorch|@tensorflow\/.*|jax)\b/, () => modules.torch as string],
  [/Operator '.*' cannot be applied to types? .*\bTensor\b/, () => onOperators],
  [/The (?:left|right)-hand side of an arithmetic operation must be/, () => onOperators],
  [/Type 'Tensor' (?:must have a '\[Symbol\.iterator\]|is not an array type)/, () => onRows],
  [/used to index type 'Tensor'/, () => onIndices],
  [
    /This expression is not callable\.\s+Type '(?:Number|DType|readonly Extent\[\]|String)' has no call signatures/,
    () => dims,
  ],
  [/\.(?:dim|shape|dtype) is not a function/, () => dims],
  [/\bnn\.(\w+) is not a (?:function|constructor)/, onNn],
  [/\boptim\.(\w+) is not a (?:function|constructor)/, () => `optim has ${classes(optim)}`],
  [/\b(?:F|functional)\.(\w+) is not a function/, onFunctional],
  [
    /Cannot read properties of undefined \(reading '(\w+_\w+)'\)/,
    (name) => (renamed(F, name as string) ? (modules.functional as string) : null),
  ],
  [/\.(\w+) is not a function$/, onTensor],
];

/** Advice on a message of TypeScript or V8, where people who write what it complains of are known to mean something else. */
export function hintFor(message: string): string | null {
  for (const [pattern, hint] of patterns) {
    const found = pattern.exec(message);
    const text = found && hint(...found.slice(1));
    if (text) return text;
  }
  return null;
}
