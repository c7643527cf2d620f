"""GlyphClassifier: features + support vector machine + calibration + junk, and its model file.

In flow glyphs; out flow labels or log-probabilities. One class, `JUNK`, stands for groups of strokes that
are no symbol: a classifier that must call half a digit something cannot help to find where digits end.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _svm, features
from .atomic import write_whole
from .features import FeatureArray, Glyph

JUNK = "#"
"""The label of what is no symbol. `GlyphClassifier.classify` never returns it."""

FORMAT = 1
"""Version of the model file. A file of another version is refused."""

MAX_BYTES = 64 * 2**20
"""A model file larger than this is refused: the shipped one has less than 8 MB."""

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]


DAMAGED = (KeyError, TypeError, ValueError, EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile)
"""What reading a damaged .npz raises: RuntimeError where the zip file says it is encrypted."""


class ModelError(ValueError):
    """A model file is missing, damaged, foreign or of another version. The message names a remedy."""


class GlyphClassifier:
    """A trained classifier of glyphs.

    Parameters
    ----------
    labels : str of length K
        One character for each class, sorted; `JUNK` may be among them.
    vectors : float32 (s, d)
        Support vectors, those of the first class first.
    counts : int (K,)
        Support vectors of each class.
    dual_coef : float32 (K - 1, s)
        Dual coefficients in the one-vs-one layout of LIBSVM.
    intercept : float32 (K (K - 1) / 2,)
    gamma : float
        Of the kernel exp(-gamma |x - y|²).
    temperature : float
        What the scores are divided by before the softmax.
    recipe : dict
        How it was made: sets, versions, seed, date, figures.
    """

    def __init__(
        self,
        labels: str,
        vectors: FeatureArray,
        counts: npt.NDArray[np.integer],
        dual_coef: FeatureArray,
        intercept: FeatureArray,
        gamma: float,
        temperature: float = 1.0,
        recipe: dict[str, Any] | None = None,
    ) -> None:
        self.labels = labels
        self.vectors = vectors
        self.counts = np.asarray(counts, np.int64)
        self.dual_coef = dual_coef
        self.intercept = intercept
        self.gamma = gamma
        self.temperature = temperature
        self.recipe = recipe or {}
        self._machine = _svm.Machine(vectors, self.counts, dual_coef, intercept, "rbf", gamma)

    def scores(self, X: FeatureArray) -> FeatureArray:
        """The smallest pairwise margin of each class: float32 (n, K), for features (n, d)."""
        return np.asarray(self._machine.scores(X), np.float32)

    def log_probability(self, X: FeatureArray) -> FeatureArray:
        """Natural logarithm of each class's probability, float32 (n, K), for features (n, d)."""
        return log_softmax(self.scores(X) / self.temperature)

    def log_probability_of(self, glyphs: Sequence[Glyph]) -> FeatureArray:
        """The same for glyphs as in `features.extract`, given that they are symbols: -inf for junk.

        The features do not tell the size of a glyph, so for pen strokes `point_evidence` makes up for it.
        """
        log_probability = self.log_probability(features.extract(glyphs))
        if JUNK in self.labels:
            log_probability[:, self.labels.index(JUNK)] = -np.inf
        if "." in self.labels:
            evidence = np.array([point_evidence(glyph) for glyph in glyphs], np.float32)
            log_probability /= 1 + SOFTENING * np.maximum(evidence, 0)[:, None]
            log_probability[:, self.labels.index(".")] += evidence
        return log_softmax(log_probability)

    def classify(self, glyphs: Sequence[Glyph]) -> list[str]:
        """The most likely label of each glyph, never junk."""
        if not len(glyphs):
            return []
        return [self.labels[k] for k in self.log_probability_of(glyphs).argmax(axis=1)]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file: to a temporary name first, so that an old file is whole until the end."""
        scale, offset = _steps(self.vectors)
        arrays: Arrays = {
            "vectors": np.clip(np.rint((self.vectors - offset) / scale), 0, 255).astype(np.uint8),
            "scale": scale.astype(np.float32),
            "offset": offset.astype(np.float32),
            "counts": self.counts.astype(np.int32),
            "dual_coef": _rounded(self.dual_coef),
            "intercept": self.intercept.astype(np.float32),
        }
        about = {
            "format": FORMAT,
            "labels": self.labels,
            "gamma": self.gamma,
            "temperature": self.temperature,
            "features": features.VERSION,
            "recipe": self.recipe,
            "sha256": digest(arrays),
        }
        encoded = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, about=encoded, **arrays)
        write_whole(path, buffer.getvalue())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GlyphClassifier:
        """Read a model file.

        Raises
        ------
        ModelError
            It cannot be read, is no model of hwcalc, is damaged or has another version.
        """
        try:
            if os.path.getsize(path) > MAX_BYTES:
                raise ModelError(
                    f"{path}: too large for a model (over {MAX_BYTES >> 20} MB); choose another file"
                )
            data = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: {error.strerror}; name a model file made by `hwcalc train`") from None
        try:
            about, arrays = _unpack(data)
        except DAMAGED:
            raise ModelError(
                f"{path}: not a model of hwcalc, or damaged; make one with `hwcalc train`"
            ) from None
        if "glyph_model" in about:
            raise ModelError(
                f"{path}: this kind of model tells single glyphs apart and reads nothing; train one of the kind svc, "
                "rbf, gradient without noise reduction"
            )
        if about.get("format") != FORMAT or about.get("features") != features.VERSION:
            raise ModelError(f"{path}: made by another version of hwcalc; make it again with `hwcalc train`")
        if about.get("sha256") != digest(arrays) or not _consistent(about, arrays):
            raise ModelError(
                f"{path}: damaged or changed since it was made; make it again with `hwcalc train`"
            )
        return cls(
            about["labels"],
            arrays["vectors"] * arrays["scale"] + arrays["offset"],
            arrays["counts"],
            arrays["dual_coef"].astype(np.float32),
            arrays["intercept"],
            float(about["gamma"]),
            float(about["temperature"]),
            about["recipe"],
        )


def _steps(vectors: FeatureArray) -> tuple[FeatureArray, FeatureArray]:
    """For each feature the step and the offset that bring its values to 0 .. 255.

    Steps are powers of two and offsets whole steps: so half precision holds what comes back exactly, and a
    machine reads it in half the time (`_svm.halved`).
    """
    lowest, highest = vectors.min(axis=0), vectors.max(axis=0)
    finest = np.maximum(
        (highest - lowest) / 254, np.maximum(-lowest, highest) / 1792
    )  # 11 bits hold up to 2048
    step = 2.0 ** np.ceil(np.log2(np.maximum(finest, 2.0**-20)))
    return step, np.floor(lowest / step) * step


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


POINT_STEPS, POINT_SLOPE, POINT_LIMIT = 10.2, 2.3, 2.0
"""Logistic regression of being a point or comma on the logarithm of a glyph's size in steps of the pen: where it
is even, its slope (UNIPEN, 1,803 points and commas among 15,000 glyphs, balanced), and the most it may say."""


FEWEST_STEPS = 4
"""Glyphs of fewer steps are drawn corner by corner, not reported by a pen."""

PAGE_SHARE, PAGE_SLOPE = 0.017, 1.8
"""A point is about 0.17 and any other symbol about 0.8 of a digit's height long. On a sheet of A4 with digits of
7 mm they lie 22 digits from the corner on average; sizes and places spread by a factor of 2.5: the share of the
distance at which it is even whether a mark is a point, and the slope on the share's logarithm."""

CUT_OUT = 0.5
"""From this share on, coordinates are those of the glyph, not of a page."""


SOFTENING = 2.0
"""A mark that may be a point has less shape: its log-probabilities are divided by 1 + this × the evidence."""


def point_evidence(glyph: Glyph) -> float:
    """Log-odds that a glyph is a point, from its size; 0 for a picture.

    A glyph's place on the page tells its size: strokes whose coordinates are those of a page lie many times their
    own size from its corner. Of strokes cut out of their page the pen's steps tell it: a pen reports its place at
    even times and goes slowly where it writes small, so a point, a small mark of any shape, is fewer steps long
    than a symbol that looks like it when it is enlarged.
    """
    if isinstance(glyph, np.ndarray):
        return 0.0
    strokes = [np.asarray(stroke, np.float64)[:, :2] for stroke in glyph]
    if len(strokes) > 1:  # no one draws a point in two strokes
        return -5.0
    size = float(np.ptp(strokes[0], axis=0).max())
    if size == 0:
        return 5.0
    share = size / float(np.abs(strokes[0]).max())
    if share < CUT_OUT:
        evidence = PAGE_SLOPE * np.log(PAGE_SHARE / share)
    else:
        steps = np.hypot(*np.diff(strokes[0], axis=0).T)
        steps = steps[steps > 0]
        if len(steps) < FEWEST_STEPS:
            return 0.0
        evidence = POINT_SLOPE * np.log(POINT_STEPS * np.median(steps) / size)
    return float(np.clip(evidence, -POINT_LIMIT, POINT_LIMIT))


_FIELDS = {
    "vectors": (np.uint8, 2),
    "scale": (np.float32, 1),
    "offset": (np.float32, 1),
    "counts": (np.int32, 1),
    "dual_coef": (np.float16, 2),
    "intercept": (np.float32, 1),
}


def _unpack(data: bytes) -> tuple[dict[str, Any], Arrays]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise ValueError("too large when unpacked")
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        about = json.loads(stored["about"].tobytes())
        if isinstance(about, dict) and "glyph_model" in about:  # see models.py
            return about, {}
        arrays = {name: stored[name] for name in _FIELDS}
    if not isinstance(about, dict):
        raise ValueError("no description")
    return about, arrays


def _consistent(about: dict[str, Any], arrays: Arrays) -> bool:
    """Whether all arrays have the types and shapes that belong together, and all numbers are finite."""
    for name, (dtype, rank) in _FIELDS.items():
        if arrays[name].dtype != dtype or arrays[name].ndim != rank or not np.isfinite(arrays[name]).all():
            return False
    labels, count, width = about["labels"], len(arrays["vectors"]), arrays["vectors"].shape[1]
    classes = len(labels) if isinstance(labels, str) else 0
    numbers = (about["gamma"], about["temperature"])
    return bool(
        classes >= 2
        and len(set(labels)) == classes
        and width == features.SIZE
        and arrays["scale"].shape == arrays["offset"].shape == (width,)
        and arrays["counts"].shape == (classes,)
        and (arrays["counts"] >= 0).all()
        and int(arrays["counts"].sum()) == count
        and arrays["dual_coef"].shape == (classes - 1, count)
        and arrays["intercept"].shape == (classes * (classes - 1) // 2,)
        and all(isinstance(x, float) and np.isfinite(x) and x > 0 for x in numbers)
        and isinstance(about["recipe"], dict)
    )


def digest(arrays: Arrays) -> str:
    """SHA-256 of named arrays, their types and shapes."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha.update(np.ascontiguousarray(arrays[name]).tobytes())
    return sha.hexdigest()


def log_softmax(scores: npt.NDArray[np.floating]) -> FeatureArray:
    """Natural logarithm of the softmax over the last axis, float32."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


_chosen: Path | None = None


def use_model(path: str | os.PathLike[str] | None) -> None:
    """Read with the classifier in this file from now on; None: with the default one again.

    Raises ModelError where the file is no model; then nothing changes.
    """
    global _chosen
    if path is not None:
        GlyphClassifier.load(path)
    _chosen = None if path is None else Path(path)
    default_classifier.cache_clear()


@lru_cache(maxsize=1)
def default_classifier() -> GlyphClassifier:
    """What glyphs are read with: what `use_model` chose, or else `base_classifier`."""
    return base_classifier() if _chosen is None else GlyphClassifier.load(_chosen)


def base_classifier() -> GlyphClassifier:
    """The shipped classifier, or the one that the environment variable HWCALC_MODEL names."""
    named = os.environ.get("HWCALC_MODEL")
    if named:
        return GlyphClassifier.load(named)
    with resources.as_file(resources.files(__package__).joinpath("model.npz")) as path:
        return GlyphClassifier.load(path)
