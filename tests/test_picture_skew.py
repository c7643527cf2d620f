"""hwcalc.picture_skew and what the reader makes of it: pictures that lie askew, sideways or upside down."""

import cv2
import numpy as np
import pytest

from hwcalc import read, read_page
from hwcalc.ink import ByteArray, piece
from hwcalc.picture import ink_of, writing
from hwcalc.picture_skew import skew

from .written import drawn, sum_picture, sum_strokes


def turned(picture: ByteArray, degrees: float) -> ByteArray:
    """Counter-clockwise."""
    padded = np.pad(picture, picture.shape[1] // 5, constant_values=225)
    height, width = padded.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(
        cv2.warpAffine(padded, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(225,))
    )


def sheet(texts: list[str]) -> ByteArray:
    strokes = [s for i, text in enumerate(texts) for s in sum_strokes(text, 60, 60, 60 + 150 * i)]
    return drawn(strokes, (800, 60 + 150 * len(texts)), 5)


TEXTS = ["12+45=", "9-4=5", "75×2", "37+2=39"]


@pytest.mark.parametrize("degrees", [-15, -6, 0, 6, 15])
def test_skew(degrees: float) -> None:
    for picture in (sum_picture("12+45=57"), sheet(TEXTS)):
        assert skew(ink_of(writing(turned(picture, degrees))).strokes) == pytest.approx(degrees, abs=1.5)


def test_little_or_scattered_ink_has_no_skew() -> None:
    mask = np.full((20, 10), 255, np.uint8)
    assert skew([piece(mask, 0, 0)]) == 0
    assert skew([piece(mask, 0, 0), piece(mask, 30, 5)]) == 0
    rng = np.random.default_rng(0)
    assert skew([piece(mask, int(x), int(y)) for x, y in rng.integers(0, 1000, (300, 2))]) == 0


@pytest.mark.parametrize("degrees", [-14, -8, 8, 14])
def test_skewed_pictures_are_read(degrees: float) -> None:
    reading = read(turned(sum_picture("12+45=57"), degrees))
    assert reading.text == "12+45=57"
    assert [r.text for r in read_page(turned(sheet(TEXTS), degrees))] == TEXTS


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_pictures_are_read_and_their_boxes_lead_back(turns: int) -> None:
    straight = sum_picture("12+45=57")
    picture = np.ascontiguousarray(np.rot90(straight, turns))
    reading = read(picture)
    assert reading.text == "12+45=57"
    left, top, right, bottom = (round(v) for v in reading.symbols[0].box)
    assert picture[top : bottom + 1, left : right + 1].min() < 100
    assert (right - left > bottom - top) == (turns != 2), "a 1 that lies"
    assert (left > picture.shape[1] / 2) == (turns == 2)
    assert read(picture, fixed={frozenset(reading.symbols[0].strokes): "7"}).text == "72+45=57"


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_pages_are_read(turns: int) -> None:
    assert [r.text for r in read_page(np.ascontiguousarray(np.rot90(sheet(TEXTS), turns)))] == TEXTS
