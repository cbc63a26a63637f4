"""The three lines of a brief: default baseline, my baseline, plan."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.brief_words import LINES
from sim.report.canvas import GREY, PALETTE, Drawn, drawn, percent_axis, years_axis

# Width, colour, dashes: told apart without colour, and where one lies on another.
_LOOKS: Final = {
    "default": (3.6, "#B8C0C8", "-"),
    "mine": (1.5, GREY, (0, (4, 1.6))),
    "plan": (2.4, PALETTE[0], "-"),
}


def three_lines(curves: pd.DataFrame, *, contents: str, small_print: str = "") -> Drawn:
    """Median share practising of the plan with its 90 % band, and of both baselines.

    Args:
        curves: scenario ("plan", "mine", "default"), years, median, low90, high90.
        contents: what the band contains, in words.
    """
    there = [name for name in _LOOKS if (curves["scenario"] == name).any()]
    horizon = float(curves["years"].max())
    top = max(0.1, float(curves["high90"].max())) * 1.06

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        for name in there:
            rows = curves[curves["scenario"] == name]
            width, colour, dash = _LOOKS[name]
            if name == "plan":
                axes.fill_between(
                    rows["years"], rows["low90"], rows["high90"], color=colour, alpha=0.15, lw=0
                )
            axes.plot(rows["years"], rows["median"], lw=width, color=colour, ls=dash, label=LINES[name])
        percent_axis(axes)
        axes.set_ylim(0.0, min(1.0, top) if top < 1.1 else top)
        years_axis(axes, horizon)
        axes.tick_params(labelsize=9.5)
        axes.xaxis.label.set_fontsize(9.5)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(
            handles[::-1], labels[::-1], loc="outside upper left", ncols=3, handlelength=2.2, fontsize=9.5
        )

    ends = curves[curves["years"] == horizon].set_index("scenario")["median"]
    alt = "; ".join(
        f"{LINES[name]} {100 * float(ends[name]):.0f} %" for name in reversed(there) if name in ends
    )
    return drawn(
        "three_lines",
        "Default baseline, my baseline, plan",
        f"Share practising over time. Median at the end: {alt}.",
        f"Lines: median. Band: nine runs in ten of the plan, with {contents}.",
        paint,
        height=2.75,
        small_print=small_print,
    )
