"""GlyphClassifier: features + support vector machines + calibration + junk, and its model file.

In flow glyphs; out flow labels or log-probabilities. One class, `JUNK`, stands for groups of strokes that
are no symbol: a classifier that must call half a digit something cannot help to find where digits end. Another,
`ANY_LETTER`, stands for letters: they are no symbols of arithmetic either, but somebody wrote them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _features, _probability, features
from .features import FeatureArray, Glyph
from .glyph_machine import FIELDS, GlyphMachine, consistent, optional_fields, restored
from .model_file import Arrays, ModelError, digest, read_model, write_model

JUNK = "#"
"""The label of what is no symbol. `GlyphClassifier.classify` never returns it."""

ANY_LETTER = "¶"
"""The label of all letters, which `letters` looks at and `classify` never returns either."""

NO_SYMBOLS = JUNK + ANY_LETTER
"""What an expression has no use for."""

FORMAT = 3
"""Version of the model file. A file of another version is refused."""

LOOSE = ("vectors", "terms", "pairs")
"""How the names of the arrays end that are not compressed: it would hardly make them smaller."""

MAX_BYTES = 64 * 2**20
"""A model file larger than this is refused: the shipped one has less than 10 MB."""


class GlyphClassifier(GlyphMachine):
    """A trained classifier of glyphs: a machine for their shapes, and one for the paths of the pen.

    A picture has a shape alone. Of strokes both are told, and the two err on different glyphs: F. Alimoğlu and
    E. Alpaydın, "Combining multiple representations and classifiers for pen-based handwritten digit recognition",
    ICDAR 1997; for symbols B. Keshari and S. Watt, "Hybrid mathematical symbol recognition using support vector
    machines", ICDAR 2007.

    Parameters
    ----------
    recipe : dict, optional
        How it was made: sets, versions, seed, date, figures.
    pen : GlyphMachine, optional
        Of the paths, `features.extract_paths`; its labels are among `labels`.
    **machine
        The parameters of a `GlyphMachine` of the shapes, `features.extract`; `JUNK` may be among its labels.
    """

    def __init__(
        self, *, recipe: dict[str, Any] | None = None, pen: GlyphMachine | None = None, **machine: Any
    ) -> None:
        super().__init__(**machine)
        self.recipe = recipe or {}
        self.pen = pen

    def log_probability_of_groups(self, glyphs: Sequence[Glyph]) -> FeatureArray:
        """Natural logarithm of each class's probability, float32 (n, K), for glyphs that may be junk."""
        drawn = [i for i, glyph in enumerate(glyphs) if not features.is_picture(glyph)]
        if self.pen is None or not drawn:
            return self.log_probability(features.extract(glyphs))
        if len(drawn) == len(glyphs):
            return self._of_drawn(glyphs, self.pen)
        pictures = [i for i, glyph in enumerate(glyphs) if features.is_picture(glyph)]
        found = np.empty((len(glyphs), len(self.labels)), np.float32)
        for kind in (pictures, drawn):
            found[kind] = self.log_probability_of_groups([glyphs[i] for i in kind])
        return found

    def _of_drawn(self, glyphs: Sequence[Glyph], pen: GlyphMachine) -> FeatureArray:
        """`log_probability_of_groups` of pen strokes: by their shapes and by their paths."""
        by_shape, by_path = self.log_probability_beside(pen, *features.extract_drawn(glyphs), PEN_WEIGHT)
        found = by_shape.copy()
        known, symbols = _columns(self.labels, pen.labels)
        several = [i for i, glyph in enumerate(glyphs) if len(glyph) > 1]
        _probability.mix(found, by_shape, by_path, range(len(glyphs)), known, PEN_WEIGHT)
        _probability.mix(found, by_shape, by_path, several, symbols, PEN_WEIGHT_OF_SEVERAL)
        return found

    def log_probability_of(self, glyphs: Sequence[Glyph]) -> FeatureArray:
        """The same for glyphs that are symbols: -inf for junk and letters.

        The features do not tell the size of a glyph, so for pen strokes `point_evidence` makes up for it.
        """
        found = self.log_probability_of_groups(glyphs)
        prior, plain = _of_symbols(self.labels)
        point = self.labels.find(".")
        evidence = [point_evidence(glyph) if point >= 0 else 0.0 for glyph in glyphs]
        _probability.weigh(found, prior, evidence, point, plain, SOFTENING)
        return found

    def classify(self, glyphs: Sequence[Glyph]) -> list[str]:
        """The most likely label of each glyph, never junk or a letter."""
        if not len(glyphs):
            return []
        return [self.labels[k] for k in _probability.likeliest(self.log_probability_of(glyphs))]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file: to a temporary name first, so that an old file is whole until the end."""
        about, arrays = self.stored()
        if self.pen is not None:
            about["pen"], of_pen = self.pen.stored()
            arrays |= {_PEN + name: array for name, array in of_pen.items()}
        about |= {
            "format": FORMAT,
            "features": features.VERSION,
            "recipe": self.recipe,
            "sha256": digest(arrays),
        }
        write_model(path, about, arrays, loose=frozenset(n for n in arrays if n.endswith(LOOSE)))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GlyphClassifier:
        """Read a model file.

        Raises
        ------
        ModelError
            It cannot be read, is no model of hwcalc, is damaged or has another version.
        """
        about, arrays = read_model(path, MAX_BYTES)
        if "glyph_model" in about:
            raise ModelError(
                f"{path}: this kind of model tells single glyphs apart and reads nothing; train one of the kind svc, "
                "rbf, gradient without noise reduction"
            )
        if about.get("format") != FORMAT or about.get("features") != features.VERSION:
            raise ModelError(f"{path}: made by another version of hwcalc; make it again with `hwcalc train`")
        if about.get("sha256") != digest(arrays) or not _consistent(about, arrays):
            raise ModelError(
                f"{path}: damaged or changed since it was made; make it again with `hwcalc train`"
            )
        pen = GlyphMachine(**restored(about["pen"], _of_pen(arrays))) if "pen" in about else None
        return cls(**restored(about, arrays), recipe=about["recipe"], pen=pen)


PEN_WEIGHT = 0.5
"""Of the path's log-probabilities beside the shape's. Of 5,800 drawn glyphs and junk by writers whom neither was
trained on, the shape alone reads 3.8 % wrong (mean -ln p 0.149), the path alone 3.8 % (0.148), together 3.2 % with a
weight of 0.3 (0.116), 3.0 % with 0.4 (0.112), 2.9 % with 0.5 (0.110)."""

PEN_WEIGHT_OF_SEVERAL = 0.3
"""The same for which symbol several strokes are: they come in any order. Of 1,600 test glyphs of several strokes 1.2 %
are read wrong with a weight of 0.5, 0.8 % with 0.3; of 1,581 of writers who were held out 0.9 % and 0.8 %."""

POINT_STEPS, POINT_SLOPE, POINT_LIMIT = 10.2, 2.3, 2.0
"""Logistic regression of being a point or comma on the logarithm of a glyph's size in steps of the pen: where it
is even, its slope (UNIPEN, 1,803 points and commas among 15,000 glyphs, balanced), and the most it may say."""


FEWEST_STEPS = 4
"""Glyphs of fewer steps are drawn corner by corner, not reported by a pen."""

PAGE_SHARE, PAGE_SLOPE = 0.017, 1.8
"""A point is about 0.17 and any other symbol about 0.8 of a digit's height long. On a sheet of A4 with digits of
7 mm they lie 22 digits from the corner on average; sizes and places spread by a factor of 2.5: the share of the
distance at which it is even whether a mark is a point, and the slope on the share's logarithm."""

TAPPED_TWICE = 1.5
"""What it takes off the log-odds that a mark on a page is a point if it has several strokes."""

CUT_OUT = 0.5
"""From this share on, coordinates are those of the glyph, not of a page."""


SLASH = 1.1
"""Log-odds for /: in the training sets the 1 that it looks like is three times as common, alone it is not."""

SIMPLE = frozenset("-1/().")
SOFTENING = 2.0
"""A single stroke that may be a point has less shape: where a label of SIMPLE is the best, log-probabilities are
divided by 1 + this × the evidence."""


@lru_cache(maxsize=16)
def _columns(labels: str, known: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The labels that the machine for paths knows, by their places among all and its own (n, 2); those of symbols."""
    places = np.array([(labels.index(label), k) for k, label in enumerate(known)], np.int32)
    return places, places[[label not in NO_SYMBOLS for label in known]]


@lru_cache(maxsize=16)
def _of_symbols(labels: str) -> tuple[FeatureArray, list[int]]:
    """Log-odds of each label where all are symbols, and which labels are in SIMPLE."""
    prior = np.array(
        [-np.inf if label in NO_SYMBOLS else SLASH * (label == "/") for label in labels], np.float32
    )
    return prior, [k for k, label in enumerate(labels) if label in SIMPLE]


def point_evidence(glyph: Glyph) -> float:
    """Log-odds that a glyph is a point, from its size; 0 for a picture.

    A glyph's place on the page tells its size: strokes whose coordinates are those of a page lie many times their
    own size from its corner. Of strokes cut out of their page the pen's steps tell it: a pen reports its place at
    even times and goes slowly where it writes small, so a point, a small mark of any shape, is fewer steps long
    than a symbol that looks like it when it is enlarged.
    """
    if isinstance(glyph, np.ndarray):
        return 0.0
    several = len(glyph) > 1
    size, farthest = _features.extent(glyph)
    if size == 0:
        return 5.0
    if size < CUT_OUT * farthest:
        evidence = PAGE_SLOPE * log(PAGE_SHARE * farthest / size) - TAPPED_TWICE * several
    elif several:
        return -5.0
    else:
        steps, length = _features.median_step(glyph[0])
        if steps < FEWEST_STEPS:
            return 0.0
        evidence = POINT_SLOPE * log(POINT_STEPS * length / size)
    return min(max(evidence, -POINT_LIMIT), POINT_LIMIT)


_PEN = "pen_"
"""Begins the names of the arrays of the machine for paths."""


def _of_pen(arrays: Arrays) -> Arrays:
    return {name.removeprefix(_PEN): array for name, array in arrays.items() if name.startswith(_PEN)}


def _consistent(about: dict[str, Any], arrays: Arrays) -> bool:
    """Whether description and arrays of both machines belong together."""
    names, more = {*FIELDS}, {*optional_fields()}
    if "pen" in about:
        names |= {_PEN + name for name in FIELDS}
        more |= {_PEN + name for name in optional_fields()}
    if not names <= set(arrays) <= names | more or not consistent(about, arrays, features.SIZE):
        return False
    pen = about.get("pen", {})
    return "pen" not in about or (
        isinstance(pen, dict)
        and consistent(pen, _of_pen(arrays), features.PATH_SIZE)
        and set(pen["labels"]) <= set(about["labels"])
    )


_chosen: Path | None = None


def use_model(path: str | os.PathLike[str] | None) -> None:
    """Read with the classifier in this file from now on; None: with the default one again.

    Raises ModelError where the file is no model; then nothing changes.
    """
    global _chosen
    if path is not None:
        GlyphClassifier.load(path)
    _chosen = None if path is None else Path(path)
    default_classifier.cache_clear()


@lru_cache(maxsize=1)
def default_classifier() -> GlyphClassifier:
    """What glyphs are read with: what `use_model` chose, or else `base_classifier`."""
    return base_classifier() if _chosen is None else GlyphClassifier.load(_chosen)


def base_classifier() -> GlyphClassifier:
    """The shipped classifier, or the one that the environment variable HWCALC_MODEL names."""
    named = os.environ.get("HWCALC_MODEL")
    if named:
        return GlyphClassifier.load(named)
    with resources.as_file(resources.files(__package__).joinpath("model.npz")) as path:
        return GlyphClassifier.load(path)
