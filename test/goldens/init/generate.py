#!/usr/bin/env python3
"""Initial values of torch.nn.init from a seed.

Run with Debian's python3-torch:  /usr/bin/python3 test/goldens/init/generate.py
Writes init.json beside this file: the calls, what they return, and the values that they leave (test/initializers.test.ts).
"""
import json
import os

import numpy as np
import torch
import torch.nn.init as init

CASES = []
SEED = 7


def camel(name):
    head, *tail = name.rstrip('_').split('_')
    return head + ''.join(t.capitalize() for t in tail) + '_'


def case(name, shape, *args, **options):
    """A call, and another after it: the generator must be in the state of PyTorch's."""
    torch.manual_seed(SEED)
    c = {'call': camel(name), 'shape': shape, 'args': list(args), 'options': options}
    try:
        t = torch.full(shape, 0.5)
        getattr(init, name)(t, *args, **options)
        c['values'] = [float(str(np.float32(v))) for v in t.flatten().tolist()]
        c['next'] = float(str(np.float32(torch.rand(1).item())))
    except (ValueError, RuntimeError) as e:
        c['refused'] = str(e).split('\n')[0]
    CASES.append(c)


for shape in ([3], [4, 5], [2, 3, 3], [17]):
    case('uniform_', shape)
    case('uniform_', shape, -2.0, 0.3)
    case('normal_', shape)
    case('normal_', shape, 1.5, 0.2)
    case('trunc_normal_', shape)
    case('trunc_normal_', shape, 0.5, 2.0, -1.0, 3.0)
    case('constant_', shape, 0.3)
    case('ones_', shape)
    case('zeros_', shape)
for shape in ([3, 4], [4, 2, 3], [6, 2, 3, 3], [5]):
    for name in ('xavier_uniform_', 'xavier_normal_'):
        case(name, shape)
        case(name, shape, 1.7)
    for name in ('kaiming_uniform_', 'kaiming_normal_'):
        case(name, shape)
        case(name, shape, mode='fan_out', nonlinearity='relu')
        case(name, shape, a=0.3)
for shape in ([2, 4], [3, 3], [4, 2], [3]):
    case('eye_', shape)
for shape in ([3, 3, 3], [4, 2, 3, 4], [2, 4, 2, 3, 1], [3, 3]):
    case('dirac_', shape)
    case('dirac_', shape, 2)
for shape in ([3, 3], [5, 3], [3, 7], [4, 2, 3], [6, 20], [2]):
    case('orthogonal_', shape)
    case('orthogonal_', shape, 1.4)
for shape in ([5, 3], [10, 2], [4]):
    case('sparse_', shape, 0.4)
    case('sparse_', shape, 0.15, 2.0)

kinds = ['linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu']
gains = {n: init.calculate_gain(n) for n in kinds}
gains['leaky_relu 0.2'] = init.calculate_gain('leaky_relu', 0.2)
about = {'torch': torch.__version__, 'package': 'python3-torch 1.13.1 of Debian 12', 'seed': SEED}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'init.json'), 'w') as f:
    f.write('{\n "about": ' + json.dumps(about) + ',\n "gains": ' + json.dumps(gains) + ',\n "cases": [\n')
    f.write(',\n'.join('  ' + json.dumps(c) for c in CASES) + '\n ]\n}\n')
