"""Where the window keeps its own files, and the slot that one running window holds in there.

A slot is a sheet that comes back after a crash. Each running window holds one by a lock that the system
takes back when the program ends, however it ends.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

SLOTS = 16


def state_folder() -> Path | None:
    """The folder for this user's files, made if missing; None when that is not possible."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    folder = base / "hwcalc"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


class Slot:
    """The file that a running window recovers from; `path` is None when no slot is free."""

    def __init__(self, folder: Path | None) -> None:
        """Take the first slot in `folder` that is free."""
        self.path: Path | None = None
        self._lock: IO[bytes] | None = None
        for number in range(SLOTS if folder is not None else 0):
            assert folder is not None
            if self._take(folder / f"sheet{number}.lock"):
                self.path = folder / f"sheet{number}.hwcalc"
                return

    def free(self) -> None:
        """Give the slot back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take(self, path: Path) -> bool:
        try:
            file = path.open("ab")
        except OSError:
            return False
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass
class Settings:
    """What the window remembers from one start to the next."""

    theme: str = ""  # 'light' or 'dark'; '': as the system says
    size: tuple[int, int] | None = None  # logical units
    history: bool = False
    pen_width: float = 3.0


def load_settings(path: Path) -> Settings:
    """The settings in a file; what is missing or strange there is as at first."""
    settings = Settings()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("theme") in ("light", "dark"):
            settings.theme = told["theme"]
        if told.get("size"):
            width, height = (min(max(int(v), 200), 10_000) for v in told["size"])
            settings.size = (width, height)
        settings.history = told.get("history") is True
        settings.pen_width = min(max(float(told.get("pen_width", 3.0)), 1.0), 12.0)
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    return settings


def dump_settings(settings: Settings) -> bytes:
    """Settings as the bytes of a file."""
    return json.dumps(asdict(settings)).encode("utf-8")
