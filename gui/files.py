"""Sheets as files: `.hwcalc`, JSON with the strokes, pictures and corrections; versioned, checked on reading.

In flow items of a sheet, out flows text, and back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hwcalc.gui.pictures import pixels
from hwcalc.gui.sheet import Correction, Item, Picture, Stroke, Typed
from hwcalc.ink import Box

FORMAT = "hwcalc sheet"
VERSION = 1
SUFFIX = ".hwcalc"
MOST_POINTS = 5_000_000
MOST_TYPED = 1000  # characters of a line


class SheetError(ValueError):
    """A file is no sheet, or a damaged one. The message is one line."""


def dumps(items: Mapping[int, Item]) -> str:
    """The items of a sheet as text. Coordinates keep two decimals, times three."""
    written: list[dict[str, Any]] = []
    for number, item in sorted(items.items()):
        if isinstance(item, Stroke):
            points = [[round(x, 2), round(y, 2), round(t, 3)] for x, y, t in item.points.tolist()]
            written.append({"stroke": number, "width": item.width, "points": points})
        elif isinstance(item, Picture):
            data = base64.b64encode(item.data).decode("ascii")
            written.append({"picture": number, "name": item.name, "box": list(item.box), "data": data})
        elif isinstance(item, Typed):
            written.append({"typed": number, "text": item.text, "box": list(item.box)})
        else:
            entry: dict[str, Any] = {"correction": number, "parts": sorted(item.parts), "label": item.label}
            if item.picture is not None:
                entry |= {"of_picture": item.picture, "place": item.place}
            written.append(entry)
    rows = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in written)
    return f'{{"format":"{FORMAT}","version":{VERSION},"items":[\n{rows}\n]}}\n'


def loads(text: str, name: str = "the file") -> dict[int, Item]:
    """The items in a text that `dumps` made. Raises SheetError with one line that names `name`."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise SheetError(f"{name} is not a sheet of hwcalc, or it is damaged") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise SheetError(f"{name} is not a sheet of hwcalc")
    if told.get("version") != VERSION:
        raise SheetError(f"{name} is of version {told.get('version')}: a newer hwcalc is needed to open it")
    try:
        return dict(_item(entry) for entry in told["items"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SheetError(f"{name} is damaged: {error}") from None


def _item(entry: dict[str, Any]) -> tuple[int, Item]:
    if "stroke" in entry:
        points = np.array(entry["points"], dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3 or not 0 < len(points) <= MOST_POINTS:
            raise ValueError(f"stroke {entry['stroke']} has no proper points")
        if not np.isfinite(points).all() or np.abs(points[:, :2]).max() > 1e6:
            raise ValueError(f"stroke {entry['stroke']} has a point outside the sheet")
        return _number(entry["stroke"]), Stroke(points, min(max(float(entry["width"]), 0.5), 50.0))
    if "picture" in entry:
        data = base64.b64decode(entry["data"], validate=True)
        return _number(entry["picture"]), Picture(_box(entry), data, str(entry["name"]))
    if "typed" in entry:
        return _number(entry["typed"]), Typed(_box(entry), str(entry["text"])[:MOST_TYPED])
    parts = frozenset(_number(part) for part in entry["parts"])
    of = entry.get("of_picture")
    label = entry["label"]
    if not isinstance(label, str) or len(label) > 1 or not parts:
        raise ValueError(f"correction {entry['correction']} says nothing")
    picture, place = None if of is None else _number(of), _number(entry.get("place", 0))
    return _number(entry["correction"]), Correction(parts, label, picture, place)


def _box(entry: dict[str, Any]) -> Box:
    box = Box(*(float(v) for v in entry["box"]))
    if not np.isfinite(box).all() or not 0 < box.width <= 1e5 or not 0 < box.height <= 1e5:
        raise ValueError("an item has no proper place")
    return box


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no item number")
    return value


def read_sheet(path: Path) -> dict[int, Item]:
    """The items in a file. Raises OSError or SheetError."""
    try:
        items = loads(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise SheetError(f"{path.name} is not a sheet of hwcalc") from None
    try:
        for item in items.values():
            if isinstance(item, Picture):
                pixels(item.data)
    except ValueError as error:
        raise SheetError(f"{path.name} is damaged: {error}") from None
    return items
