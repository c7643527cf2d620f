"""The slim bar above the sheet: buttons with icons for the actions most used."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter import ttk

from PIL import ImageTk

from hwcalc.gui.actions import Actions
from hwcalc.gui.icons import PATHS, icon
from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette
from hwcalc.gui.tooltip import Tooltip

ICON = 20  # logical units


class Bar(ttk.Frame):
    """Buttons for actions: '|' in `names` is a gap, '>' moves the rest to the right end."""

    def __init__(
        self, master: tk.Misc, actions: Actions, names: Sequence[str], screen: Screen, palette: Palette
    ) -> None:
        """Lay out a button for each of `names`."""
        super().__init__(master, style="Bar.TFrame", padding=screen.px(4))
        self._actions = actions
        self._screen = screen
        self._palette = palette
        self._images: dict[str, tuple[ImageTk.PhotoImage, ...]] = {}
        self._icons: dict[str, str] = {}
        self.buttons: dict[str, ttk.Button] = {}
        for column, name in enumerate(names):
            if name == ">":
                self.columnconfigure(column, weight=1)
            elif name == "|":
                self.columnconfigure(column, minsize=screen.px(9))
            else:
                self._add_button(name).grid(row=0, column=column, padx=screen.px(0.5))
        self.recolour(palette)

    def recolour(self, palette: Palette) -> None:
        """Draw the icons for another palette."""
        self._palette = palette
        for name, button in self.buttons.items():
            self._dress(name, button)

    def set_icon(self, name: str, icon_name: str) -> None:
        """Show another icon on the button of an action."""
        self._icons[name] = icon_name
        self._dress(name, self.buttons[name])

    def enable(self, name: str, on: bool) -> None:
        """Can the action be done now?"""
        self.buttons[name].state(["!disabled" if on else "disabled"])

    def choose(self, name: str, on: bool) -> None:
        """Show an action as switched on or off."""
        self.buttons[name].state(["selected" if on else "!selected"])
        self._dress(name, self.buttons[name])

    def _add_button(self, name: str) -> ttk.Button:
        button = ttk.Button(self, style="Bar.TButton", command=lambda: self._actions.run(name))
        self.buttons[name] = button
        self._icons[name] = name if name in PATHS else "more"
        Tooltip(button, self._actions.by_name[name].tooltip, self._screen, lambda: self._palette)
        return button

    def _dress(self, name: str, button: ttk.Button) -> None:
        p, size = self._palette, self._screen.px(ICON)
        colour = p.answer if button.instate(["selected"]) else p.text
        normal = icon(self, self._icons[name], size, colour)
        disabled = icon(self, self._icons[name], size, p.faint)
        self._images[name] = (normal, disabled)
        button.configure(image=(normal, "disabled", disabled))  # type: ignore[call-overload]
