"""The typing field: a sum typed instead of drawn, its answer beside it while it is typed, then put on the sheet.

It also edits what was typed, and what was read: the changed symbols of a line become corrections.
"""

from __future__ import annotations

import math
import tkinter as tk
from collections.abc import Callable, Sequence
from fractions import Fraction
from tkinter import font as tkfont
from tkinter import ttk
from typing import TYPE_CHECKING

from hwcalc import names
from hwcalc.gui.alternatives import label_of
from hwcalc.gui.history import Log
from hwcalc.gui.live import Line, explained
from hwcalc.gui.paper import RULING
from hwcalc.gui.parts import Parts
from hwcalc.gui.screen import EM
from hwcalc.gui.sheet import LEADING, Typed
from hwcalc.gui.telling import shown_answer
from hwcalc.gui.typeset import pretty
from hwcalc.ink import Box
from hwcalc.names import Value

if TYPE_CHECKING:
    from hwcalc.reader import Reading

TYPED = 32.0  # logical units: the font of a typed line
LEFT = 56.0  # logical units: where a typed line begins
LEAST = 120  # logical units: so wide the entry is beside any answer
LARGE = 22  # logical units: the font of the answer, unless it must be smaller
GAP, SIDE = 12, 10  # logical units: left free between the two, and at the sides


class Field(ttk.Frame):
    """An entry and its answer. Enter puts the sum on the sheet, Up recalls an earlier one, `ans` is the last."""

    def __init__(self, parts: Parts, log: Log, row: int) -> None:
        """An empty field that will lie in this row of the window; `listeners` are called with: does it show?"""
        screen = parts.screen
        super().__init__(parts.root, style="Edge.TFrame", padding=(0, screen.px(1), 0, 0))
        self._parts = parts
        self._log = log
        self._row = row
        self.listeners: list[Callable[[bool], object]] = []
        self._line: Line | None = None
        self._evaluating = False
        self._back = 0  # how far in the history, 0: not in it
        self._reading: Reading | None = None
        self._why_not = ""  # there is no value, in words
        self._entered = False  # before its value was there
        self.text = tk.StringVar(self)
        self.text.trace_add("write", lambda *_: self._changed())
        inner = ttk.Frame(self, style="Bar.TFrame", padding=(screen.px(SIDE), screen.px(6)))
        inner.pack(fill="both")
        self.entry = ttk.Entry(inner, textvariable=self.text, font=screen.font(16))
        self.answer = ttk.Label(inner, style="Answer.TLabel", font=screen.font(LARGE))
        inner.columnconfigure(0, weight=1, minsize=screen.px(LEAST))
        self.entry.grid(row=0, column=0, sticky="ew")
        self.answer.grid(row=0, column=1, padx=(screen.px(GAP), 0))
        # The window's keys come before the entry's own: on X11 Ctrl+Y would paste
        self.entry.bindtags((str(self.entry), str(parts.root), "TEntry", "all"))
        self.entry.bind("<Return>", lambda _: self.keep())
        self.entry.bind("<KP_Enter>", lambda _: self.keep())
        self.entry.bind("<Control-a>", lambda _: self._select_all())
        self.entry.bind("<Up>", lambda _: self._recall(1))
        self.entry.bind("<Down>", lambda _: self._recall(-1))

    def open(self) -> None:
        """Show the field."""
        self.grid(row=self._row, column=0, columnspan=3, sticky="ew")
        self._told(True)
        self._parts.root.update_idletasks()

    def close(self) -> None:
        """Hide the field; the sheet has the keys again."""
        self.grid_remove()
        self._told(False)
        self._parts.paper.focus_set()

    def toggle(self) -> None:
        """Show or hide the field."""
        if self.winfo_ismapped():
            self.close()
        else:
            self.type("")

    def _told(self, shown: bool) -> None:
        for listener in self.listeners:
            listener(shown)

    def type(self, text: str) -> None:
        """Start a new sum with `text`."""
        self.open()
        self._line = None
        self._back = 0
        self.text.set(text)
        self._focus()

    def edit(self, line: Line) -> None:
        """Edit what was read in a line."""
        self.open()
        self._line = line
        item = self._parts.sheet.typed().get(line.parts[0])
        read = line.reading.text if line.reading is not None else ""
        self.text.set(read if item is None else item.text)
        self._focus()

    def keep(self) -> None:
        """Take the sum onto the sheet: as a typed line, or as corrections of the line it came from."""
        text, line, items = self.text.get().strip(), self._line, self._parts.sheet.items
        if line is not None and not items.keys() >= set(line.parts):
            line = None  # it was taken off the sheet meanwhile
        old = items[line.parts[0]] if line is not None else None
        if not text:
            self.close()
        elif line is not None and isinstance(old, Typed):
            self._parts.sheet.replace("typing", {line.parts[0]: self._typed_line(text, old.box)})
            self.close()
        elif line is not None and self._correct(line, text):
            self._line = None
            self.text.set("")
            self.close()
        elif self._evaluating:
            self._entered = True
        elif self._reading is None or self._reading.value is None:
            self._parts.status.warn(self._why_not)
        else:
            item = self._typed_line(text)
            self._parts.sheet.add("typing", [item])
            self._parts.paper.show_box(item.box)
            if line is not None:
                self._parts.status.say("More than single symbols changed: the sum stands typed below")
            self.type("")

    def put(self, texts: Sequence[str]) -> None:
        """Put lines of text onto the sheet, in one edit."""
        items: list[Typed] = []
        for text in texts:
            items.append(self._typed_line(text, below=items[-1].box.bottom if items else None))
        self._parts.sheet.add("paste", items)
        self._parts.paper.show_box(items[-1].box)

    def _typed_line(self, text: str, at: Box | None = None, below: float | None = None) -> Typed:
        """A typed line in the place of another one, or below all that is there."""
        screen = self._parts.screen
        size = TYPED if at is None else at.height / LEADING
        width = max(screen.font(size).measure(pretty(text)) / screen.scale, size / 2)
        if at is not None:
            return Typed(Box(at.left, at.top, at.left + width, at.bottom), text)
        floor = self._parts.floor if below is None else below
        # In the middle between two rules
        top = (math.floor(floor / RULING) + 1.0) * RULING + (RULING - TYPED * LEADING) / 2
        if top - RULING > floor:
            top -= RULING
        return Typed(Box(LEFT, top, LEFT + width, top + TYPED * LEADING), text)

    def _correct(self, line: Line, text: str) -> bool:
        """Correct the symbols that were changed; False when more than single symbols changed."""
        assert line.reading is not None
        symbols = line.reading.symbols
        labels = [label_of(c) or "" for c in text if not c.isspace()]
        in_a_row = [s.label for s in symbols] == list(line.reading.text)
        if not in_a_row or len(labels) != len(symbols) or "" in labels:
            return False
        changed = [
            line.correction(symbol, label)
            for symbol, label in zip(symbols, labels, strict=True)
            if label != symbol.label
        ]
        if changed:
            self._parts.sheet.correct(*changed)
        return True

    def _recall(self, step: int) -> str:
        """Go back (1) or forth (-1) through the history, as in a shell."""
        entries = self._log.entries
        self._back = min(max(self._back + step, 0), len(entries))
        self._line = None
        self.text.set(entries[-self._back].text if self._back else "")
        self.entry.icursor("end")
        return "break"

    def _select_all(self) -> str:
        """Tk's own Ctrl+A on X11 goes to the beginning, and what is typed then would stand before the rest."""
        self.entry.selection_range(0, "end")
        return "break"

    def _focus(self) -> None:
        self.entry.focus_set()
        self.entry.icursor("end")

    def _changed(self) -> None:
        text = self.text.get().strip()
        self._reading, self._why_not = None, ""
        self._evaluating, self._entered = bool(text), False
        if not text:
            self.answer.configure(text="")
            return
        plain, values = self._parts.engine.evaluate, {**self._last_answer(), **self._parts.live.values}

        def work() -> Reading:
            return names.evaluate(text, values, plain)[0]

        self._parts.files_worker.submit(work, self._evaluated, self._failed, key="evaluate")

    def _last_answer(self) -> dict[str, Value]:
        """The last answer in the history, which `ans` stands for on an empty sheet."""
        try:
            return {names.LAST: Fraction(self._log.entries[-1].copied)}
        except (IndexError, ValueError, ZeroDivisionError):
            return {}

    def _evaluated(self, reading: Reading) -> None:
        if self.text.get().strip():
            self._reading, self._why_not = reading, reading.answer
            # Half a sum is answered in words: they stand back while the user types on.
            style = "Status.TLabel" if reading.value is None else "Answer.TLabel"
            text = shown_answer(reading)
            font = self._parts.screen.ui if reading.value is None else self._fitting(text)
            self.answer.configure(text=text, style=style, font=font)
            self._finished()

    def _fitting(self, answer: str) -> tkfont.Font:
        """The largest font in which an answer leaves room for the entry."""
        screen = self._parts.screen
        room = self.winfo_width() - screen.px(LEAST + GAP + 2 * SIDE)
        size = math.floor(LARGE * room / max(screen.font(LARGE).measure(answer), 1))
        return screen.font(min(max(size, EM), LARGE))

    def _failed(self, error: Exception) -> None:
        self._why_not = explained(error)
        self.answer.configure(text=self._why_not if not isinstance(error, ValueError) else "")
        self._finished()

    def _finished(self) -> None:
        """The value is there, or is known not to be: Enter waited for that."""
        self._evaluating = False
        if self._entered:
            self.keep()
