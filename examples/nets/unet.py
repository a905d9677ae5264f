import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 8, 3, padding=1)
        self.down2 = nn.Conv2d(8, 16, 3, padding=1)
        self.bottom = nn.Conv2d(16, 32, 3, padding=1)
        self.up2 = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.dec2 = nn.Conv2d(32, 16, 3, padding=1)
        self.up1 = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.dec1 = nn.Conv2d(16, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        d1 = F.relu(self.down1(x))
        d2 = F.relu(self.down2(F.max_pool2d(d1, 2)))
        b = F.relu(self.bottom(F.max_pool2d(d2, 2)))
        u2 = F.relu(self.dec2(torch.cat([self.up2(b), d2], 1)))
        u1 = F.relu(self.dec1(torch.cat([self.up1(u2), d1], 1)))
        return self.out(u1)


model, loss = UNet, F.mse_loss
optimizer = lambda params: optim.Adam(params, lr=0.001)
