"""Answers as the user wants to see them: with fractions or without, with so many decimals or as many as it takes.

In flow a reading and the settings; out flows the text of its answer. Values stay exact: only what is shown is
rounded, and what was rounded says `≈`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hwcalc.gui.actions import Choice
from hwcalc.gui.settings import DECIMALS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwcalc.reader import Reading

OFFERED = (None, 0, 1, 2, 3, 4, 6, 10, DECIMALS)
LARGEST = 10**15  # larger answers are shown as the reader shows them
_EXACT = Context(prec=400)


def as_set(reading: Reading, settings: Settings) -> str:
    """The answer of a reading as the settings ask for it."""
    value, answer = reading.value, reading.answer
    if unknown := reading.unknown:
        plain = answer.removeprefix(unknown).removeprefix(" =").lstrip()
        shown = as_set(replace(reading, answer=plain), settings)
        return f"{unknown} {shown}" if shown.startswith("≈") else f"{unknown} = {shown}"
    if value is None or isinstance(value, bool) or not -LARGEST < value < LARGEST:
        return answer
    mixed, sign, plain = _parted(answer)
    if settings.decimals is not None and not (isinstance(value, Fraction) and value.denominator == 1):
        sign, plain = rounded(value, settings.decimals)
    if mixed and settings.fractions:
        return f"{mixed} {sign} {plain}"
    return plain if sign == "=" else f"≈ {plain}"


def rounded(value: Fraction | Decimal, decimals: int) -> tuple[str, str]:
    """(`=` or `≈`, a number with at most so many decimals).

    >>> rounded(Fraction(1, 7), 3), rounded(Fraction(5, 2), 3)
    (('≈', '0.143'), ('=', '2.5'))
    """
    exact = (
        value if isinstance(value, Decimal) else _EXACT.divide(Decimal(value.numerator), value.denominator)
    )
    short = exact.quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    text = f"{short:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "=" if Fraction(short) == value else "≈", "0" if text == "-0" else text


def _parted(answer: str) -> tuple[str, str, str]:
    """An answer as (fraction, sign, decimal): `3 1/7 ≈ 3.142857`, `1/4 = 0.25`, `≈ 1.414`, `46`."""
    for sign in ("≈", "="):
        mixed, found, plain = answer.partition(sign)
        if found:
            return mixed.strip(), sign, plain.strip()
    return "", "=", answer


class Rounding:
    """The commands that change how answers are shown; `changed` shows them anew."""

    def __init__(
        self, settings: Settings, say: Callable[[str], object], changed: Callable[[], object]
    ) -> None:
        """Work on `settings`."""
        self._settings = settings
        self._say = say
        self._changed = changed

    def choices(self) -> list[Choice]:
        """How many decimals can be asked for."""
        now = self._settings.decimals
        return [Choice(_name(n).capitalize(), lambda n=n: self.set(n), n == now) for n in OFFERED]  # type: ignore[misc]

    def set(self, decimals: int | None) -> None:
        """Show answers with so many decimals, None: as many as it takes."""
        self._settings.decimals = decimals
        self._say(f"Answers with {_name(decimals)}")
        self._changed()

    def next(self) -> None:
        """Go to the next of the choices, from the last to the first."""
        now = self._settings.decimals
        place = OFFERED.index(now) if now in OFFERED else 0
        self.set(OFFERED[(place + 1) % len(OFFERED)])

    def toggle_fractions(self) -> None:
        """Show fractions as fractions too, or as decimals alone."""
        self._settings.fractions = not self._settings.fractions
        self._say(f"Answers {'with' if self._settings.fractions else 'without'} fractions")
        self._changed()

    def toggle_writing(self) -> None:
        """Show answers to ink in a handwritten look, or in type."""
        self._settings.written = not self._settings.written
        self._say(f"Answers {'by hand' if self._settings.written else 'in type'}")
        self._changed()


def _name(decimals: int | None) -> str:
    if decimals is None:
        return "as many decimals as it takes"
    return "whole numbers" if decimals == 0 else f"{decimals} decimal{'s' * (decimals != 1)}"
