"""hwcalc.picture_cuts: pieces make up the component, touching glyphs come apart, single ones stay whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc.picture_cuts import pieces_of
from hwcalc.segment import MAX_PIECES

from .written import GLYPHS

HEIGHT = 60.0
PEN = 5


def component(text: str, advance: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """The ink of glyphs `advance` heights apart, and of each of them alone; cropped to the ink."""
    size = (round(HEIGHT * (advance * len(text) + 1)), round(HEIGHT * 1.4))
    parts = []
    for i, glyph in enumerate(text):
        canvas = np.zeros(size[::-1], np.uint8)
        for stroke in GLYPHS[glyph]:
            points = np.array(stroke) * HEIGHT + (8 + i * advance * HEIGHT, 8)
            cv2.polylines(canvas, [np.rint(points).astype(np.int32).reshape(-1, 1, 2)], False, 255, PEN)
        parts.append(canvas)
    x, y, w, h = cv2.boundingRect(np.max(parts, axis=0))
    parts = [part[y : y + h, x : x + w] for part in parts]
    return np.max(parts, axis=0), parts


@pytest.mark.parametrize("glyph", list("013"))
def test_a_glyph_whose_lines_do_not_meet_is_one_piece(glyph: str) -> None:
    mask, _ = component(glyph, 1)
    np.testing.assert_array_equal(pieces_of(mask, PEN, HEIGHT), mask > 0)


def test_a_long_bar_is_one_piece() -> None:
    mask = np.full((PEN, 300), 255, np.uint8)
    assert pieces_of(mask, PEN, HEIGHT).max() == 1


@pytest.mark.parametrize(
    ("text", "advance"), [("44", 0.62), ("40", 0.70), ("+4", 0.67), ("444", 0.62), ("1+", 0.32)]
)
def test_touching_glyphs_come_apart(text: str, advance: float) -> None:
    mask, parts = component(text, advance)
    assert cv2.connectedComponents(mask)[0] == 2, "the glyphs of this test must touch"
    pieces = pieces_of(mask, PEN, HEIGHT)
    np.testing.assert_array_equal(pieces > 0, mask > 0)
    assert len(text) <= pieces.max() <= MAX_PIECES * len(text)
    for part in parts:
        own = [k for k in range(1, pieces.max() + 1) if (part[pieces == k] > 0).mean() > 0.5]
        together = np.isin(pieces, own)
        assert len(own) <= MAX_PIECES
        assert (together & (part > 0)).sum() > 0.85 * (part > 0).sum()
        assert (together & (part == 0)).sum() < 0.15 * (part > 0).sum()


def test_rings_come_apart_along_the_line_that_they_share() -> None:
    parts = []
    for x in (40, 93):
        canvas = np.zeros((80, 140), np.uint8)
        parts.append(cv2.ellipse(canvas, (x, 40), (25, 30), 0, 0, 360, 255, PEN))
    mask = np.max(parts, axis=0)
    pieces = pieces_of(mask, PEN, HEIGHT)
    last = int(pieces.max())
    assert last in (3, 4), "either ring, and what both share"
    for k, part in zip((1, last), parts, strict=True):
        assert (part[pieces == k] > 0).mean() > 0.95
    assert ((pieces > 1) & (pieces < last)).sum() < 0.1 * (pieces > 0).sum()


@pytest.mark.parametrize(("over", "under"), [("4", ""), ("", "4"), ("4", "4")])
def test_a_fraction_bar_comes_off_what_touches_it(over: str, under: str) -> None:
    mask = np.zeros((150, 90), np.uint8)
    bar = np.zeros_like(mask)
    cv2.line(bar, (10, 74), (80, 76), 255, PEN)
    for glyph, top in ((over, 74 - 50), (under, 76)):
        for stroke in GLYPHS[glyph] if glyph else ():
            points = np.array(stroke) * 50 + (25, top)
            cv2.polylines(mask, [np.rint(points).astype(np.int32).reshape(-1, 1, 2)], False, 255, PEN)
    whole = np.maximum(mask, bar)
    x, y, w, h = cv2.boundingRect(whole)
    whole, bar = (np.ascontiguousarray(part[y : y + h, x : x + w]) for part in (whole, bar))
    assert cv2.connectedComponents(whole)[0] == 2, "they must touch"
    pieces = pieces_of(whole, PEN, HEIGHT)
    np.testing.assert_array_equal(pieces > 0, whole > 0)
    assert pieces.max() == 1 + len(over + under)
    assert any(
        (bar[pieces == k] > 0).mean() > 0.85 and (pieces == k)[bar > 0].mean() > 0.9 for k in (1, 2, 3)
    )


def test_the_rule_of_a_sum_in_columns_comes_off_all_digits_that_touch_it() -> None:
    mask = np.zeros((60, 200), np.uint8)
    for left in (70, 110, 150):
        cv2.line(mask, (left, 0), (left, 50), 255, PEN)
    cv2.line(mask, (2, 52), (180, 54), 255, PEN)
    pieces = pieces_of(mask, PEN, HEIGHT)
    assert pieces.max() == 4
    assert len(np.unique(pieces[50:, :60])) == 2  # the rule and the paper
    assert len(np.unique(pieces[:45])) == 4


def test_pieces_are_numbered_from_left_to_right() -> None:
    mask, _ = component("4444", 0.62)
    pieces = pieces_of(mask, PEN, HEIGHT)
    middles = [np.nonzero(pieces == k)[1].mean() for k in range(1, pieces.max() + 1)]
    assert len(middles) >= 4
    assert middles == sorted(middles)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (200, 700)])
def test_any_shape_is_accepted(shape: tuple[int, int]) -> None:
    mask = np.full(shape, 255, np.uint8)
    np.testing.assert_array_equal(pieces_of(mask, PEN, HEIGHT) > 0, mask > 0)


def test_noise_keeps_every_pixel() -> None:
    mask = (np.random.default_rng(0).random((80, 200)) < 0.6).astype(np.uint8)
    np.testing.assert_array_equal(pieces_of(mask, 3, 60) > 0, mask > 0)


def test_a_lattice_has_more_pieces_than_a_byte_tells() -> None:
    mask = np.zeros((190, 290), np.uint8)
    for k in range(3):
        mask[k::12] = mask[:, k::12] = 1
    pieces = pieces_of(mask, 3, 120)
    assert pieces.max() > 255
    np.testing.assert_array_equal(pieces > 0, mask > 0)


def test_what_is_larger_than_writing_is_left_whole() -> None:
    row = np.zeros((500, 700), np.uint8)
    row[248:253] = 1
    row[:, 50::150] = row[:, 51::150] = row[:, 52::150] = 1
    assert pieces_of(row, 5, 400.0).max() == 1
    assert pieces_of(np.ascontiguousarray(row[::2, ::2]), 2.5, 200.0).max() > 1
