from __future__ import annotations

import numpy as np

from hwcalc import memory, segment
from hwcalc.glyphs import default_classifier
from hwcalc.ink import Ink
from hwcalc.memory import Memory

LINE = [[(0, 0), (0, 60)], [(50, 0), (80, 60)], [(100, 30), (130, 30)]]


class Counting:
    """A classifier that counts what it is asked."""

    def __init__(self):
        self.asked = 0

    def log_probability_of_groups(self, glyphs):
        self.asked += len(glyphs)
        return default_classifier().log_probability_of_groups(glyphs)


def ask(store, classifier, strokes):
    ink = Ink.from_strokes(strokes)
    return store.log_probability(classifier, ink, segment.candidates(ink, 60.0))


def test_only_new_groups_are_looked_at():
    store, classifier = Memory(), Counting()
    first = ask(store, classifier, LINE[:2])
    second = ask(store, classifier, LINE)
    assert classifier.asked == 3
    np.testing.assert_array_equal(second[:2], first)


def test_another_classifier_is_asked_anew():
    store = Memory()
    ask(store, Counting(), LINE)
    other = Counting()
    ask(store, other, LINE)
    assert other.asked == 3


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(memory, "MOST", 2)
    store, classifier = Memory(), Counting()
    assert len(ask(store, classifier, LINE)) == 3
    ask(store, classifier, LINE)
    assert classifier.asked == 4  # the two newest were kept
