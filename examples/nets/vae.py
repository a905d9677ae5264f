import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim

pixels, hidden, code = 28 * 28, 128, 8


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(pixels, hidden)
        self.mean = nn.Linear(hidden, code)
        self.logvar = nn.Linear(hidden, code)
        self.fc2 = nn.Linear(code, hidden)
        self.fc3 = nn.Linear(hidden, pixels)

    def forward(self, x, noise):
        h = F.relu(self.fc1(x))
        mean, logvar = self.mean(h), self.logvar(h)
        z = mean + (0.5 * logvar).exp() * noise
        return self.fc3(F.relu(self.fc2(z))), mean, logvar


def loss(output, x):
    logits, mean, logvar = output
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction='none').sum(1)
    divergence = 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    return (reconstruction + divergence).mean()


model, inputs = VAE, 2
optimizer = lambda params: optim.Adam(params, lr=0.001)
