"""Sheets as files: what is written comes back, and what is damaged is told in one line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcalc.gui import files
from hwcalc.gui.sheet import Correction, Picture, Stroke
from hwcalc.ink import Box

coordinates = st.floats(-10_000, 10_000)


def test_every_kind_of_item_comes_back():
    items = {
        0: Stroke(np.array([[1.25, 2.5, 0.0], [3.0, 4.0, 0.125]]), 2.5),
        3: Picture(Box(0, 1, 2, 3), b"\x89PNG", "é.png"),
        4: Correction(frozenset({0}), "7"),
        9: Correction(frozenset({2, 5}), "×", picture=3),
    }
    back = files.loads(files.dumps(items))
    assert list(back) == [0, 3, 4, 9]
    assert back[0].points.tolist() == items[0].points.tolist()
    assert back[0].width == 2.5
    assert (back[3].data, back[3].name, back[3].box) == (b"\x89PNG", "é.png", Box(0, 1, 2, 3))
    assert (back[4].parts, back[4].label, back[4].picture) == (frozenset({0}), "7", None)
    assert (back[9].parts, back[9].label, back[9].picture) == (frozenset({2, 5}), "×", 3)


@given(st.lists(st.tuples(coordinates, coordinates, st.floats(0, 1e6)), min_size=1, max_size=30))
def test_ink_comes_back_to_a_hundredth(points):
    ink = np.array(points)
    (back,) = files.loads(files.dumps({0: Stroke(ink)})).values()
    assert np.abs(back.points[:, :2] - ink[:, :2]).max() <= 0.0051


HEAD = '{"format":"hwcalc sheet","version":1,"items":['


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[1, 2]",
        "{}",
        '{"format":"other"}',
        '{"format":"hwcalc sheet","version":99,"items":[]}',
        '{"format":"hwcalc sheet","version":1}',
        '{"format":"hwcalc sheet","version":1,"items":7}',
        HEAD + "7]}",
        HEAD + '{"stroke":0,"width":3,"points":[]}]}',
        HEAD + '{"stroke":0,"width":3,"points":[[1,2]]}]}',
        HEAD + '{"stroke":0,"width":3,"points":[[1,2,"x"]]}]}',
        HEAD + '{"stroke":0,"width":3,"points":[[NaN,2,0]]}]}',
        HEAD + '{"stroke":0,"width":3,"points":[[1e300,2,0]]}]}',
        HEAD + '{"stroke":0,"width":1' + "0" * 400 + ',"points":[[1,2,0]]}]}',
        HEAD + '{"stroke":-1,"width":3,"points":[[1,2,0]]}]}',
        HEAD + '{"stroke":"a","width":3,"points":[[1,2,0]]}]}',
        HEAD + '{"picture":0,"name":"a","box":[0,0,1],"data":""}]}',
        HEAD + '{"picture":0,"name":"a","box":[0,0,1,1],"data":"%%%"}]}',
        HEAD + '{"picture":0,"name":"a","box":[0,0,-1,1],"data":""}]}',
        HEAD + '{"correction":0,"parts":[],"label":"1"}]}',
        HEAD + '{"correction":0,"parts":[1],"label":"12"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_sheet_is_told_in_one_line(text):
    with pytest.raises(files.SheetError) as raised:
        files.loads(text, "a.hwcalc")
    assert "a.hwcalc" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_sheet_whose_picture_is_none_is_damaged(tmp_path):
    path = tmp_path / "a.hwcalc"
    path.write_text(files.dumps({0: Picture(Box(0, 1, 2, 3), b"no picture", "a.png")}))
    with pytest.raises(files.SheetError, match="picture"):
        files.read_sheet(path)


def test_binary_data_is_no_sheet(tmp_path):
    path = tmp_path / "a.hwcalc"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(files.SheetError):
        files.read_sheet(path)
