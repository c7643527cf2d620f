"""A report of a model: one HTML page with plots that stands alone, and its numbers as JSON.

In flow figures of `metrics.measure`, the glyphs and the probabilities; out come `report.html` and `report.json` in a
folder. The plots need Matplotlib: `pip install 'hwcalc[report]'`.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from .atomic import write_whole
from .datasets import DatasetError
from .loaded import Loaded
from .metrics import Figures, surest_errors
from .preparation import as_picture

MOST_WRITERS = 30
"""Writers on the page, the worst first; the JSON file has all."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
td:first-child, th:first-child { text-align: left; }
figure { display: inline-block; margin: 0 1rem 1rem 0; } img { background: #fff; max-width: 100%; }
.errors figure { margin: 0 .6rem .6rem 0; text-align: center; font-size: .8rem; }
.errors img { width: 56px; image-rendering: pixelated; }
.big { font-size: 1.3rem; } dt { float: left; clear: left; width: 9rem; opacity: .7; } dd { margin-left: 9rem; }
"""


def check_report(folder: Path) -> None:
    """Tell before the work, not after it, what stands in the way of a report. Raises DatasetError or OSError.

    Makes the folder.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise DatasetError("--report needs Matplotlib for its plots: pip install 'hwcalc[report]'") from None
    if folder.exists() and not folder.is_dir():
        raise DatasetError(f"{folder} is a file: name a folder with --report")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise DatasetError(f"{folder}: no permission to write there; name another folder with --report")


def write_report(
    folder: str | os.PathLike[str],
    title: str,
    figures: Figures,
    recipe: dict[str, Any],
    tested: Loaded,
    probability: npt.NDArray[np.floating],
    labels: str,
) -> Path:
    """Write `report.html` and `report.json` into a folder, which is made if it is not there; returns the page.

    Raises
    ------
    DatasetError
        Matplotlib is missing, or the folder cannot be written to.
    OSError
        Something cannot be written.
    """
    folder = Path(folder)
    check_report(folder)
    errors = surest_errors(tested.glyphs.labels, probability, labels)
    told = {
        "title": title,
        "model": recipe,
        **figures,
        "surest_errors": [
            {
                "glyph": tested.places[i],
                "label": str(tested.glyphs.labels[i]),
                "found": found,
                "probability": p,
            }
            for i, found, p in errors
        ],
    }
    page = _page(title, figures, recipe, _error_cells(tested, errors))
    figures_told = json.dumps(told, ensure_ascii=False, indent=1)
    for name, text in (("report.json", figures_told), ("report.html", page)):
        write_whole(folder / name, text.encode(errors="backslashreplace"))  # names of files may be no UTF-8
    return folder / "report.html"


def _page(title: str, figures: Figures, recipe: dict[str, Any], errors: Sequence[str]) -> str:
    low, high = (100 * x for x in figures["accuracy_95"])
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="big">{100 * figures["accuracy"]:.2f} % right '
        f"<small>(95 % confidence: {low:.2f} to {high:.2f}); {figures['errors']:,} errors in "
        f"{figures['glyphs']:,} glyphs</small></p>",
        "<h2>Labels</h2>",
        _labels_table(figures),
        "<h2>What is taken for what</h2>",
        _plot("confusion matrix", lambda axes: _draw_confusion(axes, figures["confusion"]), (7, 6)),
        "<h2>Is it as sure as it is right?</h2>",
        f"<p>Calibration error {100 * figures['calibration_error']:.2f} %, "
        f"mean −ln p {figures['log_loss']:.4f}.</p>",
        _plot("calibration", lambda axes: _draw_calibration(axes, figures["calibration"])),
        _plot("error when doubtful glyphs are left out", lambda axes: _draw_reject(axes, figures["reject"])),
    ]
    for key, heading in (("by_source", "Sources"), ("by_writer", "Writers, the worst first")):
        if len(figures.get(key, {})) > 1:
            parts += [f"<h2>{heading}</h2>", _groups_table(figures[key])]
    if errors:
        parts += ["<h2>The errors it was surest of</h2>", f'<div class="errors">{"".join(errors)}</div>']
    parts += ["<h2>How the model was made</h2>", _recipe(recipe)]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style>\n<body>\n{body}\n</body></html>\n"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table><tr>{cells}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _labels_table(figures: Figures) -> str:
    rows = [
        (label, *(f"{row[name]:.4f}" for name in ("precision", "recall", "f1")), f"{row['glyphs']:,}")
        for label, row in figures["by_label"].items()
    ]
    for kind, row in figures["averages"].items():
        rows.append((f"{kind} average", *(f"{row[name]:.4f}" for name in ("precision", "recall", "f1")), ""))
    return _table(("label", "precision", "recall", "F1", "glyphs"), rows)


def _groups_table(groups: dict[str, Figures]) -> str:
    worst = sorted(groups.items(), key=lambda item: item[1]["accuracy"])[:MOST_WRITERS]
    rows = []
    for name, row in worst:
        low, high = (100 * x for x in row["accuracy_95"])
        rows.append(
            (name, f"{100 * row['accuracy']:.2f} %", f"{low:.1f} to {high:.1f}", f"{row['glyphs']:,}")
        )
    return _table(("", "right", "95 %", "glyphs"), rows)


def _error_cells(tested: Loaded, errors: Sequence[tuple[int, str, float]]) -> list[str]:
    cells = []
    for i, found, probability in errors:
        picture = Image.fromarray(255 - as_picture(tested.glyphs.glyphs[i]))
        data = io.BytesIO()
        picture.save(data, "PNG")
        told = f"{tested.glyphs.labels[i]} read as {found}, {100 * probability:.0f} %"
        where = html.escape(tested.places[i], quote=True)
        cells.append(
            f'<figure title="{where}">{_image(data.getvalue(), told)}<br>{html.escape(told)}</figure>'
        )
    return cells


def _image(png: bytes, what: str) -> str:
    told = html.escape(what, quote=True)
    return f'<img alt="{told}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def _recipe(recipe: dict[str, Any]) -> str:
    rows = []
    for key, value in recipe.items():
        told = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        rows.append(f"<dt>{html.escape(key.replace('_', ' '))}</dt><dd>{html.escape(told)}</dd>")
    return f"<dl>{''.join(rows)}</dl>"


# Plots.


def _plot(what: str, draw: Callable[[Any], None], size: tuple[float, float] = (4.6, 3.8)) -> str:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.add_subplot())
    data = io.BytesIO()
    figure.savefig(data, format="png", metadata={"Software": None})
    return f"<figure>{_image(data.getvalue(), what)}</figure>"


def _draw_confusion(axes: Any, confusion: dict[str, Any]) -> None:
    matrix = np.array(confusion["matrix"])
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)  # the root lets rare errors show
    ticks = range(len(matrix))
    axes.set_xticks(ticks, confusion["labels"])
    axes.set_yticks(ticks, confusion["labels"])
    axes.set(xlabel="found", ylabel="true")
    for row, column in np.argwhere(matrix):
        colour = "white" if shares[row, column] > 0.4 else "black"
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", fontsize=7, color=colour)


def _draw_calibration(axes: Any, bins: list[dict[str, float]]) -> None:
    confidence = [row["confidence"] for row in bins]
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot(confidence, [row["accuracy"] for row in bins], marker="o")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))


def _draw_reject(axes: Any, curve: list[dict[str, float]]) -> None:
    axes.plot([100 * row["rejected"] for row in curve], [100 * row["error"] for row in curve], marker="o")
    axes.set(xlabel="left out, %", ylabel="error of the rest, %")
    axes.set_ylim(bottom=0)
