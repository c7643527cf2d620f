"""Scratching out: a zigzag over ink takes it away; writing, however lively, does not."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.crossed_out import sweeps
from hwcalc.gui.scratch import scratched_out
from hwcalc.gui.sheet import Stroke


def zigzag(left, top, width, height, count=6):
    """A pen to and fro `count` times, going down."""
    across = np.abs((np.linspace(0, count, 12 * count + 1) + 1) % 2 - 1) * width
    return np.stack([left + across, top + np.linspace(0, height, len(across))], axis=1)


def strokes():
    upright = np.array([[0.0, 0.0, 0.0], [0.0, 50.0, 0.1]])
    return {n: Stroke(upright + np.array([100 + 40 * n, 100, 0])) for n in range(3)}


def test_a_zigzag_takes_what_it_covers():
    assert scratched_out(zigzag(90, 98, 62, 54), strokes()) == {0, 1}


@pytest.mark.parametrize("turn", [30, 90, 200])
def test_it_may_go_in_any_direction(turn):
    angle = np.radians(turn)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    path = (zigzag(-30, -30, 60, 60) @ turned) + [100, 125]
    assert scratched_out(path, strokes()) == {0}


def test_few_sweeps_small_ones_and_those_beside_the_ink_are_writing():
    assert scratched_out(zigzag(90, 98, 62, 54, count=4), strokes()) == set()
    assert scratched_out(zigzag(95, 120, 12, 12), strokes()) == set()
    assert scratched_out(zigzag(300, 98, 62, 54), strokes()) == set()
    assert scratched_out(np.array([[100.0, 100.0]]), strokes()) == set()


def test_sweeps_are_told_from_trembles():
    tremble = np.linspace(0, 100, 200) + 5 * np.sin(np.arange(200))
    assert sweeps(tremble, 40) == 1
    assert sweeps(np.array([0.0, 50, 0, 50, 0]), 40) == 4


def test_with_the_pen_and_undone(window, write, drag, settle):
    write(window, "1+1")
    drag(window, [tuple(p) for p in zigzag(85, 95, 32, 60)])
    assert len(window.sheet.strokes()) == 2
    assert window.sheet.undoes == "scratching out"
    window.root.event_generate("<Control-z>")
    settle(window)
    assert window.live.newest().reading.answer == "2"
