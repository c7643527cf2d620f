from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pytest

from hwcalc import datasets
from hwcalc.datasets import DatasetError


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def small_mnist(tmp_path):
    images = np.arange(5 * 28 * 28).reshape(5, 28, 28) % 251
    for split, (image_name, label_name) in datasets.MNIST_FILES.items():
        suffix = ".gz" if split == "train" else ""
        pack = gzip.compress if suffix else bytes
        (tmp_path / f"{image_name}{suffix}").write_bytes(pack(idx(images)))
        (tmp_path / f"{label_name}{suffix}").write_bytes(pack(idx(np.array([3, 1, 4, 1, 5]))))
    return tmp_path


@pytest.mark.parametrize(("split", "count"), [("train", 60000), ("test", 10000)])
def test_mnist_of_the_repository_is_whole(split, count):
    found = datasets.load_mnist(split)
    assert len(found) == count
    assert found.glyphs[0].shape == (28, 28)
    assert set(found.labels) == set("0123456789")


def test_mnist_has_the_labels_of_its_first_images():
    assert "".join(datasets.load_mnist("test").labels[:10]) == "7210414959"


def test_plain_and_packed_files_are_read(small_mnist, monkeypatch):
    monkeypatch.setattr(datasets, "_MNIST_MD5", {})
    for split in ("train", "test"):
        found = datasets.load_mnist(split, small_mnist)
        assert "".join(found.labels) == "31415"
        assert found.glyphs[1][0, 0] == 784 % 251


def test_a_packed_file_named_like_mnist_must_be_mnist(small_mnist):
    with pytest.raises(DatasetError, match="MD5"):
        datasets.load_mnist("train", small_mnist)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not an IDX file"),
        (b"hello, this is text", "not an IDX file"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 1, 0]), "not an IDX file"),
        (idx(np.zeros((3, 4, 4)))[:-1], "truncated"),
        (bytes([0, 0, 8, 3, 255, 255, 255, 255]), "truncated"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "truncated"),
        (gzip.compress(idx(np.zeros((3, 4, 4))))[:-9], "damaged"),
    ],
)
def test_a_damaged_or_foreign_file_is_named(tmp_path, content, complaint):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=complaint) as caught:
        datasets.read_idx(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz is missing"):
        datasets.load_mnist("train", tmp_path)


def test_images_without_their_labels_are_refused(small_mnist, monkeypatch):
    monkeypatch.setattr(datasets, "_MNIST_MD5", {})
    (small_mnist / "t10k-labels-idx1-ubyte").write_bytes(idx(np.array([1, 2])))
    with pytest.raises(DatasetError, match="do not belong together"):
        datasets.load_mnist("test", small_mnist)


@pytest.fixture
def public_folder(tmp_path, monkeypatch):
    rows = [
        {"label": "7", "writer": "ann", "strokes": [[[0, 0], [5, 0]], [[5, 0], [2, 9]]]},
        {"label": ",", "writer": "ann", "ref": 14, "strokes": [[[0, 0], [0, 3], [1, 3], [1, 4]]]},
        {"label": "*", "writer": "bob", "strokes": [[[0, 0], [5, 5]]]},
    ]
    with gzip.open(tmp_path / "unipen.jsonl.gz", "wt", encoding="utf8") as file:
        file.write("\n".join(json.dumps(row) for row in rows))
    images = np.full((3, 8, 8), 7, np.uint8)
    np.savez(tmp_path / "mdas.npz", images=images, labels=np.array(["÷", "·", "+"]))
    monkeypatch.setenv("HWCALC_DATA", str(tmp_path))
    return tmp_path


def test_public_sets_are_found_and_their_labels_folded(public_folder):
    assert datasets.available_sets() == ["mdas", "unipen"]
    pen = datasets.load_set("unipen")
    assert list(pen.labels) == ["7", "."]
    assert list(pen.writers) == ["unipen/ann", "unipen/ann"]
    assert [s.shape for s in pen.glyphs[0]] == [(2, 2), (2, 2)]
    assert pen.glyphs[1][0][1].tolist() == [0, 3]
    pictures = datasets.load_set("mdas")
    assert (list(pictures.labels), list(pictures.writers)) == (["÷", ".", "+"], ["mdas/?"] * 3)


def test_without_the_variable_there_are_no_public_sets(monkeypatch):
    monkeypatch.delenv("HWCALC_DATA", raising=False)
    assert datasets.available_sets() == []
    with pytest.raises(DatasetError, match="run `hwcalc data get uji`"):
        datasets.load_set("uji")


def test_without_the_variable_the_users_own_folder_is_looked_in(public_folder, monkeypatch):
    monkeypatch.delenv("HWCALC_DATA")
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **options: public_folder.parent)
    public_folder.rename(public_folder.parent / "glyphs")
    assert datasets.available_sets() == ["mdas", "unipen"]
    assert len(datasets.load_set("mdas")) == 3


def test_an_installed_hwcalc_finds_mnist_in_the_users_own_folder(small_mnist, monkeypatch, tmp_path):
    monkeypatch.delenv("HWCALC_DATA", raising=False)
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "installed" / "hwcalc" / "datasets.py"))
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    with pytest.raises(DatasetError, match="hwcalc data get mnist"):
        datasets.mnist_folder()
    monkeypatch.setattr("platformdirs.user_data_path", lambda *args, **options: tmp_path)
    place = tmp_path / "glyphs" / "mnist"
    place.mkdir(parents=True)
    for path in small_mnist.glob("*ubyte*"):
        path.rename(place / path.name)
    assert datasets.mnist_folder() == place


def test_a_wrong_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HWCALC_DATA", str(tmp_path / "absent"))
    with pytest.raises(DatasetError, match="absent"):
        datasets.available_sets()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", gzip.compress(b'{"label": 3}\n'), b"{}"])
@pytest.mark.parametrize("name", ["mdas", "unipen"])
def test_a_damaged_public_set_is_named(public_folder, name, content):
    path = public_folder / datasets.PUBLIC_SETS[name]
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=path.name):
        datasets.load_set(name)


def test_an_unknown_set_is_refused():
    with pytest.raises(DatasetError, match="no set 'nist'"):
        datasets.load_set("nist")


def test_take_keeps_glyphs_labels_and_writers_together(public_folder):
    taken = datasets.load_set("mdas").take(np.array([2, 0]))
    assert list(taken.labels) == ["+", "÷"]
    assert len(taken.glyphs) == len(taken.writers) == 2


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(small_mnist):
    path = small_mnist / "t10k-images-idx3-ubyte"
    path.chmod(0)
    with pytest.raises(DatasetError, match="permission"):
        datasets.read_idx(path)
