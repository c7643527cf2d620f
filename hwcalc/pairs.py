"""Training one against one: packed samples of all classes go in, the solution of each pair of classes comes out.

Problem ─┬─▶ Task of a pair ──────solve_pair──┬─▶ Solution     `Watch` carries progress and the wish to stop
         └─▶ Batch of small pairs ─solve_batch─┘
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._svm import WIDTH, PairSolver, RowPool, centre_of, pack, panel_order, solve_small

Array = NDArray[Any]
Callback = Callable[[tuple[Any, Any], int, float, int], object]

JOINING = 64  # violators that join the active set in a pass, at most
SHARE = 0.4  # and only those that violate by this share of the gap: the others are often gone after the pass
STAGES = (1 / 16, 1 / 4, 1)  # parts of the samples that are solved in turn
FIRST_STAGE = 512  # samples that make a stage worth while
EARLY_GAP = 0.1  # where an early stage stops
STEPS_AT_ONCE = 50_000  # SMO steps between two looks at Ctrl-C, a fraction of a second
BATCH = 1024  # pairs in a batch, at most


class StoppedError(Exception):
    """A worker noticed that the training was called off."""


@dataclass(frozen=True)
class Task:
    """One pair of classes to train: its number, panel ranges of both, settings, and where to start."""

    number: int
    pair: tuple[int, int]
    first: tuple[int, int]
    second: tuple[int, int]
    kernel: dict[str, Any]
    tol: float
    max_steps: int
    cache_bytes: float
    start: tuple[Array, Array] | None = None  # lanes and their dual variables y_i a_i


@dataclass(frozen=True)
class Batch:
    """Pairs of classes of one panel each to train: their numbers (m,), their panels (m, 2), and settings."""

    numbers: Array
    panels: Array
    kernel: dict[str, Any]
    tol: float
    max_steps: int


@dataclass(frozen=True)
class Solution:
    """What training some pairs gave: the number of each (m,), its intercept and how it went.

    Support vectors come one pair after the other: which pair's, their lanes, their y_i a_i.
    """

    numbers: Array
    intercept: Array
    objective: Array
    steps: Array
    passes: Array
    gap: Array
    owner: Array
    lanes: Array
    dual: Array

    def _taken(self, chosen: Array, entries: Array) -> Solution:
        arrays = [getattr(self, each.name) for each in fields(self)]
        return Solution(*(each[chosen] for each in arrays[:-3]), *(each[entries] for each in arrays[-3:]))

    def of(self, chosen: Array) -> Solution:
        """The solution of some of the pairs, (m,) bool."""
        return self._taken(chosen, np.isin(self.owner, self.numbers[chosen]))

    @classmethod
    def of_all(cls, parts: Sequence[Solution]) -> Solution:
        """One solution of the pairs of all, in the order of their numbers."""
        whole = cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))
        return whole._taken(np.argsort(whole.numbers), np.argsort(whole.owner, kind="stable"))


def panels_in_stages(task: Task) -> tuple[Array, Array, list[int]]:
    """The pair's panels in the order they come in, the sign of each, and how many each stage has."""
    sizes = [stop - start for start, stop in (task.first, task.second)]
    staged = task.start is None and sum(sizes) * WIDTH * STAGES[0] >= FIRST_STAGE
    panels, signs, ends, done = [], [], [], [0, 0]
    for part in STAGES if staged else (1,):
        for side, (start, _) in enumerate((task.first, task.second)):
            upto = max(1, round(sizes[side] * part))
            panels.append(np.arange(start + done[side], start + upto))
            signs.append(np.full(upto - done[side], 1.0 - 2.0 * side))
            done[side] = upto
        ends.append(sum(done))
    return np.concatenate(panels).astype(np.intp), np.concatenate(signs), ends


def most_members(cache_bytes: float, length: int) -> int:
    """Members whose kernel rows of `length` floats and Gram matrix (while it grows) fit into cache_bytes."""
    floats = cache_bytes / 4
    return max(4 * JOINING, int((math.sqrt(length * length + 20 * floats) - length) / 10))


def solve_pair(
    panels: Array,
    squares: Array,
    lanes: Array,
    cost: Array,
    given: Array | None,
    task: Task,
    pool: RowPool | None = None,
    watch: Callable[[Task, int, float, int], None] | None = None,
) -> Solution:
    """Train one pair of classes on the packed samples; `cost` holds C of each lane.

    `watch` hears of the pair, passes, gap and support vectors after each pass, and may raise to stop.
    """
    order, sign, ends = panels_in_stages(task)
    lane = (WIDTH * order[:, None] + np.arange(WIDTH)).ravel()
    pool = pool or RowPool(len(lane))
    most = most_members(task.cache_bytes, len(lane))
    sample = None if given is None else lanes[lane]
    solver = PairSolver(
        panels, squares, order, sign, cost[lane], pool, **task.kernel, given=given, sample=sample
    )
    passes = 0
    try:
        for end in ends:
            last = end == ends[-1]
            solver.extend(end)
            if task.start is not None:
                warm_start(solver, lane, task.start, most)
            for made in converge(solver, task, most, last, passes):
                passes = made
                if watch:
                    watch(task, passes, solver.gap, len(solver.support()))
            if not last:
                solver.keep(solver.support())
        dual = np.asarray(solver.beta)
        used = np.flatnonzero(dual)
        return Solution(
            np.array([task.number]),
            np.array([solver.intercept()]),
            np.array([solver.dual_objective()]),
            np.array([solver.steps]),
            np.array([passes]),
            np.array([solver.gap]),
            np.full(len(used), task.number),
            lane[used],
            dual[used],
        )
    finally:
        solver.close()


def solve_batch(
    panels: Array,
    squares: Array,
    lanes: Array,
    cost: Array,
    given: Array | None,
    batch: Batch,
    pool: RowPool | None = None,
    watch: Watch | None = None,
) -> Solution:
    """Train small pairs, each for as long as between two looks at Ctrl-C at most; their gap tells if that will do."""
    if watch:
        watch.look()
    most = min(batch.max_steps, STEPS_AT_ONCE)
    b, r, extremes, steps = solve_small(
        panels,
        squares,
        lanes,
        cost,
        given,
        batch.panels,
        batch.tol,
        most,
        pool or RowPool(2 * WIDTH),
        **batch.kernel,
    )
    bound = cost.reshape(-1, WIDTH)[batch.panels].reshape(b.shape)
    unbound = (b != 0) & (np.abs(b) < bound)
    free = unbound.sum(axis=1)
    mean = np.where(unbound, r, 0).sum(axis=1) / np.maximum(free, 1)
    pair, column = np.nonzero(b)
    return Solution(
        batch.numbers,
        np.where(free, mean, extremes.mean(axis=1)),
        0.5 * (np.abs(b) + b * r).sum(axis=1),
        steps,
        np.zeros_like(steps),
        extremes[:, 0] - extremes[:, 1],
        batch.numbers[pair],
        WIDTH * batch.panels[pair, column // WIDTH] + column % WIDTH,
        b[pair, column],
    )


def warm_start(solver: PairSolver, lane: Array, start: tuple[Array, Array], most: int) -> None:
    """Let the dual variables of an earlier solution join, as many at a time as fit."""
    column = np.argsort(lane)[np.searchsorted(np.sort(lane), start[0])]
    for at in range(0, len(column), JOINING):
        if solver.size + JOINING > most:
            solver.load()
            solver.keep(solver.useful(most // 2))
        solver.warm(column[at : at + JOINING].astype(np.intp), start[1][at : at + JOINING])


def converge(solver: PairSolver, task: Task, most: int, last: bool, passes: int) -> Iterator[int]:
    """Passes over the samples until the gap is closed; yields their number now and then."""
    goal = task.tol if last else max(task.tol, EARLY_GAP)
    while solver.gap > goal and solver.steps < task.max_steps:
        if solver.size + JOINING > most:
            if not last:
                return  # what an early stage would drop, later stages could not account for
            solver.load()
            solver.keep(solver.useful(most // 2))  # before violators are chosen: these may be among them
        joining, before = solver.violators(JOINING, SHARE), solver.steps
        solver.join(joining)
        solver.load()
        aim = max(0.1 * solver.gap, 0.5 * goal)
        while not solver.optimise(aim, min(STEPS_AT_ONCE, task.max_steps - solver.steps)):
            yield passes
            if solver.steps >= task.max_steps:
                break
        solver.store()
        passes += 1
        yield passes
        if (solver.stalled or solver.steps == before) and not len(joining):
            return  # rounding is all that is left of the gap


class Watch:
    """Carries the callback and the wish to stop between the threads of one training."""

    def __init__(self, callback: Callback | None, classes: Array) -> None:
        self.callback, self.classes = callback, classes
        self.stop, self.lock = threading.Event(), threading.Lock()

    def look(self) -> None:
        """Raise `StoppedError` where the training was called off."""
        if self.stop.is_set():
            raise StoppedError

    def __call__(self, task: Task, passes: int, gap: float, n_support: int) -> None:
        """Tell how far a pair is; raises `StoppedError` where the training was called off."""
        self.look()
        if self.callback is not None:
            i, j = task.pair
            with self.lock:
                self.callback((self.classes[i], self.classes[j]), passes, gap, n_support)


@dataclass
class Problem:
    """Packed samples of all classes, less their centre, and the pairs to train on them."""

    panels: Array
    squares: Array
    lanes: Array
    first: Array
    given: Array | None
    centre: Array

    @classmethod
    def of(cls, X: Array, target: Array, n_classes: int, kernel: str) -> Problem:
        """Pack X, or only number its samples if it is a precomputed kernel matrix.

        The samples of a class are shuffled, so that a stage is a fair part of them; always in the same
        way, so that the same data give the same machine.
        """
        random = np.random.default_rng(0)
        order = np.concatenate([random.permutation(np.flatnonzero(target == c)) for c in range(n_classes)])
        lanes, first = panel_order(np.bincount(target, minlength=n_classes), order)
        if kernel == "precomputed":
            empty = np.zeros((len(lanes) // WIDTH, 0, WIDTH), np.float32)
            return cls(
                empty,
                np.zeros((len(empty), WIDTH), np.float32),
                lanes,
                first,
                X.astype(np.float32, copy=False),
                np.zeros(0),
            )
        centre = centre_of(X, kernel)
        return cls(*pack(X, lanes, centre), lanes, first, None, centre)

    def pairs(self) -> Array:
        """(0, 1), (0, 2), ... in the order of LIBSVM, (pairs, 2)."""
        return np.stack(np.triu_indices(len(self.first) - 1, 1), axis=1)

    def range_of(self, c: int) -> tuple[int, int]:
        """The panels of class c, (from, to)."""
        return int(self.first[c]), int(self.first[c + 1])

    def length(self) -> int:
        """Lanes of the largest pair."""
        return int(WIDTH * np.sort(np.diff(self.first))[-2:].sum())


def feasible(start: tuple[Array, Array] | None, lane_of: Array, cost: Array) -> tuple[Array, Array] | None:
    """Dual variables of an earlier solution as lanes and values that satisfy today's constraints.

    Values beyond C_i are cut, then the heavier class is scaled down until the sum is zero again.
    """
    if start is None:
        return None
    known = start[0] < len(lane_of)
    lanes, value = lane_of[start[0][known]], start[1][known]
    value = np.sign(value) * np.minimum(np.abs(value), cost[lanes])
    up, down = value[value > 0].sum(), -value[value < 0].sum()
    if up == 0 or down == 0:
        return None
    value = np.where(value > 0, value * min(1, down / up), value * min(1, up / down))
    used = value != 0
    return lanes[used], value[used]
