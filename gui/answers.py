"""What was read, small and grey under its ink, and the answer, large beside it; doubt is marked.

In flow the lines of the sheet; out flow canvas items and, for a place on the paper, what stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageTk

from hwcalc.gui.answer_place import CHIP, FRAME, Room, fitted, rule_of
from hwcalc.gui.drawing import Drawing
from hwcalc.gui.live import Line
from hwcalc.gui.paper import Paper
from hwcalc.gui.rounding import as_set
from hwcalc.gui.settings import Settings
from hwcalc.gui.sheet import LEADING
from hwcalc.gui.telling import doubtful_symbols, shown_answer
from hwcalc.gui.theme import DARK, LIGHT
from hwcalc.gui.typeset import ROOT, Measure, Piece, typeset, typeset_answer
from hwcalc.gui.written import EM, PEN, script
from hwcalc.ink import Box
from hwcalc.names import is_plain

if TYPE_CHECKING:
    from hwcalc.reader import Reading

SMALL = 14.0  # logical units: what was read
FAR = 60.0  # logical units below a line: nothing of it stands lower
BUDGET = 0.003  # seconds of drawing before events get their turn again
ON_LINE = 1.0  # logical units: this near, a touch is meant for the line and is no dot beside it
MIDDLE = 0.6  # of the width and height of a digit: a touch there is meant for it, and no dot stands there
ROUND = "02345689"  # digits that go around their middle: the dots of a % may stand beside a stroke like a 1


@dataclass
class _Shown:
    """What is drawn for one line, in canvas pixels."""

    tag: str
    near: tuple[Box, ...] = ()  # the lines around it, in logical units
    answer: Box | None = None
    symbols: list[tuple[int, Box]] = field(default_factory=list)
    images: list[ImageTk.PhotoImage] = field(default_factory=list)
    hidden: bool = False

    def shift(self, dx: float, dy: float) -> None:
        """It stands elsewhere."""
        self.answer = self.answer and self.answer.moved(dx, dy)
        self.symbols = [(number, box.moved(dx, dy)) for number, box in self.symbols]


@dataclass(frozen=True)
class Hit:
    """What stands at a place: the symbol of a line, or its answer when `symbol` is None."""

    line: Line
    symbol: int | None


class Answers:
    """Draws the lines' readings on the paper."""

    def __init__(self, paper: Paper, settings: Settings) -> None:
        """Draw on `paper`; the settings say how answers are rounded."""
        self._paper = paper
        self._settings = settings
        self._lines: list[Line] = []
        self._shown: dict[Line, _Shown] = {}
        self._stale: set[Line] = set()  # of those, what is to look different
        self._numbers = 0  # of lines drawn so far, so that tags never repeat
        self._drawn_at: tuple[object, ...] | None = None
        self._due: str | None = None
        self._drawing = Drawing(paper, paper.screen.family)
        paper.bind("<<View>>", lambda _: self.refresh(), add=True)

    def show(self, lines: list[Line]) -> None:
        """Draw what changed."""
        self._lines = lines
        for line, shown in list(self._shown.items()):
            if line in lines and self._near(line) != shown.near:
                self._remove(line)  # what came or went beside it may change where its answer stands
        self.refresh()

    @property
    def bottom(self) -> float:
        """Where the lowest of what is shown ends, in logical units; 0 when nothing is."""
        boxes = [box for shown in self._shown.values() for _, box in shown.symbols]
        boxes += [shown.answer for shown in self._shown.values() if shown.answer is not None]
        return max((box.bottom for box in boxes), default=0.0) / self._paper.factor

    def shift(self, numbers: set[int], dx: float, dy: float) -> None:
        """Show the answers of some items elsewhere, by so many pixels, until they are read there."""
        for line, shown in self._shown.items():
            if numbers.issuperset(line.parts):
                self._paper.move(shown.tag, dx, dy)
                shown.shift(dx, dy)

    def redraw(self) -> None:
        """Draw everything anew."""
        self._stale = set(self._shown)
        self.refresh()

    def make_way(self, x: float, y: float) -> None:
        """Hide the answer that the pen is about to write over."""
        px, py = x * self._paper.factor, y * self._paper.factor
        reach = 20 * self._paper.factor
        for shown in self._shown.values():
            box = shown.answer
            if box is not None and _inside(box, px, py, reach):
                self._paper.itemconfigure(f"{shown.tag}-answer", state="hidden")
                shown.hidden = True

    def come_back(self) -> None:
        """Show again what made way."""
        for shown in self._shown.values():
            if shown.hidden:
                self._paper.itemconfigure(f"{shown.tag}-answer", state="normal")
                shown.hidden = False

    def hit(self, x: float, y: float) -> Hit | None:
        """What stands at a place in logical units: a typeset symbol or an answer."""
        px, py = x * self._paper.factor, y * self._paper.factor
        for line, shown in self._shown.items():
            for number, box in shown.symbols:
                if _inside(box, px, py, 2):
                    return Hit(line, number)
            if shown.answer is not None and not shown.hidden and _inside(shown.answer, px, py, 0):
                return Hit(line, None)
        return None

    def hit_stroke(self, x: float, y: float) -> Hit | None:
        """The symbol whose very line passes through a place, or the digit around it."""
        strokes, place = self._paper.sheet.strokes(), np.array([[x, y]])
        for line in self._lines:
            for number, symbol in enumerate(line.reading.symbols if line.reading else ()):
                parts = [line.parts[i] for i in symbol.strokes] if line.picture is None else []
                if parts and symbol.label in ROUND and _inside(_middle(symbol.box), x, y, 0):
                    return Hit(line, number)
                for stroke in (strokes[n] for n in parts if n in strokes):
                    if stroke.touches(place, ON_LINE + stroke.width / 2):
                        return Hit(line, number)
        return None

    def hit_ink(self, x: float, y: float) -> Hit | None:
        """The symbol whose ink stands at a place, the smallest where several do."""
        found: list[tuple[float, Hit]] = []
        for line in self._lines:
            for number, symbol in enumerate(line.reading.symbols if line.reading else ()):
                box = line.symbol_box(symbol)
                if _inside(box, x, y, 4):
                    found.append((box.width * box.height, Hit(line, number)))
        return min(found, key=lambda f: f[0])[1] if found else None

    # Drawing

    def refresh(self) -> None:
        """Draw what is new at once, as much as fits the budget; soon everything when it is to look different."""
        paper = self._paper
        how = (self._settings.decimals, self._settings.fractions, self._settings.written)
        state = (paper.factor, paper.palette.name, paper.winfo_width(), how)
        changed, self._drawn_at = state != self._drawn_at, state
        if changed:
            self._stale = set(self._shown)
        for line in self._shown.keys() - set(self._lines):
            self._remove(line)
        self.come_back()
        if self._stale:
            self._draw_soon(1)
        else:
            self._draw_some()

    def _near(self, line: Line) -> tuple[Box, ...]:
        """The boxes of the other lines at the height of a line, or not far below."""
        top, bottom = line.box.top, line.box.bottom + FAR
        boxes = (other.box for other in self._lines if other is not line)
        return tuple(box for box in boxes if box.top < bottom and top < box.bottom)

    def _remove(self, line: Line) -> None:
        self._stale.discard(line)
        if line in self._shown:
            self._paper.delete(self._shown.pop(line).tag)

    def _draw_some(self) -> None:
        deadline, paper = perf_counter() + BUDGET, self._paper
        left = [line for line in self._lines if line not in self._shown or line in self._stale]
        while left and not paper.pen_down and perf_counter() < deadline:
            line = left.pop(0)
            self._remove(line)
            self._shown[line] = self._draw(line)
        if left:
            self._draw_soon(30 if paper.pen_down else 1)
        elif not paper.pen_down:
            ends = [shown.answer.right for shown in self._shown.values() if shown.answer is not None]
            out_of_sight = max(ends, default=0.0) > paper.winfo_width()
            paper.reach_to(max(ends) / paper.factor if out_of_sight else 0.0)

    def _draw_soon(self, ms: int) -> None:
        if self._due is not None:
            self._paper.after_cancel(self._due)
        self._due = self._paper.after(ms, self._draw_some)

    def _draw(self, line: Line) -> _Shown:
        self._numbers += 1
        shown = _Shown(f"line{self._numbers}", self._near(line))
        if line.reading is None:
            return shown
        end = (line.box.left * self._paper.factor, line.box.bottom * self._paper.factor)
        if rule_of(line, line.reading) is not None:  # there the answer comes first, under the rule
            self._draw_answer(line, line.reading, shown, end)
            self._draw_read(line, line.reading, shown)
        else:
            if not line.typed and not line.page:  # on a page small type would cover what is written
                end = self._draw_read(line, line.reading, shown)
            self._draw_answer(line, line.reading, shown, end)
        for number in doubtful_symbols(line.reading):
            self._underline(line.symbol_box(line.reading.symbols[number]), line, shown)
        if line.picture is not None:
            self._draw_boxes(line, line.reading, shown)
        return shown

    def _draw_read(self, line: Line, reading: Reading, shown: _Shown) -> tuple[float, float]:
        """Set what was read under the ink; returns its right end and its baseline in pixels."""
        paper, f = self._paper, self._paper.factor
        size = SMALL * self._paper.screen.scale
        labels = [s.label for s in reading.symbols]
        if rule_of(line, reading) is not None:
            labels[-1] = "="
        bottom = line.box.bottom * f if shown.answer is None else shown.answer.bottom
        setting = typeset(reading.latex or reading.text, size, self._drawing.measure, labels)
        x, y = line.box.left * f, bottom + 0.7 * size + setting.up
        # A strip of paper over the rules keeps small type legible.
        strip = (x - 2, y - setting.up, x + setting.width + 2, y + setting.down)
        colour = paper.palette.paper
        paper.create_rectangle(*strip, fill=colour, outline=colour, tags=(shown.tag, "answer", "strip"))
        paper.tag_lower("strip")
        paper.tag_lower("rule")
        pieces = setting.moved(x, y)
        shown.symbols += [(piece.symbol, _around(piece)) for piece in pieces if piece.symbol is not None]
        shown.images += self._drawing.pieces(pieces, paper.palette.quiet, (shown.tag, "answer"))
        return x + setting.width, y

    def _draw_answer(self, line: Line, reading: Reading, shown: _Shown, read: tuple[float, float]) -> None:
        """`read` is where what was read ends: an answer with no room beside its line goes on there."""
        text = shown_answer(reading, as_set(reading, self._settings))
        if not text or (line.typed and is_plain(reading.text)):
            return
        paper, doubt = self._paper, " ?" if reading.doubtful else ""
        edge = paper.canvasx(paper.winfo_width())
        room = Room(paper.factor, edge, read, shown.near, self._first_baseline(line))
        by_hand = self._by_hand(line, text + doubt)
        measure = script().measure if by_hand else self._drawing.measure
        text, place = fitted(line, reading, text, lambda told, size: _wide(told + doubt, size, measure), room)
        x, y, size = place
        tags = (shown.tag, f"{shown.tag}-answer", "answer")
        setting = typeset_answer(text, size, measure)
        width = setting.width + (measure(doubt, size) if doubt else 0.0)
        shown.answer = Box(x, y - setting.up, x + width, y + setting.down)
        if line.page:
            pad = CHIP * size
            chip = (x - pad, shown.answer.top, x + width + pad, shown.answer.bottom)
            paper.create_rectangle(*chip, fill=paper.palette.paper, outline=paper.palette.edge, tags=tags)
        mark = Piece(doubt, x + setting.width, y, size, width - setting.width)
        # What is still to be written is no answer: it is told without raising the voice.
        colour = paper.palette.answer if reading.value is not None else paper.palette.quiet
        inks = (colour, setting.moved(x, y)), (paper.palette.doubt, (mark,) if doubt else ())
        for colour, pieces in inks:
            if not by_hand:
                shown.images += self._drawing.pieces(pieces, colour, tags)
            elif pieces:
                strokes = script().strokes(pieces)
                shown.images += self._drawing.strokes(strokes, PEN * EM * size, colour, tags)

    def _by_hand(self, line: Line, text: str) -> bool:
        """Answers to ink are written as it is."""
        return self._settings.written and not line.typed and line.picture is None and script().covers(text)

    def _first_baseline(self, line: Line) -> float | None:
        """Of a typed line, in pixels."""
        if not line.typed:
            return None
        font = self._paper.screen.font(round(line.box.height / LEADING * self._paper.zoom, 1))
        return line.box.top * self._paper.factor + float(font.metrics("ascent"))

    def _underline(self, box: Box, line: Line, shown: _Shown) -> None:
        paper, f = self._paper, self._paper.factor
        palette = paper.palette if line.picture is None else DARK if line.dark else LIGHT
        width = max(box.width * f, 10 * f)
        dot = max(2.4 * f, 2.0)
        x, y = box.center[0] * f - width / 2, box.bottom * f + 4 * f
        shown.images += self._drawing.dots(x, y, width, dot, palette.doubt, (shown.tag, "answer"))

    def _draw_boxes(self, line: Line, reading: Reading, shown: _Shown) -> None:
        """Around each symbol; on a page around each expression."""
        f = self._paper.factor
        for number, symbol in enumerate(reading.symbols):
            box = Box(*(v * f for v in line.symbol_box(symbol)))
            shown.symbols.append((number, box))
            if not line.page:
                self._draw_box(box, line, shown)
        if line.page:
            room = FRAME * self._paper.screen.scale
            left, top, right, bottom = (v * f for v in line.box)
            self._draw_box(Box(left - room, top - room, right + room, bottom + room), line, shown)

    def _draw_box(self, box: Box, line: Line, shown: _Shown) -> None:
        """In the colour that shows on the picture, whatever the palette of the window."""
        colour, width = (DARK if line.dark else LIGHT).answer, max(self._paper.screen.scale, 1)
        self._paper.create_rectangle(*box, outline=colour, width=width, tags=(shown.tag, "answer"))


def _wide(text: str, size: float, measure: Measure) -> float:
    return max(typeset_answer(text, size, measure).width, 1.0)


def _around(piece: Piece) -> Box:
    if not piece.text:
        return Box(piece.x, piece.y - 3, piece.x + piece.width, piece.y + 3)
    if piece.text == ROOT:
        return Box(piece.x, piece.y - piece.size, piece.x + piece.width, piece.y)
    return Box(piece.x, piece.y - 0.75 * piece.size, piece.x + piece.width, piece.y + 0.2 * piece.size)


def _middle(box: Box) -> Box:
    (x, y), across, down = box.center, MIDDLE * box.width / 2, MIDDLE * box.height / 2
    return Box(x - across, y - down, x + across, y + down)


def _inside(box: Box, x: float, y: float, reach: float) -> bool:
    return box.left - reach <= x <= box.right + reach and box.top - reach <= y <= box.bottom + reach
