"""What people draw beside their sums: how much is still read, as ink and as pictures.

    python benchmarks/habits.py [--samples 60]

Lines by synthetic hands with an underline, a frame or a ring, a line to write on or a question mark, a colon that
divides, and sums in columns with what was carried. "silent" are wrong ones that were not marked doubtful.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from samples import render

import hwcalc
from hwcalc.handwriting import Hand
from hwcalc.ink import Box, ByteArray, FloatArray, Ink, ReadError
from hwcalc.reader import Reading
from hwcalc.written_lines import write_line

EM = 60  # pixels
PENS = (4, 5, 6)

Random = np.random.Generator
Drawing = tuple[list[FloatArray], str]  # strokes in em, and what they say


def boxed(strokes: list[FloatArray]) -> Box:
    return Ink.from_strokes(strokes).box


def written(hand: Hand, text: str) -> list[FloatArray]:
    return [stroke[:, :2] for stroke in write_line(hand, text, late=0.0)[0]]


def shifted(strokes: list[FloatArray], x: float, y: float = 0.0) -> list[FloatArray]:
    return [np.add(stroke, (x, y)) for stroke in strokes]


def equation(rng: Random) -> tuple[str, str]:
    a, b = (int(n) for n in rng.integers(2, 50, 2))
    return f"{a}+{b}=", str(a + b)


def line(left: float, right: float, y: float) -> FloatArray:
    x = np.linspace(left, right, 12)
    return np.stack([x, y + 0.02 * np.sin(x)], axis=1)


def answered(
    rng: Random, hand: Hand, around: Callable[[Random, Box], list[FloatArray]], room: float = 0.35
) -> Drawing:
    """An equation with something drawn around or under its answer."""
    question, answer = equation(rng)
    left, right = written(hand, question), written(hand, answer)
    right = shifted(right, boxed(left).right - boxed(right).left + room)
    return [*left, *right, *around(rng, boxed(right))], question + answer


def underline(rng: Random, box: Box) -> list[FloatArray]:
    return [line(box.left - 0.1, box.right + 0.15, box.bottom + rng.uniform(0.15, 0.35))]


def double_underline(rng: Random, box: Box) -> list[FloatArray]:
    (first,) = underline(rng, box)
    return [first, *shifted([first], 0, 0.15)]


def frame(rng: Random, box: Box) -> list[FloatArray]:
    size = box.width + 0.4, box.height + 0.4
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * size + rng.normal(0, 0.02, (5, 2))
    return shifted([corners], box.left - 0.2, box.top - 0.2)


def ring(rng: Random, box: Box) -> list[FloatArray]:
    turn = np.linspace(0, 2 * np.pi + rng.uniform(-0.2, 0.3), 60)
    x, y = box.center
    return [np.stack([x + 0.8 * box.width * np.sin(turn), y - 0.8 * box.height * np.cos(turn)], axis=1)]


def blank(rng: Random, hand: Hand) -> Drawing:
    strokes = written(hand, text := equation(rng)[0])
    right = boxed(strokes).right
    return [*strokes, line(right + 0.3, right + 1.8, rng.uniform(-0.02, 0.1))], text + "□"


def question_mark(rng: Random, hand: Hand) -> Drawing:
    strokes = written(hand, text := equation(rng)[0])
    hook = [(5, 25), (8, 10), (20, 2), (38, 2), (50, 15), (48, 32), (34, 45), (28, 55), (27, 72)]
    place = (boxed(strokes).right + 0.3, -1.0)
    drawn = np.array(hook) / 100 + rng.normal(0, 0.01, (9, 2)) + place
    return [*strokes, drawn, np.array([(0.27, 0.97), (0.275, 0.98)]) + place], text + "□"


def colon(rng: Random, hand: Hand) -> Drawing:
    a, b = (int(n) for n in rng.integers(2, 13, 2))
    left, right = written(hand, str(a * b)), written(hand, str(b))
    x, room = boxed(left).right + rng.uniform(0.15, 0.3), rng.uniform(0.15, 0.3)
    dots = [np.array([(x, y), (x + 0.01, y)]) for y in (-0.65, -0.25)]
    moved = shifted(right, x + room - boxed(right).left)
    return [*left, *dots, *moved], f"{a * b}÷{b}"


def column(rng: Random, hand: Hand, carry: bool = False) -> Drawing:
    a, b = (int(n) for n in rng.integers(12, 98, 2))
    rows = [written(hand, text) for text in (str(a), f"+{b}", str(a + b))]
    strokes = [
        stroke
        for row, y in zip(rows, (0.0, 1.35, 2.85), strict=True)
        for stroke in shifted(row, -boxed(row).right, y)
    ]
    strokes.append(line(boxed(strokes).left - 0.2, 0.2, 1.6))
    if carry:
        strokes += shifted([0.45 * stroke for stroke in written(hand, "1")], -0.85, -1.15)
    else:
        strokes += double_underline(rng, boxed(strokes))
    return strokes, f"{a}+{b}={a + b}"


HABITS: dict[str, Callable[[Random, Hand], Drawing]] = {
    "answer underlined": lambda rng, hand: answered(rng, hand, underline),
    "answer underlined twice": lambda rng, hand: answered(rng, hand, double_underline),
    "answer framed": lambda rng, hand: answered(rng, hand, frame, 0.6),
    "answer ringed": lambda rng, hand: answered(rng, hand, ring, 0.9),
    "line to write on": blank,
    "question mark": question_mark,
    "colon that divides": colon,
    "column, result underlined twice": column,
    "column, a digit carried": lambda rng, hand: column(rng, hand, carry=True),
}


def picture(strokes: list[FloatArray], pen: int) -> ByteArray:
    ink = np.pad(render(strokes, pen, EM), EM // 2)
    return np.rint(235 - ink * (180 / 255)).astype(np.uint8)


def tally(drawings: list[Drawing], read: Callable[[list[FloatArray], int], Reading]) -> str:
    right = silent = 0
    for number, (strokes, text) in enumerate(drawings):
        try:
            reading = read(strokes, number)
        except ReadError:
            continue
        right += reading.text == text
        silent += reading.text != text and not reading.doubtful
    return f"{100 * right / len(drawings):7.1f} {100 * silent / len(drawings):7.1f}"


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--samples", type=int, default=60, help="drawings of each kind")
    samples = args.parse_args().samples
    print(f"{'per cent':32} {'ink':>7} {'silent':>7} {'picture':>8} {'silent':>7}")
    for name, draw in HABITS.items():
        rngs = [np.random.default_rng([i, 7]) for i in range(samples)]
        drawings = [draw(rng, Hand(rng, sloppiness=0.4)) for rng in rngs]
        ink = tally(drawings, lambda strokes, _: hwcalc.read_ink([stroke * EM for stroke in strokes]))
        pictures = tally(drawings, lambda strokes, i: hwcalc.read(picture(strokes, PENS[i % len(PENS)])))
        print(f"{name:32} {ink} {pictures}")


if __name__ == "__main__":
    main()
