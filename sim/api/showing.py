"""How far it is: a bar in a notebook, now and then a line elsewhere if asked for, and nothing else ever printed."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sim.arguments import said
from sim.experiments import ExperimentError, Progress

Listener = Callable[[Progress], None]
Shown = bool | Listener | None  # None: in notebooks only; True: everywhere; False: nowhere; or a function

_BAR_EVERY: Final = 0.2  # seconds between two looks of a bar
_LINE_EVERY: Final = 10.0  # and between two lines
_FIRST: Final = 1.0  # what is done within a second needs no bar


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs us."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def listening(shown: Shown) -> Iterator[Listener | None]:
    """A listener for the runner; what it shows is taken away at the end, however it ends.

    Raises:
        ExperimentError: neither True, False, None nor a function.
    """
    if shown is not None and not isinstance(shown, bool) and not callable(shown):
        raise ExperimentError(f"progress is {said(shown)}: give True, False, None or a function")
    if callable(shown):
        yield shown
    elif shown is not False and in_notebook():
        bar = _Bar()
        try:
            yield bar
        finally:
            bar.close()
    elif shown:
        yield _Lines()
    else:
        yield None


class _Bar:
    """One line of HTML in the output of a cell."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._last = time.monotonic() + _FIRST - _BAR_EVERY

    def __call__(self, now: Progress) -> None:
        at = time.monotonic()
        if at - self._last < _BAR_EVERY:
            return
        self._last = at
        from IPython.display import HTML, display

        picture = HTML(bar_html(now))
        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)

    def close(self) -> None:
        """Take the bar away."""
        if self._handle is not None:
            from IPython.display import HTML

            self._handle.update(HTML(""))


class _Lines:
    """A line on standard error every ten seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        at = time.monotonic()
        if at - self._last >= _LINE_EVERY:
            self._last = at
            print(in_words(now), file=sys.stderr, flush=True)


def bar_html(now: Progress) -> str:
    """The bar of a notebook; it only shows that something goes on while business as usual is looked for."""
    counting = now.total > 0 and now.stage != "business as usual"
    full = f'value="{now.done}" max="{now.total}"' if counting else ""
    return f'<progress {full} style="width: 20em"></progress> {html.escape(in_words(now))}'


def in_words(now: Progress) -> str:
    """Stage, how many are done of those planned, failures, and the time left where known."""
    failed = f", {now.failed} failed" if now.failed else ""
    left = f", about {now.eta:.0f} s left" if now.eta else ""
    return f"{now.stage}: {now.done} of {now.total} done{failed} after {now.seconds:.0f} s{left}"
