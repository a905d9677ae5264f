/** Worked examples and gradient checks of convolutions and pools of sequences and volumes; those of images are with the
 *  other ops in interpret.test.ts. */
import type { Attrs } from '../../ir/attr.ts';
import { f32, N, type TensorType, tensor } from '../../ir/type.ts';

/** By op: operands, attributes, and the result worked out by hand, to 15 digits or within a tolerance. */
export type Worked = { of: [TensorType, number[]][]; attrs?: Attrs; gives: number[]; within?: number };
/** By op: operands and attributes under which its gradient is checked. `stops` marks one that passes no gradient though its
 *  result changes. */
export type Case = {
  of: TensorType[];
  attrs?: Attrs;
  positive?: boolean;
  scale?: number;
  range?: number;
  stops?: boolean;
};

const u8 = (...shape: TensorType['shape']) => tensor('u8', shape);

/** Attributes as ops' authors write them, with the usual defaults. */
const conv =
  (rank: number) =>
  (more: object = {}) => ({ ...plain(rank), groups: 1, ...more });
const pool =
  (rank: number) =>
  (more: object = {}) => ({ ...plain(rank), kernel: each(rank, 2), stride: each(rank, 2), ceil: false, ...more });
const each = (rank: number, n: number): number[] => Array.from({ length: rank }, () => n);
const plain = (rank: number) => ({ stride: each(rank, 1), padding: each(rank, 0), dilation: each(rank, 1) });
const [conv1, conv3, pool1, pool3] = [conv(1), conv(3), pool(1), pool(3)];

const cube = [1, 2, 3, 4, 5, 6, 7, 8];
const digits = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7];
const inf = Infinity;

export const workedWindows: Record<string, Worked[]> = {
  conv1d: [
    {
      of: [
        [f32(1, 1, 3), [1, 2, 3]],
        [f32(1, 1, 2), [1, 10]],
      ],
      attrs: conv1(),
      gives: [21, 32],
    },
    {
      of: [
        [f32(1, 2, 3), [1, 2, 3, 4, 5, 6]],
        [f32(2, 1, 2), [1, 1, 1, -1]],
      ],
      attrs: conv1({ groups: 2, dilation: [2], padding: [1], stride: [2] }),
      gives: [2, 2, -5, 5],
    },
  ],
  conv1d_input_grad: [
    {
      of: [
        [f32(1, 1, 2), [1, 2]],
        [f32(1, 1, 2), [1, 10]],
      ],
      attrs: conv1({ size: [3] }),
      gives: [1, 12, 20],
    },
    {
      of: [
        [f32(1, 1, 2), [1, 2]],
        [f32(1, 1, 2), [1, 10]],
      ],
      attrs: conv1({ stride: [2], size: [5] }),
      gives: [1, 10, 2, 20, 0],
    },
  ],
  conv1d_weight_grad: [
    {
      of: [
        [f32(1, 1, 3), [1, 2, 3]],
        [f32(1, 1, 2), [1, 10]],
      ],
      attrs: conv1({ kernel: [2] }),
      gives: [21, 32],
    },
  ],
  conv3d: [
    {
      of: [
        [f32(1, 1, 2, 2, 2), cube],
        [f32(1, 1, 2, 2, 2), digits],
      ],
      attrs: conv3(),
      gives: [87654321],
    },
    {
      of: [
        [f32(1, 1, 2, 2, 2), cube],
        [f32(1, 1, 1, 2, 1), [1, 10]],
      ],
      attrs: conv3({ padding: [0, 1, 0], stride: [1, 2, 1] }),
      gives: [10, 20, 3, 4, 50, 60, 7, 8],
    },
  ],
  conv3d_input_grad: [
    {
      of: [
        [f32(1, 1, 1, 1, 1), [2]],
        [f32(1, 1, 2, 2, 2), digits],
      ],
      attrs: conv3({ size: [2, 2, 2] }),
      gives: digits.map((v) => 2 * v),
    },
  ],
  conv3d_weight_grad: [
    {
      of: [
        [f32(1, 1, 2, 2, 2), cube],
        [f32(1, 1, 2, 1, 1), [1, 10]],
      ],
      attrs: conv3({ kernel: [1, 2, 2] }),
      gives: [51, 62, 73, 84],
    },
  ],
  resample: [
    {
      of: [[f32(3), [1, 2, 3]]],
      attrs: { dim: 0, size: 6, num: 1, add: 0, den: 2, shift: 0 },
      gives: [1, 1, 2, 2, 3, 3],
    },
    {
      of: [[f32(2, 2), [1, 2, 3, 4]]],
      attrs: { dim: 1, size: 4, num: 2, add: -1, den: 4, shift: 1 },
      gives: [2, 2, 2, 2, 4, 4, 4, 4],
    },
    { of: [[f32(5), [1, 2, 3, 4, 5]]], attrs: { dim: 0, size: 3, num: 5, add: 0, den: 3, shift: 1 }, gives: [2, 3, 5] },
  ],
  resample_grad: [
    {
      of: [[f32(6), [1, 2, 3, 4, 5, 6]]],
      attrs: { dim: 0, size: 3, num: 1, add: 0, den: 2, shift: 0 },
      gives: [3, 7, 11],
    },
    { of: [[f32(3), [1, 2, 4]]], attrs: { dim: 0, size: 5, num: 5, add: 0, den: 3, shift: 2 }, gives: [0, 0, 1, 2, 4] },
    { of: [[f32(4), [1, 2, 4, 8]]], attrs: { dim: 0, size: 2, num: 2, add: -1, den: 4, shift: 0 }, gives: [7, 8] },
  ],
  max_pool1d: [
    { of: [[f32(1, 1, 5), [1, 3, 2, 5, 4]]], attrs: pool1(), gives: [3, 5] },
    { of: [[f32(1, 1, 5), [1, 3, 2, 5, 4]]], attrs: pool1({ ceil: true, padding: [1] }), gives: [1, 3, 5] },
  ],
  max_pool1d_index: [
    { of: [[f32(1, 1, 5), [1, 3, 2, 5, 4]]], attrs: pool1({ stride: [1] }), gives: [1, 0, 1, 0] },
    { of: [[f32(1, 1, 2), [-inf, -inf]]], attrs: pool1({ padding: [1] }), gives: [1, 0] },
  ],
  max_pool1d_grad: [
    {
      of: [
        [f32(1, 1, 3), [1, 2, 4]],
        [u8(1, 1, 3), [1, 0, 1]],
      ],
      attrs: pool1({ stride: [1], size: [4] }),
      gives: [0, 3, 0, 4],
    },
  ],
  max_pool1d_at: [
    {
      of: [
        [f32(1, 1, 5), [1, 3, 2, 5, 4]],
        [u8(1, 1, 2), [1, 0]],
      ],
      attrs: pool1(),
      gives: [3, 2],
    },
    // A position in the padding, and one in no window.
    {
      of: [
        [f32(1, 1, 2), [1, 3]],
        [u8(1, 1, 2), [0, 7]],
      ],
      attrs: pool1({ padding: [1] }),
      gives: [0, 0],
    },
  ],
  sum_pool1d: [{ of: [[f32(1, 1, 5), [1, 3, 2, 5, 4]]], attrs: pool1({ padding: [1] }), gives: [1, 5, 9] }],
  sum_pool1d_grad: [{ of: [[f32(1, 1, 2), [1, 2]]], attrs: pool1({ stride: [1], size: [3] }), gives: [1, 3, 2] }],
  max_pool2d_at: [
    {
      of: [
        [f32(1, 1, 2, 4), cube],
        [u8(1, 1, 1, 2), [3, 1]],
      ],
      attrs: pool(2)(),
      gives: [6, 4],
    },
  ],
  max_pool3d: [{ of: [[f32(1, 1, 2, 2, 2), cube]], attrs: pool3(), gives: [8] }],
  max_pool3d_index: [
    { of: [[f32(1, 1, 2, 2, 2), [1, 2, 9, 4, 5, 9, 7, 8]]], attrs: pool3(), gives: [2] },
    {
      of: [[f32(1, 1, 2, 2, 2), cube.map(() => -inf)]],
      attrs: pool3({ padding: [1, 1, 1] }),
      gives: [7, 6, 5, 4, 3, 2, 1, 0],
    },
  ],
  max_pool3d_grad: [
    {
      of: [
        [f32(1, 1, 1, 1, 1), [3]],
        [u8(1, 1, 1, 1, 1), [5]],
      ],
      attrs: pool3({ size: [2, 2, 2] }),
      gives: [0, 0, 0, 0, 0, 3, 0, 0],
    },
  ],
  max_pool3d_at: [
    {
      of: [
        [f32(1, 1, 2, 2, 2), cube],
        [u8(1, 1, 1, 1, 1), [6]],
      ],
      attrs: pool3(),
      gives: [7],
    },
  ],
  sum_pool3d: [{ of: [[f32(1, 1, 2, 2, 2), cube]], attrs: pool3(), gives: [36] }],
  sum_pool3d_grad: [
    { of: [[f32(1, 1, 1, 1, 1), [3]]], attrs: pool3({ size: [2, 2, 3] }), gives: [3, 3, 0, 3, 3, 0, 3, 3, 0, 3, 3, 0] },
  ],
};

export const windowCases: Record<string, Case[]> = {
  conv1d: [
    { of: [f32(N, 2, 5), f32(3, 2, 3)], attrs: conv1() },
    { of: [f32(2, 4, 7), f32(6, 2, 2)], attrs: conv1({ groups: 2, padding: [1], dilation: [2], stride: [3] }) },
  ],
  conv1d_input_grad: [
    { of: [f32(N, 2, 3), f32(2, 2, 3)], attrs: conv1({ size: [5] }) },
    { of: [f32(2, 4, 3), f32(4, 1, 3)], attrs: conv1({ groups: 2, stride: [2], padding: [1], size: [6] }) },
  ],
  conv1d_weight_grad: [
    { of: [f32(N, 2, 4), f32(N, 2, 3)], attrs: conv1({ kernel: [2] }) },
    { of: [f32(2, 4, 6), f32(2, 4, 3)], attrs: conv1({ groups: 2, stride: [2], padding: [1], kernel: [3] }) },
  ],
  conv3d: [
    { of: [f32(N, 1, 3, 2, 3), f32(2, 1, 2, 2, 2)], attrs: conv3() },
    {
      of: [f32(1, 2, 3, 2, 4), f32(2, 1, 2, 1, 2)],
      attrs: conv3({ groups: 2, padding: [1, 0, 1], dilation: [1, 1, 2], stride: [2, 1, 1] }),
    },
  ],
  conv3d_input_grad: [
    { of: [f32(N, 2, 2, 1, 2), f32(2, 1, 2, 2, 1)], attrs: conv3({ size: [3, 2, 2] }) },
    { of: [f32(1, 2, 2, 2, 1), f32(2, 1, 2, 2, 2)], attrs: conv3({ groups: 2, stride: [2, 1, 1], size: [5, 3, 2] }) },
  ],
  conv3d_weight_grad: [{ of: [f32(N, 1, 3, 2, 3), f32(N, 2, 2, 1, 2)], attrs: conv3({ kernel: [2, 2, 2] }) }],
  resample: [
    { of: [f32(N, 3)], attrs: { dim: 1, size: 6, num: 1, add: 0, den: 2, shift: 0 } },
    { of: [f32(4, 2)], attrs: { dim: 0, size: 7, num: 4, add: -2, den: 7, shift: 1 } },
  ],
  resample_grad: [
    { of: [f32(N, 6)], attrs: { dim: 1, size: 3, num: 1, add: 0, den: 2, shift: 0 } },
    { of: [f32(7, 2)], attrs: { dim: 0, size: 4, num: 4, add: -2, den: 7, shift: 1 } },
  ],
  max_pool1d: [{ of: [f32(N, 2, 5)], attrs: pool1({ kernel: [3], padding: [1] }) }],
  max_pool1d_index: [{ of: [f32(N, 1, 4)], attrs: pool1() }],
  max_pool1d_grad: [{ of: [f32(1, 2, 3), u8(1, 2, 3)], attrs: pool1({ stride: [1], size: [4] }), range: 2 }],
  max_pool1d_at: [{ of: [f32(2, 1, 4), u8(2, 1, 3)], attrs: pool1({ padding: [1], stride: [2] }), range: 2 }],
  sum_pool1d: [{ of: [f32(N, 2, 5)], attrs: pool1({ kernel: [3], padding: [1], ceil: true }) }],
  sum_pool1d_grad: [{ of: [f32(N, 2, 3)], attrs: pool1({ kernel: [3], padding: [1], size: [5] }) }],
  max_pool2d_grad: [
    { of: [f32(1, 1, 2, 2), u8(1, 1, 2, 2)], attrs: pool(2)({ size: [4, 4] }), range: 4 },
    {
      of: [f32(1, 1, 2, 3), u8(1, 1, 2, 3)],
      attrs: pool(2)({ kernel: [3, 2], stride: [2, 1], padding: [1, 0], size: [4, 4] }),
      range: 6,
    },
  ],
  max_pool2d_at: [
    { of: [f32(1, 2, 4, 4), u8(1, 2, 2, 2)], attrs: pool(2)(), range: 4 },
    { of: [f32(1, 1, 4, 4), u8(1, 1, 3, 3)], attrs: pool(2)({ padding: [1, 1] }), range: 4 },
  ],
  max_pool3d: [{ of: [f32(N, 1, 2, 3, 4)], attrs: pool3({ padding: [0, 1, 1] }) }],
  max_pool3d_index: [{ of: [f32(N, 1, 2, 2, 2)], attrs: pool3() }],
  max_pool3d_grad: [{ of: [f32(1, 2, 1, 2, 1), u8(1, 2, 1, 2, 1)], attrs: pool3({ size: [2, 4, 3] }), range: 8 }],
  max_pool3d_at: [{ of: [f32(1, 1, 2, 4, 2), u8(1, 1, 1, 2, 1)], attrs: pool3(), range: 8 }],
  sum_pool3d: [{ of: [f32(N, 1, 2, 3, 4)], attrs: pool3({ padding: [0, 1, 1] }) }],
  sum_pool3d_grad: [{ of: [f32(N, 1, 1, 2, 2)], attrs: pool3({ size: [2, 4, 5] }) }],
};
