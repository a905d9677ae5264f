/** Tests that this machine cannot run say why in their name, and the report of a run repeats it: see summary-reporter.ts. */

/** The name of a test or suite that is skipped if there is a `problem`. */
export const unless = (problem: string | null, name: string): string =>
  problem === null ? name : `${name} [left out: ${problem}]`;

/** Why a test of this full name is skipped; null if the name does not say. */
export const whyLeftOut = (fullName: string): string | null => /\[left out: (.+?)\]/.exec(fullName)?.[1] ?? null;

export const onWindows: string | null = process.platform === 'win32' ? 'Windows has nothing like it' : null;
export const notLinux: string | null =
  process.platform === 'linux' ? null : `only Linux is known to refuse it, and this is ${process.platform}`;
