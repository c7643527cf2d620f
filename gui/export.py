"""The sheet as a picture for elsewhere: PNG and PDF as painted, SVG as paths and text.

In flow the items of a sheet and the answers to its lines; out flow the bytes of a file. Numbers are written by hand,
as strokes: so they look the same everywhere, whatever fonts there are.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hwcalc.gui.answer_place import LARGE, Place, Room, fitted, placed
from hwcalc.gui.brush import painted
from hwcalc.gui.live import Line
from hwcalc.gui.pictures import pixels
from hwcalc.gui.rounding import as_set
from hwcalc.gui.settings import Settings
from hwcalc.gui.sheet import LEADING, SEEN, Item, Picture, Stroke, Typed
from hwcalc.gui.telling import shown_answer
from hwcalc.gui.theme import LIGHT
from hwcalc.gui.typeset import Piece, pretty, typeset_answer
from hwcalc.gui.written import EM, PEN, script
from hwcalc.ink import Box, FloatArray
from hwcalc.names import is_plain

if TYPE_CHECKING:
    from hwcalc.reader import Reading

Words: TypeAlias = "tuple[float, float, float, str, str]"
"""The left end of a baseline, the size, the text and its colour."""

MARGIN = 24  # logical units around the ink
DETAIL = 3  # pixels per logical unit
EDGE = 1e6  # logical units: there is always room beside a line
SIGNS = "×÷√−≈□"  # that the font of pictures lacks


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to a line, in logical units: the strokes that write it or, where there are none, its words."""

    text: str
    place: Place
    strokes: Sequence[FloatArray] = ()

    @property
    def pen(self) -> float:
        """Width of the strokes."""
        return PEN * EM * self.place.size

    @property
    def box(self) -> Box:
        """Around all of it."""
        x, y, size = self.place
        if not self.strokes:
            return Box(x, y - size, x + _wide(self.text, size), y + 0.2 * size)
        points = np.concatenate(self.strokes)
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))


def answers(lines: Sequence[Line], settings: Settings) -> list[Answer]:
    """The answers to lines, as the settings ask for them and where the window shows them."""
    return [
        _answer(line, line.reading, text, [other.box for other in lines if other is not line])
        for line in lines
        if line.reading is not None
        and (text := shown_answer(line.reading, as_set(line.reading, settings)))
        and not (line.typed and is_plain(line.reading.text))
    ]


def _answer(line: Line, reading: Reading, text: str, others: Sequence[Box]) -> Answer:
    doubt = " ?" if reading.doubtful else ""
    baseline = line.box.top + line.box.height / LEADING if line.typed else None
    read = (line.box.left, line.box.bottom + LARGE[0])
    room = Room(1.0, EDGE, read, others, baseline)
    text = fitted(line, reading, text, lambda told, size: _wide(told + doubt, size), room)[0] + doubt
    if not script().covers(text):
        text = text.removeprefix("✓ ").removeprefix("✗ ")  # few fonts have these
        return Answer(text, placed(line, reading, lambda size: _wide(text, size), room))
    measure = script().measure
    place = placed(line, reading, lambda size: typeset_answer(text, size, measure).width, room)
    setting = typeset_answer(text, place.size, measure)
    return Answer(text, place, script().strokes(setting.moved(place.x, place.y)))


def _wide(text: str, size: float) -> float:
    return float(ImageFont.load_default(size).getlength(text))


def extent(items: Mapping[int, Item], answers: Sequence[Answer]) -> Box:
    """What the picture shows: the ink and the answers, with a margin."""
    boxes = [i.box for i in items.values() if isinstance(i, SEEN)]
    if not boxes:
        raise ValueError("The sheet is empty: there is nothing to export")
    box = boxes[0]
    for other in [*boxes[1:], *(answer.box for answer in answers)]:
        box = box.union(other)
    return Box(box.left - MARGIN, box.top - MARGIN, box.right + MARGIN, box.bottom + MARGIN)


def picture(items: Mapping[int, Item], answers: Sequence[Answer]) -> Image.Image:
    """The sheet painted on white, `DETAIL` pixels per logical unit."""
    box = extent(items, answers)
    size = (round(box.width * DETAIL), round(box.height * DETAIL))
    shown = Image.new("RGB", size, "white")
    for item in items.values():
        if isinstance(item, Picture):
            left_top = (round((item.box.left - box.left) * DETAIL), round((item.box.top - box.top) * DETAIL))
            room = (round(item.box.width * DETAIL), round(item.box.height * DETAIL))
            shown.paste(pixels(item.data).resize(room), left_top)
    ink = [(i.points[:, :2], i.width, LIGHT.ink) for i in items.values() if isinstance(i, Stroke)]
    ink += [(stroke, answer.pen, LIGHT.answer) for answer in answers for stroke in answer.strokes]
    signs, rest = _apart(_words(items, answers))
    for points, width, colour in ink + signs:
        drawn, x, y = painted((points - (box.left, box.top)) * DETAIL, width * DETAIL, colour)
        shown.paste(drawn, (x, y), drawn)
    pen = ImageDraw.Draw(shown)
    for left, baseline, height, text, colour in rest:
        place = ((left - box.left) * DETAIL, (baseline - box.top) * DETAIL)
        pen.text(place, text, font=ImageFont.load_default(height * DETAIL), fill=colour, anchor="ls")
    return shown


def png(items: Mapping[int, Item], answers: Sequence[Answer]) -> bytes:
    """The sheet as a PNG file."""
    kept = io.BytesIO()
    picture(items, answers).save(kept, "PNG", dpi=(96 * DETAIL, 96 * DETAIL))
    return kept.getvalue()


def pdf(items: Mapping[int, Item], answers: Sequence[Answer]) -> bytes:
    """The sheet as a PDF file of one page."""
    kept = io.BytesIO()
    picture(items, answers).save(kept, "PDF", resolution=96 * DETAIL)
    return kept.getvalue()


def svg(items: Mapping[int, Item], answers: Sequence[Answer]) -> bytes:
    """The sheet as an SVG file: strokes as paths, answers as text."""
    box = extent(items, answers)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{box.width:.0f}" height="{box.height:.0f}" '
        f'viewBox="{box.left:.1f} {box.top:.1f} {box.width:.1f} {box.height:.1f}">'
    ]
    for item in items.values():
        if isinstance(item, Picture):
            data = base64.b64encode(item.data).decode("ascii")
            b = item.box
            rows.append(
                f'<image x="{b.left:.1f}" y="{b.top:.1f}" width="{b.width:.1f}" height="{b.height:.1f}" '
                f'href="data:image/png;base64,{data}"/>'
            )
    rows.append('<g fill="none" stroke-linecap="round" stroke-linejoin="round">')
    rows += [_path(i.points, i.width, LIGHT.ink) for i in items.values() if isinstance(i, Stroke)]
    rows += [_path(s, answer.pen, LIGHT.answer) for answer in answers for s in answer.strokes]
    rows.append("</g>")
    rows += [
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" font-family="sans-serif" fill="{colour}">'
        f"{escape(text)}</text>"
        for x, y, size, text, colour in _words(items, answers)
    ]
    rows.append("</svg>\n")
    return "\n".join(rows).encode("utf-8")


WRITERS = {".png": png, ".svg": svg, ".pdf": pdf}


def _path(points: FloatArray, width: float, colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[:, :2].tolist())
    # A path of one point shows nothing: two equal points show a dot.
    return f'<path stroke="{colour}" stroke-width="{width:.2f}" d="M{path} L{path.rpartition(" ")[2]}"/>'


def _apart(words: Sequence[Words]) -> tuple[list[tuple[FloatArray, float, str]], list[Words]]:
    """Words for a picture: signs, which its font lacks, as strokes with width and colour, and the rest."""
    signs, rest = [], []
    for x, y, size, text, colour in words:
        for run in re.split(f"([{SIGNS}])", text):
            if run and run in SIGNS:
                strokes = script().strokes([Piece(run, x, y, size, 0.0)])
                signs += [(stroke, PEN * EM * size, colour) for stroke in strokes]
                x += script().measure(run, size)
            else:
                rest.append((x, y, size, run, colour))
                x += _wide(run, size)
    return signs, rest


def _words(items: Mapping[int, Item], answers: Sequence[Answer]) -> list[Words]:
    """What is set in type."""
    found = [
        (i.box.left, i.box.top + i.size, i.size, pretty(i.text), LIGHT.ink)
        for i in items.values()
        if isinstance(i, Typed)
    ]
    return found + [(*answer.place, answer.text, LIGHT.answer) for answer in answers if not answer.strokes]
