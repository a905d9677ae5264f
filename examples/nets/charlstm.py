import torch.nn as nn
import torch.nn.functional as F
from torch import optim

characters, embedded, hidden = 76, 32, 96


class CharLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(characters, embedded)
        self.lstm = nn.LSTM(embedded, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, characters)

    def forward(self, x):
        y, _ = self.lstm(self.embed(x))
        return self.fc(y).transpose(1, 2)


model, loss = CharLSTM, F.cross_entropy
optimizer = lambda params: optim.Adam(params, lr=0.003)
