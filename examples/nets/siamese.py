import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, 2)
        self.conv2 = nn.Conv2d(8, 16, 5, 2)
        self.fc = nn.Linear(16 * 4 * 4, 16)

    def embed(self, x):
        return self.fc(F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1))

    def forward(self, a, b):
        return F.pairwise_distance(self.embed(a), self.embed(b))


def loss(distance, same):
    return (same * distance**2 + (1 - same) * F.relu(1 - distance) ** 2).mean()


model, inputs = Siamese, 2
optimizer = lambda params: optim.Adam(params, lr=0.001)
