"""Where answers stand: beside their line, under it where there is no room, under the rule of a sum in columns."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from hwcalc.gui import export
from hwcalc.gui.answer_place import Room, fitted
from hwcalc.gui.engine import Engine
from hwcalc.gui.live import Line
from hwcalc.gui.sheet import Picture, Stroke
from hwcalc.gui.telling import brief_answer
from hwcalc.ink import Box
from tests.conftest import box_of, reading_of, wait_until


def shown(window):
    answers, lines = window.answers, window.live.lines
    window.root.update()
    wait_until(window, lambda: not answers._stale and answers._shown.keys() >= set(lines))
    return [answers._shown[line] for line in lines]


def meet(a, b):
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def test_an_answer_stands_beside_its_line_and_under_it_where_there_is_no_room(window, write, settle):
    write(window, "1+1", top=60)
    write(window, "11+1", left=430, top=220)
    beside, under = shown(window)
    first, second = window.live.lines
    assert beside.answer.left > first.box.right
    assert beside.answer.top < first.box.center[1] < beside.answer.bottom
    window.root.geometry("600x600")
    settle(window)
    beside, under = shown(window)
    assert under.answer.top > second.box.center[1]
    assert under.answer.right <= 600


def test_an_answer_keeps_clear_of_a_line_that_comes_beside_it_later(window, write, settle, reader):
    reader.changes = {"answer": "3 1/7 ≈ 3.142857", "value": Fraction(22, 7)}
    write(window, "1+1", left=60, top=60)
    (alone,) = shown(window)
    assert alone.answer.right > 400
    write(window, "1", left=400, top=60)
    first, _ = shown(window)
    assert first.answer.top > window.live.lines[0].box.center[1]
    window.root.event_generate("<Control-z>")
    settle(window)
    assert shown(window)[0].answer == alone.answer


def test_answers_out_of_sight_can_be_scrolled_to(window, write, reader, settle):
    reader.changes = {"answer": "3 1/7 ≈ 3.142857", "value": Fraction(22, 7)}
    write(window, "1+1", left=760, top=60)
    write(window, "1+1", left=760, top=140)
    first, _ = shown(window)
    assert first.answer.right > 900
    assert float(str(window.paper.cget("scrollregion")).split()[2]) >= first.answer.right - 1


def test_the_answer_of_a_sum_in_columns_stands_under_its_rule(window, reader, settle):
    rows = [(100, 60), (100, 120)]
    strokes = [np.array([[x, y, 0.0], [x + 2, y + 50, 0.1]]) for x, y in rows]
    strokes += [np.array([[60.0, 145, 0], [76, 146, 0]]), np.array([[50.0, 180, 0], [120, 181, 0]])]
    labels = ["1", "7", "+", "-"]
    order = [0, 2, 1, 3]

    def read(given, fixed):
        boxes = [box_of(given[i]) for i in order]
        return reading_of("1+7=", "8", boxes, [labels[i] for i in order])

    reader.read = read
    window.sheet.add("stroke", [Stroke(s) for s in strokes])
    settle(window)
    (drawn,) = shown(window)
    assert drawn.answer.top > 181
    assert drawn.answer.right == pytest.approx(102, abs=3)
    small = [box for _, box in drawn.symbols]
    assert len(small) == 4
    assert min(box.top for box in small) > drawn.answer.bottom - 1
    window.field.put(["2+3"])  # clear of them
    (typed,) = window.sheet.typed().values()
    assert typed.box.top > max(box.bottom for box in small)


def test_an_answer_on_a_crowded_page_covers_no_other_line(window, settle, monkeypatch):
    places = [Box(x, y, x + 290, y + 50) for y in (10, 70, 130) for x in (10, 370)]

    def read(picture):
        return [reading_of("12+34=47", "false: 12+34 is 46", value=False, box=place) for place in places]

    monkeypatch.setattr(window.live, "_engine", Engine(read_picture=read))
    kept = io.BytesIO()
    Image.new("RGB", (700, 190), "white").save(kept, "PNG")
    window.documents.lay(Picture(Box(50, 50, 750, 240), kept.getvalue(), "a.png"), "")
    settle(window)
    seen = [drawn.answer for drawn in shown(window)]
    exported = [answer.box for answer in export.answers(window.live.lines, window.settings)]
    assert max(box.right for box in seen) < 900
    for box in seen + exported:
        assert not any(meet(line.box, box) for line in window.live.lines)


def test_what_an_answer_on_a_page_stands_on_keeps_off_the_frame_of_the_next_line():
    line = Line((0,), Box(0, 0, 90, 30), reading_of("12+34", "46"), picture=0, page=True)
    beside = 0
    for gap in range(30, 90):
        room = Room(1.0, 900.0, (90.0, 30.0), [Box(90 + gap, 0, 200 + gap, 30)], None)
        text, place = fitted(line, line.reading, "= 46", lambda told, size: 0.5 * size * len(told), room)
        if place.x > 90:
            beside += 1
            assert place.x + (0.5 * len(text) + 0.2) * place.size <= 90 + gap - 4
    assert 0 < beside < 60


@pytest.mark.parametrize(
    ("told", "brief"),
    [
        ("✗ false: 12+34 is 46", "✗ 46"),
        ("✗ false: 22/7 is 3 1/7, about 3.142857", "✗ 3 1/7, about 3.142857"),
        ("✗ false: 1+2 is 3, 2+2 is 4", "✗"),
        ("✗ false: 7 is not 43", "✗"),
        ("✓ true to 2 decimals", "✓"),
        ("= 46", "= 46"),
    ],
)
def test_what_a_false_sum_should_be_is_left_where_there_is_little_room(told, brief):
    assert brief_answer(told) == brief


def test_answers_come_bit_by_bit_on_a_full_sheet(window, settle, until):
    upright = np.array([[0.0, 0.0, 0.0], [2.0, 50.0, 0.1]])
    level = np.array([[0.0, 0.0, 0.0], [20.0, 1.0, 0.1]])
    sums = [
        Stroke(stroke + np.array([60 + 40 * x, 50 + 90 * row + drop, 0.0]))
        for row in range(60)
        for x, (stroke, drop) in enumerate([(upright, 0), (level, 25), (upright, 0)])
    ]
    window.sheet.add("stroke", sums)
    settle(window)
    until(window, lambda: len(window.answers._shown) == 60 and not window.paper.painting)
    window.paper.zoom_by(1)
    assert window.paper.painting
    until(window, lambda: len(window.answers._shown) == 60 and not window.paper.painting)
    assert len(window.paper.find_withtag("ink")) == 180
