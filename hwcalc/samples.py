"""Personal samples: glyphs as one person wrote them, with what they say these are, in a file of that person's.

In flow strokes and labels; out flow the same, from one start to the next. `personal.py` learns from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .atomic import write_whole
from .ink import FloatArray

MOST_SAMPLES = 5000
MOST_POINTS = 5000  # of one sample


@dataclass(frozen=True, eq=False)
class Sample:
    """A glyph as a person wrote it, and what they say it is: strokes, each float64 (k, 2), and a label."""

    label: str
    strokes: tuple[FloatArray, ...]


class Samples:
    """Personal samples in a file, a line of JSON for each. A damaged line is left out.

    Other windows of that person add to the file and delete from it, too: `refresh` follows them.
    """

    def __init__(self, path: Path) -> None:
        """Those in the file; none when it is not there yet."""
        self._path = path
        self._by_line: dict[str, Sample] = {}
        self.refresh()

    def __len__(self) -> int:
        return len(self._by_line)

    @property
    def all(self) -> list[Sample]:
        """The samples, oldest first."""
        return list(self._by_line.values())

    def refresh(self) -> None:
        """Hold what is in the file now; a sample that still is stays the same object."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        except OSError:
            return
        before, self._by_line = self._by_line, {}
        for line in lines:
            with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
                self._by_line[line] = before.get(line) or _sample(line)

    def add(self, label: str, strokes: Iterable[FloatArray]) -> None:
        """Keep a sample; of too many the oldest goes. Raises OSError."""
        sample = Sample(label, tuple(np.asarray(s, np.float64)[:, :2] for s in strokes))
        line = _line(sample)
        self._by_line.pop(line, None)  # so that the newest is the last
        self._by_line[line] = sample
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        if len(self) > MOST_SAMPLES:
            self.remove(range(len(self) - MOST_SAMPLES))

    def remove(self, numbers: Iterable[int]) -> None:
        """Delete the samples at these places. Raises OSError."""
        lines = list(self._by_line)
        gone = {lines[number] for number in numbers}
        self.refresh()
        self._by_line = {line: sample for line, sample in self._by_line.items() if line not in gone}
        self._write()

    def _write(self) -> None:
        if self._by_line:
            write_whole(self._path, "".join(f"{line}\n" for line in self._by_line).encode("utf-8"))
        else:
            self._path.unlink(missing_ok=True)


def _line(sample: Sample) -> str:
    strokes = [np.round(stroke, 2).tolist() for stroke in sample.strokes]
    return json.dumps({"label": sample.label, "strokes": strokes}, ensure_ascii=False)


def _sample(line: str) -> Sample:
    told = json.loads(line)
    strokes = tuple(np.array(stroke, np.float64).reshape(-1, 2) for stroke in told["strokes"])
    points = np.concatenate(strokes)
    label = told["label"]
    if not isinstance(label, str) or len(label) != 1 or len(points) > MOST_POINTS:
        raise ValueError
    if not np.abs(points).max() <= 1e6:  # or no number; of no points there is no largest
        raise ValueError
    return Sample(label, strokes)
