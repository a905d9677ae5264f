/** A program as one WGSL module: an entry point per kernel, one storage buffer for the arena, or several where it
 *  exceeds the largest binding, and a uniform buffer for the arguments of a call: the batch and the scalars. */

import { CompileError } from '../../ir/diagnostic.ts';
import type { Buffer } from '../../ir/expr.ts';
import { type Kernel, type Stmt, walkStmts } from '../../ir/kernel.ts';
import { kernelsOf, type Program, type Slot } from '../../ir/program.ts';
import type { GpuFeature, GridTarget } from '../../ir/target.ts';
import type { ManifestDispatch } from '../../runtime/manifest.ts';
import { type Grid, gridOf } from './grid.ts';
import { emitKernel, type Spelt } from './kernel.ts';
import type { Address, Layout } from './layout.ts';
import { callees, type Helper, helpers, isWhole } from './spell.ts';

export interface Shaders {
  readonly wgsl: string;
  /** The features that a device must have. */
  readonly features: readonly GpuFeature[];
  /** The dispatches of a call of each entry. */
  readonly dispatches: ReadonlyMap<string, readonly ManifestDispatch[]>;
  /** The offset of each scalar in the uniform buffer, in bytes. */
  readonly scalars: ReadonlyMap<Buffer, number>;
  /** The size of the uniform buffer in bytes. */
  readonly callBytes: number;
  /** The size in bytes of each storage buffer but the last, if the arena needs several. */
  readonly bindingBytes: number | null;
}

const wordBytes = 4;
/** WGSL's names of the features. */
const extensions = { 'shader-f16': 'f16', subgroups: 'subgroups' } as const satisfies Record<GpuFeature, string>;

export function emitWgsl(program: Program, target: GridTarget): Shaders {
  const used = new Set<Helper>();
  const uses = (h: Helper): void => {
    for (const c of callees[h] ?? []) used.add(c);
    used.add(h);
  };
  const piece = target.memory.bytes;
  const arrays = Array.from({ length: Math.ceil(program.arenaBytes / piece) }, (_, k) =>
    k === 0 ? 'arena' : `arena${k}`,
  );
  const addresses = new Map<Buffer, Address>();
  const scalars = new Map<Buffer, number>();
  const members = ['n: u32'];
  for (const s of program.slots) {
    if (s.purpose !== 'scalar') {
      const k = Math.floor(s.offset / piece);
      requireWhole(s, piece, target);
      addresses.set(s.buffer, { array: arrays[k] as string, word: (s.offset - k * piece) / wordBytes });
      continue;
    }
    const member = `s${scalars.size}`;
    scalars.set(s.buffer, (1 + scalars.size) * wordBytes);
    addresses.set(s.buffer, { member });
    const { dtype } = s.buffer.type;
    members.push(`${member}: ${isWhole(dtype) ? dtype : 'u32'}`);
  }
  const layout: Layout = {
    uses,
    address(storage) {
      const address = addresses.get(storage);
      if (!address) throw new Error(`buffer ${storage.name} has no place in the arena`);
      return address;
    },
  };
  const names = new Map<Kernel, string>();
  const spelt: Spelt[] = [];
  const grids = new Map(
    kernelsOf(program).map((k, i) => {
      const grid = gridOf(k, program.maxBatch, target.workgroup.most);
      const name = `k${i}_${k.name.replace(/\W/g, '_')}`;
      names.set(k, name);
      requireFit(k, grid.workgroups, target);
      spelt.push(emitKernel(name, k, grid, layout));
      return [k, grid] as const;
    }),
  );
  const some = (test: (s: Stmt) => boolean): boolean => kernelsOf(program).some((k) => has(k, test));
  const features: readonly GpuFeature[] = [
    ...(some((s) => s.kind === 'tile' && s.tile.half === true) ? (['shader-f16'] as const) : []),
    ...(some((s) => s.kind === 'for' && s.together === true) ? (['subgroups'] as const) : []),
  ];
  const dispatches = new Map(
    program.entries.map((e) => [
      e.name,
      e.launches.map((k, i): ManifestDispatch => {
        const ends = e.repeats?.find((r) => r.to === i);
        return {
          kernel: names.get(k) as string,
          workgroups: (grids.get(k) as Grid).workgroups,
          ...(ends ? { repeat: { launches: ends.to - ends.from + 1, times: ends.times } } : {}),
        };
      }),
    ]),
  );
  const head = [
    ...features.map((f) => `enable ${extensions[f]};`),
    `struct Call { ${members.join(', ')} }`,
    ...arrays.map((name, k) => `@group(0) @binding(${bindingOf(k)}) var<storage, read_write> ${name}: array<u32>;`),
    '@group(0) @binding(1) var<uniform> call: Call;',
    ...(Object.keys(helpers) as Helper[]).filter((h) => used.has(h)).map((h) => helpers[h]),
  ];
  const kernels = spelt.map(({ globals, lines }) => [...globals, ...lines].join('\n'));
  return {
    features,
    wgsl: `${[head.join('\n'), ...kernels].join('\n\n')}\n`,
    dispatches,
    scalars,
    callBytes: Math.ceil(((1 + scalars.size) * wordBytes) / 16) * 16,
    bindingBytes: arrays.length > 1 ? piece : null,
  };
}

/** The uniform buffer has binding 1 whatever the size of the arena; the first array has 0, and others follow. */
const bindingOf = (array: number): number => (array === 0 ? 0 : array + 1);

/** Throws a `CompileError` for a buffer across two bindings, as a plan for another target may have. */
function requireWhole({ buffer, offset, bytes, place }: Slot, piece: number, { name, memory }: GridTarget): void {
  if (bytes === 0 || Math.floor(offset / piece) === Math.floor((offset + bytes - 1) / piece)) return;
  throw new CompileError(
    'too-large',
    `'${buffer.name}' lies at bytes ${offset} to ${offset + bytes}, in two bindings; ${memory.limit} ${piece} bytes`,
    { loc: place ?? null, help: `plan the program for ${name}` },
  );
}

/** True if a statement of a kernel passes the test. */
function has({ body }: Kernel, test: (s: Stmt) => boolean): boolean {
  let found = false;
  walkStmts(body, (s) => {
    found ||= test(s);
  });
  return found;
}

function requireFit(k: Kernel, workgroups: ManifestDispatch['workgroups'], { workgroup, name }: GridTarget): void {
  const z = workgroups[2];
  if (typeof z === 'number' && z > workgroup.most)
    throw new CompileError(
      'too-large',
      `@${k.name} needs more workgroups than ${name} has in a dispatch (maxComputeWorkgroupsPerDimension, ${workgroup.most}, in each of three dimensions)`,
      { loc: k.locs[0] ?? null, help: 'compile for a smaller maxBatch' },
    );
}
