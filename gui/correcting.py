"""Asking what else a symbol may be, saying what it is, and saying which strokes belong together.

In flow taps, keys and choices from the card; out flow corrections of the sheet.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from typing import Any

from hwcalc.gui.alternatives import Alternatives, label_of
from hwcalc.gui.card import Card, close_card
from hwcalc.gui.live import Line
from hwcalc.gui.parts import Parts
from hwcalc.gui.sheet import Correction, Stroke
from hwcalc.gui.telling import doubtful_symbols
from hwcalc.ink import Box

ANY = ""
"""The label of a correction that says only which strokes are one symbol."""


class Correcting:
    """What the user does about single symbols.

    `copy` is called for a tap on the answer of a line, `edit` for one on a typed line.
    """

    def __init__(self, parts: Parts, copy: Callable[[Line], object], edit: Callable[[Line], object]) -> None:
        """Nothing was asked yet."""
        self._parts = parts
        self._copy = copy
        self._edit = edit
        # The parts and the place of a line, and the number of a symbol
        self._asked: tuple[tuple[int, ...], int, int] | None = None

    # Asking

    def ask_about(self, line: Line, number: int) -> Card | None:
        """Show what else a symbol may be."""
        if line.reading is None:
            return None
        parts, symbol = self._parts, line.reading.symbols[number]
        card = Alternatives(
            parts.paper, symbol.alternatives, partial(self._chosen, line, number), parts.screen, parts.palette
        )
        box = line.symbol_box(symbol)
        if line.picture is None:  # clear of the symbol's neighbours, too
            box = Box(box.left, line.box.top, box.right, line.box.bottom)
        card.show_beside(parts.paper.on_screen(box))
        return card

    def ask_next(self) -> None:
        """Show what else the next doubtful symbol may be; where nothing is doubtful, any symbol."""
        read = [(line, line.reading) for line in self._parts.live.lines if line.reading is not None]
        places = [(line, n) for line, reading in read for n in doubtful_symbols(reading)]
        places = places or [(line, n) for line, reading in read for n in range(len(reading.symbols))]
        if not places:
            self._parts.status.say("Nothing was read yet")
            return
        names = [(line.parts, line.place, n) for line, n in places]  # a line that is read anew keeps them
        after = (names.index(self._asked) + 1) % len(names) if self._asked in names else 0
        self._asked = names[after]
        line, number = places[after]
        self._parts.paper.show_box(line.box)
        self.ask_about(line, number)

    def tapped(self, x: float, y: float) -> bool:
        """A tap of the pen: on a symbol it asks, on an answer it copies; False where nothing stands."""
        answers, paper = self._parts.answers, self._parts.paper
        answers.come_back()
        if close_card():
            paper.focus_set()
            return True
        hit = answers.hit(x, y) or answers.hit_stroke(x, y)
        if hit is None:
            typed = next(
                (line for line in self._parts.live.lines if line.typed and _within(line.box, x, y)), None
            )
            if typed is not None:
                self._edit(typed)
            return typed is not None
        if hit.symbol is None:
            self._copy(hit.line)
        else:
            self.ask_about(hit.line, hit.symbol)
        return True

    def pointed(self, event: tk.Event[Any]) -> None:
        """The right button asks about ink, too."""
        x, y = self._parts.paper.at(event)
        hit = self._parts.answers.hit(x, y) or self._parts.answers.hit_ink(x, y)
        if hit is not None and hit.symbol is not None:
            self.ask_about(hit.line, hit.symbol)

    # Saying

    def say(self, char: str) -> bool:
        """Typing says what the selected strokes are; False when none are selected."""
        chosen, label = self._selected(), label_of(char)
        if chosen and label is not None:
            self._parts.sheet.correct(Correction(frozenset(chosen), label))
            self._parts.status.say(f"The selected strokes are one {label}")
        return bool(chosen)

    def group(self) -> None:
        """The selected strokes are one symbol, whatever it is."""
        chosen = self._selected()
        if len(chosen) < 2:
            self._parts.status.say("Select the strokes of one symbol first: S selects")
            return
        self._parts.sheet.correct(Correction(frozenset(chosen), ANY))
        self._parts.status.say("The selected strokes are one symbol; type what it is if it is read wrong")

    def ungroup(self) -> None:
        """Each of the selected strokes, and of those read as one symbol with them, is a symbol of its own."""
        chosen = set(self._selected())
        for line in self._parts.live.lines:
            if line.picture is not None or line.reading is None:
                continue
            for symbol in line.reading.symbols:
                strokes = {line.parts[i] for i in symbol.strokes}
                if strokes & chosen:
                    chosen |= strokes
        chosen &= self._parts.sheet.strokes().keys()
        if len(chosen) < 2:
            self._parts.status.say("Select a symbol of several strokes first: S selects")
            return
        self._parts.sheet.correct(*(Correction(frozenset({n}), ANY) for n in sorted(chosen)))
        self._parts.status.say("Each stroke is a symbol of its own")

    def _selected(self) -> dict[int, Stroke]:
        strokes = self._parts.sheet.strokes()
        return {n: strokes[n] for n in sorted(self._parts.selector.numbers) if n in strokes}

    def _chosen(self, line: Line, number: int, label: str) -> None:
        self._parts.paper.focus_set()
        assert line.reading is not None
        symbol = line.reading.symbols[number]
        self._parts.sheet.correct(line.correction(symbol, label))
        self._parts.status.say(f"{symbol.label} is {label}" if label != symbol.label else f"{label} is right")


def _within(box: Box, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom
