"""python -m hwcalc.train: sets of glyphs → a trained classifier, its figures and its model file.

Without HWCALC_DATA it trains on what the repository holds, MNIST and synthetic strokes; with it, on the public
sets in that folder too.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from tqdm import tqdm

from . import __version__, datasets, report
from .datasets import DatasetError, GlyphSet
from .glyphs import GlyphClassifier, log_softmax
from .svm import SVC
from .training_set import TrainingSet, assemble, synthetic

log = logging.getLogger(__name__)

Tell: TypeAlias = Callable[[str], object]
"""Takes a few words about how far the work is."""

EXAMPLES = """\
examples:
  python -m hwcalc.train                           all sets that are here, into ./model.npz
  python -m hwcalc.train --sets mnist --junk 0     a digit classifier from MNIST alone
  python -m hwcalc.train --limit 2000              a quick try
  HWCALC_DATA=sets python -m hwcalc.train -o hwcalc/model.npz
                                                   the shipped model
"""


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return value


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc train`."""
    args = argparse.ArgumentParser(
        prog="hwcalc train",
        description="Train the classifier of glyphs, measure it on MNIST's test set and write its model file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    args.add_argument("-o", "--output", type=Path, default=Path("model.npz"), help="model file (./model.npz)")
    args.add_argument(
        "--sets",
        help="sets, separated by commas (default: mnist, synthetic and all in the folder HWCALC_DATA)",
    )
    args.add_argument(
        "--junk", type=_count, default=16000, help="groups that are no symbol (16000; 0 for none)"
    )
    args.add_argument("--synthetic", type=_count, default=16000, help="synthetic glyphs (16000)")
    args.add_argument("--limit", type=_count, help="at most so many glyphs of each set")
    args.add_argument("--C", type=_positive, default=10.0, help="penalty of a margin error (10)")
    args.add_argument(
        "--gamma", type=_positive, help="of the RBF kernel (default: 1 / sum of the features' variances)"
    )
    args.add_argument("--seed", type=int, default=0, help="of all that is random (0)")
    args.add_argument("--jobs", type=int, default=-1, help="threads (-1: all cores)")
    args.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    return args


def load_sets(names: Sequence[str], synthetic_count: int, seed: int, n_jobs: int) -> list[GlyphSet]:
    """The named sets; 'synthetic' is drawn, `synthetic_count` glyphs of it."""
    loaded = []
    for name in names:
        if name == "mnist":
            loaded.append(datasets.load_mnist("train"))
        elif name == "synthetic":
            loaded.append(synthetic(synthetic_count, seed, n_jobs))
        else:
            loaded.append(datasets.load_set(name))
        log.info("%s: %d glyphs", name, len(loaded[-1]))
    return loaded


def calibrate(
    data: TrainingSet, C: float, gamma: float, seed: int, n_jobs: int, tell: Tell
) -> tuple[float, float]:
    """The temperature of the probabilities, from a tenth of the writers, held out of a training of its own.

    Returns
    -------
    temperature : float
    error : float
        Share of the held-out glyphs that this training reads wrong.
    """
    held = hold_out(data.writers, seed)
    classifier = _train(data.X[~held], data.y[~held], C, gamma, n_jobs, tell)
    truth = np.array([classifier.labels.index(label) for label in data.y[held]])
    scores = classifier.scores(data.X[held])
    return best_temperature(scores, truth), float(np.mean(scores.argmax(axis=1) != truth))


def hold_out(writers: npt.NDArray[np.str_], seed: int, share: float = 0.1) -> npt.NDArray[np.bool_]:
    """A mask of about `share` of the glyphs: whole writers; of a source with one writer, single glyphs."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(writers), bool)
    sources = np.array([w.split("/")[0] for w in writers])
    for source in np.unique(sources):
        here = np.flatnonzero(sources == source)
        names, whose = np.unique(writers[here], return_inverse=True)
        if len(names) < 10:
            held[here[rng.random(len(here)) < share]] = True
        else:
            held[here[(rng.random(len(names)) < share)[whose]]] = True
    return held


def best_temperature(scores: npt.NDArray[np.floating], truth: npt.NDArray[np.integer]) -> float:
    """The temperature whose softmax of `scores` (n, K) gives the true classes (n,) the highest likelihood."""

    def loss(log_temperature: float) -> float:
        chosen = log_softmax(scores / np.exp(log_temperature))[np.arange(len(truth)), truth]
        return -float(chosen.mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 2.0), method="bounded").x))


def _train(
    X: npt.NDArray[np.float32],
    y: npt.NDArray[np.str_],
    C: float,
    gamma: float,
    n_jobs: int,
    tell: Tell,
    temperature: float = 1.0,
) -> GlyphClassifier:
    pairs: set[Any] = set()
    classes = len(np.unique(y))

    def passed(pair: Any, passes: int, gap: float, n_support: int) -> None:
        if pair not in pairs:
            pairs.add(pair)
            tell(f"pair {len(pairs)} of {classes * (classes - 1) // 2}")

    machine = SVC(C=C, gamma=gamma, n_jobs=n_jobs, callback=passed).fit(X, y)
    return GlyphClassifier(
        "".join(machine.classes_),
        machine.support_vectors_,
        machine.n_support_,
        np.asarray(machine.dual_coef_, np.float32),
        np.asarray(machine.intercept_, np.float32),
        gamma,
        temperature,
    )


def evaluate(classifier: GlyphClassifier) -> tuple[float, str]:
    """Error on MNIST's 10,000 test glyphs, 0 to 1, and the table of figures; what is no digit is an error."""
    test = datasets.load_mnist("test")
    found = np.array(classifier.classify(test.glyphs))
    return float(np.mean(found != test.labels)), report.table(test.labels.tolist(), found.tolist())


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc train` with these arguments; returns the exit code."""
    options = parser().parse_args(argv)
    logging.basicConfig(format="%(message)s", level=logging.WARNING if options.quiet else logging.INFO)
    try:
        _check(options)
        return _run(options)
    except (DatasetError, OSError) as error:
        print(f"hwcalc train: {error}", file=sys.stderr)
        return 1
    except MemoryError:
        print("hwcalc train: not enough memory: give --limit", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nhwcalc train: stopped; nothing was written", file=sys.stderr)
        return 130


def _check(options: argparse.Namespace) -> None:
    """Find out before the work, not after it, whether the model can be written."""
    folder = options.output.resolve().parent
    if options.output.is_dir():
        raise OSError(f"{options.output} is a folder: name a file with -o")
    if not folder.is_dir():
        raise OSError(f"{folder} is no folder: make it, or name another file with -o")
    if not os.access(folder, os.W_OK):
        raise OSError(f"{folder}: no permission to write there; name another file with -o")


def _run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    with tqdm(total=5, unit="step", disable=options.quiet) as bar:

        def step(name: str) -> None:
            bar.set_description(name)
            bar.set_postfix_str("")

        step("load")
        names = (
            options.sets.split(",") if options.sets else ["mnist", "synthetic", *datasets.available_sets()]
        )
        sets = load_sets(names, options.synthetic, options.seed, options.jobs)
        bar.update()
        step("prepare")
        data = assemble(sets, options.junk, options.limit, options.seed, options.jobs)
        bar.update()
        gamma = options.gamma or float(1 / data.X.var(axis=0).sum())
        step("calibrate")
        temperature, held_out_error = calibrate(
            data, options.C, gamma, options.seed, options.jobs, bar.set_postfix_str
        )
        bar.update()
        step("train")
        classifier = _train(data.X, data.y, options.C, gamma, options.jobs, bar.set_postfix_str, temperature)
        bar.update()
        step("evaluate")
        error, table = evaluate(classifier)
        bar.update()
    print(table)
    classifier.recipe = {
        "command": _command(options),
        "sets": data.counts,
        "versions": {"hwcalc": __version__, "numpy": np.__version__, "python": platform.python_version()},
        "seed": options.seed,
        "date": datetime.date.today().isoformat(),
        "held_out_error": round(held_out_error, 5),
        "mnist_test_error": round(error, 5),
    }
    classifier.save(options.output)
    print(
        f"wrote {options.output}: {options.output.stat().st_size / 1e6:.2f} MB, {len(classifier.vectors)} support "
        f"vectors from {len(data.y)} glyphs, in {time.monotonic() - started:.0f} s"
    )
    return 0


def _command(options: argparse.Namespace) -> str:
    """The command that makes the same model, whatever the folders are called here."""
    given = [
        f"--{name} {value}"
        for name, value in vars(options).items()
        if name in _OF_MODEL and value is not None
    ]
    return " ".join(["python -m hwcalc.train", *given])


_OF_MODEL = ("sets", "junk", "synthetic", "limit", "C", "gamma", "seed")


if __name__ == "__main__":
    sys.exit(main())
