"""InkML: what is written comes back, what others write is read, and what is hostile is refused."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hwcalc import inkml
from hwcalc.ink import ReadError

CROHME = b"""<ink xmlns="http://www.w3.org/2003/InkML">
<traceFormat><channel name="X" type="decimal"/><channel name="Y" type="decimal"/></traceFormat>
<annotation type="truth">$1+2$</annotation><annotation type="writer">w7</annotation>
<trace id="0">10 20, 11 40</trace>
<trace id="1">
30 30, 50 30
</trace>
<trace id="2">40 20, 40 41, 40.5 42</trace>
<traceGroup xml:id="3"><annotation type="truth">From ITF</annotation>
<traceGroup xml:id="4"><annotation type="truth">1</annotation><traceView traceDataRef="0"/></traceGroup>
<traceGroup xml:id="5"><annotation type="truth">+</annotation><traceView traceDataRef="1"/>
<traceView traceDataRef="2"/><annotationXML href="+_1"/></traceGroup>
</traceGroup></ink>"""


def test_what_a_set_of_labelled_expressions_holds():
    found = inkml.loads(CROHME)
    assert [s.tolist() for s in found.strokes[:2]] == [[[10, 20], [11, 40]], [[30, 30], [50, 30]]]
    assert found.groups == [("1", (0,)), ("+", (1, 2))]
    assert found.annotations == {"truth": "$1+2$", "writer": "w7"}


@given(
    st.lists(
        hnp.arrays(
            np.float64,
            st.tuples(st.integers(1, 6), st.just(3)),
            elements=st.floats(0, 5000, allow_nan=False).map(lambda v: round(v, 2)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_strokes_come_back(strokes):
    found = inkml.loads(inkml.dumps(strokes, [inkml.Group("<&>", (0,))], {'a "b"': "1 < 2"}))
    for before, after in zip(strokes, found.strokes, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-4)
    assert found.groups == [("<&>", (0,))]
    assert found.annotations == {'a "b"': "1 < 2"}


def test_strokes_without_times():
    (stroke,) = inkml.loads(inkml.dumps([np.array([[1.0, 2.0], [3.25, -4.5]])])).strokes
    assert stroke.tolist() == [[1, 2], [3.25, -4.5]]


def test_differences_and_the_example_of_the_standard():
    (stroke,) = inkml.loads(
        b"""<ink xmlns="http://www.w3.org/2003/InkML"><trace>1125 18432,'23'43,"7"-8,3-5,7 -3,6 2,6 8</trace></ink>"""
    ).strokes
    assert stroke.tolist() == [
        [1125, 18432],
        [1148, 18475],
        [1178, 18510],
        [1211, 18540],
        [1251, 18567],
        [1297, 18596],
        [1349, 18633],
    ]


@pytest.mark.parametrize(("unit", "seconds"), [("ms", 0.25), ("s", 250.0), ("", 0.25)])
def test_times_are_seconds(unit, seconds):
    data = (
        '<ink><traceFormat><channel name="T" units="UNIT"/><channel name="F"/><channel name="Y"/>'
        '<channel name="X"/></traceFormat><trace>250 9 2 1</trace></ink>'
    )
    (stroke,) = inkml.loads(data.replace("UNIT", unit).encode()).strokes
    assert stroke.tolist() == [[1, 2, seconds]]


def test_times_may_count_from_1970():
    data = b'<ink><traceFormat><channel name="X"/><channel name="Y"/><channel name="T"/></traceFormat>'
    (stroke,) = inkml.loads(data + b"<trace>1 2 1700000000500</trace></ink>").strokes
    assert stroke.tolist() == [[1, 2, 1700000000.5]]


def test_the_pen_in_the_air_and_empty_traces_are_no_ink():
    found = inkml.loads(
        b'<ink><trace type="penUp">1 1, 2 2</trace><trace/><trace id="x">3 3</trace>'
        b'<traceGroup><annotation type="truth">.</annotation><traceView traceDataRef="#x"/></traceGroup></ink>'
    )
    assert [s.tolist() for s in found.strokes] == [[[3, 3]]]
    assert found.groups == [(".", (0,))]


LAUGHS = (
    b'<!DOCTYPE ink [<!ENTITY a "1 1,">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(12))
    + b"]><ink><trace>&m;</trace></ink>"
)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not InkML"),
        (b"12 + 34", "not InkML"),
        (b"<ink><trace>1 2", "damaged"),
        (b"<svg><trace>1 2</trace></svg>", "<svg>"),
        (LAUGHS, "document type"),
        (b'<!DOCTYPE ink SYSTEM "file:///etc/passwd"><ink/>', "document type"),
        (b"<ink>" + b"<traceGroup>" * 100_000, "deep"),
        (b"<ink><trace>1 2, 3</trace></ink>", "no point"),
        (b"<ink><trace>1 2, <b>3</b> 4</trace></ink>", "only points"),
        (b"<ink><trace>1 two</trace></ink>", "no point"),
        (b"<ink><trace>1 1e999</trace></ink>", "nowhere"),
        (b"<ink><trace>1 1e99</trace></ink>", "nowhere"),
        (b'<ink><traceFormat><channel name="X"/></traceFormat><trace>1</trace></ink>', "no X and Y"),
    ],
)
def test_what_is_hostile_or_damaged_is_refused_in_one_line(data, word):
    with pytest.raises(ReadError, match=word) as caught:
        inkml.loads(data, "sheet.inkml")
    assert str(caught.value).startswith("sheet.inkml")
    assert "\n" not in str(caught.value)


def test_too_many_points_and_too_many_bytes(monkeypatch):
    monkeypatch.setattr(inkml, "MOST_POINTS", 3)
    with pytest.raises(ReadError, match="more than 3 points"):
        inkml.loads(CROHME)
    monkeypatch.setattr(inkml, "MOST_BYTES", 10)
    with pytest.raises(ReadError, match="too large"):
        inkml.loads(CROHME)


@given(st.binary(max_size=300))
def test_noise_never_gets_through_as_another_error(noise):
    for data in (noise, b"<ink><trace>" + noise + b"</trace></ink>"):
        with contextlib.suppress(ReadError):
            inkml.loads(data)
