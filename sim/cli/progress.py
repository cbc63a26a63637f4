"""How far an experiment is: a bar with the time left on a terminal, now and then a plain line without one."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import click

from sim.cli.faults import BadInput

if TYPE_CHECKING:
    from sim.experiments import Progress as Told

_EVERY: Final = 10.0  # seconds between plain lines


class Progress:
    """Shows runs done of runs planned on standard error; hand `told` to the experiment.

    Args:
        quiet: show nothing at all.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        if not self._quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )
            from rich.progress import Progress as Rich

            self._bar = Rich(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
                TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(compact=True),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task("running", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def told(self, now: Told) -> None:
        """How far it is now, from whoever runs the experiment."""
        if self._quiet:
            return
        if self._bar is not None:
            running = now.stage == "running"
            self._bar.update(
                self._task, description=now.stage, completed=now.done, total=now.total if running else None
            )
            return
        at = time.monotonic()
        if at - self._last < _EVERY:
            return
        self._last = at
        left = f", about {_span(now.eta)} left" if now.eta else ""
        click.echo(f"{now.stage}: {now.done} of {now.total} runs after {_span(now.seconds)}{left}", err=True)


def _span(seconds: float) -> str:
    """A stretch of time: "40 s", "3 min", "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def logged(told: Callable[[Told], None], log: Path | None) -> Callable[[Told], None]:
    """Progress to the screen and, at most once a second and at every new stage, to a file.

    Raises:
        BadInput: the file cannot be written.
    """
    if log is None:
        return told
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as problem:
        raise BadInput(f"--log {log}: {problem.strerror or problem}; give another file") from None
    last: list[Any] = [0.0, ""]

    def both(now: Told) -> None:
        told(now)
        at = time.monotonic()
        if now.stage == last[1] and at - last[0] < 1.0 and now.done < now.total:
            return
        last[:] = [at, now.stage]
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "stage": now.stage, "done": now.done,
            "total": now.total, "failed": now.failed, "seconds": round(now.seconds, 1),
        }  # fmt: skip
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    return both
