"""The one error of this room: something about an organisation that cannot be used, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class OrganizationError(ValueError):
    """An organisation, or a file that describes one, cannot be used; the message says where and how to mend
    it.  Lines of sheets are called rows, as spreadsheets do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(re.sub(r"(, sheet '[^']*'), line (\d)", r"\1, row \2", message))


def attempt(read: Callable[[], Found], faults: list[str]) -> Found | None:
    """What `read` returns; None where it cannot be read, with the complaint kept, so that those of several files come
    together.
    """
    try:
        return read()
    except OrganizationError as problem:
        faults.append(str(problem))
        return None
