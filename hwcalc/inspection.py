"""What is in a set: counts, sizes, polarity, copies, label problems; and pictures of it.

In flows a loaded set; out flow numbers that JSON can hold, lines of text, a grid of glyphs, a chart of the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from .datasets import LABELS
from .loaded import Loaded
from .polarity import turned
from .preparation import as_picture, fingerprints

MOST_TOLD = 10
"""Problems that are printed; the others are counted."""


def facts(found: Loaded, problems: Sequence[str]) -> dict[str, Any]:
    """The numbers of a set.

    Parameters
    ----------
    found : the set.
    problems : complaints of its loading, about glyphs that were left out.
    """
    glyphs = found.glyphs
    labels, counts = np.unique(glyphs.labels, return_counts=True)
    order = sorted(range(len(labels)), key=lambda i: LABELS.find(str(labels[i])))
    marks = fingerprints(glyphs.glyphs)
    return {
        "name": glyphs.name,
        "glyphs": len(glyphs),
        "counts": {str(labels[i]): int(counts[i]) for i in order},
        "writers": len(np.unique(glyphs.writers)),
        "sizes": _sizes(glyphs.glyphs),
        "notes": found.notes or _polarity(found),
        "copies": len(marks) - len(np.unique(marks)),
        "problems": [*problems, *_contradictions(found, marks)],
    }


def _polarity(found: Loaded) -> list[str]:
    """Of pictures that came without a note of it."""
    shown = [i for i, glyph in enumerate(found.glyphs.glyphs) if isinstance(glyph, np.ndarray)]
    if not shown:
        return []
    pictures = found.take(np.array(shown)).glyphs
    return [turned(pictures.glyphs, pictures.labels)[1].replace(", turned to bright on black", "")]


def _sizes(glyphs: Sequence[Any]) -> str:
    pictures = [glyph.shape for glyph in glyphs if isinstance(glyph, np.ndarray)]
    told = []
    if pictures:
        heights, widths = np.array(pictures).T
        low, high = (widths.min(), heights.min()), (widths.max(), heights.max())
        same = low == high
        told.append(
            f"pictures of {low[0]}×{low[1]}" + ("" if same else f" to {high[0]}×{high[1]}") + " pixels"
        )
    if len(pictures) < len(glyphs):
        points = [sum(len(s) for s in glyph) for glyph in glyphs if not isinstance(glyph, np.ndarray)]
        told.append(
            f"pen strokes of {min(points)} to {max(points)} points, half of them up to {np.median(points):.0f}"
        )
    return "; ".join(told)


def _contradictions(found: Loaded, marks: npt.NDArray[np.str_]) -> list[str]:
    """Exact copies that have different labels."""
    first: dict[str, int] = {}
    told = []
    labels = found.glyphs.labels
    for i, mark in enumerate(marks.tolist()):
        j = first.setdefault(mark, i)
        if labels[i] != labels[j]:
            told.append(
                f"{found.places[i]}: {str(labels[i])!r} here, but the same at {found.places[j]} is {str(labels[j])!r}"
            )
    return told


def as_text(told: dict[str, Any]) -> str:
    """The facts in lines."""
    lines = [f"{told['name']}: {told['glyphs']:,} glyphs, {len(told['counts'])} labels, {told['sizes']}"]
    lines += [f"  found    {note}" for note in told["notes"]]
    width = len(f"{max(told['counts'].values()):,}")
    cells = [f"{label} {count:>{width},}" for label, count in told["counts"].items()]
    step = max(1, 70 // (len(cells[0]) + 3))
    for i in range(0, len(cells), step):
        lines.append(f"  {'counts' if i == 0 else '':8} {'   '.join(cells[i : i + step])}")
    fewest, most = min(told["counts"].values()), max(told["counts"].values())
    lines.append(f"  balance  the commonest label has {most / fewest:.1f} times as many as the rarest")
    if told["writers"] > 1:
        lines.append(f"  writers  {told['writers']:,}")
    lines.append(f"  copies   {told['copies']:,} glyphs are exact copies of others")
    problems = told["problems"]
    lines.append(f"  problems {len(problems):,}" if problems else "  problems none")
    lines += [f"    {problem}" for problem in problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        lines.append(f"    and {len(problems) - MOST_TOLD:,} more")
    return "\n".join(lines)


# Pictures.

CELL = 36
_INK, _PAPER, _GREY, _BAR = (20, 24, 34), (255, 255, 255), (110, 116, 128), (38, 99, 235)


def grid(found: Loaded, per_label: int = 20, seed: int = 0) -> Image.Image:
    """A row for each label with `per_label` glyphs of it, chosen by `seed`, ink dark on white."""
    labels = _in_order(found)
    rng = np.random.default_rng(seed)
    font = ImageFont.load_default(15)
    image = Image.new("RGB", (CELL * (per_label + 1) + 8, CELL * len(labels) + 8), _PAPER)
    draw = ImageDraw.Draw(image)
    for row, label in enumerate(labels):
        here = np.flatnonzero(found.glyphs.labels == label)
        chosen = np.sort(rng.permutation(here)[:per_label])
        draw.text((4 + CELL / 2, 4 + CELL * (row + 0.5)), _printable(label), _GREY, font, anchor="mm")
        for column, i in enumerate(chosen, 1):
            ink = Image.fromarray(255 - as_picture(found.glyphs.glyphs[i])).resize((CELL - 4, CELL - 4))
            image.paste(ink, (4 + CELL * column + 2, 4 + CELL * row + 2))
    return image


def class_chart(found: Loaded) -> Image.Image:
    """A bar for each label, as long as it has glyphs."""
    counts = Counter(found.glyphs.labels.tolist())
    labels = _in_order(found)
    most = max(counts.values())
    font = ImageFont.load_default(15)
    image = Image.new("RGB", (640, 24 * len(labels) + 16), _PAPER)
    draw = ImageDraw.Draw(image)
    for row, label in enumerate(labels):
        middle = 8 + 24 * (row + 0.5)
        length = 520 * counts[label] / most
        draw.text((20, middle), _printable(label), _INK, font, anchor="mm")
        draw.rectangle((40, middle - 8, 40 + max(1, length), middle + 8), fill=_BAR)
        draw.text((46 + length, middle), f"{counts[label]:,}", _GREY, font, anchor="lm")
    return image


def _in_order(found: Loaded) -> list[str]:
    return sorted(set(found.glyphs.labels.tolist()), key=lambda label: (LABELS.find(label), label))


def _printable(label: str) -> str:
    """In the characters of Pillow's own font."""
    return {"×": "x", "÷": "div", "√": "root"}.get(label, label)
