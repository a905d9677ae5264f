"""What PyTorch 1.13 prints: tensors, names of backward functions, and the neural networks tutorial, line by line.

Run: python3 test/goldens/torch/generate.py
"""
import json
import re
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

here = Path(__file__).parent
out = {"printed": {}, "functions": {}, "tutorial": {}}


def shown(t):
    return re.sub(r" object at 0x[0-9a-f]+", " object", str(t))


nan, inf = float("nan"), float("inf")
tensors = {
    "whole": [1.0, 2.0, 300.0],
    "fractions": [[0.5, -1.25], [100.0, 3.0]],
    "small": [1e-5, 0.5, 0.25],
    "wide": [1e-3, 12345.678],
    "huge": [1e9, 2.0],
    "special": [nan, inf, -inf, 1.5],
    "zeros": [[0.0, 0.0], [-0.0, 0.0]],
    "scalar": 3.25,
    "halves": [0.03125, 0.09375, 2.00005, -0.53125],
    "cube": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.5]]],
    "long": [i / 7 for i in range(40)],
    "empty": [],
}
for name, data in tensors.items():
    out["printed"][name] = {"data": json.dumps(data), "text": str(torch.tensor(data, dtype=torch.float32))}
for name, data in {"ints": [[1, -20], [300, 4]], "int": 7}.items():
    out["printed"][name] = {"data": json.dumps(data), "dtype": "i32", "text": str(torch.tensor(data))}
out["printed"]["bools"] = {"data": json.dumps([True, False]), "dtype": "bool", "text": str(torch.tensor([True, False]))}
out["printed"]["summary"] = {"range": [1200], "text": str(torch.arange(1200, dtype=torch.float32))}
out["printed"]["summary2"] = {"range": [40, 50], "text": str(torch.arange(2000, dtype=torch.float32).view(40, 50) / 4)}
out["printed"]["summary3"] = {"range": [8, 9, 20], "text": str(torch.arange(1440, dtype=torch.float32).view(8, 9, 20) / 4)}

x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
functions = {
    "add": x + 1, "sub": x - x, "mul": x * 2, "div": x / 2, "neg": -x, "pow": x**2, "exp": x.exp(), "log": x.log(),
    "sqrt": x.sqrt(), "sin": x.sin(), "tanh": x.tanh(), "sigmoid": x.sigmoid(), "relu": x.relu(), "abs": x.abs(),
    "sum": x.sum(), "sum1": x.sum(1), "mean": x.mean(), "mean1": x.mean(1), "max": x.max(), "t": x.t(),
    "view": x.view(4), "reshape": x.reshape(4), "flatten": x.flatten(), "permute": x.permute(1, 0),
    "transpose": x.transpose(0, 1), "unsqueeze": x.unsqueeze(0), "squeeze": x.unsqueeze(0).squeeze(0), "mm": x.mm(x), "matmul": x @ x,
    "clamp": x.clamp(0, 1), "softmax": x.softmax(1), "logSoftmax": x.log_softmax(1), "cat": torch.cat([x, x]),
    "stack": torch.stack([x, x]), "select": x[0], "expand": x.unsqueeze(0).expand(3, 2, 2),
    "linear": F.linear(x, x, x[0]), "crossEntropy": F.cross_entropy(x, torch.tensor([0, 1])),
    "mseLoss": F.mse_loss(x, torch.zeros(2, 2)), "l1Loss": F.l1_loss(x, torch.zeros(2, 2)),
}
for name, y in functions.items():
    out["functions"][name] = {
        "name": y.grad_fn.name(),
        "next": [f.name().split("::")[-1] if f else None for f, _ in y.grad_fn.next_functions],
    }

lines = []


def say(*what):
    lines.append(" ".join(shown(w) for w in what))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


torch.manual_seed(20240)
net = Net()
say(net)
params = list(net.parameters())
say(len(params))
say(list(params[0].size()))
input = torch.randn(1, 1, 32, 32)
out_ = net(input)
say(out_)
net.zero_grad()
out_.backward(torch.randn(1, 10))
output = net(input)
target = torch.randn(10)
target = target.view(1, -1)
criterion = nn.MSELoss()
loss = criterion(output, target)
say(loss)
say(loss.grad_fn)
say(loss.grad_fn.next_functions[0][0])
say(loss.grad_fn.next_functions[0][0].next_functions[0][0])
net.zero_grad()
say("conv1.bias.grad before backward")
say(net.conv1.bias.grad)
loss.backward()
say("conv1.bias.grad after backward")
say(net.conv1.bias.grad)
loss = criterion(net(input), target)
loss.backward()
say("conv1.bias.grad accumulated")
say(net.conv1.bias.grad)
learning_rate = 0.01
for f in net.parameters():
    f.data.sub_(f.grad.data * learning_rate)
say(net.conv1.bias)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    output = net(input)
    loss = criterion(output, target)
    loss.backward()
    optimizer.step()
    say(loss)
say(net.conv1.bias)
say(net.fc3.bias)
out["tutorial"] = lines
(here / "printed.json").write_text(json.dumps(out, indent=1) + "\n")
