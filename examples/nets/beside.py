"""Trains the nets by PyTorch, 200 steps each, and writes what became of them to curves/NAME.json.

    /usr/bin/python3 examples/nets/beside.py [NAME ...]     # Debian's python3-torch 1.13
    /usr/bin/python3 examples/nets/beside.py --pretrain     # makes pretrained.safetensors: LeNet that has learnt digits
    /usr/bin/python3 examples/nets/beside.py --time NAME    # for compare.mjs: a line with the time of a step for each line read

A curve has hashes of the initial values and of some batches, which must be the same in Tapeout, the loss of each step in float32 on one thread, and the
loss of held-out samples in evaluation afterwards. Its `error` is how far PyTorch's own trainings of the same net are from it: one
in float64, one on two threads, and some whose initial values differ in their last bit: the largest difference up to each step.
"""
import hashlib
import importlib
import json
import os
import sys
import time

import torch

folder = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [folder, os.path.join(folder, '..', '..', 'test', 'goldens', 'pytorch')]
from data import Images, tasks
from golden_io import load, save

STEPS, HELD, NUDGED = 200, 64, 4


def as_type(tensors, dtype):
    return [t.to(dtype) if t.is_floating_point() else t for t in tensors]


def hash_of(tensors):
    """Of the bytes of floats, and of integers as i32."""
    parts = [(t if t.is_floating_point() else t.int()).detach().numpy().tobytes() for t in tensors]
    return hashlib.sha256(b''.join(parts)).hexdigest()[:16]


class Training:
    def __init__(self, name, dtype=torch.float32):
        self.net_file = importlib.import_module(name)
        self.size, self.data = tasks[name]
        torch.manual_seed(0)
        net = self.net_file.model()
        if getattr(self.net_file, 'pretrained', False):
            weights = load(os.path.join(folder, 'pretrained.safetensors'))
            net.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in weights.items()}, strict=False)
        self.initial = hash_of(net.parameters())
        self.net, self.dtype = net.to(dtype), dtype
        self.inputs = getattr(self.net_file, 'inputs', 1)
        self.optimizer = self.net_file.optimizer([p for p in net.parameters() if p.requires_grad])

    def loss(self, given):
        given = as_type(given, self.dtype)
        return self.net_file.loss(self.net(*given[: self.inputs]), *given[self.inputs :])

    def step(self, given):
        self.optimizer.zero_grad()
        loss = self.loss(given)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def run(self):
        self.net.train()
        losses = [self.step(self.data.batch(k, self.size)) for k in range(STEPS)]
        self.net.eval()
        with torch.no_grad():
            return losses, self.loss(self.data.held(HELD)).item()


def shown(x):
    return float(f'{x:.9g}')


def nudged(name, seed):
    """A training whose initial values are larger or smaller by one part in 2^23."""
    training = Training(name)
    generator = torch.Generator().manual_seed(seed)
    for p in training.net.parameters():
        p.data.mul_(1 + (torch.randint(0, 2, p.shape, generator=generator) * 2 - 1) * 2**-23)
    return training


def curve(name):
    torch.set_num_threads(1)
    one = Training(name)
    losses, held = one.run()
    others = [Training(name, torch.float64).run(), *(nudged(name, seed).run() for seed in range(NUDGED))]
    torch.set_num_threads(2)
    others.append(Training(name).run())
    torch.set_num_threads(1)
    worst, error = 0, []
    for k, a in enumerate(losses):
        worst = max(worst, *(abs(a - b[k]) for b, _ in others))
        error.append(float(f'{worst:.2g}'))
    parameters = sum(p.numel() for p in one.net.parameters())
    held_error = max(abs(held - b) for _, b in others)
    made = dict(
        torch=torch.__version__,
        parameters=parameters,
        initial=one.initial,
        data=hash_of([t for k in (0, STEPS - 1) for t in one.data.batch(k, one.size)] + one.data.held(HELD)),
        losses=[shown(l) for l in losses],
        error=error,
        held=shown(held),
        heldError=float(f'{held_error:.2g}'),
    )
    with open(os.path.join(folder, 'curves', f'{name}.json'), 'w') as f:
        json.dump(made, f, separators=(',', ':'))
        f.write('\n')
    print(f'{name}: {parameters} parameters, loss {losses[0]:.4f} to {losses[-1]:.4f}, held out {held:.4f}; PyTorch differs from itself by {worst:.2g}, held out {held_error:.2g}', flush=True)


def pretrain(steps=1500):
    from finetune import LeNet

    torch.manual_seed(0)
    net, data = LeNet(), Images(32)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    for k in range(steps):
        x, y = data.batch(k, 32)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    for name, of in (('digits', data), ('digits on their side', Images(32, turned=True))):
        x, y = of.held(1000)
        print(f'{name}: {(net(x).argmax(1) == y).float().mean().item():.3f} right')
    save(os.path.join(folder, 'pretrained.safetensors'), net.state_dict())


def serve(name):
    torch.set_num_threads(1)
    training = Training(name)
    training.net.train()
    batches = [training.data.batch(k, training.size) for k in range(16)]
    print(json.dumps(dict(version=torch.__version__)), flush=True)
    for line in sys.stdin:
        budget, times = json.loads(line)['ms'] / 1000, []
        end = time.perf_counter() + budget
        while len(times) < 5 or time.perf_counter() < end:
            start = time.perf_counter()
            training.step(batches[len(times) % len(batches)])
            times.append(time.perf_counter() - start)
        print(json.dumps(dict(ms=sorted(times)[len(times) // 2] * 1000)), flush=True)


if __name__ == '__main__':
    torch.set_num_threads(1)
    if sys.argv[1:2] == ['--pretrain']:
        pretrain()
    elif sys.argv[1:2] == ['--time']:
        serve(sys.argv[2])
    else:
        for name in sys.argv[1:] or tasks:
            curve(name)
