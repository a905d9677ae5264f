"""Inputs of PyTorch's own tests, on edge cases that other groups do not have: images without a batch, options by name,
whole numbers where fractions are usual."""
import torch
import torch.nn.functional as F


def cases(g):
    # ---- sequences, images and volumes without a batch
    one = {1: g.noise(2, 6, salt=60), 2: g.noise(2, 6, 5, salt=61), 3: g.noise(2, 4, 5, 3, salt=62)}
    for rank, x in one.items():
        most, mean = getattr(F, f'max_pool{rank}d'), getattr(F, f'avg_pool{rank}d')
        k = {'kernel_size': 3, 'stride': 2, 'padding': 1}
        g.case(f'maxPool{rank}d', 'padded, without a batch', lambda x, **k: most(x, **k), args=k, x=x)
        g.case(f'maxPool{rank}d', 'indices, without a batch', lambda x, **k: most(x, **k), args={**k, 'return_indices': True}, x=x)
        g.case(f'avgPool{rank}d', 'padded, without a batch', lambda x, **k: mean(x, **k), args={**k, 'count_include_pad': False}, x=x)
        adapt, to = getattr(F, f'adaptive_max_pool{rank}d'), [4, [4, 2], [3, 2, 2]][rank - 1]
        g.case(f'adaptiveMaxPool{rank}d', 'uneven, without a batch', lambda x, size: adapt(x, size), args={'size': to}, x=x)
        g.case(f'adaptiveMaxPool{rank}d', 'indices, without a batch', lambda x, size, return_indices: adapt(x, size, return_indices), args={'size': to, 'return_indices': True}, x=x)
        average = getattr(F, f'adaptive_avg_pool{rank}d')
        g.case(f'adaptiveAvgPool{rank}d', 'uneven, without a batch', lambda x, size: average(x, size), args={'size': to}, x=x)
        back = getattr(F, f'max_unpool{rank}d')
        y, at = most(torch.tensor(x[2]).reshape(x[1]), 2, return_indices=True)
        args = {'kernel_size': 2, 'output_size': x[1][1:]}
        g.case(f'maxUnpool{rank}d', 'without a batch', lambda x, indices, **k: back(x, indices.long(), **k), args=args, x=g.f32(y.shape, y.flatten().tolist()), indices=g.i32(at.shape, at.flatten().tolist()))
        conv, turned = getattr(F, f'conv{rank}d'), getattr(F, f'conv_transpose{rank}d')
        weight, bias = g.noise(4, 1, *[3, 2, 2][:rank], salt=63), g.noise(4, salt=64)
        def call(f):
            return lambda x, weight, bias, **k: f(x, weight, bias, **k)
        for id, k in {'strides': {'stride': 2, 'padding': 1, 'groups': 2}, 'same': {'padding': 'same', 'groups': 2}}.items():
            g.case(f'conv{rank}d', f'{id}, without a batch', call(conv), args=k, x=x, weight=weight, bias=bias)
        k = {'stride': 2, 'padding': 1, 'output_padding': 1, 'groups': 2}
        g.case(f'convTranspose{rank}d', 'strides, without a batch', call(turned), args=k, x=x, weight=g.noise(2, 2, *[3, 2, 2][:rank], salt=65), bias=bias)
        g.case(f'InstanceNorm{rank}d', 'without a batch', lambda x, norm=getattr(torch.nn, f'InstanceNorm{rank}d')(2): norm.to(x.dtype)(x), x=x)
    g.case('fold', 'without a batch', lambda x, **k: F.fold(x, **k), args={'output_size': [4, 3], 'kernel_size': 2}, x=g.noise(8, 6, salt=66))
    g.case('lpPool1d', 'without a batch', lambda x, **k: F.lp_pool1d(x, **k), args={'norm_type': 2, 'kernel_size': 2}, x=one[1])

    # ---- statistics
    samples, often, heavy = g.noise(3, 5, salt=67), g.ivec(1, 2, 0, 3, 1), g.vec(0.5, 1, 2, 0.25, 1.5)
    weighed = lambda x, fweights=None, aweights=None, **k: torch.cov(x, fweights=fweights, aweights=aweights, **k)
    for correction in (0, 1, 2):
        k = {'correction': correction}
        g.case('cov', f'counts, {correction}', weighed, args=k, x=samples, fweights=often)
        g.case('cov', f'weights, {correction}', weighed, args=k, x=samples, aweights=heavy)
        g.case('cov', f'counts and weights, {correction}', weighed, args=k, x=samples, fweights=often, aweights=heavy)
    g.case('cov', 'a single row', weighed, x=g.noise(1, 4, salt=68))
    g.case('cov', 'whole numbers', weighed, x=g.i32([2, 3], [1, 5, -2, 4, 4, 7]))
    g.case('cov', 'too few weights', weighed, x=samples, aweights=g.vec(1, 2))
    for way in ('var', 'std', 'varMean', 'stdMean'):
        of = {'var': torch.var, 'std': torch.std, 'varMean': torch.var_mean, 'stdMean': torch.std_mean}[way]
        for unbiased in (True, False):
            g.case(way, f'of all, {unbiased}', lambda x, dim, of=of: of(x, dim), args={'dim': unbiased}, x=g.noise(2, 3, salt=69))
    g.case('trapezoid', 'points one apart', lambda y: torch.trapezoid(y), y=g.noise(2, 4, salt=70))
    g.case('trapezoid', 'whole numbers', lambda y, dx: torch.trapezoid(y, dx=dx), args={'dx': 2}, y=g.i32([4], [1, 5, -2, 4]))
    g.case('diff', 'none of joined', lambda x, prepend, n: torch.diff(x, n, prepend=prepend), args={'n': 0}, x=g.noise(2, 3, salt=71), prepend=g.noise(2, 1, salt=72))
    shown = {'p': 'Infinity', 'dim': 1, 'maxnorm': 0.5}
    g.case('renorm', 'the greatest', lambda x, p, dim, maxnorm: torch.renorm(x, p, dim, maxnorm), args={'p': g.INF, 'dim': 1, 'maxnorm': 0.5}, shown=shown, x=g.noise(3, 4, salt=73))
    for mode in ('reflect', 'circular', 'replicate'):
        g.case('pad', f'{mode} of no images', lambda x, pad, mode: F.pad(x, pad, mode), args={'pad': [1, 2], 'mode': mode}, x=g.f32([0, 3, 3], []))

    # ---- options
    a, b = g.noise(2, 3, salt=74), g.noise(3, salt=75)
    for name, f in (('add', torch.add), ('sub', torch.sub)):
        for alpha in (2, -0.5, 0):
            g.case(name, f'alpha {alpha}', lambda a, b, alpha, f=f: f(a, b, alpha=alpha), args={'alpha': alpha}, a=a, b=b)
        g.case(name, 'alpha of a number', lambda a, other, alpha, f=f: f(a, other, alpha=alpha), args={'other': 3, 'alpha': 2}, a=a)
        g.case(name, 'alpha of whole numbers', lambda a, b, alpha, f=f: f(a, b, alpha=alpha), args={'alpha': 3}, a=g.ivec(1, -2), b=g.ivec(5, 7))
        g.case(name, 'a fraction of whole numbers', lambda a, b, alpha, f=f: f(a, b, alpha=alpha), args={'alpha': 0.5}, a=g.ivec(1, -2), b=g.ivec(5, 7))
    for decimals in (0, 1, 3, -2):
        g.case('round', f'decimals {decimals}', lambda x, decimals: torch.round(x, decimals=decimals), args={'decimals': decimals}, x=g.vec(0.5, 1.25, -2.345, 149.9, 150, -250, 1e-4, g.INF, g.NAN))
    for name, f in (('max', torch.max), ('min', torch.min)):
        g.case(name, 'of two', lambda x, other, f=f: f(x, other), x=a, other=b)

    # ---- gradients of rows that are read several times
    rows, index = g.noise(5, 3, salt=78), g.i32([2, 4], [0, 3, 3, 1, 4, 3, 0, 0])
    for padding_idx in (None, 3, -5):
        k = {'padding_idx': padding_idx, 'scale_grad_by_freq': True}
        g.case('embedding', f'gradients by frequency, {padding_idx}', lambda x, weight, **k: F.embedding(x.long(), weight, **k), args=k, x=index, weight=rows)
        for mode in ('sum', 'mean'):
            g.case('embeddingBag', f'{mode} by frequency, {padding_idx}', lambda x, weight, **k: F.embedding_bag(x.long(), weight, **k), args={**k, 'mode': mode}, x=index, weight=rows)

    # ---- whole numbers
    whole, signs = g.ivec(-3, 0, 2, 5), g.ivec(1, -1, 0, -2)
    g.case('copysign', 'whole numbers', torch.copysign, a=whole, b=signs)
    g.case('copysign', 'conditions', torch.copysign, a=g.boolean([2], [0, 1]), b=g.boolean([2], [1, 1]))
    g.case('heaviside', 'whole numbers', torch.heaviside, a=whole, b=signs)
    g.case('heaviside', 'conditions', torch.heaviside, a=g.boolean([2], [0, 1]), b=g.boolean([2], [1, 0]))
    g.case('hardtanh', 'whole numbers within fractions', F.hardtanh, args={'min_val': -1.5, 'max_val': 2.5}, x=whole)

    # ---- a target that broadcasts
    for id, target in {'one number': g.f32([], [0.5]), 'an extent of 1': g.vec(0.5), 'a row': g.noise(4, salt=77)}.items():
        g.case('gaussianNllLoss', f'a target of {id}', lambda x, target, var, reduction: F.gaussian_nll_loss(x, target, var, reduction=reduction), args={'reduction': 'none'}, x=g.noise(3, 4, salt=76), target=target, var=g.f32([3, 4], [0.5 + i for i in range(12)]))
