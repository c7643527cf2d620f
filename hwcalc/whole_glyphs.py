"""Components of a picture → which are surely one symbol or letter: these are not cut.

In flow masks of connected components; out flows which of them the classifier knows. Elsewhere the reader
decides, by all the ways to group the pieces: of two symbols that touch few look like a third.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .glyphs import JUNK, default_classifier
from .ink import ByteArray

SURE, LIKELY, NARROW = 0.9, 0.1, 0.82
"""Probability from which on a component is one symbol, and one that is narrower than this share of the height of the
writing, which is rarely two. Of 799 lines drawn as pictures, most of them crowded, about 540 are read at the first look
with any of 0.5, 0.2 and 0.1, and 532 where nothing is surely whole; chalk comes to pieces from 0.5 on."""


def are_whole(masks: Sequence[ByteArray], height: float) -> npt.NDArray[np.bool_]:
    """For each mask, uint8 (h, w) and not 0 where there is ink, whether it is surely one symbol or letter.

    `height` is that of the digits around, in pixels.
    """
    classifier = default_classifier()
    bright = [np.where(mask > 0, np.uint8(255), np.uint8(0)) for mask in masks]
    known = [k for k, label in enumerate(classifier.labels) if label != JUNK]
    likeliest = classifier.log_probability_of_groups(bright)[:, known].max(axis=1)
    narrow = np.array([mask.shape[1] < NARROW * height for mask in masks])
    return np.asarray(likeliest >= np.log(np.where(narrow, LIKELY, SURE)))
