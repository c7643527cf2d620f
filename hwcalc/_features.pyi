"""Types of the compiled features."""

import numpy as np
import numpy.typing as npt

SIZE: int
PATH_SIZE: int
SHAPE_COUNT: int
CANVAS_SIDE: int

def image_features(
    pixels: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    heights: npt.NDArray[np.int32],
    widths: npt.NDArray[np.int32],
    out: npt.NDArray[np.float32],
    threads: int,
) -> None: ...
def stroke_features(
    points: npt.NDArray[np.float32],
    strokes: npt.NDArray[np.int32],
    glyphs: npt.NDArray[np.int32],
    out: npt.NDArray[np.float32],
    pen_scale: float,
    threads: int,
) -> None: ...
def path_features(
    points: npt.NDArray[np.float32],
    strokes: npt.NDArray[np.int32],
    glyphs: npt.NDArray[np.int32],
    out: npt.NDArray[np.float32],
    threads: int,
) -> None: ...
def draw(
    points: npt.NDArray[np.float32], strokes: npt.NDArray[np.int32], pen_scale: float
) -> npt.NDArray[np.uint8]: ...
