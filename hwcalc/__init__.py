"""hwcalc reads handwritten arithmetic, drawn with a pen or photographed, and computes it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .glyph_sources import load_glyphs
    from .glyphs import GlyphClassifier
    from .ink import ReadError
    from .linear_svm import LinearSVC
    from .model_file import ModelError
    from .models import GlyphModel, load_model
    from .page_reader import read_page
    from .picture_reader import read
    from .reader import (
        Reading,
        Symbol,
        classify,
        correct,
        evaluate,
        group,
        read_ink,
        ungroup,
    )
    from .svm import SVC
    from .transformer import GlyphFeatures

__version__ = "0.1.0"

if not all(find_spec(f"{__name__}.{part}") for part in ("_svm", "_features", "_probability")):
    # with the name of the package in it, `python -m` prints the error as one line
    raise ImportError(
        "hwcalc is not built here: run `pip install -e .` in the checkout, then try again", name=__name__
    )

_HOME = {
    "GlyphClassifier": "glyphs",
    "GlyphFeatures": "transformer",
    "GlyphModel": "models",
    "LinearSVC": "linear_svm",
    "ModelError": "model_file",
    "ReadError": "ink",
    "Reading": "reader",
    "SVC": "svm",
    "Symbol": "reader",
    "classify": "reader",
    "correct": "reader",
    "evaluate": "reader",
    "load_glyphs": "glyph_sources",
    "load_model": "models",
    "group": "reader",
    "read": "picture_reader",
    "read_ink": "reader",
    "read_page": "page_reader",
    "ungroup": "reader",
}

__all__ = [
    "SVC",
    "GlyphClassifier",
    "GlyphFeatures",
    "GlyphModel",
    "LinearSVC",
    "ModelError",
    "ReadError",
    "Reading",
    "Symbol",
    "__version__",
    "classify",
    "correct",
    "evaluate",
    "group",
    "load_glyphs",
    "load_model",
    "read",
    "read_ink",
    "read_page",
    "ungroup",
]


if not TYPE_CHECKING:  # for a type checker there are the imports above, and no other names

    def __getattr__(name: str) -> Any:
        """Import on first use: `hwcalc.SVC` alone needs scikit-learn, and that takes half a second."""
        if name not in _HOME:
            raise AttributeError(f"module 'hwcalc' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f".{_HOME[name]}", __name__), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
