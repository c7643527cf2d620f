"""Learning one person's hand: from samples that they gave to a classifier that learnt from them.

    corrections ──▶ samples.py: a file of the user's ──▶ learn: the shipped classifier, trained further ──▶ model file

Learning always starts from the shipped classifier, so that taking it back is to take the file away.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .features import FeatureArray, Glyph, extract, extract_paths
from .glyph_machine import GlyphMachine, learnt
from .glyphs import GlyphClassifier
from .samples import Sample

FEWEST = 4
"""With fewer samples there is nothing to learn from and to test on."""

HELD = 3
"""One sample in so many of each label is held back, to tell before from after."""

WEIGHT = 4.0
"""A personal sample counts as much as so many of the shipped ones.

Chosen on five hands slanted by 39°: of 215 glyphs that were held back 42 were read wrong before; after learning from
the 45 wrong ones among the others 36 with the weight 1, 29 with 4, 10 and 30.
"""

C = 10.0
"""Penalty of a margin error, as in the training of the shipped classifier."""

Progress: TypeAlias = Callable[[float], object]
"""Takes the share of the work that is done, 0 to 1. What it raises stops the work."""


class Learnt(NamedTuple):
    """What came of learning: a classifier, and of how many held-back samples it reads how many right."""

    classifier: GlyphClassifier
    held: int
    before: int
    after: int

    @property
    def better(self) -> bool:
        """More of them are read right than before."""
        return self.after > self.before


def learn(
    base: GlyphClassifier, samples: Sequence[Sample], progress: Progress = lambda share: None
) -> Learnt:
    """Train a classifier further with personal samples.

    Twice: without the samples that are held back, which tells how well it learns, and then with all.

    Parameters
    ----------
    base : GlyphClassifier
        What to start from; it stays as it is.
    samples : sequence of Sample
        Those whose label `base` does not know are left out.
    progress : callable, optional

    Raises
    ------
    ValueError
        There are too few samples.
    """
    known = [sample for sample in samples if sample.label in base.labels]
    if len(known) < FEWEST:
        raise ValueError(f"Corrections needed before there is something to learn: {FEWEST - len(known)} more")
    glyphs = [list(sample.strokes) for sample in known]
    y = np.array([sample.label for sample in known])
    held = held_back(y)
    kept = [glyphs[i] for i in np.flatnonzero(held)]
    others = [glyphs[i] for i in np.flatnonzero(~held)]
    first = _trained(base, others, y[~held], lambda share: progress(share / 2))
    before, after = (int((np.array(c.classify(kept)) == y[held]).sum()) for c in (base, first))
    classifier = _trained(base, glyphs, y, lambda share: progress((1 + share) / 2))
    classifier.recipe = {**base.recipe, "personal_samples": len(known)}
    return Learnt(classifier, int(held.sum()), before, after)


def held_back(y: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """A mask of the samples that are held back: of each label the third, the sixth and so on; at least one."""
    held = np.zeros(len(y), bool)
    for label in np.unique(y):
        held[np.flatnonzero(y == label)[HELD - 1 :: HELD]] = True
    if not held.any():
        held[HELD - 1 :: HELD] = True
    return held


def _trained(
    base: GlyphClassifier, glyphs: Sequence[Glyph], y: npt.NDArray[np.str_], progress: Progress
) -> GlyphClassifier:
    """Both machines of a classifier, each trained further with these glyphs."""
    if base.pen is None:
        return GlyphClassifier(**_resumed(base, extract(glyphs), y, progress))
    shapes = _resumed(base, extract(glyphs), y, lambda share: progress(share / 2))
    known = np.isin(y, list(base.pen.labels))
    paths = extract_paths([glyph for glyph, here in zip(glyphs, known, strict=True) if here])
    pen = _resumed(base.pen, paths, y[known], lambda share: progress((1 + share) / 2))
    return GlyphClassifier(**shapes, pen=GlyphMachine(**pen))


def _resumed(
    base: GlyphMachine, X: FeatureArray, y: npt.NDArray[np.str_], progress: Progress
) -> dict[str, Any]:
    """The parameters of a machine trained further with the features X of glyphs with the labels y."""
    from .svm import SVC  # scikit-learn takes half a second to import, and keeping samples does not need it

    pairs: set[object] = set()
    total = len(base.labels) * (len(base.labels) - 1) / 2

    def passed(pair: object, passes: int, gap: float, n_support: int) -> None:
        pairs.add(pair)
        progress(len(pairs) / total)

    machine = SVC.resumed(
        np.array(list(base.labels)),
        base.vectors,
        base.counts,
        base.dual_coef,
        base.intercept,
        C=C,
        gamma=base.gamma,
        n_jobs=max((os.cpu_count() or 2) - 1, 1),
        callback=passed,
    )
    if len(y):
        machine.partial_fit(base.view(X), y, sample_weight=np.full(len(y), WEIGHT))
    progress(1.0)
    kept = {"gamma": base.gamma, "temperature": base.temperature, "projection": base.projection}
    return {**learnt(machine), **kept}
