"""From a picture to ink: even out the light, part ink from paper, drop specks, collect the pieces.

In flows uint8 grey (h, w) or RGB (h, w, 3), out flows an `Ink` whose strokes are connected pieces with
masks, drawn to a scale at which the pen is about five pixels wide:

    grey ─▶ polarity ─▶ darkness ─▶ without rules, dots ─▶ scale to the pen ─▶ binary ─▶ pieces ─▶ cuts ─▶ level
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from .ink import ByteArray, FloatArray, Ink, ReadError, Stroke, piece
from .picture_colours import resized_in_colours, without_highlighters, without_marks
from .picture_cuts import pieces_of
from .picture_dots import without_patterns
from .picture_light import (
    NO_INK,
    PEN_WIDTH,
    binarise,
    dark_on_light,
    even_light,
    ink_levels,
    is_ragged,
    over,
    pen_width,
    resized,
)
from .picture_rules import without_rules
from .picture_skew import skew
from .whole_glyphs import are_whole

# Larger pictures are worked on at this size.
_WORKING_PIXELS = 1_200_000
# Smaller ones are enlarged before anything smooths them: their pen is one or two pixels wide.
_SMALL_PIXELS = 60_000
_SPECK = 0.5  # of the square of the pen's width; a round dot has pi / 4, a dot made by a hand more
_CHIP = 4.0  # of that square, and less, broke off a stroke
_NEAR = 0.8  # widths of the pen from which,
_FOOT = 0.75  # unless it is as far down beside it as a point
_DOT = 0.95, 1.6  # widths of the pen from which and up to which a piece is a dot and no chip, if it fills
_FULL = 0.68  # of its box and is not
_AT = 0.6  # widths of the pen from another
_PAIR = 3.0  # widths of the pen: two dots no longer than this divide that are over each other,
_ASIDE = 1.3  # no more aside than this,
_ROOM = 0.8, 8.0  # and apart by this
_PALE = 0.25, 1.5  # of the height of the writing: the longer side of what a paler pen wrote beside,
_BY, _ABOVE = 1.5, 0.2  # and how far aside, and over or under the rest,
_APART = 6.0  # or anywhere around it, unless
_SLIM = 0.25  # of its length is more than its width
_SPARSE = 0.1  # or of its box more than its ink
_SEVERAL = 3  # heights of a digit: writing that is higher has several lines
_BLOB = 5  # widths of the pen: what is as thick throughout is a table, a finger or a stain
_MOST_PIECES = 4000
_SOFT = 0.35  # widths of the pen; less or more makes fewer strokes whole, but
_RAGGED = 0.5  # of those of chalk: of 210 lines with gaps of many sizes 181 are read, as they stand 63
_KEPT = 0.75  # of the ink must be seen where highlighters are not
_EDGE = 1.5  # pixels from the edge of the picture what is nearer may go on beyond it
_SKEWED = 3.0  # degrees; what is less is read as well as it stands


class Writing(NamedTuple):
    """What stands out from the paper: `ink_of` makes ink of it, turned as one likes.

    Parameters
    ----------
    darkness : uint8 (h, w)
        Of the part of the picture that holds ink, scaled to the pen; 0 is paper.
    faintest : float
        What is lighter is paper.
    to_picture : float64 (2, 3)
        From the pixels of `darkness` to those of the picture.
    size : float64 (2,)
        Width and height of the picture.
    other : Writing, optional
        The same in grey, where this is seen in other colours.
    """

    darkness: ByteArray
    faintest: float
    to_picture: FloatArray
    size: FloatArray
    other: Writing | None = None


def ink_from_picture(image: ByteArray) -> Ink:
    """Find the pen marks in a picture.

    Parameters
    ----------
    image : uint8 (h, w) grey or (h, w, 3) RGB
        Dark on light or light on dark, as from `open_picture`.

    Returns
    -------
    Ink
        Its strokes are connected pieces with masks, from left to right; what is too wide for one glyph is
        cut into several that make it up again. Lines that climb or fall are turned level. `Ink.in_picture`
        leads from the boxes back to pixels of `image`.

    Raises
    ------
    ReadError
        There is no ink, or there are so many pieces that it is not writing.
    """
    return level_ink(writing(image))


def writing(image: ByteArray) -> Writing:
    """What `ink_from_picture` makes ink of; the parameters and errors are the same.

    Where it was highlighted it is seen in colours in which that is paper, unless ink is paper in them too.
    """
    found = _writing(image)
    if image.ndim == 3:
        bare = without_highlighters(image, pen_width=PEN_WIDTH * float(found.to_picture[0, 0]))
        with suppress(ReadError):
            if bare is not None and _amount(seen := _writing(bare)) > _KEPT * _amount(found):
                return seen._replace(other=found)
    return found


def _amount(writing: Writing) -> float:
    """How much ink there is, in pixels of the picture."""
    ink = np.count_nonzero(binarise(writing.darkness, writing.faintest))
    return ink * float(np.abs(np.linalg.det(writing.to_picture[:, :2])))


def _writing(image: ByteArray) -> Writing:
    """What stands out from the paper in grey."""
    grey = _working_grey(image)
    darkness, grain, sheet = even_light(dark_on_light(grey))
    visible = 4 * grain + 4
    darkness = without_patterns(without_rules(darkness, visible, sheet), visible)
    threshold, level = ink_levels(darkness, grain)
    faintest = max(4 * grain, 0.25 * level)
    part, left, top = _around_ink(darkness, threshold, faintest)
    x, y = image.shape[1] / grey.shape[1], image.shape[0] / grey.shape[0]
    part, factor = _scaled_to_pen(part, threshold)
    to_picture = np.array([[x / factor, 0.0, left * x], [0.0, y / factor, top * y]])
    found = Writing(part, faintest, to_picture, np.array(image.shape[1::-1], np.float64))
    return _soft(found, _RAGGED) if is_ragged(binarise(part, faintest)) else found


def _soft(writing: Writing, widths: float) -> Writing:
    """The strokes of chalk, of pencil or of a moved camera made whole, and finer things lost."""
    darkness = cv2.GaussianBlur(writing.darkness, (0, 0), widths * PEN_WIDTH)
    return writing._replace(darkness=np.asarray(darkness, np.uint8))


def second_looks(found: Writing) -> Iterator[Writing]:
    """Other ways to see the ink of a picture, of which `found` is the first, where that reads badly.

    It is seen softer, and what was seen in other colours is seen in grey.
    """
    yield _soft(found, _SOFT)
    if found.other is not None:
        yield found.other


def unmarked(image: ByteArray) -> Iterator[Writing]:
    """A picture without what was marked on it in another colour, if something was."""
    if image.ndim == 2:
        return
    factor = min(1.0, (_WORKING_PIXELS / (image.shape[0] * image.shape[1])) ** 0.5)
    small = resized_in_colours(image, factor)
    with suppress(ReadError):
        bare = without_marks(small)
        if bare is not None:
            look = writing(bare)
            scale = np.array(image.shape[1::-1]) / small.shape[1::-1]
            yield look._replace(to_picture=scale[:, None] * look.to_picture, size=scale * look.size)


def level_ink(writing: Writing, degrees: float = 0.0) -> Ink:
    """The ink of a picture turned clockwise by `degrees`, and then until its lines are level."""
    return inks(writing, degrees)[-1]


def inks(writing: Writing, degrees: float = 0.0) -> list[Ink]:
    """The ink of a picture turned clockwise by `degrees`; a second one if its lines then are not level: made so.

    Of few symbols no one can tell for certain: what stands over a fraction bar is higher than what stands beside.
    """
    ink = ink_of(writing, degrees)
    climb = skew(ink.strokes)
    return [ink] if abs(climb) < _SKEWED else [ink, ink_of(writing, degrees + climb)]


def ink_of(writing: Writing, degrees: float = 0.0) -> Ink:
    """The ink of a picture turned clockwise by `degrees`; see `ink_from_picture`."""
    part, to_picture = writing.darkness, writing.to_picture
    if degrees:
        part, back = _turned(part, degrees)
        to_picture = to_picture[:, :2] @ back
        to_picture[:, 2] += writing.to_picture[:, 2]
    binary = binarise(part, writing.faintest)
    width = pen_width(binary)
    strokes = _pieces(binary, width)
    sides = _sides(strokes, to_picture, writing.size)
    if not sides.any(axis=0).all():  # else the picture was cropped to its ink
        cut_off = set(np.flatnonzero(sides.any(axis=1)).tolist())
        strokes = tuple(replace(s, cut_off=True) if i in cut_off else s for i, s in enumerate(strokes))
    return Ink(strokes, pen_width=width, to_picture=to_picture)


def _sides(strokes: Sequence[Stroke], to_picture: FloatArray, size: FloatArray) -> npt.NDArray[np.bool_]:
    """Which sides of the picture each of n pieces reaches, (n, 4): left, top, right, bottom."""
    room = _EDGE * np.abs(to_picture[:, :2]).sum(axis=1)

    def reached(points: FloatArray) -> npt.NDArray[np.bool_]:
        """The sides that points (..., k, 2) reach, (..., 4)."""
        there = points @ to_picture[:, :2].T + to_picture[:, 2]
        return np.concatenate([there.min(axis=-2) < room, there.max(axis=-2) > size - room], axis=-1)

    boxes = np.array([stroke.box for stroke in strokes])
    found = reached(boxes[:, [[0, 1], [2, 1], [0, 3], [2, 3]]])
    for i in np.flatnonzero(found.any(axis=1)).tolist():
        mask = strokes[i].mask
        if mask is not None:
            found[i] = reached(np.argwhere(mask)[:, ::-1] + 0.5 + boxes[i, :2])
    return found


def _turned(darkness: ByteArray, degrees: float) -> tuple[ByteArray, FloatArray]:
    """A picture turned clockwise on paper that holds all of it, and the map from its pixels back, (2, 3)."""
    height, width = darkness.shape
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    size = np.ceil([abs(cos) * width + abs(sin) * height, abs(sin) * width + abs(cos) * height]).astype(int)
    rotation = np.array([[cos, -sin], [sin, cos]])
    shift = size / 2 - rotation @ (width / 2, height / 2)
    turn = np.column_stack([rotation, shift])
    turned = cv2.warpAffine(darkness, turn, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return np.asarray(turned, np.uint8), np.column_stack([rotation.T, -rotation.T @ shift])


def _working_grey(image: ByteArray) -> ByteArray:
    grey = image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    if grey.size < _SMALL_PIXELS:
        return resized(grey, 2.0)
    factor = (_WORKING_PIXELS / grey.size) ** 0.5
    return resized(grey, factor) if factor < 1 else grey


def _around_ink(darkness: ByteArray, threshold: float, faintest: float) -> tuple[ByteArray, int, int]:
    """The part of the picture that holds ink, with its left and top: often a small part of it.

    What a paler pen wrote beside, or on other lines, belongs to it.
    """
    dark = over(darkness, threshold)
    left, top, width, height = cv2.boundingRect(dark)
    right, bottom = left + width, top + height
    heights = np.sort(_components(dark[top:bottom, left:right])[:, cv2.CC_STAT_HEIGHT])
    digit = int(heights[np.searchsorted(heights.cumsum(), heights.sum() / 2)])
    several = min(width, height) > _SEVERAL * digit
    size = digit if several else max(digit, min(width, height))
    x, y, w, h, area = _components(over(darkness, faintest)).T
    longest = np.maximum(w, h)
    pale = (longest >= _PALE[0] * size) & (longest <= _PALE[1] * size) & (area < longest**2)
    # lines of the paper, and what is left of the edge of a highlighter, are slim or hold little ink
    written = pale & (np.minimum(w, h) > _SLIM * longest) & (area > _SPARSE * w * h)
    before = None
    while before != (left, top, right, bottom):
        before = left, top, right, bottom
        room = np.max([left - x - w, x - right, top - y - h, y - bottom], axis=0)
        near = written & (room < _APART * size)
        if not several:
            on_line = (y > top - _ABOVE * size) & (y + h < bottom + _ABOVE * size)
            near |= pale & on_line & (room < _BY * size)
        left, right = min([left, *x[near]]), max([right, *(x + w)[near]])
        top, bottom = min([top, *y[near]]), max([bottom, *(y + h)[near]])
    left, top = max(0, left - 8), max(0, top - 8)
    return darkness[top : bottom + 8, left : right + 8], left, top


def _components(mask: ByteArray) -> npt.NDArray[np.int32]:
    """The left, top, width, height and area of each connected part of a mask, (n, 5)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(stats[1:], np.int32)  # the first is the paper


def _scaled_to_pen(darkness: ByteArray, threshold: float) -> tuple[ByteArray, float]:
    """Small writing enlarged, so that its pieces are more than a few pixels, and bold writing shrunk.

    Returns the picture and the factor, 1 where it would change little.
    """
    width = pen_width(over(darkness, threshold))
    factor = min(PEN_WIDTH / width, 4.0, (_WORKING_PIXELS / darkness.size) ** 0.5)
    return (darkness, 1.0) if 0.5 < factor < 1.25 else (resized(darkness, factor), factor)


def _pieces(binary: ByteArray, width: float) -> tuple[Stroke, ...]:
    """Connected components from left to right, without specks and blobs; what is not surely one symbol is cut."""
    _, *found, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    labels, stats = (np.asarray(part, np.int32) for part in found)
    keep = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= _SPECK * width**2)
    if not keep.size:
        raise ReadError(NO_INK)
    if keep.size > _MOST_PIECES:
        raise ReadError("the picture is too busy to be handwriting: crop it to the writing")
    components = _mended(labels, stats, keep, width)
    heights = stats[keep, cv2.CC_STAT_HEIGHT]
    height = float(np.median(heights[heights >= 0.5 * np.percentile(heights, 90)]))
    written = [part for part in components if not _is_blob(part[-1], width)]
    whole = are_whole([mask for *_, mask in written], height)
    strokes: list[Stroke] = []
    for i, (left, top, mask) in enumerate(written):
        pieces = mask.astype(np.int32) if whole[i] else pieces_of(mask, width, height)
        strokes += [_cropped(pieces == k, left, top, i) for k in range(1, int(pieces.max()) + 1)]
    if not strokes:
        raise ReadError(NO_INK)
    return tuple(sorted(strokes, key=lambda s: s.box.left))


def _mended(
    labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], keep: npt.NDArray[np.intp], width: float
) -> list[tuple[int, int, ByteArray]]:
    """The components with their left and top, chips a part of what they broke off."""
    whole = {int(i): int(i) for i in keep}
    single = keep[~_paired(stats[keep], width)]
    for i in single[stats[single, cv2.CC_STAT_AREA] < _CHIP * width**2].tolist():
        whole[i] = _broken_off(labels, stats, i, width)
    parts: dict[int, list[int]] = {}
    for i, j in whole.items():
        parts.setdefault(j if whole.get(j) == j else i, []).append(i)
    return [_mask(labels, stats[own], own) for own in parts.values()]


def _paired(stats: npt.NDArray[np.int32], width: float) -> npt.NDArray[np.bool_]:
    """Which of some components are one of two dots over each other, as of a colon."""
    small = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= _PAIR * width
    left, top, w, h = stats[small, : cv2.CC_STAT_AREA].T
    x = left + w / 2
    room = np.abs(top[:, None] - top) - np.where(top[:, None] < top, h[:, None], h)
    over = np.abs(x[:, None] - x) <= _ASIDE * width
    small[small] = (over & (_ROOM[0] * width <= room) & (room <= _ROOM[1] * width)).any(axis=1)
    return small


def _broken_off(labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], chip: int, width: float) -> int:
    """The component that a chip broke off: the only one within a pen's width of it. Else the chip itself.

    A point stands at the foot of what is near it, or over or under a bar.
    """
    left, top, w, h, area = (int(v) for v in stats[chip])
    dot = min(w, h) >= _DOT[0] * width and max(w, h) <= _DOT[1] * width and area >= _FULL * w * h
    reach = round((_AT if dot else _NEAR) * width)
    window = labels[max(0, top - reach) : top + h + reach, max(0, left - reach) : left + w + reach]
    around = (
        cv2.dilate((window == chip).view(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    )
    near = [i for i in np.unique(window[around]).tolist() if i not in (0, chip)]
    if len(near) != 1:
        return chip
    x, y, other_w, other_h, other_area = (int(v) for v in stats[near[0]])
    middle = left + w / 2, top + h / 2
    low = middle[1] > y + _FOOT * other_h and other_h > other_w / 2
    divides = other_w > 2 * other_h and x < middle[0] < x + other_w
    return chip if other_area < 3 * area or low or divides else int(near[0])


def _mask(
    labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], parts: list[int]
) -> tuple[int, int, ByteArray]:
    """Some components as one mask, with its left and top."""
    left, top = stats[:, :2].min(axis=0).tolist()
    right, bottom = (stats[:, :2] + stats[:, 2:4]).max(axis=0).tolist()
    return left, top, np.isin(labels[top:bottom, left:right], parts).view(np.uint8)


def _is_blob(mask: ByteArray, width: float) -> bool:
    """Whether a component is as thick throughout as no pen writes."""
    return int(mask.sum()) > (_BLOB * width) ** 2 and _thickness(mask) > _BLOB * width


def _thickness(mask: ByteArray) -> float:
    """Diameter of the largest disc within a mask, in pixels."""
    return 2.0 * float(cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3).max())


def _cropped(inside: npt.NDArray[np.bool_], left: int, top: int, component: int) -> Stroke:
    mask = np.where(inside, 255, 0).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    return piece(np.ascontiguousarray(mask[y : y + height, x : x + width]), left + x, top + y, component)
