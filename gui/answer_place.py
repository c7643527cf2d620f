"""Where an answer stands and how large: beside its line if there is room, else under it, clear of other lines.

In flow a line and the room around it; out flows a place on the canvas. Lengths in pixels of the canvas, but for those
of lines, which are logical units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from hwcalc.gui.live import Line
from hwcalc.gui.sheet import LEADING
from hwcalc.gui.telling import brief_answer, is_number
from hwcalc.ink import Box

if TYPE_CHECKING:
    from hwcalc.reader import Reading

LARGE = (22.0, 44.0)  # logical units: an answer, with the height of the ink
ON_PAGE = (14.0, 26.0)  # logical units: one on a picture of a page
CHIP = 0.2  # of its height: by how much wider what it stands on there is, at either side
FRAME = 4.0  # pixels at a scale of 1: from a line on a page to its frame
BESIDE = 14.0  # logical units: least between a line and its answer
WORDS = 18.0  # logical units: an answer in words


def rule_of(line: Line, reading: Reading) -> Box | None:
    """The rule under a sum in columns whose result is still to come; None for other lines."""
    if line.picture is not None or not reading.symbols or not reading.text.endswith("="):
        return None
    last = reading.symbols[-1]  # the rule is read as the `=`
    return last.box if last.label == "-" else None


class Place(NamedTuple):
    """The left end of an answer's baseline, and the height of its font."""

    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Room:
    """What is around a line.

    Parameters
    ----------
    factor : float
        Pixels per logical unit.
    edge : float
        Where the window ends at the right.
    read : (float, float)
        Where what was read ends.
    others : sequence of Box
        Of the other lines.
    baseline : float or None
        Of the line itself, where it has one.
    """

    factor: float
    edge: float
    read: tuple[float, float]
    others: Sequence[Box]
    baseline: float | None


def fitted(
    line: Line, reading: Reading, text: str, wide: Callable[[str, float], float], room: Room
) -> tuple[str, Place]:
    """An answer, on a page in brief where it would cover something, and where it stands; see `placed` for `wide`."""
    place = placed(line, reading, partial(wide, text), room)
    if line.page and _lost(_on_chip(place, wide(text, place.size), room), room) > 0:
        text = brief_answer(text)
        place = placed(line, reading, partial(wide, text), room)
    return text, place


def placed(line: Line, reading: Reading, wide: Callable[[float], float], room: Room) -> Place:
    """Where the answer of a line stands; `wide(size)` is how wide it is in a font of that height."""
    f, box = room.factor, line.box
    if line.page:
        return _on_page(line, reading, wide, room)
    size = min(max(_height(line, reading) * 0.95, LARGE[0]), LARGE[1]) * f
    if (rule := rule_of(line, reading)) is not None:
        digits = [s.box.right for s in reading.symbols if s.label.isdigit()]
        right = max(digits, default=rule.right) * f
        return Place(max(right - wide(size), rule.left * f), rule.bottom * f + 1.05 * size, size)
    if not is_number(reading):
        size = min(size, WORDS * f)
    free = _end(line, size, room) - 8 - box.right * f - 0.5 * size
    size = min(size, max(size * free / wide(size), LARGE[0] * f))
    y = box.center[1] * f + 0.36 * size if room.baseline is None else room.baseline
    beside = Place(box.right * f + max(0.5 * size, BESIDE * f), y, size)
    if line.picture is None and wide(size) <= free:
        return beside
    size = min(size, LARGE[0] * f)
    x, base = room.read
    under = Place(x + 0.6 * size, max(base, box.bottom * f + 0.95 * size), size)
    if line.picture is None and _taken(under, wide(size), room) and not _taken(beside, wide(size), room):
        return beside  # rather out of sight than over ink
    return under


def _end(line: Line, size: float, room: Room) -> float:
    """Where the room beside a line ends: at the next line there, or with the window."""
    f, middle = room.factor, line.box.center[1]
    top, bottom = middle - 0.5 * size / f, middle + 0.5 * size / f
    lefts = [
        o.left * f for o in room.others if o.left > line.box.center[0] and o.top < bottom and top < o.bottom
    ]
    return min([room.edge, *lefts])


def _taken(place: Place, wide: float, room: Room) -> bool:
    """Is another line where an answer would stand?"""
    return any(_standing(place, wide, room).shared(other) > 0 for other in room.others)


def _on_page(line: Line, reading: Reading, wide: Callable[[float], float], room: Room) -> Place:
    """Beside the expression if nothing else is written there, else there or under it, where it covers least."""
    f, box = room.factor, line.box
    large = min(max(0.7 * box.height, ON_PAGE[0]), ON_PAGE[1] if is_number(reading) else WORDS) * f
    small = ON_PAGE[0] * f
    places = [Place((box.right + 10) * f, box.center[1] * f + 0.36 * size, size) for size in (large, small)]
    places.append(Place(box.left * f, (box.bottom + 6) * f + small, small))
    return min(places, key=lambda place: _lost(_on_chip(place, wide(place.size), room), room))


def _lost(box: Box, room: Room) -> float:
    """How much of a box lies over other lines or out of the window."""
    outside = max(box.right - max(room.edge / room.factor, box.left), 0.0) * box.height
    return outside + sum(box.shared(other) for other in room.others)


def _standing(place: Place, wide: float, room: Room) -> Box:
    """Where an answer stands, in logical units."""
    f = room.factor
    return Box(place.x / f, (place.y - 0.8 * place.size) / f, (place.x + wide) / f, place.y / f)


def _on_chip(place: Place, wide: float, room: Room) -> Box:
    """What an answer on a page covers, with room for the frames of other lines."""
    left, top, right, bottom = _standing(place, wide, room)
    more = (CHIP * place.size + FRAME) / room.factor
    return Box(left - more, top - more, right + more, bottom + more)


def _height(line: Line, reading: Reading) -> float:
    if line.typed:
        return line.box.height / LEADING
    heights = [line.symbol_box(s).height for s in reading.symbols if s.label.isdigit()]
    return median(heights) if heights else line.box.height
