"""What is remembered: settings, and with them the place, the size and the look of the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hwcalc.gui import theme
from hwcalc.gui.engine import Engine
from hwcalc.gui.settings import RECENT, Settings, dump_settings, load_settings
from hwcalc.gui.theme import DARK, LIGHT
from hwcalc.gui.window import Window


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        7,
        {"size": ["a", 1]},
        {"theme": 3, "pen_width": "thick"},
        {"decimals": "many", "fractions": 1, "keep": "yes"},
        {"place": "; rm", "panel": "other", "recent": 5},
        {"size": 3, "maximised": None},
    ],
)
def test_strange_settings_are_as_at_first(tmp_path, told):
    path = tmp_path / "settings.json"
    path.write_text("" if told is None else json.dumps(told))
    assert load_settings(path) == Settings()


def test_what_makes_sense_stays_beside_what_does_not(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "dark", "size": "large", "decimals": 99, "pen_width": 0}))
    assert load_settings(path) == Settings(theme="dark", decimals=15, pen_width=1.0)


def test_settings_come_back(tmp_path):
    settings = Settings(
        "dark", (800, 600), "+5+7", True, "history", 4.0, 3, False, False, True, True, ["/a.hwcalc", "/b.png"]
    )
    (tmp_path / "settings.json").write_bytes(dump_settings(settings))
    assert load_settings(tmp_path / "settings.json") == settings


def test_the_files_opened_last_come_first_and_once():
    settings = Settings()
    for name in [*"abcdefghijkl", "k"]:
        settings.opened(Path(f"/{name}"))
    assert len(settings.recent) == RECENT
    assert [Path(name).name for name in settings.recent[:3]] == ["k", "l", "j"]


def test_size_place_panel_and_rounding_are_there_again(display, reader, tmp_path):
    engine = Engine(read_ink=reader, warm_up=lambda: None)
    first = Window(engine, LIGHT, folder=tmp_path, scale=1.0)
    first.root.geometry("700x500+31+17")
    first.root.update()
    first.side.toggle("history")
    first.rounding.set(2)
    first.set_pen(2.0)
    first.close()
    again = Window(engine, LIGHT, folder=tmp_path, scale=1.0)
    again.root.update()
    assert again.root.geometry() == "700x500+31+17"
    assert again.panel.winfo_ismapped()
    assert again.settings.decimals == 2
    assert again.pen.width == 5.0
    again.close()


def test_the_system_places_a_window_that_was_never_moved_again(display, reader, tmp_path):
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), LIGHT, folder=tmp_path, scale=1.0)
    window.root.update()
    window.close()
    assert load_settings(tmp_path / "settings.json").place == ""


def test_a_place_off_the_screen_is_forgotten(display, reader, tmp_path):
    (tmp_path / "settings.json").write_bytes(dump_settings(Settings(place="+9000+9000")))
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), folder=tmp_path, scale=1.0)
    window.root.update()
    assert window.root.winfo_x() < window.root.winfo_screenwidth()
    window.close()


def test_the_window_follows_the_system_until_a_palette_is_chosen(display, reader, settle, until, monkeypatch):
    says = [LIGHT]
    monkeypatch.setattr(theme, "system_palette", lambda: says[0])
    window = Window(Engine(read_ink=reader, warm_up=lambda: None), scale=1.0)
    window.root.update()
    settle(window)

    def system_turns(palette):
        says[0] = palette
        window.root.event_generate("<FocusIn>")
        settle(window)
        until(window, lambda: not window.look.changing)
        return str(window.paper.cget("background"))

    assert system_turns(DARK) == DARK.paper
    window.root.focus_force()
    window.root.update()
    window.root.event_generate("<F8>")
    assert system_turns(DARK) == LIGHT.paper
    next(c for c in window.look.choices() if c.title == "As the system").run()
    settle(window)
    assert window.look.palette is DARK
    assert [c.title for c in window.look.choices() if c.chosen] == ["As the system"]
    window.close()


def test_light_and_dark_come_in_steps_and_the_last_choice_wins(window, write, until):
    write(window, "1+1")
    for _ in range(3):
        window.root.event_generate("<F8>")
    until(window, lambda: window.paper.cget("background") == DARK.paper and not window.look.changing)

    def seen():
        paper = window.paper
        found = [i for i in paper.find_withtag("answer") if paper.type(i) == "text"]
        return {paper.itemcget(i, "fill") for i in found}

    until(window, lambda: seen() == {DARK.answer, DARK.quiet})
    assert window.panel.palette is window.learn_panel.palette is DARK
    assert window.root.cget("background") == DARK.bar
