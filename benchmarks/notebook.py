"""The notebook's task and settings, with its own machine and with hwcalc's: the table of docs/tutorial.md.

    python benchmarks/notebook.py

Digits are MNIST's 60,000, symbols 4,000 synthetic ones; under-sampled, 80/20, seed 42. Out come accuracy and seconds of
the last training for each machine, then those of the whole command on MNIST's own split with its report.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hwcalc import load_model
from hwcalc.data_command import main as data
from hwcalc.train import main as train

MACHINES = {
    "LinearSVC, 784 pixels": ["--model", "linear", "--features", "raw"],
    "SVC, 784 pixels": ["--features", "raw"],
    "SVC, gradient features": [],
}
SETTINGS = ["--balance", "under", "--test-size", "0.2", "--seed", "42"]


def recipe(folder: Path, *arguments: str) -> dict:
    """What a run of `hwcalc train` tells of its model."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert train([*arguments, "-q", "-o", str(folder / "model.npz")]) == 0
    return load_model(folder / "model.npz").recipe


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        symbols = str(folder / "symbols.csv")
        data(["convert", "synthetic", "--labels", "+-×÷", "--limit", "4000", "-o", symbols])
        for what, sets in (("digits", ["mnist"]), ("digits and symbols", ["mnist", symbols])):
            print(what)
            for machine, options in MACHINES.items():
                told = recipe(folder, *sets, *options, *SETTINGS)
                right, seconds = 100 * (1 - told["test"]["error"]), told["training_seconds"]
                print(f"  {machine:24}{right:8.2f} %{seconds:8.1f} s", flush=True)
        started = time.perf_counter()
        told = recipe(folder, "mnist", "--report", str(folder / "report"))
        seconds = time.perf_counter() - started
        print(f"MNIST's 60,000 and 10,000, features, training, evaluation and report: {seconds:.0f} s")
        print(f"  error {100 * told['mnist_test_error']:.2f} %")


if __name__ == "__main__":
    main()
