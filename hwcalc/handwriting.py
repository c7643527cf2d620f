"""A synthetic hand: it writes glyphs as one person would, each a little differently.

In flow a seed and labels; out flow pen strokes in em (the height of a digit is about 1), x right, y down, the
baseline at y = 0. The way of a stroke: the nodes of a shape (glyph_shapes.py) → moved by the habits of the
hand and by chance → a curve → rounded corners → tremor → the points that a pen would report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .curves import reported, rounded, spaced, spline
from .glyph_shapes import SHAPES, Path, Shape
from .ink import FloatArray

LABELS = tuple(SHAPES)
"""What a hand can write: `0`-`9 + - × · ÷ / = ( ) . , √ % □`."""

AXIS = -0.45
"""Where operators and fraction bars are centred, in em above the baseline."""

_DOTS = ("point", "tick", "ring", "blob")
_STEP = 0.012  # em between the points of a curve before the pen samples it
_BASELINE_LABELS = frozenset("0123456789.,√%")  # these grow from the baseline, all others about the axis

# How far one writer's symbol departs from the usual size, in log units across and up: standard deviations,
# after UNIPEN's writers.
_SIZE_SPREAD = {
    "-": (0.30, 0.10),
    "=": (0.25, 0.22),
    "÷": (0.20, 0.15),
    "+": (0.20, 0.18),
    "×": (0.20, 0.18),
    "/": (0.25, 0.15),
    "(": (0.25, 0.14),
    ")": (0.25, 0.14),
    ",": (0.30, 0.25),
    "%": (0.15, 0.10),
}
_DIGIT_SPREAD = (0.14, 0.07)
_GLYPH_SIZE = np.array([0.08, 0.06])  # the same, of one glyph against the next


@dataclass(frozen=True)
class Habits:
    """What stays the same in all that one person writes. Lengths are in em, angles in radians.

    Parameters
    ----------
    slant : float
        Shear to the right per em of height.
    aspect, turn, size : float
        Width of all glyphs relative to the usual, rotation of all, size of operators relative to digits.
    wobble, looseness : float
        Standard deviation of a node of the shapes: of this writer, and of one glyph against the next.
    angularity : float
        0 draws curves, 1 draws polygons.
    roundness : float
        How much corners are smoothed away.
    tremor : float
        Amplitude of the shaking of the pen.
    overshoot, overshoot_spread : float
        How far strokes go on beyond their ends.
    hook : float
        Probability that the pen leaves a little hook where it comes down or lifts.
    density, slowing : float
        Points per em that the pen reports, and how much more it reports in bends.
    grid : float
        Step of the tablet, 0 when it is too fine to see.
    faithful : float
        Probability that a glyph takes the preferred shape of this writer.
    reverse : float
        Probability that a symbol is drawn with its strokes the other way round.
    dot : str
        How dots are made: "point", "tick", "ring" or "blob".
    drift, unevenness, gap, kerning : float
        Of lines: slope of the baseline, spread of the size of glyphs, the space between them, and whether
        that is kept between their boxes (0) or their ink (1).
    """

    slant: float
    aspect: float
    turn: float
    size: float
    wobble: float
    looseness: float
    angularity: float
    roundness: float
    tremor: float
    overshoot: float
    overshoot_spread: float
    hook: float
    density: float
    slowing: float
    grid: float
    faithful: float
    reverse: float
    dot: str
    drift: float
    unevenness: float
    gap: float
    kerning: float

    @classmethod
    def draw(cls, rng: np.random.Generator, sloppiness: float = 1.0) -> Habits:
        """Habits of someone met by chance, or of someone who writes more neatly; see `Hand`."""
        some = sloppiness
        return cls(
            slant=rng.normal(0.10, 0.18 * some),
            aspect=np.exp(rng.normal(0.0, 0.16 * some)),
            turn=rng.normal(0.0, 0.05 * some),
            size=np.exp(rng.normal(0.0, 0.12 * some)),
            wobble=rng.uniform(0.02, 0.055) * some,
            looseness=rng.uniform(0.01, 0.045) * some,
            angularity=rng.beta(0.7, 2.0) * some,
            roundness=rng.uniform(0.004, 0.045),
            tremor=0.006 * np.exp(rng.normal(0.0, 0.6)) * some,
            overshoot=rng.normal(0.0, 0.03 * some),
            overshoot_spread=rng.uniform(0.01, 0.05) * some,
            hook=0.4 * rng.beta(0.6, 2.0) * some,
            density=np.exp(rng.uniform(np.log(9.0), np.log(60.0))),
            slowing=rng.uniform(0.0, 2.0),
            grid=0.0 if rng.random() < 0.7 else rng.uniform(0.005, 0.03) * some,
            faithful=rng.uniform(0.6, 1.0),
            reverse=0.15 * rng.beta(0.5, 2.0),
            dot=rng.choice(_DOTS, p=[0.3, 0.35, 0.15, 0.2]),
            drift=rng.normal(0.0, 0.03 * some),
            unevenness=rng.uniform(0.02, 0.09) * some,
            gap=np.exp(rng.normal(np.log(0.25), 0.4)),
            kerning=rng.uniform(0.0, 0.8),
        )


@dataclass(frozen=True, eq=False)
class _Form:
    """What one hand makes of one shape, every time: the persistent part of its departure from the norm."""

    shape: Shape
    offsets: tuple[FloatArray, ...]
    wobbles: tuple[FloatArray, ...]
    order: tuple[int, ...]


class Hand:
    """One synthetic writer.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        Two hands of one seed write the same glyphs when asked for the same labels in the same order.
    sloppiness : float
        How far the hand departs from the shapes: 1 as people write, 0 like a copybook. A neat hand still has
        its own choice of shapes, dots, stroke order and gaps.
    shapes : mapping of label to shapes
        What it can write; `LABELS`, unless others are given.

    Attributes
    ----------
    habits : Habits
    rng : numpy.random.Generator
        What chance does to the next glyph.
    """

    def __init__(
        self,
        seed: int | np.random.Generator,
        sloppiness: float = 1.0,
        shapes: Mapping[str, tuple[Shape, ...]] = SHAPES,
    ) -> None:
        """Draw the habits of a writer."""
        self._key = int(np.random.default_rng(seed).integers(2**62))
        self._sloppiness, self._shapes = sloppiness, shapes
        self._labels = list(shapes)
        self.rng = np.random.default_rng(self._key)
        self.habits = Habits.draw(np.random.default_rng([self._key, 0]), sloppiness)
        self._forms: dict[tuple[str, int], _Form] = {}
        self._styles: dict[str, _Style] = {}

    def glyph(self, label: str) -> list[FloatArray]:
        """Write one symbol.

        Parameters
        ----------
        label : str
            One of its shapes.

        Returns
        -------
        list of float64 (k, 2)
            Its strokes in the order of writing, in em, at their true size and height above the baseline.

        Raises
        ------
        ValueError
            No such label.
        """
        roof = min(np.exp(self.rng.normal(-0.3, 0.7)), 1.8) if label == "√" else None
        return self._draw(label, roof)

    def bar(self, width: float) -> list[FloatArray]:
        """Write a fraction bar, about `width` em wide: a `-` drawn long."""
        return self._draw("-", width)

    def root(self, width: float) -> list[FloatArray]:
        """Write a root sign of common height, its roof over about `width` em."""
        return self._draw("√", width)

    def _draw(self, label: str, width: float | None) -> list[FloatArray]:
        """Write one symbol, a bar or a root as wide as asked."""
        form, style = self._choose(label), self._style(label)
        paths = self._moved(form, style)
        if width is not None:
            width /= style.scale[0]
            paths = [_stretched(p, q, width) for p, q in zip(paths, form.shape.paths, strict=True)]
        strokes = [self._stroke(path) for path in self._placed(paths, style)]
        strokes = [strokes[i] for i in form.order]
        if label != "√" and self.rng.random() < self.habits.reverse:
            strokes = [s[::-1].copy() for s in strokes]
        return strokes

    def _choose(self, label: str) -> _Form:
        """The preferred shape, now and then another."""
        style = self._style(label)
        variant = style.favourite
        if self.rng.random() > self.habits.faithful:
            variant = int(self.rng.choice(len(self._shapes[label]), p=_weights(self._shapes[label])))
        key = (label, variant)
        if key not in self._forms:
            self._forms[key] = self._form(label, variant)
        return self._forms[key]

    def _style(self, label: str) -> _Style:
        if label not in self._shapes:
            raise ValueError(f"no shape for {label!r}: choose from {' '.join(self._labels)}")
        if label not in self._styles:
            rng = np.random.default_rng([self._key, 1, self._labels.index(label)])
            self._styles[label] = _Style.draw(label, self._shapes[label], self.habits, rng, self._sloppiness)
        return self._styles[label]

    def _form(self, label: str, variant: int) -> _Form:
        rng = np.random.default_rng([self._key, 2, self._labels.index(label), variant])
        shape, habits = self._shapes[label][variant], self.habits
        count = len(shape.paths)
        order = rng.permutation(count) if shape.any_order and rng.random() < 0.5 else np.arange(count)
        return _Form(
            shape,
            tuple(rng.normal(0.0, habits.wobble, path.nodes.shape) for path in shape.paths),
            tuple(_wobble(rng, 0.5 * habits.wobble) for _ in shape.paths),
            tuple(int(i) for i in order),
        )

    def _moved(self, form: _Form, style: _Style) -> list[Path]:
        """The paths of a shape with this hand's and this glyph's departures from them."""
        moved, loose = [], self.habits.looseness
        for path, offset, wobble in zip(form.shape.paths, form.offsets, form.wobbles, strict=True):
            nodes = path.nodes + style.ease * (offset + self.rng.normal(0.0, loose, path.nodes.shape))
            wobble = wobble + _wobble(self.rng, loose)
            if not path.is_dot:
                nodes = _lengthened(nodes, self._overshoots())
            moved.append(Path(_turned(nodes, wobble), path.corners))
        return moved

    def _overshoots(self) -> tuple[float, float]:
        first, last = self.rng.normal(self.habits.overshoot, self.habits.overshoot_spread, 2)
        return float(first), float(last)

    def _placed(self, paths: list[Path], style: _Style) -> list[Path]:
        """Size, slant, taper and rotation of the whole glyph."""
        habits, rng, some = self.habits, self.rng, self._sloppiness
        across, up = style.scale * np.exp(rng.normal(0.0, some * _GLYPH_SIZE))
        slant = rng.normal(habits.slant * style.slanted, some * 0.05)
        turn = rng.normal(habits.turn + style.turn, some * 0.035)
        taper, waist = rng.normal(style.taper, some * 0.08), rng.normal(style.waist, some * 0.02)
        nodes = np.concatenate([path.nodes for path in paths])
        x, y = nodes[:, 0] - nodes[:, 0].mean(), nodes[:, 1]
        y = y + waist * np.sin(np.pi * np.clip(y, -1.0, 0.0)) - AXIS
        x = across * x * (1.0 + taper * y) - slant * y
        y = style.anchor + up * (y + AXIS - style.anchor) - AXIS
        cos, sin = np.cos(turn), np.sin(turn)
        nodes = np.column_stack((cos * x - sin * y, sin * x + cos * y + AXIS))
        cuts = np.cumsum([len(path.nodes) for path in paths])[:-1]
        return [Path(own, path.corners) for own, path in zip(np.split(nodes, cuts), paths, strict=True)]

    def _stroke(self, path: Path) -> FloatArray:
        """The points that the pen reports along a path."""
        habits = self.habits
        if path.is_dot:
            points: FloatArray = path.nodes[0] + self._dot()
        else:
            curve = spaced(spline(path.nodes, path.corners, habits.angularity), _STEP)
            curve = rounded(curve, habits.roundness / _STEP) + self._tremor(len(curve))
            points = reported(self._hooked(curve), habits.density, habits.slowing)
        return np.round(points / habits.grid) * habits.grid if habits.grid else points

    def _tremor(self, count: int) -> FloatArray:
        """Shaking of the hand, about one swing in 0.1 em."""
        knots = int(count * _STEP / 0.07) + 2
        noise = self.rng.normal(0.0, self.habits.tremor, (2, knots))
        at, whole = np.linspace(0.0, knots - 1.0, count), np.arange(knots)
        return np.column_stack((np.interp(at, whole, noise[0]), np.interp(at, whole, noise[1])))

    def _hooked(self, curve: FloatArray) -> FloatArray:
        """A short sideways run of the pen where it comes down and where it lifts."""
        for end in (0, -1):
            if self.rng.random() < self.habits.hook:
                inward = curve[min(8, len(curve) - 1) if end == 0 else max(-9, -len(curve))] - curve[end]
                angle = np.arctan2(inward[1], inward[0]) + self.rng.normal(0.0, 0.6)
                tip = curve[end] + self.rng.uniform(0.02, 0.10) * np.array([np.cos(angle), np.sin(angle)])
                hook = np.linspace(tip, curve[end], 5)[:-1]
                curve = np.vstack((hook, curve)) if end == 0 else np.vstack((curve, hook[::-1]))
        return curve

    def _dot(self) -> FloatArray:
        """A dot about the origin."""
        rng = self.rng
        kind = self.habits.dot if rng.random() < 0.8 else rng.choice(_DOTS)
        if kind == "point":
            return np.zeros((rng.integers(1, 4), 2))
        if kind == "tick":
            # mostly down and to the right, but a hurried dot may be a dash in any direction
            way = rng.normal(0.9, 0.9) if rng.random() < 0.6 else rng.uniform(-0.5, np.pi - 0.5)
            reach, bend = rng.uniform(0.01, 0.09), rng.normal(0.0, 0.4)
            t = np.linspace(-1.0, 1.0, rng.integers(3, 7))
            along, aside = reach * t, reach * bend * (1.0 - t * t)
            return np.column_stack(
                (along * np.cos(way) - aside * np.sin(way), along * np.sin(way) + aside * np.cos(way))
            )
        if kind == "ring":
            turns, widest, ragged = rng.uniform(0.9, 1.2), 0.11, 0.2
        else:
            turns, widest, ragged = rng.uniform(1.2, 3.5), 0.08, 0.8
        angles = rng.uniform(0.0, 2 * np.pi) - 2 * np.pi * turns * np.linspace(0.0, 1.0, int(9 * turns))
        radii = rng.uniform(0.03, widest) * rng.uniform(1.0 - ragged, 1.0, len(angles))
        flat = np.exp(rng.normal(0.0, 0.25))
        return np.column_stack((flat * radii * np.cos(angles), radii * np.sin(angles) / flat))


@dataclass(frozen=True, eq=False)
class _Style:
    """How one hand treats one label, whichever shape it takes."""

    favourite: int
    scale: FloatArray
    anchor: float
    slanted: float
    turn: float
    taper: float
    waist: float
    ease: float

    @classmethod
    def draw(
        cls, label: str, shapes: Sequence[Shape], habits: Habits, rng: np.random.Generator, some: float
    ) -> _Style:
        digit = label.isdigit()
        across, up = np.exp(some * rng.normal(0.0, _SIZE_SPREAD.get(label, _DIGIT_SPREAD)))
        if not digit:
            across, up = habits.size * across, habits.size**0.5 * up
        return cls(
            favourite=int(rng.choice(len(shapes), p=_weights(shapes))),
            scale=np.array([habits.aspect * across, up]),
            anchor=0.0 if label in _BASELINE_LABELS else AXIS,
            slanted=1.0 if digit else rng.uniform(0.3, 1.0),
            turn=rng.normal(0.0, 0.03 * some),
            taper=rng.normal(0.0, 0.2 * some),
            waist=rng.normal(0.0, 0.06 * some) if digit else 0.0,
            ease=1.0 if digit or label in "%√" else 0.8,
        )


def _weights(shapes: Sequence[Shape]) -> FloatArray:
    weights: FloatArray = np.array([shape.weight for shape in shapes])
    return np.asarray(weights / weights.sum())


def _wobble(rng: np.random.Generator, spread: float) -> FloatArray:
    """Departure of one stroke from its place: dx, dy, log width, log height, angle."""
    return np.asarray(rng.normal(0.0, spread, 5) * (1.0, 1.0, 3.0, 3.0, 2.0))


def _turned(nodes: FloatArray, wobble: FloatArray) -> FloatArray:
    """Scale and rotate a stroke about its middle and move it."""
    middle = (nodes.min(axis=0) + nodes.max(axis=0)) / 2
    cos, sin = np.cos(wobble[4]), np.sin(wobble[4])
    scaled = (nodes - middle) * np.exp(wobble[2:4])
    return np.asarray(middle + wobble[:2] + scaled @ np.array([[cos, sin], [-sin, cos]]))


def _lengthened(nodes: FloatArray, by: tuple[float, float]) -> FloatArray:
    """Move the ends of a path along it, outwards by `by`."""
    nodes = nodes.copy()
    for end, inner, length in ((0, 1, by[0]), (-1, -2, by[1])):
        way = nodes[end] - nodes[inner]
        nodes[end] += way * max(length / max(float(np.hypot(*way)), 1e-6), -0.5)
    return nodes


def _stretched(path: Path, shape: Path, width: float) -> Path:
    """A bar as wide as asked; of a root the roof alone grows: what follows the first node at the top."""
    high = shape.nodes[:, 1] < -0.95
    if not high.any() and np.ptp(shape.nodes[:, 1]) > 0.5:  # a root's tick, whose roof is another stroke
        return path
    first = int(np.argmax(high)) if high.any() else 0
    nodes, corners = path.nodes.copy(), path.corners
    if first == len(nodes) - 1:
        nodes, corners = np.vstack((nodes, nodes[-1] + (1.0, 0.0))), np.append(corners, False)
        corners[first] = True
    start = nodes[first, 0]
    nodes[first:, 0] = start + (nodes[first:, 0] - start) * width / max(float(np.ptp(nodes[first:, 0])), 1e-6)
    return Path(nodes, corners)


def glyphs(
    labels: Sequence[str],
    n: int,
    seed: int | Sequence[int],
    per_hand: int = 8,
    shapes: Mapping[str, tuple[Shape, ...]] = SHAPES,
) -> tuple[list[list[FloatArray]], npt.NDArray[np.str_]]:
    """A training set of single symbols by many hands.

    Parameters
    ----------
    labels : sequence of str
        They take turns, so that all are equally common.
    n : int
        How many glyphs.
    seed : int or sequence of int
    per_hand : int
        How many glyphs one hand writes before the next takes over.
    shapes : mapping of label to shapes
        What the hands can write.

    Returns
    -------
    strokes : list of n stroke lists, as `Hand.glyph` returns them
    labels : str (n,)
    """
    rng = np.random.default_rng(seed)
    wanted = np.array([labels[i % len(labels)] for i in range(n)])
    rng.shuffle(wanted)
    made: list[list[FloatArray]] = []
    for start in range(0, n, per_hand):
        hand = Hand(rng, shapes=shapes)
        made.extend(_sample(hand, str(label)) for label in wanted[start : start + per_hand])
    return made, wanted


def _sample(hand: Hand, label: str) -> list[FloatArray]:
    """A glyph; every second root as wide as what may stand under it."""
    if label == "√" and hand.rng.random() < 0.5:
        return hand.root(float(np.exp(hand.rng.uniform(np.log(0.3), np.log(3.0)))))
    return hand.glyph(label)
