"""MNIST and other sets of labelled glyphs.

In flow files of a set, checked; out flows a `GlyphSet`. MNIST stands in the project's data/ folder; all sets are
looked for in the data folder, which `hwcalc data get` fills: the user's own, or the one that HWCALC_DATA names.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from .public_sets import SETS

LABELS = "0123456789+-×÷/=().√%"
"""Every label a glyph can have."""

_SAME_LABEL = {",": ".", "·": ".", "*": None}


class DatasetError(ValueError):
    """A set is missing, truncated or not what its name says. The message names the file and a remedy."""


@dataclass
class GlyphSet:
    """Labelled glyphs of one source.

    Parameters
    ----------
    name : str
    glyphs : list of n glyphs
        Each a picture, uint8 (h, w) with bright ink on black, or a list of strokes, each (k, 2).
    labels : str (n,)
    writers : str (n,)
        Who wrote each glyph; the name of the set where that is not known.
    """

    name: str
    glyphs: list[Any]
    labels: npt.NDArray[np.str_]
    writers: npt.NDArray[np.str_] = field(default_factory=lambda: np.empty(0, "<U1"))

    def __post_init__(self) -> None:
        if not len(self.writers):
            self.writers = np.full(len(self.glyphs), self.name)

    def __len__(self) -> int:
        return len(self.glyphs)

    def take(self, indices: npt.NDArray[Any]) -> GlyphSet:
        """The glyphs at `indices` (integers or a mask), as a set."""
        chosen = np.arange(len(self))[indices]
        return GlyphSet(
            self.name, [self.glyphs[i] for i in chosen], self.labels[chosen], self.writers[chosen]
        )


MNIST_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_MNIST_MD5 = {
    source.url.rsplit("/", 1)[1]: source.checksum.removeprefix("md5:")
    for row in SETS
    if row.name == "mnist"
    for source in row.sources
}


def data_folder() -> Path:
    """Where downloaded sets are kept: the folder HWCALC_DATA names, else `glyphs` in the user's data folder.

    Raises
    ------
    DatasetError
        HWCALC_DATA names no folder.
    """
    named = os.environ.get("HWCALC_DATA")
    if not named:
        return platformdirs.user_data_path("hwcalc", appauthor=False) / "glyphs"
    if not Path(named).is_dir():
        raise DatasetError(f"HWCALC_DATA names {named}, which is no folder; correct it or unset it")
    return Path(named)


def mnist_folder() -> Path:
    """Where MNIST's files are: in HWCALC_DATA, the checkout's data/, ./data or the user's data folder."""
    named = os.environ.get("HWCALC_DATA")
    places = [
        *([Path(named) / "mnist", Path(named)] if named else []),
        Path(__file__).resolve().parent.parent / "data" / "mnist",
        Path("data") / "mnist",
        *([] if named else [data_folder() / "mnist"]),
    ]
    for place in places:
        if any(place.glob("train-images-idx3-ubyte*")):
            return place
    raise DatasetError(
        "MNIST is not here: run `hwcalc data get mnist`, "
        "or name a folder with its four files in the environment variable HWCALC_DATA"
    )


def load_mnist(split: str = "train", folder: str | os.PathLike[str] | None = None) -> GlyphSet:
    """MNIST (Y. LeCun, C. Cortes; CC BY-SA 3.0).

    Parameters
    ----------
    split : 'train' (60,000 glyphs) or 'test' (10,000)
    folder : path, optional
        Where the four IDX files are, plain or .gz; by default `mnist_folder()`.

    Raises
    ------
    DatasetError
        A file is missing, truncated, changed or no IDX file.
    """
    if split not in MNIST_FILES:
        raise ValueError(f"split must be 'train' or 'test', not {split!r}")
    place = Path(folder) if folder is not None else mnist_folder()
    images, labels = (read_idx(_idx_file(place, name)) for name in MNIST_FILES[split])
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise DatasetError(
            f"{place}: images {images.shape} and labels {labels.shape} do not belong together; "
            "copy both files of the split again"
        )
    return GlyphSet("mnist", list(images), labels.astype("<U1"))


def _idx_file(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise DatasetError(f"{folder / name}.gz is missing: run `hwcalc data get mnist`, or copy it there")


def read_idx(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """Read one IDX file of bytes, plain or .gz; a file with a name of MNIST's must have MNIST's MD5.

    Raises
    ------
    DatasetError
        The file cannot be read, is truncated, has a wrong checksum or is no IDX file of bytes.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}; check its name and permissions") from None
    want = _MNIST_MD5.get(path.name)
    if raw[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error):
            raise DatasetError(f"{path}: the gzip file is truncated or damaged; copy it again") from None
    else:
        data, want = raw, None
    if len(data) < 4 or data[:3] != b"\x00\x00\x08" or not 1 <= data[3] <= 4:
        raise DatasetError(f"{path}: not an IDX file of bytes; MNIST's files begin with 00 00 08")
    rank = data[3]
    shape = tuple(int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank))
    size = int(np.prod(shape, dtype=np.int64)) if len(data) >= 4 + 4 * rank else -1
    if len(data) - 4 - 4 * rank != size:
        raise DatasetError(f"{path}: truncated or damaged: its header promises {shape}; copy it again")
    if want is not None and hashlib.md5(raw, usedforsecurity=False).hexdigest() != want:
        raise DatasetError(f"{path}: its MD5 checksum is not that of MNIST's file; copy it again")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


PUBLIC_SETS = {row.name: row.file for row in SETS if row.name != "mnist"}
"""Name of each public set and of its file in the data folder."""


def available_sets() -> list[str]:
    """Names of the public sets whose file is in the data folder."""
    folder = data_folder()
    return [name for name, file in PUBLIC_SETS.items() if (folder / file).is_file()]


def load_set(name: str) -> GlyphSet:
    """One public set, its labels folded to `LABELS` (a comma is a point, · is ×; others are left out).

    Raises
    ------
    DatasetError
        The set is unknown, or its file is missing or damaged.
    """
    if name not in PUBLIC_SETS:
        raise DatasetError(f"there is no set {name!r}; known are {', '.join(PUBLIC_SETS)}")
    path = data_folder() / PUBLIC_SETS[name]
    if not path.exists():
        raise DatasetError(
            f"{path} is missing: run `hwcalc data get {name}`, or name the folder that holds it in HWCALC_DATA"
        )
    try:
        loaded = _load_pixels(path) if path.suffix == ".npz" else _load_strokes(path)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or 'damaged'}; copy it again") from None
    except (KeyError, TypeError, ValueError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError):
        raise DatasetError(f"{path}: not a set of glyphs, or damaged; copy it again") from None
    glyphs, labels, writers = loaded
    folded = [_SAME_LABEL.get(label, label) for label in labels]
    keep = [i for i, label in enumerate(folded) if label is not None and label in LABELS]
    return GlyphSet(
        name,
        [glyphs[i] for i in keep],
        np.array([folded[i] for i in keep], "<U1"),
        np.array([f"{name}/{writers[i]}" for i in keep]),
    )


def _load_pixels(path: Path) -> tuple[Sequence[Any], list[str], list[str]]:
    with np.load(path, allow_pickle=False) as arrays:
        images, labels = arrays["images"], [str(x) for x in arrays["labels"]]
        writers = [str(x) for x in arrays["writers"]] if "writers" in arrays else ["?"] * len(labels)
    if images.dtype != np.uint8 or images.ndim != 3 or not len(images) == len(labels) == len(writers):
        raise ValueError("images must be uint8 (n, h, w), one label and at most one writer each")
    return list(images), labels, writers


def _load_strokes(path: Path) -> tuple[Sequence[Any], list[str], list[str]]:
    with gzip.open(path, "rt", encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    if not rows:
        raise ValueError("no glyphs")
    glyphs = [[np.array(stroke, np.float64).reshape(-1, 2) for stroke in row["strokes"]] for row in rows]
    return glyphs, [row["label"] for row in rows], [str(row.get("writer") or "?") for row in rows]
