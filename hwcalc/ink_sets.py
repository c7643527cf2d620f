"""Sets of labelled ink: lines of JSON, InkML, and the sheets of the window.

In flow files; out flow glyphs as strokes, each with the file and line or the strokes that it came from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import inkml
from .datasets import DatasetError, GlyphSet
from .ink import FloatArray, Ink, ReadError
from .loaded import MOST_GLYPHS, Complain, Loaded, text_of, too_many
from .symbol_names import known, label_of


def read_lines(path: Path, complain: Complain) -> Loaded:
    """A glyph on each line: label, strokes and perhaps writer, as `hwcalc data get` and the window keep them."""
    glyphs: list[Any] = []
    labels, writers, places = [], [], []
    with text_of(path, "copy it again") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if len(glyphs) == MOST_GLYPHS:
                raise too_many(str(path))
            try:
                strokes, label, writer = _glyph_of(line)
            except ValueError as error:
                complain(f"{path}:{number}: {error}")
                continue
            glyphs.append(strokes)
            labels.append(label)
            writers.append(writer)
            places.append(f"{path}:{number}")
    if not glyphs:
        raise DatasetError(f"{path}: holds no glyph")
    name = path.name.split(".")[0]
    told = np.array([f"{name}/{writer}" if writer else name for writer in writers])
    return Loaded(GlyphSet(name, glyphs, np.array(labels, "<U1"), told), places, ["pen strokes"])


def _glyph_of(line: str) -> tuple[list[npt.NDArray[np.float64]], str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError('this is not JSON: a line is {"label": "7", "strokes": [[[x, y], …], …]}') from None
    if not isinstance(row, dict) or "label" not in row:
        raise ValueError("the label is missing")
    if not isinstance(row["label"], str):
        raise ValueError(f'the label {json.dumps(row["label"])[:20]} is no text, such as "7"')
    label = label_of(row["label"])
    if label is None:
        raise ValueError(f"{row['label']!r} is no label; {known()}")
    ink = Ink.from_strokes(row.get("strokes"))  # type: ignore[arg-type]
    return [stroke.points for stroke in ink.strokes], label, str(row.get("writer") or "")


def read_inkml(paths: Sequence[Path], name: str, complain: Complain) -> Loaded:
    """The symbols that InkML files name, as the sets of CROHME do."""
    glyphs: list[Any] = []
    labels, writers, places = [], [], []
    for path in paths:
        try:
            document = inkml.loads(path.read_bytes(), str(path))
        except (OSError, ReadError) as error:
            complain(f"{path}: {error.strerror}" if isinstance(error, OSError) else str(error))
            continue
        for group in document.groups:
            label = label_of(group.label)
            if label is None:
                complain(f"{path}: {group.label!r} is no label; {known()}")
                continue
            glyphs.append([document.strokes[i][:, :2] for i in group.strokes])
            labels.append(label)
            writers.append(f"{name}/{document.annotations.get('writer') or path.stem}")
            places.append(f"{path}: strokes {', '.join(map(str, group.strokes))}")
    if not glyphs:
        raise DatasetError(
            f"{paths[0]}: no symbol is named in it; hwcalc needs groups of strokes with a label"
        )
    return Loaded(GlyphSet(name, glyphs, np.array(labels, "<U1"), np.array(writers)), places, ["pen strokes"])


SHEET, VERSION = "hwcalc sheet", 1
"""What a sheet of the window says of itself, as `hwcalc.gui.files` writes it."""


def read_sheets(paths: Sequence[Path], name: str, complain: Complain) -> Loaded:
    """The symbols that were corrected by hand on sheets of the window (.hwcalc): those are sure.

    Raises
    ------
    DatasetError
        No sheet has a correction of ink, or `complain` raised.
    """
    glyphs, labels, places = [], [], []
    for path in paths:
        try:
            found = list(_corrections(path.read_text(encoding="utf-8")))
        except OSError as error:
            complain(f"{path}: {error.strerror}")
            continue
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            complain(f"{path}: not a sheet of hwcalc that can be read; open and save it in the window")
            continue
        for number, name_of, strokes in found:
            label = label_of(name_of)
            if label is None:
                complain(f"{path}: correction {number}: {name_of!r} is no label; {known()}")
                continue
            glyphs.append(strokes)
            labels.append(label)
            places.append(f"{path}: correction {number}")
    if not glyphs:
        raise DatasetError(f"{paths[0]}: no symbol on it was corrected; correct some in the window")
    return Loaded(GlyphSet(name, glyphs, np.array(labels, "<U1")), places, ["pen strokes"])


def _corrections(text: str) -> Iterator[tuple[int, str, list[FloatArray]]]:
    """Number, label and strokes of each correction of ink; those of pictures have no strokes."""
    sheet = json.loads(text)
    if sheet["format"] != SHEET or sheet["version"] != VERSION:
        raise ValueError("another format")
    strokes = {item["stroke"]: item["points"] for item in sheet["items"] if "stroke" in item}
    for item in sheet["items"]:
        if "correction" in item and item["label"] and item.get("of_picture") is None:
            ink = Ink.from_strokes([strokes[part] for part in item["parts"]])
            yield int(item["correction"]), str(item["label"]), [stroke.points for stroke in ink.strokes]
