"""The figures of a model on labelled glyphs.

In flow true labels and probabilities; out flow numbers that JSON can hold: how often it is right and how sure that
figure is, label by label, source by source and writer by writer, whether its probabilities are honest, and what
leaving out doubtful glyphs gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_fscore_support

Figures = dict[str, Any]

BINS = 10
"""Of the calibration curve, equally wide."""

SHARES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Of the glyphs that the reject curve leaves out."""

LEAST = 1e-12
"""Probability that a true label is given at least, for the logarithm."""


def measure(
    truth: npt.NDArray[np.str_],
    probability: npt.NDArray[np.floating],
    labels: str,
    writers: npt.NDArray[np.str_] | None = None,
) -> Figures:
    """All figures.

    Parameters
    ----------
    truth : str (n,), n >= 1
        A label that the model does not know counts as an error.
    probability : float (n, K), in the order of `labels`
    labels : the model's, one character each
    writers : str (n,), `source/writer`, optional
    """
    known = np.array(list(labels), "<U1")
    found = known[probability.argmax(axis=1)]
    right = found == truth
    confidence = probability.max(axis=1).astype(np.float64)
    figures = {
        **accuracy(right),
        **_by_label(truth, found),
        "unknown": sorted(set(truth.tolist()) - set(labels)),
        "log_loss": _log_loss(truth, probability, labels),
        **calibration(confidence, right),
        "reject": reject_curve(confidence, right),
    }
    if writers is not None:
        sources = np.array([writer.split("/")[0] for writer in writers.tolist()])
        figures["by_source"] = _by_group(sources, right)
        figures["by_writer"] = _by_group(writers, right)
    return figures


def accuracy(right: npt.NDArray[np.bool_]) -> Figures:
    """Share of right answers, its 95 % confidence interval (Wilson 1927), number of glyphs and of errors."""
    good, n = int(right.sum()), len(right)
    interval = binomtest(good, n).proportion_ci(0.95, method="wilson")
    return {
        "glyphs": n,
        "errors": n - good,
        "accuracy": good / n,
        "accuracy_95": [float(interval.low), float(interval.high)],
    }


def _by_label(truth: npt.NDArray[np.str_], found: npt.NDArray[np.str_]) -> Figures:
    """Precision, recall and F1 of each label and on average, and the confusion matrix (rows: true labels)."""
    labels = sorted(set(truth.tolist()) | set(found.tolist()))
    scores = precision_recall_fscore_support(truth, found, labels=labels, zero_division=0)
    names = ("precision", "recall", "f1", "glyphs")
    per_label = {
        label: dict(zip(names, [*map(float, row[:3]), int(row[3])], strict=True))
        for label, row in zip(labels, np.transpose(scores), strict=True)
    }
    averages = {}
    for kind in ("macro", "weighted"):
        mean = precision_recall_fscore_support(truth, found, average=kind, zero_division=0)
        averages[kind] = dict(zip(names[:3], map(float, mean[:3]), strict=True))
    # not by scikit-learn, which warns where there is but one label
    matrix = np.zeros((len(labels), len(labels)), int)
    np.add.at(matrix, (np.searchsorted(labels, truth), np.searchsorted(labels, found)), 1)
    return {
        "by_label": per_label,
        "averages": averages,
        "confusion": {"labels": labels, "matrix": matrix.tolist()},
    }


def _log_loss(truth: npt.NDArray[np.str_], probability: npt.NDArray[np.floating], labels: str) -> float:
    """Mean of -ln p(true label)."""
    column = np.array([labels.find(label) for label in truth.tolist()])
    of_truth = np.where(column < 0, 0, probability[np.arange(len(truth)), column])
    return float(-np.log(np.maximum(of_truth, LEAST)).mean())


def calibration(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> Figures:
    """How often answers of a confidence are right, in equal bins, and the expected calibration error.

    Naeini, Cooper, Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning".
    """
    which = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins, gap = [], 0.0
    for k in range(BINS):
        here = which == k
        if not here.any():
            continue
        mean, share = float(confidence[here].mean()), float(right[here].mean())
        gap += float(here.mean()) * abs(mean - share)
        bins.append({"confidence": mean, "accuracy": share, "glyphs": int(here.sum())})
    return {"calibration": bins, "calibration_error": gap}


def reject_curve(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> list[dict[str, float]]:
    """The error among what is left when shares of the glyphs, the least sure first, are left to a person."""
    sorted_right = right[np.argsort(-confidence, kind="stable")]
    curve = []
    for share in SHARES:
        kept = sorted_right[: max(1, round(len(right) * (1 - share)))]
        threshold = float(np.sort(confidence)[len(right) - len(kept)])
        curve.append({"rejected": share, "error": 1 - float(kept.mean()), "confidence": threshold})
    return curve


def _by_group(groups: npt.NDArray[np.str_], right: npt.NDArray[np.bool_]) -> dict[str, Figures]:
    names, member = np.unique(groups, return_inverse=True)
    return {str(name): accuracy(right[member == k]) for k, name in enumerate(names)}


def mcnemar(right_a: npt.NDArray[np.bool_], right_b: npt.NDArray[np.bool_]) -> Figures:
    """Whether two models differ by more than chance on the same glyphs: McNemar's exact test (1947).

    Only glyphs that one of them reads and the other does not tell; if both are as good, either is as likely.
    """
    only_a, only_b = int((right_a & ~right_b).sum()), int((~right_a & right_b).sum())
    p = float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
    return {"only_a_right": only_a, "only_b_right": only_b, "p_value": p}


def surest_errors(
    truth: npt.NDArray[np.str_], probability: npt.NDArray[np.floating], labels: str, most: int = 40
) -> list[tuple[int, str, float]]:
    """The errors that the model was surest of: index, what it took the glyph for, and its probability."""
    best = probability.argmax(axis=1)
    found, confidence = np.array(list(labels))[best], probability.max(axis=1)
    wrong = np.flatnonzero(found != truth)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    return [(int(i), str(found[i]), float(confidence[i])) for i in order]


def as_text(figures: Figures) -> str:
    """The figures as a table: accuracy, precision, recall and F1 of each label, confusion matrix, confidence."""
    low, high = (100 * x for x in figures["accuracy_95"])
    lines = [
        f"accuracy {100 * figures['accuracy']:.2f} % (95 %: {low:.2f} to {high:.2f}), "
        f"{figures['errors']} errors in {figures['glyphs']:,} glyphs",
        "",
        f"{'label':>10}{'precision':>11}{'recall':>11}{'f1-score':>11}{'glyphs':>9}",
    ]
    for label, row in figures["by_label"].items():
        lines.append(
            f"{label:>10}{row['precision']:>11.4f}{row['recall']:>11.4f}{row['f1']:>11.4f}{row['glyphs']:>9,}"
        )
    for kind, row in figures["averages"].items():
        lines.append(f"{kind:>10}{row['precision']:>11.4f}{row['recall']:>11.4f}{row['f1']:>11.4f}")
    lines += ["", "confusion matrix (rows: true, columns: found)", *_matrix(figures["confusion"])]
    error = figures["calibration_error"]
    lines += ["", f"calibration error {100 * error:.2f} %, mean -ln p {figures['log_loss']:.4f}"]
    left = [f"{100 * row['rejected']:g} % → {100 * row['error']:.2f} %" for row in figures["reject"][:5]]
    lines.append(f"error when the least sure are left out: {', '.join(left)}")
    if figures["unknown"]:
        lines.append(f"labels the model does not know, all of them errors: {' '.join(figures['unknown'])}")
    sources = figures.get("by_source", {})
    if len(sources) > 1:
        lines.append("")
        for name, row in sources.items():
            lines.append(f"{name:>16} {100 * row['accuracy']:6.2f} % of {row['glyphs']:,}")
    return "\n".join(lines)


def _matrix(confusion: dict[str, Any]) -> list[str]:
    labels: Sequence[str] = confusion["labels"]
    width = max(5, len(str(max(map(max, confusion["matrix"])))) + 1)
    rows = [" " * 4 + "".join(f"{label:>{width}}" for label in labels)]
    for label, row in zip(labels, confusion["matrix"], strict=True):
        rows.append(f"{label:>4}" + "".join(f"{n:>{width}}" for n in row))
    return rows
