"""Opening, saving and exporting: the file dialogs, and the work in the worker behind them.

In flows what the user chooses; out flow edits of the sheet, files, and words for the status line.
"""

from __future__ import annotations

import tkinter as tk
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tkinter import filedialog
from typing import Any, TypeAlias

from hwcalc.atomic import write_whole
from hwcalc.gui import export, files, ink_files, pictures
from hwcalc.gui.actions import Choice
from hwcalc.gui.live import Line, explained
from hwcalc.gui.parts import Parts
from hwcalc.gui.settings import Settings
from hwcalc.gui.sheet import CLEAR, OPEN, Edit, Item, Picture, Stroke

Writer: TypeAlias = Callable[[Mapping[int, Item], Sequence[Line], Settings], bytes]


def _drawn(draw: Callable[[Mapping[int, Item], Sequence[export.Answer]], bytes]) -> Writer:
    return lambda items, lines, settings: draw(items, export.answers(lines, settings))


WRITERS: dict[str, Writer] = {
    **{suffix: _drawn(draw) for suffix, draw in export.WRITERS.items()},
    ink_files.SUFFIX: lambda items, lines, settings: ink_files.written(items, lines),
}


class Documents:
    """The file that the sheet belongs to, if any, and what can be done with files."""

    def __init__(self, parts: Parts, opened: Callable[[], None]) -> None:
        """No file yet; `opened` is called before another sheet takes the place of this one."""
        self.path: Path | None = None
        self.saved = True
        self._paths: dict[frozenset[int], Path | None] = {}  # of the sheets that were left, by their items
        self._parts = parts
        self._root = parts.root
        self._sheet = parts.sheet
        self._paper = parts.paper
        self._live = parts.live
        self._worker = parts.files_worker
        self._status = parts.status
        self._settings = parts.settings
        self._opened = opened
        parts.sheet.listeners.append(self._edited)
        self._entitle()

    def open(self) -> None:
        """Ask for a sheet or a picture, and open it."""
        suffixes = (files.SUFFIX, ink_files.SUFFIX, *pictures.SUFFIXES)
        # Cameras write .JPG, which X11 tells from .jpg
        both = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
        kinds = [("Sheets and pictures", both), ("All files", "*")]
        _hide_hidden_files(self._root)
        name = filedialog.askopenfilename(
            parent=self._root, title="Open a sheet or a picture", filetypes=kinds, initialdir=self._folder()
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Open a sheet, or lay a picture on the sheet; what is wrong goes to the status line."""
        self._status.say(f"Opening {path.name} …")
        if path.suffix.lower() == files.SUFFIX:
            self._run(partial(_of_file, files.read_sheet, path), partial(self._sheet_opened, path))
        elif path.suffix.lower() == ink_files.SUFFIX:
            room, top = self.room()
            self._run(partial(_of_file, ink_files.read, path, room, top), partial(self._ink_opened, path))
        else:
            self._run(
                partial(_of_file, pictures.load, path, *self.room()), partial(self._picture_opened, path)
            )

    def open_last(self) -> None:
        """Open the file that was opened or saved last."""
        if self._settings.recent:
            self.open_file(Path(self._settings.recent[0]))
        else:
            self._status.say("No file was opened or saved yet")

    def recent(self) -> list[Choice]:
        """The files that were opened or saved last."""
        paths = [Path(name) for name in self._settings.recent]
        names = Counter(path.name for path in paths)
        return [
            # Where two have the same name, their folders tell them apart.
            Choice(path.name if names[path.name] == 1 else str(path), partial(self.open_file, path))
            for path in paths
        ]

    def save(self) -> None:
        """Save the sheet to its file; the first time ask where."""
        if self.path is None:
            self.save_as()
        else:
            self._save(self.path)

    def save_as(self) -> None:
        """Ask where, then save: `.hwcalc` as a sheet, `.inkml` as ink, `.png`, `.svg` or `.pdf` as a picture of it."""
        kinds = [("Sheet", f"*{files.SUFFIX}"), *((s[1:].upper(), f"*{s}") for s in WRITERS)]
        _hide_hidden_files(self._root)
        name = filedialog.asksaveasfilename(
            parent=self._root,
            title="Save or export",
            filetypes=kinds,
            defaultextension=files.SUFFIX,
            initialdir=self._folder(),
            initialfile=self.path.name if self.path is not None else "",
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Save to a file; its suffix says as what."""
        suffix = path.suffix.lower()
        if suffix == files.SUFFIX:
            self._save(path)
            return
        write = WRITERS.get(suffix)
        if write is None:  # a sheet by such a name could not be opened again
            ways = ", ".join((files.SUFFIX, *WRITERS))
            self._status.warn(f"{path.name} is not saved: its name must end with one of {ways}")
            return
        items, lines, settings = dict(self._sheet.items), list(self._live.lines), replace(self._settings)

        def work() -> None:
            write_whole(path, write(items, lines, settings))

        self._run(work, lambda _: self._status.say(f"Exported {path.name}"))

    def _folder(self) -> Path:
        """Where a dialog begins: at the file of the sheet, else at the last one, else at home."""
        last = [self.path] if self.path is not None else [Path(name) for name in self._settings.recent]
        return next((path.parent for path in last if path.parent.is_dir()), Path.home())

    def room(self) -> tuple[tuple[float, float], float]:
        """How large a picture may be, and where its top comes: below what is there."""
        seen = self._paper.visible()
        room = (max(seen.width - 2 * pictures.SIDE, 120), max(seen.height - 120, 120))
        return room, self._parts.floor + pictures.SIDE

    def lay(self, picture: Picture, told: str) -> None:
        """Lay a picture on the sheet, and say so."""
        self._sheet.add("picture", [picture])
        self._paper.show_box(picture.box)
        self._status.say(told)

    def _picture_opened(self, path: Path, picture: Picture) -> None:
        self._settings.opened(path)
        self.lay(picture, f"Opened {picture.name}")

    def _ink_opened(self, path: Path, strokes: list[Stroke]) -> None:
        self._settings.opened(path)
        numbers = self._sheet.add("ink", strokes)
        self._paper.show_box(self._sheet.strokes()[numbers[0]].box)
        self._status.say(f"Opened {path.name}")

    def _sheet_opened(self, path: Path, items: dict[int, Item]) -> None:
        self._opened()
        left = not self.saved and not self._sheet.empty
        self._sheet.exchange(OPEN, items)
        self.path, self.saved = path, True
        self._settings.opened(path)
        self._entitle()
        self._status.say(f"Opened {path.name}" + left * ". Ctrl+Z brings back what was not saved")

    def _save(self, path: Path) -> None:
        items = dict(self._sheet.items)

        def work() -> None:
            write_whole(path, files.dumps(items).encode("utf-8"))

        def done(_: object) -> None:
            self.path, self.saved = path, items == self._sheet.items
            self._settings.opened(path)
            self._entitle()
            self._status.say(f"Saved {path.name}")

        self._run(work, done)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._worker.submit(work, done, lambda error: self._status.warn(explained(error)))

    def _edited(self, edit: Edit) -> None:
        if edit.name in (OPEN, CLEAR):  # made or undone: another sheet is here, it belongs to another file
            if edit.before:
                self._paths[frozenset(edit.before)] = self.path
            self.path = self._paths.get(frozenset(edit.after))
            self._entitle()
        if self.saved:
            self.saved = False
            self._entitle()

    def _entitle(self) -> None:
        name = self.path.name if self.path is not None else "hwcalc"
        self._root.title(name if self.saved or self.path is None else f"{name} •")


def _of_file(read: Callable[..., Any], path: Path, *more: Any) -> Any:
    """What `read` makes of a file. Raises ValueError for a pipe, as saving would wait for its end too."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError(f"{path.name} is a pipe or a device: open a file")
    return read(path, *more)


def _hide_hidden_files(root: tk.Tk) -> None:
    """Tk's own dialogs, which X11 gets, show them unless they are told."""
    if root.tk.call("tk", "windowingsystem") != "x11":
        return
    with suppress(tk.TclError):
        root.tk.call(
            "tk_getOpenFile", "-load-only"
        )  # no such option, but then the dialog's settings are there
    for name, value in (("showHiddenBtn", 1), ("showHiddenVar", 0)):
        root.tk.call("set", f"::tk::dialog::file::{name}", value)
