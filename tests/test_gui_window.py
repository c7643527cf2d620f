"""The window as a whole: writing brings the answer, and every action does what its name says."""

from __future__ import annotations

import io
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from hwcalc.gui import clipboard
from hwcalc.gui.engine import Engine
from hwcalc.gui.menus import menu_of
from hwcalc.gui.screen import Screen
from hwcalc.gui.sheet import Stroke
from hwcalc.gui.shortcuts import ShortcutSheet
from hwcalc.gui.window import Window


def texts(window, tag="answer"):
    canvas = window.paper
    shown = [i for i in canvas.find_withtag(tag) if canvas.itemcget(i, "state") != "hidden"]
    return [canvas.itemcget(i, "text") for i in shown if canvas.type(i) == "text"]


def test_the_answer_appears_while_writing(window, write):
    write(window, "1+1")
    assert texts(window)[:3] == ["1", "+", "1"]
    assert texts(window)[-1] == "= 2"


def test_empty_sheet_has_one_hint_that_goes_with_the_first_touch(window):
    assert texts(window, "hint") == ["Write a sum, like 12 + 34"]
    window.paper.event_generate("<ButtonPress-1>", x=50, y=50)
    assert texts(window, "hint") == []
    window.paper.event_generate("<ButtonRelease-1>", x=50, y=50)


def test_undo_redo_and_clear_by_keys(window, write, settle):
    write(window, "1+1")
    root = window.root
    root.event_generate("<Control-z>")
    settle(window)
    assert list(window.sheet.strokes()) == [0, 1]
    assert "= 2" not in texts(window)
    root.event_generate("<Control-y>")
    settle(window)
    assert texts(window)[-1] == "= 2"
    root.event_generate("<Escape>")
    settle(window)
    assert window.sheet.empty
    assert texts(window, "hint")
    root.event_generate("<Control-z>")
    settle(window)
    assert texts(window)[-1] == "= 2"
    root.event_generate("<Control-z>")
    root.event_generate("<Control-Z>")
    settle(window)
    assert len(window.sheet.strokes()) == 3


def test_copy_puts_the_answer_on_the_clipboard(window, write):
    window.root.event_generate("<Control-c>")
    assert window.status.text == "No answer to copy yet"
    write(window, "1+1")
    window.root.event_generate("<Control-c>")
    assert window.root.clipboard_get() == "2"
    assert window.status.text == "Copied 2"


def test_a_tap_on_the_answer_copies_it_and_leaves_no_ink(window, write, drag):
    write(window, "11+1")
    (shown,) = window.answers._shown.values()
    x, y = shown.answer.center
    drag(window, [(x, y)])
    assert window.root.clipboard_get() == "12"
    assert len(window.sheet.strokes()) == 4


def test_the_answer_makes_way_for_the_pen(window, write):
    write(window, "1+1")
    (shown,) = window.answers._shown.values()
    x, y = shown.answer.center
    window.paper.event_generate("<ButtonPress-1>", x=x, y=y)
    assert "= 2" not in texts(window)
    window.paper.event_generate("<B1-Motion>", x=x + 30, y=y)
    window.paper.event_generate("<ButtonRelease-1>", x=x + 30, y=y)


def test_lines_are_answered_each_for_itself_and_only_the_new_one_is_read(window, write, reader):
    write(window, "1+1", top=60)
    reader.calls.clear()
    write(window, "1+1", top=220)
    assert reader.calls.count(3) == 1
    write(window, "1", left=220, top=220)
    assert [t for t in texts(window) if t.startswith("=")] == ["= 2", "= 12"]
    window.root.event_generate("<Control-c>")
    assert window.root.clipboard_get() == "12"


def test_a_problem_of_the_reader_is_told_in_the_status_line(window, write, reader, settle):
    reader.error = ValueError("no ink found: write larger\nand more")
    write(window, "1+1")
    assert window.status.text == "no ink found: write larger"
    reader.error = None
    write(window, "1", left=300)
    assert window.status.text == ""


def test_a_doubtful_answer_has_a_question_mark_and_a_dotted_symbol(window, write, reader):
    reader.changes = {"doubtful": True}
    write(window, "1+1")
    assert texts(window)[-1] == " ?"
    images = [i for i in window.paper.find_withtag("answer") if window.paper.type(i) == "image"]
    assert len(images) == 1


def test_stale_results_are_dropped(window, reader, settle):
    seen = []
    window.live.listeners.append(lambda lines: seen.append(len(lines[0].parts)))
    go = threading.Event()
    reader.wait = go.wait
    for x in (100, 140, 180, 220):
        window.paper.event_generate("<ButtonPress-1>", x=x, y=100)
        window.paper.event_generate("<B1-Motion>", x=x, y=150)
        window.paper.event_generate("<ButtonRelease-1>", x=x, y=150)
        window.root.update()
    go.set()
    settle(window)
    assert seen == [4]
    assert len(reader.calls) <= 2


def test_a_line_is_read_once_though_another_is_written_meanwhile(window, reader, until, settle):
    reading, go = threading.Event(), threading.Event()
    reader.wait = lambda: (reading.set(), go.wait(10))
    for top in (60, 260):
        window.sheet.add("stroke", [Stroke(np.array([[100, top, 0], [101, top + 50, 0.1]]))])
        until(window, reading.is_set)
    go.set()
    settle(window)
    assert len(window.live.lines) == 2
    assert reader.calls == [1, 1]


def test_the_window_can_be_small_and_everything_in_the_bar_stays_in_it(window, settle):
    window.root.geometry("480x360")
    window.root.update()
    settle(window)
    assert window.root.minsize() == (480, 360)
    for button in window.bar.buttons.values():
        assert button.winfo_x() + button.winfo_width() <= 480
    assert window.paper.winfo_height() > 240


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_ink_is_kept_in_logical_units(display, reader, drag, scale):
    from hwcalc.gui.engine import Engine
    from hwcalc.gui.theme import DARK
    from hwcalc.gui.window import Window

    window = Window(Engine(read_ink=reader, warm_up=lambda: None), palette=DARK, scale=scale)
    window.root.update()
    drag(window, [(100 * scale, 80 * scale), (100 * scale, 100 * scale), (100 * scale, 140 * scale)])
    (stroke,) = window.sheet.strokes().values()
    assert stroke.points[:, :2].tolist() == [[100, 80], [100, 100], [100, 140]]
    window.close()


def test_without_a_display_one_line_says_what_to_do():
    command = [sys.executable, "-m", "hwcalc.gui"]
    run = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "hwcalc read FILE" in run.stderr
    assert run.stdout == ""


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig finds the fonts there")
def test_without_a_font_one_line_says_what_to_install(display, tmp_path):
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    home = {"HOME": str(tmp_path), "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    env = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "DISPLAY": display, **home}
    run = subprocess.run(
        [sys.executable, "-m", "hwcalc.gui"], capture_output=True, text=True, env=env, timeout=60
    )
    assert run.returncode == 1
    assert run.stderr.startswith("hwcalc: there is no font")
    assert run.stderr.count("\n") == 1


def test_without_tkinter_one_line_says_what_to_install(monkeypatch, capsys):
    from hwcalc.gui.__main__ import main

    monkeypatch.setitem(sys.modules, "tkinter", None)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert "python3-tk" in told
    assert told.count("\n") == 1


def test_every_action_is_in_the_menu_and_has_a_key(window):
    menu = menu_of(window.root, window.actions, window.look.palette)
    entries = {}
    for i in range(menu.index("end") + 1):
        part = menu.nametowidget(menu.entrycget(i, "menu"))
        for k in range(part.index("end") + 1):
            entries[part.entrycget(k, "label").strip()] = part.type(k)
    assert set(entries) == {action.title for action in window.actions.by_name.values()}
    assert all(action.keys for action in window.actions.by_name.values())
    keys = [key for action in window.actions.by_name.values() for key in action.keys]
    assert len(keys) == len(set(keys))


def test_a_menu_takes_the_place_of_the_one_before(window):
    root, palette = window.root, window.look.palette
    menu_of(root, window.actions, palette)
    before = len(root.winfo_children())
    menu_of(root, window.actions, palette)
    assert len(root.winfo_children()) == before


def test_the_whole_menu_and_the_shortcuts_fit_a_small_screen(window, monkeypatch):
    menu = menu_of(window.root, window.actions, window.look.palette)
    menu.update_idletasks()
    assert menu.winfo_reqheight() < 300
    for width, height in ((1366, 768), (800, 600)):
        monkeypatch.setattr(ShortcutSheet, "winfo_screenwidth", lambda _, w=width: w)
        monkeypatch.setattr(ShortcutSheet, "winfo_screenheight", lambda _, h=height: h)
        screen = Screen(window.root, 1.5)
        sheet = ShortcutSheet(window.paper, window.actions, screen, window.look.palette)
        assert sheet.winfo_reqwidth() <= width
        assert sheet.winfo_reqheight() < height
        sheet.destroy()


def test_a_click_in_the_bar_leaves_the_keys_where_they_are(window):
    button = window.bar.buttons["eraser"]
    button.event_generate("<Enter>")
    button.event_generate("<ButtonPress-1>", x=5, y=5)
    button.event_generate("<ButtonRelease-1>", x=5, y=5)
    window.root.update()
    assert window.tools.current.name == "eraser"
    assert window.root.focus_get() is window.paper


def test_a_picture_of_the_newest_sum_is_copied(window, write, settle, monkeypatch):
    held = []
    monkeypatch.setattr(clipboard, "put_picture", held.append)
    window.root.event_generate("<Control-C>")
    assert window.status.text == "No ink to copy yet"
    write(window, "1+1")
    window.root.event_generate("<Control-C>")
    settle(window)
    assert window.status.text == "Copied the picture"
    with Image.open(io.BytesIO(held[0])) as picture:
        dark = np.asarray(picture.convert("L")) < 128
    assert dark.any()
    assert not dark.all()


def test_without_a_program_that_holds_pictures_one_line_says_which(window, write, settle, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    write(window, "1+1")
    window.root.event_generate("<Control-C>")
    settle(window)
    assert "install" in window.status.text


def test_tab_goes_around_and_shows_where_the_keys_are(window):
    def edge():
        return str(window.frame._edges[0].cget("style"))

    paper, seen = window.paper, []
    for _ in range(20):
        widget = window.root.focus_get()
        seen.append(widget)
        widget.event_generate("<Tab>")
        window.root.update()
        if window.root.focus_get() is paper:
            break
    assert edge() == "Focus.TFrame"
    assert next(iter(window.bar.buttons.values())) in seen
    assert window.bar.buttons["menu"] in seen
    paper.event_generate("<ButtonPress-1>", x=5, y=5)
    assert edge() == "Edge.TFrame"
    paper.event_generate("<ButtonRelease-1>", x=5, y=5)


def test_tips_are_there_at_the_first_start_only(display, reader, tmp_path):
    for first in (True, False):
        window = Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path, scale=1.0)
        window.root.update()
        assert len(texts(window, "hint")) == (2 if first else 1)
        window.close()
