from __future__ import annotations

import errno
import json
import os
import sys

import numpy as np
import pytest

from hwcalc import train, training
from hwcalc.datasets import LABELS
from hwcalc.glyphs import ANY_LETTER, JUNK, GlyphClassifier


@pytest.fixture(autouse=True)
def nothing_but_the_repository(monkeypatch):
    monkeypatch.delenv("HWCALC_DATA", raising=False)


def test_it_trains_measures_and_writes_a_model(tmp_path, capsys):
    path = tmp_path / "digits.npz"
    assert train.main(["--sets", "mnist", "--junk", "0", "--limit", "1500", "-o", str(path), "-q"]) == 0
    printed = capsys.readouterr().out
    for heading in ("accuracy", "precision", "recall", "f1-score", "confusion matrix"):
        assert heading in printed
    classifier = GlyphClassifier.load(path)
    assert classifier.labels == "0123456789"
    assert classifier.recipe["sets"] == {"mnist": 1500}
    assert classifier.recipe["mnist_test_error"] < 0.03


def test_no_bar_is_drawn_where_there_is_no_terminal(tmp_path, capsys):
    assert train.main(["mnist", "--limit", "100", "-o", str(tmp_path / "digits.npz")]) == 0
    assert "\r" not in capsys.readouterr().err


def test_the_same_seed_makes_the_same_model(tmp_path, capsys):
    made = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.npz"
        assert train.main(["--limit", "300", "--synthetic", "300", "-o", str(path), "-q"]) == 0
        with np.load(path) as stored:
            made.append({key: stored[key] for key in stored if key != "about"})
    assert all((made[0][key] == made[1][key]).all() for key in made[0])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--sets", "nist"], "no set 'nist'"),
        (["--sets", "uji"], "HWCALC_DATA"),
        (["-o", "/no/such/folder/model.npz"], "no folder"),
        (["-o", "."], "is a folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, complaint, capsys):
    assert train.main([*arguments, "-q"]) == 1
    error = capsys.readouterr().err.strip()
    assert complaint in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "--C 0",
        "--limit 0",
        "--jobs 0",
        "--seed -1",
        "--seed 4294967296",
        "--junk -1",
        "--gamma nan",
        "--iterations 0",
        "--alpha x",
    ],
)
def test_wrong_usage_ends_with_two(arguments):
    with pytest.raises(SystemExit) as caught:
        train.main(arguments.split())
    assert caught.value.code == 2


def test_an_interrupted_training_writes_nothing(tmp_path, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "calibrate", interrupt)
    path = tmp_path / "model.npz"
    arguments = ["--sets", "mnist", "--junk", "0", "--limit", "100", "-o", str(path), "-q"]
    assert train.main(arguments) == 130
    assert not list(tmp_path.iterdir())
    assert "nothing was written" in capsys.readouterr().err


def test_the_split_the_seed_and_the_balance(tmp_path, capsys):
    path = tmp_path / "m.npz"
    arguments = ["mnist", "--limit", "1000", "--test-size", "0.2", "--seed", "42", "--balance", "under"]
    assert train.main([*arguments, "-o", str(path), "-q"]) == 0
    assert "errors in 200 glyphs" in capsys.readouterr().out
    recipe = GlyphClassifier.load(path).recipe
    assert recipe["sets"] == {"mnist": 800}
    assert recipe["samples"] < 800
    assert recipe["samples"] % 10 == 0
    assert (
        recipe["command"]
        == "python -m hwcalc.train mnist --limit 1000 --test-size 0.2 --balance under --seed 42"
    )


def table(path, lines):
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    path.write_text("\n".join([header, *lines]) + "\n")
    return str(path)


def rows(labels, seed=0):
    rng = np.random.default_rng(seed)
    pictures = np.zeros((len(labels), 28, 28), int)
    pictures[:, 4:24, 4:24] = rng.integers(0, 256, (len(labels), 20, 20))
    return [
        ",".join([label, *map(str, picture.ravel())]) for label, picture in zip(labels, pictures, strict=True)
    ]


def test_a_label_with_one_sample_is_named(tmp_path, capsys):
    name = table(tmp_path / "t.csv", rows("01" * 20 + "+"))
    assert train.main([name, "-q", "-o", str(tmp_path / "m.npz")]) == 1
    assert f"hwcalc train: {name}:42: the only '+'" in capsys.readouterr().err
    assert (
        train.main([name, "--test", "mnist:test", "--balance", "smote", "-q", "-o", str(tmp_path / "m.npz")])
        == 1
    )
    assert f"hwcalc train: {name}:42: the only '+' to train on, and SMOTE" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_wrong_rows_stop_or_are_left_out(tmp_path, capsys):
    lines = rows("01" * 20)
    lines[7] = lines[7].replace(",", ",x", 1)
    name, out = table(tmp_path / "t.csv", lines), str(tmp_path / "m.npz")
    assert train.main([name, "-q", "-o", out]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"hwcalc train: {name}:9: column 2 holds 'x")
    assert error.count("\n") == 1
    assert train.main([name, "-q", "-o", out, "--skip-wrong"]) == 0
    assert f"left out: {name}:9: column 2" in capsys.readouterr().err
    assert sum(GlyphClassifier.load(out).recipe["sets"].values()) == 31


def test_copies_of_test_glyphs_are_not_trained_on(tmp_path, capsys):
    lines = rows("01" * 20)
    name = table(tmp_path / "t.csv", lines)
    test = table(tmp_path / "test.csv", lines[:5])
    arguments = [name, "--test", test, "-q", "-o", str(tmp_path / "m.npz")]
    assert train.main([*arguments, "--copies", "refuse"]) == 1
    assert f"{name}:2: an exact copy of a test glyph" in capsys.readouterr().err
    assert train.main([name, "--test", name, "-q", "-o", str(tmp_path / "m.npz")]) == 1
    assert "the test set holds all glyphs to train on" in capsys.readouterr().err
    for copies, count in (("drop", 35), ("keep", 40)):
        assert train.main([*arguments, "--copies", copies]) == 0
        assert GlyphClassifier.load(tmp_path / "m.npz").recipe["sets"] == {"t": count}


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_set_whose_name_is_no_utf8_can_be_trained_on(tmp_path):
    name = table(tmp_path / os.fsdecode(b"t\xff.csv"), rows("01" * 20))
    out, report = tmp_path / "m.npz", tmp_path / "report"
    assert train.main([name, "-q", "-o", str(out), "--report", str(report)]) == 0
    assert GlyphClassifier.load(out).recipe["sets"] == {os.fsdecode(b"t\xff"): 32}
    assert json.loads((report / "report.json").read_text("utf-8"))["model"]["command"].endswith(name)
    assert r"t\udcff" in (report / "report.html").read_text("utf-8")


def test_a_full_disk_leaves_the_old_model(tmp_path, capsys, monkeypatch):
    path = tmp_path / "m.npz"
    path.write_bytes(b"old")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert train.main(["mnist", "--limit", "200", "-q", "-o", str(path)]) == 1
    assert capsys.readouterr().err == f"hwcalc train: {path}: No space left on device\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_sets_with_strokes_train_a_machine_for_paths(tmp_path, capsys):
    both, shape, anew = (tmp_path / f"{name}.npz" for name in ("both", "shape", "anew"))
    arguments = ["synthetic", "mnist", "--limit", "400", "--junk", "60", "-q"]
    assert train.main([*arguments, "-o", str(both)]) == 0
    made = GlyphClassifier.load(both)
    assert set(made.pen.labels) == {*LABELS, JUNK, ANY_LETTER}
    assert made.recipe["pen"]["samples"] == 475
    assert 0 < made.recipe["pen"]["held_out_error"] < 0.5
    made.pen = None
    made.save(shape)
    assert train.main([*arguments, "--pen-only", str(shape), "-o", str(anew)]) == 0
    first, second = GlyphClassifier.load(both), GlyphClassifier.load(anew)
    for one, other in ((first, second), (first.pen, second.pen)):
        for name in ("vectors", "dual_coef", "intercept"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert second.recipe["command"] == first.recipe["command"]
    assert second.recipe["pen"]["samples"] == 475


def test_a_model_that_does_not_read_gets_no_machine_for_paths(tmp_path, capsys):
    path = tmp_path / "m.npz"
    assert train.main(["mnist", "--model", "linear", "--limit", "100", "-q", "-o", str(path)]) == 0
    assert train.main(["mnist", "--pen-only", str(path), "--limit", "100", "-q", "-o", str(path)]) == 1
    assert "no model that reads" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pen-only", "model.npz", "--model", "linear"],
        ["--pen-only", "model.npz", "--search"],
        ["--features", "raw", "--junk", "5"],
        ["mnist", "--model", "linear", "--class-weight", "balanced"],
        ["mnist", "--test", "x", "--test-size", "0.2"],
        ["mnist", "--test-size", "1"],
        ["mnist", "--balance", "over"],
    ],
)
def test_options_that_do_not_go_together(arguments):
    with pytest.raises(SystemExit) as caught:
        train.main(arguments)
    assert caught.value.code == 2
