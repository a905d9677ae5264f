"""Activations: of pieces, of exponentials and along a dimension."""
import math

import torch
import torch.nn.functional as F


def cases(g):
    plain = {
        'elu': F.elu, 'selu': F.selu, 'celu': F.celu, 'silu': F.silu, 'mish': F.mish, 'softplus': F.softplus, 'softsign': F.softsign,
        'tanhshrink': F.tanhshrink, 'logsigmoid': F.logsigmoid, 'hardtanh': F.hardtanh, 'relu6': F.relu6, 'hardsigmoid': F.hardsigmoid,
        'hardswish': F.hardswish, 'hardshrink': F.hardshrink, 'softshrink': F.softshrink,
    }  # fmt: skip
    # PyTorch's vectors of eight and the remainder after them treat NaN differently: the edge cases come first.
    bounds = [v + d for v in (-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6) for d in (-(2.0**-20), 0, 2.0**-20)]
    for name, fn in plain.items():
        f = lambda x, fn=fn, **a: fn(x, **a)
        values = g.UNARY + bounds
        g.case(name, 'values', f, x=g.vec(*values, *[1] * (-len(values) % 32)))
        g.case(name, '0-d', f, x=g.f32([], [0.75]))
        g.case(name, '0-d, -0', f, x=g.f32([], [-0.0]))
        g.case(name, 'extent 1', f, x=g.vec(-1.25))
        g.case(name, 'a NaN alone', f, x=g.vec(g.NAN))
        g.case(name, 'extent 0', f, x=g.f32([0], []))
        g.case(name, 'extent 0 of several', f, x=g.f32([2, 0, 3], []))
        g.case(name, 'several dimensions', f, x=g.noise(2, 3, 4, salt=80, scale=8))
        some = g.SOME + [1] * (-len(g.SOME) % 32)
        g.case(name, 'a cotangent of 0', f, v=[0.0], x=g.vec(*some))
        g.case(name, 'a cotangent of infinity', f, v=[g.INF], x=g.vec(*some))
        g.case(name, 'a cotangent of NaN', f, v=[g.NAN], x=g.vec(*some))
        g.case(name, 'whole numbers', f, x=g.ivec(*g.WHOLE))
    xs = g.vec(*[v for v in g.UNARY if not math.isnan(v)] + bounds)
    few = g.vec(*[v for v in g.ORDINARY + g.LARGE if abs(v) < 1e3], 0.0, -0.0)
    for alpha in (0.0, 0.5, -1.5, 3.0, 1e-40):
        g.case('elu', f'alpha {alpha}', F.elu, args={'alpha': alpha}, x=few if alpha == 1e-40 else xs)
    for alpha in (0.5, -1.5, 3.0, 0.0):
        g.case('celu', f'alpha {alpha}', F.celu, args={'alpha': alpha}, x=few)
    for a in ({'beta': 2}, {'beta': 0.5}, {'threshold': 0}, {'threshold': -3}, {'beta': 3, 'threshold': 5}, {'beta': -1}):
        g.case('softplus', f'{a}', F.softplus, args=a, x=few)
    for low, high in ((0.0, 1.0), (-2.5, 3.0), (-g.INF, 1.0), (0.0, g.INF), (2.0, 2.0)):
        bounds = {'min_val': low, 'max_val': high}
        g.case('hardtanh', f'from {low} to {high}', F.hardtanh, args=bounds, shown={n: g.number(v) for n, v in bounds.items()}, x=xs)
    for lambd in (0.0, 1.0, 2.5, -1.0, g.INF):
        for name in ('hardshrink', 'softshrink'):
            g.case(name, f'lambd {lambd}', plain[name], args={'lambd': lambd}, shown={'lambd': g.number(lambd)}, x=xs)
    for th, value in ((0.1, 20.0), (0.0, -0.0), (-1.0, g.INF), (1.0, g.NAN)):
        shown = {'threshold': th, 'value': g.number(value)}
        g.case('threshold', f'{th}, {value}', F.threshold, args={'threshold': th, 'value': value}, shown=shown, x=g.vec(*g.UNARY))
    g.case('threshold', 'NaN', F.threshold, args={'threshold': g.NAN, 'value': 1.0}, shown={'threshold': 'NaN', 'value': 1.0}, x=g.vec(*g.SOME))
    g.case('threshold', 'whole numbers', F.threshold, args={'threshold': 1, 'value': 7}, x=g.ivec(*g.WHOLE))
    g.case('threshold', '0-d', F.threshold, args={'threshold': 1, 'value': 7}, x=g.f32([], [0.5]))
    g.case('threshold', 'extent 0', F.threshold, args={'threshold': 1, 'value': 7}, x=g.f32([2, 0], []))

    prelu = lambda x, weight: F.prelu(x, weight)
    for slope in (0.25, 0.0, -0.0, -1.5, 2.0):
        g.case('prelu', f'a slope of {slope}', prelu, x=xs, weight=g.vec(slope))
    g.case('prelu', 'slopes at the ends', prelu, x=g.f32([4, 4], [1, -1, 0.0, -0.0] * 4), weight=g.vec(g.INF, g.NAN, 1e-40, -g.INF))
    g.case('prelu', 'NaN and infinity', prelu, x=g.f32([1, 4], [g.NAN, g.INF, -g.INF, -1]), weight=g.vec(0.5))
    g.case('prelu', 'channels', prelu, x=g.noise(2, 3, 4, salt=81), weight=g.vec(0.25, -1, 2))
    g.case('prelu', 'channels of images', prelu, x=g.noise(2, 3, 2, 2, salt=82), weight=g.vec(0.25, -1, 2))
    g.case('prelu', 'channels of rows', prelu, x=g.noise(4, 3, salt=83), weight=g.vec(0.25, -1, 2))
    g.case('prelu', 'one slope for images', prelu, x=g.noise(2, 3, 2, 2, salt=82), weight=g.vec(0.25))
    g.case('prelu', 'a vector and several slopes', prelu, x=g.noise(3, salt=83), weight=g.vec(0.25, -1, 2))
    g.case('prelu', 'channels that do not match', prelu, x=g.noise(4, 2, salt=83), weight=g.vec(0.25, -1, 2))
    g.case('prelu', '0-d', prelu, x=g.f32([], [-2]), weight=g.vec(0.25))
    g.case('prelu', 'extent 0', prelu, x=g.f32([0, 3], []), weight=g.vec(0.25, -1, 2))

    glu = lambda x, **a: F.glu(x, **a)
    calm = [v for v in g.SOME if not abs(v) > 1e20 or math.isinf(v)]
    g.case('glu', 'values', glu, args={'dim': 0}, x=g.f32([2, len(calm)], calm + [0.5] * len(calm)))
    g.case('glu', 'gates', glu, args={'dim': 0}, x=g.f32([2, len(calm)], [2] * len(calm) + calm))
    for dim in (0, 1, 2, -1, -2, 3):
        g.case('glu', f'dim {dim}', glu, args={'dim': dim}, x=g.noise(2, 4, 6, salt=84))
    g.case('glu', 'no dim', glu, x=g.noise(3, 4, salt=84))
    g.case('glu', 'a product beyond the largest', glu, v=[-2.0], x=g.f32([1, 2], [3e38, -88.5]))
    g.case('glu', 'an odd extent', glu, x=g.noise(2, 3, salt=84))
    g.case('glu', '0-d', glu, x=g.f32([], [1]))
    g.case('glu', 'extent 0', glu, x=g.f32([0, 4], []))

    softmin = lambda x, dim: F.softmin(x, dim)
    for dim in (0, 1, -1, 2, -3):
        g.case('softmin', f'dim {dim}', softmin, args={'dim': dim}, x=g.noise(2, 3, 4, salt=85, scale=4))
    g.case('softmin', 'corners', softmin, args={'dim': 1}, x=g.f32([6, 3], [1, 2, 3, 0, 0, 0, g.INF, 0, 0, -g.INF, 0, 0, g.NAN, 1, 2, 100, -100, 0]))
    g.case('softmin', '0-d', softmin, args={'dim': 0}, x=g.f32([], [3]))
    g.case('softmin', 'extent 0', softmin, args={'dim': 0}, x=g.f32([0, 2], []))
    # torch.nn.Softmax2d takes the channels from the front of images without a batch from 1.12 on.
    def softmax2d(x):
        if x.dim() not in (3, 4):
            raise ValueError('Softmax2d requires a 3D or 4D tensor as input')
        return torch.nn.Softmax2d()(x)

    g.case('Softmax2d', 'images', softmax2d, x=g.noise(2, 3, 2, 2, salt=86, scale=3))
    g.case('Softmax2d', 'one image', softmax2d, x=g.noise(3, 2, 4, salt=87, scale=3))
    g.case('Softmax2d', 'a matrix', softmax2d, x=g.noise(3, 2, salt=87))
