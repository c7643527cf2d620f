"""The lines of = that ran into each other in a picture: a bar twice as thick as the pen, taken for a minus or a point.

In flow the candidates of a picture with log-probabilities of their labels; out flow the same, a share of what - and .
have of such a bar given to =. The classifier sees a bar without the pen, and cannot tell. Of 345 minuses, drawn with
pens of 2 to 9 pixels to digits of 35 to 70 and half of them photographed, 1 % are more than 1.34 pens thick and none
more than 1.54; of 89 = that became one piece 80 % are more than 1.58.

A printed minus may be a hyphen, as short as a flat point: which of the two a short bar is, its place tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .glyph_machine import log_softmax
from .ink import Ink
from .segment import Candidate, glyph

_THICK = 1.5
"""Widths of the pen: a bar as thick is as likely = as -,"""

_STEEP = 15.0
"""and by how much the log-odds grow with each width more."""

_MOST = 1.6
"""The most they grow to: a printed minus may be thicker than the pen."""

_LONG, _SOLID = 1.7, 0.8
"""Times longer than thick is what may be lines at least, and so much of a straight bar with its moments is ink."""

_FLAT = 1.7
"""Times wider than high is a bar that may be a minus as well as a point. Printed with six fonts in five sizes, 46 of 50
differences with a hyphen are read instead of 38, 2 wrong ones silently instead of 7."""

_BAR, _APART, _POINT = 1.4, 0.4, 0.02
"""Times wider than high is a bar that is hardly a point where it stands as far, as a share of their height, from both
digits beside it, and the share of its chance that is left to the point."""

_LIKELY = 0.02
"""Probability of a minus or a point from which a look at the thickness pays."""


def with_merged_lines(
    ink: Ink, candidates: Sequence[Candidate], log_probability: npt.NDArray[np.floating], labels: str
) -> npt.NDArray[np.floating]:
    """The log-probabilities (n, K), = told from - and . by how thick a bar is, - from . by how flat.

    Those of pen strokes are unchanged.
    """
    if ink.pen_width is None or not set("-.=") <= set(labels):
        return log_probability
    minus, point, equals = (labels.index(label) for label in "-.=")
    changed = log_probability.copy()
    for i in np.flatnonzero(log_probability[:, [minus, point]].max(axis=1) > np.log(_LIKELY)).tolist():
        if _is_between(ink, candidates[i]):
            either = np.logaddexp(changed[i, minus], changed[i, point])
            changed[i, minus], changed[i, point] = either + np.log1p(-_POINT), either + np.log(_POINT)
        area, width, length = _measured(ink, candidates[i])
        thickness = area / length
        if length < _LONG * thickness or thickness < _SOLID * width:
            continue
        box = candidates[i].box
        if box.width > _FLAT * box.height:
            either = np.logaddexp(changed[i, minus], changed[i, point]) - np.log(2)
            changed[i, minus] = max(changed[i, minus], either)
            changed[i, point] = min(changed[i, point], either)
        log_odds = min(_STEEP * (thickness / ink.pen_width - _THICK), _MOST)
        if log_odds < 0:
            continue
        bar = np.logaddexp.reduce(changed[i, [minus, point, equals]])
        changed[i, equals] = max(changed[i, equals], bar - np.logaddexp(0.0, -log_odds))
        changed[i, minus] = min(changed[i, minus], bar - np.logaddexp(0.0, log_odds))
        changed[[i]] = log_softmax(changed[[i]])
    return changed


def _is_between(ink: Ink, candidate: Candidate) -> bool:
    """Whether a bar stands apart from what is beside it on both sides."""
    box = candidate.box
    if box.width <= _BAR * box.height:
        return False
    beside = [s.box for s in ink.strokes if s.box.top < box.center[1] < s.box.bottom]
    before = max((other for other in beside if other.right <= box.left), key=lambda b: b.right, default=None)
    after = min((other for other in beside if other.left >= box.right), key=lambda b: b.left, default=None)
    if before is None or after is None:
        return False
    room = _APART * min(before.height, after.height)
    return box.left - before.right > room and after.left - box.right > room


def _measured(ink: Ink, candidate: Candidate) -> tuple[float, float, float]:
    """Pixels of ink in a candidate, and the width and length of a straight bar with the same moments."""
    pixels = np.stack(np.nonzero(glyph(ink, candidate)))
    moments = np.cov(pixels, bias=True) + np.eye(2) / 12  # a pixel is no point
    width, length = np.sqrt(12 * np.linalg.eigvalsh(moments))
    return float(pixels.shape[1]), float(width), float(length)
