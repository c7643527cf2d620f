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
from .page_strokes import DASH, HUGE, TALL, joined, marks_of, parts_of, usual_height

_DOT = 0.95  # widths of the pen; the shorter side of a point
_BESIDE = 1.2  # times the height of a digit a point is from its middle, at most,
_FOOT = 0.2  # and from its foot
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


def loses_a_point(ink: Ink, part: Ink) -> bool:
    """Whether what a pen may have written and a part leaves out stands between two of its digits, at the foot of one:
    a point, or a speck.
    """
    if ink.pen_width is None or len(part.strokes) == len(ink.strokes):
        return False
    taken = {id(stroke) for stroke in part.strokes}
    usual = usual_height([s.box for s in part.strokes])
    feet: dict[int | None, float] = {}
    for s in part.strokes:
        feet[s.component] = max(feet.get(s.component, s.box.bottom), s.box.bottom)
    digits = [s.box._replace(bottom=feet[s.component]) for s in part.strokes if s.box.height > TALL * usual]
    return any(
        id(stroke) not in taken
        and min(stroke.box.width, stroke.box.height) >= _DOT * ink.pen_width
        and _is_at_foot(stroke.box, digits, usual)
        for stroke in ink.strokes
    )


def _is_at_foot(dot: Box, digits: Iterable[Box], usual: float) -> bool:
    """Whether a point stands between the middles of two digits, at the foot of one."""
    x, y = dot.center
    near = [
        (box.center[0] > x, abs(box.bottom - y) < _FOOT * usual)
        for box in digits
        if abs(box.center[0] - x) < _BESIDE * usual and box.center[1] < y < box.bottom + _FOOT * usual
    ]
    return len({behind for behind, _ in near}) == 2 and any(at_foot for _, at_foot in near)


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
