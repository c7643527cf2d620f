"""Types of the compiled core.

A trained machine from plain arrays, without scikit-learn:

    machine = Machine(support_vectors, n_support, dual_coef, intercept, "rbf", gamma)
    machine.scores(X).argmax(axis=1)   # X (n, d) float32; class indices
    machine.decide(X)                  # (n, K (K - 1) / 2), pairs (0, 1), (0, 2), ..., (K - 2, K - 1)

The arrays are the attributes of a fitted `hwcalc.svm.SVC`: `support_vectors_` (s, d) sorted by class,
`n_support_` (K,), `dual_coef_` (K - 1, s) in LIBSVM's layout (row j - 1 of a support vector of class i
belongs to its pair with j > i, row j to its pair with j < i), `intercept_` (K (K - 1) / 2,), and the
value of gamma in `_gamma`. float32 is enough for the support vectors and the dual coefficients.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Real = NDArray[np.float32] | NDArray[np.float64]
Compressed = tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]

KERNELS: dict[str, int]
WIDTH: int
BLOCK: int

def aligned(shape: int | tuple[int, ...], dtype: Any = ...) -> NDArray[Any]: ...
def panel_order(
    counts: NDArray[Any], order: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]: ...
def pack(
    X: Real, lanes: NDArray[np.intp], centre: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...
def halved(
    panels: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]: ...
def far_from_origin(X: NDArray[Any], deviations: float) -> bool: ...
def centre_of(X: NDArray[Any], kernel: str) -> NDArray[np.float64]: ...
def compress(X: Real) -> Compressed: ...
def hinge_epoch(
    rows: Compressed,
    order: NDArray[np.int64],
    targets: NDArray[np.float32],
    rate: float,
    decay: float,
    weights: NDArray[np.float32],
    bias: NDArray[np.float64],
    weight_sum: NDArray[np.float64] | None = None,
) -> float: ...

class RowPool:
    length: int
    def __init__(self, length: int) -> None: ...
    def take(self, count: int) -> list[int]: ...
    def give(self, rows: list[int]) -> None: ...

class PairSolver:
    columns: int
    size: int
    steps: int
    gap: float
    top: float
    bottom: float
    stalled: bool
    beta: Any
    def __init__(
        self,
        panels: NDArray[np.float32],
        squares: NDArray[np.float32],
        panel: NDArray[np.intp],
        sign: NDArray[np.float64],
        cost: NDArray[np.float64],
        pool: RowPool,
        kernel: str,
        gamma: float = 1,
        coef0: float = 0,
        degree: int = 3,
        given: NDArray[np.float32] | None = None,
        sample: NDArray[np.intp] | None = None,
    ) -> None: ...
    def extend(self, n_panels: int) -> None: ...
    def warm(self, columns: NDArray[np.intp], values: NDArray[np.float64]) -> None: ...
    def keep(self, members: NDArray[np.intp]) -> None: ...
    def useful(self, most: int) -> NDArray[np.intp]: ...
    def support(self) -> NDArray[np.intp]: ...
    def close(self) -> None: ...
    def violators(self, count: int, share: float) -> NDArray[np.intp]: ...
    def join(self, columns: NDArray[np.intp]) -> None: ...
    def load(self) -> None: ...
    def optimise(self, tolerance: float, max_steps: int) -> bool: ...
    def store(self) -> None: ...
    def dual_objective(self) -> float: ...
    def intercept(self) -> float: ...

def solve_small(
    panels: NDArray[np.float32],
    squares: NDArray[np.float32],
    lanes: NDArray[np.intp],
    cost: NDArray[np.float64],
    given: NDArray[np.float32] | None,
    pairs: NDArray[np.intp],
    tol: float,
    max_steps: int,
    pool: RowPool,
    **kernel: Any,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]: ...

class Machine:
    n_classes: int
    n_features: int
    n_pairs: int
    def __init__(
        self,
        support_vectors: ArrayLike,
        n_support: ArrayLike,
        dual_coef: ArrayLike,
        intercept: ArrayLike,
        kernel: str = "rbf",
        gamma: float = 1,
        coef0: float = 0,
        degree: int = 3,
    ) -> None: ...
    def decide(self, X: ArrayLike, threads: int = 1) -> NDArray[np.float64]: ...
    def scores(self, X: ArrayLike, threads: int = 1) -> NDArray[np.float64]: ...
    def evaluate(self, X: ArrayLike, threads: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

class ByteMachine:
    n_classes: int
    n_features: int
    n_pairs: int
    def __init__(
        self,
        vectors: NDArray[np.uint8],
        step: NDArray[np.float32],
        offset: NDArray[np.float32],
        n_support: ArrayLike,
        dual_coef: ArrayLike,
        intercept: ArrayLike,
        gamma: float,
        landmarks: NDArray[np.int32],
        terms: NDArray[np.float32],
        pairs: NDArray[np.float32],
        start: NDArray[np.float32],
        reach: float = 1,
        projection: NDArray[np.float32] | None = None,
    ) -> None: ...
    def scores(self, X: ArrayLike) -> NDArray[np.float64]: ...

def scores_of_both(
    first: ByteMachine, second: ByteMachine, X: ArrayLike, Y: ArrayLike, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def pair_values(
    kernel: NDArray[np.float64],
    n_support: NDArray[np.integer],
    dual_coef: NDArray[np.float64],
    intercept: NDArray[np.float64],
) -> NDArray[np.float64]: ...
def class_scores(values: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]: ...
