"""Files: opening, saving, export, pictures, recovery after a kill."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tkinter as tk
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from hwcalc import inkml
from hwcalc.gui import clipboard, files, pictures
from hwcalc.gui.engine import Engine
from hwcalc.gui.places import Slot
from hwcalc.gui.sheet import Stroke
from hwcalc.gui.theme import DARK, LIGHT
from hwcalc.gui.window import Window
from hwcalc.ink import Box
from tests.conftest import reading_of, shown


def png(width=300, height=100, mode="RGB", colour: object = "white", format="PNG"):
    kept = io.BytesIO()
    Image.new(mode, (width, height), colour).save(kept, format)
    return kept.getvalue()


def test_save_and_open_bring_the_sheet_back(window, write, settle, tmp_path):
    path = tmp_path / "sum.hwcalc"
    write(window, "1+1")
    window.documents.save_to(path)
    settle(window)
    assert window.status.text == "Saved sum.hwcalc"
    assert window.root.title() == "sum.hwcalc"
    write(window, "1", left=300)
    assert window.root.title() == "sum.hwcalc •"
    window.documents.open_file(path)
    settle(window)
    assert len(window.sheet.strokes()) == 3
    assert window.live.newest().reading.answer == "2"
    window.undo()
    settle(window)
    assert len(window.sheet.strokes()) == 4


def test_what_was_on_the_sheet_before_is_not_saved_over_the_opened_file(window, write, settle, tmp_path):
    path = tmp_path / "sum.hwcalc"
    write(window, "1+1")
    window.documents.save_to(path)
    settle(window)
    window.clear()
    assert (window.documents.path, window.root.title()) == (None, "hwcalc")
    write(window, "1")
    window.documents.open_file(path)
    settle(window)
    assert window.status.text == "Opened sum.hwcalc. Ctrl+Z brings back what was not saved"
    window.undo()
    assert len(window.sheet.items) == 1
    assert window.documents.path is None
    window.redo()
    assert window.documents.path == path
    window.clear()
    window.undo()
    assert window.documents.path == path


@pytest.mark.parametrize(
    "name", ["missing.hwcalc", "folder.hwcalc", "text.hwcalc", "text.png", "cut.jpg", "empty.png"]
)
def test_what_cannot_be_opened_is_told_in_one_line(window, write, settle, tmp_path, name):
    (tmp_path / "folder.hwcalc").mkdir()
    (tmp_path / "text.hwcalc").write_text("12 + 34")
    (tmp_path / "text.png").write_text("12 + 34")
    (tmp_path / "cut.jpg").write_bytes(png(400, 400, colour="red", format="JPEG")[:700])
    (tmp_path / "empty.png").write_bytes(b"")
    write(window, "1")
    window.documents.open_file(tmp_path / name)
    settle(window)
    assert name in window.status.text
    assert "\n" not in window.status.text
    assert "Errno" not in window.status.text
    assert len(window.sheet.items) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", ["a.png", "a.hwcalc", "a.inkml"])
def test_a_pipe_is_told_and_not_waited_for(window, settle, tmp_path, name):
    os.mkfifo(tmp_path / name)
    window.documents.open_file(tmp_path / name)
    settle(window)
    assert window.status.text == f"{name} is a pipe or a device: open a file"


def test_exports(window, write, settle, tmp_path):
    write(window, "1+1")
    for name in ("a.png", "a.svg", "a.pdf"):
        window.documents.save_to(tmp_path / name)
    settle(window)
    with Image.open(tmp_path / "a.png") as picture:
        colours = {c for _, c in picture.getcolors(100_000)}
    assert (0x1D, 0x27, 0x33) in colours
    assert (0x17, 0x69, 0xAA) in colours
    svg = ElementTree.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    strokes = [path.get("stroke") for path in svg.findall(f".//{space}path")]
    assert strokes.count("#1d2733") == 3
    assert strokes.count("#1769aa") == 3  # = 2
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_a_sheet_is_not_saved_by_a_name_it_cannot_be_opened_by(window, write, settle, tmp_path):
    write(window, "1+1")
    for name in ("a.jpg", "a"):
        window.documents.save_to(tmp_path / name)
        settle(window)
        assert f"{name} is not saved" in window.status.text
    assert not list(tmp_path.iterdir())
    assert not window.documents.saved


def test_ink_comes_back_through_inkml_with_what_was_read(window, write, settle, tmp_path):
    write(window, "1+1")
    before = [s.points for s in window.sheet.strokes().values()]
    window.documents.save_to(tmp_path / "a.inkml")
    settle(window)
    assert window.status.text == "Exported a.inkml"
    found = inkml.loads((tmp_path / "a.inkml").read_bytes())
    assert [group.label for group in found.groups] == ["1", "+", "1"]
    for stroke, points in zip(found.strokes, before, strict=True):
        np.testing.assert_allclose(stroke, points, atol=0.01)
    window.clear()
    window.documents.open_file(tmp_path / "a.inkml")
    settle(window)
    assert window.live.newest().reading.answer == "2"
    window.undo()
    assert window.sheet.empty


@pytest.mark.parametrize("factor", [0.01, 1, 1000])
def test_ink_of_any_unit_comes_as_large_as_writing_and_fits(window, settle, tmp_path, factor):
    strokes = [np.array([[i * 50.0, 0.0], [i * 50.0, 80.0]]) * factor for i in range(30)]
    (tmp_path / "a.inkml").write_bytes(inkml.dumps(strokes))
    window.documents.open_file(tmp_path / "a.inkml")
    settle(window)
    boxes = [s.box for s in window.sheet.strokes().values()]
    assert 20 <= boxes[0].height <= 60
    assert max(b.right for b in boxes) <= window.paper.visible().right


def test_recent_files_can_be_chosen_and_the_last_one_comes_by_key(window, write, settle, tmp_path):
    window.root.event_generate("<Control-r>")
    assert window.status.text == "No file was opened or saved yet"
    write(window, "1+1")
    for name in ("a.hwcalc", "b.hwcalc", "a.hwcalc"):
        window.documents.save_to(tmp_path / name)
        settle(window)
    assert [c.title for c in window.documents.recent()] == ["a.hwcalc", "b.hwcalc"]
    (tmp_path / "other").mkdir()
    window.documents.save_to(tmp_path / "other" / "b.hwcalc")
    settle(window)
    assert [Path(c.title).name for c in window.documents.recent()] == ["b.hwcalc", "a.hwcalc", "b.hwcalc"]
    window.clear()
    window.root.event_generate("<Control-r>")
    settle(window)
    assert len(window.sheet.strokes()) == 3
    assert window.root.title() == "b.hwcalc"


def test_dialogs_begin_where_the_last_file_was_and_tell_what_it_was_called(
    window, write, settle, tmp_path, monkeypatch
):
    asked = []

    def ask(**options):
        asked.append((options["initialdir"], options.get("initialfile")))
        return str(tmp_path / "mine.hwcalc") if len(asked) == 1 else ""

    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", ask)
    monkeypatch.setattr("tkinter.filedialog.askopenfilename", ask)
    write(window, "1+1")
    window.documents.save()
    settle(window)
    window.documents.save_as()
    window.documents.open()
    assert asked == [(Path.home(), ""), (tmp_path, "mine.hwcalc"), (tmp_path, None)]
    assert window.root.tk.eval("set ::tk::dialog::file::showHiddenVar") == "0"


def test_the_dialog_shows_what_cameras_write(window, monkeypatch):
    asked = {}
    monkeypatch.setattr("tkinter.filedialog.askopenfilename", lambda **options: asked.update(options))
    window.documents.open()
    (_, shown), _ = asked["filetypes"]
    assert {"*.jpg", "*.JPG"} <= set(shown.split())


def test_an_empty_sheet_is_not_exported(window, settle, tmp_path):
    window.documents.save_to(tmp_path / "a.png")
    settle(window)
    assert "empty" in window.status.text
    assert not list(tmp_path.glob("a.png"))


def test_a_picture_lies_on_the_sheet_with_what_was_read(window, settle, tmp_path, monkeypatch):
    seen = []

    def read(given, fixed=MappingProxyType({})):
        seen.append(dict(fixed))
        labels = ["1", "+", fixed.get(0, {}).get(frozenset({2}), "1")]
        boxes = [Box(10 + 50 * i, 20, 40 + 50 * i, 80) for i in range(3)]
        text = "".join(labels)
        return [reading_of(text, str(int(labels[0]) + int(labels[2])), boxes, labels)]

    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=read, correct=read))
    (tmp_path / "a.png").write_bytes(png())
    window.documents.open_file(tmp_path / "a.png")
    settle(window)
    settle(window)
    (line,) = window.live.lines
    picture = window.sheet.pictures()[0]
    assert seen == [{}]
    first = line.symbol_box(line.reading.symbols[0])
    assert first.left == pytest.approx(picture.box.left + 10 * picture.box.width / 300)
    card = window.correcting.ask_about(line, 2)
    card.choose("7")
    settle(window)
    assert seen == [{}, {0: {frozenset({2}): "7"}}]
    assert window.live.newest().reading.answer == "8"
    window.undo()
    window.undo()
    settle(window)
    assert window.sheet.empty


def test_a_wide_picture_fits_the_window_without_a_scrollbar(window, settle, tmp_path, monkeypatch):
    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=lambda *_: []))
    Image.new("RGB", (2000, 100), "white").save(tmp_path / "a.png")
    window.documents.open_file(tmp_path / "a.png")
    settle(window)
    (picture,) = window.sheet.pictures().values()
    assert picture.box.width > 0.9 * window.paper.winfo_width()
    assert window.paper.xview() == (0.0, 1.0)


@pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
def test_a_wide_picture_is_still_whole_when_another_brings_a_scrollbar(display, settle, tmp_path, scale):
    window = shown(Window(Engine(read_picture=lambda *_: [], warm_up=lambda: None), LIGHT, scale))
    for name in ("a.png", "b.png"):
        Image.new("RGB", (3000, 1000), "white").save(tmp_path / name)
        window.documents.open_file(tmp_path / name)
        settle(window)
    assert window.paper.yview() != (0.0, 1.0)
    assert window.paper.xview() == (0.0, 1.0)
    window.close()


def test_a_picture_says_that_it_is_still_being_read(window, until, settle, tmp_path, monkeypatch):
    def texts():
        return [window.paper.itemcget(i, "text") for i in window.paper.find_all() if is_text(i)]

    def is_text(item):
        return window.paper.type(item) == "text"

    go = threading.Event()

    def read(given, fixed=MappingProxyType({})):
        go.wait(10)
        return [reading_of("1", "")]

    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=read, correct=read))
    (tmp_path / "a.png").write_bytes(png())
    window.documents.open_file(tmp_path / "a.png")
    until(window, lambda: "Reading …" in texts())
    window.paper.zoom_by(1)
    assert texts().count("Reading …") == 1
    go.set()
    settle(window)
    assert "Reading …" not in texts()


@pytest.fixture
def slow(window, until, tmp_path, monkeypatch):
    """A picture that is being read; `go` ends that, and `fixed` is what each reading was told."""

    told = SimpleNamespace(fixed=[], go=threading.Event())

    def read(given, fixed=MappingProxyType({})):
        told.fixed.append(fixed)
        told.go.wait(10)
        label = fixed.get(0, {}).get(frozenset({0}), "1")
        return [reading_of(label + "+1", str(int(label) + 1), [Box(0, 0, 9, 9)] * 3, [label, "+", "1"])]

    monkeypatch.setattr(window.live, "_engine", replace(window.engine, read_picture=read, correct=read))
    (tmp_path / "a.png").write_bytes(png(100, 60))
    window.documents.open_file(tmp_path / "a.png")
    until(window, lambda: told.fixed)
    yield told
    told.go.set()


def answers(window):
    return [line.reading.answer for line in window.live.lines]


def test_ink_is_answered_while_a_picture_is_read(window, slow, drag, until, settle):
    for points in ([(600, 400), (600, 450)], [(630, 425), (650, 425)], [(680, 400), (680, 450)]):
        drag(window, points, wait=False)
    until(window, lambda: answers(window) == ["2"])
    assert window.pictures_worker.busy
    window.root.event_generate("<Control-z>")
    until(window, lambda: answers(window) == [""])
    slow.go.set()
    settle(window)
    assert answers(window) == ["2", ""]
    assert len(slow.fixed) == 1


def test_a_picture_that_was_undone_while_it_is_read_is_not_read_again(window, slow, settle, until):
    window.root.event_generate("<Control-z>")
    until(window, lambda: not window.worker.busy)
    assert window.paper.find_withtag("reading") == ()
    slow.go.set()
    settle(window)
    assert window.live.lines == []
    window.root.event_generate("<Control-y>")
    settle(window)
    assert answers(window) == ["2"]
    assert len(slow.fixed) == 1


def test_a_picture_that_was_undone_while_it_is_read_keeps_no_other_waiting(
    window, slow, until, settle, tmp_path
):
    window.root.event_generate("<Control-z>")
    first, slow.go = slow.go, threading.Event()
    slow.go.set()
    (tmp_path / "b.png").write_bytes(png(90, 60))
    window.documents.open_file(tmp_path / "b.png")
    until(window, lambda: answers(window) == ["2"])
    first.set()
    settle(window)
    assert len(slow.fixed) == 2


def test_a_corrected_picture_keeps_its_answers_while_it_is_read_again(window, slow, settle, until):
    slow.go.set()
    settle(window)
    slow.go.clear()
    for label in "57":
        window.correcting.ask_about(window.live.lines[0], 0).choose(label)
    window.root.update()
    until(window, lambda: len(slow.fixed) > 1 and not window.worker.busy)
    assert answers(window) == ["2"]
    slow.go.set()
    settle(window)
    assert answers(window) == ["8"]
    window.correcting.ask_about(window.live.lines[0], 0).choose("4")
    settle(window)
    assert answers(window) == ["5"]
    assert len(window.live._found) == 2  # as it is now, and uncorrected
    read = len(slow.fixed)
    for _ in range(3):
        window.root.event_generate("<Control-z>")
    settle(window)
    assert answers(window) == ["2"]
    assert len(slow.fixed) == read


def test_what_a_changed_reader_has_begun_is_read_anew(window, slow, settle):
    window.live.read_again()
    slow.go.set()
    settle(window)
    assert len(slow.fixed) == 2


def test_saving_does_not_wait_for_what_is_being_read(window, reader, until, tmp_path):
    go = threading.Event()
    reader.wait = lambda: go.wait(10)
    window.sheet.add("stroke", [Stroke(np.array([[100, 60, 0], [101, 110, 0.1]]))])
    window.documents.save_to(tmp_path / "a.hwcalc")
    until(window, lambda: window.documents.saved)
    assert window.worker.busy
    go.set()


def test_every_expression_of_a_picture_is_answered_and_corrected_for_itself(
    window, settle, tmp_path, monkeypatch
):
    def read(given, fixed=MappingProxyType({})):
        found = []
        for place, top in enumerate((10, 60)):
            labels = ["2", "+", fixed.get(place, {}).get(frozenset({2}), "3")]
            boxes = [Box(10 + 50 * i, top, 40 + 50 * i, top + 30) for i in range(3)]
            found.append(reading_of("".join(labels), str(2 + int(labels[2])), boxes, labels))
        return found

    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=read, correct=read))
    (tmp_path / "a.png").write_bytes(png())
    window.documents.open_file(tmp_path / "a.png")
    settle(window)
    settle(window)
    first, second = window.live.lines
    assert first.box.bottom < second.box.top
    window.correcting.ask_about(second, 2).choose("4")
    settle(window)
    assert [line.reading.answer for line in window.live.lines] == ["5", "6"]
    window.note()
    assert [entry.answer for entry in window.log.entries] == ["= 5", "= 6"]
    text = files.dumps(window.sheet.items)
    assert files.dumps(files.loads(text)) == text


def test_a_picture_that_is_moved_or_duplicated_is_not_read_again(window, settle, tmp_path, monkeypatch):
    read = []

    def read_picture(picture):
        read.append(picture)
        return [reading_of("1", "1", [Box(10, 20, 30, 60)], ["1"]) for _ in range(2)]

    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=read_picture))
    (tmp_path / "a.png").write_bytes(png())
    window.documents.open_file(tmp_path / "a.png")
    settle(window)
    settle(window)
    before = window.live.lines[0].box
    window.select_all()
    paper, (x, y) = window.paper, next(iter(window.sheet.pictures().values())).box.center
    paper.event_generate("<ButtonPress-1>", x=x, y=y)
    paper.event_generate("<ButtonRelease-1>", x=x + 40, y=y + 30)
    settle(window)
    after = window.live.lines[0].box
    assert (after.left - before.left, after.top - before.top) == (40, 30)
    window.root.event_generate("<Control-d>")
    settle(window)
    assert [line.picture for line in window.live.lines] == [0, 0, 1, 1]
    assert len(read) == 1


def test_a_picture_opened_at_the_start_is_as_large_as_one_opened_later(display, reader, until, tmp_path):
    Image.new("L", (1200, 600), 255).save(tmp_path / "a.png")
    engine = Engine(read_ink=reader, read_picture=lambda *_: [], warm_up=lambda: None)
    window = Window(engine, scale=1.0)
    window.open_at_start(tmp_path / "a.png")
    until(window, lambda: window.sheet.pictures())
    (picture,) = window.sheet.pictures().values()
    assert picture.box.width > 600
    assert picture.box.left > 0
    window.close()


def test_boxes_are_light_on_a_dark_picture(window, settle, tmp_path, monkeypatch):
    read = reading_of("1", "1", [Box(10, 20, 40, 80)], ["1"])
    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=lambda *_: [read]))
    colours = []
    for grey in (250, 40):
        Image.new("L", (400, 200), grey).save(tmp_path / "a.png")
        window.documents.open_file(tmp_path / "a.png")
        settle(window)
        settle(window)
        boxes = [i for i in window.paper.find_withtag("answer") if window.paper.type(i) == "rectangle"]
        colours.append({window.paper.itemcget(i, "outline") for i in boxes} & {LIGHT.answer, DARK.answer})
        window.clear()
        settle(window)
    assert colours == [{LIGHT.answer}, {DARK.answer}]


def test_pictures_fit_the_room_and_lie_on_white():
    data = png(4000, 1000, "RGBA", (0, 0, 0, 0))
    picture = pictures.fitted(data, "a.png", (500, 400), 70)
    assert picture.box == Box(pictures.SIDE, 70, pictures.SIDE + 500, 195)
    with Image.open(io.BytesIO(picture.data)) as kept:
        assert max(kept.size) <= pictures.SHOWN_SIDE
        assert kept.getpixel((0, 0)) == (255, 255, 255)


def test_a_photo_is_turned_as_its_camera_says():
    image = Image.new("RGB", (60, 20), "white")
    exif = image.getexif()
    exif[0x0112] = 6
    kept = io.BytesIO()
    image.save(kept, "JPEG", exif=exif)
    picture = pictures.fitted(kept.getvalue(), "a.jpg", (500, 500), 0)
    assert (picture.box.width, picture.box.height) == (20, 60)


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_of_several_pages_the_first_is_opened_and_told(window, settle, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(window.live, "_engine", Engine(read_picture=lambda *_: []))
    if kind == "PDF":
        pytest.importorskip("pypdfium2")
    path = tmp_path / f"a.{kind.lower()}"
    page = Image.new("L", (300, 100), 255)
    page.save(path, kind, save_all=True, append_images=[page])
    window.documents.open_file(path)
    settle(window)
    assert window.status.text == f"Opened {path.name}, page 1 of 2"
    assert len(window.sheet.pictures()) == 1


def test_a_scan_of_16_bits_keeps_its_ink():
    grey = np.full((60, 200), 60000, np.uint16)
    grey[20:30, 20:180] = 9000
    kept = io.BytesIO()
    Image.fromarray(grey).save(kept, "PNG")
    picture = pictures.fitted(kept.getvalue(), "a.png", (500, 500), 0)
    assert pictures.pixels(picture.data).getpixel((100, 25)) < (60, 60, 60)


def test_a_sheet_holds_no_pictures_that_start_programs():
    kept = io.BytesIO()
    Image.new("L", (30, 30)).save(kept, "EPS")
    with pytest.raises(ValueError, match="cannot be read"):
        pictures.pixels(kept.getvalue())


def test_paste_takes_a_sum_into_the_field(window, settle):
    window.root.clipboard_clear()
    window.root.clipboard_append("  12+34\n")
    window.root.event_generate("<Control-v>")
    settle(window)
    assert window.field.text.get() == "12+34"


def picture_on_clipboard():
    asked = ["xclip", "-selection", "clipboard", "-t", "TARGETS", "-o"]
    try:
        return b"image/png" in subprocess.run(asked, capture_output=True, timeout=1).stdout
    except subprocess.TimeoutExpired:  # the window has it still, and answers when it lives on
        return False


@pytest.mark.skipif(
    shutil.which("xclip") is None or sys.platform != "linux", reason="needs the package xclip"
)
def test_a_picture_goes_over_the_real_clipboard_and_comes_back(
    window, write, settle, until, tmp_path, monkeypatch
):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=lambda *_: []))
    write(window, "1+1")
    window.root.event_generate("<Control-Shift-C>")
    until(window, lambda: window.status.text == "Copied the picture")
    until(window, picture_on_clipboard)  # who copied may be asked a moment later
    window.root.event_generate("<Control-v>")
    until(window, lambda: window.sheet.pictures())
    assert window.status.text == "Pasted the picture"
    window.root.clipboard_clear()  # else the other program goes on holding it
    (picture,) = window.sheet.pictures().values()
    grey = pictures.pixels(picture.data).convert("L")
    assert grey.getextrema() == (37, 255)  # ink on white
    assert grey.width > grey.height


@pytest.mark.skipif(
    shutil.which("xclip") is None or sys.platform != "linux", reason="needs the package xclip"
)
@pytest.mark.parametrize("side", [100, 400, 900])
def test_a_picture_of_any_size_is_pasted(window, until, monkeypatch, side):
    """The second is too large for Tk, and of the third it gets nothing."""
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(window.live, "_engine", type(window.engine)(read_picture=lambda *_: []))
    kept = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(noise).save(kept, "PNG")
    clipboard.put_picture(kept.getvalue())
    until(window, picture_on_clipboard)
    window.root.update()  # the clipboard is the window's own until it hears of that
    window.root.event_generate("<Control-v>")
    until(window, lambda: window.status.text)
    assert window.status.text == "Pasted the picture"
    window.root.clipboard_clear()
    (picture,) = window.sheet.pictures().values()
    np.testing.assert_array_equal(pictures.pixels(picture.data), noise)


def test_two_windows_have_two_slots_and_a_slot_is_free_after_its_window(tmp_path):
    first, second = Slot(tmp_path), Slot(tmp_path)
    assert first.path != second.path
    first.free()
    third = Slot(tmp_path)
    assert third.path == first.path
    second.free()
    third.free()
    assert Slot(None).path is None


def test_where_nothing_can_be_written_closing_says_so_once_and_then_closes(display, reader, tmp_path):
    for name in ("sheet0.hwcalc", "settings.json", "history.json"):
        (tmp_path / name).mkdir()
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path, scale=1.0)
    window.root.update()
    for x in (50, 90):
        window.sheet.add("stroke", [Stroke(np.array([[x, 2.0, 0.0], [x, 40.0, 0.1]]))])
        window.close()
        window.root.update()
        assert window.status.text.startswith("This sheet cannot be kept: Is a directory")
    window.close()
    with pytest.raises(tk.TclError):
        window.root.winfo_exists()


def test_that_a_sheet_cannot_be_kept_is_said_once_until_it_can_be_again(
    display, reader, write, until, settle, tmp_path
):
    window = shown(Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path, scale=1.0))
    kept = tmp_path / "sheet0.hwcalc"

    def told(left):
        window.status.say("")
        write(window, "1", left=left)
        until(window, lambda: window.recovery._due is None)
        settle(window)
        return window.status.text

    kept.mkdir()
    assert told(100) == "After a crash this sheet would be lost: Is a directory. Save it elsewhere"
    assert told(140) == ""
    kept.rmdir()
    assert told(180) == ""
    assert len(files.read_sheet(kept)) == 3
    kept.unlink()
    kept.mkdir()
    assert "would be lost" in told(220)
    kept.rmdir()
    window.close()


def test_a_window_without_a_slot_says_that_its_sheet_cannot_be_kept(display, reader, tmp_path):
    (tmp_path / "file").touch()
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path / "file", scale=1.0)
    window.sheet.add("stroke", [Stroke(np.array([[1.0, 2.0, 0.0], [3.0, 40.0, 0.1]]))])
    window.close()
    assert "cannot be kept" in window.status.text
    window.close()


BUSY = """
import sys, threading, time
import cv2, numpy as np
import hwcalc
from hwcalc.gui.__main__ import main
from hwcalc.gui.window import Window

began = threading.Event()

def read_page(*args, **known):
    began.set()
    while True:
        cv2.blur(np.zeros((500, 500), np.uint8), (9, 9))

def warm_up(window):
    if began.is_set():
        print(time.monotonic(), flush=True)
        window.close()
    else:
        window.root.after(10, window.warm_up)

hwcalc.read_page, Window.warm_up = read_page, warm_up
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="sets the folders as Linux has them")
def test_the_program_ends_at_once_while_a_page_is_read(display, tmp_path):
    (tmp_path / "a.png").write_bytes(png())
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("DATA", "STATE", "CONFIG", "CACHE")}
    command = [sys.executable, "-c", BUSY, str(tmp_path / "a.png")]
    program = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )
    assert program.returncode == 0, program.stderr
    assert time.monotonic() - float(program.stdout) < 1.5


PROGRAM = """
import sys
from pathlib import Path
from hwcalc.gui.engine import Engine
from hwcalc.gui.window import Window
window = Window(Engine(warm_up=lambda: None), folder=Path(sys.argv[1]))
window.root.update()
for x in (50, 90, 130):
    window.paper.event_generate("<ButtonPress-1>", x=x, y=50)
    window.paper.event_generate("<B1-Motion>", x=x, y=90)
    window.paper.event_generate("<ButtonRelease-1>", x=x, y=90)
window.paper.event_generate("<ButtonPress-1>", x=170, y=50)
window.paper.event_generate("<B1-Motion>", x=170, y=90)
print(len(window.sheet.strokes()), flush=True)
window.root.mainloop()
"""


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_after_a_kill_while_drawing_the_ink_is_back(display, reader, tmp_path):
    from hwcalc.gui.engine import Engine
    from hwcalc.gui.window import Window

    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"3\n"
    deadline = time.monotonic() + 20
    kept = tmp_path / "sheet0.hwcalc"
    while not kept.exists() or len(files.read_sheet(kept)) < 4:  # with the one that is being drawn
        assert time.monotonic() < deadline
        time.sleep(0.01)
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path, scale=1.0)
    assert len(window.sheet.strokes()) == 4
    assert "back" in window.status.text
    window.clear()
    window.close()
    assert not (tmp_path / "sheet0.hwcalc").exists()


def test_what_is_not_saved_is_there_again_after_closing(display, reader, tmp_path):
    from hwcalc.gui.engine import Engine
    from hwcalc.gui.window import Window

    engine = Engine(read_ink=reader, warm_up=lambda: None)
    window = Window(engine, folder=tmp_path, scale=1.0)
    window.root.geometry("700x500")
    window.root.update()
    window.sheet.add("stroke", [Stroke(np.array([[1.0, 2.0, 0.0], [3.0, 40.0, 0.1]]))])
    window.look.wear(DARK)
    window.settings.theme = "dark"
    window.close()
    again = Window(engine, folder=tmp_path, scale=1.0)
    again.root.update()
    (stroke,) = again.sheet.strokes().values()
    assert stroke.points[:, :2].tolist() == [[1, 2], [3, 40]]
    assert again.look.palette is DARK
    assert (again.root.winfo_width(), again.root.winfo_height()) == (700, 500)
    again.documents.save_to(tmp_path / "a.hwcalc")
    again.close()  # which waits for that
    assert len(files.read_sheet(tmp_path / "a.hwcalc")) == 1
    assert not (tmp_path / "sheet0.hwcalc").exists()
