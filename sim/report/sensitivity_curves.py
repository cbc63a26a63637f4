"""Pictures of an outcome over the range of each factor: curves, regions, dots.

Every function takes a table of `sim.sensitivity.result` for one outcome and gives a `Drawn`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.canvas import GREY, INK, LINES, PALETTE, Drawn, clipped, drawn, wrapped
from sim.report.sensitivity_words import (
    Names,
    axis_of,
    said,
    value_text,
)

_PANELS: Final = 6


def factor_curves(
    curves: pd.DataFrame,
    kind: str,
    order: Sequence[str],
    names: Names,
    outcome: str,
    output: str,
    *,
    small_print: str = "",
) -> Drawn:
    """Small multiples over the ranges of the leading factors.

    Args:
        curves: rows of the table `curves` of one outcome.
        kind: "pawn", "mean" or "regional".
        order: factors, most important first.
    """
    mine = curves[curves["curve"].str.startswith(kind)]
    shown = [factor for factor in order if (mine["factor"] == factor).any()][:_PANELS]
    title = {
        "pawn": "Where in its range a factor makes a difference",
        "mean": "How the outcome goes with each factor",
        "regional": "Where a high outcome asks a factor to be",
    }[kind]

    def paint(figure: Figure) -> None:
        grid = _panels(figure, len(shown))
        for axes, factor in zip(grid.flat, shown):
            rows = mine[mine["factor"] == factor]
            if kind == "regional":
                _regional(axes, rows)
            else:
                _curve(axes, rows)
            axes.set_title(wrapped(names[factor], 25 if len(shown) > 2 else 34, 3), fontsize=7.2)
            axes.yaxis.set_major_formatter(
                axis_of(output if kind == "mean" else "share_" if kind == "regional" else "")
            )
        if kind == "pawn":
            for axes in grid.flat:
                axes.set_ylim(bottom=0.0)
        words = {"pawn": "difference", "mean": "outcome", "regional": "points so far"}[kind]
        for axes in grid[:, 0]:
            axes.set_ylabel(words)
        if kind == "regional":
            handles, labels = grid.flat[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper left", ncols=2)

    alt = "; ".join(names[factor] for factor in shown)
    return drawn(
        kind, title, f"Curves of the {outcome} over the range of: {alt}." + _curve_words(mine, shown, names, kind, output),
        said(f"{kind}_caption"), paint, height=0.75 + 1.55 * -(-len(shown) // _columns(len(shown))), small_print=small_print,
    )  # fmt: skip


def scatter(
    points: pd.DataFrame,
    curves: pd.DataFrame,
    values: Mapping[str, npt.NDArray[np.generic]],
    order: Sequence[str],
    names: Names,
    outcome: str,
    output: str,
    *,
    replicates: int,
    small_print: str = "",
) -> Drawn:
    """Mean outcome of each point against the leading factors.

    Args:
        points: rows of the table `points` of one outcome; values: columns of the design by path.
    """
    shown = [factor for factor in order if factor in values][:4]
    every = max(1, len(points) // 1500)
    part = points.iloc[::every]

    def paint(figure: Figure) -> None:
        grid = _panels(figure, len(shown), most=2, sharey=True)
        for axes, factor in zip(grid.flat, shown):
            column = values[factor]
            x, ticks = _numbers(column)
            axes.scatter(
                x[part["point"].to_numpy(int)],
                part["mean"],
                s=5,
                color=PALETTE[0],
                alpha=0.35,
                lw=0,
                rasterized=False,
            )
            rows = curves[(curves["factor"] == factor) & (curves["curve"] == "mean")].sort_values("x")
            if len(rows):
                axes.plot(rows["x"], rows["y"], color=PALETTE[1], lw=1.8, marker="o" if ticks else None, ms=3)
            if ticks:
                axes.set_xticks(
                    range(len(ticks)), [clipped(tick.replace("_", " "), 14) for tick in ticks], fontsize=7
                )
            axes.set_title(wrapped(names[factor], 34), fontsize=7.5)
            axes.yaxis.set_major_formatter(axis_of(output))
        for axes in grid[:, 0]:
            axes.set_ylabel("mean outcome")

    return drawn(
        "scatter", "Every point, against the leading factors",
        f"Dots: the {outcome} of each point against {'; '.join(names[factor] for factor in shown)}.",
        said("scatter_caption", replicates=replicates), paint,
        height=0.7 + 1.9 * -(-len(shown) // 2), small_print=small_print,
    )  # fmt: skip


def _columns(count: int, most: int = 3) -> int:
    return min(most, max(1, count))


def _panels(figure: Figure, count: int, most: int = 3, sharey: bool = True) -> Any:
    columns = _columns(count, most)
    grid: Any = figure.subplots(-(-count // columns), columns, sharey=sharey, squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_visible(False)
    return grid


def _curve(axes: Axes, rows: pd.DataFrame) -> None:
    rows = rows.sort_values("bin")
    named = rows["x_text"].astype(str).str.len().gt(0).any()
    if named:
        places = np.arange(len(rows))
        axes.bar(places, rows["y"], color=PALETTE[0], width=0.55)
        axes.vlines(places, rows["low"].astype(float), rows["high"].astype(float), color=INK, lw=1.0)
        axes.set_xticks(
            places, [wrapped(text.replace("_", " "), 9) for text in rows["x_text"].astype(str)], fontsize=6.2
        )
        return
    low, high = rows["low"].astype(float), rows["high"].astype(float)
    axes.fill_between(rows["x"], low, high, color=PALETTE[0], alpha=0.2, lw=0)
    axes.plot(rows["x"], rows["y"], color=PALETTE[0], marker="o", ms=2.5)


def _regional(axes: Axes, rows: pd.DataFrame) -> None:
    named = rows["x_text"].astype(str).str.len().gt(0).any()
    for curve, words, tint, dash, shift in (
        ("regional_in", "where the outcome is high", PALETTE[1], LINES[0], -0.2),
        ("regional_out", "elsewhere", GREY, LINES[1], 0.2),
    ):
        part = rows[rows["curve"] == curve].sort_values("x")
        if not named:
            axes.step(part["x"], part["y"], where="post", color=tint, ls=dash, lw=1.5, label=words)
            continue
        shares = np.diff(part["y"].to_numpy(dtype=float), prepend=0.0)
        axes.bar(np.arange(len(part)) + shift, shares, width=0.38, color=tint, label=words)
        axes.set_xticks(
            range(len(part)),
            [wrapped(text.replace("_", " "), 9) for text in part["x_text"].astype(str)],
            fontsize=6.2,
        )
    axes.set_ylim(0.0, 1.02)


def _curve_words(curves: pd.DataFrame, shown: Sequence[str], names: Names, kind: str, output: str) -> str:
    if kind != "mean":
        return ""
    parts = []
    for factor in shown:
        rows = curves[curves["factor"] == factor].sort_values("bin")["y"]
        parts.append(
            f"{names[factor]} from {value_text(output, rows.iloc[0])} to {value_text(output, rows.iloc[-1])}"
        )
    return " " + "; ".join(parts) + "."


def _numbers(column: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.float64], list[str]]:
    """A column of a design as numbers; the names of its levels where it holds texts."""
    if column.dtype.kind in "fiu":
        return column.astype(np.float64), []
    levels = list(dict.fromkeys(str(value) for value in column))
    return np.array([levels.index(str(value)) for value in column], dtype=np.float64), levels
