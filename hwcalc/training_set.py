"""What a classifier is trained on: sets of real glyphs, synthetic glyphs, and junk from written lines.

In flow sets and a seed; out flow features, labels and writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .datasets import LABELS, GlyphSet
from .features import Glyph, extract
from .glyphs import JUNK
from .handwriting import Hand
from .handwriting import glyphs as synthetic_glyphs
from .ink import FloatArray, Ink
from .junk import junk_from_lines
from .written_lines import Crowding, Written, compose, sample_text, write_line

CROWDING: tuple[Crowding, ...] = ("roomy", "tight", "overlapping")
JUNK_PER_LINE = 5

Models: TypeAlias = dict[str, list[Glyph]]
"""Real glyphs of one writer, by label."""


def _models_by_writer(sets: Sequence[GlyphSet]) -> list[Models]:
    found: dict[str, Models] = {}
    for source in sets:
        for glyph, label, writer in zip(source.glyphs, source.labels, source.writers, strict=True):
            if not isinstance(glyph, np.ndarray):
                found.setdefault(str(writer), {}).setdefault(str(label), []).append(glyph)
    return [models for models in found.values() if len(models) >= 8]


def junk(n: int, rng: np.random.Generator, sets: Sequence[GlyphSet] = ()) -> list[Glyph]:
    """`n` groups of strokes that are no symbol, of lines that copy the glyphs of `sets`' writers and others."""
    writers = _models_by_writer(sets)
    found: list[Glyph] = []
    for i in count():
        models = writers[rng.integers(len(writers))] if writers and i % 2 else {}
        strokes, symbols = _line(rng, models, CROWDING[i % len(CROWDING)])
        groups = list(junk_from_lines(strokes, symbols, rng))
        found += [groups[k] for k in rng.permutation(len(groups))[:JUNK_PER_LINE]]
        if len(found) >= n:
            break
    return found[:n]


def _line(
    rng: np.random.Generator, models: Models, crowding: Crowding
) -> tuple[list[FloatArray], list[Written]]:
    """A line of arithmetic in glyphs of one real writer, or in a synthetic hand what the writer lacks."""
    hand, text = Hand(rng), sample_text(rng)
    if not models:
        return write_line(hand, text, crowding)
    glyphs = []
    for label in text:
        own = hand.glyph(label)
        of_writer = models.get(label)
        glyphs.append((label, _resized(of_writer[rng.integers(len(of_writer))], own) if of_writer else own))
    return compose(glyphs, rng, crowding)


def _resized(model: Glyph, like: list[FloatArray]) -> list[FloatArray]:
    """A glyph scaled so that its longer side is as long as that of another."""
    box, wanted = Ink.from_strokes(model).box, Ink.from_strokes(like).box
    return [
        stroke * (max(wanted.width, wanted.height) / max(box.width, box.height, 1e-9)) for stroke in model
    ]


@dataclass
class TrainingSet:
    """Features and labels of all glyphs that a classifier is trained on.

    Parameters
    ----------
    X : float32 (n, d)
    y : str (n,)
    writers : str (n,)
        `source/writer`, so that a split can keep writers apart.
    counts : dict of source to number of glyphs
    """

    X: npt.NDArray[np.float32]
    y: npt.NDArray[np.str_]
    writers: npt.NDArray[np.str_]
    counts: dict[str, int]


def synthetic(n: int, seed: int) -> GlyphSet:
    """`n` synthetic glyphs of all labels as a set."""
    glyphs, labels = synthetic_glyphs(LABELS, n, seed)
    hands = np.array([f"synthetic/{i // 20}" for i in range(n)])
    return GlyphSet("synthetic", list(glyphs), labels, hands)


def assemble(
    sets: Sequence[GlyphSet], junk_count: int, limit: int | None, seed: int, n_jobs: int
) -> TrainingSet:
    """Features of all glyphs of `sets`, at most `limit` of each, and of `junk_count` groups that are none."""
    rng = np.random.default_rng(seed)
    if limit is not None:
        sets = [s.take(np.sort(rng.permutation(len(s))[:limit])) for s in sets]
        junk_count = min(junk_count, limit)
    if junk_count:
        groups = junk(junk_count, rng, sets)
        names = np.array([f"junk/{i // 100}" for i in range(junk_count)])
        sets = [*sets, GlyphSet("junk", groups, np.full(junk_count, JUNK), names)]
    return TrainingSet(
        np.concatenate([extract(s.glyphs, n_jobs=n_jobs) for s in sets]),
        np.concatenate([s.labels for s in sets]),
        np.concatenate([s.writers for s in sets]),
        {s.name: len(s) for s in sets},
    )
