"""The files that public sets of glyphs are published in.

In flows a set's downloaded files, in the order of its table row; out flow its glyphs, labelled as hwcalc labels
them. Whatever is no symbol of hwcalc's arithmetic is passed over; a file of another format is a `FormatError`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Strokes: TypeAlias = "list[list[list[float]]]"


class FormatError(ValueError):
    """A file is not in the format of its set."""


class Glyph(NamedTuple):
    """One labelled glyph.

    `ink` is a picture, uint8 (h, w) with bright ink on black, or a list of strokes, each a list of [x, y], y
    down. `ref` is the median height of the writer's digits, in the units of the strokes, where it is known.
    """

    label: str
    ink: npt.NDArray[np.uint8] | Strokes
    writer: str | None = None
    ref: float | None = None


_DIGITS = frozenset("0123456789")


# Pictures and archives.


def _entries(archive: zipfile.ZipFile) -> list[str]:
    """The files in it, without what macOS adds."""
    return sorted(n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The file `name` wherever it lies in the archive, packed by Unix compress or not."""
    for entry in _entries(archive):
        found = PurePosixPath(entry).name
        if found == name:
            return archive.read(entry)
        if found == f"{name}.Z":
            return uncompress(archive.read(entry))
    raise FormatError(f"there is no {name} in it")


def uncompress(data: bytes) -> bytes:
    """Unpack what Unix `compress` packed (.Z): LZW with codes of 9 to 16 bits.

    Follows T. A. Welch, A technique for high-performance data compression, Computer 17 (1984). Codes come in
    groups of eight; where their width changes, the rest of the group is padding.
    """
    if data[:2] != b"\x1f\x9d" or len(data) < 3:
        raise FormatError("not a .Z file")
    widest, clears = data[2] & 31, bool(data[2] & 128)
    if not 9 <= widest <= 16:
        raise FormatError(f"a .Z file with codes of {widest} bits")
    first = [bytes([i]) for i in range(256)] + [b""] * clears
    table, width, previous = list(first), 9, b""
    out = []
    start = position = 24  # in bits; `start` is where the codes of this width began
    while position + width <= 8 * len(data):
        at = position >> 3
        code = int.from_bytes(data[at : at + 4], "little") >> (position & 7) & ((1 << width) - 1)
        position += width
        clear = clears and code == 256
        if clear:
            table, previous = list(first), b""
        else:
            if code > len(table) or (code == len(table) and not previous):
                raise FormatError("a damaged .Z file")
            entry = table[code] if code < len(table) else previous + previous[:1]
            out.append(entry)
            if previous and len(table) < 1 << widest:
                table.append(previous + entry[:1])
            previous = entry
        grow = len(table) == 1 << width and width < widest
        if clear or grow:
            group = 8 * width
            start = position = start + -(-(position - start) // group) * group
            width = 9 if clear else width + 1
    return b"".join(out)


def _picture(data: bytes) -> npt.NDArray[np.uint8]:
    """A picture in grey; transparent is paper."""
    from PIL import Image

    try:
        picture: Image.Image = Image.open(io.BytesIO(data))
        if "A" in picture.getbands():
            paper = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(paper, picture.convert("RGBA"))
        return np.asarray(picture.convert("L"))
    except (OSError, SyntaxError):
        raise FormatError("a picture in it is damaged") from None


def _bright(glyphs: list[Glyph]) -> list[Glyph]:
    """Pictures of a set with bright ink on black, whichever of the two their files have.

    The corners of all tell: a single picture can be full of ink, such as a dot stretched to its frame.
    """
    corners = [
        np.asarray(glyph.ink)[row, column] for glyph in glyphs for row in (0, -1) for column in (0, -1)
    ]
    if not corners or np.median(corners) < 128:
        return glyphs
    return [glyph._replace(ink=255 - np.asarray(glyph.ink, np.uint8)) for glyph in glyphs]


def _pictures(archive: zipfile.ZipFile, label_of: Callable[[str], str | None]) -> list[Glyph]:
    found = []
    for entry in _entries(archive):
        label = label_of(entry) if entry.lower().endswith(".png") else None
        if label is not None:
            found.append(Glyph(label, _picture(archive.read(entry))))
    return _bright(found)


# One function for each set.


def pendigits(paths: Sequence[Path]) -> list[Glyph]:
    """UCI 81: pendigits-orig.tra and .tes, in UNIPEN's words; .COMMENT has digit, writer and number."""
    with zipfile.ZipFile(paths[0]) as archive:
        return [
            glyph
            for part in ("tra", "tes")
            for glyph in _pendigits(_member(archive, f"pendigits-orig.{part}").decode("latin1"), part)
        ]


def _pendigits(text: str, part: str) -> Iterator[Glyph]:
    box = 500  # the tablet counts 500 steps upwards
    for block in text.split(".SEGMENT")[1:]:
        label = re.match(r'\s+DIGIT\s.*"(\d)"', block)
        comment = re.search(r"^\.COMMENT\s+\d+\s+(\d+)", block, re.MULTILINE)
        if label is None:
            raise FormatError("a .SEGMENT in it names no digit")
        writer = f"{part}{int(comment[1]):02d}" if comment else None
        strokes = [
            [
                [float(x), box - float(y)]
                for x, y in re.findall(r"^\s*(-?\d+)\s+(-?\d+)\s*$", pen, re.MULTILINE)
            ]
            for pen in re.findall(r"^\.PEN_DOWN(.*?)^\.PEN_UP", block, re.MULTILINE | re.DOTALL)
        ]
        yield Glyph(label[1], [stroke for stroke in strokes if stroke], writer)


def uji(paths: Sequence[Path]) -> list[Glyph]:
    """UCI 177: ujipenchars2.txt, where WORD, NUMSTROKES and POINTS each begin a line; the digits of it."""
    with zipfile.ZipFile(paths[0]) as archive:
        text = _member(archive, "ujipenchars2.txt").decode("utf8", "replace")
    found: list[Glyph] = []
    strokes: Strokes | None = None  # of the digit at hand
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["WORD"]:
            strokes = None
            if len(words) >= 3 and words[1] in _DIGITS:
                writer = re.search(r"_W(\d+)", words[2])
                strokes = []
                found.append(Glyph(words[1], strokes, f"uji{writer[1]}" if writer else None))
        elif words[:1] == ["POINTS"] and strokes is not None:
            numbers = [float(word) for word in words[words.index("#") + 1 :]]
            if len(numbers) != 2 * int(words[1]):
                raise FormatError("a line of POINTS in it is cut off")
            strokes.append([list(point) for point in zip(numbers[::2], numbers[1::2], strict=True)])
    return found


def semeion(paths: Sequence[Path]) -> list[Glyph]:
    """UCI 178: semeion.data, a row a digit: 256 pixels of 0 or 1, then ten columns of which its own is 1."""
    with zipfile.ZipFile(paths[0]) as archive:
        rows = np.loadtxt(io.BytesIO(_member(archive, "semeion.data")), ndmin=2)
    if rows.shape[1] != 266 or (rows[:, 256:].sum(axis=1) != 1).any():
        raise FormatError("its rows are not 256 pixels and ten classes")
    pictures = (255 * rows[:, :256]).astype(np.uint8).reshape(-1, 16, 16)
    return [Glyph(str(c), p) for p, c in zip(pictures, rows[:, 256:].argmax(axis=1), strict=True)]


def optdigits(paths: Sequence[Path]) -> list[Glyph]:
    """UCI 80: optdigits-orig.tra, .cv and .windep: after a header, 32 lines of 32 bits and a line with the digit.

    The fourth file, .wdep, has the writers of .tra again and is left out.
    """
    found = []
    with zipfile.ZipFile(paths[0]) as archive:
        for part in ("tra", "cv", "windep"):
            bits: list[str] = []
            for line in _member(archive, f"optdigits-orig.{part}").decode("latin1").split():
                if len(line) == 32 and set(line) <= {"0", "1"}:
                    bits.append(line)
                elif len(bits) == 32 and line in _DIGITS:
                    found.append(
                        Glyph(line, np.array([[255 * (b == "1") for b in r] for r in bits], np.uint8))
                    )
                    bits = []
                elif bits:
                    raise FormatError(f"a digit of optdigits-orig.{part} is not 32 lines of 32 bits")
    return found


_LATEX = {"\\times": "×", "\\div": "÷", "\\cdot": "·", "\\ast": "*", "*": "*", "/": "/", "+": "+", "-": "-"}


def hasyv2(paths: Sequence[Path]) -> list[Glyph]:
    """HASYv2: a .tar.bz2 with hasy-data-labels.csv (path, symbol_id, latex, user_id) and black on white pictures."""
    with tarfile.open(paths[0]) as archive:
        table = _read(archive, next((m for m in archive if m.name.endswith("hasy-data-labels.csv")), None))
    labels = {}
    for row in csv.DictReader(io.StringIO(table.decode("utf8"))):
        label = row["latex"] if row["latex"] in _DIGITS else _LATEX.get(row["latex"])
        if label is not None:
            labels[PurePosixPath(row["path"]).name] = label
    found = []
    with tarfile.open(paths[0]) as archive:
        for member in archive:
            label = labels.get(PurePosixPath(member.name).name)
            if label is not None and member.isfile():
                found.append(Glyph(label, _picture(_read(archive, member))))
    return _bright(found)


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo | None) -> bytes:
    file = archive.extractfile(member) if member else None
    if file is None:
        raise FormatError("there is no hasy-data-labels.csv in it")
    return file.read()


_BHMSDS = {"dot": ".", "minus": "-", "plus": "+", "slash": "/", "x": "×"} | {d: d for d in _DIGITS}


def bhmsds(paths: Sequence[Path]) -> list[Glyph]:
    """The repository's folder symbols/, pictures named like slash-1484.png; its letter x is as good as ×."""
    with zipfile.ZipFile(paths[0]) as archive:
        return _pictures(archive, lambda entry: _BHMSDS.get(PurePosixPath(entry).name.rpartition("-")[0]))


_MDAS = {"plus": "+", "minus": "-", "slash": "/", "obelus": "÷", "cross": "×", "dot": "·"}


def mdas(paths: Sequence[Path]) -> list[Glyph]:
    """A folder for each symbol, such as division_obelus, in each of train, test and val."""

    def label_of(entry: str) -> str | None:
        words = re.split(r"[^a-z]+", str(PurePosixPath(entry).parent).lower())
        return next((_MDAS[word] for word in reversed(words) if word in _MDAS), None)

    with zipfile.ZipFile(paths[0]) as archive:
        return _pictures(archive, label_of)


_DETEXIFY = {
    "times": "×",
    "texttimes": "×",
    "div": "÷",
    "textdiv": "÷",
    "sqrt-lbrace-rbrace": "√",
    "surd": "√",
    "textsurd": "√",
    "slash": "/",
    "percent": "%",
    "cdot": "·",
    "cdotp": "·",
    "ast": "*",
    "textminus": "-",
}


def detexify(paths: Sequence[Path]) -> list[Glyph]:
    """The repository's samples/…/NAME-HASH.jsonl: a sample a line, each of its strokes a list of {"x", "y"}.

    Coordinates of 0 to 1 become 0 to 1000.
    """
    found = []
    with zipfile.ZipFile(paths[0]) as archive:
        for entry in _entries(archive):
            name = re.fullmatch(r"(.+?)(-[0-9a-z]{5,8})?\.jsonl", PurePosixPath(entry).name)
            in_samples = "/source/samples/" in entry
            label = _DETEXIFY.get(name[1]) if name and in_samples else None
            if label is not None:
                for line in archive.read(entry).decode("utf8").splitlines():
                    if line.strip():
                        found.append(Glyph(label, _thousandths(json.loads(line)["strokes"])))
    return found


def _thousandths(strokes: Iterable[Iterable[Any]]) -> Strokes:
    points = [[[p["x"], p["y"]] if isinstance(p, dict) else p[:2] for p in stroke] for stroke in strokes]
    scale = 1000 if all(abs(c) <= 1.001 for stroke in points for point in stroke for c in point) else 1
    return [[[round(scale * float(x), 1), round(scale * float(y), 1)] for x, y in s] for s in points if s]


_NUMBERPAD = {"x": "×", "X": "×", "*": "×", "×": "×", "÷": "÷"} | {c: c for c in "0123456789+-/"}


def numberpad(paths: Sequence[Path]) -> list[Glyph]:
    """The repository's Data/bridger_train.json and bridger_test.json: {batch: {label: [glyph, …]}}.

    The batch normalizedData repeats the others, scaled.
    """
    found = []
    with zipfile.ZipFile(paths[0]) as archive:
        for part in ("train", "test"):
            for batch, library in json.loads(_member(archive, f"bridger_{part}.json")).items():
                for name, glyphs in library.items() if batch != "normalizedData" else ():
                    if name in _NUMBERPAD:
                        found += [Glyph(_NUMBERPAD[name], _points(g), "bridger") for g in glyphs]
    return found


def _points(glyph: Iterable[Iterable[Sequence[float]]]) -> Strokes:
    return [[[float(p[0]), float(p[1])] for p in stroke] for stroke in glyph]


# UNIPEN.


@dataclass
class _Page:
    """What a file of UNIPEN and those it includes say, keyword by keyword."""

    writer: str = ""
    axes: tuple[int, int] = (0, 1)  # the columns of x and y
    density: dict[str, float] = field(default_factory=lambda: {"X": 1.0, "Y": 1.0})  # points per inch or mm
    components: list[tuple[str, list[list[float]]]] = field(
        default_factory=list
    )  # PEN_DOWN or PEN_UP, points
    segments: list[tuple[str, str]] = field(default_factory=list)  # which components, and their label


def unipen(paths: Sequence[Path]) -> list[Glyph]:
    """UNIPEN's train_r01_v07, folders 1a (digits) and 1d (other symbols).

    The labels stand in data/1a/…/*.dat; the ink is in the files of include/ that these name.
    I. Guyon and others, UNIPEN project of on-line data exchange and recognizer benchmarks, ICPR 1994.
    """
    with zipfile.ZipFile(paths[0]) as archive:
        glyphs = list(_unipen(archive, ("1a", "1d"), frozenset("0123456789+-/=().,%*")))
    refs = _digit_heights(glyphs)
    return [g._replace(ref=refs[g.writer]) for g in glyphs if g.writer in refs]


def unipen_times(paths: Sequence[Path]) -> list[Glyph]:
    """Letters x of UNIPEN's folder 1c that two crossing straight strokes make: they serve as ×."""
    with zipfile.ZipFile(paths[0]) as archive:
        refs = _digit_heights(_unipen(archive, ("1a",), _DIGITS))
        letters = _unipen(archive, ("1c",), frozenset("x"))
        return [g._replace(label="×", ref=refs.get(g.writer)) for g in letters if _is_cross(g.ink)]


def _unipen(archive: zipfile.ZipFile, folders: Sequence[str], labels: frozenset[str]) -> Iterator[Glyph]:
    entries = {"/".join(PurePosixPath(e).parts[1:]): e for e in _entries(archive)}  # without the top folder
    if not any(path.startswith("data/") for path in entries):
        raise FormatError("there is no folder data in it")

    def text_of(path: str) -> str:
        return archive.read(entries[path]).decode("latin1") if path in entries else ""

    for path in entries:
        if path.endswith(".dat") and path.startswith(tuple(f"data/{folder}/" for folder in folders)):
            page = _Page()
            _read_page(text_of(path), page, lambda name: text_of(f"include/{name}"))
            provider = path.split("/")[2][:2]  # its third letter tells apart what one provider sent
            for where, label in page.segments:
                ink = _ink(page, where) if label in labels else []
                if ink:
                    yield Glyph(label, ink, f"{provider}.{page.writer}")


def _read_page(text: str, page: _Page, included: Callable[[str], str], depth: int = 0) -> None:
    keyword = ""
    for line in text.splitlines():
        words = line.split()
        if words and words[0].startswith(".") and words[0][1:2].isalpha():
            keyword, words = words[0][1:], words[1:]
            if keyword in ("PEN_DOWN", "PEN_UP"):
                page.components.append((keyword, []))
            elif keyword == "INCLUDE" and words and depth < 8:
                _read_page(included(words[0]), page, included, depth + 1)
            elif keyword == "SEGMENT":
                segment = re.search(r'\.SEGMENT\s+\S+\s+(\S+)\s.*"(.)"\s*$', line)
                page.segments += [(segment[1], segment[2])] if segment else []
            elif words:
                _note(keyword, words, page)
        if keyword in ("PEN_DOWN", "PEN_UP") and len(words) > max(page.axes):
            x, y = (float(words[axis]) for axis in page.axes)
            page.components[-1][1].append([x * page.density["Y"] / page.density["X"], -y])


def _note(keyword: str, words: list[str], page: _Page) -> None:
    if keyword == "COORD" and "X" in words and "Y" in words:
        page.axes = (words.index("X"), words.index("Y"))
    elif keyword == "WRITER_ID":
        page.writer = " ".join(words)
    elif re.match("[XY]_POINTS_PER_", keyword):
        page.density[keyword[0]] = float(words[0]) or 1.0


def _ink(page: _Page, where: str) -> Strokes:
    """The strokes that `where` names: 3, 0-1, 4,6-7 or, with points inside of components, 2:5-3:17."""
    filled = [component for component in page.components if component[1]]  # only these have numbers
    strokes = []
    for span in where.split(","):
        ends = re.fullmatch(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?", span)
        if ends is None:
            return []
        first, last = int(ends[1]), int(ends[3] or ends[1])
        for i, (pen, points) in enumerate(filled[first : last + 1], first):
            begin = int(ends[2] or 0) if i == first else 0
            end = int(ends[4]) + 1 if i == last and ends[4] else len(points)
            if pen == "PEN_DOWN" and points[begin:end]:
                strokes.append(points[begin:end])
    left, top = (min((p[axis] for s in strokes for p in s), default=0.0) for axis in (0, 1))
    return [[[round(x - left, 1), round(y - top, 1)] for x, y in stroke] for stroke in strokes]


def _digit_heights(glyphs: Iterable[Glyph]) -> dict[str | None, float]:
    """The median height of each writer's digits."""
    heights: dict[str | None, list[float]] = {}
    for glyph in glyphs:
        if glyph.label in _DIGITS:
            heights.setdefault(glyph.writer, []).append(max(p[1] for stroke in glyph.ink for p in stroke))
    return {writer: float(np.median(found)) for writer, found in heights.items()}


def _is_cross(ink: Any) -> bool:
    """Two straight strokes that cross, one leaning left and one right."""
    if len(ink) != 2:
        return False
    strokes = [np.array(stroke, float) for stroke in ink]
    chords = [stroke[-1] - stroke[0] for stroke in strokes]
    for stroke, chord in zip(strokes, chords, strict=True):
        length = np.hypot(*np.diff(stroke, axis=0).T).sum()
        if not np.hypot(*chord) > 0.9 * length:
            return False
    start = strokes[1][0] - strokes[0][0]
    turn = _cross(chords[0], chords[1])
    if turn == 0 or np.prod([chord[0] * chord[1] for chord in chords]) >= 0:
        return False
    meets = [_cross(start, chords[1]) / turn, _cross(start, chords[0]) / turn]  # as shares of each chord
    return all(0 < share < 1 for share in meets)


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    return float(a[0] * b[1] - a[1] * b[0])
