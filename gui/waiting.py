"""Says on a picture that it is still being read, where that takes longer than a moment.

In flow the pictures that are being read; out flows a word on each of them.
"""

from __future__ import annotations

from hwcalc.gui.live import LiveReading
from hwcalc.gui.paper import Paper
from hwcalc.gui.sheet import Picture

SOON_MS = 250
TEXT = "Reading …"
TAG = "reading"


class Waiting:
    """Listens to the reading of a sheet, and draws on its paper."""

    def __init__(self, paper: Paper, live: LiveReading) -> None:
        """Nothing is being read yet."""
        self._paper = paper
        self._pictures: list[Picture] = []
        self._due: str | None = None
        live.waiting.append(self._wait)
        paper.bind("<<View>>", lambda _: self._draw() if self._due is None else None, add=True)

    def _wait(self, pictures: list[Picture]) -> None:
        shown, self._pictures = self._paper.find_withtag(TAG), pictures
        if shown or not pictures:
            self._draw()
        elif self._due is None:
            self._due = self._paper.after(SOON_MS, self._draw)

    def _draw(self) -> None:
        paper, f, px = self._paper, self._paper.factor, self._paper.screen.px
        if self._due is not None:
            paper.after_cancel(self._due)
            self._due = None
        paper.delete(TAG)
        for picture in self._pictures:
            x, y = picture.box.center[0] * f, max(picture.box.top * f, paper.canvasy(0)) + px(24)
            colours, font = paper.palette, paper.screen.ui
            text = paper.create_text(x, y, text=TEXT, font=font, fill=colours.answer, tags=TAG)
            left, top, right, bottom = paper.bbox(text)
            chip = (left - px(8), top - px(4), right + px(8), bottom + px(4))
            paper.create_rectangle(*chip, fill=colours.paper, outline=colours.edge, tags=TAG)
            paper.tag_raise(text)
