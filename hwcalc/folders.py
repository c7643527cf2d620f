"""Folders of pictures, one folder for each label: `symbols/plus/a.png`, `symbols/7/b.jpg`.

In flows the folder above them; out flow glyphs with bright ink on black, each with the name of its file.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from .datasets import DatasetError, GlyphSet
from .ink import ByteArray, ReadError
from .loaded import MOST_GLYPHS, Complain, Loaded, is_waiting, refuse, too_many
from .polarity import turned
from .symbol_names import known, label_of

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".pgm")
MOST_SIDE = 128
"""Longer side in pixels that a picture is scaled down to: the features see no more."""


def read_folder(path: str | os.PathLike[str], complain: Complain = refuse) -> Loaded:
    """The pictures in the folders of a folder.

    Parameters
    ----------
    path : a folder with folders named by labels: 0 to 9, plus, minus, times, div …
    complain : what to do with pictures that cannot be read and folders that are no label.

    Raises
    ------
    DatasetError
        It is no such folder, or `complain` raised.
    """
    path = Path(path)
    pictures: list[ByteArray] = []
    labels: list[str] = []
    places: list[str] = []
    for folder in _inside(path):
        if not folder.is_dir():
            continue
        label = label_of(folder.name)
        if label is None:
            complain(f"{folder}: {folder.name!r} is no label; rename it or move it away: {known()}")
            continue
        for file in _inside(folder):
            if file.suffix.lower() not in SUFFIXES or is_waiting(file, complain):
                continue
            if len(pictures) == MOST_GLYPHS:
                raise too_many(str(path))
            try:
                pictures.append(read_glyph(file))
            except ReadError as error:
                complain(str(error))
                continue
            labels.append(label)
            places.append(str(file))
    if not pictures:
        raise DatasetError(
            f"{path}: no pictures of glyphs here; put them in folders named by labels: 0 to 9, plus, minus, …"
        )
    told = np.array(labels, "<U1")
    glyphs, polarity = turned(pictures, told)
    return Loaded(GlyphSet(path.resolve().name, glyphs, told), places, [polarity])


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, hidden files left out, in the order of the names."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror or error}; check its name and permissions") from None


def read_glyph(path: str | os.PathLike[str]) -> ByteArray:
    """One picture in grey, uint8 (h, w), scaled down to 128 pixels where it is larger.

    Raises
    ------
    ReadError
        It cannot be read, or is no picture.
    """
    from .picture_file import open_picture  # it loads Pillow

    picture = open_picture(os.fspath(path))
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    factor = MOST_SIDE / max(grey.shape)
    if factor < 1:
        size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)
