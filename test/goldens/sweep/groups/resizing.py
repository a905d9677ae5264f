"""Interpolation, pools to given extents, channels that become pixels, and padding layers."""
import torch
import torch.nn.functional as F


def cases(g):
    line, image, volume = g.noise(2, 2, 5, salt=1), g.noise(1, 2, 3, 4, salt=2), g.noise(1, 1, 2, 3, 2, salt=3)

    def resize(x, **k):
        return F.interpolate(x, **k)

    def of(id, x, **k):
        g.case('interpolate', f'{id} {k}', resize, args=k, x=x)

    for mode in ('nearest', 'nearest-exact'):
        for size in (1, 3, 5, 7, 10, [15], 13):
            of('line', line, size=size, mode=mode)
        for factor in (1.0, 2, 3, 0.5, 1.5, 1.7, [0.3], 2.4, 0.1):
            of('line', line, scale_factor=factor, mode=mode)
        of('line', line, scale_factor=1.7, mode=mode, recompute_scale_factor=True)
        of('image', image, scale_factor=2, mode=mode)
        of('image', image, size=[5, 2], mode=mode)
        of('image', image, scale_factor=[1.5, 2.5], mode=mode)
        of('volume', volume, scale_factor=2, mode=mode)
        of('volume', volume, size=[3, 2, 5], mode=mode)
    of('defaults', image, scale_factor=2)
    for corners in (False, True):
        for size in (1, 3, 5, 7, 10):
            of('line', line, size=size, mode='linear', align_corners=corners)
        for factor in (2, 3, 0.5, 1.5, 1.7, 1.37):
            of('line', line, scale_factor=factor, mode='linear', align_corners=corners)
        of('image', image, scale_factor=2, mode='bilinear', align_corners=corners)
        of('image', image, size=[5, 2], mode='bilinear', align_corners=corners)
        of('image', image, scale_factor=[1.5, 0.7], mode='bilinear', align_corners=corners, recompute_scale_factor=True)
        of('volume', volume, scale_factor=2, mode='trilinear', align_corners=corners)
        of('extents 1', g.f32([1, 1, 1, 1], [3]), size=[2, 3], mode='bilinear', align_corners=corners)
    of('line', line, size=3, mode='area')
    of('image', image, size=[2, 3], mode='area')
    of('image', image, scale_factor=2, mode='area')
    of('infinity', g.f32([1, 1, 3], [1, g.INF, g.NAN]), scale_factor=2, mode='nearest')
    of('both', image, size=3, scale_factor=2)
    of('neither', image)
    of('of a line', line, size=3, mode='bilinear')
    of('of an image', image, size=3, mode='linear')
    of('corners', image, size=3, mode='nearest', align_corners=True)
    of('three sizes', image, size=[1, 2, 3])
    of('nothing', image, scale_factor=0.1)
    of('a matrix', g.noise(2, 3, salt=4), size=3)
    of('no images', g.f32([0, 1, 2, 2], []), scale_factor=2)
    of('no pixels', g.f32([1, 1, 0, 2], []), scale_factor=2)
    of('recomputed', image, size=3, recompute_scale_factor=True)

    def layer(made):
        return lambda x, **k: made(**k)(x)

    g.case('UpsamplingNearest2d', 'factor', layer(torch.nn.UpsamplingNearest2d), args={'scale_factor': 2}, x=image)
    g.case('UpsamplingNearest2d', 'size', layer(torch.nn.UpsamplingNearest2d), args={'size': [5, 6]}, x=image)
    g.case('UpsamplingBilinear2d', 'factor', layer(torch.nn.UpsamplingBilinear2d), args={'scale_factor': 2}, x=image)
    g.case('UpsamplingBilinear2d', 'size', layer(torch.nn.UpsamplingBilinear2d), args={'size': [5, 6]}, x=image)

    def adaptive(of, x, sizes):
        for size in sizes:
            name = {'f': of.__name__}['f'].split('_')
            called = name[0] + name[1].capitalize() + 'Pool' + name[2][4:]
            for id, t in {'': x, ', ties': (x[0], x[1], [float(round(v)) for v in x[2]])}.items():
                g.case(called, f'{size}{id}', lambda x, size: of(x, size), args={'size': size}, x=t)

    adaptive(F.adaptive_avg_pool1d, line, [1, 2, 3, 5, 7])
    adaptive(F.adaptive_avg_pool2d, g.noise(1, 2, 4, 5, salt=6), [1, 2, [4, 5], [3, 2], [None, 1], [None, 3], [6, 7]])
    adaptive(F.adaptive_avg_pool3d, volume, [1, [1, 3, 2], [2, 2, 1], [None, 1, None]])

    def adaptive_max(rank, x, sizes):
        of = getattr(F, f'adaptive_max_pool{rank}d')
        for size in sizes:
            for id, t in {'': x, ', ties': (x[0], x[1], [float(round(v)) for v in x[2]])}.items():
                g.case(f'adaptiveMaxPool{rank}d', f'{size}{id}', lambda x, size: of(x, size), args={'size': size}, x=t)
                g.case(f'adaptiveMaxPool{rank}dWithIndices', f'{size}{id}', lambda x, size: of(x, size, True), args={'size': size}, x=t)

    adaptive_max(1, line, [1, 2, 3, 5, 7])
    adaptive_max(2, g.noise(1, 2, 4, 5, salt=6), [1, [2, 5], [4, 5], [3, 2], [None, 1]])
    adaptive_max(3, volume, [1, [1, 2, 2]])
    for name, f in {'adaptiveAvgPool1d': F.adaptive_avg_pool1d, 'adaptiveMaxPool1d': F.adaptive_max_pool1d}.items():
        pool = lambda x, size, f=f: f(x, size)
        g.case(name, 'infinity and NaN', pool, args={'size': 2}, x=g.f32([1, 1, 4], [1, g.INF, 2, g.NAN]))
        g.case(name, 'infinity that is left out', pool, args={'size': 3}, x=g.f32([1, 1, 4], [1, g.INF, 2, -g.INF]))
        g.case(name, 'without a batch', pool, args={'size': 2}, x=g.noise(2, 4, salt=9))
        g.case(name, 'no sequences', pool, args={'size': 2}, x=g.f32([0, 1, 4], []))
        g.case(name, 'no elements', pool, args={'size': 2}, x=g.f32([1, 1, 0], []))
        g.case(name, 'two sizes', pool, args={'size': [2, 3]}, x=line)

    shuffle = lambda x, by: F.pixel_shuffle(x, by)
    unshuffle = lambda x, by: F.pixel_unshuffle(x, by)
    # PyTorch 1.13 has no gradient of channel_shuffle: the same movement has one.
    def channels(x, by):
        moved = x.unflatten(1, (by, -1)).transpose(1, 2).flatten(1, 2)
        assert torch.equal(moved, torch.channel_shuffle(x.detach(), by))
        return moved

    for by in (1, 2, 3):
        g.case('pixelShuffle', f'{by}', shuffle, args={'by': by}, x=g.ramp(1, by * by * 2, 2, 3))
        g.case('pixelUnshuffle', f'{by}', unshuffle, args={'by': by}, x=g.ramp(1, 2, 2 * by, 3 * by))
    g.case('pixelShuffle', 'without a batch', shuffle, args={'by': 2}, x=g.ramp(4, 1, 2))
    g.case('pixelShuffle', 'more dimensions', shuffle, args={'by': 2}, x=g.ramp(2, 1, 4, 1, 2))
    g.case('pixelShuffle', 'channels that do not divide', shuffle, args={'by': 2}, x=g.ramp(1, 3, 1, 2))
    g.case('pixelShuffle', 'a matrix', shuffle, args={'by': 2}, x=g.ramp(4, 2))
    g.case('pixelUnshuffle', 'without a batch', unshuffle, args={'by': 2}, x=g.ramp(1, 2, 2))
    g.case('pixelUnshuffle', 'rows that do not divide', unshuffle, args={'by': 2}, x=g.ramp(1, 1, 3, 2))
    for shape in ([1, 6, 2], [2, 6, 1, 2], [1, 6, 1, 2, 1]):
        g.case('channelShuffle', f'{shape}', channels, args={'by': 3}, x=g.ramp(*shape))
    g.case('channelShuffle', 'channels that do not divide', channels, args={'by': 4}, x=g.ramp(1, 6, 2))

    for name, x in {'1d': g.noise(1, 2, 4, salt=18), '2d': g.noise(1, 2, 3, 4, salt=19), '3d': g.noise(1, 1, 3, 3, 3, salt=20)}.items():
        rank = int(name[0])
        for amounts in (1, [2, 1, 0, 1, 1, 0][: 2 * rank]):
            for kind in ('ReflectionPad', 'ReplicationPad'):
                g.case(f'{kind}{name}', f'{amounts}', layer(getattr(torch.nn, f'{kind}{name}')), args={'padding': amounts}, x=x)
            g.case(f'ConstantPad{name}', f'{amounts}', layer(getattr(torch.nn, f'ConstantPad{name}')), args={'padding': amounts, 'value': 2.5}, x=x)
            if rank != 2:
                g.case(f'ZeroPad{name}', f'{amounts}', lambda x, padding: torch.nn.functional.pad(x, [padding] * 2 * rank if padding == 1 else padding), args={'padding': amounts}, x=x)
            whole = [amounts] * (2 * rank) if amounts == 1 else amounts
            g.case(f'CircularPad{name}', f'{amounts}', lambda x, padding, whole=whole: F.pad(x, whole, 'circular'), args={'padding': amounts}, x=x)
    g.case('ZeroPad2d', '1', layer(torch.nn.ZeroPad2d), args={'padding': 1}, x=image)
    g.case('ZeroPad2d', 'cropped', layer(torch.nn.ZeroPad2d), args={'padding': [-1, 2, 0, -1]}, x=image)
