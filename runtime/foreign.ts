/** Recognizes, by their first bytes, files that are mistaken for safetensors, and says how to get weights from each. */

/** A pattern for the first bytes, as Latin-1; the kind of file; and what to do. */
type Kind = readonly [begins: RegExp, what: string, remedy: string];

const inPython = (tensors: string): string =>
  `Convert it in Python: from safetensors.torch import save_file; save_file(${tensors}, 'model.safetensors').`;
const fromTorch = inPython("torch.load('model.pt', map_location='cpu')");
const byHand = (reader: string): string =>
  `Read ${reader} in Python, and write what it holds with safetensors.numpy.save_file.`;

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: files begin with them
const binaryFiles: readonly Kind[] = [
  [
    /^PK\x03\x04.*\.npy/s,
    'a NumPy archive (.npz)',
    inPython("{k: torch.from_numpy(v) for k, v in np.load('model.npz').items()}"),
  ],
  [/^PK\x03\x04.*data\.pkl/s, 'an archive that torch.save wrote (.pt, .pth, .bin)', fromTorch],
  [/^PK\x03\x04/, 'a zip archive', `If torch.save wrote it: ${fromTorch}`],
  [/^\x80[\x02-\x05]/, 'a pickle, as old versions of torch.save wrote (.pt, .pth)', fromTorch],
  [/^\x93NUMPY/, 'a NumPy array (.npy)', inPython("{'name': torch.from_numpy(np.load('array.npy'))}")],
  [/^\x89HDF/, 'an HDF5 file, as Keras writes', byHand('it (h5py)')],
  [/^GGUF/, 'a GGUF file', 'Take the safetensors that it was made from.'],
  // The version of the IR, then the producer's name.
  [/^\x08[\x03-\x0a]\x12/, 'an ONNX model', byHand('its initializers (onnx.numpy_helper)')],
  [/^\x1f\x8b/, 'gzip', "Unpack it first: gunzip, or new DecompressionStream('gzip')."],
  [/^\0asm/, 'a WebAssembly module', 'Pass it as wasm, and weights.safetensors as weights.'],
];

// biome-ignore-end lint/suspicious/noControlCharactersInRegex: files begin with them

const mislaid = 'Are the weights where they were asked for?';
/** Texts, recognized by at least eight characters without a zero. */
const textFiles: readonly Kind[] = [
  [/^\s*version https:\/\/git-lfs/i, "Git LFS's note of where the file is", 'Fetch the file itself: git lfs pull.'],
  [/^\s*<(!doctype )?html/i, 'HTML: the server answered with a page', mislaid],
  [
    /^\s*[{[]/,
    'JSON',
    'If it lists the parts of a model (model.safetensors.index.json), load the parts that it names. ' +
      'A state dict is saved by model.toSafetensors(), not as JSON.',
  ],
];
const anyText: Kind = [/^[\s!-~]{8}/, 'text', mislaid];

/** A message for a file of a kind that is often mistaken for safetensors; null for other files. */
export function foreignFile(bytes: Uint8Array): string | null {
  const [, what, remedy] = kindAmong(binaryFiles, bytes) ?? textKind(bytes) ?? kindAmong([anyText], bytes) ?? [];
  return what ? `this is ${what}, not a safetensors file. ${remedy}` : null;
}

/** The kind of a text that servers and version control return in place of a file; null for other texts. */
export const foreignText = (bytes: Uint8Array): string | null => textKind(bytes)?.[1] ?? null;

function kindAmong(kinds: readonly Kind[], bytes: Uint8Array): Kind | undefined {
  const first = String.fromCharCode(...bytes.subarray(0, 128));
  return kinds.find(([begins]) => begins.test(first));
}

const textKind = (bytes: Uint8Array): Kind | undefined =>
  bytes.length >= 8 && !bytes.subarray(0, 8).includes(0) ? kindAmong(textFiles, bytes) : undefined;
