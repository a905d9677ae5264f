/** Hints for users of PyTorch and JavaScript: what Tapeout has in place of what they wrote. They answer the errors of TypeScript,
 *  which finds most mistakes first, and of JavaScript at run time. */

import { nearest } from '../ir/text/nearest.ts';
import {
  dims,
  ofModules,
  ofOptimizers,
  ofTensors,
  ofTorch,
  onConversion,
  onDType,
  onExtent,
  onOperators,
  onSeveral,
} from './hints-members.ts';
import { optionsOf, orderOf, type Signature, signatureOf, signatures } from './model/arguments.ts';
import * as F from './model/functional/index.ts';
import './model/methods.ts';
import * as nn from './model/nn/index.ts';
import { onTensorGiven } from './model/nn/layer.ts';
import { onValues } from './model/nn/parameter.ts';
import * as optim from './model/optim/index.ts';
import { onParameters } from './model/options.ts';
import { Tensor } from './model/tensor.ts';
import { onMissing } from './not-yet.ts';

export const onRows = ofTensors.map as string;
export const onIndices = 'write x.select(0, i) for x[i], and x.slice(0, from, to) for x[from:to]';
const ownForward = 'add a method forward(x) { … } that returns a tensor';
const withoutSuper =
  'begin the constructor with super(), as with super().__init__() in PyTorch; fields need no constructor: fc = nn.Linear(2, 3)';
export const onCondition =
  "choose element by element: where(cond, a, b), with import { where } from 'tapeout', or x.mul(cond), where false counts 0; " +
  'an optional tensor is a Tensor | null or Tensor | undefined, which may be tested';
export const onComparing =
  'write x.eq(y), x.ne(y), x.gt(y) and the like, which give a condition for where(cond, a, b); between two tensors === ' +
  'asks whether they are one and the same';
export const onPredicate =
  'decide by what is known while the model is recorded, as x.size(1) === 3; where the data decide, choose element by element: ' +
  "where(cond, a, b), with import { where } from 'tapeout'";

/** Names of modules in other libraries. */
const modules: Readonly<Record<string, string>> = {
  F: "import it: import { functional as F } from 'tapeout'",
  torch: "PyTorch's functions are exports of tapeout: import { nn, optim, functional as F } from 'tapeout'",
  functional: "it is an export of its own: import { functional as F } from 'tapeout'",
};

const camel = (name: string): string => name.replace(/_+(\w)/g, (_, c: string) => c.toUpperCase()).replace(/_$/, '');
/** PyTorch's names, in camelCase, of what has a name of its own here. */
const otherNames: Readonly<Record<string, string>> = { binaryCrossEntropyWithLogits: 'bceWithLogits' };
/** The member of `of` that PyTorch calls `name`. */
const renamed = (of: object, name: string): string | null => {
  const plain = camel(name);
  const ours = Object.hasOwn(otherNames, plain) ? (otherNames[plain] as string) : plain;
  return ours !== name && ours in of ? ours : null;
};
const classes = (of: object): string[] => Object.keys(of).filter((n) => /^[A-Z]/.test(n));
/** All layers but the losses, those of several ranks as one: Conv1d/2d/3d. */
function layers(): string {
  const families = new Map<string, string>();
  for (const name of classes(nn)) {
    const family = name.replace(/[123]d$/, '');
    const before = families.get(family);
    if (!name.endsWith('Loss')) families.set(family, before ? `${before}/${name.slice(family.length)}` : name);
  }
  return [...families.values()].join(', ');
}

function onTensor(name: string): string | null {
  const known = Object.hasOwn(ofTensors, name) ? (ofTensors[name] as string) : null;
  const ours = renamed(Tensor.prototype, name);
  if (known) return known;
  if (ours && name === `${ours}_`)
    return `it is called ${ours} here: a recorded tensor is never changed in place, so write x = x.${ours}(…)`;
  if (ours) return `it is called ${ours} here`;
  if (camel(name) in F) return `it is a function: import { ${camel(name)} } from 'tapeout'`;
  // A short name is close to too many.
  const near = name.length > 3 ? nearest(name, membersOf(Tensor.prototype)) : null;
  return near ? `did you mean '${near}'?` : null;
}

const entryOf = (table: Readonly<Record<string, string>>, name: string): string | null =>
  Object.hasOwn(table, name) ? (table[name] as string) : null;

function onModule(name: string): string | null {
  const known = entryOf(ofModules, name) ?? entryOf(ofModules, camel(name));
  const ours = renamed(nn.Module.prototype, name);
  return known ?? (ours ? `it is called ${ours} here` : null);
}

const onOptimizer = (name: string): string | null => entryOf(ofOptimizers, name) ?? entryOf(ofOptimizers, camel(name));

/** What the type `of`, listed with the types that it extends, has in place of a member. In JavaScript the type is not known: then
 *  the first hint for a member of this name. */
function onMember(name: string, of: readonly string[]): string | null {
  if (of.includes('Tensor')) return onTensor(name);
  if (of.includes('Module')) return onModule(name);
  if (of.includes('Optimizer')) return onOptimizer(name);
  return of.length > 0 ? null : (onTensor(name) ?? onModule(name) ?? onOptimizer(name));
}

/** The methods and properties that a user may have meant. */
const membersOf = (prototype: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { enumerable, value }]) => name !== 'constructor' && (typeof value === 'function' || !enumerable))
    .map(([name]) => name)
    .filter((name) => !Object.hasOwn(ofTensors, name) && /^[a-z]/i.test(name));

/** A hint for an argument that does not fit, or for too many or too few: `callee` is the called function of Tapeout's, as the user
 *  wrote it, and `given` the argument's type. */
function onArgument(callee: string, given: string | null): string | null {
  const [, room, name = callee] = /^(\w+)\.(\w+)$/.exec(callee) ?? [];
  if (callee === 'nn.Parameter' || callee === 'nn.Buffer') return onValues(name as 'Parameter' | 'Buffer');
  if (isLayerOf(callee, given)) return onTensorGiven(name);
  if (room === 'optim') return onParameters();
  const made = given === null || given.startsWith('{') ? signatureFor(callee) : null;
  const [first] = Object.values(made?.takes ?? {});
  return made && (first?.help?.(undefined) ?? orderOf(made));
}

/** True if a layer's constructor is given a tensor. */
export const isLayerOf = (callee: string, given: string | null): boolean =>
  /^nn\.[A-Z]/.test(callee) && /\bTensor\b/.test(given ?? '');

/** The name of the layer used in place of a tensor, from TypeScript's message. */
export function layerForTensor(message: string): string | null {
  const [, name = ''] =
    /^Type '(\w+)' is (?:missing the following properties from|not assignable to) type 'Tensor'/.exec(message) ?? [];
  return Object.hasOwn(nn, name) && /^[A-Z]/.test(name) && !['Module', 'Parameter', 'Buffer'].includes(name)
    ? name
    : null;
}

/** A hint for a part of an argument that does not fit. */
function onPart(callee: string, given: string): string | null {
  const isNested = /^nn\.(Parameter|Buffer)$/.test(callee) && /^\[|\[\]$/.test(given);
  return isNested || isLayerOf(callee, given) ? onArgument(callee, given) : null;
}

/** The signature of a callee as the user wrote it: `nn.Conv2d`, `x.sum`, `relu`. */
export function signatureFor(callee: string): Signature | null {
  const [, room, name = callee] = /^(.*)\.(\w+)$/.exec(callee) ?? [];
  const isMethod = room !== undefined && !['nn', 'optim', 'F', 'functional'].includes(room);
  const method = Object.getOwnPropertyDescriptor(Tensor.prototype, name)?.value;
  if (isMethod && typeof method === 'function') return signatureOf(method);
  return signatures.find((made) => made.name === name) ?? null;
}

/** A hint for an option that is unknown, or for a name where arguments come in order. */
function onOption(callee: string, type: string): string | null {
  const made = signatureFor(callee);
  return made && (/Option/.test(type) ? optionsOf(made) : orderOf(made));
}

export const onBatch = "the batch is written 'N', as in ['N', 1, 28, 28]";

function onNn(name: string): string | null {
  if (Object.hasOwn(modules, name)) return modules[name] as string;
  const ours = camel(name);
  if (ours in F) return `it is a function of tapeout itself: import { ${ours} } from 'tapeout'`;
  const near = nearest(name, Object.keys(nn));
  return (
    entryOf(ofTorch, ours) ??
    onMissing(name) ??
    `${near ? `did you mean nn.${near}? ` : ''}nn has ${layers()}, and losses`
  );
}

const onOptim = (name: string): string =>
  entryOf(ofTorch, camel(name)) ?? onMissing(name) ?? `optim has ${classes(optim).join(', ')}`;

const onFunctional = (name: string): string => {
  const ours = renamed(F, name);
  return ours ? `it is called ${ours} here` : (onMissing(name) ?? `functional has ${Object.keys(F).join(', ')}`);
};

/** What the package exports besides the functions. */
const others = [
  'nn',
  'optim',
  'functional',
  'defineModel',
  'compile',
  'lora',
  'mergeLora',
  'manualSeed',
  'Tensor',
  'CompileError',
];

/** A hint for a mistyped name; TypeScript has its own. */
function onNear(name: string): string | null {
  const near = nearest(name, [...others, ...Object.keys(F)]);
  return near ? `did you mean ${near}?` : null;
}

/** The member of a room by this name, whatever its case: Conv2D is Conv2d. */
const inRoom = (room: object, name: string): string | undefined =>
  Object.keys(room).find((own) => own.toLowerCase() === name.toLowerCase());

/** A hint for a name that is not defined or not exported. */
function onName(name: string): string | null {
  if (Object.hasOwn(modules, name)) return modules[name] as string;
  // Functions begin in lower case, and layers have the same names but for that.
  const isClass = /^[A-Z]/.test(name);
  for (const [at, room] of Object.entries({ nn, optim })) {
    const own = isClass ? inRoom(room, name) : name in room && name;
    if (own) return `it is in ${at}: import { ${at} } from 'tapeout', and write ${at}.${own}`;
  }
  if (name in F) return `import it: import { ${name} } from 'tapeout'`;
  if (others.includes(name)) return `import it: import { ${name} } from 'tapeout'`;
  const ours = renamed(F, name);
  if (ours) return `it is called ${ours} here: import { ${ours} } from 'tapeout'`;
  return entryOf(ofTorch, camel(name)) ?? onMissing(name);
}

/** What is known about the code that TypeScript's message is about. */
export interface About {
  /** For a missing member: the type of the object, and the types that it extends. */
  readonly of?: readonly string[];
  /** For an argument: the called function as the user wrote it, if it is Tapeout's. */
  readonly callee?: string | null;
  /** The whole message. */
  readonly message?: string;
}

/** Patterns for messages of TypeScript and V8, and the hint for each. */
const patterns: readonly (readonly [message: RegExp, hint: (found: string[], about: About) => string | null])[] = [
  [
    /Property '(\w+)' does not exist on type '(?:readonly )?(?:Tensor|Parameter|Buffer)\b/,
    ([name = '']) => onTensor(name),
  ],
  [/Property '(\w+)' does not exist on type 'typeof import\(".*\/nn(?:\/index)?"\)'/, ([name = '']) => onNn(name)],
  [
    /Property '(\w+)' does not exist on type 'typeof import\(".*\/optim(?:\/index)?"\)'/,
    ([name = '']) => onOptim(name),
  ],
  [
    /Property '(\w+)' does not exist on type 'typeof import\(".*\/functional(?:\/index)?"\)'/,
    ([name = '']) => onFunctional(name),
  ],
  [/Property '(\w+)' does not exist on type /, ([name = ''], { of = ['?'] }) => onMember(name, of)],
  [/'"tapeout"' has no exported member (?:named )?'(\w+)'/, ([name = '']) => onName(name)],
  [
    /module 'tapeout' does not provide an export named 'default'/,
    () => "import by name: import { defineModel, nn } from 'tapeout'",
  ],
  [/module 'tapeout' does not provide an export named '(\w+)'/, ([name = '']) => onName(name) ?? onNear(name)],
  [/does not provide an export named '(\w+)'/, ([name = '']) => onName(name)],
  [/Cannot find name '(\w+)'/, ([name = '']) => onName(name)],
  [/^(\w+) is not defined$/, ([name = '']) => onName(name)],
  [
    /Cannot find (?:module|package) '(?:torch|torchvision|pytorch|@tensorflow\/.*|jax)\b/,
    () => modules.torch as string,
  ],
  [
    /Cannot find module 'tapeout\/|^Package subpath '.*' is not defined by "exports" in .*[\\/]tapeout[\\/]package\.json/,
    () => "tapeout itself exports all of it: import { nn, optim, functional as F } from 'tapeout'",
  ],
  [/does not implement inherited abstract member forward from class 'Module'/, () => ownForward],
  [/^A function whose declared type is neither .* must return a value/, () => 'is its return missing?'],
  [/Operator '.*' cannot be applied to types? .*\bTensor\b/, () => onOperators],
  [/^This comparison appears to be unintentional because the types .*'Tensor'/, () => onComparing],
  [/The (?:left|right)-hand side of an arithmetic operation must be/, () => onOperators],
  [/Type 'Tensor' (?:must have a '\[Symbol\.iterator\]|is not an array type)/, () => onRows],
  [/used to index type 'Tensor'/, () => onIndices],
  [
    /This expression is not callable\.\s+Type '(?:Number|DType|readonly Extent\[\]|String)' has no call signatures/,
    () => dims,
  ],
  [
    /Object literal may only specify known properties, (?:and|but) '\w+' does not exist in type '(.*?)'/,
    ([type = ''], { callee }) => (callee ? onOption(callee, type) : null),
  ],
  [
    /'new' expression, whose target lacks a construct signature/,
    (_, { callee }) => (callee ? `write ${callee}(…), without new` : null),
  ],
  [/Type '"([\w.]+)"' is not assignable to type '.*"f32" \| "i32"/, ([name]) => onDType(name)],
  [/Type '(?:"\w+"|null|undefined)' is not assignable to type 'Extent'/, () => onBatch],
  [
    /Argument of type '"(\w+)"' is not assignable to parameter of type '"f32" \| "i32"'/,
    ([name]) => onConversion(name),
  ],
  [
    /Argument of type 'Tensor' is not assignable to parameter of type 'readonly Tensor\[\]'/,
    () => 'give them in one list: [a, b]',
  ],
  [/Argument of type '(?:number|boolean)' is not assignable to parameter of type 'Tensor'/, () => onOperators],
  [/Argument of type '(?:Extent|number \| "N")' is not assignable/, () => onExtent],
  [
    /Argument of type '(?:\[.*\bTensor\b.*\]|\{ values: Tensor;.*\})' is not assignable to parameter of type 'Tensor'/,
    () => onSeveral,
  ],
  [
    /Argument of type 'Tensor' is not assignable to parameter of type 'number'/,
    (_, { callee }) => (callee ? onArgument(callee, isLayerOf(callee, 'Tensor') ? 'Tensor' : null) : onOperators),
  ],
  [/has no properties in common with type '\w+Options'/, (_, { callee }) => (callee ? onArgument(callee, null) : null)],
  [
    /Argument of type '(.*?)' is not assignable/,
    ([given = ''], { callee }) => (callee ? onArgument(callee, given) : null),
  ],
  [/Expected .* arguments?, but got/, (_, { callee }) => (callee ? onArgument(callee, null) : null)],
  [
    /^Type '(\w+)' is (?:missing the following|not assignable to type 'Tensor')/,
    (_, { message = '' }) => {
      const layer = layerForTensor(message);
      return layer && onTensorGiven(layer);
    },
  ],
  [/Type '(.*?)' is not assignable to type/, ([given = ''], { callee }) => (callee ? onPart(callee, given) : null)],
  [
    /^Constructors for derived classes must contain a 'super' call|^'super' must be called before accessing 'this'|^Must call super constructor/,
    () => withoutSuper,
  ],
  [/\.(?:dim|shape|dtype) is not a function/, () => dims],
  [/\bnn\.(\w+) is not a (?:function|constructor)/, ([name = '']) => onNn(name)],
  [/\boptim\.(\w+) is not a (?:function|constructor)/, ([name = '']) => onOptim(name)],
  [/\b(?:F|functional)\.(\w+) is not a function/, ([name = '']) => onFunctional(name)],
  [
    /Cannot read properties of undefined \(reading '(\w+_\w+)'\)/,
    ([name = '']) => (renamed(F, name) ? (modules.functional as string) : null),
  ],
  [
    /Cannot read properties of undefined \(reading '(?:\w+LR|ReduceLROnPlateau|LRScheduler)'\)/,
    () => ofTorch.lrScheduler as string,
  ],
  [/Cannot read properties of undefined \(reading 'clip_grad_\w+'\)/, () => ofTorch.utils as string],
  [/^this\.(\w+) is not a function$/, ([name = '']) => onModule(name)],
  [/\.(\w+) is not a function$/, ([name = '']) => onMember(name, [])],
];

/** A hint for a message of TypeScript or V8, or null if none is known. */
export function hintFor(message: string, about: About = {}): string | null {
  for (const [pattern, hint] of patterns) {
    const found = pattern.exec(message);
    const text = found && hint(found.slice(1), { ...about, message });
    if (text) return text;
  }
  return null;
}
