"""Small nets trained by PyTorch for a few steps: losses, state afterwards, and outputs in evaluation.

    /usr/bin/python3 test/goldens/nets/generate.py     # Debian's python3-torch 1.13

Writes a .safetensors file for each group of nets and index.json beside this file. test/conformance/nets.test.ts has the same nets by the same names.
"""
import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'pytorch'))

import torch
import torch.nn as nn
import torch.nn.functional as F
from golden_io import save

torch.set_num_threads(1)
CASES, TENSORS, GROUP = [], {}, ''


def case(name, net, shapes, target, loss=F.mse_loss, steps=4, batch=6, lr=0.1, momentum=0.9, classes=0, rows=0, seed=None, fixed=False):
    """Trains `net` on batches of noise, or of indices of `rows`, the last one shorter unless the batch is `fixed`, then evaluates it. With `seed`, `net` makes
    one under this seed, and its initial values are compared too."""
    if seed is not None:
        torch.manual_seed(seed)
        net = net()
    generator = torch.Generator().manual_seed(len(CASES) + 1)
    put = lambda key, t: TENSORS.__setitem__(f'{name}/{key}', t.detach().clone())
    for key, t in net.state_dict().items():
        put(f'before/{key}', t)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = []
    net.train()
    for step in range(steps):
        n = batch if fixed or step < steps - 1 else batch - 2
        draw = lambda shape: torch.randint(0, rows, shape, generator=generator, dtype=torch.int32) if rows else torch.randn(shape, generator=generator)
        xs = [draw((n, *shape)) for shape in shapes]
        y = torch.randint(0, classes, (n, *target), generator=generator) if classes else torch.randn(n, *target, generator=generator)
        for i, x in enumerate(xs):
            put(f'x{i}/{step}', x)
        put(f'y/{step}', y)
        optimizer.zero_grad()
        out = loss(net(*xs), y)
        out.backward()
        optimizer.step()
        losses.append(out.detach())
    put('losses', torch.stack(losses))
    for key, t in net.state_dict().items():
        put(f'after/{key}', t)
    net.eval()
    out = net(*xs)
    # Several outputs, one after another.
    put('output', out if isinstance(out, torch.Tensor) else torch.cat([o.flatten() for o in out]))
    CASES.append(dict(group=GROUP, name=name, steps=steps, batch=batch, lr=lr, momentum=momentum, print=str(net), **({} if seed is None else dict(seed=seed)), **(dict(fixed=True) if fixed else {})))


class Net(nn.Module):
    """Layers by name, one after another."""

    def __init__(self, **layers):
        super().__init__()
        for name, made in layers.items():
            setattr(self, name, made)
        self.order = list(layers)

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
        return x


def norms():
    torch.manual_seed(1)
    rows = dict(shapes=[(5,)], target=(3,))
    images = dict(shapes=[(2, 5, 4)], target=(3,))
    case('batch norm of rows', Net(fc=nn.Linear(5, 4), bn=nn.BatchNorm1d(4), out=nn.Linear(4, 3)), **rows)
    case('batch norm of sequences', Net(bn=nn.BatchNorm1d(2), flat=nn.Flatten(), out=nn.Linear(14, 3)), shapes=[(2, 7)], target=(3,))

    def conv(norm):
        return Net(conv=nn.Conv2d(2, 4, 3), norm=norm, relu=nn.ReLU(), flat=nn.Flatten(), out=nn.Linear(4 * 3 * 2, 3))

    case('batch norm of images', conv(nn.BatchNorm2d(4)), **images)
    case('batch norm, the mean over all steps', conv(nn.BatchNorm2d(4, momentum=None)), **images)
    case('batch norm without running statistics', conv(nn.BatchNorm2d(4, track_running_stats=False)), **images)
    case('batch norm without weights', conv(nn.BatchNorm2d(4, eps=1e-3, momentum=0.3, affine=False)), **images)
    case('group norm', conv(nn.GroupNorm(2, 4)), **images)
    case('group norm without weights', conv(nn.GroupNorm(4, 4, eps=1e-2, affine=False)), **images)
    case('instance norm', conv(nn.InstanceNorm2d(4)), **images)
    case('instance norm with running statistics', conv(nn.InstanceNorm2d(4, affine=True, track_running_stats=True)), **images)
    case('layer norm', conv(nn.LayerNorm([4, 3, 2])), **images)
    frozen = conv(nn.BatchNorm2d(4))
    frozen.norm.train = lambda mode=True: frozen.norm  # stays in evaluation
    nn.Module.train(frozen.norm, False)
    case('batch norm in evaluation', frozen, **images)


def tables():
    torch.manual_seed(2)
    words = dict(shapes=[(5,)], target=(3,), rows=7)
    case('embedding', Net(rows=nn.Embedding(7, 20), flat=nn.Flatten(), out=nn.Linear(100, 3)), **words)
    case('embedding with padding', Net(rows=nn.Embedding(7, 3, padding_idx=2), flat=nn.Flatten(), out=nn.Linear(15, 3)), **words)


class Recurrent(nn.Module):
    """A recurrent layer, and a linear one on its last output and on its last states."""

    def __init__(self, rnn, width, states=0):
        super().__init__()
        self.rnn = rnn
        self.out = nn.Linear(width, 3)
        self.states = states

    def forward(self, x):
        rnn = self.rnn
        y, last = rnn(x if rnn.batch_first else x.transpose(0, 1))
        y = y if rnn.batch_first else y.transpose(0, 1)
        parts = [y[:, -1], y[:, 0]]
        if self.states:
            parts += list(last[1] if isinstance(last, tuple) else last)
        return self.out(torch.cat(parts, 1))


class Cells(nn.Module):
    """Cells, called step by step."""

    def __init__(self):
        super().__init__()
        self.rnn, self.gru, self.lstm = nn.RNNCell(5, 4, nonlinearity='relu'), nn.GRUCell(4, 4, bias=False), nn.LSTMCell(4, 3)

    def forward(self, x):
        a = b = c = None
        for t in range(x.shape[1]):
            a = self.rnn(x[:, t], a)
            b = self.gru(a, b)
            c = self.lstm(b, c)
        return c[0] + c[1]


def recurrent():
    torch.manual_seed(2)
    sequences = dict(shapes=[(7, 5)], target=(3,))
    case('rnn', Recurrent(nn.RNN(5, 4, batch_first=True), 8), **sequences)
    case('rnn, relu, steps first, two layers', Recurrent(nn.RNN(5, 4, 2, nonlinearity='relu'), 8), **sequences)
    case('gru', Recurrent(nn.GRU(5, 4, batch_first=True), 12, 1), **sequences)
    case('gru, both ways, without biases', Recurrent(nn.GRU(5, 4, bias=False, bidirectional=True), 24, 1), **sequences)
    case('lstm', Recurrent(nn.LSTM(5, 4, batch_first=True), 12, 1), **sequences)
    case('lstm, two layers, both ways', Recurrent(nn.LSTM(5, 4, 2, batch_first=True, bidirectional=True), 32, 1), **sequences)
    case('lstm, projected', Recurrent(nn.LSTM(5, 6, proj_size=3), 12, 1), **sequences)
    case('cells', Cells(), **sequences)


def causal(steps):
    """True above the diagonal."""
    return torch.ones(steps, steps).triu(1) > 0


class Attention(nn.Module):
    """An attention layer, called by `run`, and a linear layer on everything it returns."""

    def __init__(self, layer, width, run, mask=None):
        super().__init__()
        self.layer = layer()
        self.out = nn.Linear(width, 3)
        self.run = run
        if mask is not None:
            self.register_buffer('mask', mask)

    def forward(self, *xs):
        got = self.run(self, *xs)
        return self.out(torch.cat([t.flatten(1) for t in (got if isinstance(got, (list, tuple)) else [got])], 1))


def swapped(run):
    """`run` with the steps first, on inputs and outputs with the batch first."""
    return lambda net, *xs: run(net, *[x.transpose(0, 1) for x in xs]).transpose(0, 1)


def attention():
    x, y = dict(target=(3,), seed=1), dict(shapes=[(5, 8), (4, 8)], target=(3,), seed=2)
    low = torch.zeros(5, 5).masked_fill(causal(5), -math.inf)
    mha = lambda *a, **k: lambda: nn.MultiheadAttention(8, 2, *a, batch_first=True, **k)

    def net(name, layer, width, run, mask=None, **more):
        case(name, lambda: Attention(layer, width, run, mask), **more)

    net('attention', mha(), 40, lambda n, x: n.layer(x, x, x, need_weights=False)[0], shapes=[(5, 8)], **x)
    net('attention and its weights', mha(), 40 + 25, lambda n, x: n.layer(x, x, x), shapes=[(5, 8)], **x)

    def first(n, x):
        x = x.transpose(0, 1)
        out, weights = n.layer(x, x, x, average_attn_weights=False, attn_mask=causal(5))
        return out.transpose(0, 1), weights

    net('attention, steps first, causal, the weights of each head', lambda: nn.MultiheadAttention(8, 2), 40 + 50, first, shapes=[(5, 8)], **x)
    net('attention, masked by a buffer', mha(), 40, lambda n, x: n.layer(x, x, x, attn_mask=n.mask)[0], low, shapes=[(5, 8)], **x)
    net('attention to other keys, without biases', mha(bias=False), 40, lambda n, x, y: n.layer(x, y, y)[0], **y)
    net('attention to keys and values', mha(kdim=3, vdim=6), 40, lambda n, x, k, v: n.layer(x, k, v)[0], shapes=[(5, 8), (4, 3), (4, 6)], **x)
    net(
        'attention to learnt keys and to zeros, padded',
        mha(add_bias_kv=True, add_zero_attn=True),
        40 + 30,
        lambda n, x, y, p: n.layer(x, y, y, key_padding_mask=p > 0.5, attn_mask=causal(5)[:, :4]),
        **{**y, 'shapes': [(5, 8), (4, 8), (4,)]},
    )
    net(
        'attention, a mask for each head',
        mha(),
        40,
        lambda n, x, m: n.layer(x, x, x, attn_mask=m.reshape(-1, 5, 5))[0],
        shapes=[(5, 8), (2, 5, 5)],
        **x,
    )
    # PyTorch 1.13 takes no padding of floats.
    some = dict(dim_feedforward=12, dropout=0)
    encoder = lambda **k: lambda: nn.TransformerEncoderLayer(8, 2, **some, **k)
    net('encoder layer', encoder(batch_first=True), 40, lambda n, x: n.layer(x), shapes=[(5, 8)], **x)
    net('encoder layer, steps first, norms first, gelu, causal', encoder(norm_first=True, activation='gelu'), 40, swapped(lambda n, x: n.layer(x, causal(5))), shapes=[(5, 8)], **x)
    net(
        'encoder, padded',
        lambda: nn.TransformerEncoder(encoder(batch_first=True, activation=nn.GELU())(), 2, nn.LayerNorm(8)),
        40,
        lambda n, x, p: n.layer(x, src_key_padding_mask=p > 0.5),
        shapes=[(5, 8), (5,)],
        **x,
    )
    decoder = lambda **k: lambda: nn.TransformerDecoderLayer(8, 2, **some, **k)
    net('decoder layer', decoder(batch_first=True), 40, lambda n, x, y: n.layer(x, y, causal(5)), **y)
    net('decoder layer, steps first, norms first', decoder(norm_first=True), 40, swapped(lambda n, x, y: n.layer(x, y)), **y)
    net(
        'decoder, padded',
        lambda: nn.TransformerDecoder(decoder(batch_first=True)(), 2),
        40,
        lambda n, x, y, p: n.layer(x, y, tgt_mask=causal(5), memory_key_padding_mask=p > 0.5),
        **{**y, 'shapes': [(5, 8), (4, 8), (4,)]},
    )
    net(
        'transformer',
        lambda: nn.Transformer(8, 2, 1, 1, 12, 0, batch_first=True),
        32,
        lambda n, x, y: n.layer(x, y, tgt_mask=n.layer.generate_square_subsequent_mask(4)),
        **y,
    )


class Linear(nn.Linear):
    """A frozen linear layer and a product of low rank beside it, as peft has it."""

    def __init__(self, inputs, outputs, rank, alpha):
        super().__init__(inputs, outputs)
        self.lora_A = nn.Linear(inputs, rank, bias=False)
        self.lora_B = nn.Linear(rank, outputs, bias=False)
        self.scale = alpha / rank
        self.requires_grad_(False)
        self.lora_A.requires_grad_()
        self.lora_B.requires_grad_()

    def forward(self, x):
        return super().forward(x) + self.lora_B(self.lora_A(x)) * self.scale


def frozen():
    torch.manual_seed(4)
    images = dict(shapes=[(2, 5, 4)], target=(3,))
    rows = dict(shapes=[(5,)], target=(3,))

    def conv():
        return Net(conv=nn.Conv2d(2, 4, 3), norm=nn.BatchNorm2d(4), relu=nn.ReLU(), flat=nn.Flatten(), out=nn.Linear(4 * 3 * 2, 3))

    def without(net, *names):
        for name, p in net.named_parameters():
            p.requires_grad = name not in names and name.split('.')[0] not in names and name.split('.')[-1] not in names
        return net

    case('frozen backbone', without(conv(), 'conv', 'norm'), **images)
    evaluated = without(conv(), 'conv', 'norm')
    evaluated.norm.train = lambda mode=True: evaluated.norm  # stays in evaluation
    nn.Module.train(evaluated.norm, False)
    case('frozen backbone, its norm in evaluation', evaluated, **images)
    case('frozen head', without(conv(), 'out'), **images)
    case('biases alone', without(conv(), 'weight'), **images)
    case('frozen between', without(Net(a=nn.Linear(5, 4), b=nn.Linear(4, 6), c=nn.Linear(6, 3)), 'b'), **rows)
    case('low rank', Net(a=Linear(5, 4, 2, 3), relu=nn.ReLU(), b=Linear(4, 3, 2, 3)), **rows)


def windows():
    def images(**layers):
        return lambda: Net(down=nn.Conv2d(2, 4, 3, stride=2, padding=1), relu=nn.ReLU(), **{name: made() for name, made in layers.items()})

    case('transposed convolutions', images(up=lambda: nn.ConvTranspose2d(4, 3, 2, stride=2), last=lambda: nn.ConvTranspose2d(3, 2, 3, padding=1)), shapes=[(2, 6, 4)], target=(2, 6, 4), seed=11)
    case(
        'transposed convolutions, uneven',
        images(up=lambda: nn.ConvTranspose2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 0), 2, False), last=lambda: nn.ConvTranspose2d(6, 2, 3, dilation=(1, 2))),
        **dict(shapes=[(2, 5, 4)], target=(2, 8, 7), seed=12),
    )
    case('transposed convolutions of sequences', lambda: Net(down=nn.Conv1d(3, 4, 2, 2), up=nn.ConvTranspose1d(4, 3, 4, stride=2, padding=1)), shapes=[(3, 8)], target=(3, 8), seed=13)
    case('transposed convolutions of volumes', lambda: Net(down=nn.Conv3d(1, 2, 2, 2), up=nn.ConvTranspose3d(2, 1, 2, 2, output_padding=(1, 0, 1))), shapes=[(1, 4, 2, 4)], target=(1, 5, 2, 5), seed=14)
class Heads(nn.Module):
    """A trunk with a linear head for each of several outputs."""

    def __init__(self, *widths):
        super().__init__()
        self.trunk = nn.Linear(5, 6)
        self.heads = nn.ModuleList([nn.Linear(6, width) for width in widths])

    def forward(self, x):
        h = torch.tanh(self.trunk(x))
        return tuple(head(h) for head in self.heads)


class Shared(nn.Module):
    """One linear layer for each of several inputs."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 4)

    def forward(self, *xs):
        return tuple(self.fc(x) for x in xs)


def outputs():
    torch.manual_seed(5)
    rows = dict(shapes=[(5,)], target=(3,))
    case('auxiliary head', Heads(3, 3), loss=lambda out, y: F.mse_loss(out[0], y) + 0.3 * F.l1_loss(out[1], y), **rows)
    case('mean and variance', Heads(3, 3), loss=lambda out, y: F.gaussian_nll_loss(out[0], y, out[1].exp()), **rows)
    case('triplets', Shared(), loss=lambda out, y: F.triplet_margin_loss(*out), shapes=[(5,)] * 3, target=(1,))
    pairs = dict(shapes=[(5,)] * 2, target=(1,))
    case('pairs by cosine', Shared(), loss=lambda out, y: F.cosine_embedding_loss(*out, torch.sign(y.squeeze(1)), 0.2), **pairs)
    case('pairs in order', Shared(), loss=lambda out, y: F.margin_ranking_loss(out[0].sum(1), out[1].sum(1), torch.sign(y.squeeze(1)), 0.5), **pairs)
    # Each sample beside all others: a matrix of N x N, as in CLIP.
    def contrast(out, y):
        a, b = (F.normalize(o, dim=1) for o in out)
        logits = a @ b.T / 0.5
        labels = torch.arange(len(a))
        return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2

    case('contrastive', Shared(), loss=contrast, fixed=True, **pairs)


def extents():
    def resized():
        return Net(
            down=nn.Conv2d(2, 4, 3, stride=2, padding=1),
            relu=nn.ReLU(),
            up=nn.Upsample(scale_factor=2, mode='bilinear'),
            edge=nn.ReflectionPad2d(1),
            conv=nn.Conv2d(4, 8, 3),
            pixels=nn.PixelShuffle(2),
            twice=nn.Upsample(scale_factor=(2, 1)),
            last=nn.Conv2d(2, 2, 3),
            pool=nn.AdaptiveAvgPool2d((None, 3)),
            most=nn.AdaptiveMaxPool2d((7, 2)),
        )

    case('images of other extents', resized, shapes=[(2, 6, 4)], target=(2, 7, 2), seed=15)


class Views(nn.Module):
    """Scores of each sample of one view against each of the other: f32 [N,N]."""

    def __init__(self):
        super().__init__()
        self.image, self.text = nn.Linear(6, 8), nn.Linear(5, 8)
        self.scale = nn.Parameter(torch.tensor(1.5))

    def forward(self, a, b):
        x, y = F.normalize(self.image(a)), F.normalize(self.text(b))
        return x.mm(y.t()) * self.scale.exp()


def clip(out, y):
    labels = torch.arange(len(out))
    return (F.cross_entropy(out, labels) + F.cross_entropy(out.t(), labels, label_smoothing=0.1)) / 2


class Embedding(nn.Module):
    """Distances of all pairs, through a bias and a norm over the batch: f32 [N,N]."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4))

    def forward(self, x):
        z = self.fc(x)
        return (z.unsqueeze(0) - z.unsqueeze(1)).square().sum(-1)


def near_and_far(out, y):
    same = (y.sign() == y.sign().t()).float()
    apart = 1 - torch.eye(len(out))
    return (same * out + (1 - same) * F.relu(3 - (out + 1e-3).sqrt())).mul(apart).sum() / apart.sum()


class Mixer(nn.Module):
    """Attention among the samples of a batch, none to itself."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(6, 4) for _ in range(3))

    def forward(self, x):
        scores = self.q(x) @ self.k(x).t() / 2
        weights = scores.masked_fill(torch.eye(len(x)) > 0, float('-inf')).softmax(1)
        return weights @ self.v(x) + weights.mean(0, keepdim=True).t() + scores.var() + scores.amax(0).unsqueeze(1)


def pairs():
    torch.manual_seed(16)
    case('two views', Views(), shapes=[(6,), (5,)], target=(1,), loss=clip)
    case('distances of pairs', Embedding(), shapes=[(6,)], target=(1,), loss=near_and_far)
    case('attention in a batch', Mixer(), shapes=[(6,)], target=(4,))


def main():
    global GROUP
    folder = os.path.dirname(os.path.abspath(__file__))
    for GROUP, adds in dict(nets=[norms, tables], recurrent=[recurrent], attention=[attention], frozen=[frozen], windows=[windows], outputs=[outputs], extents=[extents], pairs=[pairs]).items():
        TENSORS.clear()
        for add in adds:
            add()
        save(os.path.join(folder, f'{GROUP}.safetensors'), TENSORS)
    about = {'torch': torch.__version__, 'package': 'python3-torch 1.13.1 of Debian 12', 'threads': 1}
    with open(os.path.join(folder, 'index.json'), 'w') as f:
        json.dump({'about': about, 'cases': CASES}, f, indent=1)
        f.write('\n')
    print(f'{len(CASES)} nets')


main()
