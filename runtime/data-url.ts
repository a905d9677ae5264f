/** Decodes base64 and `data:` URLs, with which bundlers embed small files in scripts. Not by `fetch`, which a page's
 *  Content-Security-Policy may forbid. */

/** The bytes of base64 text. Throws if it is not base64. */
export function bytesFrom64(text: string): Uint8Array<ArrayBuffer> {
  const latin1 = atob(text);
  const bytes = new Uint8Array(latin1.length);
  for (let i = 0; i < latin1.length; i++) bytes[i] = latin1.charCodeAt(i);
  return bytes;
}

/** The bytes of a `data:` URL: `data:application/wasm;base64,AGFzbQ==`, or plain text with bytes such as `%00`. Throws if it is not
 *  one. */
export function bytesOfDataUrl(url: string): Uint8Array<ArrayBuffer> {
  const [, head, body] = /^data:([^,]*),([^#]*)/i.exec(url) ?? [];
  if (head === undefined || body === undefined) throw new Error('it has no comma');
  if (!/;\s*base64\s*$/i.test(head)) return unescaped(body);
  const text = body.includes('%') ? new TextDecoder().decode(unescaped(body)) : body;
  return bytesFrom64(text.replace(/\s/g, ''));
}

/** Decodes `%00` as a byte, and any other character as its bytes in UTF-8. */
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
