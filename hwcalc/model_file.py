"""The file of a trained model: a description in JSON and plain arrays, in an .npz.

In flow a path, or a description and arrays; out flow the same from the file. Nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .atomic import write_whole

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

_DAMAGED = (
    *(KeyError, TypeError, ValueError, EOFError, OSError),
    *(RuntimeError, MemoryError, zlib.error, zipfile.BadZipFile),
)
"""What reading a damaged .npz raises: RuntimeError where the zip file says it is encrypted, MemoryError where an array
says that it is huge."""


class ModelError(ValueError):
    """A model file is missing, damaged, foreign or of another version. The message names a remedy."""


def read_model(path: str | os.PathLike[str], most: int) -> tuple[dict[str, Any], Arrays]:
    """The description and the arrays of a file of at most `most` bytes, packed or unpacked.

    Raises
    ------
    ModelError
        It cannot be read, is too large, is no model of hwcalc or is damaged.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; name a model file made by `hwcalc train`") from None
    if len(data) > most:
        raise ModelError(f"{path}: too large for a model (over {most >> 20} MB); choose another file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > most:
                raise ValueError("too large when unpacked")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = json.loads(arrays.pop("about").tobytes())
        if not isinstance(about, dict) or not isinstance(about.get("recipe"), dict):
            raise ValueError("no description")
    except _DAMAGED:
        raise ModelError(f"{path}: not a model of hwcalc, or damaged; make one with `hwcalc train`") from None
    return about, arrays


def write_model(
    path: str | os.PathLike[str], about: dict[str, Any], arrays: Arrays, loose: frozenset[str] = frozenset()
) -> None:
    """Write a model file, whole or not at all. Arrays named in `loose` are not compressed: they load faster."""
    # names of folders may hold bytes that are no UTF-8; in JSON their escapes stand for them
    text = json.dumps(about, ensure_ascii=False).encode(errors="backslashreplace")
    encoded = np.frombuffer(text, np.uint8)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in {"about": encoded, **arrays}.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)
            how = zipfile.ZIP_STORED if name in loose else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue(), how)
    write_whole(path, buffer.getvalue())


def digest(arrays: Arrays) -> str:
    """SHA-256 of named arrays, their types and shapes."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha.update(np.ascontiguousarray(arrays[name]).tobytes())
    return sha.hexdigest()
