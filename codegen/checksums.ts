/** SHA-256 of a bundle's files, in the form that `sha256sum -c` and `shasum -a 256 -c` read. One hash stands for all of them:
 *  that of the file of checksums. */

/** A bundle's files by name. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

const name = 'SHA256SUMS';

/** The files and, behind them, a line of checksum and name for each, by name. Needs WebCrypto, which pages have under https
 *  and localhost. */
export async function withChecksums(files: Files): Promise<Files> {
  const names = [...files.keys()].sort();
  const lines = await Promise.all(names.map(async (n) => `${await sha256(files.get(n)!)}  ${n}\n`));
  return new Map([...files, [name, lines.join('')]]);
}

/** The SHA-256 of a bundle's checksums, in hex: what `sha256sum SHA256SUMS` prints. Equal for equal bundles, and no others.
 *  Throws where the files have no checksums. */
export function contentHash(files: Files): Promise<string> {
  const checksums = files.get(name);
  if (checksums === undefined) throw new Error(`the files have no ${name}`);
  return sha256(checksums);
}

async function sha256(contents: string | Uint8Array): Promise<string> {
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
