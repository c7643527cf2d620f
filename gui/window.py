"""The window, put together: bar above, sheet, history beside it, status line below, and what joins them.

In flow an engine (what reads) and perhaps a file; everything else is in the modules of one feature each.
"""

from __future__ import annotations

import tkinter as tk
from functools import partial
from pathlib import Path
from tkinter import ttk
from typing import Any

from hwcalc.gui import clipboard, history, pictures
from hwcalc.gui.actions import Action, Actions
from hwcalc.gui.alternatives import Alternatives, label_of
from hwcalc.gui.answers import Answers, copied_answer, doubtful_symbols
from hwcalc.gui.bar import Bar, menu_of
from hwcalc.gui.card import Card, close_card
from hwcalc.gui.documents import Documents
from hwcalc.gui.engine import Engine
from hwcalc.gui.field import Field
from hwcalc.gui.files import write_whole
from hwcalc.gui.history import Entry, HistoryPanel, Log
from hwcalc.gui.icons import app_icon
from hwcalc.gui.live import Line, LiveReading, explained
from hwcalc.gui.paper import Paper
from hwcalc.gui.places import Settings, Slot, dump_settings, load_settings
from hwcalc.gui.recovery import Recovery
from hwcalc.gui.screen import Screen
from hwcalc.gui.scrolling import bind_moves, scroll_bars
from hwcalc.gui.selection import Selector
from hwcalc.gui.sheet import Correction, Edit, Sheet
from hwcalc.gui.shortcuts import ShortcutSheet
from hwcalc.gui.status import Status
from hwcalc.gui.theme import DARK, LIGHT, Palette, style, system_palette
from hwcalc.gui.tools import Eraser, Pen, Toolbox
from hwcalc.gui.worker import Worker
from hwcalc.ink import Box

SIZE = (900, 600)  # logical units
LEAST = (480, 360)
BUTTONS = ["open", "save", "|", "undo", "redo", "|", "pen", "eraser", "select", "clear"]
BUTTONS += [">", "copy", "type", "history", "theme", "menu"]
PEN_DOWN_MS = 30  # how often results that wait for the pen are looked at
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
    """

    def __init__(
        self,
        engine: Engine | None = None,
        palette: Palette | None = None,
        scale: float | None = None,
        folder: Path | None = None,
    ) -> None:
        """Build the window and show it."""
        self.root = tk.Tk(className="Hwcalc")
        self.root.withdraw()
        self._icons = [app_icon(self.root, size) for size in (64, 32, 16)]
        self.root.iconphoto(True, *self._icons)  # type: ignore[arg-type]
        self.engine = engine or Engine()
        self.folder = folder
        self.settings = load_settings(folder / "settings.json") if folder else Settings()
        remembered = {"light": LIGHT, "dark": DARK}.get(self.settings.theme)
        self.palette = palette or remembered or system_palette()
        self.screen = Screen(self.root, scale)
        self.sheet = Sheet()
        self.worker = Worker(self.root)
        self.actions = Actions(self.root)
        self.log = Log(history.load(folder / "history.json") if folder else None)
        self._noting: str | None = None
        self._asked: tuple[Line, int] | None = None
        self._build()
        self._add_actions()
        self.bar = Bar(self.root, self.actions, BUTTONS, self.screen, self.palette)
        self._lay_out()
        self._listen()
        self.recolour(self.palette)
        if self.settings.history:
            self.toggle_history()
        self.slot = Slot(folder)
        self.status.say("F1 shows every key")
        self.recovery = self._recover()
        self.root.deiconify()

    # Putting together

    def _build(self) -> None:
        root, screen, palette = self.root, self.screen, self.palette
        self.middle = ttk.Frame(root, style="Paper.TFrame")
        self.paper = Paper(self.middle, self.sheet, screen, palette)
        self.status = Status(root, screen)
        self.live = LiveReading(self.sheet, self.engine, self.worker)
        self.answers = Answers(self.paper)
        self.pen = Pen(self.paper, self.answers.make_way, self._tapped)
        self.pen.width = self.settings.pen_width
        self.selector = Selector(self.paper)
        self.tools = Toolbox(self.paper, self.pen, Eraser(self.paper), self.selector)
        self.panel = HistoryPanel(root, self.log, screen, palette, self._entry_used)
        self.field = Field(root, self.engine, self.worker, self.sheet, self.log, screen, self._leave_field)
        self.documents = Documents(
            root, self.sheet, self.paper, self.live, self.worker, self.status, self.log.sheet_left
        )

    def _lay_out(self) -> None:
        root, px = self.root, self.screen.px
        root.columnconfigure(0, weight=1)
        root.rowconfigure(2, weight=1)
        self.bar.grid(row=0, column=0, columnspan=3, sticky="ew")
        self._edges = [ttk.Frame(root, style="Edge.TFrame", height=px(1), width=px(1)) for _ in range(4)]
        self._edges[0].grid(row=1, column=0, columnspan=3, sticky="ew")
        self.middle.grid(row=2, column=0, sticky="nsew")
        self.middle.columnconfigure(0, weight=1)
        self.middle.rowconfigure(0, weight=1)
        self.paper.grid(row=0, column=0, sticky="nsew")
        scroll_bars(self.middle, self.paper)
        self._edges[1].grid(row=5, column=0, columnspan=3, sticky="ew")
        self.status.grid(row=6, column=0, columnspan=3, sticky="ew")
        size = self.settings.size or SIZE
        width = min(px(size[0]), root.winfo_screenwidth())
        height = min(px(size[1]), root.winfo_screenheight())
        root.geometry(f"{width}x{height}")
        root.minsize(min(px(LEAST[0]), width), min(px(LEAST[1]), height))

    def _listen(self) -> None:
        self.sheet.listeners.append(self._edited)
        self.live.listeners.append(self._read)
        self.tools.listeners.append(self._tool_taken)
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        paper = self.paper
        bind_moves(paper, close_card)
        paper.bind("<Motion>", self._hover)
        paper.bind("<Key>", self._typed)
        aqua = self.root.tk.call("tk", "windowingsystem") == "aqua"
        paper.bind("<Button-2>" if aqua else "<Button-3>", self._ask_about)
        paper.bind("<<View>>", lambda _: self.status.view(self._view_text()), add=True)
        self._tool_taken("pen")
        self._edited(Edit("start"))
        paper.focus_set()

    def _add_actions(self) -> None:
        add, take = self.actions.add, self.tools.use
        select, paper, documents = self.selector, self.paper, self.documents
        add(
            Action("open", "Open a sheet or picture …", documents.open, ("Ctrl+O",), "File", anywhere=True),
            Action("save", "Save", documents.save, ("Ctrl+S",), "File", anywhere=True),
            Action(
                "save_as", "Save as, export …", documents.save_as, ("Ctrl+Shift+S",), "File", anywhere=True
            ),
            Action("quit", "Quit", self.close, ("Ctrl+Q",), "File", anywhere=True),
        )
        add(
            Action("undo", "Undo", self.undo, ("Ctrl+Z",), "Edit"),
            Action("redo", "Redo", self.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), "Edit"),
            Action("copy", "Copy the answer", self.copy, ("Ctrl+C",), "Edit"),
            Action("latex", "Copy as LaTeX", self.copy_latex, ("Ctrl+L",), "Edit"),
            Action("paste", "Paste a picture or a sum", self.paste, ("Ctrl+V",), "Edit"),
            Action("all", "Select all", self.select_all, ("Ctrl+A",), "Edit"),
            Action("duplicate", "Duplicate the selection", select.duplicate, ("Ctrl+D",), "Edit"),
            Action("delete", "Delete the selection", self.delete, ("Del", "Backspace"), "Edit"),
            Action("clear", "Clear the sheet", self.escape, ("Esc",), "Edit", anywhere=True),
        )
        add(
            Action("pen", "Pen", lambda: take("pen"), ("P",), "Tools"),
            Action("eraser", "Eraser", lambda: take("eraser"), ("E",), "Tools"),
            Action("select", "Select", lambda: take("select"), ("S",), "Tools"),
            Action("thicker", "Thicker pen", lambda: self.set_pen(1.0), ("]",), "Tools"),
            Action("thinner", "Thinner pen", lambda: self.set_pen(-1.0), ("[",), "Tools"),
            Action("type", "Type a sum", self.toggle_field, ("Ctrl+T",), "Tools", anywhere=True),
            Action("ask", "Ask about the next doubtful symbol", self.ask_next, ("F3",), "Tools"),
            Action("edit", "Edit what was read", self.edit_reading, ("F2",), "Tools"),
        )
        add(
            Action("history", "History", self.toggle_history, ("Ctrl+H",), "View", anywhere=True),
            Action("larger", "Zoom in", lambda: paper.zoom_by(1), ("Ctrl++", "Ctrl+="), "View"),
            Action("smaller", "Zoom out", lambda: paper.zoom_by(-1), ("Ctrl+-",), "View"),
            Action("actual", "Actual size", lambda: paper.zoom_to(1.0), ("Ctrl+0",), "View"),
            Action("theme", "Light or dark", self.switch_theme, ("F8",), "View", anywhere=True),
            Action("menu", "Menu", self.show_menu, ("F10",), "View", anywhere=True),
            Action("help", "Keyboard shortcuts", self.show_shortcuts, ("F1",), "View", anywhere=True),
        )

    def _recover(self) -> Recovery | None:
        if self.slot.path is None:
            return None
        recovery = Recovery(self.root, self.sheet, self.worker, self.slot.path)
        items = recovery.recover()
        if items:
            self.sheet.exchange("recovery", items)
            self.status.say("Your last sheet is back. Esc clears it.")
        recovery.watch()
        return recovery

    # Life

    def run(self) -> None:
        """Stay until the window is closed."""
        self.root.after(50, self._warm_up)
        self.root.mainloop()

    def _warm_up(self) -> None:
        def failed(error: Exception) -> None:
            self.status.problem(explained(error))

        self.worker.submit(self.engine.warm_up, lambda _: None, failed)

    def close(self) -> None:
        """End the program; what is not saved is there again on the next start."""
        f = self.screen.scale
        self.settings.size = (round(self.root.winfo_width() / f), round(self.root.winfo_height() / f))
        close_card()
        self.worker.close()
        if self.recovery is not None:
            if self.sheet.empty or self.documents.saved:
                self.recovery.forget()
            else:
                self.recovery.save_now()
        if self.folder is not None:
            write_whole(self.folder / "settings.json", dump_settings(self.settings), lasting=False)
            write_whole(self.folder / "history.json", history.dumps(self.log.entries), lasting=False)
        self.slot.free()
        for waiting in self.root.tk.splitlist(self.root.tk.call("after", "info")):
            self.root.tk.call("after", "cancel", waiting)
        self.root.destroy()

    # What the user does

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
        if close_card() or self.paper.pen_down:
            self.tools.current.cancel()
            self.paper.focus_set()
        elif self.field.winfo_ismapped() and self.root.focus_get() is self.field.entry:
            self.toggle_field()
        elif self.selector.numbers:
            self.selector.select(set())
        else:
            self.clear()

    def clear(self) -> None:
        """Take everything off the sheet; undo brings it back."""
        self._note()
        self.log.sheet_left()
        if not self.sheet.empty:
            self.sheet.remove("clear", list(self.sheet.items))
            self.status.say("Cleared. Ctrl+Z brings it back.")

    def copy(self, line: Line | None = None) -> None:
        """Copy the answer of a line; where none is given, of the selected one or the newest."""
        line = line or self._selected_line() or self.live.newest()
        if line is None or line.reading is None or not line.reading.answer:
            self.status.say("No answer to copy yet")
            return
        text = copied_answer(line.reading)
        clipboard.put(self.root, text)
        self.status.say(f"Copied {text}")

    def copy_latex(self) -> None:
        """Copy the newest expression as LaTeX."""
        line = self.live.newest()
        if line is None or line.reading is None:
            self.status.say("Nothing was read yet")
            return
        clipboard.put(self.root, line.reading.latex)
        self.status.say(f"Copied {line.reading.latex}")

    def paste(self) -> None:
        """Lay the clipboard's picture on the sheet, or take its text into the typing field."""
        data = clipboard.picture(self.root)
        if data is not None:
            work = partial(pictures.fitted, data, "The picture on the clipboard", *self.documents.room())
            self.worker.submit(work, self.documents.picture_opened, lambda e: self.status.warn(explained(e)))
        elif text := clipboard.text(self.root):
            self._open_field()
            self.field.type(text)
        else:
            self.status.say("There is nothing to paste")

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
        self.pen.width = self.settings.pen_width = min(max(self.pen.width + change, 1.0), 12.0)
        self.status.say(f"Pen {self.pen.width:g}")

    def toggle_field(self) -> None:
        """Show or hide the typing field."""
        if self.field.winfo_ismapped():
            self._leave_field()
        else:
            self._open_field()
            self.field.type("")

    def edit_reading(self) -> None:
        """Edit what was read in the newest line."""
        line = self.live.newest() or next((x for x in reversed(self.live.lines) if x.reading), None)
        if line is None or line.reading is None:
            self.status.say("Nothing was read yet")
            return
        self._open_field()
        self.field.edit(line)

    def toggle_history(self) -> None:
        """Show or hide the history."""
        shown = not self.panel.winfo_ismapped()
        if shown:
            self._edges[3].grid(row=2, column=1, sticky="ns")
            self.panel.grid(row=2, column=2, sticky="ns")
        else:
            self.panel.grid_remove()
            self._edges[3].grid_remove()
        self.settings.history = shown
        self.bar.choose("history", shown)

    def switch_theme(self) -> None:
        """From light to dark and back."""
        self.recolour(DARK if self.palette is LIGHT else LIGHT)
        self.settings.theme = self.palette.name

    def recolour(self, palette: Palette) -> None:
        """Show the window in another palette."""
        close_card()
        self.palette = palette
        style(None, palette, self.screen)
        self.root.configure(background=palette.bar)
        self.bar.recolour(palette)
        self.bar.set_icon("theme", "light" if palette is DARK else "dark")
        self.bar.set_icon("type", "keyboard")
        self.bar.set_icon("menu", "more")
        self.panel.recolour(palette)
        self.paper.recolour(palette)

    def show_menu(self) -> None:
        """Open the menu of all actions under its button."""
        close_card()
        button = self.bar.buttons["menu"]
        menu = menu_of(self.root, self.actions, self.palette)
        menu.update_idletasks()
        width = menu.winfo_reqwidth()
        x = button.winfo_rootx() + button.winfo_width() - width
        menu.tk_popup(max(x, 0), button.winfo_rooty() + button.winfo_height())

    def show_shortcuts(self) -> None:
        """Show every key."""
        close_card()
        ShortcutSheet(self.paper, self.actions, self.screen, self.palette)

    def ask_about(self, line: Line, number: int) -> Card | None:
        """Show what else a symbol may be."""
        if line.reading is None:
            return None
        symbol = line.reading.symbols[number]
        card = Alternatives(
            self.paper,
            symbol.alternatives,
            lambda label: self._correct(line, number, label),
            self.screen,
            self.palette,
        )
        box = line.symbol_box(symbol)
        if line.picture is None:  # clear of the symbol's neighbours, too
            box = Box(box.left, line.box.top, box.right, line.box.bottom)
        card.show_beside(self.paper.on_screen(box))
        return card

    def ask_next(self) -> None:
        """Show what else the next doubtful symbol may be; where nothing is doubtful, any symbol."""
        read = [(line, line.reading) for line in self.live.lines if line.reading is not None]
        places = [(line, n) for line, reading in read for n in doubtful_symbols(reading)]
        places = places or [(line, n) for line, reading in read for n in range(len(reading.symbols))]
        if not places:
            self.status.say("Nothing was read yet")
            return
        after = places.index(self._asked) + 1 if self._asked in places else 0
        self._asked = places[after % len(places)]
        line, number = self._asked
        self.paper.show_box(line.box)
        self.ask_about(line, number)

    def _selected_line(self) -> Line | None:
        chosen = self.selector.numbers
        return next((line for line in self.live.lines if chosen.intersection(line.parts)), None)

    # What happens then

    def _correct(self, line: Line, number: int, label: str) -> None:
        self.paper.focus_set()
        assert line.reading is not None
        symbol = line.reading.symbols[number]
        self.sheet.correct(line.correction(symbol, label))
        self.status.say(f"{symbol.label} is {label}" if label != symbol.label else f"{label} is right")

    def _tapped(self, x: float, y: float) -> bool:
        self.answers.come_back()
        if close_card():
            self.paper.focus_set()
            return True
        hit = self.answers.hit(x, y) or self.answers.hit_stroke(x, y)
        if hit is None:
            return False
        if hit.symbol is None:
            self.copy(hit.line)
        else:
            self.ask_about(hit.line, hit.symbol)
        return True

    def _ask_about(self, event: tk.Event[Any]) -> None:
        x, y = self.paper.at(event)
        hit = self.answers.hit(x, y) or self.answers.hit_ink(x, y)
        if hit is not None and hit.symbol is not None:
            self.ask_about(hit.line, hit.symbol)

    def _hover(self, event: tk.Event[Any]) -> None:
        over = self.tools.current is self.pen and self.answers.hit(*self.paper.at(event)) is not None
        cursor = "hand2" if over else self.tools.current.cursor
        if str(self.paper.cget("cursor")) != cursor:
            self.paper.configure(cursor=cursor)

    def _typed(self, event: tk.Event[Any]) -> None:
        """Typing says what the selected strokes are; with nothing selected it opens the typing field."""
        label = label_of(event.char)
        if self.selector.numbers & self.sheet.strokes().keys():
            if label is not None:
                parts = frozenset(self.selector.numbers & self.sheet.strokes().keys())
                self.sheet.correct(Correction(parts, label))
                self.status.say(f"The selected strokes are one {label}")
        elif event.char and event.char in "0123456789(-." and not int(event.state) & 0xC:
            self._open_field()
            self.field.type(event.char)

    def _open_field(self) -> None:
        self._edges[2].grid(row=3, column=0, columnspan=3, sticky="ew")
        self.field.grid(row=4, column=0, columnspan=3, sticky="ew")
        self.bar.choose("type", True)
        self.root.update_idletasks()

    def _leave_field(self) -> None:
        self.field.grid_remove()
        self._edges[2].grid_remove()
        self.bar.choose("type", False)
        self.paper.focus_set()

    def _entry_used(self, entry: Entry, how: str) -> None:
        if how == "again":
            self._open_field()
            self.field.type(entry.text)
            return
        text = {"answer": entry.copied, "text": entry.text, "latex": entry.latex}[how]
        clipboard.put(self.root, text)
        self.status.say(f"Copied {text}")

    def _edited(self, edit: Edit) -> None:
        close_card()
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
        self._noting = self.root.after(history.QUIET_MS, self._note)

    def _read_late(self, lines: list[Line]) -> None:
        if lines is self.live.lines:
            self._read(lines)

    def _note(self) -> None:
        if self.paper.pen_down:
            self._noting = self.root.after(history.QUIET_MS, self._note)
            return
        self.log.note(self.live.lines, self.sheet)

    def _tool_taken(self, name: str) -> None:
        for tool in TOOLS:
            self.bar.choose(tool, tool == name)

    def _view_text(self) -> str:
        return "" if self.paper.zoom == 1.0 else f"{round(100 * self.paper.zoom)} %"
