import torch.nn as nn
import torch.nn.functional as F
from torch import optim

hidden = 128


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 10)

    def forward(self, x, mask1, mask2):
        drop = lambda h, mask: h * mask if self.training else h
        return self.fc3(drop(F.relu(self.fc2(drop(F.relu(self.fc1(x)), mask1))), mask2))


model, loss, inputs = Dropping, F.cross_entropy, 3
optimizer = lambda params: optim.SGD(params, lr=0.01, momentum=0.9)
