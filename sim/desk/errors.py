"""What is wrong with what the page sent."""

from __future__ import annotations

from collections.abc import Sequence


class DeskError(ValueError):
    """Something that cannot be used, in sentences for the person at the page.

    Attributes:
        problems: one sentence a problem.
        strangers: ties of an import that name somebody who is not among its people.
    """

    def __init__(self, problems: str | Sequence[str], *, strangers: int = 0) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        self.strangers = strangers
        super().__init__("; ".join(self.problems))
