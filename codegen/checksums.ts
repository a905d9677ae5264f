/** SHA-256 of a bundle's files, in the format of `sha256sum -c` and `shasum -a 256 -c`. The hash of the file of
 *  checksums identifies the whole bundle. */

/** A bundle's files by name. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

const name = 'SHA256SUMS';

/** The files, and after them one with a line of checksum and name for each, sorted by name. Needs WebCrypto, which
 *  pages have under https and on localhost. */
export async function withChecksums(files: Files): Promise<Files> {
  const names = [...files.keys()].sort();
  const lines = await Promise.all(names.map(async (n) => `${await sha256(files.get(n)!)}  ${n}\n`));
  return new Map([...files, [name, lines.join('')]]);
}

/** The SHA-256 of a bundle's checksums, in hex: the output of `sha256sum SHA256SUMS`. Equal exactly for equal bundles.
 *  Throws if the files have no checksums. */
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
