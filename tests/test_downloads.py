"""Downloads, from a stand-in server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest

from hwcalc import data_command, datasets, downloads, public_sets
from hwcalc.datasets import DatasetError
from hwcalc.glyph_formats import Glyph
from hwcalc.public_sets import PublicSet, Source

CONTENT = np.random.default_rng(0).bytes(300_000)


@dataclass
class Site:
    """What the stand-in server has, how it behaves, and what it was asked."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: list[int] = field(default_factory=list)  # bytes after which the next answers break off
    ranges: bool = True
    tells_length: bool = True
    length: str = ""  # told instead of the right one
    asked: list[str | None] = field(default_factory=list)  # the Range of each request


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            site.asked.append(asked)
            content = site.files.get(unquote(self.path.lstrip("/")))
            if content is None:
                self.send_error(404)
                return
            start = int(asked[6:-1]) if asked and site.ranges else 0
            if start and start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if site.tells_length:
                self.send_header("Content-Length", site.length or str(len(content) - start))
            self.end_headers()
            rest = content[start:]
            self.wfile.write(rest[: site.breaks_after.pop(0)] if site.breaks_after else rest)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "sets"
    place.mkdir()
    monkeypatch.setenv("HWCALC_DATA", str(place))
    return place


def source(site: Site, name: str = "set.zip", content: bytes = CONTENT, **known: object) -> Source:
    site.files[name] = content
    return Source(f"{site.url}/{quote(name)}", f"sha256:{hashlib.sha256(content).hexdigest()}", **known)  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# One file.


@pytest.mark.parametrize("tells_length", [True, False])
@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_file_comes_whole(site: Site, tmp_path: Path, tells_length: bool, kind: str) -> None:
    site.tells_length = tells_length
    known = source(site, size=len(CONTENT))
    known = replace(known, checksum=f"{kind}:{hashlib.new(kind, CONTENT).hexdigest()}")
    downloads.download(known, tmp_path / "deep" / "set.zip")
    assert (tmp_path / "deep" / "set.zip").read_bytes() == CONTENT
    assert files(tmp_path) == ["deep/set.zip"]


def test_a_length_that_is_no_number_is_not_believed(site: Site, tmp_path: Path) -> None:
    site.length = "many"
    downloads.download(source(site), tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT


def test_a_stopped_download_goes_on(site: Site, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT[:1000])
    downloads.download(source(site), tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT
    assert site.asked == ["bytes=1000-"]


def test_a_broken_connection_is_taken_up_at_once(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [70_000, 80_000]
    downloads.download(source(site), tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT
    assert site.asked == [None, "bytes=70000-", "bytes=150000-"]


def test_a_server_without_ranges_starts_over(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    (tmp_path / "set.zip.part").write_bytes(b"something else" * 9)
    downloads.download(source(site), tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT


def test_a_connection_that_brings_nothing_new_is_given_up_and_its_part_kept(
    site: Site, tmp_path: Path
) -> None:
    site.breaks_after = [5000, 0]
    with pytest.raises(DatasetError, match="5,000 bytes; run the command again"):
        downloads.download(source(site), tmp_path / "set.zip")
    assert files(tmp_path) == ["set.zip.part"]
    downloads.download(source(site), tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT


def test_a_part_that_is_whole_is_taken(site: Site, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT)
    downloads.download(source(site), tmp_path / "set.zip")
    assert files(tmp_path) == ["set.zip"]


def test_a_part_that_is_longer_than_the_file_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT + b"!")
    with pytest.raises(DatasetError, match="300000 bytes long, and 300001 have come"):
        downloads.download(source(site), tmp_path / "set.zip")


@pytest.mark.parametrize("part", [b"", b"not its beginning"])
def test_a_wrong_checksum_leaves_nothing(site: Site, tmp_path: Path, part: bytes) -> None:
    known = source(site)
    site.files["set.zip"] = CONTENT[:-1] + b"?"
    (tmp_path / "set.zip.part").write_bytes(part)
    with pytest.raises(DatasetError, match="SHA256"):
        downloads.download(known, tmp_path / "set.zip")
    assert files(tmp_path) == []


def test_a_file_of_another_size_is_not_even_fetched(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="300,000 bytes long, not 300,001"):
        downloads.download(source(site, size=300_001), tmp_path / "set.zip")
    assert files(tmp_path) == []


def test_a_file_that_tells_no_length_is_read_no_further_than_it_may_go(site: Site, tmp_path: Path) -> None:
    site.tells_length = False
    with pytest.raises(DatasetError, match=r": 65,536 bytes came, not 1,000"):
        downloads.download(source(site, size=1000), tmp_path / "set.zip")
    assert files(tmp_path) == []


def test_a_missing_file_is_told(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="404"):
        downloads.download(Source(f"{site.url}/gone.zip"), tmp_path / "gone.zip")


def test_no_network_is_told(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.zip"
        with pytest.raises(DatasetError, match="check the network"):
            downloads.download(Source(url), tmp_path / "a.zip")


def test_a_silent_server_is_not_waited_for_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a.zip"
        with pytest.raises(DatasetError, match="timed out"):
            downloads.download(Source(url), tmp_path / "a.zip")


def test_an_interrupted_download_keeps_its_part(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = source(site)

    class Interrupting(downloads.tqdm):  # type: ignore[type-arg]
        came = 0.0

        def update(self, n: float | None = 1) -> bool | None:
            self.came += n or 0
            if self.came > 100_000:
                raise KeyboardInterrupt
            return bool(super().update(n))

    with monkeypatch.context() as patch:
        patch.setattr(downloads, "tqdm", Interrupting)
        with pytest.raises(KeyboardInterrupt):
            downloads.download(known, tmp_path / "set.zip")
    assert files(tmp_path) == ["set.zip.part"]
    kept = (tmp_path / "set.zip.part").stat().st_size
    assert kept >= 100_000
    downloads.download(known, tmp_path / "set.zip")
    assert (tmp_path / "set.zip").read_bytes() == CONTENT
    assert site.asked[-1] == f"bytes={kept}-"


def zip_of(members: dict[str, bytes], comment: str = "", date: int = 1990) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.comment = comment.encode()
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (date, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def test_a_repository_must_be_at_its_commit(site: Site, tmp_path: Path) -> None:
    commit = "07d208e41923b061e338c241e59daacdd2752d53"
    site.files["a.zip"] = zip_of({"x": b"1"}, commit)
    downloads.download(Source(f"{site.url}/a.zip", commit=commit[:8]), tmp_path / "right.zip")
    with pytest.raises(DatasetError, match=f"of commit {commit}"):
        downloads.download(Source(f"{site.url}/a.zip", commit="552a4d44"), tmp_path / "wrong.zip")
    site.files["a.zip"] = b"<html>log in</html>"
    with pytest.raises(DatasetError, match="no zip file"):
        downloads.download(Source(f"{site.url}/a.zip", commit=commit), tmp_path / "page.zip")
    assert files(tmp_path) == ["right.zip"]


def test_a_first_download_is_trusted_and_later_ones_held_to_it(tmp_path: Path) -> None:
    known, path, record = Source("http://a/b.zip"), tmp_path / "b.zip", tmp_path / "downloads.json"
    path.write_bytes(zip_of({"a": b"1", "b": b"2"}))
    downloads.trust_first(path, known, record)
    assert set(json.loads(record.read_text())[known.url]) == {"sha256", "size", "date"}
    path.write_bytes(zip_of({"b": b"2", "a": b"1"}, date=2020))  # packed anew
    downloads.trust_first(path, known, record)
    path.write_bytes(zip_of({"a": b"1", "b": b"3"}))
    with pytest.raises(DatasetError, match="not what it was on"):
        downloads.trust_first(path, known, record)
    record.write_text("{")
    with pytest.raises(DatasetError, match="damaged; remove it"):
        downloads.trust_first(path, known, record)


# A set.


def parse_pens(paths: list[Path]) -> list[Glyph]:  # type: ignore[misc]
    text = paths[0].read_text()
    return [Glyph(label, [[[0.0, 1.0], [2.0, 3.5]]], "ann", 14.0) for label in text.split()]


def parse_pictures(paths: list[Path]) -> list[Glyph]:  # type: ignore[misc]
    return [Glyph(label, np.full((8, 8), 7, np.uint8), "bob") for label in paths[0].read_text().split()]


@pytest.fixture
def two_sets(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[PublicSet]:
    """uji and mdas, from one stand-in file each; and unipen with unipen_times, from one for both."""
    rows = {row.name: row for row in public_sets.SETS}

    def row(name: str, content: str, parse: object, pinned: bool = True) -> PublicSet:
        known = source(site, f"{content.replace(' ', '')}.txt", content.encode())
        known = known if pinned else replace(known, checksum="")
        return replace(rows[name], glyphs=len(content.split()), sources=(known,), parse=parse, tolerance=0.0)  # type: ignore[arg-type]

    table = [
        row("uji", "7 1", parse_pens),
        row("mdas", "÷ + ·", parse_pictures, pinned=False),
        row("unipen", "( )", parse_pens),
        row("unipen_times", "( )", parse_pens),
    ]
    monkeypatch.setattr(downloads, "SETS", table)
    return table


def test_sets_come_as_load_set_reads_them(
    two_sets: list[PublicSet], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data_command.main(["get", "uji", "mdas"]) == 0
    out, err = capsys.readouterr()
    assert "CC BY 4.0, F. Prat" in out
    assert "https://archive.ics.uci.edu/dataset/177" in out
    assert err == ""  # no bar either: it is no terminal
    assert files(folder) == ["downloads.json", "mdas.npz", "uji.jsonl.gz"]
    pens = datasets.load_set("uji")
    assert (list(pens.labels), list(pens.writers)) == (["7", "1"], ["uji/ann", "uji/ann"])
    assert pens.glyphs[0][0].tolist() == [[0, 1], [2, 3.5]]
    assert json.loads(gzip.decompress((folder / "uji.jsonl.gz").read_bytes()).splitlines()[0])["ref"] == 14
    pictures = datasets.load_set("mdas")
    assert (list(pictures.labels), list(pictures.writers)) == (["÷", "+", "."], ["mdas/bob"] * 3)
    assert pictures.glyphs[2].shape == (8, 8)
    assert datasets.available_sets() == ["mdas", "uji"]


def test_what_is_here_is_not_fetched_again(
    two_sets: list[PublicSet], site: Site, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_command.main(["get", "--all", "-q"])
    asked = len(site.asked)
    capsys.readouterr()
    assert data_command.main(["get", "--all"]) == 0
    assert len(site.asked) == asked == 3  # one file holds two of the four sets
    assert capsys.readouterr().out.count("already here") == 4


def test_without_the_variable_sets_are_kept_for_the_user(
    two_sets: list[PublicSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HWCALC_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **options: tmp_path / "user")
    assert data_command.main(["get", "uji", "-q"]) == 0
    assert files(tmp_path) == ["user/glyphs/uji.jsonl.gz"]
    assert len(datasets.load_set("uji")) == 2
    monkeypatch.setenv("HWCALC_DATA", str(tmp_path))
    assert datasets.available_sets() == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"glyphs": 3}, "holds 2 glyphs of uji, not 3"),
        ({"parse": lambda paths: [{}["labels"]]}, "not in the format of uji"),
        ({"parse": lambda paths: zipfile.ZipFile(paths[0])}, "not in the format of uji"),
    ],
)
def test_what_is_not_the_set_leaves_nothing(
    two_sets: list[PublicSet],
    folder: Path,
    change: dict[str, object],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = replace(two_sets[0], sources=(replace(two_sets[0].sources[0], checksum=""),), **change)  # type: ignore[arg-type]
    two_sets[0] = row
    assert data_command.main(["get", "uji", "mdas", "-q"]) == 1
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1
    assert files(folder) == ["downloads.json", "mdas.npz"]  # the other set came
    assert row.sources[0].url not in (folder / "downloads.json").read_text()


def test_a_changed_source_is_not_stored(two_sets: list[PublicSet], site: Site, folder: Path) -> None:
    data_command.main(["get", "mdas", "-q"])
    (folder / "mdas.npz").unlink()
    site.files["÷+·.txt"] = "÷ + +".encode()
    with pytest.raises(DatasetError, match="not what it was"):
        downloads.get(two_sets[1], quiet=True)
    assert files(folder) == ["downloads.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
def test_a_full_disk_is_told(
    two_sets: list[PublicSet], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "downloads").mkdir()
    (folder / "downloads" / "71.txt.part").symlink_to("/dev/full")
    assert data_command.main(["get", "uji", "-q"]) == 1
    assert "No space left on device; what has come is kept" in capsys.readouterr().err
    assert datasets.available_sets() == []


def test_a_set_that_cannot_be_written_whole_is_not_written(
    two_sets: list[PublicSet], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: object, target: object) -> None:
        if str(target).endswith(".gz"):
            raise KeyboardInterrupt
        original(source, target)

    original = os.replace
    monkeypatch.setattr(os, "replace", fail)
    assert data_command.main(["get", "uji", "-q"]) == 130
    assert files(folder) == ["downloads/71.txt"]  # the download is kept, and need not be made again


def test_pictures_of_two_sizes_are_refused(folder: Path, two_sets: list[PublicSet]) -> None:
    glyphs = [Glyph("1", np.zeros((n, 8), np.uint8)) for n in (8, 9)]
    with pytest.raises(DatasetError, match="one size"):
        downloads.store(two_sets[1], glyphs, folder)


def test_mnist_comes_as_its_four_files(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (row,) = (row for row in public_sets.SETS if row.name == "mnist")
    names = [known.url.rsplit("/", 1)[1] for known in row.sources]
    here = tuple(source(site, name, name.encode() * 50) for name in names)
    monkeypatch.setattr(downloads, "SETS", [replace(row, sources=here)])
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "installed" / "hwcalc" / "datasets.py"))
    monkeypatch.chdir(tmp_path)
    assert downloads.where(row) is None
    site.files.pop(names[3])
    assert data_command.main(["get", "mnist", "-q"]) == 1
    assert downloads.where(row) is None
    site.files[names[3]] = names[3].encode() * 50
    assert data_command.main(["get", "mnist", "-q"]) == 0
    assert len(site.asked) == 5  # the three that had come were not fetched again
    assert datasets.mnist_folder() == downloads.where(row) == folder / "mnist"


def test_list_tells_of_every_set(
    two_sets: list[PublicSet], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_command.main(["get", "uji", "-q"])
    capsys.readouterr()
    assert data_command.main(["list"]) == 0
    out = capsys.readouterr().out
    assert re.search(
        rf"^uji +2 glyphs +size \? +{re.escape(str(folder / 'uji.jsonl.gz'))}$", out, re.MULTILINE
    )
    assert re.search(r"^mdas .*not here$", out, re.MULTILINE)
    assert "MIT, J. MacLeod" in out
    assert max(map(len, out.splitlines())) <= 110 + len(str(folder))


@pytest.mark.parametrize("arguments", [[], ["get"], ["get", "nist"], ["get", "uji", "--all"], ["put", "uji"]])
def test_wrong_usage(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        data_command.main(arguments)
    assert ended.value.code == 2
    assert "usage: hwcalc data" in capsys.readouterr().err


def test_a_wrong_folder_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HWCALC_DATA", "/nowhere/at/all")
    for arguments in (["list"], ["get", "uji"]):
        assert data_command.main(arguments) == 1
        err = capsys.readouterr().err
        assert "no folder" in err
        assert err.count("\n") == 1


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that it may not write"
)
def test_a_read_only_folder_is_told(
    two_sets: list[PublicSet], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.chmod(0o500)
    assert data_command.main(["get", "uji", "-q"]) == 1
    folder.chmod(0o700)
    assert "Permission denied" in capsys.readouterr().err


# The table.


def test_every_source_is_pinned() -> None:
    for row in public_sets.SETS:
        for known in row.sources:
            assert known.url.startswith("https://")
            pinned_by_url = re.search(r"/[0-9a-f]{40}/", known.url)
            assert known.checksum or known.commit or pinned_by_url, row.name
            assert re.fullmatch(r"|md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", known.checksum)
            assert known.commit in known.url


def test_every_set_has_a_reader_or_is_kept_as_it_comes() -> None:
    names = [row.name for row in public_sets.SETS]
    assert len(set(names)) == len(names)
    for row in public_sets.SETS:
        assert row.parse is not None or row.name == "mnist"
        assert row.name == "mnist" or row.file.endswith((".npz", ".jsonl.gz"))
