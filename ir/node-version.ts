/** Why this host is too old for Tapeout; null where it is not. Other hosts that give a version of Node's say their own name too. */
export function hostProblem(): string | null {
  const { process } = globalThis as { process?: { versions?: Partial<Record<string, string>> } };
  const versions = process?.versions ?? {};
  if (!versions.node || versions.bun || versions.deno || versions.electron) return null;
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const isOld = major < 20 || (major === 20 && minor < 19);
  return isOld ? `Tapeout needs Node 20.19 or newer, and this is Node ${versions.node}.` : null;
}
