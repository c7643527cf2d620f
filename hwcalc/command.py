"""What all commands share: numbers in their arguments, and how they end.

They end with 0 when all was done, 1 when something could not be done and one line says why, 2 when the usage was
wrong, 130 when Ctrl-C stopped them.
"""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Callable

from .datasets import DatasetError
from .ink import ReadError
from .model_file import ModelError


def ended(name: str, run: Callable[[], int], stopped: str = "stopped; nothing was written") -> int:
    """The exit code of `run`; what a user can cause is told on standard error, in one line that begins with `name`.

    `stopped` is what to say when the user stops it.
    """
    try:
        return run()
    except (DatasetError, ModelError, ReadError) as error:
        return complain(name, str(error))
    except OSError as error:
        if error.filename is None and error.errno in (errno.EPIPE, errno.ENOSPC):
            raise  # of standard output, which `hwcalc` tells
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


# Types of arguments.


def count(text: str) -> int:
    """A whole number, 0 or more."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return value


def seed(text: str) -> int:
    """A whole number that NumPy's and scikit-learn's generators start from."""
    value = count(text)
    if value >= 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not below 2^32")
    return value


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def above_zero(text: str) -> float:
    """A number above 0 and below infinity."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def share(text: str) -> float:
    """A number between 0 and 1."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share between 0 and 1")
    return value


def jobs(text: str) -> int:
    """A number of threads, -1 for all cores."""
    value = int(text)
    if value == 0:
        raise argparse.ArgumentTypeError("0 threads do no work: give 1 or more, or -1 for all cores")
    return value
