from __future__ import annotations

import gzip
import json
import os
import re

import numpy as np
import pytest
from PIL import Image

from hwcalc import GlyphClassifier, ModelError, glyph_sources, inkml, load_glyphs, load_model
from hwcalc.datasets import DatasetError
from hwcalc.folders import MOST_SIDE, read_folder
from hwcalc.glyph_sources import load, load_part
from hwcalc.symbol_names import label_of


def ring(side=28):
    """A bright ring on black."""
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    return np.where(abs(np.hypot(x, y) - side / 3) < side / 12, 255, 0).astype(np.uint8)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("7", "7"),
        ("7.0", "7"),
        (" seven ", "7"),
        ("Plus", "+"),
        ("*", "×"),
        ("X", "×"),
        ("\\times", "×"),
        ("−", "-"),
        ("div", "÷"),
        (",", "."),
        ("sqrt", "√"),
        ("alpha", None),
        ("77", None),
        ("#", None),
        ("", None),
    ],
)
def test_names_of_symbols(name, label):
    assert label_of(name) == label


# Folders.


def test_a_folder_of_folders(tmp_path):
    for name, picture in (("plus", ring()), ("7", ring(300)), (".hidden", ring())):
        (tmp_path / name).mkdir()
        Image.fromarray(255 - picture).save(tmp_path / name / "a.png")
        (tmp_path / name / "note.txt").write_text("x")
    (tmp_path / "readme.md").write_text("x")
    found = load(tmp_path)
    assert "".join(found.glyphs.labels) == "7+"
    assert max(found.glyphs.glyphs[0].shape) == MOST_SIDE
    np.testing.assert_array_equal(found.glyphs.glyphs[1], ring())
    assert found.places[1] == str(tmp_path / "plus" / "a.png")
    assert "dark ink" in found.notes[0]


def test_what_is_wrong_in_a_folder_is_named(tmp_path):
    for name in ("7", "alpha"):
        (tmp_path / name).mkdir()
        Image.fromarray(ring()).save(tmp_path / name / "a.png")
    bad = tmp_path / "7" / "b.png"
    bad.write_bytes((tmp_path / "7" / "a.png").read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"b\.png"):
        read_folder(tmp_path)
    problems = []
    assert len(read_folder(tmp_path, problems.append).glyphs) == 1
    assert [str(bad) in problems[0], str(tmp_path / "alpha") in problems[1]] == [True, True]
    assert all("\n" not in problem for problem in problems)
    with pytest.raises(DatasetError, match="no pictures of glyphs"):
        read_folder(tmp_path / "7")
    with pytest.raises(DatasetError, match="No such file"):
        read_folder(tmp_path / "none")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", ["b.png", "../a.inkml", "../a.hwcalc"])
def test_a_pipe_in_a_folder_is_told_and_not_waited_for(tmp_path, name):
    (tmp_path / "7").mkdir()
    Image.fromarray(ring()).save(tmp_path / "7" / "a.png")
    os.mkfifo(tmp_path / "7" / name)
    with pytest.raises(DatasetError, match="a pipe or a device"):
        load(tmp_path)
    problems = []
    assert len(load(tmp_path, problems.append).glyphs) == 1
    assert len(problems) == 1


# Arrays.


@pytest.mark.parametrize("names", [("images", "labels"), ("X", "y"), ("x_train", "y_train")])
@pytest.mark.parametrize("kind", ["uint8", "float", "flat", "inverted"])
def test_arrays(tmp_path, names, kind):
    images = np.stack([ring(), np.roll(ring(), 2, 0), np.roll(ring(), 2, 1)])
    told = {"uint8": images, "float": images / 255, "flat": images.reshape(3, -1), "inverted": 255 - images}[
        kind
    ]
    np.savez(tmp_path / "a.npz", **dict(zip(names, (told, np.array([7, 1, 0])), strict=True)))
    found = load_glyphs(tmp_path / "a.npz")
    assert "".join(found.labels) == "710"
    np.testing.assert_array_equal(np.array(found.glyphs), images)


def test_halves_of_arrays(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        x_train=[ring()] * 2,
        y_train=[1, 2],
        x_test=[ring()],
        y_test=np.array([3], np.int64),
    )
    assert "".join(load_glyphs(f"{tmp_path / 'a.npz'}:test").labels) == "3"
    assert "".join(load_glyphs(f"{tmp_path / 'a.npz'}:train").labels) == "12"


@pytest.mark.parametrize(
    ("arrays", "complaint"),
    [
        ({"pictures": [ring()]}, "holds pictures"),
        ({"images": [ring()], "labels": ["1", "2"]}, "do not belong together"),
        ({"images": [ring() * 1.5], "labels": ["1"]}, "pixels are not"),
        ({"images": [ring() - 300.0], "labels": ["1"]}, "pixels are not"),
        ({"images": [ring() * np.nan], "labels": ["1"]}, "pixels are not"),
        ({"images": np.empty((2, 0, 0)), "labels": ["1", "2"]}, "do not belong together"),
        ({"images": [ring()], "labels": ["alpha"]}, "glyph 0: 'alpha' is no label"),
        ({"images": np.array([{}]), "labels": ["1"]}, "not an"),
        ({"images": [ring()], "labels": np.array(["1"], object)}, "save labels as text"),
    ],
)
def test_arrays_that_are_wrong(tmp_path, arrays, complaint):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DatasetError, match=complaint) as caught, np.errstate(invalid="ignore"):
        load_glyphs(tmp_path / "a.npz")
    assert str(caught.value).startswith(str(tmp_path / "a.npz"))


def test_a_file_that_is_no_npz(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DatasetError, match="not an"):
        load_glyphs(tmp_path / "a.npz")


def encrypted(data):
    """A zip file that says it is encrypted."""
    changed = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), data):
            changed[found.start() + flags] |= 1
    return bytes(changed)


def test_an_encrypted_npz(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, images=[ring()], labels=["1"])
    path.write_bytes(encrypted(path.read_bytes()))
    with pytest.raises(DatasetError, match="not an"):
        load_glyphs(path)
    for read in (load_model, GlyphClassifier.load):
        with pytest.raises(ModelError, match="not a model"):
            read(path)


def test_an_encoding_that_nobody_knows(tmp_path):
    path = tmp_path / "a.inkml"
    path.write_bytes(b'<?xml version="1.0" encoding="UTF-99"?><ink/>')
    with pytest.raises(DatasetError, match="is not InkML"):
        load(path)


# IDX.


def idx(array):
    array = np.asarray(array, np.uint8)
    return (
        bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()
    )


def test_idx_files_of_ones_own(tmp_path):
    images, labels = tmp_path / "my-images-idx3-ubyte.gz", tmp_path / "my-labels-idx1-ubyte.gz"
    images.write_bytes(gzip.compress(idx([ring(), ring()])))
    labels.write_bytes(gzip.compress(idx([4, 2])))
    assert "".join(load_glyphs(images).labels) == "42"
    labels.write_bytes(gzip.compress(idx([4, 11])))
    with pytest.raises(DatasetError, match="label 11 of image 1"):
        load_glyphs(images)
    labels.write_bytes(gzip.compress(idx([4])))
    with pytest.raises(DatasetError, match="do not belong together"):
        load_glyphs(images)
    with pytest.raises(DatasetError, match="name the file of the images"):
        load_glyphs(labels)


def test_mnist_has_two_halves():
    assert len(load_glyphs("mnist:test")) == 10000
    assert len(load_part("mnist:test", 100, "17").glyphs) == 100


# Ink.

STROKES = [[[0, 0], [5, 9.5]], [[5, 0], [0, 9]]]


def test_lines_of_ink(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"label": "×", "strokes": STROKES, "writer": "w1"}, {"label": "7", "strokes": STROKES[:1]}]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    found = load(path)
    assert "".join(found.glyphs.labels) == "×7"
    assert found.glyphs.writers.tolist() == ["a/w1", "a"]
    assert found.places[1] == f"{path}:2"
    np.testing.assert_array_equal(found.glyphs.glyphs[0][1], STROKES[1])


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"strokes": []}', "label is missing"),
        ('{"label": 7, "strokes": [[[0, 0]]]}', 'the label 7 is no text, such as "7"'),
        ('{"label": "Q", "strokes": [[[0, 0]]]}', "'Q' is no label"),
        ('{"label": "7", "strokes": []}', "no ink"),
        ('{"label": "7"}', "strokes must be"),
        ('{"label": "7", "strokes": [[["a", 0]]]}', "not an array of numbers"),
    ],
)
def test_a_bad_line_of_ink_is_named(tmp_path, line, complaint):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"label": "7", "strokes": STROKES}) + f"\n{line}\n")
    with pytest.raises(DatasetError, match=complaint) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    problems = []
    assert len(load(path, problems.append).glyphs) == 1
    assert len(problems) == 1


def test_inkml(tmp_path):
    strokes = [np.array(stroke, float) for stroke in STROKES]
    groups = [inkml.Group("\\times", (0, 1)), inkml.Group("q", (1,))]
    for name in "ab":
        (tmp_path / f"{name}.inkml").write_bytes(inkml.dumps(strokes, groups, {"writer": name}))
    with pytest.raises(DatasetError, match=r"a\.inkml: 'q' is no label"):
        load(tmp_path)
    problems = []
    found = load(tmp_path, problems.append)
    assert "".join(found.glyphs.labels) == "××"
    assert len(problems) == 2
    assert len(found.glyphs.glyphs[0]) == 2


def sheet(corrections, version=1):
    items = [{"stroke": i, "width": 3, "points": [[x, y, 0] for x, y in s]} for i, s in enumerate(STROKES)]
    items += [{"correction": 5 + i, **correction} for i, correction in enumerate(corrections)]
    return json.dumps({"format": "hwcalc sheet", "version": version, "items": items})


def test_corrections_on_sheets_of_the_window(tmp_path):
    path = tmp_path / "a.hwcalc"
    path.write_text(
        sheet(
            [
                {"parts": [0, 1], "label": "×"},
                {"parts": [1], "label": ""},
                {"parts": [0], "label": "7", "of_picture": 3},
            ]
        )
    )
    for source in (path, tmp_path):
        found = load(source)
        assert "".join(found.glyphs.labels) == "×"
        np.testing.assert_array_equal(found.glyphs.glyphs[0][1], STROKES[1])
        assert found.places == [f"{path}: correction 5"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (sheet([]), "no symbol on it was corrected"),
        (sheet([{"parts": [0], "label": "Q"}]), "correction 5: 'Q' is no label"),
        (sheet([{"parts": [9], "label": "7"}]), "not a sheet of hwcalc that can be read"),
        (sheet([{"parts": [0], "label": "7"}], version=9), "not a sheet of hwcalc that can be read"),
        ("[", "not a sheet of hwcalc that can be read"),
        ("[]", "not a sheet of hwcalc that can be read"),
    ],
)
def test_sheets_that_are_wrong(tmp_path, text, complaint):
    path = tmp_path / "a.hwcalc"
    path.write_text(text)
    with pytest.raises(DatasetError, match=complaint) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))


def test_what_the_window_writes_is_read(tmp_path):
    sheets = pytest.importorskip("hwcalc.gui.sheet")
    files = pytest.importorskip("hwcalc.gui.files")
    strokes = [np.column_stack([np.array(s, float), np.zeros(2)]) for s in STROKES]
    items = {i: sheets.Stroke(points, 3.0) for i, points in enumerate(strokes)}
    (tmp_path / "a.hwcalc").write_text(
        files.dumps(items | {2: sheets.Correction(frozenset({0, 1}), "×")}), encoding="utf-8"
    )
    assert "".join(load(tmp_path / "a.hwcalc").glyphs.labels) == "×"


def test_what_is_nothing_known(tmp_path):
    with pytest.raises(DatasetError, match="no set 'nist'"):
        load("nist")
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(DatasetError, match="not a set of a known kind"):
        load(tmp_path / "a.xlsx")
    with pytest.raises(DatasetError, match="no half called test"):
        load(f"{tmp_path / 'a.xlsx'}:test")
    with pytest.raises(DatasetError, match="no samples yet"):
        load("samples")


def test_synthetic_glyphs_are_as_many_as_asked_for():
    assert len(load("synthetic", synthetic=60).glyphs) == 60
    assert glyph_sources.SYNTHETIC == 16000
