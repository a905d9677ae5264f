/** The reason why this host is too old for Tapeout, or null. Hosts that mimic Node's version also give their own name,
 *  and pass. */
export function hostProblem(): string | null {
  const { process } = globalThis as { process?: { versions?: Partial<Record<string, string>> } };
  const versions = process?.versions ?? {};
  if (!versions.node || versions.bun || versions.deno || versions.electron) return null;
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const isOld = major < 20 || (major === 20 && minor < 19);
  return isOld ? `Tapeout needs Node 20.19 or newer, and this is Node ${versions.node}.` : null;
}
