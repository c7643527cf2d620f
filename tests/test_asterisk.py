"""hwcalc.asterisk: an asterisk in a picture multiplies, and nothing else gets arms."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hwcalc import read
from hwcalc.asterisk import ARMS, arms, with_asterisks
from hwcalc.glyphs import default_classifier
from hwcalc.ink import ByteArray, Ink
from hwcalc.segment import candidates, unit_height

from .written import GLYPHS, drawn, sum_strokes


def star(lines: int, size: int = 60, pen: int = 5, middle: float = 0.5) -> ByteArray:
    """Straight lines through one point, bright on black."""
    picture = np.zeros((size, size), np.uint8)
    at = np.array([size / 2, size * middle])
    for turn in np.pi * np.arange(lines) / lines:
        reach = (size / 2 - pen) * np.array([np.cos(turn), np.sin(turn)])
        ends = [tuple(np.rint(at + way * reach).astype(int).tolist()) for way in (1, -1)]
        cv2.line(picture, *ends, 255, pen)
    return picture


@pytest.mark.parametrize("pen", [2, 5, 8])
@pytest.mark.parametrize("size", [30, 60, 200])
def test_arms_are_counted(size: int, pen: int) -> None:
    pen = max(1, pen * size // 60)
    assert [arms(star(lines, size, pen)) for lines in (1, 2, 3)] == [2, 4, 6]


@pytest.mark.parametrize("middle", [0.44, 0.56])
def test_arms_that_meet_off_the_middle(middle: float) -> None:
    assert arms(star(3, middle=middle)) >= ARMS


@pytest.mark.parametrize("glyph", list("0123457+-×"))
def test_other_glyphs_have_fewer(glyph: str) -> None:
    strokes = sum_strokes(glyph, 60, 10, 10)
    assert arms(255 - drawn(strokes, (80, 80), 5, 0, 255)) < ARMS


def asterisk_sum(left: str, right: str) -> ByteArray:
    """An asterisk between two digits."""
    turns = np.pi / 3 * np.arange(3) + np.pi / 2
    lines = [
        np.array([[102 + 16 * way * np.cos(t), 60 + 16 * way * np.sin(t)] for way in (1, -1)]) for t in turns
    ]
    strokes = [*sum_strokes(left, 60, 20, 30), *lines, *sum_strokes(right, 60, 140, 30)]
    return drawn(strokes, (220, 120), 5)


@pytest.mark.parametrize(("left", "right"), [("2", "4"), ("7", "3"), ("3", "2")])
def test_an_asterisk_multiplies(left: str, right: str) -> None:
    assert read(asterisk_sum(left, right)).text == f"{left}×{right}"


def test_what_is_known_stays_and_probabilities_add_up() -> None:
    ink = read(asterisk_sum("2", "4")).source.ink  # type: ignore[union-attr]
    unit = unit_height([stroke.box for stroke in ink.strokes])
    groups = candidates(ink, unit)
    labels = default_classifier().labels
    own = np.log(np.full((len(groups), len(labels)), 1 / len(labels)))
    found = with_asterisks(ink, unit, groups, own, labels)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-5)
    changed = [
        g.strokes for g, before, after in zip(groups, own, found, strict=True) if (before != after).any()
    ]
    (strokes,) = changed
    assert len({ink.strokes[i].component for i in strokes}) == 1, (
        "the asterisk, which is cut, and no part of it"
    )
    assert labels[int(found[[g.strokes for g in groups].index(strokes)].argmax())] == "×"
    assert with_asterisks(ink, unit / 3, groups, own, labels) is own, "larger than a digit"
    known = own[:, :2]
    assert with_asterisks(ink, unit, groups, known, "0×") is known, "a model without junk"
    sure = own.copy()
    sure[:, labels.index("#")] = -20
    assert with_asterisks(ink, unit, groups, sure, labels) is sure


@pytest.mark.parametrize(("known", "label"), [(0.6, "×"), (0.97, "8")])
def test_what_is_clearly_another_symbol_stays_one(known: float, label: str) -> None:
    ink = read(asterisk_sum("2", "4")).source.ink  # type: ignore[union-attr]
    groups = candidates(ink, unit_height([stroke.box for stroke in ink.strokes]))
    place = [group.strokes for group in groups].index((1,))
    own = np.log(np.tile([known, 0.995 - known, 0.005], (len(groups), 1)))
    found = with_asterisks(ink, 60, groups, own, "8#×")
    assert "8#×"[int(found[place].argmax())] == label


def test_pen_strokes_are_left_alone() -> None:
    ink = Ink.from_strokes([np.array(stroke) for stroke in GLYPHS["4"]])
    groups = candidates(ink, 1.0)
    own = np.zeros((len(groups), 2))
    assert with_asterisks(ink, 1.0, groups, own, "#×") is own
