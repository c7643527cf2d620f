"""read_ink(), classify() and correct(): run the stages, from pen strokes to `Reading`s.

Pictures and pages come through `picture_reader` and `page_reader`, which find their ink and ask here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from . import equations, expression, segment
from .digits_alone import among_digits
from .doubts import Looks, is_foreign_number, is_strange
from .empty_box import with_boxes
from .features import Glyph, extract
from .glyphs import NO_SYMBOLS, default_classifier
from .grammar import KIND
from .ink import Box, Ink, ReadError
from .lattice import Lattice
from .letters import letters_apart
from .memory import Memory
from .merged_lines import with_merged_lines
from .model_file import ModelError
from .parses import Parse, agreed
from .zeros import with_points

Fixed: TypeAlias = Mapping[frozenset[int], str]
"""Strokes that are known to be one symbol, and its label; '' where that is not known."""

Apart: TypeAlias = Collection[frozenset[int]]
"""Strokes that are known to be no one symbol."""

MAX_STROKES = 400
"""More strokes than this are no expression; reading them would take seconds."""

DOUBTFUL = 0.91
"""A reading less likely than this to be right is marked doubtful."""

_INCOMPLETE = 0.5
"""How likely a reading is right that leaves out ink as large as a sign, beside one that leaves out none."""

NEEDED = "0123456789.+-×"
"""A classifier that lacks one of these labels reads no expressions."""

_MEMORY = Memory()

_INVERTED = 3.0
"""How many times more likely a glyph must look with the other polarity than its border tells."""

_DIGITS = frozenset("0123456789.")


@dataclass(frozen=True)
class Source:
    """What a reading was made of: the ink and what was known of it before. See `read_ink`.

    `incomplete` says that ink which may belong to it is left out, or cut off by the edge of the picture.
    """

    ink: Ink
    fixed: Fixed = field(default_factory=dict)
    apart: Apart = ()
    digits: bool = False
    incomplete: bool = False


@dataclass(frozen=True)
class Symbol:
    """One symbol as it was read.

    Parameters
    ----------
    label : str
        One of `0`-`9 + - × ÷ / = ( ) . % √ □ x`; a fraction bar and the rule under a column are `-`.
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
        Fraction: exact; of an equation with an unknown its solution. Decimal: a root that is not rational. bool: an
        equation, is it true? None: no value.
    answer : str
        What to show: '182', '3 1/7 ≈ 3.142857', 'true', 'x = 7', 'cannot divide by zero', '' when nothing is asked.
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

    @property
    def unknown(self) -> str:
        """The unknown that the answer gives the value of, '' for none."""
        return expression.solved(self.answer)


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
    shaped = [k for k, label in enumerate(classifier.labels) if label not in (*NO_SYMBOLS, ".")]
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
        There is no ink, too much of it, a coordinate is not finite, too large or too small, or `fixed` or `apart` do
        not fit the strokes.
    """
    return read_source(Source(Ink.from_strokes(strokes), fixed or {}, apart, digits))


def correct(reading: Reading, symbol: int, label: str) -> Reading:
    """Read again, knowing that symbol number `symbol` of a reading has this label.

    An `x` may be the unknown or ×, whichever makes sense there; a `×` is no unknown. What was known before stays
    known, unless it is about the same strokes.

    Raises
    ------
    ReadError
        There is no such symbol or label, or the reading is of typed text.
    """
    return group(reading, _strokes_of(reading, symbol), label)


def group(reading: Reading, strokes: Collection[int], label: str = "") -> Reading:
    """Read again, knowing that these strokes are one symbol, with this label if one is given; see `correct`."""
    source, together = source_of(reading), frozenset(strokes)
    fixed = {known: name for known, name in source.fixed.items() if known.isdisjoint(together)}
    apart = [known for known in source.apart if known != together]
    return read_source(replace(source, fixed={**fixed, together: label}, apart=apart))


def ungroup(reading: Reading, symbol: int) -> Reading:
    """Read again, knowing that the strokes of symbol number `symbol` are not one symbol; see `correct`."""
    source, parted = source_of(reading), _strokes_of(reading, symbol)
    fixed = {known: name for known, name in source.fixed.items() if known.isdisjoint(parted)}
    return read_source(replace(source, fixed=fixed, apart=[*source.apart, parted]))


def source_of(reading: Reading) -> Source:
    """What a reading was made of; a ReadError if that is typed text."""
    if reading.source is None:
        raise ReadError("this reading is of typed text: change the text instead")
    return reading.source


def as_incomplete(reading: Reading) -> Reading:
    """A reading that leaves out ink which may belong to it, or whose ink the edge of the picture cuts off."""
    source = replace(source_of(reading), incomplete=True)
    return replace(reading, confidence=_INCOMPLETE * reading.confidence, doubtful=True, source=source)


def _strokes_of(reading: Reading, symbol: int) -> frozenset[int]:
    source_of(reading)
    if not 0 <= symbol < len(reading.symbols):
        raise ReadError(
            f"there is no symbol {symbol}: the reading has {len(reading.symbols)}, numbered from 0"
        )
    return frozenset(reading.symbols[symbol].strokes)


def evaluate(text: str) -> Reading:
    """The value of typed text as a `Reading` without symbols; text that is no arithmetic is answered in words."""
    try:
        row = expression.parse(text)
    except ValueError as error:
        return Reading(text, "", None, str(error), (), 1.0, False, Box(0, 0, 0, 0))
    result = expression.evaluate(row)
    shown = expression.text(row), expression.latex(row)
    return Reading(*shown, result.value, result.answer, (), 1.0, False, Box(0, 0, 0, 0))


def read_source(source: Source) -> Reading:
    """Read ink with what is known of it.

    Raises
    ------
    ReadError
        There is too much of it, or what is known does not fit.
    ModelError
        The classifier does not know the labels that are `NEEDED`.
    """
    ink, fixed = source.ink, source.fixed
    if len(ink.strokes) > MAX_STROKES:
        raise ReadError(
            f"{len(ink.strokes)} strokes are too many for one expression (at most {MAX_STROKES}): read a part of it"
        )
    _check_known(source)
    unit = segment.unit_height([stroke.box for stroke in ink.strokes])
    classifier = default_classifier()
    if missing := [label for label in NEEDED if label not in classifier.labels]:
        raise ModelError(
            f"the model does not know {' '.join(missing)} and reads no expressions: train one on `synthetic` too, "
            "as in `hwcalc train mnist synthetic`"
        )
    candidates = segment.candidates(ink, unit, fixed.keys(), source.apart)
    log_probability, letters = letters_apart(
        _MEMORY.log_probability(classifier, ink, candidates), classifier.labels
    )
    if ink.pen_width is not None:
        from .asterisk import with_asterisks  # OpenCV takes a tenth of a second to import

        log_probability = with_asterisks(ink, unit, candidates, log_probability, classifier.labels)
        log_probability = with_merged_lines(ink, candidates, log_probability, classifier.labels)
        if source.digits:
            glyphs = [segment.glyph(ink, candidate) for candidate in candidates]
            log_probability = among_digits(classifier, glyphs, log_probability)
    allowed: Collection[str] = _DIGITS if source.digits else KIND.keys()
    chances, labels = with_boxes(ink, unit, candidates, log_probability, classifier.labels)
    lattice = Lattice(ink, unit, candidates, chances, labels, fixed, allowed, flat=source.digits)
    parse = lattice.parse()
    if parse.share < DOUBTFUL:
        parse = agreed(parse, lattice.others())
    if source.digits:
        confidence = parse.share
    else:
        parse, confidence = equations.weighed(with_points(parse), lattice.others())
    reading = _reading(source, parse, confidence)
    looks = Looks(candidates, log_probability, classifier.labels, letters)
    said = {group for group, label in fixed.items() if label}
    if is_strange(parse, ink, unit, said, looks, false=reading.value is False):
        reading = replace(reading, doubtful=True)
    if source.incomplete:
        reading = as_incomplete(reading)
    if not source.digits:
        return reading
    return _number(reading, parse.labels, is_foreign_number(parse, looks))


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


def _number(reading: Reading, digits: str, foreign: bool) -> Reading:
    """A reading as a plain number: its digits as they stand; doubtful where one is `foreign`, looks like a sign."""
    doubtful = reading.doubtful or foreign
    return replace(reading, text=digits, latex=digits, value=None, answer="", doubtful=doubtful)
