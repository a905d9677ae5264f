from charlstm import CharLSTM, loss, optimizer


class StreamLSTM(CharLSTM):
    """Goes on from where the step before has ended, without a gradient back into it: truncated backpropagation."""

    def __init__(self):
        super().__init__()
        self.state = None

    def forward(self, x):
        y, state = self.lstm(self.embed(x), self.state if self.training else None)
        if self.training:
            self.state = [s.detach() for s in state]
        return self.fc(y).transpose(1, 2)


model = StreamLSTM
