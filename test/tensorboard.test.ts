/** TensorBoard's event files: the bytes of their records, and what TensorBoard's own reader makes of them where Python has it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc32c, eventFileHead, eventFileName, eventRecord } from '../frontend/files/tensorboard.ts';
import { folderOf, root } from './support/cli.ts';

const python = process.env.TAPEOUT_TENSORBOARD_PYTHON ?? 'python3';
const hasTensorBoard = spawnSync(python, ['-c', 'import tensorboard'], { encoding: 'utf8' }).status === 0;

const seconds = 1_700_000_000.5;
const events = [
  { seconds, step: 1, scalars: { 'train/loss': 2.5, 'train/lr': 0.01 } },
  { seconds: seconds + 1, step: 300, scalars: { 'train/loss': Number.NaN } },
  { seconds: seconds + 2, step: 2 ** 40, scalars: { 'validation/Genauigkeit ä': 0.75 } },
];
const file = Buffer.concat([eventFileHead(seconds), ...events.map(eventRecord)]);

test('the checksum is that of RFC 3720', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test('the bytes are those that TensorBoard 2 reads', () => {
  // Written once, read by TensorBoard, and kept.
  expect(file.toString('base64')).toMatchInlineSnapshot(
    `"GAAAAAAAAACjf0siCQAAIED8VNlBGg1icmFpbi5FdmVudDoyKzUxEDEAAAAAAAAAnYOD6QkAACBA/FTZQRABKiQKEQoKdHJhaW4vbG9zcxUAACBACg8KCHRyYWluL2xyFQrXIzwUzVd/IQAAAAAAAAABe+z2CQAAYED8VNlBEKwCKhMKEQoKdHJhaW4vbG9zcxUAAMB/+MGzpjQAAAAAAAAAXjMXXAkAAKBA/FTZQRCAgICAgCAqIgogChl2YWxpZGF0aW9uL0dlbmF1aWdrZWl0IMOkFQAAQD8kh10N"`,
  );
});

test('a file is named by its time and host', () => {
  expect(eventFileName(seconds, 'my host')).toBe('events.out.tfevents.1700000000.my_host.tapeout');
});

// Without Python's package the golden of the bytes, which its reader has read, stands alone.
(hasTensorBoard ? describe : () => {})("TensorBoard's reader", () => {
  const read = (files: Record<string, Uint8Array>) => {
    const { status, stdout, stderr } = spawnSync(
      python,
      [join(root, 'test/goldens/tensorboard_read.py'), folderOf(files)],
      {
        encoding: 'utf8',
      },
    );
    expect(status, stderr).toBe(0);
    return stdout.trim().split('\n');
  };

  test('finds every scalar', () => {
    expect(read({ [eventFileName(seconds, 'a')]: file })).toEqual([
      '["train/loss", 1, 2.5]',
      '["train/loss", 300, NaN]',
      `["train/lr", 1, ${Math.fround(0.01)}]`,
      `["validation/Genauigkeit \\u00e4", ${2 ** 40}, 0.75]`,
    ]);
  });

  test('forgets the steps after which a run was resumed', () => {
    const at = (step: number, loss: number) => eventRecord({ seconds, step, scalars: { loss } });
    const first = Buffer.concat([eventFileHead(seconds), at(1, 1), at(2, 2), at(3, 3)]);
    const resumed = Buffer.concat([
      eventFileHead(seconds + 9),
      eventRecord({ seconds: seconds + 9, step: 3, begins: true }),
      at(3, 30),
      at(4, 40),
    ]);
    const files = { [eventFileName(seconds, 'a')]: first, [eventFileName(seconds + 9, 'a')]: resumed };
    expect(read(files)).toEqual(['["loss", 1, 1.0]', '["loss", 2, 2.0]', '["loss", 3, 30.0]', '["loss", 4, 40.0]']);
  });
});
