"""The other figures: timeline of the plans, who lit whom, and the assumptions that matter.

Every function takes pandas frames or bars and gives a `Drawn`; columns are named in each docstring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.canvas import GREY, INK, PALETTE, Drawn, clipped, drawn, signed_points, wrapped, years_axis
from sim.report.curves import colours
from sim.report.findings import Bar

LAYER_WORDS: Final = {
    "authority": "own leader (reporting line)",
    "peers": "peers",
    "mutual": "joint work of leader and report",
    "ripples": "weak and distant ties",
    "spontaneous": "nobody: of their own accord",
    "mixed": "chance contacts",
}
_LAYER_LOOK: Final = {
    "authority": (PALETTE[0], ""),
    "peers": (PALETTE[1], "//"),
    "mutual": (PALETTE[2], ""),
    "ripples": (PALETTE[3], "xx"),
    "spontaneous": ("#C3CAD1", ""),
    "mixed": (PALETTE[4], "--"),
}


_BESIDE = " Beside each bar: who, and the hours a week of all of them together at full dose."


def timeline(
    plans: Mapping[str, Sequence[Bar]],
    names: Mapping[str, str],
    years: float,
    *,
    usual: str | None = None,
    small_print: str = "",
) -> Drawn:
    """Gantt of what happens when: dose as darkness, hours at the end of each bar, shocks hatched.

    Args:
        plans: bars by scenario; scenarios without any are said to do nothing.
        years: horizon.
    """
    tint = colours(list(plans), usual)
    heads = {name: wrapped(names[name], 52) for name in plans}
    extra = {name: 0.8 * head.count("\n") for name, head in heads.items()}
    lines = sum(max(1, len(bars)) + 1.3 + extra[name] for name, bars in plans.items())

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        at, ticks, labels = 0.0, [], []
        for name, bars in plans.items():
            at += extra[name]
            axes.text(0.0, at + 0.3, heads[name], fontweight="bold", va="bottom", color=tint[name])
            at += 1.0
            if not bars:
                axes.text(
                    0.02 * years, at, "nothing out of the ordinary", va="center", color=GREY, fontsize=8
                )
                ticks.append(at)
                labels.append("")
                at += 1.0
            for bar in bars:
                _bar(axes, bar, at, years, tint[name])
                ticks.append(at)
                labels.append(clipped(bar.label, 44))
                at += 1.0
            at += 0.3
        axes.set_yticks(ticks, labels)
        axes.set_ylim(at - 0.3, -0.6)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        years_axis(axes, years)

    parts = []
    for name, bars in plans.items():
        listed = ", ".join(
            f"{bar.label} from year {bar.start:.2g} to {_stop_words(bar, years)}" for bar in bars
        )
        parts.append(f"{names[name]}: {listed or 'nothing out of the ordinary'}")
    return drawn(
        "timeline",
        "Who does what, when",
        "Timeline. " + "; ".join(parts) + ".",
        "A slanted beginning is the time a programme takes to reach its full dose; darker is a higher dose."
        f"{_BESIDE if any(bar.who or bar.hours for bars in plans.values() for bar in bars) else ''} "
        "Hatched: what befalls the plan.",
        paint,
        height=0.75 + 0.235 * lines,
        small_print=small_print,
    )


def _bar(axes: Axes, bar: Bar, at: float, years: float, tint: str) -> None:
    start, stop = min(bar.start, years), min(bar.stop, years)
    if bar.kind != "programme":
        width = max(stop - start, 0.012 * years)
        axes.barh(at, width, left=start, height=0.62, color="white", edgecolor=GREY, hatch="////", lw=0.7)
        axes.text(start + 0.01 * years, at, clipped(bar.who, 34), va="center", fontsize=6.5, bbox=_halo())
        return
    full = min(start + bar.ramp, stop)
    shade = min(0.85, 0.30 + 0.30 * abs(bar.dose))
    axes.fill(
        [start, full, stop, stop], [at + 0.36, at - 0.36, at - 0.36, at + 0.36], color=tint, alpha=shade, lw=0
    )
    hours = f"{bar.hours:,.0f} h a week" if bar.hours >= 0.5 else ""
    dose = "" if bar.dose == 1 else f"dose {bar.dose:g}"
    words = ", ".join(part for part in (bar.who, dose, hours) if part)
    room = years - stop
    inside = room < 0.42 * years
    place = full + 0.02 * years if inside else stop + 0.015 * years
    axes.text(place, at, clipped(words, 60), va="center", fontsize=6.5, color=INK, clip_on=False)


def _halo() -> dict[str, object]:
    return {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}


def _stop_words(bar: Bar, years: float) -> str:
    return "the end" if bar.stop >= years else f"year {bar.stop:.2g}"


def who_lit_whom(credit: pd.DataFrame, names: Mapping[str, str], *, small_print: str = "") -> Drawn:
    """Stacked bars: through which relationship people took it up.

    Args:
        credit: scenario, layer, adoptions (mean a run).
    """
    order = [name for name in names if (credit["scenario"] == name).any()]
    table = credit.pivot_table(
        index="scenario", columns="layer", values="adoptions", aggfunc="sum", fill_value=0.0
    )
    layers = [layer for layer in LAYER_WORDS if layer in table.columns and table[layer].sum() > 0]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = np.arange(len(order))
        left = np.zeros(len(order))
        for layer in layers:
            widths = table.loc[order, layer].to_numpy(dtype=float)
            tint, hatch = _LAYER_LOOK[layer]
            axes.barh(
                places, widths, left=left, height=0.62, color=tint, edgecolor="white", lw=0.8,
                hatch=hatch, label=LAYER_WORDS[layer],
            )  # fmt: skip
            left += widths
        for place, total in enumerate(left.tolist()):
            axes.text(total, place, f" {total:,.0f}", va="center", fontsize=8)
        axes.set_yticks(places, [wrapped(names[name], 26) for name in order])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlim(0, max(1.0, float(left.max())) * 1.12)
        axes.set_xlabel("times somebody took it up, mean of runs")
        figure.legend(loc="outside upper left", ncols=2, handlelength=1.6)

    parts = table.loc[order, layers].to_numpy(dtype=float)
    parts = 100 * parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-12)
    alt = "; ".join(
        f"{names[name]}: "
        + ", ".join(f"{LAYER_WORDS[layer]} {part:.0f} %" for layer, part in zip(layers, row))
        for name, row in zip(order, parts)
    )
    return drawn(
        "credit",
        "Through which relationship people took it up",
        f"Stacked bars of take-ups by relationship. {alt}.",
        "Each time somebody begins to practise, the model knows which contact tipped the scale. People who lapse can "
        "take it up again, so there may be more take-ups than people. This is the model's cause, not your firm's.",
        paint,
        height=1.35 + 0.36 * len(order) + 0.17 * -(-len(layers) // 2),
        small_print=small_print,
    )


def assumptions_bars(effects: pd.DataFrame, *, small_print: str = "") -> Drawn:
    """Tornado over the assumptions drawn: what the difference is where each is low and where it is high.

    Args:
        effects: meaning, unit, low, high (values of the parameter), at_low, at_high (mean difference in share in
            the lowest and highest part of the draws), in order of importance.
    """
    rows = effects.head(8).reset_index(drop=True)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = np.arange(len(rows))
        axes.axvline(0.0, color=INK, lw=0.8)
        for place, ends in enumerate(zip(rows["at_low"], rows["at_high"])):
            axes.plot(list(ends), [place, place], color="#B8C0C8", lw=5, solid_capstyle="butt")
        axes.scatter(
            rows["at_low"], places, s=34, color=PALETTE[1], marker="v", zorder=3, label="where it is low"
        )
        axes.scatter(
            rows["at_high"], places, s=34, color=PALETTE[0], marker="^", zorder=3, label="where it is high"
        )
        axes.set_yticks(places, [wrapped(text, 38) for text in rows["meaning"]], fontsize=7.5)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(signed_points)
        axes.set_xlabel("difference in share practising at the end, points")
        figure.legend(loc="outside upper left", ncols=2)

    alt = "; ".join(
        f"{meaning}: {100 * low:+.0f} points where low, {100 * high:+.0f} where high"
        for meaning, low, high in zip(rows["meaning"], rows["at_low"], rows["at_high"])
    )
    return drawn(
        "assumptions",
        "The assumptions that matter",
        f"Bars, the assumption that moves the difference most first. {alt}.",
        "How the difference between the plans moves with what we do not know: its mean over the draws in which one "
        "assumption is low, and over those in which it is high, while all the others vary.",
        paint,
        height=1.1 + 0.42 * max(1, len(rows)),
        small_print=small_print,
    )
