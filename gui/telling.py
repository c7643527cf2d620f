"""What is said of a reading: its answer as it is shown and as it is copied, and which symbols are doubtful."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwcalc.reader import Reading

_FALSE = re.compile(r"✗ false: \S+ is (?!not )((?:(?! is ).)+)")
SURE = 0.85  # a symbol less sure than this is marked when its reading is doubtful


def shown_answer(reading: Reading, answer: str | None = None) -> str:
    """The answer as it stands after the ink, with a `=` where the ink has none; '' when there is none.

    `answer` is what to show for the value; by default what the reading says.
    """
    answer = reading.answer if answer is None else answer
    if not answer or answer == reading.text:
        return ""
    if isinstance(reading.value, bool):
        return f"✓ {answer}" if reading.value else f"✗ {answer}"
    stands_alone = reading.unknown or reading.text.rstrip().endswith("=") or answer.startswith("≈")
    return answer if reading.value is None or stands_alone else f"= {answer}"


def brief_answer(shown: str) -> str:
    """A shown answer to an equation in little room: `✗ 46` of `✗ false: 12+34 is 46`."""
    if found := _FALSE.fullmatch(shown):
        return f"✗ {found[1]}"
    return shown[0] if shown[:1] in ("✓", "✗") else shown


def copied_answer(reading: Reading) -> str:
    """The answer as other programs take it: `3.142857` of `3 1/7 ≈ 3.142857`, `0.25` of `1/4 = 0.25`."""
    if not is_number(reading):
        return reading.answer
    return reading.answer.replace("=", "≈").rpartition("≈")[2].strip()


def doubtful_symbols(reading: Reading) -> list[int]:
    """The numbers of the symbols to mark: the unsure ones, at least one, of a doubtful reading."""
    if not reading.doubtful or not reading.symbols:
        return []
    sure = [s.confidence for s in reading.symbols]
    return [i for i, c in enumerate(sure) if c < SURE] or [sure.index(min(sure))]


def is_number(reading: Reading) -> bool:
    """Is its value a number?"""
    return reading.value is not None and not isinstance(reading.value, bool)
