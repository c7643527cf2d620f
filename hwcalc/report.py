"""Figures of a classifier on labelled glyphs: in flow true and found labels, out flows a table as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix


def table(truth: Sequence[str], found: Sequence[str]) -> str:
    """Accuracy; precision, recall and F1 of each label; and the confusion matrix, rows the true labels."""
    true, got = np.asarray(truth), np.asarray(found)
    labels = sorted(set(true.tolist()) | set(got.tolist()))
    error = 100 * float(np.mean(true != got))
    scores = classification_report(true, got, labels=labels, digits=4, zero_division=0)
    matrix = confusion_matrix(true, got, labels=labels)
    width = max(5, len(str(matrix.max())) + 1)
    head = " " * 4 + "".join(f"{label:>{width}}" for label in labels)
    rows = [
        f"{label:>4}" + "".join(f"{n:>{width}}" for n in row)
        for label, row in zip(labels, matrix, strict=True)
    ]
    return "\n".join(
        [
            f"accuracy {100 - error:.2f} %, error {error:.2f} % ({int(np.sum(true != got))} of {len(true)})",
            "",
            scores,
            "confusion matrix (rows: true, columns: found)",
            head,
            *rows,
        ]
    )
