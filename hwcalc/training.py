"""Training a model on features: the estimator that the settings name, its temperature, the model.

    features, labels ─▶ a tenth of the writers held out ─▶ balanced ─▶ trained ─▶ temperature
                     └▶ all ─▶ balanced ─▶ trained ─▶ model

In flow features, labels and settings; out flows a `GlyphModel`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Literal, TypeAlias

import joblib
import numpy as np
import numpy.typing as npt

from .datasets import DatasetError
from .features import FeatureArray
from .glyph_machine import GlyphMachine, coded, learnt, projected
from .glyphs import GlyphClassifier
from .linear_svm import LinearSVC
from .models import GlyphModel, machine_of
from .preparation import Balance, Denoise, Features, balanced
from .svm import SVC, fitted_temperature
from .whitening import KEPT, KEPT_OF_PATHS, POWER, POWER_OF_PATHS, whitening

Labels: TypeAlias = npt.NDArray[np.str_]

Progress: TypeAlias = Callable[[str, int, int], object]
"""Hears of what is being done, how many steps of it are done, and how many there are."""


@dataclass(frozen=True)
class Settings:
    """What is trained, and how.

    Parameters
    ----------
    model : 'svc' (`SVC`) or 'linear' (`LinearSVC`)
    kernel, C, gamma, degree : of `SVC`; gamma None is 1 / sum of the features' variances.
    learning_rate, iterations, alpha : of `LinearSVC`
    features, denoise : as in `preparation.prepare`
    balance : of the training part, as in `preparation.balanced`
    class_weight : None, or 'balanced' to weigh errors of rare labels more, for `SVC`
    seed : of all that is random
    jobs : threads, -1 for all cores
    """

    model: Literal["svc", "linear"] = "svc"
    kernel: Literal["rbf", "poly", "linear"] = "rbf"
    C: float = 10.0
    gamma: float | None = None
    degree: int = 3
    learning_rate: float = 0.001
    iterations: int = 100
    alpha: float = 0.0001
    features: Features = "gradient"
    denoise: Denoise = "none"
    balance: Balance = "none"
    class_weight: Literal["balanced"] | None = None
    seed: int = 0
    jobs: int = -1

    @property
    def reads(self) -> bool:
        """Whether the model can be what hwcalc reads expressions with."""
        return (self.model, self.kernel, self.features, self.denoise) == ("svc", "rbf", "gradient", "none")

    @property
    def weighs(self) -> bool:
        """Whether the weights of the samples count: balance and class weights stand in for them."""
        return self.balance == "none" and self.class_weight is None


@dataclass
class Examples:
    """What is learned from: features (n, d), labels (n,), `source/writer` (n,), where each stands, its weight.

    `projection` is what the features were multiplied with, (e, d), if they were (`whitened`).
    """

    X: FeatureArray
    y: Labels
    writers: Labels
    places: list[str] = field(default_factory=list)
    weights: npt.NDArray[np.float64] | None = None
    projection: FeatureArray | None = None

    def whitened(self, kept: int = KEPT, power: float = POWER) -> Examples:
        """The same, with features as `whitening` has them, rounded as support vectors will be.

        Rounded only after training they move margins, where many of them cancel, by 1 and more.
        """
        projection = whitening(self.X, kept, power)
        return replace(self, X=coded(projected(self.X, projection)).values, projection=projection)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Examples:
        """The samples of a mask."""
        places = (
            [place for place, here in zip(self.places, chosen, strict=True) if here] if self.places else []
        )
        weights = None if self.weights is None else self.weights[chosen]
        X, y, writers = self.X[chosen], self.y[chosen], self.writers[chosen]
        return Examples(X, y, writers, places, weights, self.projection)


@dataclass
class Trained:
    """A model, the share of held-out glyphs that a first training read wrong, and seconds of the last training."""

    model: GlyphModel
    held_out_error: float
    seconds: float
    samples: int


@dataclass
class TrainedPen:
    """A machine for the paths of the pen, and the same of its training."""

    machine: GlyphMachine
    held_out_error: float
    seconds: float
    samples: int


def default_gamma(X: FeatureArray) -> float:
    """1 / sum of the variances of the features: between two samples the mean of |x - z|² is twice that sum."""
    return float(1 / max(float(X.var(axis=0).sum()), 1e-12))


def quiet(what: str, done: int, total: int) -> None:
    """A `Progress` that tells nobody."""


def train(samples: Examples, settings: Settings, progress: Progress = quiet) -> Trained:
    """Train a model, with a temperature that makes its probabilities honest.

    Raises
    ------
    DatasetError
        There are not two labels, or too few samples of one for SMOTE.
    """
    if len(np.unique(samples.y)) < 2:
        raise DatasetError(
            "there is one label to train on, and a classifier needs two: add a set with others"
        )
    gamma = settings.gamma or (default_gamma(samples.X) if settings.model == "svc" else 1.0)
    temperature, error = calibrate(samples, settings, gamma, progress)
    started = time.perf_counter()
    fitted, n = fit(samples, settings, gamma, progress, "train")
    model = as_model(fitted, settings, gamma, temperature, samples.projection)
    return Trained(model, error, time.perf_counter() - started, n)


def train_pen(paths: Examples, settings: Settings, progress: Progress = quiet) -> TrainedPen | None:
    """Train the machine of a `GlyphClassifier` that tells glyphs by the path of the pen, by itself.

    It is only averaged with the machine of the shapes (see `GlyphClassifier`): so each is trained on all it can use,
    the shapes on pictures too, and a set or a label that one of them lacks does not matter to the other.

    Parameters
    ----------
    paths : of the glyphs that a pen drew.
    settings : of a model that reads; gamma is that of the shapes, so paths have the default.

    Returns
    -------
    None where there are not two labels.
    """
    if len(np.unique(paths.y)) < 2:
        return None

    def told(what: str, done: int, total: int) -> None:
        progress(f"{what} pen", done, total)

    paths = paths.whitened(KEPT_OF_PATHS, POWER_OF_PATHS)
    gamma = default_gamma(paths.X)
    temperature, error = calibrate(paths, settings, gamma, told)
    started = time.perf_counter()
    fitted, n = fit(paths, settings, gamma, told, "train")
    assert isinstance(fitted, SVC)
    about = {**learnt(fitted), "gamma": gamma, "temperature": temperature, "projection": paths.projection}
    return TrainedPen(GlyphMachine(**about), error, time.perf_counter() - started, n)


def calibrate(samples: Examples, settings: Settings, gamma: float, progress: Progress) -> tuple[float, float]:
    """The temperature of the probabilities, from a tenth of the writers, held out of a training of its own.

    Returns
    -------
    temperature : float
    error : float
        Share of the held-out glyphs that this training reads wrong.
    """
    held = hold_out(samples.writers, settings.seed)
    held &= np.isin(samples.y, samples.y[~held])  # a label that would be wholly held out stays
    if not held.any() or len(np.unique(samples.y[~held])) < 2:
        return 1.0, float("nan")
    fitted, _ = fit(samples.take(~held), settings, gamma, progress, "calibrate")
    machine = machine_of(fitted)
    truth = np.array([machine.labels.index(label) for label in samples.y[held]])
    scores = machine.scores(samples.X[held])
    return fitted_temperature(scores, truth), float(np.mean(scores.argmax(axis=1) != truth))


def fit(
    samples: Examples, settings: Settings, gamma: float, progress: Progress, what: str
) -> tuple[SVC | LinearSVC, int]:
    """The estimator of the settings, fitted on the balanced samples, and how many these are."""
    X, y = balanced(samples.X, samples.y, settings.balance, settings.seed, samples.places or None)
    classes = len(np.unique(y))
    if settings.model == "linear":
        total = settings.iterations
        linear = LinearSVC(
            settings.learning_rate,
            settings.iterations,
            settings.alpha,
            random_state=settings.seed,
            n_jobs=settings.jobs,
            callback=lambda passes, loss: progress(what, passes, total),
        )
        return _fitted(linear, X, y, None), len(y)
    seen: set[Any] = set()

    def passed(pair: Any, passes: int, gap: float, n_support: int) -> None:
        if pair not in seen:
            seen.add(pair)
            progress(what, len(seen), classes * (classes - 1) // 2)

    weights = samples.weights if settings.weighs else None
    return _fitted(estimator(settings, gamma).set_params(callback=passed), X, y, weights), len(y)


def _fitted(machine: Any, X: FeatureArray, y: Labels, weights: npt.NDArray[np.float64] | None) -> Any:
    """`fit`, whose complaints, such as that the data need scaling, are for the user to read."""
    try:
        return machine.fit(X, y) if weights is None else machine.fit(X, y, weights)
    except ValueError as error:
        raise DatasetError(str(error)) from None


def estimator(settings: Settings, gamma: float) -> SVC:
    """The `SVC` of the settings, not yet fitted."""
    return SVC(
        settings.C,
        kernel=settings.kernel,
        gamma=gamma,
        degree=settings.degree,
        coef0=1.0 if settings.kernel == "poly" else 0.0,
        class_weight=settings.class_weight,
        n_jobs=settings.jobs,
    )


def as_model(
    fitted: SVC | LinearSVC,
    settings: Settings,
    gamma: float,
    temperature: float,
    projection: FeatureArray | None = None,
) -> GlyphModel:
    """A fitted estimator as a model: one that reads expressions if it can.

    `projection` is that of the samples of a model that reads.
    """
    if not settings.reads:
        return GlyphModel(machine_of(fitted), settings.features, settings.denoise, temperature)
    assert isinstance(fitted, SVC)
    about = {**learnt(fitted), "gamma": gamma, "temperature": temperature, "projection": projection}
    return GlyphModel(GlyphClassifier(**about))


def hold_out(writers: Labels, seed: int, share: float = 0.1) -> npt.NDArray[np.bool_]:
    """A mask of about `share` of the glyphs: whole writers; of a source with few writers, single glyphs."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(writers), bool)
    sources = np.array([w.split("/")[0] for w in writers])
    for source in np.unique(sources):
        here = np.flatnonzero(sources == source)
        names, whose = np.unique(writers[here], return_inverse=True)
        if len(names) < 10:
            held[here[rng.random(len(here)) < share]] = True
        else:
            held[here[(rng.random(len(names)) < share)[whose]]] = True
    return held


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Within the block joblib's work is done by the Dask cluster at `address`; None: here.

    Raises
    ------
    DatasetError
        Dask is not installed, or there is no cluster.
    """
    if address is None:
        yield
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise DatasetError("--dask needs Dask: pip install 'hwcalc[distributed]'") from None
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{address}: no Dask scheduler answers ({error}); start one with `dask scheduler`"
        ) from None
    with client, joblib.parallel_config(backend="dask"):
        yield
