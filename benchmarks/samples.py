"""Draw the sample pictures in data/samples with hwcalc's synthetic hand.

    python benchmarks/samples.py

Each is one line of arithmetic: some on clean paper, one like a photograph with a shadow, one on a blackboard,
and one as pen strokes in JSON.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from hwcalc.handwriting import Hand
from hwcalc.ink import ByteArray, FloatArray
from hwcalc.written_lines import write_line

FOLDER = Path(__file__).parent.parent / "data" / "samples"
EM = 90  # pixels
LINES = {
    "sum": ("12+34=", 3),
    "brackets": ("2(3+4)×5", 9),
    "decimals": ("0.1+0.2=0.3", 8),
    "photo": ("(17-5)÷8=", 11),
    "blackboard": ("96÷12+7", 14),
}


def render(strokes: list[FloatArray], pen: int = 6, em: int = EM) -> ByteArray:
    """Ink on a black picture: uint8 (h, w)."""
    points = np.concatenate(strokes) * em
    low, high = points.min(axis=0) - em / 2, points.max(axis=0) + em / 2
    width, height = (high - low).astype(int)
    ink = np.zeros((height, width), np.uint8)
    for stroke in strokes:
        path = np.rint((stroke[[0, *range(len(stroke))]] * em - low) * 16).astype(
            np.int32
        )  # a point is a line too
        cv2.polylines(ink, [path], False, 255, pen, cv2.LINE_AA, shift=4)
    return ink


def paper(ink: ByteArray) -> ByteArray:
    """Dark ink on white."""
    return np.rint(253 - ink * (210 / 255)).astype(np.uint8)


def blackboard(ink: ByteArray) -> ByteArray:
    """Chalk on a board: bright ink on dark green, with grain."""
    grain = np.random.default_rng(0).normal(0, 6, (*ink.shape, 1))
    board = np.array([62, 74, 48]) + grain
    return np.clip(board + (225 - board) * (ink[..., None] / 290), 0, 255).astype(np.uint8)


def photo(ink: ByteArray) -> ByteArray:
    """A photograph: blue ink, light from one side, a shadow, noise."""
    y, x = np.indices(ink.shape)
    light = 0.95 - 0.35 * x / ink.shape[1] - 0.15 * (y > 0.6 * ink.shape[0] + 0.1 * x)
    light = cv2.GaussianBlur(light, (0, 0), 9)[..., None]
    soft = cv2.GaussianBlur(ink, (0, 0), 0.8)[..., None] / 255
    colour = np.array([235, 240, 242]) * (1 - soft) + np.array([150, 70, 50]) * soft
    noise = np.random.default_rng(1).normal(0, 3, colour.shape)
    return np.clip(colour * light + noise, 0, 255).astype(np.uint8)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    styles = {"photo": photo, "blackboard": blackboard}
    for name, (text, seed) in LINES.items():
        strokes, _ = write_line(Hand(seed), text)
        picture = styles.get(name, paper)(render(strokes))
        if name == "photo":
            cv2.imwrite(str(FOLDER / "photo.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
        else:
            cv2.imwrite(str(FOLDER / f"{name}.png"), picture)
    strokes, _ = write_line(Hand(23), "7×8-6")
    rows = [np.round(stroke * EM, 1).tolist() for stroke in strokes]
    (FOLDER / "strokes.json").write_text(json.dumps(rows) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
