"""Trained models of glyphs, of every kind that `hwcalc train` makes, and their files.

    glyphs ─▶ preparation ─▶ machine ─▶ scores ─▶ softmax over the temperature ─▶ probabilities, labels

In flow fitted estimators or a file; out flows a `GlyphModel`. What reads expressions, a Gaussian kernel on gradient
features, is a `GlyphClassifier` and keeps that file format; the others are arrays and JSON in an .npz too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from . import _svm, features
from .features import FeatureArray, Glyph
from .glyph_machine import learnt, log_softmax
from .glyphs import NO_SYMBOLS, GlyphClassifier
from .model_file import Arrays, ModelError, digest, read_model, write_model
from .preparation import SIDE, Denoise, Features, prepare

FORMAT = 1
"""Version of the file of a model that is no `GlyphClassifier`."""

MAX_BYTES = 512 * 2**20
"""A file that is larger is refused: ten thousand support vectors of raw pixels are 32 MB."""


class Machine(Protocol):
    """What a model needs of the machine in it."""

    @property
    def labels(self) -> str:
        """One character for each class, sorted."""

    def scores(self, X: FeatureArray) -> npt.NDArray[np.floating]:
        """One score for each class, (n, K)."""


class KernelMachine:
    """Support vectors and coefficients of a fitted `SVC`; the arrays are as `hwcalc._svm.Machine` has them."""

    kind = "svc"

    def __init__(self, labels: str, arrays: Arrays, kernel: dict[str, Any]) -> None:
        self.labels, self.arrays, self.kernel = labels, arrays, kernel
        vectors, counts, dual, intercept = (
            arrays[name] for name in ("vectors", "counts", "dual_coef", "intercept")
        )
        self._machine = _svm.Machine(vectors, counts, dual, intercept, **kernel)

    def scores(self, X: FeatureArray) -> npt.NDArray[np.floating]:
        """Class scores from the pairs' margins, (n, K)."""
        return self._machine.scores(X, os.cpu_count() or 1)


class LinearMachine:
    """Weights of a fitted `LinearSVC`: (K, d) and (K,)."""

    kind = "linear"
    kernel: dict[str, Any] = {}  # noqa: RUF012 - there is none

    def __init__(self, labels: str, arrays: Arrays) -> None:
        self.labels, self.arrays = labels, arrays

    def scores(self, X: FeatureArray) -> npt.NDArray[np.floating]:
        """The margin of each class, (n, K)."""
        return np.asarray(X @ self.arrays["weights"].T + self.arrays["intercept"])


def machine_of(estimator: Any) -> KernelMachine | LinearMachine:
    """The machine in a fitted `SVC` or `LinearSVC` whose classes are single characters."""
    if hasattr(estimator, "dual_coef_"):
        arrays = learnt(estimator)
        return KernelMachine(arrays.pop("labels"), arrays, estimator._kernel())
    labels = "".join(estimator.classes_)
    weights, intercept = estimator.coef_, estimator.intercept_
    if len(labels) == 2:
        weights, intercept = np.concatenate([-weights, weights]), np.concatenate([-intercept, intercept])
    return LinearMachine(
        labels, {"weights": np.asarray(weights, np.float32), "intercept": np.asarray(intercept, np.float32)}
    )


class GlyphModel:
    """A trained model: what is done to a glyph, the machine, and how sure it is.

    Parameters
    ----------
    machine : KernelMachine, LinearMachine or GlyphClassifier
    features : 'gradient' or 'raw'
    denoise : 'none', 'gaussian' or 'median'
    temperature : what scores are divided by before the softmax; a GlyphClassifier has its own.
    recipe : how it was made: sets, versions, seed, date, figures.
    """

    def __init__(
        self,
        machine: KernelMachine | LinearMachine | GlyphClassifier,
        features: Features = "gradient",
        denoise: Denoise = "none",
        temperature: float = 1.0,
        recipe: dict[str, Any] | None = None,
    ) -> None:
        self.machine = machine
        self.features: Features = features
        self.denoise: Denoise = denoise
        own = isinstance(machine, GlyphClassifier)
        self.temperature = machine.temperature if own else temperature  # type: ignore[union-attr]
        self.recipe: dict[str, Any] = recipe if recipe is not None else getattr(machine, "recipe", {})

    @property
    def labels(self) -> str:
        """The labels it can tell apart, one character each, without those of junk and of letters."""
        return "".join(label for label in self.machine.labels if label not in NO_SYMBOLS)

    def log_proba(self, glyphs: Sequence[Glyph]) -> FeatureArray:
        """Natural logarithms of the probabilities, float32 (n, K), in the order of `labels`."""
        if not len(glyphs):
            return np.empty((0, len(self.labels)), np.float32)
        if isinstance(self.machine, GlyphClassifier):
            known = [k for k, label in enumerate(self.machine.labels) if label not in NO_SYMBOLS]
            return self.machine.log_probability_of(glyphs)[:, known]
        X = prepare(glyphs, self.features, self.denoise)
        return log_softmax(self.machine.scores(X) / self.temperature)

    def predict_proba(self, glyphs: Sequence[Glyph]) -> FeatureArray:
        """Probabilities, float32 (n, K), in the order of `labels`, for glyphs as in `features.extract`."""
        return np.exp(self.log_proba(glyphs))

    def predict(self, glyphs: Sequence[Glyph]) -> npt.NDArray[np.str_]:
        """The most likely label of each glyph, (n,)."""
        return np.asarray(np.array(list(self.labels), "<U1")[self.log_proba(glyphs).argmax(axis=1)])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file, whole or not at all."""
        if isinstance(self.machine, GlyphClassifier):
            self.machine.recipe = self.recipe
            self.machine.save(path)
            return
        about = {
            "glyph_model": FORMAT,
            "kind": self.machine.kind,
            "labels": self.machine.labels,
            "kernel": self.machine.kernel,
            "features": self.features,
            "features_version": features.VERSION,
            "denoise": self.denoise,
            "temperature": self.temperature,
            "recipe": self.recipe,
        }
        write_model(path, {**about, "sha256": digest(self.machine.arrays)}, self.machine.arrays)


# Files.


def load_model(path: str | os.PathLike[str]) -> GlyphModel:
    """Read a model file that `hwcalc train` wrote, of any kind.

    Raises
    ------
    ModelError
        It cannot be read, is no model of hwcalc, is damaged or has another version.
    """
    about, arrays = read_model(path, MAX_BYTES)
    if "glyph_model" not in about:
        return GlyphModel(GlyphClassifier.load(path))
    if about["glyph_model"] != FORMAT or about.get("features_version") != features.VERSION:
        command = about.get("recipe", {}).get("command", "hwcalc train")
        raise ModelError(f"{path}: made by another version of hwcalc; make it again with `{command}`")
    if about.get("sha256") != digest(arrays) or not _sound(about, arrays):
        raise ModelError(f"{path}: damaged or changed since it was made; make it again with `hwcalc train`")
    machine = (
        LinearMachine(about["labels"], arrays)
        if about["kind"] == "linear"
        else KernelMachine(about["labels"], arrays, about["kernel"])
    )
    return GlyphModel(machine, about["features"], about["denoise"], about["temperature"], about["recipe"])


_FIELDS: dict[str, dict[str, tuple[type, int]]] = {
    "linear": {"weights": (np.float32, 2), "intercept": (np.float32, 1)},
    "svc": {
        "vectors": (np.float32, 2),
        "counts": (np.int32, 1),
        "dual_coef": (np.float32, 2),
        "intercept": (np.float32, 1),
    },
}


_NUMBERS = ("gamma", "coef0", "degree")


def _sound(about: dict[str, Any], arrays: Arrays) -> bool:
    """`_consistent`, and False where something is missing or of another type."""
    try:
        return _consistent(about, arrays)
    except (KeyError, TypeError, IndexError):
        return False


def _consistent(about: dict[str, Any], arrays: Arrays) -> bool:
    """Whether description and arrays belong together, and all numbers are finite."""
    fields, labels = _FIELDS.get(about["kind"], {}), about["labels"]
    if set(arrays) != set(fields) or not isinstance(labels, str) or len(set(labels)) != len(labels):
        return False
    for name, (dtype, rank) in fields.items():
        if arrays[name].dtype != dtype or arrays[name].ndim != rank or not np.isfinite(arrays[name]).all():
            return False
    classes, temperature = len(labels), about["temperature"]
    width = {"raw": SIDE * SIDE, "gradient": features.SIZE}.get(about["features"])
    usual = (
        classes >= 2
        and isinstance(temperature, float)
        and temperature > 0
        and about["denoise"] in ("none", "gaussian", "median")
    )
    if about["kind"] == "linear":
        return (
            usual and arrays["weights"].shape == (classes, width) and arrays["intercept"].shape == (classes,)
        )
    counts, n = arrays["counts"], len(arrays["vectors"])
    kernel = about["kernel"]
    return (
        usual
        and arrays["vectors"].shape[1] == width
        and counts.shape == (classes,)
        and bool((counts >= 0).all())
        and int(counts.sum()) == n
        and arrays["dual_coef"].shape == (classes - 1, n)
        and arrays["intercept"].shape == (classes * (classes - 1) // 2,)
        and isinstance(kernel, dict)
        and set(kernel) == {"kernel", "gamma", "coef0", "degree"}
        and kernel["kernel"] in ("rbf", "poly", "linear")
        and all(isinstance(kernel[name], (int, float)) and np.isfinite(kernel[name]) for name in _NUMBERS)
        and kernel["degree"] in range(1001)  # as in `SVC`
    )
