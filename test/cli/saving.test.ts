/** `tapeout train` saves its work however it ends: signals, a closed pipe, a full disk, a diverging loss. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readCheckpoint } from '../../frontend/checkpoint.ts';
import { readSafetensors } from '../../runtime/index.ts';
import { cli, folderOf, modelFile, program } from '../support/cli.ts';
import { onWindows, unless } from '../support/left-out.ts';
import { data, idx, net } from '../support/quarters.ts';

/** Files that the disk has no room for. */
const disk = vi.hoisted(() => ({ full: /^$/ }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const openSync = (path: string, flags: string, mode?: number): number => {
    if (flags === 'w' && disk.full.test(path)) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    return real.openSync(path, flags, mode);
  };
  return { ...real, openSync };
});

const momentum = net().replace('optim.SGD({ lr: 0.1 })', 'optim.SGD({ lr: 0.1, momentum: 0.9 })');
const folder = (model = momentum) => folderOf({ 'net.ts': model, ...data });
const train = (cwd: string, ...more: string[]) => cli(['train', 'net.ts', '--data', 'data', ...more], { cwd });
const file = (cwd: string, out: string, name: string): Buffer => fs.readFileSync(join(cwd, out, name));
const results = (cwd: string, out: string) =>
  ['trained.safetensors', 'checkpoint.safetensors', 'loss.svg', 'SHA256SUMS'].map((name) => file(cwd, out, name));
/** Accuracy and losses, which repeat, without the times, which do not. */
const bits = (cwd: string, out: string) => {
  const checkpoint = readCheckpoint(file(cwd, out, 'checkpoint.safetensors'), out);
  return [checkpoint.position.losses, readSafetensors(checkpoint.model), file(cwd, out, 'trained.safetensors')];
};

describe('a training', () => {
  test('that is already past the requested epochs trains nothing, and says so', async () => {
    const cwd = folder();
    const flags = ['train', 'net.ts', '--data', 'data', '-o', 'a'];
    const interrupt = (text: string, press: () => void) => {
      if (/^epoch +1\//m.test(text)) press();
    };
    await cli([...flags, '--epochs', '100000'], { cwd, interrupt });
    const { epoch, samples, losses } = readCheckpoint(file(cwd, 'a', 'checkpoint.safetensors'), 'a').position;
    expect(epoch).toBe(2);
    const before = bits(cwd, 'a');
    const again = await cli([...flags, '--epochs', '1', '--resume'], { cwd });
    const begun = samples > 0 ? ` and ${samples} samples of the next` : '';
    expect(again.stdout).toContain(
      `\nnothing is left to train: 1 epoch${begun} are done, ${losses.length} steps, and --epochs asks for 1. ` +
        'Give at least 2 to train further.\n',
    );
    expect(again.stdout).not.toMatch(/^trained in|^going on/m);
    expect([again.code, bits(cwd, 'a')]).toEqual([0, before]);
    expect(readCheckpoint(file(cwd, 'a', 'checkpoint.safetensors'), 'a').position).toMatchObject({ epoch, samples });
  });

  test.skipIf(onWindows)(unless(onWindows, 'resumes from a checkpoint to the same bits'), async () => {
    const cwd = folder();
    const flags = ['--data', 'data', '--epochs', '100000', '-o', 'a'];
    const killed = await program(['train', 'net.ts', ...flags, '--checkpoint-every', '7'], {
      cwd,
      onOutput: (text, kill) => {
        if (/^epoch +2\//m.test(text)) kill('SIGKILL');
      },
    });
    // A kill in the middle of the next checkpoint leaves a partial file, which the next command removes.
    const isPart = (name: string): boolean => name.startsWith('.checkpoint.safetensors.tapeout-');
    const isEvents = (name: string): boolean => name.startsWith('events.out.tfevents.');
    const left = fs.readdirSync(join(cwd, 'a')).filter((name) => !isPart(name) && !isEvents(name));
    expect([killed.code, left]).toEqual([null, ['checkpoint.safetensors', 'log.jsonl']]);
    const { epoch, losses } = readCheckpoint(file(cwd, 'a', 'checkpoint.safetensors'), 'a').position;
    expect([epoch > 1, losses.length % 7]).toEqual([true, 0]);
    const epochs = ['--epochs', String(epoch + 1)];
    const resumed = await train(cwd, ...epochs, '-o', 'a', '--resume');
    expect(resumed.stdout).toContain(`\nresuming after step ${losses.length}, in epoch ${epoch}\n`);
    expect([resumed.code, resumed.stderr]).toEqual([0, '']);
    expect(fs.readdirSync(join(cwd, 'a')).filter(isPart)).toEqual([]);
    await train(cwd, ...epochs, '-o', 'b');
    expect(bits(cwd, 'a')).toEqual(bits(cwd, 'b'));

    const other = await train(cwd, '--resume', 'a/checkpoint.safetensors', '--seed', '3');
    expect([other.code, other.stderr]).toEqual([
      1,
      'error: a/checkpoint.safetensors is from a training with the seed 0, but this one has 3. Pass --seed 0. Or train from the start, without --resume.\n',
    ]);
    const weights = await train(cwd, '--resume', 'a/trained.safetensors');
    expect(weights.stderr).toMatch(/^error: a\/trained\.safetensors holds weights, but no position of a training/);
  });

  test.skipIf(onWindows)(unless(onWindows, 'finishes even if nobody reads its output'), async () => {
    const cwd = folder();
    const flags = ['train', 'net.ts', '--data', 'data', '--epochs', '2'];
    const { code, stderr } = await program(flags, { cwd, closeEarly: true });
    expect(stderr).toBe('note: nobody reads the output any more; the training continues, and saves its results\n');
    expect(code).toBe(0);
    expect(results(cwd, 'tapeout-out/Net')).toHaveLength(4);
  });

  test.skipIf(onWindows)(unless(onWindows, 'is saved on a signal, and its exit code names the signal'), async () => {
    const cwd = folder();
    const { code, stdout, stderr } = await program(['train', 'net.ts', '--data', 'data', '--epochs', '100000'], {
      cwd,
      onOutput: (text, kill) => {
        if (/^epoch +1\//m.test(text)) kill('SIGTERM');
      },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\nstopped by SIGTERM after /);
    expect(code).toBe(143);
    expect(results(cwd, 'tapeout-out/Net')).toHaveLength(4);
  });

  test('that resumes keeps the buffers of its checkpoint, and says where the model file has others', async () => {
    const weighted = (factor: number) =>
      momentum.replace('nn.CrossEntropyLoss()', `nn.CrossEntropyLoss({ weight: [${factor},1,1,1,1,1,1,1,1,1] })`);
    const cwd = folder(weighted(1));
    expect((await train(cwd, '--epochs', '1')).code).toBe(0);
    fs.writeFileSync(join(cwd, 'net.ts'), weighted(8));
    const resumed = await train(cwd, '--epochs', '2', '--resume');
    expect([resumed.code, resumed.stderr]).toEqual([
      0,
      'note: the checkpoint has other values of loss.weight than the model file, and they are kept; ' +
        "train from the start, without --resume, for the model file's\n",
    ]);
    const { data: kept } = readSafetensors(file(cwd, 'tapeout-out/Net', 'checkpoint.safetensors')).get('loss.weight')!;
    expect(kept[0]).toBe(1);
  });

  test('without room for a checkpoint on the disk names the previous one', async () => {
    const cwd = folder();
    expect((await train(cwd, '--epochs', '1', '-o', 'a')).code).toBe(0);
    disk.full = /./;
    const { code, stderr } = await train(cwd, '--epochs', '2', '-o', 'a', '--resume');
    disk.full = /^$/;
    const [log, note, error] = stderr.split('\n');
    expect(log).toBe('note: the log cannot be written: the disk is full; the training continues');
    expect(note).toBe(
      'note: the checkpoint cannot be written: the disk is full; the training continues, and the checkpoint from step 11 stays',
    );
    expect(error).toMatch(
      /^error: \S+index\.js: cannot be written: the disk is full\. .* The earlier checkpoint, from step 11, is still in a\/checkpoint\.safetensors\.$/,
    );
    expect(code).toBe(1);
  });

  test('ended by a full disk is saved where there is room, and its results are written from there', async () => {
    const cwd = folder();
    const whole = await train(cwd, '--epochs', '2', '-o', 'whole');
    expect([whole.code, whole.stderr]).toEqual([0, '']);

    disk.full = /index\.js/;
    const late = await train(cwd, '--epochs', '2', '-o', 'late');
    expect(late.code).toBe(1);
    expect(late.stderr).toMatch(
      /^error: .*index\.js: cannot be written: the disk is full\. .* The weights were saved before, as the checkpoint late\/checkpoint\.safetensors: --resume writes the results from it, without training again\.\n$/,
    );
    disk.full = /^$/;
    const again = await train(cwd, '--epochs', '2', '-o', 'late', '--resume');
    expect([again.code, again.stdout.match(/^epoch /gm)]).toEqual([0, null]);
    expect(results(cwd, 'late')).toEqual(results(cwd, 'whole').map((r, i) => (i === 1 ? expect.anything() : r)));
    expect(bits(cwd, 'late')).toEqual(bits(cwd, 'whole'));

    fs.mkdirSync(join(cwd, 'early'));
    disk.full = /early/;
    const early = await train(cwd, '--epochs', '2', '-o', 'early');
    disk.full = /^$/;
    const [, spare = ''] = /saved in (\S+): --resume/.exec(early.stderr) ?? [];
    expect(early.stderr).toMatch(
      /^note: the checkpoint cannot be written: the disk is full; the training continues\n/m,
    );
    expect([early.code, fs.readdirSync(join(cwd, 'early'))]).toEqual([1, []]);
    expect((await train(cwd, '--epochs', '2', '-o', 'early', '--resume', spare)).code).toBe(0);
    expect(bits(cwd, 'early')).toEqual(bits(cwd, 'whole'));
    fs.rmSync(spare);
  });

  test('that diverges ends with its own exit code, and leaves a checkpoint to resume from', async () => {
    const cwd = folder();
    const told = await train(cwd, '--lr', '1e38', '--epochs', '1');
    expect(told.stderr).toMatch(
      /^error: the loss became (NaN|Infinity) in step \d+, in epoch 1, after [\d.e+]+ in the step before\. Nothing was saved\. Try a smaller learning rate: --lr, now 1e\+38\.\n$/,
    );
    expect(told.code).toBe(3);
    expect((await train(cwd, '--epochs', '1')).code).toBe(0);
    const later = await train(cwd, '--lr', '1e38', '--epochs', '2', '--resume');
    expect(later.stderr).toMatch(
      / The last checkpoint, from step 11, is in tapeout-out\/Net\/checkpoint\.safetensors\. /,
    );
    expect(later.code).toBe(3);
  });
});

describe('data', () => {
  /** Channels of 3x4 whose first value is the label, in files of this rank. */
  const files = (channels: number, labels: readonly number[]) => {
    const images = labels.flatMap((l) => Array.from({ length: channels * 12 }, (_, i) => (i === 0 ? 80 * l : i)));
    const name = channels === 1 ? 'images-idx3-ubyte' : 'images-idx4-ubyte';
    const extents = [labels.length, ...(channels === 1 ? [] : [channels]), 3, 4];
    return Object.fromEntries(
      ['train', 't10k'].flatMap((part) => [
        [`data/${part}-${name}`, idx(extents, images)],
        [`data/${part}-labels-idx1-ubyte`, idx([labels.length], labels)],
      ]),
    );
  };
  const model = (shape: string, features: number, classes = 3) =>
    modelFile(
      `fc = nn.Linear(${features}, ${classes});\n  forward(x: Tensor): Tensor {\n    return this.fc(flatten(x, 1));\n  }`,
    ).replace("['N', 1, 2, 2]", shape);

  test('may have any shape and any number of classes that the model takes', async () => {
    const cases: [Record<string, Uint8Array>, string][] = [
      [files(1, [0, 1, 2]), model("['N', 1, 3, 4]", 12)],
      [files(1, [0, 1, 2]), model("['N', 12]", 12, 4)],
      [files(3, [0, 1, 2, 1]), model("['N', 3, 5, 4]", 60)],
    ];
    for (const [of, net] of cases) {
      const { code, stderr } = await train(folderOf({ 'net.ts': net, ...of }), '--epochs', '1');
      expect([code, stderr]).toEqual([0, '']);
    }
    const one = await train(folderOf({ 'net.ts': model("['N', 1, 3, 4]", 12), ...files(1, [0, 3]) }), '--epochs', '1');
    expect(one.stderr).toBe(
      'error: data, train has labels from 0 to 3, but the model has only 3 outputs. Give its last layer 4, or fix the labels: number 1 is the first from 3 on.\n',
    );
    const three = await train(folderOf({ 'net.ts': model("['N', 1, 3, 4]", 12), ...files(3, [0]) }), '--epochs', '1');
    expect(three.stderr).toMatch(
      /^error: data, train has images of \[3,3,4\], but the model's input x is f32\[N,1,3,4\]/,
    );
  });
});
