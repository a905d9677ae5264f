"""Pools of sequences and volumes."""
import torch
import torch.nn.functional as F


def cases(g):
    def pool(of):
        return lambda x, **k: of(x, **k)

    line = g.f32([1, 2, 6], [1, 2, 2, 0, -1, 3, -g.INF, -g.INF, 2, 2, g.INF, 0.5])
    greatest = pool(F.max_pool1d)
    forms = [
        {'kernel_size': 2}, {'kernel_size': [3]}, {'kernel_size': 2, 'stride': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1}, {'kernel_size': 2, 'dilation': 2},
        {'kernel_size': 4, 'ceil_mode': True}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'ceil_mode': True}, {'kernel_size': 1}, {'kernel_size': 6}, {'kernel_size': 7},
        {'kernel_size': 2, 'padding': 2}, {'kernel_size': 2, 'stride': 0}, {'kernel_size': 0},
    ]  # fmt: skip
    for k in forms:
        g.case('maxPool1d', f'{k}', greatest, args=k, x=line)
    for id, data in {'NaN': [1, g.NAN, 2, g.NAN, 0], 'all -infinity': [-g.INF] * 5, 'all alike': [2.0] * 5}.items():
        for k in ({'kernel_size': 2}, {'kernel_size': 3, 'stride': 1, 'padding': 1}):
            g.case('maxPool1d', f'{id}, {k}', greatest, args=k, x=g.f32([1, 1, 5], data))
    g.case('maxPool1d', 'no sequences', greatest, args={'kernel_size': 2}, x=g.f32([0, 1, 4], []))
    g.case('maxPool1d', 'without a batch', greatest, args={'kernel_size': 2}, x=g.noise(1, 4, salt=9))
    mean = pool(F.avg_pool1d)
    forms = [
        {'kernel_size': 2}, {'kernel_size': [3], 'stride': 1}, {'kernel_size': 2, 'padding': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'count_include_pad': False},
        {'kernel_size': 4, 'ceil_mode': True}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'ceil_mode': True}, {'kernel_size': 7}, {'kernel_size': 2, 'padding': 2}, {'kernel_size': 1},
    ]  # fmt: skip
    for k in forms:
        g.case('avgPool1d', f'{k}', mean, args=k, x=g.noise(2, 2, 6, salt=10))
    g.case('avgPool1d', 'infinity and NaN', mean, args={'kernel_size': 2, 'stride': 1, 'padding': 1}, x=g.f32([1, 1, 4], [1, g.INF, 2, g.NAN]))
    g.case('avgPool1d', 'no sequences', mean, args={'kernel_size': 2}, x=g.f32([0, 1, 4], []))
    g.case('avgPool1d', 'without a batch', mean, args={'kernel_size': 2}, x=g.noise(1, 4, salt=9))

    volume = g.noise(1, 2, 3, 4, 3, salt=11)
    greatest, mean = pool(F.max_pool3d), pool(F.avg_pool3d)
    for k in [
        {'kernel_size': 2}, {'kernel_size': [1, 2, 3]}, {'kernel_size': 2, 'stride': 1}, {'kernel_size': 3, 'stride': 2, 'padding': [1, 0, 1]}, {'kernel_size': 2, 'dilation': [1, 2, 1]},
        {'kernel_size': 2, 'ceil_mode': True}, {'kernel_size': 4}, {'kernel_size': 2, 'padding': 2},
    ]:  # fmt: skip
        g.case('maxPool3d', f'{k}', greatest, args=k, x=volume)
    g.case('maxPool3d', 'ties', greatest, args={'kernel_size': 2, 'stride': 1}, x=g.f32([1, 1, 2, 2, 3], [1, 2, 2, 2, 0, 1, 2, 1, 2, 2, 2, 0]))
    g.case('maxPool3d', 'without a batch', greatest, args={'kernel_size': 2}, x=g.noise(1, 2, 2, 2, salt=9))
    for k in [
        {'kernel_size': 2}, {'kernel_size': [1, 2, 3]}, {'kernel_size': 3, 'stride': 2, 'padding': [1, 0, 1]}, {'kernel_size': 2, 'padding': 1, 'count_include_pad': False}, {'kernel_size': 2, 'ceil_mode': True},
        {'kernel_size': 2, 'divisor_override': 3}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'ceil_mode': True}, {'kernel_size': 4}, {'kernel_size': 2, 'padding': 2},
    ]:  # fmt: skip
        g.case('avgPool3d', f'{k}', mean, args=k, x=volume)
    g.case('avgPool3d', 'without a batch', mean, args={'kernel_size': 2}, x=g.noise(1, 2, 2, 2, salt=9))
