import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim

characters, width, heads, steps = 76, 64, 4, 32


class CausalSelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n = len(x)
        q, k, v = [t.view(n, steps, heads, width // heads).transpose(1, 2) for t in self.qkv(x).chunk(3, 2)]
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // heads)
        later = torch.ones(steps, steps, dtype=torch.bool).triu(1)
        y = scores.masked_fill(later, -math.inf).softmax(-1) @ v
        return self.proj(y.transpose(1, 2).reshape(n, steps, width))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(width)
        self.attention = CausalSelfAttention()
        self.ln2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.proj = nn.Linear(4 * width, width)

    def forward(self, x):
        y = x + self.attention(self.ln1(x))
        return y + self.proj(F.gelu(self.fc(self.ln2(y))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(characters, width)
        self.positions = nn.Embedding(steps, width)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, characters, bias=False)

    def forward(self, x):
        y = self.blocks(self.tokens(x) + self.positions.weight)
        return self.head(self.norm(y)).transpose(1, 2)


model, loss = GPT, F.cross_entropy
optimizer = lambda params: optim.AdamW(params, lr=0.001, weight_decay=0.01)
