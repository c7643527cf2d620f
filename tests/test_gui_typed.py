"""Typed lines on the sheet: they are answered, give names to values, and are items like the others."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import hwcalc
from hwcalc.gui import export, files
from hwcalc.gui.sheet import Stroke, Typed
from hwcalc.ink import Box
from tests.conftest import wait_until


def put(window, settle, *texts):
    for text in texts:
        window.field.type(text)
        settle(window)
        window.field.entry.event_generate("<Return>")
        settle(window)
    window.field.close()


def texts(window):
    paper, answers = window.paper, window.answers
    wait_until(window, lambda: not answers._stale and answers._shown.keys() >= set(window.live.lines))
    return [paper.itemcget(i, "text") for i in paper.find_withtag("answer") if paper.type(i) == "text"]


def test_names_and_ans_go_from_line_to_line(window, settle):
    put(window, settle, "a = 12", "b = 2a", "a*b+ans")
    assert texts(window) == ["= 24", "= 312"]
    first = next(iter(window.sheet.typed()))
    window.correcting.tapped(*window.sheet.items[first].box.center)
    window.field.text.set("a = 1")
    settle(window)
    window.field.entry.event_generate("<Return>")
    settle(window)
    assert texts(window) == ["= 2", "= 4"]
    window.root.event_generate("<Control-z>")
    settle(window)
    assert texts(window) == ["= 24", "= 312"]


def test_a_drawn_line_is_the_answer_before_a_typed_one(window, write, settle, reader):
    write(window, "1+11", top=60)
    put(window, settle, "2ans")
    assert texts(window)[-1] == "= 24"
    assert window.live.newest().reading.value == 24


def test_a_name_without_a_value_is_told_in_words(window, settle):
    put(window, settle, "3")
    window.sheet.add("typing", [Typed(Box(50, 300, 90, 340), "2q")])
    settle(window)
    assert texts(window) == ["q has no value yet: write q = … on a line above"]


def test_half_a_sum_does_not_come_on_the_sheet_and_the_reason_is_told(window, settle):
    put(window, settle, "12+")
    assert window.sheet.empty
    assert window.status.text == "something is missing after +"


def test_enter_waits_for_the_value(window, settle, reader):
    go = threading.Event()
    reader.evaluate = lambda text: (go.wait(5), hwcalc.evaluate(text))[1]
    window.field.type("1+2")
    window.root.update()
    window.field.entry.event_generate("<Return>")
    assert window.sheet.empty
    go.set()
    settle(window)
    assert [item.text for item in window.sheet.typed().values()] == ["1+2"]


def test_what_is_typed_is_answered_while_the_sheet_is_read(window, settle, until, reader):
    go = threading.Event()
    reader.wait = lambda: go.wait(5)
    window.sheet.add("ink", [Stroke(np.array([[0.0, 0.0, 0.0], [0.0, 40.0, 0.1]]))])
    window.field.type("1+2")
    until(window, lambda: window.field.answer.cget("text") == "= 3")
    assert window.worker.busy
    go.set()
    settle(window)


def test_in_the_empty_field_the_keys_of_the_sheet_work(window, settle):
    window.root.clipboard_clear()
    window.root.clipboard_append("7")
    window.field.type("1+2")
    settle(window)
    entry = window.field.entry
    entry.event_generate("<Return>")
    entry.event_generate("<Control-z>")
    assert window.sheet.empty
    entry.event_generate("<Control-y>")
    settle(window)
    entry.event_generate("<Control-c>")
    assert window.root.clipboard_get() == "3"
    window.selector.select_all()
    entry.event_generate("<BackSpace>")
    assert len(window.sheet.typed()) == 1
    entry.event_generate("<Control-v>")
    assert window.field.text.get() == "3"
    settle(window)


def test_a_line_that_goes_while_it_is_edited_comes_as_a_new_one(window, settle):
    put(window, settle, "1+2")
    window.field.edit(window.live.lines[0])
    window.bar.buttons["undo"].invoke()
    assert window.sheet.empty
    window.field.entry.insert("end", "+4")
    settle(window)
    window.field.entry.event_generate("<Return>")
    assert [item.text for item in window.sheet.typed().values()] == ["1+2+4"]


def test_a_line_that_is_moved_while_it_is_edited_stays_there(window, settle, drag):
    put(window, settle, "1+2")
    (before,) = window.sheet.typed().values()
    window.field.edit(window.live.lines[0])
    window.tools.use("select")
    window.selector.select(set(window.sheet.items))
    x, y = before.box.center
    drag(window, [(x, y), (x + 40, y + 128)])
    window.field.entry.focus_force()
    window.field.entry.event_generate("<Return>")
    (after,) = window.sheet.typed().values()
    assert (after.box.left, after.box.top) == (before.box.left + 40, before.box.top + 128)


def test_all_of_the_field_is_selected_and_typed_over(window, settle):
    window.field.type("1+1")
    entry = window.field.entry
    entry.event_generate("<Control-a>")
    assert entry.selection_get() == "1+1"
    entry.event_generate("<Key>", keysym="7")
    assert window.field.text.get() == "7"
    settle(window)


def test_a_name_begins_a_typed_line_but_no_letter_that_is_a_key(window, settle):
    window.root.event_generate("e")
    assert window.tools.current.name == "eraser"
    assert not window.field.winfo_ismapped()
    window.root.event_generate("a")
    assert window.field.text.get() == "a"
    settle(window)


def test_on_windows_num_lock_lets_a_number_begin_a_typed_line(window, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    window.paper.event_generate("<Key-1>", state=0x8)
    assert window.field.winfo_ismapped()


def test_more_than_symbols_can_say_stands_below_the_ink(window, write, settle):
    write(window, "1+1")
    window.field.edit(window.live.lines[0])
    window.field.text.set("1+1+10")
    settle(window)
    window.field.keep()
    settle(window)
    assert len(window.sheet.strokes()) == 3
    assert [item.text for item in window.sheet.typed().values()] == ["1+1+10"]
    assert "below" in window.status.text


def test_lines_stand_one_under_the_other_and_under_the_ink(window, write, settle):
    write(window, "1+1", top=60)
    put(window, settle, "1+2", "3+4")
    boxes = [item.box for item in window.sheet.typed().values()]
    assert boxes[0].top > 110
    assert boxes[1].top == boxes[0].top + 64


def test_a_long_answer_leaves_the_entry_in_sight_and_stands_under_its_typed_line(window, settle):
    window.root.geometry("500x400")
    window.field.type("12345678*87654321/7")
    settle(window)
    assert window.field.entry.winfo_width() > 100
    answer = window.field.answer
    assert answer.winfo_x() + answer.winfo_reqwidth() < 500
    put(window, settle, "12345678*87654321/7")
    (item,) = window.sheet.typed().values()
    (shown,) = window.answers._shown.values()
    assert shown.answer.top >= item.box.bottom
    assert shown.answer.left < item.box.left + 20


def test_the_eraser_takes_a_typed_line_and_the_selection_moves_it(window, settle, drag):
    put(window, settle, "1+2")
    ((number, item),) = window.sheet.typed().items()
    window.root.event_generate("<Control-a>")
    x, y = item.box.center
    drag(window, [(x, y), (x + 20, y + 60)])
    moved = window.sheet.items[number]
    assert (moved.box.left, moved.box.top) == (item.box.left + 20, item.box.top + 60)
    x, y = moved.box.center
    window.root.event_generate("<Escape>")
    window.root.event_generate("e")
    drag(window, [(x - 40, y), (x + 40, y)])
    assert window.sheet.empty


def test_typed_lines_are_saved_and_exported(window, settle, tmp_path):
    put(window, settle, "a = 1/3", "3a")
    (tmp_path / "a.hwcalc").write_text(files.dumps(window.sheet.items), encoding="utf-8")
    again = files.read_sheet(tmp_path / "a.hwcalc")
    assert [item.text for item in again.values()] == ["a = 1/3", "3a"]
    for name in ("a.svg", "a.png"):
        window.documents.save_to(tmp_path / name)
    settle(window)
    assert "a = 1/3" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert (tmp_path / "a.png").stat().st_size > 500


def test_every_sign_of_a_typed_line_can_be_told_in_an_exported_picture():
    box = Box(0, 0, 100, 41)
    shown = {sign: export.png({0: Typed(box, f"2{sign}3")}, []) for sign in "+-×÷√"}
    assert len(set(shown.values())) == len(shown)


def test_several_lines_are_pasted_onto_the_sheet(window, settle):
    window.root.clipboard_clear()
    window.root.clipboard_append("a = 5\n\n  2a  \n")
    window.root.event_generate("<Control-v>")
    settle(window)
    assert [item.text for item in window.sheet.typed().values()] == ["a = 5", "2a"]
    assert texts(window) == ["= 10"]
    window.root.event_generate("<Control-z>")
    assert window.sheet.empty


@pytest.mark.parametrize("text", ["1/3+1/6", "sqrt(16)", "-2^2"])
def test_the_value_is_that_of_the_reader(window, settle, text):
    put(window, settle, text)
    assert window.live.newest().reading.value == hwcalc.evaluate(text).value
