"""Pen, eraser and selection, by real events on the paper."""

from __future__ import annotations

import numpy as np
import pytest

from hwcalc.gui.selection import inside
from hwcalc.gui.sheet import Correction


def test_the_eraser_takes_what_it_touches_in_one_edit(window, write, drag):
    write(window, "1+1")
    window.root.event_generate("e")
    drag(window, [(90, 125), (115, 125), (150, 125)])
    assert list(window.sheet.strokes()) == [2]
    window.root.event_generate("<Control-z>")
    assert list(window.sheet.strokes()) == [0, 1, 2]


def test_the_eraser_misses_no_stroke_it_jumps_over(window, write, drag):
    write(window, "111")
    window.tools.use("eraser")
    drag(window, [(80, 125), (220, 125)])
    assert window.sheet.empty


def test_an_erasure_can_be_given_up(window, write):
    write(window, "1")
    window.tools.use("eraser")
    window.paper.event_generate("<ButtonPress-1>", x=100, y=125)
    window.tools.use("pen")
    window.paper.event_generate("<ButtonRelease-1>", x=100, y=125)
    assert len(window.sheet.strokes()) == 1


def test_a_rectangle_selects_and_a_drag_inside_moves(window, write, drag, settle):
    write(window, "1+1")
    window.root.event_generate("s")
    drag(window, [(80, 80), (160, 170)])
    assert window.selector.numbers == {0, 1}
    before = window.sheet.strokes()[0].points.copy()
    drag(window, [(120, 125), (130, 150), (150, 225)])
    after = window.sheet.strokes()[0].points
    assert np.allclose(after[:, :2] - before[:, :2], [30, 100])
    window.root.event_generate("<Control-z>")
    settle(window)
    assert np.array_equal(window.sheet.strokes()[0].points, before)


def test_answers_go_with_what_is_moved_and_back_when_that_is_given_up(window, write, until):
    write(window, "1+1")
    write(window, "11", top=300)
    paper, (line, _) = window.paper, window.live.lines

    def answer():
        return window.answers._shown[line].answer

    before, drawn = answer(), paper.bbox(window.answers._shown[line].tag)
    window.tools.use("select")
    window.selector.select({0, 1, 2})
    paper.event_generate("<ButtonPress-1>", x=120, y=125)
    paper.event_generate("<B1-Motion>", x=150, y=165)
    assert (answer().left - before.left, answer().top - before.top) == (30, 40)
    left, top, *_ = paper.bbox(window.answers._shown[line].tag)
    assert (left - drawn[0], top - drawn[1]) == (30, 40)
    window.root.event_generate("<Escape>")
    paper.event_generate("<ButtonRelease-1>", x=150, y=165)
    until(window, lambda: not window.answers._stale)
    assert answer() == before


def test_what_is_read_while_a_selection_is_dragged_is_shown_when_that_ends(window, write, settle, until):
    write(window, "1+1")
    window.tools.use("select")
    window.selector.select({0, 1, 2})
    paper = window.paper
    until(window, lambda: not paper.painting)
    answers, ink = paper.bbox("answer"), paper.bbox("ink")
    paper.event_generate("<ButtonPress-1>", x=120, y=125)
    paper.event_generate("<B1-Motion>", x=150, y=165)
    moved = [tuple(np.add(box, (30, 40, 30, 40))) for box in (answers, ink)]
    window.live.read_again()
    settle(window)
    assert [paper.bbox("answer"), paper.bbox("ink")] == moved
    paper.event_generate("<ButtonRelease-1>", x=150, y=165)
    settle(window)
    until(window, lambda: not paper.painting)
    assert [paper.bbox("answer"), paper.bbox("ink")] == moved


def test_a_loop_selects_what_it_goes_around(window, write, drag):
    write(window, "111")
    window.tools.use("select")
    angles = np.linspace(0, 2 * np.pi, 30)
    drag(window, [(140 + 25 * np.cos(a), 125 + 45 * np.sin(a)) for a in angles])
    assert window.selector.numbers == {1}


def test_the_corner_scales(window, write, drag):
    write(window, "1")
    window.tools.use("select")
    window.selector.select({0})
    box = window.selector._box()
    drag(window, [(box.right, box.bottom), (box.right, box.bottom + box.height)])
    assert window.sheet.strokes()[0].box.height == pytest.approx(100, abs=2)


def test_delete_and_duplicate_by_keys(window, write, settle):
    write(window, "1+1")
    window.root.event_generate("<Control-a>")
    assert window.selector.numbers == {0, 1, 2}
    window.root.event_generate("<Control-d>")
    settle(window)
    assert len(window.sheet.strokes()) == 6
    assert window.selector.numbers == {3, 4, 5}
    assert len(window.live.lines) == 2  # not one sum with what they are copies of
    window.root.event_generate("<Delete>")
    assert list(window.sheet.strokes()) == [0, 1, 2]


def test_a_duplicate_is_corrected_as_what_it_is_of(window, write, settle):
    write(window, "1+1")
    write(window, "1", top=250)
    window.sheet.correct(Correction(frozenset({0}), "7"))
    window.sheet.correct(Correction(frozenset({3}), "4"))
    window.tools.use("select")
    window.selector.select({0, 1, 2})
    window.root.event_generate("<Control-d>")
    settle(window)
    read = [line.reading.text for line in window.live.lines if line.reading]
    assert sorted(read) == ["4", "7+1", "7+1"]
    window.root.event_generate("<Control-z>")
    assert len(window.sheet.corrections()) == 2


def test_while_a_selection_is_dragged_it_is_not_duplicated(window, write, settle):
    write(window, "1+1")
    window.tools.use("select")
    window.selector.select({0, 1, 2})
    paper, before = window.paper, window.sheet.strokes()[0]
    paper.event_generate("<ButtonPress-1>", x=120, y=125)
    paper.event_generate("<B1-Motion>", x=150, y=165)
    window.root.event_generate("<Control-d>")
    paper.event_generate("<B1-Motion>", x=160, y=185)
    paper.event_generate("<ButtonRelease-1>", x=160, y=185)
    settle(window)
    assert list(window.sheet.strokes()) == [0, 1, 2]
    assert np.array_equal(window.sheet.strokes()[0].points, before.moved(40, 60).points)


def test_with_a_selection_ctrl_c_copies_its_answer(window, write, drag):
    write(window, "1+1", top=60)
    write(window, "11+1", top=220)
    window.tools.use("select")
    drag(window, [(80, 40), (160, 130)])
    window.root.event_generate("<Control-c>")
    assert window.root.clipboard_get() == "2"


def test_escape_drops_the_selection_before_it_clears(window, write):
    write(window, "1")
    window.root.event_generate("<Control-a>")
    window.root.event_generate("<Escape>")
    assert window.selector.numbers == set()
    assert not window.sheet.empty


@pytest.mark.parametrize("tool", ["pen", "eraser", "select"])
@pytest.mark.parametrize("start", [(130, 125), (300, 300)])
def test_escape_while_the_button_is_down_gives_up_what_was_begun(window, write, settle, tool, start):
    write(window, "1+1")
    window.tools.use(tool)
    if tool == "select":
        window.selector.select({0, 1, 2})
    before, (x, y) = window.paper.bbox("ink"), start
    window.paper.event_generate("<ButtonPress-1>", x=x, y=y)
    window.paper.event_generate("<B1-Motion>", x=x + 60, y=y + 80)
    window.root.event_generate("<Escape>")
    window.root.event_generate("<Escape>")
    window.paper.event_generate("<B1-Motion>", x=x + 70, y=y + 90)
    window.paper.event_generate("<ButtonRelease-1>", x=x + 70, y=y + 90)
    settle(window)
    assert list(window.sheet.strokes()) == [0, 1, 2]
    assert window.paper.bbox("ink") == pytest.approx(before, abs=2)  # painted or not


@pytest.mark.parametrize("tool", ["pen", "select"])
def test_what_was_begun_ends_where_it_was_when_a_dialog_takes_the_release(window, write, settle, tool):
    write(window, "1+1")
    before = window.sheet.strokes()[0]
    window.tools.use(tool)
    if tool == "select":
        window.selector.select({0, 1, 2})
    window.paper.event_generate("<ButtonPress-1>", x=120, y=125)
    window.paper.event_generate("<B1-Motion>", x=150, y=165)
    window.paper.event_generate("<Motion>", x=400, y=400)
    settle(window)
    if tool == "select":
        assert np.array_equal(window.sheet.strokes()[0].points, before.moved(30, 40).points)
    else:
        assert window.sheet.strokes()[3].points[:, :2].tolist() == [[120, 125], [150, 165]]
    window.root.event_generate("<Escape>")
    window.root.event_generate("<Escape>")
    assert window.sheet.empty


def test_the_button_clears_whatever_is_selected_and_wherever_the_keys_go(window, write):
    write(window, "1")
    window.root.event_generate("<Control-a>")
    button = window.bar.buttons["clear"]
    button.focus_force()  # as a click does
    button.invoke()
    assert window.sheet.empty


def test_pen_width_by_keys(window, drag):
    window.root.event_generate("<bracketright>")
    drag(window, [(50, 50), (50, 90)])
    window.root.event_generate("<bracketleft>")
    drag(window, [(90, 50), (90, 90)])
    assert [s.width for s in window.sheet.strokes().values()] == [4.0, 3.0]


def test_zoom_keeps_the_ink_and_what_is_written_then_is_in_the_same_units(window, drag, settle):
    drag(window, [(100, 100), (100, 150)])
    window.root.event_generate("<Control-equal>")
    settle(window)
    assert window.paper.zoom == 1.25
    left, top = window.paper.canvasx(0), window.paper.canvasy(0)
    drag(window, [(200 - left, 125 - top), (200 - left, 187.5 - top)])
    strokes = list(window.sheet.strokes().values())
    assert strokes[1].points[:, :2] == pytest.approx(np.array([[160, 100], [160, 150]]), abs=1)


def test_strokes_end_up_painted(window, write, until):
    write(window, "1+1")
    until(window, lambda: all(window.paper.type(i) == "image" for i in window.paper.find_withtag("ink")))
    assert len(window.paper.find_withtag("ink")) == 3


def test_inside_a_loop_that_is_not_convex():
    loop = np.array([[0.0, 0], [10, 0], [10, 10], [5, 2], [0, 10]])
    assert inside(np.array([[5.0, 1], [5, 5], [1, 5], [-1, 5]]), loop).tolist() == [True, False, True, False]


def test_typing_says_what_the_selected_strokes_are(window, write, drag, settle):
    write(window, "1+1")
    window.tools.use("select")
    drag(window, [(80, 80), (115, 170)])
    window.paper.event_generate("4")
    settle(window)
    assert window.live.newest().reading.text == "4+1"
    assert not window.field.winfo_ismapped()


@pytest.mark.parametrize("key", ["<Control-Key-0>", "<Control-minus>", "<Control-plus>", "<Mod1-Key-1>"])
def test_keys_with_ctrl_or_alt_say_nothing_of_the_selected_strokes(window, write, key):
    write(window, "1+1")
    window.selector.select({0, 1})
    window.root.event_generate(key)
    assert not window.sheet.corrections()


def test_the_paper_scrolls_when_there_is_more_than_the_window_shows(window, write, settle):
    write(window, "1", top=480)
    window.root.geometry("480x360")
    settle(window)
    window.paper.focus_force()  # without a window manager a pointer that is outside now takes the keys away
    window.root.update()
    top = window.paper.visible().top
    window.paper.event_generate("<Button-5>", x=100, y=100)
    window.root.update()
    assert window.paper.visible().top > top
    window.paper.event_generate("<Prior>")
    window.root.update()
    assert window.paper.visible().top == top


def test_strokes_are_grouped_and_ungrouped_by_keys(window, write, reader, settle):
    write(window, "1+1")
    window.root.event_generate("<Control-g>")
    assert "Select the strokes" in window.status.text
    window.selector.select({0, 1})
    window.root.event_generate("<Control-g>")
    settle(window)
    assert reader.fixed == {frozenset({0, 1}): ""}
    window.root.event_generate("<Control-G>")
    settle(window)
    assert reader.fixed == {frozenset({0}): "", frozenset({1}): ""}
    window.root.event_generate("<Control-z>")
    settle(window)
    assert reader.fixed == {frozenset({0, 1}): ""}
