"""The parts that most features of the window work with, made once and handed to each feature.

sheet ──▶ paper (shows it)          settings, screen, look: how things are shown
  └────▶ live (reads it in two workers, through the engine) ──▶ answers (show the readings)
"""

from __future__ import annotations

import tkinter as tk
from dataclasses import dataclass

from hwcalc.gui.answers import Answers
from hwcalc.gui.engine import Engine
from hwcalc.gui.live import AT_ONCE, LiveReading
from hwcalc.gui.look import Look
from hwcalc.gui.paper import Paper
from hwcalc.gui.screen import Screen
from hwcalc.gui.selection import Selector
from hwcalc.gui.settings import Settings
from hwcalc.gui.sheet import Sheet
from hwcalc.gui.status import Status
from hwcalc.gui.theme import Palette
from hwcalc.gui.worker import Worker


@dataclass(frozen=True)
class Parts:
    """One window's parts; each has its description in its own module.

    `worker` reads ink and `pictures_worker` pictures, as ink need not wait until a long page has been read;
    `files_worker` opens, saves and computes what is being typed.
    """

    root: tk.Tk
    screen: Screen
    settings: Settings
    look: Look
    engine: Engine
    worker: Worker
    pictures_worker: Worker
    files_worker: Worker
    sheet: Sheet
    paper: Paper
    status: Status
    live: LiveReading
    answers: Answers
    selector: Selector

    @property
    def palette(self) -> Palette:
        """The colours of the moment."""
        return self.look.palette

    @property
    def floor(self) -> float:
        """Where free paper begins, in logical units: below all ink and answers, but not above what is in sight."""
        bottoms = [item.box.bottom for item in self.sheet.seen().values()]
        return max([self.paper.visible().top, self.answers.bottom, *bottoms])

    @classmethod
    def make(
        cls, middle: tk.Misc, engine: Engine, settings: Settings, look: Look, screen: Screen, worker: Worker
    ) -> Parts:
        """The parts of a new window on an empty sheet; the paper lies in `middle`."""
        root, sheet = look.root, Sheet()
        paper = Paper(middle, sheet, screen, look.palette)
        pictures_worker = Worker(root, threads=AT_ONCE)
        live = LiveReading(sheet, engine, worker, pictures_worker)
        answers = Answers(paper, settings)
        return cls(
            root,
            screen,
            settings,
            look,
            engine,
            worker,
            pictures_worker,
            Worker(root),
            sheet,
            paper,
            Status(root, screen),
            live,
            answers,
            Selector(paper, answers),
        )
