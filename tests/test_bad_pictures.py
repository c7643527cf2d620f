"""The command on pictures of nothing, broken ones and bombs: one line for each, and the others are read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from .test_picture_file import LOCKED, encoded, png_header
from .written import sum_picture

ROOT = Path(__file__).parents[1]
MOST_MEMORY = 1 << 20  # kB


def hwcalc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own, started in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "hwcalc", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def print_out() -> Image.Image:
    page = Image.new("L", (900, 900), 250)
    draw = ImageDraw.Draw(page)
    for i in range(36):
        draw.text(
            (40, 20 + 24 * i), f"line {i} of a page of print, " * 4, fill=10, font=ImageFont.load_default(18)
        )
    return page


@pytest.fixture
def good() -> Image.Image:
    return Image.fromarray(sum_picture("12+45"))


def test_bad_ones(tmp_path: Path, good: Image.Image) -> None:
    png, jpeg = encoded(good, "PNG"), encoded(good, "JPEG")
    noise = np.random.default_rng(0).normal(128, 40, (300, 400)).clip(0, 255).astype(np.uint8)
    y, x = np.indices((1200, 1600))
    bad = {
        "paper.png": (encoded(Image.new("L", (800, 600), 230), "PNG"), "no ink found"),
        "strip.png": (encoded(Image.new("L", (8, 3000), 230), "PNG"), "no ink found"),
        "noise.png": (encoded(Image.fromarray(noise), "PNG"), "no ink found"),
        "print.png": (encoded(print_out(), "PNG"), "too"),
        "weave.png": (encoded(Image.fromarray(((x + y) // 3 % 2 * 200).astype(np.uint8)), "PNG"), "too"),
        "bomb.png": (png_header(30_000, 30_000), "100 megapixels"),
        "cut.png": (png[:-200], "truncated"),
        "cut.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "text.png": (b"1+2\n" * 50, "not a picture"),
        "empty.png": (b"", "empty"),
        "tiny.png": (encoded(Image.new("L", (3, 3)), "PNG"), "too small"),
        "locked.pdf": (LOCKED, "password"),
        "broken.pdf": (b"%PDF-1.4 nothing", "damaged"),
    }
    pytest.importorskip("pypdfium2")
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.png").write_bytes(png)
    done = hwcalc(tmp_path, "read", *bad, "gone.png", "good.png")
    assert done.returncode == 1
    assert done.stdout == "good.png: 12+45 = 57\n"
    lines = done.stderr.splitlines()
    assert len(lines) == len(bad) + 1
    for line, (name, (_, says)) in zip(lines, bad.items(), strict=False):
        assert line.startswith(f"hwcalc: {name}")
        assert says in line
    done = hwcalc(tmp_path, "page", *bad, "good.png")
    assert done.returncode == 1
    assert done.stdout == "good.png:1: 12+45 = 57\n"
    assert len(done.stderr.splitlines()) == len(bad)


def test_unusual_ones(tmp_path: Path, good: Image.Image) -> None:
    grey = np.asarray(good)
    wide = Image.fromarray(grey.astype(np.uint16) * 257)
    files = {
        "sixteen.png": encoded(wide, "PNG"),
        "sixteen.tif": encoded(wide, "TIFF"),
        "cmyk.jpg": encoded(good.convert("CMYK"), "JPEG"),
        "palette.png": encoded(good.convert("P"), "PNG"),
        "alpha.webp": encoded(good.convert("RGBA"), "WEBP"),
        "bilevel.tif": encoded(Image.fromarray(grey > 130), "TIFF", compression="group4"),
        "moving.gif": encoded(good, "GIF", save_all=True, append_images=[Image.fromarray(255 - grey)]),
        "board.bmp": encoded(Image.fromarray(255 - grey), "BMP"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = hwcalc(tmp_path, "read", *files)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{name}: 12+45 = 57" for name in files]


def test_a_picture_of_almost_a_hundred_megapixels(tmp_path: Path, good: Image.Image) -> None:
    resource = pytest.importorskip("resource")
    large = Image.new("RGB", (10_000, 9_900), (235, 235, 230))
    large.paste(good.resize((6000, 1900)).convert("RGB"), (1000, 3000))
    large.save(tmp_path / "large.png", compress_level=1)
    assert hwcalc(tmp_path, "read", "large.png").stdout == "large.png: 12+45 = 57\n"
    unit = 1 if sys.platform != "darwin" else 1024  # Linux counts kB
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit < MOST_MEMORY
