"""Connectionist temporal classification, of logits: PyTorch's gradient assumes a log-softmax before it."""
import torch
import torch.nn.functional as F


def cases(g):
    def ctc(x, targets, input_lengths=None, target_lengths=None, steps=None, labels=None, plain=False, **k):
        n = targets.shape[0]
        own = torch.full((n,), steps, dtype=torch.long) if input_lengths is None else input_lengths.long()
        count = torch.full((n,), labels, dtype=torch.long) if target_lengths is None else target_lengths.long()
        return F.ctc_loss(x if plain else F.log_softmax(x, 2), targets.long(), own, count, **k)

    x = g.noise(6, 3, 5, salt=130, scale=3)
    # The last row is padded: where its length is 1, the others do not count.
    y = g.i32([3, 3], [1, 2, 3, 4, 4, 1, 2, 3, 0])
    some = dict(input_lengths=g.ivec(6, 5, 4), target_lengths=g.ivec(3, 3, 1))
    only = dict(wrt=['x'])
    for red in ('mean', 'sum', 'none'):
        g.case('ctcLoss', f'{red}', ctc, args={'reduction': red}, x=x, targets=y, **some, **only)
        g.case('ctcLoss', f'{red}, numbers for lengths', ctc, args={'reduction': red, 'steps': 6, 'labels': 2}, x=x, targets=y, **only)
        g.case('ctcLoss', f'{red}, too long', ctc, args={'reduction': red, 'zero_infinity': True}, shown={'reduction': red, 'zeroInfinity': True}, x=x, targets=y, input_lengths=g.ivec(6, 3, 1), target_lengths=g.ivec(3, 3, 2), **only)
    g.case('ctcLoss', 'too long, infinite', ctc, args={'reduction': 'none'}, x=x, targets=y, input_lengths=g.ivec(6, 3, 1), target_lengths=g.ivec(3, 3, 2), **only)
    g.case('ctcLoss', 'another blank', ctc, args={'blank': 4}, x=x, targets=g.i32([3, 3], [1, 2, 3, 0, 0, 1, 2, 4, 4]), **some, **only)
    g.case('ctcLoss', 'no labels in one', ctc, args={'reduction': 'none'}, x=x, targets=y, input_lengths=g.ivec(6, 6, 6), target_lengths=g.ivec(0, 2, 2), **only)
    g.case('ctcLoss', 'one step', ctc, args={'steps': 1, 'labels': 1}, x=g.noise(1, 2, 3, salt=131), targets=g.i32([2, 1], [1, 2]), **only)
    g.case('ctcLoss', 'one label', ctc, args={'steps': 4, 'labels': 1}, x=g.noise(4, 2, 3, salt=132), targets=g.i32([2, 1], [1, 2]), **only)
    g.case('ctcLoss', 'a long one', ctc, args={'steps': 14, 'labels': 6}, x=g.noise(14, 2, 8, salt=133, scale=4), targets=g.i32([2, 6], [1, 1, 2, 3, 7, 7, 5, 4, 3, 2, 1, 1]), **only)
    g.case('ctcLoss', 'certain and impossible classes', ctc, args={'reduction': 'none', 'steps': 3, 'labels': 1}, x=g.f32([3, 1, 2], [50, -50, -50, 50, 50, -50]), targets=g.i32([1, 1], [1]), **only)
    g.case('ctcLoss', 'a gradient of log-probabilities', ctc, args={'steps': 6, 'labels': 2, 'plain': True}, x=g.f32([6, 3, 5], [-1.6094379] * 90), targets=y, **only)
    g.case('ctcLoss', 'other batches', ctc, args={'steps': 6, 'labels': 2}, x=x, targets=g.i32([2, 3], [1, 2, 3, 1, 2, 3]), **only)
    g.case('ctcLoss', 'a blank that is no class', ctc, args={'blank': 5, 'steps': 6, 'labels': 2}, x=x, targets=y, **only)
