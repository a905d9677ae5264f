/** Every public function, method and layer, every argument of it, and every kind of mistake: refused at the user's line, in
 *  the user's words. */
import { describe, expect, it } from 'vitest';
import { CompileError, defineModel, functional, nn, optim, Tensor } from '../../frontend/index.ts';
import { fits, type Signature, signatureOf, signatures } from '../../frontend/model/arguments.ts';
import { internalNames } from '../support/api.ts';
import { badValues, goodValue } from '../support/bad-values.ts';
import { recordFunction } from '../support/record.ts';

/** Every public function, with a way to call it. */
interface Callable {
  readonly signature: Signature;
  readonly call: (x: Tensor, args: readonly unknown[]) => unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: called with whatever is wrong
type Any = any;
const make = (of: Any, args: readonly unknown[]): unknown => new of(...args);
const named = (name: string): Signature => {
  const found = signatures.find((s) => s.name === name);
  if (!found) throw new Error(`${name} declares no arguments`);
  return found;
};

/** These take anything, or check by themselves. */
const unchecked = ['apply', 'Module', 'Identity', 'init'];
const callables: Callable[] = [
  ...Object.entries(functional)
    .filter(([name, f]) => typeof f === 'function' && !unchecked.includes(name))
    .map(([, f]): Callable => ({ signature: signatureOf(f)!, call: (_, args) => (f as Any)(...args) })),
  ...Object.getOwnPropertyNames(Tensor.prototype)
    .filter((name) => signatureOf((Object.getOwnPropertyDescriptor(Tensor.prototype, name)?.value ?? {}) as object))
    .map(
      (name): Callable => ({
        signature: signatureOf((Tensor.prototype as Any)[name])!,
        call: (x, args) => (x as Any)[name](...args),
      }),
    ),
  ...Object.keys(nn)
    .filter((name) => !unchecked.includes(name))
    .map((name): Callable => ({ signature: named(name), call: (_, args) => make((nn as Any)[name], args) })),
  ...Object.values(nn.init).map(
    (f): Callable => ({ signature: signatureOf(f)!, call: (_, args) => (f as Any)(...args) }),
  ),
  ...Object.entries(optim).map(
    ([name, f]): Callable => ({ signature: named(name), call: (_, args) => (f as Any)(...args) }),
  ),
  { signature: named('defineModel'), call: (_, args) => (defineModel as Any)(...args) },
];

/** One mistake: what is called, with which arguments, and which of them is wrong. */
interface Mistake {
  readonly callable: Callable;
  readonly args: readonly unknown[];
  readonly argument: string;
  readonly value: string;
}

function mistakesIn(callable: Callable, x: Tensor): Mistake[] {
  const { takes, options, onlyNamed } = callable.signature;
  const good = Object.values(takes).map((kind) => goodValue(kind, x));
  const inOrder = Object.entries(takes).flatMap(([argument, kind], i) =>
    Object.entries(badValues)
      .filter(([, v]) => !fits(kind, v))
      .map(([value, v]): Mistake => ({ callable, argument, value, args: good.with(i, v) })),
  );
  const byName = Object.entries(options).flatMap(([argument, kind]) =>
    Object.entries(badValues)
      .filter(([, v]) => !fits(kind, v))
      .map(([value, v]): Mistake => {
        const others = onlyNamed
          ? Object.entries(options)
              .filter(([, k]) => !k.optional)
              .map(([name, k]) => [name, goodValue(k, x)])
          : [];
        return { callable, argument, value, args: [...good, { ...Object.fromEntries(others), [argument]: v }] };
      }),
  );
  return [...inOrder, ...byName];
}

/** What is wrong with the text of an error, if anything. */
function fault({ callable: { signature }, argument }: Mistake, e: unknown): string | null {
  if (!(e instanceof CompileError)) return `threw ${String(e)}`;
  const text = [e.message, ...e.notes.map((n) => n.message), e.help ?? ''].join('\n');
  if (e.loc?.file !== import.meta.filename) return `stands at ${e.loc?.file}`;
  if (!e.message.startsWith(`${signature.name}: `)) return `does not name the function: ${e.message}`;
  if (!e.message.includes(argument)) return `does not name ${argument}: ${e.message}`;
  // The user's value follows 'got'.
  if (/undefined|\[object|NaN/.test(text.replaceAll(/, got .*/g, ''))) return `shows what it is made of: ${text}`;
  const inner = internalNames.find((name) => new RegExp(`\\b${name}\\b`).test(text));
  return inner ? `names ${inner}: ${text}` : null;
}

function attempt(f: () => unknown): unknown {
  try {
    f();
  } catch (e) {
    return e;
  }
  return null;
}

describe('arguments', () => {
  it('everything public declares its arguments', () => {
    const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
      .filter(([name, d]) => typeof d.value === 'function' && !['constructor', 'toString'].includes(name))
      .filter(([, d]) => !signatureOf(d.value));
    expect(methods.map(([name]) => name)).toEqual([]);
    expect(callables.filter((c) => !c.signature)).toEqual([]);
  });

  it('of a wrong kind, range or count are refused, naming the function and the argument', () => {
    const found: string[] = [];
    let count = 0;
    recordFunction([{ shape: ['N', 4] }], (x) => {
      for (const callable of callables) {
        const { name, takes, options } = callable.signature;
        const mistakes = mistakesIn(callable, x);
        for (const mistake of mistakes) {
          count++;
          const e = attempt(() => callable.call(x, mistake.args));
          const problem = e === null ? 'is accepted' : fault(mistake, e);
          if (problem) found.push(`${name}(${mistake.argument} = ${mistake.value}) ${problem}`);
        }
        // A kind that takes nearly everything checks nothing.
        for (const argument of [...Object.keys(takes), ...Object.keys(options)])
          if (mistakes.filter((m) => m.argument === argument).length < 6 && !['input', 'target'].includes(argument))
            found.push(`${name}: ${argument} takes nearly everything`);
        if (Object.values(takes).at(-1)?.rest) continue;
        const tooMany = [...Object.values(takes), ...Object.values(options)].map((kind) => goodValue(kind, x));
        const e = attempt(() => callable.call(x, callable.signature.onlyNamed ? [{}, 1] : [...tooMany, 1]));
        if (!(e instanceof CompileError && e.message.startsWith(`${name}: `)))
          found.push(`${name} takes one more: ${e}`);
      }
      return x;
    });
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(2000);
  }, 240_000);
});
