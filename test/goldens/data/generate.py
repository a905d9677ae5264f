"""Writes torch.json, the orders that torch.utils.data visits samples in, and arrays as NumPy saves them.  /usr/bin/python3 test/goldens/data/generate.py"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import (BatchSampler, DataLoader, RandomSampler, SubsetRandomSampler, WeightedRandomSampler,
                              random_split)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def epochs(loader, count=2):
    return [[batch.tolist() for batch in loader] for _ in range(count)]


def ends(it, count):
    """The first items of an iterator that is then left."""
    found = [item.tolist() for _, item in zip(range(count), it)]
    return found


weights = [0.1, 2, 0, 0.7, 3, 1, 0.5]
g = seeded(5)
left = DataLoader(range(10), batch_size=3, shuffle=True, generator=g)
torch.manual_seed(9)
out = {
    'torch': torch.__version__,
    'shuffled': epochs(DataLoader(range(10), batch_size=4, shuffle=True, generator=seeded(3))),
    'dropLast': epochs(DataLoader(range(10), batch_size=4, shuffle=True, drop_last=True, generator=seeded(3))),
    'manualSeed': epochs(DataLoader(range(7), batch_size=3, shuffle=True)),
    'left': [ends(left, 2), *epochs(left, 1)],
    'replacement': list(RandomSampler(range(10), replacement=True, num_samples=70, generator=seeded(1))),
    'more': list(RandomSampler(range(5), num_samples=12, generator=seeded(2))),
    'subset': [int(i) for i in SubsetRandomSampler([5, 8, 2, 9], generator=seeded(4))],
    'weighted': list(WeightedRandomSampler(weights, 40, generator=seeded(6))),
    'weightedWithout': list(WeightedRandomSampler(weights, 6, replacement=False, generator=seeded(6))),
    'weightedOne': list(WeightedRandomSampler(weights, 1, generator=seeded(8))),
    'loaded': epochs(DataLoader(range(10), batch_size=4, sampler=WeightedRandomSampler([1] * 10, 10, generator=seeded(2)),
                                generator=seeded(1))),
    'batches': list(BatchSampler(range(7), 3, False)),
    'split': [list(part.indices) for part in random_split(range(10), [3, 7], generator=seeded(42))],
    'fractions': [list(part.indices) for part in random_split(range(11), [0.3, 0.3, 0.4], generator=seeded(42))],
}
here = os.path.dirname(__file__)
arrays = {kind.strip('<>|'): np.array([[1, 2, 3], [0, 5, 100]]).astype(kind)
          for kind in ['<f2', '<f4', '<f8', '|i1', '<i2', '<i4', '<i8', '|u1', '<u2', '<u4', '<u8', '|b1']}
arrays |= {'big': arrays['f4'].astype('>f4') / 8, 'fortran': np.asfortranarray(np.arange(24, dtype='<i2').reshape(2, 3, 4)),
           'scalar': np.float64(0.5), 'line': np.arange(3, dtype='>i8'), 'none': np.zeros((0, 4), dtype='<f4')}
np.savez_compressed(os.path.join(here, 'arrays.npz'), **arrays)
np.savez(os.path.join(here, 'stored.npz'), line=arrays['line'])
np.save(os.path.join(here, 'fortran.npy'), arrays['fortran'])
np.save(os.path.join(here, 'complex.npy'), np.array([1j]))
out['arrays'] = {name: {'shape': list(a.shape), 'data': a.astype('f8').ravel().tolist()} for name, a in arrays.items()}


def warped(image, angle, translate=(0, 0), scale=1.0, shear=(0, 0), mode='nearest'):
    """torchvision.transforms.functional.affine of a tensor: _get_inverse_affine_matrix, _gen_affine_grid and grid_sample."""
    rot, sx, sy = (math.radians(d) for d in (angle, *shear))
    a = math.cos(rot - sy) / math.cos(sy)
    b = -math.cos(rot - sy) * math.tan(sx) / math.cos(sy) - math.sin(rot)
    c = math.sin(rot - sy) / math.cos(sy)
    d = -math.sin(rot - sy) * math.tan(sx) / math.cos(sy) + math.cos(rot)
    tx, ty = translate
    m = [v / scale for v in (d, -b, 0, -c, a, 0)]
    theta = torch.tensor([[m[0], m[1], -m[0] * tx - m[1] * ty], [m[3], m[4], -m[3] * tx - m[4] * ty]])
    h, w = image.shape[-2:]
    base = torch.empty(1, h, w, 3)
    base[..., 0] = torch.linspace(-w * 0.5 + 0.5, w * 0.5 - 0.5, steps=w)
    base[..., 1] = torch.linspace(-h * 0.5 + 0.5, h * 0.5 - 0.5, steps=h).unsqueeze(-1)
    base[..., 2] = 1
    grid = base.view(1, h * w, 3).bmm(theta.T[None] / torch.tensor([0.5 * w, 0.5 * h])).view(1, h, w, 2)
    return F.grid_sample(image[None], grid, mode=mode, padding_mode='zeros', align_corners=False)[0]


image = torch.arange(2 * 7 * 9).float().view(2, 7, 9).mul(7).remainder(31)
maps = [dict(angle=17), dict(angle=-63, mode='bilinear'),
        dict(angle=31, translate=(2, -1), scale=1.3, shear=(11, 0), mode='bilinear')]
sizes = [(4, 5), (14, 9), (3, 12), (1, 1)]
out['warped'] = [dict(m, data=warped(image, **m).ravel().tolist()) for m in maps]
out['resized'] = [dict(size=s, data=F.interpolate(image[None], s, mode='bilinear', antialias=True).ravel().tolist())
                  for s in sizes]
out['normalized'] = image.div(255).sub(torch.tensor([0.1, 0.2]).view(2, 1, 1)).div(torch.tensor([0.3, 0.7]).view(2, 1, 1)) \
    .ravel().tolist()
with open(os.path.join(here, 'torch.json'), 'w') as file:
    json.dump(out, file, indent=1)
    file.write('\n')
