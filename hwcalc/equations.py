"""An equation that holds is likelier than one that does not: evidence for the labels of its symbols.

In flows the best parse; out flows the parse to show and its probability. Where one or two unlikely labels would
make an equation true that is false or makes no sense, and are not too unlikely, they are taken; the reading then is
seldom sure.
"""

from __future__ import annotations

from itertools import combinations
from math import exp, log

from . import expression
from .parses import Parse
from .structure import Form

TRUE = 4.0
"""How much likelier an equation is for being true (natural logarithm). People write wrong equations too, and want
to be told: this only decides between labels that look nearly as good."""

MOST_SURE = 0.75
"""How sure a reading can be that the ink alone does not favour: the user should look."""

LEAST = 0.003
"""Labels less probable than this are not tried."""

MOST = 40
"""Most equations tried."""


def weighed(parse: Parse) -> tuple[Parse, float]:
    """The likelier of a parse and of its variants that make its equation true, and its probability."""
    share = parse.share
    verdict = _verdict(parse)
    if verdict is None and "=" not in parse.labels[:-1]:
        return parse, share
    if verdict:
        return parse, share * exp(TRUE) / (1 + share * (exp(TRUE) - 1))
    true = [
        (share * exp(weight + TRUE), variant) for weight, variant in _variants(parse) if _verdict(variant)
    ]
    best, chosen = max(true, key=lambda choice: choice[0], default=(0.0, parse))
    whole = 1 + sum(weight for weight, _ in true) * (1 - exp(-TRUE))
    return (chosen, min(best / whole, MOST_SURE)) if best > share else (parse, share / whole)


def _verdict(parse: Parse) -> bool | None:
    """Whether an equation is true; None for what is no equation."""
    value = expression.evaluate(parse.row()).value
    return value if isinstance(value, bool) else None


def _variants(parse: Parse) -> list[tuple[float, Parse]]:
    """The parse with one or two other labels, each with the logarithm of how much less likely that is."""
    others = [
        (log(probability / piece.alternatives[0][1]), number, label)
        for number, piece in enumerate(parse.symbols())
        for label, probability in piece.alternatives[1:]
        if piece.form is Form.MARK and probability >= LEAST
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
