/** Valid IR, damaged in named ways that a verifier has to notice. A damage lists its sites in a kernel, graph or program;
 *  each site gives the damaged copy. */

import type { Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type FusedGraph, type Graph, makeGraph, type Node, type Value } from '../../ir/graph.ts';
import { exprsOf, type Kernel, type Loop, type Stmt, type Write } from '../../ir/kernel.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { type BufferType, isBatch, N, sameType, type TensorType } from '../../ir/type.ts';

export interface Damage<T> {
  readonly name: string;
  /** Some sites give another sound program, in which there is nothing to notice. */
  readonly another?: boolean;
  sites(whole: T): (() => T)[];
}

// ---- kernels

interface Place {
  readonly stmt: Stmt;
  /** Its index among all statements, outer ones first. */
  readonly number: number;
  readonly loops: readonly Loop[];
  readonly siblings: readonly Stmt[];
}

function places(k: Kernel): Place[] {
  const out: Place[] = [];
  const go = (siblings: readonly Stmt[], loops: readonly Loop[]): void => {
    for (const stmt of siblings) {
      out.push({ stmt, number: out.length, loops, siblings });
      if (stmt.kind === 'for') go(stmt.body, [...loops, stmt]);
    }
  };
  go(k.body, []);
  return out;
}

/** The kernel with one statement replaced. */
function replace(k: Kernel, number: number, by: (s: Stmt) => readonly Stmt[]): Kernel {
  let count = 0;
  const go = (body: readonly Stmt[]): Stmt[] =>
    body.flatMap((s) => {
      if (count++ === number) {
        if (s.kind === 'for') count += size(s.body);
        return by(s);
      }
      return s.kind === 'for' ? [{ ...s, body: go(s.body) }] : [s];
    });
  return { ...k, body: go(k.body) };
}
const size = (body: readonly Stmt[]): number => body.reduce((n, s) => n + 1 + (s.kind === 'for' ? size(s.body) : 0), 0);

/** The body around a statement, rebuilt. */
const rebuild = (k: Kernel, p: Place, by: (body: readonly Stmt[], i: number) => readonly Stmt[]): Kernel => {
  const parent = p.loops.at(-1);
  const i = p.siblings.indexOf(p.stmt);
  if (!parent) return { ...k, body: by(k.body, i) };
  const at = places(k).find((q) => q.stmt === parent && q.loops.length === p.loops.length - 1) as Place;
  return replace(k, at.number, () => [{ ...parent, body: by(p.siblings, i) }]);
};

/** Replaces a part of a statement's expressions. */
function swapPart(s: Stmt, from: Expr, to: Expr): Stmt {
  const done = new Map<Expr, Expr>();
  const go = (e: Expr): Expr => {
    if (e === from) return to;
    let out = done.get(e);
    if (!out) {
      out = x.mapChildren(e, go);
      done.set(e, out);
    }
    return out;
  };
  if (s.kind === 'for') return { ...s, from: go(s.from), to: go(s.to) };
  return s.kind === 'tile' || s.kind === 'barrier' ? s : { ...s, at: s.at.map(go), value: go(s.value) };
}

function partsOf(s: Stmt): Expr[] {
  const parts: Expr[] = [];
  const seen = new Set<Expr>();
  for (const e of exprsOf(s)) x.walk(e, (p) => parts.push(p), seen);
  return parts;
}

/** Sites at statements. */
const atStmts =
  (f: (p: Place, k: Kernel) => readonly (() => Kernel)[]) =>
  (k: Kernel): (() => Kernel)[] =>
    places(k).flatMap((p) => f(p, k));
/** Sites at parts of expressions. */
const atParts = (f: (e: Expr, s: Stmt) => Expr | null) =>
  atStmts(({ stmt, number }, k) =>
    partsOf(stmt).flatMap((e) => {
      const to = f(e, stmt);
      return to ? [() => replace(k, number, (s) => [swapPart(s, e, to)])] : [];
    }),
  );
const isLeaf = (s: Stmt): s is Write => s.kind !== 'for' && s.kind !== 'tile' && s.kind !== 'barrier';
const raw = (fn: x.BinaryFn, a: Expr, b: Expr): Expr => ({ kind: 'binary', fn, a, b });
/** True if a store in a loop goes to an index that depends on the loop's axis. */
const stores = (l: Loop): boolean => {
  const go = (body: readonly Stmt[]): boolean =>
    body.some((s) =>
      s.kind === 'for' ? go(s.body) : s.kind === 'store' && !s.add && s.at.some((e) => x.freeAxes(e).has(l.axis)),
    );
  return go(l.body);
};
/** True if some statement in a loop adds to a tile declared outside it. */
function carries(l: Loop): boolean {
  const inside = new Set<Tile>();
  const inner = (body: readonly Stmt[]): Stmt[] => body.flatMap((s) => (s.kind === 'for' ? inner(s.body) : [s]));
  const leaves = inner(l.body);
  for (const s of leaves) if (s.kind === 'tile') inside.add(s.tile);
  return leaves.some(
    (s) => s.kind === 'accumulate' && !inside.has(s.tile) && !s.at.some((e) => x.freeAxes(e).has(l.axis)),
  );
}

const index =
  (by: number): ((k: Kernel) => (() => Kernel)[]) =>
  (k) => [
    ...atParts((e) => {
      if ((e.kind !== 'load' && e.kind !== 'tile') || e.at.length === 0) return null;
      return { ...e, at: e.at.map((i, d) => (d === e.at.length - 1 ? x.add(i, x.int(by)) : i)) };
    })(k),
    ...atStmts(({ stmt, number }, k2) =>
      isLeaf(stmt)
        ? stmt.at.map(
            (_, d) => () =>
              replace(k2, number, () => [{ ...stmt, at: stmt.at.map((i, e) => (e === d ? x.add(i, x.int(by)) : i)) }]),
          )
        : [],
    )(k),
  ];
const loops = (f: (l: Loop, p: Place, k: Kernel) => Stmt | null) =>
  atStmts((p, k) => {
    const to = p.stmt.kind === 'for' ? f(p.stmt, p, k) : null;
    return to ? [() => replace(k, p.number, () => [to])] : [];
  });
const drop = (which: (s: Stmt) => boolean) =>
  atStmts(({ stmt, number }, k) => (which(stmt) ? [() => replace(k, number, () => [])] : []));
const isGuard = (e: Expr): boolean =>
  x.some(e, (p) => p.kind === 'axis') && !x.some(e, (p) => p.kind === 'load' || p.kind === 'tile');

const reads = (e: Expr): boolean => x.some(e, (p) => p.kind === 'load');
/** True for a condition on data that guards a read at an index that is data. */
const isDataGuard = (e: Extract<Expr, { kind: 'select' }>): boolean =>
  reads(e.cond) && x.some(e.then, (p) => p.kind === 'load' && p.at.some(reads));

export const kernelDamages: readonly Damage<Kernel>[] = [
  { name: 'an index + 1', another: true, sites: index(1) },
  { name: 'an index - 1', another: true, sites: index(-1) },
  {
    name: 'an index left out',
    sites: atParts((e) => (e.kind === 'load' && e.at.length > 0 ? { ...e, at: e.at.slice(1) } : null)),
  },
  { name: 'a tile not declared', sites: drop((s) => s.kind === 'tile') },
  {
    name: 'a tile declared twice',
    sites: atStmts((p, k) => (p.stmt.kind === 'tile' ? [() => replace(k, p.number, (s) => [s, s])] : [])),
  },
  {
    name: 'a tile not set',
    sites: (k) => {
      // The first only: the others give it another value.
      const first = new Map<Tile, Stmt>();
      for (const { stmt } of places(k)) if (stmt.kind === 'set' && !first.has(stmt.tile)) first.set(stmt.tile, stmt);
      return drop((s) => s.kind === 'set' && first.get(s.tile) === s)(k);
    },
  },
  { name: 'a store left out', sites: drop((s) => s.kind === 'store' && !s.add) },
  {
    name: 'a store that adds',
    sites: atStmts(({ stmt, number }, k) =>
      stmt.kind === 'store' && !stmt.add ? [() => replace(k, number, () => [{ ...stmt, add: true }])] : [],
    ),
  },
  {
    name: 'a loop over another axis',
    sites: loops((l) => ({ ...l, axis: { ...l.axis } })),
  },
  {
    name: 'an axis bound twice',
    sites: loops((l, p) => {
      const outer = p.loops.at(-1);
      return outer ? { ...l, axis: outer.axis } : null;
    }),
  },
  {
    name: 'a store moved out of its loop',
    sites: atStmts((p, k) => {
      const l = p.loops.at(-1);
      if (p.stmt.kind !== 'store' || !l) return [];
      const { stmt } = p;
      return [
        () => {
          const without: Loop = { ...l, body: l.body.filter((s) => s !== stmt) };
          const at = places(k).find((q) => q.stmt === l && q.loops.length === p.loops.length - 1) as Place;
          return replace(k, at.number, () => [without, stmt]);
        },
      ];
    }),
  },
  {
    name: 'a store moved to the front',
    another: true,
    sites: atStmts((p, k) =>
      p.stmt.kind === 'store' && p.siblings[0] !== p.stmt
        ? [() => rebuild(k, p, (body, i) => [p.stmt, ...body.slice(0, i), ...body.slice(i + 1)])]
        : [],
    ),
  },
  {
    name: 'a read after the update in place',
    sites: atStmts((p, k) => {
      const next = p.siblings[p.siblings.indexOf(p.stmt) + 1];
      const { stmt } = p;
      const inPlace = k.params.filter((q) => q.access === 'inout').map((q) => q.buffer);
      if (stmt.kind !== 'store' || !inPlace.includes(stmt.buffer)) return [];
      const again: Stmt = { ...stmt, value: x.load(stmt.buffer, stmt.at) };
      return next
        ? [() => rebuild(k, p, (body, i) => [...body.slice(0, i + 1), again, ...body.slice(i + 1)])]
        : [() => replace(k, p.number, () => [stmt, again])];
    }),
  },
  {
    name: 'an element updated twice',
    sites: loops((l, _p, k) => {
      if (!k.params.some((q) => q.access === 'inout') || l.from.kind === 'const' || !stores(l)) return null;
      return { ...l, from: x.int(0), step: 1 };
    }),
  },
  {
    name: 'an operand of another type',
    sites: atParts((e) => (e.kind === 'binary' && x.dtypeOf(e.a) === 'f32' ? raw(e.fn, e.a, x.int(1)) : null)),
  },
  {
    name: 'operands swapped',
    sites: atParts((e) =>
      e.kind === 'select' && x.dtypeOf(e.then) !== 'bool' ? { ...e, cond: e.then, then: e.cond } : null,
    ),
  },
  {
    name: 'a constant of another type',
    sites: atParts((e) =>
      e.kind === 'const' && e.dtype !== 'bool' ? { ...e, dtype: e.dtype === 'f32' ? 'i32' : 'f32' } : null,
    ),
  },
  {
    name: 'an index that is not an integer',
    sites: atParts((e) => (e.kind === 'load' && e.at.length > 0 ? { ...e, at: [x.num(0), ...e.at.slice(1)] } : null)),
  },
  { name: 'a conversion left out', sites: atParts((e) => (e.kind === 'convert' ? e.x : null)) },
  {
    name: 'a tile of another type',
    sites: atStmts(({ stmt, number }, k) => {
      if (!isLeaf(stmt) || stmt.kind === 'store') return [];
      const other: Tile = { ...stmt.tile, dtype: stmt.tile.dtype === 'f32' ? 'i32' : 'f32' };
      return [() => replace(k, number, () => [{ ...stmt, tile: other }])];
    }),
  },
  { name: 'a loop one too long', sites: loops((l) => ({ ...l, to: x.add(l.to, x.int(1)) })) },
  { name: 'a loop from -1 on', another: true, sites: loops((l) => ({ ...l, from: x.sub(l.from, x.int(1)) })) },
  {
    name: 'a loop one too short',
    sites: loops((l) => (stores(l) ? { ...l, to: x.sub(l.to, x.int(1)) } : null)),
  },
  {
    name: 'a loop that starts late',
    sites: loops((l) => (stores(l) ? { ...l, from: x.add(l.from, x.int(1)) } : null)),
  },
  { name: 'a loop that never ends', sites: loops((l) => ({ ...l, step: 0 })) },
  {
    name: 'a longer step',
    sites: loops((l) => (stores(l) ? { ...l, step: 2 * l.step } : null)),
  },
  {
    name: 'a sum in parallel',
    sites: loops((l) => (l.mode === 'serial' && carries(l) ? { ...l, mode: 'parallel' } : null)),
  },
  {
    name: 'a sum in lanes',
    sites: loops((l) => (l.mode === 'unrolled' && carries(l) ? { ...l, mode: 'vectorized' } : null)),
  },
  {
    name: 'lanes in lanes',
    sites: loops((l, p) =>
      l.mode === 'unrolled' && p.loops.some((o) => o.mode === 'vectorized') ? { ...l, mode: 'vectorized' } : null,
    ),
  },
  {
    name: 'lanes that do not fill a vector',
    sites: loops((l) => (l.mode === 'vectorized' ? { ...l, to: x.sub(l.to, x.int(1)) } : null)),
  },
  {
    name: 'copies of an unbounded loop',
    sites: loops((l) => (l.mode === 'serial' && l.to.kind === 'size' ? { ...l, mode: 'unrolled' } : null)),
  },
  {
    name: 'a guard left out',
    another: true,
    sites: atParts((e) => (e.kind === 'select' && isGuard(e.cond) ? e.then : null)),
  },
  {
    name: 'a guard one too wide',
    sites: atParts((e) => {
      if (e.kind !== 'binary' || e.b.kind !== 'const' || e.b.dtype !== 'i32' || !isGuard(e.a)) return null;
      if (e.fn === 'lt') return raw('lt', e.a, x.int(e.b.value + 1));
      return e.fn === 'ge' ? raw('ge', e.a, x.int(e.b.value - 1)) : null;
    }),
  },
  {
    name: 'an index that is data',
    sites: (k) => {
      const data = k.params.find((p) => p.buffer.type.dtype === 'i32' && p.access === 'in')?.buffer;
      if (!data) return [];
      const some = x.load(
        data,
        data.type.shape.map(() => x.int(0)),
      );
      return atParts((e) =>
        e.kind === 'load' && e.at.length > 0 && e.buffer !== data ? { ...e, at: [some, ...e.at.slice(1)] } : null,
      )(k);
    },
  },
  {
    name: "a data index's guard left out",
    sites: atParts((e) => (e.kind === 'select' && isDataGuard(e) ? e.then : null)),
  },
  {
    name: "a data index's guard too wide",
    sites: atParts((e) => {
      if (e.kind !== 'binary' || e.b.kind !== 'const' || !reads(e.a) || x.dtypeOf(e.a) !== 'i32') return null;
      if (e.fn === 'lt') return raw('lt', e.a, x.int(e.b.value + 1));
      return e.fn === 'ge' ? raw('ge', e.a, x.int(e.b.value - 1)) : null;
    }),
  },
  {
    name: 'another access',
    sites: (k) =>
      k.params.map((p, i) => () => ({
        ...k,
        params: k.params.map((q, j) =>
          j === i ? { ...q, access: p.access === 'in' ? 'out' : p.access === 'out' ? 'inout' : 'in' } : q,
        ),
      })),
  },
  {
    name: 'a param not listed',
    sites: (k) => k.params.map((_, i) => () => ({ ...k, params: k.params.filter((_p, j) => j !== i) })),
  },
  {
    name: 'a view of another size',
    sites: atParts((e) => {
      if (e.kind !== 'load' || !e.buffer.viewOf) return null;
      const { type } = e.buffer;
      const grown: BufferType = {
        ...type,
        shape: type.shape.map((d) => (isBatch(d) ? { times: 2 * d.times } : d + 1)),
      };
      return { ...e, buffer: { ...e.buffer, type: grown } };
    }),
  },
];

// ---- graphs

/** The graph with nodes replaced, and all their readers rebuilt unchanged. */
function rebuilt<G extends Graph>(g: G, by: (n: Node, inputs: readonly Value[]) => Node): G {
  const done = new Map<Value, Value>();
  const go = (v: Value): Value => {
    if (v.kind === 'param') return v;
    let out = done.get(v);
    if (!out) {
      out = by(v, v.inputs.map(go));
      done.set(v, out);
    }
    return out;
  };
  return { ...g, results: g.results.map((r) => ({ ...r, value: go(r.value) })) };
}
const nodesOf = (g: Graph): Node[] => {
  const seen = new Set<Node>();
  const go = (v: Value): void => {
    if (v.kind === 'param' || seen.has(v)) return;
    seen.add(v);
    v.inputs.forEach(go);
  };
  for (const r of g.results) go(r.value);
  return [...seen];
};
const atNodes =
  (f: (n: Node) => ((inputs: readonly Value[]) => Partial<Node>) | null) =>
  (g: Graph): (() => Graph)[] =>
    nodesOf(g).flatMap((n) => {
      const to = f(n);
      if (!to) return [];
      return [() => rebuilt(g, (m, inputs) => ({ ...m, inputs, ...(m === n ? to(inputs) : {}) }))];
    });
const ofType = (f: (t: TensorType) => TensorType | null) =>
  atNodes((n) => {
    const type = f(n.type);
    return type && !sameType(type, n.type) ? () => ({ type }) : null;
  });
const withResult =
  (f: (r: Graph['results'][number], g: Graph) => Graph['results'] | null) =>
  (g: Graph): (() => Graph)[] =>
    g.results.flatMap((r) => {
      const to = f(r, g);
      return to ? [() => ({ ...g, results: g.results.flatMap((o) => (o === r ? to : [o])) })] : [];
    });

export const graphDamages: readonly Damage<Graph>[] = [
  { name: 'another element type', sites: ofType((t) => ({ ...t, dtype: t.dtype === 'f32' ? 'i32' : 'f32' })) },
  {
    name: 'another extent',
    sites: ofType((t) => ({ ...t, shape: t.shape.map((d, i) => (i === 0 ? (isBatch(d) ? 3 : d + 1) : d)) })),
  },
  { name: 'the batch twice', sites: ofType((t) => (t.shape.some(isBatch) ? { ...t, shape: [...t.shape, N] } : null)) },
  {
    name: 'operands swapped',
    sites: atNodes((n) =>
      n.inputs.length > 1 && !sameType(n.inputs[0]!.type, n.inputs[1]!.type)
        ? ([a, b, ...rest]) => ({ inputs: [b, a, ...rest] as Value[] })
        : null,
    ),
  },
  {
    name: 'a missing operand',
    sites: atNodes((n) => (n.inputs.length ? (inputs) => ({ inputs: inputs.slice(1) }) : null)),
  },
  {
    name: 'an extra operand',
    sites: atNodes((n) => (n.inputs.length ? (inputs) => ({ inputs: [...inputs, inputs[0]!] }) : null)),
  },
  {
    name: 'a circle',
    sites: (g) =>
      nodesOf(g).flatMap((n) =>
        n.inputs.length
          ? [
              () =>
                rebuilt(g, (m, inputs) => {
                  const out = { ...m, inputs: [...inputs] };
                  if (m === n) out.inputs[0] = out;
                  return out;
                }),
            ]
          : [],
      ),
  },
  {
    name: 'a param not listed',
    // Unread params need not be listed.
    sites: (g) => {
      const needed = makeGraph(g.name, g.results, [], g.task).params;
      return needed.map((p) => () => ({ ...g, params: g.params.filter((q) => q !== p) }));
    },
  },
  { name: 'a param listed twice', sites: (g) => g.params.map((p) => () => ({ ...g, params: [...g.params, p] })) },
  {
    name: 'two params of the same name',
    sites: (g) => g.params.map((p) => () => ({ ...g, params: [...g.params, { ...p }] })),
  },
  { name: 'an update twice', sites: withResult((r) => (r.into ? [r, { ...r, name: `${r.name}'` }] : null)) },
  {
    name: 'an update of what the host sets',
    sites: withResult((r, g) => {
      const given = g.params.find((p) => p.role === 'input' || p.role === 'scalar');
      return r.into && given ? [{ ...r, into: given }] : null;
    }),
  },
  {
    name: 'an update of another type',
    sites: withResult((r, g) => {
      const other = r.into && g.params.find((p) => p !== r.into && !sameType(p.type, r.value.type));
      return other ? [{ ...r, into: other }] : null;
    }),
  },
  {
    name: 'a task left over',
    sites: (g) => [() => ({ ...g, task: { kind: 'apply', gradients: new Map(), then: 'step' } })],
  },
];

const atGroups =
  (f: (i: number, g: FusedGraph) => FusedGraph['groups'] | null) =>
  (g: FusedGraph): (() => FusedGraph)[] =>
    g.groups.flatMap((_, i) => {
      const groups = f(i, g);
      return groups ? [() => ({ ...g, groups })] : [];
    });
export const fusedDamages: readonly Damage<FusedGraph>[] = [
  {
    name: 'groups exchanged',
    sites: atGroups((i, { groups }) =>
      i > 0 ? groups.map((g, j) => (j === i ? groups[i - 1]! : j === i - 1 ? groups[i]! : g)) : null,
    ),
  },
  {
    name: 'a group launched first',
    sites: atGroups((i, { groups }) => (i > 0 ? [groups[i]!, ...groups.filter((_, j) => j !== i)] : null)),
  },
  {
    name: 'a group launched last',
    sites: atGroups((i, { groups }) =>
      i < groups.length - 1 ? [...groups.filter((_, j) => j !== i), groups[i]!] : null,
    ),
  },
  { name: 'a group left out', sites: atGroups((i, { groups }) => groups.filter((_, j) => j !== i)) },
  { name: 'a group twice', sites: atGroups((i, { groups }) => [...groups, groups[i]!]) },
  {
    name: 'a root not stored',
    sites: atGroups((i, { groups }) => groups.map((g, j) => (j === i ? { ...g, roots: g.roots.slice(1) } : g))),
  },
  {
    name: 'a member left out',
    sites: (g) =>
      g.groups.flatMap((group, i) =>
        [...group.members].map((m) => () => ({
          ...g,
          groups: g.groups.map((o, j) =>
            j === i ? { ...o, members: new Set([...o.members].filter((n) => n !== m)) } : o,
          ),
        })),
      ),
  },
];

// ---- programs

const withSlot =
  (f: (s: Slot, i: number, p: Program) => Slot | null) =>
  (p: Program): (() => Program)[] =>
    p.slots.flatMap((s, i) => {
      const to = f(s, i, p);
      return to ? [() => ({ ...p, slots: p.slots.map((o) => (o === s ? to : o)) })] : [];
    });
const withLaunches =
  (f: (i: number, launches: readonly Kernel[]) => readonly Kernel[] | null) =>
  (p: Program): (() => Program)[] =>
    p.entries.flatMap((e) =>
      e.launches.flatMap((_, i) => {
        const launches = f(i, e.launches);
        return launches ? [() => ({ ...p, entries: p.entries.map((o) => (o === e ? { ...e, launches } : o)) })] : [];
      }),
    );

export const programDamages: readonly Damage<Program>[] = [
  {
    name: 'two slots at one offset',
    sites: (p) =>
      p.slots.flatMap((a) =>
        p.slots
          .filter((b) => b !== a)
          .map((b) => () => ({
            ...p,
            slots: p.slots.map((s) => (s === a ? { ...a, offset: b.offset } : s)),
            arenaBytes: p.arenaBytes + a.bytes,
          })),
      ),
  },
  { name: 'a slot 16 bytes early', sites: withSlot((s) => ({ ...s, offset: s.offset - 16 })) },
  { name: 'a slot not aligned', sites: withSlot((s) => ({ ...s, offset: s.offset + 4 })) },
  { name: 'a slot outside the arena', sites: withSlot((s, _i, p) => ({ ...s, offset: p.arenaBytes })) },
  { name: 'a slot too small', sites: withSlot((s) => ({ ...s, bytes: s.bytes - 16 })) },
  {
    name: 'a buffer without a slot',
    sites: (p) => p.slots.map((s) => () => ({ ...p, slots: p.slots.filter((o) => o !== s) })),
  },
  {
    name: 'launches exchanged',
    sites: withLaunches((i, ls) =>
      i > 0 ? ls.map((k, j) => (j === i ? ls[i - 1]! : j === i - 1 ? ls[i]! : k)) : null,
    ),
  },
  { name: 'a launch left out', another: true, sites: withLaunches((i, ls) => ls.filter((_, j) => j !== i)) },
  {
    name: 'a launch moved to the front',
    sites: withLaunches((i, ls) => (i > 0 ? [ls[i]!, ...ls.filter((_, j) => j !== i)] : null)),
  },
  {
    name: 'a launch moved to the end',
    sites: withLaunches((i, ls) => (i < ls.length - 1 ? [...ls.filter((_, j) => j !== i), ls[i]!] : null)),
  },
];
