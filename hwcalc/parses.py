"""A reading of some strokes as a tree: pieces from left to right, and what stands over, under or in them.

In flow the pieces that the search chose; out flow their symbols in the order of the text, and the layout as a
`Row` (layout.py) for `expression`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice, pairwise, takewhile
from math import exp, log1p

from .layout import Item, Mark, Power, Root, Row, Stack
from .segment import Candidate
from .structure import Form


@dataclass(frozen=True)
class Piece:
    """One item of a parsed row: a symbol, or a sign with the rows it holds together.

    Parameters
    ----------
    label : str
        Of the symbol or the sign; of a fraction bar `-`, of a slash `/`.
    group : Candidate
        Its strokes.
    alternatives : tuple of (label, probability)
        What it may be if all else is right: its label first, then the others, most likely first.
    raised : bool
        It stands in an exponent.
    form : Form
    parts : tuple of Parse
        See `Guess.parts`.
    """

    label: str
    group: Candidate
    alternatives: tuple[tuple[str, float], ...]
    raised: bool = False
    form: Form = Form.MARK
    parts: tuple[Parse, ...] = ()


@dataclass(frozen=True)
class Parse:
    """One reading of some strokes.

    Parameters
    ----------
    pieces : tuple of Piece
        From left to right.
    score : float
        Natural logarithm, up to a constant.
    total : float
        Logarithm of the sum of exp(score) over all readings that the search saw.
    sound : bool
        Nothing in it is plainly no arithmetic. What is only unfinished, `12+`, is sound.
    """

    pieces: tuple[Piece, ...]
    score: float
    total: float
    sound: bool = True

    @property
    def share(self) -> float:
        """The share of this reading among all, 0 to 1."""
        return min(1.0, exp(self.score - self.total))

    @property
    def labels(self) -> str:
        """The labels of all symbols, one character each, in the order of `symbols`."""
        return "".join(piece.label for piece in self.symbols())

    def symbols(self) -> Iterator[Piece]:
        """All symbols in the order of the text; a bar comes after what is over it."""
        for piece in self.pieces:
            if piece.form is Form.ROOT:
                yield piece
            for part in piece.parts[: -1 if piece.form is not Form.ROOT else None]:
                yield from part.symbols()
            if piece.form is not Form.ROOT:
                yield piece
                if piece.parts:
                    yield from piece.parts[-1].symbols()

    def rows(self) -> Iterator[tuple[Piece, ...]]:
        """The pieces of each row: of the whole, and of what is over, under or in a sign."""
        yield self.pieces
        for piece in self.pieces:
            for part in piece.parts:
                yield from part.rows()

    def neighbours(self) -> Iterator[tuple[Piece, Piece]]:
        """Pieces that follow each other in one row."""
        return chain.from_iterable(map(pairwise, self.rows()))

    def relabelled(self, labels: Mapping[int, str], first: int = 0) -> Parse:
        """The same parse with other labels for some symbols, numbered as in `symbols`, from `first`."""
        pieces = []
        for piece in self.pieces:
            if piece.form is Form.MARK:
                pieces.append(_relabelled(piece, labels[first]) if first in labels else piece)
                first += 1
                continue
            # a root's sign comes before its part, a bar before its last part
            before = 0 if piece.form is Form.ROOT else len(piece.parts) - 1
            parts = []
            for number, part in enumerate(piece.parts):
                first += number == before
                parts.append(part.relabelled(labels, first))
                first += len(part)
            pieces.append(replace(piece, parts=tuple(parts)))
        return replace(self, pieces=tuple(pieces))

    def row(self, first: int = 0) -> Row:
        """The layout, its marks numbered as in `symbols`, from `first`."""
        items: list[tuple[bool, tuple[Item, ...]]] = []
        for piece in self.pieces:
            made, first = _item(piece, first)
            items.append((piece.raised, made))
        row: list[Item] = []
        for raised, group in groupby(items, key=lambda item: item[0]):
            inside = tuple(item for _, made in group for item in made)
            row += (Power(inside),) if raised else inside
        return tuple(row)

    def __len__(self) -> int:
        return sum(1 for _ in self.symbols())


OTHERS, BEHIND = 8, 3.0
"""Most other readings compared, and how much less likely than the best they are at most (natural logarithm)."""


def agreed(parse: Parse, others: Iterable[Parse]) -> Parse:
    """The parse, as likely as all ways to group the strokes together that say the same; `others` best first.

    A spot that may belong to either of two digits leaves no doubt what they are.
    """
    close = takewhile(lambda other: other.score > parse.score - BEHIND, islice(others, OTHERS))
    same = (other for other in close if other.labels == parse.labels and other.row() == parse.row())
    return replace(parse, total=parse.total - log1p(sum(exp(other.score - parse.score) for other in same)))


def _relabelled(piece: Piece, label: str) -> Piece:
    """A symbol with another of its labels, which then comes first."""
    ranked = sorted(piece.alternatives, key=lambda choice: choice[0] != label)
    return replace(piece, label=label, alternatives=tuple(ranked))


EMPTY = Parse((), 0.0, 0.0)


def _item(piece: Piece, first: int) -> tuple[tuple[Item, ...], int]:
    """What a piece is in a row, its marks numbered from `first`, and the number after them."""
    if piece.form is Form.MARK:
        return (Mark(piece.label, first),), first + 1
    if piece.form is Form.ROOT:
        (part,) = piece.parts
        return (Root(part.row(first + 1), first),), first + 1 + len(part)
    starts = [first]
    for part in piece.parts[:-1]:
        starts.append(starts[-1] + len(part))
    sign, last = starts[-1], piece.parts[-1]
    rows = [part.row(start) for part, start in zip(piece.parts[:-1], starts, strict=False)]
    rows.append(last.row(sign + 1))
    after = sign + 1 + len(last)
    if piece.form in (Form.FRACTION, Form.SLASHED):
        return (Stack(rows[0], rows[1], sign),), after
    return _in_line(rows, sign), after


def _in_line(rows: Sequence[Row], rule: int) -> Row:
    """A sum in columns as it is written on one line; the sign before the last row counts for those without."""
    *terms, result = rows
    signs = [row[0] for row in terms[1:] if row and isinstance(row[0], Mark) and row[0].label in "+-×÷/"]
    usual = signs[-1].label if signs and isinstance(signs[-1], Mark) else "+"
    line: list[Item] = list(terms[0])
    for row in terms[1:]:
        if not (row and row[0] in signs):
            line.append(Mark(usual))
        line += row
    return (*line, Mark("=", rule), *result)
