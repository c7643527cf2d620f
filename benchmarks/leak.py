"""What SMOTE before the split does to a test: the accuracy that is told, and the one on digits that nobody has seen.

    python benchmarks/leak.py [--digits 3000]

Of MNIST's training digits some are taken, of 5 to 9 only a tenth as many; SMOTE makes all labels equal, before the
split (as the notebook does) or after it. Both machines are then tested on MNIST's own test digits too. Accuracy is the
mean over the labels, so that their shares do not matter.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import balanced_accuracy_score

sys.path.insert(0, str(Path(__file__).parents[1]))

from hwcalc import SVC, load_glyphs
from hwcalc.preparation import balanced, prepare, split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    mnist, unseen = load_glyphs("mnist"), load_glyphs("mnist:test")
    chosen = rng.permutation(len(mnist))[: options.digits]
    mnist = mnist.take(chosen[(mnist.labels[chosen] < "5") | (rng.random(len(chosen)) < 0.1)])
    X, y = prepare(mnist.glyphs, "raw"), mnist.labels
    T = prepare(unseen.glyphs, "raw")
    places = [""] * 10 * len(y)
    print(f"{len(y)} digits, of the rarest {np.unique(y, return_counts=True)[1].min()}")
    print(f"{'SMOTE':20}{'told by its test':>18}{'on unseen digits':>18}")
    for when in ("before the split", "after the split"):
        if when == "before the split":
            made, labels = balanced(X, y, "smote", options.seed)
            train, test = split(labels, places, 0.2, options.seed)
            A, a, B, b = made[train], labels[train], made[test], labels[test]
        else:
            train, test = split(y, places, 0.2, options.seed)
            A, a = balanced(X[train], y[train], "smote", options.seed)
            B, b = X[test], y[test]
        machine = SVC(10, gamma=1 / A.var(axis=0).sum()).fit(A, a)
        told, true = (
            100 * balanced_accuracy_score(truth, machine.predict(glyphs))
            for glyphs, truth in ((B, b), (T, unseen.labels))
        )
        print(f"{when:20}{told:>16.1f} %{true:>16.1f} %")


if __name__ == "__main__":
    main()
