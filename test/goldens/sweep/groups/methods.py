"""Functions of numbers, products, and reductions: torch's functions that are methods of tensors."""
import torch


def cases(g):
    INF, NAN, MAX, f = g.INF, g.NAN, g.MAX, g.f32

    # ---- one tensor, element by element
    unary = {
        'exp2': torch.exp2, 'expm1': torch.expm1, 'log2': torch.log2, 'log10': torch.log10, 'log1p': torch.log1p,
        'rsqrt': torch.rsqrt, 'reciprocal': torch.reciprocal, 'square': torch.square, 'sin': torch.sin, 'cos': torch.cos,
        'tan': torch.tan, 'asin': torch.asin, 'acos': torch.acos, 'atan': torch.atan, 'sinh': torch.sinh, 'cosh': torch.cosh,
        'asinh': torch.asinh, 'acosh': torch.acosh, 'atanh': torch.atanh, 'erfc': torch.erfc, 'sign': torch.sign,
        'floor': torch.floor, 'ceil': torch.ceil, 'round': torch.round, 'trunc': torch.trunc, 'frac': torch.frac,
        'isnan': torch.isnan, 'isinf': torch.isinf, 'isfinite': torch.isfinite, 'logicalNot': torch.logical_not,
    }  # fmt: skip
    # Angles that f32 cannot tell from others are separate cases.
    angles = {'sin', 'cos', 'tan'}
    ties = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.5, 0.49999997, 8388609.0, 1e-3, 0.9, -0.9, 0.99, 1.0000001]
    for name, fn in unary.items():
        h = lambda x, fn=fn: fn(x)
        kw = {'wrt': []} if name.startswith(('is', 'logical')) else {}
        values = [v for v in g.UNARY if not 1e5 < abs(v) < INF] if name in angles else g.UNARY
        if name in angles:
            g.case(name, 'angles beyond all digits', h, x=g.vec(*[v for v in g.UNARY if 1e5 < abs(v) < INF]))
            g.case(name, 'quarters of a turn', h, x=g.vec(*[k * 1.5707964 for k in (-9, -4, -3, -2, -1, 1, 2, 3, 4, 5, 101)]))
        g.case(name, 'values', h, x=g.vec(*values), **kw)
        g.case(name, 'ties', h, x=g.vec(*[v for v in ties if name not in angles or v < 1e5]), **kw)
        g.case(name, '0-d', h, x=f([], [0.75]), **kw)
        g.case(name, '0-d, -0', h, x=f([], [-0.0]), **kw)
        g.case(name, 'extent 1', h, x=g.vec(-1.25), **kw)
        g.case(name, 'extent 0', h, x=f([2, 0, 3], []), **kw)
        g.case(name, 'matrix', h, x=g.noise(3, 4, salt=100), **kw)
        for id, v in {'0': [0.0], 'infinity': [INF], 'NaN': [NAN]}.items():
            if not kw:
                g.case(name, f'a cotangent of {id}', h, v=v, x=g.vec(0.5, -0.5, 0.0, 1, 2, -2, 0.25))
        g.case(name, 'whole numbers', h, x=g.ivec(0, 1, -1, 2, -2, 3, 7, -7))
        if name in ('isnan', 'isinf', 'isfinite', 'logicalNot', 'exp2', 'reciprocal', 'sin'):
            g.case(name, 'conditions', h, x=g.boolean([2], [1, 0]))

    # ---- several tensors, element by element
    ends = [0.0, -0.0, 1, -1, INF, -INF, NAN, 2.5, -1e-3, 1e30]
    a, b = g.pairs(ends, ends)
    g.case('atan2', 'tensor, tensor', torch.atan2, a=a, b=b)
    g.case('atan2', 'ordinary numbers', torch.atan2, a=g.noise(20, salt=101), b=g.noise(20, salt=102))
    g.case('atan2', 'column, row', torch.atan2, a=f([3, 1], [1, -2, 0]), b=f([1, 3], [2, 0, -1]))
    g.case('atan2', '0-d', torch.atan2, a=f([], [3]), b=f([], [-4]))
    g.case('atan2', 'nothing', torch.atan2, a=f([0], []), b=f([0], []))
    g.case('atan2', 'whole numbers', torch.atan2, a=g.ivec(0, 1, -2), b=g.ivec(-1, 0, 3))

    lerp = lambda a, b, weight=None, **k: torch.lerp(a, b, k['weight'] if weight is None else weight)
    la, lb = g.vec(1, -2, 3, 0.0, INF, NAN, 1, -INF, 5), g.vec(4, 2, -1, -0.0, 1, 1, INF, INF, 5)
    for w in (0.0, 0.25, 0.5, 0.75, 1.0, -0.5, 2.0):
        g.case('lerp', f'weight {w}', lerp, args={'weight': w}, a=la, b=lb)
    g.case('lerp', 'weights', lerp, a=la, b=lb, weight=g.vec(0.0, 1, 0.5, 0.4, 0.25, 0.5, 0.3, 0.6, 0.9))
    g.case('lerp', 'a column and a row', lerp, a=f([2, 1], [1, 2]), b=f([1, 3], [0, 5, 7]), weight=f([], [0.25]))
    g.case('lerp', 'nothing', lerp, args={'weight': 0.5}, a=f([0], []), b=f([0], []))
    g.case('lerp', 'whole numbers', lerp, args={'weight': 0.5}, a=g.ivec(1), b=g.ivec(2))
    g.case('lerp', 'shapes that do not broadcast', lerp, args={'weight': 0.5}, a=g.vec(1, 2), b=g.vec(1, 2, 3))

    odd = g.vec(NAN, INF, -INF, 0.0, -0.0, 1.5, MAX, -MAX)
    # In f64, which `case` also runs, the largest number would be another.
    nan = lambda x, **k: torch.nan_to_num(x, **k) if x.dtype != torch.float64 else torch.nan_to_num(x, **{'posinf': MAX, 'neginf': -MAX, **k})
    g.case('nanToNum', 'as it is', nan, x=odd)
    g.case('nanToNum', 'a number', nan, args={'nan': 3.0}, x=odd)
    g.case('nanToNum', 'all three', nan, args={'nan': -1.0, 'posinf': 7.0, 'neginf': -8.0}, x=odd)
    g.case('nanToNum', 'whole numbers', nan, x=g.ivec(1, 2))
    g.case('nanToNum', '0-d', nan, x=f([], [NAN]))
    g.case('nanToNum', 'nothing', nan, x=f([0], []))

    p, q = g.pairs([0.0, -0.0, 1, NAN, INF], [0.0, 2, NAN])
    for name, fn in (('logicalAnd', torch.logical_and), ('logicalOr', torch.logical_or), ('logicalXor', torch.logical_xor)):
        g.case(name, 'numbers', fn, wrt=[], a=p, b=q)
        g.case(name, 'conditions', fn, a=g.boolean([4], [0, 0, 1, 1]), b=g.boolean([4], [0, 1, 0, 1]))
        g.case(name, 'whole numbers', fn, a=g.ivec(0, 1, -1, 0), b=g.ivec(0, 0, 5, 2))
        g.case(name, 'column, row', fn, a=g.boolean([2, 1], [0, 1]), b=g.boolean([1, 2], [0, 1]))
        g.case(name, '0-d', fn, a=g.boolean([], [1]), b=g.boolean([], [0]))
        g.case(name, 'nothing', fn, a=g.boolean([0], []), b=g.boolean([0], []))

    fill = lambda x, mask, value: x.masked_fill(mask, value)
    g.case('maskedFill', 'a matrix', fill, args={'value': -1e9}, x=g.noise(2, 3, salt=103), mask=g.boolean([2, 3], [0, 1, 0, 1, 1, 0]))
    g.case('maskedFill', '-infinity', fill, args={'value': -INF}, shown={'value': '-Infinity'}, x=g.noise(2, 3, salt=103), mask=g.boolean([3], [0, 1, 0]))
    g.case('maskedFill', 'a column', fill, args={'value': 0.5}, x=g.vec(1, NAN, 3), mask=g.boolean([2, 1], [0, 1]))
    g.case('maskedFill', 'whole numbers', fill, args={'value': 7}, x=g.ivec(1, 2), mask=g.boolean([2], [0, 1]))
    g.case('maskedFill', '0-d', fill, args={'value': 2.0}, x=f([], [1]), mask=g.boolean([], [1]))
    g.case('maskedFill', 'nothing', fill, args={'value': 2.0}, x=f([0, 2], []), mask=g.boolean([2], [1, 0]))

    method = lambda x, cond, other: x.where(cond, other)
    g.case('Tensor.where', 'tensors', method, x=g.vec(1, NAN, 3), cond=g.boolean([3], [1, 0, 0]), other=g.vec(4, 5, INF))
    g.case('Tensor.where', 'three shapes', method, x=f([2, 1], [1, 2]), cond=g.boolean([3], [1, 0, 1]), other=f([], [9]))
    g.case('Tensor.where', 'whole numbers', method, x=g.ivec(1, 2), cond=g.boolean([2], [1, 0]), other=g.ivec(3, 4))
    bounds = [0.0, -0.0, 1, -1, INF, -INF]
    xs, los = g.pairs([0.5, -0.5, 1, -1, INF, -INF, NAN], bounds)
    for name, bound, fn in (('clampMin', 'min', torch.clamp_min), ('clampMax', 'max', torch.clamp_max)):
        side = {'clampMin': 'lo', 'clampMax': 'hi'}[name]
        g.case(name, 'a number', lambda x, fn=fn, bound=bound, **k: fn(x, k[bound]), args={bound: 0.5}, x=g.vec(*g.SOME))
        g.case(name, 'a tensor', lambda fn=fn, **t: fn(*t.values()), x=xs, **{side: los})
        g.case(name, 'whole numbers', lambda x, fn=fn, bound=bound, **k: fn(x, k[bound]), args={bound: 2}, x=g.ivec(1, 2, 3))
    for name, fn in (('addcmul', torch.addcmul), ('addcdiv', torch.addcdiv)):
        h = lambda x, t1, t2, fn=fn, **k: fn(x, t1, t2, **k)
        for k in ({}, {'value': 0.5}, {'value': -2.0}):
            g.case(name, f'{k}', h, args=k, x=g.noise(2, 3, salt=104), t1=g.noise(2, 3, salt=105), t2=g.noise(2, 3, salt=106))
        g.case(name, 'shapes that broadcast', h, x=f([2, 1], [1, 2]), t1=f([3], [1, 2, 3]), t2=f([], [2]))
        g.case(name, 'corners', h, x=g.vec(0.0, 1, INF, 1, NAN), t1=g.vec(0.0, INF, 1, 2, 1), t2=g.vec(INF, 0.0, -INF, 0.0, 1))
        g.case(name, 'nothing', h, x=f([0], []), t1=f([0], []), t2=f([0], []))

    # ---- products
    m23, m34, v3, v4 = g.noise(2, 3, salt=110), g.noise(3, 4, salt=111), g.noise(3, salt=112), g.noise(4, salt=113)
    b23, b34 = g.noise(2, 2, 3, salt=114), g.noise(2, 3, 4, salt=115)
    for name, fn, x, y, wrong in (
        ('mm', torch.mm, m23, m34, v3), ('mv', torch.mv, m23, v3, m34), ('dot', torch.dot, v3, g.vec(1, -2, 3), m34),
        ('bmm', torch.bmm, b23, b34, m34), ('outer', torch.outer, v3, v4, m34),
    ):  # fmt: skip
        g.case(name, 'ordinary', fn, a=x, b=y)
        g.case(name, 'another rank', fn, a=x, b=wrong)
        g.case(name, '0-d', fn, a=f([], [1]), b=f([], [1]))
        whole = lambda t: g.i32(t[1], [int(10 * v) for v in t[2]])
        g.case(name, 'whole numbers', fn, a=whole(x), b=whole(y))
        inf = f(x[1], [INF if i == 0 else v for i, v in enumerate(x[2])])
        g.case(name, 'an infinity', fn, a=inf, b=y)
    g.case('mm', 'inner extents that differ', torch.mm, a=m23, b=m23)
    g.case('mm', 'a sum over nothing', torch.mm, a=f([2, 0], []), b=f([0, 3], []))
    g.case('mm', 'nothing', torch.mm, a=f([0, 2], []), b=f([2, 3], [1, 2, 3, 4, 5, 6]))
    g.case('mv', 'a sum over nothing', torch.mv, a=f([2, 0], []), b=f([0], []))
    g.case('dot', 'nothing', torch.dot, a=f([0], []), b=f([0], []))
    g.case('dot', 'extents that differ', torch.dot, a=v3, b=v4)
    g.case('bmm', 'stacks that differ', torch.bmm, a=g.noise(1, 2, 3, salt=116), b=b34)
    g.case('bmm', 'no matrices', torch.bmm, a=f([0, 2, 3], []), b=f([0, 3, 4], []))
    g.case('outer', 'nothing', torch.outer, a=f([0], []), b=v3)
    for name, fn, x, y, shape in (
        ('addmm', torch.addmm, m23, m34, (2, 4)), ('addmv', torch.addmv, m23, v3, (2,)), ('baddbmm', torch.baddbmm, b23, b34, (2, 2, 4)),
    ):  # fmt: skip
        h = lambda x, a, b, fn=fn, **k: fn(x, a, b, **k)
        for k in ({}, {'beta': 0.5}, {'alpha': -2.0}, {'beta': 2.0, 'alpha': 0.5}):
            g.case(name, f'{k}', h, args=k, x=g.noise(*shape, salt=117), a=x, b=y)
        g.case(name, 'beta 0 of NaN', h, args={'beta': 0.0}, wrt=['a', 'b'], x=f(shape, [NAN] * torch.Size(shape).numel()), a=x, b=y)
        g.case(name, 'a row that repeats', h, x=g.noise(shape[-1], salt=118), a=x, b=y)
        g.case(name, '0-d', h, x=f([], [1]), a=x, b=y)
        g.case(name, 'a shape that does not fit', h, x=g.noise(7, salt=118), a=x, b=y)

    # ---- reductions
    cube, square = g.noise(2, 3, 4, salt=120, scale=2), g.noise(3, 3, salt=121)
    corners = {
        'NaN': g.vec(1, NAN, 2), 'an infinity': g.vec(1, INF, 2), 'infinities': g.vec(INF, -INF, 2), '-infinities': g.vec(-INF, -INF),
        'zeros': g.vec(0.0, -0.0, 0.0), 'a zero': g.vec(2, 0.0, -3), 'two zeros': g.vec(2, 0.0, 0.0, -3), 'equal numbers': g.vec(2, 2, 2),
        'one number': g.vec(2), '0-d': f([], [-1.5]), 'nothing': f([0], []), 'rows of nothing': f([2, 0], []), 'no rows': f([0, 2], []),
        'large numbers': g.vec(1e20, -1e20, 1e19), 'small numbers': g.vec(1e-20, -1e-20, 2e-20),
    }  # fmt: skip
    forms = [{}, {'dim': 1}, {'dim': -1, 'keepdim': True}, {'dim': [0, 2]}, {'dim': [0, 1, 2], 'keepdim': True}, {'dim': [-1, 0]}, {'dim': 3}, {'dim': [1, 1]}]

    def reduction(name, fn, forms=forms, skip=(), **kw):
        h = lambda x, fn=fn, **k: fn(x, **k)
        for k in forms:
            g.case(name, f'{k}', h, args=k, x=cube, **kw)
        for id, t in corners.items():
            if id in skip:
                continue
            last = {'dim': 1} if id == 'rows of nothing' else {'dim': 0} if id == 'no rows' or name == 'logsumexp' else {}
            g.case(name, id, h, args=last, x=t, **kw)
        g.case(name, 'whole numbers', h, args={'dim': 0}, x=g.i32([2, 2], [3, -2, 1, 0]), **kw)

    spread = [k if not k else {'dim': [k['dim']] if isinstance(k['dim'], int) else k['dim'], **{n: v for n, v in k.items() if n != 'dim'}} for k in forms]
    for name, fn in (('var', torch.var), ('std', torch.std)):
        of = lambda x, fn=fn, dim=None, correction=1, keepdim=False: fn(x, dim if dim is None or isinstance(dim, list) else [dim], correction=correction, keepdim=keepdim)
        reduction(name, of, spread, skip=('one number',))
        for k in ({'correction': 0}, {'dim': [1], 'correction': 0}, {'dim': [1], 'correction': 2}, {'dim': [1], 'correction': 3}):
            g.case(name, f'{k}', of, args=k, x=cube)
        mean = {'var': torch.var_mean, 'std': torch.std_mean}[name]
        both = lambda x, fn=mean, dim=None, correction=1, keepdim=False: fn(x, dim, correction=correction, keepdim=keepdim)
        for k in ({}, {'dim': [1]}, {'dim': [0, 2], 'keepdim': True}, {'dim': [1], 'correction': 0}):
            g.case(f'{name}Mean', f'{k}', both, args=k, x=cube)
        g.case(f'{name}Mean', 'equal numbers', both, x=g.vec(2, 2, 2))
        g.case(f'{name}Mean', '0-d', both, x=f([], [2]))

    def norm(x, p=2, dim=None, keepdim=False):
        p = float(p) if p != 'fro' else 'fro'
        return torch.norm(x, p, list(range(x.dim())) if dim is None and p != 'fro' else dim, keepdim)

    reduction('norm', norm, skip=('large numbers', 'small numbers', 'nothing', 'rows of nothing', 'no rows'))
    for p in (1, 2, 3, 0, 0.5, 1.5, -1, INF, -INF, 'fro'):
        shown = {'p': g.number(float(p)) if p != 'fro' else p}
        for dim in (None, 1, [0, 1]):
            if p == 'fro' and dim is not None:
                continue
            k = {'p': p, **({} if dim is None else {'dim': dim})}
            g.case('norm', f'{k}', norm, args=k, shown={**k, **shown}, x=square)
        for id in ('NaN', 'an infinity', 'zeros', 'a zero', 'equal numbers', 'one number', '0-d'):
            g.case('norm', f'{p}: {id}', norm, args={'p': p}, shown=shown, x=corners[id])
    g.case('norm', 'no rows', norm, args={'dim': 0}, x=f([0, 2], []))
    g.case('norm', 'nothing', norm, x=f([0], []))

    reduction('logsumexp', lambda x, dim, keepdim=False: torch.logsumexp(x, dim, keepdim), forms[1:])
    g.case('logsumexp', 'far apart', lambda x, dim: torch.logsumexp(x, dim), args={'dim': 0}, x=g.vec(1000, -1000, 999))

    one = [k for k in forms if not isinstance(k.get('dim'), list)]
    reduction('prod', torch.prod, one)
    g.case('prod', 'many', torch.prod, x=f([37], [1 + 0.01 * i for i in range(37)]))
    g.case('prod', 'conditions', lambda x: torch.prod(x), x=g.boolean([3], [1, 1, 0]))
    cum = lambda x, dim: torch.cumprod(x, dim)
    for dim in (1, 0, -1, 3):
        g.case('cumprod', f'dim {dim}', cum, args={'dim': dim}, x=cube)
    for id in ('NaN', 'an infinity', 'zeros', 'a zero', 'two zeros', 'one number', '0-d', 'nothing', 'no rows'):
        g.case('cumprod', id, cum, args={'dim': 0}, x=corners[id])
    g.case('cumprod', 'whole numbers', cum, args={'dim': 0}, x=g.ivec(3, -2, 5))

    for name, fn in (('any', torch.any), ('all', torch.all)):
        of = lambda x, fn=fn, **k: fn(x, **k)
        for k in one:
            g.case(name, f'{k}', of, args=k, x=g.boolean([2, 3, 4], [i % 3 == 0 or i > 11 for i in range(24)]))
        for id in ('NaN', 'zeros', 'a zero', 'an infinity', '0-d', 'nothing'):
            g.case(name, id, of, wrt=[], x=corners[id])
        g.case(name, 'rows of nothing', of, wrt=[], args={'dim': 1}, x=corners['rows of nothing'])
        g.case(name, 'whole numbers', of, args={'dim': 0}, x=g.i32([2, 2], [3, 0, 1, 0]))
        g.case(name, '0-d along 0', of, args={'dim': 0}, x=g.boolean([], [1]))

    # It has no gradient in 1.13.
    aminmax = lambda x, dim=None, keepdim=False: torch.aminmax(x, dim=dim, keepdim=keepdim)
    for k in one:
        g.case('aminmax', f'{k}', aminmax, wrt=[], args=k, x=cube)
    for id in ('an infinity', 'zeros', 'two zeros', 'equal numbers', 'one number', '0-d', 'nothing'):
        g.case('aminmax', id, aminmax, wrt=[], x=corners[id])
    g.case('aminmax', 'ties along a dimension', aminmax, wrt=[], args={'dim': 1}, x=f([2, 4], [1, 3, 3, 1, 2, 2, 2, 2]))
    g.case('aminmax', 'whole numbers', aminmax, x=g.ivec(3, 1, 2))
