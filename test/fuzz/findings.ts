/** Writes the findings of a run so that they can be run again: the message with its IR, and graph and inputs if there are
 *  any. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { printModule } from '../../ir/text/print-graph.ts';
import { isBatch } from '../../ir/type.ts';
import { type StoredTensor, writeSafetensors } from '../../runtime/index.ts';
import { type Case, Fault, type Kind, replayCommand } from './kind.ts';

export interface Finding {
  readonly kind: Kind;
  readonly seed: number;
  readonly path: string;
  readonly error: unknown;
}

/** The failure without the numbers and names that differ between cases: the same for each case of one bug. */
export const signatureOf = ({ kind, error }: Finding): string =>
  `${kind.name}: ${firstLine(error)}`.replace(/%?[\w.]*\d[\w.]*/g, '#').slice(0, 160);

export const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] as string;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Writes the files of a finding, and returns the lines that report it. */
export function writeFinding(f: Finding, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `${f.kind.name}-${f.seed}`);
  const replay = replayCommand(f.kind, f.seed, f.path);
  writeFileSync(`${name}.txt`, `${messageOf(f.error)}\n\n${replay}\n`);
  const lines = [
    `found: ${f.kind.name}: ${firstLine(f.error)}`,
    `  in full: ${shown(`${name}.txt`)}`,
    `  again: ${replay}`,
  ];
  const of = f.error instanceof Fault ? f.error.of : null;
  if (!of) return lines;
  writeFileSync(`${name}.tir`, `${printModule(of.module, { places: false })}\n`);
  const given = of.given.size > 0;
  if (given)
    writeFileSync(`${name}.safetensors`, writeSafetensors([...of.given].map(([p, v]) => [p.name, stored(of, p, v)])));
  const flags = [
    given ? `--in ${shown(`${name}.safetensors`)}` : '',
    of.optimizer ? `--optimizer "${of.optimizer}"` : '',
    '--verify',
  ].filter(Boolean);
  const run = `npx tapeout run ${shown(`${name}.tir`)} ${flags.join(' ')}`;
  return [...lines, `  WebAssembly: ${run}`, `  reference: ${run} --backend interpret`];
}

const shown = (path: string): string => relative(process.cwd(), path).replaceAll('\\', '/');

function stored(
  { n }: Case,
  { type }: { type: { dtype: string; shape: readonly unknown[] } },
  values: ArrayLike<number>,
): StoredTensor {
  const shape = (type.shape as Parameters<typeof isBatch>[0][]).map((d) => (isBatch(d) ? d.times * n : d));
  if (type.dtype === 'f32') return { dtype: 'F32', shape, data: Float32Array.from(values) };
  if (type.dtype === 'i32') return { dtype: 'I32', shape, data: Int32Array.from(values) };
  return { dtype: 'U8', shape, data: Uint8Array.from(values) };
}
