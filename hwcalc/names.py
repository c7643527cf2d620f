"""Names for values: `a = 12` on one line, `2a+1` on the next; `ans` is the value of the line before.

In flows typed text and the values known so far; out flows a `Reading` of the text, and the name that it gives to
its value. Names are letters only: `2a3` is no product. `x` gives no name: it is × in `3x4`, the unknown in `2x+3 = 11`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .reader import Reading

Value: TypeAlias = Fraction | Decimal
Values: TypeAlias = Mapping[str, Value]

LAST = "ans"
"""The name of the value of the line before, in large letters or small."""

_GIVES = re.compile(r"\s*([A-Za-z]+)\s*=\s*(\S.*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_SIGNS = {"x": "×", "sqrt": "√"}  # words that mean something without being names
_LATEX = {"×": r"\times ", "÷": r"\div ", "*": r"\times ", "%": r"\%"}


class NameUnknownError(ValueError):
    """A text uses a name that has no value. The message says so to the person who typed it."""


def given_name(text: str) -> tuple[str, str]:
    """The name that a text gives, '' for none, and the rest: `a = 3+4` → ('a', '3+4').

    >>> given_name("a = 3+4"), given_name("3+4 = 7")
    (('a', '3+4'), ('', '3+4 = 7'))
    """
    found = _GIVES.fullmatch(text)
    if found is None or found[1].lower() in (*_SIGNS, LAST):
        return "", text
    return found[1], found[2]


def with_values(text: str, values: Values) -> str:
    """The text with its names replaced by their values, in brackets.

    >>> with_values("2a+1", {"a": Fraction(1, 3)})
    '2(1/3)+1'

    Raises
    ------
    NameUnknownError
        A name has no value.
    """

    def value_of(found: re.Match[str]) -> str:
        name = LAST if found[0].lower() == LAST else found[0]
        if name in values:
            value = values[name]
            return f"({value})" if isinstance(value, Fraction) else f"({value:f})"
        if name.lower() in _SIGNS:
            return found[0]
        if name == LAST:
            raise NameUnknownError("there is no answer yet that ans could stand for")
        raise NameUnknownError(f"{name} has no value yet: write {name} = … on a line above")

    return _WORD.sub(value_of, text)


def evaluate(text: str, values: Values, plain: Callable[[str], Reading]) -> tuple[Reading, str]:
    """A reading of text with names in it, and the name that it gives, '' for none.

    Parameters
    ----------
    text : str
    values : mapping of name to value
    plain : (text) -> Reading
        Evaluates text without names.
    """
    name, rest = given_name(text)
    try:
        resolved = with_values(rest, values)
    except NameUnknownError as error:
        return replace(plain("0"), text=text, latex="", value=None, answer=str(error)), ""
    reading = plain(resolved)
    if name and not isinstance(reading.value, (Fraction, Decimal)):
        name = ""  # what has no value cannot be named
    if resolved != text:
        shown = "".join(text.split()) if reading.value is not None else text
        latex = "".join(_LATEX.get(c, c) for c in shown)
        reading = replace(reading, text=shown, latex=latex)
    return reading, name


def is_plain(text: str) -> bool:
    """Does a text give its name to a number that needs no answer, as `a = 12` does?"""
    name, rest = given_name(text)
    return bool(name) and re.fullmatch(r"\s*-?[\d.,]+\s*", rest) is not None
