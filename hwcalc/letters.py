"""Letters are not read, but noticed: a reading that takes one for a symbol is doubtful.

In flow what the classifier says of candidates; out flow the same as if there were no letters, and how likely each is
one. So letters change nothing that is read, though carelessly written signs come close to them: of 4,300 single glyphs
12 × would else be taken for one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .features import FeatureArray
from .glyphs import ANY_LETTER, JUNK
from .segment import Candidate

LIKELY = 0.5
"""A symbol that is none with this probability makes a reading doubtful."""

SURELY, TOUCHING = 0.9, 0.1
"""The same for strokes that were read as several symbols, as R may be as 1 and 2; and how close together those of a
letter are, in units. No more of 525 lines of ink are doubted for it."""


def letters_apart(log_probability: FeatureArray, labels: str) -> tuple[FeatureArray, FeatureArray]:
    """Log-probabilities of glyphs that are no letters, and the probability that they are.

    Parameters
    ----------
    log_probability : float32 (n, K)
    labels : str of length K

    Returns
    -------
    log_probability : float32 (n, K)
        Of `ANY_LETTER` -inf.
    letter : float32 (n,)
        0 where the classifier knows no letters.
    """
    if ANY_LETTER not in labels:
        return log_probability, np.zeros(len(log_probability), np.float32)
    place = labels.index(ANY_LETTER)
    letter = np.exp(log_probability[:, place])
    others = log_probability.copy()
    others[:, place] = -np.inf
    others -= np.logaddexp.reduce(others, axis=1, keepdims=True)
    return others, letter


def or_junk(letter: FeatureArray, log_probability: FeatureArray, labels: str) -> FeatureArray:
    """Probability of being a letter or no symbol at all, float32 (n,), from what `letters_apart` returned.

    For pictures, where a letter that the classifier was not taught is often junk: 69 photographs hold none more that is
    doubted for it, 135 crowded lines made pictures 7, of which 5 are misread. Of ink 2 % more would be.
    """
    if JUNK not in labels:
        return letter
    return np.asarray(letter + (1 - letter) * np.exp(log_probability[:, labels.index(JUNK)]), np.float32)


def is_foreign(
    symbols: Sequence[Candidate],
    candidates: Sequence[Candidate],
    letter: FeatureArray,
    strange: FeatureArray,
    unit: float,
) -> bool:
    """Whether a reading is of something else than arithmetic.

    Parameters
    ----------
    symbols : sequence of Candidate
        What was read, but for what need not look like a symbol.
    candidates : sequence of n Candidate
    letter, strange : float32 (n,)
        Probability that each is a letter, and that it is no symbol.
    unit : float
        Height of a digit, in the units of the ink.
    """
    groups = {candidates[i].strokes for i in np.flatnonzero(strange > LIKELY).tolist()}
    if any(symbol.strokes in groups for symbol in symbols):
        return True
    letters = (candidates[i] for i in np.flatnonzero(letter > SURELY).tolist())
    return any(group.gap < TOUCHING * unit and _is_made_of(group, symbols) for group in letters)


def _is_made_of(group: Candidate, symbols: Sequence[Candidate]) -> bool:
    """Whether a group is one symbol or several, and not a part of one."""
    own = set(group.strokes)
    return sum(len(symbol.strokes) for symbol in symbols if own.issuperset(symbol.strokes)) == len(own)
