"""The slim bar above the sheet: buttons with icons for the actions most used."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter import ttk

from PIL import ImageTk

from hwcalc.gui.actions import Actions
from hwcalc.gui.icons import icon
from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette
from hwcalc.gui.tooltip import Tooltip

ICON = 20  # logical units
ICONS = {"type": "keyboard", "menu": "more"}  # those not called as their action


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
        self._images: dict[tuple[str, str], ImageTk.PhotoImage] = {}
        self.buttons: dict[str, ttk.Button] = {}
        self._focus: tk.Misc | None = None  # before a click
        for column, name in enumerate(names):
            if name == ">":
                self.columnconfigure(column, weight=1)
            elif name == "|":
                self.columnconfigure(column, minsize=screen.px(9))
            else:
                self._add_button(name).grid(row=0, column=column, padx=screen.px(0.5))
        self.recolour(palette)

    def recolour(self, palette: Palette) -> None:
        """Show the icons in another palette."""
        self._palette = p = palette
        for name, button in self.buttons.items():
            normal, chosen, faint = (self._icon(name, colour) for colour in (p.text, p.answer, p.faint))
            button.configure(image=(normal, "disabled", faint, "selected", chosen))  # type: ignore[call-overload]

    def enable(self, name: str, on: bool) -> None:
        """Can the action be done now?"""
        self.buttons[name].state(["!disabled" if on else "disabled"])

    def choose(self, name: str, on: bool) -> None:
        """Show an action as switched on or off."""
        self.buttons[name].state(["selected" if on else "!selected"])

    def _add_button(self, name: str) -> ttk.Button:
        button = ttk.Button(self, style="Bar.TButton", command=lambda: self._actions.run(name))
        self.buttons[name] = button
        button.bind("<ButtonPress-1>", self._pressed, add=True)
        button.bind("<ButtonRelease-1>", self._released, add=True)
        Tooltip(button, self._actions.by_name[name].tooltip, self._screen, lambda: self._palette)
        return button

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self._focus = self.focus_get()

    def _released(self, event: tk.Event[tk.Misc]) -> None:
        """The keys stay where they were: a click takes them, and typing would be lost."""
        if self._focus is not None and self._focus.winfo_exists():
            self._focus.focus_set()

    def _icon(self, name: str, colour: str) -> ImageTk.PhotoImage:
        """Of the button of an action; drawn once in each colour."""
        if (name, colour) not in self._images:
            self._images[name, colour] = icon(self, ICONS.get(name, name), self._screen.px(ICON), colour)
        return self._images[name, colour]
