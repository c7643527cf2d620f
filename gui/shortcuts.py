"""The F1 sheet: every action and its keys, from the table of actions, in a window of its own."""

from __future__ import annotations

import tkinter as tk
from typing import TypeAlias

from hwcalc.gui.actions import Actions
from hwcalc.gui.screen import EM, Screen
from hwcalc.gui.theme import Palette

LEAST = 5.0  # logical units: a font that nobody reads
TITLE = 30  # logical units: the bar that a window has above
Groups: TypeAlias = "list[tuple[str, list[tuple[str, str]]]]"

TIPS = [
    ("Tap an answer", "copies it"),
    ("Tap the small type", "other readings"),
    ("Right-click ink", "other readings"),
    ("Scribble over ink", "erases it"),
    ("Type a number or a name", "a typed line: a = 12"),
    ("Tap a typed line", "edits it"),
    ("Menu key in the history", "all uses"),
    ("Wheel, Shift+wheel", "scroll"),
    ("Ctrl+wheel", "zoom"),
]


class ShortcutSheet(tk.Toplevel):
    """The sheet. Esc, F1 or a click closes it."""

    def __init__(self, master: tk.Misc, actions: Actions, screen: Screen, palette: Palette) -> None:
        """Build the sheet and show it over `master`."""
        super().__init__(master, background=palette.bar, padx=screen.px(18), pady=screen.px(12))
        self.withdraw()
        self.title("Keyboard shortcuts")
        self.wm_transient(master.winfo_toplevel())
        self.resizable(False, False)
        self._screen = screen
        self._palette = palette
        groups = [
            (name, [(a.title.removesuffix(" …"), "  or  ".join(a.keys)) for a in group if a.keys])
            for name, group in actions.grouped().items()
        ]
        groups.append(("With the pen", TIPS))
        size = float(EM)
        self._fill(groups, size)
        while (share := self._share_of_screen()) > 1 and size > LEAST:
            size /= share
            self._fill(groups, size)
        for sequence in ("<Escape>", "<F1>", "<Button-1>"):
            self.bind(sequence, self._close)
        self._place(master)

    def _fill(self, groups: Groups, size: float) -> None:
        """Show all groups in a font of that height, in two columns."""
        for child in self.winfo_children():
            child.destroy()
        half = sum(len(rows) + 1 for _, rows in groups) / 2
        column, filled = self._column(0), 0
        for name, rows in groups:
            if filled and filled + len(rows) / 2 > half and len(self.winfo_children()) == 1:
                column = self._column(self._screen.px(28))
            self._add_group(column, name, rows, size)
            filled += len(rows) + 1

    def _share_of_screen(self) -> float:
        """How much of the screen's width or height is taken: above 1 not all can be seen."""
        self.update_idletasks()
        wide = self.winfo_reqwidth() / self.winfo_screenwidth()
        return max(wide, (self.winfo_reqheight() + self._screen.px(TITLE)) / self.winfo_screenheight())

    def _column(self, left: int) -> tk.Frame:
        frame = tk.Frame(self, background=self._palette.bar)
        frame.pack(side="left", anchor="n", padx=(left, 0))
        return frame

    def _add_group(self, column: tk.Frame, name: str, rows: list[tuple[str, str]], size: float) -> None:
        px, p = self._screen.px, self._palette
        strong, small = self._screen.font(size, bold=True), self._screen.font(0.9 * size)
        head = tk.Label(column, text=name, font=strong, background=p.bar, foreground=p.answer)
        head.grid(columnspan=2, sticky="w", pady=(px(6), px(2)))
        for title, keys in rows:
            row = column.grid_size()[1]
            for side, (text, colour) in enumerate(((title, p.text), (keys, p.quiet))):
                label = tk.Label(column, text=text, font=small, background=p.bar, foreground=colour)
                label.grid(row=row, column=side, sticky="w", padx=(0, px(16 * (1 - side))))

    def _place(self, master: tk.Misc) -> None:
        """In the middle of the main window, whole on the screen."""
        self.update_idletasks()
        top = master.winfo_toplevel()
        width, height = self.winfo_reqwidth(), self.winfo_reqheight()
        x = top.winfo_rootx() + (top.winfo_width() - width) // 2
        y = top.winfo_rooty() + (top.winfo_height() - height) // 2
        x = max(min(x, self.winfo_screenwidth() - width), 0)
        y = max(min(y, self.winfo_screenheight() - height), 0)
        self.wm_geometry(f"+{x}+{y}")
        self.deiconify()
        self.focus_force()

    def _close(self, event: tk.Event[tk.Misc]) -> str:
        self.master.focus_force()
        self.destroy()
        return "break"
