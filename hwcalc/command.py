"""How every command ends: 0 done, 1 something could not be done and one line says why, 130 stopped by Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .datasets import DatasetError
from .glyphs import ModelError
from .ink import ReadError


def ended(name: str, run: Callable[[], int], stopped: str = "stopped; nothing was written") -> int:
    """The exit code of `run`; what a user can cause is told on standard error, in one line that begins with `name`.

    `stopped` is what to say when the user stops it.
    """
    try:
        return run()
    except (DatasetError, ModelError, ReadError) as error:
        return complain(name, str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        return complain(name, f"{error.filename}: {reason}" if error.filename else reason)
    except MemoryError:
        return complain(name, "there is not enough memory: take fewer glyphs, as with --limit")
    except KeyboardInterrupt:
        print(f"\n{name}: {stopped}", file=sys.stderr)
        return 130


def complain(name: str, reason: str) -> int:
    """Say in one line what went wrong; returns 1."""
    print(f"{name}: {' '.join(reason.split())}", file=sys.stderr, flush=True)
    return 1
