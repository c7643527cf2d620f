"""The command: what it prints, on which stream, and how it ends. The stand-in reader knows files by name."""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
import types
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hwcalc
from hwcalc.__main__ import main
from hwcalc.ink import Box, Ink, ReadError
from hwcalc.reader import Reading, Symbol

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "hwcalc" / "model.npz"
STROKES = [[[0, 0], [0, 10]], [[5, 0], [9, 10]]]


def reading(text: str, value: object, answer: str, doubtful: bool = False) -> Reading:
    symbol = Symbol("1", Box(1, 2, 3, 4), np.float32(0.75), (("1", np.float32(0.75)), ("7", 0.2)), (0, 1))
    return Reading(text, text, value, answer, (symbol,), 0.87654321, doubtful, Box(1, 2, 30.126, 40))  # type: ignore[arg-type]


PICTURES = {
    "sum.png": reading("12+34=", Fraction(46), "46"),
    "lone.png": reading("42", Fraction(42), "42", doubtful=True),
    "third.png": reading("1÷3", Fraction(1, 3), "1/3 ≈ 0.333333"),
    "quarter.png": reading("(1/4)", Fraction(1, 4), "1/4 = 0.25"),
    "root.png": reading("√2", Decimal("1.4142135623731"), "≈ 1.4142135623731"),
    "true.png": reading("1+1=2", True, "true"),
    "false.png": reading("1+1=3", False, "false: 1+1 is 2", doubtful=True),
    "half.png": reading("3+", None, "something is missing after +"),
    "box.png": reading("□+3=10", Fraction(7), "□ = 7"),
    "letter.png": reading("2x+3=11", Fraction(4), "x = 4"),
}


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(source: object, digits: bool = False) -> Reading:
        if digits:
            return reading("007", None, "")
        if source == "interrupt.png":
            raise KeyboardInterrupt
        if source not in PICTURES:
            raise ReadError(f"{source} is not\na picture")
        return PICTURES[str(source)]

    def read_ink(strokes: object, digits: bool = False) -> Reading:
        count = len(Ink.from_strokes(strokes).strokes)  # type: ignore[arg-type]
        return reading(str(count), Fraction(count), str(count))

    monkeypatch.setattr(hwcalc, "read", read, raising=False)
    monkeypatch.setattr(hwcalc, "read_ink", read_ink, raising=False)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", *PICTURES]) == 0
    assert capsys.readouterr() == (
        "sum.png: 12+34 = 46\n"
        "lone.png: 42 ?\n"
        "third.png: 1÷3 = 1/3 ≈ 0.333333\n"
        "quarter.png: 1/4 = 0.25\n"
        "root.png: √2 ≈ 1.4142135623731\n"
        "true.png: 1+1=2 is true\n"
        "false.png: 1+1=3 is false: 1+1 is 2 ?\n"
        "half.png: 3+ (something is missing after +)\n"
        "box.png: □+3=10, so □ = 7\n"
        "letter.png: 2x+3=11, so x = 4\n",
        "",
    )


def test_failures_are_one_line_each_and_the_others_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "note.txt", "sum.png", "folder"]) == 1
    assert capsys.readouterr() == (
        "sum.png: 12+34 = 46\n",
        "hwcalc: note.txt is not a picture\nhwcalc: folder is not a picture\n",
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied", "x.png"), "Permission denied"),
        (ValueError(), "ValueError"),
        (MemoryError(), "there is not enough memory to read it: make it smaller"),
    ],
)
def test_reasons(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(source: object, digits: bool) -> Reading:
        raise error

    monkeypatch.setattr(hwcalc, "read", read)
    assert main(["read", "x.png"]) == 1
    assert capsys.readouterr() == ("", f"hwcalc: x.png: {reason}\n")


def test_a_model_that_cannot_be_used_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(source: object, digits: bool) -> Reading:
        raise hwcalc.ModelError("model.npz is truncated")

    monkeypatch.setattr(hwcalc, "read", read)
    with pytest.raises(SystemExit) as ended:
        main(["read", "sum.png", "lone.png", "--format", "json"])
    assert ended.value.code == "hwcalc: model.npz is truncated"  # Python prints it, and exits with 1
    assert capsys.readouterr().out == ""


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "third.png", "gone.png", "true.png", "half.png", "--format", "csv"]) == 1
    third, gone, true, half = csv.DictReader(capsys.readouterr().out.splitlines())
    assert third == {
        "file": "third.png",
        "text": "1÷3",
        "latex": "1÷3",
        "value": "1/3",
        "answer": "1/3 ≈ 0.333333",
        "confidence": "0.8765",
        "doubtful": "false",
        "error": "",
    }
    assert (gone["file"], gone["text"], gone["error"]) == ("gone.png", "", "gone.png is not a picture")
    assert (true["value"], half["value"]) == ("true", "")


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--format", "json", "third.png", "gone.png", "true.png", "half.png"]) == 1
    third, gone, true, half = json.loads(capsys.readouterr().out)
    assert third == {
        "file": "third.png",
        "text": "1÷3",
        "latex": "1÷3",
        "value": "1/3",
        "answer": "1/3 ≈ 0.333333",
        "confidence": 0.8765,
        "doubtful": False,
        "box": [1, 2, 30.13, 40],
        "symbols": [
            {
                "label": "1",
                "box": [1, 2, 3, 4],
                "confidence": 0.75,
                "alternatives": [["1", 0.75], ["7", 0.2]],
                "strokes": [0, 1],
            }
        ],
        "error": None,
    }
    assert gone == {"file": "gone.png", "error": "gone.png is not a picture"}
    assert (true["value"], half["value"]) == (True, None)


def test_json_of_strokes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, many = tmp_path / "one.json", tmp_path / "many.jsonl"
    one.write_text(json.dumps(STROKES), encoding="utf-8")
    many.write_text(f'{json.dumps({"strokes": STROKES[:1]})}\n\n[]\n{{\n{"[" * 100_000}\n"x"\n{{}}\n')
    assert main(["read", str(one), str(many)]) == 1
    out, err = capsys.readouterr()
    assert out == f"{one}: 2\n{many}:1: 1\n"
    assert err.splitlines() == [
        f"hwcalc: {many}:3: no ink found: there is no stroke with a point in it",
        f"hwcalc: {many}:4: this is not JSON: give strokes as [[[x, y], ...], ...]",
        f"hwcalc: {many}:5: this is not JSON: give strokes as [[[x, y], ...], ...]",
        f"hwcalc: {many}:6: strokes must be a list of (k, 2) or (k, 3) arrays of points",
        f"hwcalc: {many}:7: strokes must be a list of (k, 2) or (k, 3) arrays of points",
    ]


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_bad_strokes_files(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary, missing = tmp_path / f"binary{suffix}", tmp_path / f"missing{suffix}"
    binary.write_bytes(b"\xff\xfe\x00")
    assert main(["read", str(binary), str(missing), str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"hwcalc: {binary}: this is not a text file in UTF-8",
        f"hwcalc: {missing}: No such file or directory",
        f"hwcalc: {tmp_path} is not a picture",
    ]


def test_a_file_without_a_line_of_strokes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n \n")
    assert main(["read", str(empty), "sum.png"]) == 1
    out, err = capsys.readouterr()
    assert out == "sum.png: 12+34 = 46\n"
    assert err.startswith(f"hwcalc: {empty} is empty")


@pytest.mark.parametrize(
    ("pages", "said"),
    [([10], "-: 12+34 = 46\n"), ([10, 200], "-:1: 12+34 = 46\n-:2: 1÷3 = 1/3 ≈ 0.333333\n")],
)
def test_standard_input(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    pages: list[int],
    said: str,
) -> None:
    found = {10: PICTURES["sum.png"], 200: PICTURES["third.png"]}
    monkeypatch.setattr(hwcalc, "read", lambda page, digits: found[int(page[0, 0])])
    first, *others = (Image.new("L", (30, 20), level) for level in pages)
    first.save(tmp_path / "scan.tif", save_all=True, append_images=others)
    with open(tmp_path / "scan.tif") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["read", "-"]) == 0
    assert capsys.readouterr().out == said


def test_empty_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "nothing").touch()
    for command in ("read", "page"):
        with open(tmp_path / "nothing") as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            assert main([command, "-"]) == 1
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["read", "page"])
def test_closed_standard_input(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main([command, "-"]) == 1
    assert "-: standard input is closed" in capsys.readouterr().err


def test_closed_standard_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["read", "note.txt", "sum.png"]) == 1
    sys.stderr.close()
    assert capsys.readouterr().out == "sum.png: 12+34 = 46\n"


def test_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "sum.png", "interrupt.png", "lone.png"]) == 130
    assert capsys.readouterr() == ("sum.png: 12+34 = 46\n", "")


@pytest.mark.parametrize(
    "arguments",
    [[], ["read"], ["write"], ["read", "sum.png", "--format", "xml"], ["read", "--fast", "sum.png"]],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("usage: hwcalc")


@pytest.mark.parametrize("arguments", [["--help"], ["read", "--help"]])
def test_help_has_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "examples:\n  hwcalc read photo.jpg" in out
    assert max(map(len, out.splitlines())) <= 110


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("gui", "hwcalc.gui.__main__"),
        ("train", "hwcalc.train"),
        ("evaluate", "hwcalc.evaluation"),
        ("compare", "hwcalc.comparison"),
        ("predict", "hwcalc.prediction"),
        ("data", "hwcalc.data_command"),
    ],
)
def test_other_commands_get_their_arguments(
    command: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []
    stand_in = types.ModuleType(module)
    stand_in.main = lambda argv: given.append(argv) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module, stand_in)
    assert main([command, "--help", "photo.jpg"]) == 7
    assert given == [["--help", "photo.jpg"]]


# The real thing, in its own process.


def run(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *command], capture_output=True, text=True, env=environment, check=False, **options
    )


@pytest.mark.parametrize("module", ["hwcalc", "hwcalc.gui", "hwcalc.train"])
def test_an_unbuilt_checkout_says_in_one_line_what_to_run(module: str, tmp_path: Path) -> None:
    (tmp_path / "hwcalc").mkdir()
    for source in (ROOT / "hwcalc").glob("*.py"):
        shutil.copy(source, tmp_path / "hwcalc")
    shutil.copytree(ROOT / "gui", tmp_path / "hwcalc" / "gui")
    command = [sys.executable, "-S", "-m", module, "read", "sum.png"]  # without the installed package
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=bare, check=False)
    assert done.returncode == 1
    assert "pip install" in done.stderr
    assert len(done.stderr.splitlines()) == 1


LOADED = """
import sys
from hwcalc.__main__ import main
try:
    main(sys.argv[1:])
finally:
    print("numpy" in sys.modules)
"""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_nothing_heavy(option: str) -> None:
    done = run("-c", LOADED, option)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "False"


def test_names_that_are_not_imported_yet_are_listed() -> None:
    assert run("-c", "import hwcalc; print({*hwcalc.__all__} <= {*dir(hwcalc)})").stdout == "True\n"


def test_version() -> None:
    assert run("-m", "hwcalc", "--version").stdout == f"hwcalc {hwcalc.__version__}\n"


def test_exit_codes_of_the_process(tmp_path: Path) -> None:
    assert run("-m", "hwcalc").returncode == 2
    done = run("-m", "hwcalc", "read", str(tmp_path / "missing.jpg"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("hwcalc: ")
    assert done.stderr.count("\n") == 1


FAKE = """
import sys, hwcalc
from fractions import Fraction
from hwcalc.ink import Box
from hwcalc.reader import Reading
hwcalc.read = lambda source, digits: Reading("√4", "", Fraction(2), "2", (), 1.0, False, Box(0, 0, 1, 1))
from hwcalc.__main__ import main
sys.exit(main(["read", *sys.argv[1:]]))
"""


COMMANDS = [["hwcalc", "--help"], ["hwcalc", "data", "list"], ["hwcalc.train", "--describe", str(MODEL)]]


@pytest.mark.skipif(os.name == "nt", reason="no SIGPIPE on Windows")
@pytest.mark.parametrize(
    ("command", "buffered"),
    # argparse itself leaves out help that nobody reads, unless it is buffered
    [*((command, True) for command in COMMANDS), *((command, False) for command in COMMANDS[1:])],
    ids=str,
)
def test_every_command_ends_quietly_when_nobody_reads(command: list[str], buffered: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert printing_to(writer, command, buffered) == (141, "")
    finally:
        os.close(writer)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is always full")
@pytest.mark.parametrize("command", COMMANDS[1:], ids=str)
def test_a_full_disk_under_standard_output_is_one_line(command: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        code, error = printing_to(full.fileno(), command, True)
    assert (code, error) == (1, "hwcalc: standard output cannot be written: No space left on device\n")


def printing_to(file: int, command: list[str], buffered: bool) -> tuple[int, str]:
    """The exit code and the errors of a command whose standard output is this file."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, *([] if buffered else ["-u"]), "-m", *command],
        stdout=file,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(os.name == "nt", reason="no SIGPIPE on Windows")
def test_a_closed_pipe_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", FAKE, "a.png", "b.png"],
            stdout=writer,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_old_code_page_does_not_end_the_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAKE, "ä.png"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"},
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "ä.png: \\u221a4 = 2".encode("cp1252"))


def test_json_is_json_on_any_code_page() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAKE, "2×😀.png", "--format", "json"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    (told,) = json.loads(done.stdout)
    assert (told["file"], told["text"]) == ("2×😀.png", "√4")


def test_page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"sheet.png": [PICTURES["sum.png"], PICTURES["false.png"]], "blank.png": []}

    def read_page(source: str) -> list[Reading]:
        if source not in pages:
            raise ReadError(f"{source} is no picture")
        return pages[source]

    monkeypatch.setattr(hwcalc, "read_page", read_page)
    assert main(["page", "blank.png", "sheet.png", "gone.png"]) == 1
    assert capsys.readouterr() == (
        "sheet.png:1: 12+34 = 46\nsheet.png:2: 1+1=3 is false: 1+1 is 2 ?\n",
        "hwcalc: blank.png: no expression found: take the picture closer, or crop it to the writing\n"
        "hwcalc: gone.png is no picture\n",
    )
    assert main(["page", "sheet.png", "--format", "json"]) == 0
    assert [row["file"] for row in json.loads(capsys.readouterr().out)] == ["sheet.png:1", "sheet.png:2"]


def test_a_page_is_annotated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.png"
    Image.new("L", (300, 200), 255).save(sheet)
    monkeypatch.setattr(hwcalc, "read_page", lambda source: [PICTURES["true.png"]])
    out = tmp_path / "marked.png"
    assert main(["page", str(sheet), "--annotate", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (300, 200)
        assert image.getcolors(1 << 16) != [(60000, (255, 255, 255))]
    capsys.readouterr()
    for wrong, reason in (
        (tmp_path / "x.txt", "name a file that ends"),
        (tmp_path / "no" / "x.png", "No such file"),
    ):
        assert main(["page", str(sheet), "--annotate", str(wrong)]) == 1
        error = capsys.readouterr().err
        assert f"{wrong} cannot be written: {reason}" in error
        assert error.count("\n") == 1


def test_a_full_disk_leaves_the_marked_page_that_was_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    sheet, out = tmp_path / "sheet.png", tmp_path / "marked.png"
    Image.new("L", (300, 200), 255).save(sheet)
    out.write_bytes(b"old")
    monkeypatch.setattr(hwcalc, "read_page", lambda source: [PICTURES["true.png"]])
    monkeypatch.setattr(os, "fsync", full)
    assert main(["page", str(sheet), "--annotate", str(out)]) == 1
    assert capsys.readouterr().err == f"hwcalc: {sheet}: {out} cannot be written: No space left on device\n"
    assert out.read_bytes() == b"old"


def test_only_one_page_is_annotated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["page", "a.png", "b.png", "--annotate", "c.png"])
    assert ended.value.code == 2
    assert "name one FILE" in capsys.readouterr().err


def test_digits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "code.png", "--digits"]) == 0
    assert capsys.readouterr().out == "code.png: 007\n"


def test_files_of_several_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scan = tmp_path / "scan.tif"
    first, second = (Image.new("L", (30, 20), level) for level in (10, 200))
    first.save(scan, save_all=True, append_images=[second])
    found = {10: PICTURES["sum.png"], 200: PICTURES["third.png"]}
    monkeypatch.setattr(hwcalc, "read", lambda page, digits: found[int(page[0, 0])])
    monkeypatch.setattr(hwcalc, "read_page", lambda page: [found[int(page[0, 0])]])
    assert main(["read", str(scan)]) == 0
    assert capsys.readouterr().out == f"{scan}:1: 12+34 = 46\n{scan}:2: 1÷3 = 1/3 ≈ 0.333333\n"
    assert main(["page", str(scan), "--annotate", str(tmp_path / "marked.png")]) == 0
    assert capsys.readouterr().out == f"{scan}:1:1: 12+34 = 46\n{scan}:2:1: 1÷3 = 1/3 ≈ 0.333333\n"
    assert {path.name for path in tmp_path.iterdir()} == {"scan.tif", "marked-1.png", "marked-2.png"}


def test_the_clipboard(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("hwcalc.picture_file.from_clipboard", lambda: "sum.png")
    assert main(["read", "clipboard:"]) == 0
    assert capsys.readouterr().out == "clipboard: 12+34 = 46\n"
