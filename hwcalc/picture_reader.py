"""read(): run the stages on a picture of one expression, to a `Reading`.

In flows whatever `picture_file` opens; out flows a reading, turned to where it reads best and looked at again where it
is doubtful. What the expression says is up to `reader`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from . import page
from .ink import ReadError
from .reader import DOUBTFUL, Fixed, Reading, Source, read_source, source_of

if TYPE_CHECKING:
    from .picture import Writing

_SURE_OF_TURN = 0.98
"""A picture that reads at least this well is not turned."""

_BY_A_QUARTER, _BY_HALF, _BY_CUTS = 1.0, 3.0, 2.5
"""How much higher the log-odds of the one expression of a picture must be when it is turned: 9+68 is 89+6 upside
down; and how much for each symbol more that is cut off another one then, as + and 7 off a 4. Of 68 photographs and 130
drawn lines that are read as they stand, all still are; upside down 83 % are instead of 39, on their side 88 % instead
of 68."""

_AGAIN = 0.7
"""By how much the log-odds of what was read at a second look are lowered: one of two may well be sure of itself."""

_LEFT_OUT = 0.8
"""What the confidence of one of several ways to read a picture is multiplied by for each piece that it leaves out, when
they are compared: without its points a number reads well too."""


def read(source: Any, *, fixed: Fixed | None = None, digits: bool = False) -> Reading:
    """Read one expression from a picture.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image, or uint8 array (h, w) or (h, w, 3)
    fixed : mapping of frozenset of piece numbers to label, optional
        As in `read_ink`, with the numbers of the picture's pieces that `Symbol.strokes` gave.
    digits : bool
        As in `read_ink`.

    Raises
    ------
    ReadError
        It is not a picture, cannot be opened, is too large, or no ink is found in it.
    """
    # OpenCV takes a tenth of a second to import, and pen strokes do not need it
    from .picture import writing
    from .picture_file import open_picture

    return known(surest(writing(open_picture(source)), digits), fixed)


def known(reading: Reading, fixed: Fixed | None) -> Reading:
    """A reading, read again if something is known of it."""
    return read_source(replace(source_of(reading), fixed=fixed)) if fixed else reading


def surest(found: Writing, digits: bool) -> Reading:
    """The one expression in a picture, looked at again while it is doubtful."""
    from .picture import second_looks

    best = _upright(found, digits)
    for look in second_looks(found) if best.doubtful else ():
        with suppress(ReadError):
            best = max(best, at_second_look(_upright(look, digits)), key=attrgetter("confidence"))
        if not best.doubtful:
            break
    return best


def at_second_look(reading: Reading) -> Reading:
    """What was read at a second look, less sure by `_AGAIN`."""
    confidence = float(1 / (1 + np.exp(_AGAIN - _log_odds(reading.confidence))))
    return replace(reading, confidence=confidence, doubtful=reading.doubtful or confidence < DOUBTFUL)


def _upright(found: Writing, digits: bool) -> Reading:
    """The one expression in a picture, turned to where it reads best if it reads badly as it stands."""
    best = as_it_stands = _leveled(found, 0.0, digits)
    if as_it_stands.confidence < _SURE_OF_TURN:
        box = source_of(best).ink.box
        lies = box.width > box.height
        enough = _log_odds(as_it_stands.confidence) + (_BY_HALF if lies else _BY_A_QUARTER)
        for degrees in (180.0,) if lies else (90.0, 270.0):
            turned = _leveled(found, degrees, digits)
            surer = turned.confidence > max(best.confidence, DOUBTFUL)
            cuts = max(0, _cuts(turned) - _cuts(as_it_stands))
            if surer and _log_odds(turned.confidence) > enough + _BY_CUTS * cuts:
                best = turned
    return best


def _cuts(reading: Reading) -> int:
    """How many symbols of a picture were cut off others."""
    strokes = source_of(reading).ink.strokes
    parts = [{strokes[i].component for i in symbol.strokes} for symbol in reading.symbols]
    return sum(map(len, parts)) - len(set().union(*parts))


def _log_odds(confidence: float) -> float:
    return float(np.log((confidence + 1e-12) / (1 - confidence + 1e-12)))


def _leveled(found: Writing, degrees: float, digits: bool) -> Reading:
    """The expression in a picture turned clockwise: of its ink as it stands and made level what reads better."""
    from .picture import inks

    ways = []
    for ink in inks(found, degrees):
        one = page.one_expression(ink)
        lacking = page.lacks(one, page.left_out(ink, [one]))
        reading = read_source(Source(one, digits=digits, incomplete=lacking))
        if page.loses_a_point(ink, one):
            reading = replace(reading, doubtful=True)
        ways.append((reading, reading.confidence * _LEFT_OUT ** (len(ink.strokes) - len(one.strokes))))
    return max(ways, key=itemgetter(1))[0]
