"""Sums in columns on a page: numbers under each other, the last with its sign, a rule, and the result under it.

In flow the marks of a page before any are joined; out flow those of each such sum, whose rows would be read in one line
with those of the sums beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from .ink import Box
from .page_strokes import Chain, Mark, around

# All lengths are in units, the height of the digits nearby.
_RULE = 1.5  # least length of a rule
_BEYOND = 0.3  # most by which the middle of what belongs to a rule is beyond its ends
_LEVEL = 0.5  # most that the digits of a row differ in height,
_OFF = 0.25  # and by which the middle of another mark of the row is over or under them
_NEXT = 1.5  # most room between rows
_FLUSH = 1.5  # most by which a row ends before or behind another
_CLEAR = 0.8  # least room beside a row: in a line of an expression the next mark is nearer
_APART = 0.5  # least room behind a sign as high as a digit
_CARRIED = 0.8  # how far over the first row the middle of what was carried is at most,
_SMALLER = 0.9  # and how high it is, as a share of the digits of that row
_FEWEST = 2  # rows over a rule


def columns_of(marks: Sequence[Mark]) -> list[Chain]:
    """The marks of each sum in columns, without points."""
    large = [m for m in marks if not m.is_dot]
    sums = [(rule, rows) for rule in large if _is_rule(rule) and (rows := _addends(rule, large))]
    addends = {id(m) for _, rows in sums for row in rows for m in row}
    found = []
    for rule, rows in sums:
        under = _next_row(rule, rule.box, large, above=False)
        result = [] if any(id(m) in addends or _is_rule(m) for m in under) else under
        box = around([*rows[0], *rows[-1], rule, *result])
        found.append([m for m in large if _is_along(m, rule) and _is_level(m, box, _CARRIED * rule.unit)])
    return found


def _is_rule(mark: Mark) -> bool:
    return mark.is_flat and mark.box.width > _RULE * mark.unit


def _addends(rule: Mark, marks: Sequence[Mark]) -> list[Chain]:
    """The rows over a rule from below to above; none if they are no sum, of which the last begins with its sign."""
    rows: list[Chain] = []
    box = rule.box
    while row := _next_row(rule, box, marks, above=True):
        if any(_is_rule(m) for m in row):
            if len(rows) > _FEWEST:  # what is right under another rule is its result
                rows.pop()
            break
        rows.append(row)
        box = around(row)
    if len(rows) > _FEWEST and _is_carried(rows[-1], rows[-2]):
        rows.pop()
    ends = [around(row).right for row in rows]
    if len(rows) < _FEWEST or max(ends) - min(ends) > _FLUSH * rule.unit:
        return []
    return rows if _begins_with_sign(*rows) else []


def _is_carried(row: Chain, first: Chain) -> bool:
    """Was a row carried to the first one, which it stands right over?"""
    top, height = around(first).top, max(m.box.height for m in first)
    return all(
        m.box.height < _SMALLER * height and m.box.center[1] > top - _CARRIED * m.unit and not _is_rule(m)
        for m in row
    )


def _begins_with_sign(row: Chain, *over: Chain) -> bool:
    """Is the first mark of a row lower than a digit, or does it stand before all others, in the rows over it too?"""
    first, *others = sorted(row, key=lambda m: m.box.left)
    if not others or not first.is_high:
        return bool(others)
    left = min(others[0].box.left - _APART * first.unit, *(around(row).left for row in over))
    return first.box.right < left


def _next_row(rule: Mark, box: Box, marks: Sequence[Mark], above: bool) -> Chain:
    """The next row over a box, or under it; none if there is none near, or if it goes on beside the rule."""
    off = [box.top - m.box.center[1] if above else m.box.center[1] - box.bottom for m in marks]
    along = [_is_along(m, rule) and away > 0 for m, away in zip(marks, off, strict=True)]
    large = [i for i, m in enumerate(marks) if along[i] and (not m.is_sign or _is_rule(m))]
    if not large:
        return []
    nearest = min(off[i] for i in large)
    digits = around([marks[i] for i in large if off[i] < nearest + _LEVEL * rule.unit])
    room = box.top - digits.bottom if above else digits.top - box.bottom
    row = [m for i, m in enumerate(marks) if along[i] and _is_level(m, digits, _OFF * rule.unit)]
    whole = around(row)
    others = (m for i, m in enumerate(marks) if not along[i] and _is_level(m, digits))
    clear = all(whole.aside(m.box) > _CLEAR * rule.unit for m in others)
    return row if clear and room < _NEXT * rule.unit else []


def _is_along(mark: Mark, rule: Mark) -> bool:
    """Does a mark stand over or under a rule?"""
    reach = _BEYOND * rule.unit
    return rule.box.left - reach < mark.box.center[0] < rule.box.right + reach


def _is_level(mark: Mark, box: Box, off: float = 0.0) -> bool:
    """Is the middle of a mark between the top and the bottom of a box?"""
    return box.top - off < mark.box.center[1] < box.bottom + off
