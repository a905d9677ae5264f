"""Max pools with indices, their reverse, and elements put or reduced where indices say."""
import torch
import torch.nn.functional as F


def cases(g):
    line, image, volume = g.noise(2, 2, 6, salt=1), g.noise(2, 2, 5, 4, salt=2), g.noise(1, 2, 3, 4, 3, salt=3)
    ties = g.f32([1, 1, 4, 4], [1, 2, 2, 1, 2, 1, 1, 2, 3, 3, 0, -1, 3, 3, -1, 0])
    inputs = {1: [line, g.vec(0)], 2: [image, ties], 3: [volume]}
    inputs[1] = [line, g.f32([1, 2, 6], [1, 2, 2, 0, -1, 3, -g.INF, -g.INF, 2, 2, g.INF, 0.5])]
    forms = [
        {'kernel_size': 2}, {'kernel_size': 3, 'stride': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1}, {'kernel_size': 2, 'dilation': 2, 'stride': 1},
        {'kernel_size': 2, 'ceil_mode': True},
    ]  # fmt: skip
    for rank, of in inputs.items():
        pool = getattr(F, f'max_pool{rank}d')
        for i, x in enumerate(of):
            for k in forms:
                k = {**k, 'return_indices': True}
                g.case(f'maxPool{rank}d', f'indices {i}, {k}', lambda x, **k: pool(x, **k), args=k, x=x)
            adapt = getattr(F, f'adaptive_max_pool{rank}d')
            g.case(f'adaptiveMaxPool{rank}d', f'indices {i}', lambda x, size, return_indices: adapt(x, size, return_indices), args={'size': [3, [5, 2], [1, 2, 1]][rank - 1], 'return_indices': True}, x=x if x is not ties else g.noise(1, 1, 5, 4, salt=4))

    def unpool(rank):
        of = getattr(F, f'max_unpool{rank}d')
        return lambda x, indices, **k: of(x, indices, **k)

    def whole(shape, data):
        return g.i32(shape, data)

    def back(rank, id, x, **k):
        """Of the results of a pool with these windows."""
        t = torch.tensor(x[2]).reshape(x[1])
        size = k.pop('output_size', None)
        y, at = getattr(F, f'max_pool{rank}d')(t, return_indices=True, **k)
        args = {**k, **({} if size is None else {'output_size': size})}
        f = unpool(rank)

        def call(x, indices, **k):
            return f(x, indices.long(), **k)

        g.case(f'maxUnpool{rank}d', f'{id} {args}', call, args=args, x=g.f32(list(y.shape), y.flatten().tolist()), indices=whole(list(at.shape), at.flatten().tolist()))

    for rank, x in {1: line, 2: image, 3: volume}.items():
        extents = list(x[1][2:])
        back(rank, 'side by side', g.noise(1, 2, *[4, 6, 2][:rank], salt=20 + rank), kernel_size=2)
        back(rank, 'padded', x, kernel_size=3, stride=3, padding=1, output_size=extents)
        back(rank, 'several of one index, overlapping', x, kernel_size=3, stride=2, padding=1, output_size=extents)
        back(rank, 'extents', x, kernel_size=2, output_size=extents)
        back(rank, 'whole shape', x, kernel_size=2, output_size=list(x[1]))
    back(2, 'apart', g.noise(1, 1, 5, 5, salt=30), kernel_size=2, stride=3)
    back(2, 'several of one index, pairs', image, kernel_size=[2, 3], stride=[2, 1])
    back(2, 'too large', image, kernel_size=2, output_size=[6, 6])
    back(2, 'too few extents', image, kernel_size=2, output_size=[4])
    call = unpool(2)
    g.case('maxUnpool2d', 'several of one index', lambda x, indices, kernel_size: call(x, indices.long(), kernel_size=kernel_size), args={'kernel_size': 2}, x=g.f32([1, 1, 2, 2], [1, -0.0, g.INF, g.NAN]), indices=whole([1, 1, 2, 2], [5, 0, 5, 0]))
    g.case('maxUnpool2d', 'out of range', lambda x, indices, kernel_size: call(x, indices.long(), kernel_size=kernel_size), args={'kernel_size': 2}, x=g.f32([1, 1, 1, 2], [1, 2]), indices=whole([1, 1, 1, 2], [5, 9]))
    g.case('maxUnpool2d', 'indices of another shape', lambda x, indices, kernel_size: call(x, indices.long(), kernel_size=kernel_size), args={'kernel_size': 2}, x=g.f32([1, 1, 1, 2], [1, 2]), indices=whole([1, 1, 2, 1], [5, 0]))
    g.case('maxUnpool2d', 'no images', lambda x, indices, kernel_size: call(x, indices.long(), kernel_size=kernel_size), args={'kernel_size': 2}, x=g.f32([0, 1, 1, 2], []), indices=whole([0, 1, 1, 2], []))

    def put(x, index, src=None, dim=0, value=None):
        return x.scatter(dim, index.long(), value if src is None else src)

    square, two = g.noise(3, 4, salt=5), g.noise(2, 3, salt=6)
    for dim in (0, 1, -1):
        g.case('scatter', f'dim {dim}', put, args={'dim': dim}, x=square, index=whole([2, 3], [0, 2, 1, 2, 0, 0] if dim == 0 else [0, 2, 1, 3, 0, 1]), src=two)
        g.case('scatter', f'a number, dim {dim}', put, args={'dim': dim, 'value': 2.5}, x=square, index=whole([2, 3], [0, 2, 1, 2, 0, 0]))
    g.case('scatter', 'several of one index', put, args={'dim': 1}, x=square, index=whole([3, 4], [1, 1, 0, 1, 2, 2, 2, 2, 0, 3, 0, 3]), src=g.noise(3, 4, salt=7))
    g.case('scatter', 'corners', put, args={'dim': 0}, x=g.vec(1, g.NAN, g.INF, -0.0), index=g.ivec(2, 0, 1), src=g.vec(-0.0, g.NAN, -g.INF))
    g.case('scatter', 'a source that is larger', put, args={'dim': 0}, wrt=['x'], x=square, index=whole([1, 2], [2, 0]), src=g.noise(2, 3, salt=8))
    g.case('scatter', 'whole numbers', put, args={'dim': 0}, x=g.ivec(1, 2, 3), index=g.ivec(2, 0), src=g.ivec(-7, 9))
    g.case('scatter', 'whole numbers, a number', put, args={'dim': 0, 'value': 4}, x=g.ivec(1, 2, 3), index=g.ivec(2, 0))
    g.case('scatter', 'no indices', put, args={'dim': 0}, x=g.vec(1, 2), index=g.ivec(), src=g.vec())
    g.case('scatter', '0-d', put, args={'dim': 0}, x=g.f32([], [1]), index=g.i32([], [0]), src=g.f32([], [5]))
    g.case('scatter', 'element types that differ', put, args={'dim': 0}, x=g.vec(1, 2), index=g.ivec(1), src=g.ivec(5))
    g.case('scatter', 'more indices than elements', put, args={'dim': 1}, x=square, index=whole([4, 1], [0, 1, 2, 0]), src=g.noise(4, 1, salt=7))

    def reduced(x, index, src, dim, reduce, **k):
        return x.scatter_reduce(dim, index.long(), src, reduce, **k)

    for reduce in ('sum', 'prod', 'mean', 'amax', 'amin'):
        for k in ({}, {'include_self': False}):
            args = {'reduce': reduce, **k}
            g.case('scatterReduce', f'{args}', reduced, args={'dim': 1, **args}, x=square, index=whole([3, 4], [1, 1, 0, 1, 2, 2, 2, 2, 0, 3, 0, 3]), src=g.noise(3, 4, salt=7))
            g.case('scatterReduce', f'{args}, ties', reduced, args={'dim': 0, **args}, x=g.vec(1, 2, 3), index=g.ivec(0, 0, 1, 2, 2), src=g.vec(1, 1, 5, 3, 3))
            g.case('scatterReduce', f'{args}, fewer', reduced, args={'dim': 0, **args}, x=square, index=whole([2, 3], [0, 2, 1, 0, 0, 0]), src=two)
    g.case('scatterReduce', 'no such reduction', reduced, args={'dim': 0, 'reduce': 'median'}, x=g.vec(1, 2), index=g.ivec(1), src=g.vec(3))
