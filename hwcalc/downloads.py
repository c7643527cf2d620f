"""hwcalc data: shows the public sets of glyphs and downloads them.

In flow names of sets; out flow, in the data folder, the files that `datasets.load_set` reads. A download goes into
a .part file, which a later run goes on with, is verified, parsed, and only then put in place as a whole.
"""

from __future__ import annotations

import argparse
import datetime
import errno
import gzip
import hashlib
import http.client
import json
import os
import sys
import tarfile
import textwrap
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from tqdm import tqdm

from . import __version__, datasets
from .datasets import DatasetError
from .glyph_formats import Glyph
from .public_sets import SETS, PublicSet, Source

EXAMPLES = """\
examples:
  hwcalc data list                   what there is, under which licence, and what is here
  hwcalc data get mnist pendigits    download two sets
  hwcalc data get --all              all that are not here yet

Sets are kept in the user's data folder, or in the folder that the environment variable HWCALC_DATA names. A
download that was stopped is gone on with. Where no checksum is known beforehand, the source is pinned by its git
commit, and the checksum of its first download, kept in downloads.json, is what later ones are held to."""

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
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        if source.size and total and total != source.size:
            raise DatasetError(
                f"{source.url}: {total:,} bytes long, not {source.size:,}: it is not the file that hwcalc knows"
            )
        with (
            part.open("ab" if have else "wb") as file,
            tqdm(total=total, initial=have, desc=name, unit="B", unit_scale=True, disable=quiet) as bar,
        ):
            while True:
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
    _write(record, lambda file: file.write(json.dumps(known, indent=1).encode()))


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
        _write(folder / row.file, lambda file: np.savez_compressed(file, images=images, labels=labels))
    else:
        lines = "".join(json.dumps(_record(glyph), ensure_ascii=False) + "\n" for glyph in glyphs)
        _write(folder / row.file, lambda file: file.write(gzip.compress(lines.encode(), mtime=0)))


def _record(glyph: Glyph) -> dict[str, Any]:
    record: dict[str, Any] = {"label": glyph.label, "writer": glyph.writer}
    if glyph.ref is not None:
        record["ref"] = glyph.ref
    return record | {"strokes": glyph.ink}


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("wb") as file:
            write(file)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


# The command.


def parser() -> argparse.ArgumentParser:
    """The command line of `hwcalc data`."""
    args = argparse.ArgumentParser(
        prog="hwcalc data",
        description="Show and download the public sets of glyphs that the classifier is trained on.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = args.add_subparsers(title="commands", metavar="COMMAND", required=True, dest="command")
    commands.add_parser("list", help="all sets: what, how many glyphs, how much to download, licence, where")
    fetch = commands.add_parser("get", help="download sets that are not here")
    fetch.add_argument("names", nargs="*", metavar="NAME", help="a set of `hwcalc data list`")
    fetch.add_argument("--all", action="store_true", help="all sets")
    fetch.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hwcalc data` with these arguments; returns the exit code: 0, 1 something failed, 130 stopped."""
    args = parser()
    options = args.parse_args(argv)
    try:
        if options.command == "list":
            print(table())
            return 0
        known = {row.name: row for row in SETS}
        unknown = [name for name in options.names if name not in known]
        if unknown:
            args.error(f"there is no set {unknown[0]!r}; known are {', '.join(known)}")
        if bool(options.names) == options.all:
            args.error("name sets, or give --all")
        rows = SETS if options.all else [known[name] for name in options.names]
        return max([_get_and_tell(row, options.quiet) for row in rows])
    except DatasetError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        print("\nhwcalc data: stopped; the same command goes on from here", file=sys.stderr)
        return 130


def table() -> str:
    """All sets, two lines each."""
    lines = []
    for row in SETS:
        sizes = [source.size for source in row.sources]
        size = f"{sum(filter(None, sizes)) / 1e6:.1f} MB" if all(sizes) else "size ?"
        lines.append(f"{row.name:13} {row.glyphs:6,} glyphs  {size:>8}  {where(row) or 'not here'}")
        lines.append(textwrap.indent(textwrap.fill(f"{row.what}; {row.licence}", 90), " " * 14))
    return "\n".join(lines)


def _get_and_tell(row: PublicSet, quiet: bool) -> int:
    try:
        here = where(row)
        if here is not None:
            print(f"{row.name}: already here, {here}")
            return 0
        print(f"{row.name}: {row.what}\n  licence  {row.licence}\n  source   {row.page}", flush=True)
        print(f"  here     {get(row, quiet)}")
    except DatasetError as error:
        return _complain(str(error))
    except OSError as error:
        kept = "; what has come is kept: make room and run again" if error.errno == errno.ENOSPC else ""
        return _complain(
            f"{row.name}: {error.filename or datasets.data_folder()}: {error.strerror or error}{kept}"
        )
    return 0


def _complain(reason: str) -> int:
    print(f"hwcalc data: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
