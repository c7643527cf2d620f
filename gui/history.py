"""The history: every sum with its answer, as it follows the lines of the sheet.

In flow the lines of the sheet; out flow entries, kept in a small file from one start to the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hwcalc.atomic import write_whole
from hwcalc.gui.live import Line
from hwcalc.gui.sheet import Sheet, Stroke
from hwcalc.gui.telling import copied_answer, shown_answer
from hwcalc.names import is_plain

if TYPE_CHECKING:
    from hwcalc.reader import Reading

QUIET_MS = 1500  # a sum is noted when nothing changed for this long
MOST = 200


@dataclass(frozen=True)
class Entry:
    """A sum that was answered. `strokes` are its ink, each a flat list x, y, x, y …; typed sums have none."""

    text: str
    latex: str
    answer: str
    copied: str
    strokes: tuple[tuple[float, ...], ...] = ()


class Log:
    """The entries, oldest first. A line on the sheet has one entry, which follows it while it changes."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        """Go on from `entries`."""
        self.entries: list[Entry] = entries or []
        self.listeners: list[Callable[[], None]] = []
        self._of_line: dict[tuple[int, int], Entry] = {}

    def note(self, lines: list[Line], sheet: Sheet) -> None:
        """Take in the lines that have a value, each under its first stroke, in the order of writing."""
        changed, strokes = False, sheet.strokes()
        for line in sorted(lines, key=lambda line: max(line.parts, default=0)):
            if line.reading is None or line.reading.value is None or not shown_answer(line.reading):
                continue
            if line.typed and is_plain(line.reading.text):
                continue  # a = 12 is no sum
            key = (min(line.parts), line.place)
            old = self._of_line.get(key)
            if old is not None and (old.text, old.answer) == (line.reading.text, _answer(line.reading)):
                continue
            entry = _entry(line, line.reading, strokes)
            there = next((other for other in self.entries if _same(entry, other)), None)
            self._of_line[key] = there or entry
            if there is not None:
                continue  # a sheet that was opened again
            if old in self.entries:
                self.entries.remove(old)
            self.entries.append(entry)
            changed = True
        if changed:
            self._changed()

    def sheet_left(self) -> None:
        """The sheet was cleared or another one opened: its entries do not follow it any more."""
        self._of_line.clear()

    def add(self, entry: Entry) -> None:
        """Take in a sum that was typed."""
        if not self.entries or self.entries[-1] != entry:
            self.entries.append(entry)
            self._changed()

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self._of_line.clear()
        self._changed()

    def _changed(self) -> None:
        del self.entries[:-MOST]
        for listener in self.listeners:
            listener()


def _answer(reading: Reading) -> str:
    return shown_answer(reading) + (" ?" if reading.doubtful else "")


def _entry(line: Line, reading: Reading, strokes: dict[int, Stroke]) -> Entry:
    ink = tuple(
        tuple(np.round(strokes[n].points[:, :2], 1).ravel().tolist()) for n in line.parts if n in strokes
    )
    return Entry(reading.text, reading.latex, _answer(reading), copied_answer(reading), ink)


def _same(entry: Entry, other: Entry) -> bool:
    """Are they one sum? Its ink may have been moved, and has been rounded in a file."""
    alike = (entry.text, entry.answer) == (other.text, other.answer)
    return alike and list(map(len, entry.strokes)) == list(map(len, other.strokes))


def joined(before: list[Entry], entries: list[Entry], there: list[Entry]) -> list[Entry]:
    """The entries of a window that began with `before`, and those that other windows have put `there` meanwhile."""
    others = [entry for entry in there if entry not in before and entry not in entries]
    start = next((n for n, entry in enumerate(entries) if entry not in before), len(entries))
    return [*entries[:start], *others, *entries[start:]][-MOST:]


class Kept:
    """The history in its file, which the windows of one user share."""

    def __init__(self, path: Path) -> None:
        """Read it."""
        self._path = path
        self.before = load(path)
        self._there = self.before
        self._stamp = self._stamped()
        self._own: set[Entry] = set()  # what this window has written there, and may have taken back since
        self._gone: set[Entry] = set()  # what another window has taken away

    def write(self, entries: list[Entry]) -> None:
        """Write the entries of this window beside those of others; what these took away stays away. Raises OSError."""
        if self._stamped() != self._stamp:
            before, self._there = self._there, load(self._path)
            self._gone.update(set(before).difference(self._there))
        self._gone.intersection_update(entries)
        entries = [entry for entry in entries if entry not in self._gone]
        others = [entry for entry in self._there if entry not in self._own]
        self._own.update(entries)
        there = joined(self.before, entries, others)
        write_whole(self._path, dumps(there), lasting=False)
        self._there, self._stamp = there, self._stamped()

    def _stamped(self) -> tuple[int, int] | None:
        """What is another one when the file was written again."""
        try:
            told = self._path.stat()
        except OSError:
            return None
        return told.st_ino, told.st_mtime_ns


def dumps(entries: list[Entry]) -> bytes:
    """Entries as the bytes of a file, one at a time: all at once would keep the pen waiting for 100 ms."""
    return f"[{','.join(json.dumps(vars(entry)) for entry in entries)}]".encode()


def load(path: Path) -> list[Entry]:
    """The entries in a file; none when it is missing or not ours: it is only a history."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [
            Entry(
                str(e["text"]),
                str(e["latex"]),
                str(e["answer"]),
                str(e["copied"]),
                tuple(_checked(stroke) for stroke in e["strokes"]),
            )
            for e in told
        ]
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return []


def _checked(stroke: list[float]) -> tuple[float, ...]:
    values = tuple(float(v) for v in stroke)
    if not values or len(values) % 2 or not all(map(isfinite, values)):
        raise ValueError
    return values
