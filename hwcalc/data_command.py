"""The `hwcalc data` command: sets of glyphs listed, downloaded, inspected, shown and converted.

In flow names of sets and paths; out flow lines of text, JSON, pictures and files.
"""

from __future__ import annotations

import argparse
import errno
import gzip
import json
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from . import datasets, downloads
from .atomic import write_whole
from .command import complain, ended, positive, seed
from .datasets import DatasetError
from .loaded import Loaded
from .public_sets import PublicSet

NAME = "hwcalc data"

EXAMPLES = """\
examples:
  hwcalc data list                          public sets: what they are, under which licence, and what is here
  hwcalc data get mnist pendigits           download two sets
  hwcalc data get --all                     all that are not here yet
  hwcalc data info digits.csv               counts, sizes, polarity, copies, problems
  hwcalc data show symbols/ -o grid.png     a picture of glyphs, a row for each label
  hwcalc data show mnist --classes -o classes.png
  hwcalc data convert pendigits -o pendigits.csv

A SET is a name of `hwcalc data list`, mnist:test, synthetic, or a path: a table (.csv, .csv.gz), a folder of folders
of pictures named by labels, .npz, an IDX file of images, ink (.jsonl, .inkml).
Sets are kept in the user's data folder, or in the folder that the environment variable HWCALC_DATA names. A
download that was stopped is gone on with. Where no checksum is known beforehand, the source is pinned by its git
commit, and the checksum of its first download, kept in downloads.json, is what later ones are held to.
Exit codes: 0 done, 1 something could not be read or written, or has problems, 2 wrong usage."""


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc data`."""
    args = argparse.ArgumentParser(
        prog=NAME,
        description="Show, download, inspect and convert the sets of glyphs that a classifier is trained on.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = args.add_subparsers(title="commands", metavar="COMMAND", required=True, dest="command")
    commands.add_parser(
        "list", help="public sets: what, how many glyphs, how much to download, licence, where"
    )
    fetch = commands.add_parser("get", help="download public sets that are not here")
    fetch.add_argument("names", nargs="*", metavar="NAME", help="a set of `hwcalc data list`")
    fetch.add_argument("--all", action="store_true", help="all sets")
    fetch.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    info = commands.add_parser(
        "info", help="print counts, sizes, polarity, copies and label problems of sets"
    )
    info.add_argument("sets", nargs="+", metavar="SET")
    info.add_argument(
        "--format", choices=("text", "json"), default="text", help="what to print (default: text)"
    )
    show = commands.add_parser("show", help="draw the glyphs of a set, or how many each label has")
    show.add_argument("set", metavar="SET")
    show.add_argument(
        "-o", "--output", type=Path, required=True, metavar="GRID.png", help="the picture to write"
    )
    show.add_argument("--classes", action="store_true", help="a bar for each label instead of its glyphs")
    show.add_argument("--columns", type=positive, default=20, help="glyphs of each label (20)")
    change = commands.add_parser("convert", help="write a set as a table of pixels, as arrays or as ink")
    change.add_argument("set", metavar="SET")
    change.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=".csv, .npz or .jsonl.gz"
    )
    for command in (show, change):
        command.add_argument("--seed", type=seed, default=0, help="of what is chosen by chance (0)")
    for command in (info, show, change):
        command.add_argument("--limit", type=positive, help="at most so many glyphs, chosen by chance")
        command.add_argument("--labels", help="these labels only, such as '+-×÷'")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc data` with these arguments; returns the exit code."""
    args = parser()
    options = args.parse_args(argv)
    if options.command == "get":
        _check_names(args, options)
        return ended(NAME, partial(_get, options), "stopped; the same command goes on from here")
    run: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "info": _info,
        "show": _show,
        "convert": _convert,
    }
    return ended(NAME, partial(run[options.command], options))


# list and get


def _list(options: argparse.Namespace) -> int:
    print(table())
    return 0


def table() -> str:
    """All public sets, two lines each."""
    lines = []
    for row in downloads.sets():
        sizes = [source.size for source in row.sources]
        size = f"{sum(filter(None, sizes)) / 1e6:.1f} MB" if all(sizes) else "size ?"
        lines.append(f"{row.name:13} {row.glyphs:6,} glyphs  {size:>8}  {downloads.where(row) or 'not here'}")
        lines.append(textwrap.indent(textwrap.fill(f"{row.what}; {row.licence}", 90), " " * 14))
    return "\n".join(lines)


def _check_names(args: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    known = {row.name: row for row in downloads.sets()}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        args.error(f"there is no set {unknown[0]!r}; known are {', '.join(known)}")
    if bool(options.names) == options.all:
        args.error("name sets, or give --all")


def _get(options: argparse.Namespace) -> int:
    rows = {row.name: row for row in downloads.sets()}
    chosen = downloads.sets() if options.all else [rows[name] for name in options.names]
    return max([_get_and_tell(row, options.quiet) for row in chosen])


def _get_and_tell(row: PublicSet, quiet: bool) -> int:
    try:
        here = downloads.where(row)
        if here is not None:
            print(f"{row.name}: already here, {here}")
            return 0
        print(f"{row.name}: {row.what}\n  licence  {row.licence}\n  source   {row.page}", flush=True)
        print(f"  here     {downloads.get(row, quiet)}")
    except DatasetError as error:
        return complain(NAME, str(error))
    except OSError as error:
        kept = "; what has come is kept: make room and run again" if error.errno == errno.ENOSPC else ""
        place = error.filename or datasets.data_folder()
        return complain(NAME, f"{row.name}: {place}: {error.strerror or error}{kept}")
    return 0


# info, show and convert


def _loaded(options: argparse.Namespace, source: str, problems: list[str] | None = None) -> Loaded:
    """The set, with what `--labels` and `--limit` leave of it; problems are collected or raised."""
    from .glyph_sources import load_part
    from .loaded import refuse

    complain = refuse if problems is None else problems.append
    return load_part(source, options.limit, options.labels, getattr(options, "seed", 0), complain)


def _info(options: argparse.Namespace) -> int:
    from .inspection import as_text, facts

    told, failures = [], 0
    for source in options.sets:
        problems: list[str] = []
        try:
            told.append(facts(_loaded(options, source, problems), problems))
        except DatasetError as error:
            failures += complain(NAME, problems[0] if problems else str(error))
            continue
        failures += bool(told[-1]["problems"])
        if options.format == "text":
            print(as_text(told[-1]), flush=True)
    if options.format == "json":
        print(json.dumps(told, ensure_ascii=False, indent=1))
    return 1 if failures else 0


def _show(options: argparse.Namespace) -> int:
    from .inspection import class_chart, grid

    found = _loaded(options, options.set)
    image = class_chart(found) if options.classes else grid(found, options.columns, options.seed)
    encoded = BytesIO()
    try:
        image.save(encoded, _kind(options.output))
    except (KeyError, ValueError):
        raise DatasetError(f"{options.output}: name a picture that ends in .png") from None
    write_whole(options.output, encoded.getvalue())
    print(f"wrote {options.output}: {image.width}×{image.height} pixels")
    return 0


def _kind(path: Path) -> str:
    from PIL import Image

    return Image.registered_extensions()[path.suffix.lower()]


def _convert(options: argparse.Namespace) -> int:
    name = options.output.name.lower()
    write = next((write for ending, write in _WRITERS.items() if name.endswith(ending)), None)
    if write is None:
        raise DatasetError(f"{options.output}: name a file that ends in {', '.join(_WRITERS)}")
    found = _loaded(options, options.set)
    write(options.output, found)
    size = options.output.stat().st_size
    print(f"wrote {options.output}: {len(found.glyphs):,} glyphs, {size / 1e6:.2f} MB")
    return 0


def _pictures(found: Loaded) -> Any:
    from .preparation import as_picture

    return np.array([as_picture(glyph) for glyph in found.glyphs.glyphs])


def _write_csv(path: Path, found: Loaded) -> None:
    from .tables import write_table

    write_table(path, found.glyphs, _pictures(found))


def _write_npz(path: Path, found: Loaded) -> None:
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, images=_pictures(found), labels=found.glyphs.labels)
    write_whole(path, buffer.getvalue())


def _write_jsonl(path: Path, found: Loaded) -> None:
    lines = []
    for glyph, label, writer in zip(
        found.glyphs.glyphs, found.glyphs.labels, found.glyphs.writers, strict=True
    ):
        if isinstance(glyph, np.ndarray):
            raise DatasetError(f"{found.glyphs.name}: has pictures, and ink is strokes: write .npz or .csv")
        row = {
            "label": str(label),
            "writer": str(writer),
            "strokes": [np.round(s, 3).tolist() for s in glyph],
        }
        lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    text = "".join(lines).encode(errors="backslashreplace")  # names of files may be no UTF-8
    write_whole(path, gzip.compress(text, mtime=0))


_WRITERS: dict[str, Callable[[Path, Loaded], None]] = {
    ".csv": _write_csv,
    ".npz": _write_npz,
    ".jsonl.gz": _write_jsonl,
}
