"""An expression: its text, its LaTeX, its exact value, and the way back from typed text.

In flows a `Row` of symbols, as the grammar found it or as `parse` made it of what somebody typed; out flow
text, LaTeX and a `Result` to show. What has no value is answered in words. An expression of more than
`LENGTH` symbols, or of more than `DEPTH` brackets, fractions and roots inside each other, has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise, zip_longest
from typing import NamedTuple, TypeAlias

from . import number
from .layout import EMPTY_BOX, LETTER, UNKNOWNS, Item, Mark, Power, Root, Row, Stack, rows_of
from .number import NoValueError, Number
from .unknown import check, solve, unknowns

LENGTH = 1000
DEPTH = 50

_SIGNS = frozenset("+-")
_FACTORS = frozenset("×÷/")


class Result(NamedTuple):
    """What an expression is worth, and what to show for it.

    Parameters
    ----------
    value : Fraction, Decimal, bool or None
        Exact (Fraction), rounded to 15 digits (Decimal), the verdict on an equation (bool), or none.
    answer : str
        '46', '3 1/7 ≈ 3.142857', 'true to 2 decimals', or why there is no value.
    """

    value: Fraction | Decimal | bool | None
    answer: str


class _Mixed(NamedTuple):
    """A whole number with a fraction of whole numbers behind it, their sum."""

    whole: str
    fraction: Stack


_Term: TypeAlias = str | _Mixed | Item  # a str is a numeral


def _terms(row: Row) -> list[_Term]:
    """The row with its digits joined to numerals, and mixed numbers found."""
    terms: list[_Term] = []
    for item in row:
        last = terms[-1] if terms else None
        if isinstance(item, Mark) and item.label in "0123456789.":
            if isinstance(last, str):
                terms[-1] = last + item.label
            else:
                terms.append(item.label)
        elif isinstance(last, str) and last.isdigit() and isinstance(item, Stack) and _is_of_digits(item):
            terms[-1] = _Mixed(last, item)
        elif isinstance(last, _Mixed) and isinstance(item, Power):  # only the fraction is raised: a product
            terms[-1:] = [last.whole, last.fraction, item]
        else:
            terms.append(item)
    return terms


def _is_of_digits(stack: Stack) -> bool:
    return text(stack.numerator).isdigit() and text(stack.denominator).isdigit()


# Text and LaTeX


def latex(row: Row) -> str:
    r"""The row as LaTeX, such as ``\frac{1}{3}+\frac{2}{3}=\frac{3}{3}``."""
    parts = [_latex_item(item) for item in _nest_powers(row)]
    return "".join(
        # a letter would go on with the name of a command
        part + " " * (part in _COMMANDS.values() and part[-1].isalpha() and after == LETTER)
        for part, after in zip_longest(parts, parts[1:])
    )


_COMMANDS = {"×": r"\times", "÷": r"\div", "%": r"\%", EMPTY_BOX: r"\square"}


def _latex_item(item: Item) -> str:
    match item:
        case Stack():
            return rf"\frac{{{latex(item.numerator)}}}{{{latex(item.denominator)}}}"
        case Power():
            return f"^{{{latex(item.exponent)}}}"
        case Root():
            return rf"\sqrt{{{latex(item.radicand)}}}"
        case Mark():
            return _COMMANDS.get(item.label, item.label)


def _nest_powers(row: Row) -> list[Item]:
    """The row with a power that follows a power moved into its exponent, as TeX wants it."""
    items: list[Item] = []
    for item in reversed(row):
        if isinstance(item, Power) and items and isinstance(items[-1], Power):
            base = item.exponent
            if len(base) > 1:
                base = (Mark("("), *base, Mark(")"))
            items[-1] = Power((*base, items[-1]))
        else:
            items.append(item)
    return items[::-1]


def text(row: Row) -> str:
    """The row as a person could type it, such as '(1/3)+(2/3)=(3/3)'; `parse` reads it back."""
    terms = _terms(row)
    return "".join(_text_term(term, after) for term, after in zip_longest(terms, terms[1:]))


def _text_term(term: _Term, after: _Term | None) -> str:
    digits_follow = isinstance(after, (str, _Mixed))
    match term:
        case str():
            return term
        case _Mixed(whole, Stack(numerator, denominator)):
            over, under = text(numerator), text(denominator)
            if _is_mixed(over, under) and not digits_follow:
                return f"{whole} {over}/{under}"
            return f"({whole}+{over}/{under})"
        case Stack(numerator, denominator):
            return f"({_text_part(numerator)}/{_text_part(denominator)})"
        case Power(exponent):
            return "^" + _text_argument(exponent, digits_follow)
        case Root(radicand):
            return "√" + _text_argument(radicand, digits_follow)
        case Mark(label):
            return label


def _is_mixed(numerator: str, denominator: str) -> bool:
    """Whether '12 n/d' is 12 and a fraction, as 12 345/1000 is; 12 500/7 has a space between thousands."""
    if len(numerator) != 3:
        return True
    denominator = denominator.lstrip("0")
    return numerator[0] != "0" and (len(numerator), numerator) < (len(denominator), denominator)


def _text_part(row: Row) -> str:
    """The numerator or denominator of a fraction, in brackets if it needs them."""
    written = text(row)
    return written if len(row) == 1 or _is_plain(written) else f"({written})"


def _text_argument(row: Row, digits_follow: bool) -> str:
    """What follows ^ or √, in brackets if it needs them."""
    written = text(row)
    return written if _is_plain(written) and not digits_follow else f"({written})"


def _is_plain(written: str) -> bool:
    """Whether it is a numeral or an unknown."""
    return written.replace(".", "").isdigit() or written in UNKNOWNS


# Typed text

_TYPED = str.maketrans(
    {
        **dict.fromkeys("*·⋅∙•∗✕✖", "×"),
        "X": LETTER,
        **dict.fromkeys(":∶", "÷"),
        **dict.fromkeys("−–—‒﹣－", "-"),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        ",": ".",
        "²": "^2",
        "³": "^3",
        **dict.fromkeys("?☐▢", EMPTY_BOX),
    }
)
_MIXED = re.compile(r"([0-9]+)\s+([0-9]+)\s*/\s*([0-9]+)(?![0-9.]|\s*\^)")
_NUMBER = re.compile(r"[0-9]{1,3}(?:\s[0-9]{3})+(?![0-9])[0-9.]*|[0-9.]+")

_Token: TypeAlias = str | Row  # a Row is a number


def parse(typed: str) -> Row:
    """The row that typed text stands for.

    Reads `+ - * x · × : ÷ / ( ) [ ] = % ^ ** ² ³ √ sqrt`, point and comma, spaces (between thousands too),
    mixed numbers such as `2 1/3`, and unknowns: `?` and, in an equation, an `x` where a number must stand, 2x+3 = 11,
    or may stand before a sign, 2x-3 = 11. What is well spelt but makes no sense, `5+)`, is left to `evaluate`.

    Raises
    ------
    ValueError
        A character has no place in arithmetic, two numbers stand side by side, or roots and powers
        are nested deeper than `DEPTH`.
    """
    typed = re.sub(r"(?i)sqrt", "√", typed).replace("**", "^").translate(_TYPED)
    return _row(_with_letters(list(_tokens(typed))), 0)


def _tokens(typed: str) -> Iterator[_Token]:
    typed = typed.rstrip()
    position, last = 0, ""
    while position < len(typed):
        if typed[position].isspace():
            position += 1
            continue
        mixed = _MIXED.match(typed, position)
        if mixed and _is_mixed(mixed[2], mixed[3]):
            found = mixed[0]
            token: _Token = (*_marks(mixed[1]), Stack(_marks(mixed[2]), _marks(mixed[3])))
        elif match := _NUMBER.match(typed, position):
            found = match[0]
            token = _marks(re.sub(r"\s", "", found))
        else:
            found = token = typed[position]
            if token not in (*"+-×÷/()=%^√", *UNKNOWNS):
                raise ValueError(f"cannot read {token!r} here: use digits . + - × ÷ / ( ) ^ √ % =")
        if isinstance(token, tuple):
            if last:
                raise ValueError(f"something is missing between {last} and {found}")
            last = found
        else:
            last = ""
        position += len(found)
        yield token


def _with_letters(tokens: Sequence[_Token]) -> list[_Token]:
    """The tokens, each x the sign × unless it stands in an equation and not between two factors."""
    found: list[_Token] = ["", *tokens, ""]
    is_equation = "=" in tokens[:-1]
    for i in range(len(tokens), 0, -1):  # from the end: in 3xx = 12 the last one must be a number
        before, token, after = found[i - 1 : i + 2]
        if token == LETTER:
            ends = isinstance(before, tuple) or before in (")", "%", *UNKNOWNS)
            begins = isinstance(after, tuple) or after in ("(", "√", *UNKNOWNS)
            found[i] = "×" if (ends and begins) or not is_equation else LETTER
    return found[1:-1]


def _marks(labels: str) -> Row:
    return tuple(Mark(label) for label in labels)


def _row(tokens: Sequence[_Token], depth: int) -> Row:
    items: list[Item] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if isinstance(token, tuple):
            items += token
        elif token in "^√":
            argument, position = _argument(tokens, position, depth + 1)
            items.append(Power(argument) if token == "^" else Root(argument))
        else:
            items.append(Mark(token))
    return tuple(items)


def _argument(tokens: Sequence[_Token], start: int, depth: int) -> tuple[Row, int]:
    """What the ^ or √ before `start` holds, a number, brackets or a root, maybe signed; and where it ends."""
    if depth > DEPTH:
        raise ValueError("too many roots and powers inside each other")
    position = start + (start < len(tokens) and tokens[start] in ("+", "-"))
    first = tokens[position] if position < len(tokens) else ""
    if first == "√":
        radicand, end = _argument(tokens, position + 1, depth + 1)
        return (*_row(tokens[start:position], depth), Root(radicand)), end
    if first == "(":
        closing = _closing(tokens, position)
        if closing is None:  # keep the bracket, so that `evaluate` can say that it is not closed
            return _row(tokens[start:], depth), len(tokens)
        if position == start:
            return _row(tokens[start + 1 : closing], depth), closing + 1
        return _row(tokens[start : closing + 1], depth), closing + 1
    end = position + (isinstance(first, tuple) or first in UNKNOWNS)
    return _row(tokens[start:end], depth), end


def _closing(tokens: Sequence[_Token], opening: int) -> int | None:
    depth = 0
    for position in range(opening, len(tokens)):
        depth += (tokens[position] == "(") - (tokens[position] == ")")
        if depth == 0:
            return position
    return None


# Value


def evaluate(row: Row) -> Result:
    """The value of a row, and what to show for it.

    `+ - × ÷ /` and implied multiplication, `2(3+4)`, have the usual precedence, from left to right; a
    fraction behind a whole number is added to it, `2 1/3`; a percentage that is added or subtracted is one
    of what stands before it, `200+10%`. A trailing `=` asks for the value. An equation is True or False;
    a side that is written as a decimal number needs to be right only to the decimals that it has. One with an
    unknown is solved for it.

    Never raises: what has no value is answered in words.
    """
    try:
        return _evaluate(row)
    except NoValueError as problem:
        return Result(None, str(problem))


def _evaluate(row: Row) -> Result:
    if not row:
        raise NoValueError("nothing is written")
    _check_size(row)
    sides = _sides(row)
    if names := unknowns(row):
        return _solution(names, sides)
    values = [_value(side) for side in sides]
    written = text(row)
    fractions = "/" in written and "." not in written
    if len(values) == 1:
        return Result(number.rounded(values[0]), number.show(values[0], fractions))
    return _verdict([text(side) for side in sides], values, fractions)


def _check_size(row: Row) -> None:
    length = 0
    for part, depth in rows_of(row):
        length += len(part)
        if length > LENGTH:
            raise NoValueError("too long")
        if depth > DEPTH:
            raise NoValueError("too much is nested")


def _sides(row: Row) -> list[Row]:
    """What stands between the signs =, without the nothing behind a trailing one."""
    sides: list[Row] = [()]
    for item in row:
        if isinstance(item, Mark) and item.label == "=":
            sides.append(())
        else:
            sides[-1] += (item,)
    if not sides[-1]:
        sides.pop()
    if not sides[0]:
        raise NoValueError("something is missing before =")
    if not all(sides):
        raise NoValueError("something is missing between = and =")
    return sides


def _solution(names: Sequence[str], sides: Sequence[Row]) -> Result:
    """What the unknown is; the value is that of the only solution."""
    if len(names) > 1:
        raise NoValueError(f"{' and '.join(names)} are two unknowns: only one can be found")
    (name,) = names
    if len(sides) == 1:
        raise NoValueError(f"what is {name}? Write = and what it makes")
    check(sides, _value)
    possible: list[Number] | None = None  # every number
    for left, right in pairwise(sides):
        if possible is None:
            possible = solve(left, right, _value)
    if possible is None:
        raise NoValueError(f"any number may be {name}")
    found = [u for u in possible if _holds(sides, u)]
    if not found:
        raise NoValueError(f"no number can be {name}")
    fractions = any("/" in text(side) for side in sides)
    shown = " or ".join(number.show(u, fractions) for u in found)
    answer = f"{name} = {shown}".replace("= ≈", "≈").replace("or ≈", "or")
    return Result(number.rounded(found[0]) if len(found) == 1 else None, answer)


def solved(answer: str) -> str:
    """The unknown that an answer gives the value of, '' for none: '□' of '□ = -7 or 7' and '□ ≈ 1.5×10^-7'."""
    return next((name for name in UNKNOWNS if answer.startswith((f"{name} = ", f"{name} ≈ "))), "")


def _value(row: Row, unknown: Number | None = None) -> Number:
    """The value of a row, with a number for the unknown."""
    return _Walk(row, 0, unknown).value()


def _holds(sides: Sequence[Row], unknown: Number) -> bool:
    """Whether all sides are equal with a number for the unknown."""
    try:
        values = [_value(side, unknown) for side in sides]
    except NoValueError:
        return False
    return all(number.is_close(a, b, Fraction(0)) for a, b in pairwise(values))


_LITERAL = re.compile(r"[+-]?[0-9]*\.?([0-9]*)(%?)")


def _verdict(sides: Sequence[str], values: Sequence[Number], fractions: bool) -> Result:
    """Whether all sides are equal; `sides` are their texts."""
    places = []
    for (left, a), (right, b) in pairwise(zip(sides, values, strict=True)):
        if number.is_close(a, b, Fraction(0)):
            continue
        literals = [match for side in (left, right) if (match := _LITERAL.fullmatch(side))]
        if len(literals) == 1 and literals[0][1]:
            decimals, percent = literals[0].groups()
            if number.is_close(a, b, Fraction(1, 2 * 10 ** len(decimals) * (100 if percent else 1))):
                places.append(len(decimals))
                continue
        return Result(False, f"false: {_difference((left, a), (right, b), fractions)}")
    if places:
        return Result(True, f"true to {min(places)} decimal{'s' if min(places) > 1 else ''}")
    return Result(True, "true")


def _difference(left: tuple[str, Number], right: tuple[str, Number], fractions: bool) -> str:
    """What the sides that had to be computed are worth: '12+34 is 46'."""
    unknown = [side for side in (left, right) if not _LITERAL.fullmatch(side[0])]
    computed = [(side, value) for side, value in unknown if side.strip("()") != number.mixed_number(value)]
    if not unknown:
        return f"{left[0]} is not {right[0]}"
    return ", ".join(
        f"{_shorten(side)} is {_worth(side, value, fractions)}" for side, value in computed or unknown
    )


def _worth(side: str, value: Number, fractions: bool) -> str:
    """The value in words, without repeating what `side` says anyway: (1/3) is about 0.333333."""
    shown = number.show(value, fractions).removeprefix(f"{side.strip('()')} ")
    return shown.removeprefix("= ").replace("≈", "about") if shown[0] in "=≈" else shown


def _shorten(side: str) -> str:
    return side if len(side) <= 40 else f"{side[:39]}…"


class _Walk:
    """Goes through a row from left to right and computes it, one method for each level of precedence."""

    def __init__(self, row: Row, depth: int, unknown: Number | None) -> None:
        self.terms = _terms(row)
        self.position = 0
        self.depth = depth
        self.unknown = unknown

    def value(self) -> Number:
        """The value of the whole row, which must not be empty."""
        total = self.sum()
        if self.position < len(self.terms):
            raise NoValueError(self.leftover())
        return total

    def label(self, offset: int = 0) -> str:
        """The label of the mark at the position, '' when something else or nothing is there."""
        position = self.position + offset
        term = self.terms[position] if 0 <= position < len(self.terms) else None
        return term.label if isinstance(term, Mark) else ""

    def sum(self) -> Number:
        """Products with + and - between them."""
        total, all_percent = self.product()
        while (sign := self.label()) in _SIGNS:
            self.position += 1
            value, percent = self.product()
            all_percent = all_percent and percent  # 20%+30% is 50%
            if percent and not all_percent:
                value = number.multiply(total, value)
            total = number.add(total, value if sign == "+" else number.negate(value))
        return total

    def product(self) -> tuple[Number, bool]:
        """Factors with × ÷ / or nothing between them, and whether it is one percentage."""
        value, percent = self.signed()
        while True:
            if (sign := self.label()) in _FACTORS:
                self.position += 1
                factor, _ = self.signed()
                value = number.multiply(value, factor) if sign == "×" else number.divide(value, factor)
            elif self.is_factor_implied():
                value = number.multiply(value, self.raised()[0])
            else:
                return value, percent
            percent = False

    def is_factor_implied(self) -> bool:
        """Whether a factor follows directly, as in 2(3+4); not after %, where 10%3 may mean a remainder."""
        if self.position >= len(self.terms) or self.label(-1) == "%":
            return False
        return self.label() in ("(", *UNKNOWNS) or not isinstance(self.terms[self.position], (Mark, Power))

    def signed(self) -> tuple[Number, bool]:
        """Signs, then `raised`: -2^2 is -4."""
        negative = False
        while (sign := self.label()) in _SIGNS:
            negative ^= sign == "-"
            self.position += 1
        value, percent = self.raised()
        return number.negate(value) if negative else value, percent

    def raised(self) -> tuple[Number, bool]:
        """One thing with its powers, the last one first, and percent signs."""
        value = self.single()
        exponents = []
        while self.position < len(self.terms) and isinstance(term := self.terms[self.position], Power):
            exponents.append(self.nested(term.exponent, "after ^"))
            self.position += 1
        if exponents:
            value = number.power(value, reduce(lambda tower, e: number.power(e, tower), reversed(exponents)))
        percent = self.label() == "%"
        while self.label() == "%":
            value = number.divide(value, Fraction(100))
            self.position += 1
        return value, percent

    def single(self) -> Number:
        """A number, a fraction, a root, the unknown or brackets."""
        if self.label() == "(":
            return self.brackets()
        if self.position >= len(self.terms):
            raise NoValueError(self.missing())
        match self.terms[self.position]:
            case str(digits):
                value: Number = number.numeral(digits)
            case _Mixed(whole, fraction):
                value = number.add(number.numeral(whole), self.fraction(fraction))
            case Stack() as fraction:
                value = self.fraction(fraction)
            case Root(radicand):
                value = number.square_root(self.nested(radicand, "under √"))
            case Mark(label) if label in UNKNOWNS and self.unknown is not None:
                value = self.unknown
            case _:
                raise NoValueError(self.missing())
        self.position += 1
        return value

    def fraction(self, stack: Stack) -> Number:
        """One row divided by another."""
        over = self.nested(stack.numerator, "over the fraction bar")
        return number.divide(over, self.nested(stack.denominator, "under the fraction bar"))

    def nested(self, row: Row, place: str) -> Number:
        """The value of a row inside this one."""
        if not row:
            raise NoValueError(f"something is missing {place}")
        if self.depth >= DEPTH:
            raise NoValueError("too much is nested")
        return _Walk(row, self.depth + 1, self.unknown).value()

    def brackets(self) -> Number:
        """From ( to the ) that closes it."""
        if self.depth >= DEPTH:
            raise NoValueError("too many brackets inside each other")
        self.position += 1
        self.depth += 1
        value = self.sum()
        self.depth -= 1
        if self.position >= len(self.terms):
            raise NoValueError("a bracket is not closed")
        if self.label() != ")":
            raise NoValueError(self.leftover())
        self.position += 1
        return value

    def missing(self) -> str:
        """Why no number, fraction, root or bracket begins at the position."""
        before, here = self.label(-1), self.label()
        if before in _SIGNS | _FACTORS:
            return f"something is missing after {before}"
        if self.position >= len(self.terms):
            return "a bracket is not closed"
        if here == ")":
            return "nothing is in the brackets" if before == "(" else "a bracket is never opened"
        return self.leftover()

    def leftover(self) -> str:
        """Why what is at the position cannot stand there."""
        here = self.label()
        if isinstance(self.terms[self.position], Power):
            return "something is missing before ^"
        if here == ")":
            return "a bracket is never opened"
        if here == "=":
            return "= cannot stand here"
        if here in _FACTORS or here == "%":
            return f"something is missing before {here}"
        if self.label(-1) == "%":
            return "something is missing after %"
        return f"cannot compute with {here}"
