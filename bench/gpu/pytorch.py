"""The same steps in PyTorch on CUDA, eager and as CUDA graphs, and what the card does at most in a float32 product."""
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


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


class WideMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 4096)
        self.fc2 = nn.Linear(4096, 4096)
        self.fc3 = nn.Linear(4096, 10)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


CASES = [("lenet", LeNet, (1, 32, 32), (64, 1024)), ("mlp-4096", WideMLP, (784,), (64, 256))]
ROUNDS, BUDGET = 9, 0.2


def timed(step):
    """Milliseconds a step: the median of rounds of many steps, with one wait a round."""
    for _ in range(20):
        step()
    steps = 1
    while True:
        took = once(step, steps)
        if took >= BUDGET:
            break
        steps = int(steps * BUDGET * 1.2 / max(took, BUDGET / 8)) + 1
    return 1000 * statistics.median(once(step, steps) / steps for _ in range(ROUNDS))


def once(step, steps):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def case(net, shape, n, graphs):
    torch.manual_seed(1)
    model = net().cuda()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    # Uploaded with every step, as on the other side.
    host = torch.sin(torch.arange(n * torch.Size(shape).numel(), dtype=torch.float32)).reshape(n, *shape).pin_memory()
    labels = (torch.arange(n) % 10).pin_memory()
    x, y = host.cuda(), labels.cuda()

    def learn():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    run = learn
    if graphs:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                learn()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            learn()
        run = graph.replay

    def step():
        x.copy_(host, non_blocking=True)
        y.copy_(labels, non_blocking=True)
        run()

    return timed(step)


torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
print(f"\nPyTorch {torch.__version__}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}, float32 without TF32")
side = 8192
a, b = torch.rand(side, side, device="cuda"), torch.rand(side, side, device="cuda")
print(f"a product of {side}x{side}: {2 * side**3 / timed(lambda: a @ b) / 1e6:.0f} GF/s")
del a, b
print("\n| net | batch | eager, ms a step | CUDA graphs, ms a step |\n| --- | --- | --- | --- |")
for name, net, shape, batches in CASES:
    for n in batches:
        eager, graph = (case(net, shape, n, graphs) for graphs in (False, True))
        print(f"| {name} | {n} | {eager:.3f} | {graph:.3f} |", flush=True)
