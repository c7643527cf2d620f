"""Files are written whole or not at all.

In flow a path and bytes; out comes a file that whoever reads it sees as it was before or as it is after, even if the
disk is full, the program is stopped or the power fails in between.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: str | os.PathLike[str], data: bytes, lasting: bool = True) -> None:
    """Write a file: all of it, or on failure nothing.

    Parameters
    ----------
    path : where; a link stays, and what it points to is written.
    data : what the file holds.
    lasting : wait until the disk has it, so that even a power cut leaves the old file or the new one.

    Raises
    ------
    OSError
        It cannot be written; its `filename` is `path`.
    """
    with replacing(path, lasting) as file:
        file.write(data)


@contextmanager
def replacing(path: str | os.PathLike[str], lasting: bool = True) -> Iterator[BinaryIO]:
    """A binary file to write to that takes the place of `path` when the block ends, unless it raises."""
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe has no content to keep whole
            with target.open("wb") as file:
                yield file
            return
        with beside.open("wb") as file:
            yield file
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, beside, str(beside)):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
