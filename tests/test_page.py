"""Pages composed in a synthetic hand: which strokes make an expression, and in which order they are read."""

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from hwcalc import ReadError, page_reader, read, read_page
from hwcalc.handwriting import Hand
from hwcalc.ink import Ink
from hwcalc.item_numbers import item_numbers
from hwcalc.layout import Mark, Row, Stack
from hwcalc.page import expressions, groups, one_expression
from hwcalc.page_strokes import marks_of
from hwcalc.picture import ink_from_picture
from hwcalc.reader import read_ink
from hwcalc.written_lines import write_line, write_row

from .written import GLYPHS, drawn, sum_strokes

FloatArray = npt.NDArray[np.float64]
EM = 60.0
SUMS = ["12+34=46", "7×8=56", "90-5=85", "3+4=8", "15÷3=5", "2+2=4"]


def placed(parts: list[tuple[list[FloatArray], float, float]]) -> tuple[list[FloatArray], list[list[int]]]:
    """Expressions moved to their (x, y) in em, as strokes in pixels, and the numbers of the strokes of each."""
    strokes: list[FloatArray] = []
    numbers = []
    for part, x, y in parts:
        left = min(s[:, 0].min() for s in part)
        numbers.append(list(range(len(strokes), len(strokes) + len(part))))
        strokes += [(s + np.array([x - left, y])) * EM for s in part]
    return strokes, numbers


def page(
    texts: list[str], columns: int = 1, pitch: float = 2.5, width: float = 9.0, seed: int = 3
) -> tuple[list[FloatArray], list[list[int]]]:
    """Texts in rows of `columns`, the rows `pitch` apart."""
    hand = Hand(seed)
    return placed(
        [
            (write_line(hand, text, late=0.0)[0], width * (i % columns), pitch * (i // columns))
            for i, text in enumerate(texts)
        ]
    )


def found(strokes: list[FloatArray]) -> list[list[int]]:
    return groups(Ink.from_strokes(strokes))


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("seed", [3, 9, 11])
def test_list_columns_and_grid(columns: int, seed: int) -> None:
    strokes, numbers = page(SUMS, columns, seed=seed)
    assert found(strokes) == numbers


def test_the_rings_of_an_8_need_not_touch() -> None:
    ring = np.array(GLYPHS["0"][0])
    rings = [ring * size + (left, top) for left, top, size in ((113, 29, 29), (110, 60, 31))]
    digits = [*sum_strokes("5", 60, 30, 30), *sum_strokes("7529", 60, 160, 30)]
    assert len(marks_of(Ink.from_strokes([*digits, *rings]))) == 6


def test_crowded_rows() -> None:
    strokes, numbers = page(["42×19", "58+36", "64-28", "39+51"], pitch=1.35)
    tops = [min(strokes[i][:, 1].min() for i in row) for row in numbers]
    bottoms = [max(strokes[i][:, 1].max() for i in row) for row in numbers]
    assert any(bottom > top for bottom, top in zip(bottoms, tops[1:], strict=False)), "no rows overlap"
    assert found(strokes) == numbers


@pytest.mark.parametrize("degrees", [-5, 5])
def test_tilted(degrees: float) -> None:
    strokes, numbers = page(SUMS, columns=3)
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    assert found([s @ rotation for s in strokes]) == numbers


def test_columns_that_share_no_rows_are_read_one_after_the_other() -> None:
    hand = Hand(3)
    places = [(0.0, 2.4 * i) for i in range(4)] + [(7.5, 1.2 + 2.4 * i) for i in range(4)]
    strokes, numbers = placed([(write_line(hand, "12+34", late=0.0)[0], x, y) for x, y in places])
    assert found(strokes) == numbers


def test_one_expression() -> None:
    strokes, _ = page(["12+34="])
    assert found(strokes) == [list(range(len(strokes)))]
    (ink,) = expressions(Ink.from_strokes(strokes))
    assert len(ink.strokes) == len(strokes)


def fractions() -> Row:
    half = Stack((Mark("1", 0), Mark("2", 1)), (Mark("3", 2), Mark("5", 3)))
    return (half, Mark("+", 4), Stack((Mark("7", 5),), (Mark("9", 6),)))


def test_fractions_stay_whole() -> None:
    hand = Hand(3)
    parts = [(write_row(hand, fractions(), late=0.0)[0], 0.0, 4.0 * i) for i in range(3)]
    strokes, numbers = placed(parts)
    assert found(strokes) == numbers


def test_a_single_wide_gap_does_not_part_what_the_page_writes_wide() -> None:
    wide, _ = placed([(write_line(Hand(3), c, late=0.0)[0], 1.3 * i, 0.0) for i, c in enumerate("32+54")])
    assert len(found(wide)) == 1


def test_a_gap_where_other_lines_write_on_ends_no_column() -> None:
    hand = Hand(3)
    wide = write_line(hand, "12", late=0.0)[0] + [
        s + np.array([2.6, 0.0]) for s in write_line(hand, "+34", late=0.0)[0]
    ]
    lines = [(write_line(hand, "123456+78", late=0.0)[0], 0.0, 2.5 * i) for i in range(1, 4)]
    strokes, numbers = placed([(wide, 0.0, 0.0), *lines])
    assert found(strokes) == numbers
    assert len(found(strokes[: len(wide)])) == 2, "alone it is parted"


def test_numbers_far_apart_are_two() -> None:
    strokes, numbers = page(["12", "34"], columns=2, width=5.0)
    assert found(strokes) == numbers


def test_a_point_stays_and_a_stray_one_goes() -> None:
    strokes, numbers = page(["1.5+2", "3+4"])
    assert found(strokes) == numbers
    stray = np.array([[12 * EM, 1.0 * EM], [12 * EM + 1, 1.0 * EM]])
    assert found([*strokes, stray]) == numbers


def test_lines_of_no_writing_are_left_out() -> None:
    strokes, numbers = page(SUMS[:2])
    line = np.array([[0.0, 6 * EM], [5 * EM, 6 * EM]])
    assert found([*strokes, line]) == numbers
    assert found([line]) == [[0]], "there is nothing else"


def test_no_ink() -> None:
    assert groups(Ink(())) == []


def test_scribbles_end_in_time() -> None:
    rng = np.random.default_rng(0)
    strokes = [rng.normal(size=(5, 2)) * 20 + rng.uniform(0, 1500, 2) for _ in range(1500)]
    numbers = [i for group in found(strokes) for i in group]
    assert len(numbers) == len(set(numbers))


def sheet(texts: list[str], columns: int) -> npt.NDArray[np.uint8]:
    """A picture of a page, drawn so plainly that it is read."""
    strokes = []
    for i, text in enumerate(texts):
        strokes += sum_strokes(text, 60, 60 + 520 * (i % columns), 60 + 150 * (i // columns))
    return drawn(strokes, (60 + 520 * columns, 60 + 150 * -(-len(texts) // columns)), 5)


def test_read_page() -> None:
    texts = ["12+45=", "9-4=5", "75×2", "37+2=39"]
    readings = read_page(sheet(texts, 2))
    assert [r.text for r in readings] == texts
    for i, reading in enumerate(readings):
        left, top = 60 + 520 * (i % 2), 60 + 150 * (i // 2)
        assert left - 5 < reading.box.left < left + 30
        assert top - 10 < reading.box.top < top + 10
        assert top + 40 < reading.box.bottom < top + 80


def test_specks_of_a_picture_are_left_out() -> None:
    picture = sheet(["12+45=", "9-4=5"], 1)
    rng = np.random.default_rng(0)
    for y, x in rng.integers(10, np.array(picture.shape) - 10, (25, 2)):
        picture[y : y + 3, x : x + 3] = 60
    assert len(expressions(ink_from_picture(picture))) == 2


def test_a_large_point_before_or_behind_a_number_is_no_speck() -> None:
    for x, text in ((95, "5+45"), (365, "45+5")):
        picture = drawn(sum_strokes(text, 60, 110, 60), (460, 180), 5)
        cv2.circle(picture, (x, 115), 5, (40,), -1)
        assert [len(group) for group in groups(ink_from_picture(picture))] == [5]


def test_frames_and_many_specks() -> None:
    texts = ["12+45=", "9-4=5", "75×2", "37+2=39"]
    picture = sheet(texts, 2)
    height, width = picture.shape
    cv2.rectangle(picture, (8, 8), (width - 8, height - 8), 40, 4)
    cv2.line(picture, (width // 2 - 5, 8), (width // 2 - 5, height - 8), 40, 4)
    rng = np.random.default_rng(0)
    for y, x in rng.integers(20, np.array(picture.shape) - 20, (60, 2)):
        if picture[y - 12 : y + 16, x - 12 : x + 16].min() > 200:
            picture[y : y + 4, x : x + 4] = 60
    assert [r.text for r in read_page(picture)] == texts


def test_a_page_of_nothing() -> None:
    with pytest.raises(ReadError, match="no ink found"):
        read_page(np.full((400, 300), 240, np.uint8))


@pytest.mark.parametrize("source", ["nothing.png", b"no picture", np.zeros((4, 4), np.uint8), 5])
def test_bad_input(source: object) -> None:
    with pytest.raises(ReadError) as error:
        read_page(source)
    assert "\n" not in str(error.value)


def test_item_numbers_with_brackets() -> None:
    readings = [read_ink(write_line(Hand(3), text, late=0.0)[0]) for text in ("1212", "123", "234")]
    assert item_numbers(readings, ["1)1", "12)", "2(3"]) == [2, 3, 0]
    assert item_numbers(readings, [")12", "-)2", "2"]) == [0, 0, 0]


COUNTED = ["11   12+3", "41   45-6", "31   7+8", "51   7+8"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("21   9+1", 2), ("31   9+1", 0), ("91   9+1", 0), ("2+   9+1", 0), ("219+1", 0)],
    ids=["lacking", "there already", "not in turn", "a sign", "no room"],
)
def test_numbers_that_count_on_are_those_of_items(text: str, length: int) -> None:
    readings = [read_ink(write_line(Hand(3), text, late=0.0)[0]) for text in [*COUNTED, text]]
    looks = [["1", ")"], ["4", ")"], ["3", ")"], ["5", "1"], [text[0], "1"]]
    lengths = item_numbers(readings, looks)
    assert lengths[:3] == [2, 2, 2]
    assert lengths[4] == length


def test_items_may_have_letters() -> None:
    texts = ["0   12+3", "0245-6", "07+8", "0   9+1"]
    readings = [read_ink(write_line(Hand(3), text, late=0.0)[0]) for text in texts]
    looks = [["0", "1", "2"], [".", ")", "4"], [".)", "7"], ["()", "9"]]
    assert item_numbers(readings, looks) == [1, 2, 1, 1]
    assert item_numbers(readings[:2], looks[:2]) == [0, 2], "too few to count"


def test_the_letters_of_items_are_not_read_with_them() -> None:
    ring, back = np.array(GLYPHS["0"][0]), np.array([(100, 22), (100, 52), (108, 60)])
    texts = ["7+2=9", "4-3=1", "5+4=9"]
    strokes: list[FloatArray] = []
    for top, text in zip((60, 210, 360), texts, strict=True):
        strokes += [ring * 36 + (66, top + 24), back + np.array([0, top]), closing_bracket(118, top - 10)]
        strokes += sum_strokes(text, 60, 190, top)
    assert [reading.text for reading in read_page(drawn(strokes, (600, 560), 5))] == texts


@pytest.mark.parametrize("room", [30, 160])
def test_the_ringed_numbers_of_items_are_not_read_with_them(room: int) -> None:
    ring = np.array(GLYPHS["0"][0]) * 90 + (40, 0)
    texts = ["7+2=9", "4-3=1", "15+4=19"]
    strokes: list[FloatArray] = []
    for number, top, text in zip("123", (60, 210, 360), texts, strict=True):
        strokes += [ring + np.array([0, top - 15]), *sum_strokes(number, 50, 66, top + 5)]
        strokes += sum_strokes(text, 60, 120 + room, top)
    assert [reading.text for reading in read_page(drawn(strokes, (760, 560), 5))] == texts


def test_item_numbers_in_rings() -> None:
    readings = [read_ink(write_line(Hand(3), text, late=0.0)[0]) for text in ("123+4", "2+3", "3", "4", "5")]
    looks = [["1"], ["2"], ["3"], ["4"], ["5"]]
    numbers = [1, 0, 1, 1, 1]  # where a sign follows it is a number in the box of a worksheet
    assert item_numbers(readings, looks, [1, 1, 1, 1, 1]) == numbers
    assert item_numbers(readings[2:4], looks[2:4], [1, 1]) == [0, 0], "too few to count"


def test_item_numbers_with_points_need_company() -> None:
    hand = Hand(5)
    texts = ["1.   12+3", "2.   45-6", "3.   7+8"]
    readings = [read_ink(write_line(hand, text, late=0.0)[0]) for text in texts]
    looks = ["1.1", "2.4", "3.7"]
    assert [r.text[:2] for r in readings] == ["1.", "2.", "3."]
    assert item_numbers(readings, looks) == [2, 2, 2]
    assert item_numbers(readings[:1], looks[:1]) == [0]


@pytest.mark.parametrize(
    "texts",
    [["1.   12+3", "5.   45-6", "9.   7+8"], ["1.2+3", "2.4-6", "3.7+8"]],
    ids=["not in turn", "no room"],
)
def test_other_points_number_no_items(texts: list[str]) -> None:
    hand = Hand(5)
    readings = [read_ink(write_line(hand, text, late=0.0)[0]) for text in texts]
    assert [r.text[1] for r in readings] == ["."] * 3
    assert item_numbers(readings, [text.replace(" ", "")[:3] for text in texts]) == [0, 0, 0]


def test_the_numbers_of_items_are_not_read_with_them() -> None:
    hand = Hand(5)
    strokes = []
    for i, text in enumerate(["1)  23+45", "2)  67-5", "3)  8+4"]):
        strokes += [s * EM + (60, 120 + 140 * i) for s in write_line(hand, text, late=0.0)[0]]
    assert [r.text for r in read_page(drawn(strokes, (800, 500), 4))] == ["23+45", "67-5", "8+4"]


def test_specks_are_no_part_of_the_one_expression() -> None:
    picture = drawn(sum_strokes("12+45", 60, 60, 60), (500, 180), 5)
    points = drawn(sum_strokes("1.5÷2", 60, 60, 60), (500, 180), 5)
    assert len(one_expression(ink_from_picture(points)).strokes) == 7, "points and dots stay"
    for y, x in ((80, 180), (126, 218), (20, 460)):  # between 2 and +, under the +, in a corner
        speckled = picture.copy()
        speckled[y : y + 5, x : x + 5] = 40
        found = ink_from_picture(speckled)
        assert len(found.strokes) == 6
        assert len(one_expression(found).strokes) == 5, (y, x)
    assert len(one_expression(Ink(())).strokes) == 0


def test_a_digit_and_its_bracket_may_have_been_read_as_one_symbol() -> None:
    hand = Hand(3)
    readings = [read_ink(write_line(hand, text, late=0.0)[0]) for text in ("09×7", "12)3+4", "021×8")]
    assert item_numbers(readings, [["2)", "9"], ["1", "2)", "3"], ["8", "2", "1"]]) == [1, 2, 0]


def test_an_item_number_close_to_its_bracket() -> None:
    texts = [f"{number})" for number in range(2, 6)]
    strokes: list[FloatArray] = []
    for row, text in enumerate(texts):
        number, bracket = sum_strokes(text[0], 60, 60, 60 + 150 * row), closing_bracket(105, 50 + 150 * row)
        strokes += [*number, bracket, *sum_strokes("7+2=9", 60, 160, 60 + 150 * row)]
    assert [reading.text for reading in read_page(drawn(strokes, (560, 700), 5))] == ["7+2=9"] * 4


def closing_bracket(left: float, top: float) -> FloatArray:
    """A closing bracket, 80 high."""
    turn = np.linspace(0, np.pi, 20)
    return np.stack([left + 12 * np.sin(turn), top + 40 - 40 * np.cos(turn)], axis=1)


def test_points_under_the_digits_of_another_row_are_no_specks() -> None:
    rows = [*sum_strokes("295", 60, 60, 40), *sum_strokes("3.7", 60, 60, 125)]
    picture = drawn(rows, (300, 240), 4)
    assert len(one_expression(ink_from_picture(picture)).strokes) == 6


def test_a_number_whose_bracket_was_misread_follows_from_the_others() -> None:
    hand = Hand(3)
    texts = ["1)   12+3", "2)   45-6", "3)   7+8", "0   7+8", "51+8"]
    readings = [read_ink(write_line(hand, text, late=0.0)[0]) for text in texts]
    looks = ["1)1", "2)4", "3)7", "07+", "51+"]
    assert item_numbers(readings, looks) == [2, 2, 2, 1, 0]
    assert item_numbers(readings[1:], looks[1:]) == [2, 2, 0, 0], "too few to count"


def test_a_grid_filled_by_hand_is_read_row_by_row() -> None:
    hand = Hand(3)
    drop = [0.0, 0.7, -0.3, 0.6, -0.5, 0.5, 0.2, -0.5, 0.6]
    parts = [
        (write_line(hand, "12+34", late=0.0)[0], 9.0 * (i % 3), 5.0 * (i // 3) + off)
        for i, off in enumerate(drop)
    ]
    strokes, numbers = placed(parts)
    assert found(strokes) == numbers


@pytest.mark.parametrize("place", [(116, 50), (116, 385)])
def test_a_speck_before_or_behind_a_number_is_no_point(place: tuple[int, int]) -> None:
    picture = drawn(sum_strokes("45+37", 60, 60, 60), (500, 180), 5)
    y, x = place
    picture[y : y + 5, x : x + 5] = 40
    ink = ink_from_picture(picture)
    assert len(one_expression(ink).strokes) == len(ink.strokes) - 1 == 5


def test_a_speck_within_a_digit_is_no_part_of_it_and_no_point() -> None:
    picture = drawn(sum_strokes("39+1", 60, 60, 60), (400, 180), 5)
    whole = one_expression(ink_from_picture(picture))
    picture[108:113, 136:141] = 40  # under the ring of the 9
    speckled = ink_from_picture(picture)
    assert len(speckled.strokes) == len(whole.strokes) + 1
    assert [s.box for s in one_expression(speckled).strokes] == [s.box for s in whole.strokes]


@pytest.mark.parametrize(
    ("sign", "size", "pen"), [*((sign, size, 4) for sign in "+-×" for size in (0.3, 0.4)), ("×", 0.3, 6)]
)
def test_a_sign_as_small_as_a_comma_is_no_speck(sign: str, size: float, pen: float) -> None:
    height = 60
    small = sum_strokes(sign, size * height / 0.7, 2.2 * height, (1 - size / 1.4) * height)
    digits = sum_strokes("4", height, height / 2, height / 2) + sum_strokes(
        "7", height, 3.5 * height, height / 2
    )
    ink = ink_from_picture(drawn(digits + small, (5 * height, 2 * height), pen))
    assert len(one_expression(ink).strokes) == len(ink.strokes) >= 3
    (numbers,) = groups(ink)
    assert len(numbers) == len(ink.strokes)


@pytest.mark.parametrize(("radius", "height", "doubtful"), [(9, 0.5, True), (9, 3.0, False), (2, 0.5, False)])
def test_a_reading_that_leaves_out_ink_as_large_as_a_sign_is_doubtful(
    radius: int, height: float, doubtful: bool
) -> None:
    size = 60
    strokes = sum_strokes("2+5", size, size, 4 * size)
    picture = drawn(strokes, (6 * size, 6 * size), 5)
    clean = read(picture)
    cv2.circle(picture, (round(1.4 * size), round((4 - height) * size)), radius, (40,), -1)
    blotted = read(picture)
    assert clean.text == blotted.text == "2+5"
    assert (clean.doubtful, blotted.doubtful) == (False, doubtful)
    (on_page,) = read_page(picture)
    assert (on_page.text, on_page.doubtful) == ("2+5", doubtful)


def test_equations_beside_each_other_are_not_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [replace(read_ink(sum_strokes("2+2=4", 60, x, 60)), confidence=0.5) for x in (0, 420)]
    monkeypatch.setattr(page_reader, "_together", None)
    assert len(list(page_reader._ending([0, 1], 2, readings))) == 1


@pytest.mark.parametrize("parts", [[60] * 12, [2] * 600])
def test_text_and_textures_are_told_at_once(parts: list[int]) -> None:
    dot = Ink.from_strokes([[[0.0, 0.0], [1.0, 1.0]]])
    assert page_reader._is_text_or_texture([replace(dot, strokes=dot.strokes * n) for n in parts])
    assert not page_reader._is_text_or_texture([replace(dot, strokes=dot.strokes * 20) for _ in range(72)])


def test_a_page_of_text_is_no_page_of_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reader, "_MANY", 10)
    monkeypatch.setattr(page_reader, "_LINE", 3)
    with pytest.raises(ReadError, match="text or a texture"):
        read_page(sheet(["12+45=", "9-4=5"], 1))
