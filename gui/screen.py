"""How large things are on this screen: one scale for fonts, icons, ink and spaces.

In flows what the system says of its screen; out flow pixels per logical unit (1 unit = 1/96 inch at
100 %) and the fonts of the window in pixels, so that everything grows together.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tkinter as tk
from tkinter import font as tkfont

EM = 13  # logical units of the window's text, the size that desktops use at 96 dpi


def aware_of_dpi() -> None:
    """Tell Windows, before the first window, that this program scales itself: else it is blown up blurred."""
    if sys.platform != "win32":
        return
    import ctypes

    try:
        ctypes.windll.shcore.SetProcessDpiAwareness(1)
    except (AttributeError, OSError):  # Windows 7 has another call
        ctypes.windll.user32.SetProcessDPIAware()


def _desktop_dpi() -> float:
    """The dpi that an X11 desktop asks programs for (Tk 8.6 does not look), 0 when it asks for none."""
    if not shutil.which("xrdb"):
        return 0.0
    try:
        told = subprocess.run(["xrdb", "-query"], capture_output=True, text=True, timeout=1, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0.0
    for line in told.stdout.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Xft.dpi":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 0.0


def scale_of(root: tk.Misc) -> float:
    """Pixels per logical unit on the screen of `root`; `HWCALC_SCALE` in the environment overrides it."""
    told = os.environ.get("HWCALC_SCALE", "")
    try:
        if told:
            return min(max(float(told), 0.5), 4.0)
    except ValueError:
        pass
    if root.tk.call("tk", "windowingsystem") == "aqua":
        return 1.0  # there the system scales
    dpi = root.winfo_fpixels("1i")
    if sys.platform != "win32":
        dpi = max(dpi, _desktop_dpi())
    # Below 100 % nothing is gained; steps of 1/8 keep lines and icons on whole pixels.
    return min(max(round(dpi / 96 * 8) / 8, 1.0), 4.0)


class Screen:
    """The scale of a window and its fonts: `ui`, `small`, `strong`, in pixels for that scale."""

    def __init__(self, root: tk.Misc, scale: float | None = None) -> None:
        """Set up the scale and the fonts of `root`."""
        self.scale = scale_of(root) if scale is None else scale
        self._root = root
        self._fonts: dict[tuple[float, bool], tkfont.Font] = {}
        root.tk.call("tk", "scaling", self.scale * 96 / 72)
        for name in ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont", "TkTooltipFont"):
            tkfont.nametofont(name, root).configure(size=-self.px(EM))
        self.family: str = tkfont.nametofont("TkDefaultFont", root).actual("family")
        self.ui = self.font(EM)
        self.small = self.font(EM * 0.9)
        self.strong = self.font(EM, bold=True)

    def px(self, units: float) -> int:
        """Whole pixels for a length in logical units, at least 1 for any length above 0."""
        return max(round(units * self.scale), 1) if units > 0 else 0

    def font(self, units: float, bold: bool = False) -> tkfont.Font:
        """The system's font at a height in logical units. It is kept: Tk drops a font that nobody holds."""
        if (units, bold) not in self._fonts:
            self._fonts[units, bold] = tkfont.Font(
                self._root, family=self.family, size=-self.px(units), weight="bold" if bold else "normal"
            )
        return self._fonts[units, bold]
