"""A marked page: the picture with a box around every expression, what it says, and a tick or a cross.

In flow a picture and its readings; out flows a new picture. A sum that carries an answer, such as 2+3=5, is
ticked or crossed; of one that does not, the answer is written behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from .ink import ByteArray
from .layout import EMPTY_BOX

if TYPE_CHECKING:
    from .reader import Reading

_Colour: TypeAlias = tuple[int, int, int]
_Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

RIGHT: _Colour = (0, 130, 50)
WRONG: _Colour = (200, 20, 30)
READ: _Colour = (20, 90, 200)
DOUBTFUL: _Colour = (200, 120, 0)

# A sign as lines between points in a square of side 1.
_TICK = (((0.05, 0.55), (0.35, 0.9), (0.95, 0.1)),)
_CROSS = ((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9))


class _Mark(NamedTuple):
    colour: _Colour
    label: str
    lines: tuple[tuple[tuple[float, float], ...], ...]


def annotate(picture: ByteArray, readings: Sequence[Reading]) -> Image.Image:
    """Draw readings onto the picture they were found in.

    Parameters
    ----------
    picture : uint8 (h, w) grey or (h, w, 3) RGB
        As from `open_picture`.
    readings : sequence of Reading
        As from `read_page`.

    Returns
    -------
    PIL.Image.Image
        RGB, of the same size. Green and ticked: an equation that is true. Red and crossed: one that is not,
        with what would be. Blue: an expression with its answer. Orange, with a `?`: look before you trust it.
    """
    image = Image.fromarray(picture).convert("RGB")
    draw = ImageDraw.Draw(image)
    heights = sorted(s.box.height for r in readings for s in r.symbols if s.label.isdigit())
    size = max(12.0, 0.5 * heights[len(heights) // 2]) if heights else 12.0
    font = ImageFont.load_default(size)
    line = max(1, round(size / 12))
    for reading in readings:
        mark = _mark(reading)
        left, top, right, bottom = (float(v) for v in reading.box)
        margin = size / 3
        frame = (
            max(0.0, left - margin),
            max(0.0, top - margin),
            min(image.width - 1.0, right + margin),
            min(image.height - 1.0, bottom + margin),
        )
        draw.rectangle(frame, outline=mark.colour, width=line)
        _write(draw, mark.label, frame, mark.colour, font)
        x, y = min(frame[2] + size / 4, image.width - size), (top + bottom - size) / 2
        for path in mark.lines:
            points = [(x + u * size, y + v * size) for u, v in path]
            draw.line(points, fill=mark.colour, width=2 * line, joint="curve")
    return image


def _mark(reading: Reading) -> _Mark:
    """How an expression is shown."""
    question = " ?" if reading.doubtful else ""
    if isinstance(reading.value, bool):
        colour, lines = (RIGHT, _TICK) if reading.value else (WRONG, _CROSS)
        said = "" if reading.value else f", {reading.answer}"
        return _Mark(DOUBTFUL if question else colour, _printable(f"{reading.text}{said}{question}"), lines)
    text = reading.text.rstrip("=")
    answer = f" = {reading.answer}" if reading.answer and reading.value is not None else ""
    answer = answer.replace("= ≈", "≈") if reading.answer != text else ""
    if reading.unknown:
        answer = f", {reading.answer}"
    return _Mark(DOUBTFUL if question else READ, _printable(f"{text}{answer}{question}"), ())


def _printable(text: str) -> str:
    """`text` in the characters that Pillow's own font has."""
    for sign, plain in (("≈", "~"), (EMPTY_BOX, "?"), ("√", "sqrt"), ("×", "x"), ("÷", "/"), ("−", "-")):
        text = text.replace(sign, plain)
    return text


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    frame: tuple[float, float, float, float],
    colour: _Colour,
    font: _Font,
) -> None:
    """Under the frame, or over it at the lower edge of the picture; on paper white, and within the picture."""
    _, _, width, height = draw.textbbox((0, 0), text, font=font)
    image = draw.im.size
    x = max(0.0, min(frame[0], image[0] - width))
    y = frame[3] + 1 if frame[3] + 1 + height <= image[1] else max(0.0, frame[1] - 1 - height)
    draw.rectangle((x, y, x + width, y + height), fill="white")
    draw.text((x, y), text, fill=colour, font=font)
