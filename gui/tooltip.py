"""A line of help beside a widget that the pointer rests on."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette

DELAY_MS = 500


class Tooltip:
    """Shows `text` under `widget`; `palette()` gives the colours of the moment."""

    def __init__(self, widget: tk.Widget, text: str, screen: Screen, palette: Callable[[], Palette]) -> None:
        """Watch `widget`."""
        self._widget = widget
        self._text = text
        self._screen = screen
        self._palette = palette
        self._waiting: str | None = None
        self._shown: tk.Toplevel | None = None
        widget.bind("<Enter>", self._enter, add=True)
        for sequence in ("<Leave>", "<ButtonPress>", "<Destroy>"):
            widget.bind(sequence, self._leave, add=True)

    def _enter(self, event: tk.Event[tk.Misc]) -> None:
        self._leave(event)
        self._waiting = self._widget.after(DELAY_MS, self._show)

    def _leave(self, event: tk.Event[tk.Misc]) -> None:
        if self._waiting is not None:
            self._widget.after_cancel(self._waiting)
            self._waiting = None
        if self._shown is not None:
            self._shown.destroy()
            self._shown = None

    def _show(self) -> None:
        self._waiting = None
        px, palette, widget = self._screen.px, self._palette(), self._widget
        self._shown = top = tk.Toplevel(widget, background=palette.edge)
        top.wm_overrideredirect(True)
        label = tk.Label(
            top,
            text=self._text,
            background=palette.bar,
            foreground=palette.text,
            font=self._screen.small,
            padx=px(6),
            pady=px(3),
        )
        label.pack(padx=1, pady=1)
        width = label.winfo_reqwidth() + 2
        x = min(widget.winfo_rootx(), widget.winfo_screenwidth() - width - px(4))
        top.wm_geometry(f"+{max(x, 0)}+{widget.winfo_rooty() + widget.winfo_height() + px(4)}")
