"""Distances, and losses that compare scores or distances."""
import torch
import torch.nn.functional as F

REDUCTIONS = ('mean', 'sum', 'none')


def cases(g):
    a, b, c = (g.noise(3, 4, salt=s, scale=3) for s in (91, 92, 93))
    corners = [0.0, -0.0, 1, -2, 0.5, g.INF, -g.INF, g.NAN, g.MAX, -g.MAX, g.TINY, 1e-30]
    xs, ys = g.pairs(corners, corners)
    column = lambda t: g.f32([len(t[2]), 1], t[2])

    def distance(x1, x2, **k):
        return F.pairwise_distance(x1, x2, **k)

    def pair(of, id, args, x, y, **more):
        shown = {k: g.number(v) if isinstance(v, float) else v for k, v in args.items()}
        g.case(of, id, distance, args=args, shown=shown, x1=x, x2=y, **more)

    powers = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 2.5, -1.0, g.INF, -g.INF)
    zeros = g.f32([4, 3], [0, 0, 0, 1, 0, -1, 2, 2, -2, 0.5, 3, 3])
    nothing = g.f32([4, 3], [0] * 12)
    for p in powers:
        pair('pairwiseDistance', f'p {p}', {'p': p}, a, b)
        pair('pairwiseDistance', f'p {p}, zeros and ties', {'p': p, 'eps': 0.0}, zeros, nothing)
        pair('pairwiseDistance', f'p {p}, one element', {'p': p, 'eps': 0.0}, g.f32([4, 1], [0, -2, 1, 3]), g.f32([4, 1], [0, 1, 1, 4]))
        pair('pairwiseDistance', f'p {p}, NaN', {'p': p}, g.f32([2, 2], [g.NAN, 1, 2, 3]), g.f32([2, 2], [0, 0, 0, 0]), wrt=[])
    pair('pairwiseDistance', 'defaults', {}, a, b)
    pair('pairwiseDistance', 'kept', {'keepdim': True}, a, b)
    pair('pairwiseDistance', 'kept, the greatest', {'keepdim': True, 'p': g.INF}, a, b)
    pair('pairwiseDistance', 'eps 0.5', {'eps': 0.5}, a, b)
    pair('pairwiseDistance', 'vectors', {}, g.vec(1, 2, 3), g.vec(3, -1, 0.5))
    pair('pairwiseDistance', 'a row', {}, a, g.vec(1, -1, 2, 0.5))
    pair('pairwiseDistance', 'a column', {}, a, g.f32([3, 1], [1, -1, 2]))
    pair('pairwiseDistance', '0-d', {}, g.f32([], [1]), g.f32([], [3]))
    pair('pairwiseDistance', 'several dimensions', {}, g.noise(2, 3, 2, salt=94), g.noise(2, 3, 2, salt=95))
    pair('pairwiseDistance', 'nothing', {}, g.f32([0, 2], []), g.f32([0, 2], []))
    pair('pairwiseDistance', 'no elements', {}, g.f32([2, 0], []), g.f32([2, 0], []))
    for p in (0.0, 0.5, -1.0, g.INF, -g.INF):
        pair('pairwiseDistance', f'no elements, p {p}', {'p': p}, g.f32([2, 0], []), g.f32([2, 0], []))
    pair('pairwiseDistance', 'corners', {}, column(xs), column(ys))
    pair('pairwiseDistance', 'large and small', {}, g.f32([3, 2], [1e20, 1, 1e-30, 1e-30, 1e18, 1e18]), g.f32([3, 2], [0] * 6))
    pair('pairwiseDistance', 'small, eps 0', {'eps': 0.0}, g.f32([2, 2], [1e-30, 1e-30, 1e-18, 1e-18]), g.f32([2, 2], [0] * 4))
    pair('pairwiseDistance', 'shapes that do not broadcast', {}, a, g.vec(1, 2, 3))
    pair('pairwiseDistance', 'whole numbers', {}, g.i32([2, 2], [1, 2, 3, 4]), g.i32([2, 2], [0, 5, -1, 2]))

    def cosine(x1, x2, **k):
        return F.cosine_similarity(x1, x2, **k)

    for dim in (0, 1, -1, -2, 2):
        g.case('cosineSimilarity', f'dim {dim}', cosine, args={'dim': dim}, x1=a, x2=b)
    g.case('cosineSimilarity', 'defaults', cosine, x1=a, x2=b)
    for eps in (0.5, 2.0, 100.0, 0.0):
        g.case('cosineSimilarity', f'eps {eps}', cosine, args={'eps': eps}, x1=a, x2=b)
    g.case('cosineSimilarity', 'a vector of 0', cosine, x1=g.f32([3, 2], [0, 0, 1, 2, 0, 0]), x2=g.f32([3, 2], [1, 2, 0, 0, 0, 0]))
    g.case('cosineSimilarity', 'lengths below eps', cosine, x1=g.f32([3, 2], [1e-9, 0, 1e-12, 1e-10, 1e-30, 1e-25]), x2=g.f32([3, 2], [1, 2, 2, 1e-9, 1, 1]))
    for eps in (1e-30, 0.0):
        g.case('cosineSimilarity', f'a vector of 0, eps {eps}', cosine, args={'eps': eps}, x1=g.f32([2, 2], [0, 0, 1, 2]), x2=g.f32([2, 2], [1, 2, 2, 3]))
    g.case('cosineSimilarity', 'large', cosine, x1=g.f32([3, 2], [1e18, 1e18, 1e15, -1e15, 1e25, 1e25]), x2=g.f32([3, 2], [1e18, 1, 1e15, 1, 1, 1]))
    g.case('cosineSimilarity', 'corners', cosine, x1=column(xs), x2=column(ys), wrt=[])
    g.case('cosineSimilarity', 'a row', cosine, x1=a, x2=g.f32([1, 4], [1, -1, 2, 0.5]))
    g.case('cosineSimilarity', 'fewer dimensions', cosine, x1=a, x2=g.vec(1, -1, 2, 0.5))
    g.case('cosineSimilarity', 'fewer dimensions, the first', cosine, args={'dim': 0}, x1=g.vec(1, -1, 2, 0.5), x2=a)
    g.case('cosineSimilarity', 'vectors', cosine, args={'dim': 0}, x1=g.vec(1, 2, 3), x2=g.vec(3, -1, 0.5))
    g.case('cosineSimilarity', '0-d', cosine, args={'dim': 0}, x1=g.f32([], [2]), x2=g.f32([], [-3]))
    g.case('cosineSimilarity', 'images', cosine, x1=g.noise(2, 3, 2, 2, salt=94), x2=g.noise(2, 3, 2, 2, salt=95))
    g.case('cosineSimilarity', 'nothing', cosine, x1=g.f32([0, 2], []), x2=g.f32([0, 2], []))
    g.case('cosineSimilarity', 'no elements', cosine, x1=g.f32([2, 0], []), x2=g.f32([2, 0], []))
    g.case('cosineSimilarity', 'whole numbers', cosine, x1=g.i32([2, 2], [1, 2, 3, 4]), x2=g.i32([2, 2], [0, 5, -1, 2]))
    g.case('cosineSimilarity', 'whole numbers and floats', cosine, x1=g.f32([2, 2], [1, 2, 3, 4]), x2=g.i32([2, 2], [0, 5, -1, 2]))

    def unit(x, **k):
        return F.normalize(x, **k)

    for p in powers:
        g.case('normalize', f'p {p}', unit, args={'p': p}, shown={'p': g.number(p)}, x=a)
    for dim in (0, -1, 2):
        g.case('normalize', f'dim {dim}', unit, args={'dim': dim}, x=a)
    for eps in (2.0, 100.0):
        g.case('normalize', f'eps {eps}', unit, args={'eps': eps}, x=a)
    g.case('normalize', 'defaults', unit, x=a)
    g.case('normalize', 'zeros', unit, x=zeros)
    g.case('normalize', 'corners', unit, x=column(g.vec(*corners)))
    g.case('normalize', 'images', unit, x=g.noise(2, 3, 2, 2, salt=94))
    g.case('normalize', 'nothing', unit, x=g.f32([0, 2], []))
    g.case('normalize', '0-d', unit, args={'dim': 0}, x=g.f32([], [-2]))
    g.case('normalize', 'whole numbers', unit, x=g.i32([2, 2], [1, 2, 3, 4]))

    def ranking(input1, input2, target, **k):
        return F.margin_ranking_loss(input1, input2, target, **k)

    signs = [1, -1, 1, -1, -1, 1, 1, 1, -1, -1, 1, -1]
    s34 = g.f32([3, 4], signs)
    for red in REDUCTIONS:
        for form in ({}, {'margin': 0.5}, {'margin': -1.0}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('marginRankingLoss', name, ranking, args={'reduction': red, **form}, input1=a, input2=b, target=s34)
        g.case('marginRankingLoss', f'{red}, 0-d', ranking, args={'reduction': red}, input1=g.f32([], [1]), input2=g.f32([], [3]), target=g.f32([], [1]))
        g.case('marginRankingLoss', f'{red}, nothing', ranking, args={'reduction': red}, input1=g.f32([0], []), input2=g.f32([0], []), target=g.f32([0], []))
    g.case('marginRankingLoss', 'defaults', ranking, input1=a, input2=b, target=s34)
    for sign in (1, -1):
        g.case('marginRankingLoss', f'none, corners, {sign}', ranking, args={'reduction': 'none'}, input1=xs, input2=ys, target=g.vec(*[sign] * len(xs[2])))
    g.case('marginRankingLoss', 'none, at the margin', ranking, args={'reduction': 'none', 'margin': 1.0}, input1=g.vec(2, 1, 1, 3), input2=g.vec(1, 2, 1, 1), target=g.vec(1, -1, 1, 1))
    g.case('marginRankingLoss', 'whole numbers as target', ranking, input1=a, input2=b, target=g.i32([3, 4], signs))
    g.case('marginRankingLoss', 'inputs that broadcast', ranking, input1=g.f32([3, 1], [1, 2, 3]), input2=g.f32([1, 2], [1, 2]), target=g.f32([3, 2], [1] * 6))
    g.case('marginRankingLoss', 'shapes that do not broadcast', ranking, input1=a, input2=b, target=g.f32([3, 3], [1] * 9))
    g.case('marginRankingLoss', 'fewer dimensions', ranking, input1=a, input2=b, target=g.vec(1, 1, -1, 1))

    def hinge(x, target, **k):
        return F.hinge_embedding_loss(x, target, **k)

    for red in REDUCTIONS:
        for form in ({}, {'margin': 0.5}, {'margin': -1.0}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('hingeEmbeddingLoss', name, hinge, args={'reduction': red, **form}, x=a, target=s34, wrt=['x'])
        g.case('hingeEmbeddingLoss', f'{red}, 0-d', hinge, args={'reduction': red}, x=g.f32([], [0.5]), target=g.f32([], [-1]), wrt=['x'])
        g.case('hingeEmbeddingLoss', f'{red}, nothing', hinge, args={'reduction': red}, x=g.f32([0], []), target=g.f32([0], []), wrt=['x'])
    hx, ht = g.pairs([0.0, -0.0, 1, -2, 0.5, 1.5, g.INF, -g.INF, g.NAN, g.MAX], [1.0, -1.0, 0.0, 2.0])
    g.case('hingeEmbeddingLoss', 'none, corners', hinge, args={'reduction': 'none'}, x=hx, target=ht, wrt=['x'])
    g.case('hingeEmbeddingLoss', 'none, a cotangent of infinity', hinge, args={'reduction': 'none'}, v=[g.INF], x=hx, target=ht, wrt=['x'])
    g.case('hingeEmbeddingLoss', 'whole numbers as target', hinge, x=a, target=g.i32([3, 4], signs))
    g.case('hingeEmbeddingLoss', 'a target that broadcasts', hinge, x=a, target=g.f32([3, 1], [1, -1, 1]), wrt=['x'])
    g.case('hingeEmbeddingLoss', 'shapes that do not broadcast', hinge, x=a, target=g.vec(1, 1, 1), wrt=['x'])

    def embedding(input1, input2, target, **k):
        return F.cosine_embedding_loss(input1, input2, target, **k)

    wrt = ['input1', 'input2']
    for red in REDUCTIONS:
        for form in ({}, {'margin': 0.5}, {'margin': -0.5}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('cosineEmbeddingLoss', name, embedding, args={'reduction': red, **form}, input1=a, input2=b, target=g.vec(1, -1, -1), wrt=wrt)
        g.case('cosineEmbeddingLoss', f'{red}, vectors', embedding, args={'reduction': red}, input1=g.vec(1, 2, 3), input2=g.vec(3, -1, 0.5), target=g.f32([], [-1]), wrt=wrt)
        g.case('cosineEmbeddingLoss', f'{red}, nothing', embedding, args={'reduction': red}, input1=g.f32([0, 2], []), input2=g.f32([0, 2], []), target=g.f32([0], []), wrt=wrt)
    g.case('cosineEmbeddingLoss', 'defaults', embedding, input1=a, input2=b, target=g.vec(1, -1, -1), wrt=wrt)
    g.case('cosineEmbeddingLoss', 'none, other targets', embedding, args={'reduction': 'none'}, input1=a, input2=b, target=g.vec(0.0, 2, g.NAN), wrt=wrt)
    rows = g.f32([4, 2], [0, 0, 1e-8, 1e-8, 1e5, 1e5, 1, 2])
    for sign in (1, -1):
        g.case('cosineEmbeddingLoss', f'none, rows of 0, {sign}', embedding, args={'reduction': 'none'}, input1=rows, input2=g.f32([4, 2], [1, 2, 0, 0, 1e5, 1, 0, 0]), target=g.vec(*[sign] * 4), wrt=wrt)
        finite = [v for v in corners if abs(v) < 1e30 or v != v]
        fx, fy = g.pairs(finite, finite)
        g.case('cosineEmbeddingLoss', f'none, corners, {sign}', embedding, args={'reduction': 'none'}, input1=column(fx), input2=column(fy), target=g.vec(*[sign] * len(fx[2])), wrt=wrt)
    g.case('cosineEmbeddingLoss', 'whole numbers as target', embedding, input1=a, input2=b, target=g.ivec(1, -1, -1))
    g.case('cosineEmbeddingLoss', 'a target for each element', embedding, input1=a, input2=b, target=s34, wrt=wrt)
    g.case('cosineEmbeddingLoss', 'vectors and a vector of targets', embedding, input1=g.vec(1, 2, 3), input2=g.vec(3, -1, 0.5), target=g.vec(1, 1, 1), wrt=wrt)
    g.case('cosineEmbeddingLoss', 'images', embedding, input1=g.noise(2, 3, 2, salt=94), input2=g.noise(2, 3, 2, salt=95), target=g.vec(1, 1), wrt=wrt)
    g.case('cosineEmbeddingLoss', 'a row that broadcasts', embedding, input1=a, input2=g.f32([1, 4], [1, -1, 2, 0.5]), target=g.vec(1, -1, -1), wrt=wrt)

    def triplet(anchor, positive, negative, **k):
        return F.triplet_margin_loss(anchor, positive, negative, **k)

    def city(anchor, positive, negative, **k):
        k = {**k, 'distance_function': lambda x, y: (x - y).abs().sum(-1)} if k.pop('city', False) else k
        return F.triplet_margin_with_distance_loss(anchor, positive, negative, **k)

    three = {'anchor': a, 'positive': b, 'negative': c}
    vectors = {'anchor': g.vec(1, 2, 3), 'positive': g.vec(1, 2, 2), 'negative': g.vec(1, 1.5, 4)}
    none = {n: g.f32([0, 2], []) for n in three}
    for red in REDUCTIONS:
        for form in ({}, {'margin': 0.25}, {'swap': True}, {'swap': True, 'margin': 5.0}):
            name = ', '.join([red, *(f'{k} {v}' for k, v in form.items())])
            g.case('tripletMarginLoss', name, triplet, args={'reduction': red, **form}, **three)
            g.case('tripletMarginWithDistanceLoss', name, city, args={'reduction': red, **form}, **three)
            g.case('tripletMarginWithDistanceLoss', f'{name}, by city blocks', city, args={'reduction': red, 'city': True, **form}, **three)
        for name, given in (('vectors', vectors), ('nothing', none)):
            g.case('tripletMarginLoss', f'{red}, {name}', triplet, args={'reduction': red}, **given)
            g.case('tripletMarginWithDistanceLoss', f'{red}, {name}', city, args={'reduction': red}, **given)
    for p in (0.0, 0.5, 1.0, 3.0, g.INF):
        g.case('tripletMarginLoss', f'p {p}', triplet, args={'p': p}, shown={'p': g.number(p)}, **three)
    g.case('tripletMarginLoss', 'eps 0.5', triplet, args={'eps': 0.5}, **three)
    g.case('tripletMarginLoss', 'defaults', triplet, **three)
    g.case('tripletMarginLoss', 'none, equal ones', triplet, args={'reduction': 'none', 'eps': 0.0, 'swap': True}, anchor=g.f32([3, 2], [1, 2, 1, 2, 0, 0]), positive=g.f32([3, 2], [1, 2, 3, 4, 0, 0]), negative=g.f32([3, 2], [1, 2, 1, 2, 3, 4]))
    g.case('tripletMarginLoss', 'none, infinity and NaN', triplet, args={'reduction': 'none'}, anchor=g.f32([3, 1], [g.INF, 1, g.NAN]), positive=g.f32([3, 1], [1, g.INF, 1]), negative=g.f32([3, 1], [1, 2, 3]), wrt=[])
    g.case('tripletMarginLoss', 'an anchor that broadcasts', triplet, anchor=g.f32([1, 4], [1, 2, 3, 4]), positive=b, negative=c)
    g.case('tripletMarginLoss', 'fewer dimensions', triplet, anchor=g.vec(1, 2, 3, 4), positive=b, negative=c)
    g.case('tripletMarginWithDistanceLoss', 'an anchor that broadcasts', city, anchor=g.vec(1, 2, 3, 4), positive=b, negative=c)

    def multilabel(x, target, **k):
        return F.multilabel_margin_loss(x, target.long(), **k)

    labels = g.i32([3, 4], [3, 0, -1, 1, -1, 2, 2, 2, 1, 2, 3, 0])
    for red in REDUCTIONS:
        g.case('multilabelMarginLoss', red, multilabel, args={'reduction': red}, x=a, target=labels)
        g.case('multilabelMarginLoss', f'{red}, vector', multilabel, args={'reduction': red}, x=g.vec(0.1, 0.2, 0.4, 0.8), target=g.ivec(3, 0, -1, 1))
        g.case('multilabelMarginLoss', f'{red}, one class', multilabel, args={'reduction': red}, x=g.f32([2, 1], [1, 2]), target=g.i32([2, 1], [0, -1]))
        # PyTorch's mean and sum of nothing are uninitialized memory.
        if red == 'none':
            g.case('multilabelMarginLoss', f'{red}, nothing', multilabel, args={'reduction': red}, x=g.f32([0, 2], []), target=g.i32([0, 2], []))
    g.case('multilabelMarginLoss', 'defaults', multilabel, x=a, target=labels)
    g.case('multilabelMarginLoss', 'none, a label twice', multilabel, args={'reduction': 'none'}, x=a, target=g.i32([3, 4], [1, 1, -1, 0, 2, 2, 2, -1, 0, 1, 0, -1]))
    g.case('multilabelMarginLoss', 'none, at the margin', multilabel, args={'reduction': 'none'}, x=g.f32([2, 3], [1, 0, 2, 1, 1, 0.5]), target=g.i32([2, 3], [0, -1, 2, 1, -1, -1]))
    g.case('multilabelMarginLoss', 'none, corners', multilabel, args={'reduction': 'none'}, x=g.f32([4, 3], [g.INF, 1, 2, g.NAN, 1, 2, 1, g.NAN, 2, -g.INF, 1, g.INF]), target=g.i32([4, 3], [0, -1, 0, 0, -1, -1, 0, -1, -1, 0, -1, -1]), wrt=[])
    g.case('multilabelMarginLoss', 'shapes that do not match', multilabel, x=a, target=g.i32([3, 3], [0] * 9))
    g.case('multilabelMarginLoss', 'a target for each row', multilabel, x=a, target=g.ivec(0, 1, 2))
    g.case('multilabelMarginLoss', 'no class', multilabel, x=a, target=g.i32([3, 4], [3, 7, -1, 1, -1, 2, 2, 2, 1, 2, 3, 0]))

    def leaky(x, **k):
        return F.rrelu(x, **k)

    g.case('rrelu', 'values', leaky, x=g.vec(*g.SOME))
    g.case('rrelu', 'slopes', leaky, args={'lower': 0.25, 'upper': 0.5}, x=g.vec(*g.SOME))
    g.case('rrelu', 'one slope', leaky, args={'lower': 0.25, 'upper': 0.25}, x=g.vec(*g.SOME))
    g.case('rrelu', '0-d', leaky, x=g.f32([], [-2]))
    g.case('rrelu', 'extent 0', leaky, x=g.f32([0], []))
    g.case('rrelu', 'whole numbers', leaky, x=g.ivec(*g.WHOLE))
