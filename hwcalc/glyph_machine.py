"""One support vector machine with honest probabilities: features → log-probabilities, and its arrays in a model file.

In flow features of glyphs; out flow scores or log-probabilities of its labels. A `glyphs.GlyphClassifier` is one for
the shapes of glyphs and may hold another for the paths of the pen.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _probability, _svm
from .features import FeatureArray, halved
from .model_file import Arrays
from .sketch import Sketch, sketch


class Coded(NamedTuple):
    """Support vectors as a machine holds them: step * rows + offset, a byte for each number."""

    rows: npt.NDArray[np.uint8]
    """(s, d)"""

    step: FeatureArray
    """(d,): powers of two"""

    offset: FeatureArray
    """(d,)"""

    @property
    def values(self) -> FeatureArray:
        """What the rows stand for, float32 (s, d)."""
        return self.rows * self.step + self.offset


class GlyphMachine:
    """A trained machine and its temperature.

    Parameters
    ----------
    labels : str of length K
        One character for each class, sorted.
    vectors : float32 (s, d) or Coded
        Support vectors, those of the first class first. They are rounded to a byte for each number.
    counts : int (K,)
        Support vectors of each class.
    dual_coef : float32 or float16 (K - 1, s)
        Dual coefficients in the one-vs-one layout of LIBSVM.
    intercept : float32 (K (K - 1) / 2,)
    gamma : float
        Of the kernel exp(-gamma |x - y|²).
    temperature : float
        What the scores are divided by before the softmax.
    projection : float32 (e, d), optional
        What features are multiplied with before the machine sees them: `whitening.whitening`.
    sketch : Sketch, optional
        With it a sample is decided several times as fast: see `_svm.ByteMachine`. `stored` makes one.
    """

    def __init__(
        self,
        labels: str,
        vectors: FeatureArray | Coded,
        counts: npt.NDArray[np.integer],
        dual_coef: FeatureArray,
        intercept: FeatureArray,
        gamma: float,
        temperature: float = 1.0,
        projection: FeatureArray | None = None,
        sketch: Sketch | None = None,
    ) -> None:
        self.labels = labels
        self.coded = vectors if isinstance(vectors, Coded) else coded(vectors)
        self.counts = np.asarray(counts, np.int64)
        self.dual_coef = dual_coef
        self.intercept = intercept
        self.gamma = gamma
        self.temperature = temperature
        self.projection = projection
        self.sketch = sketch

    @property
    def vectors(self) -> FeatureArray:
        """The support vectors, float32 (s, d)."""
        return self.coded.values

    @cached_property
    def _plain(self) -> _svm.Machine:
        """It computes every margin."""
        return _svm.Machine(self.vectors, self.counts, self.dual_coef, self.intercept, "rbf", self.gamma)

    @cached_property
    def _quick(self) -> _svm.ByteMachine | None:
        """It computes those that matter. Built when needed: who shows pictures needs none for the paths of the pen."""
        if self.sketch is None:
            return None
        arrays = self.counts, self.dual_coef, self.intercept
        return _svm.ByteMachine(
            *self.coded,
            *arrays,
            self.gamma,
            reach=self.temperature,
            projection=self.projection,
            **self.sketch._asdict(),
        )

    def view(self, X: FeatureArray) -> FeatureArray:
        """What the support vectors are compared with of features (n, e): float32 (n, d)."""
        return X if self.projection is None else projected(X, self.projection)

    def scores(self, X: FeatureArray) -> FeatureArray:
        """Class scores from the pairs' margins: float32 (n, K), for features (n, e)."""
        own = self._quick.scores(X) if self._quick else self._plain.scores(self.view(X))
        return np.asarray(own, np.float32)

    def log_probability(self, X: FeatureArray) -> FeatureArray:
        """Natural logarithm of each class's probability, float32 (n, K), for features (n, e)."""
        return _probability.log_softmax(self.scores(X), self.temperature)

    def log_probability_beside(
        self, other: GlyphMachine, X: FeatureArray, Y: FeatureArray, share: float
    ) -> tuple[FeatureArray, FeatureArray]:
        """`log_probability` of X (n, e), and that of another machine of what it is told of the same samples, Y (n, f).

        As precise as it takes where the two are averaged, with `share` of the other one's.
        """
        if self.labels != other.labels or self._quick is None or other._quick is None:
            return self.log_probability(X), other.log_probability(Y)
        own, theirs = _svm.scores_of_both(self._quick, other._quick, X, Y, share)
        return _probability.log_softmax(own, self.temperature), _probability.log_softmax(
            theirs, other.temperature
        )

    def stored(self) -> tuple[dict[str, Any], Arrays]:
        """Description and arrays for a model file, a byte for each number of a vector."""
        self.sketch = self.sketch or sketch(self.vectors, self.counts, self.gamma, self._plain.decide)
        arrays: Arrays = {
            "vectors": self.coded.rows,
            "scale": self.coded.step,
            "offset": self.coded.offset,
            "counts": self.counts.astype(np.int32),
            "dual_coef": _rounded(self.dual_coef),
            "intercept": self.intercept.astype(np.float32),
        }
        if self.projection is not None:
            arrays[PROJECTION] = self.projection.astype(np.float32)
        if self.sketch is not None:
            arrays |= {SKETCH + name: array for name, array in self.sketch._asdict().items()}
        return {"labels": self.labels, "gamma": self.gamma, "temperature": self.temperature}, arrays


def learnt(fitted: Any) -> dict[str, Any]:
    """The parameters of a `GlyphMachine` that a fitted `SVC` holds: all but gamma and the temperature."""
    dual_coef, intercept = fitted._of_pairs()
    return {
        "labels": "".join(fitted.classes_),
        "vectors": fitted.support_vectors_,
        "counts": fitted.n_support_,
        "dual_coef": np.asarray(dual_coef, np.float32),
        "intercept": np.asarray(intercept, np.float32),
    }


def projected(X: FeatureArray, projection: FeatureArray) -> FeatureArray:
    """Features (n, e) multiplied with a matrix (e, d): float32 (n, d)."""
    return halved(X @ projection)


def restored(about: dict[str, Any], arrays: Arrays) -> dict[str, Any]:
    """The parameters of a `GlyphMachine`, from what `stored` gave and `consistent` found whole."""
    return {
        "labels": about["labels"],
        "vectors": Coded(arrays["vectors"], arrays["scale"], arrays["offset"]),
        "counts": arrays["counts"],
        "dual_coef": arrays["dual_coef"],
        "intercept": arrays["intercept"],
        "gamma": float(about["gamma"]),
        "temperature": float(about["temperature"]),
        "projection": arrays.get(PROJECTION),
        "sketch": Sketch(*(arrays[SKETCH + name] for name in Sketch._fields)) if _sketched(arrays) else None,
    }


FIELDS = {
    "vectors": (np.uint8, 2),
    "scale": (np.float32, 1),
    "offset": (np.float32, 1),
    "counts": (np.int32, 1),
    "dual_coef": (np.float16, 2),
    "intercept": (np.float32, 1),
}
"""Types and ranks of the arrays that every stored machine has."""

PROJECTION = "projection"
"""The array that one on whitened features has too."""

SKETCH = "sketch_"
"""Begins the names of the arrays of a sketch, which a large machine has."""


def optional_fields() -> frozenset[str]:
    """Names of the arrays that a stored machine may have."""
    return frozenset((PROJECTION, *(SKETCH + name for name in Sketch._fields)))


def _sketched(arrays: Arrays) -> bool:
    return any(name.startswith(SKETCH) for name in arrays)


def consistent(about: dict[str, Any], arrays: Arrays, width: int) -> bool:
    """Whether the arrays of a machine of `width` features fit together, and all numbers are finite."""
    for name, (dtype, rank) in FIELDS.items():
        if arrays[name].dtype != dtype or arrays[name].ndim != rank or not np.isfinite(arrays[name]).all():
            return False
    projection = arrays.get(PROJECTION)
    if projection is not None:
        if projection.dtype != np.float32 or projection.ndim != 2 or not np.isfinite(projection).all():
            return False
        if len(projection) != width:
            return False
        width = projection.shape[1]
    labels, count = about.get("labels"), len(arrays["vectors"])
    if not isinstance(labels, str):
        return False
    classes = len(labels)
    if _sketched(arrays) and not _sketch_fits(arrays, count, classes * (classes - 1) // 2):
        return False
    numbers = (about.get("gamma"), about.get("temperature"))
    return bool(
        classes >= 2
        and len(set(labels)) == classes
        and arrays["vectors"].shape == (count, width)
        and arrays["scale"].shape == arrays["offset"].shape == (width,)
        and arrays["counts"].shape == (classes,)
        and (arrays["counts"] >= 0).all()
        and int(arrays["counts"].sum()) == count
        and arrays["dual_coef"].shape == (classes - 1, count)
        and arrays["intercept"].shape == (classes * (classes - 1) // 2,)
        and all(isinstance(x, float) and np.isfinite(x) and x > 0 for x in numbers)
    )


def _sketch_fits(arrays: Arrays, count: int, pairs: int) -> bool:
    """Whether the arrays of a sketch fit a machine of so many support vectors and pairs."""
    try:
        landmarks, terms, combined, start = (arrays[SKETCH + name] for name in Sketch._fields)
    except KeyError:
        return False
    return bool(
        landmarks.dtype == np.int32
        and all(array.dtype == np.float32 and np.isfinite(array).all() for array in (terms, combined, start))
        and landmarks.ndim == 1
        and terms.ndim == 2
        and 0 < len(landmarks) == len(np.unique(landmarks)) == len(terms)
        and landmarks.min() >= 0
        and landmarks.max() < count
        and combined.shape == (terms.shape[1], pairs)
        and start.shape == (pairs,)
    )


def coded(vectors: FeatureArray) -> Coded:
    """Support vectors (s, d) rounded to at most 254 steps for each feature.

    Steps are powers of two and offsets whole steps: so what comes back is coded again without loss, and half
    precision holds it exactly (`_svm.halved`).
    """
    lowest, highest = vectors.min(axis=0), vectors.max(axis=0)
    finest = np.maximum((highest - lowest) / 254, np.maximum(-lowest, highest) / 1792)  # 11 bits hold 2048
    step = 2.0 ** np.ceil(np.log2(np.maximum(finest, 2.0**-20)))
    offset = np.rint(lowest / step) * step
    rows = np.clip(np.rint(vectors / step) - offset / step, 0, 255).astype(np.uint8)
    return Coded(rows, step.astype(np.float32), offset.astype(np.float32))


def _rounded(coefficients: FeatureArray) -> npt.NDArray[np.float16]:
    """Dual coefficients (K - 1, s) in half precision, the error of each passed on to the next vector's.

    All vectors at the bound C of their weight would be rounded the same way, and thousands of such errors would
    move the border between classes that overlap.
    """
    rounded = np.zeros(coefficients.shape, np.float16)
    error = np.zeros(len(coefficients))
    for column, own in zip(rounded.T, coefficients.T.astype(np.float64), strict=True):
        used = own != 0
        column[used] = (own + error)[used]
        error[used] += (own - column)[used]
    return rounded


def log_softmax(scores: npt.NDArray[np.floating]) -> FeatureArray:
    """Natural logarithm of the softmax of scores (n, K) over the classes, float32."""
    return _probability.log_softmax(scores)
