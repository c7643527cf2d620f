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

import numpy as np
from numpy.typing import ArrayLike, NDArray

KERNELS: dict[str, int]
WIDTH: int
BLOCK: int

def pack(
    X: NDArray[np.float32] | NDArray[np.float64], order: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...
def panel_order(
    counts: ArrayLike, order: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]: ...

class PairSolver:
    columns: int
    size: int
    steps: int
    gap: float
    def __init__(
        self,
        panels: NDArray[np.float32],
        squares: NDArray[np.float32],
        first: tuple[int, int],
        second: tuple[int, int],
        cost: NDArray[np.float64],
        kernel: str,
        gamma: float = 1,
        coef0: float = 0,
        degree: int = 3,
        limit: int = ...,
    ) -> None: ...
    def violators(self, count: int) -> NDArray[np.intp]: ...
    def join(self, columns: NDArray[np.intp]) -> None: ...
    def load(self) -> None: ...
    def optimise(self, tolerance: float, max_steps: int) -> bool: ...
    def store(self) -> None: ...
    def dual(self) -> NDArray[np.float64]: ...
    def dual_objective(self) -> float: ...
    def intercept(self) -> float: ...

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
    def evaluate(
        self, X: ArrayLike, threads: int = 1
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
