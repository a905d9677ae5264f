/** Files that are taken for safetensors, told by their first bytes: what each is, and how to come from it to weights. */

interface Kind {
  /** The first bytes, as Latin-1: one of these. */
  readonly begins: readonly string[];
  /** What is near the beginning too. */
  readonly holds?: string;
  readonly what: string;
  readonly remedy: string;
}

const inPython = (tensors: string): string =>
  `Convert it in Python: from safetensors.torch import save_file; save_file(${tensors}, 'model.safetensors').`;
const fromTorch = inPython("torch.load('model.pt', map_location='cpu')");

const binaryFiles: readonly Kind[] = [
  {
    begins: ['PK\x03\x04'],
    holds: '.npy',
    what: 'a NumPy archive (.npz)',
    remedy: inPython("{k: torch.from_numpy(v) for k, v in np.load('model.npz').items()}"),
  },
  {
    begins: ['PK\x03\x04'],
    holds: 'data.pkl',
    what: 'an archive that torch.save wrote (.pt, .pth, .bin)',
    remedy: fromTorch,
  },
  { begins: ['PK\x03\x04'], what: 'a zip archive', remedy: `If torch.save wrote it: ${fromTorch}` },
  {
    begins: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'],
    what: 'a pickle, as old versions of torch.save wrote (.pt, .pth)',
    remedy: fromTorch,
  },
  {
    begins: ['\x93NUMPY'],
    what: 'a NumPy array (.npy)',
    remedy: inPython("{'name': torch.from_numpy(np.load('array.npy'))}"),
  },
  {
    begins: ['\x89HDF'],
    what: 'an HDF5 file, as Keras writes',
    remedy: 'Read it in Python (h5py), and write it with safetensors.numpy.save_file.',
  },
  { begins: ['GGUF'], what: 'a GGUF file', remedy: 'Take the safetensors that it was made from.' },
  {
    // The version of the IR, then the producer's name.
    begins: [
      '\x08\x03\x12',
      '\x08\x04\x12',
      '\x08\x05\x12',
      '\x08\x06\x12',
      '\x08\x07\x12',
      '\x08\x08\x12',
      '\x08\x09\x12',
      '\x08\x0a\x12',
    ],
    what: 'an ONNX model',
    remedy: 'Read its initializers in Python (onnx.numpy_helper), and write them with safetensors.numpy.save_file.',
  },
  { begins: ['\x1f\x8b'], what: 'gzip', remedy: "Unpack it first: gunzip, or new DecompressionStream('gzip')." },
  { begins: ['\0asm'], what: 'a WebAssembly module', remedy: 'Pass it as wasm, and weights.safetensors as weights.' },
];

const mislaid = 'Are the weights where they were asked for?';
const textFiles: readonly Kind[] = [
  {
    begins: ['version https://git-lfs'],
    what: "Git LFS's note of where the file is",
    remedy: 'Fetch the file itself: git lfs pull.',
  },
  {
    begins: ['<!doctype html', '<html'],
    what: 'HTML: the server answered with a page',
    remedy: mislaid,
  },
  {
    begins: ['{', '['],
    what: 'JSON',
    remedy: 'If it lists the parts of a model (model.safetensors.index.json), load the parts that it names.',
  },
];

/** What a file is that is no safetensors file, and what to do, if it is of a kind that is often taken for one. */
export function foreignFile(bytes: Uint8Array): string | null {
  const first = firstOf(bytes);
  const { what, remedy } = kindAmong(binaryFiles, first) ?? textKind(bytes) ?? { what: 'text', remedy: mislaid };
  return what !== 'text' || /^[\s!-~]{8}/.test(first) ? `this is ${what}, not a safetensors file. ${remedy}` : null;
}

/** What a text is that servers and version control give instead of a file of bytes or of shaders. */
export const foreignText = (bytes: Uint8Array): string | null => textKind(bytes)?.what ?? null;

const firstOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 128));

const kindAmong = (kinds: readonly Kind[], text: string): Kind | undefined =>
  kinds.find(({ begins, holds = '' }) => begins.some((b) => text.startsWith(b)) && text.includes(holds));

function textKind(bytes: Uint8Array): Kind | undefined {
  const first = firstOf(bytes);
  const isText = first.length >= 8 && !first.slice(0, 8).includes('\0');
  return isText ? kindAmong(textFiles, first.trimStart().toLowerCase()) : undefined;
}
