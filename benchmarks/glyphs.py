"""How well single glyphs are recognised, and at what cost.

    python benchmarks/glyphs.py                       MNIST, and the shipped model's calibration, junk and cost
    python benchmarks/glyphs.py sources [NAME …]      train without one set, test on it: each set, or those named
    python benchmarks/glyphs.py file glyphs.jsonl.gz  the shipped model's accuracy by label on a file of glyphs
    python benchmarks/glyphs.py … --misses DIR        the worst misses, drawn, into a folder

Sets of glyphs are looked for as `hwcalc train` does: in the folder HWCALC_DATA, or where `hwcalc data get` puts them.
A file of glyphs holds one a line: {"label": "7", "strokes": [[[x, y], …], …]}.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from sklearn.metrics import roc_auc_score

from hwcalc import _features, datasets, features, training
from hwcalc.datasets import GlyphSet
from hwcalc.features import Glyph, is_picture
from hwcalc.glyphs import ANY_LETTER, JUNK, NO_SYMBOLS, GlyphClassifier, default_classifier
from hwcalc.training import Examples, Settings
from hwcalc.training_set import assemble, junk_set, synthetic

LABEL_OF = {r"\times": "×", "x": "×", r"\div": "÷", r"\sqrt": "√"}
Miss = tuple[Glyph, str, str, float]  # glyph, truth, what was found, its log-probability over the truth's


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("what", nargs="?", choices=["shipped", "sources", "file"], default="shipped")
    args.add_argument("names", nargs="*", help="sets to leave out one at a time, or a file of glyphs")
    args.add_argument("--misses", type=Path, help="folder for pictures of the worst misses")
    args.add_argument("--jobs", type=int, default=-1, help="threads (-1: all cores)")
    options = args.parse_args()
    if options.misses:
        options.misses.mkdir(parents=True, exist_ok=True)
    if options.what == "sources":
        leave_one_out(options.names, options.jobs, options.misses)
    elif options.what == "file":
        for name in options.names:
            by_label(Path(name), options.misses)
    else:
        mnist(options.jobs, options.misses)
        probabilities(options.jobs)
        cost()


def mnist(jobs: int, misses: Path | None) -> None:
    """One model of MNIST's 60,000 training digits, on its test digits."""
    data = samples(["mnist"], 0, jobs)
    start = time.perf_counter()
    classifier = fitted(data, jobs)
    spent = time.perf_counter() - start
    test = datasets.load_mnist("test")
    log_probability = classifier.log_probability(features.extract(test.glyphs, n_jobs=jobs))
    wrong = missed(classifier, test.glyphs, test.labels, log_probability)
    print(
        f"MNIST: error {100 * len(wrong) / len(test):.2f} % ({len(wrong)} of {len(test)}), trained in {spent:.0f} s"
    )
    draw(wrong, misses, "mnist")


def samples(names: Sequence[str], junk: int, jobs: int) -> Examples:
    sets = [loaded(name, jobs) for name in names]
    data = assemble(sets, junk, None, 0, jobs)
    return Examples(data.X, data.y, data.writers, weights=data.weights)


def loaded(name: str, jobs: int) -> GlyphSet:
    if name == "synthetic":
        return synthetic(16000, 0, jobs)
    return datasets.load_mnist("train") if name == "mnist" else datasets.load_set(name)


def fitted(data: Examples, jobs: int) -> GlyphClassifier:
    data = data.whitened()
    settings, gamma = Settings(jobs=jobs), training.default_gamma(data.X)
    estimator, _ = training.fit(data, settings, gamma, training.quiet, "train")
    return training.as_model(estimator, settings, gamma, 1.0, data.projection).machine


def leave_one_out(names: Sequence[str], jobs: int, misses: Path | None) -> None:
    """For each set: train on all others, test on it; with all labels, and with the digits alone."""
    available = ["mnist", *datasets.available_sets()]
    print(
        "left out       wrong: digits among all labels   alone      of   other labels     of   worst tenth of writers"
    )
    for name in names or available:
        others = [
            other for other in available if other != name and not (name == "unipen" and "unipen" in other)
        ]
        data = assemble([loaded(other, jobs) for other in (*others, "synthetic")], 0, None, 0, jobs)
        shapes = Examples(data.X, data.y, data.writers, weights=data.weights)
        paths = replace(shapes.take(data.drawn), X=data.paths)
        left = loaded(name, jobs)
        digit = np.char.isdigit(left.labels)
        classifier, wrong, log_probability = judged(shapes, paths, left, jobs)
        cells = [share(wrong[digit]), "", share(wrong[~digit])]
        if digit.any():
            alone = [part.take(np.char.isdigit(part.y)) for part in (shapes, paths)]
            cells[1] = share(judged(*alone, left.take(np.flatnonzero(digit)), jobs)[1])
        print(
            f"{name:14}{cells[0]:>33}{cells[1]:>8}{digit.sum():8}{cells[2]:>15}{(~digit).sum():7}   "
            f"{by_writer(left.writers, ~wrong)}",
            flush=True,
        )
        draw(missed(classifier, left.glyphs, left.labels, log_probability), misses, name)


def judged(
    shapes: Examples, paths: Examples, left: GlyphSet, jobs: int
) -> tuple[GlyphClassifier, np.ndarray, np.ndarray]:
    """A classifier trained on shapes and, for pen strokes, on paths; what of a set it reads wrong, and how sure."""
    if is_picture(left.glyphs[0]):
        classifier = fitted(shapes, jobs)
    else:  # two machines must be as sure as they may be
        classifier = training.train(shapes.whitened(), Settings(jobs=jobs)).model.machine
        classifier.pen = training.train_pen(paths, Settings(jobs=jobs)).machine
    log_probability = classifier.log_probability_of_groups(left.glyphs)
    found = np.array(list(classifier.labels))[log_probability.argmax(axis=1)]
    return classifier, found != left.labels, log_probability


def share(wrong: np.ndarray) -> str:
    return f"{100 * wrong.mean():.2f} %" if len(wrong) else ""


def by_writer(writers: np.ndarray, right: np.ndarray) -> str:
    names, whose = np.unique(writers, return_inverse=True)
    if len(names) < 10:
        return ""
    error = 1 - np.bincount(whose, right) / np.bincount(whose)
    return f"{100 * np.quantile(error, 0.9):.1f} % wrong or more (median {100 * np.median(error):.1f} %)"


def by_label(path: Path, misses: Path | None) -> None:
    """The shipped model on a file of glyphs."""
    with gzip.open(path, "rt", encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    glyphs = [[np.array(stroke, float)[:, :2] for stroke in row["strokes"]] for row in rows]
    truth = np.array([LABEL_OF.get(row["label"], row["label"]) for row in rows])
    classifier = default_classifier()
    found = np.array(classifier.classify(glyphs))
    digit = np.char.isdigit(truth)
    right = found == truth
    print(
        f"{path.name}: all {100 * right.mean():.2f} %, digits {100 * right[digit].mean():.2f} %, {len(rows)} glyphs"
    )
    for label in sorted(set(truth)):
        here = truth == label
        wrong = Counter(found[here & ~right].tolist()).most_common(5)
        confused = "  ".join(f"{other}:{count}" for other, count in wrong)
        print(f"  {label}  {100 * right[here].mean():6.2f} %  of {here.sum():4}   {confused}")
    log_probability = classifier.log_probability(features.extract(glyphs))
    draw(missed(classifier, glyphs, truth, log_probability), misses, path.name.split(".")[0])


def probabilities(jobs: int) -> None:
    """Calibration and junk, on the tenth of the writers that a model like the shipped one was not trained on."""
    names = ["mnist", "synthetic", *datasets.available_sets()]
    data = samples(names, 16000, jobs)
    held = training.hold_out(data.writers, 0)
    # the temperature is chosen on one half of these writers and judged on the other
    half = training.hold_out(data.writers, 1, 0.5) & held
    classifier = fitted(data.take(~held), jobs)
    truth = np.array([classifier.labels.index(label) for label in data.y])
    classifier.temperature = training.fitted_temperature(classifier.scores(data.X[half]), truth[half])
    rest = held & ~half
    probability = np.exp(classifier.log_probability(data.X[rest]))
    right = probability.argmax(axis=1) == truth[rest]
    print(
        f"held-out writers: {100 * np.mean(~right):.2f} % of {rest.sum()} wrong, junk and letters among them"
    )
    print(f"expected calibration error {calibration_error(probability.max(axis=1), right):.4f}")
    symbol = ~np.isin(data.y[rest], list(NO_SYMBOLS))
    for name, label in (("junk", JUNK), ("letters", ANY_LETTER)):
        asked = symbol | (data.y[rest] == label)
        area = roc_auc_score(~symbol[asked], probability[asked, classifier.labels.index(label)])
        print(f"{name} against symbols: area under the ROC curve {area:.4f}")


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Mean distance of confidence and accuracy over bins of confidence of equal width (Guo et al. 2017)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, confidence - right, bins)
    return float(np.abs(gaps).sum() / len(right))


def cost() -> None:
    """Microseconds for a glyph, and the model's size and time to load and to be ready for pictures."""
    glyphs = datasets.load_mnist("test").glyphs[:2000]
    strokes, symbols = junk_set(500, 0).glyphs, synthetic(500, 0, 1).glyphs
    classifier = default_classifier()
    X = features.extract(glyphs)
    one = [glyphs[i : i + 1] for i in range(200)]
    junk, pen = ([drawn[i : i + 1] for i in range(200)] for drawn in (strokes, symbols))
    rows = {
        "features, pictures in a batch": (lambda: features.extract(glyphs, n_jobs=1), len(glyphs)),
        "features, strokes in a batch": (lambda: features.extract(strokes, n_jobs=1), len(strokes)),
        "classification in a batch": (lambda: classifier.log_probability(X), len(X)),
        "one picture, features and class": (lambda: [classifier.classify(g) for g in one], len(one)),
        "one drawn symbol, the same": (lambda: [classifier.classify(g) for g in pen], len(pen)),
        "one drawn group that is none": (lambda: [classifier.classify(g) for g in junk], len(junk)),
    }
    for name, (call, count) in rows.items():
        print(f"{name:32} {1e6 * best(call) / count:7.1f} us")
    with resources.as_file(resources.files("hwcalc").joinpath("model.npz")) as path:
        size = path.stat().st_size / 1e6
        print(f"model: {size:.2f} MB, {len(classifier.vectors)} support vectors, ", end="")
        print(f"loaded in {1e3 * best(lambda: GlyphClassifier.load(path).scores(X[:1])):.0f} ms")


def best(call: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def missed(
    classifier: GlyphClassifier, glyphs: Sequence[Glyph], truth: np.ndarray, log_probability: np.ndarray
) -> list[Miss]:
    """What is read wrong, the most certain first."""
    found = log_probability.argmax(axis=1)
    labels = classifier.labels
    wrong = [
        (glyphs[i], str(truth[i]), labels[k], float(row[k] - row[labels.index(truth[i])]))
        for i, (k, row) in enumerate(zip(found, log_probability, strict=True))
        if labels[k] != truth[i] and truth[i] in labels
    ]
    return sorted(wrong, key=lambda miss: -miss[3])


def draw(wrong: Sequence[Miss], folder: Path | None, name: str, most: int = 240, columns: int = 24) -> None:
    """A sheet of glyphs, each under its label and what it was taken for."""
    if folder is None or not wrong:
        return
    cell = 64
    sheet = Image.new("L", (columns * cell, -(-len(wrong[:most]) // columns) * cell), 255)
    pen = ImageDraw.Draw(sheet)
    for i, (glyph, truth, found, _) in enumerate(wrong[:most]):
        left, top = i % columns * cell, i // columns * cell
        if not isinstance(glyph, np.ndarray):
            glyph = _features.draw(_features.Strokes([glyph]), 0.7)
        sheet.paste(Image.fromarray(255 - glyph).resize((48, 48)), (left + 8, top + 14))
        pen.text((left + 8, top), f"{truth} > {found}".translate(ASCII), fill=0)
    sheet.save(folder / f"{name}.png")


ASCII = str.maketrans({"×": "x", "÷": ":", "√": "v"})


if __name__ == "__main__":
    main()
