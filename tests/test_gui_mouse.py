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


def texts(paper):
    return [i for i in paper.find_withtag("answer") if paper.type(i) == "text"]
