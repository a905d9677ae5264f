"""Diagonals, distances, remainders, repetitions, running extremes, positions among sorted numbers and the like."""
import torch
import torch.nn.functional as F


def cases(g):
    square, wide, cube = g.noise(3, 3, salt=1), g.noise(2, 4, salt=2), g.noise(2, 3, 2, salt=3)

    def of(name, id, f, args=None, wrt=None, **inputs):
        g.case(name, id, lambda **k: f(**k), args=args or {}, wrt=wrt, **inputs)

    for id, x in {'square': square, 'wide': wide, 'tall': g.noise(4, 2, salt=4), 'whole': g.i32([2, 3], range(6)), 'empty': g.f32([0, 2], [])}.items():
        for offset in (0, 1, -1, 2, 5):
            of('diagonal', f'{id}, {offset}', lambda x, offset: x.diagonal(offset), {'offset': offset}, x=x)
            of('diag', f'{id}, {offset}', lambda x, diagonal: x.diag(diagonal), {'diagonal': offset}, x=x) if abs(offset) < 2 and id != 'empty' else None
    for k in ({'dim1': 0, 'dim2': 2}, {'dim1': -1, 'dim2': 1, 'offset': 1}, {'dim1': 2, 'dim2': 1, 'offset': -1}, {'dim1': 1, 'dim2': 1}):
        of('diagonal', f'{k}', lambda x, **k: x.diagonal(**k), k, x=cube)
        of('diagEmbed', f'{k}', lambda x, **k: torch.diag_embed(x, **k), k, x=cube)
    for offset in (0, 2, -1):
        of('diagEmbed', f'{offset}', lambda x, offset: torch.diag_embed(x, offset), {'offset': offset}, x=wide)
        of('diag', f'vector {offset}', lambda x, diagonal: x.diag(diagonal), {'diagonal': offset}, x=g.vec(1, -2, 3))
    of('diag', 'three dimensions', lambda x, diagonal: x.diag(diagonal), {'diagonal': 0}, x=cube)
    of('diagEmbed', 'no elements', lambda x: torch.diag_embed(x), x=g.f32([2, 0], []))
    for id, x in {'square': square, 'wide': wide, 'whole': g.i32([2, 3], range(6)), 'vector': g.vec(1, 2)}.items():
        of('trace', id, lambda x: torch.trace(x), x=x)

    for id, (a, b) in {'matrices': (wide, g.noise(3, 2, salt=5)), 'vectors': (g.vec(1, 2), g.vec(3, -1, 0)), 'ranks': (g.vec(1, 2), cube), '0-d': (g.f32([], [2]), wide)}.items():
        of('kron', id, lambda a, b: torch.kron(a, b), a=a, b=b)
    three = g.noise(2, 3, salt=6)
    of('cross', 'rows', lambda a, b: torch.cross(a, b), a=three, b=g.noise(2, 3, salt=7))
    of('cross', 'columns', lambda a, b, dim: torch.cross(a, b, dim), {'dim': 0}, a=g.noise(3, 2, salt=6), b=g.noise(3, 2, salt=7))
    of('cross', 'no three', lambda a, b: torch.cross(a, b), a=wide, b=wide)
    for id, (a, b) in {'vectors': (g.vec(1, 2, 3), g.vec(4, 0, -1)), 'matrices': (wide, g.noise(3, 4, salt=5)), 'ranks': (cube, g.vec(1, -2)), '0-d': (g.f32([], [2]), wide), 'no fit': (wide, square)}.items():
        of('inner', id, lambda a, b: torch.inner(a, b), a=a, b=b)
    for p in (2.0, 1.0, 3.0, float('inf')):
        shown = {'p': g.number(p)}
        g.case('cdist', f'{p}', lambda a, b, p: torch.cdist(a, b, p), args={'p': p}, shown=shown, a=g.noise(3, 2, salt=8), b=g.noise(2, 2, salt=9))
        g.case('cdist', f'batches, {p}', lambda a, b, p: torch.cdist(a, b, p), args={'p': p}, shown=shown, a=g.noise(2, 3, 2, salt=8), b=g.noise(2, 1, 2, salt=9))
        g.case('pdist', f'{p}', lambda x, p: F.pdist(x, p), args={'p': p}, shown=shown, x=g.noise(4, 3, salt=8))
        g.case('dist', f'{p}', lambda a, b, p: torch.dist(a, b, p), args={'p': p}, shown=shown, a=square, b=g.noise(3, 3, salt=9))
        if p < 10:
            of('renorm', f'{p}', lambda x, p, dim, maxnorm: torch.renorm(x, p, dim, maxnorm), {'p': p, 'dim': 0, 'maxnorm': 1.0}, x=g.noise(3, 2, 2, salt=10))
            of('renorm', f'the last, {p}', lambda x, p, dim, maxnorm: torch.renorm(x, p, dim, maxnorm), {'p': p, 'dim': -1, 'maxnorm': 0.6}, x=wide)
    of('cdist', 'the same', lambda a, b: torch.cdist(a, b), a=g.noise(2, 2, salt=8), b=g.noise(2, 2, salt=8))
    of('cdist', 'vectors', lambda a, b: torch.cdist(a, b), a=g.vec(1, 2), b=g.vec(1, 2))
    of('pdist', 'one row', lambda x: F.pdist(x), x=g.noise(1, 3, salt=8))
    of('blockDiag', 'blocks', lambda **k: torch.block_diag(*k.values()), a=wide, b=g.vec(1, 2, 3), c=g.f32([], [4]))

    xs, ys = g.pairs([5.5, -5.5, 7, -7, 0.3, -0.3, 6, 100, 0], [2, -2, 3, 0.75, -1.5])
    whole = g.pairs([7, -7, 0, 5, 6], [2, -2, 3], g.ivec)
    for name in ('fmod', 'remainder'):
        f = getattr(torch, name)
        of(name, 'pairs', lambda a, b: f(a, b), a=xs, b=ys)
        of(name, 'whole numbers', lambda a, b: f(a, b), a=whole[0], b=whole[1])
        of(name, 'a number', lambda a, other: f(a, other), {'other': 2.5}, a=xs)
        of(name, 'whole numbers, a number', lambda a, other: f(a, other), {'other': -3}, a=whole[0])
        of(name, 'corners', lambda a, b: f(a, b), wrt=[], a=g.vec(1, 1, g.INF, g.NAN, -1, 3), b=g.vec(0, g.INF, 2, 2, g.INF, -g.INF))
        of(name, 'large quotients', lambda a, b: f(a, b), a=g.vec(1e20, -1e20, 3e38, 123456789, 1e9, 16777217, 1e30, 5), b=g.vec(3, 7, 1e-3, 0.7, -0.1, 2, 1.1, 1e-30))
    of('floorDivide', 'pairs', lambda a, b: torch.floor_divide(a, b), wrt=[], a=xs, b=ys)
    of('floorDivide', 'whole numbers', lambda a, b: torch.floor_divide(a, b), a=whole[0], b=whole[1])
    some = [0.0, 1, -1, 0.5, -2, 3, -7.5]
    a, b = g.pairs(some, some)
    far = g.pairs(some + [1e3, -1e3, g.INF, -g.INF], some + [1e3, -g.INF])
    of('hypot', 'pairs', lambda a, b: torch.hypot(a, b), a=a, b=b)
    for name in ('logaddexp', 'logaddexp2'):
        f = getattr(torch, name)
        of(name, 'pairs', lambda a, b: f(a, b), a=a, b=b)
        of(name, 'far apart', lambda a, b: f(a, b), wrt=[], a=far[0], b=far[1])
    of('xlogy', 'pairs', lambda a, b: torch.xlogy(a, b), a=g.vec(1, 2, -1, 3, 0.5), b=g.vec(2, 0.1, 3, 1, 10))
    of('xlogy', 'zeros', lambda a, b: torch.xlogy(a, b), wrt=['a'], a=g.vec(0, 0, 0, 0), b=g.vec(2, 0, -1, g.NAN))
    of('logit', 'values', lambda x: torch.logit(x), x=g.vec(0.1, 0.5, 0.9, 0.25, 0, 1))
    of('logit', 'outside', lambda x: torch.logit(x), wrt=[], x=g.vec(1.5, -1, g.NAN))
    of('logit', 'eps', lambda x, eps: torch.logit(x, eps), {'eps': 0.1}, x=g.vec(0.2, 0.5, 0.95, 0.05, 0, 1))
    of('sinc', 'values', lambda x: torch.sinc(x), x=g.vec(0, 0.5, -0.5, 1.25, 3.3, -2.7))
    of('heaviside', 'values', lambda a, b: torch.heaviside(a, b), wrt=[], a=g.vec(0, -0.0, 1, -1, g.NAN, g.INF), b=g.vec(0.5, 2, 3, 4, 5, 6))
    of('copysign', 'pairs', lambda a, b: torch.copysign(a, b), a=g.vec(1, -2, 3, -4, 5, -0.5), b=g.vec(-0.0, 0.0, -1, 2, -g.INF, 1))
    of('copysign', 'a number', lambda a, other: torch.copysign(a, other), {'other': -1.0}, a=g.vec(1, -2, 3))
    for name in ('fmax', 'fmin'):
        f = getattr(torch, name)
        of(name, 'pairs', lambda a, b: f(a, b), a=g.vec(1, 2, 3, g.NAN, 4, g.NAN, g.INF), b=g.vec(2, 1, 3, 5, g.NAN, g.NAN, 0))
    for name in ('deg2rad', 'rad2deg'):
        f = getattr(torch, name)
        of(name, 'values', lambda x: f(x), x=g.vec(0, 90, -45, 1e3))
    for name in ('isposinf', 'isneginf'):
        f = getattr(torch, name)
        of(name, 'values', lambda x: f(x), wrt=[], x=g.vec(0, g.INF, -g.INF, g.NAN))
        of(name, 'whole numbers', lambda x: f(x), x=g.ivec(0, 1))
    for k in ({}, {'equal_nan': True}, {'rtol': 0.1, 'atol': 0.0}):
        of('isclose', f'{k}', lambda a, b, **k: torch.isclose(a, b, **k), k, wrt=[], a=g.vec(1, 1.05, g.NAN, g.INF, g.INF, 0), b=g.vec(1.000001, 1, g.NAN, g.INF, -g.INF, 1e-9))

    for sizes in ([2, 3], [1, 1], [3, 1, 2], [0, 2]):
        of('repeat', f'{sizes}', lambda x, sizes: x.repeat(*sizes), {'sizes': sizes}, x=wide)
        of('tile', f'{sizes}', lambda x, sizes: torch.tile(x, tuple(sizes)), {'sizes': sizes}, x=wide)
    of('repeat', 'too few', lambda x, sizes: x.repeat(*sizes), {'sizes': [2]}, x=wide)
    of('tile', 'fewer', lambda x, sizes: torch.tile(x, tuple(sizes)), {'sizes': [2]}, x=wide)

    def again(x, repeats, **k):
        return torch.repeat_interleave(x, torch.tensor(repeats) if isinstance(repeats, list) else repeats, **k)

    for k in ({'repeats': 2}, {'repeats': 3, 'dim': 0}, {'repeats': 2, 'dim': -1}, {'repeats': [1, 0, 2, 1], 'dim': 1}, {'repeats': [2, 1], 'dim': 0}, {'repeats': 0, 'dim': 0}):
        of('repeatInterleave', f'{k}', again, k, x=wide)
    for k in (1, 2, 3, -1, 4):
        of('rot90', f'{k}', lambda x, k: torch.rot90(x, k), {'k': k}, x=wide)
    of('rot90', 'planes', lambda x, k, dims: torch.rot90(x, k, dims), {'k': 1, 'dims': [1, 2]}, x=cube)
    of('rot90', 'one dimension', lambda x, k, dims: torch.rot90(x, k, dims), {'k': 1, 'dims': [1, 1]}, x=cube)
    for dim in (0, 1, -1):
        of('unbind', f'{dim}', lambda x, dim: torch.unbind(x, dim), {'dim': dim}, x=cube)
    for indexing in ('ij', 'xy'):
        of('meshgrid', indexing, lambda a, b, indexing: torch.meshgrid(a, b, indexing=indexing), {'indexing': indexing}, a=g.vec(1, 2, 3), b=g.vec(4, 5))
        of('meshgrid', f'three, {indexing}', lambda a, b, c, indexing: torch.meshgrid(a, b, c, indexing=indexing), {'indexing': indexing}, a=g.vec(1, 2, 3), b=g.vec(4, 5), c=g.vec(6))
    for k in ({'source': 0, 'destination': 2}, {'source': [0, 2], 'destination': [1, 0]}, {'source': -1, 'destination': 0}):
        of('movedim', f'{k}', lambda x, source, destination: torch.movedim(x, source, destination), k, x=cube)
    for k in ({'dim': 1, 'sizes': [2, 2]}, {'dim': -1, 'sizes': [-1, 1, 2]}, {'dim': 1, 'sizes': [3, 2]}):
        of('unflatten', f'{k}', lambda x, dim, sizes: x.unflatten(dim, tuple(sizes)), k, x=wide)
    for name in ('hstack', 'vstack', 'columnStack'):
        f = getattr(torch, {'columnStack': 'column_stack'}.get(name, name))
        of(name, 'matrices', lambda **k: f(tuple(k.values())), a=wide, b=g.noise(2, 4, salt=11))
        of(name, 'vectors', lambda **k: f(tuple(k.values())), a=g.vec(1, 2), b=g.vec(3, 4))
        of(name, '0-d', lambda **k: f(tuple(k.values())), a=g.f32([], [1]), b=g.f32([], [2]))
    for k in ({}, {'n': 2}, {'dim': 0}, {'n': 0}, {'n': 5}):
        of('diff', f'{k}', lambda x, **k: torch.diff(x, **k), k, x=wide)
    of('diff', 'with ends', lambda x, prepend, append: torch.diff(x, prepend=prepend, append=append), x=wide, prepend=g.noise(2, 1, salt=12), append=g.noise(2, 2, salt=13))
    of('diff', 'conditions', lambda x: torch.diff(x), x=g.boolean([4], [1, 0, 0, 1]))
    for dim in (0, 1):
        of('logcumsumexp', f'{dim}', lambda x, dim: torch.logcumsumexp(x, dim), {'dim': dim}, x=g.noise(3, 5, salt=14, scale=20))
        for name in ('cummax', 'cummin'):
            f = getattr(torch, name)
            of(name, f'{dim}', lambda x, dim: f(x, dim), {'dim': dim}, x=g.f32([3, 4], [1, 3, 2, 3, 0, 3, 5, 5, 2, -1, 5, 4]))
    of('logcumsumexp', 'far', lambda x, dim: torch.logcumsumexp(x, dim), {'dim': 0}, wrt=[], x=g.vec(-g.INF, 1, 1000, 999))
    line, table = g.vec(1, 3, 3, 5), g.f32([2, 3], [1, 2, 3, 0, 5, 5])
    for right in (False, True):
        of('searchsorted', f'{right}', lambda sequence, values, right: torch.searchsorted(sequence, values, right=right), {'right': right}, wrt=[], sequence=line, values=g.f32([2, 3], [0, 1, 2, 3, 5, 9]))
        of('searchsorted', f'rows, {right}', lambda sequence, values, right: torch.searchsorted(sequence, values, right=right), {'right': right}, wrt=[], sequence=table, values=g.f32([2, 2], [2, 2.5, 5, -1]))
        of('bucketize', f'{right}', lambda x, boundaries, right: torch.bucketize(x, boundaries, right=right), {'right': right}, wrt=[], x=g.f32([2, 3], [0, 1, 2, 3, 5, 9]), boundaries=line)
    holes = g.f32([2, 3], [1, g.NAN, 2, 0, 3, g.NAN])
    for k in ({}, {'dim': 1}, {'dim': 0, 'keepdim': True}):
        of('nansum', f'{k}', lambda x, **k: torch.nansum(x, **k), k, x=holes)
        of('nanmean', f'{k}', lambda x, **k: torch.nanmean(x, **k), k, x=holes)
    of('countNonzero', 'all', lambda x: torch.count_nonzero(x), wrt=[], x=holes)
    of('countNonzero', 'rows', lambda x, dim: torch.count_nonzero(x, dim), {'dim': 1}, wrt=[], x=holes)
    for dim in (0, 1):
        of('indexFill', f'{dim}', lambda x, index, dim, value: x.index_fill(dim, index.long(), value), {'dim': dim, 'value': 2.5}, x=square, index=g.ivec(2, 0))
        of('indexCopy', f'{dim}', lambda x, index, source, dim: x.index_copy(dim, index.long(), source), {'dim': dim}, x=square, index=g.ivec(2, 0), source=g.noise(*([2, 3] if dim == 0 else [3, 2]), salt=15))

    def both(x1, x2, weight, bias=None):
        return F.bilinear(x1, x2, weight, bias)

    weight = g.noise(2, 3, 4, salt=16)
    of('bilinear', 'matrices', both, x1=g.noise(2, 3, salt=17), x2=g.noise(2, 4, salt=18), weight=weight, bias=g.vec(1, -1))
    of('bilinear', 'no bias', both, x1=g.noise(2, 2, 3, salt=17), x2=g.noise(2, 2, 4, salt=18), weight=weight)
    of('bilinear', 'no fit', both, x1=g.noise(2, 4, salt=17), x2=g.noise(2, 4, salt=18), weight=weight)
    images = g.noise(2, 5, 2, 2, salt=19, scale=3)
    for k in ({'size': 3}, {'size': 2, 'alpha': 0.5, 'beta': 0.5, 'k': 2.0}, {'size': 5, 'alpha': 1.0}, {'size': 1, 'alpha': 0.1}):
        of('localResponseNorm', f'{k}', lambda x, **k: F.local_response_norm(x, **k), k, x=images)
    of('localResponseNorm', 'sequences', lambda x, **k: F.local_response_norm(x, **k), {'size': 3, 'alpha': 0.2}, x=g.noise(1, 4, 3, salt=20))
    of('localResponseNorm', 'a matrix', lambda x, **k: F.local_response_norm(x, **k), {'size': 3}, x=wide)
    for k in ({}, {'beta': 0.5}, {'alpha': -2.0}):
        of('addr', f'{k}', lambda x, a, b, **k: torch.addr(x, a, b, **k), k, x=g.noise(2, 3, salt=21), a=g.vec(1, -2), b=g.vec(0.5, 3, 1))
    of('addr', 'a row that repeats', lambda x, a, b: torch.addr(x, a, b), x=g.vec(1, 2, 3), a=g.vec(1, -2), b=g.vec(0.5, 3, 1))
    of('addr', 'beta 0 of NaN', lambda x, a, b, **k: torch.addr(x, a, b, **k), {'beta': 0.0}, wrt=['a', 'b'], x=g.f32([1, 1], [g.NAN]), a=g.vec(1, -2), b=g.vec(0.5, 3, 1))
    of('addr', 'matrices', lambda x, a, b: torch.addr(x, a, b), x=wide, a=wide, b=wide)
    tensordot = lambda a, b, dims=2: torch.tensordot(a, b, dims=dims)
    for id, dims, a, b in (
        ('two', None, [2, 3, 4], [3, 4, 2]), ('one', 1, [2, 3], [3, 4]), ('none', 0, [2], [3]), ('all', 2, [2, 3], [2, 3]),
        ('lists', [[0, 2], [1, 0]], [3, 2, 4], [4, 3, 2]), ('from the end', [[-1], [-2]], [2, 3], [3, 2]),
        ('no fit', 1, [2, 3], [2, 3]), ('lists of two lengths', [[0, 1], [0]], [2, 3], [2, 3]), ('one twice', [[0, 0], [0, 1]], [2, 3], [2, 2]),
    ):  # fmt: skip
        of('tensordot', id, tensordot, {} if dims is None else {'dims': dims}, a=g.noise(*a, salt=22), b=g.noise(*b, salt=23))
    rows, odd = g.noise(3, 6, salt=24), g.f32([2, 5], [g.NAN, 1, 4, 3, 2, -1, g.INF, 0.5, 3, -g.INF])
    for k in ({'k': 1}, {'k': 4}, {'k': 2, 'dim': 0}, {'k': 6, 'dim': 1, 'keepdim': True}, {'k': 7}):
        of('kthvalue', f'{k}', lambda x, k, **more: torch.kthvalue(x, k, **more), k, x=rows)
    of('kthvalue', 'NaN is the greatest', lambda x, k: torch.kthvalue(x, k), {'k': 5}, x=odd)
    of('kthvalue', 'whole numbers', lambda x, k: torch.kthvalue(x, k), {'k': 2}, x=g.i32([4], [3, -5, 7, 0]))
    of('kthvalue', '0-d', lambda x, k: torch.kthvalue(x, k), {'k': 1}, x=g.f32([], [2]))
    for k in ({}, {'dim': 0}, {'dim': 1}, {'dim': -1, 'keepdim': True}):
        of('median', f'{k}', lambda x, **k: torch.median(x, **k), k, x=rows)
    for k in ({}, {'dim': 0}, {'dim': 1}):
        of('median', f'NaN and infinities, {k}', lambda x, **k: torch.median(x, **k), k, x=odd)
    of('median', 'ties', lambda x: torch.median(x), x=g.vec(2, 1, 2, 5, 2, 0))
    of('median', 'whole numbers', lambda x: torch.median(x), x=g.i32([4], [3, -5, 7, 0]))
    of('median', '0-d', lambda x: torch.median(x), x=g.f32([], [2]))
    for way in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
        for k in ({'q': 0.4}, {'q': 0.5, 'dim': 0}, {'q': 0.3, 'dim': 1, 'keepdim': True}):
            of('quantile', f'{k}, {way}', lambda x, **k: torch.quantile(x, **k), {**k, 'interpolation': way}, x=rows)
    of('quantile', 'several', lambda x, q, **k: torch.quantile(x, torch.tensor(q), **k), {'q': [0.0, 0.25, 0.9, 1.0], 'dim': 1}, x=rows)
    of('quantile', 'several of all, kept', lambda x, q, **k: torch.quantile(x, torch.tensor(q), **k), {'q': [0.1, 0.7], 'keepdim': True}, x=rows)
    of('quantile', 'NaN', lambda x, **k: torch.quantile(x, **k), {'q': 0.5, 'dim': 0}, wrt=[], x=odd)
    of('quantile', 'beyond 1', lambda x, **k: torch.quantile(x, **k), {'q': 1.5}, x=rows)
    of('quantile', '0-d', lambda x, **k: torch.quantile(x, **k), {'q': 0.5}, x=g.f32([], [2]))
    for k in ({}, {'correction': 0}, {'correction': 2}):
        of('cov', f'{k}', lambda x, **k: torch.cov(x, **k), k, x=rows)
    of('cov', 'a vector', lambda x: torch.cov(x), x=g.vec(1, 2, 4, -1))
    of('cov', 'three dimensions', lambda x: torch.cov(x), x=cube)
    for k in ({}, {'dx': 0.5}, {'dim': 0}, {'dx': 2.0, 'dim': 0}):
        of('trapezoid', f'{k}', lambda y, **k: torch.trapezoid(y, **k), k, y=rows)
    of('trapezoid', 'places', lambda y, x: torch.trapezoid(y, x), y=rows, x=g.vec(0, 1, 1.5, 3, 2, 7))
    of('trapezoid', 'places along the first', lambda y, x, dim: torch.trapezoid(y, x, dim=dim), {'dim': 0}, y=rows, x=g.vec(0, 1, 1.5))
    of('trapezoid', 'places of each', lambda y, x: torch.trapezoid(y, x), y=rows, x=g.noise(3, 6, salt=25))
    of('trapezoid', 'one point', lambda y: torch.trapezoid(y), y=g.noise(2, 1, salt=25))
    for k in ({}, {'dim': 0}, {'dim': 1}, {'dim': -1, 'keepdim': True}):
        of('nanmedian', f'{k}', lambda x, **k: torch.nanmedian(x, **k), k, x=rows)
        of('nanmedian', f'NaN, {k}', lambda x, **k: torch.nanmedian(x, **k), k, x=g.f32([3, 4], [1, g.NAN, 3, 2, g.NAN, g.NAN, g.INF, 5, 4, 4, g.NAN, 0]))
    of('nanmedian', 'NaN alone', lambda x: torch.nanmedian(x), wrt=[], x=g.vec(g.NAN, g.NAN))
    of('nanmedian', 'rows of NaN', lambda x, dim: torch.nanmedian(x, dim), {'dim': 1}, wrt=[], x=g.f32([2, 2], [g.NAN, g.NAN, 1, g.NAN]))
    of('nanmedian', 'ties', lambda x: torch.nanmedian(x), x=g.vec(2, 1, 2, g.NAN, 5, 2, 0))
    of('nanmedian', 'whole numbers', lambda x: torch.nanmedian(x), x=g.i32([4], [3, -5, 7, 0]))
    of('nanmedian', '0-d', lambda x: torch.nanmedian(x), x=g.f32([], [2]))
    holes = g.f32([3, 6], [1, g.NAN, 3, 2, 7, -1, g.NAN, g.NAN, 6, 5, 4.5, 9, 4, 4, g.NAN, 0, 2, 1])
    for way in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
        for k in ({'q': 0.4}, {'q': 0.5, 'dim': 0}, {'q': 0.3, 'dim': 1, 'keepdim': True}):
            of('nanquantile', f'{k}, {way}', lambda x, **k: torch.nanquantile(x, **k), {**k, 'interpolation': way}, x=holes)
    of('nanquantile', 'several', lambda x, q, **k: torch.nanquantile(x, torch.tensor(q), **k), {'q': [0.0, 0.25, 0.9, 1.0], 'dim': 1}, x=holes)
    of('nanquantile', 'rows of NaN', lambda x, **k: torch.nanquantile(x, **k), {'q': 0.5, 'dim': 1}, wrt=[], x=g.f32([2, 2], [g.NAN, g.NAN, 1, 2]))
    often = g.f32([3, 5], [1, 2, 2, 1, 3, 5, 4, 4, 4, 5, 0, -1, 7, 3, 2])
    for k in ({}, {'dim': 0}, {'dim': 1, 'keepdim': True}):
        of('mode', f'{k}', lambda x, **k: torch.mode(x, **k), k, x=often)
    of('mode', 'whole numbers', lambda x: torch.mode(x), x=g.i32([5], [3, 2, 3, 2, 7]))
    of('mode', 'conditions', lambda x: torch.mode(x), x=g.boolean([3], [1, 0, 1]))
    of('mode', '0-d', lambda x: torch.mode(x), x=g.f32([], [2]))
    of('corrcoef', 'rows', lambda x: torch.corrcoef(x), x=rows)
    of('corrcoef', 'a vector', lambda x: torch.corrcoef(x), wrt=[], x=g.vec(1, 2, 4, -1))
    of('corrcoef', 'three dimensions', lambda x: torch.corrcoef(x), x=cube)
    for k in ({}, {'dx': 0.5}, {'dim': 0}, {'dx': 2.0, 'dim': 0}):
        of('cumulativeTrapezoid', f'{k}', lambda y, **k: torch.cumulative_trapezoid(y, **k), k, y=rows)
    of('cumulativeTrapezoid', 'places', lambda y, x: torch.cumulative_trapezoid(y, x), y=rows, x=g.vec(0, 1, 1.5, 3, 2, 7))
    of('cumulativeTrapezoid', 'one point', lambda y: torch.cumulative_trapezoid(y), y=g.noise(2, 1, salt=25))
    counted = g.vec(0, 0.5, 1, 1.5, 2, 2, 2.25, 3, -1, 9)
    for k in ({'bins': 4, 'min': 0, 'max': 3}, {'bins': 5}, {'bins': 1}, {'bins': 3, 'min': 2, 'max': 2}, {'bins': 2, 'min': 5, 'max': 1}, {}):
        of('histc', f'{k}', lambda x, **k: torch.histc(x, **k), k, wrt=[], x=counted)
    of('histc', 'a matrix', lambda x, **k: torch.histc(x, **k), {'bins': 7}, wrt=[], x=rows)
    of('histc', 'one number', lambda x, **k: torch.histc(x, **k), {'bins': 3}, wrt=[], x=g.vec(2, 2))
    for k in (6, 8):
        of('bincount', f'{k}', lambda x, **k: torch.bincount(x, **k), {'minlength': k}, x=g.ivec(0, 5, 1, 1, 3, 1))
        of('bincount', f'weights, {k}', lambda x, weights, **k: torch.bincount(x, weights.double(), **k).float(), {'minlength': k}, wrt=[], x=g.ivec(0, 5, 1, 1, 3, 1), weights=g.vec(0.5, 1, 2, 4, 8, -1))
    of('bincount', 'a matrix', lambda x, **k: torch.bincount(x, **k), {'minlength': 3}, x=g.i32([1, 2], [0, 1]))
    of('bincount', 'floats', lambda x, **k: torch.bincount(x, **k), {'minlength': 3}, x=g.vec(0, 1))
    for k in ({}, {'invert': True}, {'assume_unique': True}):
        of('isin', f'{k}', lambda x, other, **k: torch.isin(x, other, **k), k, wrt=[], x=g.f32([2, 3], [1, 2, 3, g.NAN, 0.5, -1]), other=g.vec(3, -1, 0, g.NAN))
    of('isin', 'whole numbers', lambda x, other: torch.isin(x, other), x=g.ivec(1, 2, 3), other=g.i32([1, 2], [3, 1]))
    of('isin', 'none', lambda x, other: torch.isin(x, other), x=g.ivec(1, 2, 3), other=g.i32([0], []))
    for k in ({}, {'n': 2}, {'n': 5}, {'n': 0}, {'n': 4, 'increasing': True}):
        of('vander', f'{k}', lambda x, n=None, **k: torch.vander(x, n, **k), k, wrt=[], x=g.vec(1, 2, -0.5))
    of('vander', 'whole numbers', lambda x: torch.vander(x), x=g.ivec(1, 2, 3))
    of('vander', 'a matrix', lambda x: torch.vander(x), x=wide)
    for k in ({'start': 0, 'end': 2, 'steps': 4}, {'start': -1, 'end': 1, 'steps': 4, 'base': 2.0}, {'start': 1, 'end': 5, 'steps': 1}):
        extent = k['steps']
        of('logspace', f'{k}', lambda x, **k: x * torch.logspace(**k), k, x=g.vec(*range(1, extent + 1)))
