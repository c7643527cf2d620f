"""The F1 sheet: every action and its keys, from the table of actions."""

from __future__ import annotations

import tkinter as tk

from hwcalc.gui.actions import Action, Actions
from hwcalc.gui.card import Card
from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette

TIPS = (
    ("Tap an answer", "copies it"),
    ("Tap a symbol in the small type", "shows what else it may be"),
    ("Wheel, Shift+wheel", "scroll"),
    ("Ctrl+wheel", "zoom"),
)


def show(master: tk.Misc, actions: Actions, screen: Screen, palette: Palette) -> Card:
    """Lay the sheet of shortcuts over `master`."""
    card = Card(master, screen, palette)
    groups = [(name, [a for a in group if a.keys]) for name, group in actions.grouped().items()]
    rows = [(name, [(a.title, _keys(a)) for a in group]) for name, group in groups if group]
    rows.append(("With the pen", [(what, does) for what, does in TIPS]))
    total = sum(len(group) + 1 for _, group in rows)
    column = tk.Frame(card.body, background=palette.bar)
    column.pack(side="left", anchor="n")
    filled = 0
    for name, group in rows:
        if filled and filled + len(group) / 2 > total / 2 and len(card.body.winfo_children()) == 1:
            column = tk.Frame(card.body, background=palette.bar)
            column.pack(side="left", anchor="n", padx=(screen.px(20), 0))
        _group(column, name, group, screen, palette)
        filled += len(group) + 1
    card.bind("<Button-1>", lambda _: card.close())
    card.show_middle()
    return card


def _keys(action: Action) -> str:
    return "  or  ".join(action.keys)


def _group(
    column: tk.Frame, name: str, rows: list[tuple[str, str]], screen: Screen, palette: Palette
) -> None:
    head = tk.Label(
        column, text=name, font=screen.strong, background=palette.bar, foreground=palette.answer, anchor="w"
    )
    head.grid(columnspan=2, sticky="w", pady=(screen.px(4), screen.px(1)))
    for title, keys in rows:
        tk.Label(column, text=title, font=screen.small, background=palette.bar, foreground=palette.text).grid(
            column=0, sticky="w", padx=(0, screen.px(14))
        )
        tk.Label(column, text=keys, font=screen.small, background=palette.bar, foreground=palette.quiet).grid(
            column=1, row=column.grid_size()[1] - 1, sticky="w"
        )
