"""What loading a set gives: its glyphs, where each one stands, and what was noticed on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .datasets import DatasetError, GlyphSet

Complain: TypeAlias = Callable[[str], object]
"""Takes what is wrong with one glyph, with its file and line. If it returns, the glyph is left out."""

MOST_GLYPHS = 500_000
"""A set with more is refused: as 28×28 pictures these are 400 MB."""


def refuse(problem: str) -> None:
    """The first glyph that is wrong ends the loading. Raises DatasetError."""
    raise DatasetError(problem)


@dataclass
class Loaded:
    """A set as it was found.

    Parameters
    ----------
    glyphs : GlyphSet
    places : sequence of n str
        Where each glyph stands: 'digits.csv:17', 'symbols/plus/a.png'.
    notes : list of str
        What was noticed and mended: scale, polarity, columns that were left out.
    """

    glyphs: GlyphSet
    places: Sequence[str]
    notes: list[str] = field(default_factory=list)

    def take(self, indices: npt.NDArray[Any]) -> Loaded:
        """The glyphs at `indices` (integers or a mask)."""
        chosen = np.arange(len(self.glyphs))[indices]
        return Loaded(self.glyphs.take(chosen), [self.places[i] for i in chosen], self.notes)


def too_many(name: str) -> DatasetError:
    """The error for a set of more than `MOST_GLYPHS`."""
    return DatasetError(f"{name}: more than {MOST_GLYPHS:,} glyphs, which is the limit: split it")
