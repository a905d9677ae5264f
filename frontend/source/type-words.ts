/** Rewords TypeScript's problems in the terms of this API, without its internal types and files. */

import type { Loc } from '../../ir/diagnostic.ts';
import { hintFor, isLayerOf, layerForTensor, onComparing, onCondition, onPredicate, signatureFor } from '../hints.ts';
import { onDType } from '../hints-members.ts';
import { unknownOption } from '../model/arguments.ts';
import { onOptimizer } from '../model/options.ts';
import type { Problem } from '../report/diagnostics.ts';
import type { TypeProblem } from './typescript.ts';

/** TypeScript's problem as it is reported: the message, the location, and what to try. */
export function asProblem(p: TypeProblem): Problem {
  const { code, at } = p;
  if (code === 'no-value') return onTest(p);
  const known = mistaken(p);
  const help = known ? known.help : (helpFor[code] ?? hintFor(p.message, p));
  return {
    code,
    message: known?.message ?? messageOf(p, help !== null),
    loc: locOf(at),
    ...(at ? { length: at.length } : {}),
    notes: p.related.filter(isOfUse).map((r) => ({ message: r.message, loc: locOf(r.at) })),
    help,
  };
}

/** The problem and the help for options of which TypeScript reports only that their types differ. */
function mistaken({ message, text, related }: TypeProblem): Pick<Problem, 'message' | 'help'> | null {
  const [, dtype = null] = /^dtype\s*:\s*['"]([\w.]+)['"]$/.exec(text) ?? [];
  if (dtype !== null && /type '(?:TensorSpec|"f32" \| "i32"( \| undefined)?)'/.test(message))
    return { message: `dtype must be 'f32' or 'i32', got '${dtype}'`, help: onDType(dtype) };
  if (/^nn\.[A-Z]\w*$/.test(text) && related.some((r) => withNew.test(r.message)))
    return { message: `${text} is a class, and what it makes is wanted`, help: `make one: ${text}()` };
  if (/^Type '\(options\??: \w+(?: \| undefined)?\) => Optimizer' is not assignable to type 'Optimizer'/.test(message))
    return { message: 'this makes an optimizer, which is wanted itself', help: onOptimizer };
  return null;
}
const withNew = /^Did you mean to use 'new' with this expression/;

/** The problem of a tensor used as a condition or compared. */
const onTest = ({ code, message: operator, at }: TypeProblem): Problem => ({
  code,
  message: `a tensor has no value while the model is recorded${
    isPredicate(operator)
      ? `: as the result of a predicate of ${operator} it is always true`
      : operator
        ? `, so ${operator} cannot compare it`
        : ': as a condition it is always true'
  }`,
  loc: locOf(at),
  ...(at ? { length: at.length } : {}),
  notes: [],
  help: isPredicate(operator) ? onPredicate : operator ? onComparing : onCondition,
});
const isPredicate = (operator: string): boolean => /^\w+$/.test(operator);

const locOf = (at: TypeProblem['at']): Loc | null => at && { file: at.file, line: at.line, col: at.col };

/** Help for codes whose message does not say what to do. */
const helpFor: Readonly<Record<string, string>> = {
  TS1294:
    'a model file runs with its types blanked out, as Node itself runs TypeScript: write plain fields and objects instead',
};

/** False for notes that point into Tapeout's own declarations: they do not help the user. */
const isOfUse = ({ message, at }: TypeProblem['related'][number]): boolean =>
  at !== null
    ? !/^Did you mean to call this/.test(message) && !withNew.test(message)
    : !/ is declared here\.$|^The expected type comes from /.test(message);

function messageOf(p: TypeProblem, hasHelp: boolean): string {
  const [, argument = null] = /^Argument of type '(.*?)' is not assignable/.exec(p.message) ?? [];
  if (p.callee && isLayerOf(p.callee, argument)) return `${p.callee} takes no tensor while the layer is made`;
  const message = withoutPaths(innermost(p.message));
  const layer = layerForTensor(message);
  if (layer) return `nn.${layer} makes a layer, where a tensor is wanted`;
  const [, name = '', type = '', near = ''] =
    /^Property '(\w+)' does not exist on type '(.*?)'\.(?: Did you mean '(\w+)'\?)?$/.exec(message) ?? [];
  const owner = name && ownerOf(type, p.of);
  // A hint is better than a guess by spelling.
  if (owner) return `${owner} has no '${name}'${near && !hasHelp ? `. Did you mean '${near}'?` : ''}`;
  const [, option = '', of = ''] =
    /^Object literal may only specify known properties, (?:and|but) '(\w+)' does not exist in type '(.*?)'/.exec(
      message,
    ) ?? [];
  const made = option && p.callee ? signatureFor(p.callee) : null;
  if (made && /Option/.test(of)) return unknownOption(made.name, Object.keys(made.options), option);
  if (made && isOrdered(of)) return `${made.name}: '${option}' is given by name where an argument comes in order`;
  return hasHelp ? message.replace(/(?<=^Cannot find name '\w+'\.) Did you mean '\w+'\?$/, '') : message;
}

/** The last line of messages on a layer's options, whose types are long because options come in order or by name. */
const innermost = (message: string): string =>
  /\bTrailing</.test(message) ? (message.split('\n').at(-1) as string).trim() : message;

/** Types by their names alone, where TypeScript adds the file that declares them. */
const withoutPaths = (message: string): string => message.replace(/(?<!typeof )import\("[^"]*"\)\.(\w+)/g, '$1');

const isOrdered = (type: string): boolean => /^(?:readonly )?\[|\[\]$|^Pair$|^Dims$|^number/.test(type);

/** The words for the owner of a missing member; null if it is not Tapeout's. */
function ownerOf(type: string, of: readonly string[]): string | null {
  const [, room] = /^typeof import\(".*\/(nn|optim|functional)(?:\/index)?"\)$/.exec(type) ?? [];
  if (room) return room;
  if (of.includes('Tensor')) return type === 'Tensor' ? 'a tensor' : `a ${type.toLowerCase()}`;
  if (of.includes('Optimizer')) return 'an optimizer';
  return of.includes('Module') ? type : null;
}
