/** A cache of user programs that type-check. An entry records all questions to the file system and their answers, and is valid as
 *  long as the answers are the same: until a file changes, appears or disappears. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { attempt, hash, readCached, versions, writeCached } from '../files/cache.ts';
import type { Asked, ReadOptions, UserProgram } from './typescript.ts';

type Question = Parameters<Asked>[0];

interface Kept {
  /** Questions and answers; paths in the root's folder are stored relative to it. */
  readonly asked: readonly (readonly [Question, path: string, answer: string])[];
  readonly program: UserProgram;
}

type Options = Omit<ReadOptions, 'onAsked'>;

/** As `readUserProgram`, but from the cache if it has a valid entry. */
export async function checkedProgram(root: string, options: Options): Promise<UserProgram> {
  const { name, program: known } = keptProgram(root, options);
  if (known) return known;
  const folder = dirname(root);
  const { readUserProgram } = await import('./typescript.ts');
  const asked = new Map<string, readonly [Question, string]>();
  const program = readUserProgram(root, {
    ...options,
    onAsked: (question, path) => asked.set(`${question} ${path}`, [question, path]),
  });
  if (name !== null && program.problems.length === 0) {
    const answered = [...asked.values()].map(([question, path]) => [question, path, answer(question, path)] as const);
    writeCached(name, folder, told({ asked: answered, program }, folder));
  }
  return program;
}

/** The cached program and its name in the cache. The name is null if the root cannot be read, the program if something changed. */
export function keptProgram(root: string, options: Options): { name: string | null; program: UserProgram | null } {
  const folder = dirname(root);
  const text = attempt(() => readFileSync(root, 'utf8'));
  const name = text === null ? null : nameOf(root, text, options);
  const found = name === null ? null : readCached(name, folder);
  const kept = found === null ? null : read(found, folder);
  const isSame = kept?.asked.every(([question, path, was]) => answer(question, path) === was);
  return { name, program: kept && isSame ? kept.program : null };
}

/** The name of an entry, made of everything that must be equal before the file system is asked. */
function nameOf(root: string, text: string, { packages, foreign, check = true }: ReadOptions): string {
  return hash(JSON.stringify([versions(), basename(root), text, packages, foreign, check]));
}

function answer(question: Question, path: string): string {
  switch (question) {
    case 'read':
      return attempt(() => hash(readFileSync(path))) ?? 'none';
    case 'file':
      return String(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
    case 'folder':
      return String(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
    case 'list':
      return attempt(() => hash(readdirSync(path).sort().join('\n'))) ?? 'none';
    case 'real':
      return attempt(() => realpathSync(path)) ?? 'none';
    default:
      return question satisfies never;
  }
}

const here = '<folder>';

/** The text of an entry, with the folder's path replaced: the same files in another folder are the same program. */
const told = (kept: Kept, folder: string): string =>
  JSON.stringify(kept, (_, value) =>
    typeof value === 'string' && (value === folder || value.startsWith(`${folder}/`))
      ? here + value.slice(folder.length)
      : value,
  );

const read = (text: string, folder: string): Kept =>
  JSON.parse(text, (_, value) =>
    typeof value === 'string' && value.startsWith(here) ? folder + value.slice(here.length) : value,
  );
