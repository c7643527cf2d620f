"""A thread, or a few, that do the slow work in order, and hand results back on the event thread.

In flow jobs (functions without arguments), out flow calls of `done(result)` or `failed(error)`. A job
with a `key` drops the waiting jobs with that key, and a finished job whose key was asked for again is
stale: its result is dropped.

Python's garbage collector rests while the thread works: started there it would free Tk's fonts and images
from the wrong thread, which Tcl answers by waiting for ever.
"""

from __future__ import annotations

import gc
import queue
import sys
import threading
import tkinter as tk
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, ClassVar

POLL_MS = 1  # how often finished jobs are looked for while there are any
NAME = "hwcalc-worker"  # of the threads
CLOSE_SECONDS = 2.0  # how long the end of the program waits for a job that runs, or for those to be finished


class _Rest:
    """Lets the garbage collector rest while any worker works."""

    _working: ClassVar[set[Worker]] = set()

    @classmethod
    def begin(cls, worker: Worker) -> None:
        cls._working.add(worker)
        gc.disable()

    @classmethod
    def end(cls, worker: Worker) -> None:
        cls._working.discard(worker)
        if not cls._working:
            gc.enable()


@dataclass(frozen=True, eq=False)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    key: str | None


class Worker:
    """Threads, mostly one, beside the event loop of `widget`."""

    def __init__(self, widget: tk.Misc, threads: int = 1) -> None:
        """Start the threads."""
        self._widget = widget
        self._waiting: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._finished: queue.SimpleQueue[tuple[_Job, Any, Exception | None]] = queue.SimpleQueue()
        self._newest: dict[str, _Job] = {}
        self._open = 0
        self._polling: str | None = None
        self._closed = False
        # The threads compute in Python too: without this a pen event would wait 5 ms for the interpreter.
        sys.setswitchinterval(0.0002)
        self._threads = [threading.Thread(target=self._run, name=NAME, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """True while a job waits or runs."""
        return self._open > 0

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        key: str | None = None,
    ) -> None:
        """Run `work` in a thread; then `done` or `failed` in the event loop, unless stale."""
        job = _Job(work, done, failed, key)
        _Rest.begin(self)
        with self._wake:
            if key is not None:
                waiting = [j for j in self._waiting if j.key != key]
                self._open -= len(self._waiting) - len(waiting)
                self._waiting = deque(waiting)
                self._newest[key] = job
            self._waiting.append(job)
            self._open += 1
            self._wake.notify()
        if self._polling is None:
            self._polling = self._widget.after(POLL_MS, self._poll)

    def finish(self) -> None:
        """Do what waits and hand it back, if that does not take long."""
        deadline = monotonic() + CLOSE_SECONDS
        while self._open and monotonic() < deadline:
            self._poll()
            sleep(POLL_MS / 1000)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Stop after the running jobs, each is waited for so long; results that come later are dropped."""
        self._closed = True
        if self._polling is not None:
            self._widget.after_cancel(self._polling)
            self._polling = None
        with self._wake:
            self._waiting.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(seconds)
        self._open = 0
        if not any(thread.is_alive() for thread in self._threads):  # else the program ends while it works
            _Rest.end(self)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting:
                    if self._closed:
                        return
                    self._wake.wait()
                job = self._waiting.popleft()
            try:
                self._finished.put((job, job.work(), None))
            except Exception as error:
                self._finished.put((job, None, error))

    def _poll(self) -> None:
        self._polling = None
        try:
            while True:
                try:
                    job, result, error = self._finished.get_nowait()
                except queue.Empty:
                    break
                self._open -= 1
                if job.key is not None and self._newest.get(job.key) is not job:
                    continue
                if error is None:
                    job.done(result)
                else:
                    job.failed(error)
        finally:  # a callback that raises must not end the polling
            if self._open == 0:
                _Rest.end(self)
            elif not self._closed and self._polling is None:
                self._polling = self._widget.after(POLL_MS, self._poll)
