"""Special functions: relatives of the error function, of the gamma function and of entropies."""
import torch


def cases(g):
    s = torch.special
    unary = {
        'erfinv': torch.erfinv, 'erfcx': s.erfcx, 'ndtr': s.ndtr, 'logNdtr': s.log_ndtr, 'lgamma': torch.lgamma, 'digamma': torch.digamma, 'entr': s.entr,
    }  # fmt: skip
    shares = [0.0, -0.0, 1, -1, 0.5, -0.5, 0.1, 0.9, -0.99, 0.999, 0.9999999, -0.99999, 1e-3, 1e-10, g.TINY, g.MIN, 1.0000001, 2, g.INF, -g.INF, g.NAN]
    # Where PyTorch itself is accurate: not next to poles and zeros below 0.
    gammas = [0.0, -0.0, 1, 2, 3, 0.5, 1.5, 2.5, 1.4616, 1.25, 0.9999999, 2.0000002, 1e-3, -1e-3, 1e-10, -1e-10, 1e-30, 10, 33.3, 1e3, 1e6, 1e20, -0.5, -0.25, -1.5, -2.25, -3.6, -10.3, g.INF, -g.INF, g.NAN]
    every = [0.0, -0.0, 0.5, -0.5, 1, -1, 1.5, 2, -2, 3, -3, 5, -5, 8, -8, 10, 1e-3, -1e-3, 1e-10, 20, 1e3, g.INF, g.NAN]
    values = {'erfinv': shares, 'entr': every + shares + [1e-30, g.MAX, -g.INF], 'lgamma': gammas, 'digamma': gammas, 'erfcx': every, 'ndtr': every + [-g.INF], 'logNdtr': every + [-20, -1e3]}
    for name, fn in unary.items():
        h = lambda x, fn=fn: fn(x)
        g.case(name, 'values', h, x=g.vec(*values[name]))
        g.case(name, '0-d', h, x=g.f32([], [0.75]))
        g.case(name, 'extent 0', h, x=g.f32([2, 0, 3], []))
        g.case(name, 'matrix', h, x=g.noise(3, 4, salt=200))
        g.case(name, 'whole numbers', h, x=g.ivec(1, 2, 3, 7))
        g.case(name, 'conditions', h, x=g.boolean([2], [1, 0]))
        g.case(name, 'a cotangent of 0', h, v=[0.0], x=g.vec(0.5, 0.25, 0.75))
    for name in ('lgamma', 'digamma'):
        g.case(name, 'whole numbers below 0', lambda x, fn=unary[name]: fn(x), x=g.vec(-1, -2, -7))
    for n in (0, 1, 2, 3, 4):
        h = lambda x, n: torch.polygamma(n, x)
        g.case('polygamma', f'{n}', h, args={'n': n}, x=g.vec(0.5, 1, 1.5, 2, 3, 5, 10, 33.3, 0.1, 0.01, 100))
        g.case('polygamma', f'{n}, below 0', h, args={'n': n}, x=g.vec(-0.5, -0.25, -1.5, -2.3, -4.6))
    g.case('polygamma', 'ends', lambda x, n: torch.polygamma(n, x), args={'n': 1}, wrt=[], x=g.vec(0.0, -0.0, 1e-3, 1e10, g.INF, g.NAN))
    g.case('polygamma', 'whole numbers', lambda x, n: torch.polygamma(n, x), args={'n': 1}, x=g.ivec(1, 2, 3))
    g.case('polygamma', 'a negative order', lambda x, n: torch.polygamma(n, x), args={'n': -1}, x=g.vec(1))
    for p in (1, 2, 4):
        g.case('mvlgamma', f'{p}', lambda x, p: torch.mvlgamma(x, p), args={'p': p}, x=g.vec(1.75, 2, 3.3, 10, 100))
    g.case('mvlgamma', 'no dimensions', lambda x, p: torch.mvlgamma(x, p), args={'p': 0}, x=g.vec(1.75))
    g.case('xlog1py', 'pairs', s.xlog1py, a=g.vec(1, 2, -1, 3, 0.5, 1, 1), b=g.vec(2, 0.1, 3, -0.5, 10, 1e-10, -1))
    g.case('xlog1py', 'zeros', s.xlog1py, wrt=['a'], a=g.vec(0, 0, 0, 0), b=g.vec(2, -1, -2, g.NAN))
    g.case('xlog1py', 'a number', lambda a, other: s.xlog1py(a, other), args={'other': 0.5}, a=g.vec(1, 0, -2))
    g.case('xlog1py', 'whole numbers', s.xlog1py, wrt=[], a=g.ivec(1, 2), b=g.ivec(3, 0))
