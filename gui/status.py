"""The status line: what just happened, what is wrong, and on the right how the sheet is shown."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from hwcalc.gui.screen import Screen

SHOWN_MS = 6000  # a message goes away after this time; a problem stays until it is solved


class Status(ttk.Frame):
    """Messages on the left, the state of the view on the right."""

    def __init__(self, master: tk.Misc, screen: Screen) -> None:
        """An empty status line."""
        super().__init__(master, style="Bar.TFrame", padding=(screen.px(10), screen.px(3)))
        self._left = ttk.Label(self, style="Status.TLabel", font=screen.small)
        self._right = ttk.Label(self, style="Status.TLabel", font=screen.small)
        self._left.pack(side="left", fill="x", expand=True)
        self._right.pack(side="right")
        self._going: str | None = None
        self._problem = ""

    @property
    def text(self) -> str:
        """What stands there now."""
        return str(self._left.cget("text"))

    def say(self, message: str) -> None:
        """Show what happened, for a while."""
        self._show(message, "Status.TLabel")
        self._going = self.after(SHOWN_MS, self._clear)

    def warn(self, message: str) -> None:
        """Show what went wrong, for a while."""
        self._show(message, "Error.TLabel")
        self._going = self.after(2 * SHOWN_MS, self._clear)

    def problem(self, message: str) -> None:
        """Show what is wrong until it is called with ''."""
        if message != self._problem:
            self._problem = message
            self._clear()

    def view(self, text: str) -> None:
        """Show how the sheet is seen."""
        self._right.configure(text=text)

    def _show(self, message: str, style: str) -> None:
        if self._going is not None:
            self.after_cancel(self._going)
            self._going = None
        self._left.configure(text=message, style=style)

    def _clear(self) -> None:
        self._show(self._problem, "Error.TLabel")
