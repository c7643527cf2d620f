"""hwcalc.whole_glyphs: what is surely one symbol is not cut, and two that touch are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc import read
from hwcalc.picture import ink_from_picture
from hwcalc.whole_glyphs import are_whole

from .written import drawn, sum_strokes


def mask_of(text: str, advance: float = 1.0) -> np.ndarray:
    """The ink of glyphs `advance` heights apart, 1 on 0."""
    strokes = [s for i, glyph in enumerate(text) for s in sum_strokes(glyph, 60, 20 + 60 * advance * i, 20)]
    ink = (drawn(strokes, (60 + 60 * len(text), 110), 5) < 130).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return np.ascontiguousarray(ink[y : y + height, x : x + width])


def test_symbols_are_whole_and_two_that_touch_are_not() -> None:
    assert are_whole([mask_of(glyph) for glyph in "0234579+"], 42).all()
    assert not are_whole([mask_of("44", 0.55), mask_of("2+", 0.6), mask_of("13", 0.2)], 42).any()
    assert are_whole([], 42).shape == (0,)


@pytest.mark.parametrize("text", ["2+5", "31+4"])
def test_a_sum_whose_narrow_symbols_touch_is_read(text: str) -> None:
    x, strokes = 30.0, []
    for glyph in text:
        own = sum_strokes(glyph, 60, 0, 30)
        left = min(float(s[:, 0].min()) for s in own)
        strokes += [s + np.array([x - left, 0]) for s in own]
        x = max(float(s[:, 0].max()) for s in strokes) - 1
    picture = drawn(strokes, (round(x) + 40, 120), 5)
    ink = ink_from_picture(picture)
    assert len({stroke.component for stroke in ink.strokes}) < len(text), "symbols of this test must touch"
    assert read(picture).text == text
