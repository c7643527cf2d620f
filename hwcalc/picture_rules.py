"""Ruled and squared paper: find the printed lines and take them out, leaving the strokes that cross them.

In flows an evenly lit picture (darkness, uint8), out flows the same without long straight lines. A line
counts as printed only if no pen would have drawn it: it runs from border to border and is thinner or
fainter than the writing, or there are several as long, evenly spaced. So `-`, `=` and fraction bars stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from .ink import ByteArray, FloatArray
from .picture_light import over, pen_width

_STEEPEST = 15.0  # degrees
_THICKEST = 7  # pixels
_SHORTEST = 0.45  # of what the sheet has room for
_LEAST_ROOM = 0.15  # of the width; what fits into a smaller corner is not looked for
_MOST_RULES = 150
_PEN = 0.75  # of the width of the pen; what is thinner or fainter was not written with it
_BROKEN = 0.08  # of its length is the widest gap of a line that does not run from border to border
_POINT = 0.4  # of the square of that width has the smallest point


class Pen(NamedTuple):
    """Thickness, in pixels, and darkness of the lines of the writing."""

    width: float
    darkness: float


class Rule(NamedTuple):
    """A line from left to right: the row of its middle in each column from `left` on.

    `place` tells parallel lines apart: the row in the middle of the picture. `share`
    is the length of the line over what the sheet has room for there, which in a corner is little; `gap` is its
    widest gap over its length.
    """

    left: int
    rows: FloatArray
    thickness: float
    darkness: float = 0.0
    place: float = 0.0
    share: float = 1.0
    gap: float = 0.0

    @property
    def right(self) -> int:
        """First column after it."""
        return self.left + len(self.rows)


def without_rules(darkness: ByteArray, faintest: float, sheet: ByteArray) -> ByteArray:
    """Erase ruled and squared lines.

    Parameters
    ----------
    darkness : uint8 (h, w)
        0 is paper.
    faintest : float
        What is lighter is the grain of the paper.
    sheet : uint8 (h, w)
        1 where there is paper, 0 on a table around it.

    Returns
    -------
    uint8 (h, w)
        `darkness` itself if there is nothing to erase.
    """
    across = _find(darkness, faintest, sheet)
    # Squares and margins go with lines across. Vertical lines alone prove nothing: in a picture of one
    # line of writing a 1 or a bracket is as high as they would be.
    if not across:
        return darkness
    on_its_side = np.ascontiguousarray(darkness.T)
    down = _find(on_its_side, faintest, np.ascontiguousarray(sheet.T))
    pen = _pen(darkness, faintest, across, down)
    across = _printed(across, pen)
    if not across:
        return darkness
    clean = darkness.copy()
    for rule in across:
        _erase(clean, darkness, rule, pen)
    if down := _printed(down, pen):
        clean = np.ascontiguousarray(clean.T)
        for rule in down:
            _erase(clean, on_its_side, rule, pen)
        clean = np.ascontiguousarray(clean.T)
    return clean


def _find(darkness: ByteArray, faintest: float, sheet: ByteArray) -> list[Rule]:
    """Long, thin, nearly straight lines from left to right, at most 15 degrees steep.

    Seen from one side parallel lines are not: those that are level with each other are found together.
    """
    rules: list[Rule] = []
    rest = darkness
    while len(rules) < _MOST_RULES and (found := _level(rest, faintest, sheet)):
        rules += found
        rest = _without(rest, found)
    return sorted(rules, key=lambda r: r.place)


def _without(darkness: ByteArray, rules: list[Rule]) -> ByteArray:
    """The picture without the bands of rules, and what is written there."""
    rest = darkness.copy()
    for rule in rules:
        rest.ravel()[_band(rest.shape, rule, rule.thickness / 2 + 3)] = 0
    return rest


def _level(darkness: ByteArray, faintest: float, sheet: ByteArray) -> list[Rule]:
    """The lines along the slope of most."""
    height, width = darkness.shape
    slope, share = _slope(darkness, faintest)
    if share < 0.25:
        return []
    shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, max(0.0, slope * width)]])
    size = (width, height + round(abs(slope) * width))
    level, inside = (
        np.asarray(cv2.warpAffine(picture, shear, size, flags=cv2.INTER_NEAREST), np.uint8)
        for picture in (darkness, sheet)
    )
    # What is high is a stroke. What is left is averaged along the line, so that even a faint one stands
    # out from the grain; writing is capped, or it would outshine the line.
    thin = cv2.subtract(level, cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((2 * _THICKEST, 1), np.uint8)))
    capped = np.minimum(thin, np.uint8(min(255, 4 * faintest)))
    thin = np.asarray(cv2.blur(capped, (max(9, width // 40) | 1, 1)), np.uint8)
    # Averaged so far, every few columns tell the same.
    step = max(1, width // 128)
    lines = over(np.ascontiguousarray(thin[:, ::step]), 0.6 * faintest)
    drop = shear[1, 0] * np.arange(width) + shear[1, 2]
    room = np.maximum(inside[:, ::step].mean(axis=1), _LEAST_ROOM)
    rules = []
    for curve in _curves(lines, room):
        rule = _measured(curve, step, level)
        place = float(rule.rows.mean())
        share = len(rule.rows) / width / float(room[round(place)])
        if share >= _SHORTEST and rule.darkness > faintest / 2:
            rows = rule.rows - drop[rule.left : rule.right]
            middle = place - float(drop[width // 2])
            rules.append(rule._replace(rows=np.clip(rows, 0, height - 1), place=middle, share=share))
    return rules


def _curves(lines: ByteArray, room: FloatArray) -> Iterator[Rule]:
    """Follow the lines of a mask, the fullest row first, and take each out of it.

    `room` (h,) is the share of the columns in which a row lies on the sheet.
    """
    height = len(lines)
    around = np.ones((5, 1), np.uint8)
    cover = cv2.dilate(lines, around).mean(axis=1) / room
    for _ in range(_MOST_RULES):
        seed = int(cover.argmax())
        if cover[seed] < 0.35:
            return
        rule = _trace(lines, seed)
        yield rule
        reach = rule.thickness / 2 + 3
        lines.ravel()[_band(lines.shape, rule, reach)] = 0
        lines[max(0, seed - 2) : seed + 3] = 0
        first = max(0, int(min(seed, rule.rows.min()) - reach) - 4)
        last = min(height, int(max(seed, rule.rows.max()) + reach) + 5)
        cover[first:last] = cv2.dilate(lines[first:last], around).mean(axis=1) / room[first:last]


def _slope(darkness: ByteArray, faintest: float) -> tuple[float, float]:
    """The slope along which dark pixels line up best: that of the sharpest projection onto the rows.

    First in eight strips, in which a line stays in place although the steps between slopes are coarse,
    then over the whole width. Also returns the share of the width that is dark in the darkest row.
    """
    height, width = darkness.shape
    step = max(1, width // 80)
    y, x = np.nonzero(darkness[:, ::step] > faintest)
    x *= step
    best, reach = 0.0, float(np.tan(np.radians(_STEEPEST)))
    margin = 2 * reach * width
    for strips, turns in ((8, 10), (1, 5), (1, 5)):
        strip = (x * strips // width) * int(height + 2 * margin) + margin

        def counts(slope: float, strip: FloatArray = strip) -> FloatArray:
            return np.bincount((y - slope * x + strip).astype(np.intp)).astype(np.float64)

        best = max(
            (best + reach * k / 10 for k in range(-turns, turns + 1)),
            key=lambda s: float((counts(s) ** 3).sum()),
        )
        reach /= 8
    highest = counts(best).max() if y.size else 0.0
    return best, float(highest) * step / width


def _trace(lines: ByteArray, seed: int) -> Rule:
    """Follow a line from the row `seed`; its darkness stays open.

    A curve of ever higher degree is laid through what is close to the last one: a page is not quite
    flat, and writing along the line must not draw the curve away.
    """
    height, width = lines.shape
    columns, powers = np.arange(width), _powers(width)
    around = np.arange(-4, 5)[:, None]
    curve = np.full(width, float(seed))
    for degree in (1, 2, 3):
        rows = np.clip(np.rint(curve).astype(np.intp) + around, 0, height - 1)
        inside = lines[rows, columns] > 0
        thick = inside.sum(axis=0)
        usual = float(np.median(thick[thick > 0]))
        there = np.flatnonzero((thick > 0) & (thick <= usual + 1))
        middle = (inside * rows).sum(axis=0)[there] / thick[there]
        basis = powers[there, : degree + 1]
        # least squares; where few columns are left, the slightest curve
        normal = basis.T @ basis + 1e-9 * len(there) * np.eye(degree + 1)
        curve = powers[:, : degree + 1] @ np.linalg.solve(normal, basis.T @ middle)
    rows = np.clip(curve, 0, height - 1)
    first, last = int(there[0]), int(there[-1])
    return Rule(first, rows[first : last + 1], usual)


@lru_cache(maxsize=4)
def _powers(width: int) -> FloatArray:
    """1, x, x², x³ of the columns, of which the first is at -1 and the last at 1: (width, 4)."""
    return np.vander(np.linspace(-1, 1, width), 4, increasing=True)


def _measured(curve: Rule, step: int, level: ByteArray) -> Rule:
    """A curve through every `step`-th column of `level` as the rule in all columns, with its darkness."""
    left = curve.left * step
    columns = np.arange(left, min(curve.right * step, level.shape[1]))
    rows = np.interp(columns, np.arange(curve.left, curve.right) * step, curve.rows)
    # Where a line is a line, little of it is missing: writing that stands in a row has gaps.
    along = level[np.rint(rows).astype(np.intp), columns]
    darkness = float(np.percentile(along, 30))
    around = cv2.dilate(level, np.ones((5, 1), np.uint8))[np.rint(rows).astype(np.intp), columns]
    dark = np.flatnonzero(np.concatenate(([True], around > darkness / 2, [True])))
    return Rule(left, rows, curve.thickness, darkness, gap=float(np.diff(dark).max() - 1) / len(along))


def _pen(darkness: ByteArray, faintest: float, across: list[Rule], down: list[Rule]) -> Pen:
    """What the writing is like where no line runs."""
    apart = _without(darkness, across)
    if down:
        apart = _without(np.ascontiguousarray(apart.T), down)
    some = apart[::2, ::2]
    writing = some[some > faintest]
    if writing.size == 0:
        return Pen(0.0, 0.0)
    dark = float(np.percentile(writing, 80))
    return Pen(pen_width(over(apart, dark / 2)), dark)


def _printed(rules: list[Rule], pen: Pen) -> list[Rule]:
    """Those that no pen would have drawn: two of three signs are there, and no wide gaps as between sums."""
    through = [r for r in rules if r.share > 0.97]
    # A rule may seem to end early where the light or the sheet does; dashes of the writing are no rules.
    rows = (row for row in (rules, through) if len(row) >= 3)
    regular = next((row for row in rows if _even([r.place for r in row])), [])
    slight = [r for r in rules if r.darkness < _PEN * pen.darkness or r.thickness < _PEN * pen.width]
    printed = [r for r in rules if sum(any(r is s for s in sign) for sign in (through, regular, slight)) >= 2]
    return [r for r in printed if r.gap < _BROKEN or any(r is s for s in through)]


def _even(places: list[float]) -> bool:
    """Are the gaps equal, or, where a line was missed, two or three times as wide?"""
    gaps = np.array([b - a for a, b in pairwise(places)])
    turns = gaps / float(np.median(gaps[gaps < 1.5 * gaps.min()]))
    nearest = np.clip(np.rint(turns), 1, 3)
    return bool((np.abs(turns - nearest) < 0.12 * nearest).mean() > 0.75)


def _band(shape: tuple[int, ...], rule: Rule, reach: float) -> npt.NDArray[np.intp]:
    """Where in the flat array the pixels within `reach` above and below a rule are: a row for each offset."""
    height, width = shape
    offsets = np.arange(-int(np.ceil(reach)), int(np.ceil(reach)) + 1)[:, None]
    rows = np.rint(rule.rows).astype(np.intp) + offsets
    np.maximum(rows, 0, out=rows)
    np.minimum(rows, height - 1, out=rows)
    rows *= width
    rows += np.arange(rule.left, rule.right)
    return rows


def _erase(clean: ByteArray, darkness: ByteArray, rule: Rule, pen: Pen) -> None:
    """Erase a rule, but not the writing on it: that is darker, or makes the line thicker there."""
    flat = darkness.ravel()
    band = _band(darkness.shape, rule, rule.thickness / 2 + 1)
    if rule.darkness < 0.6 * pen.darkness:
        writing = flat[band] > (rule.darkness + pen.darkness) / 2
    else:
        around = _band(darkness.shape, rule, rule.thickness / 2 + 4)
        dark = flat[around] > min(rule.darkness, pen.darkness) / 2
        middle = len(dark) // 2
        below = np.cumprod(dark[middle:], axis=0).sum(axis=0)
        above = np.cumprod(dark[middle::-1], axis=0).sum(axis=0)
        thick = above + below
        writing = np.broadcast_to(thick > np.median(thick) + 1.5, band.shape)
    dark = flat[band] > pen.darkness / 2
    clean.ravel()[band[~writing | _dashes(writing & dark, pen)]] = 0


def _dashes(left: npt.NDArray[np.bool_], pen: Pen) -> npt.NDArray[np.bool_]:
    """Of what is left in the band of a rule (its rows straightened), the dark dashes of the rule itself.

    A copied line is dark in parts and faint in others. What is written on it leaves its band, is as thick as
    the pen, or is a point.
    """
    _, *found, _ = cv2.connectedComponentsWithStats(left.view(np.uint8), connectivity=8)
    labels, stats = (np.asarray(part, np.int32) for part in found)
    inside = (stats[:, cv2.CC_STAT_TOP] > 0) & (
        stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] < len(left)
    )
    thin = stats[:, cv2.CC_STAT_AREA] < _PEN * pen.width * stats[:, cv2.CC_STAT_WIDTH]
    point = (stats[:, cv2.CC_STAT_WIDTH] < 2 * stats[:, cv2.CC_STAT_HEIGHT]) & (
        stats[:, cv2.CC_STAT_AREA] > _POINT * pen.width**2
    )
    return np.asarray((inside & thin & ~point)[labels] & left)
