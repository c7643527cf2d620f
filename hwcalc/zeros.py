"""A dot beside a lone zero is a point: 0.3 and 9.0 are written every day, 0·3 and 9·0 hardly ever.

In flow a parse; out flows the parse with the likelier of point and sign at each such dot, and how likely it is then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

from .parses import Parse, Piece

MULTIPLIED = 0.05
"""How much less likely a dot multiplies where one of its factors is zero."""

BEST = 0.999
"""Most of all readings that can be left to the best one: rounding leaves no more than nothing to the others."""


def with_points(parse: Parse) -> Parse:
    """The parse with dots beside lone zeros as what they are likelier, point or sign, and its probability with that."""
    pieces, less, gain = _row(parse.pieces)
    if less == 0:
        return parse
    score = parse.score + gain
    whole = max(exp(parse.total - parse.score) - less, exp(gain) / BEST)
    return replace(parse, pieces=pieces, score=score, total=parse.score + log(whole))


def _row(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], float, float]:
    """The pieces of a row, how much less likely all readings are, as a share of it, and the logarithm for it alone."""
    made, less, gain = [], 0.0, 0.0
    for place, piece in enumerate(pieces):
        chances = dict(piece.alternatives)
        if "." in chances and "×" in chances and _is_beside_zero(pieces, place):
            own = chances[piece.label]
            less += (1 - MULTIPLIED) * chances["×"] / own
            chances["×"] *= MULTIPLIED
            label = max((piece.label, "."), key=lambda label: chances[label])
            gain += log(chances[label] / own)
            whole = sum(chances.values())
            ranked = sorted(chances.items(), key=lambda choice: (choice[0] != label, -choice[1]))
            piece = replace(piece, label=label, alternatives=tuple((name, p / whole) for name, p in ranked))
        parts = []
        for part in piece.parts:
            inner, of_less, of_gain = _row(part.pieces)
            parts.append(replace(part, pieces=inner))
            less, gain = less + of_less, gain + of_gain
        made.append(replace(piece, parts=tuple(parts)) if parts else piece)
    return tuple(made), less, gain


def _is_beside_zero(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the number before a dot is 0, or the one after it begins with 0 and has no point."""
    labels = "".join(" " if piece.raised or piece.parts else piece.label for piece in pieces)
    before, after = labels[:place], labels[place + 1 :]
    lone = before.endswith("0") and not before[-2:-1].isdigit() and before[-2:-1] != "."
    return lone or (after.startswith("0") and after[1:2] != "." and before[-1:].isdigit())
