"""What else a symbol may be: a card beside it with probabilities; keys 1 to 5 choose, typing replaces.

In flows a symbol as it was read; out flows the label that the user says it has.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk

from hwcalc.grammar import KIND
from hwcalc.gui.card import Card
from hwcalc.gui.screen import Screen
from hwcalc.gui.theme import Palette, mixed
from hwcalc.layout import EMPTY_BOX, LETTER

MOST = 5
TYPED = {"*": "×", "X": LETTER, "·": "×", ":": "÷", ",": ".", "−": "-", "_": "-", "?": EMPTY_BOX}
SHOWN = {"-": "−"}


def label_of(typed: str) -> str | None:
    """The label that a typed character stands for, None when it is none: `*` is ×."""
    label = TYPED.get(typed, typed)
    return label if label in KIND else None


class Alternatives(Card):
    """The card. `chosen(label)` is called once, after which the card is gone."""

    def __init__(
        self,
        master: tk.Misc,
        alternatives: Sequence[tuple[str, float]],
        chosen: Callable[[str], None],
        screen: Screen,
        palette: Palette,
    ) -> None:
        """Build the card; `show_beside` puts it beside the symbol."""
        super().__init__(master, screen, palette)
        self.alternatives = tuple(alternatives)[:MOST]
        self._chosen = chosen
        self._rows: list[tk.Frame] = []
        self._large = screen.font(20)
        for number, (label, probability) in enumerate(self.alternatives):
            self._add_row(number, label, probability)
        self._add_field()
        self._current = 0
        self._mark(0)
        self.bind("<Key>", self._pressed)

    def _add_row(self, number: int, label: str, probability: float) -> None:
        px, p = self.screen.px, self.palette
        row = tk.Frame(self.body, background=p.bar, padx=px(6), pady=px(1))
        row.grid(sticky="ew")
        key = tk.Label(
            row, text=str(number + 1), font=self.screen.small, foreground=p.faint, background=p.bar
        )
        key.grid(row=0, column=0, padx=(0, px(10)))
        name = tk.Label(
            row, text=SHOWN.get(label, label), font=self._large, foreground=p.text, background=p.bar, width=2
        )
        name.grid(row=0, column=1, padx=(0, px(10)))
        bar = tk.Canvas(
            row, width=px(72), height=px(6), background=mixed(p.edge, p.bar, 0.3), highlightthickness=0
        )
        bar.create_rectangle(0, 0, px(72) * probability, px(6), fill=p.answer, width=0)
        bar.grid(row=0, column=2)
        share = tk.Label(
            row,
            text=percent(probability),
            font=self.screen.small,
            foreground=p.quiet,
            background=p.bar,
            width=6,
        )
        share.grid(row=0, column=3)
        self._rows.append(row)
        for widget in (row, key, name, bar, share):
            widget.bind("<Button-1>", lambda _: self.choose(label))
            # Not <Enter>: a card that opens under a resting pointer has not been pointed at.
            widget.bind("<Motion>", lambda _: self._mark(number))

    def _add_field(self) -> None:
        px, p = self.screen.px, self.palette
        line = tk.Frame(self.body, background=p.bar, padx=px(6))
        line.grid(sticky="ew", pady=(px(6), 0))
        text = f"1–{len(self.alternatives)} choose, or type" if len(self.alternatives) > 1 else "Type"
        tk.Label(line, text=text, font=self.screen.small, foreground=p.quiet, background=p.bar).pack(
            side="left"
        )
        self.field = ttk.Entry(line, width=3, justify="center")
        self.field.pack(side="right", padx=(px(8), 0))
        self.field.bind("<Key>", self._typed)

    def choose(self, label: str) -> None:
        """Take `label` and go away."""
        self.close()
        self._chosen(label)

    def _mark(self, number: int) -> None:
        self._current = number
        for i, row in enumerate(self._rows):
            colour = self.palette.chosen if i == number else self.palette.bar
            row.configure(background=colour)
            for widget in row.winfo_children():
                if isinstance(widget, tk.Label):
                    widget.configure(background=colour)

    def _pressed(self, event: tk.Event[tk.Misc]) -> str | None:
        """Keys on the card itself: a number chooses its row, another symbol is taken as typed."""
        rows = len(self.alternatives)
        if event.keysym in ("Down", "Up"):
            self._mark((self._current + (1 if event.keysym == "Down" else -1)) % max(rows, 1))
        elif event.keysym in ("Return", "KP_Enter") and rows:
            self.choose(self.alternatives[self._current][0])
        elif event.keysym == "Tab":
            self.field.focus_set()
        elif event.char.isdigit() and 1 <= int(event.char) <= rows:
            self.choose(self.alternatives[int(event.char) - 1][0])
        elif (label := label_of(event.char)) is not None:
            self.choose(label)
        else:
            return None
        return "break"

    def _typed(self, event: tk.Event[tk.Misc]) -> str | None:
        """Keys in the field: every symbol, numbers too, is what the user says it is."""
        label = label_of(event.char)
        if label is None:
            return None
        self.choose(label)
        return "break"


def percent(probability: float) -> str:
    """A probability as people read it: `<1 %` and `>99 %` at the ends."""
    if probability < 0.01:
        return "<1 %"
    return ">99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
