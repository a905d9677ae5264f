/** Checks users' ops against their definitions: a rule that throws, or that returns something wrong, is a fault of the
 *  op's author, reported with the op's name at the line that uses it. Tapeout's own ops are trusted; its tests hold
 *  them to the same rules. */

import type { Attrs } from './attr.ts';
import { type AttrKinds, isShape, showAnyShape } from './attr.ts';
import { callSite } from './call-site.ts';
import { CompileError, type Loc } from './diagnostic.ts';
import { isDType } from './dtype.ts';
import { type Axis, axis, type Buffer, children, type Expr, freeAxes, ix, load } from './expr.ts';
import type { OpDef, OpSpec, Value } from './graph.ts';
import { binaries, unaries } from './scalar.ts';
import { isBatch, mostBatches, sameType, showType, type TensorType } from './type.ts';
import { Typing } from './verify/expr.ts';

const trusted = new WeakSet<object>();
const registered = new WeakMap<object, Loc>();

/** Marks one of Tapeout's own ops. */
export const trust = (op: object): void => void trusted.add(op);
/** Remembers the line at which a user's op is registered. */
export function noteRegistration(op: object): void {
  const site = callSite();
  if (site) registered.set(op, site);
}

/** An error in the definition of an op. The location is the user's line, added by whoever knows it. */
export function opFault(op: { readonly name: string }, problem: string, cause?: unknown): CompileError {
  const site = registered.get(op);
  const fault = new CompileError('broken-op', `op '${op.name}': ${problem}`, {
    notes: site ? [{ message: `'${op.name}' is registered here`, loc: site }] : [],
    help: `fix the definition of '${op.name}'`,
  });
  fault.cause = cause;
  return fault;
}

const thrown = (e: unknown): string => {
  if (e instanceof RangeError && /call stack/i.test(e.message)) return 'recurses without end';
  return `throws: ${e instanceof Error ? e.message : String(e)}`;
};

/** Throws if a definition lacks a part or has a wrong one. */
export function checkSpec(spec: Readonly<Partial<Record<keyof OpDef, unknown>>>): void {
  const fail = (problem: string): CompileError =>
    new CompileError('bad-op', `defineOp: ${problem}`, { loc: callSite() });
  if (typeof spec !== 'object' || spec === null)
    throw fail('it takes { name, doc, operands, attrs, infer, compute, vjp }');
  if (typeof spec.name !== 'string' || spec.name === '') throw fail('an op needs a name');
  const wrong = (problem: string): CompileError => fail(`op '${spec.name}': ${problem}`);
  if (!Array.isArray(spec.operands) || spec.operands.some((o) => typeof o !== 'string'))
    throw wrong("operands must be a list of names, such as ['a', 'b']");
  if (typeof spec.attrs !== 'object' || spec.attrs === null || Array.isArray(spec.attrs))
    throw wrong('attrs must be an object, {} for none');
  for (const [name, kind] of Object.entries(spec.attrs as AttrKinds<Record<string, number>>))
    if (typeof kind?.says !== 'string' || typeof kind.holds !== 'function')
      throw wrong(`the kind of attribute '${name}' must be one of attr's, such as attr.number`);
  for (const part of ['infer', 'compute', 'vjp'] as const)
    if (typeof spec[part] !== 'function') throw wrong(`${part} must be a function`);
}

/** The rules of a definition with checks around them. `op`: the op that the definition becomes. */
export function heldTo<N extends readonly string[], A extends Attrs>(
  spec: OpSpec<N, A>,
  op: () => object,
): OpSpec<N, A> {
  const fault = (problem: string, cause?: unknown): CompileError => opFault(op() as OpDef, problem, cause);
  const sound = new Set<string>();
  const infer: OpSpec<N, A>['infer'] = (types, attrs) => {
    if (trusted.has(op())) return possible(spec.name, spec.infer(types, attrs));
    let type: TensorType;
    try {
      type = spec.infer(types, attrs);
    } catch (e) {
      // Errors about the operands are the rule's purpose.
      throw e instanceof CompileError ? e : fault(`its type rule ${thrown(e)}`, e);
    }
    if (!type || !isDType(type.dtype) || !Array.isArray(type.shape) || !isShape(type.shape))
      throw fault('its type rule must return a type: { dtype, shape }');
    const key = JSON.stringify([types, attrs, type], (_, v) => (typeof v === 'number' ? String(v) : v));
    if (!sound.has(key)) {
      const problem = equationProblem(spec as unknown as OpDef, types, attrs, type);
      if (problem) throw fault(problem.message, problem.cause);
      sound.add(key);
    }
    return type;
  };
  const vjp: OpSpec<N, A>['vjp'] = (operands, g, attrs, result) => {
    if (trusted.has(op())) return spec.vjp(operands, g, attrs, result);
    let given: Record<string, unknown>;
    try {
      given = spec.vjp(operands, g, attrs, result);
    } catch (e) {
      throw fault(`its gradient ${thrown(e)}`, e);
    }
    if (typeof given !== 'object' || given === null)
      throw fault(`its gradient must be an object with a cotangent for each operand: { ${spec.operands.join(', ')} }`);
    for (const name of spec.operands) {
      const [d, operand] = [given[name] as Value | 'none' | undefined, operands[name as N[number]] as Value];
      if (d === 'none') continue;
      if (d === undefined || d === null || (d.kind !== 'param' && d.kind !== 'node'))
        throw fault(`its gradient of '${name}' is missing: it must be a value, or 'none' for no gradient`);
      if (!sameType(d.type, operand.type))
        throw fault(`its gradient of '${name}' is ${showType(d.type)}, and '${name}' is ${showType(operand.type)}`);
    }
    return given as ReturnType<typeof spec.vjp>;
  };
  return { ...spec, infer, vjp };
}

/** The type, if a tensor can have it. Valid operands may well give one that it cannot, such as x·xᵀ of a batch. */
function possible(name: string, type: TensorType): TensorType {
  if (isShape(type.shape)) return type;
  const shown = showAnyShape(type.shape);
  if (type.shape.filter((d) => isBatch(d)).length > mostBatches)
    throw new CompileError(
      'batch-too-often',
      `${name}: the result would have the shape ${shown}, which holds the batch N more than twice`,
      {
        help: 'N is known only when a step runs, and at most two dimensions of a tensor may depend on it, as where each sample meets each other: sum over one of them first',
      },
    );
  throw new CompileError(
    'shape-mismatch',
    `${name}: its operands and attributes give an impossible shape: ${showAnyShape(type.shape)}`,
  );
}

/** The problem with an equation, for operands of these types, or null. Bounds of its reads are left to the verifier. */
function equationProblem(
  op: OpDef,
  types: Readonly<Record<string, TensorType>>,
  attrs: Attrs,
  out: TensorType,
): { message: string; cause?: unknown } | null {
  const axes = out.shape.map((d, i): Axis => axis(`i${i}`, d));
  const loads = Object.fromEntries(
    op.operands.map((name) => {
      const buffer: Buffer = { name, type: types[name] as TensorType };
      return [
        name,
        (...at: readonly Expr[]): Expr => {
          if (at.length !== buffer.type.shape.length)
            throw new Error(`'${name}' is ${showType(buffer.type)}, and is read at ${at.length} indices`);
          return load(buffer, at);
        },
      ];
    }),
  );
  try {
    const e = op.compute(loads, axes.map(ix), attrs, types, out);
    if (typeof e === 'object' && e !== null && heightOf(e) > maxHeight)
      return { message: `its equation nests more than ${maxHeight} operations: split it into several ops` };
    const odd = stranger(e);
    if (odd) return { message: `its equation gives ${odd.what}, and must be built with expr's functions` };
    const problems: string[] = [];
    const dtype = new Typing().of(e, (_, message) => void problems.push(message));
    if (problems.length > 0) return { message: `its equation does not fit together: ${problems[0]}` };
    if (dtype !== out.dtype) return { message: `its equation gives ${dtype}, and its type rule ${out.dtype}` };
    const free = [...freeAxes(e)].find((a) => !axes.includes(a));
    return free ? { message: `its equation leaves the axis '${free.name}' free` } : null;
  } catch (e) {
    return { message: `its equation ${thrown(e)}`, cause: e };
  }
}

/** The most nested operations in an equation: as many as fusion puts into a kernel. */
const maxHeight = 512;

/** The depth of nested operations; those that hardware lacks count as their cost. Iterative, as the depth is not
 *  bounded yet. */
function heightOf(e: Expr): number {
  const heights = new Map<Expr, number>();
  const stack = [e];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const parts = kinds.has(top.kind) ? children(top).filter((c) => typeof c === 'object' && c !== null) : [];
    const next = parts.find((c) => !heights.has(c));
    if (next) {
      stack.push(next);
      continue;
    }
    const row = top.kind === 'unary' ? unaries[top.fn] : top.kind === 'binary' ? binaries[top.fn] : null;
    const own = row?.expanded ? row.cost : 1;
    heights.set(top, own + parts.reduce((h, c) => Math.max(h, heights.get(c) as number), 0));
    stack.pop();
  }
  return heights.get(e) ?? 0;
}

const kinds: ReadonlySet<unknown> = new Set<Expr['kind']>([
  'const',
  'axis',
  'size',
  'load',
  'tile',
  'unary',
  'binary',
  'select',
  'convert',
  'reduce',
]);

/** A part that is not an expression. */
function stranger(e: unknown, seen: Set<unknown> = new Set()): { what: string } | null {
  if (seen.has(e)) return null;
  seen.add(e);
  if (typeof e !== 'object' || e === null || !kinds.has((e as Expr).kind))
    return { what: e === undefined || e === null ? `${e}` : `the ${typeof e} ${String(e).slice(0, 40)}` };
  if ((e as Expr).kind === 'tile') return { what: 'a tile' };
  for (const c of children(e as Expr)) {
    const found = stranger(c, seen);
    if (found) return found;
  }
  return null;
}
