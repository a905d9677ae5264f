/** The engines that tests of WebGPU and of pages run on: SwiftShader, a GPU in software, and Chromium. Both come with the npm
 *  package @sparticuz/chromium and are unpacked once into node_modules/.cache: no network, no system package. */
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const shipped = join(modules, '@sparticuz/chromium');

/** Why the engines are not available on this machine; null if they are. */
export const noEngines: string | null =
  process.platform !== 'linux' || process.arch !== 'x64'
    ? `SwiftShader and Chromium come from npm for linux x64 alone, and this is ${process.platform} ${process.arch}`
    : null;

/** Why device tests are skipped here; null if they run. */
export const noGpu: string | null = process.env.TAPEOUT_GPU === 'system' ? null : noEngines;

/** Puts SwiftShader beside Dawn, which looks for a Vulkan driver first in its own folder. With TAPEOUT_GPU=system the machine's
 *  own driver is taken instead. */
export async function installSwiftShader(): Promise<void> {
  const driver = join(modules, 'webgpu/dist/linux-x64/libvulkan.so.1');
  if (process.env.TAPEOUT_GPU === 'system') return rmSync(driver, { force: true });
  if (noEngines !== null || existsSync(driver)) return;
  const folder = await unpacked('swiftshader', (into) => untar('swiftshader', into));
  // Renamed into place, as another run may be loading it.
  const made = `${driver}.${process.pid}`;
  copyFileSync(join(folder, 'libvk_swiftshader.so'), made);
  renameSync(made, driver);
}

/** Chromium's program, and the environment in which it finds its libraries and fonts. */
export async function chromium(): Promise<{ readonly path: string; readonly env: Record<string, string> }> {
  const folder = await unpacked('chromium', async (into) => {
    for (const archive of ['swiftshader', 'al2023']) untar(archive, into);
    const program = join(into, 'chromium');
    await pipeline(
      createReadStream(join(shipped, 'bin/chromium.br')),
      createBrotliDecompress({ chunkSize: 1 << 21 }),
      createWriteStream(program),
    );
    chmodSync(program, 0o755);
  });
  const fonts = await unpacked('fonts', (into) => {
    untar('fonts', into);
    writeFileSync(join(into, 'fonts.conf'), fontsConf);
  });
  const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const inherited = Object.entries(process.env).filter((e): e is [string, string] => e[1] !== undefined);
  const env = {
    ...Object.fromEntries(inherited),
    LD_LIBRARY_PATH: libraries,
    FONTCONFIG_FILE: join(fonts, 'fonts.conf'),
    XDG_CACHE_HOME: fonts,
  };
  return { path: join(folder, 'chromium'), env };
}

// The package's own file names folders of AWS Lambda alone, and Chromium aborts on a page where it finds no font. Relative, as
// the clone may be moved and its path may hold any character.
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">cache</cachedir>
</fontconfig>
`;

/** A folder of the cache, filled by the first process to need it. */
async function unpacked(name: string, fill: (folder: string) => Promise<void> | void): Promise<string> {
  if (noEngines !== null) throw new Error(noEngines);
  const { version } = JSON.parse(readFileSync(join(shipped, 'package.json'), 'utf8')) as { version: string };
  const folder = join(modules, '.cache', 'tapeout', `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  await fill(made);
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true, force: true }); // another process was first
  }
  return folder;
}

const block = 512;

/** Unpacks the files and folders of a ustar archive; these archives hold nothing else. */
function untar(name: string, folder: string): void {
  const tar = brotliDecompressSync(readFileSync(join(shipped, `bin/${name}.tar.br`)));
  for (let at = 0; at + block <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, to: number) => tar.toString('utf8', at + from, at + to).split('\0')[0] as string;
    const bytes = Number.parseInt(text(124, 136), 8) || 0;
    const [path, type] = [join(folder, text(345, 500), text(0, 100)), text(156, 157)];
    if (type === '5') mkdirSync(path, { recursive: true });
    else if (type === '0' || type === '') {
      mkdirSync(dirname(path), { recursive: true });
      const contents = tar.subarray(at + block, at + block + bytes);
      writeFileSync(path, contents, { mode: Number.parseInt(text(100, 108), 8) & 0o777 });
    }
    at += block + Math.ceil(bytes / block) * block;
  }
}
