"""Mathematics set on a canvas: the LaTeX of a reading as text and lines, with fractions, powers and roots.

In flow the subset of LaTeX that readings hold (`\\frac \\sqrt \\times \\div ^`); out flow the pieces to
draw, each with its place and, where it can be told, the number of the symbol that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple, TypeAlias

from hwcalc.layout import EMPTY_BOX

Measure: TypeAlias = Callable[[str, float], float]
"""(text, height of the font) -> width, in the same unit."""

_TOKEN = re.compile(r"\\(?:left|right|,|;|:|!)|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_NAMES = {
    r"\times": "×",
    r"\div": "÷",
    r"\cdot": "·",
    r"\%": "%",
    r"\approx": "≈",
    r"\pi": "π",
    r"\square": EMPTY_BOX,
    "-": "−",
}
_OPERATORS = set("+−×÷=≈")
ROOT = "√"
SIGN = ((0.0, 0.42), (0.2, 0.48), (0.5, 0.0), (1.0, 1.0))
"""The path of a root sign: across in its width, up in its height. Those of fonts do not meet the bar."""
SMALLER = 0.72  # the font of a fraction in an answer, in that of the answer


class Piece(NamedTuple):
    """Text of a height `size` with its left end on the baseline at (x, y), or a line when `text` is ''.

    The text `ROOT` is a root sign, `size` high from its foot at y: it is drawn along `SIGN`.
    """

    text: str
    x: float
    y: float
    size: float
    width: float
    label: str | None = None  # the symbol it shows, None for what is only layout
    symbol: int | None = None  # its number in the reading


@dataclass(frozen=True)
class Setting:
    """Pieces around a baseline at y = 0: `up` above it, `down` below it, `width` wide."""

    pieces: tuple[Piece, ...]
    width: float
    up: float
    down: float

    def moved(self, dx: float, dy: float) -> tuple[Piece, ...]:
        """The pieces elsewhere."""
        return tuple(p._replace(x=p.x + dx, y=p.y + dy) for p in self.pieces)


def typeset(latex: str, size: float, measure: Measure, labels: Sequence[str] = ()) -> Setting:
    """Set LaTeX in a font of height `size`.

    Parameters
    ----------
    latex : str
    size : float
        Height of the font, in the unit that `measure` works in.
    measure : (text, size) -> width
    labels : sequence of str
        The labels of the reading's symbols in their order; where the setting shows the same labels in
        the same order its pieces carry their numbers, otherwise none does.
    """
    setting = _Setter(latex, measure).row(size, until=None)
    shown = [p.label for p in setting.pieces if p.label is not None]
    if [_plain(label) for label in shown] != [_plain(label) for label in labels]:
        return setting
    numbers = count()
    numbered = (p if p.label is None else p._replace(symbol=next(numbers)) for p in setting.pieces)
    return replace(setting, pieces=tuple(numbered))


def _plain(label: str) -> str:
    return {"−": "-", "/": "-", ",": ".", "·": "."}.get(label, label)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same with texts that follow each other without a gap in one piece: fewer to draw."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if (
            last is not None
            and last.text not in ("", ROOT)
            and piece.text not in ("", ROOT)
            and (piece.y, piece.size) == (last.y, last.size)
            and abs(last.x + last.width - piece.x) < 0.01
        ):
            found[-1] = last._replace(text=last.text + piece.text, width=last.width + piece.width)
        else:
            found.append(piece)
    return found


class _Setter:
    """Reads LaTeX from left to right and sets it; unknown commands are shown as their name."""

    def __init__(self, latex: str, measure: Measure) -> None:
        self._tokens: list[str] = [t for t in _TOKEN.findall(latex) if not t.isspace()]
        self._at = 0
        self._measure = measure

    def row(self, size: float, until: str | None) -> Setting:
        pieces: list[Piece] = []
        x, up, down, operand = 0.0, 0.75 * size, 0.2 * size, False
        while (token := self._next()) is not None and token != until:
            if token in (r"\left", r"\right", r"\,", r"\;", r"\:", r"\!", "}"):
                continue
            if token == "^":
                part, lift = self._argument(size * 0.7), -0.38 * size
            else:
                part, lift = self._item(token, size, operand), 0.0
            operand = token not in ("=", "(", "[") and not _is_operator(token)
            pieces += part.moved(x, lift)
            x += part.width
            up, down = max(up, part.up - lift), max(down, part.down + lift)
        return Setting(tuple(pieces), x, up, down)

    def _next(self) -> str | None:
        if self._at >= len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _argument(self, size: float) -> Setting:
        token = self._next()
        if token == "{":
            return self.row(size, until="}")
        return self._item(token, size, False) if token is not None else Setting((), 0, 0, 0)

    def _item(self, token: str, size: float, operand: bool) -> Setting:
        if token == "{":
            return self.row(size, until="}")
        if token in (r"\frac", r"\dfrac", r"\tfrac"):
            return self._fraction(size)
        if token == r"\sqrt":
            return self._root(size)
        text = _NAMES.get(token, token.removeprefix("\\"))
        width = self._measure(text, size)
        # An operator between two operands has space around it; a sign stands close to its number.
        pad = 0.22 * size if text in _OPERATORS and operand else 0.0
        pieces = (Piece(text, pad, 0.0, size, width, text),)
        return Setting(pieces, width + 2 * pad, 0.75 * size, 0.2 * size)

    def _fraction(self, size: float) -> Setting:
        small = size * 0.82
        over = self._argument(small)
        under = self._argument(small)
        bar_y, gap = -0.3 * size, 0.12 * size
        width = max(over.width, under.width) + 0.3 * size
        bar = Piece("", 0.05 * size, bar_y, size, width - 0.1 * size, "/")
        upper = over.moved((width - over.width) / 2, bar_y - gap - over.down)
        lower = under.moved((width - under.width) / 2, bar_y + gap + under.up)
        up = -bar_y + gap + over.down + over.up
        return Setting((*upper, bar, *lower), width, up, bar_y + gap + under.up + under.down)

    def _root(self, size: float) -> Setting:
        inner = self._argument(size)
        gap = 0.12 * size
        height, sign_width = inner.up + gap + inner.down, 0.55 * size
        sign = Piece(ROOT, 0.0, inner.down, height, sign_width, "√")
        bar = Piece("", sign_width, -inner.up - gap, size, inner.width + gap)
        pieces = (sign, bar, *inner.moved(sign_width + gap / 2, 0.0))
        return Setting(pieces, sign_width + inner.width + gap, inner.up + 1.5 * gap, inner.down)


def _is_operator(token: str) -> bool:
    return _NAMES.get(token, token) in _OPERATORS


def pretty(text: str) -> str:
    """Typed text as it is shown: `12+34*-a` → `12 + 34 × −a`, with space around operators, none after signs."""
    text = text.replace("**", "^").translate(_PRETTY).strip()

    def spaced(found: re.Match[str]) -> str:
        before = text[: found.start()].rstrip()
        sign = found[1] == "−" and (not before or before[-1] in "(=+−×÷√^")
        return found[1] if sign else f" {found[1]} "

    return re.sub(r"\s*([+−×÷=])\s*", spaced, text).strip()


_FRACTION = re.compile(r"([0-9]+)/([0-9]+)")
_POWER = re.compile(r"([0-9]+)\^(-?[0-9]+)")
_SET = re.compile(r"([0-9]+/[0-9]+|[0-9]+\^-?[0-9]+)")


def typeset_answer(text: str, size: float, measure: Measure) -> Setting:
    """Set an answer, such as `= 3 1/7 ≈ 3.142857`, its fractions and powers as such, in a font of height `size`."""
    pieces: list[Piece] = []
    x, up, down = 0.0, 0.75 * size, 0.2 * size
    for part in _SET.split(text):
        inner: Setting | None = None
        lift = 0.0
        if found := _FRACTION.fullmatch(part):
            inner = typeset(rf"\frac{{{found[1]}}}{{{found[2]}}}", SMALLER * size, measure)
            lift = 0.3 * (SMALLER - 1) * size  # its bar at the height of a minus
        elif found := _POWER.fullmatch(part):
            inner = typeset(rf"{found[1]}^{{{found[2]}}}", size, measure)
        if inner is not None:
            pieces += inner.moved(x, lift)
            x, up, down = x + inner.width, max(up, inner.up - lift), max(down, inner.down + lift)
        elif part:
            shown = part.replace("-", "−")
            pieces.append(Piece(shown, x, 0.0, size, measure(shown, size)))
            # A whole number and its fraction stand close to each other
            close = part[-1] == " " and part[-2:-1].isdigit()
            x += measure(shown.rstrip(), size) + 0.1 * size if close else measure(shown, size)
    return Setting(tuple(pieces), x, up, down)


_PRETTY = str.maketrans({"*": "×", "·": "×", ":": "÷", "-": "−"})
