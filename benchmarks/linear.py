"""Times hwcalc.LinearSVC beside the plain NumPy loop of the same algorithm and scikit-learn's SGDClassifier.

    python benchmarks/linear.py [--samples 60000] [--passes 10] [--plain-samples 2000]

MNIST goes in; one table comes out. The plain loop runs on a part of the samples and its time is scaled up.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sklearn.linear_model import SGDClassifier
from solver import features, read

from hwcalc.linear_svm import LinearSVC

RATE, ALPHA = 0.001, 0.0001


def plain_loop(X: np.ndarray, sign: np.ndarray, passes: int) -> tuple[np.ndarray, float]:
    """The notebook's class: one class against the rest, one sample at a time."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(passes):
        for x, y in zip(X, sign, strict=True):
            if y * (np.dot(x, w) - b) >= 1:
                w -= RATE * 2 * ALPHA * w
            else:
                w -= RATE * (2 * ALPHA * w - y * x)
                b -= RATE * y
    return w, b


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--plain-samples", type=int, default=2_000)
    options = parser.parse_args()
    (images, y), (test_images, test_y) = read("train"), read("t10k")
    X, T = features("raw", (images[: options.samples], test_images))
    y = y[: options.samples]
    print(f"{'':26}{'fit s':>9}{'error %':>9}")

    for name, model in (
        ("hwcalc, file order", LinearSVC(RATE, options.passes, ALPHA, shuffle=False)),
        ("hwcalc, shuffled", LinearSVC(RATE, options.passes, ALPHA, random_state=0)),
        ("hwcalc, averaged", LinearSVC(RATE, options.passes, ALPHA, average=True, random_state=0)),
        (
            "SGDClassifier",
            SGDClassifier(
                learning_rate="constant",
                eta0=RATE,
                alpha=2 * ALPHA,
                max_iter=options.passes,
                tol=None,
                random_state=0,
            ),
        ),
    ):
        start = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - start
        print(f"{name:26}{seconds:9.2f}{100 * np.mean(model.predict(T) != test_y):9.2f}", flush=True)

    part = slice(0, options.plain_samples)
    start = time.perf_counter()
    weights = [plain_loop(X[part], np.where(y[part] == c, 1, -1), options.passes) for c in range(10)]
    seconds = (time.perf_counter() - start) * len(X) / options.plain_samples
    margins = T @ np.array([w for w, _ in weights]).T - np.array([b for _, b in weights])
    wrong = 100 * np.mean(margins.argmax(axis=1) != test_y)
    same = LinearSVC(RATE, options.passes, ALPHA, shuffle=False).fit(X[part], y[part])
    own = 100 * np.mean(same.predict(T) != test_y)
    print(
        f"{'plain loop, scaled up':26}{seconds:9.1f}{wrong:9.2f}   "
        f"(hwcalc on the same {options.plain_samples}: {own:.2f})"
    )


if __name__ == "__main__":
    main()
