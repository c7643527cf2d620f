"""hwcalc.contacts: pieces of one component that touch, and those that lie over each other."""

from __future__ import annotations

import numpy as np

from hwcalc.contacts import components, contacts
from hwcalc.ink import Ink, Stroke, piece
from hwcalc.segment import candidates


def bar(left: int, top: int, width: int, height: int, component: int = 0) -> Stroke:
    return piece(np.full((height, width), 255, np.uint8), left, top, component)


def test_pieces_that_touch_or_are_over_each_other_belong_together() -> None:
    # a stem, a foot at its corner, a bar over the foot, a bar at the far end of the foot, and another component
    strokes = (
        bar(0, 0, 5, 40),
        bar(5, 40, 40, 5),
        bar(10, 10, 30, 5),
        bar(45, 38, 20, 5),
        bar(0, 60, 5, 5, 1),
    )
    ink = Ink(strokes, pen_width=5.0)
    assert components(ink) == [(0, 1, 2, 3)]
    ((own, pairs),) = contacts(ink)
    assert own == (0, 1, 2, 3)
    assert pairs == {(0, 1), (1, 0), (1, 2), (2, 1), (1, 3), (3, 1)}
    grouped = {c.strokes for c in candidates(ink, 45.0) if len(c.strokes) == 2}
    assert (0, 1) in grouped
    assert (0, 2) not in grouped
