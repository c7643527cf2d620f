"""A small panel that floats over the sheet: one at a time, never modal, closed by Esc."""

from __future__ import annotations

import tkinter as tk

from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette


class Card(tk.Frame):
    """A frame with a thin edge; `body` takes the content. Place it with `show_at` or `show_middle`."""

    open_card: Card | None = None

    def __init__(self, master: tk.Misc, screen: Screen, palette: Palette) -> None:
        """An empty card; `show_at` or `show_middle` puts it on `master`."""
        super().__init__(master, background=palette.edge, padx=1, pady=1)
        self.screen = screen
        self.palette = palette
        self.body = tk.Frame(self, background=palette.bar, padx=screen.px(8), pady=screen.px(8))
        self.body.pack(fill="both", expand=True)

    def show_at(self, x: float, y: float, above: float) -> None:
        """Show with the top left corner at (x, y), in pixels of the master, or ending at `above` there."""
        self._take_turn()
        master = self.master
        width, height = self.winfo_reqwidth(), self.winfo_reqheight()
        x = min(max(x, 4), max(master.winfo_width() - width - 4, 4))
        if y + height > master.winfo_height() - 4:
            y = max(above - height, 4)
        self.place(x=round(x), y=round(y))
        self._raise()

    def show_middle(self) -> None:
        """Show in the middle of the master."""
        self._take_turn()
        self.place(relx=0.5, rely=0.5, anchor="center")
        self._raise()

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

    def _raise(self) -> None:
        tk.Misc.tkraise(self)
        self.focus_set()


def close_card() -> bool:
    """Close the card that is open; False when there is none."""
    if Card.open_card is None:
        return False
    Card.open_card.close()
    return True
