"""What people call symbols in tables, folders and ink files, and the labels that hwcalc has for them."""

from __future__ import annotations

import re

from . import datasets

_NAMES = {
    "×": "* x times mul multiply multiplication product \\times",
    "÷": ": div divide division divided obelus \\div",
    "+": "plus add addition",
    "-": "− – minus sub subtract subtraction dash",
    "/": "slash solidus forward_slash",
    "=": "eq equal equals",
    "(": "lparen leftparen left_parenthesis open_parenthesis \\(",
    ")": "rparen rightparen right_parenthesis close_parenthesis \\)",
    ".": ", dot point period comma decimal decimal_point",
    "√": "sqrt root \\sqrt",
    "%": "percent per_cent \\%",
    "0": "zero",
    "1": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
}
_LABEL = {name: label for label, names in _NAMES.items() for name in names.split()}


def label_of(name: str) -> str | None:
    """The label that `name` stands for, None if for none: '7', '7.0', 'seven' and 'times', '*', '\\times'."""
    name = name.strip().lower()
    label = _LABEL.get(name, name)
    if re.fullmatch(r"\d\.0+", label):  # digits that were floats once
        label = label[0]
    return label if len(label) == 1 and label in datasets.LABELS else None


def known() -> str:
    """The labels in a few words, for messages."""
    return f"the labels are {' '.join(datasets.LABELS)}, or their names such as plus, minus, times, div"
