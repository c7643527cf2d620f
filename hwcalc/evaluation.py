"""The command `hwcalc evaluate`: how good a model is.

In flow a model file and a set that it was not trained on; out flow figures as text or JSON, and a report.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .command import ended, positive, seed
from .glyph_sources import load_part
from .glyphs import default_classifier
from .loaded import Loaded
from .metrics import Figures, as_text, measure
from .models import GlyphModel, load_model

SHIPPED = "shipped"
"""Names the model that hwcalc reads with, in place of a file."""

_EPILOGUE = """\
MODEL is a file made by `hwcalc train`, or `shipped` for the one that hwcalc reads with. SET is as in `hwcalc data`:
mnist:test, a table, a folder of folders of pictures, .npz, ink. Glyphs that the model was trained on tell nothing.
Exit codes: 0 done, 1 something could not be read or written, 2 wrong usage."""

EXAMPLES = """\
examples:
  hwcalc evaluate model.npz mnist:test
  hwcalc evaluate shipped symbols/ --report report       a page with plots in report/report.html
  hwcalc evaluate model.npz digits.csv --format json
"""


def command_line(name: str, description: str, examples: str) -> argparse.ArgumentParser:
    """The command line of `hwcalc evaluate` or `hwcalc compare`."""
    args = argparse.ArgumentParser(
        prog=f"hwcalc {name}",
        description=description,
        epilog=f"{examples}\n{_EPILOGUE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for model in ("model",) if name == "evaluate" else ("model_a", "model_b"):
        args.add_argument(model, metavar=model.upper().removeprefix("MODEL_"))
    args.add_argument("set", metavar="SET")
    args.add_argument("--limit", type=positive, help="at most so many glyphs, chosen by chance")
    args.add_argument("--labels", help="these labels only, such as '0123456789'")
    args.add_argument("--seed", type=seed, default=0, help="of what is chosen by chance (0)")
    args.add_argument(
        "--format", choices=("text", "json"), default="text", help="what to print (default: text)"
    )
    if name == "evaluate":
        args.add_argument(
            "--report", type=Path, metavar="DIR", help="write report.html and report.json there"
        )
    return args


def named_model(name: str) -> GlyphModel:
    """The model in a file, or the one that hwcalc reads with. Raises ModelError."""
    return GlyphModel(default_classifier()) if name == SHIPPED else load_model(name)


def evaluate_model(model: GlyphModel, tested: Loaded) -> tuple[Figures, Any]:
    """Figures of a model on a set, as `metrics.measure` has them, and the probabilities (n, K)."""
    probability = model.predict_proba(tested.glyphs.glyphs)
    return measure(tested.glyphs.labels, probability, model.labels, tested.glyphs.writers), probability


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc evaluate` with these arguments; returns the exit code."""
    args = command_line("evaluate", "Measure a model on a set of labelled glyphs.", EXAMPLES)
    return ended("hwcalc evaluate", partial(_evaluate, args.parse_args(argv)))


def _evaluate(options: argparse.Namespace) -> int:
    from .report import check_report, write_report  # it loads Pillow

    if options.report:
        check_report(options.report)
    model = named_model(options.model)
    tested = load_part(options.set, options.limit, options.labels, options.seed)
    figures, probability = evaluate_model(model, tested)
    if options.format == "json":
        print(
            json.dumps({"model": options.model, "set": options.set, **figures}, ensure_ascii=False, indent=1)
        )
    else:
        print(as_text(figures))
    if options.report:
        title = f"{options.model} on {options.set}"
        page = write_report(options.report, title, figures, model.recipe, tested, probability, model.labels)
        if options.format == "text":
            print(f"wrote {page}")
    return 0
