"""What the window asks of the rest of hwcalc, as functions that a test can replace.

In flow strokes, pictures, typed text and the user's corrections; out flow readings. The functions run in
the worker and import what they need on first use: the window is there before scikit-learn and OpenCV are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hwcalc.gui import lines
from hwcalc.ink import FloatArray

if TYPE_CHECKING:
    from PIL import Image

    from hwcalc.personal import Learnt, Progress
    from hwcalc.reader import Reading
    from hwcalc.samples import Sample

Fixed: TypeAlias = Mapping[frozenset[int], str]
"""What the user says: the numbers of a symbol's strokes (in a picture: pieces) and its label."""


def _read_ink(strokes: Sequence[FloatArray], fixed: Fixed) -> Reading:
    import hwcalc

    return hwcalc.read_ink(strokes, fixed=fixed)


def _read_picture(picture: Image.Image) -> list[Reading]:
    import hwcalc

    readings = hwcalc.read_page(picture)
    # One expression alone is read better as such
    return readings if len(readings) > 1 else [hwcalc.read(picture)]


def _correct(readings: Sequence[Reading], fixed: Mapping[int, Fixed]) -> list[Reading]:
    from hwcalc.page_reader import corrected

    return corrected(readings, fixed)


def _evaluate(text: str) -> Reading:
    import hwcalc

    return hwcalc.evaluate(text)


def _warm_up() -> None:
    """Import the reader and load its model before the first stroke needs them."""
    import numpy as np

    import hwcalc

    hwcalc.read_ink([np.array([[0.0, 0.0], [0.0, 40.0]])])


def _learn(samples: Sequence[Sample], progress: Progress) -> Learnt:
    from hwcalc.glyphs import base_classifier
    from hwcalc.personal import learn

    return learn(base_classifier(), samples, progress)


def _use(model: Path | None) -> None:
    from hwcalc.glyphs import use_model

    use_model(model)


@dataclass(frozen=True)
class Engine:
    """The reader as the window sees it.

    Parameters
    ----------
    read_ink : (strokes, fixed) -> Reading
        One expression from float64 (k, 3) arrays. Raises ValueError with one line that says why not.
    read_picture : (PIL image) -> list of Reading
        Every expression on it.
    correct : (what read_picture returned, fixed of expressions by their number) -> list of Reading
    evaluate : (text) -> Reading
        The value of typed text; its reading has no symbols.
    group : (strokes) -> list of lists of int
        The strokes of each expression on the sheet, from top to bottom.
    warm_up : () -> None
        Called once in the worker when the window stands.
    learn : (samples, progress) -> Learnt
        Trains the shipped classifier further.
    use : (model file or None) -> None
        Read with this classifier, None: with the shipped one. Raises ValueError.
    """

    read_ink: Callable[[Sequence[FloatArray], Fixed], Reading] = _read_ink
    read_picture: Callable[[Image.Image], list[Reading]] = _read_picture
    correct: Callable[[Sequence[Reading], Mapping[int, Fixed]], list[Reading]] = _correct
    evaluate: Callable[[str], Reading] = _evaluate
    group: Callable[[Sequence[FloatArray]], list[list[int]]] = lines.group
    warm_up: Callable[[], None] = _warm_up
    learn: Callable[[Sequence[Sample], Progress], Learnt] = _learn
    use: Callable[[Path | None], None] = _use
