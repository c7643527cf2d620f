"""What a classifier is trained on: sets of real glyphs, synthetic glyphs, and junk from written lines.

In flow sets and a seed; out flow features, labels and writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from .datasets import LABELS, GlyphSet
from .features import Glyph, extract, extract_paths, is_picture
from .glyphs import ANY_LETTER, JUNK
from .handwriting import glyphs as synthetic_glyphs
from .junk import Writer, junk
from .letter_shapes import LETTERS

PIECE = 1000
"""Glyphs drawn from one seed, so that what is drawn does not depend on how many processes draw."""

WRITERS_OF_PIECE = 30
"""Real writers whose lines give one piece of the junk."""

RARE = "%"
"""Drawn apart, and in the lines of real writers by a synthetic hand: so the other glyphs are those that they would be
without it."""

LETTER_SHARE = 0.25
"""Letters for each group that is no symbol."""

EVENNESS = 0.2
"""Power of the share of a label by which rare labels weigh more: 0 leaves `1` three times as common as `/`, which
looks like it, and 1 makes all labels equal."""


@dataclass
class TrainingSet:
    """Features and labels of all glyphs that a classifier is trained on.

    Parameters
    ----------
    X : float32 (n, d)
        Of the shapes.
    drawn : bool (n,)
        Which glyphs a pen drew.
    paths : float32 (m, p)
        Features of the paths of those.
    y : str (n,)
    writers : str (n,)
        `source/writer`, so that a split can keep writers apart.
    weights : float64 (n,)
        What each glyph counts, 1 on average: so that no label drowns another.
    counts : dict of source to number of glyphs
    """

    X: npt.NDArray[np.float32]
    drawn: npt.NDArray[np.bool_]
    paths: npt.NDArray[np.float32]
    y: npt.NDArray[np.str_]
    writers: npt.NDArray[np.str_]
    weights: npt.NDArray[np.float64]
    counts: dict[str, int]


def synthetic(n: int, seed: int, n_jobs: int = 1) -> GlyphSet:
    """`n` synthetic glyphs of all labels as a set, drawn by `n_jobs` processes."""
    usual = LABELS.translate({ord(label): None for label in RARE})
    share = n // len(LABELS)
    pieces = _pieces(n - share * len(RARE))
    tasks = [delayed(synthetic_glyphs)(usual, k, [seed, i]) for i, k in enumerate(pieces)]
    tasks += [delayed(synthetic_glyphs)(label, share, [seed, ord(label), 0]) for label in RARE]
    parts = _drawn(tasks, n_jobs)
    glyphs = [glyph for part, _ in parts for glyph in part]
    hands = np.array([f"synthetic/{i // 8}" for i in range(n)])
    return GlyphSet("synthetic", glyphs, np.concatenate([labels for _, labels in parts]), hands)


def junk_set(n: int, seed: int, sets: Sequence[GlyphSet] = (), n_jobs: int = 1) -> GlyphSet:
    """`n` groups that are no symbol, of lines by the writers of `sets` and by synthetic hands, as a set."""
    writers = _writers(sets)
    rng = np.random.default_rng([seed, 0])
    tasks = []
    for i, k in enumerate(_pieces(n)):
        chosen = rng.permutation(len(writers))[:WRITERS_OF_PIECE]
        tasks.append(delayed(junk)(k, [seed, 1, i], [writers[j] for j in chosen]))
    groups = [group for part in _drawn(tasks, n_jobs) for group in part]
    return GlyphSet("junk", groups, np.full(n, JUNK), np.array([f"junk/{i // 100}" for i in range(n)]))


def letter_set(n: int, seed: int, n_jobs: int = 1) -> GlyphSet:
    """`n` letters by synthetic hands as a set of one label."""
    tasks = [
        delayed(synthetic_glyphs)(list(LETTERS), k, [seed, 2, i], shapes=LETTERS)
        for i, k in enumerate(_pieces(n))
    ]
    drawn = [glyph for part, _ in _drawn(tasks, n_jobs) for glyph in part]
    return GlyphSet(
        "letters", drawn, np.full(n, ANY_LETTER), np.array([f"letters/{i // 8}" for i in range(n)])
    )


def _pieces(n: int) -> list[int]:
    return [min(PIECE, n - start) for start in range(0, max(n, 1), PIECE)]


def _drawn(tasks: list[Any], n_jobs: int) -> list[Any]:
    """What the tasks return; starting processes pays for three or more."""
    made: list[Any] = Parallel(n_jobs=n_jobs if len(tasks) > 2 else 1, prefer="processes")(tasks)
    return made


def _writers(sets: Sequence[GlyphSet]) -> list[Writer]:
    """Those who wrote at least 8 labels with a pen."""
    found: dict[str, dict[str, list[Glyph]]] = {}
    for source in sets:
        for glyph, label, writer in zip(source.glyphs, source.labels, source.writers, strict=True):
            if not isinstance(glyph, np.ndarray) and label not in RARE:
                found.setdefault(str(writer), {}).setdefault(str(label), []).append(glyph)
    return [glyphs for glyphs in found.values() if len(glyphs) >= 8]


def assemble(
    sets: Sequence[GlyphSet], junk_count: int, limit: int | None, seed: int, n_jobs: int
) -> TrainingSet:
    """Features of all glyphs of `sets`, at most `limit` of each, of `junk_count` groups that are none, and letters."""
    rng = np.random.default_rng(seed)
    if limit is not None:
        sets = [s.take(np.sort(rng.permutation(len(s))[:limit])) for s in sets]
        junk_count = min(junk_count, limit)
    if junk_count:
        letters = letter_set(round(LETTER_SHARE * junk_count), seed, n_jobs)
        sets = [*sets, letters, junk_set(junk_count, seed, sets, n_jobs)]
    labels = np.concatenate([s.labels for s in sets])
    glyphs = [glyph for s in sets for glyph in s.glyphs]
    drawn = np.array([not is_picture(glyph) for glyph in glyphs])
    return TrainingSet(
        extract(glyphs, n_jobs=n_jobs),
        drawn,
        extract_paths([glyphs[i] for i in np.flatnonzero(drawn)], n_jobs=n_jobs),
        labels,
        np.concatenate([s.writers for s in sets]),
        _weights(labels) if len(sets) > 1 else np.ones(len(labels)),
        {s.name: len(s) for s in sets},
    )


def _weights(labels: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    """Weights of the glyphs of several sets by their labels."""
    place = np.unique(labels, return_inverse=True)[1]
    weights = np.bincount(place)[place] ** -EVENNESS
    return np.asarray(weights / weights.mean())
