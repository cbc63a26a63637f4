"""Pictures of answers: drawn from their tables, so that picture, table and sentence hold the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from sim.report import answer_bars as bars
from sim.report import answer_lines as lines
from sim.report.answers import Answer
from sim.report.canvas import Drawn

_Painter = Callable[[pd.DataFrame, Answer], Drawn | None]
_PAINTERS: Final[dict[tuple[str, str], _Painter]] = {
    ("regret", "cells"): bars.draw_regret,
    ("contribution", "waterfall"): bars.draw_waterfall,
    ("contribution", "cost_curve"): bars.draw_cost_curve,
    ("budget", "front"): lines.draw_front,
    ("budget", "by_budget"): lines.draw_by_budget,
    ("start", "ways"): bars.draw_ways,
    ("last", "curve"): lines.draw_lasting,
    ("tip", "branches"): lines.draw_tipping,
    ("dies", "groups"): bars.draw_groups,
    ("flip", "curve"): lines.draw_flip,
    ("promises", "promises"): bars.draw_promises,
    ("kept", "observed"): bars.draw_promises,
}


def drawings(answer: Answer) -> list[Drawn]:
    """The pictures of an answer, in the order in which they are looked at."""
    found = []
    for name, table in answer.tables.items():
        painter = _PAINTERS.get((answer.tool, name))
        if painter is not None and len(table):
            drawing = painter(table, answer)
            if drawing is not None:
                found.append(drawing)
    return found
