"""A monkey at the window: whatever is pressed in whatever order, nothing raises and nothing is lost."""

from __future__ import annotations

import random

import pytest

from hwcalc.gui import files

CONTROL = [*"zzyZcCvadthlgGjkKUr0", "equal", "minus"]
PLAIN = [
    "Delete",
    "Escape",
    "e",
    "s",
    "p",
    "bracketleft",
    "bracketright",
    "F2",
    "F3",
    "F6",
    "F7",
    "F8",
    "1",
    "7",
    "plus",
    "Down",
    "Up",
    "Return",
    "Tab",
    "Left",
    "Prior",
    "Next",
]
KEYS = [f"<Control-Key-{key}>" for key in CONTROL] + [f"<Key-{key}>" for key in PLAIN]


def drag(window, rng):
    paper = window.paper
    x, y = rng.randrange(20, 860), rng.randrange(20, 480)
    paper.event_generate("<ButtonPress-1>", x=x, y=y)
    for _ in range(rng.randrange(6)):
        x, y = x + rng.randrange(-40, 60), y + rng.randrange(-40, 60)
        paper.event_generate("<B1-Motion>", x=x, y=y)
        if rng.random() < 0.1:
            window.root.event_generate(rng.choice(KEYS))
    paper.event_generate("<ButtonRelease-1>", x=x, y=y)


def type_line(window, rng):
    window.field.type(rng.choice(["a = 12", "2a+1", "ans/7", "b = ans", "1+", "q", "√2", "1=1", "-3"]))
    window.field.entry.event_generate("<Return>")


def zigzag(window, rng):
    x, y = rng.randrange(20, 700), rng.randrange(20, 400)
    window.paper.event_generate("<ButtonPress-1>", x=x, y=y)
    for sweep in range(14):
        for step in range(1, 5):
            across = 15 * step if sweep % 2 == 0 else 60 - 15 * step
            window.paper.event_generate("<B1-Motion>", x=x + across, y=y + 4 * sweep)
    window.paper.event_generate("<ButtonRelease-1>", x=x, y=y + 56)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_raises(window, reader, settle, seed):
    rng = random.Random(seed)
    reader.changes = {"doubtful": True}
    for step in range(250):
        deed = rng.random()
        if deed < 0.04:
            zigzag(window, rng)
        elif deed < 0.5:
            drag(window, rng)
        elif deed < 0.85:
            focus = window.root.focus_get() or window.root
            focus.event_generate(rng.choice(KEYS))
        elif deed < 0.9:
            window.paper.event_generate("<Button-3>", x=rng.randrange(900), y=rng.randrange(500))
        elif deed < 0.92:
            type_line(window, rng)
        elif deed < 0.94:
            window.paper.event_generate(rng.choice(["<Button-4>", "<Button-5>"]), x=5, y=5)
        elif deed < 0.96:
            window.root.geometry(f"{rng.randrange(480, 1200)}x{rng.randrange(360, 900)}")
        else:
            settle(window)
        if step % 10 == 0:
            window.root.update()
    settle(window)
    assert window.sheet.undoes
    text = files.dumps(window.sheet.items)
    assert files.dumps(files.loads(text)) == text
    for correction in window.sheet.corrections().values():
        assert correction.parts <= window.sheet.strokes().keys()
    undone = 0
    while window.sheet.undo():
        undone += 1
    settle(window)
    assert window.sheet.items == {}
    assert window.paper.find_withtag("ink") == ()
    for _ in range(undone):
        window.sheet.redo()
    assert files.dumps(window.sheet.items) == text
