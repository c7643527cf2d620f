"""Draws pieces that were set, strokes and rows of dots on a canvas, smoother than Tk's own lines.

In flow pieces and paths in pixels; out flow canvas items and the pictures of some of them, to be kept as long as they
show.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import lru_cache
from tkinter import font as tkfont

import numpy as np
from PIL import Image, ImageTk

from hwcalc.gui.brush import sketched
from hwcalc.gui.typeset import ROOT, SIGN, Piece, joined
from hwcalc.ink import FloatArray

THIN = 1.2  # pixels: no stroke is thinner


class Drawing:
    """Draws on one canvas, in the fonts of one family."""

    def __init__(self, canvas: tk.Canvas, family: str) -> None:
        """Nothing is drawn yet."""
        self._canvas = canvas
        self._family = family
        self._fonts: dict[int, tuple[tkfont.Font, int]] = {}
        self._width_of: Callable[[str, int], int] = lru_cache(maxsize=4096)(self._width)

    def measure(self, text: str, size: float) -> float:
        """How wide a text is; see `typeset.Measure`."""
        return float(self._width_of(text, round(size)))

    def pieces(self, pieces: Sequence[Piece], colour: str, tags: tuple[str, ...]) -> list[ImageTk.PhotoImage]:
        """Draw what was set."""
        pictures: list[ImageTk.PhotoImage] = []
        for piece in joined(pieces):
            width = max(piece.size / 14, 1)
            if piece.text == ROOT:
                path = np.array([(piece.x, piece.y)]) + np.array(SIGN) * (piece.width, -piece.size)
                pictures += self.strokes([path], width, colour, tags)
            elif not piece.text:
                ends = (piece.x, piece.y, piece.x + piece.width, piece.y)
                self._canvas.create_line(*ends, fill=colour, width=width, tags=tags)
            else:
                font, ascent = self._font(round(piece.size))
                place = (piece.x, piece.y - ascent)
                self._canvas.create_text(
                    *place, text=piece.text, font=font, fill=colour, anchor="nw", tags=tags
                )
        return pictures

    def strokes(
        self, strokes: Sequence[FloatArray], width: float, colour: str, tags: tuple[str, ...]
    ) -> list[ImageTk.PhotoImage]:
        """Draw strokes, float64 (k, 2) each, k >= 1."""
        ends = np.concatenate(strokes)
        left, top = np.floor(ends.min(axis=0) - width)
        right, bottom = np.ceil(ends.max(axis=0) + width)
        size = (round(right - left), round(bottom - top))
        picture = sketched((s - (left, top) for s in strokes), size, max(width, THIN), colour)
        return [self._show(picture, round(left), round(top), tags)]

    def dots(
        self, x: float, y: float, width: float, dot: float, colour: str, tags: tuple[str, ...]
    ) -> list[ImageTk.PhotoImage]:
        """Draw a row of round dots from (x, y) on, `width` wide, each `dot` high."""
        count = max(int((width + dot) / (2 * dot)), 2)
        paths = [np.array([[(2 * i + 0.5) * dot, dot / 2]]) for i in range(count)]
        size = (round((2 * count - 1) * dot) + 1, round(dot) + 1)
        return [self._show(sketched(paths, size, dot, colour), round(x), round(y), tags)]

    def _show(self, picture: Image.Image, x: int, y: int, tags: tuple[str, ...]) -> ImageTk.PhotoImage:
        photo = ImageTk.PhotoImage(picture, master=self._canvas)
        self._canvas.create_image(x, y, image=photo, anchor="nw", tags=tags)
        return photo

    def _font(self, size: int) -> tuple[tkfont.Font, int]:
        """A font and its ascent, in pixels: asking for it takes longer than drawing."""
        if size not in self._fonts:
            font = tkfont.Font(self._canvas, family=self._family, size=-max(size, 1))
            self._fonts[size] = font, font.metrics("ascent")
        return self._fonts[size]

    def _width(self, text: str, size: int) -> int:
        return self._font(size)[0].measure(text)
