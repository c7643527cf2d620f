"""Writing drawn for the tests: sums as thick polylines on paper, and what happens to paper."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

ByteArray = npt.NDArray[np.uint8]

_ROUND = [(0.5 + 0.4 * np.sin(t), 0.5 - 0.5 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 24)]

# Strokes in a box 1 high; each list is one pen stroke.
GLYPHS: dict[str, list[list[tuple[float, float]]]] = {
    "0": [_ROUND],
    "1": [[(0.2, 0.25), (0.45, 0.0), (0.45, 1.0)]],
    "2": [[(0.1, 0.2), (0.3, 0.0), (0.6, 0.05), (0.7, 0.3), (0.1, 1.0), (0.8, 0.97)]],
    "3": [[(0.1, 0.05), (0.6, 0.05), (0.7, 0.25), (0.35, 0.45), (0.75, 0.7), (0.5, 1.0), (0.1, 0.9)]],
    "4": [[(0.4, 0.0), (0.1, 0.65), (0.8, 0.65)], [(0.6, 0.3), (0.6, 1.0)]],
    "5": [[(0.7, 0.0), (0.2, 0.0), (0.15, 0.45), (0.6, 0.45), (0.7, 0.75), (0.5, 1.0), (0.1, 0.9)]],
    "7": [[(0.1, 0.02), (0.75, 0.0), (0.3, 1.0)]],
    "9": [[(0.7, 0.25), (0.4, 0.0), (0.15, 0.25), (0.4, 0.5), (0.7, 0.25), (0.65, 1.0)]],
    "+": [[(0.1, 0.5), (0.8, 0.5)], [(0.45, 0.15), (0.45, 0.85)]],
    "-": [[(0.1, 0.5), (0.8, 0.52)]],
    "=": [[(0.1, 0.38), (0.8, 0.38)], [(0.1, 0.65), (0.8, 0.65)]],
    "×": [[(0.15, 0.25), (0.75, 0.8)], [(0.75, 0.25), (0.15, 0.8)]],
    "x": [[(0.15, 0.25), (0.75, 0.8)], [(0.75, 0.25), (0.15, 0.8)]],
    "÷": [[(0.1, 0.5), (0.8, 0.5)], [(0.45, 0.2), (0.46, 0.2)], [(0.45, 0.8), (0.46, 0.8)]],
    ".": [[(0.3, 0.97), (0.31, 0.97)]],
    "□": [[(0.1, 0.1), (0.1, 0.9), (0.8, 0.9), (0.8, 0.1), (0.1, 0.1)]],
}


def sum_strokes(text: str, height: float, left: float, top: float) -> list[npt.NDArray[np.float64]]:
    """The strokes of `text` on one line, glyphs `height` pixels high and as far apart."""
    return [
        np.array(stroke) * height + (left + i * height * 1.05, top)
        for i, glyph in enumerate(text)
        for stroke in GLYPHS[glyph]
    ]


def drawn(
    strokes: list[npt.NDArray[np.float64]], size: tuple[int, int], pen: float, ink: int = 40, paper: int = 225
) -> ByteArray:
    """Strokes on paper; `size` is (width, height), `pen` the thickness of the line."""
    fine = 4
    canvas = np.full((size[1] * fine, size[0] * fine), paper, np.uint8)
    for stroke in strokes:
        points = np.round(stroke * fine).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [points], False, ink, round(pen * fine))
    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def sum_picture(text: str, height: float = 60, pen: float = 5, ink: int = 40, paper: int = 225) -> ByteArray:
    """`text` with a margin of half its height around."""
    size = (round(height * (1.05 * len(text) + 1)), round(height * 2))
    return drawn(sum_strokes(text, height, height / 2, height / 2), size, pen, ink, paper)
