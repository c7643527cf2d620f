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
import tkinter as tk
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar

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
    """Seconds: of each motion event; of each other event, by the clock and of the processor; of each reading.

    `slow` holds the callbacks of events that took too long of the processor, with the longest time of each.
    """

    moves: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    readings: list[float] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)


class Named(tk.CallWrapper):
    """Tk's callbacks, which tell their names: `ran` holds those of the event at hand."""

    ran: ClassVar[list[str]] = []

    def __call__(self, *args: Any) -> Any:
        inner = [c.cell_contents for c in getattr(self.func, "__closure__", None) or ()]  # what `after` wraps
        func = next((f for f in inner if callable(f) and hasattr(f, "__qualname__")), self.func)
        self.ran.append(getattr(func, "__qualname__", repr(func)))
        return super().__call__(*args)


tk.CallWrapper = Named  # type: ignore[misc]


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
        Named.ran.clear()
        before, worked = time.perf_counter(), time.thread_time()
        handled = window.root.dooneevent(2)  # do not wait
        if handled:
            times.events.append(time.perf_counter() - before)
            times.work.append(time.thread_time() - worked)
            if times.work[-1] > LONGEST:
                name = ", ".join(dict.fromkeys(Named.ran)) or "Tk itself"
                times.slow[name] = max(times.work[-1], times.slow.get(name, 0.0))
        elif time.perf_counter() >= until:
            return
        else:
            time.sleep(0.0005)


def pen_up_to_answer(window: Window, seed: int, symbols: int, times: Times) -> tuple[float, float, float]:
    """Seconds from the end of the last stroke until the answer is drawn, how many of them the reader took, and how
    long the processor worked meanwhile: on a busy machine that says more."""
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
    worked = time.process_time() - (time.perf_counter() - up)  # about, for the release itself
    while not shown:
        live(window, times)
        time.sleep(0.0002)
    window.root.update_idletasks()
    answered, worked = time.perf_counter() - up, time.process_time() - worked
    window.live.listeners.pop()
    reader = sum(times.readings)
    live(window, times, time.perf_counter() + 0.05)
    settle(window)
    window.clear()
    settle(window)
    return answered, reader, worked


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
    keys = (
        "<Control-h> <Control-h> <Control-z> <Control-y> <Control-a> <Control-d> <Control-plus> <Control-0> "
    )
    keys += "<F6> <F7> <F8> <F8> <F3> <Escape> <Control-c> <Control-t> <Control-t> <Control-j> <Control-j>"
    for key in keys.split():
        window.root.event_generate(key, when="tail")
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


def told_events(name: str, times: Times) -> None:
    """Print how long events took, and which took too long; then forget them."""
    print(told(name, times.events))
    print(told("  of the processor", times.work))
    for slow, seconds in sorted(times.slow.items(), key=lambda item: -item[1]):
        print(f"    {1e3 * seconds:.1f} ms: {slow}")
    times.events.clear()
    times.work.clear()
    times.slow.clear()


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
    window.warm_up()
    settle(window)
    print(
        "symbols   pen-up to answer, ms: median   p95   the window's: median   p95   processor: median   p95"
    )
    for symbols in SYMBOLS:
        rounds = [pen_up_to_answer(window, s, symbols, times) for s in range(options.rounds)]
        took, read, worked = np.array(rounds).T * 1e3
        columns = [
            (f"{np.median(ms):.1f}", f"{np.percentile(ms, 95):.1f}") for ms in (took, took - read, worked)
        ]
        (a, b), (c, d), (e, f) = columns
        print(f"{symbols:7d} {a:>31} {b:>5} {c:>21} {d:>5} {e:>19} {f:>5}")
    print(told("a motion event", times.moves))
    told_events("any other event while writing", times)
    everyday(window, times)
    told_events("any event in everyday use", times)
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
