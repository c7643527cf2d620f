"""The command `hwcalc predict`: what a picture of a single glyph may be, and how the picture came to the machine.

In flow pictures; out flow labels with probabilities, and a picture of the stages: grey, blurred, binary, normalised.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import segment
from .atomic import write_whole
from .command import complain, ended, positive
from .evaluation import SHIPPED, named_model
from .ink import ByteArray, ReadError
from .models import GlyphModel
from .picture import ink_from_picture
from .picture_file import open_picture
from .polarity import turned
from .preparation import as_picture

NAME = "hwcalc predict"

SMALL = 64
"""Pixels along the longer side up to which a picture is a glyph as a set has it, not a photograph of one."""

EXAMPLES = """\
examples:
  hwcalc predict seven.png                       seven.png: 7 99.9 %, 1 0.1 %
  hwcalc predict seven.png --show stages.png     and how the picture came to the machine
  hwcalc predict *.png --model model.npz --format json

An expression is read by `hwcalc read`.
Exit codes: 0 all read, 1 some picture could not be read (the others were), 2 wrong usage."""


class Stages(NamedTuple):
    """A picture of one glyph on its way to the machine, uint8 (h, w) each."""

    grey: ByteArray
    blurred: ByteArray
    binary: ByteArray
    normalised: ByteArray
    glyph: ByteArray


def stages(picture: ByteArray) -> Stages:
    """What becomes of a picture of one glyph.

    Parameters
    ----------
    picture : uint8 (h, w) or (h, w, 3), dark on light or light on dark
        Up to 64 pixels it is taken as a set has it; of a larger one the ink is found as in a photograph.

    Raises
    ------
    ReadError
        There is no ink in it.
    """
    grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.uint8)
    if max(grey.shape) <= SMALL:
        (glyph,), _ = turned([grey], np.array(["?"]))
        if int(glyph.max()) - int(glyph.min()) < 32:
            raise ReadError("no ink found: the picture has one grey throughout")
        _, binary = cv2.threshold(glyph, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        return Stages(grey, blurred, np.asarray(binary, np.uint8), as_picture(glyph), glyph)
    ink = ink_from_picture(picture)
    glyph = segment.glyph(ink, segment.Candidate(tuple(range(len(ink.strokes))), ink.box))
    framed = np.pad(glyph, max(glyph.shape) // 5)
    return Stages(grey, blurred, framed, as_picture(framed), glyph)


def picture_of(made: Stages, height: int = 160) -> Image.Image:
    """The stages side by side, each with its name, ink as it is."""
    names = ("grey", "blurred", "binary", "normalised")
    panels = []
    for name in names:
        stage: ByteArray = getattr(made, name)
        size = max(1, round(stage.shape[1] * height / stage.shape[0])), height
        panels.append(Image.fromarray(stage).resize(size, Image.Resampling.NEAREST))
    gap = 12
    width = sum(panel.width for panel in panels) + gap * (len(panels) + 1)
    image = Image.new("L", (width, height + 2 * gap + 22), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    x = gap
    for name, panel in zip(names, panels, strict=True):
        image.paste(panel, (x, gap))
        draw.rectangle((x - 1, gap - 1, x + panel.width, gap + height), outline=160)
        draw.text((x, gap + height + 5), name, 0, font)
        x += panel.width + gap
    return image


def predict(model: GlyphModel, glyph: ByteArray, top: int = 3) -> list[tuple[str, float]]:
    """The most likely labels of a glyph with their probabilities, the best first."""
    probability = model.predict_proba([glyph])[0]
    best = np.argsort(-probability, kind="stable")[:top]
    return [(model.labels[k], float(probability[k])) for k in best]


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc predict`."""
    args = argparse.ArgumentParser(
        prog=NAME,
        description="Tell which symbol each picture shows, with probabilities.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    args.add_argument("files", nargs="+", metavar="IMAGE")
    args.add_argument(
        "--model", default=SHIPPED, help="a model file (default: the one that hwcalc reads with)"
    )
    args.add_argument("--top", type=positive, default=3, help="how many labels are told (3)")
    args.add_argument("--show", type=Path, metavar="STAGES.png", help="write a picture of the stages")
    args.add_argument(
        "--format", choices=("text", "json"), default="text", help="what to print (default: text)"
    )
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc predict` with these arguments; returns the exit code."""
    args = parser()
    options = args.parse_args(argv)
    if options.show and len(options.files) > 1:
        args.error("--show draws the stages of one picture: name one IMAGE")
    return ended(NAME, partial(_run, options))


def _run(options: argparse.Namespace) -> int:
    model = named_model(options.model)
    failures, told = 0, []
    for file in options.files:
        try:
            made = stages(open_picture(file))
        except ReadError as error:
            reason = str(error)
            failures += complain(NAME, reason if reason.startswith(file) else f"{file}: {reason}")
            continue
        best = predict(model, made.glyph, options.top)
        if options.show:
            data = BytesIO()
            picture_of(made).save(data, "PNG")
            write_whole(options.show, data.getvalue())
        if options.format == "text":
            print(f"{file}: " + ", ".join(f"{label} {100 * p:.1f} %" for label, p in best), flush=True)
        told.append({"file": file, "labels": [[label, round(p, 5)] for label, p in best]})
    if options.format == "json":
        print(json.dumps(told, ensure_ascii=False, indent=1))
    return 1 if failures else 0
