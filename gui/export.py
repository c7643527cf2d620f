"""The sheet as a picture for elsewhere: PNG and PDF as painted, SVG as paths and text.

In flow the items of a sheet and its lines with their answers; out flow the bytes of a file.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape

from PIL import Image, ImageDraw, ImageFont

from hwcalc.gui.brush import painted
from hwcalc.gui.live import Line
from hwcalc.gui.pictures import pixels
from hwcalc.gui.sheet import SEEN, Item, Picture, Stroke, Typed
from hwcalc.gui.telling import shown_answer
from hwcalc.gui.theme import LIGHT
from hwcalc.gui.typeset import pretty
from hwcalc.ink import Box

MARGIN = 24  # logical units around the ink
DETAIL = 3  # pixels per logical unit
ANSWER = 36  # logical units: height of an answer's font


def extent(items: Mapping[int, Item], lines: Sequence[Line]) -> Box:
    """What the picture shows: the ink, with room for the answers and a margin."""
    boxes = [i.box for i in items.values() if isinstance(i, SEEN)]
    if not boxes:
        raise ValueError("The sheet is empty: there is nothing to export")
    boxes += [Box(x, y - ANSWER, x + 0.62 * ANSWER * len(t), y) for x, y, t in _answers(lines)]
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    return Box(box.left - MARGIN, box.top - MARGIN, box.right + MARGIN, box.bottom + MARGIN)


def picture(items: Mapping[int, Item], lines: Sequence[Line]) -> Image.Image:
    """The sheet painted on white, `DETAIL` pixels per logical unit."""
    box = extent(items, lines)
    size = (round(box.width * DETAIL), round(box.height * DETAIL))
    shown = Image.new("RGB", size, "white")
    for item in items.values():
        if isinstance(item, Picture):
            left_top = (round((item.box.left - box.left) * DETAIL), round((item.box.top - box.top) * DETAIL))
            room = (round(item.box.width * DETAIL), round(item.box.height * DETAIL))
            shown.paste(pixels(item.data).resize(room), left_top)
    for item in items.values():
        if isinstance(item, Stroke):
            points = (item.points[:, :2] - (box.left, box.top)) * DETAIL
            drawn, x, y = painted(points, item.width * DETAIL, LIGHT.ink)
            shown.paste(drawn, (x, y), drawn)
    pen, font = ImageDraw.Draw(shown), ImageFont.load_default(ANSWER * DETAIL)
    for item in items.values():
        if isinstance(item, Typed):
            corner = ((item.box.left - box.left) * DETAIL, (item.box.top - box.top) * DETAIL)
            pen.text(
                corner, pretty(item.text), font=ImageFont.load_default(item.size * DETAIL), fill=LIGHT.ink
            )
    for left, baseline, text in _answers(lines):
        corner = ((left - box.left) * DETAIL, (baseline - box.top) * DETAIL)
        pen.text(corner, text, font=font, fill=LIGHT.answer, anchor="ls")
    return shown


def png(items: Mapping[int, Item], lines: Sequence[Line]) -> bytes:
    """The sheet as a PNG file."""
    kept = io.BytesIO()
    picture(items, lines).save(kept, "PNG", dpi=(96 * DETAIL, 96 * DETAIL))
    return kept.getvalue()


def pdf(items: Mapping[int, Item], lines: Sequence[Line]) -> bytes:
    """The sheet as a PDF file of one page."""
    kept = io.BytesIO()
    picture(items, lines).save(kept, "PDF", resolution=96 * DETAIL)
    return kept.getvalue()


def svg(items: Mapping[int, Item], lines: Sequence[Line]) -> bytes:
    """The sheet as an SVG file: strokes as paths, answers as text."""
    box = extent(items, lines)
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
    rows.append(f'<g fill="none" stroke="{LIGHT.ink}" stroke-linecap="round" stroke-linejoin="round">')
    for item in items.values():
        if isinstance(item, Stroke):
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in item.points[:, :2].tolist())
            # A path of one point shows nothing: two equal points show a dot.
            rows.append(f'<path stroke-width="{item.width:g}" d="M{path} L{path.rpartition(" ")[2]}"/>')
    rows.append("</g>")
    for item in items.values():
        if isinstance(item, Typed):
            rows.append(
                f'<text x="{item.box.left:.1f}" y="{item.box.top + item.size:.1f}" font-size="{item.size:.1f}" '
                f'font-family="sans-serif" fill="{LIGHT.ink}">{escape(pretty(item.text))}</text>'
            )
    for x, y, text in _answers(lines):
        rows.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{ANSWER}" font-family="sans-serif" '
            f'fill="{LIGHT.answer}">{escape(text)}</text>'
        )
    rows.append("</svg>\n")
    return "\n".join(rows).encode("utf-8")


WRITERS = {".png": png, ".svg": svg, ".pdf": pdf}


def _answers(lines: Sequence[Line]) -> list[tuple[float, float, str]]:
    """The answers, each with the left end of its baseline."""
    found = []
    for line in lines:
        text = shown_answer(line.reading) if line.reading is not None else ""
        if text and line.reading is not None:
            doubt = " ?" if line.reading.doubtful else ""
            found.append((line.box.right + ANSWER / 2, line.box.center[1] + ANSWER * 0.36, text + doubt))
    return found
