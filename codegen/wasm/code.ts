/** Straight-line code in nested scopes, with each value computed once, and as far out as its operands allow. The code
 *  is a graph of WebAssembly instructions; `binaryen.ts` turns it into a module. */

export type WasmType = 'i32' | 'f32' | 'v128';

/** One computed value. `op` is an instruction's name (`f32x4.add`), `imm` its immediates. */
export interface Val {
  readonly op: string;
  readonly type: WasmType;
  readonly imm: readonly number[];
  readonly args: readonly Val[];
  readonly scope: Scope;
  /** Must be computed in place: it reads memory or a variable that may change. */
  readonly ordered: boolean;
  readonly at: number;
  uses: Use[];
  local: number | null;
}

type Use = { readonly scope: Scope; readonly by: Val | Effect };

/** A side effect: a store, or an assignment to a variable. */
export interface Effect {
  readonly op: string;
  readonly imm: readonly number[];
  readonly args: readonly Val[];
  readonly at: number;
}

export interface Counted {
  readonly loop: Scope;
  readonly variable: number;
  readonly from: Val;
  readonly to: Val;
  readonly step: number;
  /** Runs at least once, so that no check is needed before the first iteration. */
  readonly certain: boolean;
}

export type Item =
  | { readonly kind: 'val'; readonly val: Val }
  | { readonly kind: 'effect'; readonly effect: Effect }
  | { readonly kind: 'loop'; readonly loop: Counted }
  /** A block under a condition that always holds: engines move no load across it. */
  | { readonly kind: 'fence'; readonly body: Scope; readonly condition: Val }
  /** The value of one of two branches. */
  | {
      readonly kind: 'branch';
      readonly val: Val;
      readonly then: Scope;
      readonly otherwise: Scope;
      readonly thenVal: Val;
      readonly otherwiseVal: Val;
    };

/** The body of a loop, a function, a fence or a branch. */
export class Scope {
  readonly depth: number;
  readonly parent: Scope | null;
  readonly kind: 'function' | 'loop' | 'fence' | 'branch';
  readonly items: Item[] = [];
  readonly memo = new Map<string, Val>();
  /** Values that are valid only until a variable changes. */
  readonly volatile = new Map<string, Val>();
  effects = 0;

  constructor(parent: Scope | null, kind: Scope['kind']) {
    this.parent = parent;
    this.kind = kind;
    this.depth = parent ? parent.depth + 1 : 0;
  }
}

export class Code {
  readonly root = new Scope(null, 'function');
  readonly locals: WasmType[] = [];
  scope: Scope = this.root;
  readonly #ids = new Map<Val, number>();

  /** The value that the function returns, an i32. */
  result: Val | null = null;
  /** The name of the kernel that this code implements. */
  readonly kernel: string;
  /** The number of i32 parameters. */
  readonly params: number;

  constructor(kernel: string, params = 1) {
    this.kernel = kernel;
    this.params = params;
  }

  /** An error for a kernel that cannot be emitted: a bug in an earlier pass. */
  fault(problem: string): Error {
    return new Error(`@${this.kernel}: ${problem}`);
  }

  /** A new local, numbered after the function's parameters. */
  local(type: WasmType): number {
    this.locals.push(type);
    return this.params - 1 + this.locals.length;
  }

  #key(op: string, imm: readonly number[], args: readonly Val[]): string {
    return `${op}|${imm.map((v) => (Object.is(v, -0) ? '-0' : v)).join(',')}|${args.map((a) => this.#ids.get(a)).join(',')}`;
  }

  #append(val: Val): Val {
    this.#ids.set(val, this.#ids.size);
    for (const a of val.args) a.uses.push({ scope: val.scope, by: val });
    val.scope.items.push({ kind: 'val', val });
    return val;
  }

  /** A value that depends only on its operands: computed in the outermost scope that has them all. */
  pure(op: string, type: WasmType, args: readonly Val[], imm: readonly number[] = []): Val {
    const home = args.reduce<Scope>((deep, a) => (a.scope.depth > deep.depth ? a.scope : deep), this.root);
    const held = args.some((a) => a.ordered || this.#held.has(a));
    // A value that depends on a variable stays here, and is forgotten when the variable changes.
    const scope = held ? this.scope : args.length > 0 && op.includes('load') ? this.#within(home) : home;
    const key = this.#key(op, imm, args);
    for (let s: Scope | null = this.scope; s; s = s.parent) {
      const known = s.memo.get(key) ?? s.volatile.get(key);
      if (known) return known;
    }
    const val: Val = { op, type, imm, args, scope, ordered: false, at: scope.effects, uses: [], local: null };
    (held ? scope.volatile : scope.memo).set(key, val);
    if (held) this.#held.add(val);
    return this.#append(val);
  }
  readonly #held = new Set<Val>();

  /** `home`, or the fence directly inside it around the current scope: fences keep loads in. */
  #within(home: Scope): Scope {
    let below: Scope | null = null;
    for (let s: Scope | null = this.scope; s && s !== home; s = s.parent) below = s;
    return below?.kind === 'fence' ? below : home;
  }

  /** A value read from something that may change: computed at this point. */
  ordered(op: string, type: WasmType, args: readonly Val[], imm: readonly number[] = []): Val {
    const key = this.#key(op, imm, args);
    for (let s: Scope | null = this.scope; s; s = s.parent) {
      const known = s.volatile.get(key);
      if (known) return known;
    }
    const scope = this.scope;
    const val: Val = { op, type, imm, args, scope, ordered: true, at: scope.effects, uses: [], local: null };
    scope.volatile.set(key, val);
    return this.#append(val);
  }

  /** A constant or a parameter: available everywhere. */
  leaf(op: string, type: WasmType, imm: readonly number[]): Val {
    return this.pure(op, type, [], imm);
  }

  effect(op: string, args: readonly Val[], imm: readonly number[] = []): void {
    const effect: Effect = { op, imm, args, at: this.scope.effects++ };
    for (const a of args) a.uses.push({ scope: this.scope, by: effect });
    this.scope.items.push({ kind: 'effect', effect });
    this.forget();
  }

  /** Forgets the values that were read before, as they may be stale. */
  forget(): void {
    for (let s: Scope | null = this.scope; s; s = s.parent) s.volatile.clear();
  }

  loop(from: Val, to: Val, step: number, certain: boolean, body: (index: Val) => void): void {
    const outer = this.scope;
    const inner = new Scope(outer, 'loop');
    const variable = this.local('i32');
    this.forget();
    this.scope = inner;
    // The index is a leaf of the loop's own scope.
    const index: Val = {
      op: 'local.get',
      type: 'i32',
      imm: [variable],
      args: [],
      scope: inner,
      ordered: false,
      at: 0,
      uses: [],
      local: variable,
    };
    this.#ids.set(index, this.#ids.size);
    body(index);
    this.scope = outer;
    from.uses.push({ scope: outer, by: marker });
    // Read at the end of each iteration, from inside.
    to.uses.push({ scope: inner, by: marker }, { scope: outer, by: marker });
    outer.effects++;
    outer.items.push({ kind: 'loop', loop: { loop: inner, variable, from, to, step, certain } });
    this.forget();
  }

  fence(condition: Val, body: () => void): void {
    const outer = this.scope;
    const inner = new Scope(outer, 'fence');
    this.scope = inner;
    body();
    this.scope = outer;
    condition.uses.push({ scope: outer, by: marker });
    outer.effects++;
    outer.items.push({ kind: 'fence', body: inner, condition });
    this.forget();
  }

  /** `cond ? then() : otherwise()`, computing only the branch taken. */
  branch(condition: Val, type: WasmType, then: () => Val, otherwise: () => Val): Val {
    const outer = this.scope;
    const arm = (f: () => Val): [Scope, Val] => {
      const inner = new Scope(outer, 'branch');
      this.scope = inner;
      const v = f();
      v.uses.push({ scope: inner, by: marker });
      this.scope = outer;
      return [inner, v];
    };
    const [thenScope, thenVal] = arm(then);
    const [otherwiseScope, otherwiseVal] = arm(otherwise);
    condition.uses.push({ scope: outer, by: marker });
    const val: Val = {
      op: 'branch',
      type,
      imm: [],
      args: [condition],
      scope: outer,
      ordered: true,
      at: outer.effects,
      uses: [],
      local: this.local(type),
    };
    this.#ids.set(val, this.#ids.size);
    outer.items.push({ kind: 'branch', val, then: thenScope, otherwise: otherwiseScope, thenVal, otherwiseVal });
    return val;
  }
}

const marker: Effect = { op: 'use', imm: [], args: [], at: -1 };

/** True for constants and parameters, which cost no more than a local. */
export const isLeaf = (v: Val): boolean => v.op.endsWith('.const') || v.op === 'local.get';

/** Nesting depth at which an instruction gets a local: readers of a module nest as deeply, and slow down with depth. */
const maxHeight = 128;

/** One value in this many nested instructions, to be kept in a local. */
function linksOf(code: Code): ReadonlySet<Val> {
  const links = new Set<Val>();
  const heights = new Map<Val, number>();
  const visit = (scope: Scope): void => {
    for (const item of scope.items) {
      if (item.kind === 'val') {
        const { val } = item;
        const height = val.args.reduce((h, a) => Math.max(h, a.uses.length > 1 ? 0 : (heights.get(a) ?? 0)), 0) + 1;
        if (height > maxHeight) links.add(val);
        heights.set(val, height > maxHeight ? 0 : height);
      } else if (item.kind === 'loop') visit(item.loop.loop);
      else if (item.kind === 'fence') visit(item.body);
      else if (item.kind === 'branch') {
        visit(item.then);
        visit(item.otherwise);
      }
    }
  };
  visit(code.root);
  return links;
}

/** Gives a local to every value that is used more than once, in another scope, or after a change, and to the links of
 *  long chains; the others are emitted where they are used. */
export function assignLocals(code: Code): void {
  const links = linksOf(code);
  const evaluatedAt = new Map<Val, number>();
  const visit = (scope: Scope): void => {
    for (const item of scope.items.toReversed()) {
      switch (item.kind) {
        case 'effect':
          break;
        case 'val': {
          const { val } = item;
          if (isLeaf(val)) break;
          const [use] = val.uses;
          const once = val.uses.length === 1 && use !== undefined && use.scope === scope && use.by !== marker;
          const when = once ? evaluation(use.by) : -1;
          const stays = once && !links.has(val) && (!readsChanging(val) || when === val.at);
          if (val.uses.length > 0 && !stays) val.local ??= code.local(val.type);
          evaluatedAt.set(val, stays ? when : val.at);
          break;
        }
        case 'loop':
          visit(item.loop.loop);
          break;
        case 'fence':
          visit(item.body);
          break;
        case 'branch':
          visit(item.otherwise);
          visit(item.then);
          evaluatedAt.set(item.val, item.val.at);
          break;
        default:
          item satisfies never;
      }
    }
  };
  const evaluation = (by: Val | Effect): number => ('scope' in by ? (evaluatedAt.get(by) ?? by.at) : by.at);
  visit(code.root);
}

/** True if moving this value past an effect could change it: it is a read, or would be emitted together with one. */
function readsChanging(v: Val): boolean {
  return (
    v.ordered || v.args.some((a) => a.scope === v.scope && a.uses.length === 1 && a.local === null && readsChanging(a))
  );
}
