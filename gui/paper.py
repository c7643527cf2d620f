"""The paper: a ruled canvas that shows the items of a sheet, scrolls and zooms.

In flow edits of the sheet; out flows what is seen. A stroke is drawn at once as a Tk line and painted
anti-aliased when nothing else is to do. Canvas pixels are logical units times `factor`.
"""

from __future__ import annotations

import tkinter as tk
from collections import deque
from collections.abc import Iterable
from time import perf_counter

import numpy as np
from PIL import Image, ImageTk

from hwcalc.gui.brush import painted
from hwcalc.gui.pictures import pixels
from hwcalc.gui.screen import Screen
from hwcalc.gui.sheet import Edit, Item, Picture, Sheet, Stroke, Typed
from hwcalc.gui.theme import Palette, mixed
from hwcalc.gui.typeset import pretty
from hwcalc.ink import Box, FloatArray

RULING = 64  # logical units between two rules
MARGIN = 40  # logical units that stay free beyond what is written
EDGE = 20  # logical units: what ends so near to the right edge of the window makes the paper wider
PAINT_MS = 60  # painting waits so long: what was written is read first
PAINT_BUDGET = 0.003  # seconds for painting strokes before events get their turn again
FEW = 16  # items: so many are shown in any order
ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
HINT = "Write a sum, like 12 + 34"


class Paper(tk.Canvas):
    """The sheet as it is seen; `<<View>>` is generated when it was drawn anew, larger or smaller."""

    def __init__(self, master: tk.Misc, sheet: Sheet, screen: Screen, palette: Palette) -> None:
        """Show `sheet`, and listen to it."""
        step = screen.px(RULING / 2)
        super().__init__(master, highlightthickness=0, borderwidth=0, takefocus=True, confine=True)
        self.configure(xscrollincrement=step, yscrollincrement=step)
        self.sheet = sheet
        self.screen = screen
        self.palette = palette
        self.zoom = 1.0
        self._ids: dict[int, int] = {}
        self._images: dict[int, ImageTk.PhotoImage] = {}
        self._unshown: deque[int] = deque()
        self._unpainted: deque[int] = deque()
        self._painting: str | None = None
        self.pen_down = False  # or a drag moves what is selected: nothing is drawn meanwhile
        self.tips = ""  # stands under the hint
        self._reach = 0.0  # where the answers end at the right, in logical units
        self._drawn_region: tuple[int, int, int, int, str] | None = None
        self._hint_font = screen.font(18)
        sheet.listeners.append(self._edited)
        self.bind("<Configure>", lambda _: self.refit())
        self.recolour(palette)

    # Units

    @property
    def factor(self) -> float:
        """Canvas pixels per logical unit."""
        return self.screen.scale * self.zoom

    def at(self, event: tk.Event[tk.Misc]) -> tuple[float, float]:
        """Where an event happened, in logical units."""
        return self.canvasx(event.x) / self.factor, self.canvasy(event.y) / self.factor

    def visible(self) -> Box:
        """The part of the sheet in the window, in logical units."""
        left, top = self.canvasx(0), self.canvasy(0)
        f = self.factor
        return Box(left / f, top / f, (left + self.winfo_width()) / f, (top + self.winfo_height()) / f)

    def on_screen(self, box: Box) -> Box:
        """A box of the sheet in pixels of the window."""
        f, left, top = self.factor, self.canvasx(0), self.canvasy(0)
        return Box(box.left * f - left, box.top * f - top, box.right * f - left, box.bottom * f - top)

    @property
    def painting(self) -> bool:
        """True while items wait to be shown or painted."""
        return bool(self._unshown or self._unpainted)

    # What is seen

    def recolour(self, palette: Palette) -> None:
        """Show everything in another palette."""
        self.palette = palette
        self.configure(background=palette.paper)
        self._drawn_region = None
        self.redraw()

    def redraw(self) -> None:
        """Draw every item anew."""
        self.delete("item")
        self._ids.clear()
        self._images.clear()
        self._unpainted.clear()
        self._unshown.clear()
        self._show_many(sorted(self.sheet.items))
        self.refit()

    def refit(self) -> None:
        """Fit rules, scroll region and hint to the window and to what is written."""
        f, width, height = self.factor, self.winfo_width(), self.winfo_height()
        boxes = [item.box for item in self.sheet.seen().values()]
        right = max(
            [width / f, self._reach, *(b.right + MARGIN for b in boxes if b.right + EDGE > width / f)]
        )
        bottom = max([height / f, *(b.bottom + 3 * RULING for b in boxes if b.bottom + RULING > height / f)])
        left = min([0.0, *(b.left - MARGIN for b in boxes if b.left < 0)])
        top = min([0.0, *(b.top - MARGIN for b in boxes if b.top < 0)])
        region = (round(left * f), round(top * f), round(right * f), round(bottom * f))
        if (*region, str(f)) != self._drawn_region:
            self._drawn_region = (*region, str(f))
            self.configure(scrollregion=region)
            self._draw_rules(*region)
        self._draw_hint(width, height)
        self.event_generate("<<View>>")

    def reach_to(self, right: float) -> None:
        """Answers end there: they can be scrolled to."""
        if right != self._reach:
            self._reach = right
            self.refit()

    def zoom_to(self, zoom: float, x: int | None = None, y: int | None = None) -> None:
        """Show the sheet larger or smaller; what is at the pixel (x, y) of the window stays there."""
        x = self.winfo_width() // 2 if x is None else x
        y = self.winfo_height() // 2 if y is None else y
        at = self.canvasx(x) / self.factor, self.canvasy(y) / self.factor
        self.zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        self.redraw()
        self._look_at(at[0] * self.factor - x, at[1] * self.factor - y)
        self.event_generate("<<View>>")

    def zoom_by(self, steps: int, x: int | None = None, y: int | None = None) -> None:
        """Go up or down the usual zooms."""
        nearest = min(range(len(ZOOMS)), key=lambda i: abs(ZOOMS[i] - self.zoom))
        self.zoom_to(ZOOMS[min(max(nearest + steps, 0), len(ZOOMS) - 1)], x, y)

    def show_box(self, box: Box) -> None:
        """Scroll so that a part of the sheet can be seen."""
        seen, f = self.visible(), self.factor
        if box.top >= seen.top and box.bottom <= seen.bottom:
            return
        self._look_at(seen.left * f, (box.top - MARGIN) * f)

    def _look_at(self, left: float, top: float) -> None:
        x0, y0, x1, y1 = (float(v) for v in str(self.cget("scrollregion")).split())
        self.xview_moveto((left - x0) / max(x1 - x0, 1))
        self.yview_moveto((top - y0) / max(y1 - y0, 1))

    def _draw_rules(self, left: int, top: int, right: int, bottom: int) -> None:
        self.delete("rule")
        step = RULING * self.factor
        width = max(round(self.screen.scale), 1)
        y = np.ceil(top / step) * step
        while y < bottom:
            if y > top:
                self.create_line(left, y, right, y, fill=self.palette.rule, width=width, tags="rule")
            y += step
        self.tag_lower("rule")

    def _draw_hint(self, width: int, height: int) -> None:
        self.delete("hint")
        if self.sheet.empty and not self.pen_down:
            # Between two rules, a little above the middle, where the eye rests.
            step = RULING * self.factor
            y = (round(height * 0.42 / step) + 0.5) * step
            colour = mixed(self.palette.quiet, self.palette.paper, 0.25)
            x = self.canvasx(width / 2)
            self.create_text(x, y, text=HINT, fill=colour, font=self._hint_font, tags="hint")
            if self.tips:
                y += step / 2 + self.screen.px(4)
                self.create_text(
                    x,
                    y,
                    text=self.tips,
                    fill=colour,
                    font=self.screen.ui,
                    justify="center",
                    anchor="n",
                    tags="hint",
                )

    # Items

    def _edited(self, edit: Edit) -> None:
        self._hide(edit.before)
        self._show_many(list(edit.after))
        self.refit()

    def _hide(self, numbers: Iterable[int]) -> None:
        gone = [self._ids.pop(number) for number in numbers if number in self._ids]
        if gone:
            self.delete(*gone)
        for number in numbers:
            self._images.pop(number, None)

    def _show_many(self, numbers: list[int]) -> None:
        """Show items: at once as many as fit the budget, the rest bit by bit, what can be seen first."""
        if len(numbers) > FEW:
            seen, items = self.visible(), self.sheet.seen()
            hidden = [n for n in numbers if n not in items or not _meet(items[n].box, seen)]
            away = set(hidden)
            numbers = [n for n in numbers if n not in away] + hidden
        self._unshown.extend(numbers)
        self._show_some(perf_counter() + PAINT_BUDGET)
        self._paint_soon()

    def _show_some(self, deadline: float) -> None:
        while self._unshown and perf_counter() < deadline:
            number = self._unshown.popleft()
            item = self.sheet.items.get(number)
            if item is not None and number not in self._ids:
                self._show(number, item)

    def _show(self, number: int, item: Item) -> None:
        if isinstance(item, Stroke):
            self._ids[number] = self._line(item.points[:, :2] * self.factor, item.width)
            self._unpainted.append(number)
        elif isinstance(item, Picture):
            self._show_picture(number, item)
        elif isinstance(item, Typed):
            self._show_typed(number, item)

    def _line(self, points: FloatArray, width: float) -> int:
        radius = max(width * self.factor / 2, 0.5)
        colour = self.palette.ink
        if len(points) == 1 or not np.ptp(points, axis=0).any():
            x, y = points[0]
            box = (x - radius, y - radius, x + radius, y + radius)
            return self.create_oval(*box, fill=colour, outline=colour, tags=("item", "ink"))
        return self.create_line(
            points.ravel().tolist(),
            fill=colour,
            width=2 * radius,
            capstyle="round",
            joinstyle="round",
            smooth=True,
            tags=("item", "ink"),
        )

    def _show_picture(self, number: int, item: Picture) -> None:
        f = self.factor
        size = (max(round(item.box.width * f), 1), max(round(item.box.height * f), 1))
        picture = pixels(item.data).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        photo = ImageTk.PhotoImage(picture, master=self)
        self._images[number] = photo
        place = (round(item.box.left * f), round(item.box.top * f))
        self._ids[number] = self.create_image(*place, image=photo, anchor="nw", tags=("item", "picture"))
        self.tag_lower("picture")
        self.tag_lower("rule")

    def _show_typed(self, number: int, item: Typed) -> None:
        x, y = item.box.left * self.factor, item.box.top * self.factor
        font, colour = self.screen.font(round(item.size * self.zoom, 1)), self.palette.ink
        self._ids[number] = self.create_text(
            x, y, text=pretty(item.text), font=font, fill=colour, anchor="nw", tags=("item", "ink")
        )

    def shift(self, number: int, dx: float, dy: float) -> None:
        """Show an item elsewhere, by so many pixels, until the sheet says where it is."""
        if number in self._ids:
            self.move(self._ids[number], dx, dy)

    def fade(self, number: int) -> None:
        """Show a stroke or a typed line as about to go."""
        item = self.sheet.items.get(number)
        if isinstance(item, Typed) and number in self._ids:
            self.itemconfigure(self._ids[number], fill=mixed(self.palette.ink, self.palette.paper, 0.75))
        if isinstance(item, Stroke):
            self._hide([number])
            line = self._line(item.points[:, :2] * self.factor, item.width)
            self.itemconfigure(line, fill=mixed(self.palette.ink, self.palette.paper, 0.75))
            self._ids[number] = line

    # Painting

    def _paint_soon(self) -> None:
        if self._painting is not None:
            self.after_cancel(self._painting)
            self._painting = None
        if self.painting:
            self._painting = self.after(1 if self._unshown else PAINT_MS, self._paint)

    def _paint(self) -> None:
        """Replace lines by painted strokes, as many as fit the budget, and never while the pen is down."""
        self._painting = None
        deadline = perf_counter() + PAINT_BUDGET
        if not self.pen_down:
            self._show_some(deadline)
        while self._unpainted and not self.pen_down and perf_counter() < deadline:
            self._paint_one(self._unpainted.popleft())
        if self.painting:
            self._painting = self.after(30 if self.pen_down else 1, self._paint)

    def _paint_one(self, number: int) -> None:
        item, line = self.sheet.items.get(number), self._ids.get(number)
        if not isinstance(item, Stroke) or line is None or number in self._images:
            return
        width = max(item.width * self.factor, 1.0)
        picture, x, y = painted(item.points[:, :2] * self.factor, width, self.palette.ink)
        photo = ImageTk.PhotoImage(picture, master=self)
        self._images[number] = photo
        image = self.create_image(x, y, image=photo, anchor="nw", tags=("item", "ink"))
        self.tag_lower(image, line)
        self.delete(line)
        self._ids[number] = image


def _meet(a: Box, b: Box) -> bool:
    return a.left <= b.right and b.left <= a.right and a.top <= b.bottom and b.top <= a.bottom
