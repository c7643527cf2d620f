"""LaTeX set as pieces: what stands where, and which symbol it shows."""

from __future__ import annotations

import pytest

from hwcalc.gui.typeset import joined, pretty, typeset, typeset_answer


def measure(text, size):
    return 0.6 * size * len(text)


def shown(latex, labels=()):
    return [(p.text or p.label, p.symbol) for p in typeset(latex, 10, measure, labels).pieces]


def test_plain_sums_have_signs_as_people_write_them():
    assert "".join(t for t, _ in shown(r"1-2\times3\div4=")) == "1−2×3÷4="


def test_an_operator_has_space_around_it_and_a_sign_has_not():
    minus = typeset("3-2", 10, measure)
    sign = typeset("(-2", 10, measure)
    assert minus.pieces[2].x - minus.pieces[1].x > sign.pieces[2].x - sign.pieces[1].x


def test_pieces_carry_the_numbers_of_their_symbols_through_a_fraction():
    labels = ["1", "-", "3", "+", "2"]
    assert shown(r"\frac{1}{3}+2", labels) == [("1", 0), ("/", 1), ("3", 2), ("+", 3), ("2", 4)]


def test_an_x_is_set_without_the_space_around_a_sign():
    labels = ["2", "x", "-", "3", "×", "x"]
    setting = typeset(r"2x-3\times x", 10, measure, labels)
    assert [piece.symbol for piece in setting.pieces] == [0, 1, 2, 3, 4, 5]
    two, x, minus = setting.pieces[:3]
    assert x.x == two.x + two.width
    assert minus.x > x.x + x.width


def test_numbers_are_left_out_where_setting_and_symbols_differ():
    assert {n for _, n in shown("12", ["1", "7"])} == {None}


def test_a_fraction_stands_over_and_under_its_bar():
    one, bar, three = typeset(r"\frac{1}{3}", 10, measure).pieces
    assert one.y < bar.y < three.y - three.size * 0.7
    assert bar.x <= min(one.x, three.x)


def test_a_power_is_raised_and_smaller():
    base, power = typeset("2^{10}", 10, measure).pieces[:2]
    assert power.y < base.y
    assert power.size < base.size


def test_a_root_covers_what_is_under_it():
    sign, roof, *inner = typeset(r"\sqrt{16}", 10, measure).pieces
    assert sign.text == "√"
    assert roof.x + roof.width >= inner[-1].x + inner[-1].width
    assert roof.y < inner[0].y


def test_broken_latex_is_shown_as_far_as_it_goes():
    for latex in (r"\frac{1", "^", "}", r"\frac", r"\unknown", "{" * 50):
        typeset(latex, 10, measure)


def measure_tenths(text, size):
    return len(text) * size / 2


def test_an_answer_has_its_fraction_over_and_under_a_bar():
    setting = typeset_answer("= 3 1/7 ≈ 3.14", 20, measure_tenths)
    assert [p.text for p in setting.pieces] == ["= 3 ", "1", "", "7", " ≈ 3.14"]
    _, over, bar, under, rest = setting.pieces
    assert over.y < bar.y < under.y
    assert rest.x > bar.x + bar.width
    assert (over.size, rest.y, rest.size) == (pytest.approx(0.82 * 0.72 * 20), 0, 20)
    assert setting.width == pytest.approx(rest.x + rest.width)


def test_an_answer_without_a_fraction_is_one_piece():
    setting = typeset_answer("= -46", 20, measure_tenths)
    assert [(p.text, p.x) for p in setting.pieces] == [("= −46", 0)]
    assert typeset_answer("", 20, measure_tenths).width == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12+34", "12 + 34"),
        ("2*a:3", "2 × a ÷ 3"),
        ("-3-4", "−3 − 4"),
        ("2×-3", "2 × −3"),
        ("(-a)", "(−a)"),
        ("5 - -3", "5 − −3"),
        ("2**-3", "2^−3"),
        ("a = 12", "a = 12"),
        ("a=-b", "a = −b"),
    ],
)
def test_typed_text_is_shown_with_signs_and_space(text, shown):
    assert pretty(text) == shown


def test_joined_pieces_show_the_same_in_fewer():
    setting = typeset(r"123+\frac{45}{6}", 10, measure)
    pieces = joined(setting.pieces)
    assert [p.text for p in pieces] == ["123", "+", "45", "", "6"]
    assert pieces[0].width == pytest.approx(measure("123", 10))
    assert sum(p.width for p in pieces) == pytest.approx(sum(p.width for p in setting.pieces))


def test_powers_in_an_answer_are_raised():
    pieces = typeset_answer("≈ 2.5×10^-20", 10, measure).pieces
    assert "".join(p.text for p in pieces) == "≈ 2.5×10−20"
    assert pieces[-1].y < pieces[0].y
