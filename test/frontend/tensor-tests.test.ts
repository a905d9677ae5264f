/** A tensor has no value while a model is recorded: TypeScript finds where a user's file asks for one. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { CompileError } from '../../frontend/index.ts';
import { newTape, recordOn, tapeOfTensor } from '../../frontend/model/tape.ts';
import { asProblem } from '../../frontend/source/type-words.ts';
import { readUserProgram } from '../../frontend/source/typescript.ts';
import { param } from '../../ir/graph.ts';
import { i32 } from '../../ir/type.ts';
import { folderOf } from '../support/cli.ts';

/** Statements of forward, and the text of each tensor whose value they ask for. */
const refused: readonly (readonly [code: string, ...guilty: string[]])[] = [
  ['if (x) return y;', 'x'],
  ['if (x.gt(0)) return y;', 'x.gt(0)'],
  ['while (x.gt(0)) x = x.sub(1);', 'x.gt(0)'],
  ['do x = x.sub(1); while (x.gt(1));', 'x.gt(1)'],
  ['for (; x.gt(0); ) x = x.sub(1);', 'x.gt(0)'],
  ['y = x.gt(0) ? x : y;', 'x.gt(0)'],
  ['y = x || y;', 'x'],
  ['const both = x.gt(0) && y.gt(0); if (both) return x;', 'x.gt(0)', 'both'],
  ['y ||= x;', 'y'],
  ['if (!(x.gt(0)) || y) return x;', 'x.gt(0)', 'y'],
  ['if (this.training && x.gt(0)) return x;', 'x.gt(0)'],
  ['if (this.training ? x : y) return x;', 'x', 'y'],
  ['if (Boolean(x.sum())) return x;', 'x.sum()'],
  ['if (this.fc.weight) return x;', 'this.fc.weight'],
  ["if (x === JSON.parse('0')) return x;", "x === JSON.parse('0')"],
  ['if (x > y) return x;', 'x > y'],
  ['if (or(x)) return x;', 'or(x)'],
  ['const f = <X extends T>(z: X) => (z ? 1 : 2); f(x);', 'z'],
  ['const f = <X extends T>(z: X | number) => (z ? 1 : z); f(x);', 'z'],
  ['const f = <X extends T, Z extends X>(z: Z & { a?: 1 }) => !z; f(x);', 'z'],
  ['return this.list.filter((t) => t.gt(0));', 't.gt(0)'],
  ['return this.list.some((t) => this.training || t.gt(0));', 't.gt(0)'],
  ['return this.list.every(function (t) { if (t.dim) return true; return t; });', 't'],
  ['return [x, y].find((t) => (t.dim > 1 ? t : false));', 't'],
  ['return this.list.findIndex((positive));', 'positive'],
  ['return this.list.map((t) => t).findLast(({ shape }) => shape.length > 1 && x);', 'x'],
];
const taken: readonly string[] = [
  'if (maybe) return maybe;',
  'if (!nothing) return x;',
  'if (maybe && nothing && this.training) return x;',
  'if (maybe === undefined || nothing !== null) return x;',
  'const kept = this.training && x; if (kept) return kept;',
  'if (!this.cache.a) this.cache.a = x;',
  'if (this.list[0]) return x;',
  'const [first] = this.list; if (first) return first;',
  'if (this.list.pop()) return x;',
  "if (x.dim === 2 && x.shape[0] === 'N') return x;",
  'if (Object.is(x, y)) return x;',
  'if (other) return x;',
  'y = maybe ?? x;',
  'if (x === y || maybe != x || nothing === y) return x;',
  'let skip: T | null = x; if (skip !== null) y = skip; if (skip) return skip;',
  'this.kept = x; if (this.kept) return this.kept;',
  'const f = <X extends T | null>(z: X) => (z ? 1 : 2); f(x);',
  'return [maybe, nothing].filter((t) => t).concat(this.list.filter((t) => t === x || t.dim > 1));',
  'return [maybe].filter(Boolean).every((t) => { const g = () => x; return g !== null; });',
  'return this.maker.filter((t) => t);',
];

it('a tensor is refused as a condition and in comparisons, except to ask whether there is one', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const codes = [...refused.map(([code]) => code), ...taken];
  const lines = [
    "import { nn, type Tensor as T } from 'tapeout';",
    'class Tensor { own = 1; }',
    'const or = <X extends T>(x: X): X => x; const positive = (x: T) => x.gt(0);',
    'export class Net extends nn.Module { fc = nn.Linear(2, 2); list: T[] = []; cache: Record<string, T> = {}; kept?: T; maker = { filter: (f: (t: T) => T) => f };',
    ...codes.map(
      (code, i) => `m${i}(x: T, y: T, other: Tensor, nothing: T | null, maybe?: T): unknown { ${code} return y; }`,
    ),
    'forward(x: T): T { return x; } }',
  ];
  const folder = folderOf({ 'net.ts': `${lines.join('\n')}\n` });
  const { problems } = readUserProgram(`${folder}/net.ts`, {
    packages: { tapeout: `${root}frontend/index.ts` },
    foreign: [root],
  });
  const found = problems.map(asProblem).map(({ code, loc, length = 0 }) => {
    const line = lines[(loc?.line ?? 0) - 1] as string;
    return [code, codes[(loc?.line ?? 0) - 5], line.slice((loc?.col ?? 0) - 1).slice(0, length)];
  });
  expect(found).toEqual(refused.flatMap(([code, ...guilty]) => guilty.map((text) => ['no-value', code, text])));
}, 60_000);

it('a loop that waits for a tensor to become false ends the recording', () => {
  let error: CompileError | null = null;
  try {
    recordOn(
      newTape('train', new Map(), { seed: param('state', 'seed', i32()), step: param('state', 'step', i32()) }),
      () => {
        for (;;) tapeOfTensor();
      },
    );
  } catch (e) {
    error = e as CompileError;
  }
  expect(error?.code).toBe('endless');
  expect(error?.help).toContain('end loops by a condition on numbers');
});
