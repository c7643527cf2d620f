"""The real mouse, moved by the system at the speed of a hand, draws what the reader then gets."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hwcalc
from hwcalc.gui.engine import Engine
from hwcalc.gui.telling import shown_answer
from hwcalc.handwriting import Hand
from hwcalc.written_lines import write_line

pytestmark = pytest.mark.skipif(
    shutil.which("xdotool") is None or sys.platform != "linux", reason="needs the package xdotool"
)

STEP = 0.008  # seconds between two points, as most mice report them


def arc(left, top):
    """A bow of 52 whole pixels, each a little away from the last."""
    angles = np.linspace(0.3, 5.5, 52)
    return [(round(left + 38 + 38 * np.cos(a)), round(top + 45 + 45 * np.sin(a))) for a in angles]


def script(strokes, origin):
    """Commands for xdotool that draw strokes; given to one process, so that the pace is its own."""
    lines = []
    for points in strokes:
        moves = [f"mousemove {x + origin[0]} {y + origin[1]}\nsleep {STEP}" for x, y in points]
        lines += [moves[0], "mousedown 1", f"sleep {STEP}", *moves[1:], "mouseup 1", "sleep 0.02"]
    return "\n".join(lines) + "\n"


def kept(window, until, written) -> float:
    """The share of the points that came in when the system's mouse writes strokes on an empty sheet."""
    window.clear()
    origin = window.paper.winfo_rootx(), window.paper.winfo_rooty()
    mouse = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE)
    assert mouse.stdin is not None
    mouse.stdin.write(script(written, origin).encode())
    mouse.stdin.close()
    until(window, lambda: mouse.poll() is not None and len(window.sheet.strokes()) == len(written))
    assert mouse.returncode == 0
    came = 0
    for stroke, points in zip(window.sheet.strokes().values(), written, strict=True):
        assert np.all(np.diff(stroke.points[:, 2]) >= 0)
        came += len({(round(x), round(y)) for x, y, _ in stroke.points.tolist()} & set(points))
    return came / sum(len(set(points)) for points in written)


def test_no_point_of_the_real_mouse_is_lost_and_the_answer_appears(window, until):
    written = [arc(60, 60), [(225, 105), (235, 105), (250, 105)], arc(270, 60)]
    # A busy machine swallows points before they come here: the best of a few tries counts.
    assert any(kept(window, until, written) >= 0.99 for _ in range(4))
    until(window, lambda: window.live.lines and not window.worker.busy)
    assert [len(line.parts) for line in window.live.lines] == [3]
    assert any(window.paper.itemcget(i, "text") == "= 2" for i in texts(window.paper))


def pen_line():
    """The strokes of a line as a pen reported them: a stranger's where there are any, else the synthetic hand's."""
    real = Path(os.environ.get("HWCALC_EVAL", "/nowhere")) / "ink.jsonl.gz"
    if real.is_file():
        with gzip.open(real, "rt", encoding="utf-8") as rows:
            told = next(row for row in map(json.loads, rows) if 5 <= len(row["strokes"]) <= 8)
        strokes = [np.array(stroke, dtype=np.float64)[:, :2] for stroke in told["strokes"]]
    else:
        strokes, _ = write_line(Hand(5), "12+34", late=0.0)
    everything = np.concatenate(strokes)
    low, extent = everything.min(axis=0), np.ptp(everything, axis=0)
    factor = min(700 / extent[0], 220 / extent[1])
    whole = [np.round((stroke - low) * factor + (60, 60)).astype(int) for stroke in strokes]
    # The system reports no move to where the mouse is already
    moved = [s[np.concatenate([[True], np.any(np.diff(s, axis=0) != 0, axis=1)])] for s in whole]
    return [[(int(x), int(y)) for x, y in stroke] for stroke in moved]


def test_a_line_written_at_the_speed_of_a_pen_keeps_its_points_and_is_read(window, until, monkeypatch):
    monkeypatch.setattr(window.live, "_engine", Engine())
    written = pen_line()
    assert any(kept(window, until, written) >= 0.99 for _ in range(4))
    until(window, lambda: window.live.lines and not window.worker.busy)
    expected = hwcalc.read_ink([stroke.points for stroke in window.sheet.strokes().values()])
    (line,) = window.live.lines
    assert (line.reading.text, line.reading.answer) == (expected.text, expected.answer)
    answer = shown_answer(expected)
    shown = "".join(window.paper.itemcget(i, "text") for i in texts(window.paper))
    for part in answer.replace("-", "−").replace("/", " ").split():
        assert part in shown


def texts(paper):
    return [i for i in paper.find_withtag("answer") if paper.type(i) == "text"]
