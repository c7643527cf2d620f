"""What the window remembers from one start to the next.

In flows a small JSON file, which anything may have happened to; out flow settings that make sense, and back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

RECENT = 10  # files
PEN = (1.0, 12.0)  # logical units: the thinnest and the thickest
DECIMALS = 15  # the most that can be asked for
PANELS = ("history", "learn")


@dataclass
class Settings:
    """The settings, each with its value at the first start."""

    theme: str = ""  # 'light' or 'dark'; '': as the system says
    size: tuple[int, int] | None = None  # logical units
    place: str = ""  # where the window stands, as Tk tells it: '+x+y'
    maximised: bool = False
    panel: str = ""  # one of PANELS, or none
    pen_width: float = PEN[0] + 2.0
    decimals: int | None = None  # in answers; None: as many as it takes
    fractions: bool = True  # answers as fractions, too
    written: bool = True  # answers in a handwritten look
    keep: bool = False  # corrections are kept to learn from
    known: bool = False  # the window was open before
    recent: list[str] = field(default_factory=list)  # files, the last one first

    def opened(self, path: Path) -> None:
        """Remember a file."""
        name = str(path.resolve())
        self.recent = [name, *(other for other in self.recent if other != name)][:RECENT]


def load_settings(path: Path) -> Settings:
    """The settings in a file; what is missing or strange there is as at first."""
    settings = Settings()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return settings
    for option in fields(Settings):
        if isinstance(told, dict) and option.name in told:
            try:
                setattr(settings, option.name, _CHECKED[option.name](told[option.name]))
            except (ValueError, TypeError, OverflowError):
                continue
    return settings


def dump_settings(settings: Settings) -> bytes:
    """Settings as the bytes of a file."""
    return json.dumps(asdict(settings)).encode("utf-8")


def _one_of(*choices: str) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return checked


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _size(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    width, height = (min(max(int(v), 200), 10_000) for v in value)
    return width, height


def _place(value: Any) -> str:
    if not re.fullmatch(r"([+-]-?\d{1,5}){2}|", value):
        raise ValueError
    return str(value)


_CHECKED: dict[str, Callable[[Any], Any]] = {
    "theme": _one_of("light", "dark", ""),
    "size": _size,
    "place": _place,
    "maximised": _bool,
    "panel": _one_of(*PANELS, ""),
    "pen_width": lambda value: min(max(float(value), PEN[0]), PEN[1]),
    "decimals": lambda value: None if value is None else min(max(int(value), 0), DECIMALS),
    "fractions": _bool,
    "written": _bool,
    "keep": _bool,
    "known": _bool,
    "recent": lambda value: [str(name) for name in list(value)[:RECENT]],
}
