/** The only file that uses binaryen: spells code as a WebAssembly module. */

import binaryen from 'binaryen';
import type { Repeat } from '../../ir/program.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { type Code, isLeaf, type Scope, type Val, type WasmType } from './code.ts';
import { layOut } from './wat.ts';

export interface FunctionCode {
  /** A unique identifier. */
  readonly name: string;
  readonly code: Code;
}
/** An export that runs kernels one after another. */
export interface EntryCode {
  readonly export: string;
  readonly calls: readonly string[];
  /** Which of them run several times. */
  readonly repeats?: readonly Repeat[];
}
export interface ModuleCode {
  readonly pages: number;
  /** The memory is imported, as `tapeout.memory`, and may be larger. */
  readonly importsMemory?: boolean;
  /** The module uses relaxed SIMD. */
  readonly relaxed?: boolean;
  readonly functions: readonly FunctionCode[];
  readonly entries: readonly EntryCode[];
  /** For a module that shares its memory with others: adds the code by which they cooperate. */
  readonly team?: (m: Module) => void;
}
export interface Emitted {
  readonly wasm: Uint8Array;
  readonly wat: () => string;
}

/** A module under construction, for code other than kernels. */
export type Module = Pick<
  binaryen.Module,
  | 'addFunction'
  | 'addFunctionExport'
  | 'addGlobal'
  | 'global'
  | 'local'
  | 'i32'
  | 'i64'
  | 'memory'
  | 'block'
  | 'loop'
  | 'if'
  | 'select'
  | 'br'
  | 'call'
  | 'drop'
  | 'return'
  | 'unreachable'
> & { readonly createType: (types: number[]) => number };
export const { i32, i64, none } = binaryen;

/** Missing from binaryen's own types. */
const relaxed = binaryen as unknown as {
  readonly RelaxedMaddVecF32x4: number;
  _BinaryenSIMDTernary(module: number, op: number, a: number, b: number, c: number): number;
};

/** A name as an unquoted identifier of WebAssembly's text format. */
export const identifierOf = (name: string): string => name.replace(/[^\w.]/gu, '_');

type Ref = number;
type Build = (...args: number[]) => Ref;

export function emitModule(source: ModuleCode): Emitted {
  const wasm = withModule(source, (m) => m.emitBinary());
  let text: string | null = null;
  const wat = (): string => {
    // The text takes as long as all the rest and is seldom asked for.
    text ??= layOut(withModule(source, (m) => m.emitText()));
    return text;
  };
  return { wasm, wat };
}

function withModule<T>(source: ModuleCode, f: (m: binaryen.Module) => T): T {
  const m = new binaryen.Module();
  try {
    m.setFeatures(
      binaryen.Features.SIMD128 |
        binaryen.Features.NontrappingFPToInt |
        binaryen.Features.BulkMemory |
        binaryen.Features.BulkMemoryOpt |
        binaryen.Features.SignExt |
        (source.relaxed ? binaryen.Features.RelaxedSIMD : 0) |
        (source.team ? binaryen.Features.Atomics | binaryen.Features.MutableGlobals : 0),
    );
    const most = source.importsMemory ? -1 : source.pages;
    m.setMemory(source.pages, most, 'memory', [], source.team !== undefined);
    if (source.team || source.importsMemory) m.addMemoryImport('0', 'tapeout', 'memory', source.team !== undefined);
    for (const f of source.functions) addFunction(m, f);
    const ids = namespace(source.functions.map((f) => f.name));
    for (const e of source.entries) {
      const id = ids.claim(identifierOf(e.export));
      const locals = e.repeats?.length ? [binaryen.i32] : [];
      const body = m.block(null, calls(m, e), binaryen.none);
      m.addFunction(id, binaryen.createType([binaryen.i32]), binaryen.none, locals, body);
      m.addFunctionExport(id, e.export);
    }
    source.team?.(Object.assign(m, { createType: binaryen.createType }));
    if (!m.validate()) throw new Error('binaryen rejects the module');
    return f(m);
  } finally {
    m.dispose();
  }
}

/** The calls of an entry; those that are repeated are in a loop that counts down. */
function calls(m: binaryen.Module, { calls: names, repeats = [] }: EntryCode): Ref[] {
  const { i32: int, none: nothing } = binaryen;
  const one = names.map((c) => m.call(c, [m.local.get(0, int)], nothing));
  return one.flatMap((call, i) => {
    const [within, n] = [repeats.find((r) => r.from <= i && i <= r.to), repeats.findIndex((r) => r.from === i)];
    if (!within) return [call];
    if (n < 0) return [];
    const left = m.local.tee(1, m.i32.sub(m.local.get(1, int), m.i32.const(1)), int);
    const body = [...one.slice(i, within.to + 1), m.br(`repeat${n}`, left)];
    return [m.local.set(1, m.i32.const(within.times)), m.loop(`repeat${n}`, m.block(null, body, nothing))];
  });
}

const typeOf = (t: WasmType): number => binaryen[t];

function addFunction(m: binaryen.Module, { name, code }: FunctionCode): void {
  const speller = new Speller(m);
  const spelled = speller.scope(code.root);
  const type = code.result ? binaryen.i32 : binaryen.none;
  if (code.result) spelled.push(speller.value(code.result));
  m.addFunction(
    name,
    binaryen.createType(new Array(code.params).fill(binaryen.i32)),
    type,
    code.locals.map(typeOf),
    m.block(null, spelled, type),
  );
}

class Speller {
  readonly #m: binaryen.Module;
  #labels = 0;

  constructor(m: binaryen.Module) {
    this.#m = m;
  }

  scope(s: Scope): Ref[] {
    const m = this.#m;
    const out: Ref[] = [];
    for (const item of s.items) {
      switch (item.kind) {
        case 'val':
          if (item.val.local !== null && !isLeaf(item.val))
            out.push(m.local.set(item.val.local, this.#compute(item.val)));
          break;
        case 'effect': {
          const { op, imm, args } = item.effect;
          out.push(
            op === 'local.set'
              ? m.local.set(imm[0] as number, this.value(args[0] as Val))
              : this.#instruction(
                  op,
                  imm,
                  args.map((a) => this.value(a)),
                ),
          );
          break;
        }
        case 'loop': {
          const { loop, variable, from, to, step, certain } = item.loop;
          const [label, exit] = [`loop${this.#labels}`, `done${this.#labels++}`];
          const index = (): Ref => m.local.get(variable, binaryen.i32);
          const next = m.local.tee(variable, m.i32.add(index(), m.i32.const(step)), binaryen.i32);
          const body = m.loop(
            label,
            m.block(null, [...this.scope(loop), m.br(label, m.i32.lt_s(next, this.value(to)))], binaryen.none),
          );
          const start = m.local.set(variable, this.value(from));
          if (certain) out.push(start, body);
          else out.push(m.block(exit, [start, m.br(exit, m.i32.ge_s(index(), this.value(to))), body], binaryen.none));
          break;
        }
        case 'fence':
          out.push(m.if(this.value(item.condition), m.block(null, this.scope(item.body), binaryen.none)));
          break;
        case 'branch': {
          const set = (inner: Scope, v: Val): Ref =>
            m.block(null, [...this.scope(inner), m.local.set(item.val.local as number, this.value(v))], binaryen.none);
          const condition = this.value(item.val.args[0] as Val);
          out.push(m.if(condition, set(item.then, item.thenVal), set(item.otherwise, item.otherwiseVal)));
          break;
        }
        default:
          item satisfies never;
      }
    }
    return out;
  }

  /** A value where it is used: its local, or the instruction itself. */
  value(v: Val): Ref {
    if (v.local !== null) return this.#m.local.get(v.local, typeOf(v.type));
    return this.#compute(v);
  }

  #compute(v: Val): Ref {
    return this.#instruction(
      v.op,
      v.imm,
      v.args.map((a) => this.value(a)),
      v.type,
    );
  }

  #instruction(op: string, imm: readonly number[], args: readonly Ref[], type: WasmType = 'i32'): Ref {
    const m = this.#m;
    const [a, b, c] = args as [number, number, number];
    switch (op) {
      case 'local.get':
        return m.local.get(imm[0] as number, typeOf(type));
      case 'select':
        return m.select(a, b, c);
      case 'i32.const':
        return m.i32.const(imm[0] as number);
      case 'f32.const':
        return m.f32.const(imm[0] as number);
      case 'v128.const':
        return m.v128.const([...imm]);
      case 'i8x16.shuffle':
        return m.i8x16.shuffle(a, b, [...imm]);
      case 'f32x4.relaxed_madd':
        return relaxed._BinaryenSIMDTernary(m.ptr, relaxed.RelaxedMaddVecF32x4, a, b, c);
      case 'memory.fill':
        return m.memory.fill(a, b, c);
    }
    const f = op.split('.').reduce<unknown>((o, part) => (o as Record<string, unknown>)[part], m) as Build;
    // Memory operands: offset, alignment, then lane, then the operands; lane operations: operand, lane, value.
    if (/(load|store)/.test(op)) return f(...imm, ...args);
    if (op.includes('_lane')) return f(a, imm[0] as number, ...args.slice(1));
    return f(...args);
  }
}
