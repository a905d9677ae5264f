"""Copies and other shapes, parts of tensors, and slices in place of others."""
import torch


def cases(g):
    cube, m, v, zero = g.noise(2, 3, 4, salt=300), g.noise(3, 5, salt=301), g.vec(3, 1, 2), g.f32([], [2])
    odd = g.f32([2, 3], [g.NAN, -0.0, g.INF, 0.0, -g.INF, 1])
    nothing = g.f32([0, 3], [])
    ranks = {'a cube': cube, 'a matrix': m, 'a vector': v, '0-d': zero, 'nothing': nothing, 'whole numbers': g.i32([2, 2], [1, 2, 3, 4]), 'corners': odd}
    unary = {
        'clone': torch.clone, 'ravel': torch.ravel, 'atleast1d': torch.atleast_1d, 'atleast2d': torch.atleast_2d, 'atleast3d': torch.atleast_3d,
        'fliplr': torch.fliplr, 'flipud': torch.flipud, 'msort': torch.msort,
    }  # fmt: skip
    for name, f in unary.items():
        for label, x in ranks.items():
            if name == 'msort' and label == 'nothing':
                continue
            g.case(name, label, lambda x, f=f: f(x), x=x)
    for label, x in {**ranks, 'signs': g.vec(-1, 1, -0.0, 0.0, g.INF, -g.INF, g.TINY, -g.TINY)}.items():
        g.case('signbit', label, torch.signbit, wrt=[], x=x if label != 'corners' else g.f32([3], [-0.0, 0.0, -2]))
    for shape, x in (([2, 3], v), ([4, 3, 5], m), ([2, -1], zero), ([2, 3, 4], cube), ([0, 3], v), ([3, 2], v), ([3], m)):
        if shape != [2, -1]:
            g.case('broadcastTo', f'{shape} of {x[1]}', lambda x, shape: torch.broadcast_to(x, shape), args={'shape': shape}, x=x)
    g.case('broadcastTensors', 'three', lambda **k: torch.broadcast_tensors(*k.values()), a=m, b=g.noise(5, salt=1), c=zero)
    g.case('broadcastTensors', 'columns and rows', lambda **k: torch.broadcast_tensors(*k.values()), a=g.noise(3, 1, salt=1), b=g.noise(1, 2, salt=2))
    g.case('broadcastTensors', 'one', lambda **k: torch.broadcast_tensors(*k.values()), a=v)
    g.case('broadcastTensors', 'that do not fit', lambda **k: torch.broadcast_tensors(*k.values()), a=v, b=g.vec(1, 2))
    for label, (a, b) in {'cubes': (cube, g.noise(2, 3, 1, salt=2)), 'matrices': (m, g.noise(3, 5, salt=3)), 'vectors': (v, g.vec(4, 5, 6)), '0-d': (zero, g.f32([], [3]))}.items():
        g.case('dstack', label, lambda **k: torch.dstack(tuple(k.values())), a=a, b=b)

    split = lambda x, at, dim=0: torch.tensor_split(x, at, dim)
    for at, dim in ((2, 0), (3, 1), (2, -1), (5, 1), ([1, 3], 2), ([-1], 2), ([2, 1], 2), ([9], 1), ([], 0), (0, 0)):
        g.case('tensorSplit', f'{at} in {dim}', split, args={'at': at, 'dim': dim}, x=cube)
    g.case('tensorSplit', 'without dim', split, args={'at': 2}, x=v)
    g.case('tensorSplit', '0-d', split, args={'at': 1}, x=zero)
    for name, f in {'hsplit': torch.hsplit, 'vsplit': torch.vsplit, 'dsplit': torch.dsplit}.items():
        h = lambda x, at, f=f: f(x, at)
        for at in (2, 3, 1, [1], [1, 2], [-1]):
            for label, x in (('a cube', cube), ('a matrix', g.noise(6, 4, salt=9)), ('a vector', g.vec(1, 2, 3, 4, 5, 6)), ('0-d', zero)):
                g.case(name, f'{label}, {at}', h, args={'at': at}, x=x)

    g.case('take', 'a matrix', lambda x, index: torch.take(x, index.long()), wrt=['x'], x=m, index=g.i32([2, 3], [0, 14, 7, 7, 3, 1]))
    g.case('take', 'a vector', lambda x, index: torch.take(x, index.long()), wrt=['x'], x=v, index=g.i32([1], [2]))
    g.case('take', 'a number', lambda x, index: torch.take(x, index.long()), wrt=['x'], x=v, index=g.i32([], [1]))
    for dim, index, shape in ((0, 1, [3, 4]), (1, 0, [2, 4]), (2, -1, [2, 3]), (-1, 3, [2, 3]), (1, 3, [2, 4])):
        g.case('selectScatter', f'{index} along {dim}', lambda x, src, dim, index: torch.select_scatter(x, src, dim, index), args={'dim': dim, 'index': index}, x=cube, src=g.noise(*shape, salt=5))
    def slice_scatter(x, src, dim=0, start=None, end=None, step=1):
        # PyTorch 1.13 reads ends that are left out from uninitialized memory.
        y = x.clone()
        y[(slice(None),) * dim + (slice(start, end, step),)] = src
        return y

    for k, shape in (({}, [2, 3, 4]), ({'dim': 1, 'start': 1}, [2, 2, 4]), ({'dim': 2, 'start': 1, 'end': 3}, [2, 3, 2]), ({'dim': 2, 'step': 2}, [2, 3, 2]), ({'dim': 2, 'start': -2, 'end': 99}, [2, 3, 2]), ({'dim': 1, 'start': 2, 'end': 1}, [2, 0, 4]), ({'dim': 1, 'end': 1}, [2, 2, 4])):
        g.case('sliceScatter', f'{k}', slice_scatter, args=k, x=cube, src=g.noise(*shape, salt=6))
    g.case('cartesianProd', 'two', lambda **k: torch.cartesian_prod(*k.values()), a=v, b=g.vec(4, 5))
    g.case('cartesianProd', 'three', lambda **k: torch.cartesian_prod(*k.values()), a=v, b=g.vec(4, 5), c=g.vec(6))
    g.case('cartesianProd', 'one', lambda **k: torch.cartesian_prod(*k.values()), a=v)
    g.case('cartesianProd', 'matrices', lambda **k: torch.cartesian_prod(*k.values()), a=m)
    g.case('ldexp', 'pairs', torch.ldexp, wrt=['a'], a=g.vec(1, -3, 0.5, 0.0, g.INF), b=g.vec(0, 3, -2, 7, 1))
    g.case('ldexp', 'whole numbers', torch.ldexp, wrt=['a'], a=g.vec(1, -3, 0.5), b=g.ivec(10, -20, 3))
