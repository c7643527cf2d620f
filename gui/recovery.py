"""Keeps the sheet safe while it is written: a crash or a kill loses at most a second of ink.

In flow edits, and the stroke that is being drawn; out flows the slot's file, written in the worker, and on the
next start the sheet.
"""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

from hwcalc.atomic import write_whole
from hwcalc.gui.files import SheetError, dumps, read_sheet
from hwcalc.gui.sheet import Edit, Item, Sheet, Stroke
from hwcalc.gui.worker import Worker

logger = logging.getLogger(__name__)

QUIET_MS = 150  # saved when nothing changed for this long …
LONGEST = 1.0  # … or when a change waits for this many seconds


class Recovery:
    """Writes the sheet to `path` after every edit, and now and then while a long stroke is drawn.

    `underway()` is that stroke, None when there is none. `lost(why)` is called when the sheet cannot be written, and
    not again until it could be.
    """

    def __init__(
        self,
        widget: tk.Misc,
        sheet: Sheet,
        worker: Worker,
        path: Path,
        underway: Callable[[], Stroke | None] = lambda: None,
        lost: Callable[[str], object] = lambda _: None,
    ) -> None:
        """`watch` begins to save."""
        self._widget = widget
        self._sheet = sheet
        self._worker = worker
        self._path = path
        self._underway = underway
        self._lost = lost
        self._told = False  # that it cannot be written
        self._due: str | None = None
        self._since: float | None = None

    def recover(self) -> dict[int, Item]:
        """What was on the sheet when the program ended without saving it; empty when nothing was."""
        try:
            return read_sheet(self._path)
        except FileNotFoundError:
            return {}
        except (OSError, SheetError) as error:
            logger.warning("the last sheet cannot be recovered: %s", error)
            return {}

    def watch(self) -> None:
        """Begin to save after every edit."""
        self._sheet.listeners.append(self._edited)
        self._look()

    def _look(self) -> None:
        if self._underway() is not None:
            self._save()
        self._widget.after(round(1000 * LONGEST), self._look)

    def forget(self) -> None:
        """The sheet is saved or empty: nothing to recover."""
        with suppress(OSError):  # then it is there once more
            self._path.unlink(missing_ok=True)

    def save_now(self) -> None:
        """Write the sheet here and now, at the end of the program."""
        self._write(dict(self._sheet.items))

    def _edited(self, edit: Edit) -> None:
        self._since = self._since or monotonic()
        if self._due is not None:
            self._widget.after_cancel(self._due)
        wait = 1 if monotonic() - self._since > LONGEST else QUIET_MS
        self._due = self._widget.after(wait, self._save)

    def _save(self) -> None:
        self._due = self._since = None
        items, stroke = dict(self._sheet.items), self._underway()
        if stroke is not None:
            items[max(items, default=-1) + 1] = stroke
        self._worker.submit(lambda: self._write(items), self._written, self._failed, key="recovery")

    def _write(self, items: dict[int, Item]) -> None:
        write_whole(self._path, dumps(items).encode("utf-8"), lasting=False)

    def _written(self, _: object) -> None:
        self._told = False

    def _failed(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            self._lost(getattr(error, "strerror", None) or str(error))
