"""The figure by level shows every curve whole, whichever panel it is in."""

from __future__ import annotations

import pandas as pd

from sim.report.curves import by_level


def test_the_axis_reaches_the_highest_curve_of_any_level() -> None:
    rows = [
        {"scenario": "a", "level": level, "years": years, "median": share, "low90": 0.0, "high90": share}
        for level, top in (("executive", 0.1), ("employee", 0.9))
        for years, share in ((0.0, 0.05), (3.0, top))
    ]
    drawing = by_level(pd.DataFrame(rows), {"a": "A"}, contents="luck")
    panels = [panel for panel in drawing.figure.axes if panel.get_visible()]
    assert len(panels) == 2
    for panel in panels:
        low, high = panel.get_ylim()
        assert low == 0.0 and high >= 0.9
