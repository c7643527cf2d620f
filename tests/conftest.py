"""Fixtures of the window's tests: a display of their own, a window with a fake reader, a pen that drags."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hwcalc.ink import Box
from hwcalc.reader import Reading, Symbol, evaluate

try:
    import tkinter as tk
except ImportError:  # then the window has nothing to be tested with
    collect_ignore_glob = ["test_gui_*"]

DEADLINE = 10.0  # seconds after which a condition that never came fails its test


@pytest.fixture(autouse=True)
def _no_user_data(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the user of this machine has downloaded is not there for tests."""
    nowhere = tmp_path_factory.getbasetemp() / "no-user-data"
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **options: nowhere)


@pytest.fixture
def display(_display: str, callbacks_raise: None) -> str:
    """The display of the session; a callback that raises fails the test."""
    return _display


@pytest.fixture(scope="session")
def _display() -> Iterator[str]:
    """A display of its own (Xvfb); without Xvfb the one that is there."""
    if shutil.which("Xvfb") is None:
        if not os.environ.get("DISPLAY"):
            pytest.skip("no display and no Xvfb: install the package xvfb")
        yield os.environ["DISPLAY"]
        return
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = f":{number}"
    yield os.environ["DISPLAY"]
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    server.terminate()
    server.wait()


@pytest.fixture
def callbacks_raise(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tk prints what a callback raises and goes on; here it fails the test."""
    raised: list[BaseException] = []

    def report(self: Any, kind: type[BaseException], value: BaseException, traceback: Any) -> None:
        raised.append(value)

    monkeypatch.setattr(tk.Tk, "report_callback_exception", report)
    yield
    if raised:
        raise raised[0]


def box_of(stroke: np.ndarray) -> Box:
    left, top = stroke[:, :2].min(axis=0)
    right, bottom = stroke[:, :2].max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def reading_of(
    text: str, answer: str, boxes: Sequence[Box] = (), labels: Sequence[str] = (), **changes: Any
) -> Reading:
    """A reading in which every stroke is one symbol."""
    symbols = tuple(
        Symbol(label, box, 0.97, ((label, 0.97), ("7", 0.02), ("4", 0.01)), (i,))
        for i, (label, box) in enumerate(zip(labels, boxes, strict=True))
    )
    around = boxes[0] if boxes else Box(0, 0, 0, 0)
    for box in boxes[1:]:
        around = around.union(box)
    values: dict[str, Any] = {
        "text": text,
        "latex": text,
        "value": Fraction(answer) if answer.isdigit() else None,
        "answer": answer,
        "symbols": symbols,
        "confidence": 0.97,
        "doubtful": False,
        "box": around,
    }
    return Reading(**{**values, **changes})


class FakeReader:
    """Reads n strokes as `1+1+…`: an upright stroke is a 1, a flat one a +, unless it was corrected."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.fixed: dict[frozenset[int], str] = {}
        self.changes: dict[str, Any] = {}
        self.error: Exception | None = None
        self.wait: Callable[[], object] = lambda: None
        self.evaluate: Callable[[str], Reading] = evaluate
        self.read: Callable[..., Reading] | None = None

    def __call__(self, strokes: Sequence[np.ndarray], fixed: Mapping[frozenset[int], str]) -> Reading:
        self.calls.append(len(strokes))
        self.wait()
        if self.error is not None:
            raise self.error
        if self.read is not None:
            return self.read(strokes, fixed)
        boxes = [box_of(s) for s in strokes]
        labels = ["1" if b.height > b.width else "+" for b in boxes]
        self.fixed = dict(fixed)
        for parts, label in fixed.items():
            if label:
                (part,) = parts
                labels[part] = label
        text = "".join(labels)
        numbers = text.split("+")
        answer = str(sum(map(int, numbers))) if all(numbers) and len(numbers) > 1 else ""
        told: dict[str, Any] = {"answer": answer, "boxes": boxes, "labels": labels, **self.changes}
        return reading_of(text, **told)


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


def shown(window: Any) -> Any:
    """A window of 900 by 600 in the corner of the screen, its paper with the focus."""
    window.root.geometry("900x600+0+0")
    window.root.update()
    window.paper.focus_force()
    window.root.update()
    return window


@pytest.fixture
def window(display: str, reader: FakeReader, tmp_path: Any) -> Iterator[Any]:
    """A window on an empty sheet with the fake reader, in the light palette at 100 %, its answers in type."""
    from hwcalc.gui.engine import Engine
    from hwcalc.gui.theme import LIGHT
    from hwcalc.gui.window import Window

    engine = Engine(read_ink=reader, evaluate=lambda text: reader.evaluate(text), warm_up=lambda: None)
    window = Window(engine, palette=LIGHT, scale=1.0)
    window.settings.written = False
    yield shown(window)
    window.close()


@pytest.fixture
def until() -> Callable[[Any, Callable[[], object]], None]:
    """`until(window, condition)`: let the window live until the condition holds."""
    return wait_until


def wait_until(window: Any, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        window.root.update()
        time.sleep(0.002)


@pytest.fixture
def settle() -> Callable[[Any], None]:
    """`settle(window)`: let the window live until nothing is left to read."""

    def settle(window: Any) -> None:
        window.root.update()
        workers = window.worker, window.pictures_worker, window.files_worker
        wait_until(window, lambda: not any(worker.busy for worker in workers))
        window.root.update()

    return settle


@pytest.fixture
def drag(settle: Callable[[Any], None]) -> Callable[..., None]:
    """`drag(window, points)`: press, move and release on the paper, points in its pixels; then settle."""

    def drag(window: Any, points: Sequence[tuple[float, float]], wait: bool = True) -> None:
        paper = window.paper
        (x0, y0), (x1, y1) = points[0], points[-1]
        paper.event_generate("<ButtonPress-1>", x=x0, y=y0)
        for x, y in points[1:]:
            paper.event_generate("<B1-Motion>", x=x, y=y)
        paper.event_generate("<ButtonRelease-1>", x=x1, y=y1)
        if wait:
            settle(window)

    return drag


@pytest.fixture
def write(drag: Callable[..., None], settle: Callable[[Any], None]) -> Callable[..., None]:
    """`write(window, "1+1", left, top)`: strokes that the fake reader reads so, 50 pixels high."""

    def write(window: Any, text: str, left: int = 100, top: int = 100) -> None:
        for i, label in enumerate(text):
            x = left + 40 * i
            if label == "1":
                drag(window, [(x, top), (x + 1, top + 25), (x, top + 50)], wait=False)
            else:
                drag(window, [(x - 10, top + 25), (x, top + 24), (x + 12, top + 25)], wait=False)
        settle(window)

    return write
