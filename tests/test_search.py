from __future__ import annotations

import errno
import io
import json
from pathlib import Path

import numpy as np
import pytest

from hwcalc import datasets, load_model, search, train
from hwcalc.datasets import DatasetError
from hwcalc.preparation import prepare
from hwcalc.training import Examples, Settings


@pytest.fixture(scope="module")
def examples():
    found = datasets.load_mnist("test").take(np.arange(2200))
    found = found.take(np.isin(found.labels, list("3589")))
    X = prepare(found.glyphs)
    return Examples(np.tile(X, (3, 1)), np.tile(found.labels, 3), np.full(3 * len(X), "mnist"))


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    monkeypatch.setattr(search, "COSTS", (0.001, 10.0))
    monkeypatch.setattr(search, "GAMMAS", (0.001, 1.0))


def trials(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_better_candidates_get_more_samples_and_one_wins(examples, tmp_path):
    path, told = tmp_path / "s.jsonl", []
    found = search.search(examples, Settings(), path, lambda what, done, total: told.append((done, total)))
    made = trials(path)
    sizes = [row["size"] for row in made]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 2
    assert sizes.count(max(sizes)) == 2  # of four candidates
    best = min(
        (row for row in made if row["size"] == max(sizes)), key=lambda row: (row["errors"], row["loss"])
    )
    assert [found.C, found.gamma] == best["candidate"]
    assert found.C == 10
    assert told[-1][0] == told[-1][1]


def test_a_search_goes_on_where_it_was_stopped(examples, tmp_path, monkeypatch):
    path = tmp_path / "s.jsonl"
    whole = search.search(examples, Settings(), path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:3]) + "\n" + lines[3][:40])  # cut off in the middle of a line
    assert search.search(examples, Settings(), path) == whole
    made = []
    monkeypatch.setattr(search._Search, "_judged", lambda *_: made.append(1) or (0, 0.0))
    assert search.search(examples, Settings(), path) == whole
    assert not made


def test_a_full_disk_is_told_with_the_file(examples, tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_: Full())
    with pytest.raises(OSError, match=r"No space .*s\.jsonl"):
        search.search(examples, Settings(), tmp_path / "s.jsonl")


def test_trials_of_other_samples_do_not_count(examples, tmp_path):
    path = tmp_path / "s.jsonl"
    search.search(examples, Settings(), path)
    before = len(trials(path))
    search.search(examples, Settings(seed=3), path)
    assert len(trials(path)) == 2 * before


def test_starting_warm_changes_no_result(examples, tmp_path, monkeypatch):
    search.search(examples, Settings(), tmp_path / "warm.jsonl")
    monkeypatch.setattr(search._Search, "forget", lambda self, but: self.machines.clear())
    search.search(examples, Settings(), tmp_path / "cold.jsonl")
    for warm, cold in zip(trials(tmp_path / "warm.jsonl"), trials(tmp_path / "cold.jsonl"), strict=True):
        assert warm["candidate"] == cold["candidate"]
        assert abs(warm["errors"] - cold["errors"]) <= 1
        assert warm["loss"] == pytest.approx(cold["loss"], rel=0.02)


def test_too_few_samples(examples, tmp_path):
    few = examples.take(np.arange(len(examples.y)) < 400)
    with pytest.raises(DatasetError, match="needs 1500"):
        search.search(few, Settings(), tmp_path / "s.jsonl")


def test_the_plan():
    assert list(search._plan(9000, 25)) == [(1000, 25), (3000, 9), (9000, 3)]
    assert list(search._plan(1000, 25)) == [(1000, 25)]


def test_the_command(tmp_path, capsys):
    path = tmp_path / "m.npz"
    assert train.main(["mnist", "--limit", "1600", "--search", "-o", str(path), "-q"]) == 0
    assert (tmp_path / "m.search.jsonl").exists()
    assert " --gamma 0." in load_model(path).recipe["command"]
    with pytest.raises(SystemExit):
        train.main(["mnist", "--model", "linear", "--search"])
