"""Tensors from nothing but a shape. Each is multiplied by x, so that there is an input, and a gradient."""
import torch


def cases(g):
    x = g.f32([], [1.5])

    arange = lambda x, start, end=None, step=1: x * (torch.arange(start) if end is None else torch.arange(start, end, step))
    for a in ({'start': 5}, {'start': 0}, {'start': 2, 'end': 7}, {'start': 7, 'end': 1, 'step': -2}, {'start': 0, 'end': 1, 'step': 0.3}, {'start': -1.5, 'end': 2}, {'start': 3, 'end': 3}, {'start': 2.5}):
        g.case('arange', f'{list(a.values())}', arange, args=a, x=x)
    g.case('arange', 'steps of 0', arange, args={'start': 0, 'end': 3, 'step': 0}, x=x)
    g.case('arange', 'steps away', arange, args={'start': 0, 'end': 3, 'step': -1}, x=x)
    g.case('arange', 'below 0', arange, args={'start': -3}, x=x)

    linspace = lambda x, start, end, steps: x * torch.linspace(start, end, steps)
    for a in ((0, 1, 5), (-3, 3, 4), (1, 0, 6), (2, 2, 3), (5, 9, 1), (5, 9, 0), (0, 1, 11), (0.1, 0.7, 2)):
        g.case('linspace', f'{list(a)}', linspace, args=dict(zip(('start', 'end', 'steps'), a)), x=x)
    g.case('linspace', 'steps below 0', linspace, args={'start': 0, 'end': 1, 'steps': -1}, x=x)

    eye = lambda x, n, m=None: x * (torch.eye(n) if m is None else torch.eye(n, m))
    for n, m in ((3, None), (2, 4), (4, 2), (1, 1), (0, 3), (3, 0)):
        g.case('eye', f'{n} by {m}', eye, args={'n': n, **({} if m is None else {'m': m})}, x=x)

    for name, f in dict(zeros=torch.zeros, ones=torch.ones).items():
        for shape in ([2, 3], [], [0, 2], [1]):
            g.case(name, f'{shape}', lambda x, shape, f=f: x * f(shape), args={'shape': shape}, x=x)
    for shape, value in (([2, 3], 0.5), ([], -2), ([0], 1)):
        g.case('full', f'{shape} of {value}', lambda x, shape, value: x * torch.full(shape, value, dtype=torch.float32), args={'shape': shape, 'value': value}, x=x)

    rows, whole = g.f32([2, 2], [g.NAN, 1, g.INF, -0.0]), g.i32([3], [4, -2, 0])
    for name, f in dict(zeros_like=torch.zeros_like, ones_like=torch.ones_like, full_like=lambda t: torch.full_like(t, 3)).items():
        for what, t in dict(rows=rows, whole=whole).items():
            g.case(name, what, lambda x, like, f=f: x * f(like), x=x, like=t)
