"""hwcalc.picture: the strokes that were drawn are found, whatever happened to the paper."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from hwcalc.ink import Box, Ink, ReadError
from hwcalc.picture import ink_from_picture, ink_of, writing
from hwcalc.picture_light import dark_on_light

from .written import drawn, sum_picture, sum_strokes

# Connected components of each glyph as drawn.
PIECES = {"=": 2, "÷": 3}


def expected_pieces(text: str) -> int:
    return sum(PIECES.get(c, 1) for c in text)


def assert_found(picture: np.ndarray, text: str) -> Ink:
    ink = ink_from_picture(picture)
    assert len(ink.strokes) == expected_pieces(text)
    return ink


def test_each_stroke_is_a_piece_in_order() -> None:
    ink = assert_found(sum_picture("12+3=4.5"), "12+3=4.5")
    lefts = [s.box.left for s in ink.strokes]
    assert lefts == sorted(lefts)
    assert ink.pen_width == pytest.approx(5, abs=1)


def test_masks_hold_only_their_own_ink() -> None:
    ink = ink_from_picture(sum_picture("0-0"))
    for stroke in ink.strokes:
        assert stroke.mask is not None
        assert stroke.mask.shape == (stroke.box.height, stroke.box.width)
        assert set(np.unique(stroke.mask)) <= {0, 255}
        for edge in (stroke.mask[0], stroke.mask[-1], stroke.mask[:, 0], stroke.mask[:, -1]):
            assert edge.any()


@pytest.mark.parametrize("height", [18, 60, 300])
def test_boxes_lead_back_to_the_picture(height: int) -> None:
    pen = height / 12
    ink = ink_from_picture(sum_picture("12+3", height, pen))
    stroke = sum_strokes("12+3", height, height / 2, height / 2)[1]
    box = ink.in_picture(ink.strokes[1].box)
    low, high = stroke.min(axis=0) - pen / 2, stroke.max(axis=0) + pen / 2
    np.testing.assert_allclose(box, [*low, *high], atol=max(1.5, height / 40))
    assert ink.pen_width == pytest.approx(5, abs=2.5)


@pytest.mark.parametrize("shape", [(200, 200), (200, 200, 3)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_paper_has_no_ink(shape: tuple[int, ...], level: int) -> None:
    with pytest.raises(ReadError, match="no ink"):
        ink_from_picture(np.full(shape, level, np.uint8))


def test_black_with_a_light_edge_has_no_ink() -> None:
    picture = np.zeros((300, 771), np.uint8)
    picture[:, -1] = 255  # a column that the thumbnail of the paper has no room for
    with pytest.raises(ReadError, match="no ink"):
        ink_from_picture(picture)


def test_grainy_paper_has_no_ink() -> None:
    paper = np.random.default_rng(0).normal(200, 12, (400, 600)).clip(0, 255).astype(np.uint8)
    with pytest.raises(ReadError, match="no ink"):
        ink_from_picture(paper)


def test_colour_and_grey_agree() -> None:
    grey = sum_picture("7-4")
    assert_found(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), "7-4")


def test_blackboard() -> None:
    assert_found(255 - sum_picture("12+3=4.5"), "12+3=4.5")
    assert_found(sum_picture("7÷2", ink=230, paper=60), "7÷2")


def noisy(picture: np.ndarray, sigma: float) -> np.ndarray:
    return np.clip(picture + np.random.default_rng(0).normal(0, sigma, picture.shape), 0, 255).astype(
        np.uint8
    )


def in_shadow(picture: np.ndarray) -> np.ndarray:
    light = 0.5 + 0.5 / (1 + np.exp(-np.linspace(-12, 12, picture.shape[1])))
    return (picture * light).astype(np.uint8)


def compressed(picture: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(in_shadow, id="shadow"),
        pytest.param(lambda p: cv2.GaussianBlur(p, (0, 0), 2), id="blur"),
        pytest.param(lambda p: noisy(p, 20), id="noise"),
        pytest.param(lambda p: compressed(p, 20), id="jpeg"),
        pytest.param(lambda p: noisy(in_shadow(p // 4 + 140), 3), id="pencil"),
        pytest.param(lambda p: noisy(255 - in_shadow(p), 5), id="blackboard"),
        pytest.param(
            lambda p: cv2.resize(p, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), id="quarter"
        ),
        pytest.param(lambda p: cv2.resize(p, None, fx=4, fy=4), id="fourfold"),
        pytest.param(lambda p: noisy(np.pad(p, ((400, 500), (300, 700)), constant_values=225), 5), id="page"),
    ],
)
def test_harm_that_is_survived(harm: Callable[[np.ndarray], np.ndarray]) -> None:
    assert_found(harm(sum_picture("12+3=4.5")), "12+3=4.5")


@pytest.mark.parametrize(("table", "out"), [(50, 0), (155, 0), (50, 120)])
def test_a_sheet_on_a_darker_table(table: int, out: int) -> None:
    sheet = np.pad(sum_picture("7-4"), 150, constant_values=225)
    scene = np.random.default_rng(0).normal(0, 80, (sheet.shape[0] + 200, sheet.shape[1] + 200))
    scene = table + cv2.GaussianBlur(scene, (0, 0), 2)
    scene[100:-100, 100:-100] = sheet
    assert_found(scene[out:].clip(0, 255).astype(np.uint8), "7-4")


def test_a_light_spot_is_no_sheet() -> None:
    picture = np.pad(sum_picture("7-4", ink=20, paper=110), 150, constant_values=110)
    cv2.circle(picture, (80, 80), 60, 230, -1)
    assert_found(picture, "7-4")


def test_what_a_paler_pen_wrote_beside_is_ink() -> None:
    dark, pale = (sum_picture("12+3=15", ink=ink) for ink in (20, 155))
    both = np.hstack([dark[:, :266], pale[:, 266:]])
    assert_found(np.pad(both, 200, constant_values=225), "12+3=15")
    page = np.vstack([np.hstack([dark, both])] * 6)
    assert_found(np.pad(page, 200, constant_values=225), "12+3=15" * 12)


def test_specks_and_stains_are_dropped() -> None:
    picture = np.pad(sum_picture("7-4"), 300, constant_values=225)
    picture[40:42, 10:12] = 60
    picture[300:400, :30] = 90  # a finger at the border
    assert_found(picture, "7-4")


def test_a_chip_is_part_of_what_it_broke_off() -> None:
    picture = sum_picture("7-4")
    gap = 95 + int(np.flatnonzero((picture[:, 95:150] < 100).any(axis=0)).max()) - 7
    picture[:, gap : gap + 2] = 225
    assert_found(picture, "7-4")


def test_a_point_at_a_foot_or_over_a_bar_is_no_chip() -> None:
    bar = drawn([np.array([[30.0, 60.0], [80.0, 60.0]])], (110, 120), 5)
    bar[48:55, 52:59] = 40
    seven = sum_picture("7")
    y, x = np.nonzero(seven < 100)
    foot = int(x[y > y.max() - 5].max()) + 3
    seven[y.max() - 6 : y.max() + 1, foot : foot + 7] = 40
    for picture in (bar, seven):
        assert len(ink_from_picture(picture).strokes) == 2


def test_the_dots_of_a_colon_beside_a_digit_are_no_chips() -> None:
    five = sum_picture("5")
    left = int(np.flatnonzero((five < 100).any(axis=0)).min())
    for row in (50, 75):
        five[row : row + 6, left - 9 : left - 3] = 40
    assert len(ink_from_picture(five).strokes) == 3


def test_a_texture_is_not_writing() -> None:
    squares = np.indices((900, 1200)).sum(axis=0) // 6 % 2 * np.uint8(200)
    with pytest.raises(ReadError):
        ink_from_picture(np.where(np.indices((900, 1200))[0] // 6 % 2, squares, 0).astype(np.uint8))


def test_extreme_shapes_do_not_fail() -> None:
    wide = np.full((8, 40_000), 255, np.uint8)
    wide[3:5, 100:200] = 0
    assert len(ink_from_picture(wide).strokes) == 1


@pytest.mark.parametrize("degrees", [-90.0, -12.0, 20.0, 180.0])
def test_turned(degrees: float) -> None:
    straight, found = sum_picture("12+3"), writing(sum_picture("12+3"))
    turned = ink_of(found, degrees)
    # what lies on its side may be cut
    assert len({stroke.component for stroke in turned.strokes}) == expected_pieces("12+3")
    for stroke in turned.strokes:
        x, y = Box(*turned.in_picture(stroke.box)).center
        assert straight[round(y) - 20 : round(y) + 20, round(x) - 20 : round(x) + 20].min() < 100
    upright = ink_of(found)
    back = turned.in_picture(turned.box)
    np.testing.assert_array_less(upright.in_picture(upright.box)[2:], np.add(back[2:], 3))
    assert (turned.box.width < turned.box.height) == (abs(degrees) == 90)


@pytest.mark.parametrize("text", ["00", "53-0", "4+47"])
@pytest.mark.parametrize("chalk", [False, True])
def test_bold_writing_that_fills_its_picture_is_not_taken_for_its_negative(text: str, chalk: bool) -> None:
    picture = sum_picture(text, 50, 9)[15:-15]
    found = ink_from_picture(255 - picture if chalk else picture)
    assert len(found.strokes) == len(text)


def test_a_narrow_strip_of_the_table_is_no_ink() -> None:
    sheet = np.pad(sum_picture("7-4"), 150, constant_values=225)
    scene = np.pad(sheet, ((12, 100), (100, 100)), constant_values=50)
    assert_found(scene, "7-4")


def test_the_lines_of_a_sheet_on_a_table_go() -> None:
    sheet = np.pad(sum_picture("7-4"), ((100, 150), (200, 150)), constant_values=225)
    sheet[20::40] = np.minimum(sheet[20::40], 190)
    sheet[:, 120:122] = np.minimum(sheet[:, 120:122], 60)  # the margin
    assert_found(np.pad(sheet, 60, constant_values=50), "7-4")


def test_glare_is_no_chalk() -> None:
    picture = np.pad(sum_picture("90+53=", 50, 3.5, 60, 190), 45, constant_values=190).astype(np.float64)
    y, x = np.indices(picture.shape)
    glare = np.exp(-(((x - 0.6 * picture.shape[1]) / 70) ** 2) - ((y - 95) / 45) ** 2)
    shining = np.clip(picture + 120 * glare, 0, 255).astype(np.uint8)
    assert dark_on_light(shining) is shining
    board = 255 - picture.astype(np.uint8)
    assert dark_on_light(board) is not board
