"""InkML, the W3C's format of digital ink: strokes in, strokes out.

In flow the bytes of a file; out flows a `Document`: strokes, and groups of them with the label that somebody gave
them, as the sets of CROHME have it. The file may come from anywhere: a document type (and with it every entity) is
refused, and so is what is too large, too deep or no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from .ink import FloatArray, ReadError

NAMESPACE = "http://www.w3.org/2003/InkML"
MOST_BYTES = 64 * 2**20
MOST_POINTS = 5_000_000
MOST_DEPTH = 64
FARTHEST = 1e9
"""A coordinate beyond this, in whatever unit, is damage."""


class Group(NamedTuple):
    """Strokes that together are one symbol: its label as the file has it, and their numbers."""

    label: str
    strokes: tuple[int, ...]


@dataclass(frozen=True)
class Document:
    """What a file holds.

    Parameters
    ----------
    strokes : list of float64 (k, 2) or (k, 3)
        x to the right, y down, in the file's unit; seconds where the file tells them.
    groups : list of Group
    annotations : dict
        What the file says of itself, by type: 'truth', 'writer', …
    """

    strokes: list[FloatArray]
    groups: list[Group] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)


def loads(data: bytes, name: str = "the file") -> Document:
    """The strokes, groups and annotations in the bytes of an InkML file.

    Raises
    ------
    ReadError
        It is no InkML, damaged, too large, or has a document type. One line that begins with `name`.
    """
    if len(data) > MOST_BYTES:
        raise ReadError(f"{name} is too large for ink (over {MOST_BYTES >> 20} MB): split it")
    reader = _Reader()
    try:
        reader.parse(data)
    except expat.ExpatError as error:
        raise ReadError(f"{name} is not InkML, or damaged: {error}") from None
    except (ValueError, OverflowError, LookupError) as error:
        raise ReadError(f"{name} is not InkML that can be read: {error}") from None
    return reader.document()


def dumps(
    strokes: Sequence[FloatArray], groups: Sequence[Group] = (), annotations: dict[str, str] | None = None
) -> bytes:
    """The bytes of an InkML file.

    Parameters
    ----------
    strokes : sequence of float64 (k, 2) or (k, 3)
        x to the right, y down, in pixels of 1/96 inch[, seconds]. They keep two decimals, times milliseconds.
    groups : sequence of Group
    annotations : dict, optional
        By type.
    """
    timed = all(s.shape[1] == 3 for s in strokes)
    channels = "XYT" if timed else "XY"
    units = {"X": ' units="px"', "Y": ' units="px"', "T": ' units="ms"'}
    rows = ['<?xml version="1.0" encoding="UTF-8"?>', f'<ink xmlns="{NAMESPACE}">', "<traceFormat>"]
    rows += [f'<channel name="{c}" type="decimal"{units[c]}/>' for c in channels]
    rows.append("</traceFormat>")
    for kind, value in (annotations or {}).items():
        rows.append(f'<annotation type="{escape(kind)}">{escape(value)}</annotation>')
    for number, stroke in enumerate(strokes):
        points = stroke[:, : len(channels)] * [1, 1, 1000][: len(channels)]
        told = ", ".join(" ".join(f"{v:.2f}".rstrip("0").rstrip(".") for v in p) for p in points.tolist())
        rows.append(f'<trace id="{number}">{told}</trace>')
    if groups:
        rows.append('<traceGroup><annotation type="truth">Segmentation</annotation>')
        for label, numbers in groups:
            views = "".join(f'<traceView traceDataRef="{n}"/>' for n in numbers)
            rows.append(
                f'<traceGroup><annotation type="truth">{escape(label)}</annotation>{views}</traceGroup>'
            )
        rows.append("</traceGroup>")
    return "\n".join([*rows, "</ink>\n"]).encode("utf-8")


class _Open(NamedTuple):
    """An element that is open: its name, its attributes, and what a group holds so far."""

    tag: str
    attributes: dict[str, str]
    truth: list[str]
    traces: list[str]


class _Reader:
    """Takes the events of the parser; nothing recurses, so that depth costs nothing."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._text: list[str] = []
        self._channels: list[tuple[str, str]] = []
        self._formats = 0
        self._numbers: dict[str, int] = {}
        self._strokes: list[FloatArray] = []
        self._groups: list[tuple[str, list[str]]] = []
        self._annotations: dict[str, str] = {}
        self._points = 0

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.Parse(data, True)

    def document(self) -> Document:
        groups = []
        for label, ids in self._groups:
            numbers = tuple(self._numbers[i] for i in ids if i in self._numbers)
            if numbers:
                groups.append(Group(label, numbers))
        return Document(self._strokes, groups, self._annotations)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        if not self._stack and tag != "ink":
            raise ValueError(f"its outermost element is <{tag[:40]}>, not <ink>")
        if len(self._stack) >= MOST_DEPTH:
            raise ValueError(f"elements lie more than {MOST_DEPTH} deep in each other")
        if self._stack and self._stack[-1].tag == "trace":
            raise ValueError(f"a trace holds the element <{tag[:40]}>, where only points are allowed")
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        self._stack.append(_Open(tag, plain, [], []))
        self._text.clear()
        if tag == "traceFormat":
            self._formats += 1
        elif tag == "channel" and self._formats == 1:
            self._channels.append((plain.get("name", ""), plain.get("units", "")))

    def _end(self, name: str) -> None:
        element = self._stack.pop()
        parent = self._stack[-1] if self._stack else element
        text = "".join(self._text).strip()
        if element.tag == "trace" and element.attributes.get("type") != "penUp":
            known = element.attributes.get("id", f" {len(self._strokes)}")
            self._add(known, text)
            parent.traces.append(known)
        elif element.tag == "traceView":
            parent.traces.append(element.attributes.get("traceDataRef", "").removeprefix("#"))
        elif element.tag == "annotation":
            kind = element.attributes.get("type", "")
            if parent.tag == "ink":
                self._annotations[kind] = text
            elif kind == "truth":
                parent.truth.append(text)
        elif element.tag == "traceGroup" and element.truth and element.traces:
            self._groups.append((element.truth[0], element.traces))
        self._text.clear()

    def _add(self, known: str, text: str) -> None:
        points = self._values(text)
        if not len(points):
            return
        self._points += len(points)
        if self._points > MOST_POINTS:
            raise ValueError(f"it has more than {MOST_POINTS} points")
        if not np.isfinite(points).all() or np.abs(points[:, :2]).max() > FARTHEST:
            raise ValueError(f"trace {known.strip()} has a point that is nowhere")
        self._numbers[known] = len(self._strokes)
        self._strokes.append(points)

    def _values(self, text: str) -> FloatArray:
        """The points of a trace, float64 (k, 2) or (k, 3)."""
        names = [name for name, _ in self._channels] or ["X", "Y"]
        if "X" not in names or "Y" not in names:
            raise ValueError("its traces have no X and Y")
        rows = [row for row in text.split(",") if row.strip()]
        if not rows:
            return np.empty((0, 2))
        values = _plain(rows, len(names)) if _PLAIN.fullmatch(text) else None
        if values is None:
            values = _differences(rows, len(names))
        columns = [names.index("X"), names.index("Y")]
        if "T" in names and values.shape[1] > names.index("T"):
            columns.append(names.index("T"))
        points = np.ascontiguousarray(values[:, columns])
        if points.shape[1] == 3 and self._channels[columns[2]][1] != "s":
            points[:, 2] /= 1000
        return points


_PLAIN = re.compile(r"[-+0-9.eE,\s]*")
_VALUE = re.compile(r"""([!'"]?)\s*(\*|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[TF]|\#[0-9A-Fa-f]+)\s*""")


def _plain(rows: Sequence[str], channels: int) -> FloatArray | None:
    """Rows of numbers with spaces between them; None where that is not what they are."""
    parts = [row.split() for row in rows]
    if any(len(part) != len(parts[0]) for part in parts) or (parts and len(parts[0]) < min(channels, 2)):
        return None
    return np.array(parts, dtype=np.float64).reshape(len(parts), -1)


def _differences(rows: Sequence[str], channels: int) -> FloatArray:
    """Rows as the standard allows them: `'` marks differences, `"` differences of differences, `!` plain values."""
    modes, last, speed = ["!"] * channels, [0.0] * channels, [0.0] * channels
    points = []
    for row in rows:
        found = _VALUE.findall(row)
        if _VALUE.sub("", row).strip() or len(found) < min(channels, 2):
            raise ValueError(f"{row.strip()[:40]!r} is no point")
        for i, (mode, told) in enumerate(found[:channels]):
            modes[i] = mode or modes[i]
            if told == "*":
                continue
            value = _number(told)
            if modes[i] == "!":
                last[i], speed[i] = value, 0.0
                continue
            speed[i] = value if modes[i] == "'" else speed[i] + value
            last[i] += speed[i]
        points.append(list(last))
    return np.array(points, dtype=np.float64).reshape(len(points), channels)


def _number(told: str) -> float:
    if told in "TF":
        return float(told == "T")
    return float(int(told[1:], 16)) if told.startswith("#") else float(told)


def _refuse(*_: object) -> None:
    raise ValueError("it has a document type, which ink does not need: take it out")
