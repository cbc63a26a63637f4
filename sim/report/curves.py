"""Curves over time: how many practise, by level, and how far one plan lies above another.

Every function takes pandas frames and gives a `Drawn`.  Columns are named in each docstring; shares are on 0–1,
times in years from the start of the plans.  `names` maps scenario names to titles, in the order of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.report.canvas import (
    GREY,
    INK,
    LINES,
    PALETTE,
    Drawn,
    drawn,
    percent_axis,
    signed_points,
    wrapped,
    years_axis,
)

LEVEL_WORDS: Final = {
    "executive": "Executives",
    "manager": "Managers",
    "employee": "Employees",
    "learning_leader": "Learning leaders",
    "community": "Outsiders",
}


def colours(names: Sequence[str], usual: str | None = None) -> dict[str, str]:
    """A colour a scenario, business as usual in grey."""
    others = [name for name in names if name != usual]
    found = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(others)}
    return {name: GREY if name == usual else found[name] for name in names}


def line_styles(names: Sequence[str]) -> dict[str, object]:
    """A line style a scenario: colour is never the only difference."""
    return {name: LINES[number % len(LINES)] for number, name in enumerate(names)}


def adoption_curves(
    bands: pd.DataFrame,
    runs: pd.DataFrame,
    names: Mapping[str, str],
    *,
    contents: str,
    usual: str | None = None,
    small_print: str = "",
    key: str = "adoption",
    title: str = "How many people practise learning, over time",
) -> Drawn:
    """Share practising over time: one panel a scenario, with median, 50 and 90 % bands and some single runs.

    Args:
        bands: scenario, years, median, low50, high50, low90, high90.
        runs: scenario, run, years, value; single runs.
        contents: what the bands contain, in words.
        usual: the scenario that is business as usual; its median is shown in every panel.
    """
    order = [name for name in names if (bands["scenario"] == name).any()]
    tint, horizon = colours(order, usual), float(bands["years"].max())
    top = max(0.1, float(bands["high90"].max()), float(runs["value"].max()) if len(runs) else 0.0) * 1.06

    def paint(figure: Figure) -> None:
        columns = 1 if len(order) == 1 else 2
        rows = -(-len(order) // columns)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for number, axes in enumerate(grid.flat):
            if number >= len(order):
                axes.set_visible(False)
                continue
            name = order[number]
            _curve_panel(axes, bands, runs, name, tint[name])
            if usual is not None and usual != name and usual in order:
                rows_usual = bands[bands["scenario"] == usual]
                axes.plot(rows_usual["years"], rows_usual["median"], color=GREY, lw=1.2, ls=LINES[2])
            axes.set_title(
                wrapped(names[name], 31 if columns == 2 else 62, 3),
                color=tint[name] if name != usual else INK,
            )
            axes.set_ylim(0.0, min(1.0, top))
            percent_axis(axes)
            axes.set_ylim(0.0, min(1.0, top))
            years_axis(axes, horizon)
            lowest = number >= len(order) - columns
            axes.tick_params(labelbottom=lowest)
            if not lowest:
                axes.set_xlabel("")
        grid[0, 0].set_ylabel("share practising")
        _curve_legend(figure, usual if usual in order and len(order) > 1 else None)

    count = len(order)
    height = 3.5 if count <= 2 else 1.2 + 2.1 * -(-count // 2)
    if any(len(names[name]) > 60 for name in order):  # titles of three lines
        height += 0.2 * -(-count // 2)
    last = bands[bands["years"] == bands["years"].max()].set_index("scenario")
    alt = "Curves of the share practising. At the end, median and 90 % band: " + "; ".join(
        f"{names[name]} {_range(last.loc[name, 'median'], last.loc[name, 'low90'], last.loc[name, 'high90'])}"
        for name in order
    )
    caption = (
        f"Line: median. Dark band: the middle half of runs; light band: nine runs in ten. Thin lines: single runs. "
        f"The bands contain {contents}."
    )
    return drawn(
        key,
        title, alt + ".", caption, paint,
        height=height, small_print=small_print,
    )  # fmt: skip


def _curve_panel(axes: Axes, bands: pd.DataFrame, runs: pd.DataFrame, name: str, tint: str) -> None:
    rows = bands[bands["scenario"] == name]
    axes.fill_between(rows["years"], rows["low90"], rows["high90"], color=tint, alpha=0.16, lw=0)
    axes.fill_between(rows["years"], rows["low50"], rows["high50"], color=tint, alpha=0.28, lw=0)
    for _, run in runs[runs["scenario"] == name].groupby("run", sort=True):
        axes.plot(run["years"], run["value"], color=tint, lw=0.55, alpha=0.65)
    axes.plot(rows["years"], rows["median"], color=tint, lw=2.2)


def _curve_legend(figure: Figure, usual: str | None) -> None:
    from matplotlib.lines import Line2D

    handles: list[object] = [
        Line2D([], [], color=INK, lw=2.2, label="median"),
        Patch(color=INK, alpha=0.35, lw=0, label="50 % band"),
        Patch(color=INK, alpha=0.14, lw=0, label="90 % band"),
        Line2D([], [], color=INK, lw=0.6, label="single runs"),
    ]
    if usual is not None:
        handles.append(Line2D([], [], color=GREY, lw=1.2, ls=LINES[2], label="business as usual"))
    figure.legend(handles=handles, loc="outside upper left", ncols=5, handlelength=1.6, columnspacing=1.2)


def by_level(
    bands: pd.DataFrame,
    names: Mapping[str, str],
    *,
    contents: str,
    usual: str | None = None,
    small_print: str = "",
) -> Drawn:
    """Small multiples: one panel a level, same axes, one line a scenario.

    Args:
        bands: scenario, level, years, median, low90, high90.
    """
    order = [name for name in names if (bands["scenario"] == name).any()]
    levels, banded = _levels_in_order(bands["level"]), len(order) <= 2
    tint, dash, horizon = colours(order, usual), line_styles(order), float(bands["years"].max())

    def paint(figure: Figure) -> None:
        columns = min(3, len(levels))
        rows = -(-len(levels) // columns)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for number, axes in enumerate(grid.flat):
            if number >= len(levels):
                axes.set_visible(False)
                continue
            for name in order:
                part = bands[(bands["scenario"] == name) & (bands["level"] == levels[number])]
                if banded:
                    axes.fill_between(
                        part["years"], part["low90"], part["high90"], color=tint[name], alpha=0.12, lw=0
                    )
                axes.plot(part["years"], part["median"], color=tint[name], ls=dash[name], label=names[name])
            axes.set_title(level_title(levels[number]))
            years_axis(axes, horizon)
            axes.set_xlabel("years" if horizon > 1.5 else "months")
        percent_axis(
            grid[0, 0]
        )  # shared by all panels; set once all are drawn, or the first would decide the limit
        grid[0, 0].set_ylabel("share practising")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(
            handles, [wrapped(label, 34, 3) for label in labels], loc="outside upper left",
            ncols=2 if len(order) > 1 else 1, handlelength=2.4,
        )  # fmt: skip

    last = bands[bands["years"] == bands["years"].max()]
    parts = []
    for level in levels:
        row = last[last["level"] == level].set_index("scenario")["median"]
        shares = ", ".join(f"{names[name]} {100 * row[name]:.0f} %" for name in order if name in row.index)
        parts.append(f"{level_title(level)}: {shares}")
    return drawn(
        "levels",
        "Where it takes hold: the same curves by level",
        "One panel a level with a line a scenario. Median share practising at the end. "
        + "; ".join(parts)
        + ".",
        f"Line: median{'; band: nine runs in ten' if banded else ''}, with {contents}. Small groups swing more.",
        paint,
        height=2.9
        + 0.14
        * (max(0, len(order) - 2) + sum(wrapped(names[name], 34, 3).count("\n") for name in order[::2])),
        small_print=small_print,
    )


def level_title(level: str) -> str:
    """A level, or several that are shown together, in words: "Executives and managers"."""
    words = [LEVEL_WORDS.get(part, part) for part in level.split(" and ")]
    return " and ".join([words[0], *(word.lower() for word in words[1:])])


def _levels_in_order(levels: pd.Series[str]) -> list[str]:
    order = list(LEVEL_WORDS)
    found = sorted(set(levels))
    return sorted(
        found,
        key=lambda level: order.index(level.split(" and ")[0]) if level.split(" and ")[0] in order else 99,
    )


def difference_over_time(
    bands: pd.DataFrame,
    names: Mapping[str, str],
    base: str,
    *,
    contents: str,
    usual: str | None = None,
    small_print: str = "",
) -> Drawn:
    """Paired difference against the first scenario over time, with 50 and 90 % bands.

    Args:
        bands: scenario, years, median, low50, high50, low90, high90 of the difference in share.
    """
    order = [name for name in names if (bands["scenario"] == name).any()]
    tint, horizon = colours(list(names), usual), float(bands["years"].max())
    bottom, top = float(bands["low90"].min()), float(bands["high90"].max())
    room = max(0.01, 0.06 * (max(top, 0.0) - min(bottom, 0.0)))

    def paint(figure: Figure) -> None:
        grid = figure.subplots(len(order), 1, sharex=True, sharey=True, squeeze=False)
        for axes, name in zip(grid[:, 0], order):
            rows = bands[bands["scenario"] == name]
            axes.axhline(0.0, color=INK, lw=0.9)
            axes.fill_between(
                rows["years"], rows["low90"], rows["high90"], color=tint[name], alpha=0.16, lw=0
            )
            axes.fill_between(
                rows["years"], rows["low50"], rows["high50"], color=tint[name], alpha=0.28, lw=0
            )
            axes.plot(rows["years"], rows["median"], color=tint[name], lw=2.2)
            axes.set_title(wrapped(f"{names[name]} minus {names[base]}", 58, 3))
            axes.yaxis.set_major_formatter(signed_points)
            axes.set_ylim(min(bottom, 0.0) - room, max(top, 0.0) + room)
            axes.set_ylabel("points")
            years_axis(axes, horizon)
            axes.set_xlabel("")
        years_axis(grid[-1, 0], horizon)

    last = bands[bands["years"] == bands["years"].max()].set_index("scenario")
    alt = "; ".join(
        f"{names[name]} against {names[base]}: {100 * last.loc[name, 'median']:+.0f} points "
        f"({100 * last.loc[name, 'low90']:+.0f} to {100 * last.loc[name, 'high90']:+.0f})"
        for name in order
    )
    return drawn(
        "difference",
        "The difference, run by run",
        f"Paired difference in the share practising over time. At the end: {alt}.",
        f"Both plans live through the same luck, so each run is compared with its own twin. Above the line more people "
        f"practise than under “{names[base]}”. Line: median; bands: the middle half and nine in ten, with {contents}.",
        paint,
        height=1.1 + 1.75 * len(order) + 0.13 * sum(len(names[name]) > 40 for name in order),
        small_print=small_print,
    )


def _range(middle: float, low: float, high: float) -> str:
    return f"{100 * middle:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
