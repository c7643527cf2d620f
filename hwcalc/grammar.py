"""Arithmetic as a language: what kinds of symbols follow which, and at what cost.

In flow the kinds of symbols, one after another; out flow log-weights, relative to what is usual. What is no
arithmetic costs much but is possible, so that malformed writing still has a best reading.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .layout import UNKNOWNS

(
    START, DIGIT, POINT, PLUS, MINUS, TIMES, OPEN, CLOSE, EQUALS, PERCENT, SIGN, WHOLE, COLUMN, LATER_ROW,
) = range(14)  # fmt: skip
"""Kinds of symbols, as far as arithmetic tells them apart. SIGN is a root sign with nothing under it, WHOLE
what is complete in itself: a fraction, a root, an unknown. COLUMN is a sum in columns, and its rows but the first begin
at LATER_ROW."""

KIND = {
    **dict.fromkeys("0123456789", DIGIT),
    ".": POINT, "+": PLUS, "-": MINUS, "×": TIMES, "÷": TIMES, "/": TIMES,
    "(": OPEN, ")": CLOSE, "=": EQUALS, "%": PERCENT, "√": SIGN, **dict.fromkeys(UNKNOWNS, WHOLE),
}  # fmt: skip

ODD, WRONG = -1.5, -10.0
_FOLLOW: npt.NDArray[np.float64] = np.zeros((14, 14))
for _before in (START, PLUS, MINUS, TIMES, OPEN, EQUALS):
    _FOLLOW[_before, [PLUS, TIMES, CLOSE, EQUALS, PERCENT]] = WRONG
    _FOLLOW[_before, MINUS] = ODD
    _FOLLOW[_before, POINT] = -2.5
_FOLLOW[[START, OPEN, EQUALS], PLUS] = -4.0  # unary, or what is before it was not seen
_FOLLOW[[PLUS, MINUS, TIMES], MINUS] = -4.0
_FOLLOW[[CLOSE, WHOLE, PERCENT], OPEN] = ODD
_FOLLOW[[CLOSE, WHOLE], DIGIT] = -3.0
_FOLLOW[[CLOSE, WHOLE], POINT] = -3.0
_FOLLOW[CLOSE, WHOLE] = -3.0
_FOLLOW[WHOLE, WHOLE] = WRONG
_FOLLOW[DIGIT, OPEN] = -3.5
_FOLLOW[DIGIT, WHOLE] = -1.0
_FOLLOW[DIGIT, [DIGIT, PLUS, MINUS, TIMES, POINT, CLOSE, EQUALS]] = -0.3, 0.0, 0.0, 0.0, 0.5, 0.5, 0.7
_FOLLOW[[DIGIT, CLOSE], PERCENT] = -3.0
_FOLLOW[PERCENT, [DIGIT, POINT, WHOLE]] = -8.0
_FOLLOW[PERCENT, PERCENT] = WRONG
_FOLLOW[LATER_ROW, [CLOSE, EQUALS, PERCENT]] = WRONG
_FOLLOW[LATER_ROW, POINT] = -2.5
_FOLLOW[LATER_ROW, DIGIT] = -3.0
_FOLLOW[[POINT, SIGN]] = WRONG
_FOLLOW[POINT, DIGIT] = 0.0
_FOLLOW[:, SIGN] += WRONG
_FOLLOW[COLUMN] = _FOLLOW[:, COLUMN] = 2 * WRONG
_FOLLOW[START, COLUMN] = 0.0
FOLLOW: list[list[float]] = _FOLLOW.tolist()

SECOND_POINT = WRONG  # two points in one number
UNMATCHED = -10.0  # a bracket that closes too much, or is open at an equals sign
UNCLOSED = -5.5  # for each bracket open at the end, where more may come
SECOND_EQUALS = -2.0  # a = b = c is rare
UNFINISHED = -4.5  # the last symbol wants something after it
TRAILING_POINT = -6.0  # a point at the end: a spot on the paper is likelier
POWER = -3.0  # a power is rare
UNSOUND = -5.5  # what costs more is plainly no arithmetic
SIGNED_PART = -2.0  # what is over or under a bar, or in a root, begins with a sign
UNFINISHED_PART = -8.0  # it ends with one, or a bracket in it is open
_FINISHED = frozenset((DIGIT, CLOSE, EQUALS, PERCENT, WHOLE, COLUMN))
_RAISABLE = frozenset((DIGIT, CLOSE, WHOLE))


class State(NamedTuple):
    """All of a row that the rest of it depends on, as far as arithmetic goes."""

    kind: int = START  # of the last symbol
    pointed: bool = False  # the number being written has its point
    depth: int = 0  # brackets open
    equations: int = 0  # equals signs seen
    raised: bool = False  # the last symbol stands in an exponent


class Node:
    """A `State` with its successors, each found once; there is one node for each state that was reached."""

    __slots__ = ("moves", "of_part", "of_row", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.of_row = _end(state)
        self.of_part = self.of_row + UNFINISHED_PART * (state.kind not in _FINISHED or state.depth > 0)
        self.moves: list[tuple[float, Node] | None] = [None] * (2 * len(FOLLOW))

    def end(self, part: bool) -> float:
        """The log-weight of stopping here, at the end of a part of a fraction, root or column, or of a whole row."""
        return self.of_part if part else self.of_row

    def move(self, code: int) -> tuple[float, Node]:
        """The log-weight of a symbol, coded as 2 kind + raised, after this state, and the state after it."""
        known = self.moves[code]
        if known is None:
            score, state = _step(self.state, code >> 1, bool(code & 1))
            known = self.moves[code] = score, node(state)
        return known


_nodes: dict[State, Node] = {}


def node(state: State) -> Node:
    """The node of a state; `setdefault`, as two threads may make it at once."""
    return _nodes.get(state) or _nodes.setdefault(state, Node(state))


def weigh(codes: list[int], start: Node, part: bool = False) -> float:
    """What arithmetic says of a row of symbols, each coded as in `Node.move`; `part`: see `Node.end`."""
    here, total = start, 0.0
    for code in codes:
        score, here = here.move(code)
        total += score
    return total + here.end(part)


def of_part(labels: str) -> float:
    """The log-weight of a whole numerator, denominator or radicand, beside what `weigh` says of its symbols."""
    return SIGNED_PART * (KIND[labels[0]] in (PLUS, MINUS))


def _step(state: State, kind: int, raised: bool) -> tuple[float, State]:
    """The arithmetic of writing a symbol of some kind next, and the state after it."""
    before, score = state.kind, 0.0
    if raised and not state.raised:
        score = POWER + (0.0 if before in _RAISABLE else 2 * WRONG)
        before = START
    elif state.raised and not raised:
        score = 0.0 if before in _FINISHED else UNFINISHED
        before = CLOSE
    score += FOLLOW[before][kind]
    depth, equations = state.depth, state.equations
    pointed = kind == POINT
    if kind == DIGIT:
        pointed = state.pointed and before in (DIGIT, POINT)
    elif kind == POINT:
        score += SECOND_POINT * (state.pointed and before == DIGIT)
    elif kind == OPEN:
        depth += 1
    elif kind == CLOSE:
        score += 0.0 if depth else UNMATCHED
        depth = max(0, depth - 1)
    elif kind == EQUALS:
        score += UNMATCHED * depth + SECOND_EQUALS * min(equations, 2)
        depth, equations = 0, min(equations + 1, 3)
    return score, State(kind, pointed, depth, equations, raised)


def _end(state: State) -> float:
    """The cost of stopping here."""
    unfinished = TRAILING_POINT if state.kind == POINT else UNFINISHED
    return UNCLOSED * state.depth + (0.0 if state.kind in _FINISHED else unfinished)
