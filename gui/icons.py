"""The icons of the bar, drawn from lines on a 24 × 24 grid, sharp at every scale and in every colour.

In flow a name, a size and a colour; out flows a picture for Tk.
"""

from __future__ import annotations

import math
import tkinter as tk
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageTk

from hwcalc.gui.brush import FINER, sketched

Path: TypeAlias = Sequence[tuple[float, float]]

GRID = 24
LINE = 1.6  # width of the lines on the grid


def _arc(x: float, y: float, radius: float, start: float, end: float) -> list[tuple[float, float]]:
    """Points of a circle's arc; angles in degrees, clockwise from the right, as y points down."""
    steps = max(int(abs(end - start) / 8), 2)
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def _box(left: float, top: float, right: float, bottom: float) -> Path:
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _mirrored(paths: Sequence[Path]) -> list[Path]:
    return [[(GRID - x, y) for x, y in path] for path in paths]


_UNDO: list[Path] = [
    [(8.5, 4.5), (4.5, 8.5), (8.5, 12.5)],
    [(4.5, 8.5), (14.5, 8.5), *_arc(14.5, 13.5, 5, -90, 90), (9, 18.5)],
]

PATHS: dict[str, list[Path]] = {
    "open": [
        [(3.5, 18.5), (3.5, 5.5), (9, 5.5), (11, 8), (19, 8), (19, 10.5)],
        [(3.5, 18.5), (6.5, 10.5), (21.5, 10.5), (18.5, 18.5), (3.5, 18.5)],
    ],
    "save": [
        [(12, 4), (12, 15)],
        [(7.5, 10.5), (12, 15), (16.5, 10.5)],
        [(4.5, 16), (4.5, 20), (19.5, 20), (19.5, 16)],
    ],
    "undo": _UNDO,
    "redo": _mirrored(_UNDO),
    "clear": [
        [(4.5, 7), (19.5, 7)],
        [(9.5, 7), (9.5, 4), (14.5, 4), (14.5, 7)],
        [(6.5, 7), (7.5, 20), (16.5, 20), (17.5, 7)],
        [(10.3, 10.5), (10.6, 16.5)],
        [(13.7, 10.5), (13.4, 16.5)],
    ],
    "pen": [
        [(4.5, 19.5), (5.5, 15), (16, 4.5), (19.5, 8), (9, 18.5), (4.5, 19.5)],
        [(13.5, 7), (17, 10.5)],
    ],
    "eraser": [
        [(9, 19.5), (4, 14.5), (14, 4.5), (20, 10.5), (11, 19.5), (9, 19.5)],
        [(9, 9.5), (15, 15.5)],
        [(11, 19.5), (20, 19.5)],
    ],
    "select": [
        [(4, 8), (4, 4), (8, 4)],
        [(16, 4), (20, 4), (20, 8)],
        [(20, 16), (20, 20), (16, 20)],
        [(8, 20), (4, 20), (4, 16)],
        [(10.5, 4), (13.5, 4)],
        [(10.5, 20), (13.5, 20)],
        [(4, 10.5), (4, 13.5)],
        [(20, 10.5), (20, 13.5)],
    ],
    "copy": [_box(8.5, 8.5, 19.5, 19.5), [(15.5, 5.5), (15.5, 4.5), (4.5, 4.5), (4.5, 15.5), (5.5, 15.5)]],
    "history": [
        [*_arc(12, 12, 8, -150, 150)],
        [(5.2, 3.6), (5.1, 8), (9.4, 8)],
        [(12, 7.5), (12, 12), (15.5, 14)],
    ],
    "keyboard": [
        _box(2.5, 6, 21.5, 18),
        *[[(x, 9.6), (x + 0.1, 9.6)] for x in (6, 10, 14, 18)],
        *[[(x, 12.4), (x + 0.1, 12.4)] for x in (6, 10, 14, 18)],
        [(8, 15.2), (16, 15.2)],
    ],
    "learn": [
        [(2.5, 9.5), (12, 5), (21.5, 9.5), (12, 14), (2.5, 9.5)],
        [(6.5, 11.5), (6.5, 16), *_arc(12, 14.2, 5.8, 161, 19), (17.5, 11.5)],
        [(21.5, 9.5), (21.5, 15.5)],
    ],
    "help": [
        [*_arc(12, 12, 8.5, 0, 360)],
        [*_arc(12, 9.7, 2.6, -170, 60), (12, 12.6), (12, 13.6)],
        [(12, 16.5), (12.05, 16.5)],
    ],
    "close": [[(6.5, 6.5), (17.5, 17.5)], [(17.5, 6.5), (6.5, 17.5)]],
    "more": [[*_arc(x, 12, 0.7, 0, 360)] for x in (5.5, 12, 18.5)],
}


def drawn(name: str, size: int, colour: str) -> Image.Image:
    """The icon `name` as an RGBA picture of `size` × `size` pixels."""
    picture = Image.new("RGBA", (size, size), colour)
    picture.putalpha(_cover(name, size))
    return picture


@lru_cache(maxsize=256)
def _cover(name: str, size: int) -> Image.Image:
    """How much of each pixel the icon covers: every colour of it has the same."""
    factor = size / GRID
    paths = [np.array(path) * factor for path in PATHS[name]]
    return sketched(paths, (size, size), LINE * factor, "#000000").getchannel("A")


def icon(master: tk.Misc, name: str, size: int, colour: str) -> ImageTk.PhotoImage:
    """The icon `name` for Tk. Keep a reference to it as long as it shows."""
    return ImageTk.PhotoImage(drawn(name, size, colour), master=master)


def app_icon(master: tk.Misc, size: int) -> ImageTk.PhotoImage:
    """The icon of the program: a plus and an equals sign, white on the answer's blue."""
    large = size * FINER
    picture = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    pen, unit = ImageDraw.Draw(picture), large / GRID
    pen.rounded_rectangle((0, 0, large - 1, large - 1), radius=5 * unit, fill="#1769aa")
    for path in (((8.5, 4), (8.5, 13)), ((4, 8.5), (13, 8.5)), ((11, 16), (20, 16)), ((11, 20), (20, 20))):
        points = [(x * unit, y * unit) for x, y in path]
        pen.line(points, fill="white", width=round(2.2 * unit))
        for x, y in points:
            r = 1.1 * unit
            pen.ellipse((x - r, y - r, x + r, y + r), fill="white")
    return ImageTk.PhotoImage(picture.reduce(FINER), master=master)
