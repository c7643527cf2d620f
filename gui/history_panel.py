"""The panel of the history: its entries, newest first; a click or Enter copies, a menu offers the rest.

In flow the entries of a log; out flow calls of `used`. Entries are drawn a few at a time, so that a long history
never keeps the pen waiting.
"""

from __future__ import annotations

import tkinter as tk
from bisect import bisect
from collections.abc import Callable
from functools import partial
from time import perf_counter

from PIL import ImageTk

from hwcalc.gui.history import Entry, Log
from hwcalc.gui.menus import popup
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import HidingScrollbar
from hwcalc.gui.theme import Palette
from hwcalc.gui.thumbnails import thumbnail
from hwcalc.gui.typeset import pretty

WIDTH = 240  # logical units
BUDGET = 0.003  # seconds of drawing before events get their turn again
NONE_YET = "Sums you finish\nare kept here"
USES = {
    "answer": "Copy the answer",
    "text": "Copy the sum",
    "latex": "Copy as LaTeX",
    "picture": "Copy as a picture",
    "again": "Use it again",
}


class HistoryPanel(tk.Frame):
    """The entries in a column that scrolls. `used(entry, how)` is called when the user wants one of them.

    `how` is one of `USES`: a click or Enter means the answer; the right button or the menu key offers all.
    """

    def __init__(
        self,
        master: tk.Misc,
        log: Log,
        screen: Screen,
        palette: Palette,
        used: Callable[[Entry, str], object],
    ) -> None:
        """Listen to `log`."""
        super().__init__(master, width=screen.px(WIDTH))
        self._log = log
        self._screen = screen
        self._used = used
        self._photos: dict[tuple[int, str], ImageTk.PhotoImage] = {}
        self._state: object = None
        self._entries: list[Entry] = []  # that are drawn, in their order
        self._left: list[Entry] = []  # of these, to be drawn
        self._bottom = 0  # of what is drawn, in pixels
        self._tops: list[int] = []
        self._current = 0
        self._pointed: int | None = None
        self._drawing: str | None = None
        self._large = screen.font(18)
        self._canvas = tk.Canvas(self, highlightthickness=0, width=screen.px(WIDTH), takefocus=True)
        self.rowconfigure(0, weight=1)
        self._canvas.grid(row=0, column=0, sticky="ns")
        bar = HidingScrollbar(self, orient="vertical", command=self._canvas.yview)
        bar.grid(row=0, column=1, sticky="ns")
        self._canvas.configure(yscrollcommand=bar.set)
        self._bind_keys()
        self._bind_mouse()
        log.listeners.append(self.redraw)
        self.bind("<Map>", lambda _: self.redraw())
        self.palette = palette

    def recolour(self, palette: Palette) -> None:
        """Show the panel in another palette."""
        self.palette = palette
        self.redraw()

    def redraw(self) -> None:
        """Draw the entries anew if anything of them has changed."""
        canvas, p = self._canvas, self.palette
        if not self.winfo_ismapped():
            return
        entries = self._log.entries[::-1]
        state = (entries, p.name, canvas.winfo_width())
        if state == self._state:
            return
        self._state, self._entries, self._left = state, entries, list(entries)
        self._tops, self._pointed = [], None
        self.configure(background=p.bar)
        canvas.configure(background=p.bar)
        canvas.delete("all")
        known = {(id(entry), p.name) for entry in entries}
        self._photos = {key: photo for key, photo in self._photos.items() if key in known}
        self._bottom = self._screen.px(12)
        self._current = min(self._current, max(len(entries) - 1, 0))
        if not entries:
            place = (canvas.winfo_width() / 2, self._screen.px(48))
            canvas.create_text(*place, text=NONE_YET, justify="center", fill=p.quiet, font=self._screen.small)
        if self._drawing is not None:
            self.after_cancel(self._drawing)
        self._draw_some()

    def _draw_some(self) -> None:
        self._drawing = None
        if not self.winfo_ismapped():
            self._state = None  # hidden meanwhile: it is drawn when it shows again
            return
        deadline, canvas = perf_counter() + BUDGET, self._canvas
        while self._left and perf_counter() < deadline:
            self._draw(self._left.pop(0))
        canvas.configure(scrollregion=(0, 0, canvas.winfo_width(), max(self._bottom, canvas.winfo_height())))
        if self._left:
            self._drawing = self.after(1, self._draw_some)
        else:
            self._mark()

    def _draw(self, entry: Entry) -> None:
        canvas, px, p = self._canvas, self._screen.px, self.palette
        pad, width, top, tag = px(12), canvas.winfo_width(), self._bottom, f"entry{len(self._tops)}"
        back = canvas.create_rectangle(0, top, width, top + 1, width=0, fill=p.bar, tags=(tag, f"{tag}-back"))
        y = self._draw_entry(entry, top + px(6), pad, width - 2 * pad, tag) + px(6)
        canvas.coords(back, 0, top, width, y)
        canvas.create_line(pad, y, width - pad, y, fill=p.edge, width=px(1))
        self._tops.append(top)
        self._bottom = y + px(1)

    def _draw_entry(self, entry: Entry, y: int, x: int, width: int, tag: str) -> int:
        canvas, px, p = self._canvas, self._screen.px, self.palette
        if entry.strokes:
            photo = self._photo(entry, (width, px(30)))
            canvas.create_image(x, y, image=photo, anchor="nw", tags=tag)
            y += photo.height() + px(3)
        small, large = self._screen.small, self._large
        text = canvas.create_text(
            x, y, text=pretty(entry.text), anchor="nw", fill=p.quiet, font=small, width=width, tags=tag
        )
        y = canvas.bbox(text)[3]
        answer = canvas.create_text(
            x + width, y, text=entry.answer, anchor="ne", fill=p.answer, font=large, width=width, tags=tag
        )
        return canvas.bbox(answer)[3]

    def _photo(self, entry: Entry, room: tuple[int, int]) -> ImageTk.PhotoImage:
        key = (id(entry), self.palette.name)
        if key not in self._photos:
            picture = thumbnail(entry.strokes, room, 1.6 * self._screen.scale, self.palette.ink)
            self._photos[key] = ImageTk.PhotoImage(picture, master=self)
        return self._photos[key]

    # What the user does

    def _bind_keys(self) -> None:
        canvas = self._canvas
        canvas.bind("<Configure>", lambda _: self.redraw())
        for sequence, step in (("<Up>", -1), ("<Down>", 1)):
            canvas.bind(sequence, lambda _, s=step: self._go(s))  # type: ignore[misc]
        for sequence in ("<Return>", "<KP_Enter>", "<space>"):
            canvas.bind(
                sequence, lambda _: self._with_entry(self._current, lambda entry: self._used(entry, "answer"))
            )
        for sequence in ("<Menu>", "<Shift-F10>"):
            canvas.bind(sequence, lambda _: self._with_entry(self._current, self._menu_of_current))
        for sequence in ("<FocusIn>", "<FocusOut>"):
            canvas.bind(sequence, lambda _: self._mark())

    def _bind_mouse(self) -> None:
        """On the canvas: Tk keeps what is bound to an item after the item is gone."""
        canvas = self._canvas
        for sequence, step in (("<Button-4>", -1), ("<Button-5>", 1)):
            canvas.bind(sequence, lambda _, s=step: canvas.yview_scroll(s, "units"))  # type: ignore[misc]
        canvas.bind("<MouseWheel>", lambda e: canvas.yview_scroll(-1 if e.delta > 0 else 1, "units"))
        canvas.bind(
            "<Button-1>", lambda e: self._with_entry(self._at(e), lambda entry: self._used(entry, "answer"))
        )
        for button in ("<Button-2>", "<Button-3>"):
            canvas.bind(
                button,
                lambda e: self._with_entry(self._at(e), lambda entry: self._menu(entry, e.x_root, e.y_root)),
            )
        canvas.bind("<Motion>", lambda e: self._point(self._at(e)))
        canvas.bind("<Leave>", lambda _: self._point(None))

    def _at(self, event: tk.Event[tk.Misc]) -> int | None:
        """The number of the entry under the pointer."""
        y = self._canvas.canvasy(event.y)
        return bisect(self._tops, y) - 1 if self._tops and self._tops[0] <= y < self._bottom else None

    def _point(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self._mark()

    def _go(self, step: int) -> str:
        self._current = min(max(self._current + step, 0), max(len(self._tops) - 1, 0))
        self._mark()
        if self._tops:
            canvas, top = self._canvas, self._tops[self._current]
            low, high = canvas.canvasy(0), canvas.canvasy(canvas.winfo_height())
            box = canvas.bbox(f"entry{self._current}-back")
            if top < low or box[3] > high:
                canvas.yview_moveto(max(top - self._screen.px(40), 0) / max(self._bottom, 1))
        return "break"

    def _with_entry(self, number: int | None, run: Callable[[Entry], object]) -> str:
        if number is not None and number < len(self._entries):
            run(self._entries[number])
        return "break"

    def _mark(self) -> None:
        """Show where the pointer is, and where the keys are, if they are here."""
        colours = {self._current: self.palette.chosen} if self.focus_get() is self._canvas else {}
        if self._pointed is not None:
            colours[self._pointed] = self.palette.hover
        for number in range(len(self._tops)):
            self._canvas.itemconfigure(f"entry{number}-back", fill=colours.get(number, self.palette.bar))

    def _menu_of_current(self, entry: Entry) -> None:
        x, y = self.winfo_rootx(), self.winfo_rooty()
        self._menu(entry, x + self._screen.px(20), y + self._tops[self._current] + self._screen.px(20))

    def _menu(self, entry: Entry, x: int, y: int) -> None:
        menu = popup(self, self.palette, "menu")
        for how, title in USES.items():
            if (how != "latex" or entry.latex) and (how != "picture" or entry.strokes):
                menu.add_command(label=f" {title} ", command=partial(self._used, entry, how))
        menu.add_separator()
        menu.add_command(label=" Forget all ", command=self._log.clear)
        menu.tk_popup(x, y)
