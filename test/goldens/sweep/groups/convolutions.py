"""Convolutions of sequences and volumes, padding in words, transposed ones, and padding by the tensor's own elements."""
import torch
import torch.nn.functional as F


def cases(g):
    def conv(of):
        return lambda x, weight, bias=None, **k: of(x, weight, bias, **k)

    one = conv(F.conv1d)
    x, w, b = g.noise(2, 2, 6, salt=1), g.noise(3, 2, 3, salt=2), g.vec(0.5, -1, 2)
    forms = [
        {}, {'stride': 2}, {'padding': 1}, {'padding': [2]}, {'dilation': 2}, {'stride': 2, 'padding': 2, 'dilation': 2}, {'padding': 'same'},
        {'padding': 'valid'}, {'padding': 'same', 'dilation': 2}, {'padding': 'same', 'stride': 2}, {'stride': 3, 'padding': 3},
    ]  # fmt: skip
    for k in forms:
        g.case('conv1d', f'{k}', one, args=k, x=x, weight=w, bias=b)
    g.case('conv1d', 'same, an even kernel', one, args={'padding': 'same'}, x=x, weight=g.noise(1, 2, 4, salt=2))
    g.case('conv1d', 'same, an even kernel, dilation', one, args={'padding': 'same', 'dilation': 3}, x=x, weight=g.noise(1, 2, 2, salt=2))
    g.case('conv1d', 'groups', one, args={'groups': 2}, x=g.noise(1, 4, 4, salt=3), weight=g.noise(2, 2, 2, salt=4))
    g.case('conv1d', 'depthwise', one, args={'groups': 3, 'padding': 1}, x=g.noise(1, 3, 4, salt=5), weight=g.noise(6, 1, 3, salt=6))
    g.case('conv1d', 'extents 1', one, x=g.f32([1, 1, 1], [2]), weight=g.f32([1, 1, 1], [3]), bias=g.vec(1))
    g.case('conv1d', 'infinity under padding', one, args={'padding': 1}, x=g.f32([1, 1, 3], [1, g.INF, g.NAN]), weight=g.f32([1, 1, 2], [1, 0.0]))
    g.case('conv1d', 'no sequences', one, x=g.f32([0, 1, 3], []), weight=g.noise(2, 1, 2, salt=7), bias=g.vec(1, 2))
    g.case('conv1d', 'no channels', one, x=g.f32([2, 0, 3], []), weight=g.f32([3, 0, 2], []))
    g.case('conv1d', 'no elements', one, args={'padding': 1}, x=g.f32([2, 1, 0], []), weight=g.noise(2, 1, 2, salt=7))
    g.case('conv1d', 'without a batch', one, x=g.noise(1, 3, salt=8), weight=g.noise(2, 1, 2, salt=7))
    g.case('conv1d', 'a kernel that does not fit', one, x=g.noise(1, 1, 2, salt=8), weight=g.noise(2, 1, 3, salt=7))
    g.case('conv1d', 'channels that do not match', one, x=g.noise(1, 2, 3, salt=8), weight=g.noise(2, 1, 2, salt=7))
    g.case('conv1d', 'a bias that does not match', one, x=g.noise(1, 1, 3, salt=8), weight=g.noise(2, 1, 2, salt=7), bias=g.vec(1))
    g.case('conv1d', 'a pair of strides', one, args={'stride': [1, 1]}, x=x, weight=w)

    two = conv(F.conv2d)
    image, kernel = g.noise(1, 2, 4, 5, salt=11), g.noise(2, 2, 2, 3, salt=12)
    for k in [{'padding': 'same'}, {'padding': 'valid'}, {'padding': 'same', 'dilation': [2, 1]}, {'padding': 'same', 'stride': [1, 2]}]:
        g.case('conv2d', f'{k}', two, args=k, x=image, weight=kernel, bias=g.vec(1, -1))

    three = conv(F.conv3d)
    x, w = g.noise(1, 2, 3, 4, 3, salt=13), g.noise(2, 2, 2, 1, 2, salt=14)
    for k in [{}, {'stride': [1, 2, 1]}, {'padding': [1, 0, 2]}, {'dilation': [2, 1, 1]}, {'stride': 2, 'padding': 1}, {'padding': 'same'}]:
        g.case('conv3d', f'{k}', three, args=k, x=x, weight=w, bias=g.vec(0.5, -1))
    g.case('conv3d', 'groups', three, args={'groups': 2}, x=x, weight=g.noise(4, 1, 2, 2, 2, salt=15))
    g.case('conv3d', 'extents 1', three, x=g.f32([1, 1, 1, 1, 1], [2]), weight=g.f32([1, 1, 1, 1, 1], [3]), bias=g.vec(1))
    g.case('conv3d', 'without a batch', three, x=g.noise(1, 2, 2, 2, salt=8), weight=g.noise(2, 1, 2, 2, 2, salt=7))
    g.case('conv3d', 'a kernel that does not fit', three, x=g.noise(1, 1, 2, 2, 2, salt=8), weight=g.noise(2, 1, 2, 3, 2, salt=7))
    g.case('conv3d', 'no volumes', three, x=g.f32([0, 1, 2, 2, 2], []), weight=g.noise(2, 1, 2, 2, 2, salt=7))

    def layer(rank):
        made = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d, 3: torch.nn.Conv3d}[rank]

        def run(x, weight, bias, **k):
            with torch.no_grad():
                net = made(x.shape[1], weight.shape[0], tuple(weight.shape[2:]), **k)
            return net._conv_forward(x, weight, bias)

        return run

    modes = ('reflect', 'replicate', 'circular')
    for mode in modes:
        for p in (0, 2, 'same', 'valid'):
            k = {'padding': p, 'padding_mode': mode}
            g.case('Conv1d', f'{k}', layer(1), args=k, x=g.noise(1, 2, 5, salt=16), weight=g.noise(2, 2, 4, salt=17), bias=g.vec(1, -1))
        k = {'padding': [1, 2], 'stride': 2, 'padding_mode': mode}
        g.case('Conv2d', f'{k}', layer(2), args=k, x=image, weight=kernel, bias=g.vec(1, -1))
        k = {'padding': [1, 0, 2], 'padding_mode': mode}
        g.case('Conv3d', f'{k}', layer(3), args=k, x=x, weight=w, bias=g.vec(1, -1))

    def pad(x, pad, mode, **k):
        return F.pad(x, pad, mode, **k)

    line, plane, cube = g.noise(2, 4, salt=18), g.noise(2, 3, 4, salt=19), g.noise(1, 2, 3, 3, salt=20)
    for mode in modes:
        for p in ([1, 2], [3, 3], [0, 1], [4, 4], [5, 0], [-1, 2], [2, -1], [-2, -1], [-4, 1], [0, 0]):
            g.case('pad', f'{mode} {p}', pad, args={'pad': p, 'mode': mode}, x=line)
            if mode != 'circular' or p[0] > -4:  # PyTorch reads what it has not written there
                g.case('pad', f'{mode} {p} of images', pad, args={'pad': p, 'mode': mode}, x=plane)
        for p in ([1, 2, 2, 1], [0, 0, 1, 1], [-1, 1, 2, -1], [3, 3, 2, 2], [1, 1, 3, 0]):
            g.case('pad', f'{mode} {p}', pad, args={'pad': p, 'mode': mode}, x=plane)
            g.case('pad', f'{mode} {p} of images', pad, args={'pad': p, 'mode': mode}, x=cube)
        for p in ([1, 1, 2, 0, 1, 1], [0, 1, -1, 1, 0, 0]):
            g.case('pad', f'{mode} {p}', pad, args={'pad': p, 'mode': mode}, x=cube)
            g.case('pad', f'{mode} {p} of volumes', pad, args={'pad': p, 'mode': mode}, x=g.noise(1, 1, 2, 3, 2, salt=21))
        g.case('pad', f'{mode}, a vector', pad, args={'pad': [1, 1], 'mode': mode}, x=g.vec(1, 2, 3))
        g.case('pad', f'{mode}, four dimensions', pad, args={'pad': [1, 1], 'mode': mode}, x=cube)
        g.case('pad', f'{mode}, extent 1', pad, args={'pad': [1, 1], 'mode': mode}, x=g.f32([1, 1, 1], [2]))
        g.case('pad', f'{mode}, extent 0', pad, args={'pad': [1, 1], 'mode': mode}, x=g.f32([1, 1, 0], []))
        g.case('pad', f'{mode}, infinity and NaN', pad, args={'pad': [2, 1], 'mode': mode}, x=g.f32([1, 3], [1, g.NAN, g.INF]))
        g.case('pad', f'{mode}, a value', pad, args={'pad': [1, 1], 'mode': mode, 'value': 2.0}, x=line)
    g.case('pad', 'constant by name', pad, args={'pad': [1, 1], 'mode': 'constant', 'value': 2.0}, x=line)

    def transposed(of):
        return lambda x, weight, bias=None, **k: of(x, weight, bias, **k)

    one = transposed(F.conv_transpose1d)
    x, w, b = g.noise(2, 3, 4, salt=31), g.noise(3, 2, 3, salt=32), g.vec(0.5, -1)
    for k in [
        {}, {'stride': 2}, {'padding': 1}, {'dilation': 2}, {'stride': 2, 'output_padding': 1}, {'stride': 3, 'padding': 2, 'output_padding': 2, 'dilation': 2}, {'dilation': 3, 'output_padding': 2},
        {'stride': 2, 'dilation': 4, 'output_padding': 3, 'padding': 1}, {'padding': 3}, {'padding': [2], 'stride': [4]}, {'output_padding': 1}, {'stride': 2, 'output_padding': 2}, {'stride': 0},
    ]:  # fmt: skip
        g.case('convTranspose1d', f'{k}', one, args=k, x=x, weight=w, bias=b)
    g.case('convTranspose1d', 'groups', one, args={'groups': 2, 'stride': 2}, x=g.noise(1, 4, 3, salt=33), weight=g.noise(4, 3, 2, salt=34), bias=g.vec(1, 2, 3, 4, 5, 6))
    g.case('convTranspose1d', 'extents 1', one, x=g.f32([1, 1, 1], [2]), weight=g.f32([1, 1, 1], [3]), bias=g.vec(1))
    g.case('convTranspose1d', 'no sequences', one, x=g.f32([0, 1, 3], []), weight=g.noise(1, 2, 2, salt=7), bias=g.vec(1, 2))
    g.case('convTranspose1d', 'no elements', one, x=g.f32([2, 1, 0], []), weight=g.noise(1, 2, 2, salt=7))
    g.case('convTranspose1d', 'without a batch', one, x=g.noise(1, 3, salt=8), weight=g.noise(1, 2, 2, salt=7))
    g.case('convTranspose1d', 'channels that do not match', one, x=g.noise(1, 2, 3, salt=8), weight=g.noise(1, 2, 2, salt=7))
    g.case('convTranspose1d', 'groups that do not divide', one, args={'groups': 2}, x=g.noise(1, 3, 3, salt=8), weight=g.noise(3, 2, 2, salt=7))
    g.case('convTranspose1d', 'a bias that does not match', one, x=g.noise(1, 1, 3, salt=8), weight=g.noise(1, 2, 2, salt=7), bias=g.vec(1))

    two = transposed(F.conv_transpose2d)
    x, w, b = g.noise(1, 2, 3, 4, salt=35), g.noise(2, 3, 2, 3, salt=36), g.vec(0.5, -1, 2)
    for k in [
        {}, {'stride': 2}, {'stride': [1, 2], 'padding': [0, 1]}, {'stride': 2, 'padding': 1, 'output_padding': 1}, {'dilation': [2, 1]}, {'stride': [2, 3], 'dilation': 2, 'output_padding': [0, 2]},
        {'dilation': [1, 3], 'output_padding': [0, 2]},
    ]:  # fmt: skip
        g.case('convTranspose2d', f'{k}', two, args=k, x=x, weight=w, bias=b)
    g.case('convTranspose2d', 'groups', two, args={'groups': 2}, x=g.noise(1, 4, 2, 2, salt=37), weight=g.noise(4, 1, 2, 2, salt=38))
    g.case('convTranspose2d', 'depthwise', two, args={'groups': 2, 'stride': 2, 'padding': 1}, x=g.noise(1, 2, 3, 3, salt=37), weight=g.noise(2, 1, 4, 4, salt=38))
    g.case('convTranspose2d', 'infinity', two, args={'stride': 2}, x=g.f32([1, 1, 2, 2], [1, g.INF, g.NAN, 2]), weight=g.noise(1, 1, 2, 2, salt=39))
    g.case('convTranspose2d', 'without a batch', two, x=g.noise(1, 3, 3, salt=8), weight=g.noise(1, 2, 2, 2, salt=7))

    three = transposed(F.conv_transpose3d)
    x, w = g.noise(1, 2, 2, 3, 2, salt=40), g.noise(2, 2, 2, 1, 3, salt=41)
    for k in [{}, {'stride': 2}, {'stride': [2, 1, 3], 'padding': [1, 0, 1], 'output_padding': [1, 0, 2]}, {'dilation': [1, 1, 2], 'groups': 2}]:
        g.case('convTranspose3d', f'{k}', three, args=k, x=x, weight=w, bias=g.vec(*[1, -1, 2, 0.5][: 2 * k.get('groups', 1)]))
    g.case('convTranspose3d', 'without a batch', three, x=g.noise(1, 2, 2, 2, salt=8), weight=g.noise(1, 2, 2, 2, 2, salt=7))

    def sized(x, weight, bias, output_size, **k):
        net = torch.nn.ConvTranspose2d(weight.shape[0], weight.shape[1], tuple(weight.shape[2:]), **k)
        more = net._output_padding(x, output_size, net.stride, net.padding, net.kernel_size, 2, net.dilation)
        return F.conv_transpose2d(x, weight, bias, net.stride, net.padding, more, net.groups, net.dilation)

    x, w, b = g.noise(1, 2, 3, 4, salt=35), g.noise(2, 3, 2, 3, salt=36), g.vec(0.5, -1, 2)
    for size in ([6, 9], [7, 10], [1, 3, 7, 9], [8, 9], [5, 9]):
        g.case('ConvTranspose2d', f'output size {size}', sized, args={'stride': 2, 'output_size': size}, x=x, weight=w, bias=b)
