"""What else a symbol may be: a card that corrects, by mouse and by keys; corrections can be undone."""

from __future__ import annotations

import pytest

from hwcalc.gui.alternatives import label_of, percent
from hwcalc.gui.card import Card


def tap_small(window, drag, number):
    (shown,) = window.answers._shown.values()
    x, y = dict(shown.symbols)[number].center
    drag(window, [(x, y)])
    window.root.update()
    return Card.open_card


def answer(window):
    line = window.live.newest()
    return line.reading.answer if line else None


def test_a_tap_on_the_small_type_opens_the_card_and_a_number_chooses(window, write, drag, settle):
    write(window, "1+1")
    card = tap_small(window, drag, 2)
    assert [label for label, _ in card.alternatives] == ["1", "7", "4"]
    card.event_generate("2")
    settle(window)
    assert Card.open_card is None
    assert answer(window) == "8"
    window.root.event_generate("<Control-z>")
    settle(window)
    assert answer(window) == "2"


def test_typing_replaces(window, write, drag, settle):
    write(window, "1+1")
    tap_small(window, drag, 0).event_generate("9")
    settle(window)
    assert answer(window) == "10"


def test_in_the_field_a_low_number_is_meant_as_the_symbol(window, write, drag, settle):
    write(window, "1+1")
    card = tap_small(window, drag, 0)
    card.event_generate("<Tab>")
    window.root.update()
    card.field.event_generate("3")
    settle(window)
    assert answer(window) == "4"


def test_arrows_and_return(window, write, drag, settle):
    write(window, "1+1")
    card = tap_small(window, drag, 0)
    card.event_generate("<Down>")
    card.event_generate("<Return>")
    settle(window)
    assert answer(window) == "8"


def test_a_click_on_a_row(window, write, drag, settle):
    write(window, "1+1")
    card = tap_small(window, drag, 0)
    card._rows[2].winfo_children()[1].event_generate("<Button-1>")
    settle(window)
    assert answer(window) == "5"


def test_escape_closes_the_card_only(window, write, drag):
    write(window, "1+1")
    card = tap_small(window, drag, 0)
    card.event_generate("<Escape>")
    assert Card.open_card is None
    assert len(window.sheet.strokes()) == 3


def test_a_press_beside_the_card_closes_it_and_leaves_no_ink(window, write, drag):
    write(window, "1+1")
    tap_small(window, drag, 0)
    drag(window, [(700, 400)])
    assert Card.open_card is None
    assert len(window.sheet.strokes()) == 3


@pytest.mark.parametrize(
    ("label", "place", "asks"),
    [("0", (120, 130), True), ("0", (136, 156), False), ("√", (120, 130), False)],
)
def test_a_tap_in_the_middle_of_a_digit_asks_and_a_dot_elsewhere_is_ink(
    window, drag, reader, label, place, asks
):
    reader.changes = {"labels": [label]}
    drag(window, [(100, 100), (100, 160), (140, 160), (140, 100), (100, 100)])
    drag(window, [place])
    assert (Card.open_card is not None) is asks
    assert len(window.sheet.strokes()) == 2 - asks


def test_a_tap_on_the_line_of_a_symbol_asks_and_a_dot_beside_it_is_ink(window, write, drag):
    write(window, "1+1")
    drag(window, [(101, 126)])
    assert Card.open_card is not None
    window.root.event_generate("<Escape>")
    drag(window, [(108, 148), (109, 149)])
    assert Card.open_card is None
    assert len(window.sheet.strokes()) == 4


def test_a_right_click_on_ink_asks_too(window, write):
    write(window, "1+1")
    window.paper.event_generate("<Button-3>", x=180, y=125)
    assert Card.open_card is not None


def test_the_card_stays_inside_a_small_window(window, write):
    window.root.geometry("480x360")
    window.root.update()
    write(window, "1+1", left=360, top=200)
    card = window.correcting.ask_about(window.live.lines[0], 2)
    window.root.update()
    assert card.winfo_x() + card.winfo_width() <= window.paper.winfo_width()
    assert card.winfo_y() >= 0
    assert card.winfo_y() + card.winfo_height() <= window.paper.winfo_height()


def test_a_correction_survives_further_writing(window, write, drag, settle):
    write(window, "1+1")
    tap_small(window, drag, 0).event_generate("9")
    settle(window)
    write(window, "1", left=220)
    assert answer(window) == "20"


def test_a_corrected_symbol_that_a_stroke_goes_through_is_read_anew(window, write, drag, settle):
    write(window, "1+1")
    for n in range(3):
        window.correcting.ask_about(window.live.lines[0], n).choose("7")
        settle(window)
    drag(window, [(101, 112), (136, 125), (101, 140)])  # beside the first, and touches it
    assert len(window.sheet.corrections()) == 3
    drag(window, [(140, 105), (141, 145)])
    said = window.sheet.corrections().values()
    assert sorted(min(correction.parts) for correction in said) == [0, 2]
    window.root.event_generate("<Control-z>")
    assert len(window.sheet.corrections()) == 3


@pytest.mark.parametrize(
    ("typed", "label"),
    [("*", "×"), ("X", "x"), ("?", "□"), (":", "÷"), (",", "."), ("7", "7"), ("a", None), ("", None)],
)
def test_typed_labels(typed, label):
    assert label_of(typed) == label


def test_probabilities_are_never_shown_as_certain():
    assert [percent(p) for p in (0.0, 0.004, 0.05, 0.985, 0.999, 1.0)] == [
        "<1 %",
        "<1 %",
        "5 %",
        "98 %",
        ">99 %",
        ">99 %",
    ]


def test_f3_goes_on_after_a_correction(window, write, settle):
    write(window, "1+1")
    asked = []
    for _ in range(2):
        window.root.event_generate("<F3>")
        window.root.update()
        asked.append(Card.open_card.alternatives[0][0])
        Card.open_card.choose("4")
        settle(window)
    assert asked == ["1", "+"]


def test_f3_goes_from_doubtful_symbol_to_doubtful_symbol(window, write, reader):
    reader.changes = {"doubtful": True}
    write(window, "1+1", top=60)
    write(window, "11+1", top=220)
    seen = []
    for _ in range(3):
        window.root.event_generate("<F3>")
        window.root.update()
        seen.append(Card.open_card.winfo_y())
    assert seen[0] == seen[2] != seen[1]
