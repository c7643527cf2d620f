"""GlyphFeatures: `features.extract` as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from .features import SIZE, FeatureArray, Glyph, extract


class GlyphFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns glyphs into features, for a `Pipeline` before `SVC` or any other estimator.

    Parameters
    ----------
    pen_scale : float
        Thickness of the pen that draws strokes; 1 is about the line of MNIST.
    n_jobs : int or None
        Threads; None takes all cores for large batches and one for small ones.
    """

    def __init__(self, pen_scale: float = 1.0, n_jobs: int | None = None) -> None:
        self.pen_scale = pen_scale
        self.n_jobs = n_jobs

    def fit(self, X: Sequence[Glyph], y: Any = None) -> GlyphFeatures:
        """Nothing is learned; returns self."""
        return self

    def transform(self, X: Sequence[Glyph]) -> FeatureArray:
        """Features of glyphs, as `features.extract`: float32 (n, SIZE)."""
        return extract(X, pen_scale=self.pen_scale, n_jobs=self.n_jobs)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Names of the features, object (SIZE,)."""
        return np.array([f"glyph{i}" for i in range(SIZE)], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        """Always: nothing is learned."""
        return True
