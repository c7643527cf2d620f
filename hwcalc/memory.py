"""What the classifier said of groups of strokes, kept from one reading to the next.

In flow candidates; out flow log-probabilities of their labels. While somebody writes, every reading has one
stroke more than the last: only the groups that the new stroke touches need to be looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from . import segment
from .features import FeatureArray
from .glyphs import GlyphClassifier
from .ink import Ink
from .segment import Candidate

MOST = 8192
"""Groups that are remembered, the newest ones: a page full of writing, and less than 10 MB."""


class Memory:
    """Log-probabilities by the points of the strokes; for pieces of a picture nothing is kept."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, ...], FeatureArray] = {}
        self._classifier: GlyphClassifier | None = None
        self._lock = threading.Lock()

    def log_probability(
        self, classifier: GlyphClassifier, ink: Ink, candidates: Sequence[Candidate]
    ) -> FeatureArray:
        """Natural logarithm of each label's probability, float32 (n, K), for n candidates of an ink."""
        if ink.pen_width is not None:
            return classifier.log_probability_of_groups([segment.glyph(ink, c) for c in candidates])
        own = [stroke.points.tobytes() for stroke in ink.strokes]
        keys = [tuple(own[i] for i in c.written) for c in candidates]
        with self._lock:
            if classifier is not self._classifier:
                self._classifier, self._known = classifier, {}
            known = self._known
            new = [i for i, key in enumerate(keys) if key not in known]
            if new:
                found = classifier.log_probability_of_groups([segment.glyph(ink, candidates[i]) for i in new])
                known.update((keys[i], row) for i, row in zip(new, found, strict=True))
            out = np.stack([known[key] for key in keys])
            while len(known) > MOST:
                del known[next(iter(known))]
        return out
