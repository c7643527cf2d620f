"""Bright ink on black or dark ink on white: found, and turned to bright on black.

In flow pictures of glyphs, uint8; out flow the same with bright ink, and a line that says what was found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Pictures = Sequence[npt.NDArray[np.uint8]]

ASKED = 200
"""Pictures of a label that are looked at, or a few more."""

SURE = 0.9
"""Share of a label's glyphs that must agree for the label to go its own way."""


def turned(pictures: Pictures, labels: npt.NDArray[np.str_]) -> tuple[list[npt.NDArray[np.uint8]], str]:
    """The pictures with bright ink on black, and what they had.

    The corners of a glyph are paper, so all pictures of a label are asked for theirs; a table may hold digits of
    one kind and symbols of the other. Where a label is not sure, as for dots that fill their frame, it follows
    the majority.
    """
    votes = {}
    for label in np.unique(labels):
        here = np.flatnonzero(labels == label)
        asked = here[:: max(1, len(here) // ASKED)]
        votes[str(label)] = np.array([_vote(pictures[i]) for i in asked])
    told = np.concatenate([np.empty(0), *votes.values()])
    told = told[~np.isnan(told)]
    majority = bool(len(told) and told.mean() > 0.5)
    dark = {label: _dark(votes[label], majority) for label in votes}
    done = [
        255 - picture if dark[str(label)] else picture
        for picture, label in zip(pictures, labels, strict=True)
    ]
    of_dark = [label for label in dark if dark[label]]
    if not of_dark:
        return done, "bright ink on black"
    if len(of_dark) == len(dark):
        return done, "dark ink on white, turned to bright on black"
    return done, f"mixed: dark ink on white for {' '.join(of_dark)}, turned; bright on black for the others"


def _vote(picture: npt.NDArray[np.uint8]) -> float:
    """1 for bright paper, 0 for dark paper, nan where there is no telling paper from ink."""
    low, high = float(picture.min()), float(picture.max())
    if high - low < 64:
        return float("nan")
    middle = (low + high) / 2
    bright = float(np.mean(picture > middle))
    if not 0.02 < bright < 0.98:
        return float(bright > 0.5)
    return float(np.mean(picture[[0, 0, -1, -1], [0, -1, 0, -1]] > middle) > 0.5)


def _dark(votes: npt.NDArray[np.float64], majority: bool) -> bool:
    """Whether a label's ink is dark."""
    told = votes[~np.isnan(votes)]
    share = float(told.mean()) if len(told) else float(majority)
    return majority if 1 - SURE < share < SURE else share > 0.5
