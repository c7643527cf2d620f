"""Ink → the expressions on a page: which strokes belong together, in reading order.

In flows the `Ink` of a whole page, of a picture or a pen; out flows one `Ink` for each expression:

    strokes ─▶ marks (=, ÷, a fraction) ─▶ chains along the lines ─▶ with points ─▶ cut at wide gaps ─▶ in order
       page_strokes                   page_lines             page_points       page_lines       page_order

Sums in columns are taken out before the marks are joined (`page_columns`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .ink import Box, Ink
from .page_columns import columns_of
from .page_lines import chains_of, cut, with_small_ones
from .page_order import in_reading_order
from .page_points import attach_points
from .page_strokes import DASH, HUGE, joined, marks_of, parts_of, usual_height

_AROUND = (
    0.9  # times the height of a digit from an expression, or nearer: what is left out there may belong to it
)


def expressions(ink: Ink) -> list[Ink]:
    """The ink of each expression on a page.

    Parameters
    ----------
    ink : Ink
        All of a page: a grid, a list, columns of expressions, or a single one.

    Returns
    -------
    list of Ink
        In reading order: row by row, or column by column where columns have no rows in common. Specks and
        lines that belong to no writing are left out.
    """
    return [replace(ink, strokes=ink.group(numbers)) for numbers in groups(ink)]


def one_expression(ink: Ink) -> Ink:
    """The ink of a picture of one expression, without specks that stand where no point would."""
    marks = marks_of(ink) if ink.strokes else []
    chain = [m for m in marks if not m.is_dot]
    if not chain:
        return ink
    attach_points([chain], [m for m in marks if m.is_dot], ink.pen_width)
    return replace(ink, strokes=ink.group(sorted(i for m in chain for i in m.strokes)))


def is_in_columns(ink: Ink) -> bool:
    """Is it, or holds it, a sum in columns?"""
    return bool(columns_of(parts_of(ink)))


def left_out(ink: Ink, parts: Iterable[Ink]) -> list[Box]:
    """The boxes of what is cut off, or as large as a sign and not in one of these parts of the ink; of no drawing."""
    taken = {id(stroke) for part in parts for stroke in part.strokes}
    usual = usual_height([s.box for s in ink.strokes])
    sizes = [(s, max(s.box.width, s.box.height)) for s in ink.strokes]
    return [
        s.box
        for s, size in sizes
        if size < HUGE * usual and (s.cut_off or (size > DASH * usual and id(s) not in taken))
    ]


def lacks(part: Ink, boxes: Iterable[Box]) -> bool:
    """Does some of what is left out, with these boxes, stand where it may belong to an expression?"""
    near = _AROUND * usual_height([s.box for s in part.strokes])
    return any(part.box.apart(box) < near for box in boxes)


def groups(ink: Ink) -> list[list[int]]:
    """The numbers of the strokes of each expression, ascending; see `expressions`."""
    if not ink.strokes:
        return []
    parts = parts_of(ink)
    if not parts:
        return []
    sums = columns_of(parts)
    taken = {id(m) for chain in sums for m in chain}
    marks = joined([m for m in parts if id(m) not in taken])
    dots = [m for m in marks if m.is_dot]
    chains = chains_of([m for m in marks if not m.is_dot])
    attach_points(chains + sums, dots, ink.pen_width)
    chains = with_small_ones(cut(chains) + sums) or [[dot] for dot in dots]
    chains = [chain for chain in chains if not all(m.is_sign for m in chain)] or chains
    return [sorted(i for m in chain for i in m.strokes) for chain in in_reading_order(chains)]
