"""What makes a reading doubtful besides its probability: signs that something else was written than what was read.

In flow a parse and what the classifier says of its candidates; out flows whether a person should look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from math import log

import numpy as np

from . import expression
from .crossed_out import crosses_out, stands_over
from .equations import ends_in_more
from .features import FeatureArray
from .ink import FloatArray, Ink
from .layout import EMPTY_BOX, LETTER
from .letters import is_foreign, or_junk
from .parses import Parse, Piece
from .segment import Candidate
from .structure import Form

TOLD_OTHERWISE = frozenset((".", "÷", EMPTY_BOX))
"""A point by its size, a box by its corners, ÷ by what stands over what: their shapes alone may be anything."""

COMMA = 0.3
"""A point higher than this, in units, is a comma, or what was taken for one."""

HIGH = 0.4
"""A point that ends higher than this, as a share of the height of the digit beside it, is none."""

FOOT = 0.25
"""A spot in a number that has a point is one more if it stands no higher over the foot than this, in units."""

SKIP, SKIPPED = 0.07, 0.12
"""A point as near as this, in units, to the end of the last stroke and larger than the other may be a piece of that: of
362 points that synthetic hands wrote none is nearer than 0.11."""

UNLIKELY = log(1e-3)
"""A symbol that looks less like its label is doubtful: it was read only because others make no sense there."""

FOREIGN = log(0.5)
"""A digit less likely than this among all labels makes a plain number doubtful: it may be something else."""


NO_END = tuple("+-×÷/(√")
"""No result ends with what wants something after it: that is the tick or cross of a teacher behind it,"""

TICK = "√1"
"""and so is what adds nothing to it."""


@dataclass(frozen=True)
class Looks:
    """What the classifier says of candidates.

    Parameters
    ----------
    candidates : sequence of n Candidate
    log_probability : float32 (n, K)
    labels : str of length K
    letters : float32 (n,)
        Probability that each is a letter, from `letters_apart`.
    """

    candidates: Sequence[Candidate]
    log_probability: FeatureArray
    labels: str
    letters: FeatureArray

    def of(self, pieces: Collection[Piece]) -> list[float]:
        """The log-probability of the label of each piece, by its form alone."""
        place = {id(candidate): i for i, candidate in enumerate(self.candidates)}
        column = {label: k for k, label in enumerate(self.labels)}
        column[LETTER] = column["×"]
        return [float(self.log_probability[place[id(p.group)], column[p.label]]) for p in pieces]


def is_strange(parse: Parse, ink: Ink, unit: float, said: Collection[frozenset[int]], looks: Looks) -> bool:
    """Whether something in a reading is not what it was read as; `said` are the strokes whose label is known."""
    symbols = list(parse.symbols())
    unsaid = [piece for piece in symbols if frozenset(piece.group.strokes) not in said]
    shaped = [piece for piece in unsaid if piece.label not in TOLD_OTHERWISE]
    commas = [piece for piece in unsaid if piece.label == "." and piece.group.box.height > COMMA * unit]
    strange = looks.letters
    picture = ink.pen_width is not None
    if picture:
        strange = or_junk(strange, looks.log_probability, looks.labels)
    groups = [piece.group for piece in (*shaped, *commas)]
    return (
        is_foreign(groups, looks.candidates, looks.letters, strange, unit)
        or min(looks.of([piece for piece in shaped if piece.form is Form.MARK]), default=0.0) < UNLIKELY
        or (picture and _lacks_equals(parse, unsaid))
        or (picture and symbols[-1:] == unsaid[-1:] and _is_marked(parse))
        or crosses_out([(piece.label, ink.group(piece.group.strokes)) for piece in shaped], unit)
        or any(
            stands_over(a.group.box, b.group.box, unit)
            for a, b in parse.neighbours()
            if any(piece is a or piece is b for piece in shaped)
        )
        or any(
            _stands_under(b, a) or _stands_high(a, b) or _stands_high(b, a)
            for a, b in parse.neighbours()
            if any(piece is a or piece is b for piece in unsaid)
        )
        or any(_goes_on(piece, ink, unit) for piece in unsaid if piece.label == ".")
        or any(piece.form is Form.COLUMN and _is_layered(piece) for piece in parse.pieces)
        or (parse.pieces[-1] in unsaid and ends_in_more(parse))
        or any(_lost_a_point(row, ink, unit) for row in parse.rows())
    )


def _stands_high(point: Piece, digit: Piece) -> bool:
    """Whether what was read as a point stands in the upper part of a digit beside it."""
    own, other = point.group.box, digit.group.box
    alike = point.raised == digit.raised
    return (
        point.label == "."
        and alike
        and digit.label.isdigit()
        and own.bottom < other.top + HIGH * other.height
    )


def _stands_under(point: Piece, sign: Piece) -> bool:
    """Whether what was read as the point of a number without a digit before stands under the sign before that."""
    box = sign.group.box
    return point.label == "." and sign.label in "+-×÷=" and box.left < point.group.box.center[0] < box.right


def _is_marked(parse: Parse) -> bool:
    """Whether a tick or a cross stands behind an equation: it ends as no result does, or is true without its end."""
    result = parse.labels.partition("=")[2]
    if result.endswith(NO_END) or (result.endswith(TICK) and result != TICK):
        return True
    return _holds(replace(parse, pieces=parse.pieces[:-1])) and not _holds(parse)


def _lacks_equals(parse: Parse, unsaid: Collection[Piece]) -> bool:
    """Whether a sum without = would be a true equation if a minus that is `unsaid` were two lines that ran together."""
    if "=" in parse.labels:
        return False
    signs = [(n, p) for n, p in enumerate(parse.symbols()) if p.form is Form.MARK and p.label in "+-×÷"]
    minuses = [n for n, piece in signs if piece.label == "-" and piece in unsaid]
    return len(signs) > 1 and any(_holds(parse.relabelled({n: "="})) for n in minuses)


def _holds(parse: Parse) -> bool:
    return expression.evaluate(parse.row()).value is True


def _goes_on(point: Piece, ink: Ink, unit: float) -> bool:
    """Whether a point is larger than a dot and begins where the pen left the last stroke, which may have skipped."""
    first, box = min(point.group.written), point.group.box
    if first == 0 or ink.pen_width is not None or max(box.width, box.height) < SKIPPED * unit:
        return False
    apart: FloatArray = ink.strokes[first].points[0, :2] - ink.strokes[first - 1].points[-1, :2]
    return float(np.abs(apart).max()) < SKIP * unit


def _is_layered(column: Piece) -> bool:
    """Whether a row of a sum in columns has a fraction: its bar may be the rule under partial products."""
    rows = chain.from_iterable(part.rows() for part in column.parts)
    return any(piece.form is Form.FRACTION for row in rows for piece in row)


def _lost_a_point(row: Sequence[Piece], ink: Ink, unit: float) -> bool:
    """Whether a number with a point has another spot at its foot that was taken for an accident: 26.283.384."""
    for of_number, pieces in groupby(row, key=lambda piece: piece.label in "0123456789."):
        number = list(pieces) if of_number else []
        if "." not in (piece.label for piece in number):
            continue
        first, last = number[0].group.box.right, number[-1].group.box.left
        for piece in number:
            foot = piece.group.box.bottom - FOOT * unit
            for x, y in (ink.strokes[stray].box.center for stray in piece.group.strays):
                if first < x < last and y > foot and piece.label != ".":
                    return True
    return False


def is_foreign_number(parse: Parse, looks: Looks) -> bool:
    """Whether a digit of a plain number may be no digit."""
    shaped = [piece for piece in parse.symbols() if piece.label not in TOLD_OTHERWISE]
    return min(looks.of(shaped), default=0.0) < FOREIGN
