"""Elements chosen by indices that are data, and sums into them."""
import torch
import torch.nn.functional as F


def cases(g):
    INF, NAN = g.INF, g.NAN

    def long(f):
        """PyTorch's indices are int64."""
        wide = lambda v: v.long() if isinstance(v, torch.Tensor) and v.dtype == torch.int32 else v
        return lambda **t: f(**{name: wide(v) for name, v in t.items()})

    table = g.noise(5, 3, salt=70)
    odd = g.f32([4, 2], [1, INF, -INF, NAN, 0.0, -0.0, g.MAX, g.TINY])

    @long
    def embedding(x, weight, padding_idx=None):
        if padding_idx is not None and not -len(weight) <= padding_idx < len(weight):
            raise ValueError('Padding_idx must be within num_embeddings')
        return F.embedding(x, weight, padding_idx)

    g.case('embedding', 'a vector', embedding, x=g.ivec(3, 0, 4), weight=table)
    g.case('embedding', 'one index many times', embedding, x=g.i32([2, 4], [1, 1, 1, 0, 1, 4, 1, 1]), weight=table)
    g.case('embedding', 'three dimensions', embedding, x=g.i32([2, 1, 3], [0, 1, 2, 3, 4, 0]), weight=table)
    g.case('embedding', '0-d', embedding, x=g.i32([], [2]), weight=table)
    g.case('embedding', 'nothing', embedding, x=g.i32([0], []), weight=table)
    g.case('embedding', 'rows of one', embedding, x=g.ivec(1, 1, 0), weight=g.f32([2, 1], [0.5, -1]))
    g.case('embedding', 'rows of nothing', embedding, x=g.ivec(1, 1, 0), weight=g.f32([2, 0], []))
    g.case('embedding', 'one row', embedding, x=g.ivec(0, 0), weight=g.f32([1, 2], [0.5, -1]))
    g.case('embedding', 'corners', embedding, x=g.ivec(3, 0, 1, 2, 0), weight=odd)
    g.case('embedding', 'cotangents of infinity and NaN', embedding, v=[INF, NAN, 1, -INF, 0.0], x=g.ivec(3, 0, 1, 3), weight=table)
    g.case('embedding', 'many rows', embedding, x=g.i32([3, 7], [(i * i) % 19 for i in range(21)]), weight=g.noise(19, 21, salt=71))
    for p in (1, -1, -5, 4):
        g.case('embedding', f'padding_idx {p}', embedding, args={'padding_idx': p}, x=g.i32([2, 3], [1, 4, 1, 0, 2, 0]), weight=table)
    for p in (5, -6):
        g.case('embedding', f'padding_idx {p}', embedding, args={'padding_idx': p}, x=g.ivec(1, 2), weight=table)
    g.case('embedding', 'no row', embedding, x=g.ivec(1, 5), weight=table)
    g.case('embedding', 'a negative index', embedding, x=g.ivec(1, -1), weight=table)
    g.case('embedding', 'a weight of three dimensions', embedding, x=g.ivec(1), weight=g.noise(2, 3, 2))

    @long
    def one_hot(x, num_classes):
        return F.one_hot(x, num_classes)

    g.case('oneHot', 'a vector', one_hot, args={'num_classes': 4}, x=g.ivec(3, 0, 1))
    g.case('oneHot', 'a matrix', one_hot, args={'num_classes': 2}, x=g.i32([2, 2], [1, 0, 0, 0]))
    g.case('oneHot', '0-d', one_hot, args={'num_classes': 3}, x=g.i32([], [2]))
    g.case('oneHot', 'one class', one_hot, args={'num_classes': 1}, x=g.ivec(0, 0))
    g.case('oneHot', 'nothing', one_hot, args={'num_classes': 3}, x=g.i32([0], []))
    g.case('oneHot', 'no class', one_hot, args={'num_classes': 3}, x=g.ivec(1, 3))
    g.case('oneHot', 'no classes', one_hot, args={'num_classes': 0}, x=g.ivec(1))

    cube = g.noise(2, 3, 4, salt=72)

    @long
    def index_select(x, dim, index):
        return torch.index_select(x, dim, index)

    for dim, index in ((1, [2, 2, 0, 2]), (0, [1, 0, 1]), (2, [3]), (-1, [0, 3, 0]), (-2, []), (-3, [1])):
        g.case('indexSelect', f'dim {dim}, {index}', index_select, args={'dim': dim}, x=cube, index=g.ivec(*index))
    g.case('indexSelect', 'a scalar index', index_select, args={'dim': 1}, x=cube, index=g.i32([], [2]))
    g.case('indexSelect', 'a vector', index_select, args={'dim': 0}, x=g.vec(1, NAN, -0.0), index=g.ivec(2, 1, 2))
    g.case('indexSelect', '0-d', index_select, args={'dim': 0}, x=g.f32([], [2.5]), index=g.ivec(0))
    g.case('indexSelect', 'extent 1', index_select, args={'dim': 1}, x=g.f32([2, 1], [1, 2]), index=g.ivec(0, 0))
    g.case('indexSelect', 'nothing', index_select, args={'dim': 0}, x=g.f32([2, 0], []), index=g.ivec(1, 1, 1))
    g.case('indexSelect', 'nothing of nothing', index_select, args={'dim': 0}, x=g.f32([0, 2], []), index=g.ivec())
    g.case('indexSelect', 'whole numbers', index_select, args={'dim': 0}, x=g.i32([3, 2], [1, 2, 3, 4, 5, 6]), index=g.ivec(2, 0))
    g.case('indexSelect', 'conditions', index_select, args={'dim': 1}, x=g.boolean([2, 2], [1, 0, 0, 1]), index=g.ivec(1, 0, 0))
    g.case('indexSelect', 'out of range', index_select, args={'dim': 1}, x=cube, index=g.ivec(3))
    g.case('indexSelect', 'a negative index', index_select, args={'dim': 1}, x=cube, index=g.ivec(-1))
    g.case('indexSelect', 'a matrix of indices', index_select, args={'dim': 1}, x=cube, index=g.i32([1, 2], [0, 1]))
    g.case('indexSelect', 'dimension out of range', index_select, args={'dim': 3}, x=cube, index=g.ivec(0))

    @long
    def index_add(x, dim, index, source, alpha=1):
        return torch.index_add(x, dim, index, source, alpha=alpha)

    for dim, index in ((1, [2, 2, 0, 2]), (0, [1, 1, 0]), (-1, [3]), (2, [])):
        shape = [2, 3, 4]
        shape[dim] = len(index)
        g.case('indexAdd', f'dim {dim}, {index}', index_add, args={'dim': dim}, x=cube, index=g.ivec(*index), source=g.noise(*shape, salt=73))
    g.case('indexAdd', 'alpha', index_add, args={'dim': 0, 'alpha': -2.5}, x=g.vec(1, 2, 3), index=g.ivec(2, 0, 2), source=g.vec(1, 10, 100))
    g.case('indexAdd', 'a scalar index', index_add, args={'dim': 0}, x=g.vec(1, 2, 3), index=g.i32([], [1]), source=g.vec(5))
    g.case('indexAdd', 'corners', index_add, args={'dim': 0}, x=g.vec(0.0, -0.0, INF, 1, -0.0), index=g.ivec(0, 1, 2, 3, 3), source=g.vec(-0.0, -0.0, -INF, NAN, 1))
    g.case('indexAdd', 'another source', index_add, args={'dim': 0}, x=g.vec(1, 2, 3), index=g.ivec(1, 0), source=g.vec(1, 2, 3))
    g.case('indexAdd', 'a source of another shape', index_add, args={'dim': 0}, x=g.noise(3, 2), index=g.ivec(1, 0), source=g.noise(2, 3))

    @long
    def gather(x, dim, index):
        return torch.gather(x, dim, index)

    m = g.noise(3, 4, salt=74)
    g.case('gather', 'columns', gather, args={'dim': 1}, x=m, index=g.i32([3, 2], [3, 3, 0, 1, 2, 2]))
    g.case('gather', 'rows', gather, args={'dim': 0}, x=m, index=g.i32([5, 4], [i * 7 % 3 for i in range(20)]))
    g.case('gather', 'from the back', gather, args={'dim': -1}, x=cube, index=g.i32([2, 3, 1], [0, 1, 2, 3, 0, 0]))
    g.case('gather', 'the middle', gather, args={'dim': 1}, x=cube, index=g.i32([2, 5, 4], [i * i % 3 for i in range(40)]))
    g.case('gather', 'fewer rows', gather, args={'dim': 1}, x=m, index=g.i32([2, 3], [3, 3, 0, 1, 2, 2]))
    g.case('gather', 'fewer columns', gather, args={'dim': 0}, x=m, index=g.i32([4, 1], [2, 0, 0, 1]))
    g.case('gather', 'a vector', gather, args={'dim': 0}, x=g.vec(1, NAN, -0.0, INF), index=g.ivec(2, 1, 2, 3, 3))
    g.case('gather', '0-d', gather, args={'dim': 0}, x=g.f32([], [2.5]), index=g.i32([], [0]))
    g.case('gather', '0-d, a vector', gather, args={'dim': 0}, x=g.f32([], [2.5]), index=g.ivec(0, 0))
    g.case('gather', 'a vector, 0-d', gather, args={'dim': 0}, x=g.vec(1, 2), index=g.i32([], [1]))
    g.case('gather', 'extent 1', gather, args={'dim': 1}, x=g.f32([2, 1], [1, 2]), index=g.i32([2, 3], [0] * 6))
    g.case('gather', 'nothing', gather, args={'dim': 1}, x=m, index=g.i32([3, 0], []))
    g.case('gather', 'whole numbers', gather, args={'dim': 1}, x=g.i32([2, 2], [1, 2, 3, 4]), index=g.i32([2, 1], [1, 0]))
    g.case('gather', 'conditions', gather, args={'dim': 1}, x=g.boolean([2, 2], [1, 0, 0, 1]), index=g.i32([2, 1], [1, 1]))
    g.case('gather', 'cotangents of infinity and NaN', gather, v=[INF, NAN, 1, -INF, 0.0], args={'dim': 1}, x=m, index=g.i32([3, 2], [3, 3, 0, 1, 2, 2]))
    g.case('gather', 'out of range', gather, args={'dim': 1}, x=m, index=g.i32([3, 1], [0, 4, 1]))
    g.case('gather', 'a negative index', gather, args={'dim': 1}, x=m, index=g.i32([3, 1], [0, -1, 1]))
    g.case('gather', 'more rows', gather, args={'dim': 1}, x=m, index=g.i32([4, 1], [0, 1, 1, 1]))
    g.case('gather', 'another rank', gather, args={'dim': 1}, x=m, index=g.ivec(0, 1))

    @long
    def take_along_dim(x, indices, dim=None):
        return torch.take_along_dim(x, indices, dim)

    g.case('takeAlongDim', 'columns', take_along_dim, args={'dim': 1}, x=m, indices=g.i32([3, 2], [3, 3, 0, 1, 2, 2]))
    g.case('takeAlongDim', 'one row of indices', take_along_dim, args={'dim': 1}, x=m, indices=g.i32([1, 2], [3, 1]))
    g.case('takeAlongDim', 'one row of numbers', take_along_dim, args={'dim': -1}, x=g.noise(1, 4), indices=g.i32([3, 2], [3, 3, 0, 1, 2, 2]))
    g.case('takeAlongDim', 'both repeat', take_along_dim, args={'dim': 1}, x=g.noise(2, 3, 1), indices=g.i32([1, 2, 4], [i % 3 for i in range(8)]))
    g.case('takeAlongDim', 'without dim', take_along_dim, x=m, indices=g.i32([2, 2], [11, 0, 0, 5]))
    g.case('takeAlongDim', '0-d without dim', take_along_dim, x=g.f32([], [2]), indices=g.i32([], [0]))
    g.case('takeAlongDim', 'shapes that do not broadcast', take_along_dim, args={'dim': 1}, x=m, indices=g.i32([2, 2], [0, 1, 1, 0]))
    g.case('takeAlongDim', 'another rank', take_along_dim, args={'dim': 1}, x=m, indices=g.ivec(0, 1))

    @long
    def scatter_add(x, dim, index, src):
        return torch.scatter_add(x, dim, index, src)

    g.case('scatterAdd', 'columns', scatter_add, args={'dim': 1}, x=m, index=g.i32([3, 2], [3, 3, 0, 1, 2, 2]), src=g.noise(3, 2, salt=75))
    g.case('scatterAdd', 'rows', scatter_add, args={'dim': 0}, x=m, index=g.i32([5, 4], [i * 7 % 3 for i in range(20)]), src=g.noise(5, 4, salt=76))
    g.case('scatterAdd', 'from the back', scatter_add, args={'dim': -2}, x=cube, index=g.i32([2, 5, 4], [i * i % 3 for i in range(40)]), src=g.noise(2, 5, 4, salt=77))
    g.case('scatterAdd', 'a part of the source', scatter_add, wrt=['x'], args={'dim': 1}, x=m, index=g.i32([2, 2], [3, 3, 0, 1]), src=g.noise(3, 3, salt=75))
    g.case('scatterAdd', 'a vector', scatter_add, args={'dim': 0}, x=g.vec(0.0, -0.0, INF, 1), index=g.ivec(0, 1, 2, 3, 3), src=g.vec(-0.0, -0.0, -INF, NAN, 1))
    g.case('scatterAdd', '0-d', scatter_add, args={'dim': 0}, x=g.f32([], [2]), index=g.i32([], [0]), src=g.f32([], [3]))
    g.case('scatterAdd', 'nothing', scatter_add, args={'dim': 1}, x=m, index=g.i32([3, 0], []), src=g.f32([3, 0], []))
    g.case('scatterAdd', 'out of range', scatter_add, args={'dim': 1}, x=m, index=g.i32([3, 1], [0, 4, 1]), src=g.noise(3, 1))
    g.case('scatterAdd', 'more rows than the source', scatter_add, args={'dim': 1}, x=m, index=g.i32([3, 2], [0, 1, 2, 3, 0, 0]), src=g.noise(2, 2))
    g.case('scatterAdd', 'more rows than x', scatter_add, args={'dim': 1}, x=m, index=g.i32([4, 1], [0, 1, 2, 3]), src=g.noise(4, 1))
