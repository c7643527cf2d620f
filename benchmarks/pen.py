"""A pen for the window: the synthetic hand's strokes, drawn on the paper by real events."""

from __future__ import annotations

import time

import numpy as np

from hwcalc import expression
from hwcalc.gui.window import Window
from hwcalc.handwriting import Hand
from hwcalc.ink import FloatArray
from hwcalc.layout import Row
from hwcalc.written_lines import write_row


def line(
    what: str | Row, seed: int, left: float, top: float, em: float, sloppiness: float = 1.0
) -> list[FloatArray]:
    """The strokes of typed text or a row in one hand, its top left corner at a place, a digit about `em` high."""
    row = expression.parse(what) if isinstance(what, str) else what
    strokes, _ = write_row(Hand(seed, sloppiness), row, late=0.0)
    corner = np.concatenate(strokes).min(axis=0)
    return [(s - corner) * em + (left, top) for s in strokes]


def draw(window: Window, points: FloatArray, times: list[float] | None = None) -> float:
    """Draw a stroke, float64 (k, 2) in logical units; returns when the pen went up.

    `times` takes the seconds that each motion event took.
    """
    paper = window.paper
    places = points * paper.factor - (paper.canvasx(0), paper.canvasy(0))
    paper.event_generate("<ButtonPress-1>", x=places[0, 0], y=places[0, 1])
    for x, y in places[1:]:
        before = time.perf_counter()
        paper.event_generate("<B1-Motion>", x=x, y=y)
        if times is not None:
            times.append(time.perf_counter() - before)
    up = time.perf_counter()
    paper.event_generate("<ButtonRelease-1>", x=places[-1, 0], y=places[-1, 1])
    return up


def settle(window: Window) -> None:
    """Let the window live until everything is read and painted."""
    window.root.update()
    while window.worker.busy or window.pictures_worker.busy or window.paper.painting:
        window.root.update()
        time.sleep(0.001)
    window.root.update()
