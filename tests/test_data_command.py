from __future__ import annotations

import errno
import json
import os

import numpy as np
import pytest
from PIL import Image

from hwcalc import load_glyphs
from hwcalc.data_command import main
from hwcalc.loaded import MOST_GLYPHS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HWCALC_DATA", raising=False)
    assert main(["convert", "mnist:test", "--limit", "60", "-o", "digits.csv"]) == 0
    return tmp_path


def test_a_converted_table_is_the_set(folder):
    original = load_glyphs("mnist:test")
    found = load_glyphs("digits.csv")
    known = {glyph.tobytes(): label for glyph, label in zip(original.glyphs, original.labels, strict=True)}
    assert all(
        known[glyph.tobytes()] == label for glyph, label in zip(found.glyphs, found.labels, strict=True)
    )


@pytest.mark.parametrize("name", ["a.csv", "a.npz", "a.jsonl.gz"])
def test_ink_is_converted(folder, name, capsys):
    assert main(["convert", "synthetic", "--limit", "57", "-o", name]) == 0
    assert f"wrote {name}: 57 glyphs" in capsys.readouterr().out
    assert len(load_glyphs(name)) == 57


def test_ink_whose_file_has_a_name_that_is_no_utf_8_is_converted(folder):
    name = os.fsdecode(b"ink\xff.jsonl")
    ink = folder / name
    ink.write_text('{"label": "1", "strokes": [[[0, 0], [0, 9]]]}\n')
    assert main(["convert", name, "-o", "a.jsonl.gz"]) == 0
    assert load_glyphs("a.jsonl.gz").writers == ["a/" + os.fsdecode(b"ink\xff")]


def test_pictures_are_no_ink_and_other_endings_are_refused(folder, capsys):
    for name, complaint in (("a.jsonl.gz", "ink is strokes"), ("a.xlsx", "ends in .csv, .npz, .jsonl.gz")):
        assert main(["convert", "digits.csv", "-o", name]) == 1
        error = capsys.readouterr().err
        assert complaint in error
        assert error.count("\n") == 1
        assert not (folder / name).exists()


def test_info(folder, capsys):
    capsys.readouterr()
    assert main(["info", "digits.csv"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("digits: 60 glyphs, 10 labels, pictures of 28×28 pixels\n")
    assert "bright ink on black" in out
    assert "copies   0" in out
    assert out.endswith("problems none\n")


def test_info_finds_copies_contradictions_and_bad_rows(folder, capsys):
    lines = (folder / "digits.csv").read_text().splitlines()
    label, pixels = lines[3].split(",", 1)
    other = "1" if label == "0" else "0"
    lines += [lines[5], f"{other},{pixels}", f"?,{pixels}"]
    (folder / "digits.csv").write_text("\n".join(lines))
    capsys.readouterr()
    assert main(["info", "digits.csv", "--format", "json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told["glyphs"] == 62
    assert told["copies"] == 2
    assert told["problems"][0].startswith("digits.csv:64: '?' is no label")
    assert told["problems"][1] == f"digits.csv:63: '{other}' here, but the same at digits.csv:4 is '{label}'"


def test_info_goes_on_after_a_set_that_cannot_be_read(folder, capsys):
    capsys.readouterr()
    assert main(["info", "none.csv", "digits.csv"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("digits: 60 glyphs")
    assert err.startswith("hwcalc data: there is no set 'none.csv'")
    assert err.count("\n") == 1


def test_show(folder, capsys):
    assert main(["show", "digits.csv", "-o", "grid.png", "--columns", "4"]) == 0
    assert main(["show", "digits.csv", "--classes", "-o", "classes.png", "--labels", "017"]) == 0
    with Image.open("grid.png") as grid, Image.open("classes.png") as classes:
        assert grid.size == (36 * 5 + 8, 36 * 10 + 8)
        assert np.asarray(grid.convert("L")).min() < 60
        assert classes.height == 24 * 3 + 16
    capsys.readouterr()
    assert main(["show", "digits.csv", "-o", "grid.doc"]) == 1
    assert "ends in .png" in capsys.readouterr().err
    assert main(["show", "digits.csv", "-o", "no/grid.png"]) == 1
    assert capsys.readouterr().err == "hwcalc data: no/grid.png: No such file or directory\n"
    assert main(["show", "digits.csv", "--labels", "÷", "-o", "grid.png"]) == 1
    assert "has no glyph of ÷" in capsys.readouterr().err


def test_a_full_disk_leaves_nothing(folder, capsys, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = sorted(folder.iterdir())
    monkeypatch.setattr(os, "fsync", full)
    capsys.readouterr()
    for name in ("b.csv", "b.npz"):
        assert main(["convert", "digits.csv", "-o", name]) == 1
        assert capsys.readouterr().err == f"hwcalc data: {name}: No space left on device\n"
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments", [["info"], ["show", "x"], ["convert", "x"], ["info", "x", "--limit", "0"]]
)
def test_wrong_usage(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_the_limit_is_the_one_that_is_told():
    assert MOST_GLYPHS == 500_000
