"""Tables of glyphs: CSV files with a row for each glyph, its pixels in columns and its label in one more.

In flows a file, plain or .gz; out flow glyphs. It is read in pieces, so that the memory taken is that of the glyphs
as bytes; pixels may be 0 to 1 or 0 to 255, ink bright or dark, columns in any order and with the names that the
table's maker liked. What cannot be right is told with its line.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from .atomic import replacing
from .datasets import DatasetError, GlyphSet
from .loaded import MOST_GLYPHS, Complain, Loaded, refuse, text_of, too_many
from .polarity import turned
from .symbol_names import known, label_of

PIECE = 2000
"""Rows parsed at once: 13 MB of pixels while they are numbers."""

MOST_CHARACTERS = 1 << 20
"""A longer line is not a row of a table."""

_LABEL_NAMES = ("label", "labels", "class", "target", "y", "symbol", "digit")
_WRITER_NAMES = ("writer", "writers", "author", "who")
_IGNORED = ("", "id", "index", "unnamed: 0", "filename", "file", "source")

Line = tuple[int, str]


class _Columns(NamedTuple):
    """Which column is what: `pixels` in the order of the picture, row by row."""

    width: int
    label: int
    pixels: Sequence[int]
    writer: int | None = None
    ignored: Sequence[str] = ()

    @property
    def side(self) -> int:
        return math.isqrt(len(self.pixels))

    @property
    def run(self) -> bool:
        """Whether the pixels stand side by side in their order, which is read faster."""
        return list(self.pixels) == list(range(self.pixels[0], self.pixels[0] + len(self.pixels)))


def read_table(path: str | os.PathLike[str], complain: Complain = refuse) -> Loaded:
    """The glyphs of a CSV file.

    Parameters
    ----------
    path : a .csv or .csv.gz
        With or without a header. The label is in the column `label` (or class, target, y, symbol, digit), without a
        header in the first or last; a column `writer` tells who wrote it; all others are pixels, as many as a
        square has, in the order of the numbers in their names (`pixel0`, `1x1`) if there are any.
    complain : what to do with the rows that are wrong.

    Raises
    ------
    DatasetError
        It cannot be read, is no such table, has over 500,000 rows, or `complain` raised.
    """
    path = Path(path)
    with text_of(path, "save it as CSV in UTF-8") as text:
        return _read(path, text, complain)


def _lines(text: IO[str], path: Path) -> Iterator[Line]:
    number = 0
    while line := text.readline(MOST_CHARACTERS):
        number += 1
        if len(line) == MOST_CHARACTERS:
            raise DatasetError(f"{path}:{number}: the line has over a million characters: this is no table")
        if line.strip():
            yield number, line.rstrip("\r\n")


def _read(path: Path, text: IO[str], complain: Complain) -> Loaded:
    lines = _lines(text, path)
    first = list(islice(lines, PIECE))
    if not first:
        raise DatasetError(f"{path}: the table is empty")
    separator = max(",;\t", key=first[0][1].count)
    columns, header = _columns(path, first, separator)
    if header:
        del first[0]
    _check_size(path, first)
    reader = _Rows(path, separator, columns, complain)
    while first:
        reader.add(first)
        first = list(islice(lines, PIECE))
    return reader.loaded()


def _check_size(path: Path, lines: Sequence[Line]) -> None:
    """Tell at once, not after minutes, that a file is far too large."""
    mean = sum(len(line) + 1 for _, line in lines) / max(1, len(lines))
    size = path.stat().st_size
    if lines and path.suffix.lower() != ".gz" and size > 1.5 * mean * MOST_GLYPHS:
        raise DatasetError(
            f"{path}: {size / 1e9:.1f} GB, about {size / mean:,.0f} rows, and the limit is {MOST_GLYPHS:,}: split it"
        )


# The columns.


def _columns(path: Path, lines: Sequence[Line], separator: str) -> tuple[_Columns, bool]:
    """Which column is what, and whether the first line is a header."""
    number, line = lines[0]
    names = [name.strip().lower() for name in _fields(line, separator)]
    if len(names) < 10:
        raise DatasetError(
            f"{path}:{number}: {len(names)} columns, but a row is a label and the pixels of a square picture, "
            "such as label,pixel0,…,pixel783"
        )
    if _is_header(names):
        columns = _named(path, number, names)
    else:
        rows = [_fields(text, separator) for _, text in lines[:200]]
        columns = _Columns(len(names), _label_column(path, rows), ())
        pixels = [i for i in range(len(names)) if i != columns.label]
        columns = columns._replace(pixels=pixels)
    if columns.side**2 != len(columns.pixels):
        raise DatasetError(
            f"{path}:{number}: {len(columns.pixels)} columns of pixels, which are no square picture such as "
            "28×28 = 784; leave other columns out"
        )
    return columns, _is_header(names)


def _fields(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return line.split(separator)
    return next(csv.reader([line], delimiter=separator))


def _is_header(names: Sequence[str]) -> bool:
    """Whether these are names: some field is no number, other than a label at either end."""
    text = [i for i, name in enumerate(names) if _number(name) is None]
    return text not in ([], [0], [len(names) - 1]) or (bool(text) and label_of(names[text[0]]) is None)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _named(path: Path, number: int, names: Sequence[str]) -> _Columns:
    twice = {name for name in names if name and names.count(name) > 1} if len(set(names)) < len(names) else ()
    if twice:
        raise DatasetError(f"{path}:{number}: two columns are called {min(twice)!r}; rename one")
    found = [name for name in _LABEL_NAMES if name in names]
    if not found:
        raise DatasetError(f"{path}:{number}: no column is called label; name the column of the labels so")
    writer = next((name for name in _WRITER_NAMES if name in names), None)
    other = [name for name in names if name in _IGNORED]
    pixels = [i for i, name in enumerate(names) if name not in other and name != found[0] and name != writer]
    unlike = [names[i] for i in pixels if re.search(r"\d", names[i]) is None]
    if unlike:
        raise DatasetError(
            f"{path}:{number}: the column {unlike[0]!r} is neither label nor pixel; leave it out, or call the pixels "
            "pixel0, pixel1, …"
        )
    order = {i: [int(part) for part in re.findall(r"\d+", names[i])] for i in pixels}
    pixels.sort(key=lambda i: order[i])
    return _Columns(
        len(names), names.index(found[0]), pixels, None if writer is None else names.index(writer), other
    )


def _label_column(path: Path, rows: Sequence[Sequence[str]]) -> int:
    """Of a table without a header, the first or the last column, whichever can be labels."""
    fit = []
    for column in (0, -1):
        values = {row[column] for row in rows}
        if all(label_of(value) is not None for value in values) and (len(values) > 1 or len(rows) == 1):
            fit.append(column)
    if len(fit) == 2:  # a corner pixel is hardly ever more than two values
        fit = [max(fit, key=lambda column: len({row[column] for row in rows}))]
    if not fit:
        raise DatasetError(
            f"{path}:1: neither the first nor the last column holds labels; give the table a header with "
            "label,pixel0,pixel1,…"
        )
    return fit[0] % len(rows[0])


# The rows.


class _Rows:
    """Takes lines, keeps pictures."""

    def __init__(self, path: Path, separator: str, columns: _Columns, complain: Complain) -> None:
        self.path, self.separator, self.columns, self.complain = path, separator, columns, complain
        self.run = columns.run
        self.pixels: list[npt.NDArray[np.uint8]] = []
        self.labels: list[str] = []
        self.writers: list[str] = []
        self.lines: list[int] = []
        self.small: list[bool | None] = []  # whether pixels are 0 to 1; None for a row that is black

    def add(self, lines: Sequence[Line]) -> None:
        """Parse a piece of the table."""
        told = []  # line, label, writer, pixels as text
        for number, line in lines:
            row = self._told(number, line)
            if row is not None:
                told.append((number, *row))
        if len(self.labels) + len(told) > MOST_GLYPHS:
            raise too_many(str(self.path))
        values, good = self._values([(number, text) for number, _, _, text in told])
        told = [told[i] for i in good]
        highest = values.max(axis=1) if len(values) else np.empty(0)
        small = highest <= 1
        values[small] *= 255
        self.pixels.append(np.rint(values).astype(np.uint8))
        self.lines += [number for number, *_ in told]
        self.labels += [label for _, label, _, _ in told]
        self.writers += [writer for _, _, writer, _ in told]
        self.small += [bool(s) if h > 0 else None for s, h in zip(small, highest, strict=True)]

    def _told(self, number: int, line: str) -> tuple[str, str, str] | None:
        """Label, writer and the text of the pixels in a line; None where they are not there."""
        columns, separator = self.columns, self.separator
        if '"' in line or not self.run:
            fields = _fields(line, separator)
            count = len(fields)
            pixels = separator.join(fields[i] for i in columns.pixels if i < count)
        else:
            count = line.count(separator) + 1
            begin = columns.pixels[0]
            after = columns.width - begin - len(columns.pixels)
            head = line.split(separator, begin)
            tail = head.pop().rsplit(separator, after)
            pixels = tail[0]
            fields = [*head, *[""] * len(columns.pixels), *tail[1:]]
        if count != columns.width:
            self._wrong(number, f"{count} columns, not {columns.width} as in the first line")
            return None
        name = fields[columns.label].strip()
        label = label_of(name)
        if label is None:
            self._wrong(number, f"{name!r} is no label; {known()}" if name else "the label is missing")
            return None
        return label, "" if columns.writer is None else fields[columns.writer].strip(), pixels

    def _values(self, rows: Sequence[Line]) -> tuple[npt.NDArray[np.float64], list[int]]:
        """Pixels of the rows that have proper ones, and which these are."""
        width = len(self.columns.pixels)
        values = _parsed(self.separator.join(text for _, text in rows), self.separator)
        if values is None or len(values) != width * len(rows):
            kept = [self._checked(number, text) for number, text in rows]
            values = np.concatenate([np.empty(0), *(row for row in kept if row is not None)])
            good = [i for i, row in enumerate(kept) if row is not None]
        else:
            good = list(range(len(rows)))
        values = values.reshape(-1, width)
        proper = np.isfinite(values).all(axis=1) & (values >= 0).all(axis=1) & (values <= 255).all(axis=1)
        for i in np.flatnonzero(~proper):
            wrong = values[i][~((values[i] >= 0) & (values[i] <= 255))][0]
            self._wrong(rows[good[i]][0], f"a pixel is {wrong:g}; pixels are 0 to 1 or 0 to 255")
        return values[proper], [good[i] for i in np.flatnonzero(proper)]

    def _checked(self, number: int, text: str) -> npt.NDArray[np.float64] | None:
        """Pixels of one row, or None after a complaint."""
        row = []
        for i, told in enumerate(text.split(self.separator)):
            value = _number(told)
            if value is None:
                column = self.columns.pixels[i] + 1
                self._wrong(number, f"column {column} holds {told[:20]!r}, which is no number of a pixel")
                return None
            row.append(value)
        return np.array(row)

    def _wrong(self, number: int, reason: str) -> None:
        self.complain(f"{self.path}:{number}: {reason}")

    def loaded(self) -> Loaded:
        """The glyphs of all lines."""
        if not self.labels:
            raise DatasetError(f"{self.path}: no row of the table is a glyph")
        self._check_scale()
        side = self.columns.side
        labels = np.array(self.labels, "<U1")
        pictures = np.concatenate(self.pixels).reshape(-1, side, side)
        self.pixels.clear()
        glyphs, polarity = turned(list(pictures), labels)
        scale = "0 to 1" if True in self.small else "0 to 255"
        notes = [f"{side}×{side} pixels, {scale}, {polarity}"]
        if self.columns.ignored:
            notes.append(
                f"columns left out: {', '.join(name or '(no name)' for name in self.columns.ignored)}"
            )
        name = self.path.name.split(".")[0]
        writers = np.array([f"{name}/{writer}" if writer else name for writer in self.writers])
        places = [f"{self.path}:{line}" for line in self.lines]
        return Loaded(GlyphSet(name, glyphs, labels, writers), places, notes)

    def _check_scale(self) -> None:
        """All rows must be 0 to 1 or all 0 to 255; black ones may be either."""
        ones, many = self.small.count(True), self.small.count(False)
        if not (ones and many):
            return
        odd = self.lines[self.small.index(ones <= many)]
        raise DatasetError(
            f"{self.path}:{odd}: mixed scales: {ones:,} rows have pixels of 0 to 1 and {many:,} of 0 to 255, this one "
            "among the fewer; scale all alike"
        )


def _parsed(text: str, separator: str) -> npt.NDArray[np.float64] | None:
    """All numbers of a text; None if something in it is none."""
    if not text:
        return np.empty(0)
    whole = _integers(text, separator)
    if whole is not None:
        return whole
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how NumPy says that it met something else
        try:
            return np.fromstring(text, np.float64, sep=separator)
        except (DeprecationWarning, ValueError):
            return None


def _integers(text: str, separator: str) -> npt.NDArray[np.float64] | None:
    """All numbers of a text of one to three digits each, as most tables are; None if it is another.

    NumPy's own parser takes 400 ns for a number, this 30.
    """
    characters = np.frombuffer(f"{text}{separator}".encode(), np.uint8)
    ends = np.flatnonzero(characters == ord(separator))
    digits = characters - np.uint8(ord("0"))  # separators wrap around to something large
    lengths = np.diff(ends, prepend=-1) - 1
    if lengths.min() < 1 or lengths.max() > 3 or np.count_nonzero(digits > 9) > len(ends):
        return None
    values = digits[ends - 1].astype(np.float64)
    for place, worth in ((2, 10.0), (3, 100.0)):
        there = lengths >= place
        values[there] += worth * digits[ends[there] - place]
    return values


def write_table(path: str | os.PathLike[str], glyphs: GlyphSet, pictures: npt.NDArray[np.uint8]) -> None:
    """Write pictures (n, h, h) and the labels of `glyphs` as CSV: label,pixel0,… with pixels of 0 to 255."""
    flat = pictures.reshape(len(pictures), -1)
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["label", *(f"pixel{i}" for i in range(flat.shape[1]))])
        for label, row in zip(glyphs.labels, flat, strict=True):
            rows.writerow([label, *row.tolist()])
        text.flush()
        text.detach()
