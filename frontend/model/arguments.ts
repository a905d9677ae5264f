/** Tables of the arguments that each public function, method and layer takes, by name and in order. The checks at the user's
 *  line, the names in their messages and the reference all derive from these tables. */

import { CompileError } from '../../ir/diagnostic.ts';
import { nearest } from '../../ir/text/nearest.ts';
import { onUndefined } from '../hints-members.ts';
import { live } from './live.ts';
import { isInside, showAny, userError, withLateLoc, withLoc } from './trace.ts';

/** A kind of argument: which values it admits, and the words for them. */
export interface Kind {
  /** The words that messages use, such as 'a whole number of at least 1'. */
  readonly says: string;
  readonly holds: (v: unknown) => boolean;
  /** May be left out. */
  readonly optional?: boolean;
  /** Holds for this argument and for all that follow. */
  readonly rest?: boolean;
  /** The error code; defaults to `bad-argument`. */
  readonly code?: string;
  /** Advice for a user who passed this value, or null. */
  readonly help?: (v: unknown) => string | null;
  /** Throws if a value of this kind cannot be used here, such as a tensor of another recording. */
  readonly use?: (v: unknown) => void;
}

/** Arguments by name, in their order. */
export type Kinds = Readonly<Record<string, Kind>>;

/** The name and the arguments of one public function. */
export interface Signature {
  /** The name that the user calls. */
  readonly name: string;
  readonly takes: Kinds;
  /** The last arguments: in order, by name in one object, or in order and then by name. */
  readonly options: Kinds;
  /** Options are accepted by name only. */
  readonly onlyNamed?: boolean;
  /** Advice for a value that does not belong at its position; it takes precedence over the advice of the argument's kind. */
  readonly help?: Help;
}
type Help = (v: unknown) => string | null;

const declared: Signature[] = [];
/** The signatures of everything that checks its arguments. */
export const signatures: readonly Signature[] = declared;

const ofFunction = new WeakMap<object, Signature>();
/** The signature of a function or method, or null where it has none. */
export const signatureOf = (f: object): Signature | null => ofFunction.get(f) ?? null;

/** Gives a function its name and its signature. */
function signed<F extends object>(f: F, made: Signature, length: number): F {
  ofFunction.set(f, made);
  return Object.defineProperties(f, { name: { value: made.name }, length: { value: length } });
}

/** Declares the arguments of a function or layer. */
export function signature(name: string, takes: Kinds, options: Kinds = {}, help?: Help): Signature {
  const made: Signature = { name, takes, options, ...(help ? { help } : {}) };
  declared.push(made);
  return made;
}

/** Declares a function that takes one object of options. */
export function namedOnly(name: string, options: Kinds, help?: Help): Signature {
  const made: Signature = { name, takes: {}, options, onlyNamed: true, ...(help ? { help } : {}) };
  declared.push(made);
  return made;
}

/** A public function: checks its arguments; the nodes it records and the errors it throws point at its caller's line. */
export function fn<A extends readonly unknown[], R>(
  name: string,
  takes: Kinds,
  body: (...args: A) => R,
): (...args: A) => R {
  const made = signature(name, takes);
  const f = (...args: A): R => run(made, null, args, () => body(...args));
  return signed(f, made, body.length);
}

/** As `fn`, for a function with options, which `body` receives as one object after the other arguments. */
export function withOptions<F extends (...args: never[]) => unknown>(
  name: string,
  takes: Kinds,
  options: Kinds,
  body: (...args: never[]) => ReturnType<F>,
): F {
  const made = signature(name, takes, options);
  const f = (...args: unknown[]): unknown => {
    const run = (): unknown => {
      const { ordered, named } = parted(made, args);
      return (body as (...args: unknown[]) => unknown)(...ordered, named);
    };
    return isInside() ? run() : asUsers(name, args, run);
  };
  return signed(f, made, Object.keys(takes).length) as unknown as F;
}

/** Wraps a class's methods with the checks of their arguments. */
export function guard<T extends object>(of: { readonly prototype: T }, table: Readonly<Record<string, Kinds>>): void {
  const methods = of.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, takes] of Object.entries(table)) {
    const made = signature(name, takes);
    const method = methods[name] as (...args: unknown[]) => unknown;
    const checked = function (this: T, ...args: unknown[]): unknown {
      return run(made, this, args, () => method.apply(this, args));
    };
    Object.defineProperty(of.prototype, name, {
      value: signed(checked, made, method.length),
      writable: true,
      configurable: true,
    });
  }
}

/** Makes functions of an instance of a class its methods: with the arguments of the function but the first. */
export function adopt(
  of: { readonly prototype: object },
  functions: Readonly<Record<string, (...args: never[]) => unknown>>,
): void {
  for (const [name, f] of Object.entries(functions)) {
    const { takes, options } = signatureOf(f) as Signature;
    const made = signature(name, Object.fromEntries(Object.entries(takes).slice(1)), options);
    const method = function (this: object, ...args: unknown[]): unknown {
      return (f as (...args: unknown[]) => unknown)(this, ...args);
    };
    Object.defineProperty(of.prototype, name, {
      value: signed(method, made, Math.max(0, f.length - 1)),
      writable: true,
      configurable: true,
    });
  }
}

/** All arguments of a call by name. Throws at the user's line if they do not fit the signature. */
export function read<O extends object>(made: Signature, args: readonly unknown[]): O {
  return withLoc(() => {
    const { ordered, named } = parted(made, args);
    return { ...Object.fromEntries(Object.keys(made.takes).map((name, i) => [name, ordered[i]])), ...named } as O;
  }, made.name);
}

/** Runs `body`. The arguments are checked only if the user made the call, not another public function. */
function run<R>(made: Signature, of: object | null, args: readonly unknown[], body: () => R): R {
  if (isInside()) return body();
  const checked = (): R => {
    check(made, args);
    return body();
  };
  return asUsers(made.name, of === null ? args : [of, ...args], checked);
}

/** Runs what the user called by this name. Where tensors have values, these remember what they were made by. */
function asUsers<R>(name: string, args: readonly unknown[], f: () => R): R {
  const values = live();
  if (!values) return withLoc(f, name);
  const result = withLateLoc(f, name);
  values.applied(name, args, result);
  return result;
}

function check(made: Signature, args: readonly unknown[]): void {
  const kinds = Object.entries(made.takes);
  for (const [i, [name, kind]] of kinds.entries())
    if (!kind.rest) checkOne(made, name, kind, args[i], i < args.length);
    else
      for (const [j, v] of args.slice(i).entries()) checkOne(made, Array.isArray(v) ? name : `${name}[${j}]`, kind, v);
  if (args.length > kinds.length && !kinds.at(-1)?.[1].rest) throw tooMany(made, args.slice(kinds.length));
}

/** The arguments in order, and the options by name. */
function parted(made: Signature, args: readonly unknown[]): { ordered: readonly unknown[]; named: object } {
  const takes = Object.values(made.takes);
  const required = takes.at(-1)?.rest ? Infinity : takes.length;
  const kinds = Object.entries(made.options);
  const [ordered, more] = [args.slice(0, required), args.slice(required)];
  check(made, ordered);
  const last = more.at(-1);
  const given: Readonly<Record<string, unknown>> = isOptions(last) ? last : {};
  const inOrder = isOptions(last) ? more.slice(0, -1) : more;
  if (made.onlyNamed && inOrder.length > 0)
    throw userError('bad-argument', `${made.name}: its options must be one object, got ${showAny(args[0])}`, {
      help: made.help?.(args[0]) ?? optionsOf(made),
    });
  if (inOrder.length > kinds.length) throw tooMany(made, more);
  const named: Record<string, unknown> = {};
  for (const [i, v] of inOrder.entries()) named[(kinds[i] as [string, Kind])[0]] = v;
  for (const [name, v] of Object.entries(given)) {
    const at = kinds.findIndex(([other]) => other === name);
    if (at < 0)
      throw userError('bad-argument', unknownOption(made.name, Object.keys(made.options), name), {
        help: optionsOf(made),
      });
    if (at < inOrder.length)
      throw userError(
        'bad-argument',
        `${made.name}: '${name}' is given twice: ${showAny(inOrder[at])} and ${showAny(v)}`,
      );
    named[name] = v;
  }
  for (const [name, kind] of kinds) checkOne(made, name, kind, named[name]);
  // Undefined options are dropped, so that defaults apply.
  return { ordered, named: Object.fromEntries(Object.entries(named).filter(([, v]) => v !== undefined)) };
}

/** `isGiven` is false for an argument that the call does not have. */
function checkOne(made: Signature, name: string, kind: Kind, v: unknown, isGiven = false): void {
  const word = made.name;
  if (v === undefined && kind.optional) return;
  if (v === undefined && !kind.rest) {
    throw userError(kind.code ?? 'bad-argument', `${word}: ${name} is missing: it must be ${kind.says}`, {
      help: kind.help?.(v) ?? (isGiven && kind.code === 'not-a-tensor' ? onUndefined : null),
    });
  }
  if (!fits(kind, v))
    throw userError(kind.code ?? 'bad-argument', `${word}: ${name} must be ${kind.says}, got ${showAny(v)}`, {
      help: (made.onlyNamed ? null : made.help?.(v)) ?? kind.help?.(v) ?? (isOptions(v) ? orderOf(made) : null),
    });
  try {
    kind.use?.(v);
  } catch (e) {
    if (!(e instanceof CompileError)) throw e;
    const why = e.message.startsWith(`${word}: `) ? e.message.slice(word.length + 2) : e.message;
    throw new CompileError(e.code, `${word}: ${name} cannot be used here: ${why}`, e);
  }
}

/** True if a value is of a kind. A value that throws when inspected is of none. */
export function fits(kind: Kind, v: unknown): boolean {
  if (v === undefined && kind.optional) return true;
  try {
    return kind.holds(v);
  } catch {
    return false;
  }
}

/** True for a plain object of options; false for lists, tensors, layers and typed arrays. */
function isOptions(v: unknown): v is Readonly<Record<string, unknown>> {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return false;
  const prototype = Object.getPrototypeOf(v);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function tooMany(made: Signature, args: readonly unknown[]): CompileError {
  const advice = args.map((v) => made.help?.(v) ?? null).find((help) => help !== null);
  return userError('bad-argument', `${made.name}: too many arguments: ${showAny(args)}`, {
    help: advice ?? optionsOf(made),
  });
}

/** A sentence that lists the options of a call, or says that it has none. */
export function optionsOf({ name, takes, options }: Signature): string {
  const [all, more] = [Object.keys(takes), Object.keys(options)];
  if (more.length > 0) return `the options of ${name} are ${more.join(', ')}`;
  if (all.length > 0) return `${name} takes ${all.join(', ')}, and has no options`;
  return `${name} has no options`;
}

/** A sentence that says which arguments come in order, and which by name; null if there are none in order. */
export function orderOf({ name, takes, options }: Signature): string | null {
  const [all, more] = [Object.keys(takes), Object.keys(options)];
  if (all.length === 0) return null;
  const order = `${all.join(', ')}${all.length > 1 ? ' in this order' : ''}`;
  return `${name} takes ${order}${more.length > 0 ? `, and then { ${more.join(', ')} }` : ''}`;
}

/** `Conv2d: unknown option 'strides'. Did you mean 'stride'?` */
export function unknownOption(of: string, known: readonly string[], given: string): string {
  const near = nearestOption(given, known);
  return `${of}: unknown option '${given}'${near ? `. Did you mean '${near}'?` : ''}`;
}

/** The option meant by a misspelt name or by another library's name. */
function nearestOption(given: string, known: readonly string[]): string | null {
  const camel = given.replace(/_+(\w)/g, (_, c: string) => c.toUpperCase());
  const other = elsewhere[camel];
  if (known.includes(camel)) return camel;
  if (other !== undefined && known.includes(other)) return other;
  return nearest(given, known) ?? nearest(given.toLowerCase(), known);
}

/** Names of options in other libraries, and ours. */
const elsewhere: Readonly<Record<string, string>> = {
  learningRate: 'lr',
  batchSize: 'maxBatch',
  criterion: 'loss',
  net: 'model',
  network: 'model',
  label: 'target',
  labels: 'target',
  output: 'target',
  useBias: 'bias',
  dilationRate: 'dilation',
  l2: 'weightDecay',
  axis: 'dim',
  epsilon: 'eps',
  alpha: 'negativeSlope',
};
