"""Candidates → the best expression: segmentation, labels, structure and arithmetic decided together.

In flow candidates with log-probabilities of their labels; out flows the best `Parse`. A parse uses every stroke
exactly once. Its score is the sum, over its symbols from left to right, of the classifier's log-probability, the
geometry of the symbol (`geometry`), and the arithmetic of symbol after symbol (`grammar`). What stands over and
under a bar, or in a root, is parsed in the same way, as a row with its own line and its own height of a digit; the
whole then is one item of the row that it stands in.

    strokes ─▶ guesses (`structure`) ─▶ parses of their parts ─┐
          └──▶ candidates with labels ─────────────────────────┴─▶ items of a row ─▶ beam ─▶ parse
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from heapq import heapify, heappop, heappush, merge
from itertools import islice
from math import exp, inf, log, log1p
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from . import geometry, grammar, structure
from .frames import frames
from .grammar import KIND, Node
from .ink import Box, FloatArray, Ink
from .layout import LETTER
from .parses import EMPTY, Parse, Piece
from .segment import Candidate, smaller_unit, unit_height
from .structure import Form, Guess

BEAM = 32
"""Partial rows kept for each number of strokes used."""

MARGIN = 10.0
"""Partial rows worse than the best of as many strokes by more than this (natural logarithm) are given up."""

RIVAL = 8.0
"""Ways to the same state that are worse than the best by more than this are forgotten."""

LABEL_RANGE = 13.0
"""Labels less likely than the candidate's best by more than this are not tried."""

GLYPH_WEIGHT, SYMBOL_WEIGHT = 1.4, 2.8
"""Weights of the classifier's log-probabilities, of a label among symbols and of being a symbol at all, beside the
geometry and the arithmetic. These and the weights there were fitted to the likelihood of the truth: of lines by a
third of the test writers, and of lines and fractions made of glyphs of writers whom the classifier had not seen."""

PIECE_WEIGHT = 4.0
"""The same of being a symbol at all where a picture was cut: a symbol has taken in a part of its neighbour more often
than its pen strokes have. Of 799 lines of test and training writers, drawn as pictures, most of them crowded, 532 are
read at the first look, silent 28; with `SYMBOL_WEIGHT` 525 and 23."""

DEEPEST = 6
"""Most fractions and roots inside each other."""

MOST_ITEMS = 1500
"""No more structure is looked for once the rows had so many items: it is a scribble."""

HIGHEST = 1.4
"""Largest symbols that are looked for in exponents, in units."""

UNFIT, LOOSE = -25.0, -10.0
"""What stands so badly that its geometry has less than these log-weights is not read, and does not stand for its parts
on the line: the hat of a 5 has a part of the 5 under it, and may have an exponent near it."""

BEHIND = 12.0
"""What stands worse than this beside the same sign, against the best, is not read."""

FRACTION, SLASHED, ROOT, COLUMN = -1.0, -3.0, -1.0, -3.0
"""Log-weight of the form itself."""

CLIMBS = -6.5
"""Log-weight of a line that climbs, beside one with exponents: of 75 lines drawn climbing by 15 degrees, or with small
exponents and read so, the former are better without this by 7.5 or more, the latter by 5.5 at most."""

CHAIN = -8.0
"""Log-weight of a part that is a fraction with a part that is one: with bars of about the same width over each other, a
fraction of two fractions is meant."""

SLASH_IN_COLUMN = -6.0
"""Log-weight of a slash in a row of a sum in columns, where a digit is meant."""

NOUGHTS = -6.0
"""Log-weight of nought over nought, which has no value: % is meant."""

_FORM = {Form.FRACTION: FRACTION, Form.SLASHED: SLASHED, Form.ROOT: ROOT, Form.COLUMN: COLUMN}
_CODE = {form: 2 * (grammar.COLUMN if form is Form.COLUMN else grammar.WHOLE) for form in _FORM}
_BRACKETING = frozenset((grammar.OPEN, grammar.CLOSE, grammar.EQUALS))
_ALONE = (0.0, 0.0, 0.0)
_HEIGHTS = [
    [
        2 if code & 1 and not was & 1 else 1 if was == code and code >> 1 == grammar.DIGIT else 0
        for code in range(2 * len(grammar.FOLLOW))
    ]
    for was in range(2 * len(grammar.FOLLOW))
]
"""Which of the weights of `_pair` counts for a code after another."""
_SIGN = {Form.FRACTION: "-", Form.SLASHED: "/", Form.ROOT: "√", Form.COLUMN: "-"}
_STACKED = (Form.FRACTION, Form.SLASHED)


@dataclass(slots=True)
class _Item:
    """What may be one item of a row."""

    mask: int  # bit i: stroke i of the left-to-right order of the row
    group: Candidate
    box: Box
    options: tuple[tuple[int, float, float, str], ...]  # code, score, soft score, label
    labels: tuple[tuple[int, str, float], ...] = ()  # code, label, score of every label worth trying
    form: Form = Form.MARK
    parts: tuple[Parse, ...] = ()


class _Path:
    """The best way to a state, and all ways together."""

    __slots__ = ("before", "code", "item", "label", "node", "opened", "rivals", "score", "soft", "used")

    def __init__(
        self,
        score: float,
        soft: float,
        used: int,
        node: Node,
        before: _Path | None,
        item: int,
        code: int,
        label: str,
        opened: tuple[int, ...] = (),
    ) -> None:
        self.score, self.soft, self.used, self.node = score, soft, used, node
        self.before, self.item, self.code, self.label = before, item, code, label
        self.opened = opened  # items that are brackets not yet closed
        self.rivals: list[tuple[float, _Path]] = []  # worse ways to the same state: score, what is before


_State: TypeAlias = tuple[int, int, Node, tuple[int, ...]]
"""All that the rest of a row depends on: strokes used, last item, arithmetic, open brackets."""


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
        Candidates whose label is known, or that are known to be one symbol ('').
    allowed : collection of str
        Labels that a symbol may have.
    flat : bool
        Everything stands on one line.
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
        flat: bool = False,
    ) -> None:
        self.ink, self.unit, self.candidates = ink, unit, candidates
        self.boxes = [s.box for s in ink.strokes]
        kept = [k for k, label in enumerate(labels) if label in geometry.SHAPE]
        self.labels = "".join(labels[k] for k in kept)
        self.fixed = fixed or {}
        self._place = {c.strokes: i for i, c in enumerate(candidates) if not c.strays}
        self._parts = [s.component for s in ink.strokes]
        self.shapes = geometry.Shapes(candidates, self.labels, self.boxes, ink.pen_width, self._parts)
        own = np.asarray(log_probability, np.float64)[:, kept]
        self.log_probability = _weighed(own, SYMBOL_WEIGHT if ink.pen_width is None else PIECE_WEIGHT)
        self.kinds = [(2 * KIND[label] + up, label) for up in (0, 1) for label in self.labels]
        self.kinds.append((2 * KIND[LETTER], LETTER))
        self.letter = geometry.LETTER_WEIGHT if LETTER in allowed and self._is_equation(own) else -inf
        self.allowed = np.array([label in allowed for label in self.labels])
        self.raisable = self.allowed & np.array([label in geometry.RAISABLE for label in self.labels])
        self.slashes = [k for k, label in enumerate(self.labels) if label == "/"]
        self.comma_like = [k for k, label in enumerate(self.labels) if label in geometry.COMMA_LIKE]
        self.flat = flat
        taken = {
            i
            for group, label in self.fixed.items()
            if label not in ("-", "") or len(group) > 1
            for i in group
        }
        self.bars = structure.Bars(ink, unit, taken)
        self._rows: dict[tuple[frozenset[int], bool, bool], Parse] = {}
        self._searches: dict[int, _RowSearch] = {}  # by the identity of the parse each found
        self._units: dict[frozenset[int], float] = {}
        self.work = 0

    def _is_equation(self, log_probability: FloatArray) -> bool:
        """Whether there is an equals sign somewhere, and something behind it."""
        if "=" not in self.labels:
            return False
        likely = np.exp(log_probability[:, self.labels.index("=")]) > 0.5
        last = max(box.left for box in self.boxes)
        for candidate, own in zip(self.candidates, likely.tolist(), strict=True):
            if candidate.box.right < last:
                known = self.fixed.get(frozenset(candidate.strokes))
                if own if known is None else known == "=":
                    return True
        return False

    def parse(self) -> Parse:
        """The best reading of all strokes but underlines, frames and what was carried."""
        bound = frozenset().union(*self.fixed)
        every = frozenset(range(len(self.boxes))) - ((self.bars.underlines() | frames(self.ink)) - bound)
        if not self.flat:
            every -= self.bars.carries(every) - bound
        unit = self.unit if self.flat else _unit_of(self.boxes, self.unit)
        searches = [_RowSearch(self, every, unit)]
        smaller = smaller_unit(self.boxes, self.unit)
        if smaller is not None:
            searches.append(_RowSearch(self, every, smaller))
        best, self._search = max(((s.parse(), s) for s in searches), key=lambda found: found[0].score)
        raised = any(piece.raised for piece in best.pieces)
        if raised and geometry.climbs([self.boxes[i] for i in every], self.unit):
            best = self._climbing(best, every)
        return best

    def _climbing(self, level: Parse, strokes: frozenset[int]) -> Parse:
        """The better one of a reading and of what a line that climbs says, as likely as both allow."""
        search = _RowSearch(self, strokes, self.unit, climbing=True)
        found = search.parse()
        if found.row() == level.row():
            return level
        odds = found.total + CLIMBS - level.total
        if found.score + CLIMBS > level.score:
            self._search = search
            return replace(found, total=found.total + float(np.logaddexp(0.0, -odds)))
        return replace(level, total=level.total + float(np.logaddexp(0.0, odds)))

    def others(self) -> Iterator[Parse]:
        """After `parse`: what else it may say, best first."""
        return islice(self._ranked(self._search), 1, None)

    def _ranked(self, search: _RowSearch) -> Iterator[Parse]:
        """The readings of a row, best first: also those that read a part of the best one in another way."""
        ranked = search.ranked()
        best = next(ranked)
        yield best
        yield from merge(ranked, *self._in_parts(best), key=lambda parse: -parse.score)

    def _in_parts(self, parse: Parse) -> Iterator[Iterator[Parse]]:
        """For each part of a parse, the parses with another reading of that part, best first."""
        for place, piece in enumerate(parse.pieces):
            for number, part in enumerate(piece.parts):
                if part.pieces:
                    yield self._replaced(parse, place, number)

    def _replaced(self, parse: Parse, place: int, number: int) -> Iterator[Parse]:
        """The parse with the other readings of part `number` of piece `place`, best first."""
        piece = parse.pieces[place]
        part = piece.parts[number]
        for other in islice(self._ranked(self._searches[id(part)]), 1, None):
            parts = (*piece.parts[:number], other, *piece.parts[number + 1 :])
            pieces = (*parse.pieces[:place], replace(piece, parts=parts), *parse.pieces[place + 1 :])
            yield replace(parse, pieces=pieces, score=parse.score + other.score - part.score)

    def parse_row(
        self, strokes: frozenset[int], depth: int, column: bool = False, later: bool = False
    ) -> Parse:
        """The best reading of some strokes as a row; of a `column`, and `later`: not as its first."""
        key = strokes, column, later
        known = self._rows.get(key)
        if known is None:
            search = _RowSearch(self, strokes, self.unit_of(strokes), depth, column, later)
            known = self._rows[key] = search.parse()
            self._searches[id(known)] = search
        return known

    def unit_of(self, strokes: frozenset[int]) -> float:
        """The height of a digit among some strokes."""
        known = self._units.get(strokes)
        if known is None:
            known = self._units[strokes] = _unit_of([self.boxes[i] for i in strokes], self.unit)
        return known

    def guesses(self, strokes: frozenset[int], depth: int) -> list[Guess]:
        """What may stand in two dimensions among some strokes."""
        if self.flat or depth >= DEEPEST:
            return []
        found = self.bars.fractions(strokes) + self.bars.slashed(strokes)
        if depth == 0:
            found += self.bars.column(strokes)
        found += structure.roots(self.boxes, self._root_signs(strokes), strokes)
        return [guess for guess in found if self._agrees(guess)]

    def _agrees(self, guess: Guess) -> bool:
        """Whether a guess keeps the strokes together that are known to be one symbol."""
        groups = (frozenset(guess.sign), *guess.parts)
        return all(known <= g or known.isdisjoint(g) for known in self.fixed for g in groups)

    def _root_signs(self, strokes: frozenset[int]) -> dict[tuple[int, ...], Box]:
        signs = {tuple(sorted(g)): label for g, label in self.fixed.items()}
        bound = frozenset().union(*self.fixed)
        found = {g for g, label in signs.items() if label == "√" and strokes.issuperset(g)}
        if "√" in self.labels:
            column = self.log_probability[:, self.labels.index("√")]
            found |= {
                c.strokes
                for c in (self.candidates[i] for i in np.flatnonzero(column > -5.0).tolist())
                if strokes.issuperset(c.strokes) and bound.isdisjoint(c.strokes) and not c.strays
            }
        return {g: reduce(Box.union, (self.boxes[i] for i in g)) for g in sorted(found)}

    def sign_score(self, guess: Guess) -> float:
        """The classifier's log-probability of a sign."""
        label = _SIGN[guess.form]
        place = self._place.get(tuple(sorted(guess.sign)))
        if place is None or label not in self.labels or frozenset(guess.sign) in self.fixed:
            return 0.0
        return float(self.log_probability[place, self.labels.index(label)])

    def candidate(self, strokes: tuple[int, ...]) -> Candidate:
        """The candidate of some strokes."""
        strokes = tuple(sorted(strokes))
        place = self._place.get(strokes)
        if place is not None:
            return self.candidates[place]
        return Candidate(strokes, reduce(Box.union, (self.boxes[i] for i in strokes)))

    def cross(self, first: _Item, second: _Item) -> bool:
        """Whether one of two symbols by a pen is a line that the other one goes through or around."""
        if second.box.left >= first.box.right or self.ink.pen_width is not None:
            return False
        a, b = first.group.written, second.group.written
        return (len(b) == 1 and any(self.bars.crossed(b[0], i) for i in a)) or (
            len(a) == 1 and any(self.bars.crossed(a[0], i) for i in b)
        )

    def were_joined(self, first: Iterable[int], second: Iterable[int]) -> bool:
        """Whether two groups of strokes have parts of one connected piece of a picture."""
        if self.ink.pen_width is None:
            return False
        parts = {self._parts[i] for i in first} - {None}
        return any(self._parts[i] in parts for i in second)


class _RowSearch:
    """The search for the best parse of one row."""

    def __init__(
        self,
        lattice: Lattice,
        strokes: frozenset[int],
        unit: float,
        depth: int = 0,
        column: bool = False,
        later: bool = False,
        climbing: bool = False,
    ) -> None:
        self.lattice = lattice
        boxes = lattice.boxes
        self.of_slash = SLASH_IN_COLUMN if column else 0.0
        self.unit, self.is_part = unit, depth > 0
        self.order = sorted(strokes, key=lambda i: boxes[i].center[0])
        self.bit = {stroke: 1 << place for place, stroke in enumerate(self.order)}
        self.candidates = [i for i, c in enumerate(lattice.candidates) if strokes.issuperset(c.strokes)]
        lattice.work += len(self.candidates)
        fits = self._likely(lattice.guesses(strokes, depth))
        close = [guess for guess, fit in fits if fit > LOOSE]
        standing = self._standing(strokes, close, climbing)
        self.line = geometry.Line(standing, self.unit, geometry.SHORT if climbing else geometry.LONG)
        self.start = grammar.node(grammar.State(grammar.LATER_ROW if later else grammar.START))
        self.items = [
            item for g, fit in fits if fit >= UNFIT and (item := self._composite(g, fit, depth)) is not None
        ]
        self.items += self._marks()
        self.starting: list[list[int]] = [[] for _ in self.order]
        for number, item in enumerate(self.items):
            self.starting[(item.mask & -item.mask).bit_length() - 1].append(number)
        self.pairs: dict[tuple[int, int], tuple[float, float, float]] = {}

    def _likely(self, guesses: Sequence[Guess]) -> list[tuple[Guess, float]]:
        """The guesses that stand not much worse than another with the same sign, each with its `_fit`."""
        fits = [(guess, self._fit(guess)) for guess in guesses]
        best: dict[tuple[Form, tuple[int, ...]], float] = {}
        for guess, fit in fits:
            best[guess.form, guess.sign] = max(fit, best.get((guess.form, guess.sign), fit))
        return [(guess, fit) for guess, fit in fits if fit >= best[guess.form, guess.sign] - BEHIND]

    def _standing(self, strokes: frozenset[int], guesses: Sequence[Guess], climbing: bool) -> list[Box]:
        """The boxes of what stands on the line: not what is over or under a bar, but in its place the bar; of a line
        that is `climbing` also what looks like an exponent.
        """
        boxes = self.lattice.boxes
        covered = {
            i
            for g in guesses
            if g.form in _STACKED
            for i in frozenset().union(*g.parts)
            if g.form is Form.SLASHED or boxes[g.sign[0]].left <= boxes[i].center[0] <= boxes[g.sign[0]].right
        }
        covered |= {i for g in guesses if g.form is Form.ROOT for i in g.sign}
        standing = [boxes[i] for i in strokes if i not in covered]
        if standing and not self.lattice.flat and not climbing:
            high = structure.raised(standing, self.unit)
            standing = [box for box, up in zip(standing, high, strict=True) if not up]
        for guess in guesses:
            if guess.form in _STACKED and covered.isdisjoint(guess.sign):
                left, top, right, bottom = boxes[guess.sign[0]]
                middle = (top + bottom) / 2
                standing.append(Box(left, middle - self.unit / 2, right, middle + self.unit / 2))
        return standing or [boxes[i] for i in strokes]

    def _mask(self, strokes: Collection[int]) -> int:
        return sum(self.bit[i] for i in strokes)

    # Items

    def _marks(self) -> list[_Item]:
        """Every candidate of these strokes with its labels."""
        lattice = self.lattice
        chosen = np.array(self.candidates, dtype=np.int64)
        on_line, raised, dots, colons, commas = lattice.shapes.on(self.line, chosen)
        shape = lattice.shapes.shape_weight(self.unit)[chosen, None]
        own = lattice.log_probability[chosen] * shape
        on_line += own
        on_line[:, lattice.slashes] += self.of_slash
        letters = on_line[:, [lattice.labels.index("×")]] + lattice.letter
        for label, score in (
            ("×", dots + own[:, lattice.labels.index(".")] + geometry.MIDDLE_DOT_WEIGHT),
            ("÷", colons),
            (".", commas + own[:, lattice.comma_like].max(axis=1)),
        ):
            if label in lattice.labels:
                column = on_line[:, lattice.labels.index(label)]
                np.maximum(column, score, out=column)
        on_line = np.where(lattice.allowed, on_line, -np.inf)
        high = self._high(chosen) & (not lattice.flat)
        raised = np.where(high[:, None] & lattice.raisable, raised + own, -np.inf)
        both = np.concatenate([on_line, raised, letters], axis=1)
        floor = both.max(axis=1, keepdims=True) - LABEL_RANGE
        found: list[list[tuple[int, str, float]]] = [[] for _ in chosen]
        chances = np.nonzero(both >= floor)
        scores = both[chances].tolist()
        for row, column, score in zip(*(c.tolist() for c in chances), scores, strict=True):
            found[row].append((*lattice.kinds[column], score))
        items = []
        for number, up, options in zip(chosen.tolist(), high.tolist(), found, strict=True):
            group = lattice.candidates[number]
            known = lattice.fixed.get(frozenset(group.strokes)) if lattice.fixed else None
            if known:
                # who says that it is an x leaves open which: arithmetic tells the sign from the letter
                meant = known if known != LETTER else "×" + LETTER * (lattice.letter > -inf)
                options = [(2 * KIND[label], label, 0.0) for label in meant]
                if up and known in geometry.RAISABLE:
                    options.append((2 * KIND[known] + 1, known, 0.0))
            items.append(
                _Item(self._mask(group.strokes), group, group.box, _by_kind(options), tuple(options))
            )
        return items

    def _high(self, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which candidates are high and small enough for an exponent."""
        shapes, unit = self.lattice.shapes, self.unit
        low = self.line.middle(shapes.x[chosen]) + 0.3 * unit
        return np.asarray((shapes.bottom[chosen] <= low) & (shapes.size[chosen] <= HIGHEST * unit))

    def _composite(self, guess: Guess, fit: float, depth: int) -> _Item | None:
        """The item that a guess makes, its parts parsed; `fit` is what `_fit` says of it."""
        if self.lattice.work > MOST_ITEMS or (guess.form is not Form.ROOT and not all(guess.parts[:2])):
            return None
        group = self.lattice.candidate(guess.sign)
        fit += self._of_place(guess, group.box)
        if fit < UNFIT:
            return None
        column = guess.form is Form.COLUMN
        parts = tuple(
            self.lattice.parse_row(part, depth + 1, column, later=column and 0 < i < len(guess.parts) - 1)
            if part
            else EMPTY
            for i, part in enumerate(guess.parts)
        )
        own = self.lattice.sign_score(guess) + geometry.ANOTHER + _FORM[guess.form] + fit
        own += self.of_slash * (guess.form is Form.SLASHED)
        if any(self.lattice.were_joined(guess.sign, part) for part in guess.parts):
            own += geometry.CUT
        if not column:
            own += sum(grammar.of_part(part.labels) for part in parts)
        if guess.form in _STACKED:
            own += NOUGHTS * all(part.labels == "0" for part in parts)
        if guess.form is Form.FRACTION:
            own += CHAIN * sum(_is_chain(part) for part in parts)
        used = frozenset(guess.sign).union(*guess.parts)
        box = reduce(Box.union, (self.lattice.boxes[i] for i in used))
        score = own + sum(part.score for part in parts)
        soft = own + sum(part.total for part in parts)
        option = (_CODE[guess.form], score, soft, _SIGN[guess.form])
        return _Item(self._mask(used), group, box, (option,), (), guess.form, parts)

    def _fit(self, guess: Guess) -> float:
        """Log-weight of where the parts stand beside the sign and each other."""
        lattice = self.lattice
        sign = lattice.candidate(guess.sign).box
        parts = [reduce(Box.union, (lattice.boxes[i] for i in part)) for part in guess.parts if part]
        if guess.form is Form.COLUMN:
            return geometry.of_rows(parts, self.unit)
        if guess.form is Form.ROOT:
            return 0.0
        if guess.form is Form.SLASHED:
            return geometry.of_slash(sign, parts[0], parts[1])
        return sum(
            geometry.of_part(sign, box, self.unit, lattice.unit_of(group), lattice.bars.widest(group))
            for group, box in zip(guess.parts, parts, strict=True)
        )

    def _of_place(self, guess: Guess, sign: Box) -> float:
        """Log-weight of where a bar or slash stands on the line; what is all of its row stands where the row does."""
        if guess.form not in _STACKED:
            return 0.0
        alone = len(guess.sign) + sum(map(len, guess.parts)) == len(self.order)
        place = 0.0 if alone else sign.center[1] - float(self.line.middle(sign.center[0]))
        return geometry.of_bar(place / self.unit)

    # Search

    def parse(self) -> Parse:
        """The best reading of the row."""
        total = len(self.order)
        levels: list[dict[_State, _Path]] = [{} for _ in range(total + 1)]
        levels[0][0, -1, self.start, ()] = _Path(0.0, 0.0, 0, self.start, None, -1, 0, "")
        self.tops = [-inf] * (total + 1)
        # where everything may belong to everything, fewer partial rows must do
        beam = max(BEAM // 4, min(BEAM, 6 * BEAM * total // len(self.items)))
        for count in range(total):
            level = levels[count]
            front = sorted(level.values(), key=_score, reverse=True)[:beam]
            levels[count] = {}
            for path in front:
                if path.score < front[0].score - MARGIN:
                    break
                self._extend(path, levels)
        self.ended = [(path, path.node.end(self.is_part)) for path in levels[total].values()]
        soft = [path.soft + end for path, end in self.ended]
        top = max(soft)
        self.whole = top + log(sum(exp(s - top) for s in soft))
        return next(self.ranked())

    def ranked(self) -> Iterator[Parse]:
        """The readings of the row that `parse` saw, best first; those that differ in a label of one kind are one."""
        heap: list[tuple[float, int, _Path, tuple[_Path, ...]]] = [
            (-path.score - end, i, path, ()) for i, (path, end) in enumerate(self.ended)
        ]
        heapify(heap)
        order = len(heap)
        while heap:
            loss, _, path, after = heappop(heap)
            while path.before is not None:
                after = (path, *after)
                for score, before in path.rivals:
                    heappush(heap, (loss + path.score - score, order, before, after))
                    order += 1
                path = path.before
            yield self._made(after, -loss)

    def _extend(self, path: _Path, levels: list[dict[_State, _Path]]) -> None:
        """Add to `levels` every continuation of a partial row by one item."""
        used, here, last = path.used, path.node, path.item
        moves, items, pairs, heights = here.moves, self.items, self.pairs, _HEIGHTS[path.code]
        so_far, so_far_soft = path.score, path.soft
        frontier = (~used & (used + 1)).bit_length() - 1
        for number in self.starting[frontier]:
            item = items[number]
            if item.mask & used:
                continue
            after = used | item.mask
            count = after.bit_count()
            level, top = levels[count], self.tops[count]
            pair = pairs.get((last, number)) or self._pair(last, number) if last >= 0 else _ALONE
            for code, own, own_soft, label in item.options:
                gain, node = moves[code] or here.move(code)
                gain += pair[heights[code]]
                opened = path.opened
                if code >> 1 in _BRACKETING:
                    height, opened = self._bracketed(opened, code >> 1, number)
                    gain += height
                score = so_far + own + gain
                if score < top - MARGIN - RIVAL:
                    continue  # it will be given up, and what comes the same way will not miss it
                if score > top and count < len(self.order):  # a whole row is weighed with its end
                    top = self.tops[count] = score
                soft = so_far_soft + own_soft + gain
                key = (after, number, node, opened)
                known = level.get(key)
                if known is None:
                    level[key] = _Path(score, soft, after, node, path, number, code, label, opened)
                    continue
                low, high = (soft, known.soft) if soft < known.soft else (known.soft, soft)
                known.soft = high + log1p(exp(low - high))
                if score > known.score:
                    if known.score > score - RIVAL and known.before is not None:
                        known.rivals.append((known.score, known.before))
                    known.score, known.before = score, path
                elif score > known.score - RIVAL:
                    known.rivals.append((score, path))

    def _bracketed(self, opened: tuple[int, ...], kind: int, number: int) -> tuple[float, tuple[int, ...]]:
        """The log-weight of a bracket beside the one that it closes, and the brackets that are open after it."""
        if kind == grammar.OPEN:
            return 0.0, (*opened, number)
        if kind == grammar.EQUALS or not opened:
            return 0.0, ()
        first = self.items[opened[-1]].box
        return geometry.of_brackets(first, self.items[number].box), opened[:-1]

    def _pair(self, first: int, second: int) -> tuple[float, float, float]:
        """Log-weights of one item after another: anyhow, as two digits on one level, as base and exponent."""
        a, b = self.items[first], self.items[second]
        beside = geometry.of_pair(a.box, b.box, self.unit)
        if self.lattice.were_joined(a.group.strokes, b.group.strokes):
            beside += geometry.CUT
        if a.form is b.form is Form.MARK and self.lattice.cross(a, b):
            beside += geometry.CROSSED
        level, rise = geometry.of_feet(a.box, b.box)
        known = self.pairs[first, second] = beside, beside + level, beside + rise
        return known

    def _made(self, steps: Sequence[_Path], score: float) -> Parse:
        """The parse that goes through these states."""
        pieces = tuple(self._piece(steps, i) for i in range(len(steps)))
        return Parse(pieces, score, self.whole, self._is_sound(steps, pieces))

    def _is_sound(self, steps: Sequence[_Path], pieces: Sequence[Piece]) -> bool:
        nodes = [self.start, *(step.node for step in steps)]
        moves = zip(nodes, steps, strict=False)
        return all(here.move(step.code)[0] > grammar.UNSOUND for here, step in moves) and all(
            part.sound for piece in pieces for part in piece.parts
        )

    def _piece(self, steps: Sequence[_Path], index: int) -> Piece:
        step = steps[index]
        item = self.items[step.item]
        alternatives: tuple[tuple[str, float], ...] = ((step.label, 1.0),)
        if len(item.labels) > 1:
            alternatives = self._alternatives(steps, index, item)
        return Piece(step.label, item.group, alternatives, bool(step.code & 1), item.form, item.parts)

    def _alternatives(self, steps: Sequence[_Path], index: int, item: _Item) -> tuple[tuple[str, float], ...]:
        """What symbol `index` may be if all others are right."""
        label, here = steps[index].label, steps[index].item
        before = steps[index - 1] if index else None
        after = steps[index + 1 :]
        codes = [step.code for step in after]
        start, was = (before.node, before.code) if before else (self.start, 0)
        joined = self.pairs[before.item, here] if before else _ALONE
        parted = self.pairs[here, after[0].item] if after else _ALONE
        scores: dict[str, float] = {}
        beside: dict[int, float] = {}
        for code, other, own in item.labels:
            if code not in beside:
                beside[code] = (
                    grammar.weigh([code, *codes], start, self.is_part) + joined[_HEIGHTS[was][code]]
                )
                if after:
                    beside[code] += parted[_HEIGHTS[code][codes[0]]]
            score = own + beside[code]
            scores[other] = max(score, scores.get(other, score))
        top = max(scores.values())
        weights = {other: exp(score - top) for other, score in scores.items()}
        whole = sum(weights.values())
        ranked = [(other, weight / whole) for other, weight in weights.items()]
        return tuple(sorted(ranked, key=lambda choice: (choice[0] != label, -choice[1])))


def _weighed(log_probability: npt.NDArray[np.float64], of_symbol: float) -> npt.NDArray[np.float64]:
    """Weighed log-probabilities of labels (n, K): what is missing from their sum is the chance of no symbol."""
    symbol = np.logaddexp.reduce(log_probability, axis=1, keepdims=True)
    return np.asarray(GLYPH_WEIGHT * (log_probability - symbol) + of_symbol * symbol)


def _is_chain(part: Parse) -> bool:
    """Whether a part of a fraction is a fraction of which a part is a fraction."""
    return _is_fraction(part) and any(_is_fraction(inner) for inner in part.pieces[0].parts)


def _is_fraction(part: Parse) -> bool:
    return len(part.pieces) == 1 and part.pieces[0].form is Form.FRACTION


def _score(path: _Path) -> float:
    return path.score


def _by_kind(options: Sequence[tuple[int, str, float]]) -> tuple[tuple[int, float, float, str], ...]:
    """For each kind the best label: arithmetic does not tell labels of one kind apart."""
    best: dict[int, tuple[float, float, str]] = {}  # score, soft score, label
    for code, label, score in options:
        known = best.get(code)
        if known is None:
            best[code] = score, score, label
            continue
        most, soft, first = known
        low, high = (score, soft) if score < soft else (soft, score)
        soft = high + log1p(exp(low - high))
        best[code] = (score, soft, label) if score > most else (most, soft, first)
    return tuple((code, *known) for code, known in best.items())


def _unit_of(boxes: Sequence[Box], usual: float) -> float:
    """The height of a digit among some strokes, not far from that of the whole ink."""
    high = structure.raised(boxes, usual)
    standing = [box for box, up in zip(boxes, high, strict=True) if not up]
    unit = unit_height(standing)
    if len(boxes) <= 3 and all(box.height > 0.5 * box.width for box in standing):
        # so few may be one digit, such as an 8 of two circles
        unit = max(unit, 0.8 * reduce(Box.union, standing).height)
    return min(max(unit, 0.35 * usual), 1.4 * usual)
