/** Sets of files written by processes that are killed at random moments, alone or two in a race. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSet } from '../../frontend/files/file-set.ts';
import { build, dist } from '../support/build.ts';
import { Choices } from '../support/generate.ts';
import { Fault, type Kind } from './kind.ts';

const names = ['index.js', 'index.d.ts', 'model.wasm', 'manifest.json', 'weights.safetensors', 'SHA256SUMS'];
/** In ms: about as long as writing a set takes. */
const latest = 80;

const setOf = (tag: string) => new Map(names.map((name) => [name, `${tag}\n${name}\n`.padEnd(3000, '.')]));

/** Writes one set after another, and prints a dot after each. */
const writer = `
import { writeSync } from 'node:fs';
const { writeSet } = await import(process.argv[1] + 'frontend/files/file-set.js');
const [, , folder, names, id] = process.argv;
for (let n = 0; ; n++) {
  writeSet(folder, new Map(names.split(',').map((name) => [name, (id + n + '\\n' + name + '\\n').padEnd(3000, '.')])));
  writeSync(1, '.');
}`;

export const files: Kind = {
  name: 'files',
  doc: 'sets of files stay whole, whenever their writers are killed and however many there are',
  runs: 8,
  async check(choices, tally) {
    build();
    const c = new Choices(choices);
    const count = c.chance(2) ? 1 : 2;
    tally.kills += count;
    tally.races += count - 1;
    const folder = shared();
    const writers = Array.from({ length: count }, (_, i) => started(folder, `${'ab'[i]}:`));
    try {
      await Promise.all(writers.map((w) => w.wrote));
      for (const w of writers) {
        await sleep(c.below(latest));
        await killed(w);
      }
    } finally {
      for (const { child } of writers) child.kill('SIGKILL');
    }
    verify(folder, 'after the kill');
    writeSet(folder, setOf('last'));
    verify(folder, 'after the next set', 'last');
    const left = readdirSync(folder).filter((name) => name.startsWith('.'));
    if (left.length > 0) throw new Fault(`left behind: ${left.join(', ')}`, null);
  },
};

let folder: string | null = null;

/** One folder for all cases, holding the previous case's set. */
function shared(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), 'tapeout-fuzz-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(made, 'own.txt'), 'own');
  folder = made;
  return made;
}

interface Writer {
  readonly child: ChildProcess;
  /** Settles with its first set; rejects if it ends before that. */
  readonly wrote: Promise<unknown>;
  /** Its output, complete once the process that makes the renames, and shares it, has closed it too. */
  readonly closed: Promise<string>;
}

function started(folder: string, id: string): Writer {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, dist, folder, names.join(','), id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const closed = once(child, 'close').then(() => said);
  const early = closed.then(() => Promise.reject(endedBySelf(child, said)));
  return { child, wrote: Promise.race([once(child.stdout, 'data'), early]), closed };
}

async function killed({ child, closed }: Writer): Promise<void> {
  child.kill('SIGKILL');
  const said = await closed;
  if (child.signalCode !== 'SIGKILL') throw endedBySelf(child, said);
}

const endedBySelf = ({ exitCode, signalCode }: ChildProcess, said: string): Fault =>
  new Fault(`a writer ended by itself, with ${signalCode ?? `exit code ${exitCode}`}: ${said.trim()}`, null);

/** All files are there, whole and of one set, and so are the user's own. */
function verify(folder: string, when: string, tag?: string): void {
  const found = names.map((name) => {
    const file = join(folder, name);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const [of = ''] = text.split('\n');
    return text === setOf(of).get(name) ? of : `${name} is ${text === '' ? 'lost' : 'torn'}`;
  });
  const sets = new Set(found);
  if (sets.size > 1 || (tag !== undefined && !sets.has(tag)))
    throw new Fault(`${when} the files are of the sets ${found.join(', ')}`, null);
  if (readFileSync(join(folder, 'own.txt'), 'utf8') !== 'own')
    throw new Fault(`${when} a file of the user's changed`, null);
}
