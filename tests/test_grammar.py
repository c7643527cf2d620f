from __future__ import annotations

import pytest

from hwcalc import grammar
from hwcalc.grammar import KIND, LATER_ROW, START, State, node, weigh


def weight(text, start=START):
    """The log-weight of a row; a letter u marks the next symbol as raised."""
    codes, raised = [], 0
    for label in text:
        if label == "u":
            raised = 1
        else:
            codes.append(2 * KIND[label] + raised)
            raised = 0
    return weigh(codes, node(State(start)))


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ("12+3", "12+)"),
        ("(1+2)", "(1+2("),
        ("1.5", "1.."),
        ("1.5+2.5", "1.5.2.5"),
        ("1+2=3", "1=2=3"),
        ("5-3", "5--"),
        ("50%+3", "50%%3"),
        ("(7)", "7)"),
        ("2u3+4", "+u3+4"),
        ("1+2", "1+2-"),
    ],
)
def test_arithmetic_prefers_sense(usual, odd):
    assert weight(usual) > weight(odd)


@pytest.mark.parametrize("text", ["12+", "(12"])
def test_parts_that_are_not_finished_are_rarer_than_rows(text):
    codes = [2 * KIND[label] for label in text]
    start = node(State())
    assert weigh(codes, start, part=True) < weigh(codes, start) - 1
    finished = [2 * KIND["7"]]
    assert weigh(finished, start, part=True) == weigh(finished, start)


def test_a_later_row_of_a_column_begins_with_its_sign():
    assert weight("+12", LATER_ROW) > weight("+12")


def test_states_are_made_once():
    start = node(State())
    _, after = start.move(2 * KIND["1"])
    assert after is start.move(2 * KIND["7"])[1]
    assert after.state.kind == grammar.DIGIT


def test_two_points_cost_in_one_number_only():
    assert weight("1.5+2.5") - weight("1.5+2") > weight("1.5.5") - weight("1.5")


def test_a_state_has_one_node_though_two_threads_make_it_at_once(monkeypatch):
    others = []

    class Late(grammar.Node):
        def __init__(self, state):
            super().__init__(state)
            monkeypatch.undo()
            others.append(node(state))

    monkeypatch.setattr(grammar, "Node", Late)
    state = State(START, depth=1000)
    assert node(state) is node(state) is others[0]
