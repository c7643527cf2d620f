"""Which palette the window wears: the one that was chosen, or the system's, also when that changes.

In flow the settings and what the system says; out flows a palette to everything that has colours.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial

from hwcalc.gui import theme
from hwcalc.gui.actions import Choice
from hwcalc.gui.screen import Screen
from hwcalc.gui.settings import Settings
from hwcalc.gui.theme import DARK, LIGHT, Palette
from hwcalc.gui.worker import Worker

LOOK_MS = 30_000  # how often the system is asked, besides whenever the window gets the focus


class Look:
    """`wearers` are called with each new palette, in the order in which they were added."""

    def __init__(
        self, root: tk.Tk, screen: Screen, settings: Settings, worker: Worker, palette: Palette | None
    ) -> None:
        """Take `palette`; without one the remembered one, or the system's."""
        self.root = root
        self._screen = screen
        self._settings = settings
        self._worker = worker
        remembered = {"light": LIGHT, "dark": DARK}.get(settings.theme)
        self._fixed = palette is not None
        self.palette = palette or remembered or theme.system_palette()
        self.wearers: list[Callable[[Palette], object]] = []
        self._steps: list[Callable[[], object]] = []
        self._stepping: str | None = None
        root.bind("<FocusIn>", self._focused, add=True)
        root.after(LOOK_MS, self._look_now_and_then)

    @property
    def follows(self) -> bool:
        """Does the window wear what the system says?"""
        return not self._settings.theme and not self._fixed

    def wear(self, palette: Palette) -> None:
        """Show the window in a palette, here and now."""
        self.palette = palette
        self._dress(palette)
        for wearer in self.wearers:
            wearer(palette)

    @property
    def changing(self) -> bool:
        """Are there steps left?"""
        return bool(self._steps)

    def change(self, palette: Palette) -> None:
        """The same in small steps, so that the pen never waits for all of it."""
        self.palette = palette
        self._steps = [partial(self._dress, palette), *(partial(wearer, palette) for wearer in self.wearers)]
        self._step()

    def _dress(self, palette: Palette) -> None:
        theme.style(None, palette, self._screen)
        self.root.configure(background=palette.bar)

    def _step(self) -> None:
        if self._stepping is not None:
            self.root.after_cancel(self._stepping)
        self._steps.pop(0)()
        self._stepping = self.root.after(1, self._step) if self._steps else None

    def switch(self) -> None:
        """From light to dark and back."""
        self.choose(LIGHT if self.palette is DARK else DARK)

    def choose(self, palette: Palette) -> None:
        """Wear a palette whatever the system says, from now on."""
        self._settings.theme = palette.name
        self.change(palette)

    def choices(self) -> list[Choice]:
        """What can be chosen."""
        fixed = None if self.follows else self.palette
        named = [Choice(p.name.capitalize(), partial(self.choose, p), p is fixed) for p in (LIGHT, DARK)]
        return [Choice("As the system", self.follow, self.follows), *named]

    def follow(self) -> None:
        """Wear what the system says, now and when it changes."""
        self._settings.theme = ""
        self._fixed = False
        self._look()

    def _look(self) -> None:
        if self.follows:
            self._worker.submit(theme.system_palette, self._told, lambda _: None, key="theme")

    def _told(self, palette: Palette) -> None:
        if self.follows and palette is not self.palette:
            self.change(palette)

    def _focused(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self.root:
            self._look()

    def _look_now_and_then(self) -> None:
        self._look()
        self.root.after(LOOK_MS, self._look_now_and_then)
