"""Support vector machines in the scikit-learn style, thin over the compiled core `hwcalc._svm`.

Arrays or data frames in; estimators with `predict`, `decision_function` and `predict_proba` out.
"""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ._svm import Machine, PairSolver, pack, panel_order

SEED_MEMBERS = 64  # random samples that open the active set of a pair
JOINING = 64  # violators that join the active set in each pass


def solve_pair(
    panels: NDArray[np.float32],
    squares: NDArray[np.float32],
    cost: NDArray[np.float64],
    first: tuple[int, int],
    second: tuple[int, int],
    kernel: dict[str, Any],
    tol: float,
    max_iter: int,
    seed: int,
) -> tuple[NDArray[np.intp], NDArray[np.float64], float, float, int, float]:
    """Train one pair of classes, given as panel ranges of the packed samples.

    Returns the lanes of its support vectors, their dual coefficients y_i a_i, the intercept, the dual
    objective, the SMO steps taken and the KKT gap that is left.
    """
    lanes = np.concatenate([np.arange(32 * start, 32 * stop) for start, stop in (first, second)])
    solver = PairSolver(panels, squares, first, second, cost[lanes], **kernel)
    random = np.random.default_rng(seed)
    usable = np.flatnonzero(cost[lanes] > 0)
    split = np.searchsorted(usable, 32 * (first[1] - first[0]))
    joining = np.concatenate(
        [random.permutation(part)[: SEED_MEMBERS // 2] for part in (usable[:split], usable[split:])]
    )
    while solver.gap > tol and (max_iter < 0 or solver.steps < max_iter):
        solver.join(joining)
        solver.load()
        goal = max(0.1 * solver.gap, 0.5 * tol)
        budget = 100_000 if max_iter < 0 else max_iter - solver.steps
        while not solver.optimise(goal, budget) and max_iter < 0:
            pass  # back in Python after each budget, so that Ctrl-C is noticed
        solver.store()
        joining = solver.violators(JOINING)
    dual = solver.dual()
    used = np.flatnonzero(dual)
    return lanes[used], dual[used], solver.intercept(), solver.dual_objective(), solver.steps, solver.gap


class SVC(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Exact kernel support vector classifier, one against one."""

    def __init__(
        self,
        C: float = 1.0,
        *,
        kernel: str = "rbf",
        degree: int = 3,
        gamma: str | float = "scale",
        coef0: float = 0.0,
        tol: float = 1e-3,
        max_iter: int = -1,
        class_weight: dict[Any, float] | str | None = None,
        decision_function_shape: str = "ovr",
        random_state: int | None = None,
        n_jobs: int | None = -1,
    ) -> None:
        self.C = C
        self.kernel = kernel
        self.degree = degree
        self.gamma = gamma
        self.coef0 = coef0
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.decision_function_shape = decision_function_shape
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> SVC:
        """Train on X (n, d) and labels y (n,); sample_weight (n,) scales each sample's C."""
        X, y = validate_data(self, X, y, dtype=[np.float32, np.float64], order="C")
        check_classification_targets(y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"The number of classes has to be greater than one; got {len(self.classes_)} class"
            )
        weight = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
        weight = weight * compute_class_weight(self.class_weight, classes=self.classes_, y=y)[target]
        scale = X.shape[1] * X.var(dtype=np.float64)
        self._gamma = {"scale": 1 / scale if scale else 1.0, "auto": 1 / X.shape[1]}.get(
            self.gamma, self.gamma
        )
        self._train(X, target, self.C * weight)
        return self

    def _kernel(self) -> dict[str, Any]:
        return {"kernel": self.kernel, "gamma": self._gamma, "coef0": self.coef0, "degree": self.degree}

    def _train(self, X: NDArray[Any], target: NDArray[np.intp], cost: NDArray[np.float64]) -> None:
        n_classes = len(self.classes_)
        lanes, first = panel_order(
            np.bincount(target, minlength=n_classes), np.argsort(target, kind="stable")
        )
        panels, squares = pack(X, lanes)
        lane_cost = np.where(lanes >= 0, cost[lanes], 0.0)
        pairs = list(combinations(range(n_classes), 2))
        size = np.diff(first)
        largest = sorted(range(len(pairs)), key=lambda p: -size[list(pairs[p])].sum())
        done = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(solve_pair)(
                panels,
                squares,
                lane_cost,
                *((first[c], first[c + 1]) for c in pairs[p]),
                self._kernel(),
                self.tol,
                self.max_iter,
                p,
            )
            for p in largest
        )
        results = [result for _, result in sorted(zip(largest, done, strict=True), key=lambda item: item[0])]
        dual = np.zeros((n_classes - 1, len(lanes)))
        for (i, j), (used, value, *_) in zip(pairs, results, strict=True):
            dual[np.where(used < 32 * first[i + 1], j - 1, i), used] = value
        support = np.flatnonzero(dual.any(axis=0))
        self.support_ = lanes[support]
        self.dual_coef_ = dual[:, support]
        self.support_vectors_ = X[self.support_]
        self.n_support_ = np.bincount(target[self.support_], minlength=n_classes).astype(np.int32)
        self.intercept_ = np.array([result[2] for result in results])
        self.dual_objective_ = np.array([result[3] for result in results])
        self.n_iter_ = np.array([result[4] for result in results], np.int32)
        if any(result[5] > self.tol for result in results):
            warnings.warn(
                f"The solver stopped after max_iter={self.max_iter} steps before it reached tol={self.tol}: "
                "scale the data, or raise max_iter or tol",
                ConvergenceWarning,
                stacklevel=3,
            )
        self._machine = Machine(
            self.support_vectors_, self.n_support_, self.dual_coef_, self.intercept_, **self._kernel()
        )

    def _scores(self, X: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float32, np.float64], order="C", reset=False)
        return self._machine.evaluate(X, effective_n_jobs(self.n_jobs))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Class scores (n, K) or, with decision_function_shape='ovo', pair values (n, K (K - 1) / 2)."""
        values, scores = self._scores(X)
        if len(self.classes_) == 2:
            return -values[:, 0]
        return values if self.decision_function_shape == "ovo" else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class that wins its closest pair by the largest margin, for each row of X."""
        return self.classes_[self._scores(X)[1].argmax(axis=1)]
