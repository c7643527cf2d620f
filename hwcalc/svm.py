"""SVC, a support vector machine in the scikit-learn style, thin over the compiled core `hwcalc._svm`.

Arrays or data frames go in; an estimator with `predict`, `decision_function` and `predict_proba` comes out.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from itertools import combinations, pairwise
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from joblib.parallel import get_active_backend
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ._svm import WIDTH, Machine, RowPool, class_scores, far_from_origin, pair_values
from .pairs import BATCH, Batch, Callback, Problem, Solution, Task, Watch, feasible, solve_batch, solve_pair

Array = NDArray[Any]


class SVC(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    r"""Exact kernel support vector classifier, one against one, on all cores.

    Solves for each pair of classes the same problem as LIBSVM and scikit-learn's `SVC`,

    .. math:: \min_{w,b} \tfrac12 |w|^2 + \sum_i C_i \max(0, 1 - y_i (w \cdot \phi(x_i) + b)),

    in its dual form (see `hwcalc._svm.PairSolver`). A sample goes not to the class with most votes but to the one
    that wins its closest pair by the largest margin, less half of what it loses by (see `hwcalc._svm.class_scores`).

    Parameters
    ----------
    C : weight of the errors; `class_weight` and `sample_weight` scale it for each sample.
    kernel : 'rbf', 'poly', 'linear' or 'precomputed' (then X is a kernel matrix).
    degree, gamma, coef0 : (gamma <x, z> + coef0) ** degree and exp(-gamma |x - z|^2); gamma 'scale' is
        1 / (d Var(X)), 'auto' is 1 / d.
    tol : the largest violation of the optimality conditions that is left.
    max_iter : SMO steps for each pair; -1 for as many as it takes, up to max(10^7, 100 n).
    class_weight : 'balanced', a dict from label to weight, or None.
    probability : offer `predict_proba`. Its one temperature is fitted on a tenth of the samples, held out
        from a first training, which the training on all samples then starts from.
    decision_function_shape : 'ovr', scores of the classes, or 'ovo', values of the pairs.
    warm_start : start `fit` from the last solution; the samples must be the same, more may follow them.
    cache_mb : megabytes for kernel rows, in all threads together; fewer make training slower, not worse.
    random_state : chooses the held-out samples of `probability`.
    n_jobs : pairs trained at once, -1 for one on each core. joblib runs them, in threads unless
        `joblib.parallel_config` names another backend.
    callback : called after each pass with the labels of the pair, the passes so far, the gap left and the
        support vectors so far. What it raises stops the training.

    Attributes
    ----------
    classes_, support_, support_vectors_, n_support_, dual_coef_, intercept_ : as in scikit-learn.
    n_iter_ : SMO steps of each pair.
    dual_objective_ : value of the dual problem of each pair.
    temperature_ : what `predict_proba` divides the class scores by; with `probability` only.
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 - scikit-learn's way
        "C": [Interval(Real, 0, None, closed="neither")],
        "kernel": [StrOptions({"rbf", "poly", "linear", "precomputed"})],
        "degree": [Interval(Integral, 0, 1000, closed="both")],
        "gamma": [StrOptions({"scale", "auto"}), Interval(Real, 0, None, closed="left")],
        "coef0": [Interval(Real, None, None, closed="neither")],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, -1, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "probability": ["boolean"],
        "decision_function_shape": [StrOptions({"ovr", "ovo"})],
        "warm_start": ["boolean"],
        "cache_mb": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "callback": [callable, None],
    }

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
        probability: bool = False,
        decision_function_shape: str = "ovr",
        warm_start: bool = False,
        cache_mb: float = 1000,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = -1,
        callback: Callback | None = None,
    ) -> None:
        self.C = C
        self.kernel = kernel
        self.degree = degree
        self.gamma = gamma
        self.coef0 = coef0
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.probability = probability
        self.decision_function_shape = decision_function_shape
        self.warm_start = warm_start
        self.cache_mb = cache_mb
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    # --- training --------------------------------------------------------------------------------------

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on X (n, d), or a kernel matrix (n, n), and labels y (n,).

        float32 and float64 are taken as they are. sample_weight (n,), not negative, scales each sample's C.
        If training is interrupted, the estimator is left unfitted.
        """
        start = self._earlier_solution() if self.warm_start and hasattr(self, "dual_coef_") else {}
        self._forget()
        try:
            samples, labels = validate_data(self, X, y, dtype=[np.float32, np.float64], order="C")
            check_classification_targets(labels)
            return self._fit(samples, labels, sample_weight, start)
        except BaseException:
            self._forget()
            raise

    @classmethod
    def resumed(
        cls,
        classes: ArrayLike,
        support_vectors: ArrayLike,
        n_support: ArrayLike,
        dual_coef: ArrayLike,
        intercept: ArrayLike,
        *,
        C: float,
        gamma: float,
        **settings: Any,
    ) -> Self:
        """A fitted machine from the arrays of an earlier one, to predict with or to `partial_fit` further.

        Parameters
        ----------
        classes (K,), support_vectors (s, d), n_support (K,), dual_coef (K - 1, s), intercept (K (K - 1) / 2,)
            The fitted attributes of the earlier machine; with two classes the last two have the other sign, that
            of the value of the pair.
        C, gamma, **settings
            Its parameters. Its samples are taken to have had the weight 1.
        """
        machine = cls(C=C, gamma=gamma, **settings)
        machine.classes_ = np.asarray(classes)
        machine.support_vectors_ = np.ascontiguousarray(support_vectors)
        machine.n_support_ = np.asarray(n_support, np.int32)
        machine._set_pairs(np.asarray(dual_coef, np.float64), np.asarray(intercept, np.float64))
        count, machine.n_features_in_ = machine.support_vectors_.shape
        machine.support_ = np.arange(count, dtype=np.int32)
        machine._support_weight = np.ones(count)
        machine._gamma = float(gamma)
        machine._load_machine()
        return machine

    @available_if(lambda self: self.kernel != "precomputed")  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from more samples: train on the support vectors so far and on these, from the solution so far.

        Samples that were not support vectors are not remembered (Syed, Liu, Sung 1999, "Incremental learning
        with support vector machines"); for the exact solution use `fit` with `warm_start`. `y` may bring new
        labels; `classes` is there for scikit-learn's convention and is not needed. `support_` then counts
        the support vectors before this call first, and these samples after them.
        """
        if not hasattr(self, "dual_coef_"):
            fitted: Self = self.fit(X, y, sample_weight)
            return fitted
        X, y = validate_data(self, X, y, dtype=[np.float32, np.float64], order="C", reset=False)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        labels = np.repeat(self.classes_, self.n_support_)
        rows = np.arange(len(labels))
        start = {pair: (rows[samples], values) for pair, (samples, values) in self._dual_of(rows).items()}
        X, y = np.concatenate([self.support_vectors_, X]), np.concatenate([labels, y])
        weight = np.concatenate([self._support_weight, weight])
        state, self._fixed_gamma = dict(self.__dict__), self._gamma
        try:
            return self._fit(X, y, weight, start)
        except BaseException:
            self.__dict__ = state  # the machine that was there before is still good
            raise
        finally:
            self.__dict__.pop("_fixed_gamma", None)

    def _fit(self, X: Array, y: Array, sample_weight: ArrayLike | None, start: dict[Any, Any]) -> Self:
        """Train on checked data; `start` has dual variables by pair of labels."""
        classes, target = np.unique(y, return_inverse=True)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        cost = self.C * weight * compute_class_weight(self.class_weight, classes=classes, y=y)[target]
        present = np.bincount(target, weights=cost > 0, minlength=len(classes)) > 0
        if present.sum() < 2:
            raise ValueError(
                "The number of classes has to be greater than one; got "
                f"{present.sum()} class{'' if len(classes) < 2 else ' with a positive weight'}"
            )
        if not present.all():
            raise ValueError(
                "Invalid input - all samples from the same class have zero or negative weights: "
                f"{classes[~present].tolist()}"
            )
        if self.kernel == "precomputed" and X.shape[0] != X.shape[1]:
            raise ValueError(
                f"Precomputed matrix must be a square matrix. Input is a {X.shape[0]}x{X.shape[1]} matrix."
            )
        self._gamma = self._gamma_for(X)
        problem = Problem.of(X, target, len(classes), self.kernel)
        self._check_range(problem)
        # at 22 deviations, iris + 20, two of the 150 samples are told otherwise than in float64
        if self.kernel == "poly" and far_from_origin(X, 16):
            warnings.warn(
                "SVC with kernel='poly' is imprecise on data whose mean is so large beside their spread: "
                "scale them (StandardScaler).",
                stacklevel=4,
            )
        if self.probability:
            held = self._held_out(target, weight)
            solution = self._solve(problem, np.where(held, 0.0, cost), classes, start)
            self._adopt(X, target, classes, problem, solution)
            self.temperature_ = fitted_temperature(self._scores_of(X[held]), target[held])
            start = self._earlier_solution()
        solution = self._solve(problem, cost, classes, start)
        self._adopt(X, target, classes, problem, solution)
        self._support_weight = weight[self.support_]
        left = float(solution.gap.max())
        if left > self.tol:
            warnings.warn(
                f"SVC stopped at a gap of {left:.2g}, before it reached tol={self.tol}: the data may need scaling "
                "(StandardScaler), or raise max_iter or tol.",
                ConvergenceWarning,
                stacklevel=4,
            )
        return self

    def _gamma_for(self, X: Array) -> float:
        if hasattr(self, "_fixed_gamma"):
            return float(self._fixed_gamma)
        if self.gamma == "auto":
            return float(1 / X.shape[1])
        if self.gamma == "scale":
            variance = 0 if self.kernel in ("linear", "precomputed") else X.var(dtype=np.float64)
            return float(1 / (X.shape[1] * variance)) if variance else 1.0
        return float(self.gamma)

    def _kernel(self) -> dict[str, Any]:
        return {"kernel": self.kernel, "gamma": self._gamma, "coef0": self.coef0, "degree": self.degree}

    def _check_range(self, problem: Problem) -> None:
        """Kernel and gamma must stay within float32; where computed, |K(x, z)| is largest for some x with itself."""
        largest = float(problem.squares.max(initial=0))
        if problem.given is not None:
            largest = float(max(problem.given.max(), -problem.given.min()))
        with np.errstate(over="ignore"):
            if self.kernel == "poly":
                largest = float(np.float64(self._gamma * largest + abs(self.coef0)) ** self.degree)
        if self.kernel in ("rbf", "poly"):
            largest = max(largest, self._gamma)
        if not largest < 1e37:
            raise ValueError(
                f"kernel='{self.kernel}' overflows on these data: scale them (StandardScaler), or lower gamma or degree"
            )

    def _held_out(self, target: Array, weight: Array) -> NDArray[np.bool_]:
        """A tenth of each class, at least one sample of it, but never its last one with a weight."""
        random = check_random_state(self.random_state)
        held = np.zeros(len(target), bool)
        for c in range(target.max() + 1):
            usable = random.permutation(np.flatnonzero((target == c) & (weight > 0)))
            held[usable[: min(len(usable) - 1, max(1, len(usable) // 10))]] = True
        return held

    def _solve(self, problem: Problem, cost: Array, classes: Array, start: dict[Any, Any]) -> Solution:
        """Train all pairs, through joblib: small ones many at a time, then the others, the largest first."""
        pairs = problem.pairs()
        lane_cost = np.where(problem.lanes >= 0, cost[problem.lanes], 0.0)
        lane_of = np.empty(len(cost), np.intp)
        lane_of[problem.lanes[problem.lanes >= 0]] = np.flatnonzero(problem.lanes >= 0)
        jobs = max(1, min(effective_n_jobs(self.n_jobs), len(pairs)))
        settings: dict[str, Any] = {
            "kernel": self._kernel(),
            "tol": self.tol,
            "max_steps": self.max_iter if self.max_iter >= 0 else max(10_000_000, 100 * len(cost)),
        }
        run = partial(self._run, problem, lane_cost, classes)
        size = np.diff(problem.first)
        # a callback hears of each pass, and so of the way that small pairs do not go
        small = (size[pairs] == 1).all(axis=1) & (self.callback is None)
        numbers = np.flatnonzero(small)
        parts = np.array_split(numbers, max(1, min(jobs, len(numbers)), len(numbers) // BATCH))
        done = run(
            solve_batch, [Batch(part, problem.first[pairs[part]], **settings) for part in parts if len(part)]
        )
        for n, solution in enumerate(done):
            settled = (solution.gap <= self.tol) | (solution.steps >= settings["max_steps"])
            small[solution.numbers[~settled]] = False
            done[n] = solution.of(settled) if not settled.all() else solution
        tasks = [
            Task(
                number,
                (i, j),
                problem.range_of(i),
                problem.range_of(j),
                **settings,
                cache_bytes=self.cache_mb * 1e6 / jobs,
                start=feasible(start.get((classes[i], classes[j])), lane_of, lane_cost),
            )
            for number, (i, j) in zip(np.flatnonzero(~small).tolist(), pairs[~small].tolist(), strict=True)
        ]
        tasks.sort(key=lambda task: -int(size[list(task.pair)].sum()))
        return Solution.of_all(done + run(solve_pair, tasks))

    def _run(
        self, problem: Problem, cost: Array, classes: Array, solve: Callable[..., Solution], tasks: list[Any]
    ) -> list[Solution]:
        watch = Watch(self.callback, classes)
        shared = getattr(get_active_backend(prefer="threads")[0], "supports_sharedmem", False)
        extra = (RowPool(problem.length()), watch) if shared else ()
        arrays = (problem.panels, problem.squares, problem.lanes, cost, problem.given)
        together = 1 + len(tasks) // 500  # a task that joblib hands out by itself costs 0.3 ms
        parallel = Parallel(n_jobs=self.n_jobs, prefer="threads", return_as="generator", batch_size=together)
        done = []
        try:
            for task, solution in zip(
                tasks, parallel(delayed(solve)(*arrays, task, *extra) for task in tasks), strict=True
            ):
                done.append(solution)
                if not shared and self.callback is not None:
                    watch(task, int(solution.passes[0]), float(solution.gap[0]), len(solution.dual))
        except BaseException:
            watch.stop.set()
            raise
        return done

    def _adopt(self, X: Array, target: Array, classes: Array, problem: Problem, solution: Solution) -> None:
        """Fitted attributes from the solution of all pairs."""
        self.classes_ = classes
        dual = np.zeros((len(classes) - 1, len(target)))
        i, j = problem.pairs()[solution.owner].T
        own = solution.lanes < WIDTH * problem.first[i + 1]
        dual[np.where(own, j - 1, i), problem.lanes[solution.lanes]] = solution.dual
        used = np.flatnonzero(dual.any(axis=0))
        used = used[np.argsort(target[used], kind="stable")]
        self.support_ = used.astype(np.int32)
        self.n_support_ = np.bincount(target[used], minlength=len(classes)).astype(np.int32)
        self.support_vectors_ = X[used] if problem.given is None else np.empty((0, 0), X.dtype)
        dual, intercept = dual[:, used], solution.intercept
        if self.kernel == "linear" and problem.centre.any():
            at_origin = (problem.centre - self.support_vectors_) @ problem.centre
            intercept = pair_values(at_origin[None], self.n_support_, dual, intercept)[0]
        self._set_pairs(dual, intercept)
        self.dual_objective_ = solution.objective
        self.n_iter_ = solution.steps.astype(np.int32)
        self.shape_fit_ = X.shape
        self._load_machine()

    def _set_pairs(self, dual: Array, intercept: Array) -> None:
        """`dual_coef_` and `intercept_` of the values of the pairs; with two classes scikit-learn turns their sign."""
        sign = -1.0 if len(self.classes_) == 2 else 1.0
        self.dual_coef_, self.intercept_ = sign * dual, sign * intercept

    def _of_pairs(self) -> tuple[Array, Array]:
        """What `_set_pairs` was given."""
        sign = -1.0 if len(self.classes_) == 2 else 1.0
        return sign * self.dual_coef_, sign * self.intercept_

    def _load_machine(self) -> None:
        if self.kernel != "precomputed":
            self._machine = Machine(
                self.support_vectors_, self.n_support_, *self._of_pairs(), **self._kernel()
            )

    def _forget(self) -> None:
        """Leave no fitted attribute behind."""
        own = ("_gamma", "_machine", "_support_weight")
        for name in [name for name in self.__dict__ if name.endswith("_") or name in own]:
            del self.__dict__[name]

    def _dual_of(self, samples: Array) -> dict[Any, tuple[Array, Array]]:
        """Dual variables by pair of labels, for the support vectors under these numbers."""
        cut = np.concatenate([[0], np.cumsum(self.n_support_)])
        of = [slice(*ends) for ends in pairwise(cut.tolist())]
        dual, _ = self._of_pairs()
        found = {}
        for i, j in combinations(range(len(self.classes_)), 2):
            value = np.concatenate([dual[j - 1, of[i]], dual[i, of[j]]])
            own = np.concatenate([samples[of[i]], samples[of[j]]])
            used = value != 0
            found[self.classes_[i], self.classes_[j]] = (own[used], value[used])
        return found

    def _earlier_solution(self) -> dict[Any, tuple[Array, Array]]:
        return self._dual_of(self.support_)

    # --- prediction ------------------------------------------------------------------------------------

    def _values_of(self, X: Array) -> NDArray[np.float64]:
        """Pair values (n, K (K - 1) / 2) of checked samples."""
        if self.kernel != "precomputed":
            return self._machine.decide(X, effective_n_jobs(self.n_jobs))
        given = np.ascontiguousarray(X[:, self.support_], np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            values = pair_values(given, self.n_support_, *self._of_pairs())
        if not np.isfinite(values).all():
            raise ValueError(
                "the kernel overflows on these samples: scale it as that of the training samples"
            )
        return values

    def _scores_of(self, X: Array) -> NDArray[np.float64]:
        """Class scores (n, K) of checked samples; the values of their pairs may be too many to keep."""
        if self.kernel != "precomputed":
            return self._machine.scores(X, effective_n_jobs(self.n_jobs))
        return class_scores(self._values_of(X), len(self.classes_))

    def _checked(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=[np.float32, np.float64], order="C", reset=False))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Class scores (n, K) or, with decision_function_shape='ovo', pair values (n, K (K - 1) / 2).

        With two classes (n,): positive for `classes_[1]`, as in scikit-learn. A pair value is positive for
        the first class of the pair.
        """
        samples = self._checked(X)
        if len(self.classes_) == 2:
            return -self._values_of(samples)[:, 0]
        return self._values_of(samples) if self.decision_function_shape == "ovo" else self._scores_of(samples)

    def predict(self, X: ArrayLike) -> Array:
        """Labels (n,): the argmax of the class scores, and so of `predict_proba`."""
        scores = self._scores_of(self._checked(X))
        if hasattr(self, "temperature_"):
            scores = softmax(scores / self.temperature_, axis=1)
        return np.asarray(self.classes_[scores.argmax(axis=1)])

    @available_if(lambda self: self.probability)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities (n, K): softmax of the class scores over the temperature."""
        scores = self._scores_of(self._checked(X))
        if not hasattr(self, "temperature_"):
            raise AttributeError("fit the SVC with probability=True before predict_proba")
        return np.asarray(softmax(scores / self.temperature_, axis=1))

    @available_if(lambda self: self.probability)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Logarithms of `predict_proba`, (n, K)."""
        check_is_fitted(self, "temperature_")
        return np.asarray(log_softmax(self._scores_of(self._checked(X)) / self.temperature_, axis=1))

    @property
    def coef_(self) -> NDArray[np.float64]:
        """Weights of each pair, (K (K - 1) / 2, d); linear kernel only."""
        if self.kernel != "linear":
            raise AttributeError("coef_ is only available when using a linear kernel")
        weights = np.zeros((len(self.intercept_), self.support_vectors_.shape[1]))
        # a pair's values add up to 0 but for rounding, which counts where the vectors are far from the origin
        vectors = self.support_vectors_ - self.support_vectors_.mean(axis=0, dtype=np.float64)
        for pair, (samples, values) in enumerate(self._dual_of(np.arange(len(vectors))).values()):
            weights[pair] = values @ vectors[samples]
        return -weights if len(self.classes_) == 2 else weights

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_machine"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "dual_coef_"):
            self._load_machine()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.kernel == "precomputed"
        return tags


def fitted_temperature(scores: Array, target: Array) -> float:
    """The T for which softmax(scores / T) gives these classes (n,) the highest likelihood.

    Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern neural networks", section 4.2. The true
    class counts for (n + 1) / (n + 2) as in Platt 1999, so that n samples without an error do not promise
    that there never is one.
    """
    n, n_classes = scores.shape
    if not n:
        return 1.0
    goal = np.full((n, n_classes), 1 / (n + 2) / (n_classes - 1))
    goal[np.arange(n), target] = (n + 1) / (n + 2)

    def loss(log_temperature: float) -> float:
        return -float(np.sum(goal * log_softmax(scores / math.exp(log_temperature), axis=1)))

    return math.exp(minimize_scalar(loss, bounds=(-7, 7), method="bounded").x)
