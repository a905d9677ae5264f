import torch.nn as nn
import torch.nn.functional as F
from torch import optim


def conv_bn_relu(inp, out, kernel, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inp, out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False), nn.BatchNorm2d(out), nn.ReLU6())


class InvertedResidual(nn.Module):
    def __init__(self, inp, out, stride, expand):
        super().__init__()
        wide = inp * expand
        self.is_residual = stride == 1 and inp == out
        self.conv = nn.Sequential(
            *([] if expand == 1 else [conv_bn_relu(inp, wide, 1)]),
            conv_bn_relu(wide, wide, 3, stride, wide),
            nn.Conv2d(wide, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x):
        y = self.conv(x)
        return x + y if self.is_residual else y


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            conv_bn_relu(1, 8, 3, 2),
            InvertedResidual(8, 8, 1, 1),
            InvertedResidual(8, 12, 2, 4),
            InvertedResidual(12, 12, 1, 4),
            InvertedResidual(12, 16, 2, 4),
            InvertedResidual(16, 16, 1, 4),
            conv_bn_relu(16, 64, 1),
        )
        self.classifier = nn.Linear(64, 10)

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


model, loss = MobileNet, F.cross_entropy
optimizer = lambda params: optim.SGD(params, lr=0.01, momentum=0.9, weight_decay=4e-5)
