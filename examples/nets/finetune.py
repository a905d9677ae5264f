import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        s2 = F.max_pool2d(F.relu(self.conv1(x)), 2)
        s4 = F.max_pool2d(F.relu(self.conv2(s2)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(s4)))))


def model():
    net = LeNet()
    net.requires_grad_(False)
    net.fc3.requires_grad_()
    return net


loss, pretrained = F.cross_entropy, True
optimizer = lambda params: optim.Adam(params, lr=0.001)
