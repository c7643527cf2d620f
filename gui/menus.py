"""The menus: every action under its heading, with its key, and choices such as the recent files."""

from __future__ import annotations

import tkinter as tk

from hwcalc.gui.actions import Action, Actions
from hwcalc.gui.card import close_card
from hwcalc.gui.theme import Palette


def popup(master: tk.Misc, palette: Palette, name: str = "") -> tk.Menu:
    """An empty menu in the colours of the window; it takes the place of the one in `master` with its name."""
    return tk.Menu(
        master,
        name=name,
        tearoff=False,
        relief="flat",
        activeborderwidth=0,
        background=palette.bar,
        foreground=palette.text,
        activebackground=palette.chosen,
        activeforeground=palette.text,
        disabledforeground=palette.faint,
        selectcolor=palette.answer,
    )


def menu_of(master: tk.Misc, actions: Actions, palette: Palette) -> tk.Menu:
    """A menu with a menu for each heading."""
    menu = popup(master, palette, "menu")
    for name, group in actions.grouped().items():
        part = popup(menu, palette)
        for action in group:
            _add(part, action, palette)
        menu.add_cascade(label=f" {name} ", menu=part)
    return menu


def _add(menu: tk.Menu, action: Action, palette: Palette) -> None:
    if action.choices is None:
        menu.add_command(
            label=f" {action.title}", accelerator=f"{(*action.keys, '')[0]} ", command=action.run
        )
        return
    part = popup(menu, palette)
    choices = action.choices()
    for choice in choices:
        sign = "✓ " if choice.chosen else "   " if any(c.chosen for c in choices) else " "
        part.add_command(label=f"{sign}{choice.title} ", command=choice.run)
    menu.add_cascade(label=f" {action.title}", menu=part, state="normal" if choices else "disabled")


def show_menu(root: tk.Tk, button: tk.Widget, actions: Actions, palette: Palette) -> None:
    """Open the menu of all actions under its button."""
    close_card()
    menu = menu_of(root, actions, palette)
    menu.update_idletasks()
    x = button.winfo_rootx() + button.winfo_width() - menu.winfo_reqwidth()
    menu.tk_popup(max(x, 0), button.winfo_rooty() + button.winfo_height())
