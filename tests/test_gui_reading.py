"""From the pen to the answer with the real reader, and from a picture to the answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hwcalc
from hwcalc.gui.engine import Engine
from hwcalc.handwriting import Hand
from hwcalc.written_lines import write_line

SAMPLES = Path(__file__).parent.parent / "data" / "samples"


@pytest.fixture
def reading_window(window, monkeypatch):
    """The window with the real reader."""
    try:
        hwcalc.classify([Hand(0).glyph("1")])
    except (ImportError, hwcalc.ModelError) as error:
        pytest.skip(str(error))
    monkeypatch.setattr(window.live, "_engine", Engine())
    return window


def test_a_drawn_sum_is_answered(reading_window, drag, settle):
    window = reading_window
    strokes, _ = write_line(Hand(0), "12+34", late=0.0)
    for stroke in strokes:
        drag(window, [(x, y) for x, y in (stroke * 60 + (80, 200)).tolist()], wait=False)
    settle(window)
    (line,) = window.live.lines
    assert line.reading.text == "12+34"
    paper = window.paper
    shown = [i for i in paper.find_withtag("answer") if paper.type(i) == "text"]
    assert "= 46" in [paper.itemcget(i, "text") for i in shown]


def test_two_questions_beside_each_other_are_two(reading_window, drag, settle):
    window = reading_window
    first, second = (write_line(Hand(0), text, late=0.0)[0] for text in ("12+34=", "5×8="))
    beyond = max(stroke[:, 0].max() for stroke in first) + 1.8  # heights of a digit, which parts no lines
    for stroke in (*first, *(np.add(stroke, (beyond, 0)) for stroke in second)):
        drag(window, [(x, y) for x, y in (stroke * 50 + (60, 200)).tolist()], wait=False)
    settle(window)
    assert sorted(line.reading.text for line in window.live.lines) == ["12+34=", "5×8="]


def test_a_correction_is_kept_by_the_reader(reading_window, drag, settle):
    window = reading_window
    strokes, _ = write_line(Hand(0), "12+34", late=0.0)
    for stroke in strokes:
        drag(window, [(x, y) for x, y in (stroke * 60 + (80, 200)).tolist()], wait=False)
    settle(window)
    window.correcting.ask_about(window.live.lines[0], 0).choose("7")
    settle(window)
    assert window.live.newest().reading.text == "72+34"


def test_a_picture_is_read_with_a_box_around_every_symbol(reading_window, settle):
    window = reading_window
    window.documents.open_file(SAMPLES / "sum.png")
    settle(window)
    settle(window)
    (line,) = window.live.lines
    assert line.problem == ""
    assert line.reading.answer
    for symbol in line.reading.symbols:
        box = line.symbol_box(symbol)
        assert line.box.left - 1 <= box.left < box.right <= line.box.right + 1
        assert line.box.top - 1 <= box.top < box.bottom <= line.box.bottom + 1
