/** The command line: what it prints, what it writes, its exit codes, and what it says when something is wrong. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../codegen/wasm/backend.ts';
import { graphStages } from '../../frontend/pipeline/stages.ts';
import { wasm128 } from '../../ir/target.ts';
import { readSafetensors } from '../../runtime/index.ts';
import { cli, folderOf, modelFile, program } from '../support/cli.ts';
import { notLinux, onWindows, unless } from '../support/left-out.ts';
import { data, idx, net, testImages, trainImages } from '../support/quarters.ts';

describe('tapeout train', () => {
  test('trains, shows progress, and writes module, weights and loss curve', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const { code, stdout, stderr } = await cli(['train', 'net.ts', '--data', 'data', '--epochs', '3'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Net\(\n {2}\(fc\): Linear\(in_features=784, out_features=10, bias=True\)\n\)\n7,850 parameters\n/,
    );
    expect(stdout).toMatch(/\npass +ops +kernels +arena bytes +code bytes +ms\ninferShapes /);
    expect(stdout).toMatch(/\ntraining on data, train: 42 samples, batches of 4, learning rate 0\.1\n/);
    expect(
      stdout.match(/^epoch \d\/3 {2}loss \d\.\d{4} {2}test accuracy \d+\.\d\d% {2}[\d,]+ samples\/s {2}\d+\.\d s$/gm),
    ).toHaveLength(3);
    expect(stdout).toContain('epoch 3/3');
    expect(stdout).toMatch(/epoch 3\/3.*test accuracy 100\.00%/);
    expect(stdout).toMatch(/predicted 3, \d+\.\d%/);
    expect(stdout).toMatch(/wrote to tapeout-out\/Net:\n/);
    const out = join(cwd, 'tapeout-out/Net');
    const isEvents = (name: string): boolean => /^events\.out\.tfevents\.\d+\.[\w.-]+\.tapeout$/.test(name);
    expect(readdirSync(out).filter(isEvents)).toHaveLength(1);
    expect(readdirSync(out).filter((name) => !isEvents(name))).toEqual([
      'SHA256SUMS',
      'checkpoint.safetensors',
      'confusion.svg',
      'index.d.ts',
      'index.js',
      'log.jsonl',
      'loss.svg',
      'manifest.json',
      'metrics.svg',
      'model.wasm',
      'package.json',
      'predictions.svg',
      'trained.safetensors',
      'weights.safetensors',
    ]);
    const trained = readSafetensors(readFileSync(join(out, 'trained.safetensors')));
    expect([...trained.keys()]).toEqual(['fc.weight', 'fc.bias']);
    expect(trained).not.toEqual(readSafetensors(readFileSync(join(out, 'weights.safetensors'))));
    expect(readFileSync(join(out, 'loss.svg'), 'utf8')).toMatch(/^<svg/);
  });

  test('gives the same weights for the same seed', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const trained = async (...more: string[]): Promise<Buffer> => {
      const flags = ['--data', 'data', '--epochs', '1', '-o', 'out', ...more];
      expect((await cli(['train', 'net.ts', ...flags], { cwd })).code).toBe(0);
      return readFileSync(join(cwd, 'out/trained.safetensors'));
    };
    const first = await trained('--seed', '1', '--batch-size', '5', '--lr', '0.05');
    expect(await trained('--seed', '1', '--batch-size', '5', '--lr', '0.05')).toEqual(first);
    expect(await trained('--seed', '2', '--batch-size', '5', '--lr', '0.05')).not.toEqual(first);
  });

  test('stops at Ctrl-C and saves its progress', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const { code, stdout, exited } = await cli(['train', 'net.ts', '--data', 'data', '--epochs', '100000'], {
      cwd,
      interrupt: (written, press) => {
        if (/^epoch +3\//.test(written)) press();
      },
    });
    expect(code).toBe(130);
    expect(exited).toEqual([]);
    expect(stdout).toMatch(/\nstopped after 33 steps/);
    expect(existsSync(join(cwd, 'tapeout-out/Net/trained.safetensors'))).toBe(true);
    expect(existsSync(join(cwd, 'tapeout-out/Net/loss.svg'))).toBe(true);
  });

  test('still saves at a second Ctrl-C, and exits at once at a third', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    for (const times of [2, 3]) {
      const { code, exited } = await cli(['train', 'net.ts', '--data', 'data', '--epochs', '100000'], {
        cwd,
        interrupt: (written, press) => {
          if (/^epoch +2\//.test(written)) for (let i = 0; i < times; i++) press();
        },
      });
      expect([code, exited]).toEqual([130, times === 2 ? [] : [130]]);
      expect(existsSync(join(cwd, 'tapeout-out/Net/trained.safetensors'))).toBe(true);
    }
  });

  test.skipIf(onWindows)(unless(onWindows, 'as a process, ends at SIGINT with exit code 130'), async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const { code, stdout, stderr } = await program(['train', 'net.ts', '--data', 'data', '--epochs', '100000'], {
      cwd,
      onOutput: (text, kill) => {
        if (/^epoch +1\//m.test(text)) kill('SIGINT');
      },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\nstopped after /);
    expect(code).toBe(130);
  });
});

describe('tapeout compile and print', () => {
  test('compile writes the bundle, and prints the input and output of a pass', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    const flags = [
      '-o',
      'web',
      '--entries',
      'forward',
      '--max-batch',
      '2',
      '--print-before',
      'fuse',
      '--print-after',
      'fuse',
    ];
    const { code, stdout, stderr } = await cli(['compile', 'net.ts', ...flags], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^; ---- before fuse ----\n.*graph @forward.*\n; ---- after fuse ----\n.*batches of 1 to 2\n/s,
    );
    expect(stdout).toMatch(/\nwrote to web:\nfile +bytes\nindex\.js +[\d,]+\n/);
    expect(JSON.parse(readFileSync(join(cwd, 'web/manifest.json'), 'utf8'))).toMatchObject({
      maxBatch: 2,
      entries: [{ name: 'forward', inputs: ['x'], outputs: ['output'] }],
    });
  });

  test('--threads adds a second module and stages of units, and bounds the number of threads', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const compiled = await cli(['compile', 'net.ts', '-o', 'web', '--threads', '2'], { cwd });
    expect([compiled.code, compiled.stderr]).toEqual([0, '']);
    expect(readdirSync(join(cwd, 'web'))).toContain('model.threads.wasm');
    expect(JSON.parse(readFileSync(join(cwd, 'web/manifest.json'), 'utf8')).threads).toBe(2);
    const printed = await cli(['print', 'net.ts', '--stage', 'barriers', '--threads', '2'], { cwd });
    expect(printed.stdout).toMatch(/entry @train_step on threads \{/);
    const trained = await cli(['train', 'net.ts', '--data', 'data', '--epochs', '1', '--threads', '2'], { cwd });
    expect(trained.stdout).toMatch(/\non 2 threads\n|\n2 threads were asked for, but there are 1 cores: .*\n/);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    const many = await cli(['compile', 'net.ts', '--threads', '65'], { cwd });
    expect([many.code, many.stderr]).toEqual([
      1,
      'error[bad-argument]: threads must be a whole number from 1 to 64, got 65\n',
    ]);
    // The command line's own calls have no line to show.
    for (const [option, value] of [
      ['--threads', '65'],
      ['--gpu-features', 'foo'],
      ['--gpu-features', 'subgroups'],
    ] as const) {
      const { code, stderr } = await cli(['compile', 'net.ts', option, value], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^error\[bad-argument\]: [^\n]*\n(help: [^\n]*\n)?$/)]);
    }
  });

  test('compile prints every stage once', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    const { stdout } = await cli(['compile', 'net.ts', '--print-after', 'all', '--print-before', 'all'], { cwd });
    expect(stdout.match(/^; ---- .*$/gm)?.slice(0, 2)).toEqual([
      '; ---- after recorded, before inferShapes ----',
      '; ---- after inferShapes, before autodiff ----',
    ]);
    const stages = [...graphStages, ...wasmBackend(wasm128).stages].map((s) => s.name);
    expect([...stdout.matchAll(/^; ---- after (\w+)/gm)].map(([, name]) => name)).toEqual([
      'recorded',
      ...stages,
      'wat',
    ]);
  });

  test('an error for a stage that this compilation lacks says which flags it needs', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    for (const [stage, flags, more] of [
      ['barriers', '--target wasm --threads 2', []],
      ['wgsl', '--target webgpu', []],
      ['rematerialize', '--rematerialize', []],
      ['wat', '--target wasm', ['--target', 'webgpu']],
    ] as const) {
      const printed = await cli(['print', 'net.ts', '--stage', stage, ...more], { cwd });
      expect(printed.stderr).toContain(`'${stage}' is not a stage of this compilation: it needs ${flags}\n`);
    }
    const compiled = await cli(['compile', 'net.ts', '-o', 'out', '--print-after', 'join'], { cwd });
    expect([compiled.code, compiled.stderr]).toEqual([
      2,
      expect.stringContaining('--print-after join: this pass did not run. It needs --target webgpu.'),
    ]);
    expect(readdirSync(cwd)).toEqual(['net.ts']);
  });

  test('compile gives the same bytes each time, wherever it runs', async () => {
    const bytes = async (): Promise<Buffer[]> => {
      const cwd = folderOf({ 'net.ts': net() });
      await cli(['compile', 'net.ts', '-o', 'out'], { cwd });
      return readdirSync(join(cwd, 'out')).map((name) => readFileSync(join(cwd, 'out', name)));
    };
    expect(await bytes()).toEqual(await bytes());
  });

  test('print shows one stage', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    const printed = async (stage: string): Promise<string> =>
      (await cli(['print', 'net.ts', '--stage', stage], { cwd })).stdout;
    expect(await printed('recorded')).toMatch(/graph @forward/);
    expect(await printed('kernels')).toMatch(/kernel @/);
    expect(await printed('plan')).toMatch(/arena \d+ bytes/);
    expect(await printed('wat')).toMatch(/^\(module/);
  });

  test('--verify checks every pass, and changes nothing', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    const print = ['print', 'net.ts', '--stage', 'plan'];
    const checked = await cli([...print, '--verify'], { cwd });
    expect(checked.code).toBe(0);
    // In the test's own process a stack names the temporary copy of the model, whose folder changes each time.
    const told = (text: string) => text.replaceAll(/\.tapeout-run-[^/]+/g, '');
    expect(told(checked.stdout)).toBe(told((await cli(print, { cwd })).stdout));
  });

  test.skipIf(onWindows)(unless(onWindows, '--watch repeats it when a file changes, until Ctrl-C'), async () => {
    const cwd = folderOf({ 'net.ts': net() });
    let seen = '';
    const { code, stderr } = await program(['print', 'net.ts', '--stage', 'recorded', '--watch', '--no-check'], {
      cwd,
      onOutput: (text, kill) => {
        const before = seen.includes('f32[10,784]');
        seen += text;
        if (seen.includes('f32[12,784]')) kill('SIGINT');
        else if (!before && seen.includes('f32[10,784]'))
          writeFileSync(join(cwd, 'net.ts'), net().replace('(784, 10)', '(784, 12)'));
      },
    });
    expect(stderr).toMatch(/^(done in \d+\.\d s; waiting for a change, Ctrl-C to end\n)*$/);
    expect(code).toBe(130);
  });

  test('a reader that closes the pipe is not an error', async () => {
    const cwd = folderOf({ 'net.ts': net() });
    const { code, stderr } = await program(['print', 'net.ts', '--stage', 'wat'], { cwd, closeEarly: true });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

describe('help and usage', () => {
  test('--help of each command has examples, and exits with 0', async () => {
    for (const command of [[], ['compile'], ['train'], ['print']]) {
      const { code, stdout, stderr } = await cli([...command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Examples:');
    }
  });
  test('--version', async () => expect((await cli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/));

  const wrong: Record<string, [string[], RegExp]> = {
    'no command': [[], /^Usage: tapeout/],
    'help for an unknown command': [['help', 'complie'], /^error: unknown command 'complie'.*Did you mean compile\?/s],
    'help for a name unlike any command': [
      ['help', 'nope'],
      /^error: unknown command 'nope'.*\(add --help for usage\)/s,
    ],
    'an unknown command': [['tran'], /^error: unknown command 'tran'.*Did you mean train\?/s],
    'no model': [['train'], /^error: missing required argument 'model'/],
    'an unknown option': [['train', 'x.ts', '--epoch', '3'], /^error: unknown option '--epoch'.*--epochs/s],
    'an unknown entry': [
      ['compile', 'x.ts', '--entries', 'forward,train'],
      /'train' is not one of forward, evaluate, train_step/,
    ],
    'a NaN learning rate': [
      ['train', 'x.ts', '--lr', 'NaN'],
      /argument 'NaN' is invalid\. It must be a finite number above 0\./,
    ],
    'an infinite learning rate': [['train', 'x.ts', '--lr', 'Infinity'], /It must be a finite number above 0\./],
    'no epochs': [['train', 'x.ts', '--epochs', '0'], /It must be a whole number of at least 1\./],
    'half a batch': [['train', 'x.ts', '--batch-size', '1.5'], /It must be a whole number of at least 1\./],
  };
  for (const [name, [argv, message]] of Object.entries(wrong))
    test(`${name} exits with 2`, async () => {
      const { code, stdout, stderr } = await cli(argv);
      expect(stderr).toMatch(message);
      expect([code, stdout]).toEqual([2, '']);
    });
});

describe('bad input exits with 1, with a message and no stack', () => {
  const inFolder = (files: Record<string, string | Uint8Array>, argv: string[]) => cli(argv, { cwd: folderOf(files) });
  const train = (files: Record<string, string | Uint8Array>, ...more: string[]) =>
    inFolder({ 'net.ts': net(), ...data, ...files }, ['train', 'net.ts', '--data', 'data', '--epochs', '1', ...more]);

  const cases: Record<string, [() => ReturnType<typeof cli>, RegExp]> = {
    'a model file that does not exist': [
      () => inFolder({}, ['print', 'net.ts']),
      /^error\[model-file\]: .*net\.ts: there is no such file\n/,
    ],
    'a model file that does not type-check': [
      () => train({ 'net.ts': net('name: 3,') }),
      /^error\[TS2322\]: Type 'number' is not assignable to type 'string'\.\n {2}--> net\.ts:17:3\n.*\nfound 1 error\n$/s,
    ],
    'a model file without a default export': [
      () => train({ 'net.ts': net().replace('export default', 'export const net =') }),
      /^error\[no-model\]: .*net\.ts has no default export\nhelp: /,
    ],
    // A convolution takes one image, as PyTorch's does; targets have the batch.
    'an input without the batch': [
      () => {
        const body = 'conv = nn.Conv2d(1, 3, 3);\n  forward(x: Tensor): Tensor {\n    return this.conv(x);\n  }';
        return inFolder({ 'net.ts': modelFile(body).replace("['N', 1, 2, 2]", '[1, 28, 28]') }, ['print', 'net.ts']);
      },
      /^error\[shape-mismatch\]: crossEntropy: .*help: no input has the batch: if 'x' f32\[1,28,28\] is one sample, declare \{ shape: \['N', 1, 28, 28\] \}, /s,
    ],
    'shapes that do not fit': [
      () => inFolder({ 'net.ts': net().replace('nn.Linear(784', 'nn.Linear(785') }, ['print', 'net.ts']),
      /^error\[[\w-]+\]: .*784.*785.*\n {2}--> .*:6:17\n/,
    ],
    'a target of floats': [
      () =>
        train({
          'net.ts': net()
            .replace("{ shape: ['N'], dtype: 'i32' }", "{ shape: ['N', 10] }")
            .replace('CrossEntropy', 'MSE'),
        }),
      /^error\[not-trainable\]: tapeout train feeds labels i32\[N\], but the model's target is y: f32\[N,10\]\n/,
    ],
    'data of another shape': [
      () => train({ 'net.ts': net().replaceAll('28', '20').replace('784', '400') }),
      /^error: data, train has images of \[1,28,28\], but the model's input x is f32\[N,1,20,20\], one image \[1,20,20\]\./,
    ],
    'more classes than outputs': [
      () => train({ 'net.ts': net().replace('(784, 10)', '(784, 3)') }),
      /^error: data, train has labels from 0 to 3, but the model has only 3 outputs\./,
    ],
    'a label outside the classes': [
      () => train({ 'data/train-labels-idx1-ubyte': idx([42], [...new Array(41).fill(1), 11]) }),
      /^error: data, train has labels from 0 to 11, but the model has only 10 outputs\. .*: number 41 is the first from 10 on\./,
    ],
    'a different number of labels': [
      () => train({ 'data/train-labels-idx1-ubyte': idx([41], new Array(41).fill(1)) }),
      /^error: .*holds 42 images, but .* holds 41 labels\./,
    ],
    'an empty data set': [
      () =>
        train({
          'data/train-images-idx3-ubyte.gz': idx([0, 28, 28], []),
          'data/train-labels-idx1-ubyte': idx([0], []),
        }),
      /^error: .*the data set is empty/,
    ],
    'a truncated IDX file': [
      () => train({ 'data/t10k-images-idx3-ubyte': testImages.subarray(0, 5000) }),
      /^error: .*t10k-images-idx3-ubyte: cut short: 5000 bytes/,
    ],
    'a corrupt gzip file': [
      () => train({ 'data/train-images-idx3-ubyte.gz': gzipSync(trainImages).subarray(0, 100) }),
      /^error: .*the gzip data are damaged or cut short/,
    ],
    'a data folder that does not exist': [
      () => train({}, '--data', 'nowhere'),
      /^error: .*nowhere: cannot be read: it does not exist\./,
    ],
    'an output folder that is not writable': [
      () => train({ taken: 'a file' }, '--out', 'taken/out'),
      /^error: .*taken\/out: this folder cannot be made: a part of this path is a file, not a folder\. Name another folder with --out\.\n$/,
    ],
  };
  for (const [name, [call, message]] of Object.entries(cases))
    test(name, async () => {
      const { code, stderr } = await call();
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(code).toBe(1);
    });

  test('an empty output folder name is a usage error', async () => {
    const { code, stderr } = await train({}, '--out', '');
    expect([code, stderr]).toEqual([2, 'error: --out must name a folder, but its value is empty\n']);
  });

  test.skipIf(notLinux)(unless(notLinux, 'an output folder that cannot be created'), async () => {
    const { code, stderr } = await train({}, '--out', '/proc/none/of/these');
    expect(stderr).toMatch(/^error: .*: this folder cannot be made: a folder above it cannot be made\. Name another/);
    expect(code).toBe(1);
  });

  test('--debug adds the stack', async () => {
    const { stderr } = await cli(['print', 'missing.ts', '--debug']);
    expect(stderr).toMatch(/^error\[model-file\].*\n +at /s);
  });
});
