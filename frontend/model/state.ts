/** The parameters and buffers that a model holds in its fields, and what forward writes to them. */

import type { Loc } from '../../ir/diagnostic.ts';
import { type Param, param, type Result, type Value } from '../../ir/graph.ts';
import { tensor } from '../../ir/type.ts';
import { usersCode } from '../users-error.ts';
import { toDim } from './dims.ts';
import type { ModelSpec } from './model.ts';
import { type Field, fieldsOf, Module } from './nn/module.ts';
import { Buffer, Parameter, type Stored, writable } from './nn/parameter.ts';
import type { Tape } from './tape.ts';
import { Tensor } from './tensor.ts';
import { showAny, userError, withLocAt } from './trace.ts';

/** A parameter or buffer of the model: its param in the graph, its initial values, and all its names. */
export interface RecordedState {
  readonly param: Param;
  /** None where the shape holds the batch: it begins with zeros. */
  readonly data: Float32Array | Int32Array;
  /** True for a parameter that is not frozen. */
  readonly trains: boolean;
  /** The param's name, then the other names under which the model shares it. */
  readonly names: readonly string[];
}

/** The fields of the model and of its loss that hold parameters and buffers. */
export const fieldsIn = (module: Module, { loss, loc }: ModelSpec): Field[] =>
  usersCode(
    () => [...fieldsOf(module), ...(loss instanceof Module ? fieldsOf(loss, 'loss.') : [])],
    loc,
    'the fields of the model were read',
  );

/** Runs `f`, in which forward may write to buffers. Gives what was written, and puts back the fields that it assigned to. */
export function withFields<T>(
  fields: readonly Field[],
  tape: Tape,
  f: () => T,
): { readonly result: T; readonly writes: readonly Result[] } {
  try {
    const result = f();
    return { result, writes: writesOf(fields, tape) };
  } finally {
    for (const { holder, key, stored } of fields) if (holder[key] !== stored) holder[key] = stored;
  }
}

/** What `f` left in the fields of buffers, or wrote to the buffers themselves. */
function writesOf(fields: readonly Field[], tape: Tape): Result[] {
  const writes = new Map<Param, Result>();
  for (const { name, holder, key, stored } of fields) {
    const into = tape.params.get(stored) as Param;
    const now = holder[key];
    const value = now === stored ? tape.written.get(stored) : assigned(name, stored, now, tape);
    if (!value) continue;
    const other = writes.get(into)?.value;
    if (other && other !== value)
      throw withLocAt(value.loc, () =>
        userError('bad-buffer', `two tensors are assigned to the buffer '${stored.name}', which two fields share`, {
          notes: [{ message: 'the other tensor is made here', loc: other.loc }],
        }),
      );
    writes.set(into, { name: into.name, value, into });
  }
  return [...writes.values()];
}

/** The value that forward assigned to the field of a parameter or buffer. */
function assigned(name: string, stored: Stored, now: unknown, { mode }: Tape): Value {
  const notes = [{ message: `the ${stored.kind} was made here`, loc: stored.loc }];
  if (!(now instanceof Tensor))
    throw userError('bad-buffer', `forward assigns ${showAny(now)} to the field of the ${stored.kind} '${name}'`, {
      notes,
      help: 'assign a tensor of its shape to the field of a buffer, or use another field',
    });
  return withLocAt(now.value.loc, () => {
    if (stored instanceof Buffer) return writable(stored, now.value, mode);
    throw userError('bad-buffer', `forward assigns a tensor to the field of the parameter '${name}'`, {
      notes,
      help: 'parameters are changed by the optimizer: hold what forward writes in an nn.Buffer, or use another field',
    });
  });
}

/** The parameters and buffers of the model and its loss, each once, with all its names and a copy of its values. */
export function collect(
  fields: readonly Field[],
  { inputs, targets, optimizer, loc }: ModelSpec,
): (RecordedState & { stored: Stored })[] {
  const names = new Map<Stored, string[]>();
  for (const { name, stored } of fields) names.set(stored, [...(names.get(stored) ?? []), name]);

  const owners = new Map<string, string>();
  const take = (name: string, what: string, loc: Loc | null, owner = owners.get(name)): void => {
    checkName(name, what, loc);
    if (owner !== undefined)
      throw userError('bad-name', `${what} and ${owner} are both named '${name}'`, {
        notes: [{ message: `${what} is made here`, loc }],
        help: 'rename one of them',
      });
    owners.set(name, what);
  };
  for (const [name] of inputs) take(name, 'an input', loc);
  for (const [name] of targets) take(name, 'a target', loc);
  for (const [stored, [name]] of names) {
    // A state dict holds both by name. Other names of the compiler's are changed to avoid the model's.
    const isScalar = Object.hasOwn(optimizer?.scalars ?? {}, name!);
    take(name!, `a ${stored.kind}`, stored.loc, isScalar ? 'a value of the optimizer' : undefined);
  }

  return [...names].map(([stored, [name, ...shared]]) => {
    stored.name = name!;
    withLocAt(stored.loc, () => stored.checkData());
    const role = stored.kind === 'parameter' ? 'parameter' : 'state';
    const type = tensor(
      stored.dtype,
      stored.shape.map((e) => toDim(e)!),
    );
    return {
      stored,
      param: param(role, name!, type, stored.loc),
      data: stored.data.slice(),
      trains: stored instanceof Parameter && stored.requiresGrad,
      names: [name!, ...shared],
    };
  });
}

/** The maximum length of a name, which appears in every file made from the model. */
const longestName = 255;

export function checkName(name: string, what: string, loc: Loc | null): void {
  if (name.length > longestName)
    throw userError(
      'bad-name',
      `the name '${name.slice(0, 20)}…' of ${what} has ${name.length} characters: at most ${longestName} are allowed`,
      { notes: [{ message: `${what} is made here`, loc }] },
    );
  if (/\p{Cs}/u.test(name))
    throw userError(
      'bad-name',
      `the name ${JSON.stringify(name)} of ${what} contains half of a surrogate pair, which no file can store`,
      {
        notes: [{ message: `${what} is made here`, loc }],
      },
    );
  if (name === '__metadata__')
    throw userError('bad-name', `${what} is named '__metadata__', which is reserved in safetensors files`, {
      notes: [{ message: `${what} is made here`, loc }],
      help: 'rename it',
    });
}
