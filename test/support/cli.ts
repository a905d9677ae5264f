/** The command line under test: in this process, from the sources, or as the program that a user runs. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Io } from '../../frontend/cli/io.ts';
import { run } from '../../frontend/cli/program.ts';
import { build, dist, root } from './build.ts';

export { build, root } from './build.ts';

const main = join(root, 'dist/frontend/cli/main.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. `interrupt` gets a function that acts as Ctrl-C. */
export async function cli(
  argv: readonly string[],
  {
    cwd = root,
    stdin = '',
    interrupt,
    onInterruptible,
  }: {
    cwd?: string;
    stdin?: string | Uint8Array;
    interrupt?: (written: string, press: () => void) => void;
    /** Called as soon as Ctrl-C would be handled. */
    onInterruptible?: (press: () => void) => void;
  } = {},
): Promise<Outcome & { exited: number[] }> {
  let [stdout, stderr] = ['', ''];
  const exited: number[] = [];
  const pressed = new Set<() => void>();
  const press = () => {
    for (const f of pressed) f();
  };
  const io: Io = {
    stdout: {
      write(text) {
        stdout += text;
        interrupt?.(text, press);
      },
    },
    stderr: {
      write(text) {
        stderr += text;
        interrupt?.(text, press);
      },
    },
    stdin: () => Buffer.from(stdin),
    cwd,
    env: {},
    onInterrupt(f) {
      pressed.add(f);
      onInterruptible?.(press);
      return () => pressed.delete(f);
    },
    exit: (code) => exited.push(code),
  };
  const code = await run(argv, io);
  return { code, stdout, stderr, exited };
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Stops reading after the first output, as `| head` does. */
  readonly closeEarly?: boolean;
}

/** Runs the built program, which is built first if the sources are newer. */
export async function program(
  argv: readonly string[],
  { cwd = root, onOutput, closeEarly = false }: ProgramOptions = {},
): Promise<Outcome> {
  build();
  const child = spawn(process.execPath, [main, ...argv], { cwd, env: { ...process.env, NO_COLOR: '1' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(text, (signal) => child.kill(signal));
    if (closeEarly) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Runs a script in a separate process, with the built package available as `dist`. */
export function script(text: string, cwd = root): Outcome {
  build();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', `const dist = ${JSON.stringify(dist)};\n${text}`],
    { cwd, encoding: 'utf8' },
  );
  return { code: status, stdout, stderr };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
/** A temporary folder with these files in it, removed when the test file is done. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-test-'));
  folders.push(folder);
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
  return folder;
}

/** The source of a small model. `body` is the body of its class, `changes` override the options of defineModel. */
export const modelFile = (
  body = 'fc = nn.Linear(4, 3);\n  forward(x: Tensor): Tensor {\n    return this.fc(flatten(x, 1));\n  }',
  changes = '',
): string => `import { defineModel, flatten, matmul, nn, optim, type Tensor } from 'tapeout';

class Net extends nn.Module {
  ${body}
}

export default defineModel({
  model: Net,
  input: { shape: ['N', 1, 2, 2] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.1 }),
  maxBatch: 4,
  ${changes}
});
`;
