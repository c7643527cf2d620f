"""hwcalc evaluate, compare and predict, and the report."""

from __future__ import annotations

import json
import re
import sys

import numpy as np
import pytest
from PIL import Image

import hwcalc
from hwcalc import comparison, datasets, evaluation, prediction, train
from hwcalc.data_command import main as data
from hwcalc.model_card import card
from hwcalc.report import write_report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two models and a set."""
    folder = tmp_path_factory.mktemp("models")
    common = ["mnist", "--limit", "600", "-q"]
    assert train.main([*common, "-o", str(folder / "svc.npz")]) == 0
    linear = ["--model", "linear", "--features", "raw", "--iterations", "5", "-o", str(folder / "linear.npz")]
    assert train.main([*common, *linear]) == 0
    assert data(["convert", "mnist:test", "--limit", "300", "-o", str(folder / "t.csv")]) == 0
    return folder


def test_evaluate(folder, capsys):
    assert evaluation.main([str(folder / "svc.npz"), str(folder / "t.csv")]) == 0
    assert re.match(r"accuracy 9\d\.\d\d % \(95 %: .*, \d+ errors in 300 glyphs\n", capsys.readouterr().out)


def test_evaluate_as_json(folder, capsys):
    assert (
        evaluation.main(
            ["shipped", str(folder / "t.csv"), "--format", "json", "--labels", "17", "--limit", "20"]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["glyphs"] == 20
    assert set(told["confusion"]["labels"]) >= {"1", "7"}


def test_the_report_stands_alone(folder, capsys):
    report = folder / "report"
    model, tested = str(folder / "linear.npz"), str(folder / "t.csv")
    assert evaluation.main([model, tested, "--report", str(report)]) == 0
    out = capsys.readouterr().out
    page = (report / "report.html").read_text(encoding="utf-8")
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    assert f"accuracy {100 * told['accuracy']:.2f} %" in out
    assert f"{100 * told['accuracy']:.2f} % right" in page
    assert told["model"]["command"].startswith("python -m hwcalc.train mnist --limit 600")
    assert len(told["surest_errors"]) == min(40, told["errors"])
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert page.count("<img") == 3 + len(told["surest_errors"])
    assert told["surest_errors"][0]["glyph"].startswith(tested)


@pytest.mark.parametrize("place", ["file", "file/report"])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(folder, capsys, place):
    (folder / "file").touch()
    assert evaluation.main(["none.npz", "none.csv", "--report", str(folder / place)]) == 1
    assert str(folder / "file") in capsys.readouterr().err


def test_a_report_without_matplotlib_is_refused_before_the_work(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert evaluation.main(["none.npz", "none.csv", "--report", str(folder / "r")]) == 1
    assert "hwcalc[report]" in capsys.readouterr().err
    assert train.main(["none.csv", "-q", "--report", str(folder / "r")]) == 1
    assert "hwcalc[report]" in capsys.readouterr().err
    assert callable(write_report)


def test_compare(folder, capsys):
    arguments = [str(folder / "linear.npz"), str(folder / "svc.npz"), str(folder / "t.csv")]
    assert comparison.main(arguments) == 0
    out = capsys.readouterr().out
    assert out.endswith("B is better, by more than chance\n")
    assert comparison.main([arguments[0], *arguments[::2], "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["mcnemar"] == {"only_a_right": 0, "only_b_right": 0, "p_value": 1.0}
    assert comparison.main([arguments[0], *arguments[::2]]) == 0
    assert "no difference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.npz", "mnist:test"], "none.npz: No such file"),
        (["shipped", "none.csv"], "there is no set 'none.csv'"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(arguments, complaint, capsys):
    assert evaluation.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"hwcalc evaluate: {complaint}")
    assert error.count("\n") == 1


# predict


def photo(path, glyph, factor=12):
    """A glyph of MNIST as dark ink on a sheet of paper."""
    big = np.kron(255 - glyph, np.ones((factor, factor)))
    sheet = np.full((big.shape[0] + 200, big.shape[1] + 200), 230.0)
    sheet[100:-100, 100:-100] = 0.9 * big
    Image.fromarray(np.asarray(sheet.clip(0, 230), np.uint8)).save(path)


def test_predict(tmp_path, capsys):
    test = datasets.load_mnist("test")
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.fromarray(255 - test.glyphs[0]).save(small)
    photo(large, test.glyphs[1])
    assert prediction.main([str(small), str(large), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["labels"][0][0] for row in told] == ["7", "2"]
    assert all(len(row["labels"]) == 3 for row in told)
    assert prediction.main([str(small), "--top", "1"]) == 0
    assert re.fullmatch(rf"{small}: 7 \d+\.\d %\n", capsys.readouterr().out)


def test_the_stages_are_shown(tmp_path, capsys):
    test = datasets.load_mnist("test")
    path, shown = tmp_path / "a.png", tmp_path / "stages.png"
    photo(path, test.glyphs[1])
    assert prediction.main([str(path), "--show", str(shown)]) == 0
    with Image.open(shown) as image:
        assert image.width > 4 * 100
    made = prediction.stages(np.asarray(Image.open(path)))
    assert made.normalised.shape == (28, 28)
    assert set(np.unique(made.binary)) == {0, 255}
    assert made.normalised.max() > 128 > np.median(made.normalised)


def test_pictures_that_cannot_be_predicted(tmp_path, capsys):
    good, blank, bad = tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png"
    Image.fromarray(datasets.load_mnist("test").glyphs[0]).save(good)
    Image.new("L", (28, 28), 255).save(blank)
    bad.write_text("x")
    assert prediction.main([str(path) for path in (blank, bad, good)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{good}: 7 ")
    assert [line.split(":")[1].strip().split(" ")[0] for line in err.splitlines()] == [str(blank), str(bad)]
    for arguments in (["a.png", "b.png", "--show", "s.png"], ["a.png", "--top", "0"], []):
        with pytest.raises(SystemExit) as ended:
            prediction.main(arguments)
        assert ended.value.code == 2


# What a model tells of itself.


def test_the_card_of_a_model(folder, capsys):
    assert train.main(["--describe", str(folder / "linear.npz")]) == 0
    told = capsys.readouterr().out
    assert "(`LinearSVC`)" in told
    assert "| mnist | 600 |" in told
    assert "CC BY-SA 3.0" in told
    command = "    python -m hwcalc.train mnist --limit 600 --model linear --features raw --iterations 5"
    assert command in told
    assert "error on mnist:test, 10,000 glyphs" in card(folder / "svc.npz")
    assert train.main(["--describe", "none.npz"]) == 1
    assert capsys.readouterr().err.startswith("hwcalc train: none.npz: No such file")


def test_the_card_of_the_shipped_model():
    told = card(datasets.Path(hwcalc.__file__).with_name("model.npz"))
    assert "(`SVC`)" in told
    assert "| junk |" in told
