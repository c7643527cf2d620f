"""Groups of strokes that are no symbol, so that a classifier learns to refuse them.

In flow writers with their glyphs, or written lines with their symbols; out flow groups that a segmenter would
propose and that no one would read as one symbol.

The rule. A wrong group often looks right: a bar of = is a −, the stem of 4 is a 1, half of × is a /, ( beside
) is a 0, a 5 without its hat may still be a 5. Called junk, such groups would teach the classifier to refuse
real symbols, so they are left out. Strokes are *simple* (dots, straight lines, arcs, rings: each a symbol by
itself) or *complex*. A group is junk when one of these holds:

1. It is part of one symbol and still no other: the first stroke of 4, a 5 without its hat that starts
   downwards, ÷ without its bar or one of its dots, % without one of its rings.
2. It holds strokes of two or three neighbours that stand clearly beside each other, so that no line crosses,
   touches or caps another in a way that would make a 4, 5, 7, +, ×, =, 0 or 8 of them; see `_beside`.
3. It is what a wrong cut leaves: the left half of 5 or %, or any half together with a neighbour.
4. It is a root sign with one or two of the symbols under its roof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise, product
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from .curves import resampled, rounded
from .handwriting import Hand
from .ink import FloatArray, Ink
from .layout import Mark, Root
from .written_lines import Crowding, Written, compose, sample_text, write_line, write_row

Kind: TypeAlias = Literal["dot", "flat", "tall", "arc", "ring", "complex"]

_CROWDINGS: tuple[Crowding, ...] = ("roomy", "tight", "overlapping")
_FRAGMENTS_OF = frozenset("45÷%")  # of all others, each part is some symbol, or still the same
_LEFT_HALVES_OF = frozenset("5%")
_MOST_STROKES = 6
_PER_LINE = 5  # groups taken of one line
_SCRIBBLES = 0.05  # share of groups that are nothing at all
_ROOTS = 0.1  # share of lines with a root

Writer: TypeAlias = Mapping[str, Sequence[Sequence[FloatArray]]]
"""Glyphs of one real writer, by label."""


class _Mark(NamedTuple):
    """A stroke with what the rule asks of it; lengths in em."""

    points: FloatArray
    kind: Kind
    left: float
    top: float
    right: float
    bottom: float


_Part: TypeAlias = tuple[str, list[_Mark]]


def junk_from_lines(
    strokes: Sequence[FloatArray],
    symbols: Sequence[Written],
    rng: np.random.Generator,
    em: float = 1.0,
) -> Iterator[list[FloatArray]]:
    """Wrong groups of a written line, as the rule above allows them.

    Parameters
    ----------
    strokes : sequence of float64 (k, 2)
    symbols : sequence of Written
        Which strokes are which symbol, from left to right.
    rng : numpy.random.Generator
        Where wrong cuts fall.
    em : float
        Height of a digit in the units of the strokes.

    Yields
    ------
    list of float64 (k, 2)
        The strokes of one group, at their place and in their units.
    """
    parts = [(symbol.label, [_mark(strokes[i] / em) for i in symbol.strokes]) for symbol in symbols]
    for group in _groups(parts, rng):
        yield [points * em for points in group]


def junk(n: int, seed: int | Sequence[int] = 0, writers: Sequence[Writer] = ()) -> list[list[FloatArray]]:
    """Groups that are no symbol: wrong groups of lines by many hands, and one scribble in twenty.

    Parameters
    ----------
    n : int
        How many groups.
    seed : int or sequence of int
    writers : sequence of Writer
        They write every second line; a synthetic hand adds what a writer lacks, and writes the others.

    Returns
    -------
    list of n stroke lists
        Float64 (k, 2), in em.
    """
    rng = np.random.default_rng(seed)
    made: list[list[FloatArray]] = []
    lines = 0
    while len(made) < n:
        writer = writers[int(rng.integers(len(writers)))] if writers and lines % 2 else {}
        groups = list(junk_from_lines(*_line(rng, writer, _CROWDINGS[lines % len(_CROWDINGS)]), rng))
        made.extend(groups[i] for i in rng.permutation(len(groups))[:_PER_LINE])
        if rng.random() < _SCRIBBLES * _PER_LINE:
            made.append(_scribble(rng))
        lines += 1
    return made[:n]


def _line(
    rng: np.random.Generator, writer: Writer, crowding: Crowding
) -> tuple[list[FloatArray], list[Written]]:
    """A line of arithmetic in glyphs of one real writer, or in a synthetic hand."""
    hand, text = Hand(rng), sample_text(rng)
    if rng.random() < _ROOTS:
        cut = int(rng.integers(1, 4))
        return write_row(hand, (Root(tuple(map(Mark, text[:cut]))), *map(Mark, text[cut:])), crowding)
    if not writer:
        return write_line(hand, text, crowding)
    glyphs = []
    for label in text:
        own, theirs = hand.glyph(label), writer.get(label)
        glyphs.append((label, _resized(theirs[int(rng.integers(len(theirs)))], own) if theirs else own))
    return compose(glyphs, rng, crowding)


def _resized(glyph: Sequence[FloatArray], like: Sequence[FloatArray]) -> list[FloatArray]:
    """A glyph scaled so that its longer side is as long as that of another."""
    box, wanted = Ink.from_strokes(glyph).box, Ink.from_strokes(like).box
    scale = max(wanted.width, wanted.height) / max(box.width, box.height, 1e-9)
    return [stroke * scale for stroke in glyph]


def _mark(points: FloatArray) -> _Mark:
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return _Mark(points, _kind(points), float(left), float(top), float(right), float(bottom))


def _groups(parts: Sequence[_Part], rng: np.random.Generator) -> Iterator[list[FloatArray]]:
    """All groups that the rule allows, in em."""
    for label, marks in parts:
        yield from _fragments(label, marks)
        if label in _LEFT_HALVES_OF:
            yield from _left_half(marks, rng)
    for left, right in pairwise(parts):
        yield from _neighbours(left, right)
        yield from _wrong_cuts(left[1], right[1], rng)
    for place, (label, marks) in enumerate(parts):
        if label == "√":
            yield from _rooted(marks, [inner for _, inner in parts[place + 1 :]])
    whole = [marks for _, marks in parts]
    for first, second, third in zip(whole, whole[1:], whole[2:], strict=False):
        yield from _three(first, second, third)


def _kind(points: FloatArray) -> Kind:
    """Which simple stroke this is, or complex."""
    width, height = np.ptp(points, axis=0)
    if max(width, height) < 0.25:
        return "dot"
    even = rounded(resampled(points, 24), 1.2)  # without the steps of a coarse tablet
    steps = np.diff(even, axis=0)
    chord, length = np.hypot(*(even[-1] - even[0])), np.hypot(steps[:, 0], steps[:, 1]).sum()
    if chord > 0.92 * length:
        return "flat" if width > 1.5 * height else "tall"
    turns = np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
    turned, wound = abs(float(turns.sum())), float(np.abs(turns).sum())
    one_way = turned > 0.75 * wound
    if one_way and turned > 1.5 * np.pi and chord < 0.3 * length:
        return "ring"
    if one_way and turned < 1.3 * np.pi and (width < 0.75 * height or height < 0.5):
        return "arc"
    return "flat" if height < 0.2 < width else "complex"


def _fragments(label: str, marks: Sequence[_Mark]) -> Iterator[list[FloatArray]]:
    """Clause 1: a part of one symbol."""
    if label not in _FRAGMENTS_OF:
        return
    for count in range(1, len(marks)):
        for part in combinations(marks, count):
            if _is_no_symbol(label, part):
                yield [mark.points for mark in part]


def _is_no_symbol(label: str, part: Sequence[_Mark]) -> bool:
    if len(part) == 1:
        if part[0].kind != "complex":
            return False
        return label == "4" or (label == "5" and _starts_downwards(part[0]))
    if len(part) > 2:  # of a symbol in four strokes: who knows
        return False
    if label == "%":
        kinds = [mark.kind for mark in part]
        return kinds.count("tall") == 1 and _distance(*part) > (0.15 if "dot" in kinds else 0.08)
    return label == "÷" and _distance(*part) > 0.15


def _starts_downwards(mark: _Mark) -> bool:
    """A 5 without its hat; one that starts from the right has its hat in the same stroke."""
    upper = mark.points[: max(2, len(mark.points) // 2), 0]
    return bool(upper[0] - upper.min() < 0.15 * np.ptp(mark.points[:, 0]))


def _neighbours(left: _Part, right: _Part) -> Iterator[list[FloatArray]]:
    """Clause 2: all or part of two neighbours."""
    for ours in _parts(left[1]):
        for theirs in _parts(right[1]):
            if len(ours) + len(theirs) > _MOST_STROKES or _completes(left, ours, theirs):
                continue
            if all(_beside(a, b) for a, b in product(ours, theirs)):
                yield [mark.points for mark in (*ours, *theirs)]


def _three(left: list[_Mark], middle: list[_Mark], right: list[_Mark]) -> Iterator[list[FloatArray]]:
    """Clause 2: three whole symbols."""
    marks = [*left, *middle, *right]
    pairs = [*product(left, middle), *product(middle, right)]
    if len(marks) <= _MOST_STROKES and all(_beside(a, b) for a, b in pairs):
        yield [mark.points for mark in marks]


def _rooted(sign: Sequence[_Mark], after: Sequence[Sequence[_Mark]]) -> Iterator[list[FloatArray]]:
    """Clause 4: a root sign with one or two of the symbols that follow it and stand under its roof."""
    end = max(mark.right for mark in sign)
    inside = [marks for marks in after if (marks[0].left + marks[0].right) / 2 < end]
    for place, marks in enumerate(inside):
        yield [mark.points for mark in (*sign, *marks)]
        if place + 1 < len(inside):
            yield [mark.points for mark in (*sign, *marks, *inside[place + 1])]


def _parts(marks: Sequence[_Mark]) -> Iterator[tuple[_Mark, ...]]:
    """The whole symbol and, of several strokes, each alone."""
    yield tuple(marks)
    if len(marks) > 1:
        yield from ((mark,) for mark in marks)


def _completes(whole: _Part, ours: Sequence[_Mark], theirs: Sequence[_Mark]) -> bool:
    """Does the neighbour stand in for what a fragment lacks: a 1 for the stem of 4, a − for the hat of 5?"""
    label, marks = whole
    lacks = len(ours) < len(marks)
    wanted = {"4": ("tall", "arc"), "5": ("flat",)}.get(label, ())
    return lacks and any(mark.kind in wanted for mark in theirs)


def _beside(left: _Mark, right: _Mark) -> bool:
    """Do two strokes of neighbours stand so that no one sees one symbol in them?"""
    gap = right.left - left.right
    kinds = {left.kind, right.kind}
    shared = min(left.bottom, right.bottom) - max(left.top, right.top)
    smaller = min(left.right - left.left, right.right - right.left)
    if kinds == {"complex"} or kinds == {"complex", "ring"} or kinds == {"ring"}:
        return gap > -0.4 * smaller and shared > 0.3
    if "dot" in kinds:
        return gap > 0.0 and _distance(left, right) > 0.1
    if kinds == {"flat"}:
        return gap > 0.25
    if kinds == {"arc"}:
        return gap > 0.5
    if "flat" in kinds and kinds != {"flat", "tall"}:
        line, other = (left, right) if left.kind == "flat" else (right, left)
        high = (line.top + line.bottom) / 2 < other.top + 0.35 * (other.bottom - other.top)
        return gap > (0.25 if high else 0.03)
    if "complex" in kinds or "ring" in kinds:
        return gap > 0.03
    return gap > 0.12


def _distance(first: _Mark, second: _Mark) -> float:
    """Between the ink of two strokes."""
    ours, theirs = resampled(first.points, 24), resampled(second.points, 24)
    apart = ours[:, None] - theirs
    return float(np.hypot(apart[..., 0], apart[..., 1]).min())


def _left_half(marks: Sequence[_Mark], rng: np.random.Generator) -> Iterator[list[FloatArray]]:
    """Clause 3: the left half of a symbol, unless a single piece is left that may be a bracket."""
    half = _cut(marks, rng.uniform(0.35, 0.55), keep_left=True)
    if len(half) > 1 and _reach(half) > 0.3:
        yield half


def _wrong_cuts(
    left: Sequence[_Mark], right: Sequence[_Mark], rng: np.random.Generator
) -> Iterator[list[FloatArray]]:
    """Clause 3: a symbol with the near half of its neighbour."""
    overlap = max(mark.right for mark in left) - min(mark.left for mark in right)
    if overlap > 0.1 or not (_is_solid(left) and _is_solid(right)):
        return
    for whole, other, keep_left in ((left, right, True), (right, left, False)):
        half = _cut(other, rng.uniform(0.35, 0.65), keep_left)
        if _reach(half) > 0.3:
            yield [*(mark.points for mark in whole), *half]


def _is_solid(marks: Sequence[_Mark]) -> bool:
    return any(mark.kind in ("complex", "ring") for mark in marks)


def _cut(marks: Sequence[_Mark], share: float, keep_left: bool) -> list[FloatArray]:
    """What lies on one side of a vertical cut; runs of a single point are lost."""
    start, end = min(mark.left for mark in marks), max(mark.right for mark in marks)
    at = start + share * (end - start)
    kept: list[FloatArray] = []
    for mark in marks:
        points = resampled(mark.points, 40)
        inside = (points[:, 0] < at) == keep_left
        runs = np.split(np.arange(len(points)), np.flatnonzero(np.diff(inside)) + 1)
        kept.extend(points[run] for run in runs if inside[run[0]] and len(run) > 1)
    return kept


def _reach(strokes: Sequence[FloatArray]) -> float:
    """The longer side of the box around them, 0 if there is none."""
    return float(np.ptp(np.vstack(strokes), axis=0).max()) if strokes else 0.0


def _scribble(rng: np.random.Generator) -> list[FloatArray]:
    """A pen that wanders or strikes something out: a smooth random walk with many crossings."""
    count = int(rng.integers(12, 40))
    knots = rng.normal(0.0, (0.45, 0.35), (count, 2)) + np.column_stack(
        (np.linspace(0.0, rng.uniform(0.0, 2.0), count), np.full(count, -0.5))
    )
    at, fine = np.arange(count), np.linspace(0.0, count - 1.0, 8 * count)
    path = np.column_stack([np.interp(fine, at, knots[:, i]) for i in (0, 1)])
    kernel = np.hanning(int(rng.integers(3, 14)) + 2)[1:-1]
    kernel /= kernel.sum()
    return [np.column_stack([np.convolve(path[:, i], kernel, mode="valid") for i in (0, 1)])]
