"""A small panel that floats over the sheet: one at a time, never modal, closed by Esc."""

from __future__ import annotations

import tkinter as tk

from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette
from hwcalc.ink import Box


class Card(tk.Frame):
    """A frame with a thin edge; `body` takes the content, `show_beside` shows it."""

    open_card: Card | None = None

    def __init__(self, master: tk.Misc, screen: Screen, palette: Palette) -> None:
        """An empty card; it will lie on `master`."""
        super().__init__(master, background=palette.edge, padx=1, pady=1)
        self.screen = screen
        self.palette = palette
        self.body = tk.Frame(self, background=palette.bar, padx=screen.px(8), pady=screen.px(8))
        self.body.pack(fill="both", expand=True)

    def show_beside(self, box: Box) -> None:
        """Show under a box in pixels of the master; above it or at its side where there is more room."""
        self._take_turn()
        gap, width, height = self.screen.px(8), self.winfo_reqwidth(), self.winfo_reqheight()
        most_x = max(self.master.winfo_width() - width - gap, gap)
        most_y = max(self.master.winfo_height() - height - gap, gap)
        x, y = box.left, box.bottom + gap
        if y > most_y:
            y = box.top - gap - height
        if y < 0:
            x = box.right + gap if box.right + gap <= most_x else box.left - gap - width
            y = box.top
        self.place(x=round(min(max(x, gap), most_x)), y=round(min(max(y, gap), most_y)))
        tk.Misc.tkraise(self)
        self.focus_set()

    def close(self) -> None:
        """Go away."""
        if Card.open_card is self:
            Card.open_card = None
        self.destroy()

    def _take_turn(self) -> None:
        if Card.open_card is not None:
            Card.open_card.close()
        Card.open_card = self
        self.update_idletasks()


def close_card() -> bool:
    """Close the card that is open; False when there is none."""
    if Card.open_card is None:
        return False
    Card.open_card.close()
    return True
