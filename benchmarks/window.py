"""What the window claims of its speed: start-up, pen-up to answer shown, and how long each handler takes.

    xvfb-run -a python benchmarks/window.py [--fake] [--rounds 15]

Written by the synthetic hand of hwcalc.handwriting through real events. The time of the reader is told apart from
the rest, which is the window's own. `--fake` replaces the reader by one that answers at once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from pen import draw, line, settle

from hwcalc.gui.engine import Engine, Fixed
from hwcalc.gui.history import Entry
from hwcalc.gui.window import Window
from hwcalc.ink import Box, FloatArray
from hwcalc.reader import Reading

SYMBOLS = (3, 5, 10, 20, 30)
LONGEST = 0.008  # seconds that a handler may take
START = """
import sys, time
before = time.perf_counter()
from hwcalc.gui.window import Window
window = Window()
window.root.update()
print(time.perf_counter() - before)
assert not {"sklearn", "cv2", "scipy"} & set(sys.modules)
window.close()
"""


@dataclass
class Times:
    """Seconds: of each motion event; of each other event, by the clock and of the processor; of each reading."""

    moves: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    readings: list[float] = field(default_factory=list)


def fake_reading(strokes: Sequence[FloatArray], fixed: Mapping[frozenset[int], str]) -> Reading:
    return Reading("1+1", "1+1", Fraction(2), "2", (), 1.0, False, Box(0, 0, 1, 1))


def timed(engine: Engine, times: Times) -> Engine:
    """The same engine; how long its readings take goes to `times`."""

    def read_ink(strokes: Sequence[FloatArray], fixed: Fixed) -> Reading:
        before = time.perf_counter()
        try:
            return engine.read_ink(strokes, fixed)
        finally:
            times.readings.append(time.perf_counter() - before)

    return replace(engine, read_ink=read_ink)


def expression(rng: np.random.Generator, symbols: int) -> str:
    """Numbers of two digits with operators between them, `symbols` long."""
    text = ""
    while len(text) < symbols:
        text += str(rng.integers(10, 99)) + str(rng.choice(list("+-×")))
    return text[: symbols - 1] + str(rng.integers(1, 9))


def live(window: Window, times: Times, until: float = 0.0) -> None:
    """Handle what there is, event by event, until a time."""
    while True:
        before, worked = time.perf_counter(), time.thread_time()
        handled = window.root.dooneevent(2)  # do not wait
        if handled:
            times.events.append(time.perf_counter() - before)
            times.work.append(time.thread_time() - worked)
        elif time.perf_counter() >= until:
            return
        else:
            time.sleep(0.0005)


def pen_up_to_answer(window: Window, seed: int, symbols: int, times: Times) -> tuple[float, float]:
    """Seconds from the end of the last stroke until the answer is drawn, and how many of them the reader took."""
    shown: list[float] = []
    text = expression(np.random.default_rng([seed, symbols]), symbols)
    # 30 symbols fit the window at this size
    strokes = line(text, seed, left=30, top=60, em=32)
    for stroke in strokes[:-1]:
        draw(window, stroke, times.moves)
        live(window, times, time.perf_counter() + 0.05)
    settle(window)
    window.live.listeners.append(lambda lines: shown.append(time.perf_counter()))
    times.readings.clear()
    up = draw(window, strokes[-1], times.moves)
    while not shown:
        live(window, times)
        time.sleep(0.0002)
    window.root.update_idletasks()
    answered = time.perf_counter() - up
    window.live.listeners.pop()
    reader = sum(times.readings)
    live(window, times, time.perf_counter() + 0.05)
    settle(window)
    window.clear()
    settle(window)
    return answered, reader


def start_up() -> list[float]:
    starts = []
    for _ in range(5):
        run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        starts.append(float(run.stdout))
    return starts


def everyday(window: Window, times: Times) -> None:
    """What else happens while somebody works: panels, themes, a long history, undo, moving, scrolling."""
    ink = tuple(tuple(float(v) for v in range(i, i + 60)) for i in range(12))
    window.log.entries += [Entry("12+34", "", f"= {n}", str(n), ink) for n in range(150)]
    for stroke in line("12+34×56-78", 1, left=30, top=60, em=40):
        draw(window, stroke, times.moves)
    settle(window)
    root = window.root
    for key in ("<Control-h>", "<Control-h>", "<Control-z>", "<Control-y>", "<Control-a>", "<Control-d>"):
        root.event_generate(key)
        live(window, times, time.perf_counter() + 0.2)
    for key in ("<Control-plus>", "<Control-0>", "<F6>", "<Control-c>", "<Control-t>", "<Control-t>"):
        root.event_generate(key)
        live(window, times, time.perf_counter() + 0.2)
    window.note()
    live(window, times, time.perf_counter() + 0.3)


def told(name: str, seconds: Sequence[float]) -> str:
    ms = np.array(seconds) * 1e3
    slow = np.mean(ms > LONGEST * 1e3)
    return (
        f"{name}: median {np.median(ms):.2f} ms, p99 {np.percentile(ms, 99):.2f}, most {ms.max():.1f}; "
        f"{100 * slow:.2f} % over {LONGEST * 1e3:.0f} ms, of {len(ms)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fake", action="store_true", help="a reader that answers at once")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()

    starts = start_up()
    print(f"start-up, imports to window drawn: {np.median(starts):.2f} s, best {min(starts):.2f} s")

    times = Times()
    engine = Engine(read_ink=fake_reading, warm_up=lambda: None) if options.fake else Engine()
    window = Window(timed(engine, times), scale=1.0)
    window.root.geometry("1200x700")
    window.root.update()
    engine.warm_up()
    print("symbols   pen-up to answer, ms: median   p95   of it the window's: median   p95")
    for symbols in SYMBOLS:
        rounds = [pen_up_to_answer(window, s, symbols, times) for s in range(options.rounds)]
        took, read = np.array(rounds).T * 1e3
        own = took - read
        print(
            f"{symbols:7d} {np.median(took):31.1f} {np.percentile(took, 95):5.1f} {np.median(own):28.1f} "
            f"{np.percentile(own, 95):5.1f}"
        )
    print(told("a motion event", times.moves))
    print(told("any other event while writing", times.events))
    print(told("  of the processor", times.work))
    times.events.clear()
    times.work.clear()
    everyday(window, times)
    print(told("any event in everyday use", times.events))
    print(told("  of the processor", times.work))
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
