"""The `hwcalc` command: read, page, gui, train, evaluate, compare, predict, data.

In flow arguments, pictures and files of strokes; out flow one line for each expression on standard output,
one line for each failure on standard error, and an exit code: 0 all read, 1 some input could not be read,
2 wrong usage.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import hwcalc

if TYPE_CHECKING:
    from hwcalc.reader import Reading

Outcome: TypeAlias = "tuple[str, Reading | str]"  # where, and what it says or why it cannot be read

Result = TypeVar("Result")

_INTERRUPTED = 130  # what shells return for a command that SIGINT ended,
_BROKEN_PIPE = 141  # or SIGPIPE

_FORWARDED = {
    "gui": "hwcalc.gui.__main__",
    "train": "hwcalc.train",
    "evaluate": "hwcalc.evaluation",
    "compare": "hwcalc.comparison",
    "predict": "hwcalc.prediction",
    "data": "hwcalc.data_command",
}

_EXAMPLES = """\
examples:
  hwcalc read photo.jpg                  photo.jpg: 12+34 = 46
  hwcalc page sheet.jpg                  every expression on a page
  hwcalc gui                             write in a window, see the answer
  hwcalc train --help                    train a classifier, evaluate it, write its model file
  hwcalc data list                       the public sets of glyphs it learns from

`hwcalc COMMAND --help` tells more."""

_OF_PAGES = (".pdf", ".tif", ".tiff")

_READ_EXAMPLES = """\
examples:
  hwcalc read photo.jpg scan.png         one line for each file
  hwcalc read - < photo.jpg              a picture from standard input
  hwcalc read clipboard:                 the picture on the clipboard
  hwcalc read *.jpg --format csv         for a spreadsheet
  hwcalc read code.png --digits          a plain number: code.png: 00712
  hwcalc read ink.jsonl --format json    pen strokes, one expression on each line

A ? at the end of a line means: look before you trust it.
A .json file holds the strokes of one expression, [[[x, y], ...], ...] or {"strokes": [...]}, y down; each
line of a .jsonl file does. Of a TIFF or PDF with several pages, each holds one.
Exit codes: 0 all read, 1 some input could not be read (the others were), 2 wrong usage."""


_PAGE_EXAMPLES = """\
examples:
  hwcalc page sheet.jpg                  one line for each expression: sheet.jpg:1: 12+34 = 46
  hwcalc page sheet.jpg --annotate marked.png
                                         the page with boxes and answers; sums that carry an answer are marked
  hwcalc page scan.pdf                   with several pages, scan.pdf:2:1: is the first expression of the second
  hwcalc page *.jpg --format csv         for a spreadsheet

A ? at the end of a line means: look before you trust it.
Exit codes: 0 all read, 1 some page could not be read (the others were), 2 wrong usage."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv`, by default the arguments of the process; returns the exit code.

    Wrong usage, --help and --version raise SystemExit, as argparse does; so does a model that cannot be used.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.stderr is None:  # closed; print would take standard output instead
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    codecs.register_error("hwcalc", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # √ and ≈ must not end the run on an old code page
            stream.reconfigure(errors="hwcalc")
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:  # of standard output: what was wrong with files has been told
        # What is still buffered would raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return _BROKEN_PIPE
        _complain(f"standard output cannot be written: {_reason(error)}")
        return 1
    except ImportError as error:
        _complain(str(error))
        return 1


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""What an encoding lacks, as JSON writes it: Python's own \xd7 for × would make --format json no JSON."""
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in _FORWARDED:
        forwarded: int = import_module(_FORWARDED[arguments[0]]).main(arguments[1:])
        return forwarded
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "page":
        if options.annotate and len(options.files) > 1:
            parser.error("--annotate draws on one page: name one FILE")
        return _report(_page_outcomes(options.files, options.annotate), _FORMATS[options.format])
    return _report(_outcomes(options.files, options.digits), _FORMATS[options.format])


def _parser() -> argparse.ArgumentParser:
    layout: Any = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    description = "Reads handwritten arithmetic and computes it."
    parser = argparse.ArgumentParser(prog="hwcalc", description=description, epilog=_EXAMPLES, **layout)
    parser.add_argument("--version", action="version", version=f"hwcalc {hwcalc.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    read = commands.add_parser(
        "read",
        help="read pictures or pen strokes and print what they say and what it is worth",
        description="Reads one expression from each FILE.",
        epilog=_READ_EXAMPLES,
        **layout,
    )
    read.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a picture, a .json or .jsonl file of strokes, - for standard input, or clipboard:",
    )
    read.add_argument(
        "--digits", action="store_true", help="read plain numbers: leading zeros stay, nothing is computed"
    )
    page = commands.add_parser(
        "page",
        help="read every expression on pictures of pages and mark sums that carry an answer",
        description="Reads every expression on each FILE, in reading order.",
        epilog=_PAGE_EXAMPLES,
        **layout,
    )
    page.add_argument(
        "files", nargs="+", metavar="FILE", help="a picture, - for standard input, or clipboard:"
    )
    page.add_argument(
        "--annotate", metavar="OUT.png", help="write the page with boxes, answers, ticks and crosses"
    )
    for command in (read, page):
        command.add_argument(
            "--format", choices=_FORMATS, default="text", help="what to print (default: text)"
        )
    # These parse their own arguments; here they are only listed.
    commands.add_parser("gui", help="open the window, with a picture if one is named")
    commands.add_parser("train", help="train the classifier and write its model file")
    commands.add_parser("evaluate", help="measure a model on labelled glyphs")
    commands.add_parser("compare", help="tell whether one of two models is better")
    commands.add_parser("predict", help="tell which symbol a picture of a single one shows")
    commands.add_parser("data", help="list, download, inspect and convert sets of glyphs to train it on")
    return parser


def _report(outcomes: Iterable[Outcome], write: Callable[[Iterable[Outcome]], Iterator[str]]) -> int:
    failures = 0

    def reported() -> Iterator[Outcome]:
        nonlocal failures
        for place, outcome in outcomes:
            if isinstance(outcome, str):
                failures += 1
                _complain(outcome if outcome.startswith(place) else f"{place}: {outcome}")
            yield place, outcome

    for line in write(reported()):
        print(line, flush=True)
    return 1 if failures else 0


def _outcomes(files: Iterable[str], digits: bool) -> Iterator[Outcome]:
    for file in files:
        try:
            for place, read in _expressions(file, digits):
                yield place, _attempt(read)
        except (OSError, ValueError) as error:  # the lines of a .jsonl file could not be read
            yield file, _reason(error)


def _page_outcomes(files: Iterable[str], annotated: str | None) -> Iterator[Outcome]:
    """The expressions of each page, named by their numbers on it."""
    for file in files:
        pages = _attempt(partial(_pages, file))
        if isinstance(pages, str):
            yield file, pages
            continue
        for number, (place, page) in enumerate(pages, 1):
            out = annotated
            if out is not None and len(pages) > 1:
                out = str(Path(out).with_stem(f"{Path(out).stem}-{number}"))
            readings = _attempt(partial(_read_page, page, out))
            if isinstance(readings, str):
                yield place, readings
            elif not readings:
                yield place, "no expression found: take the picture closer, or crop it to the writing"
            else:
                yield from ((f"{place}:{k}", reading) for k, reading in enumerate(readings, 1))


def _read_page(page: Callable[[], Any], annotated: str | None) -> list[Reading]:
    if annotated is None:
        return hwcalc.read_page(page())
    from PIL import Image

    from hwcalc.atomic import write_whole
    from hwcalc.page_marks import annotate
    from hwcalc.picture_file import open_picture

    picture = open_picture(page())
    readings = hwcalc.read_page(picture)
    encoded, kind = io.BytesIO(), Image.registered_extensions().get(Path(annotated).suffix.lower())
    try:
        annotate(picture, readings).save(encoded, kind)
        write_whole(annotated, encoded.getvalue())
    except (OSError, ValueError) as error:
        remedy = "name a file that ends in .png or .jpg" if isinstance(error, ValueError) else _reason(error)
        raise hwcalc.ReadError(f"{annotated} cannot be written: {remedy}") from None
    return readings


def _pages(file: str) -> list[tuple[str, Callable[[], Any]]]:
    """The pages of a file of pictures: the name of each, and the call that gives what to read."""
    if file == "clipboard:":
        from hwcalc.picture_file import from_clipboard

        return [("clipboard", from_clipboard)]
    if file != "-" and Path(file).suffix.lower() not in _OF_PAGES:
        return [(file, lambda: file)]
    from hwcalc.picture_file import open_pages

    if file == "-" and sys.stdin is None:
        raise hwcalc.ReadError("standard input is closed: give it a picture, as in - < photo.jpg")
    pages = open_pages(sys.stdin.buffer if file == "-" else file)
    names = [f"{file}:{number}" for number in range(1, len(pages) + 1)] if len(pages) > 1 else [file]
    return list(zip(names, pages, strict=True))


def _expressions(file: str, digits: bool) -> Iterator[tuple[str, Callable[[], Reading]]]:
    """The expressions of a file: the name of each, and the call that reads it."""
    suffix = Path(file).suffix.lower()
    if suffix == ".json":
        yield file, lambda: _read_strokes(Path(file).read_text(encoding="utf-8-sig"), digits)
    elif suffix == ".jsonl":
        empty = True
        with open(file, encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    empty = False
                    yield f"{file}:{number}", partial(_read_strokes, line, digits)
        if empty:
            raise hwcalc.ReadError(f"{file} is empty: write the strokes of one expression on each line")
    else:
        for place, page in _pages(file):
            yield place, partial(_read_picture, page, digits)


def _read_picture(page: Callable[[], Any], digits: bool) -> Reading:
    return hwcalc.read(page(), digits=digits)


def _read_strokes(document: str, digits: bool) -> Reading:
    try:
        strokes = json.loads(document)
    except (ValueError, RecursionError):
        raise hwcalc.ReadError("this is not JSON: give strokes as [[[x, y], ...], ...]") from None
    if isinstance(strokes, dict):
        strokes = strokes.get("strokes")
    return hwcalc.read_ink(strokes, digits=digits)


def _attempt(read: Callable[[], Result]) -> Result | str:
    try:
        return read()
    except (OSError, ValueError) as error:
        if isinstance(error, hwcalc.ModelError):  # no other file would fare better
            raise SystemExit(f"hwcalc: {_reason(error)}") from None
        return _reason(error)
    except MemoryError:
        return "there is not enough memory to read it: make it smaller"


def _reason(error: OSError | ValueError) -> str:
    """The message on one line, without the number and the name that the system adds."""
    if isinstance(error, UnicodeDecodeError):
        return "this is not a text file in UTF-8"
    system = error.strerror if isinstance(error, OSError) else None
    return " ".join((system or str(error) or type(error).__name__).split())


def _complain(reason: str) -> None:
    print(f"hwcalc: {reason}", file=sys.stderr, flush=True)


# Formats: each turns outcomes into lines as they come.


def _text_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for place, outcome in outcomes:
        if not isinstance(outcome, str):
            yield f"{place}: {_sentence(outcome)}{' ?' if outcome.doubtful else ''}"


def _sentence(reading: Reading) -> str:
    """'12+34 = 46', '√2 ≈ 1.414', '1+1=3 is false: 1+1 is 2', '□+3=10, so □ = 7', '3+ (something is missing …)'."""
    text, answer = reading.text, reading.answer
    if isinstance(reading.value, bool):
        return f"{text} is {answer}"
    if reading.unknown:
        return f"{text}, so {answer}"
    if reading.value is None:
        return f"{text} ({answer})" if answer else text
    text = text.rstrip("=")
    if f"{answer} ".startswith(f"{text.strip('()')} "):  # '42', and '1/4 = 0.25' for (1/4)
        return answer
    return f"{text} {answer}" if answer.startswith("≈") else f"{text} = {answer}"


_COLUMNS = ("file", "text", "latex", "value", "answer", "confidence", "doubtful", "error")


def _csv_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    yield ",".join(_COLUMNS)
    for place, outcome in outcomes:
        record = _record(place, outcome)
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(_cell(record.get(column)) for column in _COLUMNS)
        yield line.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _json_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One array, an element to a line."""
    separator = "["
    for place, outcome in outcomes:
        yield separator + json.dumps(_record(place, outcome), ensure_ascii=False)
        separator = ","
    yield "]" if separator == "," else "[]"


def _record(place: str, outcome: Reading | str) -> dict[str, Any]:
    """What is known of one expression, as JSON has it; exact numbers are strings such as '1/3'."""
    if isinstance(outcome, str):
        return {"file": place, "error": outcome}
    value = outcome.value
    return {
        "file": place,
        "text": outcome.text,
        "latex": outcome.latex,
        "value": value if value is None or isinstance(value, bool) else str(value),
        "answer": outcome.answer,
        "confidence": round(float(outcome.confidence), 4),
        "doubtful": bool(outcome.doubtful),
        "box": _numbers(outcome.box),
        "symbols": [
            {
                "label": symbol.label,
                "box": _numbers(symbol.box),
                "confidence": round(float(symbol.confidence), 4),
                "alternatives": [[label, round(float(p), 4)] for label, p in symbol.alternatives],
                "strokes": [int(i) for i in symbol.strokes],
            }
            for symbol in outcome.symbols
        ],
        "error": None,
    }


def _numbers(box: Iterable[float]) -> list[float]:
    return [round(float(x), 2) for x in box]


_FORMATS: dict[str, Callable[[Iterable[Outcome]], Iterator[str]]] = {
    "text": _text_lines,
    "json": _json_lines,
    "csv": _csv_lines,
}


if __name__ == "__main__":
    sys.exit(main())
