"""Attention, by its definition, as PyTorch 1.13 has no public function for it; and positions by rotation."""
import math
import torch


def cases(g):
    def attention(queries, keys, values, attn_mask=None, is_causal=False):
        query, key, value = queries, keys, values
        if query.dtype != torch.float32 and query.dtype != torch.float64:
            raise RuntimeError('attention is of floats')
        if attn_mask is not None and is_causal:
            raise RuntimeError('a mask is given, and is_causal makes one')
        if is_causal:
            attn_mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril()
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            attn_mask = torch.zeros(attn_mask.shape, dtype=query.dtype).masked_fill(~attn_mask, -math.inf)
        scores = query / math.sqrt(query.shape[-1]) @ key.transpose(-2, -1)
        return torch.softmax(scores if attn_mask is None else scores + attn_mask, -1) @ value

    def case(id, query, key, value, mask=None, causal=None, **more):
        args = {} if causal is None else {'is_causal': causal}
        inputs = dict(queries=query, keys=key, values=value, **({} if mask is None else {'attn_mask': mask}))
        g.case('scaledDotProductAttention', id, attention, args=args, **inputs, **more)

    q, k, v = g.noise(3, 4, salt=1, scale=2), g.noise(5, 4, salt=2, scale=2), g.noise(5, 2, salt=3, scale=2)
    heads = [g.noise(2, 2, 3, 4, salt=s, scale=2) for s in (4, 5, 6)]
    case('rows', q, k, v)
    case('heads', *heads)
    case('not causal', *heads, causal=False)
    case('causal', *heads, causal=True)
    case('causal, more keys than queries', q, k, v, causal=True)
    case('causal, more queries than keys', g.noise(5, 4, salt=7), g.noise(3, 4, salt=8), g.noise(3, 2, salt=9), causal=True)
    case('one key', q, g.noise(1, 4, salt=1), g.noise(1, 2, salt=2))
    case('one feature', g.noise(3, 1, salt=1), g.noise(2, 1, salt=2), g.noise(2, 3, salt=3))
    some = g.boolean([3, 5], [1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1])
    case('bools', q, k, v, some)
    case('bools, a row without keys', q, k, v, g.boolean([3, 5], [1] * 5 + [0] * 5 + [1] * 5))
    case('bools, a mask for all queries', q, k, v, g.boolean([5], [1, 0, 1, 0, 1]))
    case('bools for each sample', *heads, g.boolean([2, 1, 1, 3], [1, 1, 0, 0, 1, 1]))
    case('floats', q, k, v, g.noise(3, 5, salt=10, scale=3))
    case('floats, -inf', q, k, v, g.f32([3, 5], [0, -g.INF, 0, 1, -2, 0, 0, 0, -g.INF, -g.INF, -g.INF, -1, -g.INF, -g.INF, 3]), wrt=['queries', 'keys', 'values'])
    case('floats for each head', *heads, g.noise(2, 2, 3, 3, salt=11))
    case('a mask and causal', q, k, v, some, causal=True)
    case('a mask of another shape', q, k, v, g.boolean([2, 5], [1] * 10))
    case('keys of other features', q, g.noise(5, 3, salt=1), v)
    case('fewer values than keys', q, k, g.noise(4, 2, salt=1))
    case('vectors', g.vec(1, 2), g.vec(1, 2), g.vec(3, 4))
    case('whole numbers', g.i32([2, 2], [1, 2, 3, 4]), g.i32([2, 2], [0, 5, -1, 2]), g.i32([2, 2], [1, 1, 2, 2]))
    case('keys that all heads share', heads[0], g.noise(3, 4, salt=1), g.noise(3, 4, salt=2))
    case('no keys', q, g.f32([0, 4], []), g.f32([0, 2], []))
    case('no queries', g.f32([0, 4], []), k, v)
    case('no features', g.f32([3, 0], []), g.f32([5, 0], []), v)
    case('large', g.f32([2, 2], [1e3, -1e3, 500, 20]), g.f32([2, 2], [100, 2, -3, 1e3]), g.f32([2, 2], [1, 2, 3, 4]))
    case('infinite', g.f32([2, 2], [g.INF, 1, 2, 3]), g.f32([2, 2], [1, 2, 3, 1]), g.f32([2, 2], [1, 2, 3, 4]), wrt=[])
    case('NaN', g.f32([2, 2], [g.NAN, 1, 2, 3]), g.f32([2, 2], [1, 2, 3, 1]), g.f32([2, 2], [1, 2, 3, 4]), wrt=[])

    def rotary(x, positions, interleaved=False):
        half = x.shape[-1] // 2
        if x.shape[-1] % 2 or positions.shape != x.shape[-2:]:
            raise RuntimeError('positions do not fit')
        cos, sin = positions[:, :half], positions[:, half:]
        if interleaved:
            a, b = x[..., 0::2], x[..., 1::2]
            return torch.stack([a * cos - b * sin, b * cos + a * sin], -1).flatten(-2)
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def turn(id, x, positions, **args):
        g.case('rotary', id, rotary, args=args, x=x, positions=positions)

    table = lambda steps, half: g.f32([steps, 2 * half], [
        f(t * 100 ** (-i / half)) for t in range(steps) for f in (math.cos, math.sin) for i in range(half)])
    for interleaved in (False, True):
        name = 'pairs beside each other' if interleaved else 'halves'
        turn(name, g.noise(3, 4, salt=1), table(3, 2), interleaved=interleaved)
        turn(f'{name}, heads', g.noise(2, 2, 3, 6, salt=2), table(3, 3), interleaved=interleaved)
        turn(f'{name}, one pair', g.noise(2, 2, salt=3), table(2, 1), interleaved=interleaved)
        turn(f'{name}, nothing', g.f32([0, 2], []), g.f32([0, 2], []), interleaved=interleaved)
        turn(f'{name}, odd', g.noise(2, 3, salt=4), g.noise(2, 3, salt=5), interleaved=interleaved)
    turn('defaults', g.noise(3, 4, salt=1), table(3, 2))
    turn('more positions', g.noise(3, 4, salt=1), table(4, 2))
    turn('fewer features', g.noise(3, 4, salt=1), table(3, 1))
    turn('a vector', g.vec(1, 2), g.vec(1, 0))
    turn('corners', g.f32([2, 4], [g.INF, 0, 1, -0.0, g.NAN, g.MAX, -g.MAX, g.TINY]), table(2, 2))
