"""Whole lines in a synthetic hand, with the gaps, the drift and the late strokes of real ones.

In flow a `Hand` and a text or a `Row` (layout.py); out flow its strokes in the order of writing and, for each
symbol, its label and the numbers of its strokes: ink whose reading is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from .handwriting import AXIS, Hand
from .ink import FloatArray
from .layout import Mark, Power, Root, Row, Stack

Crowding: TypeAlias = Literal["roomy", "tight", "overlapping"]

_STANDING = frozenset("0123456789.√%")  # these stand on the baseline
_BAND = 0.12  # em: height of the bands in which neighbours keep their distance


class Written(NamedTuple):
    """One symbol of a written line: its label and the numbers of its strokes."""

    label: str
    strokes: tuple[int, ...]


class _Glyph(NamedTuple):
    label: str
    strokes: list[FloatArray]


class _Spacing(NamedTuple):
    """How a writer sets symbols beside each other; see `Habits` for gap and kerning."""

    rng: np.random.Generator
    gap: float
    kerning: float
    crowding: Crowding


_Block: TypeAlias = list[_Glyph]


def write_line(
    hand: Hand, text: str, crowding: Crowding = "roomy", late: float = 0.03
) -> tuple[list[FloatArray], list[Written]]:
    """Write one line of text.

    Parameters
    ----------
    hand : Hand
    text : str
        Labels of `handwriting.LABELS`; a space leaves room and is no symbol.
    crowding : "roomy", "tight" or "overlapping"
        Roomy: a gap of about a quarter of a digit's height. Tight: nearly touching. Overlapping: boxes, and
        now and then the ink, run into each other.
    late : float
        Probability that a symbol of several strokes is completed only after some of the next were written.

    Returns
    -------
    strokes : list of float64 (k, 2)
        In the order of writing, in em, the first glyph near x = 0, the baseline near y = 0.
    symbols : list of Written
        In the order of `text`.

    Raises
    ------
    ValueError
        A character that is no label, or another crowding.
    """
    block = _text(hand, text, _spacing(hand, crowding))
    return _finished(block, hand.rng, hand.habits.drift, hand.habits.unevenness, late)


def write_row(
    hand: Hand, row: Row, crowding: Crowding = "roomy", late: float = 0.03
) -> tuple[list[FloatArray], list[Written]]:
    """Write a row with its fractions, powers and roots; see `write_line`.

    A fraction bar is a symbol of its own, labelled `-`, after its numerator and before its denominator.
    """
    block = _row(hand, row, 1.0, _spacing(hand, crowding))
    return _finished(block, hand.rng, hand.habits.drift, hand.habits.unevenness, late)


def compose(
    glyphs: Sequence[tuple[str, Sequence[FloatArray]]],
    rng: np.random.Generator,
    crowding: Crowding = "roomy",
    em: float = 1.0,
    late: float = 0.03,
) -> tuple[list[FloatArray], list[Written]]:
    """Set given glyphs, such as real ones, on a line.

    Parameters
    ----------
    glyphs : sequence of (label, strokes)
        The strokes of each as float64 (k, 2), anywhere.
    rng : numpy.random.Generator
    crowding : "roomy", "tight" or "overlapping"
        See `write_line`.
    em : float
        Height of a digit in the units of the glyphs.
    late : float
        See `write_line`.

    Returns
    -------
    strokes, symbols
        As `write_line` returns them, in em. Each glyph keeps its size and stands at the height that is usual
        for its label.
    """
    spacing = _Spacing(
        rng, float(np.exp(rng.normal(np.log(0.25), 0.4))), float(rng.uniform(0.0, 0.8)), crowding
    )
    block: _Block = []
    for label, strokes in glyphs:
        part = _scaled([_Glyph(label, list(strokes))], 1.0 / em)
        left, top, _, bottom = _box(part)
        foot = 0.08 - top if label == "," else -bottom if label in _STANDING else AXIS - (top + bottom) / 2
        _move(part, -left, foot + rng.normal(0.0, 0.04))
        _append(spacing, block, part, 0.0, 1.0)
    return _finished(block, rng, float(rng.normal(0.0, 0.03)), 0.0, late)


def sample_text(rng: np.random.Generator, most: int = 10) -> str:
    """Some well-formed arithmetic of at most `most` symbols (6 or more), such as `3×(12.5-4)=`."""
    text = _sample_number(rng)
    while True:
        term = _sample_number(rng)
        if rng.random() < 0.2:
            term = f"({term}{_sample_sign(rng)}{_sample_number(rng)})"
        more = _sample_sign(rng) + term
        if len(text) + len(more) > most:
            return text + "=" * int(len(text) < most and rng.random() < 0.5)
        text += more


def _sample_sign(rng: np.random.Generator) -> str:
    return str(rng.choice(list("+-×÷/"), p=[0.3, 0.25, 0.2, 0.15, 0.1]))


def _sample_number(rng: np.random.Generator) -> str:
    digits = "".join(str(d) for d in rng.integers(0, 10, rng.integers(1, 4)))
    if rng.random() < 0.25:
        digits += f"{rng.choice(['.', ','])}{rng.integers(0, 10)}"
    return digits + "%" * int(rng.random() < 0.05)


def _text(hand: Hand, text: str, spacing: _Spacing) -> _Block:
    block: _Block = []
    room = 0.0
    for label in text:
        if label == " ":
            room += hand.rng.uniform(0.25, 0.6)
            continue
        _append(spacing, block, [_Glyph(label, hand.glyph(label))], room, 1.0)
        room = 0.0
    return block


def _row(hand: Hand, row: Row, scale: float, spacing: _Spacing) -> _Block:
    block: _Block = []
    for item in row:
        if isinstance(item, Mark):
            part = _scaled([_Glyph(item.label, hand.glyph(item.label))], scale)
        elif isinstance(item, Stack):
            part = _stack(hand, item, scale, spacing)
        elif isinstance(item, Power):
            part = _power(hand, item, block, scale, spacing)
        else:
            part = _root(hand, item, scale, spacing)
        _append(spacing, block, part, 0.0, scale)
    return block


def _stack(hand: Hand, stack: Stack, scale: float, spacing: _Spacing) -> _Block:
    """Numerator, bar and denominator, the bar on the axis of the row."""
    inner = scale * hand.rng.uniform(0.7, 1.0)
    over = _row(hand, stack.numerator, inner, spacing)
    under = _row(hand, stack.denominator, inner, spacing)
    width = max(_box(over)[2] - _box(over)[0], _box(under)[2] - _box(under)[0])
    wide = width + scale * max(hand.rng.normal(0.2, 0.1), -0.05)
    bar = _Glyph("-", hand.bar(wide / scale))
    bar_block = _scaled([bar], scale)
    left, top, right, bottom = _box(bar_block)
    for block, above in ((over, True), (under, False)):
        box = _box(block)
        sideways = (left + right - box[0] - box[2]) / 2 + scale * hand.rng.normal(0.0, 0.06)
        gap = scale * hand.rng.uniform(0.08, 0.3)
        _move(block, sideways, top - gap - box[3] if above else bottom + gap - box[1])
    return over + bar_block + under


def _power(hand: Hand, power: Power, before: _Block, scale: float, spacing: _Spacing) -> _Block:
    """A raised row, its foot at the middle of the symbol before it or higher."""
    part = _row(hand, power.exponent, scale * hand.rng.uniform(0.5, 0.75), spacing)
    _, top, _, bottom = _box(before[-1:]) if before else (0.0, -scale, 0.0, 0.0)
    foot = bottom - hand.rng.uniform(0.5, 0.85) * max(bottom - top, 0.6 * scale)
    _move(part, 0.0, foot - _box(part)[3])
    return part


def _root(hand: Hand, root: Root, scale: float, spacing: _Spacing) -> _Block:
    """The sign first, its roof as wide as the radicand, then the radicand under it."""
    part = _row(hand, root.radicand, scale * hand.rng.uniform(0.8, 1.0), spacing)
    left, top, right, bottom = _box(part)
    margin = scale * hand.rng.uniform(0.1, 0.25)
    height = bottom - top + 2 * margin
    strokes = hand.root((right - left + 2 * margin) / height)
    grow = height / np.ptp(np.concatenate(strokes)[:, 1])
    sign = [_Glyph("√", _roofed([stroke * grow for stroke in strokes], left - margin, right + margin))]
    _move(sign, 0.0, top - margin - _box(sign)[1])
    return sign + part


def _roofed(strokes: list[FloatArray], start: float, end: float) -> list[FloatArray]:
    """A root sign whose roof, from where the pen has come up, reaches from `start` to `end`."""
    points = np.vstack(strokes)
    y = points[:, 1]
    foot = int(np.argmax(y))
    first = foot + int(np.argmax(y[foot:] < y.min() + 0.2 * np.ptp(y)))
    x = points[:, 0] - points[first, 0]
    x[first:] *= (end - start) / max(float(x[first:].max()), 1e-6)
    return np.split(np.column_stack((x + start, y)), np.cumsum([len(s) for s in strokes])[:-1])


def _append(spacing: _Spacing, block: _Block, part: _Block, room: float, scale: float) -> None:
    """Set a part to the right of a block, with the gap that this hand and the crowding leave."""
    if block:
        gap = _gap(spacing, part) * scale + room
        _move(part, gap - _clearance(block, part, spacing.kerning), 0.0)
    else:
        _move(part, -_box(part)[0], 0.0)
    block.extend(part)


def _spacing(hand: Hand, crowding: Crowding) -> _Spacing:
    return _Spacing(hand.rng, hand.habits.gap, hand.habits.kerning, crowding)


def _gap(spacing: _Spacing, part: _Block) -> float:
    rng, box = spacing.rng, _box(part)
    if spacing.crowding == "roomy":
        return float(spacing.gap * np.exp(rng.normal(0.0, 0.3)))
    if spacing.crowding == "tight":
        return float(rng.uniform(0.01, 0.10))
    if spacing.crowding == "overlapping":
        return float(max(rng.normal(-0.03, 0.06), -0.3 * (box[2] - box[0])))
    raise ValueError(f"crowding {spacing.crowding!r}: choose roomy, tight or overlapping")


def _clearance(block: _Block, part: _Block, kerning: float) -> float:
    """How far `part` stands right of `block`: between the boxes, and as `kerning` says between the ink."""
    left, right = (
        np.vstack([s for g in part for s in g.strokes]),
        np.vstack([s for g in block for s in g.strokes]),
    )
    boxes = float(left[:, 0].min() - right[:, 0].max())
    rows = np.arange(
        min(left[:, 1].min(), right[:, 1].min()), max(left[:, 1].max(), right[:, 1].max()) + _BAND, _BAND
    )
    near = np.inf
    for y in rows:
        ours = right[np.abs(right[:, 1] - y) <= _BAND, 0]
        theirs = left[np.abs(left[:, 1] - y) <= _BAND, 0]
        if len(ours) and len(theirs):
            near = min(near, float(theirs.min() - ours.max()))
    return boxes if near == np.inf else boxes + kerning * min(near - boxes, 0.5)


def _finished(
    block: _Block, rng: np.random.Generator, drift: float, unevenness: float, late: float
) -> tuple[list[FloatArray], list[Written]]:
    """Let the baseline drift, put the strokes in the order of writing and number them."""
    slope, phase, sway = rng.normal(drift, 0.01), rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.05)
    made: list[tuple[float, int, FloatArray]] = []
    for place, glyph in enumerate(block):
        grow = np.exp(rng.normal(0.0, unevenness))
        middle = _box([glyph])
        centre = np.array([(middle[0] + middle[2]) / 2, middle[3] if glyph.label.isdigit() else AXIS])
        down = slope * centre[0] + sway * np.sin(phase + 0.8 * centre[0]) + rng.normal(0.0, 0.02)
        for number, stroke in enumerate(glyph.strokes):
            when = place + 0.01 * number
            if number and number == len(glyph.strokes) - 1 and rng.random() < late:
                when += rng.integers(1, len(block) + 1)
            made.append((when, place, (stroke - centre) * grow + centre + np.array([0.0, down])))
    made.sort(key=lambda entry: entry[0])
    numbers: list[list[int]] = [[] for _ in block]
    for number, (_, place, _) in enumerate(made):
        numbers[place].append(number)
    written = [Written(glyph.label, tuple(own)) for glyph, own in zip(block, numbers, strict=True)]
    return [stroke for _, _, stroke in made], written


def _box(block: Sequence[_Glyph]) -> tuple[float, float, float, float]:
    points = np.vstack([stroke for glyph in block for stroke in glyph.strokes])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _scaled(block: _Block, scale: float) -> _Block:
    return [_Glyph(glyph.label, [stroke * scale for stroke in glyph.strokes]) for glyph in block]


def _move(block: _Block, dx: float, dy: float) -> None:
    by = np.array([dx, dy])
    for place, glyph in enumerate(block):
        block[place] = _Glyph(glyph.label, [stroke + by for stroke in glyph.strokes])
