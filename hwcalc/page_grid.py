"""What stands near what on a page, without looking at all of it.

In flow boxes; out flow the numbers of those that come within some reach of another. The page is laid out in square
cells, and each cell knows what reaches into it: a page of a thousand marks takes ten times as long as one of a
hundred, not a hundred times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .ink import Box


class Grid:
    """Boxes by the cells that they reach into.

    Parameters
    ----------
    boxes : sequence of Box
    cell : float
        Side of a cell, in the units of the boxes: about the height of a digit.
    """

    def __init__(self, boxes: Sequence[Box], cell: float) -> None:
        self._cell = cell
        self._inside: dict[tuple[int, int], list[int]] = {}
        for i, box in enumerate(boxes):
            for place in self._cells(box, 0.0):
                self._inside.setdefault(place, []).append(i)

    def near(self, box: Box, reach: float = 0.0) -> list[int]:
        """The numbers of all boxes that come within `reach` of this one, ascending; and of some that do not."""
        return sorted({i for place in self._cells(box, reach) for i in self._inside.get(place, ())})

    def _cells(self, box: Box, reach: float) -> Iterator[tuple[int, int]]:
        side = self._cell
        for x in range(int((box.left - reach) // side), int((box.right + reach) // side) + 1):
            for y in range(int((box.top - reach) // side), int((box.bottom + reach) // side) + 1):
                yield x, y


def connected(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The numbers below `count` in connected parts, where pairs of them belong together."""
    first = list(range(count))

    def root(i: int) -> int:
        while first[i] != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for i, j in pairs:
        low, high = sorted((root(i), root(j)))
        first[high] = low
    parts: dict[int, list[int]] = {}
    for i in range(count):
        parts.setdefault(root(i), []).append(i)
    return list(parts.values())
