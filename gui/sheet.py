"""The sheet as data: strokes, pictures, typed lines, corrections, and the edits that undo and redo.

In flow edits (what was there, what is there now); out flows the one stroke model that the canvas, the
reading and the files all draw from. Lengths are logical units, 96 to the inch at scale 1; nothing here
knows Tk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Self, TypeAlias

import numpy as np

from hwcalc.ink import Box, FloatArray, evenly

LEADING = 1.3
"""Height of a typed line in heights of its font."""

THICK = 0.6
"""Of the length of a thin symbol: what lies so near across it goes through it."""

CORRECTION, OPEN, CLEAR = "correction", "open", "clear"
"""The names of edits: one that says what symbols are, and those that begin another sheet."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One stroke of the pen. `points` is float64 (k, 3): x right, y down, seconds; `width` its thickness."""

    points: FloatArray
    width: float = 3.0

    @cached_property
    def box(self) -> Box:
        """Bounding box of the points."""
        left, top = self.points[:, :2].min(axis=0)
        right, bottom = self.points[:, :2].max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    def touches(self, path: FloatArray, reach: float) -> bool:
        """Does the stroke come within `reach` of any point of a path, float64 (m, 2)?"""
        box = self.box
        near = (path[:, 0] > box.left - reach) & (path[:, 0] < box.right + reach)
        near &= (path[:, 1] > box.top - reach) & (path[:, 1] < box.bottom + reach)
        if not near.any():
            return False
        starts = self.points[:, :2]
        along = np.concatenate([np.diff(starts, axis=0), [[0.0, 0.0]]])
        squares = np.maximum((along**2).sum(axis=1), 1e-9)
        for place in path[near]:
            t = np.clip(((place - starts) * along).sum(axis=1) / squares, 0, 1)
            if (np.hypot(*(starts + t[:, None] * along - place).T) < reach).any():
                return True
        return False

    def goes_through(self, others: Sequence[Stroke]) -> bool:
        """Does the stroke touch a symbol, and lie in the middle of it? A neighbour that touches it does not."""
        box = reduce(Box.union, (other.box for other in others))
        reach = THICK * max(box.width, box.height)
        (x, y), (left, top) = self.box.center, box.center
        if abs(x - left) > max(box.width, reach) / 2 or abs(y - top) > max(box.height, reach) / 2:
            return False
        path = evenly(self.points[:, :2], self.width)
        return any(other.touches(path, (self.width + other.width) / 2) for other in others)

    def moved(self, dx: float, dy: float) -> Stroke:
        """The same stroke elsewhere."""
        return replace(self, points=self.points + np.array([dx, dy, 0.0]))

    def scaled(self, factor: float, about: tuple[float, float]) -> Stroke:
        """The same stroke larger or smaller; the point `about` stays where it is."""
        points = self.points.copy()
        points[:, :2] = (points[:, :2] - about) * factor + about
        return replace(self, points=points)


@dataclass(frozen=True, eq=False)
class _Placed:
    """What fills a box on the sheet."""

    box: Box

    def moved(self, dx: float, dy: float) -> Self:
        """The same elsewhere."""
        return replace(self, box=self.box.moved(dx, dy))

    def scaled(self, factor: float, about: tuple[float, float]) -> Self:
        """The same larger or smaller; the point `about` stays where it is."""
        (x, y), (left, top, right, bottom) = about, self.box
        corners = [x + (left - x) * factor, y + (top - y) * factor]
        corners += [x + (right - x) * factor, y + (bottom - y) * factor]
        return replace(self, box=Box(*corners))


@dataclass(frozen=True, eq=False)
class Picture(_Placed):
    """A picture that lies on the sheet: where, its file as bytes, and its name."""

    data: bytes
    name: str


@dataclass(frozen=True, eq=False)
class Typed(_Placed):
    """A typed line: where it stands and what it says. Its font is `size` high."""

    text: str

    @property
    def size(self) -> float:
        """Height of the font, in logical units."""
        return self.box.height / LEADING

    def touches(self, path: FloatArray, reach: float) -> bool:
        """Does it come within `reach` of any point of a path, float64 (m, 2)?"""
        low, high = np.array(self.box[:2]) - reach, np.array(self.box[2:]) + reach
        return bool(np.all((path > low) & (path < high), axis=1).any())


@dataclass(frozen=True, eq=False)
class Correction:
    """What the user says a symbol is; with an empty label, only that its strokes are one symbol.

    `parts` are the numbers of its strokes on the sheet; in the expression number `place` of a picture, whose number
    is `picture`, they are the numbers of its pieces.
    """

    parts: frozenset[int]
    label: str
    picture: int | None = None
    place: int = 0


Seen: TypeAlias = Stroke | Picture | Typed
Item: TypeAlias = Seen | Correction

SEEN = (Stroke, Picture, Typed)
"""What has a box on the sheet."""


@dataclass(frozen=True)
class Edit:
    """One change to the sheet: the items it took away and the items it put there, by their numbers."""

    name: str
    before: Mapping[int, Item] = field(default_factory=dict)
    after: Mapping[int, Item] = field(default_factory=dict)

    def reversed(self) -> Edit:
        """The edit that takes this one back."""
        return Edit(self.name, self.after, self.before)


class Sheet:
    """The items on the sheet, each under a number that it keeps, and the edits that led here.

    `listeners` are called with every edit after it was made, undone (then reversed) or redone.
    """

    def __init__(self) -> None:
        """An empty sheet."""
        self.items: dict[int, Item] = {}
        self.listeners: list[Callable[[Edit], None]] = []
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._next = 0

    def strokes(self) -> dict[int, Stroke]:
        """The strokes by number, in the order in which they were written."""
        return {n: item for n, item in sorted(self.items.items()) if isinstance(item, Stroke)}

    def pictures(self) -> dict[int, Picture]:
        """The pictures by number."""
        return {n: item for n, item in sorted(self.items.items()) if isinstance(item, Picture)}

    def corrections(self) -> dict[int, Correction]:
        """The corrections by number."""
        return {n: item for n, item in sorted(self.items.items()) if isinstance(item, Correction)}

    def typed(self) -> dict[int, Typed]:
        """The typed lines by number."""
        return {n: item for n, item in sorted(self.items.items()) if isinstance(item, Typed)}

    def seen(self) -> dict[int, Seen]:
        """What can be seen, by number."""
        return {n: item for n, item in sorted(self.items.items()) if isinstance(item, SEEN)}

    @property
    def empty(self) -> bool:
        """True when nothing can be seen on it."""
        return all(isinstance(item, Correction) for item in self.items.values())

    @property
    def undoes(self) -> str | None:
        """The name of the edit that `undo` would take back, None when there is none."""
        return self._undo[-1].name if self._undo else None

    @property
    def redoes(self) -> str | None:
        """The name of the edit that `redo` would make again, None when there is none."""
        return self._redo[-1].name if self._redo else None

    def add(self, name: str, items: Iterable[Item]) -> list[int]:
        """Put items on the sheet; returns their numbers."""
        new = dict(enumerate(items, start=self._next))
        if new:
            self.make(Edit(name, {}, new))
        return list(new)

    def write(self, stroke: Stroke) -> None:
        """Put a stroke on the sheet; a symbol that it goes through is another one now, whatever was said of it."""
        strokes = self.strokes()
        changed = {
            n: said
            for n, said in self.corrections().items()
            if said.picture is None
            and said.parts <= strokes.keys()
            and stroke.goes_through([strokes[part] for part in said.parts])
        }
        self.make(Edit("stroke", changed, {self._next: stroke}))

    def copy(self, name: str, items: Mapping[int, Item]) -> list[int]:
        """Put items on the sheet once more, corrections that speak of others of them too; returns their numbers."""
        new = self._fresh(items)
        self.make(Edit(name, {}, new))
        return list(new)

    def remove(self, name: str, numbers: Iterable[int]) -> None:
        """Take items away, with the corrections that speak of them."""
        gone = {n for n in numbers if n in self.items}
        for number, correction in self.corrections().items():
            if correction.picture in gone or (correction.picture is None and correction.parts & gone):
                gone.add(number)
        if gone:
            self.make(Edit(name, {n: self.items[n] for n in gone}))

    def replace(self, name: str, items: Mapping[int, Item]) -> None:
        """Put other items in the place of those with the same numbers."""
        self.make(Edit(name, {n: self.items[n] for n in items}, items))

    def correct(self, *corrections: Correction) -> None:
        """Say what symbols are, in one edit; what was said before of any of their strokes goes."""
        old = {
            n: c
            for n, c in self.corrections().items()
            if any(
                (c.picture, c.place) == (new.picture, new.place) and c.parts & new.parts
                for new in corrections
            )
        }
        self.make(Edit(CORRECTION, old, dict(enumerate(corrections, start=self._next))))

    def make(self, edit: Edit) -> None:
        """Make an edit; it can be undone, and what was undone before cannot be redone any more."""
        self._undo.append(edit)
        self._redo.clear()
        self._apply(edit)

    def undo(self) -> str | None:
        """Take the last edit back; returns its name, None when there is nothing to undo."""
        return self._turn(self._undo, self._redo)

    def redo(self) -> str | None:
        """Make the last undone edit again; returns its name, None when there is nothing to redo."""
        return self._turn(self._redo, self._undo, forward=True)

    def exchange(self, name: str, items: Mapping[int, Item]) -> None:
        """Hold these items instead of all that is there; they get new numbers, in the same order."""
        self.make(Edit(name, self.items, self._fresh(items)))

    def _fresh(self, items: Mapping[int, Item]) -> dict[int, Item]:
        """Items under new numbers, in the same order."""
        numbers = {old: self._next + i for i, old in enumerate(sorted(items))}
        fresh = {numbers[old]: _renumbered(item, numbers) for old, item in sorted(items.items())}
        return {n: item for n, item in fresh.items() if item is not None}

    def _turn(self, source: list[Edit], target: list[Edit], forward: bool = False) -> str | None:
        if not source:
            return None
        edit = source.pop()
        target.append(edit)
        self._apply(edit if forward else edit.reversed())
        return edit.name

    def _apply(self, edit: Edit) -> None:
        self.items = {n: item for n, item in self.items.items() if n not in edit.before}
        self.items.update(edit.after)
        self._next = max([self._next, *(n + 1 for n in edit.after)])
        for listener in self.listeners:
            listener(edit)


def _renumbered(item: Item, numbers: Mapping[int, int]) -> Item | None:
    """A correction speaks of items by their numbers; None for one that speaks of what is not there."""
    if not isinstance(item, Correction):
        return item
    if item.picture is not None:
        new = numbers.get(item.picture)
        return None if new is None else replace(item, picture=new)
    if not item.parts <= numbers.keys():
        return None
    return replace(item, parts=frozenset(numbers[n] for n in item.parts))
