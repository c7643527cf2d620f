"""Pieces of a picture → which of them touch: what was cut apart belongs together only where it was cut.

In flows an `Ink`; out flows, for each connected component that was cut, its pieces and the pairs of them that touch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np

from .ink import Box, Ink

Pairs: TypeAlias = set[tuple[int, int]]
"""Numbers of strokes, each pair in both orders."""

_NONE = -1


def components(ink: Ink) -> list[tuple[int, ...]]:
    """The pieces of each component of a picture that was cut."""
    parts: dict[int, list[int]] = {}
    for i, stroke in enumerate(ink.strokes):
        if stroke.component is not None:
            parts.setdefault(stroke.component, []).append(i)
    return [tuple(own) for own in parts.values() if len(own) > 1]


def contacts(ink: Ink) -> Iterator[tuple[tuple[int, ...], Pairs]]:
    """The pieces of each component that was cut, with the pairs that touch or stand over each other, as two bars."""
    for own in components(ink):
        found = _touching(ink, own)
        found |= {
            (i, j) for i in own for j in own if i != j and _is_over(ink.strokes[i].box, ink.strokes[j].box)
        }
        yield own, found


def _touching(ink: Ink, own: Sequence[int]) -> Pairs:
    """The pairs of pieces of a component of which a pixel lies beside one of the other."""
    whole = reduce(Box.union, (ink.strokes[i].box for i in own))
    numbers = np.full((round(whole.height) + 2, round(whole.width) + 2), _NONE, np.int32)
    for i in own:
        stroke = ink.strokes[i]
        assert stroke.mask is not None
        top, left = round(stroke.box.top - whole.top) + 1, round(stroke.box.left - whole.left) + 1
        height, width = stroke.mask.shape
        numbers[top : top + height, left : left + width][stroke.mask > 0] = i
    found: Pairs = set()
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        here = numbers[1:-1, 1:-1]
        there = np.roll(numbers, (-down, -right), (0, 1))[1:-1, 1:-1]
        differ = (here != there) & (here > _NONE) & (there > _NONE)
        pairs = set(zip(here[differ].tolist(), there[differ].tolist(), strict=True))
        found |= pairs | {(j, i) for i, j in pairs}
    return found


def _is_over(first: Box, second: Box) -> bool:
    """Whether one of two boxes is over the other, and not beside it."""
    shared = -first.aside(second)
    apart = max(second.top - first.bottom, first.top - second.bottom)
    return apart >= 0 and 2 * shared > min(first.width, second.width)
