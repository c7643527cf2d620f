"""What a classifier is trained on: sets of real glyphs, synthetic glyphs, and junk from written lines.

In flow sets and a seed; out flow features, labels and writers. Junk is what `segment` proposes on lines whose
reading is known and what is no symbol there: just what the classifier has to refuse in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from . import segment
from .datasets import LABELS, GlyphSet
from .features import Glyph, extract
from .glyphs import JUNK
from .handwriting import Hand
from .handwriting import glyphs as synthetic_glyphs
from .ink import FloatArray, Ink
from .written_lines import Crowding, write_line

CROWDING: tuple[Crowding, ...] = ("roomy", "tight", "overlapping")
JUNK_PER_LINE = 5

BAR_LIKE = 0.2
"""A fragment flatter or narrower than this share of its length is a bar: a legal `-` or `1`."""

MOST_OF_GLYPH = 0.55
"""A fragment with more than this share of a digit's ink may still be read as the digit."""


class Copyist(Hand):
    """A hand that copies real glyphs where it has them, at the size and place its own would have.

    Parameters
    ----------
    rng : numpy Generator
    models : dict of label to a list of glyphs, each a list of strokes (k, 2)
    """

    def __init__(self, rng: np.random.Generator, models: dict[str, list[Glyph]]) -> None:
        super().__init__(rng)
        self._models = models
        self._chance = rng

    def glyph(self, label: str) -> list[FloatArray]:
        """One glyph in em, as `Hand.glyph`."""
        own = super().glyph(label)
        models = self._models.get(label)
        if not models:
            return own
        model = models[self._chance.integers(len(models))]
        place, box = Ink.from_strokes(own).box, Ink.from_strokes(model).box
        if label.isdigit() and box.height > 0:
            scale, top = place.height / box.height, place.top
        else:
            scale = max(place.width, place.height) / max(box.width, box.height, 1e-9)
            top = place.center[1] - scale * box.height / 2
        left = place.center[0] - scale * box.width / 2
        return [(stroke - [box.left, box.top]) * scale + [left, top] for stroke in model]


def random_text(rng: np.random.Generator) -> str:
    """A line of arithmetic as people write it: numbers, operators, points, brackets, sometimes an answer."""
    text = _random_number(rng)
    for _ in range(rng.integers(0, 4)):
        term = _random_number(rng)
        if rng.random() < 0.3:
            term = f"({term}{rng.choice(list('+-×÷/'))}{_random_number(rng)})"
        text += str(rng.choice(list("+-×÷/"))) + term
    if rng.random() < 0.4:
        text += "=" + ("" if rng.random() < 0.3 else _random_number(rng))
    return text


def _random_number(rng: np.random.Generator) -> str:
    digits = "".join(rng.choice(list("0123456789"), rng.integers(1, 5)))
    return f"{digits}.{rng.integers(0, 100)}" if rng.random() < 0.25 else digits


def written_lines(
    rng: np.random.Generator, sets: Sequence[GlyphSet] = ()
) -> Iterator[tuple[Ink, list[tuple[str, tuple[int, ...]]]]]:
    """Lines of known reading without end: the ink, and label and strokes of every symbol.

    Half of the lines copy the glyphs of real writers where `sets` have pen strokes.
    """
    writers = _models_by_writer(sets)
    for i in count():
        models = writers[rng.integers(len(writers))] if writers and i % 2 else {}
        hand = Copyist(rng, models)
        strokes, symbols = write_line(hand, random_text(rng), CROWDING[i % len(CROWDING)])
        yield Ink.from_strokes(strokes), [(s.label, s.strokes) for s in symbols]


def _models_by_writer(sets: Sequence[GlyphSet]) -> list[dict[str, list[Glyph]]]:
    found: dict[str, dict[str, list[Glyph]]] = {}
    for source in sets:
        for glyph, label, writer in zip(source.glyphs, source.labels, source.writers, strict=True):
            if not isinstance(glyph, np.ndarray):
                found.setdefault(str(writer), {}).setdefault(str(label), []).append(glyph)
    return [models for models in found.values() if len(models) >= 8]


def junk(n: int, rng: np.random.Generator, sets: Sequence[GlyphSet] = ()) -> list[Glyph]:
    """`n` groups of strokes that are no symbol: parts of one glyph, parts or wholes of several."""
    found: list[Glyph] = []
    for ink, symbols in written_lines(rng, sets):
        groups = [c for c in segment.candidates(ink, 1.0) if _is_junk(ink, c.strokes, symbols)]
        chosen = rng.permutation(len(groups))[:JUNK_PER_LINE]
        found += [segment.glyph(ink, groups[i]) for i in chosen]
        if len(found) >= n:
            break
    return found[:n]


def _is_junk(ink: Ink, strokes: tuple[int, ...], symbols: Sequence[tuple[str, tuple[int, ...]]]) -> bool:
    """Whether a group is surely no symbol.

    Strokes of two glyphs or more never are one, except two bars across each other (`-` and `1` are a +).
    Part of one glyph is none unless it could stand for itself: one bar of =, one stroke of a + or a ×, a
    dot of ÷, the straight bar of a 5 or a 7, or a digit that lacks only a small stroke.
    """
    touched = [(label, group) for label, group in symbols if set(group) & set(strokes)]
    if len(touched) > 1:
        return not (len(strokes) == 2 and all(_is_bar(ink, s) for s in strokes))
    label, group = touched[0]
    if set(strokes) == set(group):
        return False
    if len(strokes) == 1:
        if label in "=+×÷" or _is_bar(ink, strokes[0]):
            return False
        return _length(ink, strokes) < MOST_OF_GLYPH * _length(ink, group)
    return label == "÷"


def _is_bar(ink: Ink, stroke: int) -> bool:
    box = ink.strokes[stroke].box
    return min(box.width, box.height) <= BAR_LIKE * max(box.width, box.height)


def _length(ink: Ink, strokes: Sequence[int]) -> float:
    return sum(
        float(np.hypot(*np.diff(ink.strokes[s].points, axis=0).T).sum()) for s in strokes
    )


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


def assemble(sets: Sequence[GlyphSet], junk_count: int, limit: int | None, seed: int, n_jobs: int) -> TrainingSet:
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
