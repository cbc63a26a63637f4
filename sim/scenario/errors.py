"""What is wrong with a scenario, said once and in full."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sim.behaviours.sources import numbered_alike


class ScenarioError(ValueError):
    """A scenario that cannot be used: where, what was found, and how to mend it.

    Attributes:
        where: the file, bundled name or other origin of the scenario; "" if unknown.
        problems: one sentence a problem, each naming its place inside the scenario.
    """

    def __init__(self, problems: str | Sequence[str], *, where: str = "") -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        self.where = where
        super().__init__(self._text())

    def _text(self) -> str:
        head = f"{self.where}: " if self.where else ""
        if len(self.problems) == 1:
            return f"{head}{self.problems[0]}"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        return f"{head}{len(self.problems)} problems{lines}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.problems, self.where))


def _rebuild(problems: tuple[str, ...], where: str) -> ScenarioError:
    return ScenarioError(problems, where=where)


def nearest(name: str, valid: Iterable[str]) -> str:
    """Advice for a name that is not known: `"; did you mean 'dose'?"`, or the list where it is short, or "".

    Upper and lower case, blanks, hyphens and underscores are not told apart.
    """
    options = list(dict.fromkeys(valid))
    plain = {_plain(option): option for option in options}
    if (meant := numbered_alike(name, options)) is not None:
        return f"; did you mean '{meant}'?"
    close = get_close_matches(_plain(name), list(plain), n=2, cutoff=0.55)
    if close:
        return "; did you mean " + " or ".join(f"'{plain[match]}'" for match in close) + "?"
    if 0 < len(options) <= 12:
        return "; valid here: " + ", ".join(options)
    return ""


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def shown(value: object, width: int = 60) -> str:
    """A value as it is quoted in a message: short, on one line."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"
