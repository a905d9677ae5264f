#!/usr/bin/env python3
"""The public names of torch.nn, torch.nn.functional and torch.nn.init.

Run with Debian's python3-torch:  /usr/bin/python3 test/goldens/names/generate.py
Writes names.json beside this file, from which docs/torch-nn.md is made (test/torch-nn.test.ts).
"""
import inspect
import json
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init


def own(name, f):
    """True for a function of PyTorch's: not one of Python's, of typing or of a helper module."""
    module = getattr(f, '__module__', None) or ''
    helpers = ('typing', 'torch.overrides', 'torch._jit_internal', 'torch._torch_docs', 'builtins', 'torch.nn.grad')
    return callable(f) and not inspect.isclass(f) and not name.startswith('_') and not module.startswith(helpers)


def classes():
    return sorted(n for n, c in vars(nn).items() if inspect.isclass(c) and issubclass(c, (nn.Module, torch.Tensor)))


def functions(of):
    # The exceptions are helpers that the module imports or defines for itself.
    none = {'handle_torch_function', 'has_torch_function', 'has_torch_function_unary', 'has_torch_function_variadic', 'boolean_dispatch',
            'adaptive_max_pool1d_with_indices', 'adaptive_max_pool2d_with_indices', 'adaptive_max_pool3d_with_indices',
            'fractional_max_pool2d_with_indices', 'fractional_max_pool3d_with_indices', 'max_pool1d_with_indices',
            'max_pool2d_with_indices', 'max_pool3d_with_indices', 'assert_int_or_pair', 'multi_head_attention_forward'}  # fmt: skip
    return sorted(n for n, f in vars(of).items() if own(n, f) and n not in none)


lists = {'torch.nn': classes(), 'torch.nn.functional': functions(F), 'torch.nn.init': functions(init)}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'names.json'), 'w') as f:
    json.dump({'about': {'torch': torch.__version__, 'package': 'python3-torch 1.13.1 of Debian 12'}, **lists}, f, indent=1)
    f.write('\n')
print({k: len(v) for k, v in lists.items()})
