"""scikit-learn's metrics of random predictions, which `test/fit/metrics.test.ts` holds those of tapeout/fit to.

    pip install scikit-learn && python3 test/goldens/metrics/generate.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(7)
rounded = lambda x: np.round(x, 3).astype(np.float32)
listed = lambda x: np.asarray(x, np.float64).tolist()


def scores(labels, predicted, classes):
    of = dict(labels=classes, zero_division=0)
    there = sorted(set(labels) | set(predicted))
    out = {}
    for name, f in dict(precision=m.precision_score, recall=m.recall_score, f1=m.f1_score).items():
        out[f"{name}Macro"] = f(labels, predicted, average="macro", labels=there, zero_division=0)
        out[f"{name}Micro"] = f(labels, predicted, average="micro", **of)
        out[f"{name}None"] = listed(f(labels, predicted, average=None, **of))
    return out


classes = list(range(5))
logits = rounded(random.normal(size=(60, 5)) + np.array([0.4, 0, 0, 0, -1.5]))
labels = random.integers(0, 5, 60)
predicted = logits.argmax(1)
absent = random.integers(0, 3, 40)
unseen = rounded(random.normal(size=(40, 5)) - np.array([0, 0, 0, 9, 9]))
single = rounded(random.normal(size=50))
two = random.integers(0, 2, 50)
values, targets = rounded(random.normal(size=(45, 3))), rounded(random.normal(size=(45, 3)))
large = rounded(random.normal(size=(45, 1)) + 5000)
near = rounded(large + random.normal(size=(45, 1)) * 0.3)
f64 = lambda x: x.astype(np.float64)

golden = {
    "scikit-learn": sklearn.__version__,
    "classes": {
        "logits": listed(logits),
        "labels": labels.tolist(),
        "values": {
            "accuracy": m.accuracy_score(labels, predicted),
            "top2": m.top_k_accuracy_score(labels, logits, k=2, labels=classes),
            "top3": m.top_k_accuracy_score(labels, logits, k=3, labels=classes),
            "confusionMatrix": m.confusion_matrix(labels, predicted, labels=classes).tolist(),
            **scores(labels, predicted, classes),
        },
    },
    "absent": {
        "logits": listed(unseen),
        "labels": absent.tolist(),
        "values": scores(absent, unseen.argmax(1), classes),
    },
    "binary": {
        "outputs": listed(single),
        "labels": two.tolist(),
        "values": {
            "accuracy": m.accuracy_score(two, single > 0),
            "confusionMatrix": m.confusion_matrix(two, single > 0).tolist(),
            **scores(two, (single > 0).astype(int), [0, 1]),
        },
    },
    "values": {
        "outputs": listed(values),
        "targets": listed(targets),
        "values": {
            "mae": m.mean_absolute_error(f64(targets), f64(values)),
            "mse": m.mean_squared_error(f64(targets), f64(values)),
            "rmse": m.mean_squared_error(f64(targets), f64(values)) ** 0.5,
            "r2": m.r2_score(f64(targets), f64(values)),
        },
    },
    "large": {
        "outputs": listed(near),
        "targets": listed(large),
        "values": {"r2": m.r2_score(f64(large), f64(near))},
    },
}
out = pathlib.Path(__file__).with_name("metrics.json")
out.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
