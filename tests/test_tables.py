from __future__ import annotations

import gzip

import numpy as np
import pytest

from hwcalc import loaded, tables
from hwcalc.datasets import DatasetError
from hwcalc.tables import read_table

SIDE = 8


def pictures(n, seed=0):
    """Bright squares on black, some grey between."""
    rng = np.random.default_rng(seed)
    made = np.zeros((n, SIDE, SIDE), np.uint8)
    made[:, 2:6, 2:6] = rng.integers(0, 256, (n, 4, 4))
    made[:, 3, 3] = 255
    made[:, 4, 4] = 0
    return made


LABELS = "0 7 + - * / 7 0".split()  # noqa: SIM905
WANTED = list("07+-×/70")


def rows(labels=LABELS, images=None, first=True, scale=1, separator=",", inverted=False):
    images = pictures(len(labels)) if images is None else images
    lines = []
    for label, image in zip(labels, images, strict=True):
        values = 255 - image.ravel() if inverted else image.ravel()
        told = [str(value) if scale == 1 else repr(float(value * scale)) for value in values]
        lines.append(separator.join([label, *told] if first else [*told, label]))
    return lines


def header(first=True, separator=",", name="pixel{}"):
    names = [name.format(i) for i in range(SIDE * SIDE)]
    return separator.join(["label", *names] if first else [*names, "label"])


def write(tmp_path, lines, name="t.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def same(found, images=None):
    images = pictures(len(found.glyphs)) if images is None else images
    assert "".join(found.glyphs.labels) == "".join(WANTED)
    np.testing.assert_array_equal(np.array(found.glyphs.glyphs), images)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("with_header", [True, False])
def test_all_layouts(tmp_path, first, separator, with_header):
    lines = rows(first=first, separator=separator)
    path = write(tmp_path, [header(first, separator), *lines] if with_header else lines)
    found = read_table(path)
    same(found)
    assert found.places[0] == f"{path}:{2 if with_header else 1}"
    assert found.notes == ["8×8 pixels, 0 to 255, bright ink on black"]


@pytest.mark.parametrize("scale", [1, 1 / 255])
@pytest.mark.parametrize("inverted", [True, False])
def test_scale_and_polarity_are_found_and_told(tmp_path, scale, inverted):
    found = read_table(write(tmp_path, [header(), *rows(scale=scale, inverted=inverted)]))
    same(found)
    assert ("0 to 255" if scale == 1 else "0 to 1") in found.notes[0]
    assert ("dark ink on white" in found.notes[0]) == inverted


def test_labels_may_have_polarities_of_their_own(tmp_path):
    images = pictures(40)
    labels = ["7", "+"] * 20
    turned = np.where((np.array(labels) == "+")[:, None, None], 255 - images, images)
    found = read_table(write(tmp_path, [header(), *rows(labels, turned)]))
    np.testing.assert_array_equal(np.array(found.glyphs.glyphs), images)
    assert "dark ink on white for +" in found.notes[0]


def test_names_of_pixels_give_their_order(tmp_path):
    order = np.random.default_rng(1).permutation(SIDE * SIDE)
    images = pictures(8)
    names = ["label", *(f"{i // SIDE + 1}x{i % SIDE + 1}" for i in order)]
    lines = [
        ",".join([label, *map(str, image.ravel()[order])])
        for label, image in zip(LABELS, images, strict=True)
    ]
    same(read_table(write(tmp_path, [",".join(names), *lines])))


def test_columns_beside_the_pixels(tmp_path):
    names = ",".join(["Unnamed: 0", "Writer", *header(first=False).split(",")])
    lines = [f"{i},w{i % 2},{line}" for i, line in enumerate(rows(first=False))]
    found = read_table(write(tmp_path, [names, *lines]))
    same(found)
    assert set(found.glyphs.writers) == {"t/w0", "t/w1"}
    assert "unnamed: 0" in found.notes[1]


def test_packed_quoted_and_windows_text(tmp_path):
    lines = [header(), *(line.replace(line[0], f'"{line[0]}"', 1) for line in rows())]
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(("\ufeff" + "\r\n".join(lines) + "\r\n\r\n").encode()))
    same(read_table(path))


def test_names_and_floats_as_labels(tmp_path):
    labels = ["0.0", "seven", "plus", "minus", "times", "slash", "7", "zero"]
    same(read_table(write(tmp_path, [header(), *rows(labels)])))


def changed(line, column, value):
    fields = line.split(",")
    fields[column] = value
    return ",".join(fields)


BAD_ROWS = {
    "text": (lambda line: changed(line, 5, "abc"), "column 6 holds 'abc'"),
    "empty pixel": (lambda line: changed(line, 5, ""), "column 6 holds ''"),
    "missing label": (lambda line: changed(line, 0, ""), "the label is missing"),
    "unknown label": (lambda line: changed(line, 0, "Q"), "'Q' is no label"),
    "short": (lambda line: line.rpartition(",")[0], "64 columns, not 65"),
    "long": (lambda line: line + ",0", "66 columns, not 65"),
    "negative": (lambda line: changed(line, 5, "-1"), "a pixel is -1"),
    "too bright": (lambda line: changed(line, 5, "256"), "a pixel is 256"),
    "nan": (lambda line: changed(line, 5, "nan"), "a pixel is nan"),
    "two in one": (lambda line: changed(line, 5, "1 2"), "column 6 holds '1 2'"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_row_is_named_by_its_line(tmp_path, kind):
    change, complaint = BAD_ROWS[kind]
    lines = rows()
    lines[4] = change(lines[4])
    path = write(tmp_path, [header(), *lines])
    with pytest.raises(DatasetError) as caught:
        read_table(path)
    assert str(caught.value).startswith(f"{path}:6: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    problems = []
    found = read_table(path, problems.append)
    assert len(found.glyphs) == 7
    assert len(problems) == 1
    np.testing.assert_array_equal(np.array(found.glyphs.glyphs), np.delete(pictures(8), 4, axis=0))


def test_mixed_scales_are_refused_by_the_fewer(tmp_path):
    lines = rows()
    lines[2] = rows(scale=1 / 255)[2]
    with pytest.raises(DatasetError, match=r"t.csv:4: mixed scales: 1 rows"):
        read_table(write(tmp_path, [header(), *lines]))


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "empty"),
        (["label,pixel0,pixel1"], "3 columns"),
        ([header()], "no row"),
        ([header().replace("label", "kind"), *rows()], "no column is called label"),
        ([header().replace("pixel7,", "colour,"), *rows()], "'colour' is neither"),
        ([header().replace("pixel7,", "pixel6,"), *rows()], "two columns are called 'pixel6'"),
        ([header() + ",pixel64", *(line + ",0" for line in rows())], "65 columns of pixels"),
        ([",".join(["500"] * 65)] * 3, "neither the first nor the last"),
        (["x" * (1 << 20)], "over a million characters"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, lines, complaint):
    path = write(tmp_path, lines) if lines else tmp_path / "t.csv"
    path.touch()
    with pytest.raises(DatasetError, match=complaint) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path))


def test_files_that_are_no_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xfe\x00label")
    with pytest.raises(DatasetError, match="UTF-8"):
        read_table(path)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress("\n".join([header(), *rows()]).encode())[:-30])
    with pytest.raises(DatasetError, match="gzip"):
        read_table(path)
    with pytest.raises(DatasetError, match="No such file"):
        read_table(tmp_path / "none.csv")


def test_a_table_that_is_far_too_long_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "PIECE", 4)
    path = write(tmp_path, [header(), *rows()])
    with path.open("r+b") as file:
        file.truncate(10_000_000_000)  # a sparse file
    with pytest.raises(DatasetError, match=r"10.0 GB, about .* the limit is 500,000"):
        read_table(path)


def test_the_limit_holds_for_packed_tables_too(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_GLYPHS", 10)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress("\n".join([header(), *rows(), *rows()]).encode()))
    with pytest.raises(DatasetError, match="more than 500,000"):
        read_table(path)
    assert loaded.MOST_GLYPHS == 500_000


def test_pieces_are_put_together(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "PIECE", 3)
    same(read_table(write(tmp_path, [header(), *rows()])))


def test_a_written_table_is_read_again(tmp_path):
    found = read_table(write(tmp_path, [header(), *rows()]))
    tables.write_table(tmp_path / "again.csv", found.glyphs, np.array(found.glyphs.glyphs))
    same(read_table(tmp_path / "again.csv"))
