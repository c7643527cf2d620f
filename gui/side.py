"""The panel at the right of the sheet: one of several, or none, with a thin edge."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from hwcalc.gui.screen import Screen
from hwcalc.gui.settings import Settings


class Side:
    """Shows at most one of the panels; `listeners` are called with its name, '' for none."""

    def __init__(self, root: tk.Tk, screen: Screen, settings: Settings, row: int, column: int) -> None:
        """Nothing is shown yet; a panel will take the two columns from `column` on."""
        self._panels: dict[str, tk.Widget] = {}
        self._settings = settings
        self._row, self._column = row, column + 1
        self._edge = ttk.Frame(root, style="Edge.TFrame", width=screen.px(1))
        self._edge.grid(row=row, column=column, sticky="ns")
        self._edge.grid_remove()
        self.listeners: list[Callable[[str], None]] = []
        self.shown = ""

    def add(self, name: str, panel: tk.Widget) -> None:
        """A panel that can be shown."""
        self._panels[name] = panel

    def toggle(self, name: str) -> None:
        """Show a panel, or hide it when it is the one that is shown."""
        self.show("" if name == self.shown else name)

    def show(self, name: str) -> None:
        """Show a panel instead of what was shown; '' shows none."""
        if self.shown:
            self._panels[self.shown].grid_remove()
        if name:
            self._edge.grid()
            self._panels[name].grid(row=self._row, column=self._column, sticky="ns")
        else:
            self._edge.grid_remove()
        self.shown = self._settings.panel = name
        for listener in self.listeners:
            listener(name)
