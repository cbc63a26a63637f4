"""Bars of a sensitivity analysis: shares of the variance, rankings, the tornado.

Every function takes a table of `sim.sensitivity.result` for one outcome and gives a `Drawn`; `names` maps factors to
what they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.canvas import GREY, INK, PALETTE, Drawn, drawn, wrapped
from sim.report.sensitivity_words import (
    INDEX_WORDS,
    SHARE_INDICES,
    Names,
    index_text,
    is_share,
    per_cent,
    said,
    value_text,
)  # fmt: skip
from sim.report.wording import capital

MOST: Final = 14  # factors a figure shows
_ROW: Final = 0.36  # inches
_PALE: Final = "#9CC7E3"
Part = tuple[str, Mapping[Any, Any], str]  # words, row, colour


def first_and_total(indices: pd.DataFrame, names: Names, outcome: str, *, small_print: str = "") -> Drawn:
    """First and total order side by side with their intervals, most important first.

    Args:
        indices: rows S1 and ST of one outcome (one of them may be missing).
    """
    order = _order(indices, "ST" if (indices["index"] == "ST").any() else "S1")
    places = np.arange(len(order), dtype=float)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        top = 0.0
        for index, tint, shift in (("ST", _PALE, -0.18), ("S1", PALETTE[0], 0.18)):
            rows = indices[indices["index"] == index].set_index("factor").reindex(order)
            if rows["value"].isna().all():
                continue
            words = "alone" if index == "S1" else "with everything it works together with"
            axes.barh(places + shift, rows["value"], height=0.34, color=tint, label=words)
            _whiskers(axes, rows, places + shift)
            texts = [index_text(index, value) for value in rows["value"]]
            top = max(top, _print_beside(axes, rows, places + shift, texts))
        _frame(axes, order, names)
        axes.set_xlim(min(0.0, float(indices["value"].min())) - 0.02, top * 1.16)
        axes.xaxis.set_major_formatter(_per_cent)
        axes.set_xlabel("share of the variance of the mean outcome")
        figure.legend(loc="outside upper left", ncols=2, handlelength=1.4)

    return drawn(
        "indices", "What the outcome depends on",
        f"Bars of first and total order for the {outcome}. " + _spoken(indices, order, names, ("ST", "S1")),
        said("sobol_caption"), paint, height=1.15 + 0.44 * len(order), small_print=small_print,
    )  # fmt: skip


def ranking(
    indices: pd.DataFrame, index: str, names: Names, outcome: str, output: str, *, small_print: str = ""
) -> Drawn:
    """One measure by factor with its interval, and what no influence would show.

    Args:
        indices: rows of one outcome; output: its name, which says how values are printed.
    """
    order = _order(indices, index)
    rows = indices[indices["index"] == index].set_index("factor").reindex(order)
    places = np.arange(len(order), dtype=float)
    floors = rows["floor"].notna().any()

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.barh(places, rows["value"], height=0.55, color=PALETTE[0])
        _whiskers(axes, rows, places)
        texts = [index_text(index, value, output) for value in rows["value"]]
        top = _print_beside(axes, rows, places, texts)
        if floors:
            axes.scatter(
                rows["floor"],
                places,
                marker="|",
                s=170,
                lw=1.8,
                color=PALETTE[1],
                zorder=4,
                label="no influence",
            )
            figure.legend(loc="outside upper left")
        _frame(axes, order, names)
        bottom = min(0.0, float(rows["value"].min()), float(rows["low"].min()))
        axes.set_xlim(bottom * 1.1, max(top * 1.16, 1e-9))
        if index in SHARE_INDICES or (is_share(output) and index in ("mu_star", "effect")):
            axes.xaxis.set_major_formatter(_per_cent)
        axes.set_xlabel(INDEX_WORDS.get(index, index))

    return drawn(
        "indices", "What the outcome depends on",
        f"Bars for the {outcome}: {INDEX_WORDS.get(index, index)}. " + _spoken(indices, order, names, (index,), output),
        said("ranks_caption" if floors else "ranks_caption_plain", index=capital(INDEX_WORDS.get(index, index))),
        paint, height=0.95 + _ROW * len(order), small_print=small_print,
    )  # fmt: skip


def variance_parts(variance: pd.DataFrame, names: Names, outcome: str, *, small_print: str = "") -> Drawn:
    """What the variance of a single run is made of: factors alone, together, and chance as a bar of its own.

    Args:
        variance: rows of one outcome.
    """
    alone = variance[variance["part"].isin(["alone", "factors"])].sort_values(
        "share", ascending=False, kind="stable"
    )
    shown, rest = alone.head(MOST - 2), alone.iloc[MOST - 2 :]
    rows: list[tuple[str, Mapping[Any, Any], str]] = [
        (_part_name(row, names), row, PALETTE[0]) for row in shown.to_dict("records")
    ]
    if len(rest):
        other = {"share": float(rest["share"].sum()), "low": np.nan, "high": np.nan}
        rows.append((f"{len(rest)} other factors", other, PALETTE[0]))
    for part, words, tint in (("together", "factors together", PALETTE[2]), ("chance", "chance", GREY)):
        mine = variance[variance["part"] == part].to_dict("records")
        rows += [(words, row, tint) for row in mine]
    frame = pd.DataFrame(
        {"value": [row["share"] for _, row, _ in rows], "low": [row["low"] for _, row, _ in rows],
         "high": [row["high"] for _, row, _ in rows]}
    )  # fmt: skip
    places = np.arange(len(rows), dtype=float)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        bars = axes.barh(places, frame["value"], height=0.6, color=[tint for _, _, tint in rows])
        for (words, _, _), bar in zip(rows, bars):
            if words == "chance":
                bar.set_hatch("////")
                bar.set_edgecolor("white")
        _whiskers(axes, frame, places)
        top = _print_beside(axes, frame, places, [per_cent(value) for value in frame["value"]])
        axes.set_yticks(places, [wrapped(words, 36) for words, _, _ in rows], fontsize=7.5)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=INK, lw=0.8)
        axes.set_xlim(min(0.0, float(frame["value"].min())) - 0.02, top * 1.16)
        axes.xaxis.set_major_formatter(_per_cent)
        axes.set_xlabel("share of the variance of a single run")

    alt = "; ".join(f"{words} {per_cent(value)}" for (words, _, _), value in zip(rows, frame["value"]))
    return drawn(
        "variance", "What single runs differ by, chance included",
        f"Bars of what the variance of the {outcome} is made of. {alt}.",
        said("variance_caption"), paint, height=0.85 + 0.33 * len(rows), small_print=small_print,
    )  # fmt: skip


def tornado(table: pd.DataFrame, names: Names, outcome: str, output: str, *, small_print: str = "") -> Drawn:
    """Outcome at the low, base and high value of each factor, widest first, all three printed on the bar.

    Args:
        table: rows of the table `tornado` of one outcome.
    """
    rows = table.head(MOST).reset_index(drop=True)
    base = float(rows["y_base"].iloc[0])
    alone = str(rows["kind"].iloc[0]) == "one at a time"
    ends = rows[["y_low", "y_high", "low_lo", "low_hi", "high_lo", "high_hi"]].to_numpy(dtype=float)
    left, right = float(np.nanmin(ends)), float(np.nanmax(ends))
    room = max(right - left, 1e-9)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, row in enumerate(rows.to_dict("records")):
            for end, tint in (("low", PALETTE[1]), ("high", PALETTE[0])):
                axes.barh(place, row[f"y_{end}"] - base, left=base, height=0.5, color=tint, alpha=0.85)
                lo, hi = row[f"{end}_lo"], row[f"{end}_hi"]
                if np.isfinite(lo) and np.isfinite(hi):
                    axes.plot([lo, hi], [place, place], color=INK, lw=0.9)
            _tornado_texts(axes, row, place, base, output, room)
        axes.axvline(base, color=INK, lw=1.0)
        axes.set_yticks(
            np.arange(len(rows)),
            [f"{wrapped(names[row['factor']], 34)}\n{_ranged(row, alone)}" for row in rows.to_dict("records")],
            fontsize=7.0,
        )  # fmt: skip
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlim(left - 0.30 * room, right + 0.30 * room)
        if is_share(output):
            axes.xaxis.set_major_formatter(_per_cent)
        axes.set_xlabel(wrapped(outcome, 60))
        axes.set_title(
            f"base: {value_text(output, base)}" if alone else f"mean: {value_text(output, base)}", fontsize=8
        )
        figure.legend(handles=_tornado_key(), loc="outside upper left", ncols=2)

    alt = "; ".join(
        f"{names[row['factor']]}: {value_text(output, row['y_low'])} where low ({row['x_low']}), "
        f"{value_text(output, row['y_high'])} where high ({row['x_high']})"
        for row in rows.to_dict("records")
    )
    return drawn(
        "tornado", "Which way, and how far: low, base and high",
        f"Bars of the {outcome} at the low and high value of each factor; {value_text(output, base)} in between. {alt}.",
        said("tornado_caption_one" if alone else "tornado_caption_tenths"),
        paint, height=1.15 + 0.52 * len(rows), small_print=small_print,
    )  # fmt: skip


def _tornado_texts(
    axes: Axes, row: Mapping[Any, Any], place: int, base: float, output: str, room: float
) -> None:
    """The outcome at either end, outside the bar and its interval."""
    ends = {"low": float(row["y_low"]), "high": float(row["y_high"])}
    sides = {
        end: np.sign(value - base) if abs(value - base) > 0.002 * room else 0.0 for end, value in ends.items()
    }
    for end, other in (("low", "high"), ("high", "low")):
        sides[end] = sides[end] or -sides[other] or (-1.0 if end == "low" else 1.0)
    crowded = sides["low"] == sides["high"]
    for end, value in ends.items():
        edge = np.fmax if sides[end] > 0 else np.fmin
        reach = [value, row[f"{end}_lo"], row[f"{end}_hi"], base if ends["low"] == ends["high"] else value]
        at = float(edge.reduce(reach))
        lift = (-0.17 if end == "low" else 0.17) if crowded else 0.0
        axes.text(
            at + 0.012 * room * sides[end], place + lift, value_text(output, value).removesuffix(" points"), va="center",
            ha="left" if sides[end] > 0 else "right", fontsize=6.5 if crowded else 7.0,
            color=PALETTE[1] if end == "low" else PALETTE[0],
        )  # fmt: skip


def _ranged(row: Mapping[Any, Any], alone: bool) -> str:
    texts = (
        [str(row["x_low"]), str(row["x_base"]), str(row["x_high"])]
        if alone
        else [str(row["x_low"]), str(row["x_high"])]
    )
    units = {text.partition(" ")[2] for text in texts}
    if len(units) == 1:  # the unit once, after the last
        texts = [text.partition(" ")[0] for text in texts[:-1]] + texts[-1:]
    return " · ".join(text.replace("_", " ") for text in texts)


def _tornado_key() -> list[object]:
    from matplotlib.patches import Patch

    return [
        Patch(color=PALETTE[1], label="where it is low"),
        Patch(color=PALETTE[0], label="where it is high"),
    ]


def _order(indices: pd.DataFrame, index: str) -> list[str]:
    rows = indices[indices["index"] == index].sort_values("rank", kind="stable")
    return [str(factor) for factor in rows["factor"].head(MOST)]


def _whiskers(axes: Axes, rows: pd.DataFrame, places: Sequence[float] | np.ndarray) -> None:  # type: ignore[type-arg]
    for place, low, high in zip(places, rows["low"], rows["high"]):
        if np.isfinite(low) and np.isfinite(high):
            axes.plot([low, high], [place, place], color=INK, lw=1.0)


def _print_beside(
    axes: Axes, rows: pd.DataFrame, places: Sequence[float] | np.ndarray, texts: Sequence[str]  # type: ignore[type-arg]
) -> float:  # fmt: skip
    """Print values right of bars and intervals; how far right the furthest reaches."""
    ends = np.fmax(np.fmax(rows["value"].to_numpy(float), rows["high"].to_numpy(float)), 0.0)
    top = float(np.nanmax(ends)) if len(ends) else 0.0
    for place, end, text in zip(places, ends, texts):
        if np.isfinite(end):
            axes.text(float(end) + 0.012 * top, place, text, va="center", fontsize=6.8)
    return max(top, 1e-9)


def _frame(axes: Axes, order: Sequence[str], names: Names) -> None:
    axes.set_yticks(np.arange(len(order)), [wrapped(names[factor], 36) for factor in order], fontsize=7.5)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.axvline(0.0, color=INK, lw=0.8)


def _part_name(row: Mapping[Any, Any], names: Names) -> str:
    if row["part"] == "factors":
        return "all factors"
    return names[str(row["factor"])]


def _spoken(
    indices: pd.DataFrame, order: Sequence[str], names: Names, which: Sequence[str], output: str = ""
) -> str:
    words = {"ST": "total ", "S1": "alone "}
    parts = []
    for factor in order:
        told = []
        for row in indices[indices["factor"] == factor].to_dict("records"):
            if row["index"] in which:
                value, low, high = (
                    index_text(row["index"], row[key], output) for key in ("value", "low", "high")
                )
                told.append(f"{words.get(row['index'], '')}{value} ({low} to {high})")
        parts.append(f"{names[factor]}: {', '.join(told)}")
    return "; ".join(parts) + "."


def _per_cent(value: float, _: object = None) -> str:
    return f"{100 * value:.3g} %".replace("-", "−")
