"""Where in a scenario file a place of a message stands: "levers[1].dose" is a line that an editor shows."""

from __future__ import annotations

import re
from typing import Final

_PLACE: Final = re.compile(r"^([A-Za-z_]\w*)(?:\[(\d+)\])?(?:\.([A-Za-z_]\w*))?")
_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")


def with_line(problem: str, text: str) -> str:
    """A problem with the line of the file that it is about, where the file itself says it.

    Args:
        problem: as `problems_of` words it, its place first ("levers[1].dose: ...").
        text: of the file.
    """
    line = line_of(problem, text)
    return problem if line is None else f"{problem} (line {line})"


def line_of(problem: str, text: str) -> int | None:
    """The line, from 1, of the place that a problem begins with; None where the file does not hold it.

    Tables are followed as they are usually written, `[run]` and `[[levers]]`; inline tables are not.
    """
    place = _PLACE.match(problem)
    if place is None:
        return None
    table, entry, key = place[1], place[2], place[3]
    rows = text.splitlines()
    if entry is None and key is None:
        return _line_of_key(table, rows, 0)
    wanted, seen = f"[[{table}]]" if entry is not None else f"[{table}]", 0
    for number, row in enumerate(rows, 1):
        header = _HEADER.match(row)
        if header is None or f"{header[1]}{header[2]}{']' * len(header[1])}" != wanted:
            continue
        if seen == int(entry or 0):
            return (_line_of_key(key, rows, number) or number) if key is not None else number
        seen += 1
    return None


def _line_of_key(key: str, rows: list[str], start: int) -> int | None:
    """The line of `key = ...` from row `start` on, before the next table."""
    for number, row in enumerate(rows[start:], start + 1):
        if _HEADER.match(row):
            return None
        if re.match(rf"\s*{re.escape(key)}\s*[=.]", row):
            return number
    return None
