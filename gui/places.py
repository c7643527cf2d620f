"""Where the window keeps its own files, and the slot that one running window holds in there.

A slot is a sheet that comes back after a crash. Each running window holds one by a lock that the system
takes back when the program ends, however it ends.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

SLOTS = 16


def state_folder() -> Path:
    """The folder for this user's files, made if missing and if that is possible."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    folder = base / "hwcalc"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def hand_folder() -> Path:
    """The folder for what this user's hand taught; it is made when there is something to keep."""
    import platformdirs

    return platformdirs.user_data_path("hwcalc", appauthor=False) / "hand"


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
