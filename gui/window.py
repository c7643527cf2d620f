"""The window, put together: bar above, sheet, panel beside it, field and status line below, and its life.

In flow an engine (what reads) and a folder for what is remembered; each feature is in a module of its own, and
`commands.py` says which key or menu entry calls it.
"""

from __future__ import annotations

import gc
import sys
import tkinter as tk
from contextlib import suppress
from functools import partial
from pathlib import Path
from tkinter import ttk
from typing import Any

from hwcalc.atomic import write_whole
from hwcalc.gui import history
from hwcalc.gui.actions import Actions
from hwcalc.gui.bar import Bar
from hwcalc.gui.card import close_card
from hwcalc.gui.commands import add_commands
from hwcalc.gui.correcting import Correcting
from hwcalc.gui.documents import Documents
from hwcalc.gui.engine import Engine
from hwcalc.gui.exchange import Exchange
from hwcalc.gui.field import Field
from hwcalc.gui.frame import Frame
from hwcalc.gui.history import Kept, Log
from hwcalc.gui.history_panel import HistoryPanel
from hwcalc.gui.icons import app_icon
from hwcalc.gui.learn_panel import LearnPanel
from hwcalc.gui.learning import Learning
from hwcalc.gui.live import Line, explained
from hwcalc.gui.look import Look
from hwcalc.gui.menus import show_menu
from hwcalc.gui.parts import Parts
from hwcalc.gui.places import Slot
from hwcalc.gui.recovery import Recovery
from hwcalc.gui.rounding import Rounding
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import bind_moves
from hwcalc.gui.settings import PANELS, PEN, Settings, dump_settings, load_settings
from hwcalc.gui.sheet import CLEAR, Edit
from hwcalc.gui.shortcuts import ShortcutSheet
from hwcalc.gui.side import Side
from hwcalc.gui.theme import Palette
from hwcalc.gui.tools import Eraser, Pen, Toolbox
from hwcalc.gui.waiting import Waiting
from hwcalc.gui.worker import Worker
from hwcalc.gui.written import script

BUTTONS = ["open", "save", "|", "undo", "redo", "|", "pen", "eraser", "select", "clear"]
BUTTONS += [">", "copy", "type", "history", "learn", "menu"]
PEN_DOWN_MS = 30  # how often results that wait for the pen are looked at
TIPS = "Tap a symbol to correct it, an answer to copy it.\nScribble over ink to erase it. F1 shows every key."
TOOLS = ("pen", "eraser", "select")


class Window:
    """The main window.

    Parameters
    ----------
    engine : Engine, optional
        What reads; by default hwcalc itself.
    palette : Palette, optional
        By default the one remembered, or the system's.
    scale : float, optional
        Pixels per logical unit; by default the screen's.
    folder : Path, optional
        Where history, settings and the sheet for recovery are kept; nothing is kept without it.
    hand : Path, optional
        Where corrections are kept, and what was learnt from them; nothing is kept without it.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        palette: Palette | None = None,
        scale: float | None = None,
        folder: Path | None = None,
        hand: Path | None = None,
    ) -> None:
        """Build the window and show it."""
        self.root = tk.Tk(className="Hwcalc")
        self.root.withdraw()
        self._icons = [app_icon(self.root, size) for size in (64, 32, 16)]
        self.root.iconphoto(True, *self._icons)  # type: ignore[arg-type]
        self.folder, self.hand = folder, hand
        self.settings = load_settings(folder / "settings.json") if folder else Settings()
        self.history = Kept(folder / "history.json") if folder else None
        self.log = Log(self.history.before.copy() if self.history else None)
        self._noting: str | None = None
        self._told_lost = False  # that the sheet will not be there on the next start
        self._make_parts(engine or Engine(), palette, scale)
        self._make_features()
        self._lay_out()
        self._listen()
        self.look.wear(self.look.palette)
        self.bar.lower()  # the first in the order of Tab
        self.side.show(self.settings.panel)
        if self.folder is not None and not self.settings.known:
            self.paper.tips, self.settings.known = TIPS, True
            self.paper.refit()
        # Before the sheet that comes back is read
        self.worker.submit(self.learning.use, lambda _: None, lambda e: self.status.warn(explained(e)))
        self.slot = Slot(folder)
        self.recovery = self._recover()
        self.root.deiconify()

    # Putting together

    def _make_parts(self, engine: Engine, palette: Palette | None, scale: float | None) -> None:
        root, screen = self.root, Screen(self.root, scale)
        self.worker = Worker(root)
        self.look = Look(root, screen, self.settings, self.worker, palette)
        self.middle = ttk.Frame(root, style="Paper.TFrame")
        self.parts = Parts.make(self.middle, engine, self.settings, self.look, screen, self.worker)
        self.engine, self.screen, self.sheet, self.paper = engine, screen, self.parts.sheet, self.parts.paper
        self.status, self.live, self.answers = self.parts.status, self.parts.live, self.parts.answers
        self.selector, self.files_worker = self.parts.selector, self.parts.files_worker
        self.pictures_worker = self.parts.pictures_worker

    def _make_features(self) -> None:
        parts, root, screen = self.parts, self.root, self.screen
        self.actions = Actions(root)
        self.side = Side(root, screen, self.settings, row=2, column=1)
        self.field = Field(parts, self.log, row=4)
        self.documents = Documents(parts, self.log.sheet_left)
        self.exchange = Exchange(parts, self.documents, self.field)
        self.correcting = Correcting(parts, self.exchange.copy, self.field.edit)
        self.rounding = Rounding(self.settings, self.status.say, self.answers.refresh)
        self.panel = HistoryPanel(root, self.log, screen, self.look.palette, self.exchange.use)
        self.side.add("history", self.panel)
        self.learning = Learning(parts, self.hand, self.live.read_again)
        self.learn_panel = LearnPanel(root, self.learning, self.settings, screen, self.look.palette)
        self.side.add("learn", self.learn_panel)
        self.pen = Pen(self.paper, self.answers.make_way, self.correcting.tapped)
        self.pen.width = self.settings.pen_width
        self.waiting = Waiting(self.paper, self.live)
        self.tools = Toolbox(self.paper, self.pen, Eraser(self.paper), self.selector)
        add_commands(self)
        self.bar = Bar(root, self.actions, BUTTONS, screen, self.look.palette)

    def _lay_out(self) -> None:
        self.frame = Frame(self.root, self.screen, self.settings)
        self.frame.lay_out(self.bar, self.middle, self.paper, self.status)

    def _listen(self) -> None:
        paper = self.paper
        self.sheet.listeners.append(self._edited)
        self.live.listeners.append(self._read)
        self.log.listeners.append(self._noted)
        self.tools.listeners.append(self._tool_taken)
        self.side.listeners.append(self._panel_shown)
        self.field.listeners.append(lambda shown: self.bar.choose("type", shown))
        self.look.wearers += [lambda _: close_card(), self.bar.recolour]
        self.look.wearers += [self.panel.recolour, self.learn_panel.recolour, paper.recolour]
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        self.root.bind("<Escape>", lambda _: self.escape())  # the button and the menu always clear
        bind_moves(paper, close_card)
        paper.bind("<Motion>", self._hover, add=True)
        paper.bind("<<TraverseIn>>", lambda _: self.frame.mark_focus(True))
        for sequence in ("<FocusOut>", "<ButtonPress-1>"):
            paper.bind(sequence, lambda _: self.frame.mark_focus(False), add=True)
        paper.bind("<Key>", self._typed)
        aqua = self.root.tk.call("tk", "windowingsystem") == "aqua"
        paper.bind("<Button-2>" if aqua else "<Button-3>", self.correcting.pointed)
        paper.bind("<<View>>", lambda _: self.status.view(self._view_text()), add=True)
        self._tool_taken("pen")
        self._edited(Edit("start"))
        paper.focus_set()

    def _recover(self) -> Recovery | None:
        if self.slot.path is None:
            return None
        underway, lost = self.pen.underway, self._cannot_be_kept
        recovery = Recovery(self.root, self.sheet, self.files_worker, self.slot.path, underway, lost)
        items = recovery.recover()
        if items:
            self.sheet.exchange("recovery", items)
            self.status.say("Your last sheet is back. Esc clears it.")
        recovery.watch()
        return recovery

    # Life

    def run(self, file: Path | None = None) -> None:
        """Open a file, if there is one, and stay until the window is closed."""
        if file is not None:
            self.open_at_start(file)
        self.root.after(50, self.warm_up)
        self.root.mainloop()

    def open_at_start(self, file: Path) -> None:
        """Open a file as soon as the paper has its size, which a picture is fitted to."""
        if self.paper.winfo_width() > 1:
            self.documents.open_file(file)
        else:
            self.root.after(10, self.open_at_start, file)

    def warm_up(self) -> None:
        """Load the reader before the first stroke needs it."""

        def failed(error: Exception) -> None:
            self.status.problem(explained(error))

        self.worker.submit(script, lambda _: None, failed)
        # What the reader has loaded stays: the collector takes 20 ms to look through it, again and again.
        self.worker.submit(self.engine.warm_up, lambda _: gc.freeze(), failed)

    def close(self) -> None:
        """End the program; what is not saved is there again on the next start, or it is said why it will not be."""
        self.files_worker.finish()  # so that what was just saved is
        lost = self._keep_sheet()
        if lost and not self._told_lost:
            self._told_lost = True
            self.status.warn(f"This sheet cannot be kept: {lost}. Save it elsewhere, or close again")
            return
        self.frame.remember()
        close_card()
        self.learning.close()
        self.worker.close()
        self.pictures_worker.close(0.1)  # a page may take many seconds
        self.files_worker.close()
        if self.folder is not None:
            with suppress(OSError):
                write_whole(self.folder / "settings.json", dump_settings(self.settings), lasting=False)
        if self.history is not None:
            with suppress(OSError):
                self.history.write(self.log.entries)
        self.slot.free()
        for waiting in self.root.tk.splitlist(self.root.tk.call("after", "info")):
            self.root.tk.call("after", "cancel", waiting)
        self.root.destroy()

    def _cannot_be_kept(self, why: str) -> None:
        self.status.warn(f"After a crash this sheet would be lost: {why}. Save it elsewhere")

    def _keep_sheet(self) -> str:
        """Keep what is not saved for the next start; why that is not possible, '' where it is."""
        try:
            if self.sheet.empty or self.documents.saved:
                if self.recovery is not None:
                    self.recovery.forget()
            elif self.recovery is not None:
                self.recovery.save_now()
            elif self.folder is not None:
                return f"nothing can be written to {self.folder}"
        except OSError as error:
            return error.strerror or str(error)
        return ""

    # What the user does to the sheet as a whole

    def undo(self) -> None:
        """Take the last edit back."""
        self.tools.current.cancel()
        name = self.sheet.undo()
        self.status.say(f"Undid: {name}" if name else "Nothing to undo")

    def redo(self) -> None:
        """Make the last undone edit again."""
        self.tools.current.cancel()
        name = self.sheet.redo()
        self.status.say(f"Redid: {name}" if name else "Nothing to redo")

    def escape(self) -> None:
        """Close what is open; with nothing open, clear the sheet."""
        if close_card() or self.tools.pressed:
            self.tools.current.cancel()
            self.paper.focus_set()
        elif self.field.winfo_ismapped():
            self.field.close()
        elif self.root.focus_get() is not self.paper:
            self.paper.focus_set()
        elif self.selector.numbers:
            self.selector.select(set())
        else:
            self.clear()

    def clear(self) -> None:
        """Take everything off the sheet; undo brings it back."""
        self.note()
        self.log.sheet_left()
        if not self.sheet.empty:
            self.sheet.remove(CLEAR, list(self.sheet.items))
            self.status.say("Cleared. Ctrl+Z brings it back.")

    def select_all(self) -> None:
        """Select everything on the sheet."""
        self.tools.use("select")
        self.selector.select_all()

    def delete(self) -> None:
        """Delete what is selected."""
        if self.selector.numbers:
            self.selector.delete()
        else:
            self.status.say("Nothing is selected: S selects, Ctrl+A selects all")

    def set_pen(self, change: float) -> None:
        """Make the pen thicker or thinner."""
        self.pen.width = self.settings.pen_width = min(max(self.pen.width + change, PEN[0]), PEN[1])
        self.status.say(f"Pen {self.pen.width:g}")

    def edit_reading(self) -> None:
        """Edit what was read in the newest line."""
        line = self.live.newest() or next((x for x in reversed(self.live.lines) if x.reading), None)
        if line is None or line.reading is None:
            self.status.say("Nothing was read yet")
        else:
            self.field.edit(line)

    def toggle_keeping(self) -> None:
        """Keep corrections to learn from, or do not."""
        self.learning.keep_corrections(not self.settings.keep)

    def learn(self) -> None:
        """Learn the user's hand, and show what comes of it."""
        self.side.show("learn")
        self.root.update_idletasks()
        self.learning.learn()

    def show_menu(self) -> None:
        """Open the menu of all actions."""
        show_menu(self.root, self.bar.buttons["menu"], self.actions, self.look.palette)

    def show_shortcuts(self) -> None:
        """Show every key."""
        close_card()
        ShortcutSheet(self.paper, self.actions, self.screen, self.look.palette)

    def note(self) -> None:
        """Take the sums on the sheet into the history."""
        if self.paper.pen_down:
            self._noting = self.root.after(history.QUIET_MS, self.note)
            return
        self.log.note(self.live.lines, self.sheet)

    # What happens then

    def _edited(self, edit: Edit) -> None:
        close_card()
        self._told_lost = False
        self.bar.enable("undo", self.sheet.undoes is not None)
        self.bar.enable("redo", self.sheet.redoes is not None)
        self.bar.enable("clear", not self.sheet.empty)

    def _read(self, lines: list[Line]) -> None:
        if self.paper.pen_down:
            # Drawing answers now would cost points of the stroke, and its end makes them stale anyway.
            self.root.after(PEN_DOWN_MS, self._read_late, lines)
            return
        self.answers.show(lines)
        self.bar.enable("copy", self.live.newest() is not None)
        self.status.problem(next((line.problem for line in lines if line.problem), ""))
        if self._noting is not None:
            self.root.after_cancel(self._noting)
        self._noting = self.root.after(history.QUIET_MS, self.note)

    def _read_late(self, lines: list[Line]) -> None:
        if lines is self.live.lines:
            self._read(lines)

    def _noted(self) -> None:
        """Whatever ends the program, the history is there again."""
        if self.history is not None:
            work = partial(self.history.write, self.log.entries.copy())
            self.files_worker.submit(work, lambda _: None, lambda _: None, key="history")

    def _typed(self, event: tk.Event[Any]) -> None:
        """Typing says what the selected strokes are; with nothing selected a number or a name begins a typed line."""
        alt = 0x20000 if sys.platform == "win32" else 0x8  # there 0x8 is Num Lock
        if int(event.state) & (0x4 | alt) or self.correcting.say(event.char):
            return  # keys with Ctrl or Alt write nothing
        begins = event.char in "0123456789(-.√" or event.char.isalpha()
        if event.char and begins and event.char.upper() not in self.actions.letters:
            self.field.type(event.char)

    def _hover(self, event: tk.Event[Any]) -> None:
        over = self.tools.current is self.pen and self.answers.hit(*self.paper.at(event)) is not None
        cursor = "hand2" if over else self.tools.current.cursor
        if str(self.paper.cget("cursor")) != cursor:
            self.paper.configure(cursor=cursor)

    def _tool_taken(self, name: str) -> None:
        for tool in TOOLS:
            self.bar.choose(tool, tool == name)

    def _panel_shown(self, name: str) -> None:
        for panel in PANELS:
            self.bar.choose(panel, panel == name)

    def _view_text(self) -> str:
        return "" if self.paper.zoom == 1.0 else f"{round(100 * self.paper.zoom)} %"
