"""Types of the compiled log-probabilities."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

def log_softmax(scores: npt.NDArray[np.floating], temperature: float = 1) -> npt.NDArray[np.float32]: ...
def mix(
    found: npt.NDArray[np.float32],
    first: npt.NDArray[np.float32],
    second: npt.NDArray[np.float32],
    rows: Iterable[int],
    columns: npt.NDArray[np.int32],
    weight: float,
) -> None: ...
def weigh(
    found: npt.NDArray[np.float32],
    prior: npt.NDArray[np.float32],
    evidence: list[float],
    column: int,
    plain: list[int],
    softening: float,
) -> None: ...
def likeliest(found: npt.NDArray[np.float32]) -> list[int]: ...
