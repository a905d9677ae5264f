/** Bytes that stand in text: of `data:` addresses, as bundlers put small files into scripts, and of base64. Decoded in memory, as
 *  a page's Content-Security-Policy may forbid to fetch what it already has. */

/** Throws where the text is no base64. */
export function bytesFrom64(text: string): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < latin1.length; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}

/** The bytes of a `data:` address: `data:application/wasm;base64,AGFzbQ==`, or with its bytes as they are, some as `%00`.
 *  Throws where it is none. */
export function bytesOfDataUrl(url: string): Uint8Array<ArrayBuffer> {
  const [, head, body] = /^data:([^,]*),([^#]*)/i.exec(url) ?? [];
  if (head === undefined || body === undefined) throw new Error('it has no comma');
  if (!/;\s*base64\s*$/i.test(head)) return unescaped(body);
  const text = body.includes('%') ? new TextDecoder().decode(unescaped(body)) : body;
  return bytesFrom64(text.replace(/\s/g, ''));
}

/** `%00` is a byte, and any other character its bytes of UTF-8. */
function unescaped(text: string): Uint8Array<ArrayBuffer> {
  const given = new TextEncoder().encode(text);
  const bytes = new Uint8Array(given.length);
  let length = 0;
  for (let i = 0; i < given.length; i++) {
    const code =
      given[i] === percent ? /^[\da-f]{2}/i.exec(String.fromCharCode(given[i + 1] ?? 0, given[i + 2] ?? 0)) : null;
    bytes[length++] = code ? Number.parseInt(code[0], 16) : (given[i] as number);
    if (code) i += 2;
  }
  return bytes.slice(0, length);
}

const percent = 0x25;
