/** Names of temporary files. They identify their process, so that files of dead processes, and only those, can be removed. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A unique name: `prefix`, then the identity of this process, then a random number. */
export const temporaryName = (prefix: string): string =>
  `${prefix}${machine()}-${process.pid}-${birthOf('self') ?? ''}-${randomBytes(4).toString('hex')}`;

/** Removes files that dead processes left in `folder` under names of `temporaryName` with these prefixes. Files of other machines
 *  are removed once they are a day old. Never throws: a leftover must not prevent writing. */
export function removeLeftovers(folder: string, prefixes: readonly string[]): void {
  for (const name of namesIn(folder)) {
    const prefix = prefixes.find((p) => name.startsWith(p));
    const owner =
      prefix === undefined ? null : /^([0-9a-f]{8})-(\d+)-(\w*)-[0-9a-f]{8}$/.exec(name.slice(prefix.length));
    if (!owner) continue;
    const [, host, pid, birth] = owner as unknown as [string, string, string, string];
    const path = join(folder, name);
    if (host === machine() ? isDead(Number(pid), birth) : isOld(path)) remove(path);
  }
}

const day = 24 * 60 * 60 * 1000;

/** An identifier of the machine and its process namespace: process numbers are only meaningful within both. */
function machine(): string {
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 8);
}

/** A text for the start time of a process, which differs if its number is reused; null if the system does not provide it. */
function birthOf(pid: number | 'self'): string | null {
  return attempt(() => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    // The program's name, in parentheses, may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return `${boot}x${fields[19]}`;
  });
}

function isDead(pid: number, birth: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = birthOf(pid);
  return now !== null && birth !== '' && now !== birth;
}

function isOld(path: string): boolean {
  const stats = attempt(() => statSync(path));
  return stats !== null && Date.now() - stats.mtimeMs > day;
}

const remove = (path: string): unknown => attempt(() => rmSync(path, { recursive: true, force: true }));
const namesIn = (folder: string): string[] => attempt(() => readdirSync(folder)) ?? [];

function attempt<T>(f: () => T): T | null {
  try {
    return f();
  } catch {
    return null;
  }
}
