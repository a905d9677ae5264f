"""Losses of single elements: of numbers and distributions, and of targets of two kinds."""
import torch
import torch.nn.functional as F

REDUCTIONS = ('mean', 'sum', 'none')


def cases(g):
    corners = [0.0, -0.0, 1, -2, 0.5, g.INF, -g.INF, g.NAN, g.MAX, -g.MAX, g.TINY]
    a, b = g.pairs(corners, corners)
    x, t = g.noise(3, 2, salt=71, scale=3), g.noise(3, 2, salt=72, scale=3)

    def everywhere(of, fn, x, t, forms=({},), **more):
        """A loss of two tensors in each reduction, with each set of options, and in special shapes."""
        for red in REDUCTIONS:
            for form in forms:
                name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
                g.case(of, name, fn, args={'reduction': red, **form}, x=x, target=t, **more)
            zero = g.f32([], [0.75]), g.f32([], [0.25])
            g.case(of, f'{red}, 0-d', fn, args={'reduction': red}, x=zero[0], target=zero[1], **more)
            g.case(of, f'{red}, nothing', fn, args={'reduction': red}, x=g.f32([0, 2], []), target=g.f32([0, 2], []), **more)
        g.case(of, 'defaults', fn, x=x, target=t, **more)
        g.case(of, 'shapes that do not broadcast', fn, x=g.vec(0.5, 0.5), target=g.vec(0.5, 0.5, 0.5), **more)
        g.case(of, 'an unknown reduction', fn, args={'reduction': 'product'}, x=x, target=t, **more)

    def of(f):
        return lambda x, target, **k: f(x, target, **k)

    l1, smooth, huber = of(F.l1_loss), of(F.smooth_l1_loss), of(F.huber_loss)
    everywhere('l1Loss', l1, x, t)
    everywhere('smoothL1Loss', smooth, x, t, ({}, {'beta': 0.5}, {'beta': 3.0}, {'beta': 0.0}))
    everywhere('huberLoss', huber, x, t, ({}, {'delta': 0.5}, {'delta': 3.0}))
    for name, fn in (('l1Loss', l1), ('smoothL1Loss', smooth), ('huberLoss', huber)):
        g.case(name, 'none, corners', fn, args={'reduction': 'none'}, x=a, target=b)
        g.case(name, 'none, a cotangent of 0', fn, args={'reduction': 'none'}, v=[0.0], x=a, target=b)
        g.case(name, 'a target that broadcasts', fn, x=g.f32([2, 1], [1, 2]), target=g.vec(1, 2))
    at = g.vec(1, -1, 0.5, -0.5, 2, -2, 0.0, 3, 0.25, -0.25)
    for size in (0.5, 1.0, 2.0):
        g.case('smoothL1Loss', f'at the bend, beta {size}', smooth, args={'reduction': 'none', 'beta': size}, x=at, target=g.vec(*[0] * 10))
        g.case('huberLoss', f'at the bend, delta {size}', huber, args={'reduction': 'none', 'delta': size}, x=at, target=g.vec(*[0] * 10))
    g.case('smoothL1Loss', 'beta 0, equal numbers', smooth, args={'reduction': 'none', 'beta': 0.0}, x=g.vec(1, 2), target=g.vec(1, 3))
    g.case('smoothL1Loss', 'a negative beta', smooth, args={'beta': -1.0}, x=x, target=t)
    g.case('huberLoss', 'delta 0', huber, args={'delta': 0.0}, x=x, target=t)

    kl = of(F.kl_div)
    p = g.f32([3, 2], [0.25, 0.75, 0.5, 0.5, 0.9, 0.1])
    logs = g.f32([3, 2], [-0.5, -1, -2, -0.25, -3, -0.1])
    everywhere('klDiv', kl, logs, p, ({}, {'log_target': False}))
    for red in (*REDUCTIONS, 'batchmean'):
        g.case('klDiv', f'{red}, of logarithms', kl, args={'reduction': red, 'log_target': True}, x=logs, target=g.f32([3, 2], [-1, -0.5, -0.25, -2, -0.1, -3]))
    g.case('klDiv', 'batchmean', kl, args={'reduction': 'batchmean'}, x=logs, target=p)
    g.case('klDiv', 'batchmean, vector', kl, args={'reduction': 'batchmean'}, x=g.vec(-1, -2), target=g.vec(0.5, 0.25))
    g.case('klDiv', 'batchmean, 0-d', kl, args={'reduction': 'batchmean'}, x=g.f32([], [-1]), target=g.f32([], [0.5]))
    g.case('klDiv', 'batchmean, nothing', kl, args={'reduction': 'batchmean'}, x=g.f32([0, 2], []), target=g.f32([0, 2], []))
    lp = [0.0, -0.0, -1, -100, -g.INF, g.NAN, 1, g.INF]
    a1, b1 = g.pairs(lp, [0.0, -0.0, 0.5, 1, 1e-30, 2, -1, g.INF, g.NAN])
    g.case('klDiv', 'none, corners', kl, args={'reduction': 'none'}, x=a1, target=b1, wrt=['x'])
    a2, b2 = g.pairs(lp, lp)
    g.case('klDiv', 'none, of logarithms, corners', kl, args={'reduction': 'none', 'log_target': True}, x=a2, target=b2)
    g.case('klDiv', 'a target of 0 with a gradient', kl, args={'reduction': 'none'}, x=g.vec(-1, -2), target=g.vec(0.0, 0.5))
    g.case('klDiv', 'a target that broadcasts', kl, x=g.f32([2, 1], [-1, -2]), target=g.vec(0.5, 0.5))

    poisson = of(F.poisson_nll_loss)
    counts = g.f32([3, 2], [0, 1, 2, 5, 0.5, 10])
    rates = g.f32([3, 2], [0.5, 1, 3, 4, 0.25, 20])
    forms = [{'log_input': li, 'full': f} for li in (True, False) for f in (True, False)]
    for name, xs in (('', x), (', rates', rates)):
        for form in forms:
            if form['log_input'] != (name == ''):
                continue
            for red in REDUCTIONS:
                g.case('poissonNllLoss', f'{red}, full {form["full"]}{name}', poisson, args={'reduction': red, **form}, x=xs, target=counts, wrt=['x'])
    everywhere('poissonNllLoss', poisson, x, counts, ({'eps': 0.5}, {'eps': 0.5, 'log_input': False, 'full': True}), wrt=['x'])
    xs, ts = g.pairs([0.0, -0.0, 1, -1, 88, 100, -100, g.INF, -g.INF, g.NAN, 1e-8, 3], [0.0, 1.0, 2.0, 1000.0])
    for form in forms:
        g.case('poissonNllLoss', f'none, corners, {form["log_input"]} {form["full"]}', poisson, args={'reduction': 'none', **form}, x=xs, target=ts, wrt=['x'])
    g.case('poissonNllLoss', 'a gradient of the counts', poisson, args={'reduction': 'none', 'full': True}, x=g.vec(0.5, -1, 2), target=g.vec(2, 5, 10))
    g.case('poissonNllLoss', 'a gradient of a count of 0', poisson, args={'reduction': 'none', 'full': True}, x=g.vec(0.5, -1), target=g.vec(0.0, 0.5))
    g.case('poissonNllLoss', 'whole numbers as counts', poisson, args={'full': True}, x=g.vec(0.5, -1, 2), target=g.ivec(0, 1, 7))

    def gauss(x, target, var, **k):
        return F.gaussian_nll_loss(x, target, var, **k)

    variances = g.f32([3, 2], [0.5, 1, 3, 4, 0.25, 20])
    for red in REDUCTIONS:
        for form in ({}, {'full': True}, {'eps': 2.0}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('gaussianNllLoss', name, gauss, args={'reduction': red, **form}, x=x, target=t, var=variances)
        g.case('gaussianNllLoss', f'{red}, a variance for each row', gauss, args={'reduction': red}, x=x, target=t, var=g.vec(0.5, 2, 3))
        g.case('gaussianNllLoss', f'{red}, a column of variances', gauss, args={'reduction': red}, x=x, target=t, var=g.f32([3, 1], [0.5, 2, 3]))
        g.case('gaussianNllLoss', f'{red}, 0-d', gauss, args={'reduction': red}, x=g.f32([], [1]), target=g.f32([], [3]), var=g.f32([], [2]))
        g.case('gaussianNllLoss', f'{red}, nothing', gauss, args={'reduction': red}, x=g.f32([0, 2], []), target=g.f32([0, 2], []), var=g.f32([0, 2], []))
    xs, vs = g.pairs([0.0, -1, 3, g.INF, g.NAN], [0.0, -0.0, 1e-30, 1e-6, 1, g.INF, g.NAN, g.TINY])
    g.case('gaussianNllLoss', 'none, corners', gauss, args={'reduction': 'none'}, x=xs, target=g.vec(*[1] * len(xs[2])), var=vs)
    g.case('gaussianNllLoss', 'a negative variance', gauss, x=g.vec(1, 2), target=g.vec(1, 2), var=g.vec(1, -1))
    g.case('gaussianNllLoss', 'a variance that does not match', gauss, x=x, target=t, var=g.vec(1, 2))

    def bce(x, target, weight=None, **k):
        return F.binary_cross_entropy(x, target, weight, **k)

    chances = g.f32([3, 2], [0.2, 0.9, 0.5, 0.01, 0.75, 0.6])
    everywhere('binaryCrossEntropy', bce, chances, p)
    for red in REDUCTIONS:
        g.case('binaryCrossEntropy', f'{red}, weights', bce, args={'reduction': red}, x=chances, target=p, weight=g.vec(2, 0.0), wrt=['x', 'target'])
        g.case('binaryCrossEntropy', f'{red}, a column of weights', bce, args={'reduction': red}, x=chances, target=p, weight=g.f32([3, 1], [1, 2, 3]), wrt=['x', 'target'])
    xs, ts = g.pairs([0.0, -0.0, 1, 1e-30, 1e-12, 1e-7, 1 - 2**-24, 0.5, g.TINY, 1e-44], [0.0, 1.0, 0.25])
    g.case('binaryCrossEntropy', 'none, corners', bce, args={'reduction': 'none'}, x=xs, target=ts)
    g.case('binaryCrossEntropy', 'none, corners, a cotangent of 0', bce, args={'reduction': 'none'}, v=[0.0], x=xs, target=ts, wrt=['x'])
    g.case('binaryCrossEntropy', 'an input outside 0 to 1', bce, x=g.vec(0.5, 1.5), target=g.vec(0, 1))
    g.case('binaryCrossEntropy', 'whole numbers', bce, x=g.vec(0.5, 0.25), target=g.ivec(0, 1))

    def multilabel(x, target, weight=None, **k):
        return F.multilabel_soft_margin_loss(x, target, weight, **k)

    for red in REDUCTIONS:
        g.case('multilabelSoftMarginLoss', red, multilabel, args={'reduction': red}, x=x, target=p)
        g.case('multilabelSoftMarginLoss', f'{red}, weights', multilabel, args={'reduction': red}, x=x, target=p, weight=g.vec(2, 0.5))
        g.case('multilabelSoftMarginLoss', f'{red}, vector', multilabel, args={'reduction': red}, x=g.vec(1, -2, 3), target=g.vec(1, 0, 1))
        g.case('multilabelSoftMarginLoss', f'{red}, images', multilabel, args={'reduction': red}, x=g.noise(2, 1, 3, salt=73), target=g.noise(2, 1, 3, salt=74))
        g.case('multilabelSoftMarginLoss', f'{red}, nothing', multilabel, args={'reduction': red}, x=g.f32([0, 2], []), target=g.f32([0, 2], []))
    big = [0.0, -0.0, 1, -1, 20, -20, 89, -89, 1000, -1000, g.INF, -g.INF, g.NAN, g.MAX, g.TINY]
    xs, ts = g.pairs(big, [0.0, 1.0, 0.25])
    g.case('multilabelSoftMarginLoss', 'corners', multilabel, args={'reduction': 'none'}, x=g.f32([len(big) * 3, 1], xs[2]), target=g.f32([len(big) * 3, 1], ts[2]), wrt=['x'])
    g.case('multilabelSoftMarginLoss', 'whole numbers', multilabel, x=x, target=g.i32([3, 2], [0, 1, 1, 0, 1, 1]))
    g.case('multilabelSoftMarginLoss', '0-d', multilabel, x=g.f32([], [1]), target=g.f32([], [1]))
    g.case('multilabelSoftMarginLoss', 'shapes that do not broadcast', multilabel, x=x, target=g.vec(1, 0, 1))

    soft = of(F.soft_margin_loss)
    signs = g.f32([3, 2], [1, -1, 1, -1, -1, 1])
    everywhere('softMarginLoss', soft, x, signs, wrt=['x'])
    xs, ts = g.pairs([0.0, -0.0, 1, -1, 20, -20, 80, -80, g.NAN, g.TINY], [1.0, -1.0])
    g.case('softMarginLoss', 'none, corners', soft, args={'reduction': 'none'}, x=xs, target=ts, wrt=['x'])
    g.case('softMarginLoss', 'none, far on the wrong side', soft, args={'reduction': 'none'}, x=g.vec(-100, 100, -g.INF), target=g.vec(1, -1, 1), wrt=['x'])
    g.case('softMarginLoss', 'whole numbers', soft, x=x, target=g.i32([3, 2], [1, -1, 1, -1, -1, 1]))
