"""Sets of glyphs from wherever they are: public sets by name, and files and folders of one's own.

In flows a name or a path; out flow glyphs with their labels, where each stands, and what was noticed. To say which
half of a set that has two: `mnist:test`, `digits.npz:train`.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from . import datasets
from .datasets import DatasetError, GlyphSet
from .folders import read_folder
from .ink_sets import read_inkml, read_lines, read_sheets
from .loaded import MOST_GLYPHS, Complain, Loaded, is_waiting, refuse, too_many
from .polarity import turned
from .symbol_names import known, label_of
from .tables import read_table

SYNTHETIC = 16000
"""Glyphs of the set `synthetic`, unless another number is asked for."""

MOST_BYTES = 4 * 2**30
"""An .npz file that is larger when unpacked is refused."""

_HALVES = ("train", "test")


def load_glyphs(source: str | os.PathLike[str]) -> GlyphSet:
    """A set of labelled glyphs.

    Parameters
    ----------
    source : name or path
        `mnist` (its 60,000 to train; `mnist:test` for the 10,000 to test), a public set of `hwcalc data list`,
        `synthetic`, `samples` (what the window kept of the user's hand), a table (.csv, .csv.gz), a folder of
        folders of pictures named by labels, an .npz with `images` and `labels`, an IDX file of images beside that
        of its labels, ink (.jsonl, .jsonl.gz, .inkml), sheets with corrections (.hwcalc), or a folder of these.

    Raises
    ------
    DatasetError
        There is no such set, or something in it is wrong: the message names file, line and remedy.
    """
    return load(source).glyphs


def load(
    source: str | os.PathLike[str],
    complain: Complain = refuse,
    synthetic: int = SYNTHETIC,
    seed: int = 0,
    n_jobs: int = 1,
) -> Loaded:
    """A set as `load_glyphs` gives it, with places and notes.

    Parameters
    ----------
    source : as in `load_glyphs`.
    complain : what to do with single glyphs that are wrong; by default the first is raised.
    synthetic, seed, n_jobs : how many synthetic glyphs are drawn, from which seed, by how many processes.
    """
    name, half = _halved(os.fspath(source))
    if name == "mnist":
        return _named(replace(datasets.load_mnist(half or "train"), name=os.fspath(source)))
    if half is None and name == "synthetic":
        from .training_set import synthetic as draw  # it loads all that draws

        return _named(draw(synthetic, seed, n_jobs))
    if half is None and name in datasets.PUBLIC_SETS:
        return _named(datasets.load_set(name))
    path = Path(name)
    if half is None and name == "samples" and not path.exists():
        path = platformdirs.user_data_path("hwcalc", appauthor=False) / "hand" / "samples.jsonl"
        if not path.exists():
            raise DatasetError(
                "you have no samples yet: correct what the window reads, and keep what it asks to keep"
            )
    if not path.exists():
        known_sets = ", ".join(("mnist", "synthetic", "samples", *datasets.PUBLIC_SETS))
        raise DatasetError(
            f"there is no set {name!r}, and no such file or folder; known sets are {known_sets}"
        )
    return _from_path(path, half, complain)


def load_part(
    source: str | os.PathLike[str],
    limit: int | None = None,
    labels: str | None = None,
    seed: int = 0,
    complain: Complain = refuse,
) -> Loaded:
    """At most `limit` glyphs of a set, chosen by `seed`, of these labels only if they are named.

    Raises
    ------
    DatasetError
        As `load`, or none of the labels is there.
    """
    found = (
        _drawn(labels, limit or SYNTHETIC, seed)
        if labels and source == "synthetic"
        else load(source, complain, limit or SYNTHETIC, seed)
    )
    if labels:
        found = found.take(np.isin(found.glyphs.labels, list(labels)))
        if not len(found.glyphs):
            raise DatasetError(f"{source}: has no glyph of {labels}")
    if limit and limit < len(found.glyphs):
        chosen = np.random.default_rng(seed).permutation(len(found.glyphs))[:limit]
        found = found.take(np.sort(chosen))
    return found


def _drawn(labels: str, count: int, seed: int) -> Loaded:
    """Synthetic glyphs of some labels only."""
    from .handwriting import glyphs as draw

    unknown = set(labels) - set(datasets.LABELS)
    if unknown:
        raise DatasetError(f"synthetic: {min(unknown)!r} is no label; {known()}")
    glyphs, told = draw(labels, count, seed)
    return _named(
        GlyphSet("synthetic", list(glyphs), told, np.array([f"synthetic/{i // 8}" for i in range(count)]))
    )


def _halved(source: str) -> tuple[str, str | None]:
    """'mnist:test' as ('mnist', 'test'); the colon of a Windows drive stays."""
    name, _, half = source.rpartition(":")
    return (name, half) if name and half in _HALVES else (source, None)


def _named(glyphs: GlyphSet) -> Loaded:
    return Loaded(glyphs, [f"{glyphs.name}:{i}" for i in range(len(glyphs))])


def _from_path(path: Path, half: str | None, complain: Complain) -> Loaded:
    name = path.name.lower()
    plain = name.removesuffix(".gz")
    if half is not None and not (path.is_dir() or plain.endswith(".npz")):
        raise DatasetError(f"{path}: has no half called {half}; name it without :{half}")
    if path.is_dir():
        return _from_folder(path, half, complain)
    if plain.endswith((".csv", ".tsv")):
        return read_table(path, complain)
    if plain.endswith((".jsonl", ".ndjson")):
        return read_lines(path, complain)
    if plain.endswith(".npz"):
        return _from_npz(path, half, complain)
    if "idx" in plain:
        return _from_idx(path)
    if plain.endswith(".inkml"):
        return read_inkml([path], path.stem, complain)
    if plain.endswith(".hwcalc"):
        return read_sheets([path], path.stem, complain)
    raise DatasetError(
        f"{path}: not a set of a known kind: give .csv, .npz, .jsonl, .inkml, .hwcalc, IDX, or a folder of folders "
        "of pictures"
    )


def _from_folder(path: Path, half: str | None, complain: Complain) -> Loaded:
    if any(path.glob("*-images-idx3-ubyte*")):
        return _named(replace(datasets.load_mnist(half or "train", path), name=path.resolve().name))
    if half is not None:
        raise DatasetError(f"{path}: has no half called {half}; name the folder without :{half}")
    name = path.resolve().name
    for ending, read in ((".inkml", read_inkml), (".hwcalc", read_sheets)):
        files = [file for file in sorted(path.glob(f"*{ending}")) if not is_waiting(file, complain)]
        if files:
            return read(files, name, complain)
    return read_folder(path, complain)


def _from_idx(path: Path) -> Loaded:
    """IDX images, and the labels beside them under the name that MNIST gives them."""
    if "images" not in path.name:
        raise DatasetError(f"{path}: name the file of the images; that of the labels is found beside it")
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    images, labels = datasets.read_idx(path), datasets.read_idx(beside)
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise DatasetError(
            f"{path}: images {images.shape} and labels {labels.shape} of {beside.name} do not belong together"
        )
    if len(labels) and labels.max() > 9:
        at = int(np.flatnonzero(labels > 9)[0])
        raise DatasetError(f"{beside}: label {labels[at]} of image {at} is no digit")
    return _named(GlyphSet(path.name.split("-")[0], list(images), labels.astype("<U1")))


# .npz


def _from_npz(path: Path, half: str | None, complain: Complain) -> Loaded:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise DatasetError(f"{path}: over {MOST_BYTES >> 30} GB when unpacked: split it")
        with np.load(path, allow_pickle=False) as stored:
            images, labels = _arrays(path, stored, half)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or 'damaged'}; copy it again") from None
    except (ValueError, KeyError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        if isinstance(error, DatasetError):
            raise
        remedy = (
            "it holds Python objects: save labels as text, with .astype(str)"
            if "Object arrays" in str(error)
            else "copy it again"
        )
        raise DatasetError(f"{path}: not an .npz file of arrays, or damaged; {remedy}") from None
    return _of_arrays(path, images, labels, complain)


def _arrays(path: Path, stored: Any, half: str | None) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Images and labels under one of their usual pairs of names."""
    names = set(stored.files)
    ending = f"_{half or 'train'}"
    pairs = [("images", "labels"), ("X", "y"), ("x", "y"), ("data", "target")] if half is None else []
    pairs += [(f"x{ending}", f"y{ending}"), (f"X{ending}", f"y{ending}")]
    for pair in pairs:
        if names >= set(pair):
            return stored[pair[0]], stored[pair[1]]
    raise DatasetError(
        f"{path}: holds {', '.join(sorted(names)) or 'nothing'}; arrays `images` (n, h, w) and `labels` (n,) are needed"
    )


def _of_arrays(path: Path, images: npt.NDArray[Any], labels: npt.NDArray[Any], complain: Complain) -> Loaded:
    if images.ndim == 2:
        side = int(np.sqrt(images.shape[1]))
        if side * side == images.shape[1]:
            images = images.reshape(-1, side, side)
    fits = images.ndim == 3 and 0 not in images.shape[1:] and labels.ndim == 1 and len(images) == len(labels)
    if not fits or images.dtype.kind not in "uifb":
        raise DatasetError(
            f"{path}: images {images.dtype}{images.shape} and labels {labels.shape} do not belong together; images are "
            "numbers (n, h, w), labels (n,)"
        )
    if len(images) > MOST_GLYPHS:
        raise too_many(str(path))
    if images.size and not (np.isfinite(images).all() and images.min() >= 0 and images.max() <= 255):
        raise DatasetError(f"{path}: pixels are not 0 to 1 or 0 to 255; scale the images")
    ones = images.size and images.max() <= 1
    pictures = np.rint(images * 255.0 if ones else images).astype(np.uint8)
    found = [label_of(str(label)) for label in labels]
    for i, label in enumerate(found):
        if label is None:
            complain(f"{path}: glyph {i}: {str(labels[i])!r} is no label; {known()}")
    keep = [i for i, label in enumerate(found) if label is not None]
    if not keep:
        raise DatasetError(f"{path}: holds no glyph")
    told = np.array([found[i] for i in keep], "<U1")
    glyphs, polarity = turned(list(pictures[keep]), told)
    note = f"{images.shape[2]}×{images.shape[1]} pixels, {'0 to 1' if ones else '0 to 255'}, {polarity}"
    return Loaded(GlyphSet(path.stem, glyphs, told), [f"{path}: glyph {i}" for i in keep], [note])
