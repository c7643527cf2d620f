"""The table of all that the user can do: names, titles, keys and headings, joined to the features that do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwcalc.gui.actions import Action

if TYPE_CHECKING:
    from hwcalc.gui.window import Window


def add_commands(window: Window) -> None:
    """Give a window all its actions."""
    window.actions.add(*_file(window), *_edit(window), *_write(window), *_read(window), *_view(window))


def _file(window: Window) -> list[Action]:
    documents, title = window.documents, "File"
    return [
        Action("open", "Open a sheet or picture …", documents.open, ("Ctrl+O",), title, anywhere=True),
        Action("recent", "Recent files", documents.open_last, ("Ctrl+R",), title, True, documents.recent),
        Action("save", "Save", documents.save, ("Ctrl+S",), title, anywhere=True),
        Action("save_as", "Save as, export …", documents.save_as, ("Ctrl+Shift+S",), title, anywhere=True),
        Action("quit", "Quit", window.close, ("Ctrl+Q",), title, anywhere=True),
    ]


def _edit(window: Window) -> list[Action]:
    exchange, select, title = window.exchange, window.selector, "Edit"
    return [
        Action("undo", "Undo", window.undo, ("Ctrl+Z",), title),
        Action("redo", "Redo", window.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), title),
        Action("copy", "Copy the answer", exchange.copy, ("Ctrl+C",), title),
        Action("latex", "Copy as LaTeX", exchange.copy_latex, ("Ctrl+L",), title),
        Action("picture", "Copy as a picture", exchange.copy_picture, ("Ctrl+Shift+C",), title),
        Action("paste", "Paste a picture or a sum", exchange.paste, ("Ctrl+V",), title),
        Action("all", "Select all", window.select_all, ("Ctrl+A",), title),
        Action("duplicate", "Duplicate the selection", select.duplicate, ("Ctrl+D",), title),
        Action("delete", "Delete the selection", window.delete, ("Del", "Backspace"), title),
        Action("clear", "Clear the sheet", window.clear, ("Esc",), title, anywhere=True),
    ]


def _write(window: Window) -> list[Action]:
    take, title = window.tools.use, "Write"
    return [
        Action("pen", "Pen", lambda: take("pen"), ("P",), title),
        Action("eraser", "Eraser", lambda: take("eraser"), ("E",), title),
        Action("select", "Select", lambda: take("select"), ("S",), title),
        Action("thicker", "Thicker pen", lambda: window.set_pen(1.0), ("]",), title),
        Action("thinner", "Thinner pen", lambda: window.set_pen(-1.0), ("[",), title),
        Action("type", "Type a sum", window.field.toggle, ("Ctrl+T",), title, anywhere=True),
    ]


def _read(window: Window) -> list[Action]:
    correcting, rounding, title = window.correcting, window.rounding, "Reading"
    return [
        Action("ask", "Ask about the next doubtful symbol", correcting.ask_next, ("F3",), title),
        Action("edit", "Edit what was read", window.edit_reading, ("F2",), title),
        Action("group", "Strokes are one symbol", correcting.group, ("Ctrl+G",), title),
        Action("ungroup", "Strokes are a symbol each", correcting.ungroup, ("Ctrl+Shift+G",), title),
        Action("keep", "Keep corrections", window.toggle_keeping, ("Ctrl+K",), title),
        Action("teach", "Learn my hand", window.learn, ("Ctrl+Shift+K",), title),
        Action("unlearn", "Undo what was learnt", window.learning.undo, ("Ctrl+Shift+U",), title),
        Action("decimals", "Decimals of answers", rounding.next, ("F6",), title, choices=rounding.choices),
        Action("fractions", "Answers with or without fractions", rounding.toggle_fractions, ("F7",), title),
        Action("writing", "Answers by hand or in type", rounding.toggle_writing, ("F9",), title),
    ]


def _view(window: Window) -> list[Action]:
    paper, look, title = window.paper, window.look, "View"

    return [
        Action(
            "history", "History", lambda: window.side.toggle("history"), ("Ctrl+H",), title, anywhere=True
        ),
        Action("learn", "Your hand", lambda: window.side.toggle("learn"), ("Ctrl+J",), title, anywhere=True),
        Action("larger", "Zoom in", lambda: paper.zoom_by(1), ("Ctrl++", "Ctrl+="), title),
        Action("smaller", "Zoom out", lambda: paper.zoom_by(-1), ("Ctrl+-",), title),
        Action("actual", "Actual size", lambda: paper.zoom_to(1.0), ("Ctrl+0",), title),
        Action("theme", "Light or dark", look.switch, ("F8",), title, True, look.choices),
        Action("menu", "Menu", window.show_menu, ("F10",), title, anywhere=True),
        Action("help", "Keyboard shortcuts", window.show_shortcuts, ("F1",), title, anywhere=True),
    ]
