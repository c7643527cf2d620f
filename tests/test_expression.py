"""Text, LaTeX and value of expressions: examples in words, and trees of numbers with their own arithmetic."""

import operator
import re
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwcalc.expression import DEPTH, LENGTH, evaluate, latex, parse, text
from hwcalc.layout import Mark, Power, Root, Row, Stack

OPERATIONS = {"+": operator.add, "-": operator.sub, "×": operator.mul, "÷": operator.truediv}


def marks(labels: str) -> Row:
    return tuple(Mark(label) for label in labels)


def answer(typed: str) -> str:
    return evaluate(parse(typed)).answer


THIRDS = (
    *(Stack(marks("1"), marks("3")), Mark("+"), Stack(marks("2"), marks("3"))),
    *(Mark("="), Stack(marks("3"), marks("3"))),
)


def test_the_example_of_the_design() -> None:
    assert latex(THIRDS) == r"\frac{1}{3}+\frac{2}{3}=\frac{3}{3}"
    assert text(THIRDS) == "(1/3)+(2/3)=(3/3)"
    assert evaluate(THIRDS) == (True, "true")


@pytest.mark.parametrize(
    ("typed", "expected"),
    {
        "12+34": "46",
        "12+34=": "46",
        "42": "42",
        "42=": "42",
        "2+3×4": "14",
        "10-3-4": "3",
        "100÷10÷5": "2",
        "6÷2(1+2)": "9",
        "-2^2": "-4",
        "(-2)^2": "4",
        "2--3": "5",
        "2×-3": "-6",
        "+5": "5",
        "2(3+4)": "14",
        "(1+2)(3+4)": "21",
        "(1+2)3": "9",
        "2√9": "6",
        "2^3^2": "512",
        "2^-1": "0.5",
        "2^3(4)": "32",
        ".5+5.": "5.5",
        "- 0.0": "0",
        "0×-1": "0",
    }.items(),
)
def test_value(typed: str, expected: str) -> None:
    assert answer(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    {
        "0.1+0.2": "0.3",
        "1÷4": "0.25",
        "1/4": "1/4 = 0.25",
        "0.5/2": "0.25",
        "1/3+2/3": "1",
        "22÷7": "3 1/7 ≈ 3.142857",
        "-22/7": "-3 1/7 ≈ -3.142857",
        "1÷30000": "1/30000 ≈ 0.0000333333",
        "1÷3000000": "≈ 3.33333333333333×10^-7",
        "0.0000001": "1×10^-7",
        "1/10000000": "1×10^-7",
        "1.05^9": "1.551328215978515625",
        "1.05^10": "≈ 1.62889462677744",
        "2^100": "1267650600228229401496703205376",
        "10^40+1": "≈ 1×10^40",
        "10^40": "1×10^40",
    }.items(),
)
def test_exact_and_decimal(typed: str, expected: str) -> None:
    assert answer(typed) == expected


@pytest.mark.parametrize(
    ("typed", "value"),
    {
        "√16": Fraction(4),
        "√(9/16)": Fraction(3, 4),
        "√√16": Fraction(2),
        "8^(1/3)": Fraction(2),
        "(-8)^(1/3)": Fraction(-2),
        "4^-1.5": Fraction(1, 8),
        "√2": Decimal("1.4142135623731"),
        "2^0.000000000001": Decimal("1.00000000000069"),
        "√2×√2": Fraction(2),
        "(2^√2)^√2": Fraction(4),
        "1.0000001^1000000": Decimal("1.10517091254979"),
    }.items(),
)
def test_roots_are_exact_when_they_are(typed: str, value: Fraction | Decimal) -> None:
    found = evaluate(parse(typed)).value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("typed", "expected"),
    {
        "50%": "0.5",
        "200+10%": "220",
        "200-10%": "180",
        "200×10%": "20",
        "200+10%+5%": "231",
        "200+10%×2": "200.2",
        "10%+200": "200.1",
        "20%+30%": "0.5",
        "20%+30%+10": "10.5",
        "10%+200+10%": "220.11",
        "5%%": "0.0005",
    }.items(),
)
def test_percent(typed: str, expected: str) -> None:
    assert answer(typed) == expected


@pytest.mark.parametrize(
    ("typed", "value", "expected"),
    [
        ("12+34=46", True, "true"),
        ("46=12+34=50-4", True, "true"),
        ("1+1=2=", True, "true"),
        ("17÷66=0.26", True, "true to 2 decimals"),
        ("0.26=17÷66", True, "true to 2 decimals"),
        ("1÷8=0.12", True, "true to 2 decimals"),
        ("1÷8=0.13", True, "true to 2 decimals"),
        ("1÷3=0.333=0.3+0.1÷3", True, "true to 3 decimals"),
        ("1÷3=33.3%", True, "true to 1 decimal"),
        ("√2=1.414", True, "true to 3 decimals"),
        ("√2+√3=√(5+2√6)", True, "true"),
        ("((84 / 113) / 51) - 119 = -118.99", True, "true to 2 decimals"),
        ("12+34=47", False, "false: 12+34 is 46"),
        ("47=12+34", False, "false: 12+34 is 46"),
        ("1+2=2+2", False, "false: 1+2 is 3, 2+2 is 4"),
        ("3=4", False, "false: 3 is not 4"),
        ("0.26=0.257", False, "false: 0.26 is not 0.257"),
        ("10÷3=3", False, "false: 10÷3 is 3 1/3 ≈ 3.333333"),
        ("1÷8=0.14", False, "false: 1÷8 is 0.125"),
        ("1/3=0.5", False, "false: 1/3 is about 0.333333"),
        ("1/3+1/3=1/3", False, "false: 1/3+1/3 is 2/3 ≈ 0.666667"),
        ("√2=1.5", False, "false: √2 is about 1.4142135623731"),
        ("1=1=2", False, "false: 1 is not 2"),
    ],
)
def test_equation(typed: str, value: bool, expected: str) -> None:
    assert evaluate(parse(typed)) == (value, expected)


def test_a_long_side_of_a_false_equation_is_cut() -> None:
    shown = answer("+".join(["1"] * 100) + "=99")
    assert shown.endswith("… is 100")
    assert len(shown) < 60


@pytest.mark.parametrize(
    ("typed", "words"),
    {
        "": "nothing is written",
        "=": "something is missing before =",
        "=5": "something is missing before =",
        "5==": "something is missing between = and =",
        "3+": "something is missing after +",
        "3+×4": "something is missing after +",
        "3-=3": "something is missing after -",
        "×3": "something is missing before ×",
        "%": "something is missing before %",
        "^2": "something is missing before ^",
        "2^": "something is missing after ^",
        "√": "something is missing under √",
        "10%3": "something is missing after %",
        "1.2.3": "two points in one number",
        ".": "a point has no digits",
        "(1+2": "a bracket is not closed",
        "(": "a bracket is not closed",
        "√(9": "a bracket is not closed",
        "2^(3": "a bracket is not closed",
        "1+2)": "a bracket is never opened",
        ")": "a bracket is never opened",
        "()": "nothing is in the brackets",
        "√(5=5)": "= cannot stand here",
        "1/0": "cannot divide by zero",
        "1÷(√2×√2-2)": "cannot divide by zero",
        "0^-1": "cannot divide by zero",
        "0^0": "zero to the power of zero has no value",
        "√-4": "no real square root of a negative number",
        "(-4)^0.25": "no real root of a negative number",
        "(-2)^√2": "no real power of a negative number",
        "9^9^9": "too large",
        "9^9^9^9^9^9": "too large",
        "10^400": "too large",
        "10^200×10^200": "too large",
        "(√2)^9^9": "too large",
        "9^-9^9": "too small",
        "(1÷9)^9^9": "too small",
        "0." + "0" * 200 + "1÷10^200": "too small",
        "9" * 400: "too many digits in one number",
        "1" + "+1" * LENGTH: "too long",
        "(" * 10_000 + "1" + ")" * 10_000: "too long",
        "(" * 200 + "1" + ")" * 200: "too many brackets inside each other",
    }.items(),
)
def test_no_value_is_answered_in_words(typed: str, words: str) -> None:
    assert evaluate(parse(typed)) == (None, words)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((Stack((), marks("3")),), "something is missing over the fraction bar"),
        ((Stack(marks("3"), ()),), "something is missing under the fraction bar"),
        ((Stack(marks("3"), marks("0")),), "cannot divide by zero"),
        ((Power(marks("2")),), "something is missing before ^"),
        (marks("1?"), "cannot compute with ?"),
    ],
)
def test_no_value_of_what_only_ink_can_say(row: Row, words: str) -> None:
    assert evaluate(row) == (None, words)


@pytest.mark.parametrize("wrap", [lambda row: (Root(row),), lambda row: (Stack(row, marks("1")),)])
def test_deep_nesting_is_answered_in_words(wrap) -> None:
    row = marks("1")
    for _ in range(DEPTH):
        row = wrap(row)
    assert evaluate(row).value == 1
    assert len(latex(row)) > len(text(row)) > DEPTH
    for _ in range(5 * DEPTH):
        row = wrap(row)
    assert evaluate(row) == (None, "too much is nested")


def test_deep_nesting_with_brackets_is_answered_in_words() -> None:
    row = marks("1")
    for _ in range(DEPTH - 1):
        row = (Root((*marks("(" * 9), *row, *marks(")" * 9))),)
    assert evaluate(row) == (None, "too much is nested")


@pytest.mark.parametrize("typed", ["√" * 10_000, "√(" * 10_000, "2^(" * 10_000])
def test_deep_typing_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="too many roots and powers inside each other"):
        parse(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    {
        "2*3 x 4 X 5 · 6": "2×3×4×5×6",
        "8:4 ÷ 2 ∕ 1": "8÷4÷2/1",
        "5 − 3 – 1": "5-3-1",
        "1,5 + 2.5": "1.5+2.5",
        "1 000 000 + 12\u202f345.5": "1000000+12345.5",
        "[1+2]{3}": "(1+2)(3)",
        "3² + 2**3 + 2^(3)": "3^2+2^3+2^3",
        "sqrt(9) + SQRT 4 + √√16": "√9+√4+√(√16)",
        "2^-3": "2^(-3)",
        "2^-(1+2)": "2^(-(1+2))",
        "2^√9": "2^(√9)",
        "2 1/3": "2 1/3",
        "2 5/3": "2 5/3",
        "12 345/1000": "12 345/1000",
        "12 500/7": "12500/7",
        "12 045/1000": "12045/1000",
        "√(9": "√((9)",
    }.items(),
)
def test_typed_spellings(typed: str, expected: str) -> None:
    assert text(parse(typed)) == expected


@pytest.mark.parametrize("typed", ["2 3", "12 34+1", "1 0000", "1, 5", "2 1/3 4", "2 1/3^2"])
def test_numbers_side_by_side_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="something is missing between"):
        parse(typed)


def test_foreign_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot read 'a' here"):
        parse("1+a")
    with pytest.raises(ValueError, match="cannot read '٣' here"):
        parse("٣")


def test_mixed_numbers_are_sums_and_other_fractions_factors() -> None:
    half = Stack(marks("1"), marks("2"))
    assert evaluate((*marks("3"), half)).value == Fraction(7, 2)
    assert evaluate((*marks("-3"), half)).value == Fraction(-7, 2)
    assert evaluate((*marks("3"), half, *marks("+1"))).value == Fraction(9, 2)
    assert evaluate((*marks("3.0"), half)).value == Fraction(3, 2)
    assert evaluate((*marks("3"), half, Power(marks("2")))).value == Fraction(3, 4)
    assert evaluate((*marks("3"), Stack(marks("1+1"), marks("2")))).value == 3
    assert evaluate((*marks("3"), Stack(marks("2"), marks("1+1")))).value == 3
    assert text((*marks("3"), half)) == "3 1/2"
    assert text((*marks("3"), half, *marks("4"))) == "(3+1/2)4"
    assert text((*marks("3"), Stack(marks("500"), marks("2")))) == "(3+500/2)"


def test_roots_and_powers_before_a_number_have_brackets() -> None:
    assert text((Root(marks("2")), *marks("3"))) == "√(2)3"
    assert text((*marks("2"), Power(marks("3")), *marks("4"))) == "2^(3)4"


def test_latex() -> None:
    assert latex(marks("2×3÷4-1.5%=")) == r"2\times3\div4-1.5\%="
    assert latex(parse("√(1+2)^2")) == r"\sqrt{1+2}^{2}"
    assert latex(parse("xx=4")) == "xx=4"
    assert latex(parse("2^3+1")) == "2^{3}+1"
    assert latex(parse("2^3^4")) == "2^{3^{4}}"
    assert latex(parse("2^(1+2)^4")) == "2^{(1+2)^{4}}"


# Trees: each comes as a row with the value it must have (None: it has none).

digits = st.text("0123456789", min_size=1, max_size=4)
numerals = digits | st.builds("{}.{}".format, digits, digits)
Tree = tuple[Row, Fraction | None]


def leaf(numeral: str) -> Tree:
    return marks(numeral), Fraction(numeral)


def combine(sign: str, left: Tree, right: Tree) -> Tree:
    """Both in brackets, so that the tree needs no precedence."""
    (a, x), (b, y) = left, right
    row = (*marks("("), *a, *marks(f"){sign}("), *b, *marks(")"))
    return row, quotient(x, y) if sign == "÷" else None if None in (x, y) else OPERATIONS[sign](x, y)


def quotient(x: Fraction | None, y: Fraction | None) -> Fraction | None:
    return None if x is None or not y else x / y


def raised(base: Tree, exponent: int) -> Tree:
    row, x = base
    power = Power(marks(str(exponent)))
    missing = x is None or (x == 0 and exponent <= 0)
    return (*marks("("), *row, *marks(")"), power), None if missing else x**exponent


def square_rooted(tree: Tree) -> Tree:
    row, x = tree
    square = (*marks("("), *row, Mark(")"), Power(marks("2")))
    return (Root(square),), None if x is None else abs(x)


def grow(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return (
        st.builds(combine, st.sampled_from("+-×÷"), trees, trees)
        | st.builds(lambda a, b: ((Stack(a[0], b[0]),), quotient(a[1], b[1])), trees, trees)
        | st.builds(raised, trees, st.integers(-2, 3))
        | st.builds(square_rooted, trees)
    )


trees = st.recursive(st.builds(leaf, numerals), grow, max_leaves=8)


@given(trees)
def test_value_of_trees(tree: Tree) -> None:
    row, value = tree
    assert evaluate(row).value == value


@given(trees)
def test_text_is_read_back(tree: Tree) -> None:
    row, value = tree
    typed = text(row)
    again = parse(typed)
    assert text(again) == typed
    assert evaluate(again).value == value


@given(st.lists(numerals, min_size=1, max_size=8), st.lists(st.sampled_from("+-×÷"), min_size=7, max_size=7))
def test_precedence(numbers: list[str], signs: list[str]) -> None:
    pairs = list(zip(["+", *signs], numbers, strict=False))
    products: list[list[tuple[str, str]]] = []
    for sign, numeral in pairs:
        if sign in "+-":
            products.append([(sign, numeral)])
        else:
            products[-1].append((sign, numeral))
    expected: Fraction | None = Fraction(0)
    for product in products:
        (first_sign, first), *rest = product
        if expected is None or any(sign == "÷" and Fraction(n) == 0 for sign, n in rest):
            expected = None
        else:
            value = reduce(lambda x, pair: OPERATIONS[pair[0]](x, Fraction(pair[1])), rest, Fraction(first))
            expected = OPERATIONS[first_sign](expected, value)
    assert evaluate(parse("".join(sign + numeral for sign, numeral in pairs)[1:])).value == expected


anything = st.recursive(
    st.lists(st.builds(Mark, st.sampled_from("0123456789+-×÷/=().%")), max_size=6).map(tuple),
    lambda rows: st.lists(
        st.builds(Mark, st.sampled_from("0123456789+-×÷/=().%"))
        | st.builds(Stack, rows, rows)
        | st.builds(Power, rows)
        | st.builds(Root, rows),
        max_size=6,
    ).map(tuple),
    max_leaves=10,
)


@given(anything)
def test_any_row_has_text_latex_and_an_answer(row: Row) -> None:
    written = latex(row)
    depth = 0
    for brace in re.findall(r"[{}]", written):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    result = evaluate(row)
    assert result.answer
    assert not re.fullmatch(r"-0(\.0*)?", result.answer)
    assert parse(text(row)) is not None


@given(st.text("0123456789+-*x/:=()[].,%^√ ²", max_size=30))
def test_any_typing_has_an_answer_or_a_reason(typed: str) -> None:
    try:
        row = parse(typed)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert evaluate(row).answer
        assert text(parse(text(row))) == text(row) or evaluate(row).value is None
