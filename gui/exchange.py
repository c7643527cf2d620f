"""Copying answers out, as text, LaTeX or a picture, and pasting pictures and sums.

In flow lines and what is on the clipboard; out flow the clipboard and edits of the sheet.
"""

from __future__ import annotations

import io
from functools import partial

import numpy as np

from hwcalc.gui import clipboard, pictures
from hwcalc.gui.brush import smoothed
from hwcalc.gui.documents import Documents
from hwcalc.gui.field import Field
from hwcalc.gui.history import Entry
from hwcalc.gui.live import Line, explained
from hwcalc.gui.parts import Parts
from hwcalc.gui.telling import copied_answer
from hwcalc.gui.theme import LIGHT
from hwcalc.gui.thumbnails import thumbnail

PICTURE_SIZE = (1200, 240)  # pixels: the most that a copied sum takes
PICTURE_PEN = 6.0  # pixels


class Exchange:
    """Copy and paste. Pasted text goes into the field, several lines of it onto the sheet."""

    def __init__(self, parts: Parts, documents: Documents, field: Field) -> None:
        """Nothing is copied yet."""
        self._parts = parts
        self._documents = documents
        self._field = field

    def copy(self, line: Line | None = None) -> None:
        """Copy the answer of a line; where none is given, of the selected one or the newest."""
        line = line or self._line()
        if line is None or line.reading is None or not line.reading.answer:
            self._parts.status.say("No answer to copy yet")
            return
        self._put(copied_answer(line.reading))

    def copy_latex(self) -> None:
        """Copy the selected expression, or the newest, as LaTeX."""
        line = self._line()
        if line is None or line.reading is None:
            self._parts.status.say("Nothing was read yet")
            return
        self._put(line.reading.latex)

    def copy_picture(self) -> None:
        """Copy the ink of the selected expression, or of the newest, as a picture."""
        line, strokes = self._line(), self._parts.sheet.strokes()
        ink = tuple(
            tuple(strokes[n].points[:, :2].ravel().tolist())
            for n in (line.parts if line else ())
            if n in strokes
        )
        if not ink:
            self._parts.status.say("No ink to copy yet")
            return
        self._put_picture(ink)

    def use(self, entry: Entry, how: str) -> None:
        """Copy an entry of the history: its `answer`, its `text`, as `latex` or as a `picture`; or do it `again`."""
        if how == "again":
            self._field.type(entry.text)
        elif how == "picture":
            self._put_picture(entry.strokes)
        else:
            self._put({"answer": entry.copied, "text": entry.text, "latex": entry.latex}[how])

    def paste(self) -> None:
        """Lay the clipboard's picture on the sheet, or take its text."""
        parts = self._parts
        try:
            data = clipboard.picture(parts.root)
        except OSError as error:
            parts.status.warn(str(error))
            return
        if data is not None:
            work = partial(pictures.fitted, data, "The picture on the clipboard", *self._documents.room())
            parts.files_worker.submit(
                work,
                lambda picture: self._documents.lay(picture, "Pasted the picture"),
                lambda error: parts.status.warn(explained(error)),
            )
        elif texts := clipboard.texts(parts.root):
            if len(texts) == 1:
                self._field.type(texts[0])
            else:
                self._field.put(texts)
        else:
            parts.status.say("There is nothing to paste")

    def _line(self) -> Line | None:
        live, chosen = self._parts.live, self._parts.selector.numbers
        return next((line for line in live.lines if chosen.intersection(line.parts)), None) or live.newest()

    def _put(self, text: str) -> None:
        clipboard.put(self._parts.root, text)
        self._parts.status.say(f"Copied {text}")

    def _put_picture(self, ink: tuple[tuple[float, ...], ...]) -> None:
        """In the worker: other programs may be slow to take it."""
        status = self._parts.status

        def work() -> None:
            paths = [np.reshape(s, (-1, 2)) for s in ink]
            largest = max(float(np.ptp(path, axis=0).max()) for path in paths)
            factor = min(PICTURE_SIZE[1] / max(largest, 1.0), 3.0)
            scaled = tuple(tuple(smoothed(path * factor).ravel().tolist()) for path in paths)
            kept = io.BytesIO()
            thumbnail(scaled, PICTURE_SIZE, PICTURE_PEN, LIGHT.ink, "white").save(kept, "PNG")
            clipboard.put_picture(kept.getvalue())

        self._parts.files_worker.submit(
            work, lambda _: status.say("Copied the picture"), lambda error: status.warn(explained(error))
        )
