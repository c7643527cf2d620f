"""Reads the sheet while it is written: every edit is read in the worker, and only what changed.

In flow edits of the sheet; out flow its lines, each with its reading, to the listeners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from hwcalc import names
from hwcalc.gui.engine import Engine, Fixed
from hwcalc.gui.pictures import is_dark, pixels
from hwcalc.gui.sheet import Correction, Edit, Picture, Sheet, Stroke, Typed
from hwcalc.gui.worker import Worker
from hwcalc.ink import Box
from hwcalc.names import Value
from hwcalc.page_joins import cut_questions

if TYPE_CHECKING:
    from hwcalc.reader import Reading, Symbol

logger = logging.getLogger(__name__)

Told: TypeAlias = "tuple[int, Picture, tuple[Correction, ...]]"
Cache: TypeAlias = "dict[tuple[Any, ...], tuple[Line, ...]]"


@dataclass(frozen=True, eq=False)
class Line:
    """One expression on the sheet.

    Parameters
    ----------
    parts : tuple of int
        The numbers of its strokes on the sheet; of a picture, its number.
    box : Box
        Around its ink, in logical units.
    reading : Reading or None
    problem : str
        Why there is no reading, in one line; '' when there is one.
    picture : int or None
        The number of the picture it was read from.
    scale : float
        Logical units per unit of the reading's boxes.
    origin : (float, float)
        Where the reading's (0, 0) lies on the sheet.
    place : int
        Which of the expressions on the picture it is.
    page : bool
        There are several expressions on the picture.
    typed : bool
        It was typed; `parts` is the number of the item.
    dark : bool
        The picture is dark.
    """

    parts: tuple[int, ...]
    box: Box
    reading: Reading | None
    problem: str = ""
    picture: int | None = None
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)
    place: int = 0
    page: bool = False
    typed: bool = False
    dark: bool = False

    def symbol_box(self, symbol: Symbol) -> Box:
        """Where a symbol stands on the sheet."""
        if self.picture is None:
            return symbol.box
        return _on_picture(symbol.box, Box(*self.origin, *self.origin), self.scale)

    def correction(self, symbol: Symbol, label: str) -> Correction:
        """The correction that makes `symbol` a `label`."""
        if self.picture is not None:
            return Correction(frozenset(symbol.strokes), label, self.picture, self.place)
        return Correction(frozenset(self.parts[i] for i in symbol.strokes), label)


class LiveReading:
    """Keeps `lines` up to date with the sheet and tells the listeners when they changed.

    `values` are those that the lines have given names to, and that of the last line. `waiting` are called with the
    pictures that are being read, when that changes.
    """

    def __init__(self, sheet: Sheet, engine: Engine, worker: Worker) -> None:
        """Listen to `sheet`."""
        self.lines: list[Line] = []
        self.values: dict[str, Value] = {}
        self.listeners: list[Callable[[list[Line]], None]] = []
        self.waiting: list[Callable[[list[Picture]], None]] = []
        self._sheet = sheet
        self._engine = engine
        self._worker = worker
        self._cache: Cache = {}
        sheet.listeners.append(self._edited)

    def newest(self) -> Line | None:
        """The line with an answer that was written last."""
        answered = [line for line in self.lines if line.reading is not None and line.reading.answer]
        return max(answered, key=lambda line: max(line.parts), default=None)

    def read_again(self) -> None:
        """Read everything anew, as the reader has changed."""
        self._cache = {}
        self._edited(Edit("reading"))

    def _edited(self, edit: Edit) -> None:
        strokes, pictures, typed = self._sheet.strokes(), self._sheet.pictures(), self._sheet.typed()
        corrections = tuple(self._sheet.corrections().values())
        engine, cache = self._engine, self._cache
        unread = [p for n, p in pictures.items() if _seen(_told(n, p, corrections)) not in cache]

        def work() -> tuple[list[Line], Cache, dict[str, Value]]:
            lines, fresh = _read(engine, cache, strokes, pictures, corrections)
            found = with_typed(engine, lines, typed, cache, fresh)
            cache.update(fresh)  # the next job has it, even where this result comes too late
            return found

        self._worker.submit(work, self._done, self._failed, key="read")
        self._wait(unread)

    def _wait(self, unread: list[Picture]) -> None:
        for listener in self.waiting:
            listener(unread)

    def _done(self, result: tuple[list[Line], Cache, dict[str, Value]]) -> None:
        self.lines, self._cache, self.values = result
        self._wait([])
        for listener in self.listeners:
            listener(self.lines)

    def _failed(self, error: Exception) -> None:
        self._done(([Line((), Box(0, 0, 0, 0), None, explained(error))], {}, {}))


def explained(error: Exception) -> str:
    """One line for the user. What is not the user's doing is logged in full as well."""
    if not isinstance(error, (ValueError, OSError, ImportError)):
        logger.error("reading failed", exc_info=error)
        return f"Reading failed: {type(error).__name__}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error).partition("\n")[0] or type(error).__name__


def _read(
    engine: Engine,
    cache: Cache,
    strokes: dict[int, Stroke],
    pictures: dict[int, Picture],
    corrections: tuple[Correction, ...],
) -> tuple[list[Line], Cache]:
    """Read every line, from the cache where nothing changed. Runs in the worker."""
    fresh: Cache = {}
    lines: list[Line] = []
    numbers = list(strokes)
    for group in engine.group([strokes[n].points for n in numbers]):
        parts = tuple(numbers[i] for i in group)
        items = tuple(strokes[n] for n in parts)
        about = tuple(c for c in corrections if c.picture is None and c.parts <= set(parts))
        key = (parts, items, about)
        fresh[key] = cache.get(key) or _read_strokes(engine, parts, items, about)
        lines += fresh[key]
    for number, picture in pictures.items():
        told = _told(number, picture, corrections)
        fresh[told] = cache.get(told) or _read_picture(engine, *told, cache.get(_seen(told), ()))
        fresh[_seen(told)] = fresh[told]
        lines += fresh[told]
    return lines, fresh


def _told(number: int, picture: Picture, corrections: tuple[Correction, ...]) -> Told:
    """All that the lines of a picture depend on."""
    return number, picture, tuple(c for c in corrections if c.picture == number)


def _seen(told: Told) -> tuple[bytes, frozenset[tuple[int, frozenset[int], str]]]:
    """All that its readings depend on, wherever it lies."""
    return told[1].data, frozenset((c.place, c.parts, c.label) for c in told[2])


def with_typed(
    engine: Engine, lines: list[Line], typed: dict[int, Typed], cache: Cache, fresh: Cache
) -> tuple[list[Line], Cache, dict[str, Value]]:
    """The lines with the typed ones among them, from top to bottom, each with the values of those above it."""
    values: dict[str, Value] = {}
    rows: list[tuple[float, int, Line | Typed]] = [(line.box.center[1], 0, line) for line in lines]
    rows += [(item.box.center[1], number, item) for number, item in typed.items()]
    found = []
    for _, number, row in sorted(rows, key=lambda row: row[:2]):
        name = ""
        if isinstance(row, Typed):
            # A line that is as it was stays the same object, so that nothing is drawn anew.
            key = (number, row, tuple(sorted(values.items())))
            fresh[key] = cache.get(key) or (_read_typed(engine, number, row, values),)
            (line,) = fresh[key]
            name = names.given_name(row.text)[0]
        else:
            line = row
        found.append(line)
        value = line.reading.value if line.reading is not None else None
        if value is not None and not isinstance(value, bool):
            values[names.LAST] = value
            if name:
                values[name] = value
    return found, fresh, values


def _read_typed(engine: Engine, number: int, item: Typed, values: dict[str, Value]) -> Line:
    try:
        reading = names.evaluate(item.text, values, engine.evaluate)[0]
    except Exception as error:
        return Line((number,), item.box, None, explained(error), typed=True)
    return Line((number,), item.box, reading, typed=True)


def _read_strokes(
    engine: Engine, parts: tuple[int, ...], items: tuple[Stroke, ...], about: tuple[Correction, ...]
) -> tuple[Line, ...]:
    """The line of some strokes; two where they are two questions beside each other."""
    box = reduce(Box.union, (stroke.box for stroke in items))
    place = {number: i for i, number in enumerate(parts)}
    fixed: Fixed = {frozenset(place[n] for n in c.parts): c.label for c in about if place.keys() >= c.parts}
    try:
        reading = engine.read_ink([s.points for s in items], fixed)
    except Exception as error:
        return (Line(parts, box, None, explained(error)),)
    second = cut_questions(reading)
    if second is None:
        return (Line(parts, box, reading),)
    start = min(symbol.box.left for symbol in reading.symbols[second:])
    sides = [
        [i for i, stroke in enumerate(items) if (stroke.box.left < start) == first] for first in (True, False)
    ]
    return tuple(
        line
        for side in sides
        for line in _read_strokes(engine, tuple(parts[i] for i in side), tuple(items[i] for i in side), about)
    )


def _read_picture(
    engine: Engine, number: int, item: Picture, about: tuple[Correction, ...], same: tuple[Line, ...]
) -> tuple[Line, ...]:
    """The lines of a picture; `same` are those of the same picture where it lay before."""
    fixed: dict[int, dict[frozenset[int], str]] = {}
    for correction in about:
        fixed.setdefault(correction.place, {})[correction.parts] = correction.label
    try:
        picture = pixels(item.data)
        known = [line.reading for line in same if line.reading is not None]
        readings = known or engine.read_picture(picture, fixed)
        scale, dark = item.box.width / picture.width, is_dark(picture)
        several = len(readings) > 1
        return tuple(
            Line(
                (number,),
                _on_picture(reading.box, item.box, scale) if several else item.box,
                reading,
                picture=number,
                scale=scale,
                origin=(item.box.left, item.box.top),
                place=place,
                page=several,
                dark=dark,
            )
            for place, reading in enumerate(readings)
        )
    except Exception as error:
        return (Line((number,), item.box, None, explained(error), picture=number),)


def _on_picture(box: Box, picture: Box, scale: float) -> Box:
    """A box in pixels of a picture, where it lies on the sheet."""
    left, top = picture.left, picture.top
    return Box(
        left + box.left * scale, top + box.top * scale, left + box.right * scale, top + box.bottom * scale
    )
