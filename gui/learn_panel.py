"""The panel of the user's hand: what was kept, each sample with its label, and the button that learns from it.

In flows `Learning`; out flow calls of its commands. A click or the arrow keys choose samples, Del deletes them.
"""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from PIL import ImageTk

from hwcalc.gui.learning import Learning
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import HidingScrollbar
from hwcalc.gui.settings import Settings
from hwcalc.gui.theme import Palette
from hwcalc.gui.thumbnails import thumbnail
from hwcalc.samples import Sample

WIDTH = 240  # logical units
CELL = 42
ABOUT = "What you correct teaches hwcalc your hand. It stays on this computer."
NONE_YET = "No corrections\nare kept yet"


class LearnPanel(ttk.Frame):
    """The panel; `redraw` shows what has changed."""

    def __init__(
        self, master: tk.Misc, learning: Learning, settings: Settings, screen: Screen, palette: Palette
    ) -> None:
        """Listen to `learning`."""
        px = screen.px
        super().__init__(master, style="Bar.TFrame", padding=px(12))
        self._learning = learning
        self._settings = settings
        self._screen = screen
        self.palette = palette
        self._images: list[ImageTk.PhotoImage] = []
        self._drawn: object = None
        self.chosen: set[int] = set()
        self._current = 0
        self.columnconfigure(0, weight=1, minsize=px(WIDTH) - 2 * px(12))
        self.rowconfigure(2, weight=1)
        wrap = px(WIDTH) - 2 * px(12)
        about = ttk.Label(self, text=ABOUT, style="Status.TLabel", font=screen.small, wraplength=wrap)
        self.keep = ttk.Checkbutton(self, text="Keep my corrections", command=self._keep_changed)
        self.grid_of_samples = tk.Canvas(
            self, highlightthickness=px(1), takefocus=True, width=wrap, height=px(60)
        )
        bar = HidingScrollbar(self, orient="vertical", command=self.grid_of_samples.yview)
        self.grid_of_samples.configure(yscrollcommand=bar.set)
        self.delete = ttk.Button(self, text="Delete", command=self.delete_chosen)
        self.learn = ttk.Button(self, text="Learn my hand", style="Main.TButton", command=self._learn_or_stop)
        self.progress = ttk.Progressbar(self, maximum=1.0)
        self.told = ttk.Label(self, style="TLabel", font=screen.small, wraplength=wrap)
        self.undo = ttk.Button(self, text="Undo what was learnt", command=learning.undo)
        about.grid(row=0, column=0, columnspan=2, sticky="ew")
        self.keep.grid(row=1, column=0, columnspan=2, sticky="w", pady=px(8))
        self.grid_of_samples.grid(row=2, column=0, sticky="nsew")
        bar.grid(row=2, column=1, sticky="ns")
        rest = (self.delete, self.learn, self.progress, self.told, self.undo)
        for row, widget in enumerate(rest, start=3):
            widget.grid(row=row, column=0, columnspan=2, sticky="ew", pady=(px(6), 0))
        self._bind_keys()
        self.bind("<Map>", lambda _: self._shown())
        learning.listeners.append(self.redraw)

    def _bind_keys(self) -> None:
        canvas = self.grid_of_samples
        canvas.bind("<Configure>", lambda _: self.redraw())
        canvas.bind("<Button-1>", self._clicked)
        canvas.bind("<Delete>", lambda _: self._stop_at(self.delete_chosen))
        canvas.bind("<BackSpace>", lambda _: self._stop_at(self.delete_chosen))
        canvas.bind("<space>", lambda _: self._stop_at(lambda: self._toggle(self._current)))
        for key, step in (("<Left>", -1), ("<Right>", 1)):
            canvas.bind(key, lambda _, s=step: self._move(s))  # type: ignore[misc]
        for key, down in (("<Up>", -1), ("<Down>", 1)):
            canvas.bind(key, lambda _, s=down: self._move(s * self._columns()))  # type: ignore[misc]
        for key, step in (("<Button-4>", -1), ("<Button-5>", 1)):
            canvas.bind(key, lambda _, s=step: canvas.yview_scroll(s, "units"))  # type: ignore[misc]
        canvas.bind("<MouseWheel>", lambda e: canvas.yview_scroll(-1 if e.delta > 0 else 1, "units"))
        canvas.bind("<FocusIn>", lambda _: self.redraw())
        canvas.bind("<FocusOut>", lambda _: self.redraw())

    def recolour(self, palette: Palette) -> None:
        """Show the panel in another palette."""
        self.palette = palette
        self.redraw()

    def _shown(self) -> None:
        self.chosen = set()
        self._learning.refresh()

    def redraw(self) -> None:
        """Show what is kept and how far the learning is."""
        if not self.winfo_ismapped():
            return
        learning = self._learning
        kept = learning.samples is not None
        self.keep.state(["!alternate", "selected" if self._settings.keep else "!selected"])
        self.keep.state(["!disabled" if kept else "disabled"])
        busy = learning.share is not None
        self.learn.configure(text="Stop" if busy else "Learn my hand")
        self.learn.state(["!disabled" if learning.samples or busy else "disabled"])
        self.delete.configure(text=f"Delete {len(self.chosen)}" if self.chosen else "Delete all")
        self.delete.state(["!disabled" if learning.samples and not busy else "disabled"])
        self.progress.configure(value=learning.share or 0.0)
        _show(self.progress, busy)
        self.told.configure(text=learning.told)
        _show(self.told, bool(learning.told))
        _show(self.undo, learning.model is not None and not busy)
        self._draw_samples()

    def delete_chosen(self) -> None:
        """Delete the chosen samples; where none is chosen, all."""
        if self._learning.samples:
            numbers = self.chosen or set(range(len(self._learning.samples)))
            self.chosen = set()
            self._learning.delete(numbers)

    # The samples

    def _columns(self) -> int:
        return max(self.grid_of_samples.winfo_width() // self._screen.px(CELL), 1)

    def _draw_samples(self) -> None:
        canvas, p = self.grid_of_samples, self.palette
        samples = self._learning.samples.all if self._learning.samples is not None else []
        self.chosen &= set(range(len(samples)))
        focus = canvas.focus_get() is canvas
        state = (
            tuple(map(id, samples)),
            p.name,
            canvas.winfo_width(),
            frozenset(self.chosen),
            self._current,
            focus,
        )
        if state == self._drawn:
            return
        self._drawn = state
        canvas.configure(background=p.paper, highlightbackground=p.edge, highlightcolor=p.select)
        canvas.delete("all")
        self._images.clear()
        if not samples:
            place = (canvas.winfo_width() / 2, self._screen.px(30))
            canvas.create_text(*place, text=NONE_YET, justify="center", fill=p.quiet, font=self._screen.small)
        for number, sample in enumerate(samples):
            self._draw_sample(number, sample, focus)
        rows = -(-len(samples) // self._columns())
        height = max(rows * self._screen.px(CELL), canvas.winfo_height() - 2 * self._screen.px(1))
        canvas.configure(scrollregion=(0, 0, canvas.winfo_width(), height))

    def _draw_sample(self, number: int, sample: Sample, focus: bool) -> None:
        canvas, p, cell = self.grid_of_samples, self.palette, self._screen.px(CELL)
        row, column = divmod(number, self._columns())
        x, y = column * cell, row * cell
        back = p.chosen if number in self.chosen else p.paper
        edge = p.select if focus and number == self._current else back
        canvas.create_rectangle(x + 2, y + 2, x + cell - 2, y + cell - 2, fill=back, outline=edge)
        strokes = tuple(tuple(stroke.ravel().tolist()) for stroke in sample.strokes)
        room = (round(cell * 0.55), round(cell * 0.62))
        picture = thumbnail(strokes, room, 1.5 * self._screen.scale, p.ink)
        photo = ImageTk.PhotoImage(picture, master=self)
        self._images.append(photo)
        canvas.create_image(x + cell * 0.4, y + cell / 2, image=photo)
        place = (x + cell - self._screen.px(5), y + cell - self._screen.px(3))
        canvas.create_text(*place, text=sample.label, anchor="se", fill=p.answer, font=self._screen.small)

    def _clicked(self, event: tk.Event[tk.Misc]) -> None:
        canvas, cell = self.grid_of_samples, self._screen.px(CELL)
        canvas.focus_set()
        column, row = int(canvas.canvasx(event.x) // cell), int(canvas.canvasy(event.y) // cell)
        number = row * self._columns() + column
        if column < self._columns() and self._learning.samples and number < len(self._learning.samples):
            self._current = number
            self._toggle(number)

    def _toggle(self, number: int) -> None:
        self.chosen ^= {number}
        self.redraw()

    def _move(self, step: int) -> str:
        count = len(self._learning.samples) if self._learning.samples is not None else 0
        self._current = min(max(self._current + step, 0), max(count - 1, 0))
        self.redraw()
        return "break"

    def _stop_at(self, run: object) -> str:
        """Keys that mean something here mean nothing to the sheet."""
        assert callable(run)
        run()
        return "break"

    def _keep_changed(self) -> None:
        self._learning.keep_corrections(not self._settings.keep)

    def _learn_or_stop(self) -> None:
        if self._learning.share is None:
            self._learning.learn()
        else:
            self._learning.stop()


def _show(widget: tk.Widget, on: bool) -> None:
    """Show a widget in its place of the grid, or hide it."""
    if on != bool(widget.winfo_manager()):
        if on:
            widget.grid()
        else:
            widget.grid_remove()
