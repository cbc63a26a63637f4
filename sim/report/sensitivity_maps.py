"""Pictures of a sensitivity analysis that are no bars: Morris's plane, pairs, time, curves, dots, convergence.

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
    INDEX_WORDS,
    SHARE_INDICES,
    Names,
    index_text,
    is_share,
    said,
    value_text,
)

LEADING: Final = 5  # factors that lines and panels show
_PANELS: Final = 6


def morris_plane(
    indices: pd.DataFrame, names: Names, outcome: str, output: str, *, small_print: str = ""
) -> Drawn:
    """Mean size of the elementary effects against their spread, each factor a dot with its interval.

    Args:
        indices: rows mu_star and sigma of one outcome.
    """
    mu = indices[indices["index"] == "mu_star"].sort_values("rank", kind="stable").set_index("factor")
    sigma = indices[indices["index"] == "sigma"].set_index("factor").reindex(mu.index)
    floor = float(mu["floor"].max()) if mu["floor"].notna().any() else float("nan")
    labelled = list(mu.index[:12])

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        top = max(float(np.nanmax(mu[["value", "high"]].to_numpy(float))), 1e-12)
        high = max(float(np.nanmax(sigma[["value", "high"]].to_numpy(float))), 1e-12)
        axes.hlines(sigma["value"], mu["low"], mu["high"], color="#B8C0C8", lw=1.0)
        axes.vlines(mu["value"], sigma["low"].clip(lower=0.0), sigma["high"], color="#B8C0C8", lw=1.0)
        axes.scatter(mu["value"], sigma["value"], s=26, color=PALETTE[0], zorder=3)
        if np.isfinite(floor):
            axes.axvline(floor, color=PALETTE[1], lw=1.0, ls=LINES[2])
        for number, factor in enumerate(labelled, start=1):
            axes.annotate(
                str(number), (mu.loc[factor, "value"], sigma.loc[factor, "value"]), textcoords="offset points",
                xytext=(4, 3), fontsize=7.5, fontweight="bold",
            )  # fmt: skip
        axes.set_xlim(0.0, top * 1.06)
        axes.set_ylim(0.0, high * 1.1)
        axes.set_xlabel("μ*: mean size of the effect of moving it over its range")
        axes.set_ylabel("σ: how much that varies")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_of(output))
        _numbered_key(figure, labelled, names)

    alt = "; ".join(
        f"{names[factor]}: mean size {value_text(output, mu.loc[factor, 'value'])}, "
        f"spread {value_text(output, sigma.loc[factor, 'value'])}"
        for factor in labelled
    )
    return drawn(
        "morris", "Much or little, and alone or together", f"Morris's plane for the {outcome}. {alt}.",
        said("morris_caption"), paint, height=3.4 + 0.155 * -(-len(labelled) // 2), small_print=small_print,
    )  # fmt: skip


def _numbered_key(figure: Figure, factors: Sequence[str], names: Names) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], ls="", label=f"{number}  {clipped(names[factor], 44)}")
        for number, factor in enumerate(factors, start=1)
    ]
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=2,
        handlelength=0.0,
        handletextpad=0.0,
        fontsize=6.8,
        columnspacing=1.0,
    )


def pairs_map(indices: pd.DataFrame, names: Names, outcome: str, *, small_print: str = "") -> Drawn:
    """Second order as a heat map over pairs of factors, the value in each cell, faint where 0 is in its interval.

    Args:
        indices: rows S2 and ST (for the order) of one outcome.
    """
    pairs = indices[indices["index"] == "S2"]
    total = indices[indices["index"] == "ST"].sort_values("rank", kind="stable")
    order = [str(factor) for factor in total["factor"].head(10)]
    size = len(order)
    values, clear = np.full((size, size), np.nan), np.zeros((size, size), dtype=bool)
    for row in pairs.to_dict("records"):
        if row["factor"] in order and row["factor2"] in order:
            i, j = sorted((order.index(row["factor"]), order.index(row["factor2"])))
            values[j, i], clear[j, i] = row["value"], bool(row["low"] > 0.0)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        top = max(float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0, 0.01)
        shown = np.clip(np.where(np.isnan(values), np.nan, values), 0.0, None)
        axes.imshow(shown, cmap="Blues", vmin=0.0, vmax=top * 1.15, aspect="auto")
        for j in range(size):
            for i in range(j):
                if np.isfinite(values[j, i]):
                    dark = values[j, i] > 0.6 * top
                    axes.text(
                        i, j, f"{100 * values[j, i]:.0f}".replace("-", "−"), ha="center", va="center", fontsize=7.0,
                        color="white" if dark else INK if clear[j, i] else "#9AA5B1",
                        fontweight="bold" if clear[j, i] else "normal",
                    )  # fmt: skip
        axes.set_xticks(range(size - 1), [str(k + 1) for k in range(size - 1)])
        axes.set_yticks(
            range(size),
            [f"{wrapped(names[factor], 40)}  {k + 1}" for k, factor in enumerate(order)],
            fontsize=7.0,
        )
        axes.set_xlim(-0.5, size - 1.5)
        axes.set_ylim(size - 0.5, 0.5)
        axes.grid(visible=False)
        axes.set_xlabel("together with factor number; per cent of the variance")
        for spine in axes.spines.values():
            spine.set_visible(False)

    ranked = pairs.sort_values("value", ascending=False).head(3)
    alt = "; ".join(
        f"{names[row['factor']]} with {names[row['factor2']]} {index_text('S2', row['value'])}"
        for row in ranked.to_dict("records")
    )
    return drawn(
        "pairs", "Which factors work together", f"Heat map of second-order shares of the {outcome}. Largest: {alt}.",
        said("pairs_caption") + " Bold: clear of zero. Grey: may be nothing.", paint,
        height=0.8 + 0.37 * size, small_print=small_print,
    )  # fmt: skip


def over_time(
    indices: pd.DataFrame, index: str, names: Names, outcome: str, output: str, *, small_print: str = ""
) -> Drawn:
    """A measure read at several times: a line for each leading factor, with its interval.

    Args:
        indices: rows of one outcome at all its times.
    """
    rows = indices[(indices["index"] == index) & indices["time"].notna()]
    order = list(
        rows.groupby("factor")["value"].mean().abs().sort_values(ascending=False).head(LEADING).index
    )

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for number, factor in enumerate(order):
            part = rows[rows["factor"] == factor].sort_values("time")
            _banded(axes, part["time"], part, number, names[factor])
        axes.axhline(0.0, color=INK, lw=0.7)
        axes.set_xlim(float(rows["time"].min()), float(rows["time"].max()))
        axes.set_xlabel("years from the start of the plans")
        axes.set_ylabel(
            "share of the variance" if index in SHARE_INDICES else INDEX_WORDS.get(index, index), fontsize=7.5
        )
        axes.yaxis.set_major_formatter(_of("share_" if index in SHARE_INDICES else output))
        figure.legend(loc="outside upper left", ncols=1, handlelength=2.6, fontsize=7.2)

    last = rows[rows["time"] == rows["time"].max()].set_index("factor")["value"]
    first = rows[rows["time"] == rows["time"].min()].set_index("factor")["value"]
    alt = "; ".join(
        f"{names[factor]} from {index_text(index, first[factor], output)} to {index_text(index, last[factor], output)}"
        for factor in order
    )
    return drawn(
        "time", "When each factor matters", f"Lines over time for the {outcome}. {alt}.",
        said("time_caption"), paint, height=2.7 + 0.16 * len(order), small_print=small_print,
    )  # fmt: skip


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
                _of(output if kind == "mean" else "share_" if kind == "regional" else "")
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
            axes.yaxis.set_major_formatter(_of(output))
        for axes in grid[:, 0]:
            axes.set_ylabel("mean outcome")

    return drawn(
        "scatter", "Every point, against the leading factors",
        f"Dots: the {outcome} of each point against {'; '.join(names[factor] for factor in shown)}.",
        said("scatter_caption", replicates=replicates), paint,
        height=0.7 + 1.9 * -(-len(shown) // 2), small_print=small_print,
    )  # fmt: skip


def convergence(
    table: pd.DataFrame,
    index: str,
    order: Sequence[str],
    names: Names,
    outcome: str,
    output: str,
    *,
    small_print: str = "",
) -> Drawn:
    """The measure against the number of runs, twice as many each time.

    Args:
        table: rows of the table `convergence` of one outcome.
    """
    rows = table[table["index"] == index]
    shown = [factor for factor in order if (rows["factor"] == factor).any()][:LEADING]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_xscale("log", base=2)
        for number, factor in enumerate(shown):
            part = rows[rows["factor"] == factor].sort_values("runs")
            _banded(axes, part["runs"], part, number, names[factor], marker="o")
        axes.axhline(0.0, color=INK, lw=0.7)
        ticks = sorted(set(rows["runs"]))
        axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("runs used")
        axes.yaxis.set_major_formatter(_of("share_" if index in SHARE_INDICES else output))
        figure.legend(loc="outside upper left", ncols=1, handlelength=2.6, fontsize=7.2)

    alt = "; ".join(
        f"{names[factor]}: "
        + ", ".join(
            f"{index_text(index, row['value'], output)} at {row['runs']:,.0f}"
            for row in rows[rows["factor"] == factor].sort_values("runs").to_dict("records")
        )
        for factor in shown
    )
    return drawn(
        "convergence", "Would more runs change the answer?", f"Lines against the number of runs for the {outcome}. {alt}.",
        said("convergence_caption"), paint, height=2.7 + 0.16 * len(shown), small_print=small_print,
    )  # fmt: skip


def _banded(
    axes: Axes, x: pd.Series[float], rows: pd.DataFrame, number: int, name: str, marker: str | None = None
) -> None:
    tint = PALETTE[number % len(PALETTE)]
    axes.fill_between(x, rows["low"], rows["high"], color=tint, alpha=0.15, lw=0)
    axes.plot(
        x,
        rows["value"],
        color=tint,
        ls=LINES[number % len(LINES)],
        marker=marker,
        ms=3.5,
        label=clipped(name, 72),
    )


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


def _of(output: str):  # type: ignore[no-untyped-def]
    """Formatter of an axis: per cent where the outcome is a share."""
    if is_share(output):
        return lambda value, _=None: f"{100 * value:.3g} %".replace("-", "−")
    return lambda value, _=None: f"{value:,.4g}".replace("-", "−")
