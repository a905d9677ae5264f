"""PyTorch's side of bench/run.mjs: does what the lines on standard input ask, and answers each with one line of JSON.
Its one argument is the number of threads. Settings ("variant"):

  eager          as PyTorch's tutorial has it, with torch.optim.SGD
  nomkldnn       without oneDNN
  channels_last  convolutions in NHWC
  jit            torch.jit.trace; frozen and optimized where it infers

All but eager update their parameters by torch._foreach_add_, which dispatches less than the optimizer does.

  {"do": "prepare", "net": "lenet", "mode": "train", "variant": "channels_last", "file": "case.safetensors", "lr": 0.01}
      -> {"losses": [...]}: those of the first six steps; for "infer" that of the logits. The weights are then as at first.
  {"do": "time", "budget_ms": 200} -> {"median": ms, "min": ms}
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = torch.flatten(F.max_pool2d(F.relu(self.conv2(x)), 2), 1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 512)
        self.fc2 = nn.Linear(512, 512)
        self.fc3 = nn.Linear(512, 10)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(8, 16, 3, padding=1)
        self.conv4 = nn.Conv2d(16, 16, 3, stride=2, padding=1)
        self.conv5 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv6 = nn.Conv2d(32, 32, 3, stride=2, padding=1)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5, self.conv6):
            x = F.relu(conv(x))
        return self.fc(torch.flatten(x, 1))


NETS = {"lenet": LeNet, "mlp": MLP, "convnet": ConvNet}


def read(path):
    """The tensors of a safetensors file."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        begin, end = (8 + size + at for at in entry["data_offsets"])
        array = np.frombuffer(raw[begin:end], {"F32": "<f4", "I32": "<i4"}[entry["dtype"]])
        tensors[name] = torch.from_numpy(array.reshape(entry["shape"]).copy())
    return tensors


def prepare(job):
    tensors = read(job["file"])
    variant = job["variant"]
    torch.backends.mkldnn.set_flags(variant != "nomkldnn")
    channels_last = variant == "channels_last"
    x, y = tensors.pop("x"), tensors.pop("y").long()
    if channels_last and x.dim() == 4:
        x = x.contiguous(memory_format=torch.channels_last)

    def fresh():
        net = NETS[job["net"]]()
        net.load_state_dict(tensors)
        return net.to(memory_format=torch.channels_last) if channels_last else net

    def trainer():
        net = fresh()
        params = list(net.parameters())
        run = torch.jit.trace(net, x) if variant == "jit" else net
        optimizer = torch.optim.SGD(params, lr=job["lr"])

        def update():
            with torch.no_grad():
                torch._foreach_add_(params, [p.grad for p in params], alpha=-job["lr"])

        advance = optimizer.step if variant == "eager" else update

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(run(x), y)
            loss.backward()
            advance()
            return loss.item()

        return step

    def inference():
        net = fresh().eval()
        if variant == "jit":
            with torch.no_grad():
                net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))

        def step():
            with torch.inference_mode():
                return net(x).numpy()

        return step

    if job["mode"] == "train":
        first = trainer()
        return trainer(), [first() for _ in range(6)]
    logits = torch.from_numpy(inference()().copy())
    return inference(), [F.cross_entropy(logits.double(), y).item()]


def clock(step, budget_ms):
    """As clock() of lib/clock.mjs."""
    now = time.perf_counter
    start, calls = now(), 0
    while calls < 3 or (now() - start) * 1e3 < budget_ms * 0.4:
        step()
        calls += 1
    group = max(1, int(2e-3 / max((now() - start) / calls, 1e-9)))
    samples, start = [], now()
    while len(samples) < 3 or (now() - start) * 1e3 < budget_ms:
        t = now()
        for _ in range(group):
            step()
        samples.append((now() - t) * 1e3 / group)
    samples.sort()
    return {"median": samples[len(samples) // 2], "min": samples[0]}


def answer(line):
    print(json.dumps(line), flush=True)


answer({"version": torch.__version__})
step = None
for text in sys.stdin:
    job = json.loads(text)
    if job["do"] == "prepare":
        step, losses = prepare(job)
        answer({"losses": losses})
    else:
        answer(clock(step, job["budget_ms"]))
