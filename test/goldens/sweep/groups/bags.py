"""Rows of a table in bags."""
import torch.nn.functional as F


def cases(g):
    table = g.noise(6, 3, salt=1)
    bags = g.i32([3, 4], [0, 2, 5, 2, 1, 1, 1, 4, 3, 0, 3, 2])

    def bag(x, weight, offsets=None, per_sample_weights=None, **k):
        return F.embedding_bag(x, weight, offsets, per_sample_weights=per_sample_weights, **k)

    def case(id, wrt=('weight',), **k):
        args = {n: v for n, v in k.items() if not isinstance(v, tuple)}
        tensors = {n: v for n, v in k.items() if isinstance(v, tuple)}
        g.case('embeddingBag', id, bag, args=args, wrt=list(wrt), **{'x': bags, 'weight': table, **tensors})

    line, starts = g.ivec(0, 2, 5, 2, 1, 1, 3), g.ivec(0, 3, 3, 5)
    for mode in ('sum', 'mean', 'max'):
        case(mode, mode=mode)
        case(f'{mode}, offsets', mode=mode, x=line, offsets=starts)
        case(f'{mode}, padding', mode=mode, padding_idx=1)
        case(f'{mode}, padding from the back', mode=mode, padding_idx=-4, x=g.i32([2, 2], [2, 2, 2, 0]))
        case(f'{mode}, offsets, padding', mode=mode, padding_idx=2, x=line, offsets=starts)
        case(f'{mode}, the last offset', mode=mode, x=line, offsets=g.ivec(0, 3, 3, 7), include_last_offset=True)
        case(f'{mode}, one row', mode=mode, x=g.i32([2, 1], [5, 0]))
        case(f'{mode}, no bags', mode=mode, x=g.i32([0, 2], []))
    case('by default')
    case('factors', wrt=('weight', 'per_sample_weights'), mode='sum', per_sample_weights=g.noise(3, 4, salt=2))
    case('factors, offsets', wrt=('weight', 'per_sample_weights'), mode='sum', x=line, offsets=starts, per_sample_weights=g.noise(7, salt=3))
    case('factors of means', mode='mean', per_sample_weights=g.noise(3, 4, salt=2))
    case('factors of another shape', mode='sum', per_sample_weights=g.noise(3, 3, salt=2))
    case('offsets of bags of one length', offsets=starts)
    case('no offsets', x=line)
    case('no such row to ignore', padding_idx=6)
    case('three dimensions', x=g.i32([1, 1, 1], [0]))
