"""SIGTERM, as a cluster sends it at the walltime, ends a command the way Ctrl-C does: work is kept, locks are let go."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

EXIT_CODE = 128 + signal.SIGTERM


class Termination:
    """Whether SIGTERM came; the first one interrupts, later ones change nothing while things are put in order."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, *_: Any) -> None:
        """What the operating system calls.

        Raises:
            KeyboardInterrupt: always.
        """
        self.came = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt


@contextlib.contextmanager
def termination_interrupts() -> Iterator[Termination]:
    """Take SIGTERM as an interruption; not where somebody else handles it, or outside the main thread."""
    termination = Termination()
    ours = threading.current_thread() is threading.main_thread()
    ours = ours and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, termination)
    try:
        yield termination
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
