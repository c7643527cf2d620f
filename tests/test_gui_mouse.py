"""The real mouse, moved by the system at the speed of a hand, draws what the reader then gets."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("xdotool") is None or sys.platform != "linux", reason="needs the package xdotool"
)

STEP = 0.005  # seconds between two points, as a fast mouse reports them


def arc(left, top):
    """A bow of 52 whole pixels, each a little away from the last."""
    angles = np.linspace(0.3, 5.5, 52)
    return [(round(left + 60 + 60 * np.cos(a)), round(top + 45 + 45 * np.sin(a))) for a in angles]


def script(strokes, origin):
    """Commands for xdotool that draw strokes; given to one process, so that the pace is its own."""
    lines = []
    for points in strokes:
        moves = [f"mousemove {x + origin[0]} {y + origin[1]}\nsleep {STEP}" for x, y in points]
        lines += [moves[0], "mousedown 1", f"sleep {STEP}", *moves[1:], "mouseup 1", "sleep 0.02"]
    return "\n".join(lines) + "\n"


def test_no_point_of_the_real_mouse_is_lost_and_the_answer_appears(window, until):
    written = [arc(60, 60), [(225, 105), (235, 105), (250, 105)], arc(270, 60)]
    paper = window.paper
    origin = paper.winfo_rootx(), paper.winfo_rooty()
    mouse = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE)
    assert mouse.stdin is not None
    mouse.stdin.write(script(written, origin).encode())
    mouse.stdin.close()
    until(window, lambda: mouse.poll() is not None and len(window.sheet.strokes()) == 3)
    until(window, lambda: window.live.lines and not window.worker.busy)
    for stroke, points in zip(window.sheet.strokes().values(), written, strict=True):
        kept = {(round(x), round(y)) for x, y, _ in stroke.points.tolist()}
        assert len(kept & set(points)) >= 0.99 * len(set(points)) - 1
        assert np.all(np.diff(stroke.points[:, 2]) >= 0)
    assert mouse.returncode == 0
    assert [len(line.parts) for line in window.live.lines] == [3]
