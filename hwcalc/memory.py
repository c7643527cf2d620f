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
        glyphs = {c.written: c for c in candidates}  # with and without accidents around them they look alike
        if ink.pen_width is not None:
            rows = classifier.log_probability_of_groups([segment.glyph(ink, c) for c in glyphs.values()])
            place = {written: i for i, written in enumerate(glyphs)}
            return rows[[place[c.written] for c in candidates]]
        own = [stroke.points.tobytes() for stroke in ink.strokes]
        keys = {written: tuple(own[i] for i in written) for written in glyphs}
        with self._lock:
            if classifier is not self._classifier:
                self._classifier, self._known = classifier, {}
            known = self._known
            new = [written for written, key in keys.items() if key not in known]
            if new:
                found = classifier.log_probability_of_groups([segment.glyph(ink, glyphs[w]) for w in new])
                known.update((keys[written], row) for written, row in zip(new, found, strict=True))
            out = np.stack([known[keys[c.written]] for c in candidates])
            while len(known) > MOST:
                del known[next(iter(known))]
        return out
