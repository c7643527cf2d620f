"""How long hwcalc.SVC takes to learn 50 more glyphs, and to move to another C, beside training from nothing.

    python benchmarks/learning.py

MNIST's 60,000 images go in, and 50 of its test images as what somebody corrected; one line for each way comes out.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
from solver import best_of, features, read

from hwcalc import SVC


def again(change: Callable[[SVC], object], model: SVC, rounds: int = 3) -> float:
    """The shortest time of a change to a fresh copy of the model, in seconds."""
    copies = iter([copy.deepcopy(model) for _ in range(rounds)])
    return best_of(lambda: change(next(copies)), rounds)[1]


def main() -> None:
    (images, y), (more, more_y) = read("train"), read("t10k")
    X, Z = features("ours", (images, more[:50]))
    both, both_y = np.concatenate([X, Z]), np.concatenate([y, more_y[:50]])
    model = SVC(10, warm_start=True)
    nothing = best_of(lambda: SVC(10).fit(X, y))[1]
    model.fit(X, y)
    print(f"{nothing:7.2f} s  60,000 glyphs from nothing, {len(model.support_)} support vectors")
    print(
        f"{again(lambda m: m.partial_fit(Z, more_y[:50]), model):7.2f} s  50 more: partial_fit, on the support vectors"
    )
    print(
        f"{again(lambda m: m.fit(both, both_y), model):7.2f} s  50 more: fit with warm_start, on all 60,050"
    )
    print(
        f"{again(lambda m: m.set_params(C=20).fit(X, y), model):7.2f} s  from C = 10 to C = 20 with warm_start"
    )
    print(f"{best_of(lambda: SVC(20).fit(X, y))[1]:7.2f} s  C = 20 from nothing")


if __name__ == "__main__":
    main()
