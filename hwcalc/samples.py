"""Personal samples: glyphs as one person wrote them, with what they say these are, in a file of that person's.

In flow strokes and labels; out flow the same, from one start to the next. `personal.py` learns from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .ink import FloatArray

MOST_SAMPLES = 5000
MOST_POINTS = 5000  # of one sample


@dataclass(frozen=True, eq=False)
class Sample:
    """A glyph as a person wrote it, and what they say it is: strokes, each float64 (k, 2), and a label."""

    label: str
    strokes: tuple[FloatArray, ...]


class Samples:
    """Personal samples in a file, a line of JSON for each. A damaged line is left out."""

    def __init__(self, path: Path) -> None:
        """Those in the file; none when it is not there yet."""
        self._path = path
        self.all: list[Sample] = []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        for line in lines:
            try:
                self.all.append(_sample(line))
            except (ValueError, TypeError, KeyError, RecursionError):
                continue

    def __len__(self) -> int:
        return len(self.all)

    def add(self, label: str, strokes: Iterable[FloatArray]) -> None:
        """Keep a sample; of too many the oldest goes. Raises OSError."""
        sample = Sample(label, tuple(np.asarray(s, np.float64)[:, :2] for s in strokes))
        self.all.append(sample)
        if len(self.all) > MOST_SAMPLES:
            del self.all[:-MOST_SAMPLES]
            self._write()
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(sample))

    def remove(self, numbers: Iterable[int]) -> None:
        """Delete the samples at these places. Raises OSError."""
        gone = set(numbers)
        self.all = [sample for number, sample in enumerate(self.all) if number not in gone]
        self._write()

    def _write(self) -> None:
        if self.all:
            # Loads the compiled core, which keeping samples does not need
            from .atomic import write_whole

            write_whole(self._path, "".join(map(_line, self.all)).encode("utf-8"))
        else:
            self._path.unlink(missing_ok=True)


def _line(sample: Sample) -> str:
    strokes = [np.round(stroke, 2).tolist() for stroke in sample.strokes]
    return json.dumps({"label": sample.label, "strokes": strokes}, ensure_ascii=False) + "\n"


def _sample(line: str) -> Sample:
    told = json.loads(line)
    strokes = tuple(np.array(stroke, np.float64).reshape(-1, 2) for stroke in told["strokes"])
    points = np.concatenate(strokes)
    label = told["label"]
    if not isinstance(label, str) or len(label) != 1 or not 0 < len(points) <= MOST_POINTS:
        raise ValueError
    if not np.isfinite(points).all() or np.abs(points).max() > 1e6:
        raise ValueError
    return Sample(label, strokes)
