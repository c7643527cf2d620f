"""Types of the compiled features."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SIZE: int
PATH_SIZE: int
SHAPE_COUNT: int
SHAPE_WEIGHT: float
CANVAS_SIDE: int

class Strokes:
    def __init__(self, glyphs: Sequence[Any]) -> None: ...

def picture_features(
    pictures: Sequence[npt.NDArray[np.uint8]], out: npt.NDArray[np.float32], threads: int
) -> None: ...
def stroke_features(given: Strokes, out: npt.NDArray[np.float32], pen_scale: float, threads: int) -> None: ...
def path_features(given: Strokes, out: npt.NDArray[np.float32], threads: int) -> None: ...
def draw(given: Strokes, pen_scale: float) -> npt.NDArray[np.uint8]: ...
def extent(strokes: Sequence[npt.ArrayLike]) -> tuple[float, float]: ...
def median_step(stroke: npt.ArrayLike) -> tuple[int, float]: ...
