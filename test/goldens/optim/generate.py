"""Optimizers alone: given the same 50 gradients, the parameters after some of the steps, by PyTorch 1.13.

    python3 test/goldens/optim/generate.py

Writes steps.json.gz. Each case also holds the largest difference of float32 from float64, PyTorch's own, as a tolerance.
"""
import gzip
import json
import pathlib

import torch

STEPS = 50
KEPT = [1, 2, 3, 4, 5, 6, 7, 10, 20, 35, 50]
SHAPES = {"weight": [4, 3], "bias": [5]}


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of "Symbolic Discovery of Optimization Algorithms", as PyTorch has none."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                state = self.state[p]
                m = state.setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * m + (1 - beta1) * g))
                state["exp_avg"] = beta2 * m + (1 - beta2) * g


TYPES = {name: getattr(torch.optim, name) for name in
         ["SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Adagrad", "Adadelta", "Rprop", "ASGD"]}
TYPES["Lion"] = Lion

SETTINGS = {
    "SGD": [{"lr": 0.1}, {"lr": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9, "nesterov": True},
            {"lr": 0.1, "momentum": 0.8, "dampening": 0.5, "weight_decay": 0.01}, {"lr": 0.02, "maximize": True}],
    "Adam": [{}, {"lr": 0.01, "betas": [0.8, 0.99]}, {"weight_decay": 0.1}, {"amsgrad": True, "lr": 0.02},
             {"maximize": True, "eps": 1e-4}],
    "AdamW": [{}, {"lr": 0.01, "betas": [0.5, 0.9]}, {"weight_decay": 0.3, "lr": 0.1}, {"amsgrad": True},
              {"maximize": True, "weight_decay": 0}],
    "Adamax": [{}, {"lr": 0.05}, {"betas": [0.7, 0.9]}, {"weight_decay": 0.1}, {"maximize": True, "eps": 1e-3}],
    "NAdam": [{}, {"lr": 0.05}, {"betas": [0.7, 0.9]}, {"weight_decay": 0.1, "momentum_decay": 0.05},
              {"momentum_decay": 0, "eps": 1e-4}],
    "RAdam": [{}, {"lr": 0.05}, {"betas": [0.7, 0.9]}, {"weight_decay": 0.1, "betas": [0.9, 0.5]},
              {"betas": [0.9, 0.99], "eps": 1e-4, "lr": 0.02}],
    "RMSprop": [{}, {"momentum": 0.9}, {"centered": True}, {"weight_decay": 0.1, "alpha": 0.9},
                {"centered": True, "momentum": 0.5, "eps": 1e-3, "maximize": True}],
    "Adagrad": [{}, {"lr_decay": 0.1}, {"weight_decay": 0.1}, {"initial_accumulator_value": 0.5, "lr": 0.1},
                {"maximize": True, "eps": 1e-3}],
    "Adadelta": [{}, {"lr": 0.3}, {"rho": 0.5}, {"weight_decay": 0.1, "eps": 1e-3}, {"maximize": True}],
    "Rprop": [{}, {"lr": 0.001}, {"etas": [0.8, 1.05]}, {"step_sizes": [0.005, 0.02]}, {"maximize": True}],
    "ASGD": [{}, {"lr": 0.1, "t0": 10}, {"lambd": 0.01, "alpha": 0.5}, {"weight_decay": 0.1, "t0": 0}, {"maximize": True, "t0": 5}],
    "Lion": [{}, {"lr": 0.01}, {"betas": [0.5, 0.8]}, {"weight_decay": 0.1, "lr": 0.003}, {"maximize": True}],
}


def run(kind, options, initial, gradients, dtype):
    params = {name: torch.nn.Parameter(t.to(dtype, copy=True)) for name, t in initial.items()}
    optimizer = TYPES[kind](list(params.values()), **options)
    kept = {name: [] for name in params}
    for i in range(STEPS):
        for name, p in params.items():
            p.grad = gradients[name][i].to(dtype, copy=True)
        optimizer.step()
        if i + 1 in KEPT:
            for name, p in params.items():
                kept[name].append(p.detach().clone())
    state = optimizer.state[params["weight"]]
    last = {key: v.flatten().tolist() for key, v in state.items() if torch.is_tensor(v) and key != "step"}
    return {name: torch.stack(rows) for name, rows in kept.items()}, last, None if kind == "Lion" else str(optimizer)


def main():
    torch.manual_seed(16)
    initial = {name: torch.randn(shape) for name, shape in SHAPES.items()}
    # Each element drifts and jitters, so that signs agree and turn; some gradients are 0.
    gradients = {name: (torch.randn(shape) * 0.5 + torch.randn(STEPS, *shape)) * (torch.rand(STEPS, *shape) > 0.1)
                 for name, shape in SHAPES.items()}
    cases = []
    for kind, settings in SETTINGS.items():
        for options in settings:
            options = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
            after, state, text = run(kind, options, initial, gradients, torch.float32)
            exact, _, _ = run(kind, options, initial, gradients, torch.float64)
            own = max((after[n].double() - exact[n]).abs().max().item() for n in SHAPES)
            cases.append({"optimizer": kind, "options": options, "text": text, "own": own, "state": state,
                          "after": {name: t.flatten(1).tolist() for name, t in after.items()}})
    out = {"torch": torch.__version__, "steps": STEPS, "kept": KEPT, "shapes": SHAPES,
           "initial": {n: t.flatten().tolist() for n, t in initial.items()},
           "gradients": {n: t.flatten(1).tolist() for n, t in gradients.items()}, "cases": cases}
    path = pathlib.Path(__file__).with_name("steps.json.gz")
    path.write_bytes(gzip.compress(json.dumps(out, separators=(",", ":")).encode(), mtime=0))
    print(f"{len(cases)} cases of {len(SETTINGS)} optimizers, {path.stat().st_size} bytes")


main()
