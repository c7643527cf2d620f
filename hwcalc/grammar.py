"""Candidates → the best expression: segmentation, labels and arithmetic decided together.

In flow candidates with log-probabilities of their labels; out flow the best `Parse`s. A parse uses every
stroke exactly once. Its score is the sum, over its symbols from left to right, of the classifier's
log-probability, the geometry of the symbol (`geometry`), and the arithmetic of label after label
(`_FOLLOW`). The search is a beam over the number of strokes used, exact while the beam is not full.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .geometry import Geometry
from .ink import Ink
from .layout import Mark, Row
from .segment import Candidate

BEAM = 32
"""Partial expressions kept for each number of strokes used."""

MAX_LABELS = 6
"""Labels tried for one candidate."""

LABEL_RANGE = 9.0
"""Labels less likely than the candidate's best by more than this (natural logarithm) are not tried."""

# Kinds of labels, as far as arithmetic tells them apart
START, DIGIT, POINT, PLUS, MINUS, TIMES, OPEN, CLOSE, EQUALS = range(9)
KIND = {
    **dict.fromkeys("0123456789", DIGIT),
    ".": POINT, "+": PLUS, "-": MINUS, "×": TIMES, "÷": TIMES, "/": TIMES,
    "(": OPEN, ")": CLOSE, "=": EQUALS,
}  # fmt: skip

# Log-weight of a kind after another, relative to what is usual; what is no arithmetic costs much but is
# possible, so that malformed writing still has a best reading.
ODD, WRONG = -1.5, -5.0
_FOLLOW: npt.NDArray[np.float64] = np.zeros((9, 9))
for _before in (START, PLUS, MINUS, TIMES, OPEN, EQUALS):
    _FOLLOW[_before, [PLUS, TIMES, CLOSE, EQUALS]] = WRONG
    _FOLLOW[_before, MINUS] = ODD
    _FOLLOW[_before, POINT] = -2.5
_FOLLOW[[PLUS, MINUS, TIMES], MINUS] = -3.0
_FOLLOW[[DIGIT, CLOSE], OPEN] = ODD
_FOLLOW[CLOSE, [DIGIT, POINT]] = -3.0
_FOLLOW[POINT] = WRONG
_FOLLOW[POINT, DIGIT] = 0.0
_FOLLOW[DIGIT, DIGIT] = 0.5
FOLLOW: list[list[float]] = _FOLLOW.tolist()

SECOND_POINT = WRONG  # two points in one number
UNOPENED = WRONG  # a closing bracket too many
UNCLOSED = -4.0  # for each bracket open at the end
SECOND_EQUALS = -2.0  # a = b = c is rare
UNFINISHED = -3.0  # the last symbol wants something after it


class State(NamedTuple):
    """All that the rest of an expression depends on."""

    used: int  # bit i: stroke i of the left-to-right order is used
    kind: int  # of the last symbol
    last: int  # the last candidate, -1 at the start
    pointed: bool  # the number being written has its point
    depth: int  # brackets open
    equations: int  # equals signs seen


class _Path(NamedTuple):
    score: float
    before: _Path | None
    candidate: int
    label: str


@dataclass(frozen=True)
class Parse:
    """One reading of all the ink: its symbols from left to right, and its score (natural logarithm)."""

    symbols: tuple[tuple[str, Candidate], ...]
    score: float

    @property
    def labels(self) -> str:
        """The labels, one character each."""
        return "".join(label for label, _ in self.symbols)

    @property
    def groups(self) -> tuple[Candidate, ...]:
        """What is taken together, whatever it is called."""
        return tuple(candidate for _, candidate in self.symbols)

    @property
    def row(self) -> Row:
        """The symbols as a row, each with its number."""
        return tuple(Mark(label, i) for i, (label, _) in enumerate(self.symbols))


class Lattice:
    """Candidates of one ink with what each label of each would score.

    Parameters
    ----------
    ink : Ink
    unit : float
        Height of a digit, in the units of the ink.
    candidates : sequence of n Candidate
    log_probability : float (n, K)
        Of each label for each candidate; what the classifier gives to junk is missing from the sum.
    labels : str of length K
    fixed : mapping of a group of strokes to its label, optional
        Candidates whose label is known, or that are known to be one symbol.
    allowed : collection of str
        Labels that a symbol may have.
    """

    def __init__(
        self,
        ink: Ink,
        unit: float,
        candidates: Sequence[Candidate],
        log_probability: npt.NDArray[np.floating],
        labels: str,
        fixed: Mapping[frozenset[int], str] | None = None,
        allowed: Collection[str] = KIND.keys(),
    ) -> None:
        self._fixed = fixed or {}
        self._allowed = allowed
        self.candidates = candidates
        self.geometry = Geometry(ink, unit)
        order = sorted(range(len(ink.strokes)), key=lambda i: ink.strokes[i].box.center[0])
        self.bit = {stroke: place for place, stroke in enumerate(order)}
        self.masks = [sum(1 << self.bit[i] for i in c.strokes) for c in candidates]
        self.starting: list[list[int]] = [[] for _ in order]
        for number, mask in enumerate(self.masks):
            self.starting[(mask & -mask).bit_length() - 1].append(number)
        self.choices = [self._labels_of(c, log_probability[i], labels) for i, c in enumerate(candidates)]
        self.between = lru_cache(maxsize=None)(self._between)

    def _labels_of(
        self, candidate: Candidate, log_probability: npt.NDArray[np.floating], labels: str
    ) -> list[tuple[str, float]]:
        """The labels worth trying for a candidate, each with its score so far."""
        known = self._fixed.get(frozenset(candidate.strokes))
        if known:
            return [(known, 0.0)]
        log_probability = log_probability * self.geometry.shape_weight(candidate)
        scored = [
            (label, float(log_probability[k]) + self.geometry.of_symbol(label, candidate))
            for k, label in enumerate(labels)
            if label in self._allowed
        ]
        point = float(log_probability[labels.index(".")])
        if "×" in self._allowed:
            scored.append(("×", point + self.geometry.of_middle_dot(candidate)))
        scored.sort(key=lambda choice: -choice[1])
        floor = scored[0][1] - LABEL_RANGE
        return [choice for choice in scored[:MAX_LABELS] if choice[1] >= floor]

    def alternatives(self, parse: Parse, index: int) -> tuple[tuple[str, float], ...]:
        """What symbol `index` of a parse may be if all others are right, each label with its probability.

        The label that the parse has comes first, then the others, most likely first.
        """
        label, candidate = parse.symbols[index]
        choices = self.choices[self.candidates.index(candidate)]
        labels = parse.labels
        scores = [own + _arithmetic(labels[:index] + other + labels[index + 1 :]) for other, own in choices]
        weights = [exp(score - max(scores)) for score in scores]
        ranked = [(other, weight / sum(weights)) for (other, _), weight in zip(choices, weights, strict=True)]
        return tuple(sorted(ranked, key=lambda choice: (choice[0] != label, -choice[1])))

    def _between(self, first: int, second: int) -> float:
        return self.geometry.of_pair(self.candidates[first], self.candidates[second])

    def parses(self, count: int = 8) -> list[Parse]:
        """The best readings of all strokes, best first, no two with the same labels."""
        total = len(self.starting)
        levels: list[dict[State, _Path]] = [{} for _ in range(total + 1)]
        levels[0][State(0, START, -1, False, 0, 0)] = _Path(0.0, None, -1, "")
        for used in range(total):
            best = sorted(levels[used].items(), key=lambda item: -item[1].score)[:BEAM]
            levels[used] = {}
            for state, path in best:
                self._extend(state, path, levels)
        ended = sorted(
            ((path.score + _end(state), path) for state, path in levels[total].items()), key=lambda e: -e[0]
        )
        return self._distinct(ended, count)

    def _extend(self, state: State, path: _Path, levels: list[dict[State, _Path]]) -> None:
        """Add to `levels` every continuation of a partial expression by one symbol."""
        frontier = (~state.used & (state.used + 1)).bit_length() - 1
        for number in self.starting[frontier]:
            mask = self.masks[number]
            if mask & state.used:
                continue
            used = state.used | mask
            level = levels[used.bit_count()]
            base = path.score + (self.between(state.last, number) if state.last >= 0 else 0.0)
            for label, own in self.choices[number]:
                step, after = _step(state, label, used, number)
                score = base + own + step
                known = level.get(after)
                if known is None or known.score < score:
                    level[after] = _Path(score, path, number, label)

    def _distinct(self, ended: list[tuple[float, _Path]], count: int) -> list[Parse]:
        found: dict[str, Parse] = {}
        for score, end in ended:
            symbols = []
            path: _Path | None = end
            while path is not None and path.candidate >= 0:
                symbols.append((path.label, self.candidates[path.candidate]))
                path = path.before
            symbols.sort(key=lambda symbol: symbol[1].box.center[0])
            parse = Parse(tuple(symbols), score)
            if found.setdefault(parse.labels, parse) is parse and len(found) == count:
                break
        return list(found.values())


def _step(state: State, label: str, used: int, number: int) -> tuple[float, State]:
    """The arithmetic of writing `label` next, and the state after it."""
    kind = KIND[label]
    score = FOLLOW[state.kind][kind]
    pointed, depth, equations = False, state.depth, state.equations
    if kind == DIGIT:
        pointed = state.pointed
    elif kind == POINT:
        pointed = True
        score += SECOND_POINT * state.pointed
    elif kind == OPEN:
        depth += 1
    elif kind == CLOSE:
        score += 0.0 if depth else UNOPENED
        depth = max(0, depth - 1)
    elif kind == EQUALS:
        score += UNCLOSED * depth + SECOND_EQUALS * equations
        depth, equations = 0, equations + 1
    return score, State(used, kind, number, pointed, depth, equations)


def _arithmetic(labels: str) -> float:
    """What arithmetic says of a row of labels."""
    state, total = State(0, START, -1, False, 0, 0), 0.0
    for label in labels:
        score, state = _step(state, label, 0, -1)
        total += score
    return total + _end(state)


def _end(state: State) -> float:
    """The cost of stopping here."""
    finished = state.kind in (DIGIT, CLOSE, EQUALS)
    return UNCLOSED * state.depth + (0.0 if finished else UNFINISHED)
