"""Moving about on the paper: bars that show only when there is more to see, wheel, keys and a middle drag."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from typing import Any, Literal

from hwcalc.gui.paper import Paper

SHIFT, CONTROL = 0x1, 0x4  # bits of an event's state


class HidingScrollbar(ttk.Scrollbar):
    """A scroll bar in a grid that is there only when something is out of sight."""

    def set(self, first: float | str, last: float | str) -> None:
        """Called by the widget that scrolls."""
        if float(first) <= 0.0 and float(last) >= 1.0:
            self.grid_remove()
        else:
            self.grid()
        super().set(first, last)


def scroll_bars(master: tk.Misc, paper: Paper) -> None:
    """Lay a scroll bar along the right and the lower edge of `paper` in the grid of `master`."""
    sides: list[tuple[Literal["vertical", "horizontal"], Callable[..., Any], str, dict[str, Any]]] = [
        ("vertical", paper.yview, "yscrollcommand", {"row": 0, "column": 1, "sticky": "ns"}),
        ("horizontal", paper.xview, "xscrollcommand", {"row": 1, "column": 0, "sticky": "ew"}),
    ]
    for orient, view, option, place in sides:
        bar = HidingScrollbar(master, orient=orient, command=view)
        bar.grid(**place)
        bar.grid_remove()
        paper[option] = bar.set


def bind_moves(paper: Paper, moved: Callable[[], object]) -> None:
    """Wheel and keys scroll, with Ctrl the wheel zooms, the middle button drags; `moved` is called before."""

    def wheel(event: tk.Event[Any], step: int) -> None:
        moved()
        state = int(event.state)
        if state & CONTROL:
            paper.zoom_by(-step, event.x, event.y)
        elif state & SHIFT:
            paper.xview_scroll(step, "units")
        else:
            paper.yview_scroll(step, "units")

    def key(event: tk.Event[Any], across: int, down: int, what: Literal["units", "pages"]) -> None:
        moved()
        if across:
            paper.xview_scroll(across, what)
        if down:
            paper.yview_scroll(down, what)

    for sequence, step in (("<Button-4>", -1), ("<Button-5>", 1)):
        paper.bind(sequence, partial(wheel, step=step))
    paper.bind("<MouseWheel>", lambda event: wheel(event, -1 if event.delta > 0 else 1))
    for name, across, down in (("Up", 0, -1), ("Down", 0, 1), ("Left", -1, 0), ("Right", 1, 0)):
        paper.bind(f"<{name}>", partial(key, across=across, down=down, what="units"))
    paper.bind("<Prior>", partial(key, across=0, down=-1, what="pages"))
    paper.bind("<Next>", partial(key, across=0, down=1, what="pages"))
    if paper.tk.call("tk", "windowingsystem") != "aqua":  # there the second button is the right one
        paper.bind("<ButtonPress-2>", lambda event: paper.scan_mark(event.x, event.y))
        paper.bind("<B2-Motion>", lambda event: paper.scan_dragto(event.x, event.y, gain=1))
