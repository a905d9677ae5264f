import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class M5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 16, 32, stride=4)
        self.bn1 = nn.BatchNorm1d(16)
        self.conv2 = nn.Conv1d(16, 32, 3)
        self.bn2 = nn.BatchNorm1d(32)
        self.fc = nn.Linear(32, 8)

    def forward(self, x):
        a = F.max_pool1d(F.relu(self.bn1(self.conv1(x))), 4)
        b = F.max_pool1d(F.relu(self.bn2(self.conv2(a))), 4)
        return self.fc(b.mean(2))


model, loss = M5, F.cross_entropy
optimizer = lambda params: optim.Adam(params, lr=0.003)
