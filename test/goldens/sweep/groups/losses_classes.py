"""Losses for one class of several."""
import torch.nn.functional as F

REDUCTIONS = ('mean', 'sum', 'none')


def cases(g):
    def margin(x, target, weight=None, **k):
        return F.multi_margin_loss(x, target.long(), weight=weight, **k)

    x, picks, only = g.noise(4, 3, salt=81, scale=2), g.ivec(0, 2, 1, 2), dict(wrt=['x'])
    w = g.vec(0.5, 2, 0.0)
    for red in REDUCTIONS:
        for form in ({}, {'p': 2}, {'margin': 0.25}, {'p': 2, 'margin': -0.5}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('multiMarginLoss', name, margin, args={'reduction': red, **form}, x=x, target=picks, **only)
        for p in (1, 2):
            g.case('multiMarginLoss', f'{red}, weights, p {p}', margin, args={'reduction': red, 'p': p}, x=x, target=picks, weight=w, **only)
        g.case('multiMarginLoss', f'{red}, one sample', margin, args={'reduction': red}, x=g.vec(0.1, 0.3, -0.5), target=g.i32([], [1]), **only)
        g.case('multiMarginLoss', f'{red}, one class', margin, args={'reduction': red}, x=g.f32([2, 1], [1, 2]), target=g.ivec(0, 0), **only)
    rows = [[0, 1, g.NAN], [g.INF, g.INF, 0], [0, -g.INF, 0], [1, 0, 2], [g.NAN, 1, 2], [g.MAX, -g.MAX, 0], [0.0, -0.0, -1], [-g.INF] * 3]
    corners = g.f32([len(rows) * 3, 3], [v for r in rows for _ in range(3) for v in r])
    all_picks = g.ivec(*[0, 1, 2] * len(rows))
    for p in (1, 2):
        g.case('multiMarginLoss', f'none, corners, p {p}', margin, args={'reduction': 'none', 'p': p}, x=corners, target=all_picks, **only)
    g.case('multiMarginLoss', 'none, corners, weights', margin, args={'reduction': 'none'}, x=corners, target=all_picks, weight=w, **only)
    g.case('multiMarginLoss', 'at the margin', margin, args={'reduction': 'none'}, x=g.f32([2, 3], [1, 0, 2, 0.5, 1.5, -0.5]), target=g.ivec(0, 1), **only)
    g.case('multiMarginLoss', 'defaults', margin, x=x, target=picks, **only)
    g.case('multiMarginLoss', 'p 3', margin, args={'p': 3}, x=x, target=picks, **only)
    g.case('multiMarginLoss', 'no classes', margin, x=g.f32([2, 0], []), target=g.ivec(0, 0), **only)
    g.case('multiMarginLoss', 'a shape that does not match', margin, x=x, target=g.ivec(0, 1), **only)
    g.case('multiMarginLoss', 'images', margin, x=g.noise(2, 3, 2, salt=82), target=g.ivec(0, 1), **only)
