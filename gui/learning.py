"""Learning the user's hand: corrections kept as samples if the user wants, and a classifier that learns from them.

In flow corrections of the sheet; out flow samples and a model file in the user's data folder, and the reader is told
to read with it. Undoing brings back what was read with before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hwcalc.gui.live import explained
from hwcalc.gui.parts import Parts
from hwcalc.gui.sheet import CORRECTION, Correction, Edit
from hwcalc.gui.worker import Worker
from hwcalc.ink import FloatArray
from hwcalc.layout import EMPTY_BOX, LETTER
from hwcalc.samples import Sample, Samples

if TYPE_CHECKING:
    from hwcalc.personal import Learnt

OFFER = "Corrected. Ctrl+K keeps what you correct, to learn your hand"
NO_BETTER = "That is no better, so nothing has changed. Correct more, or delete samples that are wrong."
POLL_MS = 50  # how often progress is shown


class StoppedError(Exception):
    """The user does not want to wait any longer."""


class Learning:
    """What was kept and what was learnt; `listeners` are called when anything of it changed.

    `share` is how much of the learning is done, None when nothing is being learnt; `told` is what came of it.
    """

    def __init__(self, parts: Parts, folder: Path | None, read_again: Callable[[], None]) -> None:
        """Keep samples and model in `folder`; `read_again` reads the sheet with what was learnt."""
        self._parts = parts
        self._folder = folder
        self._read_again = read_again
        self.samples = Samples(folder / "samples.jsonl") if folder is not None else None
        self.listeners: list[Callable[[], object]] = []
        self.share: float | None = None
        self.told = ""
        self._stop = False
        self._offered = False
        self._worker: Worker | None = None
        self._kept: dict[int, Sample] = {}  # by the number of its correction on the sheet
        self._wanted: set[int] = set()  # the numbers of the corrections that were said while they were kept
        self._newest = -1  # number on the sheet
        parts.sheet.listeners.append(self._edited)

    @property
    def model(self) -> Path | None:
        """The file of what was learnt; None where nothing was."""
        path = self._folder / "model.npz" if self._folder is not None else None
        return path if path is not None and path.exists() else None

    def use(self) -> None:
        """Read with what was learnt; where it cannot be used any more, say so. Runs in the worker."""
        if self.model is not None:
            self._parts.engine.use(self.model)

    # Samples

    def refresh(self) -> None:
        """Follow what other windows kept and deleted."""
        if self.samples is not None:
            before = self.samples.all
            self.samples.refresh()
            if self.samples.all != before:
                self.told = ""
        self._changed()

    def delete(self, numbers: Iterable[int]) -> None:
        """Delete samples."""
        self._change(lambda samples: samples.remove(numbers))

    def keep_corrections(self, on: bool) -> None:
        """Keep corrections from now on, or do not; what was kept stays until it is deleted."""
        self._parts.settings.keep = on
        self._parts.status.say(
            "Corrections are kept, on this computer only" if on else "Corrections are not kept"
        )
        self._changed()

    def _edited(self, edit: Edit) -> None:
        """Corrections are kept, if the user wants that; those that were undone or said anew are not."""
        newest, self._newest = self._newest, max(self._newest, *edit.after, -1)
        if self.samples is None or edit.name != CORRECTION:
            return
        if self._parts.settings.keep:
            self._wanted |= {number for number in edit.after if number > newest}
        wrong = [self._kept.pop(number) for number in edit.before if number in self._kept]
        if wrong:
            self.delete(number for number, sample in enumerate(self.samples.all) if sample in wrong)
        strokes = self._parts.sheet.strokes()
        for number, said in edit.after.items():
            if isinstance(said, Correction) and said.picture is None:
                ink = [strokes[n].points[:, :2] for n in sorted(said.parts) if n in strokes]
                self._keep(number, ink, said.label)

    def _keep(self, number: int, ink: Sequence[FloatArray], label: str) -> None:
        """An x is learnt as ×; a box is not learnt, its form tells it."""
        if self.samples is None or label in ("", EMPTY_BOX) or not ink:
            return
        if not self._parts.settings.keep:
            if not self._offered:
                self._offered = True
                self._parts.root.after_idle(self._parts.status.say, OFFER)
            return
        if number not in self._wanted:
            return
        self._change(lambda samples: samples.add("×" if label == LETTER else label, ink))
        self._kept[number] = self.samples.all[-1]

    def _change(self, change: Callable[[Samples], object]) -> None:
        assert self.samples is not None
        self.told = ""  # of other samples
        try:
            change(self.samples)
        except OSError as error:
            self._parts.status.warn(f"Samples cannot be kept: {error.strerror or error}")
        self._changed()

    # Learning

    def learn(self) -> None:
        """Learn from the samples, in a thread of its own: meanwhile the sheet is still read."""
        if self.samples is None or self._folder is None or self.share is not None:
            return
        self.samples.refresh()
        engine, samples, new = self._parts.engine, self.samples.all, self._folder / "new.npz"

        def work() -> Learnt:
            learnt = engine.learn(samples, self._passed)
            if learnt.better:
                learnt.classifier.save(new)  # to a new file: on a full disk the old one stays
                self._passed(1.0)  # the user may have given up meanwhile
            return learnt

        self.share, self.told, self._stop = 0.0, "", False
        self._worker = Worker(self._parts.root)
        self._worker.submit(work, partial(self._learnt, new), self._failed)
        self._parts.root.after(POLL_MS, self._show_progress)
        self._changed()

    def stop(self) -> None:
        """Give up learning; nothing changes."""
        self._stop = True

    def undo(self) -> None:
        """Read as before the last time that something was learnt."""
        if self._folder is None or self.model is None:
            self._parts.status.say("Nothing was learnt yet")
            return
        before = self._folder / "before.npz"
        try:
            if before.exists():
                before.replace(self.model)
            else:
                self.model.unlink()
        except OSError as error:
            self._parts.status.warn(f"This cannot be undone: {error.strerror or error}")
            return
        self.told = "Undone: read as before."
        self._parts.status.say(self.told)  # the panel may be hidden
        self._read_with(self.model)

    def close(self) -> None:
        """The program ends."""
        self.stop()
        if self._worker is not None:
            self._worker.close()

    def _passed(self, share: float) -> None:
        if self._stop:
            raise StoppedError
        self.share = share

    def _show_progress(self) -> None:
        if self.share is not None:
            self._changed()
            self._parts.root.after(POLL_MS, self._show_progress)

    def _learnt(self, new: Path, learnt: Learnt) -> None:
        """Read with what was learnt, which is in the file `new`, if it reads what was held back better."""
        told = f"Samples held back: {learnt.held}. Read right before: {learnt.before}, now: {learnt.after}."
        if not learnt.better:
            self.told = f"{told} {NO_BETTER}"
            self._finished()
            return
        path = new.with_name("model.npz")
        try:
            if path.exists():
                path.replace(new.with_name("before.npz"))
            new.replace(path)
        except OSError as error:
            self._failed(error)
            return
        self.told = told
        self._read_with(path)
        self._finished()

    def _read_with(self, path: Path | None) -> None:
        engine, status = self._parts.engine, self._parts.status
        self._parts.worker.submit(
            lambda: engine.use(path), lambda _: self._read_again(), lambda e: status.warn(explained(e))
        )
        self._changed()

    def _failed(self, error: Exception) -> None:
        self.told = "Stopped: nothing has changed." if isinstance(error, StoppedError) else explained(error)
        self._finished()

    def _finished(self) -> None:
        if self._worker is not None:
            self._worker.close()
        self._worker = self.share = None
        self._changed()

    def _changed(self) -> None:
        for listener in self.listeners:
            listener()
