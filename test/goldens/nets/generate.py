"""Small nets trained by PyTorch for a few steps: losses, state afterwards, and outputs in evaluation.

    /usr/bin/python3 test/goldens/nets/generate.py     # Debian's python3-torch 1.13

Writes a .safetensors file for each group of nets and index.json beside this file. test/conformance/nets.test.ts has the same nets by the same names.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'pytorch'))

import torch
import torch.nn as nn
import torch.nn.functional as F
from golden_io import save

torch.set_num_threads(1)
CASES, TENSORS, GROUP = [], {}, ''


def case(name, net, shapes, target, loss=F.mse_loss, steps=4, batch=6, lr=0.1, momentum=0.9, classes=0, rows=0):
    """Trains `net` on batches of noise, or of indices of `rows`, the last one shorter, then evaluates it."""
    generator = torch.Generator().manual_seed(len(CASES) + 1)
    put = lambda key, t: TENSORS.__setitem__(f'{name}/{key}', t.detach().clone())
    for key, t in net.state_dict().items():
        put(f'before/{key}', t)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = []
    net.train()
    for step in range(steps):
        n = batch if step < steps - 1 else batch - 2
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
    put('output', net(*xs))
    CASES.append(dict(group=GROUP, name=name, steps=steps, batch=batch, lr=lr, momentum=momentum, print=str(net)))


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


def main():
    global GROUP
    folder = os.path.dirname(os.path.abspath(__file__))
    for GROUP, adds in dict(nets=[norms, tables], recurrent=[recurrent]).items():
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
