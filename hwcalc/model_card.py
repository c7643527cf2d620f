"""A model card: what a model file is, how it was made and how good it was, in Markdown.

In flows a model file with its recipe; out flows text. After Mitchell and others, "Model cards for model
reporting", 2019.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .glyphs import ANY_LETTER, GlyphClassifier
from .models import GlyphModel, KernelMachine, LinearMachine, load_model
from .public_sets import SETS

_OWN = {
    "synthetic": "drawn by hwcalc, MIT",
    "junk": "drawn by hwcalc from the other sets' writers: no symbols",
    "letters": "drawn by hwcalc, MIT: all one label",
}


def card(path: str | os.PathLike[str]) -> str:
    """The model card of a file.

    Raises
    ------
    ModelError
        It is no model of hwcalc.
    """
    model = load_model(path)
    recipe = model.recipe
    lines = [
        f"# {Path(path).name}",
        "",
        f"A classifier of handwritten symbols: {' '.join(model.labels)}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in _facts(path, model).items()),
    ]
    if recipe.get("sets"):
        lines += ["", "## Trained on", "", "| set | glyphs | source and licence |", "|---|---|---|"]
        lines += [f"| {name} | {count:,} | {_licence(name)} |" for name, count in recipe["sets"].items()]
    figures = _figures(recipe)
    if figures:
        lines += ["", "## Figures", "", *(f"- {line}" for line in figures)]
    noticed = ", and the reading is mostly marked doubtful" if ANY_LETTER in model.machine.labels else ""
    lines += [
        "",
        "## Limits",
        "",
        f"It tells these symbols apart, nothing else: a letter is read as the symbol that it looks like most{noticed}. "
        "Its figures hold for writers and pens like those of the test set; measure it on your own with "
        "`hwcalc evaluate`.",
    ]
    if recipe.get("command"):
        lines += ["", "## Make it again", "", f"    {recipe['command']}"]
    return "\n".join(lines)


def _facts(path: str | os.PathLike[str], model: GlyphModel) -> dict[str, str]:
    machine, recipe = model.machine, model.recipe
    facts = {"machine": _machine(machine), "features": model.features}
    if isinstance(machine, GlyphClassifier) and machine.pen:
        facts["of pen strokes also"] = (
            f"their path, by a second machine of {len(machine.pen.vectors):,} support vectors"
        )
    if isinstance(machine, GlyphClassifier) and machine.projection is not None:
        facts["features"] += f", {len(machine.projection)} of them whitened to {machine.projection.shape[1]}"
    if model.denoise != "none":
        facts["noise reduction"] = model.denoise
    told: dict[str, Any] = recipe.get("model", {})
    if told.get("balance"):
        facts["balance"] = f"{told['balance']} (of the training part)"
    facts["temperature"] = f"{model.temperature:.3g}"
    facts["size"] = f"{os.path.getsize(path) / 1e6:.2f} MB"
    for name in ("date", "seed"):
        if name in recipe:
            facts[name] = str(recipe[name])
    if recipe.get("versions"):
        facts["versions"] = ", ".join(f"{name} {version}" for name, version in recipe["versions"].items())
    return facts


def _machine(machine: Any) -> str:
    if isinstance(machine, LinearMachine):
        return "linear support vector machine, one against the rest (`LinearSVC`)"
    kernel = (
        machine.kernel if isinstance(machine, KernelMachine) else {"kernel": "rbf", "gamma": machine.gamma}
    )
    vectors = machine.arrays["vectors"] if isinstance(machine, KernelMachine) else machine.vectors
    formula = {"rbf": "exp(-γ‖x-z‖²)", "poly": "(γ⟨x,z⟩+c)^d", "linear": "⟨x,z⟩"}[kernel["kernel"]]
    gamma = "" if kernel["kernel"] == "linear" else f", γ = {kernel['gamma']:.4g}"
    return f"support vector machine, one against one (`SVC`), kernel {formula}{gamma}, {len(vectors):,} support vectors"


def _licence(name: str) -> str:
    rows = {row.name: f"{row.what}; {row.licence}" for row in SETS}
    return (rows | _OWN).get(name, "a set of its maker's own")


def _figures(recipe: dict[str, Any]) -> list[str]:
    told = []
    test = recipe.get("test")
    if test:
        seen = f"{test['set']}, {test['glyphs']:,} glyphs it was not trained on"
        told.append(f"error on {seen}: {100 * test['error']:.2f} %")
    elif "mnist_test_error" in recipe:
        told.append(f"error on MNIST's 10,000 test digits: {100 * recipe['mnist_test_error']:.2f} %")
    if "held_out_error" in recipe:
        share = 100 * recipe["held_out_error"]
        told.append(f"error on a tenth of the writers, held out of a first training: {share:.2f} %")
    if "held_out_error" in recipe.get("pen", {}):
        told.append(f"the same of the machine for paths alone: {100 * recipe['pen']['held_out_error']:.2f} %")
    return told
