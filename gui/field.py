"""The typing field: a sum typed instead of drawn, its answer beside it while it is typed.

It also edits what was read: the changed symbols of a line become corrections.
"""

from __future__ import annotations

import re
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import TYPE_CHECKING

from hwcalc.gui.answers import copied_answer, shown_answer
from hwcalc.gui.history import Entry, Log
from hwcalc.gui.live import Line, explained
from hwcalc.gui.parts import Parts

if TYPE_CHECKING:
    from hwcalc.reader import Reading

_ANS = re.compile(r"\bans\b", re.IGNORECASE)
_SAME = str.maketrans({"*": "×", "·": "×", ":": "÷", ",": ".", "−": "-"})


class Field(ttk.Frame):
    """An entry and its answer. Enter keeps the sum in the history, Up recalls it, `ans` is the last."""

    def __init__(self, parts: Parts, log: Log, row: int) -> None:
        """An empty field that will lie in this row of the window; `listeners` are called with: does it show?"""
        screen = parts.screen
        super().__init__(parts.root, style="Edge.TFrame", padding=(0, screen.px(1), 0, 0))
        self._parts = parts
        self._log = log
        self._row = row
        self.listeners: list[Callable[[bool], object]] = []
        self._line: Line | None = None
        self._back = 0  # how far in the history, 0: not in it
        self._reading: Reading | None = None
        self.text = tk.StringVar(self)
        self.text.trace_add("write", lambda *_: self._changed())
        inner = ttk.Frame(self, style="Bar.TFrame", padding=(screen.px(10), screen.px(6)))
        inner.pack(fill="both")
        self.entry = ttk.Entry(inner, textvariable=self.text, font=screen.font(16))
        self.answer = ttk.Label(inner, style="Answer.TLabel", font=screen.font(22))
        inner.columnconfigure(0, weight=1)
        self.entry.grid(row=0, column=0, sticky="ew")
        self.answer.grid(row=0, column=1, padx=(screen.px(12), 0))
        self.entry.bind("<Return>", lambda _: self.keep())
        self.entry.bind("<KP_Enter>", lambda _: self.keep())
        self.entry.bind("<Up>", lambda _: self._recall(1))
        self.entry.bind("<Down>", lambda _: self._recall(-1))

    @property
    def has_focus(self) -> bool:
        """Does the user type here?"""
        return bool(self.winfo_ismapped()) and self.focus_get() is self.entry

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
        self.text.set(line.reading.text if line.reading is not None else "")
        self._focus()

    def keep(self) -> None:
        """Take the sum: as corrections of the line it came from, or into the history."""
        text = self.text.get().strip()
        if not text:
            self.close()
        elif self._line is not None and self._correct(self._line, text):
            self._line = None
            self.text.set("")
            self.close()
        elif self._reading is not None and self._reading.value is not None:
            reading = self._reading
            self._log.add(Entry(reading.text, reading.latex, shown_answer(reading), copied_answer(reading)))
            self.entry.selection_range(0, "end")

    def _correct(self, line: Line, text: str) -> bool:
        """Correct the symbols that were changed; False when more than single symbols changed."""
        assert line.reading is not None
        old, new = line.reading.text, text.translate(_SAME).replace(" ", "")
        symbols = line.reading.symbols
        if len(old) != len(new) or old.translate(_SAME) != "".join(s.label for s in symbols).translate(_SAME):
            return False
        changed = [
            line.correction(symbol, label)
            for symbol, was, label in zip(symbols, old.translate(_SAME), new, strict=True)
            if was != label
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

    def _focus(self) -> None:
        self.entry.focus_set()
        self.entry.icursor("end")

    def _changed(self) -> None:
        text = self.text.get().strip()
        self._reading = None
        if not text:
            self.answer.configure(text="")
            return
        asked = _ANS.sub(f"({self._last_answer()})", text)
        engine = self._parts.engine
        self._parts.worker.submit(
            lambda: engine.evaluate(asked), self._evaluated, self._failed, key="evaluate"
        )

    def _last_answer(self) -> str:
        return self._log.entries[-1].copied if self._log.entries else "0"

    def _evaluated(self, reading: Reading) -> None:
        if self.text.get().strip():
            self._reading = reading
            # Half a sum is answered in words: they stand back while the user types on.
            style = "Status.TLabel" if reading.value is None else "Answer.TLabel"
            font = self._parts.screen.ui if reading.value is None else self._parts.screen.font(22)
            self.answer.configure(text=shown_answer(reading), style=style, font=font)

    def _failed(self, error: Exception) -> None:
        self.answer.configure(text=explained(error) if not isinstance(error, ValueError) else "")
