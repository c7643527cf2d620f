"""read(), read_ink() and classify(): run the stages, from ink or a picture to a `Reading`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy.typing as npt

from .ink import Box


@dataclass(frozen=True)
class Symbol:
    """One symbol as it was read.

    Parameters
    ----------
    label : str
        One of `0`-`9 + - × ÷ / = ( ) .`
    box : Box
        Where it stands, in the units of the ink (for a picture, pixels).
    confidence : float
        Probability that the label is right, 0 to 1.
    alternatives : tuple of (label, probability)
        What else it may be, most likely first; the label itself comes first.
    strokes : tuple of int
        The numbers of its strokes in the ink.
    """

    label: str
    box: Box
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    strokes: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """An expression as it was read: what it says, what it is worth and how sure that is.

    Parameters
    ----------
    text : str
        What a person could type, such as `12+34=`.
    latex : str
    value : Fraction, Decimal, bool or None
        Fraction: exact. Decimal: a root that is not rational. bool: an equation, is it true? None: no value.
    answer : str
        What to show: '182', '3 1/7 ≈ 3.142857', 'true', 'cannot divide by zero', '' when nothing is asked.
    symbols : tuple of Symbol
        In the order of `text`.
    confidence : float
        Probability that the whole expression is right, 0 to 1.
    doubtful : bool
        Ask the user to look before the answer is trusted.
    box : Box
        Around all of it.
    """

    text: str
    latex: str
    value: Fraction | Decimal | bool | None
    answer: str
    symbols: tuple[Symbol, ...]
    confidence: float
    doubtful: bool
    box: Box


def read_ink(strokes: Iterable[npt.ArrayLike]) -> Reading:
    """Read one expression from pen strokes."""
    raise NotImplementedError
