"""LaTeX set as pieces: what stands where, and which symbol it shows."""

from __future__ import annotations

from hwcalc.gui.typeset import typeset


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
