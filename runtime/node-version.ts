/** The oldest Node that a bundle runs in. Other hosts that report a Node version also report their own name. */
import { TapeoutError } from './check.ts';

interface Versions {
  readonly node?: string;
  readonly bun?: string;
  readonly deno?: string;
  readonly electron?: string;
}

/** Throws TapeoutError in a Node that is too old. */
export function checkNode(): void {
  const { process } = globalThis as { process?: { versions?: Versions } };
  const { node, bun, deno, electron } = process?.versions ?? {};
  if (!node || bun || deno || electron) return;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new TapeoutError('old-node', `Tapeout needs Node 20.19 or newer, and this is Node ${node}.`);
}
