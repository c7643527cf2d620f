"""python -m hwcalc.train: sets of glyphs → a trained model, its figures and its file.

Without sets it makes the model that hwcalc reads with, from what is here: MNIST, synthetic strokes and the public sets
in the data folder. With sets it trains whatever is asked for on them, and tests it on what it has not seen.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from . import __version__, datasets
from .command import above_zero, complain, count, ended, jobs, positive, seed, share
from .datasets import DatasetError
from .evaluation import evaluate_model
from .glyph_sources import load, load_part
from .glyphs import GlyphClassifier
from .loaded import Complain, Loaded, refuse
from .metrics import Figures, as_text
from .models import GlyphModel, load_model
from .preparation import copies_across, fingerprints, prepare, split, together
from .search import search
from .training import Examples, Progress, Settings, Trained, TrainedPen, cluster, train, train_pen
from .training_set import assemble

log = logging.getLogger(__name__)

NAME = "hwcalc train"

EXAMPLES = """\
examples:
  python -m hwcalc.train                           all sets that are here, into ./model.npz
  python -m hwcalc.train mnist                     a digit classifier, tested on MNIST's test set
  python -m hwcalc.train digits.csv symbols/ --test-size 0.2 --seed 42 --report report
  python -m hwcalc.train mnist --model linear --features raw --balance under --test-size 0.2 --seed 42
                                                   the notebook's own settings
  python -m hwcalc.train mnist --search            find C and gamma first; run again, it goes on
  python -m hwcalc.train --describe model.npz      what a model is and how it was made
  HWCALC_DATA=sets python -m hwcalc.train -o hwcalc/model.npz
                                                   the shipped model
  python -m hwcalc.train --pen-only old.npz -o new.npz
                                                   old.npz with its machine for pen strokes made anew

A SET is as in `hwcalc data`: mnist, a public set, synthetic, a table, a folder of folders of pictures, .npz, ink.
`HWCALC_MODEL=model.npz hwcalc read …` reads with a model of digits and signs of the kind svc, rbf, gradient;
`hwcalc predict --model`, `hwcalc evaluate` and `hwcalc.load_model` take all kinds.
Exit codes: 0 done, 1 something could not be read or written, 2 wrong usage, 130 stopped."""

_JUNK, _SYNTHETIC = 16000, 16000


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc train`."""
    args = argparse.ArgumentParser(
        prog=NAME,
        description="Train a classifier of glyphs, measure it on glyphs it has not seen and write its model file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    args.add_argument("names", nargs="*", metavar="SET", help="what to train on (default: all that is here)")
    args.add_argument("--sets", help=argparse.SUPPRESS)  # the same, separated by commas
    args.add_argument("-o", "--output", type=Path, default=Path("model.npz"), help="model file (./model.npz)")
    args.add_argument("--describe", type=Path, metavar="MODEL", help="tell what a model file is, and end")
    args.add_argument(
        "--pen-only",
        type=Path,
        metavar="MODEL",
        help="take this model and train only how it tells paths of a pen",
    )
    args.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    _data_arguments(args.add_argument_group("what it learns from"))
    _model_arguments(args.add_argument_group("what is trained"))
    _work_arguments(args.add_argument_group("how"))
    return args


def _data_arguments(group: Any) -> None:
    group.add_argument("--limit", type=positive, help="at most so many glyphs of each set")
    group.add_argument(
        "--junk",
        type=count,
        help="groups of strokes that are no symbol, and a quarter as many letters (16000; with SETs 0)",
    )
    group.add_argument(
        "--synthetic", type=positive, default=_SYNTHETIC, help="glyphs of the set synthetic (16000)"
    )
    group.add_argument(
        "--skip-wrong", action="store_true", help="leave out glyphs that are wrong, and tell of them"
    )
    tested = group.add_mutually_exclusive_group()
    tested.add_argument("--test", metavar="SET", help="test on this set (with mnist: mnist:test)")
    tested.add_argument("--test-size", type=share, help="test on this share of each label (else 0.2)")
    group.add_argument(
        "--copies",
        choices=("drop", "refuse", "keep"),
        default="drop",
        help="training glyphs that are exact copies of test glyphs (default: drop)",
    )
    group.add_argument(
        "--balance",
        choices=("none", "under", "smote"),
        default="none",
        help="labels made equal in the training part, by leaving out samples or making new ones (default: none)",
    )
    group.add_argument(
        "--class-weight", choices=("balanced",), help="instead: errors of rare labels weigh more"
    )


def _model_arguments(group: Any) -> None:
    group.add_argument(
        "--model", choices=("svc", "linear"), default="svc", help="SVC or LinearSVC (default: svc)"
    )
    group.add_argument(
        "--features", choices=("gradient", "raw"), default="gradient", help="gradient, or 784 pixels"
    )
    group.add_argument(
        "--denoise", choices=("none", "gaussian", "median"), default="none", help="3×3, of pictures"
    )
    group.add_argument("--kernel", choices=("rbf", "poly", "linear"), default="rbf", help="of svc (rbf)")
    group.add_argument("--C", type=above_zero, default=10.0, help="of svc: penalty of a margin error (10)")
    group.add_argument(
        "--gamma", type=above_zero, help="of svc (default: 1 / sum of the features' variances)"
    )
    group.add_argument("--degree", type=positive, default=3, help="of the kernel poly (3)")
    group.add_argument("--learning-rate", type=above_zero, default=0.001, help="of linear (0.001)")
    group.add_argument(
        "--iterations", type=positive, default=100, help="of linear: passes over the data (100)"
    )
    group.add_argument("--alpha", type=above_zero, default=0.0001, help="of linear: regularisation (0.0001)")


def _work_arguments(group: Any) -> None:
    group.add_argument("--seed", type=seed, default=0, help="of all that is random (0)")
    group.add_argument("--jobs", type=jobs, default=-1, help="threads (-1: all cores)")
    group.add_argument("--dask", metavar="ADDRESS", help="let the Dask cluster there do the work")
    group.add_argument(
        "--search", action="store_true", help="of svc: find C and gamma by successive halving first"
    )
    group.add_argument("--report", type=Path, metavar="DIR", help="write report.html and report.json there")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc train` with these arguments; returns the exit code."""
    args = parser()
    options = args.parse_args(argv)
    _check_usage(args, options)
    if options.describe:
        return ended(NAME, partial(_describe, options.describe))
    level = logging.WARNING if options.quiet else logging.INFO
    logging.basicConfig(format="%(message)s", level=level)
    log.setLevel(level)
    stopped = (
        "stopped; the same command goes on with the search"
        if options.search
        else "stopped; nothing was written"
    )
    return ended(NAME, partial(_run, options), stopped)


def _check_usage(args: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.sets:
        options.names = [*options.names, *options.sets.split(",")]
    if options.junk is None:
        options.junk = 0 if options.names or not _settings(options).reads else _JUNK
    if options.junk and not _settings(options).reads:
        args.error("--junk is for a model that reads: --model svc --kernel rbf --features gradient")
    if options.pen_only and (options.search or not _settings(options).reads):
        args.error("--pen-only is for a model that reads, and without --search")
    if options.search and options.model != "svc":
        args.error("--search finds C and gamma of --model svc")
    if options.class_weight and options.model != "svc":
        args.error("--class-weight is for --model svc; --balance is for both")


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(**{field.name: getattr(options, field.name) for field in fields(Settings)})


def _describe(path: Path) -> int:
    from .model_card import card

    print(card(path))
    return 0


def _check_output(options: argparse.Namespace) -> None:
    """Find out before the work, not after it, whether all can be written."""
    folder = options.output.resolve().parent
    if options.output.is_dir():
        raise DatasetError(f"{options.output} is a folder: name a file with -o")
    if not folder.is_dir():
        raise DatasetError(f"{folder} is no folder: make it, or name another file with -o")
    if not os.access(folder, os.W_OK):
        raise DatasetError(f"{folder}: no permission to write there; name another file with -o")
    if options.report:
        from .report import check_report

        check_report(options.report)


# Sets.


def _loaded(options: argparse.Namespace) -> tuple[list[Loaded], Loaded]:
    """What to train on, and what to test on."""
    names = options.names or ["mnist", "synthetic", *datasets.available_sets()]
    problems: list[str] = []
    complain_: Complain = problems.append if options.skip_wrong else refuse
    parts = []
    for name in names:
        number = min(options.synthetic, options.limit or options.synthetic)
        part = load(name, complain_, number, options.seed, options.jobs)
        if options.limit and options.limit < len(part.glyphs):
            rng = np.random.default_rng(options.seed)
            part = part.take(np.sort(rng.permutation(len(part.glyphs))[: options.limit]))
        log.info("%s: %d glyphs%s", name, len(part.glyphs), "".join(f"; {note}" for note in part.notes))
        parts.append(part)
    for problem in problems:
        complain(NAME, f"left out: {problem}")
    named = options.test or ("mnist:test" if "mnist" in names and not options.test_size else None)
    if named:
        test = load_part(named, options.limit if options.test else None, None, options.seed, complain_)
        return _without_copies(parts, test, options.copies), test
    parts, test = _split(parts, options.test_size or 0.2, options.seed)
    return _without_copies(parts, test, options.copies), test


def _split(parts: Sequence[Loaded], test_size: float, seed: int) -> tuple[list[Loaded], Loaded]:
    """A share of each label of all sets together to test on, the rest to train on."""
    whole = together(parts)
    chosen, tested = split(whole.glyphs.labels, whole.places, test_size, seed)
    ends = np.cumsum([len(part.glyphs) for part in parts])
    of_part = [
        part.take(chosen[(chosen >= end - len(part.glyphs)) & (chosen < end)] - (end - len(part.glyphs)))
        for part, end in zip(parts, ends, strict=True)
    ]
    return [part for part in of_part if len(part.glyphs)], whole.take(tested)


def _without_copies(parts: Sequence[Loaded], test: Loaded, what: str) -> list[Loaded]:
    """The sets to train on, without exact copies of test glyphs: on those the test would flatter."""
    if what == "keep":
        return list(parts)
    marks = fingerprints(test.glyphs.glyphs)
    kept, dropped = [], 0
    for part in parts:
        copies = copies_across(fingerprints(part.glyphs.glyphs), marks)
        if len(copies) and what == "refuse":
            raise DatasetError(
                f"{part.places[copies[0]]}: an exact copy of a test glyph, as {len(copies) - 1} others are; take "
                "them out, or --copies drop"
            )
        dropped += len(copies)
        kept.append(part.take(np.setdiff1d(np.arange(len(part.glyphs)), copies)))
    if not sum(len(part.glyphs) for part in kept):
        raise DatasetError(
            f"{test.places[0]}: the test set holds all glyphs to train on: name another with --test"
        )
    if dropped:
        log.info("%d training glyphs were exact copies of test glyphs, and are left out", dropped)
    return kept


def _samples(
    parts: Sequence[Loaded], options: argparse.Namespace
) -> tuple[Examples, Examples | None, dict[str, int]]:
    """Features of all sets and of the junk, those of the pen's paths if they matter, and how many are of which."""
    settings = _settings(options)
    if settings.reads:
        junk = min(options.junk, options.limit or options.junk)
        data = assemble([part.glyphs for part in parts], junk, None, options.seed, options.jobs)
        places = [place for part in parts for place in part.places]
        places += [f"junk {i}" for i in range(len(data.y) - len(places))]
        samples = Examples(data.X, data.y, data.writers, places, data.weights)
        paths = replace(samples.take(data.drawn), X=data.paths)
        return samples.whitened(), paths, data.counts
    whole = together(parts)
    X = prepare(whole.glyphs.glyphs, settings.features, settings.denoise, options.jobs)
    counts = {part.glyphs.name: len(part.glyphs) for part in parts}
    return Examples(X, whole.glyphs.labels, whole.glyphs.writers, list(whole.places)), None, counts


# The run.


@contextmanager
def _bar(quiet: bool) -> Iterator[Progress]:
    """A bar for each piece of work, with the time that is left of it; none where standard error is no terminal."""
    bars: dict[str, Any] = {}
    units = {"search": " samples"}

    def progress(what: str, done: int, total: int) -> None:
        if what not in bars:
            for bar in bars.values():
                bar.close()
            style = {"bar_format": "{desc} …"} if total == 1 else {"unit": units.get(what, " steps")}
            bars[what] = tqdm(total=total, desc=what, leave=False, disable=quiet or None, **style)
        bars[what].update(done - bars[what].n)

    with logging_redirect_tqdm():
        try:
            yield progress
        finally:
            for bar in bars.values():
                bar.close()


def _run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    _check_output(options)
    settings = _settings(options)
    with _bar(options.quiet) as progress, cluster(options.dask):
        progress("load", 0, 1)
        parts, test = _loaded(options)
        progress("prepare", 0, 1)
        samples, paths, counts = _samples(parts, options)
        if options.search:
            settings = search(samples, settings, _search_file(options), progress)
            log.info("search: C = %g, gamma = %g", settings.C, settings.gamma)
            options.C, options.gamma = settings.C, settings.gamma  # for the recipe
        trained = None if options.pen_only else train(samples, settings, progress)
        model = trained.model if trained else _base(options.pen_only)
        pen = _add_pen(model, paths, settings, progress)
        progress("evaluate", 0, 1)
        figures, probability = evaluate_model(model, test)
    print(as_text(figures))
    if trained:
        model.recipe = _recipe(options, settings, counts, trained, test, figures)
    if pen:
        model.recipe["pen"] = _training(pen)
    model.save(options.output)
    if options.report:
        from .report import write_report

        title = f"{options.output.name} on {test.glyphs.name}"
        page = write_report(options.report, title, figures, model.recipe, test, probability, model.labels)
        print(f"wrote {page}")
    new = [part for part in (trained, pen) if part]
    print(
        f"wrote {options.output}: {options.output.stat().st_size / 1e6:.2f} MB{_support(model.machine)} from "
        f"{new[0].samples} glyphs, trained in {sum(part.seconds for part in new):.1f} s; "
        f"{time.monotonic() - started:.0f} s in all"
    )
    return 0


def _base(path: Path) -> GlyphModel:
    """The model whose machine for the paths of the pen is made anew."""
    model = load_model(path)
    if not isinstance(model.machine, GlyphClassifier):
        raise DatasetError(f"{path}: no model that reads expressions; name one of --model svc --kernel rbf")
    return model


def _add_pen(
    model: GlyphModel, paths: Examples | None, settings: Settings, progress: Progress
) -> TrainedPen | None:
    """Train the machine for the paths of the pen and put it into the model, if there are such paths."""
    if paths is None or not isinstance(model.machine, GlyphClassifier):
        return None
    known = np.isin(paths.y, list(model.machine.labels))
    pen = train_pen(paths.take(known), settings, progress)
    if pen:
        model.machine.pen = pen.machine
    return pen


def _search_file(options: argparse.Namespace) -> Path:
    """Where a search keeps what it tried: beside the model."""
    output: Path = options.output
    return output.with_name(f"{output.stem}.search.jsonl")


def _support(machine: Any) -> str:
    arrays = getattr(machine, "arrays", {})
    vectors = getattr(machine, "vectors", arrays.get("vectors"))
    return "" if vectors is None else f", {len(vectors)} support vectors"


def _recipe(
    options: argparse.Namespace,
    settings: Settings,
    counts: dict[str, int],
    trained: Trained,
    test: Loaded,
    figures: Figures,
) -> dict[str, Any]:
    error = round(1 - figures["accuracy"], 5)
    recipe: dict[str, Any] = {
        "command": _command(options),
        "sets": counts,
        "model": _described(settings),
        "test": {"set": test.glyphs.name, "glyphs": figures["glyphs"], "error": error},
        "versions": {"hwcalc": __version__, "numpy": np.__version__, "python": platform.python_version()},
        "seed": options.seed,
        "date": datetime.date.today().isoformat(),
        **_training(trained),
    }
    if test.glyphs.name == "mnist:test":
        recipe["mnist_test_error"] = error
    return recipe


def _training(trained: Trained | TrainedPen) -> dict[str, Any]:
    told = {"samples": trained.samples, "training_seconds": round(trained.seconds, 2)}
    if np.isfinite(trained.held_out_error):
        told["held_out_error"] = round(trained.held_out_error, 5)
    return told


def _described(settings: Settings) -> dict[str, Any]:
    """The settings that matter to this kind of model."""
    names = ["model", "features", "denoise", "balance"]
    if settings.model == "linear":
        names += ["learning_rate", "iterations", "alpha"]
    else:
        names += ["kernel", "C", "gamma", "class_weight"] + ["degree"] * (settings.kernel == "poly")
    values = {name: getattr(settings, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, "none")}


_PATHS = ("output", "describe", "report", "quiet", "jobs", "dask", "search", "names", "sets", "pen_only")


def _command(options: argparse.Namespace) -> str:
    """The command that makes the same model, whatever the folders are called here."""
    default = parser().parse_args([])
    default.junk = 0 if options.names else _JUNK
    given = [
        f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}")
        for name, value in vars(options).items()
        if name not in _PATHS and value != getattr(default, name)
    ]
    return " ".join(["python -m hwcalc.train", *options.names, *given])


if __name__ == "__main__":
    from .__main__ import main as hwcalc

    sys.exit(hwcalc(["train", *sys.argv[1:]]))
