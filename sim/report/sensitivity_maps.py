"""Pictures of a sensitivity analysis that are no bars: Morris's plane, pairs, time, convergence; curves and dots are in
`sensitivity_curves`.

Every function takes a table of `sim.sensitivity.result` for one outcome and gives a `Drawn`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.canvas import INK, LINES, PALETTE, Drawn, clipped, drawn, wrapped
from sim.report.sensitivity_words import (
    INDEX_WORDS,
    SHARE_INDICES,
    Names,
    axis_of,
    index_text,
    said,
    value_text,
)

LEADING: Final = 5  # factors that lines and panels show


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
            axis.set_major_formatter(axis_of(output))
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
        axes.yaxis.set_major_formatter(axis_of("share_" if index in SHARE_INDICES else output))
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
        axes.yaxis.set_major_formatter(axis_of("share_" if index in SHARE_INDICES else output))
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
