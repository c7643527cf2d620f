"""The frame of the window: its grid, its size and place, and both remembered.

row 0  bar          ┐
row 2  paper │ side │ thin edges in between
row 4  field        │ (see field.py)
row 6  status line  ┘
"""

from __future__ import annotations

import re
import tkinter as tk
from tkinter import ttk

from hwcalc.gui.paper import Paper
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import scroll_bars
from hwcalc.gui.settings import Settings

SIZE = (900, 600)  # logical units
LEAST = (480, 360)


class Frame:
    """Lays the window out, puts it where it was, and remembers where it is."""

    def __init__(self, root: tk.Tk, screen: Screen, settings: Settings) -> None:
        """For the window `root`."""
        self._root = root
        self._screen = screen
        self._settings = settings
        self._edges = [ttk.Frame(root, style="Edge.TFrame", height=screen.px(1)) for _ in range(2)]

    def mark_focus(self, on: bool) -> None:
        """Show that the keys have come to the sheet: the edges above and below it."""
        for edge in self._edges:
            edge.configure(style="Focus.TFrame" if on else "Edge.TFrame")

    def lay_out(self, bar: tk.Widget, middle: tk.Widget, paper: Paper, status: tk.Widget) -> None:
        """Put the widgets into the grid, and the window on the screen."""
        root = self._root
        root.columnconfigure(0, weight=1)
        root.rowconfigure(2, weight=1)
        bar.grid(row=0, column=0, columnspan=3, sticky="ew")
        middle.grid(row=2, column=0, sticky="nsew")
        middle.columnconfigure(0, weight=1)
        middle.rowconfigure(0, weight=1)
        paper.grid(row=0, column=0, sticky="nsew")
        scroll_bars(middle, paper)
        status.grid(row=6, column=0, columnspan=3, sticky="ew")
        for row, edge in zip((1, 5), self._edges, strict=True):
            edge.grid(row=row, column=0, columnspan=3, sticky="ew")
        self._place()

    def _place(self) -> None:
        root, px, settings = self._root, self._screen.px, self._settings
        size = settings.size or SIZE
        width = min(px(size[0]), root.winfo_screenwidth())
        height = min(px(size[1]), root.winfo_screenheight())
        root.geometry(f"{width}x{height}{self._seen(settings.place)}")
        root.minsize(min(px(LEAST[0]), width), min(px(LEAST[1]), height))
        if settings.maximised:
            self._maximise()

    def _seen(self, place: str) -> str:
        """A remembered place if the window's corner can be seen there: screens come and go."""
        told = re.fullmatch(r"\+(\d+)\+(\d+)", place)
        if told is None:
            return ""
        x, y = int(told[1]), int(told[2])
        room = self._root.winfo_screenwidth() - 100, self._root.winfo_screenheight() - 100
        return place if x < room[0] and y < room[1] else ""

    def _maximise(self) -> None:
        try:
            self._root.state("zoomed")
        except tk.TclError:  # X11 has another word for it
            self._root.attributes("-zoomed", True)

    def _is_maximised(self) -> bool:
        if self._root.state() == "zoomed":
            return True
        try:
            return bool(self._root.attributes("-zoomed"))
        except tk.TclError:
            return False

    def remember(self) -> None:
        """Write size and place into the settings; those of a maximised window stay as they were before."""
        root, scale, settings = self._root, self._screen.scale, self._settings
        settings.maximised = self._is_maximised()
        if not settings.maximised:
            settings.size = (round(root.winfo_width() / scale), round(root.winfo_height() / scale))
            told = re.fullmatch(r"\d+x\d+(\+.+)", root.geometry())
            # X11 also tells +0+0 of a window that was never moved: the system finds its place again.
            settings.place = told[1] if told and told[1] != "+0+0" else ""
