"""How time and memory of hwcalc.SVC grow with the number of samples, at a bounded cache.

    python benchmarks/growth.py [--sizes 15000 30000 60000 120000 240000] [--cache-mb 1000] [--threads 2]

MNIST goes in, enlarged beyond 60,000 by slightly turned, sheared, scaled and moved copies; one table comes out,
and the powers of n by which time, support vectors and memory grow. Each line is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain

import cv2
import numpy as np
from solver import features, read

from hwcalc import SVC

COLUMNS = ("n", "data MB", "fit s", "peak MB", "SVs", "error %")


def distorted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A copy of images (n, 28, 28), each under a small affine map of its own."""
    middle, changed = np.array([13.5, 13.5]), np.empty_like(images)
    for image, out in zip(images, changed, strict=True):
        matrix = np.eye(2) + rng.normal(0, 0.07, (2, 2))
        moved = np.column_stack([matrix, middle - matrix @ middle + rng.normal(0, 0.7, 2)])
        cv2.warpAffine(image, moved, (28, 28), dst=out, flags=cv2.INTER_LINEAR)
    return changed


def enlarged(images: np.ndarray, n: int) -> Iterator[np.ndarray]:
    """Parts of n images: those there are, and as many distorted copies of them as it takes."""
    rng = np.random.default_rng(0)
    yield images[:n]
    for start in range(len(images), n, len(images)):
        yield distorted(images[: n - start], rng)


def measure(n: int, cache_mb: float, threads: int) -> list[float]:
    """One line of the table, in this process."""
    (images, labels), (test_images, test_y) = read("train"), read("t10k")
    *parts, T = features("ours", chain(enlarged(images, n), [test_images]))
    X, y = np.concatenate(parts), np.resize(labels, n)
    del parts
    start = time.perf_counter()
    model = SVC(10, cache_mb=cache_mb, n_jobs=threads).fit(X, y)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = 100 * float(np.mean(model.predict(T) != test_y))
    return [n, X.nbytes / 1e6, seconds, peak, len(model.support_), wrong]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[15_000, 30_000, 60_000, 120_000, 240_000])
    parser.add_argument("--cache-mb", type=float, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--line", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.line:
        print(json.dumps(measure(options.line, options.cache_mb, options.threads)))
        return
    print(" ".join(f"{name:>9}" for name in COLUMNS), flush=True)
    lines = []
    for n in options.sizes:
        command = [sys.executable, __file__, "--line", str(n), "--cache-mb", str(options.cache_mb)]
        command += ["--threads", str(options.threads)]
        env = {**os.environ, "OMP_NUM_THREADS": str(options.threads)}
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        lines.append(json.loads(done.stdout))
        cells = (f"{value:9}" if isinstance(value, int) else f"{value:9.4g}" for value in lines[-1])
        print(" ".join(cells), flush=True)
    if len(lines) > 1:
        table = np.log(np.array(lines))
        for column in ("fit s", "peak MB", "SVs"):
            power = np.polyfit(table[:, 0], table[:, COLUMNS.index(column)], 1)[0]
            print(f"{column} grows like n^{power:.2f}")


if __name__ == "__main__":
    main()
