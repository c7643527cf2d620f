"""From glyphs to what a machine learns from: pictures, features, a split, balanced classes.

    glyphs ─▶ less noise ─▶ 784 pixels 0 to 1, or gradient features ─▶ split ─▶ balanced training part

The order matters. What is made of samples (SMOTE's points between neighbours) or chosen among them belongs into the
training part alone: made before the split, near copies of test samples are trained on, and the test flatters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from . import _features
from .datasets import DatasetError, GlyphSet
from .features import FeatureArray, Glyph, extract, is_picture
from .ink import ByteArray
from .loaded import Loaded

Features: TypeAlias = Literal["gradient", "raw"]
Denoise: TypeAlias = Literal["none", "gaussian", "median"]
Balance: TypeAlias = Literal["none", "under", "smote"]

SIDE = 28
"""Of the pictures of raw features, in pixels: MNIST's."""

_INK_SIDE = 20 / 28
"""The longer side of a glyph in MNIST's frame."""

NEIGHBOURS = 5
"""Of a sample, between which SMOTE makes new ones (Chawla, Bowyer, Hall, Kegelmeyer 2002)."""


# Pictures and features.


def as_picture(glyph: Glyph) -> ByteArray:
    """A glyph as MNIST has them: uint8 (28, 28), bright ink on black.

    Strokes are drawn 20 pixels long and centred; a picture of another size is scaled as a whole.
    """
    if not is_picture(glyph):
        drawn = _features.draw(_features.Strokes([glyph]), 1.0)
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        ink = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        glyph = _centred(ink, round(max(ink.shape) / _INK_SIDE))
    elif glyph.shape[0] != glyph.shape[1]:
        glyph = _centred(glyph, max(glyph.shape))
    if glyph.shape != (SIDE, SIDE):
        method = cv2.INTER_AREA if len(glyph) > SIDE else cv2.INTER_LINEAR
        glyph = cv2.resize(glyph, (SIDE, SIDE), interpolation=method)
    return np.asarray(glyph, np.uint8)


def _centred(ink: ByteArray, side: int) -> ByteArray:
    frame = np.zeros((side, side), np.uint8)
    top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    frame[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return frame


def without_noise(glyph: Glyph, how: Denoise) -> Glyph:
    """A picture smoothed by a 3×3 Gaussian or median; strokes stay as they are."""
    if how == "none" or not is_picture(glyph):
        return glyph
    smooth = cv2.GaussianBlur(glyph, (3, 3), 0) if how == "gaussian" else cv2.medianBlur(glyph, 3)
    return np.asarray(smooth, np.uint8)


def prepare(
    glyphs: Sequence[Glyph],
    features: Features = "gradient",
    denoise: Denoise = "none",
    n_jobs: int | None = None,
) -> FeatureArray:
    """Features of glyphs, float32: (n, 784) pixels of 0 to 1 for 'raw', else as `features.extract`."""
    smooth = [without_noise(glyph, denoise) for glyph in glyphs]
    if features == "gradient":
        return extract(smooth, n_jobs=n_jobs)
    pixels = np.empty((len(glyphs), SIDE * SIDE), np.float32)
    for row, glyph in zip(pixels, smooth, strict=True):
        row[:] = as_picture(glyph).ravel()
    pixels /= 255
    return pixels


# Copies.


def fingerprints(glyphs: Sequence[Glyph]) -> npt.NDArray[np.str_]:
    """A name for each glyph, (n,), that only exact copies share."""
    return np.array([_fingerprint(glyph) for glyph in glyphs], "<U24")


def _fingerprint(glyph: Glyph) -> str:
    if isinstance(glyph, np.ndarray):
        parts: list[npt.NDArray[Any]] = [np.array(glyph.shape), np.ascontiguousarray(glyph)]
    else:
        strokes = [np.asarray(stroke, np.float64) for stroke in glyph]
        parts = [np.array([len(stroke) for stroke in strokes]), *map(np.ascontiguousarray, strokes)]
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part.tobytes())
    return digest.hexdigest()


# The split.


def split(
    labels: npt.NDArray[np.str_], places: Sequence[str], test_size: float, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indices to train on and to test on: a share `test_size` of each label, chosen by `seed`.

    Raises
    ------
    DatasetError
        A label has one glyph, which cannot be in both parts.
    """
    from sklearn.model_selection import train_test_split

    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    if (counts < 2).any():
        k = int(np.argmin(counts))
        raise DatasetError(
            f"{places[first[k]]}: the only {str(names[k])!r}, which cannot be in both the training and the test part; "
            "add some or leave it out"
        )
    try:
        train, test = train_test_split(
            np.arange(len(labels)), test_size=test_size, random_state=seed, stratify=labels
        )
    except ValueError as error:
        raise DatasetError(f"{len(labels)} glyphs are too few for --test-size {test_size}: {error}") from None
    return np.sort(train), np.sort(test)


def copies_across(train: npt.NDArray[np.str_], test: npt.NDArray[np.str_]) -> npt.NDArray[np.intp]:
    """Indices of the training glyphs that are exact copies of test glyphs, both given by `fingerprints`."""
    return np.flatnonzero(np.isin(train, test))


# Balance.


def balanced(
    X: FeatureArray, y: npt.NDArray[np.str_], how: Balance, seed: int, where: Sequence[str] | None = None
) -> tuple[FeatureArray, npt.NDArray[np.str_]]:
    """A training part in which all labels have as many samples, by imbalanced-learn.

    Parameters
    ----------
    X, y : features (n, d) and labels (n,) of the training part, never of the test part.
    how : 'under' leaves out samples by chance until all have as many as the rarest; 'smote' makes new ones between
        neighbours until all have as many as the commonest; 'none' changes nothing.
    where : where each sample stands, for the message.

    Raises
    ------
    DatasetError
        SMOTE needs two samples of a label, and there is one.
    """
    if how == "none":
        return X, y
    if how == "under":
        from imblearn.under_sampling import RandomUnderSampler

        chosen, _ = RandomUnderSampler(random_state=seed).fit_resample(np.arange(len(y))[:, None], y)
        keep = np.sort(chosen[:, 0])
        return X[keep], y[keep]
    from imblearn.over_sampling import SMOTE

    names, first, counts = np.unique(y, return_index=True, return_counts=True)
    rarest = int(np.argmin(counts))
    if counts[rarest] < 2:
        place = f"{where[first[rarest]]}: " if where is not None else ""
        raise DatasetError(
            f"{place}the only {str(names[rarest])!r} to train on, and SMOTE makes samples between two: add some, "
            "or take --balance under or none"
        )
    neighbours = min(NEIGHBOURS, int(counts[rarest]) - 1)
    made, labels = SMOTE(random_state=seed, k_neighbors=neighbours).fit_resample(X, y)
    return np.asarray(made, np.float32), np.asarray(labels)


def together(parts: Sequence[Loaded]) -> Loaded:
    """Several sets as one, named 'a+b'."""
    glyphs = GlyphSet(
        "+".join(part.glyphs.name for part in parts),
        [glyph for part in parts for glyph in part.glyphs.glyphs],
        np.concatenate([part.glyphs.labels for part in parts]),
        np.concatenate([part.glyphs.writers for part in parts]),
    )
    places = [place for part in parts for place in part.places]
    return Loaded(glyphs, places, [note for part in parts for note in part.notes])
