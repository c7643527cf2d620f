"""read_page(): run the stages on a picture of a page of expressions, to their `Reading`s.

In flows whatever `picture_file` opens; out flow readings, the page turned to where it reads best and looked at again
where some are doubtful. Where the ink of each lies is up to `page`, what belongs together to `page_joins`, and which
are the numbers of items to `item_numbers`; here they are asked in turn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from operator import attrgetter
from typing import Any

import numpy as np

from . import page, segment
from .frames import frames
from .glyphs import default_classifier
from .ink import Box, Ink, ReadError
from .item_numbers import LENGTH, is_number, item_numbers
from .page_joins import cut, joins, rows, signs_between
from .picture_reader import at_second_look, known, surest
from .reader import DOUBTFUL, MAX_STROKES, Fixed, Reading, Source, as_incomplete, read_source, source_of

MAX_ON_PAGE = 2500
"""More pieces of ink than this are no page of sums but print or a texture; reading them would take many seconds."""

_MANY = 500
"""On a page with more pieces of ink than this it pays to ask first whether they are sums."""

_LINE, _SPECKS = 40, 500
"""Most of the pieces in expressions of more pieces than the first are lines of text; more expressions than the second
are specks. A page of 72 sums has at most 21 in one, a page of print 60 to 90, an empty one with a grain 700 specks."""

_TURNED = 1.5
"""How many times more likely a picture must read when it is turned."""

_SURELY = 0.95
"""A page that reads at least this well stays as it is, and one that only reads so when it is turned is turned."""

_AS_ONE = 0.7
"""How likely neighbours in a row of a page are one expression, before they are read as one."""

_INTO = 0.15
"""How far the bracket of an item's number may reach over its digit, as a share of the bracket's height."""

_MOST_PARTS = 3
"""Most parts of an expression that were taken for expressions."""

_TURNS = 90, 180, 270
"""Degrees by which a page may be turned."""

_SAME = 0.6
"""How much of the box around two readings both must take, to be readings of the same."""

_SAMPLE = 6
"""Expressions of a page that tell how it lies."""


def read_page(source: Any, *, fixed: Mapping[int, Fixed] | None = None) -> list[Reading]:
    """Read every expression on a picture of a page.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, or uint8 array (h, w) or (h, w, 3)
    fixed : mapping of a reading's place in the result to what is known of it, optional
        As in `read`.

    Returns
    -------
    list of Reading
        In reading order, each with its box in pixels of the picture. What holds no digit is left out, and so
        is the number of an item: `2)` or, on a page with several, `2.`. Strokes are numbered anew in each.

    Raises
    ------
    ReadError
        It is not a picture, cannot be opened, is too large, or no ink is found in it.
    """
    from .picture import level_ink, second_looks, unmarked, writing  # see `read`
    from .picture_file import open_picture

    image = open_picture(source)
    found = writing(image)
    fixed = fixed or {}
    ink = level_ink(found)
    if len(ink.strokes) > MAX_ON_PAGE:
        raise ReadError(
            f"{len(ink.strokes)} pieces of ink are too many for a page of sums (at most {MAX_ON_PAGE}): crop it"
        )
    written = _written(ink)
    if len(ink.strokes) > _MANY and _is_text_or_texture(written):
        raise ReadError("this looks like text or a texture and not like sums: crop the picture to them")
    degrees, readings = 0, _expressions(ink, written)
    sure = _median(readings)
    if not readings:
        return []
    if sure < _SURELY and len(readings) == 1 and len(source_of(readings[0]).ink.strokes) == len(ink.strokes):
        # one line hardly tells how the page lies: read as the one expression it may be surer
        alone = max(readings[0], surest(found, digits=False), key=attrgetter("confidence"))
        return [known(alone, fixed.get(0))]
    # what is left out makes a reading unsure, and says nothing of how the page lies
    if sure < _SURELY and (level := _sureness(written)) < _SURELY:
        ways = [(turn, i, _written(i)) for turn in _TURNS for i in [level_ink(found, turn)]]
        turned = {_sureness(way[-1]): way for way in ways}
        if max(turned) > _enough(level):
            turn, ink, written = turned[max(turned)]
            again = _expressions(ink, written)
            degrees, readings = max((degrees, readings), (turn, again), key=lambda way: _coherence(way[1]))
    for look in unmarked(image) if any(reading.doubtful for reading in readings) else ():
        ink = level_ink(look, degrees)
        again = _expressions(ink, _written(ink))
        if _coherence(again) > _coherence(readings):
            readings, found = again, look
    for look in second_looks(found):
        if not any(reading.doubtful for reading in readings):
            break
        ink = level_ink(look, degrees)
        again = _expressions(ink, _written(ink))
        readings = _best_of(readings, [at_second_look(reading) for reading in again])
    return corrected(readings, fixed)


def corrected(readings: Sequence[Reading], fixed: Mapping[int, Fixed]) -> list[Reading]:
    """The readings of a page, those read again of which something is known; `fixed` as in `read_page`."""
    return [known(reading, fixed.get(i)) for i, reading in enumerate(readings)]


def _is_text_or_texture(written: Sequence[Ink]) -> bool:
    """Whether what was found on a page is too long, or too many, to be sums: reading it would take minutes."""
    pieces = [len(one.strokes) for one in written]
    return len(pieces) > _SPECKS or 2 * sum(n for n in pieces if n > _LINE) > sum(pieces)


def _enough(sure: float) -> float:
    """The confidence with which a picture must read when it is turned, to be turned, if it has `sure` level."""
    return max(min(_TURNED * sure, _SURELY), DOUBTFUL)


def _sureness(written: Sequence[Ink]) -> float:
    """The median confidence of the longest few expressions of a page."""
    longest = sorted(written, key=lambda i: -len(i.strokes))[:_SAMPLE]
    return _median([read_source(Source(i)) for i in longest])


def _median(readings: Sequence[Reading]) -> float:
    """The median confidence of the longest few readings: on its side a page has many short ones, which look sure."""
    longest = sorted(readings, key=lambda reading: -len(reading.symbols))[:_SAMPLE]
    return float(np.median([reading.confidence for reading in longest])) if longest else 0.0


def _coherence(readings: Sequence[Reading]) -> float:
    """How much of a page is read in one piece and surely, 0 to 1: a line on its side is many single symbols."""
    symbols = sum(len(reading.symbols) for reading in readings)
    joined = sum(reading.confidence * (len(reading.symbols) - 1) for reading in readings)
    return joined / max(1, symbols - 1)


def _written(ink: Ink) -> list[Ink]:
    """The ink of every expression on a page."""
    return [i for i in page.expressions(ink) if len(i.strokes) <= MAX_STROKES]  # more are a drawing


def _expressions(ink: Ink, written: Sequence[Ink]) -> list[Reading]:
    """Every expression in the ink of a page; `written` is what `_written` finds in it."""
    left_out = page.left_out(ink, written)
    columns = {id(one) for one in written if page.is_in_columns(one)}
    readings = []
    for one in written:
        reading = read_source(Source(one))
        readings += [reading] if id(one) in columns else _parted(reading)
    for joined in (_joined, _rejoined, _joined):
        readings = joined(readings, {i for i, r in enumerate(readings) if id(source_of(r).ink) in columns})
    found: list[Reading] = []
    rings = [_ringed(reading) for reading in readings]
    lengths = item_numbers(readings, _looks(readings), [count for count, _ in rings])
    for reading, length, (_, ring) in zip(readings, lengths, rings, strict=True):
        number = {i for symbol in reading.symbols[:length] for i in symbol.strokes} | (
            ring if length else set()
        )
        rest = [i for i in range(len(source_of(reading).ink.strokes)) if i not in number]
        if number and rest:
            reading = read_source(Source(_part(reading, rest)))
        if rest and any(s.label.isdigit() for s in reading.symbols):
            lacking = page.lacks(source_of(reading).ink, left_out)
            found.append(as_incomplete(reading) if lacking else reading)
    return found


def _best_of(first: list[Reading], again: list[Reading]) -> list[Reading]:
    """Of two looks at a page the one that reads more of it, what is doubtful there as the other reads it if surer."""
    page, other = sorted((first, again), key=_coherence)[::-1]
    best = []
    for one in page:
        others = (there for there in other if one.doubtful and _same_place(one.box, there.box))
        best.append(max((one, *others), key=attrgetter("confidence")))
    return best


def _same_place(a: Box, b: Box) -> bool:
    """Whether two boxes are that of one expression."""
    both = a.union(b)
    return a.shared(b) >= _SAME * both.width * both.height


def _part(reading: Reading, numbers: Sequence[int]) -> Ink:
    """Some of the strokes of a reading."""
    ink = source_of(reading).ink
    return replace(ink, strokes=ink.group(numbers))


def _parted(reading: Reading) -> list[Reading]:
    """Equations that were taken for one, each read by itself."""
    place = cut(reading)
    if place is None:
        return [reading]
    first = {i for symbol in reading.symbols[:place] for i in symbol.strokes}
    numbers = range(len(source_of(reading).ink.strokes))
    parts = [_part(reading, [i for i in numbers if (i in first) == own]) for own in (True, False)]
    return [part for ink in parts for part in _parted(read_source(Source(ink)))]


def _together(readings: Sequence[Reading]) -> Reading:
    """Parts of one expression, from left to right, read as one."""
    if len(readings) == 1:
        return readings[0]
    inks = [source_of(reading).ink for reading in readings]
    return read_source(Source(replace(inks[0], strokes=tuple(s for ink in inks for s in ink.strokes))))


def _joined(readings: Sequence[Reading], alone: Collection[int] = ()) -> list[Reading]:
    """The readings of a page, those made one of which one goes on with what the other began, but not those `alone`."""
    return [_together([readings[i] for i in run]) for run in joins(readings, alone)]


def _rejoined(readings: Sequence[Reading], alone: Collection[int] = ()) -> list[Reading]:
    """The readings of a page, those made one that read better so: `×4` alone is read as 84; but not those `alone`.

    Of each row the way to part it with the highest product of confidences.
    """
    runs: list[tuple[int, Reading]] = []
    for row in rows(readings, alone):
        ways: list[tuple[float, list[tuple[int, Reading]]]] = [(1.0, [])]
        for end in range(1, len(row) + 1):
            ways.append(
                max(
                    (
                        (share * chance * one.confidence, [*before, (row[start], one)])
                        for start, one, chance in _ending(row, end, readings)
                        for share, before in [ways[start]]
                    ),
                    key=lambda way: way[0],
                )
            )
        runs += ways[-1][1]
    return [reading for _, reading in sorted(runs, key=lambda run: run[0])]


def _ending(
    row: Sequence[int], end: int, readings: Sequence[Reading]
) -> Iterator[tuple[int, Reading, float]]:
    """What may end before place `end` of a row: where it starts, as what it reads, and a weight."""
    yield end - 1, readings[row[end - 1]], 1.0
    for start in reversed(range(max(0, end - _MOST_PARTS), end - 1)):
        parts = [readings[i] for i in row[start:end]]
        if sum("=" in part.text for part in parts) > 1:  # equations beside each other are several
            break
        if any(part.confidence < _SURELY or len(part.symbols) == 1 for part in parts):
            one = _together(parts)
            sizes = [len(source_of(part).ink.strokes) for part in parts]
            if signs_between(one, list(accumulate(sizes[:-1]))):
                yield start, one, _AS_ONE ** (len(parts) - 1)


def _ringed(reading: Reading) -> tuple[int, set[int]]:
    """How many digits at the start of a reading are in one ring, with none around what is behind, and its stroke."""
    ink = source_of(reading).ink
    boxes = {i: ink.strokes[i].box for i in frames(ink)}
    around = [
        {
            ring
            for ring, box in boxes.items()
            if all(box.shared(ink.strokes[i].box) > 0 for i in symbol.strokes)
        }
        for symbol in reading.symbols[:LENGTH]
    ]
    count = next((i for i, rings in enumerate(around) if rings != around[0]), len(around))
    number = all(symbol.label.isdigit() for symbol in reading.symbols[:count])
    if not any(around) or not number or count == LENGTH or any(around[count:]):
        return 0, set()
    return count, around[0]


def _looks(readings: Sequence[Reading]) -> list[list[str]]:
    """The labels of the first symbols of each reading by their shapes alone, both where one may be `3)`."""
    groups = [
        [(ink, (s.strokes, *_digit_and_bracket(ink, s.strokes))) for s in reading.symbols[:LENGTH]]
        for reading in readings
        for ink in [source_of(reading).ink]
    ]
    # not by `classify`, which would take a 1 that fills its box for paper
    glyphs = [
        segment.glyph(ink, segment.Candidate(part, replace(ink, strokes=ink.group(part)).box))
        for own in groups
        for ink, parts in own
        for part in parts
    ]
    labels = iter(default_classifier().classify(glyphs) if glyphs else [])
    return [[_look(*(next(labels) for _ in parts)) for _, parts in own] for own in groups]


def _look(whole: str, *parts: str) -> str:
    """What a symbol is by the labels of all of it and of a digit and a bracket in it, if it may be both."""
    both = len(parts) == 2 and is_number(parts[0]) and parts[1] == ")"
    return "".join(parts) if both else whole


def _digit_and_bracket(ink: Ink, strokes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The strokes of a symbol without its last one to the right, and that one, if they stand beside each other."""
    *digit, bracket = sorted(strokes, key=lambda i: ink.strokes[i].box.right)
    if not digit:
        return ()
    last = ink.strokes[bracket].box
    room = last.left - max(ink.strokes[i].box.right for i in digit)
    return (tuple(sorted(digit)), (bracket,)) if room > -_INTO * last.height else ()
