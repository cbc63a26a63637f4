"""Tables of `ripple decide` on the screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_WIDE: Final = 44  # letters of a text before it goes on in the next line


def shown(name: str, table: pd.DataFrame, titles: Mapping[str, str], currency: str) -> str:
    """A table as text, columns side by side."""
    from sim.report.answer_tables import readable

    return _laid_out(*readable(name, table, titles, currency))


def _laid_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; nothing is cut off: what is long goes on in the next line."""
    cells = [[textwrap.wrap(text, _WIDE) or [""] for text in row] for row in (head, *rows)]
    widths = [max(len(line) for row in cells for line in row[k]) for k in range(len(head))]
    lines = []
    for row in cells:
        for at in range(max(len(lines_of) for lines_of in row)):
            parts = [one[at] if at < len(one) else "" for one in row]
            lines.append("  ".join(f"{part:<{width}}" for part, width in zip(parts, widths)).rstrip())
    return "\n".join(lines)
