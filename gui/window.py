"""The window, put together: bar above, sheet, status line below, and the actions that join them.

In flow an engine (what reads) and perhaps a file; everything else is in the modules of one feature each.
"""

from __future__ import annotations

import sys
import tkinter as tk
from functools import partial
from pathlib import Path
from tkinter import filedialog, ttk

from hwcalc.gui import pictures, shortcuts
from hwcalc.gui.actions import Action, Actions
from hwcalc.gui.answers import Answers, copied_answer
from hwcalc.gui.bar import Bar
from hwcalc.gui.card import close_card
from hwcalc.gui.engine import Engine
from hwcalc.gui.live import Line, LiveReading, explained
from hwcalc.gui.paper import Paper
from hwcalc.gui.screen import Screen
from hwcalc.gui.sheet import Edit, Picture, Sheet
from hwcalc.gui.status import Status
from hwcalc.gui.theme import DARK, LIGHT, Palette, style, system_palette
from hwcalc.gui.tools import Eraser, Pen, Toolbox
from hwcalc.gui.worker import Worker

SIZE = (900, 600)  # logical units
LEAST = (480, 360)
BUTTONS = ("open", "|", "undo", "redo", "|", "pen", "eraser", "clear", ">", "copy", "theme", "help")


class Window:
    """The main window. `root` is its Tk root, `sheet` what is written."""

    def __init__(
        self, engine: Engine | None = None, palette: Palette | None = None, scale: float | None = None
    ) -> None:
        self.root = tk.Tk(className="Hwcalc")
        self.root.withdraw()
        self.root.title("hwcalc")
        self.engine = engine or Engine()
        self.palette = palette or system_palette()
        self.screen = Screen(self.root, scale)
        self.sheet = Sheet()
        self.worker = Worker(self.root)
        self.actions = Actions(self.root)
        self.paper = Paper(self.root, self.sheet, self.screen, self.palette)
        self.status = Status(self.root, self.screen)
        self.live = LiveReading(self.sheet, self.engine, self.worker)
        self.answers = Answers(self.paper)
        self.pen = Pen(self.paper, self.answers.make_way, self._tapped)
        self.tools = Toolbox(self.paper, self.pen, Eraser(self.paper))
        self._add_actions()
        self.bar = Bar(self.root, self.actions, BUTTONS, self.screen, self.palette)
        self._lay_out()
        self._listen()
        self.recolour(self.palette)
        self.root.deiconify()

    # Putting together

    def _lay_out(self) -> None:
        root, px = self.root, self.screen.px
        style(None, self.palette, self.screen)
        root.configure(background=self.palette.bar)
        root.columnconfigure(0, weight=1)
        root.rowconfigure(2, weight=1)
        self.bar.grid(row=0, column=0, sticky="ew")
        ttk.Frame(root, style="Edge.TFrame", height=px(1)).grid(row=1, column=0, sticky="ew")
        self.paper.grid(row=2, column=0, sticky="nsew")
        ttk.Frame(root, style="Edge.TFrame", height=px(1)).grid(row=3, column=0, sticky="ew")
        self.status.grid(row=4, column=0, sticky="ew")
        width = min(px(SIZE[0]), root.winfo_screenwidth())
        height = min(px(SIZE[1]), root.winfo_screenheight())
        root.geometry(f"{width}x{height}")
        root.minsize(min(px(LEAST[0]), width), min(px(LEAST[1]), height))

    def _listen(self) -> None:
        self.sheet.listeners.append(self._edited)
        self.live.listeners.append(self._read)
        self.tools.listeners.append(self._tool_taken)
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        for sequence, step in (("<Button-4>", -1), ("<Button-5>", 1)):
            self.paper.bind(sequence, partial(self._wheel, step=step))
        self.paper.bind("<MouseWheel>", lambda e: self._wheel(e, -1 if e.delta > 0 else 1))
        self._tool_taken("pen")
        self._edited(Edit("start"))
        self.paper.focus_set()

    def _add_actions(self) -> None:
        take = self.tools.use
        self.actions.add(
            Action("open", "Open a picture", self.open, ("Ctrl+O",), "File", anywhere=True),
            Action("quit", "Quit", self.close, ("Ctrl+Q",), "File", anywhere=True),
            Action("undo", "Undo", self.undo, ("Ctrl+Z",), "Edit"),
            Action("redo", "Redo", self.redo, ("Ctrl+Y", "Ctrl+Shift+Z"), "Edit"),
            Action("copy", "Copy the answer", self.copy, ("Ctrl+C",), "Edit"),
            Action("clear", "Clear the sheet", self.escape, ("Esc",), "Edit", anywhere=True),
            Action("pen", "Pen", lambda: take("pen"), ("P",), "Tools"),
            Action("eraser", "Eraser", lambda: take("eraser"), ("E",), "Tools"),
            Action("larger", "Zoom in", lambda: self.paper.zoom_by(1), ("Ctrl++", "Ctrl+="), "View"),
            Action("smaller", "Zoom out", lambda: self.paper.zoom_by(-1), ("Ctrl+-",), "View"),
            Action("actual", "Actual size", lambda: self.paper.zoom_to(1.0), ("Ctrl+0",), "View"),
            Action("theme", "Light or dark", self.switch_theme, ("Ctrl+D",), "View"),
            Action("help", "Keyboard shortcuts", self.show_shortcuts, ("F1",), "View", anywhere=True),
        )

    # What the user does

    def open(self) -> None:
        """Ask for a picture and lay it on the sheet."""
        kinds = [("Pictures", " ".join(f"*{s}" for s in pictures.SUFFIXES)), ("All files", "*")]
        name = filedialog.askopenfilename(parent=self.root, title="Open a picture", filetypes=kinds)
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Lay a picture on the sheet; what is wrong with it goes to the status line."""
        seen = self.paper.visible()
        boxes = [i.box for i in self.sheet.items.values() if hasattr(i, "box")]
        top = max([seen.top, *(b.bottom for b in boxes)]) + 24
        room = (seen.width - 48, seen.height - 120)
        self.status.say(f"Opening {path.name} …")
        self.worker.submit(
            lambda: pictures.load(path, room, top),
            lambda picture: self._opened(picture),
            lambda error: self.status.warn(explained(error)),
        )

    def _opened(self, picture: Picture) -> None:
        self.sheet.add("picture", [picture])
        self.paper.show_box(picture.box)
        self.status.say(f"Opened {picture.name}")

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

    def clear(self) -> None:
        """Take everything off the sheet; undo brings it back."""
        self.tools.current.cancel()
        if not self.sheet.empty:
            self.sheet.remove("clear", list(self.sheet.items))
            self.status.say("Cleared. Ctrl+Z brings it back.")

    def copy(self, line: Line | None = None) -> None:
        """Copy the answer of a line, of the newest when none is given."""
        line = line or self.live.newest()
        if line is None or line.reading is None or not line.reading.answer:
            self.status.say("No answer to copy yet")
            return
        text = copied_answer(line.reading)
        self.root.clipboard_clear()
        self.root.clipboard_append(text)
        self.status.say(f"Copied {text}")

    def switch_theme(self) -> None:
        """From light to dark and back."""
        self.recolour(DARK if self.palette is LIGHT else LIGHT)

    def recolour(self, palette: Palette) -> None:
        """Show the window in another palette."""
        self.palette = palette
        style(None, palette, self.screen)
        self.root.configure(background=palette.bar)
        self.bar.recolour(palette)
        self.bar.set_icon("theme", "light" if palette is DARK else "dark")
        self.paper.recolour(palette)

    def show_shortcuts(self) -> None:
        """Show every key; again: hide it."""
        if not close_card():
            shortcuts.show(self.paper, self.actions, self.screen, self.palette)

    def escape(self) -> None:
        """Close what is open; with nothing open, clear the sheet."""
        if close_card() or self.root.focus_get() is not self.paper:
            self.paper.focus_set()
        elif self.paper.pen_down:
            self.tools.current.cancel()
        else:
            self.clear()

    def run(self) -> None:
        """Stay until the window is closed."""
        # The worker computes in Python too: without this the pen would wait 5 ms for the interpreter.
        sys.setswitchinterval(0.0005)
        self.root.after(50, self._warm_up)
        self.root.mainloop()

    def _warm_up(self) -> None:
        def failed(error: Exception) -> None:
            self.status.problem(explained(error))

        self.worker.submit(self.engine.warm_up, lambda _: None, failed)

    def close(self) -> None:
        """End the program."""
        self.worker.close()
        for waiting in self.root.tk.splitlist(self.root.tk.call("after", "info")):
            self.root.tk.call("after", "cancel", waiting)
        self.root.destroy()

    # What happens then

    def _tapped(self, x: float, y: float) -> bool:
        self.answers.come_back()
        hit = self.answers.hit(x, y)
        if hit is None:
            return False
        if hit.symbol is None:
            self.copy(hit.line)
        return True

    def _edited(self, edit: Edit) -> None:
        self.bar.enable("undo", self.sheet.undoes is not None)
        self.bar.enable("redo", self.sheet.redoes is not None)
        self.bar.enable("clear", not self.sheet.empty)
        self.bar.enable("copy", self.live.newest() is not None)

    def _read(self, lines: list[Line]) -> None:
        self.answers.show(lines)
        self.bar.enable("copy", self.live.newest() is not None)
        self.status.problem(next((line.problem for line in lines if line.problem), ""))

    def _tool_taken(self, name: str) -> None:
        for tool in ("pen", "eraser"):
            self.bar.choose(tool, tool == name)

    def _wheel(self, event: tk.Event[tk.Misc], step: int) -> None:
        state = int(event.state)
        if state & 0x4:
            self.paper.zoom_by(-step, event.x, event.y)
        elif state & 0x1:
            self.paper.xview_scroll(step, "units")
        else:
            self.paper.yview_scroll(step, "units")
