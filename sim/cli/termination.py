"""SIGTERM, as a cluster sends it at the walltime, ends a command the way Ctrl-C does: work is kept, locks are let go."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

EXIT_CODE: Final = 128 + signal.SIGTERM
ECHO: Final = 2.0  # seconds


class Termination:
    """Whether SIGTERM came.  It interrupts; its echoes (`timeout` sends it twice) do not disturb the tidying."""

    def __init__(self) -> None:
        self._last: float | None = None

    @property
    def came(self) -> bool:
        """Whether it came at all."""
        return self._last is not None

    def __call__(self, *_: Any) -> None:
        """What the operating system calls.

        Raises:
            KeyboardInterrupt: unless another came just before.
        """
        now = time.monotonic()
        echo = self._last is not None and now - self._last < ECHO
        if not echo:
            self._last = now
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
