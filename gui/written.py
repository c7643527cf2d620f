"""Answers in a handwritten look: the characters of one neat hand as strokes, set as a font would set them.

In flow pieces that were set with `Script.measure`; out flow the strokes to draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from hwcalc.gui.brush import smoothed
from hwcalc.gui.typeset import ROOT, SIGN, Piece
from hwcalc.handwriting import AXIS, Hand
from hwcalc.ink import FloatArray

NEAT = 56, 0.2  # seed and sloppiness of the hand: of sixty that whose characters are taken least for others
CHARACTERS = "0123456789=-+×/□÷"
FORMS = 3  # of each character, so that no two neighbours are alike
EM = 0.77  # height of a digit, in heights of the font that it stands for
LOWER = 0.12  # than a × stands an x, as all lengths from here on in heights of a digit
GAP = 0.17  # between two characters
SPACE = 0.30
PEN = 0.075  # width of the lines
POINTS = 40  # of a stroke: more do not show
SMOOTHED_AT = 60.0  # pixels: the height of a digit that is smooth enough for all sizes


class Script:
    """The characters that answers hold but for words, each in several forms."""

    def __init__(self) -> None:
        """Write every character."""
        hand = Hand(*NEAT)
        hand.habits = replace(hand.habits, faithful=1.0)  # one shape for each character
        self._forms: dict[str, list[list[FloatArray]]] = {
            c: [[_even(stroke) for stroke in hand.glyph(c)] for _ in range(FORMS)] for c in CHARACTERS
        }
        self._forms["−"] = self._forms.pop("-")
        self._forms["x"] = [[stroke + np.array([0.0, LOWER]) for stroke in form] for form in self._forms["×"]]
        self._forms["."] = [[_DOT]]
        self._forms["≈"] = [[_wave(0.1), _wave(-0.13)]]
        self._forms[ROOT] = [[np.array(SIGN) * (0.6, -1.0)]]
        self._forms["✓"] = [[_TICK]]
        self._forms["✗"] = [[_CROSS, _CROSS * (-1.0, 1.0)]]
        self._forms["?"] = [[_even(_QUESTION), _DOT + np.array([0.24, 0.0])]]
        self._wide = {c: max(_width(form) for form in forms) for c, forms in self._forms.items()}
        for character, forms in self._forms.items():
            self._forms[character] = [_in_the_middle(form, self._advance(character)) for form in forms]

    def covers(self, text: str) -> bool:
        """Can it write all of a text, powers set as such?"""
        return all(c in self._forms or c in " ^" for c in text.replace("-", "−"))

    def measure(self, text: str, size: float) -> float:
        """How wide a text is in a font of height `size`; see `typeset.Measure`."""
        return sum(self._advance(c) for c in text) * EM * size

    def strokes(self, pieces: Iterable[Piece]) -> list[FloatArray]:
        """The strokes that write pieces, float64 (k, 2) each, in the unit of their places."""
        found: list[FloatArray] = []
        for piece in pieces:
            if not piece.text:
                found.append(np.array([[piece.x, piece.y], [piece.x + piece.width, piece.y]]))
            x, em = piece.x, EM * piece.size
            for character in piece.text:
                forms = self._forms.get(character, [[]])
                found += [s * em + (x, piece.y) for s in forms[len(found) % len(forms)]]
                x += self._advance(character) * em
        return found

    def _advance(self, character: str) -> float:
        return SPACE if character == " " else self._wide[character] + GAP


@lru_cache(maxsize=1)
def script() -> Script:
    """The script; writing it takes a blink, so the worker does it first."""
    return Script()


def _even(stroke: FloatArray) -> FloatArray:
    """A stroke as a smooth path of `POINTS` points at most."""
    path = smoothed(stroke * SMOOTHED_AT) / SMOOTHED_AT
    return path[np.linspace(0, len(path) - 1, min(len(path), POINTS)).round().astype(np.intp)]


def _width(form: list[FloatArray]) -> float:
    return float(np.ptp(np.concatenate(form)[:, 0]))


def _in_the_middle(form: list[FloatArray], room: float) -> list[FloatArray]:
    """From x = 0 on, in the middle of its room."""
    left = min(float(s[:, 0].min()) for s in form)
    return [s + np.array([(room - _width(form)) / 2 - left, 0.0]) for s in form]


def _wave(rise: float) -> FloatArray:
    """One line of a ≈, so far above the axis."""
    x = np.linspace(0.0, 0.62, POINTS)
    return np.stack([x, AXIS - rise - 0.07 * np.sin(2 * np.pi * x / 0.62 - 0.4)], axis=1)


_DOT = np.array([[0.0, -0.03], [0.02, -0.02]])
_TICK = np.array([[0.0, -0.4], [0.2, -0.08], [0.62, -0.9]])
_CROSS = np.array([[-0.27, -1.0], [0.27, 0.0]])
_QUESTION = np.array(
    [
        *([0.03, -0.74], [0.06, -0.88], [0.15, -0.97], [0.28, -1.0], [0.41, -0.95], [0.48, -0.83]),
        *([0.46, -0.70], [0.38, -0.60], [0.29, -0.51], [0.25, -0.40], [0.24, -0.27]),
    ]
)
