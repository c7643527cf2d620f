"""The history: every sum with its answer, newest first; a click copies, what is old stays.

In flow the lines of the sheet; out flow entries, kept in a small file from one start to the next.
"""

from __future__ import annotations

import json
import tkinter as tk
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageTk

from hwcalc.gui.answers import copied_answer, shown_answer
from hwcalc.gui.brush import painted
from hwcalc.gui.live import Line
from hwcalc.gui.menus import popup
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import HidingScrollbar
from hwcalc.gui.sheet import Sheet
from hwcalc.gui.theme import Palette
from hwcalc.ink import Box, FloatArray

QUIET_MS = 1500  # a sum is noted when nothing changed for this long
MOST = 200
WIDTH = 240  # logical units
USES = {
    "answer": "Copy the answer",
    "text": "Copy the sum",
    "latex": "Copy as LaTeX",
    "picture": "Copy as a picture",
    "again": "Use it again",
}


@dataclass(frozen=True)
class Entry:
    """A sum that was answered. `strokes` are its ink, each a flat list x, y, x, y …; typed sums have none."""

    text: str
    latex: str
    answer: str
    copied: str
    strokes: tuple[tuple[float, ...], ...] = ()


class Log:
    """The entries, oldest first. A line on the sheet has one entry, which follows it while it changes."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        """Go on from `entries`."""
        self.entries: list[Entry] = entries or []
        self.listeners: list[Callable[[], None]] = []
        self._of_line: dict[int, Entry] = {}

    def note(self, lines: list[Line], sheet: Sheet) -> None:
        """Take in the lines that have an answer, each under its first stroke."""
        changed = False
        for line in lines:
            if line.reading is None or not shown_answer(line.reading):
                continue
            entry = _entry(line, sheet)
            key = min(line.parts)
            old = self._of_line.get(key)
            if old is not None and (old.text, old.answer) == (entry.text, entry.answer):
                continue
            if old in self.entries:
                self.entries.remove(old)
            self._of_line[key] = entry
            self.entries.append(entry)
            changed = True
        if changed:
            self._changed()

    def sheet_left(self) -> None:
        """The sheet was cleared or another one opened: its entries do not follow it any more."""
        self._of_line.clear()

    def add(self, entry: Entry) -> None:
        """Take in a sum that was typed."""
        if not self.entries or self.entries[-1] != entry:
            self.entries.append(entry)
            self._changed()

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self._of_line.clear()
        self._changed()

    def _changed(self) -> None:
        del self.entries[:-MOST]
        for listener in self.listeners:
            listener()


def _entry(line: Line, sheet: Sheet) -> Entry:
    assert line.reading is not None
    strokes = sheet.strokes()
    ink = tuple(
        tuple(np.round(strokes[n].points[:, :2], 1).ravel().tolist()) for n in line.parts if n in strokes
    )
    reading = line.reading
    doubt = " ?" if reading.doubtful else ""
    return Entry(reading.text, reading.latex, shown_answer(reading) + doubt, copied_answer(reading), ink)


def dumps(entries: list[Entry]) -> bytes:
    """Entries as the bytes of a file."""
    return json.dumps([asdict(e) for e in entries]).encode("utf-8")


def load(path: Path) -> list[Entry]:
    """The entries in a file; none when it is missing or not ours: it is only a history."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [
            Entry(
                str(e["text"]),
                str(e["latex"]),
                str(e["answer"]),
                str(e["copied"]),
                tuple(tuple(float(v) for v in stroke) for stroke in e["strokes"]),
            )
            for e in told
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []


class HistoryPanel(tk.Frame):
    """The entries in a column that scrolls. `used(entry, how)` is called when the user wants one of them.

    `how` is one of `USES`: a click means the answer, the menu of the right button offers all.
    """

    def __init__(
        self, master: tk.Misc, log: Log, screen: Screen, palette: Palette, used: Callable[[Entry, str], None]
    ) -> None:
        """Listen to `log`."""
        super().__init__(master, width=screen.px(WIDTH))
        self._log = log
        self._screen = screen
        self._used = used
        self._images: list[ImageTk.PhotoImage] = []
        self._large = screen.font(18)
        self._canvas = tk.Canvas(self, highlightthickness=0, width=screen.px(WIDTH), takefocus=False)
        self.rowconfigure(0, weight=1)
        self._canvas.grid(row=0, column=0, sticky="ns")
        bar = HidingScrollbar(self, orient="vertical", command=self._canvas.yview)
        bar.grid(row=0, column=1, sticky="ns")
        self._canvas.configure(yscrollcommand=bar.set)
        for sequence, step in (("<Button-4>", -1), ("<Button-5>", 1)):
            self._canvas.bind(sequence, lambda _, s=step: self._canvas.yview_scroll(s, "units"))  # type: ignore[misc]
        self._canvas.bind(
            "<MouseWheel>", lambda e: self._canvas.yview_scroll(-1 if e.delta > 0 else 1, "units")
        )
        self._canvas.bind("<Configure>", lambda _: self.redraw())
        log.listeners.append(self.redraw)
        self.palette = palette

    def recolour(self, palette: Palette) -> None:
        """Show the panel in another palette."""
        self.palette = palette
        self.redraw()

    def redraw(self) -> None:
        """Draw the entries, newest first."""
        canvas, px, p = self._canvas, self._screen.px, self.palette
        if not self.winfo_ismapped():
            return
        self.configure(background=p.bar)
        canvas.configure(background=p.bar)
        canvas.delete("all")
        self._images.clear()
        pad, width = px(12), canvas.winfo_width()
        y = pad
        if not self._log.entries:
            canvas.create_text(
                width / 2,
                px(48),
                text="Sums you finish\nare kept here",
                justify="center",
                fill=p.quiet,
                font=self._screen.small,
            )
        for index, entry in enumerate(reversed(self._log.entries)):
            top = y
            tag = f"entry{index}"
            back = canvas.create_rectangle(
                0, top, width, top + 1, width=0, fill=p.bar, tags=(tag, f"{tag}-back")
            )
            y = self._draw_entry(entry, y + px(6), pad, width - 2 * pad, tag) + px(6)
            canvas.coords(back, 0, top, width, y)
            canvas.create_line(pad, y, width - pad, y, fill=p.edge, width=px(1))
            y += px(1)
            self._bind(tag, entry)
        canvas.configure(scrollregion=(0, 0, width, max(y, canvas.winfo_height())))

    def _draw_entry(self, entry: Entry, y: int, x: int, width: int, tag: str) -> int:
        canvas, px, p = self._canvas, self._screen.px, self.palette
        if entry.strokes:
            picture = thumbnail(entry.strokes, (width, px(30)), 1.6 * self._screen.scale, p.ink)
            photo = ImageTk.PhotoImage(picture, master=self)
            self._images.append(photo)
            canvas.create_image(x, y, image=photo, anchor="nw", tags=tag)
            y += picture.height + px(3)
        text = canvas.create_text(
            x,
            y,
            text=pretty(entry.text),
            anchor="nw",
            fill=p.quiet,
            font=self._screen.small,
            width=width,
            tags=tag,
        )
        y = canvas.bbox(text)[3]
        answer = canvas.create_text(
            x + width,
            y,
            text=entry.answer,
            anchor="ne",
            fill=p.answer,
            font=self._large,
            width=width,
            tags=tag,
        )
        return canvas.bbox(answer)[3]

    def _menu(self, event: tk.Event[tk.Misc], entry: Entry) -> None:
        menu = popup(self, self.palette)
        for how, title in USES.items():
            if (how != "latex" or entry.latex) and (how != "picture" or entry.strokes):
                menu.add_command(label=title, command=partial(self._used, entry, how))
        menu.add_separator()
        menu.add_command(label="Forget all", command=self._log.clear)
        menu.tk_popup(event.x_root, event.y_root)

    def _bind(self, tag: str, entry: Entry) -> None:
        canvas, back = self._canvas, f"{tag}-back"
        canvas.tag_bind(tag, "<Button-1>", lambda _: self._used(entry, "answer"))
        for button in ("<Button-2>", "<Button-3>"):
            canvas.tag_bind(tag, button, lambda event: self._menu(event, entry))
        canvas.tag_bind(tag, "<Enter>", lambda _: canvas.itemconfigure(back, fill=self.palette.hover))
        canvas.tag_bind(tag, "<Leave>", lambda _: canvas.itemconfigure(back, fill=self.palette.bar))


def pretty(text: str) -> str:
    """Typed text with space around its operators: `12+34` → `12 + 34`."""
    spaced = "".join(f" {c} " if c in "+-×÷=" else c for c in text).replace("-", "−")
    return " ".join(spaced.split())


def thumbnail(
    strokes: tuple[tuple[float, ...], ...],
    room: tuple[int, int],
    width: float,
    colour: str,
    paper: str = "#00000000",
) -> Image.Image:
    """Ink in small, as large as fits in `room` pixels; `width` is that of its lines."""
    paths: list[FloatArray] = [np.array(s, dtype=np.float64).reshape(-1, 2) for s in strokes if s]
    everything = np.concatenate(paths)
    low, high = everything.min(axis=0), everything.max(axis=0)
    box = Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    inner = (room[0] - 2 * width, room[1] - 2 * width)
    factor = min(inner[0] / max(box.width, 1), inner[1] / max(box.height, 1), 1.0)
    size = (round(box.width * factor + 2 * width) + 1, round(box.height * factor + 2 * width) + 1)
    picture = Image.new("RGBA", size, paper)
    for path in paths:
        drawn, x, y = painted((path - low) * factor + width, width, colour)
        picture.alpha_composite(drawn, (max(x, 0), max(y, 0)))
    return picture
