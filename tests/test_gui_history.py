"""The history panel and the typing field."""

from __future__ import annotations

import pytest

from hwcalc.gui import history
from hwcalc.gui.engine import Engine
from hwcalc.gui.history import Entry, Log
from hwcalc.gui.theme import DARK
from hwcalc.gui.window import Window
from tests.conftest import reading_of


@pytest.fixture
def sums(window, reader):
    """Lets the typing field understand sums of numbers."""

    def evaluate(text):
        try:
            return reading_of(text, str(sum(int(t.strip("()")) for t in text.split("+"))))
        except ValueError:
            raise ValueError("that is no sum") from None

    reader.evaluate = evaluate
    return window


def test_a_line_has_one_entry_that_follows_it(window, write):
    write(window, "1+1")
    window.note()
    write(window, "1", left=220)
    window.note()
    assert [(e.text, e.answer) for e in window.log.entries] == [("1+11", "= 12")]


def test_windows_side_by_side_keep_each_others_history(display, tmp_path):
    engine = Engine(warm_up=lambda: None)
    for texts in (("1", "2"), ("3", "4")):
        windows = [Window(engine, folder=tmp_path, scale=1.0) for _ in texts]
        for window, text in zip(windows, texts, strict=True):
            window.log.add(Entry(text, text, text, text))
            window.root.update()
        for window in windows:
            window.close()
    assert [entry.text for entry in history.load(tmp_path / "history.json")] == ["1", "2", "3", "4"]


def test_the_history_is_in_its_file_before_the_window_is_closed(display, reader, settle, tmp_path):
    def kept():
        return [entry.text for entry in history.load(tmp_path / "history.json")]

    engine = Engine(warm_up=lambda: None)
    history.Kept(tmp_path / "history.json").write([Entry("1", "1", "1", "1")])
    window, other = (Window(engine, folder=tmp_path, scale=1.0) for _ in range(2))
    half, whole = (Entry(text, text, "= 5", "5") for text in ("2+", "2+3"))
    window.log.add(half)
    settle(window)
    assert kept() == ["1", "2+"]
    other.log.add(Entry("7", "7", "7", "7"))
    settle(other)
    window.log.entries.remove(half)  # as the line grows
    window.log.add(whole)
    settle(window)
    assert kept() == ["1", "7", "2+3"]
    window.log.clear()
    settle(window)
    assert kept() == ["7"]
    for each in (window, other):
        each.close()


def test_what_one_window_forgets_another_one_does_not_bring_back(display, settle, tmp_path):
    def kept():
        return [entry.text for entry in history.load(tmp_path / "history.json")]

    engine = Engine(warm_up=lambda: None)
    history.Kept(tmp_path / "history.json").write([Entry("1", "1", "1", "1")])
    first = Window(engine, folder=tmp_path, scale=1.0)
    first.log.add(Entry("2", "2", "2", "2"))
    settle(first)
    second = Window(engine, folder=tmp_path, scale=1.0)
    second.log.clear()
    settle(second)
    assert kept() == []
    for text in ("3", "4"):
        first.log.add(Entry(text, text, text, text))
        settle(first)
    assert kept() == ["3", "4"]
    for window in (first, second):
        window.close()
    assert kept() == ["3", "4"]


def test_only_what_has_a_value_is_noted_and_what_is_opened_again_is_not_noted_twice(
    window, write, settle, reader
):
    reader.read = lambda strokes, fixed: reading_of("7÷(", "a bracket is not closed", value=None)
    write(window, "1")
    window.note()
    assert not window.log.entries
    reader.read = None
    window.root.event_generate("<Escape>")
    write(window, "1+1")
    window.note()
    items = dict(window.sheet.items)
    window.clear()
    window.sheet.exchange("open", items)
    settle(window)
    window.note()
    assert [e.answer for e in window.log.entries] == ["= 2"]


def test_what_was_moved_is_not_noted_twice_when_it_is_opened_again(window, write, settle):
    write(window, "1+1")
    window.note()
    moved = {number: item.moved(3.333, 80) for number, item in window.sheet.items.items()}
    window.clear()
    window.sheet.exchange("open", moved)
    settle(window)
    window.note()
    assert [e.answer for e in window.log.entries] == ["= 2"]
    write(window, "1", left=223, top=180)
    window.note()
    assert [e.answer for e in window.log.entries] == ["= 12"]


def test_what_was_cleared_stays_in_the_history(window, write):
    write(window, "1+1")
    window.root.event_generate("<Escape>")
    write(window, "11+1")
    window.note()
    assert [e.answer for e in window.log.entries] == ["= 2", "= 12"]


def test_a_sum_is_noted_by_itself_after_a_while(window, write, until):
    write(window, "1+1")
    assert not window.log.entries
    until(window, lambda: window.log.entries)


def test_the_panel_shows_entries_newest_first_and_a_click_copies(window, settle):
    for n in (1, 2):
        window.log.add(Entry(f"{n}+{n}", "", f"= {2 * n}", str(2 * n), ((0.0, 0.0, 10.0, 40.0),)))
    window.root.event_generate("<Control-h>")
    settle(window)
    canvas = window.panel._canvas
    texts = [canvas.itemcget(i, "text") for i in canvas.find_all() if canvas.type(i) == "text"]
    assert texts == ["2 + 2", "= 4", "1 + 1", "= 2"]
    (image,) = [i for i in canvas.find_withtag("entry1") if canvas.type(i) == "image"]
    x, y = canvas.coords(image)
    canvas.event_generate("<Motion>", x=x + 2, y=y + 2)
    canvas.event_generate("<Button-1>", x=x + 2, y=y + 2)
    assert window.root.clipboard_get() == "2"
    window.root.event_generate("<Control-h>")
    settle(window)
    assert not window.panel.winfo_ismapped()


def test_what_changed_while_the_panel_was_hidden_shows_when_it_is_back(window, settle, until):
    def toggle():
        window.root.event_generate("<Control-h>")
        settle(window)

    window.log.add(Entry("1+1", "", "= 2", "2"))
    toggle()
    toggle()
    window.log.add(Entry("2+2", "", "= 4", "4"))
    window.look.choose(DARK)
    until(window, lambda: not window.look.changing)
    toggle()
    canvas = window.panel._canvas
    texts = [canvas.itemcget(i, "text") for i in canvas.find_all() if canvas.type(i) == "text"]
    assert texts == ["2 + 2", "= 4", "1 + 1", "= 2"]
    assert canvas.cget("background") == DARK.bar


def test_entries_come_back_from_their_file(tmp_path):
    path = tmp_path / "history.json"
    entries = [Entry("1+1", "1+1", "= 2", "2", ((0.0, 1.0, 2.0, 3.0),)), Entry("7", "7", "= 7", "7")]
    path.write_bytes(history.dumps(entries))
    assert history.load(path) == entries


ENTRY = b'[{"text": "1", "latex": "1", "answer": "= 1", "copied": "1", "strokes": [%s]}]'


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[1]", b'[{"text": "1"}]', b"\xff", b"[" * 100_000]
    + [ENTRY % stroke for stroke in (b"[]", b"[1, 2, 3]", b"[1, NaN]", b"[1, 1%s]" % (b"0" * 400))],
)
def test_a_strange_history_file_is_an_empty_history(tmp_path, data):
    path = tmp_path / "history.json"
    path.write_bytes(data)
    assert history.load(path) == []


def test_the_log_is_not_endless():
    log = Log()
    for n in range(history.MOST + 10):
        log.add(Entry(str(n), "", str(n), str(n)))
    assert len(log.entries) == history.MOST
    assert log.entries[-1].text == str(history.MOST + 9)


def test_typing_on_the_sheet_opens_the_field_and_its_answer_follows(sums, settle):
    window = sums
    window.root.event_generate("1")
    window.root.update()
    assert window.root.focus_get() is window.field.entry
    for key in ("<plus>", "2", "2"):
        window.field.entry.event_generate(key)
    settle(window)
    assert window.field.text.get() == "1+22"
    assert window.field.answer.cget("text") == "= 23"
    window.field.entry.event_generate("<Return>")
    settle(window)
    assert [item.text for item in window.sheet.typed().values()] == ["1+22"]
    assert window.field.text.get() == ""
    window.note()
    assert [e.copied for e in window.log.entries] == ["23"]


def test_ans_is_the_last_answer(sums, settle):
    window = sums
    window.log.add(Entry("40", "", "= 40", "40"))
    window.root.event_generate("<Control-t>")
    window.field.text.set("ans+2")
    settle(window)
    assert window.field.answer.cget("text") == "= 42"


def test_up_and_down_recall_sums(sums, settle):
    window = sums
    for n in (1, 2):
        window.log.add(Entry(f"{n}+1", "", f"= {n + 1}", str(n + 1)))
    window.root.event_generate("<Control-t>")
    window.root.update()
    seen = []
    for key in ("Up", "Up", "Up", "Down", "Down"):
        window.field.entry.event_generate(f"<{key}>")
        seen.append(window.field.text.get())
    assert seen == ["2+1", "1+1", "1+1", "2+1", ""]
    settle(window)


def test_half_a_sum_shows_no_error(sums, settle):
    window = sums
    window.root.event_generate("<Control-t>")
    window.field.text.set("1+")
    settle(window)
    assert window.field.answer.cget("text") == ""
    assert window.status.text != "that is no sum"


def test_escape_leaves_the_field_and_keeps_the_sheet(window, write):
    write(window, "1")
    for widget in (window.field.entry, window.paper):
        window.root.event_generate("<Control-t>")
        window.root.update()
        widget.focus_force()
        widget.event_generate("<Escape>")
        window.root.update()
        assert not window.field.winfo_ismapped()
        assert not window.sheet.empty


def test_keys_of_the_sheet_do_not_act_on_it_while_something_is_typed(window, write):
    write(window, "1")
    window.field.type("4")
    window.root.update()
    window.field.entry.event_generate("<Control-z>")
    window.field.entry.event_generate("e")
    assert not window.sheet.empty
    assert window.tools.current is window.pen


def test_editing_what_was_read_corrects_the_symbols(window, write, settle):
    write(window, "1+1")
    window.root.event_generate("<F2>")
    window.root.update()
    assert window.field.text.get() == "1+1"
    window.field.text.set("4+7")
    window.field.entry.event_generate("<Return>")
    settle(window)
    assert window.live.newest().reading.answer == "11"
    window.root.event_generate("<Control-z>")
    settle(window)
    assert window.live.newest().reading.answer == "2"


def test_an_edited_line_takes_only_what_a_symbol_may_be(window, write, settle):
    write(window, "1+1")
    for text, labels in (("1 X ?", {"x", "□"}), ("1+q", set())):
        window.field.edit(window.live.lines[0])
        window.field.text.set(text)
        settle(window)
        window.field.keep()
        settle(window)
        assert {correction.label for correction in window.sheet.corrections().values()} == labels
        window.root.event_generate("<Control-z>")
        settle(window)


def test_the_panel_is_used_by_keys(window, settle):
    for n in (1, 2, 3):
        window.log.add(Entry(f"{n}+1", "", f"= {n + 1}", str(n + 1)))
    window.root.event_generate("<Control-h>")
    window.root.update()
    canvas = window.panel._canvas
    canvas.focus_force()
    window.root.update()
    for key in ("<Down>", "<Down>", "<Up>", "<Return>"):
        canvas.event_generate(key)
    assert window.root.clipboard_get() == "3"
    canvas.event_generate("<Escape>")
    window.root.update()
    assert window.root.focus_get() is window.paper


def test_a_long_history_is_drawn_a_few_entries_at_a_time(window, until):
    ink = tuple(tuple(float(10 * i + v) for v in range(40)) for i in range(12))
    window.log.entries += [Entry("1+1", "", f"= {n}", str(n), ink) for n in range(150)]
    window.side.show("history")
    window.root.update_idletasks()
    panel = window.panel
    panel.redraw()
    assert 0 < len(panel._tops) < 150
    until(window, lambda: len(panel._tops) == 150)
    assert panel._tops == sorted(panel._tops)


def test_drawing_the_panel_again_leaves_nothing_bound(window, settle):
    def commands():
        settle(window)
        return len(window.root.tk.splitlist(window.root.tk.call("info", "commands")))

    window.side.show("history")
    window.log.add(Entry("1+1", "", "= 2", "2"))
    before = commands()
    window.log.add(Entry("2+2", "", "= 4", "4"))
    assert commands() == before


def test_the_entry_under_the_pointer_is_shaded(window, settle):
    for n in (1, 2):
        window.log.add(Entry(f"{n}+1", "", f"= {n + 1}", str(n + 1)))
    window.side.show("history")
    settle(window)
    canvas, hover = window.panel._canvas, window.panel.palette.hover
    _, top, _, bottom = canvas.bbox("entry1-back")
    events = ("<Motion>", top - 5, 0), ("<Motion>", top + 5, 1), ("<Motion>", bottom + 20, None)
    for event, y, shaded in (*events, ("<Motion>", top + 5, 1), ("<Leave>", top + 5, None)):
        canvas.event_generate(event, x=5, y=y)
        assert [canvas.itemcget(f"entry{n}-back", "fill") == hover for n in (0, 1)] == [
            n == shaded for n in (0, 1)
        ]
