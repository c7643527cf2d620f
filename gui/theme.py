"""The colours of the window, light and dark, for the paper, the ink and every ttk widget."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from tkinter import ttk
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwcalc.gui.screen import Screen


@dataclass(frozen=True)
class Palette:
    """Colours as #rrggbb."""

    name: str
    paper: str
    rule: str
    ink: str
    answer: str
    quiet: str  # what was read, hints: small text on paper
    doubt: str
    bar: str
    edge: str
    text: str
    faint: str  # disabled
    hover: str
    pressed: str
    chosen: str
    select: str


LIGHT = Palette(
    name="light",
    paper="#fdfdfb",
    rule="#e6ecf2",
    ink="#1d2733",
    answer="#1769aa",
    quiet="#6b7785",
    doubt="#b26a00",
    bar="#f4f5f3",
    edge="#dcdfe0",
    text="#2b3540",
    faint="#b4bbc2",
    hover="#e7eaec",
    pressed="#d9dee2",
    chosen="#dbe8f4",
    select="#1769aa",
)

DARK = Palette(
    name="dark",
    paper="#16191d",
    rule="#262c33",
    ink="#e8eaed",
    answer="#7fb8ee",
    quiet="#96a1ad",
    doubt="#e8a33d",
    bar="#1e2227",
    edge="#30363d",
    text="#d5dae0",
    faint="#545c65",
    hover="#2b3138",
    pressed="#363d45",
    chosen="#24384b",
    select="#7fb8ee",
)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of it replaced by `other`."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def system_palette() -> Palette:
    """The palette the desktop asks for, light where it does not say."""
    return DARK if _system_is_dark() else LIGHT


def _system_is_dark() -> bool:
    if sys.platform == "win32":
        import winreg

        key = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                return winreg.QueryValueEx(opened, "AppsUseLightTheme")[0] == 0
        except OSError:
            return False
    if sys.platform == "darwin":
        return "dark" in _output(["defaults", "read", "-g", "AppleInterfaceStyle"])
    if "dark" in os.environ.get("GTK_THEME", "").lower():
        return True
    if not os.environ.get("XDG_CURRENT_DESKTOP"):
        return False
    return "dark" in _output(["gsettings", "get", "org.gnome.desktop.interface", "color-scheme"])


def _output(command: list[str]) -> str:
    import subprocess

    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=1, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.lower()


def style(master: ttk.Widget | None, palette: Palette, screen: Screen) -> None:
    """Dress every ttk widget of the window in `palette`."""
    px, p = screen.px, palette
    s = ttk.Style(master)
    if "clam" in s.theme_names():
        s.theme_use("clam")
    s.configure(
        ".",
        background=p.bar,
        foreground=p.text,
        bordercolor=p.edge,
        lightcolor=p.bar,
        darkcolor=p.bar,
        troughcolor=p.bar,
        focuscolor=p.select,
        insertcolor=p.text,
        font="TkDefaultFont",
    )
    s.configure("Bar.TFrame", background=p.bar)
    s.configure("Edge.TFrame", background=p.edge)
    s.configure("Focus.TFrame", background=p.select)
    s.configure("Paper.TFrame", background=p.paper)
    back = [("disabled", p.bar), ("selected", p.chosen), ("pressed", p.pressed), ("active", p.hover)]
    s.configure(
        "Bar.TButton",
        padding=px(3),
        relief="raised",
        anchor="center",
        background=p.bar,
        lightcolor=p.bar,
        darkcolor=p.bar,
        bordercolor=p.bar,
    )
    s.map(
        "Bar.TButton",
        background=back,
        lightcolor=back,
        darkcolor=back,
        bordercolor=[("focus", p.select), *back],
        focuscolor=[*back, ("", p.bar)],  # the border tells of the focus
        relief=[("pressed", "raised")],
    )
    s.configure("TButton", padding=(px(10), px(4)), background=p.hover, bordercolor=p.edge, relief="flat")
    s.map("TButton", background=[("disabled", p.bar), ("pressed", p.pressed), ("active", p.pressed)])
    s.map("TButton", foreground=[("disabled", p.faint)], bordercolor=[("focus", p.select)])
    s.configure("Main.TButton", background=p.answer, foreground=p.paper)
    s.map("Main.TButton", background=[("disabled", p.bar), ("active", mixed(p.answer, p.text, 0.15))])
    s.configure("TCheckbutton", background=p.bar, indicatorbackground=p.paper, indicatorforeground=p.answer)
    s.configure("TCheckbutton", indicatorsize=px(13), indicatormargin=px(4), upperbordercolor=p.faint)
    s.map("TCheckbutton", background=[("active", p.bar)], indicatorbackground=[("pressed", p.hover)])
    s.configure(
        "TProgressbar", background=p.answer, troughcolor=p.hover, thickness=px(6), bordercolor=p.hover
    )
    s.configure("TProgressbar", lightcolor=p.answer, darkcolor=p.answer)
    s.configure("TLabel", background=p.bar, foreground=p.text)
    s.configure("Status.TLabel", background=p.bar, foreground=p.quiet)
    s.configure("Error.TLabel", background=p.bar, foreground=p.doubt)
    s.configure("Answer.TLabel", background=p.bar, foreground=p.answer, font=screen.strong)
    s.configure(
        "TEntry",
        fieldbackground=p.paper,
        foreground=p.text,
        padding=px(4),
        selectbackground=p.select,
        selectforeground=p.paper,
    )
    s.map("TEntry", bordercolor=[("focus", p.select)], lightcolor=[("", p.paper)])
    for orient, side in (("Vertical", "ns"), ("Horizontal", "ew")):
        name = f"{orient}.TScrollbar"
        thumb = (f"{orient}.Scrollbar.thumb", {"sticky": "nswe", "expand": True})
        layout: Any = [(f"{orient}.Scrollbar.trough", {"sticky": side, "children": [thumb]})]
        s.layout(name, layout)  # without the arrows
        s.configure(
            name,
            background=p.edge,
            troughcolor=p.paper,
            bordercolor=p.paper,
            lightcolor=p.edge,
            darkcolor=p.edge,
            gripcount=0,
            arrowsize=px(9),
            relief="flat",
        )
        grey = [("active", p.faint)]
        s.map(name, background=grey, lightcolor=grey, darkcolor=grey)
