"""Opens a picture and lays it on the sheet, below what is there.

In flows a file; out flows a `Picture` whose size on the sheet fits the window, or an error in one line.
The file is read and checked in the worker.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from hwcalc.gui.sheet import Picture
from hwcalc.ink import Box

if TYPE_CHECKING:
    from PIL import Image

SHOWN_SIDE = 1600  # pixels: a larger picture is kept smaller, which is still far more than reading needs
SIDE = 32.0  # logical units: left free at its sides, more than a scroll bar and the edge of the paper take
DARK = 110  # of 255: the mean of a picture that is dark
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf")


def load(path: Path, room: tuple[float, float], top: float) -> Picture:
    """Read a picture file.

    Parameters
    ----------
    path : Path
    room : (float, float)
        Width and height on the sheet it may fill, in logical units.
    top : float
        Where its upper edge comes to lie.

    Raises
    ------
    ValueError, OSError
        It is no picture, or too large. One line.
    """
    return fitted(path.read_bytes(), path.name, room, top)


def fitted(data: bytes, name: str, room: tuple[float, float], top: float) -> Picture:
    """The picture, or the first page, in the bytes of a file, as large as fits in `room`. Raises ValueError."""
    from PIL import Image

    from hwcalc.picture_file import pages_of

    pages = pages_of(data, name)
    picture = Image.fromarray(pages[0]()).convert("RGB")
    if len(pages) > 1:
        name = f"{name}, page 1 of {len(pages)}"
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    kept = io.BytesIO()
    picture.save(kept, "PNG", compress_level=1)
    factor = min(room[0] / picture.width, room[1] / picture.height, 1.0)
    left = SIDE + max((room[0] - picture.width * factor) / 2, 0.0)
    box = Box(left, top, left + picture.width * factor, top + picture.height * factor)
    data = kept.getvalue()
    pixels(data)
    return Picture(box, data, name)


def is_dark(picture: Image.Image) -> bool:
    """Is a picture, RGB, dark on the whole, as a blackboard is?"""
    from PIL import ImageStat

    small = picture.convert("L").resize((32, 32))
    return ImageStat.Stat(small).mean[0] < DARK


@lru_cache(maxsize=8)
def pixels(data: bytes) -> Image.Image:
    """The pixels, RGB, of a picture that is kept on a sheet.

    The last few are remembered: what the worker has decoded once the event thread need not decode again. Only PNG is
    ever kept, and some of Pillow's other formats start programs. Raises ValueError when it is no picture.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
            return opened.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValueError("a picture on the sheet cannot be read") from None
