"""Norms by the statistics of their input."""
import torch
import torch.nn.functional as F


def cases(g):
    aff = dict(weight=g.vec(2, -1, 0.5), bias=g.vec(1, 0.0, -1))
    names = ['x', 'weight', 'bias']
    flat = g.f32([2, 3, 2], [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 4, 4])

    def trained(rank):
        def f(x, weight=None, bias=None, **k):
            if x.dim() not in rank:
                raise ValueError('expected another number of dimensions')
            return F.batch_norm(x, None, None, weight, bias, True, **k)

        return f

    def instance(rank):
        def f(x, weight=None, bias=None, **k):
            if x.dim() not in rank:
                raise ValueError('expected another number of dimensions')
            return F.instance_norm(x, None, None, weight, bias, **k)

        return f

    images, volumes = g.noise(2, 3, 2, 3, salt=61), g.noise(2, 3, 2, 1, 2, salt=62)
    for of, rank, inputs in (
        ('batchNormTraining', [2, 3, 4, 5], dict(rows=g.noise(4, 3, salt=60), sequences=g.noise(2, 3, 5, salt=63), images=images, volumes=volumes)),
        ('BatchNorm1d', [2, 3], dict(rows=g.noise(4, 3, salt=60), sequences=g.noise(2, 3, 5, salt=63), images=images)),
        ('BatchNorm2d', [4], dict(images=images, sequences=g.noise(2, 3, 5, salt=63))),
        ('BatchNorm3d', [5], dict(volumes=volumes, images=images)),
    ):
        for name, x in inputs.items():
            g.case(of, name, trained(rank), x=x, **aff)
        first = next(iter(inputs.values()))
        g.case(of, 'no weight', trained(rank), x=first)
        g.case(of, 'a large eps', trained(rank), args={'eps': 2.0}, x=first, **aff)
        g.case(of, 'channels that do not match', trained(rank), x=first, weight=g.vec(1, 2), bias=g.vec(1, 2))
    g.case('batchNormTraining', 'equal numbers', trained([3]), x=flat, **aff, wrt=names)
    for of, rank, inputs in (
        ('instanceNorm', [3, 4, 5], dict(sequences=g.noise(2, 3, 5, salt=63), images=images, volumes=volumes)),
        ('InstanceNorm1d', [3], dict(sequences=g.noise(2, 3, 5, salt=63), images=images)),
        ('InstanceNorm2d', [4], dict(images=images, volumes=volumes)),
        ('InstanceNorm3d', [5], dict(volumes=volumes, images=images)),
    ):
        for name, x in inputs.items():
            g.case(of, name, instance(rank), x=x, **aff)
        first = next(iter(inputs.values()))
        g.case(of, 'no weight', instance(rank), x=first)
        g.case(of, 'a large eps', instance(rank), args={'eps': 2.0}, x=first, **aff)
    g.case('instanceNorm', 'one element a channel', instance([3]), x=g.f32([2, 3, 1], [1, 2, 3, 4, 5, 6]), **aff)
    g.case('instanceNorm', 'equal numbers', instance([3]), x=flat, **aff)

    def groups(x, num_groups, weight=None, bias=None, **k):
        return F.group_norm(x, num_groups, weight, bias, **k)

    six = dict(weight=g.vec(2, -1, 0.5, 1, 3, -2), bias=g.vec(1, 0.0, -1, 2, 0.5, 0))
    for n in (1, 2, 3, 6):
        g.case('groupNorm', f'{n} of six channels', groups, args={'num_groups': n}, x=g.noise(2, 6, 2, 2, salt=64), **six)
    g.case('groupNorm', 'rows', groups, args={'num_groups': 2}, x=g.noise(3, 6, salt=65), **six)
    g.case('groupNorm', 'no weight, eps', groups, args={'num_groups': 2, 'eps': 0.5}, x=g.noise(2, 6, 3, salt=66))
    g.case('groupNorm', 'a variance beyond the largest', groups, args={'num_groups': 1}, x=g.f32([1, 4, 1], [3e38, 1, 2, 3]))
    g.case('groupNorm', 'groups that do not divide', groups, args={'num_groups': 4}, x=g.noise(2, 6, 3, salt=66))

    def rms(x, normalized_shape, weight=None, eps=2.0**-23):
        # PyTorch has it from 2.4 on.
        dims = tuple(range(-len(normalized_shape), 0))
        y = x / torch.sqrt((x * x).mean(dims, keepdim=True) + eps)
        return y if weight is None else y * weight

    g.case('rmsNorm', 'rows', rms, args={'normalized_shape': [4]}, x=g.noise(3, 4, salt=67), weight=g.vec(1, -2, 0.5, 3))
    g.case('rmsNorm', 'two dimensions', rms, args={'normalized_shape': [2, 3]}, x=g.noise(2, 2, 3, salt=68), weight=g.noise(2, 3, salt=69))
    g.case('rmsNorm', 'no weight, eps', rms, args={'normalized_shape': [4], 'eps': 0.25}, x=g.noise(3, 4, salt=67))
    g.case('rmsNorm', 'zeros', rms, args={'normalized_shape': [2]}, x=g.f32([2, 2], [0.0, 0.0, 3, 4]))
