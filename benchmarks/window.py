"""What the window claims of its speed: start-up, pen-up to answer shown, and time spent in handlers.

    xvfb-run -a python benchmarks/window.py [--fake] [--rounds 15]

Written by the synthetic hand of hwcalc.handwriting through real events. `--fake` replaces the reader by one
that answers at once: what remains is the window's own share.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from pen import draw, line, settle

from hwcalc.gui.engine import Engine
from hwcalc.gui.window import Window
from hwcalc.ink import Box, FloatArray
from hwcalc.reader import Reading

SYMBOLS = (3, 5, 10, 20, 30)
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


def fake_reading(strokes: Sequence[FloatArray], fixed: Mapping[frozenset[int], str]) -> Reading:
    return Reading("1+1", "1+1", Fraction(2), "2", (), 1.0, False, Box(0, 0, 1, 1))


def expression(rng: np.random.Generator, symbols: int) -> str:
    """Numbers of two digits with operators between them, `symbols` long."""
    text = ""
    while len(text) < symbols:
        text += str(rng.integers(10, 99)) + str(rng.choice(list("+-×")))
    return text[: symbols - 1] + str(rng.integers(1, 9))


def pen_up_to_answer(
    window: Window, seed: int, symbols: int, moves: list[float], blocked: list[float]
) -> float:
    """Seconds from the end of the last stroke until the answer is drawn."""
    shown: list[float] = []
    text = expression(np.random.default_rng([seed, symbols]), symbols)
    # 30 symbols fit the window at this size
    strokes = line(text, seed, left=30, top=60, em=32)
    for stroke in strokes[:-1]:
        draw(window, stroke, moves)
    settle(window)
    window.live.listeners.append(lambda lines: shown.append(time.perf_counter()))
    up = draw(window, strokes[-1], moves)
    while not shown:
        before = time.perf_counter()
        window.root.update()
        blocked.append(time.perf_counter() - before)
        time.sleep(0.0005)
    window.root.update_idletasks()
    answered = time.perf_counter() - up
    window.live.listeners.pop()
    settle(window)
    window.clear()
    settle(window)
    return answered


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fake", action="store_true", help="a reader that answers at once")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()

    starts = []
    for _ in range(5):
        run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        starts.append(float(run.stdout))
    print(f"start-up, imports to window drawn: {np.median(starts):.2f} s, best {min(starts):.2f} s")

    engine = Engine(read_ink=fake_reading, warm_up=lambda: None) if options.fake else Engine()
    window = Window(engine, scale=1.0)
    window.root.geometry("1200x700")
    window.root.update()
    engine.warm_up()
    moves: list[float] = []
    blocked: list[float] = []
    print("symbols   pen-up to answer, ms: median   p95")
    for symbols in SYMBOLS:
        took = [pen_up_to_answer(window, s, symbols, moves, blocked) * 1e3 for s in range(options.rounds)]
        print(f"{symbols:7d} {np.median(took):31.1f} {np.percentile(took, 95):5.1f}")
    for name, times in (("a motion event", moves), ("the event loop while reading", blocked)):
        ms = np.array(times) * 1e3
        print(f"{name}: median {np.median(ms):.2f} ms, p99 {np.percentile(ms, 99):.2f}, most {ms.max():.1f}")
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
