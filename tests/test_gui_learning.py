"""Learning the user's hand: only what the user wants is kept, it can be seen and deleted, and it can be undone."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from hwcalc.gui.engine import Engine
from hwcalc.gui.sheet import Stroke
from hwcalc.gui.theme import LIGHT
from hwcalc.gui.window import Window
from hwcalc.personal import Learnt
from hwcalc.samples import Samples
from tests.conftest import shown


class FakeClassifier:
    def __init__(self, name):
        self.name = name

    def save(self, path):
        path.write_text(self.name)


class FakeTeacher:
    """Learns as many times as it is asked, and remembers what is read with."""

    def __init__(self):
        self.lessons = []
        self.used = []
        self.after = 4
        self.go_on = threading.Event()
        self.go_on.set()

    def learn(self, samples, progress):
        self.lessons.append([s.label for s in samples])
        progress(0.25)
        assert self.go_on.wait(10)
        progress(1.0)
        return Learnt(FakeClassifier(f"lesson {len(self.lessons)}"), 5, 1, self.after)

    def use(self, path):
        self.used.append(path.read_text() if path else None)


@pytest.fixture
def teacher():
    return FakeTeacher()


@pytest.fixture
def school(display, reader, teacher, tmp_path):
    engine = Engine(read_ink=reader, warm_up=lambda: None, learn=teacher.learn, use=teacher.use)
    window = Window(engine, palette=LIGHT, scale=1.0, hand=tmp_path / "hand")
    yield shown(window)
    window.close()


def correct(window, settle, number=0, label="7"):
    window.correcting.ask_about(window.live.lines[0], number).choose(label)
    settle(window)


def learnt(window):
    return lambda: window.learning.share is None


def test_nothing_is_kept_until_the_user_wants_it(school, write, settle, tmp_path):
    write(school, "1+1")
    correct(school, settle)
    assert len(school.learning.samples) == 0
    assert not (tmp_path / "hand").exists()
    assert "Ctrl+K" in school.status.text
    school.root.event_generate("<Control-k>")
    correct(school, settle, 2, "4")
    (sample,) = Samples(tmp_path / "hand" / "samples.jsonl").all
    assert sample.label == "4"
    np.testing.assert_allclose(sample.strokes[0], school.sheet.strokes()[2].points[:, :2])


def test_typing_over_a_selection_is_kept_and_grouping_alone_is_not(school, write, settle):
    school.root.event_generate("<Control-k>")
    write(school, "1+1")
    school.selector.select({0, 1})
    school.root.event_generate("<Control-g>")
    settle(school)
    assert len(school.learning.samples) == 0
    school.selector.select({0})
    school.paper.event_generate("9")
    settle(school)
    assert [s.label for s in school.learning.samples.all] == ["9"]


@pytest.mark.parametrize(("key", "label", "kept"), [("<question>", "□", []), ("x", "x", ["×"])])
def test_a_box_is_not_kept_and_an_x_as_the_sign_whose_form_it_has(school, write, settle, key, label, kept):
    school.root.event_generate("<Control-k>")
    write(school, "1+1")
    school.selector.select({0})
    school.paper.event_generate(key)
    settle(school)
    assert [correction.label for correction in school.sheet.corrections().values()] == [label]
    assert [sample.label for sample in school.learning.samples.all] == kept


def kept(window):
    return [sample.label for sample in window.learning.samples.all]


def test_a_correction_that_is_undone_or_said_anew_is_not_kept(school, write, settle):
    school.root.event_generate("<Control-k>")
    write(school, "1+1")
    correct(school, settle)
    school.root.event_generate("<Control-z>")
    assert kept(school) == []
    school.root.event_generate("<Control-y>")
    settle(school)
    assert kept(school) == ["7"]
    correct(school, settle, label="4")
    assert kept(school) == ["4"]
    school.root.event_generate("<Control-z>")
    assert kept(school) == ["7"]


def test_what_was_corrected_before_corrections_were_kept_is_not_kept_when_it_comes_back(
    school, write, settle
):
    write(school, "1+1")
    correct(school, settle)
    school.root.event_generate("<Control-k>")
    correct(school, settle, label="4")
    assert kept(school) == ["4"]
    school.root.event_generate("<Control-z>")
    assert kept(school) == []
    school.root.event_generate("<Control-y>")
    assert kept(school) == ["4"]


def test_what_was_corrected_stays_kept_when_its_ink_is_cleared(school, write, settle):
    school.root.event_generate("<Control-k>")
    write(school, "1+1")
    correct(school, settle)
    school.clear()
    settle(school)
    assert kept(school) == ["7"]


def give(window, labels="0123456"):
    for label in labels:
        window.learning.samples.add(label, [np.array([[0.0, 0.0], [5.0, 40.0]])])


def test_learning_shows_before_and_after_and_is_undone_step_by_step(school, teacher, settle, until):
    give(school)
    root = school.root
    for lesson in ("lesson 1", "lesson 2"):
        root.event_generate("<Control-K>")
        until(school, learnt(school))
        settle(school)
        assert teacher.used[-1] == lesson
    assert teacher.lessons[0] == list("0123456")
    assert "Read right before: 1, now: 4" in str(school.learn_panel.told.cget("text"))
    root.event_generate("<Control-U>")
    settle(school)
    assert teacher.used[-1] == "lesson 1"
    school.learn_panel.undo.invoke()
    settle(school)
    assert teacher.used[-1] is None
    assert school.learning.model is None
    assert school.status.text == "Undone: read as before."
    root.event_generate("<Control-U>")
    assert school.status.text == "Nothing was learnt yet"


@pytest.mark.parametrize("after", [0, 1])
def test_what_reads_no_better_is_not_used(school, teacher, until, after):
    give(school)
    teacher.after = after
    school.learning.learn()
    until(school, learnt(school))
    assert f"Read right before: 1, now: {after}. That is no better" in school.learning.told
    assert school.learning.model is None
    assert teacher.used == []


def test_what_was_learnt_stays_where_the_next_lesson_cannot_be_written(school, until, monkeypatch):
    def full_disk(self, path):
        raise OSError(28, "No space left on device")

    give(school)
    school.learning.learn()
    until(school, learnt(school))
    monkeypatch.setattr(FakeClassifier, "save", full_disk)
    school.learning.learn()
    until(school, learnt(school))
    assert "No space left" in school.learning.told
    assert school.learning.model.read_text() == "lesson 1"


def test_the_window_does_not_wait_until_what_was_learnt_is_written(school, until, monkeypatch):
    threads = []
    monkeypatch.setattr(FakeClassifier, "save", lambda *_: threads.append(threading.current_thread()))
    give(school)
    school.learning.learn()
    until(school, learnt(school))
    assert threads
    assert threading.main_thread() not in threads


def test_the_sheet_is_read_anew_with_what_was_learnt(school, reader, write, settle, until):
    write(school, "1+1")
    give(school)
    reader.calls.clear()
    school.learning.learn()
    until(school, learnt(school))
    settle(school)
    assert reader.calls == [3]


def test_progress_shows_and_learning_can_be_stopped(school, teacher, until):
    give(school)
    school.side.show("learn")
    teacher.go_on.clear()
    school.learning.learn()
    bar = school.learn_panel.progress
    until(school, lambda: bar.winfo_ismapped() and float(bar.cget("value")) == 0.25)
    assert str(school.learn_panel.learn.cget("text")) == "Stop"
    school.learn_panel.learn.invoke()
    teacher.go_on.set()
    until(school, learnt(school))
    assert school.learning.told == "Stopped: nothing has changed."
    assert school.learning.model is None
    assert teacher.used == []


def test_learning_can_be_stopped_when_the_last_correction_was_undone_meanwhile(
    school, teacher, write, settle, until
):
    school.root.event_generate("<Control-k>")
    write(school, "1+1")
    correct(school, settle)
    school.side.show("learn")
    school.root.update()
    teacher.go_on.clear()
    school.learning.learn()
    school.undo()
    school.learn_panel.learn.invoke()
    teacher.go_on.set()
    until(school, learnt(school))
    assert school.learning.told == "Stopped: nothing has changed."


def test_samples_are_seen_chosen_and_deleted_by_mouse_and_by_keys(school):
    give(school, "0123")
    school.root.event_generate("<Control-j>")
    school.root.update()
    panel = school.learn_panel
    shown = panel.grid_of_samples
    texts = [shown.itemcget(i, "text") for i in shown.find_all() if shown.type(i) == "text"]
    assert texts == ["0", "1", "2", "3"]
    shown.event_generate("<Button-1>", x=60, y=20)
    shown.event_generate("<Delete>")
    school.root.update()
    assert [s.label for s in school.learning.samples.all] == ["0", "2", "3"]
    shown.focus_force()
    school.root.update()
    for key in ("<Left>", "<Right>", "<Right>", "<space>", "<Delete>"):
        shown.event_generate(key)
    assert [s.label for s in school.learning.samples.all] == ["0", "2"]
    panel.delete.invoke()
    assert len(school.learning.samples) == 0


def test_what_was_kept_while_the_panel_was_hidden_shows_when_it_is_back(school, settle):
    def toggle():
        school.root.event_generate("<Control-j>")
        settle(school)

    toggle()
    toggle()
    give(school, "4")
    toggle()
    canvas = school.learn_panel.grid_of_samples
    assert [canvas.itemcget(i, "text") for i in canvas.find_all() if canvas.type(i) == "text"] == ["4"]


def test_what_another_window_keeps_is_shown_and_learnt_and_not_lost(school, teacher, until, tmp_path):
    other = Samples(tmp_path / "hand" / "samples.jsonl")
    other.add("5", [np.array([[0.0, 0.0], [5.0, 40.0]])])
    school.side.show("learn")
    school.root.update()
    assert kept(school) == ["5"]
    other.add("6", [np.array([[0.0, 0.0], [5.0, 40.0]])])
    school.learning.learn()
    until(school, learnt(school))
    assert teacher.lessons == [["5", "6"]]
    other.add("7", [np.array([[0.0, 0.0], [5.0, 40.0]])])
    school.learning.delete([0])
    other.refresh()
    assert [sample.label for sample in other.all] == ["6", "7"]


def test_what_cannot_be_learnt_is_told_in_the_panel(school, teacher, until):
    def refuse(samples, progress):
        raise ValueError("needed: 2 more")

    give(school, "01")
    object.__setattr__(school.parts, "engine", replace(school.engine, learn=refuse))
    school.learning.learn()
    until(school, learnt(school))
    assert school.learning.told == "needed: 2 more"
    school.learning.delete([0])
    assert school.learning.told == ""


def test_what_was_learnt_is_used_at_the_next_start(display, reader, teacher, settle, tmp_path):
    (tmp_path / "model.npz").write_text("lesson 9")
    engine = Engine(read_ink=reader, warm_up=lambda: None, learn=teacher.learn, use=teacher.use)
    window = Window(engine, palette=LIGHT, scale=1.0, hand=tmp_path)
    settle(window)
    assert teacher.used == ["lesson 9"]
    window.close()


def test_a_sheet_that_comes_back_is_read_with_what_was_learnt(display, reader, teacher, settle, tmp_path):
    (tmp_path / "model.npz").write_text("lesson 9")
    engine = Engine(read_ink=reader, warm_up=lambda: None, use=teacher.use)
    first = Window(engine, palette=LIGHT, scale=1.0, folder=tmp_path, hand=tmp_path)
    first.sheet.add("stroke", [Stroke(np.array([[1.0, 2.0, 0.0], [3.0, 40.0, 0.1]]))])
    first.close()
    teacher.used.clear()
    read_with = []
    reader.wait = lambda: read_with.extend(teacher.used)
    window = Window(engine, palette=LIGHT, scale=1.0, folder=tmp_path, hand=tmp_path)
    settle(window)
    assert read_with == ["lesson 9"]
    window.close()


def test_without_a_folder_nothing_can_be_kept(window, write, settle):
    window.side.show("learn")
    window.root.update()
    window.root.event_generate("<Control-k>")
    write(window, "1+1")
    correct(window, settle)
    assert window.learning.samples is None
    assert window.learn_panel.keep.instate(["disabled"])
