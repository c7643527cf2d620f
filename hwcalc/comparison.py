"""The command `hwcalc compare`: whether one of two models is better.

In flow two model files and a set that neither was trained on; out flow both accuracies and McNemar's test.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from .command import ended
from .evaluation import command_line, named_model
from .glyph_sources import load_part
from .metrics import accuracy, mcnemar

EXAMPLES = """\
examples:
  hwcalc compare linear.npz svc.npz mnist:test
  hwcalc compare shipped mine.npz samples.jsonl --format json
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc compare` with these arguments; returns the exit code."""
    args = command_line("compare", "Tell whether one of two models is better on a set of glyphs.", EXAMPLES)
    return ended("hwcalc compare", partial(_compare, args.parse_args(argv)))


def _compare(options: argparse.Namespace) -> int:
    models = [named_model(name) for name in (options.model_a, options.model_b)]
    tested = load_part(options.set, options.limit, options.labels, options.seed)
    truth = tested.glyphs.labels
    right = [model.predict(tested.glyphs.glyphs) == truth for model in models]
    told: dict[str, Any] = {
        "set": options.set,
        "a": {"model": options.model_a, **accuracy(right[0])},
        "b": {"model": options.model_b, **accuracy(right[1])},
        "mcnemar": mcnemar(*right),
    }
    print(json.dumps(told, ensure_ascii=False, indent=1) if options.format == "json" else _as_text(told))
    return 0


def _as_text(told: dict[str, Any]) -> str:
    lines = []
    for key in ("a", "b"):
        row = told[key]
        low, high = (100 * x for x in row["accuracy_95"])
        lines.append(
            f"{key.upper()}  {100 * row['accuracy']:.2f} % (95 %: {low:.2f} to {high:.2f}), "
            f"{row['errors']} errors in {row['glyphs']:,} glyphs  {row['model']}"
        )
    test = told["mcnemar"]
    only_a, only_b, p = test["only_a_right"], test["only_b_right"], test["p_value"]
    lines.append(f"only A right {only_a}, only B right {only_b}; McNemar's exact test: p = {p:.3g}")
    if p >= 0.05:
        lines.append("no difference that chance would not make one time in twenty")
    else:
        lines.append(f"{'A' if only_a > only_b else 'B'} is better, by more than chance")
    return "\n".join(lines)
