"""Functions of several steps, where one of the steps is infinite or empty."""
import torch.nn.functional as F


def cases(g):
    def cosine(x1, x2, **k):
        return F.cosine_similarity(x1, x2, **k)

    one = g.f32([1, 2], [1, 2])
    for id, x in (
        ('squares beyond the largest', [1e20, 1e20]),
        ('one square beyond the largest', [1e20, 1]),
        ('the largest number', [g.MAX, 1]),
        ('an infinity', [g.INF, 1]),
        ('a NaN', [g.NAN, 1]),
        ('products beyond the largest', [1e19, 2e19]),
    ):
        g.case('cosineSimilarity', id, cosine, x1=g.f32([1, 2], x), x2=one)
    g.case('cosineSimilarity', 'squares beyond the largest, both', cosine, x1=g.f32([1, 2], [1e20, 1e20]), x2=g.f32([1, 2], [1e20, -1e20]))
    g.case('cosineSimilarity', 'squares beyond and below', cosine, x1=g.f32([1, 2], [1e20, 1e20]), x2=g.f32([1, 2], [1e-20, 1e-20]))

    rows = (
        ('squares beyond the largest', [1e20, -1e20, 3e19, 0]),
        ('the largest number', [g.MAX, 1, 2, 3]),
        ('an infinity', [g.INF, 1, 2, 3]),
        ('both infinities', [g.INF, -g.INF, 2, 3]),
        ('a NaN', [g.NAN, 1, 2, 3]),
        ('small numbers', [1e-30, -1e-30, 2e-30, 0]),
    )
    two = dict(weight=g.vec(-2), bias=g.vec(0.5))

    def instance(x, weight=None, bias=None, **k):
        return F.instance_norm(x, None, None, weight, bias, **k)

    def trained(x, weight=None, bias=None, **k):
        return F.batch_norm(x, None, None, weight, bias, True, **k)

    def groups(x, num_groups, weight=None, bias=None, **k):
        return F.group_norm(x, num_groups, weight, bias, **k)

    def layer(x, normalized_shape, weight=None, bias=None, **k):
        return F.layer_norm(x, normalized_shape, weight, bias, **k)

    for id, x in rows:
        g.case('instanceNorm', id, instance, x=g.f32([1, 1, 4], x), **two)
        g.case('batchNormTraining', id, trained, x=g.f32([4, 1], x), **two)
        g.case('groupNorm', id, groups, args={'num_groups': 1}, x=g.f32([1, 1, 4], x), **two)
        g.case('layerNorm', id, layer, args={'normalized_shape': [4]}, x=g.f32([1, 4], x), weight=g.vec(1, -2, 0.5, 3), bias=g.vec(0.5, 0, -1, 2))
    four = dict(weight=g.vec(2, -1, 0.5, 1), bias=g.vec(1, 0.0, -1, 2))
    for id, shape in (('no pixels', [2, 4, 0]), ('no rows of pixels', [2, 4, 0, 3]), ('no samples', [0, 4, 3])):
        g.case('groupNorm', id, groups, args={'num_groups': 2}, x=g.f32(shape, []), **four)
    g.case('groupNorm', 'no channels', groups, args={'num_groups': 2}, x=g.f32([2, 0, 3], []), weight=g.f32([0], []), bias=g.f32([0], []))

    def bce(x, target, pos_weight=None, **k):
        return F.binary_cross_entropy_with_logits(x, target, None, pos_weight=pos_weight, **k)

    logits = [-g.INF, g.INF, g.NAN, 200.0, -200.0, 0.0]
    for y in (0.0, 0.5, 1.0, 1.5, 2.0, -1.0):
        target = g.vec(*[y] * len(logits))
        g.case('bceWithLogits', f'a target of {y}', bce, args={'reduction': 'none'}, x=g.vec(*logits), target=target, wrt=['x'])
        weighted = dict(x=g.vec(*logits), target=target, pos_weight=g.vec(*[2] * len(logits)), wrt=['x'])
        g.case('bceWithLogits', f'a target of {y}, weighted', bce, args={'reduction': 'none'}, **weighted)

    def leaky(x, **k):
        return F.rrelu(x, **k)

    args = {'lower': 0.25, 'upper': 0.25, 'training': True}
    g.case('rrelu', 'in training, one slope', leaky, args=args, x=g.vec(*g.SOME))
    for id, v in (('NaN', g.NAN), ('infinity', g.INF), ('-infinity', -g.INF)):
        g.case('rrelu', f'in training, {id}', leaky, args=args, x=g.vec(v))
