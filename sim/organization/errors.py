"""The one error of this room: something about an organisation that cannot be used, and how to mend it."""

from __future__ import annotations

import re


class OrganizationError(ValueError):
    """An organisation, or a file that describes one, cannot be used; the message says where and how to mend
    it.  Lines of sheets are called rows, as spreadsheets do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(re.sub(r"(, sheet '[^']*'), line (\d)", r"\1, row \2", message))
