"""What loading a set gives: its glyphs, where each one stands, and what was noticed on the way."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .datasets import DatasetError, GlyphSet

Complain: TypeAlias = Callable[[str], object]
"""Takes what is wrong with one glyph, with its file and line. If it returns, the glyph is left out."""

MOST_GLYPHS = 500_000
"""A set with more is refused: as 28×28 pictures these are 400 MB."""


def refuse(problem: str) -> None:
    """The first glyph that is wrong ends the loading. Raises DatasetError."""
    raise DatasetError(problem)


def is_waiting(path: Path, complain: Complain) -> bool:
    """Whether it is a pipe or a device, which is no file to read to its end; `complain` is told of it."""
    waiting = path.exists() and not (path.is_file() or path.is_dir())
    if waiting:
        complain(f"{path}: a pipe or a device, not a file; move it away")
    return waiting


@contextmanager
def text_of(path: Path, remedy: str) -> Iterator[IO[str]]:
    """The text of a file, plain or .gz, within the block; `remedy` is for a file that is no text.

    Raises
    ------
    DatasetError
        It cannot be read, is damaged, or is no text in UTF-8.
    """
    opened: Any = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as text:
            yield text
    except UnicodeDecodeError:
        raise DatasetError(f"{path}: this is not a text file in UTF-8; {remedy}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DatasetError(f"{path}: the gzip file is truncated or damaged; copy it again") from None
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}; check its name and permissions") from None


@dataclass
class Loaded:
    """A set as it was found.

    Parameters
    ----------
    glyphs : GlyphSet
    places : sequence of n str
        Where each glyph stands: 'digits.csv:17', 'symbols/plus/a.png'.
    notes : list of str
        What was noticed and mended: scale, polarity, columns that were left out.
    """

    glyphs: GlyphSet
    places: Sequence[str]
    notes: list[str] = field(default_factory=list)

    def take(self, indices: npt.NDArray[Any]) -> Loaded:
        """The glyphs at `indices` (integers or a mask)."""
        chosen = np.arange(len(self.glyphs))[indices]
        return Loaded(self.glyphs.take(chosen), [self.places[i] for i in chosen], self.notes)


def too_many(name: str) -> DatasetError:
    """The error for a set of more than `MOST_GLYPHS`."""
    return DatasetError(f"{name}: more than {MOST_GLYPHS:,} glyphs, which is the limit: split it")
