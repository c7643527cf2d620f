"""hwcalc reads handwritten arithmetic, drawn with a pen or photographed, and computes it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .glyphs import GlyphClassifier, ModelError
    from .ink import ReadError
    from .reader import Reading, Symbol, classify, evaluate, read, read_ink, read_page
    from .svm import SVC
    from .transformer import GlyphFeatures

__version__ = "0.1.0"

NOT_BUILT = "hwcalc is not built here: run `pip install -e .` in the checkout, then try again"

_HOME = {
    "GlyphClassifier": "glyphs",
    "GlyphFeatures": "transformer",
    "ModelError": "glyphs",
    "ReadError": "ink",
    "Reading": "reader",
    "SVC": "svm",
    "Symbol": "reader",
    "classify": "reader",
    "evaluate": "reader",
    "read": "reader",
    "read_ink": "reader",
    "read_page": "reader",
}

__all__ = [
    "SVC",
    "GlyphClassifier",
    "GlyphFeatures",
    "ModelError",
    "ReadError",
    "Reading",
    "Symbol",
    "__version__",
    "classify",
    "evaluate",
    "read",
    "read_ink",
    "read_page",
]


def __getattr__(name: str) -> Any:
    """Import on first use: `hwcalc.SVC` alone needs scikit-learn, and that takes half a second."""
    if name not in _HOME:
        raise AttributeError(f"module 'hwcalc' has no attribute {name!r}")
    try:
        module = import_module(f".{_HOME[name]}", __name__)
    except ModuleNotFoundError as error:
        if error.name not in ("hwcalc._svm", "hwcalc._features"):
            raise
        raise ImportError(NOT_BUILT) from None
    value = globals()[name] = getattr(module, name)
    return value
