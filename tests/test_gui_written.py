"""Answers in a handwritten look."""

from __future__ import annotations

import numpy as np
import pytest

import hwcalc
from hwcalc.glyphs import default_classifier
from hwcalc.gui.typeset import typeset_answer
from hwcalc.gui.written import script

SIZE = 40.0


def strokes_of(text):
    setting = typeset_answer(text, SIZE, script().measure)
    return script().strokes(setting.pieces), setting


@pytest.mark.parametrize(
    "text", ["= 46", "□ = 7", "x = 7", "x ≈ 1.5 ?", "= -1 2/3 ≈ -1.666667 ?", "≈ 2.95×10^94", "1×10^-20"]
)
def test_numbers_are_written_within_their_setting(text):
    assert script().covers(text)
    strokes, setting = strokes_of(text)
    low, high = np.concatenate(strokes).min(axis=0), np.concatenate(strokes).max(axis=0)
    slack = 0.15 * SIZE  # a slash is taller than digits
    assert (low >= (-1, -setting.up - slack)).all()
    assert (high <= (setting.width + 1, setting.down + slack)).all()


@pytest.mark.parametrize("text", ["cannot divide by zero", "✓ true"])
def test_words_are_not(text):
    assert not script().covers(text)


@pytest.mark.parametrize("text", ["3.142857", "-96/70", "1234567890"])
def test_what_is_written_can_be_read(text):
    strokes, _ = strokes_of(text)
    assert hwcalc.read_ink(strokes).text.replace("(", "").replace(")", "") == text


def test_its_characters_are_taken_for_no_others():
    classifier, forms = default_classifier(), script()._forms
    for label in "0123456789+-":
        told = classifier.log_probability_of(
            [[s * SIZE for s in form] for form in forms[label.replace("-", "−")]]
        )
        assert np.exp(told[:, classifier.labels.index(label)]).min() > 0.99


def test_neighbours_are_not_alike():
    first, second = (s for s in strokes_of("33")[0])
    assert not np.allclose(first - first[0], second - second[0])


def test_on_the_sheet_by_a_key(window, write, until):
    write(window, "1+1")

    def kinds():  # of what is drawn of the answer and of what was read
        return {window.paper.type(i) for i in window.paper.find_withtag("answer && !strip")}

    assert kinds() == {"text"}
    window.root.event_generate("<F9>")
    assert window.status.text == "Answers by hand"
    until(window, lambda: "image" in kinds())
    (line,) = window.live.lines
    box = window.answers._shown[line].answer
    assert window.answers.hit(*box.center).symbol is None  # a tap copies it
    window.root.event_generate("<F9>")
    until(window, lambda: "image" not in kinds())
