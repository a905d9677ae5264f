/** Names of files that are only there for the time being. They tell whose they are, so that those of processes that died can be
 *  removed, and no others. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A name that no other process and no other call has: `prefix`, then whose it is. */
export const temporaryName = (prefix: string): string =>
  `${prefix}${machine()}-${process.pid}-${birthOf('self') ?? ''}-${randomBytes(4).toString('hex')}`;

/** Removes what dead processes left in `folder` under names of `temporaryName`, for any of these prefixes. What another machine
 *  left is removed once it is a day old. Never throws: a leftover in the way is no reason to write nothing. */
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

/** Process numbers of one machine mean nothing on another, and those of one container nothing in the next. */
function machine(): string {
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 8);
}

/** When a process began, in words that no later one of its number has; null where the system does not say. */
function birthOf(pid: number | 'self'): string | null {
  return attempt(() => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    // The name of the program, in parentheses, may hold anything.
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
