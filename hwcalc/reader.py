"""read(), read_ink(), read_page() and classify(): run the stages, from ink or a picture to `Reading`s."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import equations, expression, page, segment
from .digits_alone import among_digits
from .features import Glyph, extract
from .glyphs import JUNK, default_classifier
from .grammar import KIND
from .ink import Box, Ink, ReadError
from .item_numbers import LENGTH, item_numbers
from .lattice import Lattice
from .memory import Memory
from .page_joins import cut, joins, rows, signs_between
from .parses import Parse

if TYPE_CHECKING:
    from .picture import Writing

Fixed: TypeAlias = Mapping[frozenset[int], str]
"""Strokes that are known to be one symbol, and its label; '' where that is not known."""

Apart: TypeAlias = Collection[frozenset[int]]
"""Strokes that are known to be no one symbol."""

MAX_STROKES = 400
"""More strokes than this are no expression; reading them would take seconds."""

DOUBTFUL = 0.91
"""A reading less likely than this to be right is marked doubtful."""

MAX_ON_PAGE = 2500
"""More pieces of ink than this are no page of sums but print or a texture; reading them would take many seconds."""

_MEMORY = Memory()

_INVERTED = 3.0
"""How many times more likely a glyph must look with the other polarity than its border tells."""

_SURE_OF_TURN = 0.98
"""A picture that reads at least this well is not turned."""

_TURNED = 1.5
"""How many times more likely a picture must read when it is turned."""

_BY_A_QUARTER, _BY_HALF = 1.0, 3.0
"""How much higher the log-odds of the one expression of a picture must be when it is turned: 9+68 is 89+6 upside
down. Of 68 photographs and 130 drawn lines that are read as they stand, all still are; upside down 80 % are instead of
39, on their side 89 % instead of 68."""

_INCOMPLETE = 0.5
"""How likely a reading is right that leaves out ink as large as a sign, beside one that leaves out none."""

_SURELY = 0.95
"""A page that reads at least this well stays as it is, and one that only reads so when it is turned is turned."""

_AS_ONE = 0.7
"""How likely neighbours in a row of a page are one expression, before they are read as one."""

_MOST_PARTS = 3
"""Most parts of an expression that were taken for expressions."""

_SAMPLE = 6
"""Expressions of a page that tell how it lies."""

_DIGITS = frozenset("0123456789.")

_FOREIGN = 0.5
"""A digit less likely than this among all labels makes a plain number doubtful: it may be something else."""


@dataclass(frozen=True)
class Source:
    """What a reading was made of: the ink and what was known of it before. See `read_ink`."""

    ink: Ink
    fixed: Fixed = field(default_factory=dict)
    apart: Apart = ()
    digits: bool = False


@dataclass(frozen=True)
class Symbol:
    """One symbol as it was read.

    Parameters
    ----------
    label : str
        One of `0`-`9 + - × ÷ / = ( ) . % √`; a fraction bar and the rule under a column are `-`.
    box : Box
        Where it stands, in the units of the ink (for a picture, pixels).
    confidence : float
        Probability that the label is right, 0 to 1.
    alternatives : tuple of (label, probability)
        What else it may be, most likely first; the label itself comes first.
    strokes : tuple of int
        The numbers of its strokes in the ink.
    """

    label: str
    box: Box
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    strokes: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """An expression as it was read: what it says, what it is worth and how sure that is.

    Parameters
    ----------
    text : str
        What a person could type, such as `12+34=`.
    latex : str
    value : Fraction, Decimal, bool or None
        Fraction: exact. Decimal: a root that is not rational. bool: an equation, is it true? None: no value.
    answer : str
        What to show: '182', '3 1/7 ≈ 3.142857', 'true', 'cannot divide by zero', '' when nothing is asked.
    symbols : tuple of Symbol
        In the order of `text`.
    confidence : float
        Probability that the whole expression is right, 0 to 1.
    doubtful : bool
        Ask the user to look before the answer is trusted.
    box : Box
        Around all of it.
    source : Source or None
        What `correct`, `group` and `ungroup` read anew; None for typed text.
    """

    text: str
    latex: str
    value: Fraction | Decimal | bool | None
    answer: str
    symbols: tuple[Symbol, ...]
    confidence: float
    doubtful: bool
    box: Box
    source: Source | None = field(default=None, repr=False, compare=False)


def classify(glyphs: Sequence[Glyph]) -> list[str]:
    """Labels of single glyphs.

    Parameters
    ----------
    glyphs : sequence
        Each a list of strokes, (k, 2) with x to the right and y down, or a picture, uint8 (h, w), of
        either polarity.

    Returns
    -------
    list of str

    Raises
    ------
    ReadError
        A glyph has no ink or is neither a picture nor a list of strokes.
    """
    checked = [_checked_glyph(i, glyph) for i, glyph in enumerate(glyphs)]
    return default_classifier().classify(_bright_ink(checked))


def _bright_ink(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs, those pictures inverted that look more like a symbol so: their border was ink, not paper."""
    cropped = [i for i, g in enumerate(glyphs) if isinstance(g, np.ndarray) and _border(g).max() > 127]
    if not cropped:
        return glyphs
    inverted: list[Glyph] = [255 - np.asarray(glyphs[i]) for i in cropped]
    classifier = default_classifier()
    log_probability = classifier.log_probability(extract([*(glyphs[i] for i in cropped), *inverted]))
    # any blob may be a point
    shaped = [k for k, label in enumerate(classifier.labels) if label not in (JUNK, ".")]
    best = log_probability[:, shaped].max(axis=1)
    better = best[len(cropped) :] > best[: len(cropped)] + np.log(_INVERTED)
    turned = {i: glyph for i, glyph, yes in zip(cropped, inverted, better, strict=True) if yes}
    return [turned.get(i, glyph) for i, glyph in enumerate(glyphs)]


def _border(glyph: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.concatenate([glyph[0], glyph[-1], glyph[:, 0], glyph[:, -1]])


def _checked_glyph(index: int, glyph: Glyph) -> Glyph:
    if not isinstance(glyph, np.ndarray) or glyph.dtype != np.uint8:
        return [stroke.points for stroke in Ink.from_strokes(glyph).strokes]
    if glyph.ndim != 2 or glyph.size == 0:
        raise ReadError(f"glyph {index} has shape {glyph.shape}: give a picture as uint8 (h, w)")
    # the border is paper, so a bright one means dark ink
    bright_ink = glyph if np.median(_border(glyph)) < 128 else 255 - glyph
    if not bright_ink.any():
        raise ReadError(f"glyph {index} is blank: there is no ink in it")
    return np.ascontiguousarray(bright_ink)


def read_ink(
    strokes: Iterable[npt.ArrayLike],
    *,
    fixed: Fixed | None = None,
    apart: Apart = (),
    digits: bool = False,
) -> Reading:
    """Read one expression from pen strokes.

    Parameters
    ----------
    strokes : iterable of (k, 2) or (k, 3) array-likes
        x to the right, y down[, seconds], in any unit, in the order in which they were drawn.
    fixed : mapping of frozenset of stroke numbers to label, optional
        What is known already, from a person who looked: these strokes together are this symbol; with an
        empty label, they are one symbol, whatever it is.
    apart : collection of frozenset of stroke numbers
        Strokes that together are no symbol.
    digits : bool
        It is a plain number, such as a code: digits and points only, leading zeros kept, nothing computed.

    Raises
    ------
    ReadError
        There is no ink, too much of it, a coordinate is not finite, or `fixed` or `apart` do not fit the strokes.
    """
    return _read(Source(Ink.from_strokes(strokes), fixed or {}, apart, digits))


def correct(reading: Reading, symbol: int, label: str) -> Reading:
    """Read again, knowing that symbol number `symbol` of a reading has this label.

    What was known before stays known, unless it is about the same strokes.

    Raises
    ------
    ReadError
        There is no such symbol or label, or the reading is of typed text.
    """
    return group(reading, _strokes_of(reading, symbol), label)


def group(reading: Reading, strokes: Collection[int], label: str = "") -> Reading:
    """Read again, knowing that these strokes are one symbol, with this label if one is given; see `correct`."""
    source, together = _source(reading), frozenset(strokes)
    fixed = {known: name for known, name in source.fixed.items() if known.isdisjoint(together)}
    apart = [known for known in source.apart if known != together]
    return _read(replace(source, fixed={**fixed, together: label}, apart=apart))


def ungroup(reading: Reading, symbol: int) -> Reading:
    """Read again, knowing that the strokes of symbol number `symbol` are not one symbol; see `correct`."""
    source, parted = _source(reading), _strokes_of(reading, symbol)
    fixed = {known: name for known, name in source.fixed.items() if known.isdisjoint(parted)}
    return _read(replace(source, fixed=fixed, apart=[*source.apart, parted]))


def _source(reading: Reading) -> Source:
    if reading.source is None:
        raise ReadError("this reading is of typed text: change the text instead")
    return reading.source


def _strokes_of(reading: Reading, symbol: int) -> frozenset[int]:
    _source(reading)
    if not 0 <= symbol < len(reading.symbols):
        raise ReadError(
            f"there is no symbol {symbol}: the reading has {len(reading.symbols)}, numbered from 0"
        )
    return frozenset(reading.symbols[symbol].strokes)


def read(source: Any, *, fixed: Fixed | None = None, digits: bool = False) -> Reading:
    """Read one expression from a picture.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, or uint8 array (h, w) or (h, w, 3)
    fixed : mapping of frozenset of piece numbers to label, optional
        As in `read_ink`, with the numbers of the picture's pieces that `Symbol.strokes` gave.
    digits : bool
        As in `read_ink`.

    Raises
    ------
    ReadError
        It is not a picture, cannot be opened, is too large, or no ink is found in it.
    """
    # OpenCV takes a tenth of a second to import, and pen strokes do not need it
    from .picture import writing
    from .picture_file import open_picture

    return _known(_upright(writing(open_picture(source)), digits), fixed)


def _known(reading: Reading, fixed: Fixed | None) -> Reading:
    """A reading, read again if something is known of it."""
    return _read(replace(_source(reading), fixed=fixed)) if fixed else reading


def _upright(found: Writing, digits: bool) -> Reading:
    """The one expression in a picture, turned to where it reads best if it reads badly as it stands."""
    best = as_it_stands = _leveled(found, 0.0, digits)
    if as_it_stands.confidence < _SURE_OF_TURN:
        box = _source(best).ink.box
        lies = box.width > box.height
        enough = _log_odds(as_it_stands.confidence) + (_BY_HALF if lies else _BY_A_QUARTER)
        for degrees in (180.0,) if lies else (90.0, 270.0):
            turned = _leveled(found, degrees, digits)
            surer = turned.confidence > max(best.confidence, DOUBTFUL)
            if surer and _log_odds(turned.confidence) > enough:
                best = turned
    return best


def _log_odds(confidence: float) -> float:
    return float(np.log((confidence + 1e-12) / (1 - confidence + 1e-12)))


def _leveled(found: Writing, degrees: float, digits: bool) -> Reading:
    """The expression in a picture turned clockwise: of its ink as it stands and made level what reads better."""
    from .picture import inks

    ways = []
    for ink in inks(found, degrees):
        one = page.one_expression(ink)
        ways.append(_whole(_read(Source(one, digits=digits)), page.left_out(ink, [one])))
    return max(ways, key=lambda reading: reading.confidence)


def _whole(reading: Reading, left_out: Sequence[Box]) -> Reading:
    """The reading, doubtful if it leaves out ink that may belong to it; `left_out` are the boxes of such ink."""
    if not page.lacks(_source(reading).ink, left_out):
        return reading
    return replace(reading, confidence=_INCOMPLETE * reading.confidence, doubtful=True)


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
    from .picture import level_ink, writing  # see `read`
    from .picture_file import open_picture

    found = writing(open_picture(source))
    fixed = fixed or {}
    ink = level_ink(found)
    if len(ink.strokes) > MAX_ON_PAGE:
        raise ReadError(
            f"{len(ink.strokes)} pieces of ink are too many for a page of sums (at most {MAX_ON_PAGE}): crop it"
        )
    readings = _read_all(ink, fixed)
    sure = _median(readings)
    if sure >= _SURELY or not readings:
        return readings
    if len(readings) == 1 and len(_source(readings[0]).ink.strokes) == len(ink.strokes):
        # one line hardly tells how the page lies: read as the one expression it may be surer
        alone = max(readings[0], _upright(found, digits=False), key=lambda reading: reading.confidence)
        return [_known(alone, fixed.get(0))]
    turned = {_sureness(ink): ink for ink in (level_ink(found, degrees) for degrees in (90, 180, 270))}
    if max(turned) <= _enough(sure):
        return readings
    others = _read_all(turned[max(turned)], fixed)
    return others if _coherence(others) > _coherence(readings) else readings


def _enough(sure: float) -> float:
    """The confidence with which a picture must read when it is turned, to be turned, if it has `sure` level."""
    return max(min(_TURNED * sure, _SURELY), DOUBTFUL)


def _sureness(ink: Ink) -> float:
    """The median confidence of the longest few expressions of a page."""
    longest = sorted(_written(ink), key=lambda i: -len(i.strokes))[:_SAMPLE]
    return _median([_read(Source(i)) for i in longest])


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


def _read_all(ink: Ink, fixed: Mapping[int, Fixed]) -> list[Reading]:
    """Every expression in the ink of a page; see `read_page`."""
    written = _written(ink)
    left_out = page.left_out(ink, written)
    readings = [part for one in written for part in _parted(_read(Source(one)))]
    readings = _joined(_rejoined(_joined(readings)))
    found: list[Reading] = []
    for reading, length in zip(readings, item_numbers(readings, _looks(readings)), strict=True):
        number = {i for symbol in reading.symbols[:length] for i in symbol.strokes}
        rest = [i for i in range(len(_source(reading).ink.strokes)) if i not in number]
        if number and rest:
            reading = _read(Source(_part(reading, rest)))
        if rest and any(s.label.isdigit() for s in reading.symbols):
            found.append(reading)
    return [_whole(_known(reading, fixed.get(i)), left_out) for i, reading in enumerate(found)]


def _part(reading: Reading, numbers: Sequence[int]) -> Ink:
    """Some of the strokes of a reading."""
    ink = _source(reading).ink
    return replace(ink, strokes=ink.group(numbers))


def _parted(reading: Reading) -> list[Reading]:
    """Equations that were taken for one, each read by itself."""
    place = cut(reading)
    if place is None:
        return [reading]
    first = {i for symbol in reading.symbols[:place] for i in symbol.strokes}
    numbers = range(len(_source(reading).ink.strokes))
    parts = [_part(reading, [i for i in numbers if (i in first) == own]) for own in (True, False)]
    return [part for ink in parts for part in _parted(_read(Source(ink)))]


def _together(readings: Sequence[Reading]) -> Reading:
    """Parts of one expression, from left to right, read as one."""
    if len(readings) == 1:
        return readings[0]
    inks = [_source(reading).ink for reading in readings]
    return _read(Source(replace(inks[0], strokes=tuple(s for ink in inks for s in ink.strokes))))


def _joined(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a page, those made one of which one goes on with what the other began."""
    return [_together([readings[i] for i in run]) for run in joins(readings)]


def _rejoined(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a page, those made one that read better so: `×4` alone is read as 84.

    Of each row the way to part it with the highest product of confidences.
    """
    runs: list[tuple[int, Reading]] = []
    for row in rows(readings):
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
    for start in range(max(0, end - _MOST_PARTS), end - 1):
        parts = [readings[i] for i in row[start:end]]
        if any(part.confidence < _SURELY or len(part.symbols) == 1 for part in parts):
            one = _together(parts)
            sizes = [len(_source(part).ink.strokes) for part in parts]
            if signs_between(one, list(accumulate(sizes[:-1]))):
                yield start, one, _AS_ONE ** (len(parts) - 1)


def _looks(readings: Sequence[Reading]) -> list[list[str]]:
    """The labels of the first symbols of each reading by their shapes alone."""
    groups = [
        (_source(reading).ink, segment.Candidate(s.strokes, _part(reading, s.strokes).box))
        for reading in readings
        for s in reading.symbols[:LENGTH]
    ]
    # not by `classify`, which would take a 1 that fills its box for paper
    glyphs = [segment.glyph(ink, group) for ink, group in groups]
    labels = iter(default_classifier().classify(glyphs) if glyphs else [])
    return [[next(labels) for _ in reading.symbols[:LENGTH]] for reading in readings]


def evaluate(text: str) -> Reading:
    """The value of typed text as a `Reading` without symbols; text that is no arithmetic is answered in words."""
    try:
        row = expression.parse(text)
    except ValueError as error:
        return Reading(text, "", None, str(error), (), 1.0, False, Box(0, 0, 0, 0))
    result = expression.evaluate(row)
    shown = expression.text(row), expression.latex(row)
    return Reading(*shown, result.value, result.answer, (), 1.0, False, Box(0, 0, 0, 0))


def _read(source: Source) -> Reading:
    ink, fixed = source.ink, source.fixed
    if len(ink.strokes) > MAX_STROKES:
        raise ReadError(
            f"{len(ink.strokes)} strokes are too many for one expression (at most {MAX_STROKES}): read a part of it"
        )
    _check_known(source)
    unit = segment.unit_height([stroke.box for stroke in ink.strokes])
    classifier = default_classifier()
    candidates = segment.candidates(ink, unit, fixed.keys(), source.apart)
    log_probability = _MEMORY.log_probability(classifier, ink, candidates)
    if ink.pen_width is not None:
        from .asterisk import with_asterisks  # OpenCV: see `read`

        log_probability = with_asterisks(ink, unit, candidates, log_probability, classifier.labels)
        if source.digits:
            glyphs = [segment.glyph(ink, candidate) for candidate in candidates]
            log_probability = among_digits(classifier, glyphs, log_probability)
    allowed: Collection[str] = _DIGITS if source.digits else KIND.keys()
    lattice = Lattice(
        ink, unit, candidates, log_probability, classifier.labels, fixed, allowed, flat=source.digits
    )
    parse = lattice.parse()
    if not source.digits:
        return _reading(source, *equations.weighed(parse))
    reading = _reading(source, parse, parse.share)
    own = dict(zip(candidates, log_probability, strict=True))
    return _number(reading, parse, own, classifier.labels)


def _check_known(source: Source) -> None:
    """Whether what is known beforehand fits the strokes."""
    every = frozenset(range(len(source.ink.strokes)))
    taken: set[int] = set()
    for strokes, label in source.fixed.items():
        if not strokes or not strokes <= every or strokes & taken:
            raise ReadError(f"fixed: strokes {sorted(strokes)} are not there, or are in two symbols")
        if label and label not in KIND:
            raise ReadError(f"fixed: {label!r} is no label; labels are {' '.join(KIND)}")
        taken |= strokes
    for strokes in source.apart:
        if len(strokes) < 2 or not strokes <= every or strokes in source.fixed:
            raise ReadError(f"apart: strokes {sorted(strokes)} are not there, or cannot be taken apart")


def _reading(source: Source, parse: Parse, confidence: float) -> Reading:
    ink = source.ink
    symbols = tuple(
        Symbol(p.label, ink.in_picture(p.group.box), p.alternatives[0][1], p.alternatives, p.group.strokes)
        for p in parse.symbols()
    )
    row = parse.row()
    result = expression.evaluate(row)
    return Reading(
        text=expression.text(row),
        latex=expression.latex(row),
        value=result.value,
        answer=result.answer,
        symbols=symbols,
        confidence=confidence,
        doubtful=confidence < DOUBTFUL or not parse.sound,
        box=ink.in_picture(ink.box),
        source=source,
    )


def _number(
    reading: Reading,
    parse: Parse,
    log_probability: Mapping[segment.Candidate, npt.NDArray[np.floating]],
    labels: str,
) -> Reading:
    """A reading as a plain number: its digits as they stand; doubtful where one looks like another symbol."""
    foreign = any(
        np.exp(log_probability[piece.group][labels.index(piece.label)]) < _FOREIGN
        for piece in parse.symbols()
        if piece.label != "."  # a point has no shape of its own
    )
    return replace(
        reading,
        text=parse.labels,
        latex=parse.labels,
        value=None,
        answer="",
        doubtful=reading.doubtful or foreign,
    )
