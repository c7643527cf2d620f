"""`python -m hwcalc.gui [FILE]`: opens the window, or says in one line why it cannot."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

NO_TKINTER = (
    "hwcalc: this Python has no tkinter, which the window needs: install python3-tk (Debian, Ubuntu), "
    "python3-tkinter (Fedora) or python-tk (Homebrew); without a window, `hwcalc read FILE` reads a picture"
)
NO_DISPLAY = (
    "hwcalc: there is no display to open a window on ({}); `hwcalc read FILE` reads a picture without one"
)
NO_FONT = (
    "hwcalc: there is no font to write with in a window ({}): install one, such as fonts-dejavu-core (Debian, Ubuntu) "
    "or dejavu-sans-fonts (Fedora); `hwcalc read FILE` reads a picture without a window"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    parser = argparse.ArgumentParser(prog="hwcalc gui", description="Write sums by hand, see the answers.")
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a sheet (.hwcalc), ink (.inkml) or a picture to open",
    )
    options = parser.parse_args(argv)
    try:
        import tkinter as tk
    except ImportError:
        print(NO_TKINTER, file=sys.stderr)
        return 1
    from hwcalc.gui.places import hand_folder, state_folder
    from hwcalc.gui.screen import aware_of_dpi
    from hwcalc.gui.window import Window
    from hwcalc.gui.worker import NAME

    aware_of_dpi()
    try:
        window = Window(folder=state_folder(), hand=hand_folder())
    except tk.TclError as error:
        told = NO_DISPLAY if "display" in str(error) else NO_FONT if "font" in str(error) else None
        if told is None:
            raise
        print(told.format(error), file=sys.stderr)
        return 1
    window.run(options.file)
    if any(thread.name == NAME for thread in threading.enumerate()):
        os._exit(0)  # a page is being read: the end of Python would stop OpenCV's code halfway, which aborts
    return 0


if __name__ == "__main__":
    sys.exit(main())
