import { expect, test } from 'vitest';
import model from './model.ts';

test('kernels', () => expect(model).toMatchGolden('goldens/model.tir'));
test('gradients', () => expect(model).toPassGradcheck());
test('numbers', () => expect(model).toBeCloseToReference());
