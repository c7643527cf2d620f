"""What the reader reads, by construct and crowding, and how long it takes.

    python benchmarks/reader.py                  drawn samples and times
    python benchmarks/reader.py FOLDER           real handwriting too: ink.jsonl.gz and crowded.jsonl.gz there
    python benchmarks/reader.py --samples 40     more of each

Drawn samples are by synthetic hands as sloppy as people (1) and by neat ones (0.25). Times are of one thread;
run it on a quiet machine, and compare ratios between machines, not milliseconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from hwcalc import expression
from hwcalc.handwriting import Hand
from hwcalc.ink import FloatArray
from hwcalc.layout import EMPTY_BOX, Mark, Power, Root, Row, Stack
from hwcalc.letter_shapes import LETTERS
from hwcalc.reader import Reading, read_ink
from hwcalc.written_lines import Crowding, sample_text, write_line, write_row

Random = np.random.Generator
Strokes = list[FloatArray]
SIGNS = "+-×÷"


def number(rng: Random, digits: int = 3) -> Row:
    low, high = (1, 10 ** int(rng.integers(1, digits + 1)))
    return tuple(Mark(digit) for digit in str(rng.integers(low, high)))


def sign(rng: Random) -> Mark:
    return Mark(str(rng.choice(list(SIGNS))))


def sums(rng: Random, count: int, term: Callable[[Random], Row]) -> Row:
    row = term(rng)
    for _ in range(count - 1):
        row = (*row, sign(rng), *term(rng))
    return row


def fraction(rng: Random) -> Row:
    def part() -> Row:
        return sums(rng, int(rng.choice([1, 1, 2])), lambda r: number(r, 2))

    return (Stack(part(), part()),)


def line(rng: Random) -> Row:
    return expression.parse(sample_text(rng, int(rng.integers(6, 21))).replace(",", "."))


CONSTRUCTS: dict[str, Callable[[Random], Row]] = {
    "one line": line,
    "fraction": fraction,
    "sum of fractions": lambda rng: sums(rng, 2, fraction),
    "nested fraction": lambda rng: (Stack((*number(rng, 1), sign(rng), *fraction(rng)), number(rng, 2)),),
    "mixed number": lambda rng: sums(
        rng, 2, lambda r: (*number(r, 1), Stack(number(r, 1), number(r, 1)))
    ),
    "power": lambda rng: sums(rng, 2, lambda r: (*number(r, 2), Power(number(r, 1)))),
    "power of brackets": lambda rng: (
        Mark("("), *sums(rng, 2, number), Mark(")"), Power(number(rng, 1)), sign(rng), *number(rng),
    ),
    "unknown": lambda rng: (Mark(EMPTY_BOX), sign(rng), *number(rng, 2), Mark("="), *number(rng)),
    "root": lambda rng: (Root(sums(rng, int(rng.choice([1, 2])), number)), sign(rng), *number(rng, 2)),
}  # fmt: skip


def drawn(
    construct: str, crowding: Crowding, sloppiness: float, samples: int
) -> Iterator[tuple[str, Strokes]]:
    for i in range(samples):
        rng = np.random.default_rng([i, list(CONSTRUCTS).index(construct)])
        row = CONSTRUCTS[construct](rng)
        yield expression.text(row), write_row(Hand(rng, sloppiness), row, crowding)[0]


def column(rng: Random, sloppiness: float) -> tuple[str, Strokes]:
    """Two numbers under each other, their ends aligned, a sign before the lower one, a rule under both."""
    hand = Hand(rng, sloppiness)
    texts = [str(rng.integers(10, 1000)), str(rng.choice(["+", "-"])) + str(rng.integers(10, 1000))]
    strokes: Strokes = []
    for place, text in enumerate(texts):
        row = write_line(hand, text)[0]
        right = max(s[:, 0].max() for s in row)
        strokes += [s + np.array([-right, 1.6 * place]) for s in row]
    left = min(s[:, 0].min() for s in strokes)
    strokes.append(np.array([[left - 0.2, 2.0], [0.2, 2.02]]) + rng.normal(0, 0.02, (2, 2)))
    return "".join(texts) + "=", strokes


def lettered(sloppiness: float, samples: int) -> Iterator[tuple[str, Strokes]]:
    """Short sums with a letter behind them: none is read right, and all should be doubtful."""
    for i in range(samples):
        rng = np.random.default_rng([i, 98])
        strokes = write_row(Hand(rng, sloppiness), sums(rng, 2, number))[0]
        letter = Hand(rng, sloppiness, LETTERS).glyph(str(rng.choice(list(LETTERS))))
        behind = max(s[:, 0].max() for s in strokes) - min(s[:, 0].min() for s in letter) + 0.3
        yield "a letter", [*strokes, *(s + np.array([behind, 0.0]) for s in letter)]


def score(name: str, samples: Iterable[tuple[str, Strokes]], said: Callable[[Reading], str]) -> None:
    right = flagged = silent = count = 0
    for truth, strokes in samples:
        reading = read_ink(strokes)
        hit = said(reading) == truth
        right, flagged, silent = (
            right + hit,
            flagged + reading.doubtful,
            silent + (not hit and not reading.doubtful),
        )
        count += 1
    print(
        f"  {name:44} {100 * right / count:6.1f} {100 * flagged / count:8.1f} {100 * silent / count:8.1f} {count:6}"
    )


def drawn_table(samples: int) -> None:
    print(f"  {'drawn by synthetic hands':44} {'exact':>6} {'flagged':>8} {'silent':>8} {'of':>6}")
    for sloppiness in (0.25, 1.0):
        for construct in CONSTRUCTS:
            name = f"{construct}, sloppiness {sloppiness:g}"
            score(name, drawn(construct, "roomy", sloppiness, samples), lambda r: r.text)
        columns = (column(np.random.default_rng([i, 99]), sloppiness) for i in range(samples))
        score(f"column, sloppiness {sloppiness:g}", columns, lambda r: r.text)
        name = f"sum with a letter, sloppiness {sloppiness:g}"
        score(name, lettered(sloppiness, samples), lambda r: r.text)
    crowdings: tuple[Crowding, ...] = ("roomy", "tight", "overlapping")
    for crowding in crowdings:
        score(f"one line, {crowding}", drawn("one line", crowding, 1.0, samples), lambda r: r.text)


def real_table(folder: Path) -> None:
    """Exact readings of real ink, by the scorer that lies beside it."""
    sys.path.insert(0, str(folder))
    from score import latex_tokens  # type: ignore[import-not-found]

    groups: dict[str, list[tuple[str, Strokes]]] = {}
    for file in ("ink", "crowded"):
        with gzip.open(folder / f"{file}.jsonl.gz", "rt", encoding="utf8") as rows:
            for row in map(json.loads, rows):
                kind = row["writer"] if file == "crowded" else _kind(row["latex"])
                strokes = [np.array(stroke, float) for stroke in row["strokes"]]
                groups.setdefault(kind, []).append((" ".join(latex_tokens(row["latex"])), strokes))
    print(f"\n  {'real handwriting':44} {'exact':>6} {'flagged':>8} {'silent':>8} {'of':>6}")
    for kind, samples in groups.items():
        score(kind, samples, lambda r: " ".join(latex_tokens(r.latex)))


def _kind(latex: str) -> str:
    if r"\frac" in latex:
        return "with fraction"
    return "one line" if any(sign in latex for sign in ("-", "+", "=", "/", "times", "div")) else "number"


def long_text(rng: Random, symbols: int) -> str:
    """So many symbols of a line without an equals sign."""
    text = ""
    while len(text) < symbols:
        text += ("+" if text else "") + sample_text(rng, 12).replace("=", "").replace(",", ".")
    return text[:symbols]


def long_line(seed: int, strokes: int) -> Strokes:
    """A line of about so many strokes."""
    return write_line(Hand(seed, 0.6), long_text(np.random.default_rng(seed), strokes))[0][:strokes]


def moved(strokes: Strokes, by: float) -> Strokes:
    """The same strokes a little larger, so that nothing of them is remembered from an earlier reading."""
    return [stroke * (1 + by) for stroke in strokes]


def times() -> None:
    print("\n  strokes at once: milliseconds, median of 7")
    for count in (5, 10, 20, 40, 80, 120, 200):
        spent = []
        for repeat in range(7):
            strokes = moved(long_line(count, count), 1e-3 * (repeat + 1))
            start = time.perf_counter()
            read_ink(strokes)
            spent.append(1000 * (time.perf_counter() - start))
        print(f"  {count:7} {np.median(spent):8.1f}")
    spent = []
    for seed in range(8):
        strokes, _ = write_line(Hand(seed, 0.6), long_text(np.random.default_rng([seed, 30]), 30))
        for count in range(len(strokes) - 10, len(strokes) + 1):
            start = time.perf_counter()
            read_ink(strokes[:count])
            spent.append(1000 * (time.perf_counter() - start))
        del spent[-11]  # the first reading of a line is not of one more stroke
    print(
        f"\n  one more stroke of the last ten of 30 symbols: median {np.median(spent):.1f} ms, "
        f"95 % under {np.quantile(spent, 0.95):.1f} ms"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("folder", nargs="?", type=Path, help="real handwriting")
    arguments.add_argument("--samples", type=int, default=20, help="drawn samples of each kind")
    options = arguments.parse_args()
    drawn_table(options.samples)
    if options.folder:
        real_table(options.folder)
    times()


if __name__ == "__main__":
    main()
