/** Loads the files beside a bundle's script, wherever that was loaded from: by reading, fetching, or decoding what a bundler embedded.
 *  If a file cannot be loaded, the error says why and what to do. */
import { beginsAsWasm, brief, TapeoutError, wordsOf } from './check.ts';
import { bytesOfDataUrl } from './data-url.ts';
import { foreignText } from './foreign.ts';

/** The options of `load` that take the contents of files. */
const optionFor = {
  'model.wasm': 'wasm',
  'model.threads.wasm': 'threadedWasm',
  'model.wgsl': 'wgsl',
  'model.features.wgsl': 'featureWgsl',
  'weights.safetensors': 'weights',
} as const;
export type BundleFile = keyof typeof optionFor;

/** The bytes of a file. `address` gives its URL, and throws if the script has no URL that files can lie beside. Throws
 *  TapeoutError. */
export async function fileBeside(file: BundleFile, address: () => URL): Promise<Uint8Array> {
  let url: URL | undefined;
  try {
    url = addressFrom(address);
    const bytes = await contents(url);
    const other = otherThan(file, bytes);
    if (other) throw new Error(other);
    return bytes;
  } catch (cause) {
    const { protocol, href = '' } = url ?? {};
    throw new TapeoutError(
      'missing-file',
      `${file} cannot be loaded${url ? ` from ${protocol === 'data:' ? brief(href) : href}` : ''}: ${wordsOf(cause)}. ` +
        `${url ? "Put the bundle's files where the script asks for them, p" : 'P'}ass its contents, load({ ${optionFor[file]} }), ` +
        'or compile with --inline, which puts all files into index.js.',
      { cause },
    );
  }
}

// Errors from here on say why there are no contents, as part of a sentence.

function addressFrom(address: () => URL): URL {
  try {
    const url = address();
    // Bun gives a module from a data: address such a file: address.
    if (/^file:\/+data:/i.test(url.href)) throw new TypeError('a data: address as a path');
    return url;
  } catch (cause) {
    throw new Error(
      'index.js comes from a blob: or data: address, or was bundled as iife or cjs, so that no file lies beside it',
      { cause },
    );
  }
}

async function contents(url: URL): Promise<Uint8Array> {
  switch (url.protocol) {
    case 'data:':
      try {
        return bytesOfDataUrl(url.href);
      } catch (cause) {
        throw new Error(`the data: address cannot be decoded (${wordsOf(cause)})`, { cause });
      }
    case 'file:':
      return read(url);
    default:
      return fetched(url);
  }
}

interface FileSystem {
  readonly promises: { readFile(path: URL): Promise<Uint8Array> };
}

/** Reads from the disk. Node's module is not imported, because bundlers for the web would try to resolve it. */
async function read(url: URL): Promise<Uint8Array> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const fs = process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (!fs) return fetched(url);
  try {
    return new Uint8Array(await fs.promises.readFile(url));
  } catch (cause) {
    const { code } = cause as { code?: string };
    const why = code === 'ENOENT' ? 'there is no such file, as many bundlers copy none' : wordsOf(cause);
    throw new Error(why, { cause });
  }
}

async function fetched(url: URL): Promise<Uint8Array> {
  if (typeof fetch !== 'function') throw new Error('there is no fetch here');
  let response: Response;
  let body: ArrayBuffer;
  try {
    response = await fetch(url);
    body = await response.arrayBuffer();
  } catch (cause) {
    const forbidden = !/^[a-z][a-z\d+.-]*:/i.test(url.href)
      ? 'this address names no server, as some bundlers write it for code that runs on one'
      : url.protocol === 'file:'
        ? 'a page may not read files of the disk: serve it over http'
        : 'there is no connection or no such server, it broke off, or CORS or the connect-src of the ' +
          "page's Content-Security-Policy forbids it";
    throw new Error(`the fetch fails (${wordsOf(cause)}): ${forbidden}`, { cause });
  }
  if (response.type.startsWith('opaque'))
    throw new Error(
      "the answer is opaque: a service worker or a wrapper of fetch asks with mode 'no-cors', or follows no redirection",
    );
  if (!response.ok) throw new Error(`the server answers ${`${response.status} ${response.statusText}`.trim()}`);
  return new Uint8Array(body);
}

/** What the bytes are if they are not the file, as part of a sentence; null if they may be. */
function otherThan(file: BundleFile, bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'it is empty';
  const text = foreignText(bytes);
  if (text !== null) return `it is ${text}`;
  return file.endsWith('.wasm') && !beginsAsWasm(bytes) ? 'it is not WebAssembly' : null;
}
