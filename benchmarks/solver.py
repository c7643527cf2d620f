"""Times hwcalc.SVC beside scikit-learn's and, where installed, scikit-learn-intelex's and thundersvm's SVC.

    python benchmarks/solver.py [--sizes 15000 30000 60000] [--features raw ours] [--threads 1 2]
                                [--only hwcalc intelex sklearn thundersvm]

MNIST goes in; one table comes out. Each line is a process of its own, so that peak memory is its own. scikit-learn has
one thread and appears once. Times are the best of three, or of what fits into half a minute; for one sample the best of
five medians of 100.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
SOLVERS = {"hwcalc": "hwcalc", "intelex": "sklearnex", "sklearn": "sklearn", "thundersvm": "thundersvm"}
COLUMNS = ("solver", "features", "n", "threads", "fit s", "predict s", "one us", "peak MB", "SVs", "error %")


def read(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) uint8 and labels of 'train' or 't10k'."""
    folder = ROOT / "data" / "mnist"
    images = gzip.decompress((folder / f"{kind}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{kind}-labels-idx1-ubyte.gz").read_bytes())
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28), np.frombuffer(
        labels, np.uint8, offset=8
    )


def features(kind: str, sets: Iterable[np.ndarray]) -> list[np.ndarray]:
    """What a machine sees of sets of images: pixels, or our features whitened as suits the first set."""
    if kind == "raw":
        return [(images.reshape(len(images), -1) / 255).astype(np.float32) for images in sets]
    from hwcalc.features import extract
    from hwcalc.whitening import whitening

    found: list[np.ndarray] = []
    for images in sets:
        X = extract(list(images))
        if not found:
            matrix = whitening(X)
        found.append(np.ascontiguousarray(X @ matrix))
    return found


def estimator(solver: str, threads: int, gamma: float):
    if solver == "hwcalc":
        from hwcalc.svm import SVC

        return SVC(10, gamma=gamma, n_jobs=threads)
    if solver == "intelex":
        from sklearnex.svm import SVC

        return SVC(C=10, gamma=gamma)
    if solver == "thundersvm":
        from thundersvm import SVC

        return SVC(C=10, gamma=gamma, n_jobs=threads)
    from sklearn.svm import SVC

    return SVC(C=10, gamma=gamma, cache_size=1000)


def dual_objectives(model, X: np.ndarray, gamma: float) -> list[float]:
    """Of each pair: sum |b| - b'Kb / 2, in float64 from the support vectors."""
    owner = np.repeat(np.arange(len(model.n_support_)), model.n_support_)
    dual, found = np.asarray(model.dual_coef_, float), []
    for i, j in combinations(range(len(model.n_support_)), 2):
        b = np.where(owner == i, dual[j - 1], np.where(owner == j, dual[i], 0))
        used = np.flatnonzero(b)
        V, b = X[np.asarray(model.support_)[used]].astype(float), b[used]
        square = (V * V).sum(axis=1)
        K = np.exp(-gamma * np.maximum(square[:, None] + square - 2 * V @ V.T, 0))
        found.append(float(np.abs(b).sum() - 0.5 * b @ K @ b))
    return found


def best_of(work: Callable[[], Any], rounds: int = 3, enough: float = 30) -> tuple[Any, float]:
    """What `work` returns and its shortest time in some rounds; none begins after `enough` seconds."""
    best, begun = float("inf"), time.perf_counter()
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() - begun > enough:
            break
    return result, best


def median_of_one(predict: Callable[[np.ndarray], Any], T: np.ndarray, count: int = 100) -> float:
    """The median time for one sample."""
    seconds = []
    for row in range(count):
        start = time.perf_counter()
        predict(T[row : row + 1])
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def measure(solver: str, kind: str, n: int, threads: int) -> dict[str, object]:
    """One line of the table, in this process."""
    (images, y), (test_images, test_y) = read("train"), read("t10k")
    X, T = features(kind, (images[:n], test_images))
    gamma = float(1 / X.var(axis=0, dtype=float).sum())
    model, seconds = best_of(lambda: estimator(solver, threads, gamma).fit(X, y[:n]))
    predicted, prediction_seconds = best_of(lambda: model.predict(T))
    predict_one = model._machine.scores if solver == "hwcalc" else model.predict
    one = 1e6 * min(median_of_one(predict_one, T) for _ in range(5))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = 100 * float(np.mean(predicted != test_y))
    values = (solver, kind, n, threads, seconds, prediction_seconds, one, peak, len(model.support_), wrong)
    line = dict(zip(COLUMNS, values, strict=True))
    return {**line, "dual": dual_objectives(model, X, gamma)}


def run(solver: str, kind: str, n: int, threads: int, timeout: float) -> dict[str, object] | None:
    """The same in a process of its own; None when it takes longer than `timeout` seconds."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TBB_NUM_THREADS"):
        env[name] = str(threads)
    prefix = (
        ["taskset", "-c", "0"] if threads == 1 and solver == "intelex" else []
    )  # TBB takes all it may use
    command = [
        *prefix,
        sys.executable,
        str(Path(sys.argv[0]).resolve()),
        "--line",
        solver,
        kind,
        str(n),
        str(threads),
    ]
    try:
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return None
    line: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[15_000, 30_000, 60_000])
    parser.add_argument("--features", nargs="+", default=["raw", "ours"], choices=["raw", "ours"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", nargs="+", default=list(SOLVERS), choices=list(SOLVERS))
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one line of the table")
    parser.add_argument("--line", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.line:
        solver, kind, n, threads = options.line
        print(json.dumps(measure(solver, kind, int(n), int(threads))))
        return
    solvers = [name for name in options.only if importlib.util.find_spec(SOLVERS[name])]
    print(" ".join(f"{name:>10}" for name in (*COLUMNS, "dual off %")), flush=True)
    for kind in options.features:
        for n in options.sizes:
            for threads in options.threads:
                reference = None
                for solver in solvers:
                    if solver == "sklearn" and threads != options.threads[0]:
                        continue  # it uses one thread whatever it is given
                    line = run(solver, kind, n, threads, options.timeout)
                    if line is None:
                        print(
                            f"{solver:>10} {kind:>10} {n:>10} {threads:>10} over {options.timeout:.0f} s",
                            flush=True,
                        )
                        continue
                    dual = np.array(line.pop("dual"))
                    reference = dual if reference is None else reference
                    line["dual off %"] = 100 * float(np.max(np.abs(dual / reference - 1)))
                    cells = (f"{v:10.4g}" if isinstance(v, float) else f"{v:>10}" for v in line.values())
                    print(" ".join(cells), flush=True)


if __name__ == "__main__":
    main()
