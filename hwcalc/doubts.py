"""What makes a reading doubtful besides its probability: signs that something else was written than what was read.

In flow a parse and what the classifier says of its candidates; out flows whether a person should look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from .crossed_out import crosses_out
from .features import FeatureArray
from .ink import Ink
from .layout import EMPTY_BOX, LETTER
from .letters import is_foreign, or_junk
from .misplaced import is_misplaced
from .parses import Parse, Piece
from .segment import Candidate
from .spoilt import is_spoilt
from .structure import Form
from .swallowed import holds_another

TOLD_OTHERWISE = frozenset((".", "÷", EMPTY_BOX))
"""A point by its size, a box by its corners, ÷ by what stands over what: their shapes alone may be anything."""

COMMA = 0.3
"""A point higher than this, in units, is a comma, or what was taken for one."""

UNLIKELY = log(1e-3)
"""A symbol that looks less like its label is doubtful: it was read only because others make no sense there."""

FOREIGN = log(0.5)
"""A digit less likely than this among all labels makes a plain number doubtful: it may be something else."""


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

    def of_last(self, parse: Parse) -> float:
        """The same of the last symbol of a parse; 0 where that is a box or the rule of a sum in columns."""
        *_, last = parse.symbols()
        return self.of([last])[0] if last.form is Form.MARK and last.label in self.labels else 0.0


def is_strange(
    parse: Parse, ink: Ink, unit: float, said: Collection[frozenset[int]], looks: Looks, false: bool
) -> bool:
    """Whether something in a reading is not what it was read as; `said` are the strokes whose label is known, and
    `false` says that it is an equation that does not hold.
    """
    unsaid = [piece for piece in parse.symbols() if frozenset(piece.group.strokes) not in said]
    shaped = [piece for piece in unsaid if piece.label not in TOLD_OTHERWISE]
    commas = [piece for piece in unsaid if piece.label == "." and piece.group.box.height > COMMA * unit]
    groups = [piece.group for piece in (*shaped, *commas)]
    # what stands over or under a bar by itself may be as slanted as it likes
    ones = {id(row[0]) for row in islice(parse.rows(), 1, None) if [piece.label for piece in row] == ["1"]}
    marks = [piece for piece in shaped if piece.form is Form.MARK and id(piece) not in ones]
    strange = looks.letters
    if ink.pen_width is not None:
        strange = or_junk(strange, looks.log_probability, looks.labels)
    return (
        is_foreign(groups, looks.candidates, looks.letters, strange, unit)
        or min(looks.of(marks), default=0.0) < UNLIKELY
        or crosses_out([(piece.label, ink.group(piece.group.strokes)) for piece in shaped], unit)
        or is_misplaced(parse, ink, unit, unsaid)
        or _has_swallowed(shaped, ink)
        or is_spoilt(parse, unsaid, ink, looks.of_last(parse), false)
    )


def _has_swallowed(shaped: Collection[Piece], ink: Ink) -> bool:
    """Whether a digit by a pen has another mark in it."""
    return ink.pen_width is None and any(
        holds_another(piece.label, ink.group(piece.group.written))
        for piece in shaped
        if piece.label.isdigit()
    )


def is_foreign_number(parse: Parse, looks: Looks) -> bool:
    """Whether a digit of a plain number may be no digit."""
    shaped = [piece for piece in parse.symbols() if piece.label not in TOLD_OTHERWISE]
    return min(looks.of(shaped), default=0.0) < FOREIGN
