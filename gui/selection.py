"""The selecting tool: a rectangle or a loop around items, which can then be moved, scaled and deleted.

In flow drags on the paper; out flow edits. While a drag lasts only canvas items move.
"""

from __future__ import annotations

import numpy as np

from hwcalc.gui.answers import Answers
from hwcalc.gui.paper import Paper
from hwcalc.gui.sheet import Edit, Item, Picture, Seen, Stroke, Typed
from hwcalc.ink import Box, FloatArray

HANDLE = 5.0  # logical units: half the side of the handle that scales
PAD = 6.0  # logical units between the items and the frame around them
APART = 24.0  # logical units between the frames of items and their copies: nearer they may be read as one sum


class Selector:
    """Selects what a loop goes around; a drag inside the selection moves it, one at its corner scales it."""

    name = "select"
    cursor = "crosshair"

    def __init__(self, paper: Paper, answers: Answers) -> None:
        """Select nothing on `paper`; the answers go with what is moved."""
        self._paper = paper
        self._answers = answers
        self.numbers: set[int] = set()
        self._loop: list[tuple[float, float]] = []
        self._from: tuple[float, float] | None = None
        self._offset = (0.0, 0.0)
        self._scaling = False
        paper.sheet.listeners.append(self._edited)
        paper.bind("<<View>>", lambda _: self._frame(), add=True)

    # What the paper tells

    def press(self, x: float, y: float, time: int) -> None:
        """Begin to move, to scale, or to draw a loop."""
        box = self._box()
        self._paper.pen_down = True
        self._from, self._offset = (x, y), (0.0, 0.0)
        self._scaling = box is not None and max(abs(x - box.right), abs(y - box.bottom)) <= 2 * HANDLE
        inside = box is not None and box.left <= x <= box.right and box.top <= y <= box.bottom
        if not self._scaling and not inside:
            self.select(set())
            self._loop = [(x, y)]

    def drag(self, x: float, y: float, time: int) -> None:
        """Show what the drag does."""
        if self._from is None:
            return
        paper, f = self._paper, self._paper.factor
        if self._loop:
            self._loop.append((x, y))
            if len(self._loop) == 2:
                paper.create_line(0, 0, 0, 0, fill=paper.palette.select, dash=(3, 3), tags="loop")
            (x0, y0), (x1, y1) = self._loop[-2:]
            paper.create_line(x0 * f, y0 * f, x1 * f, y1 * f, fill=paper.palette.select, tags="loop")
        elif not self._scaling:
            dx, dy = x - self._from[0], y - self._from[1]
            step = ((dx - self._offset[0]) * f, (dy - self._offset[1]) * f)
            self._offset = (dx, dy)
            for number in self.numbers:
                paper.shift(number, *step)
            self._answers.shift(self.numbers, *step)
            paper.move("selection", *step)
        else:
            self._frame(self._factor(x, y))

    def release(self, x: float, y: float, time: int) -> None:
        """Do what the drag said."""
        start, self._from = self._from, None
        loop, self._loop = self._loop, []
        self._paper.pen_down = False
        self._paper.delete("loop")
        if start is None:
            return
        if loop:
            self.select(enclosed(self._paper.sheet.items, np.array(loop)))
        elif self._scaling:
            box, factor = self._box(), self._factor(x, y, start)
            if box is not None and factor != 1.0:
                self._change("scaling", {n: _scaled(i, factor, box) for n, i in self._items().items()})
        elif (x, y) != start:
            dx, dy = x - start[0], y - start[1]
            self._change("move", {n: _moved(i, dx, dy) for n, i in self._items().items()})

    def cancel(self) -> None:
        """Select nothing; what a drag has moved is seen where it was."""
        self._paper.pen_down = False
        if self._from is not None and self._offset != (0.0, 0.0):
            self._paper.redraw()
            self._answers.redraw()
        self._from, self._loop = None, []
        self._paper.delete("loop")
        self.select(set())

    # What the user does with the selection

    def select(self, numbers: set[int]) -> None:
        """Select these items."""
        self.numbers = numbers
        self._frame()

    def select_all(self) -> None:
        """Select everything that can be seen."""
        self.select(set(self._paper.sheet.seen()))

    def delete(self) -> None:
        """Take the selected items off the sheet."""
        gone, self.numbers = self.numbers, set()
        self._paper.sheet.remove("deletion", gone)

    def duplicate(self) -> None:
        """Put the selected items on the sheet once more, clear of them below, and select the new ones."""
        box = self._box()
        if box is not None and self._from is None:  # while a drag lasts, they are not where they are seen
            sheet = self._paper.sheet
            items = {n: _moved(item, 0, box.height + APART) for n, item in self._items().items()}
            new = sheet.copy("duplicate", {**items, **sheet.corrections()})
            self.select(sheet.seen().keys() & new)
            self._paper.show_box(self._box() or box)

    # How it shows

    def _items(self) -> dict[int, Seen]:
        return {n: item for n, item in self._paper.sheet.seen().items() if n in self.numbers}

    def _box(self) -> Box | None:
        boxes = [item.box for item in self._items().values()]
        if not boxes:
            return None
        return Box(
            min(b.left for b in boxes) - PAD,
            min(b.top for b in boxes) - PAD,
            max(b.right for b in boxes) + PAD,
            max(b.bottom for b in boxes) + PAD,
        )

    def _factor(self, x: float, y: float, start: tuple[float, float] | None = None) -> float:
        box, start = self._box(), start or self._from
        if box is None or start is None:
            return 1.0
        width, height = box.width + x - start[0], box.height + y - start[1]
        return min(max(max(width / box.width, height / box.height), 0.2), 5.0)

    def _frame(self, factor: float = 1.0) -> None:
        paper, f = self._paper, self._paper.factor
        paper.delete("selection")
        box = self._box()
        if box is None:
            return
        left, top = box.left * f, box.top * f
        right, bottom = left + box.width * f * factor, top + box.height * f * factor
        colour, width, h = paper.palette.select, max(paper.screen.scale, 1), HANDLE * paper.screen.scale
        paper.create_rectangle(
            left, top, right, bottom, outline=colour, width=width, dash=(4, 3), tags="selection"
        )
        paper.create_rectangle(
            right - h,
            bottom - h,
            right + h,
            bottom + h,
            fill=colour,
            outline=paper.palette.paper,
            tags="selection",
        )

    def _change(self, name: str, items: dict[int, Item]) -> None:
        if items:
            self._paper.sheet.replace(name, items)

    def _edited(self, edit: Edit) -> None:
        self.numbers &= set(self._paper.sheet.items)
        self._frame()


def _moved(item: Seen, dx: float, dy: float) -> Item:
    return item.moved(dx, dy)


def _scaled(item: Seen, factor: float, box: Box) -> Item:
    return item.scaled(factor, (box.left, box.top))


def enclosed(items: dict[int, Item], loop: FloatArray) -> set[int]:
    """The numbers of the items of which at least half lies inside a loop, float64 (m, 2).

    A loop that goes hardly anywhere but from corner to corner, as a drag does that draws a rectangle, stands
    for the rectangle between its ends.
    """
    ends = np.stack([loop[0], loop[-1]])
    across = float(np.hypot(*(ends[1] - ends[0])))
    along = float(np.hypot(*np.diff(loop, axis=0).T).sum())
    if along < 1.2 * across:
        (left, top), (right, bottom) = ends.min(axis=0), ends.max(axis=0)
        loop = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    found = set()
    for number, item in items.items():
        if isinstance(item, Stroke):
            points = item.points[:, :2]
        elif isinstance(item, (Picture, Typed)):
            points = np.array([item.box.center])
        else:
            continue
        if inside(points, loop).mean() >= 0.5:
            found.add(number)
    return found


def inside(points: FloatArray, loop: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which points, float64 (k, 2), lie inside a closed loop, float64 (m, 2)? By counting crossings."""
    x, y = points[:, 0, None], points[:, 1, None]
    x0, y0 = loop[:, 0], loop[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    spans = (y0 > y) != (y1 > y)
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crossed = spans & (x < (x1 - x0) * (y - y0) / rise + x0)
    odd: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = crossed.sum(axis=1) % 2 == 1
    return odd
