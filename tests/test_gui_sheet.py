"""The sheet as data: every edit can be taken back and made again, in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hwcalc.gui.sheet import Correction, Edit, Picture, Sheet, Stroke
from hwcalc.ink import Box


def stroke(x=0.0):
    return Stroke(np.array([[x, 0.0, 0.0], [x + 10, 20.0, 0.1]]))


def test_items_keep_their_numbers_and_their_order_through_undo():
    sheet = Sheet()
    for x in (0, 10, 20):
        sheet.add("stroke", [stroke(x)])
    sheet.remove("erasure", [1])
    assert list(sheet.strokes()) == [0, 2]
    sheet.undo()
    assert list(sheet.strokes()) == [0, 1, 2]
    assert sheet.add("stroke", [stroke()]) == [3]


def test_removing_a_stroke_removes_what_was_said_of_it():
    sheet = Sheet()
    sheet.add("strokes", [stroke(), stroke(50)])
    sheet.correct(Correction(frozenset({0}), "7"))
    sheet.remove("erasure", [0])
    assert not sheet.corrections()
    sheet.undo()
    assert [c.label for c in sheet.corrections().values()] == ["7"]


def test_a_newer_correction_replaces_the_older_one():
    sheet = Sheet()
    sheet.add("strokes", [stroke(), stroke(50)])
    sheet.correct(Correction(frozenset({0}), "7"))
    sheet.correct(Correction(frozenset({0, 1}), "4"))
    assert [c.label for c in sheet.corrections().values()] == ["4"]
    sheet.undo()
    assert [c.label for c in sheet.corrections().values()] == ["7"]


def test_a_correction_of_a_picture_is_not_one_of_strokes():
    sheet = Sheet()
    sheet.add("all", [stroke(), Picture(Box(0, 0, 1, 1), b"", "a.png")])
    sheet.correct(Correction(frozenset({0}), "7"))
    sheet.correct(Correction(frozenset({0}), "1", picture=1))
    assert len(sheet.corrections()) == 2
    sheet.remove("deletion", [1])
    assert [c.label for c in sheet.corrections().values()] == ["7"]


def test_an_edit_after_an_undo_cannot_be_redone_over():
    sheet = Sheet()
    sheet.add("first", [stroke()])
    sheet.undo()
    assert sheet.redoes == "first"
    sheet.add("second", [stroke()])
    assert sheet.redoes is None
    assert sheet.redo() is None


def test_listeners_hear_an_undo_as_the_reverse_of_the_edit():
    sheet = Sheet()
    heard: list[Edit] = []
    sheet.listeners.append(heard.append)
    (number,) = sheet.add("stroke", [stroke()])
    sheet.undo()
    assert [(list(e.before), list(e.after)) for e in heard] == [([], [number]), ([number], [])]


def test_moving_and_scaling_keep_the_times():
    moved = stroke().moved(5, -5)
    assert moved.points.tolist() == [[5, -5, 0], [15, 15, 0.1]]
    larger = stroke().scaled(2, (10, 20))
    assert larger.points.tolist() == [[-10, -20, 0], [10, 20, 0.1]]


@given(st.lists(st.sampled_from(["add", "remove", "move", "correct", "undo", "redo"]), max_size=40))
def test_undoing_everything_leads_back_and_redoing_everything_forth(deeds):
    sheet = Sheet()
    for deed in deeds:
        newest = list(sheet.strokes())[-1:]
        if deed == "add":
            sheet.add("stroke", [stroke()])
        elif deed == "remove":
            sheet.remove("erasure", newest)
        elif deed == "move":
            sheet.replace("move", {n: sheet.strokes()[n].moved(1, 1) for n in newest})
        elif deed == "correct" and newest:
            sheet.correct(Correction(frozenset(newest), "1"))
        elif deed == "undo":
            sheet.undo()
        elif deed == "redo":
            sheet.redo()
    while sheet.redo():
        pass
    last = dict(sheet.items)
    while sheet.undo():
        pass
    assert sheet.items == {}
    while sheet.redo():
        pass
    assert sheet.items == last


def test_an_exchange_keeps_order_and_corrections_under_new_numbers_and_can_be_undone():
    sheet = Sheet()
    sheet.add("stroke", [stroke()])
    opened = {
        2: stroke(20),
        5: stroke(50),
        6: Correction(frozenset({5}), "7"),
        7: Correction(frozenset({99}), "1"),
    }
    sheet.exchange("open", opened)
    assert [s.box.left for s in sheet.strokes().values()] == [20, 50]
    (correction,) = sheet.corrections().values()
    assert correction.parts == {list(sheet.strokes())[1]}
    sheet.undo()
    assert list(sheet.items) == [0]
