"""An equation that holds is likelier than one that does not: evidence for the labels of its symbols.

In flow the parses, best first; out flows the parse to show and its probability. Where another parse, or one or two
unlikely labels, would make an equation true that is false or makes no sense, or solve it with a whole number, and are
not too unlikely, they are taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations, islice, pairwise
from math import exp, log, log1p

from . import expression
from .layout import LETTER, UNKNOWNS
from .parses import Parse
from .structure import Form

RIGHT, TELLING = 4.0, 2
"""How many of the equations that people write are true for one that is false, and from how many digits of the result on
another tells no more: of ten digits one is right by chance, but who errs is often wrong in one of them only. Of 545
equations with a wrong digit by writers whom the classifier had not seen, one was read as a true one and not doubted; of
445 true ones 435 are read, 427 without other readings than the best."""

WHOLE = 4.0
"""The same for an equation with an unknown that is a whole number, where without the unknown it is false: 4x-5 = 11."""

LEAST = 0.0005
"""Readings less probable than this, as a share of the best, are not tried."""

OTHERS, MOST = 12, 40
"""Most other parses looked at, and most equations tried."""


def weighed(parse: Parse, others: Iterable[Parse] = ()) -> tuple[Parse, float]:
    """The likelier of a parse and of the readings that make its equation true, and its probability.

    `others` are what else the ink may say, best first; they are asked for only where the equation is not true.
    """
    parse = _with_letters(parse)
    share = parse.share
    verdict = _verdict(parse)
    if _has_unknown(parse) or "=" not in _text(parse)[:-1]:
        return parse, share
    if verdict:
        odds = _odds(parse)
        return parse, share * odds / (1 + share * (odds - 1))
    true = [
        (share * exp(weight), _odds(other), other)
        for weight, other in _readings(parse, others)
        if _verdict(other)
    ]
    whole = 1 + sum(own * (odds - 1) for own, odds, _ in true)
    best, chosen = max(
        ((own * odds, other) for own, odds, other in true), key=lambda choice: choice[0], default=(0.0, parse)
    )
    return (chosen, min(1.0, best / whole)) if best > share else (parse, share / whole)


def _verdict(parse: Parse) -> bool | None:
    """Whether an equation is true; one with an unknown is, if that is a whole number. None for what is neither."""
    value = expression.evaluate(parse.row()).value
    if _has_unknown(parse):
        return True if isinstance(value, Fraction) and value.denominator == 1 else None
    return value if isinstance(value, bool) else None


def _has_unknown(parse: Parse) -> bool:
    return any(name in parse.labels for name in UNKNOWNS)


def _odds(parse: Parse) -> float:
    """How many times likelier an equation is for being true."""
    if _has_unknown(parse):
        return WHOLE
    digits = sum(label.isdigit() for label in _text(parse).partition("=")[2])
    return RIGHT * 10.0 ** min(digits, TELLING)


def _text(parse: Parse) -> str:
    """The reading on one line, where the rule of a sum in columns is its =."""
    return expression.text(parse.row())


def _readings(parse: Parse, others: Iterable[Parse]) -> list[tuple[float, Parse]]:
    """What the ink may say besides, likeliest first, each with the logarithm of how much less likely that is."""
    found: dict[tuple[tuple[str, tuple[int, ...]], ...], tuple[float, Parse]] = {}
    for other in chain((parse,), islice(others, OTHERS)):
        behind = other.score - parse.score
        if behind < log(LEAST):
            break
        for weight, variant in ((0.0, other), *_variants(other)):
            reading = _with_letters(variant)
            symbols = _symbols(reading)
            if symbols not in found or found[symbols][0] < behind + weight:
                found[symbols] = behind + weight, reading
    found.pop(_symbols(parse))
    ranked = sorted(found.values(), key=lambda choice: -choice[0])
    return [choice for choice in ranked[:MOST] if choice[0] > log(LEAST)]


def _symbols(parse: Parse) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What tells a reading from another."""
    return tuple((piece.label, piece.group.strokes) for piece in parse.symbols())


def _with_letters(parse: Parse) -> Parse:
    """Where one x is a letter, so is every other one before a minus: 2x+3 = 4x-1, but x = 4×-1.

    The parse is then as likely as with either.
    """
    if LETTER not in parse.labels or LETTER in parse.labels.split("="):
        return parse
    odds = {
        number: dict(piece.alternatives)[LETTER] / piece.alternatives[0][1]
        for number, (piece, after) in enumerate(pairwise(parse.symbols()))
        if (piece.label, after.label, after.form) == ("×", "-", Form.MARK)
        and LETTER in dict(piece.alternatives)
    }
    made = parse.relabelled(dict.fromkeys(odds, LETTER))
    return replace(made, total=made.total - sum(map(log1p, odds.values())))


def _variants(parse: Parse) -> list[tuple[float, Parse]]:
    """The parse with one or two other labels, each with the logarithm of how much less likely that is."""
    others = [
        (log(probability / piece.alternatives[0][1]), number, label)
        for number, piece in enumerate(parse.symbols())
        for label, probability in piece.alternatives[1:]
        if probability >= LEAST
    ]
    others.sort(reverse=True)
    found = [(weight, {number: label}) for weight, number, label in others[:MOST]]
    found += [
        (first[0] + second[0], {first[1]: first[2], second[1]: second[2]})
        for first, second in combinations(others[:8], 2)
        if first[1] != second[1]
    ]
    found.sort(key=lambda variant: -variant[0])
    return [(weight, parse.relabelled(labels)) for weight, labels in found[:MOST] if weight > log(LEAST)]
