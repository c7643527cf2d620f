from __future__ import annotations

import numpy as np
import pytest

from hwcalc import train, training
from hwcalc.glyphs import GlyphClassifier


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


@pytest.mark.parametrize("arguments", [["--C", "0"], ["--limit", "-3"], ["--junk", "-1"], ["--gamma", "nan"]])
def test_wrong_usage_ends_with_two(arguments):
    with pytest.raises(SystemExit) as caught:
        train.main(arguments)
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
