"""LinearSVC: one against the rest by stochastic gradient descent, thin over the compiled core `hwcalc._svm`.

Arrays or data frames go in; a scikit-learn estimator comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._svm import compress, hinge_epoch

Array = NDArray[Any]
DESCENT_LANES = 16  # classes that pass through the data together, at least


class LinearSVC(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    r"""Linear support vector classifier, one against the rest, by stochastic gradient descent on the primal.

    Minimises for each class c, with y = 1 for its samples and -1 for the others,

    .. math:: \alpha |w_c|^2 + \mathrm{mean}_i \max(0, 1 - y_i (w_c \cdot x_i - b_c))

    in steps of a fixed length: all classes in one compiled pass over the data (`hwcalc._svm.hinge_epoch`).

    Parameters
    ----------
    learning_rate : length of a step.
    max_iter : passes over the data; also known as `no_of_iterations`.
    alpha : strength of the regularisation; also known as `lambda_parameter`.
    shuffle : visit the samples of each pass in a new order. Without it, in the order they are in: data
        sorted by class then learn badly.
    average : return the mean of the weights over all steps of the second half of the passes.
    early_stopping : hold out `validation_fraction` of the samples and stop when the accuracy on them has not
        grown by `tol` for `n_iter_no_change` passes. The weights of the best pass are kept.
    random_state : chooses the order and the held-out samples.
    n_jobs : classes are split among that many threads, 16 or more to a thread.
    callback : called after each pass with the passes so far and the loss in it. What it raises stops the training.

    Attributes
    ----------
    classes_, n_iter_ : labels; passes made.
    coef_, intercept_ : (K, d) and (K,), or (1, d) and (1,) for two classes; intercept_ is -b.
    loss_ : mean hinge loss over the classes' samples in each pass, while the weights moved.
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 - scikit-learn's way
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "shuffle": ["boolean"],
        "average": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "callback": [callable, None],
    }

    def __init__(
        self,
        learning_rate: float = 0.001,
        max_iter: int = 100,
        alpha: float = 0.0001,
        *,
        shuffle: bool = True,
        average: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        tol: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        callback: Callable[[int, float], object] | None = None,
    ) -> None:
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.alpha = alpha
        self.shuffle = shuffle
        self.average = average
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on X (n, d), float32 or float64, and labels y (n,)."""
        samples, labels = validate_data(self, X, y, dtype=[np.float32, np.float64], order="C")
        check_classification_targets(labels)
        classes, target = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"The number of classes has to be greater than one; got {len(classes)} class")
        if 2 * self.learning_rate * self.alpha >= 1:
            raise ValueError(
                "learning_rate * alpha must be below 0.5, or the weights cannot settle: lower one"
            )
        random = check_random_state(self.random_state)
        order = np.arange(len(samples))
        held = order[:0]
        if self.early_stopping:
            order = random.permutation(order)
            held, order = np.split(order, [max(1, round(self.validation_fraction * len(samples)))])
            order = np.sort(order)
            if not len(order):
                raise ValueError("validation_fraction holds out all samples: lower it")
        learning = [1] if len(classes) == 2 else range(len(classes))
        targets = np.where(target[:, None] == np.asarray(learning), 1, -1).astype(np.float32)
        weights, bias = self._descend(samples, targets, order, (samples[held], target[held]), random)
        if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ValueError("LinearSVC diverged: scale the data (StandardScaler), or lower learning_rate")
        self.classes_, self.coef_, self.intercept_ = classes, weights, -bias
        return self

    def _descend(
        self,
        X: Array,
        targets: NDArray[np.float32],
        order: NDArray[np.intp],
        held: tuple[Array, Array],
        random: np.random.RandomState,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights (classes, d) and biases (classes,) after the passes over X[order]."""
        rows = compress(X)
        jobs = max(1, min(effective_n_jobs(self.n_jobs), targets.shape[1] // DESCENT_LANES))
        blocks = [
            Descent(X.shape[1], part, self.learning_rate, self.alpha)
            for part in np.array_split(targets, jobs, axis=1)
        ]
        best: tuple[float, Array, Array] = (-np.inf, np.empty(0), np.empty(0))
        losses, since = [], 0
        with Parallel(n_jobs=jobs, require="sharedmem") as parallel:
            for passes in range(1, self.max_iter + 1):
                self.n_iter_: int = passes
                visit = random.permutation(order) if self.shuffle else order
                averaging = self.average and 2 * passes > self.max_iter
                parallel(delayed(block.epoch)(rows, visit, averaging) for block in blocks)
                losses.append(sum(block.loss for block in blocks) / targets.shape[1])
                if self.callback is not None:
                    self.callback(passes, losses[-1])
                if self.early_stopping:
                    weights, bias = joined(blocks, averaging)
                    accuracy = float(np.mean(winners(held[0] @ weights.T - bias) == held[1]))
                    since = 0 if accuracy > best[0] + self.tol else since + 1
                    best = (accuracy, weights, bias) if accuracy > best[0] else best
                    if since >= self.n_iter_no_change:
                        break
        self.loss_ = np.array(losses)
        return (best[1], best[2]) if self.early_stopping else joined(blocks, self.average)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Margins (n, K), or (n,) for two classes, positive for `classes_[1]`."""
        check_is_fitted(self)
        samples = validate_data(self, X, dtype=[np.float32, np.float64], order="C", reset=False)
        with np.errstate(over="ignore", invalid="ignore"):
            margins = np.asarray(samples @ self.coef_.T + self.intercept_)
        if not np.isfinite(margins).all():
            raise ValueError("LinearSVC overflows on these samples: scale them as the training samples were")
        return margins[:, 0] if len(self.classes_) == 2 else margins

    def predict(self, X: ArrayLike) -> Array:
        """Labels (n,) of the largest margins."""
        margins = self.decision_function(X)
        return np.asarray(self.classes_[winners(margins)])


class Descent:
    """Stochastic gradient descent for some of the classes: their weights, and where they stand."""

    def __init__(self, width: int, targets: NDArray[np.float32], rate: float, alpha: float) -> None:
        self.n_classes = targets.shape[1]
        lanes = -(-self.n_classes // DESCENT_LANES) * DESCENT_LANES
        self.targets = np.zeros((len(targets), lanes), np.float32)
        self.targets[:, : self.n_classes] = targets
        self.rate, self.decay = rate, 1 - 2 * rate * alpha
        self.weights = np.zeros((width, lanes), np.float32)
        self.bias = np.zeros((2, lanes))
        self.weight_sum, self.steps = np.zeros((width, lanes)), 0
        self.loss = 0.0

    def epoch(self, rows: tuple[Array, Array, Array], order: Array, averaging: bool) -> None:
        """One pass over the samples `order`; `averaging` adds its weights to the mean."""
        loss = hinge_epoch(
            rows,
            order.astype(np.int64),
            self.targets,
            self.rate,
            self.decay,
            self.weights,
            self.bias,
            self.weight_sum if averaging else None,
        )
        self.steps += len(order) if averaging else 0
        self.loss = loss / len(order)

    def result(self, averaged: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights (classes, d) and biases (classes,), of the last step or the mean of all averaged ones."""
        averaged = averaged and self.steps > 0
        weights = self.weight_sum / self.steps if averaged else self.weights.astype(np.float64)
        bias = self.bias[1] / self.steps if averaged else self.bias[0].copy()
        return weights.T[: self.n_classes].copy(), bias[: self.n_classes]


def joined(blocks: list[Descent], averaged: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and biases of all classes."""
    weights, bias = zip(*(block.result(averaged) for block in blocks), strict=True)
    return np.concatenate(weights), np.concatenate(bias)


def winners(margins: Array) -> NDArray[np.intp]:
    """Class indices from margins (n, K), (n, 1) or (n,)."""
    if margins.ndim == 1 or margins.shape[1] == 1:
        return (margins.reshape(len(margins)) > 0).astype(np.intp)
    return np.asarray(margins.argmax(axis=1))
