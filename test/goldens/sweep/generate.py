#!/usr/bin/env python3
"""Values and gradients of PyTorch (CPU, float32, one thread) for every function, method, layer and loss of Tapeout, at the
corners: 0-d, extents 0 and 1, ties, -0, infinities, NaN, the largest and the smallest numbers, in every form of argument.

Run with Debian's python3-torch:  python3 generate.py [folder]
Writes a .json.gz for each group of cases beside this script (or into `folder`). README.md tells its format.
"""
import glob
import gzip
import json
import math
import os
import runpy
import sys
import types
import warnings

sys.dont_write_bytecode = True
import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
warnings.simplefilter('ignore')
HERE = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))

INF, NAN = math.inf, math.nan
MAX = float(np.finfo(np.float32).max)  # the largest f32
MIN = 2.0**-126  # the least normal one
TINY = 1e-40  # a denormal one
LEAST = 2.0**-149  # the least of all

# ------------------------------------------------------------------- values
ORDINARY = [0.5, -0.5, 1, -1, 1.5, 2, -2, 2.5, -2.5, 3, -3, 0.1, -0.7, 10, -10, 100]
CORNERS = [0.0, -0.0, INF, -INF, NAN, MAX, -MAX, MIN, -MIN, TINY, -TINY, LEAST, -LEAST]
LARGE = [20, -20, 87, 88.5, 89, -87, -88, -103, -104, 1000, -1000, 1e10, -1e10, 1e30, 1e-10, -1e-10, 1e-20, 16777217]
UNARY = CORNERS + ORDINARY + LARGE
SOME = [0.0, -0.0, INF, -INF, NAN, MAX, -MAX, MIN, TINY, -TINY, LEAST, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, 10, 100, 1e-3]
WHOLE = [0, 1, -1, 2, -2, 3, 7, -7, 100, 2**31 - 1, -(2**31)]
# Exponents and bases at which a power is exact, overflows or is not a number.
BASES = SOME + [4, -10, 1.1, 1e10, 1e-10, 7, 0.25, -MIN]
EXPONENTS = SOME + [4, 5, 10.5, 20, -20, 127, -149, 1 / 3, 1e10, 16777216, 16777215, -5, 1.5, -1.5, 0.25]
COTANGENTS = [1, -2, 0.5, 3, -1.5]


def f32(shape, data):
    return ('f32', list(shape), [float(np.float32(v)) for v in data])


def i32(shape, data):
    return ('i32', list(shape), [int(v) for v in data])


def boolean(shape, data):
    return ('bool', list(shape), [int(v) for v in data])


def vec(*data):
    return f32([len(data)], data)


def ramp(*shape, start=-1.0, step=0.375):
    return f32(shape, [start + step * i for i in range(math.prod(shape))])


def noise(*shape, salt=0, scale=1.0):
    """Numbers without a pattern, the same ones everywhere."""
    s = (salt * 7919 + 12345) & 0xFFFFFFFF
    out = []
    for _ in range(math.prod(shape)):
        s = (s * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(scale * (((s >> 8) / 2**24) * 2 - 1))
    return f32(shape, out)


def pairs(xs, ys, make=vec):
    """Every one of `xs` with every one of `ys`."""
    return make(*[x for x in xs for _ in ys]), make(*[y for _ in xs for y in ys])


def ivec(*data):
    return i32([len(data)], data)


# ------------------------------------------------------------------ recording
DTYPES = {'f32': torch.float32, 'i32': torch.int32, 'bool': torch.bool}
CASES = []


def stored(t):
    """A tensor as written: its type, its shape, its numbers."""
    t = t.detach()
    kind = 'f32' if t.dtype.is_floating_point else 'bool' if t.dtype == torch.bool else 'i32'
    flat = t.reshape(-1).tolist()
    return [kind, list(t.shape), [number(v) for v in flat]]


def number(v):
    """What JavaScript's Number reads back: JSON has neither NaN nor infinity, and -0 must stay."""
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, int):
        return v
    if math.isnan(v):
        return 'NaN'
    if math.isinf(v):
        return 'Infinity' if v > 0 else '-Infinity'
    if v == 0 and math.copysign(1, v) < 0:
        return '-0'
    # The shortest digits that read back as this f32.
    return int(v) if v == int(v) and abs(v) < 1e6 else float(str(np.float32(v)))


def run(fn, inputs, args, wrt, v, double):
    tensors = {}
    for name, (dtype, shape, data) in inputs.items():
        t = torch.tensor(data, dtype=DTYPES[dtype]).reshape(shape)
        if double and dtype == 'f32':
            t = t.double()
        tensors[name] = t.requires_grad_(True) if name in wrt else t
    # PyTorch's own functions have names of their own for their operands.
    own = getattr(fn, '__module__', None) in (__name__, 'group')
    out = fn(**tensors, **args) if own else fn(*tensors.values(), **args)
    outs = list(out) if isinstance(out, (tuple, list)) else [out]
    cotangents = []
    for o in outs:
        given = v if v is not None else COTANGENTS
        cotangents.append(torch.tensor([given[i % len(given)] for i in range(o.numel())], dtype=torch.float32).reshape(o.shape))
    float_outs = [(o, c.to(o.dtype)) for o, c in zip(outs, cotangents) if o.dtype.is_floating_point and o.requires_grad]
    grads = {}
    if float_outs and wrt:
        got = torch.autograd.grad([o for o, _ in float_outs], [tensors[w] for w in wrt], [c for _, c in float_outs], allow_unused=True)
        grads = {w: (torch.zeros_like(tensors[w]) if g is None else g) for w, g in zip(wrt, got)}
    return outs, cotangents, grads


def error(a, b):
    """The worst difference of float32 from float64, where both are finite."""
    a, b = a.detach().double().reshape(-1), b.detach().double().reshape(-1)
    d = (a - b).abs()
    d = d[torch.isfinite(d)]
    return float('%.3g' % d.max().item()) if d.numel() else 0.0


def case(of, id, fn, args=None, wrt=None, v=None, shown=None, **inputs):
    """One call of `of`: the results and, given the cotangents `v`, repeated, the gradients. `shown` are the
    arguments as Tapeout is given them where PyTorch's differ."""
    args = args or {}
    wrt = [n for n, t in inputs.items() if t[0] == 'f32'] if wrt is None else wrt
    c = {'of': of, 'id': id}
    if args or shown:
        c['args'] = args if shown is None else shown
    c['in'] = {n: [t[0], t[1], [number(x) for x in t[2]]] for n, t in inputs.items()}
    try:
        outs, cotangents, grads = run(fn, inputs, args, wrt, v, False)
    except (RuntimeError, IndexError, ValueError) as e:
        c['refused'] = str(e).split('\n')[0][:120]
        CASES.append(c)
        return
    c['out'] = [stored(o) for o in outs]
    if grads:
        c['v'] = [number(float(x)) for x in (v if v is not None else COTANGENTS)]
        c['grad'] = {n: stored(g) for n, g in grads.items()}
    try:
        outs64, _, grads64 = run(fn, inputs, args, wrt, v, True)
        c['err'] = [error(a, b) for a, b in zip(outs, outs64)]
        if grads:
            c['errGrad'] = {n: error(g, grads64[n]) for n, g in grads.items()}
    except RuntimeError:
        pass
    CASES.append(c)


# ---------------------------------------------------------- element by element
def elementwise():
    unary = {
        'neg': torch.neg, 'abs': torch.abs, 'exp': torch.exp, 'log': torch.log, 'sqrt': torch.sqrt, 'tanh': torch.tanh,
        'sigmoid': torch.sigmoid, 'erf': torch.erf, 'relu': F.relu, 'detach': lambda x: x.detach(),
        'leakyRelu': F.leaky_relu, 'gelu': F.gelu, 'identity': torch.nn.Identity(),
    }  # fmt: skip
    for name, fn in unary.items():
        f = lambda x, **a: fn(x, **a)
        case(name, 'values', f, x=vec(*UNARY))
        case(name, '0-d', f, x=f32([], [0.75]))
        case(name, '0-d, -0', f, x=f32([], [-0.0]))
        case(name, 'extent 1', f, x=vec(-1.25))
        case(name, 'extent 0', f, x=f32([0], []))
        case(name, 'extent 0 of several', f, x=f32([2, 0, 3], []))
        case(name, 'a cotangent of 0', f, v=[0.0], x=vec(*SOME))
        case(name, 'a cotangent of infinity', f, v=[INF], x=vec(*SOME))
        case(name, 'a cotangent of NaN', f, v=[NAN], x=vec(*SOME))
        case(name, 'whole numbers', f, x=ivec(*WHOLE))
    for slope in [0.0, -0.0, 1.0, -0.5, 2.0, INF, 1e-40]:
        case('leakyRelu', f'slope {slope}', F.leaky_relu, args={'negative_slope': slope}, shown={'slope': number(slope)}, x=vec(*SOME))
    case('gelu', 'tanh, values', F.gelu, args={'approximate': 'tanh'}, x=vec(*[v for v in UNARY if not 1e9 < abs(v) < INF]))
    case('gelu', 'tanh, huge values', F.gelu, args={'approximate': 'tanh'}, x=vec(MAX, -MAX, 1e10, -1e10, 1e30))

    binary = {'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'maximum': torch.maximum, 'minimum': torch.minimum}
    for name, fn in binary.items():
        a, b = pairs(SOME, SOME)
        case(name, 'tensor, tensor', fn, a=a, b=b)
        for id, v in {'0': [0.0], 'infinity': [INF], 'NaN': [NAN]}.items():
            case(name, f'a cotangent of {id}', fn, v=v, a=vec(*[1, 2, 3, 0, -0.0, INF, NAN, -INF] * 2), b=vec(*[1, 1, 4, -0.0, 0, INF, 1, NAN] * 2))
        case(name, '0-d, 0-d', fn, a=f32([], [2]), b=f32([], [-3]))
        case(name, '0-d, vector', fn, a=f32([], [2]), b=vec(1, 2, 3, NAN))
        case(name, 'vector, 0-d', fn, a=vec(1, 2, 3, NAN), b=f32([], [2]))
        case(name, 'column, row', fn, a=f32([3, 1], [1, 2, INF]), b=f32([1, 4], [2, 1, -1, 0]))
        case(name, 'extent 1, vector', fn, a=vec(2), b=vec(1, 2, 3))
        case(name, 'extent 1, extent 0', fn, a=vec(2), b=f32([0], []))
        case(name, 'extents 0', fn, a=f32([2, 0], []), b=f32([2, 0], []))
        case(name, 'extents 0, a row', fn, a=f32([3, 0], []), b=f32([1, 0], []))
        case(name, 'of itself', lambda a: fn(a, a), a=vec(*SOME))
        case(name, 'shapes that do not broadcast', fn, a=vec(1, 2), b=vec(1, 2, 3))
        wa, wb = pairs(WHOLE, [w for w in WHOLE if w != 0], ivec)
        if name != 'div':
            wa, wb = pairs(WHOLE, WHOLE, ivec)
        case(name, 'whole numbers', fn, a=wa, b=wb)
        case(name, 'whole numbers and floats', fn, a=ivec(1, -2, 3), b=vec(0.5, NAN, -0.0))
        if name in ('add', 'sub', 'mul', 'div'):
            for s in [0.0, -0.0, 1.0, -1.0, 2.5, INF, -INF, NAN, MAX, TINY]:
                case(name, f'a number {s}', lambda a, **k: fn(a, k['other']), args={'other': s}, shown={'other': number(s)}, a=vec(*SOME))
            case(name, 'whole numbers, a whole number', lambda a, **k: fn(a, k['other']), args={'other': 3}, a=ivec(*WHOLE))
            case(name, 'whole numbers, a fraction', lambda a, **k: fn(a, k['other']), args={'other': 0.5}, a=ivec(*WHOLE))

    # -- powers
    a, b = pairs(BASES, EXPONENTS)
    case('pow', 'tensor, tensor', torch.pow, a=a, b=b)
    # Whole results: exact in float32.
    exact = [(float(x), float(e)) for x in range(-12, 13) for e in range(0, 8) if abs(x) ** e < 2**24]
    exact += [(2.0, float(e)) for e in range(-149, 128)] + [(4.0, e / 2) for e in range(-120, 120, 7)] + [(0.5, float(e)) for e in range(-127, 149, 5)]
    exact += [(10.0, float(e)) for e in range(0, 11)] + [(float(k * k), 0.5) for k in range(1, 30)] + [(float(k**4), 0.25) for k in range(1, 12)]
    case('pow', 'exact results', torch.pow, a=vec(*[x for x, _ in exact]), b=vec(*[e for _, e in exact]))
    for e in [0.0, -0.0, 1.0, 2.0, 3.0, 4.0, 5.0, -1.0, -2.0, -3.0, 0.5, -0.5, 1.5, 0.1, 100.0, 7.25, INF, -INF, NAN]:
        case('pow', f'a number {e}', lambda a, **k: torch.pow(a, k['other']), args={'other': e}, shown={'other': number(e)}, a=vec(*BASES))
    for s in [0.0, 1.0, 2.0, -2.0, 0.5, 10.0, INF, NAN]:
        case('pow', f'base {s}', torch.pow, wrt=['b'], a=f32([], [s]), b=vec(*EXPONENTS))
    case('pow', 'column, row', torch.pow, a=f32([3, 1], [1, 2, 0]), b=f32([1, 3], [2, 0, -1]))
    case('pow', '0-d', torch.pow, a=f32([], [3]), b=f32([], [4]))
    case('pow', 'extent 0', torch.pow, a=f32([0], []), b=f32([0], []))
    case('pow', 'of itself', lambda a: torch.pow(a, a), a=vec(*SOME))
    case('pow', 'a cotangent of 0', torch.pow, v=[0.0], a=a, b=b)
    case('pow', 'whole numbers, a whole number', lambda a, **k: torch.pow(a, k['other']), args={'other': 3}, a=ivec(0, 1, -1, 2, -2, 7, 100, 1290))
    for e in [0, 1, 2, 5, 31]:
        case('pow', f'whole numbers, {e}', lambda a, **k: torch.pow(a, k['other']), args={'other': e}, a=ivec(*WHOLE))
    case('pow', 'whole numbers, tensor', torch.pow, a=ivec(0, 1, -1, 2, -2, 7, 3, 10), b=ivec(0, 5, 3, 30, 31, 4, 2, 0))
    case('pow', 'whole numbers, 0.5', lambda a, **k: torch.pow(a, k['other']), args={'other': 0.5}, a=ivec(0, 1, 4, 7))
    case('pow', 'whole numbers, -1', lambda a, **k: torch.pow(a, k['other']), args={'other': -1}, a=ivec(1, 2, 4))

    # -- comparisons
    for name in ['eq', 'ne', 'lt', 'le', 'gt', 'ge']:
        fn = getattr(torch, name)
        a, b = pairs(SOME, SOME)
        case(name, 'tensor, tensor', fn, wrt=[], a=a, b=b)
        for s in [0.0, -0.0, 1.0, INF, -INF, NAN]:
            case(name, f'a number {s}', lambda a, **k: fn(a, k['other']), wrt=[], args={'other': s}, shown={'other': number(s)}, a=vec(*SOME))
        wa, wb = pairs(WHOLE, WHOLE, ivec)
        case(name, 'whole numbers', fn, a=wa, b=wb)
        case(name, 'whole numbers, a fraction', lambda a, **k: fn(a, k['other']), args={'other': 2.5}, a=ivec(*WHOLE))
        case(name, 'whole numbers and floats', fn, wrt=[], a=ivec(1, -2, 3), b=vec(0.5, NAN, 3))
        case(name, '0-d', fn, wrt=[], a=f32([], [1]), b=f32([], [1]))
        case(name, 'extent 0', fn, wrt=[], a=f32([0], []), b=f32([0], []))
        case(name, 'column, row', fn, wrt=[], a=f32([2, 1], [0, 1]), b=f32([1, 3], [-1, 0, 1]))
        case(name, 'conditions', fn, a=boolean([4], [0, 0, 1, 1]), b=boolean([4], [0, 1, 0, 1]))

    # -- clamp
    bounds = [(0.0, 1.0), (-1.0, 1.0), (None, 1.0), (-1.0, None), (1.0, -1.0), (0.0, 0.0), (-0.0, 0.0), (-INF, INF), (NAN, 1.0), (-1.0, NAN), (NAN, None), (None, NAN), (INF, None), (2.0, 2.0), (None, None)]
    for lo, hi in bounds:
        shown = {'min': None if lo is None else number(lo), 'max': None if hi is None else number(hi)}
        case('clamp', f'{lo} to {hi}', lambda x, **k: torch.clamp(x, k['min'], k['max']), args={'min': lo, 'max': hi}, shown=shown, x=vec(*SOME))
    xs = [0.0, -0.0, 1, -1, INF, -INF, NAN, 0.5]
    x, lo = pairs(xs, xs)
    case('clamp', 'tensors at both ends', lambda x, lo, hi: torch.clamp(x, lo, hi), x=x, lo=lo, hi=vec(*[1, 0.0, -0.0, NAN, INF, 0.5, -INF, -1, 2] * 7 + [1]))
    case('clamp', 'a least tensor', lambda x, lo: torch.clamp(x, min=lo), x=x, lo=lo)
    case('clamp', 'a greatest tensor', lambda x, hi: torch.clamp(x, max=hi), x=x, hi=lo)
    case('clamp', 'a column and a row', lambda x, lo, hi: torch.clamp(x, lo, hi), x=f32([2, 3], [-2, 0, 2, NAN, 1, 3]), lo=f32([2, 1], [-1, 0]), hi=f32([3], [0, 1, 2]))
    case('clamp', '0-d tensors', lambda x, lo, hi: torch.clamp(x, lo, hi), x=vec(-2, 0, 2), lo=f32([], [-1]), hi=f32([], [1]))
    case('clamp', 'whole numbers', lambda x, **k: torch.clamp(x, k['min'], k['max']), args={'min': -3, 'max': 5}, x=ivec(*WHOLE))
    case('clamp', 'whole numbers, one end', lambda x, **k: torch.clamp(x, min=k['min']), args={'min': 0}, x=ivec(*WHOLE))
    case('clamp', '0-d', lambda x, **k: torch.clamp(x, k['min'], k['max']), args={'min': 0.0, 'max': 1.0}, x=f32([], [1.5]))
    case('clamp', 'extent 0', lambda x, **k: torch.clamp(x, k['min'], k['max']), args={'min': 0.0, 'max': 1.0}, x=f32([0], []))

    # -- where
    cond, a = boolean([2 * len(SOME)], [0] * len(SOME) + [1] * len(SOME)), vec(*SOME, *SOME)
    b = vec(*SOME[::-1], *SOME)
    case('where', 'tensors', torch.where, cond=cond, a=a, b=b)
    case('where', 'a cotangent of NaN', torch.where, v=[NAN], cond=cond, a=a, b=b)
    case('where', 'a number first', lambda cond, b, **k: torch.where(cond, torch.tensor(k['a'], dtype=b.dtype), b), args={'a': -INF}, shown={'a': '-Infinity'}, cond=cond, b=b)
    case('where', 'a number second', lambda cond, a, **k: torch.where(cond, a, torch.tensor(k['b'], dtype=a.dtype)), args={'b': NAN}, shown={'b': 'NaN'}, cond=cond, a=a)
    case('where', 'shapes that broadcast', torch.where, cond=boolean([2, 1], [0, 1]), a=f32([3], [1, 2, NAN]), b=f32([], [INF]))
    case('where', '0-d', torch.where, cond=boolean([], [1]), a=f32([], [2]), b=f32([], [3]))
    case('where', 'extent 0', torch.where, cond=boolean([0], []), a=f32([0], []), b=f32([0], []))
    case('where', 'whole numbers', torch.where, cond=boolean([3], [1, 0, 1]), a=ivec(1, 2, 3), b=ivec(-1, -2, -3))

    # -- conversions
    case('to', 'floats to whole numbers', lambda x: x.to(torch.int32), wrt=[], x=vec(0, -0.0, 0.5, -0.5, 0.999, 1.5, 2.5, -1.5, -2.5, 1e9, -1e9, 16777217, 2147483520, -2147483648, TINY))
    case('to', 'whole numbers to floats', lambda x: x.to(torch.float32), shown={'dtype': 'f32'}, x=ivec(*WHOLE, 16777217, 16777219, 33554435))
    case('to', 'conditions to floats', lambda x: x.to(torch.float32), shown={'dtype': 'f32'}, x=boolean([2], [0, 1]))
    case('to', 'conditions to whole numbers', lambda x: x.to(torch.int32), x=boolean([2], [0, 1]))
    case('to', 'floats to floats', lambda x: x.to(torch.float32) * 1, shown={'dtype': 'f32'}, x=vec(*SOME))
    case('to', 'through whole numbers', lambda x: x.to(torch.int32).to(torch.float32), shown={'dtype': 'i32', 'back': True}, x=vec(0.5, -1.5, -0.0))


# ------------------------------------------------------------------- reductions
ROWS = [
    [1, 2, 3, 4], [4, 3, 2, 1], [3, 3, 3, 3], [1, 3, 3, 2], [-1, -3, -1, -3], [0.0, -0.0, 0.0, -0.0], [-0.0, 0.0, -0.0, 0.0],
    [-0.0, -0.0, -0.0, -0.0], [NAN, 1, 2, 3], [1, NAN, 2, 3], [1, 2, 3, NAN], [NAN, NAN, 1, NAN], [NAN] * 4, [INF, 1, 2, 3],
    [INF, INF, 1, 2], [-INF, 1, 2, 3], [-INF] * 4, [INF] * 4, [INF, -INF, 1, 2], [1, -INF, INF, NAN], [MAX, 1, 2, 3],
    [MAX, MAX, 1, 2], [-MAX, -MAX, 1, 1], [MAX, MAX, -MAX, -MAX], [TINY, -TINY, LEAST, 0], [LEAST, LEAST, 0, 0], [1e30, -1e30, 1, 2],
    [100, 0, -100, 50], [88, 89, 90, 100], [-1000, -1001, -1002, -1000], [16777216, 1, 1, 1], [0.1, 0.2, 0.3, 0.4],
]  # fmt: skip
TABLE = f32([len(ROWS), 4], [v for r in ROWS for v in r])
CALM = f32([2, 3, 2], [1, 5, -2, 5, 0.5, 5, -3, 5, 2, 2, 2, -3])
# Many axes and orders; the names are Tapeout's.
FORMS = [(0, False), (1, True), (-1, False), (-3, True), ((0, 1), False), ((-1, 0), True), ((1, -1), False), ((2, 0, 1), False), ((0, 1, 2), True)]


def over(dim, keepdim):
    return {'dim': list(dim) if isinstance(dim, tuple) else dim, 'keepdim': keepdim}


def reductions():
    def reduced(name, fn, whole=True):
        """`fn(x, dim, keepdim)`, `dim` a number, several, or None for all of them."""
        f = lambda x, dim, keepdim: fn(x, dim, keepdim)
        case(name, 'rows', f, args={'dim': 1, 'keepdim': False}, x=TABLE)
        case(name, 'rows, keepdim', f, args={'dim': -1, 'keepdim': True}, x=TABLE)
        for id, v in {'0': [0.0], 'infinity': [INF], 'NaN': [NAN]}.items():
            case(name, f'rows, a cotangent of {id}', f, args={'dim': 1, 'keepdim': False}, v=v, x=TABLE)
        for dim, keepdim in FORMS:
            case(name, f'dim {dim}{", keepdim" if keepdim else ""}', f, args=over(dim, keepdim), x=CALM)
        case(name, 'all', f, args={'dim': None, 'keepdim': False}, x=CALM)
        case(name, 'all, ties', f, args={'dim': None, 'keepdim': False}, x=f32([2, 2], [3, 3, 3, 1]))
        case(name, 'all, NaN', f, args={'dim': None, 'keepdim': False}, x=f32([2, 2], [1, NAN, NAN, 1]))
        case(name, 'an empty list of dims', f, args={'dim': (), 'keepdim': False}, shown={'dim': [], 'keepdim': False}, x=f32([2, 2], [3, 3, 3, 1]))
        case(name, '0-d', f, args={'dim': None, 'keepdim': False}, x=f32([], [2.5]))
        case(name, '0-d, -0', f, args={'dim': None, 'keepdim': False}, x=f32([], [-0.0]))
        case(name, '0-d, NaN', f, args={'dim': None, 'keepdim': False}, x=f32([], [NAN]))
        for d in (0, -1):
            case(name, f'0-d, dim {d}', f, args={'dim': d, 'keepdim': False}, x=f32([], [2.5]))
        case(name, '0-d, dim 0, keepdim', f, args={'dim': 0, 'keepdim': True}, x=f32([], [2.5]))
        case(name, 'extent 1', f, args={'dim': 0, 'keepdim': False}, x=vec(-0.0))
        case(name, 'extent 1 of several', f, args={'dim': 1, 'keepdim': False}, x=f32([3, 1, 2], [1, NAN, INF, -0.0, 0.0, 2]))
        case(name, 'nothing', f, args={'dim': 0, 'keepdim': False}, x=f32([0], []))
        case(name, 'nothing, all', f, args={'dim': None, 'keepdim': False}, x=f32([0], []))
        case(name, 'rows of nothing', f, args={'dim': 1, 'keepdim': False}, x=f32([3, 0], []))
        case(name, 'rows of nothing, keepdim', f, args={'dim': 1, 'keepdim': True}, x=f32([3, 0], []))
        case(name, 'no rows', f, args={'dim': 1, 'keepdim': False}, x=f32([0, 3], []))
        case(name, 'dimension out of range', f, args={'dim': 2, 'keepdim': False}, x=f32([2, 2], [1, 2, 3, 4]))
        case(name, 'dimension out of range from the back', f, args={'dim': -3, 'keepdim': False}, x=f32([2, 2], [1, 2, 3, 4]))
        case(name, 'a dimension twice', f, args={'dim': (1, -1), 'keepdim': False}, shown={'dim': [1, -1], 'keepdim': False}, x=f32([2, 2], [1, 2, 3, 4]))
        if whole:
            case(name, 'whole numbers', f, args={'dim': 1, 'keepdim': False}, x=i32([3, 4], [1, 7, 7, -2, -(2**31), 5, 2**31 - 1, 0, 3, 3, 3, 3]))
            case(name, 'whole numbers, all', f, args={'dim': None, 'keepdim': False}, x=i32([2, 2], [1, 7, 7, -2]))
            case(name, 'conditions', f, args={'dim': 1, 'keepdim': False}, x=boolean([3, 2], [0, 0, 1, 0, 1, 1]))

    some = lambda fn: lambda x, dim, keepdim: fn(x) if dim is None else fn(x, dim=dim, keepdim=keepdim)
    # Sums of whole numbers are int64 in PyTorch.
    whole_sum = lambda x, dim, keepdim: some(torch.sum)(x, dim, keepdim)
    reduced('sum', whole_sum)
    reduced('mean', some(torch.mean))
    # amax over no named dimension is amax over all.
    reduced('amax', lambda x, dim, keepdim: torch.amax(x) if dim is None else torch.amax(x, dim=dim, keepdim=keepdim))
    reduced('amin', lambda x, dim, keepdim: torch.amin(x) if dim is None else torch.amin(x, dim=dim, keepdim=keepdim))

    for name, fn in {'max': torch.max, 'min': torch.min, 'argmax': torch.argmax, 'argmin': torch.argmin}.items():
        index = name.startswith('arg')
        kw = {'wrt': []} if index else {}
        f = lambda x, dim, keepdim: fn(x, dim=dim, keepdim=keepdim)
        whole = lambda x: fn(x)
        case(name, 'rows', f, args={'dim': 1, 'keepdim': False}, x=TABLE, **kw)
        case(name, 'rows, keepdim', f, args={'dim': -1, 'keepdim': True}, x=TABLE, **kw)
        if not index:
            for id, v in {'0': [0.0], 'infinity': [INF], 'NaN': [NAN]}.items():
                case(name, f'rows, a cotangent of {id}', f, args={'dim': 1, 'keepdim': False}, v=v, x=TABLE)
        for dim, keepdim in [(0, False), (1, True), (-1, False), (-2, True), (-3, False)]:
            case(name, f'dim {dim}{", keepdim" if keepdim else ""}', f, args=over(dim, keepdim), x=CALM, **kw)
        case(name, 'all', whole, x=CALM, **kw)
        for i, row in enumerate(ROWS):
            if i in (2, 3, 5, 6, 8, 9, 10, 11, 12, 14, 16, 18, 19):
                case(name, f'all of {row}', whole, x=f32([2, 2], row), **kw)
        case(name, '0-d', whole, x=f32([], [2.5]), **kw)
        case(name, '0-d, NaN', whole, x=f32([], [NAN]), **kw)
        for d in (0, -1):
            case(name, f'0-d, dim {d}', f, args={'dim': d, 'keepdim': False}, x=f32([], [2.5]), **kw)
        case(name, 'extent 1', f, args={'dim': 0, 'keepdim': False}, x=vec(-0.0), **kw)
        case(name, 'extent 1 of several', f, args={'dim': 1, 'keepdim': False}, x=f32([3, 1, 2], [1, NAN, INF, -0.0, 0.0, 2]), **kw)
        case(name, 'nothing', f, args={'dim': 0, 'keepdim': False}, x=f32([0], []), **kw)
        case(name, 'nothing, all', whole, x=f32([0], []), **kw)
        case(name, 'rows of nothing', f, args={'dim': 1, 'keepdim': False}, x=f32([3, 0], []), **kw)
        case(name, 'no rows', f, args={'dim': 1, 'keepdim': False}, x=f32([0, 3], []), **kw)
        case(name, 'dimension out of range', f, args={'dim': 2, 'keepdim': False}, x=f32([2, 2], [1, 2, 3, 4]), **kw)
        case(name, 'whole numbers', f, args={'dim': 1, 'keepdim': False}, x=i32([3, 4], [1, 7, 7, -2, -(2**31), 5, 2**31 - 1, 0, 3, 3, 3, 3]), **kw)
        case(name, 'whole numbers, the least of all first', f, args={'dim': 0, 'keepdim': False}, x=ivec(-(2**31), -(2**31) + 1, -(2**31)), **kw)
        case(name, 'whole numbers, all', whole, x=i32([2, 3], [1, 7, 7, -2, -2, 0]), **kw)

    for name, fn in {'softmax': F.softmax, 'logSoftmax': F.log_softmax}.items():
        f = lambda x, dim: fn(x, dim=dim)
        case(name, 'rows', f, args={'dim': 1}, x=TABLE)
        for id, v in {'0': [0.0], 'infinity': [INF], 'NaN': [NAN]}.items():
            case(name, f'rows, a cotangent of {id}', f, args={'dim': -1}, v=v, x=TABLE)
        for d in [0, 1, 2, -1, -2, -3]:
            case(name, f'dim {d}', f, args={'dim': d}, x=CALM)
        case(name, '0-d', f, args={'dim': 0}, x=f32([], [2.5]))
        case(name, '0-d, dim -1', f, args={'dim': -1}, x=f32([], [2.5]))
        case(name, 'extent 1', f, args={'dim': 0}, x=vec(3))
        case(name, 'extent 1, infinity', f, args={'dim': 0}, x=vec(INF))
        case(name, 'nothing', f, args={'dim': 0}, x=f32([0], []))
        case(name, 'rows of nothing', f, args={'dim': 1}, x=f32([2, 0], []))
        case(name, 'no rows', f, args={'dim': 1}, x=f32([0, 3], []))
        case(name, 'dimension out of range', f, args={'dim': 2}, x=f32([2, 2], [1, 2, 3, 4]))
        case(name, 'whole numbers', f, args={'dim': 0}, x=ivec(1, 2))


# ------------------------------------------------------------------- movement
def movement():
    x = f32([2, 3, 2], [0.0, -0.0, INF, -INF, NAN, MAX, TINY, 1, 2, 3, 4, 5])
    for name, key in {'view': 'view', 'reshape': 'reshape'}.items():
        f = lambda x, shape: getattr(x, key)(shape)
        for shape in [[12], [-1], [3, 4], [2, -1], [-1, 2, 1, 2], [1, 12, 1], [2, 3, 2], [5, -1], [-1, -1], [0, -1], [-2, 12], [13]]:
            case(name, f'{shape}', f, args={'shape': shape}, x=x)
        case(name, '0-d to []', f, args={'shape': []}, x=f32([], [2]))
        case(name, '0-d to [1,1]', f, args={'shape': [1, 1]}, x=f32([], [2]))
        case(name, 'extent 1 to []', f, args={'shape': []}, x=vec(2))
        for shape in [[0, 3], [3, 0, 5], [0], [-1], [0, -1], [2, -1], [1, -1], [3, 4, 0]]:
            case(name, f'nothing to {shape}', f, args={'shape': shape}, x=f32([0, 3, 4], []))
    for args in [{}, {'start_dim': 1}, {'start_dim': 0, 'end_dim': 1}, {'start_dim': -2}, {'start_dim': -2, 'end_dim': -2}, {'start_dim': 2, 'end_dim': 1}, {'start_dim': 3}, {'end_dim': -4}]:
        case('flatten', f'{args}', torch.flatten, args=args, x=x)
    case('flatten', '0-d', torch.flatten, x=f32([], [2]))
    case('flatten', '0-d, dims', torch.flatten, args={'start_dim': 0, 'end_dim': -1}, x=f32([], [2]))
    case('flatten', '0-d, dimension out of range', torch.flatten, args={'start_dim': 1}, x=f32([], [2]))
    case('flatten', 'extent 0', torch.flatten, args={'start_dim': 1}, x=f32([2, 0, 3], []))
    case('flatten', 'all of extent 0', torch.flatten, x=f32([2, 0, 3], []))
    for d in [0, 1, 3, -1, -4, 4, -5]:
        case('unsqueeze', f'{d}', torch.unsqueeze, args={'dim': d}, x=x)
    for d in [0, -1, 1]:
        case('unsqueeze', f'0-d, {d}', torch.unsqueeze, args={'dim': d}, x=f32([], [2]))
    case('unsqueeze', 'extent 0', torch.unsqueeze, args={'dim': 1}, x=f32([0, 2], []))
    ones = f32([1, 3, 1], [NAN, -0.0, 2])
    sq = lambda x, dim: torch.squeeze(x) if dim is None else torch.squeeze(x, dim)
    for d in [None, 0, 1, 2, -1, -3, 3]:
        case('squeeze', f'{d}', sq, args={'dim': d}, x=ones)
    for d in [None, 0, -1]:
        case('squeeze', f'0-d, {d}', sq, args={'dim': d}, x=f32([], [2]))
    case('squeeze', 'to 0-d', sq, args={'dim': None}, x=f32([1, 1], [2]))
    case('squeeze', 'extent 0', sq, args={'dim': None}, x=f32([1, 0, 1], []))
    for a, b in [(0, 1), (1, 0), (-1, 0), (-2, -1), (1, 1), (0, 3)]:
        case('transpose', f'{a}, {b}', torch.transpose, args={'dim0': a, 'dim1': b}, x=x)
    case('transpose', '0-d', torch.transpose, args={'dim0': 0, 'dim1': 0}, x=f32([], [2]))
    case('transpose', '0-d, -1', torch.transpose, args={'dim0': 0, 'dim1': -1}, x=f32([], [2]))
    case('transpose', 'extent 0', torch.transpose, args={'dim0': 0, 'dim1': 1}, x=f32([0, 3], []))
    for dims in [[0, 1, 2], [2, 0, 1], [-1, 0, 1], [-1, -3, -2], [0, 0, 1], [0, 1], [0, 1, 3]]:
        case('permute', f'{dims}', torch.permute, args={'dims': dims}, x=x)
    case('permute', '0-d', lambda x, dims: torch.permute(x, dims), args={'dims': []}, x=f32([], [2]))
    case('permute', 'extent 0', torch.permute, args={'dims': [1, 0]}, x=f32([0, 3], []))
    case('t', 'matrix', torch.t, x=f32([2, 3], [1, 2, NAN, -0.0, 5, INF]))
    case('t', 'vector', torch.t, x=vec(1, 2))
    case('t', '0-d', torch.t, x=f32([], [1]))
    case('t', 'three dimensions', torch.t, x=x)
    case('t', 'extent 0', torch.t, x=f32([0, 3], []))
    for d, s, n in [(1, 0, 3), (1, 1, 2), (-1, 1, 1), (1, -2, 2), (1, -1, 1), (1, 3, 0), (1, 0, 0), (1, 2, 2), (1, 4, 0), (1, -4, 1), (1, 0, -1), (3, 0, 1)]:
        case('narrow', f'{d} from {s}, {n}', torch.narrow, args={'dim': d, 'start': s, 'length': n}, x=x)
    case('narrow', '0-d', torch.narrow, args={'dim': 0, 'start': 0, 'length': 1}, x=f32([], [2]))
    case('narrow', 'extent 0', torch.narrow, args={'dim': 0, 'start': 0, 'length': 0}, x=f32([0, 2], []))

    def sliced(x, dim, start, end, step):
        at = [slice(None)] * x.dim()
        at[dim] = slice(start, end, step)
        return x[tuple(at)]

    line = f32([2, 5], [0, 1, 2, NAN, 4, 5, -0.0, 7, 8, INF])
    for s, e, st in [(0, None, 1), (1, None, 2), (None, 3, 1), (-2, None, 1), (0, -1, 2), (-100, 100, 1), (3, 1, 1), (5, None, 1), (9, 12, 1), (0, 5, 5), (0, 5, 7), (-3, -1, 1), (0, None, 0), (4, 0, -1)]:
        case('slice', f'{s}:{e}:{st}', sliced, args={'dim': 1, 'start': s, 'end': e, 'step': st}, x=line)
    case('slice', 'dim -2', sliced, args={'dim': -2, 'start': 1, 'end': None, 'step': 1}, x=line)
    case('slice', 'extent 0', sliced, args={'dim': 0, 'start': 0, 'end': 2, 'step': 1}, x=f32([0, 2], []))
    for d, i in [(0, 0), (1, 2), (1, -1), (-1, 0), (-1, -5), (1, 5), (1, -6), (2, 0)]:
        case('select', f'{d}, {i}', torch.select, args={'dim': d, 'index': i}, x=line)
    case('select', '0-d', torch.select, args={'dim': 0, 'index': 0}, x=f32([], [2]))
    case('select', 'to 0-d', torch.select, args={'dim': 0, 'index': -1}, x=vec(1, 2, 3))
    case('select', 'extent 0', torch.select, args={'dim': 0, 'index': 0}, x=f32([0, 2], []))

    cat = lambda dim, **t: torch.cat(list(t.values()), dim)
    a, b, c = f32([1, 2], [1, NAN]), f32([2, 2], [3, 4, -0.0, INF]), f32([0, 2], [])
    case('cat', 'two', cat, args={'dim': 0}, a=a, b=b)
    case('cat', 'three, one of them empty', cat, args={'dim': 0}, a=a, c=c, b=b)
    case('cat', 'one', cat, args={'dim': 0}, a=a)
    case('cat', 'one twice', lambda a, dim: torch.cat([a, a], dim), args={'dim': -1}, shown={'dim': -1, 'twice': True}, a=a)
    case('cat', 'dim -1', cat, args={'dim': -1}, a=a, b=f32([1, 3], [1, 2, 3]))
    case('cat', 'dim -2', cat, args={'dim': -2}, a=a, b=b)
    case('cat', 'all empty', cat, args={'dim': 0}, a=c, b=c)
    case('cat', 'empty along the other dimension', cat, args={'dim': 0}, a=f32([1, 0], []), b=f32([2, 0], []))
    case('cat', 'an empty vector beside matrices', cat, args={'dim': 0}, a=a, b=f32([0], []))
    case('cat', '0-d', cat, args={'dim': 0}, a=f32([], [1]), b=f32([], [2]))
    case('cat', 'extents that differ', cat, args={'dim': 1}, a=a, b=b)
    case('cat', 'dimension out of range', cat, args={'dim': 2}, a=a, b=b)
    case('cat', 'whole numbers', cat, args={'dim': 0}, a=ivec(1, 2), b=ivec(3))
    case('cat', 'whole numbers and floats', cat, args={'dim': 0}, a=ivec(1, 2), b=vec(0.5))
    stack = lambda dim, **t: torch.stack(list(t.values()), dim)
    for d in [0, 1, 2, -1, -2, -3, 3, -4]:
        case('stack', f'dim {d}', stack, args={'dim': d}, a=f32([2, 2], [1, 2, NAN, 4]), b=f32([2, 2], [-0.0, INF, 7, 8]))
    case('stack', '0-d', stack, args={'dim': 0}, a=f32([], [1]), b=f32([], [2]))
    case('stack', '0-d, dim -1', stack, args={'dim': -1}, a=f32([], [1]), b=f32([], [2]))
    case('stack', 'one', stack, args={'dim': 0}, a=vec(1, 2))
    case('stack', 'empty', stack, args={'dim': 0}, a=f32([0], []), b=f32([0], []))
    case('stack', 'shapes that differ', stack, args={'dim': 0}, a=vec(1, 2), b=vec(1, 2, 3))
    case('stack', 'shapes that broadcast', stack, args={'dim': 0}, a=vec(1), b=vec(1, 2, 3))

    pad = lambda x, pad, value=0.0: F.pad(x, pad, value=value)
    m = f32([2, 3], [1, 2, NAN, -0.0, 5, INF])
    for p, v in [([1, 1], 0.0), ([1, 0, 0, 2], -INF), ([0, 2], NAN), ([-1, 0], 0.0), ([-1, 1], 7.0), ([0, -1, 1, -1], 1.0), ([-2, -1], 0.0), ([-3, -1], 0.0), ([0, 0], 0.0), ([], 0.0), ([1], 0.0), ([1, 1, 1, 1, 1, 1], 0.0), ([2, 2], -0.0), ([-1, -1, -1, 3], MAX)]:
        case('pad', f'{p} with {v}', pad, args={'pad': p, 'value': v}, shown={'pad': p, 'value': number(v)}, x=m)
    case('pad', '0-d', pad, args={'pad': []}, x=f32([], [2]))
    case('pad', '0-d, amounts', pad, args={'pad': [1, 1]}, x=f32([], [2]))
    case('pad', 'nothing', pad, args={'pad': [1, 2]}, x=f32([2, 0], []))
    case('pad', 'whole numbers', lambda x, pad, value: F.pad(x, pad, value=value), args={'pad': [1, 0], 'value': 4}, x=ivec(1, 2))


# -------------------------------------------------------------------- products
def products():
    special = f32([2, 3], [1, INF, 0.0, NAN, 2, -0.0])
    case('matmul', 'infinity times 0', torch.matmul, a=special, b=f32([3, 2], [1, 0.0, 0.0, 1, 2, INF]))
    case('matmul', 'largest', torch.matmul, a=f32([1, 2], [MAX, MAX]), b=f32([2, 2], [1, 2, 1, -2]))
    case('matmul', 'denormal', torch.matmul, a=f32([1, 2], [TINY, LEAST]), b=f32([2, 1], [1, 1]))
    shapes = [
        ([3], [3]), ([2, 3], [3]), ([3], [3, 2]), ([2, 3], [3, 4]), ([4, 2, 3], [3, 2]), ([4, 2, 3], [3]), ([2, 3], [4, 3, 2]),
        ([3], [4, 3, 2]), ([2, 1, 2, 3], [4, 3, 2]), ([1, 2, 3], [4, 3, 2]), ([1, 1], [1, 1]), ([1], [1]), ([1, 3], [3, 1]),
        ([0, 3], [3, 2]), ([2, 0], [0, 3]), ([0], [0]), ([2, 3], [3, 0]), ([0, 2, 3], [3, 2]), ([2, 3], [0, 3, 2]), ([2, 2, 0], [2, 0, 3]),
        ([], [3]), ([3], []), ([], []), ([2, 3], [2, 3]), ([3], [2, 3]), ([2, 2, 3], [3, 3, 2]),
    ]  # fmt: skip
    for sa, sb in shapes:
        case('matmul', f'{sa} {sb}', torch.matmul, a=ramp(*sa), b=ramp(*sb, start=2, step=-0.5))
    case('matmul', 'whole numbers', torch.matmul, a=i32([2, 2], [1, 2, 3, 4]), b=i32([2, 2], [5, -6, 7, 8]))
    for sa, sb in [([3], [3]), ([3], [3, 2]), ([2, 1, 2, 3], [4, 3, 2]), ([0, 3], [3, 2]), ([2, 0], [0, 3]), ([2, 3], [2, 3])]:
        whole = lambda s, step: i32(s, [step * i - 4 for i in range(math.prod(s))])
        case('matmul', f'whole numbers {sa} {sb}', torch.matmul, a=whole(sa, 3), b=whole(sb, -2))
    case('matmul', 'whole numbers that overflow', torch.matmul, a=i32([1, 2], [2**31 - 1, 65536]), b=i32([2, 1], [3, 65537]))
    case('matmul', 'whole numbers and floats', torch.matmul, a=i32([1, 2], [1, 2]), b=f32([2, 1], [3, 4]))
    case('linear', 'whole numbers', F.linear, x=i32([1, 2], [1, 2]), weight=i32([1, 2], [3, 4]), bias=ivec(5))
    for id, x, w, b in [
        ('matrix', [2, 3], [4, 3], [4]), ('no bias', [2, 3], [4, 3], None), ('vector', [3], [2, 3], [2]), ('three dimensions', [2, 2, 3], [2, 3], [2]),
        ('extent 1', [1, 1], [1, 1], [1]), ('no rows', [0, 3], [2, 3], [2]), ('no features', [2, 0], [3, 0], [3]), ('no outputs', [2, 3], [0, 3], [0]),
        ('features that do not match', [2, 3], [2, 4], [2]), ('0-d', [], [2, 1], [2]), ('bias that does not match', [2, 3], [4, 3], [3]), ('a weight vector', [2, 3], [3], None),
        ('a bias of extent 1', [2, 3], [4, 3], [1]),
    ]:  # fmt: skip
        t = {'x': ramp(*x), 'weight': ramp(*w, start=0.5)}
        if b is not None:
            t['bias'] = ramp(*b, start=-0.25)
        case('linear', id, F.linear, **t)
    case('linear', 'infinity and NaN', F.linear, x=special, weight=f32([2, 3], [1, 0.0, 2, -1, 1, INF]), bias=vec(NAN, 0.0))

    conv = lambda x, weight, bias=None, **k: F.conv2d(x, weight, bias, **k)
    forms = [
        {}, {'stride': 2}, {'stride': [1, 2]}, {'padding': 1}, {'padding': [0, 2]}, {'dilation': 2}, {'dilation': [1, 2]},
        {'stride': 2, 'padding': [2, 1], 'dilation': [2, 1]}, {'stride': 3}, {'padding': 3},
    ]  # fmt: skip
    for k in forms:
        case('conv2d', f'{k}', conv, args=k, x=noise(2, 2, 5, 6, salt=1), weight=noise(3, 2, 2, 3, salt=2), bias=vec(0.5, -1, 2))
    case('conv2d', 'groups', conv, args={'groups': 2}, x=noise(1, 4, 3, 3, salt=3), weight=noise(2, 2, 2, 2, salt=4))
    case('conv2d', 'depthwise', conv, args={'groups': 3, 'padding': 1}, x=noise(1, 3, 3, 3, salt=5), weight=noise(3, 1, 3, 3, salt=6))
    case('conv2d', 'extents 1', conv, x=f32([1, 1, 1, 1], [2]), weight=f32([1, 1, 1, 1], [3]), bias=vec(1))
    case('conv2d', 'infinity under padding', conv, args={'padding': 1}, x=f32([1, 1, 2, 2], [1, INF, NAN, 2]), weight=f32([1, 1, 2, 2], [1, 0.0, -1, 2]))
    case('conv2d', 'infinite weights under padding', conv, args={'padding': 1}, x=f32([1, 1, 2, 2], [1, 0.0, 3, 2]), weight=f32([1, 1, 2, 2], [INF, 1, -1, NAN]))
    case('conv2d', 'no images', conv, x=f32([0, 1, 3, 3], []), weight=noise(2, 1, 2, 2, salt=7), bias=vec(1, 2))
    case('conv2d', 'no channels', conv, x=f32([2, 0, 3, 3], []), weight=f32([3, 0, 2, 2], []))
    case('conv2d', 'no channels, a bias', conv, x=f32([2, 0, 3, 3], []), weight=f32([3, 0, 2, 2], []), bias=vec(1, 2, 3))
    case('conv2d', 'no results', conv, x=noise(2, 1, 3, 3, salt=7), weight=f32([0, 1, 2, 2], []))
    case('conv2d', 'no channels and no results', conv, x=f32([2, 0, 3, 3], []), weight=f32([0, 0, 2, 2], []))
    case('conv2d', 'no rows', conv, x=f32([2, 1, 0, 3], []), weight=noise(2, 1, 2, 2, salt=7))
    case('conv2d', 'no rows, padding', conv, args={'padding': 1}, x=f32([2, 1, 0, 3], []), weight=noise(2, 1, 2, 2, salt=7))
    case('conv2d', 'a kernel without rows', conv, x=noise(1, 1, 3, 3, salt=7), weight=f32([2, 1, 0, 2], []))
    case('conv2d', 'without a batch', conv, x=noise(1, 3, 3, salt=8), weight=noise(2, 1, 2, 2, salt=7))
    case('conv2d', 'a kernel that does not fit', conv, x=noise(1, 1, 2, 2, salt=8), weight=noise(2, 1, 3, 3, salt=7))
    case('conv2d', 'channels that do not match', conv, x=noise(1, 2, 3, 3, salt=8), weight=noise(2, 1, 2, 2, salt=7))
    case('conv2d', 'stride 0', conv, args={'stride': 0}, x=noise(1, 1, 3, 3, salt=8), weight=noise(2, 1, 2, 2, salt=7))
    case('conv2d', 'negative padding', conv, args={'padding': -1}, x=noise(1, 1, 3, 3, salt=8), weight=noise(2, 1, 1, 1, salt=7))
    case('conv2d', 'a bias that does not match', conv, x=noise(1, 1, 3, 3, salt=8), weight=noise(2, 1, 2, 2, salt=7), bias=vec(1))

    pool = lambda x, **k: F.max_pool2d(x, **k)
    image = f32([1, 2, 4, 5], [1, 2, 2, 0, -1, 2, 2, 1, 1, 1, 0, 3, 3, 3, -2, 3, 3, 0.0, -0.0, 0.0] + [-1, -1, -1, -1, -1, -INF, -INF, 2, 2, INF, -INF, -INF, INF, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5])
    forms = [
        {'kernel_size': 2}, {'kernel_size': 3}, {'kernel_size': [2, 1]}, {'kernel_size': 2, 'stride': 1}, {'kernel_size': [3, 2], 'stride': [1, 2]},
        {'kernel_size': 2, 'padding': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1}, {'kernel_size': 3, 'padding': [0, 1]}, {'kernel_size': 2, 'ceil_mode': True},
        {'kernel_size': 3, 'stride': 2, 'ceil_mode': True}, {'kernel_size': 2, 'dilation': 2}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'ceil_mode': True},
        {'kernel_size': 2, 'stride': 3, 'padding': 1, 'ceil_mode': True}, {'kernel_size': 2, 'stride': 1, 'padding': 1, 'dilation': [3, 2]}, {'kernel_size': 1}, {'kernel_size': 1, 'stride': 2},
        {'kernel_size': 2, 'padding': 2}, {'kernel_size': 6}, {'kernel_size': 2, 'stride': 0}, {'kernel_size': 0}, {'kernel_size': 2, 'padding': -1}, {'kernel_size': 2, 'dilation': 0},
    ]  # fmt: skip
    for k in forms:
        case('maxPool2d', f'{k}', pool, args=k, x=image)
    lows = {
        'all -infinity': [-INF] * 9, 'all the least number': [-MAX] * 9, '-infinity with one number': [-INF] * 4 + [1] + [-INF] * 4,
        'all NaN': [NAN] * 9, 'NaN first': [NAN, 1, 2, 3, 4, 5, 6, 7, 8], 'two NaN': [1, NAN, 2, 3, NAN, 5, 6, 7, 8], 'NaN and infinity': [INF, NAN, INF, 3, 4, NAN, 6, 7, INF],
        'all infinity': [INF] * 9, 'zeros of both signs': [0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0], 'zeros, -0 first': [-0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0],
        'all alike': [2.0] * 9, 'all negative': [-3, -2, -1, -1, -2, -3, -2, -2, -2],
    }  # fmt: skip
    for id, data in lows.items():
        for k in [{'kernel_size': 2, 'stride': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1}, {'kernel_size': 2, 'stride': 2, 'ceil_mode': True}, {'kernel_size': 3, 'stride': 1, 'padding': 1}]:
            case('maxPool2d', f'{id}, {k}', pool, args=k, x=f32([1, 1, 3, 3], data))
    case('maxPool2d', 'no images', pool, args={'kernel_size': 2}, x=f32([0, 1, 4, 4], []))
    case('maxPool2d', 'no channels', pool, args={'kernel_size': 2}, x=f32([1, 0, 4, 4], []))
    case('maxPool2d', 'no rows', pool, args={'kernel_size': 2}, x=f32([1, 1, 0, 4], []))
    case('maxPool2d', 'no rows, padding', pool, args={'kernel_size': 2, 'padding': 1}, x=f32([1, 1, 0, 4], []))
    case('maxPool2d', 'without a batch', pool, args={'kernel_size': 2}, x=noise(1, 4, 4, salt=9))
    case('maxPool2d', 'a matrix', pool, args={'kernel_size': 2}, x=noise(4, 4, salt=9))
    avg = lambda x, **k: F.avg_pool2d(x, **k)
    forms = [
        {'kernel_size': 2}, {'kernel_size': 3}, {'kernel_size': [2, 1]}, {'kernel_size': 2, 'stride': 1}, {'kernel_size': 2, 'padding': 1}, {'kernel_size': 3, 'stride': 2, 'padding': 1},
        {'kernel_size': 2, 'padding': 1, 'count_include_pad': False}, {'kernel_size': 3, 'stride': 2, 'padding': 1, 'count_include_pad': False, 'ceil_mode': True},
        {'kernel_size': 2, 'ceil_mode': True}, {'kernel_size': 2, 'stride': 3, 'padding': 1, 'ceil_mode': True}, {'kernel_size': 2, 'divisor_override': 3}, {'kernel_size': 2, 'divisor_override': -1},
        {'kernel_size': 2, 'divisor_override': 0}, {'kernel_size': 2, 'padding': 1, 'divisor_override': 2, 'ceil_mode': True}, {'kernel_size': 2, 'padding': 2}, {'kernel_size': 6}, {'kernel_size': [3, 3], 'stride': [2, 1], 'padding': [1, 0], 'ceil_mode': True},
    ]  # fmt: skip
    for k in forms:
        case('avgPool2d', f'{k}', avg, args=k, x=noise(2, 1, 4, 5, salt=10))
    case('avgPool2d', 'infinity and NaN', avg, args={'kernel_size': 2, 'stride': 1, 'padding': 1}, x=f32([1, 1, 3, 3], [1, INF, 2, NAN, 3, -INF, 1, 1, 1]))
    case('avgPool2d', 'largest', avg, args={'kernel_size': 2, 'stride': 1}, x=f32([1, 1, 2, 3], [MAX, 1, 1, MAX, 2, -0.0]))
    case('avgPool2d', 'no images', avg, args={'kernel_size': 2}, x=f32([0, 1, 4, 4], []))
    case('avgPool2d', 'no channels', avg, args={'kernel_size': 2}, x=f32([1, 0, 4, 4], []))
    case('avgPool2d', 'no rows', avg, args={'kernel_size': 2}, x=f32([1, 1, 0, 4], []))
    case('avgPool2d', 'no rows, padding', avg, args={'kernel_size': 2, 'padding': 1}, x=f32([1, 1, 0, 4], []))
    case('avgPool2d', 'without a batch', avg, args={'kernel_size': 2}, x=noise(1, 4, 4, salt=9))


# ----------------------------------------------------------- losses and norms
def losses():
    logits = f32([6, 3], [1, 2, 3, 0, 0, 0, INF, 0, 0, -INF, 0, 0, NAN, 1, 2, 100, -100, 0])
    y = ivec(2, 0, 0, 1, 1, 1)
    long = lambda t: t.long()

    def entropy(x, target, weight=None, **k):
        return F.cross_entropy(x, long(target) if target.dtype == torch.int32 else target, weight, **k)

    def nll(x, target, weight=None, **k):
        return F.nll_loss(x, long(target), weight, **k)

    calm = noise(4, 3, salt=20, scale=2)
    picks = ivec(0, 2, 1, 2)
    w = vec(0.5, 2, 0.0)
    only = dict(wrt=['x'])
    for red in ['mean', 'sum', 'none']:
        case('crossEntropy', f'{red}, corners', entropy, args={'reduction': red}, x=logits, target=y, **only)
        for sm in [0.0, 0.1, 1.0]:
            case('crossEntropy', f'{red}, smoothing {sm}', entropy, args={'reduction': red, 'label_smoothing': sm}, x=calm, target=picks, **only)
            case('crossEntropy', f'{red}, smoothing {sm}, weights', entropy, args={'reduction': red, 'label_smoothing': sm}, x=calm, target=picks, weight=w, **only)
            case('crossEntropy', f'{red}, smoothing {sm}, weights, ignored', entropy, args={'reduction': red, 'label_smoothing': sm, 'ignore_index': 2}, x=calm, target=picks, weight=w, **only)
        case('crossEntropy', f'{red}, ignored', entropy, args={'reduction': red, 'ignore_index': 2}, x=calm, target=picks, **only)
        case('crossEntropy', f'{red}, -100', entropy, args={'reduction': red, 'ignore_index': -100}, x=calm, target=ivec(0, -100, 1, -100), **only)
        case('crossEntropy', f'{red}, -100 by default', entropy, args={'reduction': red}, x=calm, target=ivec(0, -100, 1, -100), **only)
        case('crossEntropy', f'{red}, all ignored', entropy, args={'reduction': red, 'ignore_index': -100}, x=calm, target=ivec(-100, -100, -100, -100), **only)
        case('crossEntropy', f'{red}, ignored, corners', entropy, args={'reduction': red, 'ignore_index': 1}, x=logits, target=y, **only)
        case('crossEntropy', f'{red}, one sample', entropy, args={'reduction': red}, x=vec(1, 2, 3), target=i32([], [1]), **only)
        case('crossEntropy', f'{red}, images', entropy, args={'reduction': red}, x=noise(2, 3, 2, 2, salt=21), target=i32([2, 2, 2], [0, 1, 2, 0, 1, 1, 2, 0]), **only)
        case('crossEntropy', f'{red}, nothing', entropy, args={'reduction': red}, x=f32([0, 3], []), target=i32([0], []), **only)
        p = f32([4, 3], [1, 0, 0, 0.2, 0.3, 0.5, 0.0, 0.0, 0.0, 0.25, 0.5, 0.25])
        case('crossEntropy', f'{red}, probabilities', entropy, args={'reduction': red}, x=calm, target=p, **only)
        case('crossEntropy', f'{red}, probabilities, weights, smoothing', entropy, args={'reduction': red, 'label_smoothing': 0.25}, x=calm, target=p, weight=w, **only)
        case('crossEntropy', f'{red}, probabilities, corners', entropy, args={'reduction': red}, x=logits, target=f32([6, 3], [0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]), **only)
        case('crossEntropy', f'{red}, probabilities of images', entropy, args={'reduction': red}, x=noise(2, 3, 2, salt=22), target=noise(2, 3, 2, salt=23), **only)
        case('crossEntropy', f'{red}, a gradient of the probabilities', entropy, args={'reduction': red}, x=calm, target=p, wrt=['x', 'target'])
        lp = f32([4, 3], [-1, -2, -0.5, 0.0, -INF, -0.0, -INF, NAN, -3, INF, -1, -2])
        case('nllLoss', f'{red}', nll, args={'reduction': red}, x=calm, target=picks, **only)
        case('nllLoss', f'{red}, weights', nll, args={'reduction': red}, x=calm, target=picks, weight=w, **only)
        case('nllLoss', f'{red}, corners', nll, args={'reduction': red}, x=lp, target=ivec(1, 0, 2, 1), **only)
        case('nllLoss', f'{red}, corners, weights', nll, args={'reduction': red}, x=lp, target=ivec(1, 1, 0, 2), weight=w, **only)
        case('nllLoss', f'{red}, ignored', nll, args={'reduction': red, 'ignore_index': 2}, x=calm, target=picks, weight=w, **only)
        case('nllLoss', f'{red}, all ignored', nll, args={'reduction': red, 'ignore_index': 5}, x=calm, target=ivec(5, 5, 5, 5), **only)
        case('nllLoss', f'{red}, one sample', nll, args={'reduction': red}, x=vec(-1, -2, -3), target=i32([], [1]), **only)
        case('nllLoss', f'{red}, nothing', nll, args={'reduction': red}, x=f32([0, 3], []), target=i32([0], []), **only)
        case('nllLoss', f'{red}, images', nll, args={'reduction': red}, x=noise(2, 3, 1, 2, salt=24), target=i32([2, 1, 2], [0, 1, 2, 0]), **only)
        a, b = pairs([0.0, -0.0, 1, -2, INF, -INF, NAN, MAX, TINY], [0.0, -0.0, 1, -2, INF, -INF, NAN, MAX, TINY])
        if red == 'none':
            case('mseLoss', 'none, corners', F.mse_loss, args={'reduction': red}, x=a, target=b)
        case('mseLoss', f'{red}', F.mse_loss, args={'reduction': red}, x=noise(3, 2, salt=25), target=noise(3, 2, salt=26))
        case('mseLoss', f'{red}, infinity', F.mse_loss, args={'reduction': red}, x=vec(1, INF, 2), target=vec(0, 1, 2))
        case('mseLoss', f'{red}, 0-d', F.mse_loss, args={'reduction': red}, x=f32([], [3]), target=f32([], [1]))
        case('mseLoss', f'{red}, nothing', F.mse_loss, args={'reduction': red}, x=f32([0, 2], []), target=f32([0, 2], []))
        case('mseLoss', f'{red}, shapes that broadcast', F.mse_loss, args={'reduction': red}, x=f32([2, 1], [1, 2]), target=vec(1, 2))
        bce = lambda x, target, weight=None, pos_weight=None, **k: F.binary_cross_entropy_with_logits(x, target, weight, pos_weight=pos_weight, **k)
        xs, ts = pairs([0.0, -0.0, 1, -1, 20, -20, 89, -89, 100, -100, 1e10, INF, -INF, NAN, MAX, -MAX, TINY], [0.0, 1.0, 0.25])
        if red == 'none':
            case('bceWithLogits', 'none, corners', bce, args={'reduction': red}, wrt=['x'], x=xs, target=ts)
        case('bceWithLogits', f'{red}', bce, args={'reduction': red}, x=noise(3, 2, salt=27, scale=3), target=f32([3, 2], [0, 1, 0.5, 1, 0, 0.25]), wrt=['x'])
        case('bceWithLogits', f'{red}, a gradient of the target', bce, args={'reduction': red}, x=noise(3, 2, salt=27, scale=3), target=f32([3, 2], [0, 1, 0.5, 1, 0, 0.25]))
        case('bceWithLogits', f'{red}, weights', bce, args={'reduction': red}, x=noise(3, 2, salt=28), target=f32([3, 2], [0, 1, 0.5, 1, 0, 0.25]), weight=vec(2, 0.0), wrt=['x'])
        case('bceWithLogits', f'{red}, positive weights', bce, args={'reduction': red}, x=noise(3, 2, salt=29), target=f32([3, 2], [0, 1, 0.5, 1, 0, 0.25]), pos_weight=vec(3, 0.5), wrt=['x'])
        case('bceWithLogits', f'{red}, both', bce, args={'reduction': red}, x=noise(3, 2, salt=30), target=f32([3, 2], [0, 1, 0.5, 1, 0, 0.25]), weight=f32([3, 1], [1, 2, 3]), pos_weight=vec(3, 0.5), wrt=['x'])
        case('bceWithLogits', f'{red}, 0-d', bce, args={'reduction': red}, x=f32([], [0.5]), target=f32([], [1]), wrt=['x'])
        case('bceWithLogits', f'{red}, nothing', bce, args={'reduction': red}, x=f32([0], []), target=f32([0], []), wrt=['x'])
        if red != 'none':
            case('bceWithLogits', f'{red}, infinity', bce, args={'reduction': red}, x=vec(1, INF, -INF), target=vec(0, 1, 0), wrt=['x'])
    case('crossEntropy', 'a label that is no class', entropy, x=calm, target=ivec(0, 3, 1, 2), **only)
    case('crossEntropy', 'a shape that does not match', entropy, x=calm, target=ivec(0, 1), **only)
    case('nllLoss', 'a shape that does not match', nll, x=calm, target=ivec(0, 1), **only)
    case('bceWithLogits', 'a shape that does not match', bce, x=vec(1, 2), target=vec(1), wrt=['x'])

    def ln(x, normalized_shape, weight=None, bias=None, **k):
        return F.layer_norm(x, normalized_shape, weight, bias, **k)

    rows = [r for r in ROWS if not any(MAX >= abs(v) > 1e20 for v in r)]
    t = f32([len(rows), 4], [v for r in rows for v in r])
    four = dict(weight=vec(1, -2, 0.5, 3), bias=vec(0.5, 0, -1, 2))
    case('layerNorm', 'rows', ln, args={'normalized_shape': [4]}, x=t)
    case('layerNorm', 'rows, weight and bias', ln, args={'normalized_shape': [4]}, x=f32([3, 4], [1, 2, 3, 4, 5, 5, 5, 5, -1, 0, 7, 2]), **four)
    case('layerNorm', 'two dimensions', ln, args={'normalized_shape': [2, 3]}, x=noise(2, 2, 3, salt=40), weight=noise(2, 3, salt=41), bias=noise(2, 3, salt=42))
    case('layerNorm', 'eps 0', ln, args={'normalized_shape': [4], 'eps': 0.0}, x=f32([2, 4], [1, 2, 3, 4, 0.0, 1, 0.0, 1]))
    case('layerNorm', 'a large eps', ln, args={'normalized_shape': [4], 'eps': 2.0}, x=f32([2, 4], [1, 2, 3, 4, 5, 5, 5, 5]))
    case('layerNorm', 'extent 1', ln, args={'normalized_shape': [1]}, x=f32([3, 1], [1, -2, 0.0]))
    case('layerNorm', 'no rows', ln, args={'normalized_shape': [3]}, x=f32([0, 3], []), weight=vec(1, 2, 3), bias=vec(1, 2, 3))
    case('layerNorm', 'rows of nothing', ln, args={'normalized_shape': [0]}, x=f32([2, 0], []))
    case('layerNorm', 'a shape that does not match', ln, args={'normalized_shape': [3]}, x=f32([2, 4], [1, 2, 3, 4, 5, 5, 5, 5]))
    case('layerNorm', '0-d', ln, args={'normalized_shape': []}, x=f32([], [1]))

    def bn(x, running_mean, running_var, weight=None, bias=None, **k):
        return F.batch_norm(x, running_mean, running_var, weight, bias, False, **k)

    stats = dict(running_mean=vec(0.5, -1, 2), running_var=vec(1, 0.25, 4))
    aff = dict(weight=vec(2, -1, 0.5), bias=vec(1, 0.0, -1))
    three = dict(wrt=['x', 'weight', 'bias'])
    case('batchNorm', 'matrix', bn, x=noise(4, 3, salt=50), **stats, **aff, **three)
    case('batchNorm', 'no weight', bn, x=noise(4, 3, salt=50), **stats, wrt=['x'])
    case('batchNorm', 'images', bn, x=noise(2, 3, 2, 2, salt=51), **stats, **aff, **three)
    case('batchNorm', 'sequences', bn, x=noise(2, 3, 2, salt=51), **stats, **aff, **three)
    case('batchNorm', 'infinity and NaN', bn, x=f32([2, 3], [1, INF, NAN, -INF, 0.0, -0.0]), **stats, **aff, **three)
    case('batchNorm', 'variances of 0', bn, x=f32([1, 3], [1, 2, 0.0]), running_mean=vec(0, 2, 0), running_var=vec(0, 0, 0), wrt=['x'])
    case('batchNorm', 'variances of 0, eps 0', bn, args={'eps': 0.0}, x=f32([1, 3], [1, 2, 0.0]), running_mean=vec(0, 2, 0), running_var=vec(0, 0, 0), wrt=['x'])
    case('batchNorm', 'no rows', bn, x=f32([0, 3], []), **stats, **aff, **three)
    case('batchNorm', 'no places', bn, x=f32([2, 3, 0], []), **stats, **aff, **three)
    case('batchNorm', 'channels that do not match', bn, x=noise(2, 2, salt=50), **stats, wrt=['x'])
    case('batchNorm', 'vector', bn, x=vec(1, 2, 3), **stats, wrt=['x'])


def main():
    """One file per group of cases: the groups of this script, and those of groups/*.py, each of which has `cases(g)`, with g this
    script's names. `python3 generate.py` makes all of them."""
    groups = {f.__name__: f for f in (elementwise, reductions, movement, products, losses)}
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'groups', '*.py'))):
        of = runpy.run_path(path, run_name='group')['cases']
        groups[os.path.basename(path)[:-3]] = lambda of=of: of(types.SimpleNamespace(**globals()))
    about = {'torch': torch.__version__, 'package': 'python3-torch 1.13.1 of Debian 12', 'threads': 1}
    ids = set()
    for name, group in groups.items():
        CASES.clear()
        group()
        for c in CASES:
            c.setdefault('args', {})
            assert (c['of'], c['id']) not in ids, (c['of'], c['id'])
            ids.add((c['of'], c['id']))
        text = json.dumps({'about': about, 'cases': CASES}, separators=(',', ':'), allow_nan=False)
        with open(os.path.join(HERE, f'{name}.json.gz'), 'wb') as f:
            with gzip.GzipFile('', 'wb', 9, f, mtime=0) as z:
                z.write(text.encode())
        print(f'{name}:', len(CASES), 'cases,', sum(len(o[2]) for c in CASES for o in c.get('out', [])), 'values,', sum('refused' in c for c in CASES), 'refused')


main()
