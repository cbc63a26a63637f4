"""Pictures of answers with a curve: by money, by dose, by time, by an assumption."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.answer_marks import BLUE, GREEN, ORANGE, errors_of, numbers, points, points_axis, zero_line
from sim.report.answers import Answer
from sim.report.canvas import GREY, INK, Drawn, clipped, drawn, percent_axis, wrapped
from sim.report.wording import amount

# --- what more and less would buy -----------------------------------------------------------------------------


def draw_front(front: pd.DataFrame, answer: Answer) -> Drawn | None:
    """The Pareto front: gain by money, with the interval; within the budget or beyond; None of doing nothing alone."""
    if len(front) < 2:
        return None
    money, gain = numbers(front, "money"), numbers(front, "gain")
    within = front["within"].astype(bool).to_numpy()
    errors = errors_of(front, "gain")

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        zero_line(axes, upright=False)
        for there, colour, mark, label in (
            (within, BLUE, "o", "within the budget"),
            (~within, ORANGE, "D", "beyond it"),
        ):
            if there.any():
                axes.errorbar(
                    money[there], gain[there], yerr=errors[:, there], fmt=mark, color=colour, ms=6, elinewidth=1.1,
                    mfc=colour if mark == "o" else "white", label=label,
                )  # fmt: skip
        for k in range(len(front)):
            axes.annotate(
                f"{k + 1}",
                (money[k], gain[k]),
                textcoords="offset points",
                xytext=(7, 4),
                fontsize=8,
                color=INK,
            )
        axes.set_xlabel(f"{answer.currency} over the whole horizon")
        axes.set_ylabel("points over doing nothing")
        points_axis(axes.yaxis)
        axes.xaxis.set_major_formatter(lambda value, _: amount(value))
        axes.margins(x=0.08)
        figure.legend(loc="outside upper left", ncols=2)

    told = "; ".join(
        f"{k + 1}: {points(g)} points for {amount(m)} {answer.currency}"
        for k, (g, m) in enumerate(zip(gain, money))
    )
    return drawn(
        "front",
        "Plans that no other beat in gain, money and leader hours at once when they were chosen",
        f"The Pareto front. {told}.",
        "Each mark is a plan, numbered in the order of the table; upright lines are ranges. They were chosen on other luck "
        "than they are shown with, so one may lie below a cheaper one; it may also take fewer hours of leaders.",
        paint,
        height=3.0,
        small_print="",
    )


def draw_by_budget(steps: pd.DataFrame, answer: Answer) -> Drawn | None:
    """What the best plan gains for less and for more budget; None where it is doing nothing throughout."""
    times, gain = numbers(steps, "budget"), numbers(steps, "gain")
    if not gain.any():
        return None

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        zero_line(axes, upright=False)
        low, high = gain - errors_of(steps, "gain")[0], gain + errors_of(steps, "gain")[1]
        axes.fill_between(times, low, high, color=BLUE, alpha=0.15, lw=0)
        axes.plot(times, gain, marker="o", color=BLUE)
        axes.axvline(1.0, color=GREY, ls=(0, (4, 2)), lw=1.0)
        axes.text(1.0, axes.get_ylim()[1], " the budget", va="top", fontsize=8, color=GREY)
        axes.set_xlabel("times the budget")
        axes.set_ylabel("points over doing nothing")
        points_axis(axes.yaxis)

    told = "; ".join(f"{t:g} times: {points(g)}" for t, g in zip(times, gain))
    return drawn(
        "by_budget",
        "What less and more of the budget buys",
        f"Gain of the best plan in points, for multiples of the budget. {told}.",
        "Gain of the best plan for each budget, with its range; each was chosen on other luck than it is shown with.",
        paint,
        height=2.5,
        small_print="",
    )


# --- lines ----------------------------------------------------------------------------------------------------

_LOOKS: Final = ((BLUE, "-"), (ORANGE, (0, (5, 2))), (GREEN, (0, (1.4, 1.2))))


def draw_lasting(curve: pd.DataFrame, answer: Answer) -> Drawn:
    """Gain over time while the plan goes on, after the sponsor withdraws, after the budget stops."""
    tests = list(dict.fromkeys(curve["test"]))
    stop = answer.facts.get("stop")

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        zero_line(axes, upright=False)
        for test, (colour, dash) in zip(tests, _LOOKS):
            rows = curve[curve["test"] == test]
            gain, (below, above) = numbers(rows, "gain"), errors_of(rows, "gain")
            time = numbers(rows, "time")
            axes.fill_between(time, gain - below, gain + above, color=colour, alpha=0.12, lw=0)
            axes.plot(time, gain, color=colour, ls=dash, label=answer.titles.get(str(test), str(test)))
        if stop is not None:
            axes.axvline(float(stop), color=INK, lw=0.9, ls=(0, (2, 2)))
        axes.set_xlim(0.0, None)
        axes.set_xlabel("years from the start of the plan")
        axes.set_ylabel("points over doing nothing")
        points_axis(axes.yaxis)
        figure.legend(loc="outside upper left", ncols=1)

    ends = "; ".join(
        f"{answer.titles.get(str(test), str(test))}: {points(float(numbers(curve[curve['test'] == test], 'gain')[-1]))}"
        for test in tests
    )
    return drawn(
        "lasting",
        "What is left after the stop",
        f"Gain over doing nothing over time. At the end, in points: {ends}.",
        "Gain over doing nothing with its range; the upright line is the stop.",
        paint,
        height=3.2,
        small_print="",
    )


def draw_tipping(branches: pd.DataFrame, answer: Answer) -> Drawn:
    """Where it ends by dose, from today and from everybody practising."""
    doses = numbers(branches, "dose")
    ways = (("from_today", "from today"), ("from_everybody", "from everybody practising"))
    tips = answer.tables.get("tips")

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        for (column, label), (colour, dash), mark in zip(ways, _LOOKS, ("o", "s")):
            axes.plot(doses, numbers(branches, column), color=colour, ls=dash, marker=mark, label=label)
        axes.fill_between(
            doses,
            numbers(branches, "from_today"),
            numbers(branches, "from_everybody"),
            color=GREY,
            alpha=0.1,
            lw=0,
        )
        for row in [] if tips is None else tips.to_dict("records"):
            axes.axvspan(float(row["below"]), float(row["above"]), color=ORANGE, alpha=0.12, lw=0, hatch="..")
        axes.set_xlabel("times the plan's doses")
        percent_axis(axes)
        figure.legend(loc="outside upper left", ncols=2)

    told = "; ".join(
        f"{dose:g} times: {100 * up:.0f} % from today, {100 * down:.0f} % from everybody"
        for dose, up, down in zip(doses, *(numbers(branches, column) for column, _ in ways))
    )
    return drawn(
        "tipping",
        "Where it ends, by dose and by where it began",
        f"Share practising at the end by dose. {told}.",
        "Share practising at the end. Where the two lines lie apart, the organisation remembers where it came from; a dotted "
        "band is a step far steeper than an even rise: a tipping point.",
        paint,
        height=3.0,
        small_print="",
    )


def draw_flip(curve: pd.DataFrame, answer: Answer) -> Drawn:
    """The difference of two plans along one number."""
    value, gap, errors = numbers(curve, "value"), numbers(curve, "difference"), errors_of(curve, "difference")
    flips = answer.tables.get("flips")
    a, b = (answer.titles.get(str(answer.facts.get(key)), str(answer.facts.get(key))) for key in ("a", "b"))
    varied = str(answer.facts.get("words") or answer.facts.get("vary", ""))

    def paint(figure: Figure) -> None:
        axes: Axes = figure.subplots()
        zero_line(axes, upright=False)
        axes.errorbar(value, gap, yerr=errors, fmt="o-", color=BLUE, ms=4.5, lw=1.4, elinewidth=1.0)
        for row in [] if flips is None else flips.to_dict("records"):
            if not (row["open_low"] or row["open_high"]):
                axes.axvspan(float(row["low"]), float(row["high"]), color=ORANGE, alpha=0.14, lw=0)
                axes.axvline(float(row["value"]), color=ORANGE, lw=1.4, ls=(0, (4, 2)))
        if value.min() > 0 and value.max() / value.min() > 12:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
            axes.xaxis.set_minor_formatter(lambda x, _: "")
        axes.set_xlabel(wrapped(varied, 70))
        axes.set_ylabel(f"points of {clipped(b, 24)}\nover {clipped(a, 26)}")
        points_axis(axes.yaxis)

    told = "; ".join(f"at {v:.3g} {points(g)}" for v, g in zip(value, gap))
    return drawn(
        "flip",
        f"What changes as this moves: {clipped(varied, 60)}",
        f"Points by which {b} is above {a}: {told}.",
        "Above the line the plan is ahead, below it the other one. Upright lines are ranges; a shaded band is where the two "
        "change places.",
        paint,
        height=2.8,
        small_print="",
    )
