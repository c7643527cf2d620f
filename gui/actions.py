"""What the user can do, in one table: it feeds the keys, the bar's tooltips, the menu and the F1 sheet."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from tkinter import ttk


@dataclass(frozen=True)
class Choice:
    """One of several that an action offers."""

    title: str
    run: Callable[[], object]
    chosen: bool = False


@dataclass(frozen=True)
class Action:
    """Something the user can do.

    Parameters
    ----------
    name : str
        A word for the code.
    title : str
        What the user reads.
    run : () -> None
    keys : tuple of str
        As the user reads them, such as `Ctrl+Shift+Z`; the first is the one to show.
    group : str
        Its heading on the F1 sheet and in the menu.
    anywhere : bool
        Its keys work while the user types in a field, too.
    choices : () -> list of Choice, optional
        What the menu offers instead of `run`.
    """

    name: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    group: str = "Sheet"
    anywhere: bool = False
    choices: Callable[[], list[Choice]] | None = None

    @property
    def tooltip(self) -> str:
        """Title and first key."""
        return f"{self.title}  ({self.keys[0]})" if self.keys else self.title


_KEYSYMS = {
    "Esc": "Escape",
    "Del": "Delete",
    "Backspace": "BackSpace",
    "+": "plus",
    "-": "minus",
    "=": "equal",
    "[": "bracketleft",
    "]": "bracketright",
}


def sequences(key: str, command: bool = False) -> list[str]:
    """The Tk event sequences of a key such as `Ctrl+Z`, with Caps Lock on as well as off.

    >>> sequences("Ctrl+Z")
    ['<Control-Key-z>', '<Control-Lock-Key-Z>']
    """
    *modifiers, last = key.split("+") if not key.endswith("+") else [*key[:-2].split("+"), "+"]
    prefix = "".join(
        f"{'Command' if m == 'Ctrl' and command else {'Ctrl': 'Control'}.get(m, m)}-" for m in modifiers
    )
    last = _KEYSYMS.get(last, last)
    if len(last) > 1 or not last.isalpha():
        return [f"<{prefix}Key-{last}>"]
    if "Shift" in modifiers:
        return [f"<{prefix}Key-{last.upper()}>", f"<{prefix}Lock-Key-{last.lower()}>"]
    return [f"<{prefix}Key-{last.lower()}>", f"<{prefix}Lock-Key-{last.upper()}>"]


class Actions:
    """The actions by name, with their keys bound to the window."""

    def __init__(self, root: tk.Misc) -> None:
        """Bind the keys of actions to `root`."""
        self._root = root
        self.by_name: dict[str, Action] = {}

    def add(self, *actions: Action) -> None:
        """Take in actions and bind their keys."""
        command = self._root.tk.call("tk", "windowingsystem") == "aqua"
        for action in actions:
            self.by_name[action.name] = action
            for key in action.keys:
                for sequence in sequences(key, command):
                    self._root.bind(sequence, partial(self._pressed, action=action, key=key))

    def run(self, name: str) -> None:
        """Do it."""
        self.by_name[name].run()

    @property
    def letters(self) -> set[str]:
        """The letters that are keys of their own, in capitals."""
        return {key for action in self.by_name.values() for key in action.keys if len(key) == 1}

    def grouped(self) -> dict[str, list[Action]]:
        """The actions under their headings, in the order in which they were added."""
        groups: dict[str, list[Action]] = {}
        for action in self.by_name.values():
            groups.setdefault(action.group, []).append(action)
        return groups

    def _pressed(self, event: tk.Event[tk.Misc], action: Action, key: str) -> str | None:
        """Do it, unless the key is for the text of a field; where there is none, Ctrl+Z and the like are not."""
        field = event.widget
        typing = isinstance(field, (tk.Entry, ttk.Entry)) and (field.get() or not key.startswith("Ctrl+"))
        if typing and not action.anywhere:
            return None
        action.run()
        return "break"
