"""How well pictures are read: what survives of readable samples, and accuracy and time on photographs.

    python benchmarks/photos.py                 the robustness table, on lines drawn by synthetic hands
    python benchmarks/photos.py FOLDER          photographs: FOLDER/manifest.json lists {file, text, source}

RapidOCR reads the photographs too where it is installed. Accuracy is the share of pictures in which every symbol
is right; "silent" are wrong ones that were not marked doubtful.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from samples import render

import hwcalc
from hwcalc.handwriting import Hand
from hwcalc.ink import ByteArray, ReadError
from hwcalc.written_lines import sample_text, write_line

EM = 60  # pixels
PEN = 5
GRAIN = 3.0  # deviation of the paper's grey
SAME = str.maketrans(
    {"*": "×", "x": "×", "X": "×", "·": "×", "−": "-", "–": "-", "[": "(", "]": ")", ",": ".", " ": ""}
)

Harm = Callable[[ByteArray], ByteArray]
Reader = Callable[[ByteArray | str], tuple[str, bool]]  # the text, and whether it is doubtful


class Outcome(NamedTuple):
    source: str
    right: bool
    doubtful: bool
    seconds: float


def lines(count: int) -> Iterator[tuple[str, ByteArray]]:
    """Lines of arithmetic, each by another hand, as dark ink on paper with a little grain."""
    for seed in range(count):
        rng = np.random.default_rng(seed)
        text = sample_text(rng, 8).replace(",", ".")
        strokes, _ = write_line(Hand(rng, sloppiness=0.7), text, late=0.0)
        ink = np.pad(render(strokes, PEN, EM), EM // 2)
        paper = 235 - ink * (180 / 255)
        yield text, _bytes(paper + rng.normal(0, GRAIN, paper.shape))


def _bytes(grey: np.ndarray) -> ByteArray:
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def rotated(picture: ByteArray, degrees: float) -> ByteArray:
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(width * cos + height * sin), round(width * sin + height * cos)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(
        cv2.warpAffine(picture, turn, size, flags=cv2.INTER_CUBIC, borderValue=(235,)), np.uint8
    )


def shadowed(picture: ByteArray) -> ByteArray:
    """A soft edge in the middle, half as bright behind it, and less light towards a corner."""
    y, x = np.indices(picture.shape)
    edge = (x + 0.5 * y - 0.5 * picture.shape[1]) / EM
    return _bytes(picture * (0.5 + 0.5 / (1 + np.exp(4 * edge))) * (1 - 0.2 * y / picture.shape[0]))


def noisy(picture: np.ndarray, deviation: float) -> ByteArray:
    return _bytes(picture + np.random.default_rng(0).normal(0, deviation, picture.shape))


def compressed(picture: ByteArray, quality: int) -> ByteArray:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def ruled(picture: ByteArray, squared: bool) -> ByteArray:
    """Thin grey lines, across and, on squared paper, down."""
    lined = np.full_like(picture, 255)
    pitch = round(0.5 * EM) if squared else round(0.8 * EM)
    lined[pitch // 2 :: pitch] = lined[pitch // 2 + 1 :: pitch] = 190
    if squared:
        lined[:, pitch // 2 :: pitch] = lined[:, pitch // 2 + 1 :: pitch] = 190
    return _bytes(np.minimum(picture, lined.astype(np.float64)))


def scaled(picture: ByteArray, factor: float) -> ByteArray:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method), np.uint8)


def faint(picture: ByteArray) -> ByteArray:
    """Pencil: a fifth of the contrast."""
    return noisy(_bytes(235 - (235 - picture.astype(np.float64)) / 5), 2)


def ragged(picture: ByteArray) -> ByteArray:
    """Chalk or a soft pencil: each stroke with many gaps."""
    rough = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 2, picture.shape), (0, 0), 0.8)
    left = 1 - 0.8 * np.clip(0.5 + 0.5 * rough, 0, 1)
    return noisy(_bytes(235 - 0.7 * left * (235.0 - picture)), 2)


def moved(picture: ByteArray) -> ByteArray:
    """The camera moved by two widths of the pen, aslant."""
    path = np.zeros((2 * PEN + 1, 2 * PEN + 1), np.float32)
    cv2.line(path, (0, PEN // 2), (2 * PEN, 2 * PEN - PEN // 2), (1.0,), 1)
    return np.asarray(cv2.filter2D(picture, -1, path / path.sum()), np.uint8)


def by_two_pens(picture: ByteArray) -> ByteArray:
    """On a sheet, from a gap near the middle on with a pen of a third of the contrast."""
    columns = np.arange(picture.shape[1])
    ink = (picture < 150).sum(axis=0) + abs(columns / len(columns) - 0.5)
    contrast = np.where(columns < ink.argmin(), 1.0, 0.35)
    return np.pad(_bytes(235 - contrast * (235.0 - picture)), 2 * EM, constant_values=235)


def highlighted(picture: ByteArray) -> ByteArray:
    """In pink, from the second symbol to the last but one."""
    page = np.repeat(picture[..., None].astype(np.float64), 3, axis=2)
    page[EM // 4 : -EM // 4, EM:-EM] *= (1.0, 0.45, 0.7)
    return noisy(page, GRAIN)


def dotted(picture: ByteArray) -> ByteArray:
    page = np.pad(picture, 6 * EM, constant_values=235)
    dots = np.full_like(page, 255)
    for y in range(0, page.shape[0], EM * 2 // 3):
        for x in range(0, page.shape[1], EM * 2 // 3):
            cv2.circle(dots, (x, y), 2, (140,), -1)
    return np.minimum(page, dots)


def shining_through(picture: ByteArray) -> ByteArray:
    """What was written on the other side of the paper: mirrored, blurred and faint."""
    back = cv2.GaussianBlur(picture[:, ::-1], (0, 0), 2)
    back = np.roll(back, EM // 3, axis=0)
    return _bytes(picture - 0.15 * (235.0 - back))


def on_a_table(picture: ByteArray) -> ByteArray:
    scene = np.pad(picture, 2 * EM, constant_values=235)
    table = np.random.default_rng(0).normal(60, 8, np.add(scene.shape, 4 * EM))
    table[2 * EM : -2 * EM, 2 * EM : -2 * EM] = scene
    return rotated(_bytes(table), 3)


HARMS: dict[str, Harm] = {
    "as drawn": lambda p: p,
    **{f"rotated by {d:+} degrees": (lambda p, d=d: rotated(p, d)) for d in (-10, -5, 5, 10)},
    "shadow to half the brightness": shadowed,
    "Gaussian blur, 2 pixels": lambda p: cv2.GaussianBlur(p, (0, 0), 2).astype(np.uint8),
    "JPEG, quality 20": lambda p: compressed(p, 20),
    "noise, deviation 25": lambda p: noisy(p, 25),
    "ruled paper": lambda p: ruled(p, False),
    "squared paper": lambda p: ruled(p, True),
    **{f"scaled by {f:g}": (lambda p, f=f: scaled(p, f)) for f in (0.25, 0.5, 2.0, 4.0)},
    "pencil, a fifth of the contrast": faint,
    "chalk or soft pencil": ragged,
    "the camera moved": moved,
    "half of it by a paler pen": by_two_pens,
    "highlighted in pink": highlighted,
    "dotted paper": dotted,
    "the back shines through": shining_through,
    "a sheet on a dark table": on_a_table,
    "blackboard": lambda p: 255 - p,
    "upside down": lambda p: np.ascontiguousarray(p[::-1, ::-1]),
    "turned by 90 degrees": lambda p: np.ascontiguousarray(np.rot90(p)),
}


def ours(source: ByteArray | str) -> tuple[str, bool]:
    try:
        reading = hwcalc.read(source)
    except ReadError:
        return "", True
    return reading.text, reading.doubtful


def rapid_ocr() -> Reader:
    from rapidocr import RapidOCR  # type: ignore[import-not-found]

    engine = RapidOCR()

    def read(source: ByteArray | str) -> tuple[str, bool]:
        return "".join(engine(source).txts or ()), False

    return read


def measured(read: Reader, rows: Iterable[tuple[str, str, ByteArray | str]]) -> list[Outcome]:
    """Each row is (source, text, picture)."""
    outcomes = []
    for source, text, picture in rows:
        start = time.perf_counter()
        found, doubtful = read(picture)
        seconds = time.perf_counter() - start
        right = found.translate(SAME) == text.translate(SAME)
        outcomes.append(Outcome(source, right, doubtful, seconds))
    return outcomes


def row(name: str, outcomes: list[Outcome]) -> str:
    right = np.mean([o.right for o in outcomes])
    silent = np.mean([not o.right and not o.doubtful for o in outcomes])
    median, p95 = np.percentile([1000 * o.seconds for o in outcomes], [50, 95])
    return (
        f"{name:34} {len(outcomes):5} {100 * right:6.1f}% {100 * silent:6.1f}% {median:6.0f} ms {p95:6.0f} ms"
    )


HEAD = f"{'':34} {'read':>5} {'right':>7} {'silent':>7} {'median':>9} {'p95':>9}"


def robustness(count: int, only: list[str]) -> None:
    """Print what share of the lines that are read as drawn is still read after each harm."""
    readable = [(text, picture) for text, picture in lines(count) if ours(picture)[0] == text]
    print(f"{len(readable)} of {count} lines are read as drawn; of these, after each harm:\n")
    print(HEAD)
    for name, harm in HARMS.items():
        if not only or any(part in name for part in only):
            print(row(name, measured(ours, ((name, text, harm(p)) for text, p in readable))), flush=True)


def photographs(folder: Path) -> None:
    """Print accuracy and time by source."""
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf8"))
    rows = [(entry["source"], entry["text"], str(folder / entry["file"])) for entry in listed]
    readers: dict[str, Reader] = {"hwcalc": ours}
    if importlib.util.find_spec("rapidocr"):
        readers["RapidOCR"] = rapid_ocr()
    for name, read in readers.items():
        read(rows[0][2])  # loads the model
        outcomes = measured(read, rows)
        print(HEAD.replace(" " * len(name), name, 1))
        for source in sorted({o.source for o in outcomes}):
            print(row(f"  {source}", [o for o in outcomes if o.source == source]))
        print(row("  all", outcomes), "\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--lines", type=int, default=100, help="how many to draw (default: 100)")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="harms named so")
    options = parser.parse_args()
    if options.folder:
        photographs(options.folder)
    else:
        robustness(options.lines, options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
