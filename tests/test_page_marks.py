"""The marked page: what is drawn where, in which colour."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hwcalc.ink import Box
from hwcalc.page_marks import DOUBTFUL, READ, RIGHT, WRONG, _mark, annotate
from hwcalc.reader import Reading, Symbol, evaluate

BOX = Box(60, 40, 200, 80)


def marked(text: str, doubtful: bool = False, box: Box = BOX) -> Image.Image:
    reading = replace(evaluate(text), box=box, doubtful=doubtful)
    return annotate(np.full((160, 400, 3), 255, np.uint8), [reading])


def colour_of(image: Image.Image) -> object:
    """The most frequent one but white."""
    found = image.getcolors(1 << 16)
    assert found is not None
    return max(entry for entry in found if entry[1] != (255, 255, 255))[1]


@pytest.mark.parametrize(
    ("text", "doubtful", "colour"),
    [
        ("2+3=5", False, RIGHT),
        ("2+3=6", False, WRONG),
        ("2+3=", False, READ),
        ("√2", False, READ),
        ("2+", False, READ),
        ("?+3=10", False, READ),
        ("2+3=6", True, DOUBTFUL),
        ("7÷2", True, DOUBTFUL),
    ],
)
def test_colours(text: str, doubtful: bool, colour: tuple[int, int, int]) -> None:
    assert colour_of(marked(text, doubtful)) == colour


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2+3=", "2+3 = 5"),
        ("5", "5"),
        ("1÷3", "1/3 = 1/3 ~ 0.333333"),
        ("√2", "sqrt2 ~ 1.4142135623731"),
        ("?+3=10", "?+3=10, ? = 7"),
        ("2x+3=11", "2x+3=11, x = 4"),
        ("?²=9", "?^2=9, ? = -3 or 3"),
        ("1÷0", "1/0"),
        ("2+3=6", "2+3=6, false: 2+3 is 5"),
    ],
)
def test_what_is_said_is_in_letters_that_the_font_has(text: str, label: str) -> None:
    assert _mark(evaluate(text)).label == label


def test_the_writing_stays_to_be_seen() -> None:
    inside = np.asarray(marked("2+3=5").crop((60, 40, 200, 80)))
    assert (inside == 255).all()


def test_only_sums_with_an_answer_are_ticked() -> None:
    beside = (210, 40, 240, 80)
    assert (np.asarray(marked("2+3=5").crop(beside)) < 255).any()
    assert (np.asarray(marked("2+3=6").crop(beside)) < 255).any()
    assert (np.asarray(marked("2+3=").crop(beside)) == 255).all()


@pytest.mark.parametrize("text", ["2+3=5", "2+3=6"])
def test_writing_as_large_as_on_a_photograph(text: str) -> None:
    symbols = tuple(
        Symbol(c, Box(100 + 150 * i, 100, 200 + 150 * i, 300), 1.0, ((c, 1.0),), (i,))
        for i, c in enumerate(text)
    )
    box = Box(100, 100, symbols[-1].box.right, 300)
    reading = replace(evaluate(text), box=box, symbols=symbols)
    image = annotate(np.full((500, 1200), 255, np.uint8), [reading])
    assert (np.asarray(image)[100:300, 890:1000] < 255).any()


@pytest.mark.parametrize("box", [Box(0, 0, 30, 20), Box(360, 130, 400, 160), Box(0, 0, 400, 160)])
def test_at_the_edges(box: Box) -> None:
    image = marked("12×34=408", box=box)
    assert image.size == (400, 160)
    assert colour_of(image) == RIGHT


def test_grey_pictures_and_none() -> None:
    picture = np.full((50, 60), 90, np.uint8)
    none: list[Reading] = []
    image = annotate(picture, none)
    assert image.mode == "RGB"
    assert (np.asarray(image) == 90).all()
