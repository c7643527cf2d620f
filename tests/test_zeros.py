from __future__ import annotations

import pytest

from hwcalc.ink import Box
from hwcalc.parses import Parse, Piece
from hwcalc.segment import Candidate
from hwcalc.structure import Form
from hwcalc.zeros import with_points


def parse(text, dot, share=0.5):
    """A parse of text; a point in it may be a sign, and a sign a point, with the probability `dot`."""
    pieces = []
    for number, label in enumerate(text):
        other = {".": "×", "×": "."}.get(label)
        alternatives = ((label, 1 - dot), (other, dot)) if other else ((label, 1.0),)
        pieces.append(Piece(label, Candidate((number,), Box(number, 0, number + 1, 1)), alternatives))
    return Parse(tuple(pieces), -7.0, -7.0 + 0.693)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0×3", "0.3"), ("12×0", "12.0"), ("1+9×05", "1+9.05"),
        ("9×3", "9×3"), ("10×3", "10×3"), ("9×0.5", "9×0.5"), ("1.0×3", "1.0×3"), ("=×0", "=×0"),
    ],
)  # fmt: skip
def test_a_dot_beside_a_lone_zero_is_a_point(text, said) -> None:
    assert with_points(parse(text, 0.3)).labels == said


def test_a_sign_that_hardly_looks_like_a_point_stays_one() -> None:
    assert with_points(parse("0×3", 0.01)).labels == "0×3"


def test_the_point_is_surer_beside_a_zero() -> None:
    own, other = parse("9.0", 0.4), parse("9.3", 0.4)
    assert with_points(own).share > own.share
    assert with_points(own).pieces[1].alternatives[0] == (".", pytest.approx(0.6 / 0.62))
    assert with_points(other) is other


def test_points_are_told_in_fractions_too() -> None:
    parts = parse("0×3", 0.4), parse("7", 0)
    bar = Piece("-", Candidate((9,), Box(0, 0, 1, 0)), (("-", 1.0),), False, Form.FRACTION, parts)
    whole = Parse((bar,), -7.0, -6.5)
    assert with_points(whole).labels == "0.3-7"
    assert 0 < with_points(whole).share < 1
