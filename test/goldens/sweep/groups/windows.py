"""Windows as data, pools by norms, cubic interpolation, and images read at points."""
import torch
import torch.nn.functional as F


def cases(g):
    image, pair = g.noise(1, 2, 4, 5, salt=1), g.noise(2, 1, 5, 4, salt=2)

    def unfold(x, **k):
        return F.unfold(x, **k)

    forms = [
        {'kernel_size': 2}, {'kernel_size': [2, 3], 'stride': 2}, {'kernel_size': 3, 'padding': 1}, {'kernel_size': 2, 'dilation': 2, 'padding': [1, 0], 'stride': [1, 2]},
        {'kernel_size': 1, 'stride': 3}, {'kernel_size': [4, 5]},
    ]  # fmt: skip
    for k in forms:
        g.case('unfold', f'{k}', unfold, args=k, x=image)
        g.case('unfold', f'two, {k}', unfold, args=k, x=pair) if k['kernel_size'] != [4, 5] else None
        size = list(image[1][2:])
        columns = F.unfold(torch.zeros(image[1]), **k)
        args = {**k, 'output_size': size}
        g.case('fold', f'{args}', lambda x, **k: F.fold(x, **k), args=args, x=g.noise(*columns.shape, salt=3))
    g.case('unfold', 'a window too large', unfold, args={'kernel_size': 6}, x=image)
    g.case('unfold', 'no such rank', unfold, args={'kernel_size': 2}, x=g.noise(2, 3, salt=1))
    g.case('unfold', 'without a batch', unfold, args={'kernel_size': 2}, x=g.noise(1, 2, 3, salt=1))
    g.case('unfold', 'corners', unfold, args={'kernel_size': 2, 'padding': 1}, x=g.f32([1, 1, 2, 2], [g.INF, -0.0, g.NAN, 1]))
    g.case('fold', 'too few windows', lambda x, **k: F.fold(x, **k), args={'output_size': 3, 'kernel_size': 2}, x=g.noise(1, 4, 3, salt=3))
    g.case('fold', 'elements that do not divide', lambda x, **k: F.fold(x, **k), args={'output_size': 3, 'kernel_size': 2}, x=g.noise(1, 5, 4, salt=3))

    def slide(x, dimension, size, step):
        return x.unfold(dimension, size, step)

    for args in ({'dimension': 1, 'size': 3, 'step': 2}, {'dimension': -1, 'size': 2, 'step': 1}, {'dimension': 0, 'size': 2, 'step': 3}, {'dimension': 1, 'size': 6, 'step': 1}, {'dimension': 1, 'size': 0, 'step': 2}):
        g.case('Tensor.unfold', f'{args}', slide, args=args, x=g.noise(2, 6, salt=4))
    g.case('Tensor.unfold', 'whole numbers', slide, args={'dimension': 0, 'size': 2, 'step': 1}, x=g.ivec(1, 2, 3))
    g.case('Tensor.unfold', '0-d', slide, args={'dimension': 0, 'size': 1, 'step': 1}, x=g.f32([], [3]))
    g.case('Tensor.unfold', 'too large', slide, args={'dimension': 0, 'size': 4, 'step': 1}, x=g.vec(1, 2, 3))
    g.case('Tensor.unfold', 'no step', slide, args={'dimension': 0, 'size': 2, 'step': 0}, x=g.vec(1, 2, 3))

    for rank, x in {1: g.noise(2, 2, 6, salt=5), 2: image}.items():
        pool = getattr(F, f'lp_pool{rank}d')
        for norm in (1.0, 1.5, 2.0, 3.0):
            for k in ({'kernel_size': 2}, {'kernel_size': 3, 'stride': 1}, {'kernel_size': 2, 'ceil_mode': True, 'stride': 3}):
                args = {'norm_type': norm, **k}
                g.case(f'lpPool{rank}d', f'{args}', lambda x, **k: pool(x, **k), args=args, x=x)
        g.case(f'lpPool{rank}d', 'zeros', lambda x, **k: pool(x, **k), args={'norm_type': 2.0, 'kernel_size': 2}, x=g.f32([1, 1, *[2] * rank], [0.0] * 2**rank))
    g.case('lpPool2d', 'pairs', lambda x, **k: F.lp_pool2d(x, **k), args={'norm_type': 2.0, 'kernel_size': [2, 3]}, x=image)
    g.case('lpPool2d', 'a window too large', lambda x, **k: F.lp_pool2d(x, **k), args={'norm_type': 2.0, 'kernel_size': 6}, x=image)

    def resize(x, **k):
        return F.interpolate(x, **k)

    for corners in (False, True):
        for k in ({'size': [7, 3]}, {'size': 1}, {'scale_factor': 2}, {'scale_factor': [1.5, 0.7]}):
            args = {**k, 'mode': 'bicubic', 'align_corners': corners}
            g.case('bicubic', f'{args}', resize, args=args, x=image)
        g.case('bicubic', f'one pixel, {corners}', resize, args={'size': 3, 'mode': 'bicubic', 'align_corners': corners}, x=g.f32([1, 1, 1, 1], [3]))
        g.case('bicubic', f'two pixels, {corners}', resize, args={'scale_factor': 3, 'mode': 'bicubic', 'align_corners': corners}, x=g.f32([1, 1, 2, 2], [3, 1, -2, 5]))
    g.case('bicubic', 'of a line', resize, args={'size': 3, 'mode': 'bicubic'}, x=g.noise(1, 2, 3, salt=1))

    def sample(x, grid, **k):
        return F.grid_sample(x, grid, **k)

    points, deep = g.noise(1, 3, 4, 2, salt=6, scale=1.6), g.noise(1, 2, 2, 3, 3, salt=7, scale=1.4)
    volume = g.noise(1, 2, 3, 2, 4, salt=8)
    for corners in (False, True):
        for padding in ('zeros', 'border', 'reflection'):
            for mode in ('bilinear', 'nearest', 'bicubic'):
                k = {'mode': mode, 'padding_mode': padding, 'align_corners': corners}
                g.case('gridSample', f'{k}', sample, args=k, x=image, grid=points)
                if mode != 'bicubic':
                    g.case('gridSample', f'volume, {k}', sample, args=k, x=volume, grid=deep)
    g.case('gridSample', 'two', sample, x=pair, grid=g.noise(2, 2, 3, 2, salt=9))
    g.case('gridSample', 'far away', sample, args={'padding_mode': 'reflection'}, x=image, grid=g.f32([1, 1, 3, 2], [7.3, -5.2, 100.25, 0.3, -3.1, 2.9]))
    g.case('gridSample', 'volumes by cubes', sample, args={'mode': 'bicubic'}, x=volume, grid=deep)
    g.case('gridSample', 'points of another batch', sample, x=pair, grid=points)
    g.case('gridSample', 'points of three', sample, x=image, grid=g.noise(1, 2, 2, 3, salt=6))

    def affine(theta, size, **k):
        return F.affine_grid(theta, size, **k)

    for corners in (False, True):
        g.case('affineGrid', f'images, {corners}', affine, args={'size': [2, 1, 3, 4], 'align_corners': corners}, theta=g.noise(2, 2, 3, salt=10))
        g.case('affineGrid', f'volumes, {corners}', affine, args={'size': [1, 1, 2, 3, 2], 'align_corners': corners}, theta=g.noise(1, 3, 4, salt=11))
        g.case('affineGrid', f'extents 1, {corners}', affine, args={'size': [1, 1, 1, 2], 'align_corners': corners}, theta=g.noise(1, 2, 3, salt=12))
    g.case('affineGrid', 'another batch', affine, args={'size': [1, 1, 3, 4]}, theta=g.noise(2, 2, 3, salt=10))
