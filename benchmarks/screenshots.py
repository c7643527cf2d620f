"""Makes the README's pictures of the window by driving it: real events, the real reader, nothing retouched.

    xvfb-run -a -s "-screen 0 1700x1200x24" python benchmarks/screenshots.py [--to docs/images] [NAME…]

Each scene says what must be read before its picture is taken; where the reader reads something else the
scene tries the next hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pen import draw, line, settle
from PIL import ImageGrab

import hwcalc
from hwcalc import expression
from hwcalc.gui.card import close_card
from hwcalc.gui.theme import DARK, LIGHT, Palette
from hwcalc.gui.window import Window
from hwcalc.ink import FloatArray
from hwcalc.layout import Row, Stack

SCALE = 2.0
SIZE = (800, 500)  # logical units
ROOT = Path(__file__).parent.parent
HANDS = range(300)


def open_window(palette: Palette = LIGHT) -> Window:
    window = Window(palette=palette, scale=SCALE)
    window.root.geometry(f"{round(SIZE[0] * SCALE)}x{round(SIZE[1] * SCALE)}+0+0")
    window.root.update()
    window.paper.focus_force()
    return window


def hand(what: str | Row, em: float, doubtful: bool, first: int) -> list[FloatArray]:
    """What the first hand from `first` on writes that is read as it is meant, doubtful or not as asked."""
    text = what if isinstance(what, str) else expression.text(what)
    for seed in HANDS:
        strokes = line(what, seed + first, 56, 0, em, sloppiness=1.0 if doubtful else 0.5)
        wide = max(s[:, 0].max() for s in strokes)
        # On whole pixels, as the events will have them
        reading = hwcalc.read_ink([np.round(s * SCALE) / SCALE for s in strokes])
        if reading.text == text and reading.doubtful == doubtful and wide < SIZE[0] * 0.68:
            return strokes
    raise SystemExit(f"no hand writes {text!r} so that it is read so, doubtful: {doubtful}")


def write(
    window: Window, what: str | Row, top: float, em: float = 52, doubtful: bool = False, first: int = 0
) -> None:
    for stroke in hand(what, em, doubtful, first):
        draw(window, stroke + np.array([0.0, top]))
    settle(window)


def must_read(window: Window, text: str) -> None:
    """Nothing else is shown in the README."""
    reading = window.live.lines[0].reading
    if reading is None or reading.text != text:
        raise SystemExit(f"{text} is read as {reading.text if reading is not None else 'nothing'}")


def fraction_of(over: str, under: str) -> Stack:
    return Stack(expression.parse(over), expression.parse(under))


def light(window: Window) -> None:
    write(window, "12+34", 44)
    write(window, "2×(37-9)=", 172, first=7)
    write(window, "22÷7", 300, first=7)


def dark(window: Window) -> None:
    window.look.wear(DARK)
    write(window, "(3+4)×12=", 44, first=3)
    write(window, "2+2=5", 172, first=9)
    write(window, "7÷(5-5)", 300, first=14)


def doubtful(window: Window) -> None:
    write(window, "48+17", 64, em=60, doubtful=True)
    window.correcting.ask_next()


def fraction(window: Window) -> None:
    plus, equals = expression.parse("+")[0], expression.parse("=")[0]
    write(window, (fraction_of("1", "3"), plus, fraction_of("2", "5"), equals), 50, em=46)
    write(window, "√16+2^3=", 250, em=50, first=3)


def column(window: Window) -> None:
    for text, top in (("348", 30), ("+271", 92)):
        strokes = line(text, 41, 0, 0, 46, sloppiness=0.3)
        right = max(stroke[:, 0].max() for stroke in strokes)
        for stroke in strokes:
            draw(window, stroke + np.array([260 - right, top]))
    draw(window, np.stack([np.linspace(84, 272, 40), 156 + np.sin(np.linspace(0, 3, 40))], axis=1))
    settle(window)
    must_read(window, "348+271=")
    write(window, "9×12=", 316, em=46, first=4)
    window.tools.use("select")
    window.selector.select(set(window.live.lines[-1].parts))


def picture(window: Window) -> None:
    window.documents.open_file(ROOT / "data" / "samples" / "photo.jpg")
    settle(window)
    settle(window)
    must_read(window, "(17-5)÷8=")


def history(window: Window) -> None:
    write(window, "12+34", 44)
    write(window, "8×15", 172, em=48, first=5)
    window.note()
    window.clear()
    write(window, "120-46=", 44, em=46, first=2)
    for text in ("a = 12", "2a + 1/3"):
        window.field.type(text)
        settle(window)
        window.field.keep()
        settle(window)
    window.field.close()
    window.note()
    window.side.show("history")


SCENES: dict[str, Callable[[Window], None]] = {
    "light": light,
    "dark": dark,
    "doubtful": doubtful,
    "fraction": fraction,
    "column": column,
    "picture": picture,
    "history": history,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(SCENES))
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    for name in options.names or SCENES:
        window = open_window()
        SCENES[name](window)
        window.status.say("")
        settle(window)
        window.root.update()
        x, y = window.root.winfo_rootx(), window.root.winfo_rooty()
        box = (x, y, x + window.root.winfo_width(), y + window.root.winfo_height())
        path = options.to / f"{name}.png"
        shown = ImageGrab.grab(bbox=box)
        # A photograph has more colours than a palette
        (shown if name == "picture" else shown.quantize(128)).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size / 1024:.0f} kB")
        close_card()
        window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
