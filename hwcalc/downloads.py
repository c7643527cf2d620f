"""Downloads public sets of glyphs.

In flow names of sets; out flow, in the data folder, the files that `datasets.load_set` reads. A download goes into
a .part file, which a later run goes on with, is verified, parsed, and only then put in place as a whole.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import http.client
import json
import os
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from . import __version__, datasets
from .atomic import replacing, write_whole
from .datasets import DatasetError
from .glyph_formats import Glyph
from .public_sets import SETS, PublicSet, Source

_TIMEOUT = 30.0  # seconds without a byte
_CHUNK = 1 << 16
_DAMAGED = (ValueError, KeyError, TypeError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError)


# From a source to a verified file.


def download(source: Source, path: Path, quiet: bool = False) -> None:
    """Bring `source` to `path`, going on with `path`.part where an earlier run was stopped.

    Raises
    ------
    DatasetError
        The source cannot be reached or is not what it should be.
    OSError
        The file cannot be written; what has come is kept.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    before = -1
    while not _fetch(source, part, path.name, quiet):
        if _size(part) <= before:
            raise DatasetError(
                f"{source.url}: the connection broke after {_size(part):,} bytes; "
                "run the command again to go on from there"
            )
        before = _size(part)
    try:
        verify(part, source)
    except DatasetError:
        part.unlink()
        raise
    os.replace(part, path)


def _fetch(source: Source, part: Path, name: str, quiet: bool) -> bool:
    """Add to `part` what it lacks; False when the connection broke before the end."""
    have = _size(part)
    with _open(source.url, have) as answer:
        if answer is None:  # there is nothing after `have`
            return True
        if answer.status != 206 or not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            if answer.status == 206:
                raise DatasetError(
                    f"{source.url}: the server sends another part; delete {part} and run again"
                )
            have = 0
        total = None if answer.length is None else have + answer.length  # or is no number
        if source.size and total and total != source.size:
            raise DatasetError(
                f"{source.url}: {total:,} bytes long, not {source.size:,}: it is not the file that hwcalc knows"
            )
        with (
            part.open("ab" if have else "wb") as file,
            tqdm(
                total=total,
                initial=have,
                desc=name,
                unit="B",
                unit_scale=True,
                leave=False,
                disable=quiet or None,  # None: unless standard error is a terminal
            ) as bar,
        ):
            while not source.size or file.tell() <= source.size:  # what is longer is refused as it is
                try:
                    chunk = answer.read(_CHUNK)
                except (OSError, http.client.HTTPException):
                    return False
                if not chunk:
                    break
                file.write(chunk)
                bar.update(len(chunk))
    return total is None or _size(part) == total


@contextmanager
def _open(url: str, have: int) -> Iterator[Any]:
    """The server's answer, from byte `have` on if it can; None when it says that there is no such byte."""
    headers = {"User-Agent": f"hwcalc/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            total = str(error.headers.get("Content-Range", "")).rpartition("/")[2]
            if error.code == 416 and total in (str(have), ""):
                yield None
                return
            if error.code == 416:
                raise DatasetError(
                    f"{url}: {total} bytes long, and {have} have come: remove the .part file"
                ) from None
            raise DatasetError(f"{url}: the server answers {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DatasetError(f"{url}: {reason}; check the network and run the command again") from None
    with answer:
        yield answer


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def verify(path: Path, source: Source) -> None:
    """Hold a downloaded file to the size, checksum and commit that its source is known by.

    Raises
    ------
    DatasetError
        One of them is another.
    """
    again = "run the command again; if it stays so, the source has changed"
    if source.size and _size(path) != source.size:
        raise DatasetError(f"{source.url}: {_size(path):,} bytes came, not {source.size:,}; {again}")
    if source.checksum:
        kind, _, want = source.checksum.partition(":")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
        if found != want:
            raise DatasetError(f"{source.url}: its {kind.upper()} is {found}, not {want}; {again}")
    if source.commit:
        try:
            with zipfile.ZipFile(path) as archive:
                said = archive.comment.decode("latin1")
        except zipfile.BadZipFile:
            raise DatasetError(f"{source.url}: what came is no zip file; {again}") from None
        if not said.startswith(source.commit):
            raise DatasetError(f"{source.url}: the archive is of commit {said or '?'}; {again}")


def trust_first(path: Path, source: Source, record: Path) -> None:
    """Hold a file without a known checksum to that of its first download, which `record` (JSON) keeps.

    Raises
    ------
    DatasetError
        It was another then.
    """
    try:
        known = json.loads(record.read_text(encoding="utf8")) if record.exists() else {}
    except ValueError:
        raise DatasetError(f"{record}: damaged; remove it, and what comes next is trusted anew") from None
    found = contents_sha256(path)
    first = known.setdefault(
        source.url, {"sha256": found, "size": _size(path), "date": datetime.date.today().isoformat()}
    )
    if first["sha256"] != found:
        raise DatasetError(
            f"{source.url}: not what it was on {first['date']}; if that is right, remove its entry from {record}"
        )
    write_whole(record, json.dumps(known, indent=1).encode())


def contents_sha256(path: Path) -> str:
    """SHA-256 of a file; of a zip file that of its names and contents, since GitHub may pack them anew."""
    digest = hashlib.sha256()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                digest.update(name.encode() + b"\0" + hashlib.sha256(archive.read(name)).digest())
    else:
        digest.update(path.read_bytes())
    return digest.hexdigest()


# From a verified file to the data folder.


def sets() -> Sequence[PublicSet]:
    """All sets that can be downloaded."""
    return SETS


def where(row: PublicSet) -> Path | None:
    """Where the set is; None when it is not here."""
    if row.name != "mnist":
        path = datasets.data_folder() / row.file
        return path if path.is_file() else None
    try:
        folder = datasets.mnist_folder()
    except DatasetError:
        return None
    names = [name for pair in datasets.MNIST_FILES.values() for name in pair]
    whole = all((folder / name).is_file() or (folder / f"{name}.gz").is_file() for name in names)
    return folder if whole else None


def get(row: PublicSet, quiet: bool = False) -> Path:
    """Download a set that is not here, and those that the same file holds; returns where the set is.

    Raises
    ------
    DatasetError
        A source cannot be reached, or what it sends is not the set.
    OSError
        Something cannot be written.
    """
    here = where(row)
    if here is not None:
        return here
    folder = datasets.data_folder()
    if row.parse is None:
        for source in row.sources:
            download(source, folder / row.file / _file_name(source), quiet)
        return folder / row.file
    paths = [folder / "downloads" / _file_name(source) for source in row.sources]
    for source, path in zip(row.sources, paths, strict=True):
        download(source, path, quiet)
    together = [each for each in SETS if each.sources == row.sources and where(each) is None]
    try:
        parsed = [_parse(each, paths) for each in together]
        for source, path in zip(row.sources, paths, strict=True):
            if not source.checksum:
                trust_first(path, source, folder / "downloads.json")
    except DatasetError:
        _discard(paths)
        raise
    for each, glyphs in zip(together, parsed, strict=True):
        store(each, glyphs, folder)
    _discard(paths)
    return folder / row.file


def _file_name(source: Source) -> str:
    return source.url.rsplit("/", 1)[1]


def _discard(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink()


def _parse(row: PublicSet, paths: Sequence[Path]) -> list[Glyph]:
    assert row.parse is not None
    try:
        glyphs = row.parse(paths)
    except _DAMAGED as error:
        raise DatasetError(f"{row.sources[0].url}: not in the format of {row.name}: {error}") from None
    if abs(len(glyphs) - row.glyphs) > row.tolerance * row.glyphs:
        raise DatasetError(
            f"{row.sources[0].url}: holds {len(glyphs):,} glyphs of {row.name}, not {row.glyphs:,}"
        )
    return glyphs


def store(row: PublicSet, glyphs: Sequence[Glyph], folder: Path) -> None:
    """Write a set as `datasets.load_set` reads it: all of it, or on failure nothing.

    Raises
    ------
    DatasetError
        Its pictures are not all of one size.
    OSError
        The file cannot be written.
    """
    if row.file.endswith(".npz"):
        if len({np.shape(glyph.ink) for glyph in glyphs}) != 1:
            raise DatasetError(f"{row.name}: its pictures are not all of one size")
        images = np.array([glyph.ink for glyph in glyphs], np.uint8)
        labels = np.array([glyph.label for glyph in glyphs])
        writers = np.array([glyph.writer or "?" for glyph in glyphs])
        with replacing(folder / row.file) as file:
            np.savez_compressed(file, images=images, labels=labels, writers=writers)
    else:
        lines = "".join(json.dumps(_record(glyph), ensure_ascii=False) + "\n" for glyph in glyphs)
        write_whole(folder / row.file, gzip.compress(lines.encode(), mtime=0))


def _record(glyph: Glyph) -> dict[str, Any]:
    record: dict[str, Any] = {"label": glyph.label, "writer": glyph.writer}
    if glyph.ref is not None:
        record["ref"] = glyph.ref
    return record | {"strokes": glyph.ink}
