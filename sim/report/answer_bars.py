"""Pictures of answers with rows: cells, bars, dots with ranges, bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.answer_marks import BLUE, ORANGE, ROW, errors_of, numbers, points, points_axis, zero_line
from sim.report.answers import Answer
from sim.report.canvas import GREY, INK, PALETTE, Drawn, clipped, drawn, signed_points, wrapped
from sim.report.wording import amount

_ROWS: Final = 24  # that a picture holds


# --- which plan is still good ---------------------------------------------------------------------------------


def draw_regret(cells: pd.DataFrame, answer: Answer) -> Drawn:
    """Plans by futures: what each falls short of the best plan there, as coloured cells with the number."""
    plans, futures = list(dict.fromkeys(cells["plan"])), list(dict.fromkeys(cells["future"]))
    grid = cells.pivot(index="future", columns="plan", values="regret").reindex(index=futures, columns=plans)
    tied = cells.pivot(index="future", columns="plan", values="tied").reindex(index=futures, columns=plans)
    values = grid.to_numpy(dtype=np.float64)
    worst = values.max(axis=0)
    whole = np.vstack([values, worst])
    top = max(float(np.nanmax(whole)), 1e-9)
    named = [answer.titles.get(str(name), str(name)) for name in plans]

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        axes.grid(visible=False)
        for row in range(len(whole)):
            for column in range(len(plans)):
                value = float(whole[row, column])
                share = value / top if math.isfinite(value) else 0.0
                axes.add_patch(_cell(column, row, share))
                same = row < len(values) and bool(tied.to_numpy()[row, column])
                text = f"{points(value)}{' ≈' if same and value > 0 else ''}"
                bold = "bold" if row == len(values) else "normal"
                axes.text(
                    column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8, weight=bold,
                    color="white" if share > 0.55 else INK,
                )  # fmt: skip
        axes.axhline(len(values), color=INK, lw=1.2)
        axes.set_xlim(0, len(plans))
        axes.set_ylim(len(whole), 0)
        axes.xaxis.tick_top()
        width = max(9, 52 // len(plans))
        axes.set_xticks(
            np.arange(len(plans)) + 0.5, [wrapped(name, width, 3) for name in named], fontsize=7.5
        )
        rows = [clipped(answer.titles.get(str(name), str(name)), 32) for name in futures]
        axes.set_yticks(np.arange(len(whole)) + 0.5, [*rows, "the worst of them"], fontsize=8)
        for spine in axes.spines.values():
            spine.set_visible(False)

    worsts = "; ".join(f"{name} {points(float(value))}" for name, value in zip(named, worst))
    return drawn(
        "regret",
        "What each plan falls short of the best one, if …",
        f"Plans by futures. Points by which each falls short of the best plan there; in its worst future: {worsts}.",
        "Points short of the best plan in that future: the darker the more; 0.0 is the best. ≈: not distinguishable from "
        "the best there.",
        paint,
        height=1.1 + ROW * len(whole),
        small_print="",
    )


def _cell(column: int, row: int, share: float) -> Any:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    deep = np.array(to_rgb("#08519C"))
    return Rectangle(
        (column + 0.02, row + 0.04), 0.96, 0.92, color=tuple(1.0 - (1.0 - deep) * share * 0.95), lw=0
    )


# --- what each lever adds -------------------------------------------------------------------------------------


def draw_waterfall(steps: pd.DataFrame, answer: Answer) -> Drawn:
    """From doing nothing to the plan: each lever alone, then what they do together."""
    begins, change, ends = (numbers(steps, name) for name in ("begins", "change", "ends"))
    last = len(steps) - 1
    titles = {"nothing": "doing nothing", "together": "what they do together", **answer.titles}
    names = [titles.get(str(name), str(name)) for name in steps["step"]]

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        span = float(max(ends.max(), begins.max()))
        for row in range(len(steps)):
            whole = row in (0, last)
            left, width = (0.0, ends[row]) if whole else (min(begins[row], ends[row]), abs(change[row]))
            colour = GREY if whole else BLUE if change[row] >= 0 else ORANGE
            axes.barh(
                row, width, left=left, color=colour, height=0.62, hatch=None if whole or change[row] >= 0 else "////",
                edgecolor="white", lw=0.3,
            )  # fmt: skip
            text = f"{100 * ends[row]:.1f} %" if whole else signed_points(round(change[row], 3))
            axes.text(left + width + 0.012 * span, row, text, va="center", fontsize=8)
            if row < last:
                axes.plot([ends[row]] * 2, [row, row + 1], color=GREY, lw=0.6)
        axes.set_yticks(range(len(steps)), [clipped(name, 34) for name in names])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlim(0.0, 1.16 * span)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")

    told = "; ".join(f"{name} {points(float(x))}" for name, x in zip(names[1:-1], change[1:-1]))
    return drawn(
        "waterfall",
        "From doing nothing to the plan, lever by lever",
        f"From {100 * ends[0]:.1f} % doing nothing to {100 * ends[-1]:.1f} % with the plan, in points: {told}.",
        "Each lever's bar is what it does alone; what they do together beyond that is a step of its own. Blue adds; hatched "
        "orange takes away.",
        paint,
        height=0.75 + ROW * len(steps),
        small_print="",
    )


def draw_cost_curve(levers: pd.DataFrame, answer: Answer) -> Drawn:
    """The culture cost curve: width is what a lever adds, height what a point of it costs, cheapest first."""
    widths, heights = 100 * numbers(levers, "share"), numbers(levers, "cost_per_point")
    left = np.concatenate([[0.0], np.cumsum(widths)[:-1]])
    names = [str(name) for name in levers["lever"]]

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        for k, name in enumerate(names):
            axes.bar(
                left[k], heights[k], width=widths[k], align="edge", color=PALETTE[k % len(PALETTE)], edgecolor="white",
                alpha=0.85,
            )  # fmt: skip
            axes.text(
                left[k] + widths[k] / 2, heights[k], name.split()[0], ha="center", va="bottom", fontsize=8
            )
        axes.set_xlabel("points gained, cheapest lever first")
        axes.set_ylabel(f"{answer.currency} a point")
        axes.yaxis.set_major_formatter(lambda value, _: amount(value))
        axes.margins(y=0.12)

    told = "; ".join(
        f"{name}: {points(w / 100)} points at {amount(h)} {answer.currency} each"
        for name, w, h in zip(names, widths, heights)
    )
    return drawn(
        "cost_curve",
        "The culture cost curve",
        f"Levers by what a point costs: {told}.",
        f"Width: the lever's fair share of the gain; height: what a point of it costs. {'; '.join(names)}.",
        paint,
        height=2.6,
        small_print="",
    )


# --- bars with intervals --------------------------------------------------------------------------------------


def _bars(
    key: str, title: str, caption: str, names: Sequence[str], table: pd.DataFrame, column: str, faint: Sequence[bool],
    axis: str,
) -> Drawn:  # fmt: skip
    """A dot and its range for each row."""
    middle, errors = numbers(table, column), errors_of(table, column)

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        zero_line(axes, upright=True)
        for row in range(len(table)):
            axes.errorbar(
                middle[row], row, xerr=errors[:, row : row + 1], fmt="o", ms=6, color=BLUE, elinewidth=1.4, capsize=2.5,
                mfc="white" if faint[row] else BLUE,
            )  # fmt: skip
        axes.set_yticks(range(len(table)), [clipped(name, 40) for name in names])
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.set_xlabel(axis)
        points_axis(axes.xaxis)

    told = "; ".join(
        f"{name} {points(m)} ({points(m - a)} to {points(m + b)})"
        for name, m, a, b in zip(names, middle, *errors)
    )
    return drawn(
        key, title, f"{title}: {told}.", caption, paint, height=0.85 + ROW * len(table), small_print=""
    )


def draw_ways(ways: pd.DataFrame, answer: Answer) -> Drawn:
    faint = [not bool(row["shown"]) for _, row in ways.iterrows()]
    names = [str(name) for name in ways["who"]]
    return _bars(
        "ways", "What starting with as many of each gains", "Gain over starting with nobody, with its range. Hollow: not "
        "shown to gain anything. Ranges that hold one another are not distinguishable.", names, ways, "gain", faint,
        "points over starting with nobody",
    )  # fmt: skip


def draw_groups(groups: pd.DataFrame, answer: Answer) -> Drawn:
    shown = groups.head(_ROWS)
    kinds = {"level": "level", "department": "department"}
    names = [f"{row['group']} ({kinds.get(str(row['kind']), row['kind'])})" for _, row in shown.iterrows()]
    faint = [not bool(row["reached"]) or bool(row["behind"]) for _, row in shown.iterrows()]
    return _bars(
        "groups", "The plan's gain by group", "Gain over doing nothing at the horizon, with its range. Hollow: not reached, "
        "or clearly behind half the mean.", names, shown, "gain", faint, "points over doing nothing",
    )  # fmt: skip


# --- promises -------------------------------------------------------------------------------------------------


def draw_promises(log: pd.DataFrame, answer: Answer) -> Drawn:
    """The band of the plan beside that of doing nothing, by date; and what was observed, where it was."""
    rows = log.head(_ROWS).to_dict("records")
    names = [f"{row.get('date') or _after(float(row['years']))}: {_indicator(row, answer)}" for row in rows]

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        for k, row in enumerate(rows):
            axes.barh(k + 0.19, row["usual_high"] - row["usual_low"], left=row["usual_low"], color="#B8C0C8", height=0.24,
                      label="doing nothing" if k == 0 else None)  # fmt: skip
            axes.barh(k - 0.12, row["high"] - row["low"], left=row["low"], color=BLUE, height=0.34,
                      label="the plan" if k == 0 else None)  # fmt: skip
            axes.plot([row["median"]] * 2, [k - 0.29, k + 0.05], color="white", lw=1.4)
            if "observed" in row:
                axes.plot(row["observed"], k - 0.12, "D", color=ORANGE, mec="white", ms=7,
                          label="observed" if k == 0 else None)  # fmt: skip
        axes.set_yticks(range(len(rows)), [clipped(name, 46) for name in names])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel("share or mean, 0 to 1")
        figure.legend(loc="outside upper left", ncols=3)

    told = "; ".join(
        f"{name}: {row['low']:.2f} to {row['high']:.2f}, doing nothing {row['usual_low']:.2f} to {row['usual_high']:.2f}"
        + (f", observed {row['observed']:.2f} ({row['verdict']})" if "observed" in row else "")
        for name, row in zip(names, rows)
    )
    return drawn(
        "promises",
        "What to watch for, and when",
        f"Bands of nine runs in ten. {told}.",
        "Blue: nine runs in ten of the plan, the white mark being the median. Grey: of doing nothing. Diamond: observed. An "
        "indicator tells most where the two do not overlap.",
        paint,
        height=1.05 + 1.25 * ROW * len(rows),
        small_print="",
    )


def _indicator(row: dict[Any, Any], answer: Answer) -> str:
    name = answer.titles.get(str(row["indicator"]), str(row["indicator"])).removesuffix(" (0 to 1)")
    return name if row["group"] == "all" else f"{name}, {row['group']}s"


def _after(years: float) -> str:
    return f"{round(12 * years)} months"
