"""What can go wrong with many runs, in one sentence each."""

from __future__ import annotations

from pathlib import Path


class ExperimentError(ValueError):
    """An experiment that cannot be planned: what was asked, why not, how to mend it."""


class StoreError(ExperimentError):
    """A results folder that cannot be used or written: which, what was found, how to mend it."""


class WorkerDied(ExperimentError):
    """Worker processes ended abruptly, again and again."""


class ExperimentInterrupted(KeyboardInterrupt):
    """Ctrl-C; everything finished is on disk.

    Attributes:
        folder: where; the same call again goes on from here.
        done, total: runs finished and planned.
    """

    def __init__(self, folder: Path, done: int, total: int) -> None:
        self.folder, self.done, self.total = folder, done, total
        super().__init__(
            f"interrupted after {done} of {total} runs; the same command again goes on from {folder}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.folder, self.done, self.total))
