"""The tools that work on the paper: each turns presses, drags and releases into edits of the sheet.

While a button is down a tool only appends and draws: Tk loses points while a handler runs.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Protocol

import numpy as np

from hwcalc.gui.paper import Paper
from hwcalc.gui.scratch import scratched_out
from hwcalc.gui.sheet import Picture, Stroke

TAP = 3.0  # logical units: a pen that moved less did not draw a line


class Tool(Protocol):
    """What the paper tells the tool in use. Places are in logical units; `time` is in milliseconds."""

    name: str
    cursor: str

    def press(self, x: float, y: float, time: int) -> None:
        """The button went down."""

    def drag(self, x: float, y: float, time: int) -> None:
        """The pointer moved with the button down."""

    def release(self, x: float, y: float, time: int) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """Forget what was begun: another tool comes, or the sheet changes under it."""


class Pen:
    """Writes strokes.

    `touched(x, y)` is called when the pen comes down. `tapped(x, y)` is asked when it went up where it came
    down; True: that was no ink. A stroke that scratches others out takes them away instead.
    """

    name = "pen"
    cursor = "pencil"

    def __init__(
        self, paper: Paper, touched: Callable[[float, float], None], tapped: Callable[[float, float], bool]
    ) -> None:
        """Write on `paper`."""
        self._paper = paper
        self._touched = touched
        self._tapped = tapped
        self._points: list[tuple[float, float, float]] = []
        self._last = (0.0, 0.0)
        self.width = 3.0

    def press(self, x: float, y: float, time: int) -> None:
        """Begin a stroke with a dot."""
        paper = self._paper
        paper.pen_down = True
        paper.delete("hint")
        self._touched(x, y)
        self._points = [(x, y, time / 1000)]
        px, py, r = x * paper.factor, y * paper.factor, self.width * paper.factor / 2
        self._last = (px, py)
        colour = paper.palette.ink
        paper.create_oval(px - r, py - r, px + r, py + r, fill=colour, outline=colour, tags="live")

    def drag(self, x: float, y: float, time: int) -> None:
        """Append a point and draw the piece to it."""
        if not self._points:
            return
        paper = self._paper
        self._points.append((x, y, time / 1000))
        px, py = x * paper.factor, y * paper.factor
        paper.create_line(
            *self._last,
            px,
            py,
            fill=paper.palette.ink,
            width=self.width * paper.factor,
            capstyle="round",
            tags="live",
        )
        self._last = (px, py)

    def release(self, x: float, y: float, time: int) -> None:
        """End the stroke and put it on the sheet."""
        paper, points = self._paper, np.array(self._points)
        if not self._points:
            return
        self.cancel()
        if np.ptp(points[:, :2], axis=0).max() < TAP and self._tapped(x, y):
            return
        gone = scratched_out(points[:, :2], paper.sheet.strokes())
        if gone:
            paper.sheet.remove("scratching out", gone)
        else:
            paper.sheet.write(Stroke(points, self.width))

    def underway(self) -> Stroke | None:
        """The stroke that is being drawn."""
        return Stroke(np.array(self._points), self.width) if self._points else None

    def cancel(self) -> None:
        """Drop the stroke that was begun."""
        self._points = []
        self._paper.pen_down = False
        self._paper.delete("live")


class Eraser:
    """Takes away every stroke it touches, all of one drag in one edit."""

    name = "eraser"
    cursor = "dotbox"
    reach = 7.0  # logical units around the pointer

    def __init__(self, paper: Paper) -> None:
        """Erase on `paper`."""
        self._paper = paper
        self._last: tuple[float, float] | None = None
        self._gone: set[int] = set()

    def press(self, x: float, y: float, time: int) -> None:
        """Begin with what lies under the pointer."""
        self._gone.clear()
        self._last = (x, y)
        self.drag(x, y, time)

    def drag(self, x: float, y: float, time: int) -> None:
        """Fade the strokes between the last place and this one."""
        if self._last is None:
            return
        paper, steps = self._paper, int(np.hypot(x - self._last[0], y - self._last[1]) / self.reach) + 1
        path = np.linspace(self._last, (x, y), steps + 1)
        self._last = (x, y)
        for number, item in paper.sheet.seen().items():
            if isinstance(item, Picture) or number in self._gone:
                continue
            if item.touches(path, self.reach):
                self._gone.add(number)
                paper.fade(number)

    def release(self, x: float, y: float, time: int) -> None:
        """Take the faded strokes off the sheet."""
        gone, self._gone, self._last = self._gone, set(), None
        self._paper.sheet.remove("erasure", gone)

    def cancel(self) -> None:
        """Show again what was faded."""
        if self._gone:
            self._paper.redraw()
        self._gone, self._last = set(), None


class Toolbox:
    """The tools by name, one of them in use; binds the paper's button events to it."""

    def __init__(self, paper: Paper, *tools: Tool) -> None:
        """Take the first tool."""
        self._paper = paper
        self._tools = {tool.name: tool for tool in tools}
        self.listeners: list[Callable[[str], None]] = []
        self.current = tools[0]
        self.pressed = False  # the button is down, even where what the tool began was given up
        self._at = (0.0, 0.0)  # where it was last seen down
        self.use(tools[0].name)
        paper.bind("<ButtonPress-1>", self._press)
        paper.bind("<B1-Motion>", self._drag)
        paper.bind("<ButtonRelease-1>", self._release)
        paper.bind("<Motion>", self._moved)

    def use(self, name: str) -> None:
        """Take the tool `name`."""
        self.current.cancel()
        self.current = self._tools[name]
        self._paper.configure(cursor=self.current.cursor)
        for listener in self.listeners:
            listener(name)

    def _press(self, event: tk.Event[tk.Misc]) -> None:
        self._paper.focus_set()
        self.pressed, self._at = True, self._paper.at(event)
        self.current.press(*self._at, event.time)

    def _drag(self, event: tk.Event[tk.Misc]) -> None:
        self._at = self._paper.at(event)
        self.current.drag(*self._at, event.time)

    def _release(self, event: tk.Event[tk.Misc]) -> None:
        self.pressed = False
        self.current.release(*self._paper.at(event), event.time)

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        """The pointer moved with the button up: if it was down, a dialog that came meanwhile took the release."""
        if self.pressed:
            self.pressed = False
            self.current.release(*self._at, event.time)
