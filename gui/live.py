"""Reads the sheet while it is written: every edit is read in the worker, and only what changed.

In flow edits of the sheet; out flow its lines, each with its reading, to the listeners. Pictures are read one at a
time in a worker of their own, as a page takes seconds: ink is answered meanwhile, and so is another picture when the
first was taken away.
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

AT_ONCE = 2  # pictures: one on the sheet, and one that was taken away while it was read

_Corrections: TypeAlias = frozenset[tuple[int, frozenset[int], str]]
_UNCORRECTED: _Corrections = frozenset()

Seen: TypeAlias = tuple[bytes, _Corrections]
"""All that the readings of a picture depend on, wherever it lies: its file and what was said of its symbols."""

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


@dataclass(frozen=True, eq=False)
class _Found:
    """What was read of a picture, or why nothing was."""

    readings: tuple[Reading, ...]
    problem: str = ""


class LiveReading:
    """Keeps `lines` up to date with the sheet and tells the listeners when they changed.

    `values` are those that the lines have given names to, and that of the last line. `waiting` are called with the
    pictures that are being read, when that changes.
    """

    def __init__(self, sheet: Sheet, engine: Engine, worker: Worker, pictures_worker: Worker) -> None:
        """Listen to `sheet`."""
        self.lines: list[Line] = []
        self.values: dict[str, Value] = {}
        self.listeners: list[Callable[[list[Line]], None]] = []
        self.waiting: list[Callable[[list[Picture]], None]] = []
        self._sheet = sheet
        self._engine = engine
        self._worker = worker
        self._pictures_worker = pictures_worker
        self._cache: Cache = {}
        self._found: dict[Seen, _Found] = {}
        self._newest: dict[bytes, _Found] = {}  # shown while a picture is read again
        self._being_read: set[bytes] = set()
        sheet.listeners.append(self._edited)

    def newest(self) -> Line | None:
        """The line with an answer that was written last."""
        answered = [line for line in self.lines if line.reading is not None and line.reading.answer]
        return max(answered, key=lambda line: max(line.parts), default=None)

    def read_again(self) -> None:
        """Read everything anew, as the reader has changed."""
        self._cache, self._found = {}, {}
        self._edited(Edit("reading"))

    def _edited(self, edit: Edit) -> None:
        strokes, typed = self._sheet.strokes(), self._sheet.typed()
        corrections = tuple(self._sheet.corrections().values())
        engine, cache = self._engine, self._cache
        pictures = [
            (number, picture, found)
            for number, picture in self._sheet.pictures().items()
            if (found := self._found_of(number, picture)) is not None
        ]

        def work() -> tuple[list[Line], Cache, dict[str, Value]]:
            lines, fresh = _read(engine, cache, strokes, pictures, corrections)
            found = with_typed(engine, lines, typed, cache, fresh)
            cache.update(fresh)  # the next job has it, even where this result comes too late
            return found

        self._worker.submit(work, self._done, self._failed, key="read")
        self._wait()

    def _wait(self) -> None:
        unread = [picture for _, picture in self._unread()]
        for listener in self.waiting:
            listener(unread)

    def _done(self, result: tuple[list[Line], Cache, dict[str, Value]]) -> None:
        self.lines, self._cache, self.values = result
        for listener in self.listeners:
            listener(self.lines)
        self._read_picture()

    def _failed(self, error: Exception) -> None:
        self._done(([Line((), Box(0, 0, 0, 0), None, explained(error))], {}, {}))

    # Pictures

    def _unread(self) -> list[tuple[int, Picture]]:
        pictures = self._sheet.pictures()
        return [(n, picture) for n, picture in pictures.items() if self._seen(n, picture) not in self._found]

    def _seen(self, number: int, picture: Picture) -> Seen:
        about = (c for c in self._sheet.corrections().values() if c.picture == number)
        return picture.data, frozenset((c.place, c.parts, c.label) for c in about)

    def _found_of(self, number: int, picture: Picture) -> _Found | None:
        return self._found.get(self._seen(number, picture)) or self._newest.get(picture.data)

    def _read_picture(self) -> None:
        """Read the first picture that is not read yet. One that is taken away meanwhile is there again after redo."""
        unread, shown = self._unread(), {picture.data for picture in self._sheet.pictures().values()}
        if not unread or self._being_read & shown or len(self._being_read) == AT_ONCE:
            return
        seen, engine, found = self._seen(*unread[0]), self._engine, self._found
        uncorrected = seen[0], _UNCORRECTED

        def done(result: tuple[_Found, _Found]) -> None:
            found[uncorrected], told = result
            keep(told)

        def keep(told: _Found) -> None:
            self._being_read.discard(seen[0])
            found[seen] = self._newest[seen[0]] = told
            shown = {self._seen(number, picture) for number, picture in self._sheet.pictures().items()}
            for other in [other for other in found if other[1] and other not in shown]:
                del found[other]  # a page takes megabytes
            self._edited(Edit("reading"))

        self._being_read.add(seen[0])
        self._pictures_worker.submit(
            lambda: _read_picture(engine, *seen, found.get(uncorrected)),
            done,
            lambda error: keep(_Found((), explained(error))),
        )


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
    pictures: list[tuple[int, Picture, _Found]],
    corrections: tuple[Correction, ...],
) -> tuple[list[Line], Cache]:
    """Read every line of ink, from the cache where nothing changed, beside those of pictures. Runs in the worker."""
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
    for known in pictures:
        fresh[known] = cache.get(known) or _picture_lines(*known)
        lines += fresh[known]
    return lines, fresh


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
    engine: Engine, data: bytes, corrections: _Corrections, uncorrected: _Found | None
) -> tuple[_Found, _Found]:
    """What a picture says by itself, if that is not known yet, and corrected. Runs in the worker for pictures."""
    uncorrected = uncorrected or _Found(tuple(engine.read_picture(pixels(data))))
    if uncorrected.problem or not corrections:
        return uncorrected, uncorrected
    fixed: dict[int, dict[frozenset[int], str]] = {}
    for place, parts, label in corrections:
        fixed.setdefault(place, {})[parts] = label
    return uncorrected, _Found(tuple(engine.correct(uncorrected.readings, fixed)))


def _picture_lines(number: int, item: Picture, found: _Found) -> tuple[Line, ...]:
    """The lines of a picture where it lies."""
    if found.problem:
        return (Line((number,), item.box, None, found.problem, picture=number),)
    picture, several = pixels(item.data), len(found.readings) > 1
    scale, dark = item.box.width / picture.width, is_dark(picture)
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
        for place, reading in enumerate(found.readings)
    )


def _on_picture(box: Box, picture: Box, scale: float) -> Box:
    """A box in pixels of a picture, where it lies on the sheet."""
    left, top = picture.left, picture.top
    return Box(
        left + box.left * scale, top + box.top * scale, left + box.right * scale, top + box.bottom * scale
    )
