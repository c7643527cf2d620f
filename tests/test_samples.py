"""Personal samples come back from their file, whatever happened to it."""

from __future__ import annotations

import numpy as np
import pytest

import hwcalc.samples as samples_file
from hwcalc.samples import Samples


def test_samples_come_back_and_can_be_deleted(tmp_path):
    path = tmp_path / "hand" / "samples.jsonl"
    samples = Samples(path)
    for label in "1×7":
        samples.add(label, [np.array([[1.0, 2.123], [3, 4]]), np.array([[5.0, 6]])])
    again = Samples(path)
    assert [s.label for s in again.all] == ["1", "×", "7"]
    for before, after in zip(samples.all[1].strokes, again.all[1].strokes, strict=True):
        np.testing.assert_allclose(after, before, atol=0.01)
    again.remove([0, 2])
    assert [s.label for s in Samples(path).all] == ["×"]
    again.remove([0])
    assert not path.exists()
    assert len(Samples(path)) == 0


def test_windows_that_share_a_file_keep_what_each_other_adds_and_lose_what_each_other_deletes(tmp_path):
    one, other = (Samples(tmp_path / "samples.jsonl") for _ in range(2))
    for samples, label in ((one, "1"), (other, "2"), (one, "3"), (other, "4")):
        samples.add(label, [np.zeros((2, 2))])
    third = one.all[1]
    one.remove([0])
    assert [s.label for s in one.all] == ["2", "3", "4"]
    assert one.all[1] is third
    other.remove([0])
    assert [s.label for s in Samples(tmp_path / "samples.jsonl").all] == ["3", "4"]
    one.refresh()
    assert [s.label for s in one.all] == ["3", "4"]


def test_what_cannot_be_read_as_text_is_a_damaged_line(tmp_path):
    path = tmp_path / "samples.jsonl"
    Samples(path).add("1", [np.zeros((2, 2))])
    with path.open("ab") as file:
        file.write(b"\xff\n")
    samples = Samples(path)
    samples.add("2", [np.zeros((2, 2))])
    samples.remove([1])
    assert [s.label for s in Samples(path).all] == ["1"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "7",
        '{"label":"1"}',
        '{"label":"12","strokes":[[[1,2]]]}',
        '{"label":["1"],"strokes":[[[1,2]]]}',
        '{"label":"1","strokes":[]}',
        '{"label":"1","strokes":[[]]}',
        '{"label":"1","strokes":[[[1,2,3]]]}',
        '{"label":"1","strokes":[[["a",2]]]}',
        '{"label":"1","strokes":[[[1e999,2]]]}',
        '{"label":"1","strokes":[[[NaN,2]]]}',
        '{"label":"1","strokes":[[[1e7,2]]]}',
        '{"label":"1","strokes":[[' + 5000 * "[1,2]," + "[1,2]]]}",
        '{"label":"1","strokes":[[[1' + "0" * 400 + ",2]]]}",
        "[" * 100_000,
    ],
)
def test_a_damaged_line_is_left_out(tmp_path, line):
    path = tmp_path / "samples.jsonl"
    good = '{"label":"1","strokes":[[[1,2],[3,4]]]}'
    path.write_text(f"{good}\n{line}\n{good.replace('1', '7', 1)}\n", encoding="utf-8")
    assert len(Samples(path)) == 2


def test_of_too_many_samples_the_oldest_go(tmp_path, monkeypatch):
    monkeypatch.setattr(samples_file, "MOST_SAMPLES", 2)
    samples = Samples(tmp_path / "samples.jsonl")
    for label in "123":
        samples.add(label, [np.zeros((2, 2))])
    assert [s.label for s in Samples(tmp_path / "samples.jsonl").all] == ["2", "3"]
