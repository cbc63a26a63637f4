"""Figures of pulse surveys: the posterior beside the prior, the waves and their bands, the ranks of the recovery study."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from sim.pulse.calibrated import Calibrated
from sim.pulse.forecasting import WHOLE
from sim.pulse.recovery import Recovery
from sim.pulse.survey import QUARTER
from sim.report.canvas import GREY, INK, PALETTE, Drawn, drawn

ITEM_WORDS: Final = {
    "share_practising": "share practising", "enthusiasm": "enthusiasm", "safety": "psychological safety",
    "skill": "skill",
}  # fmt: skip
_BINS: Final = 10


def posterior_figure(found: Calibrated, *, small_print: str = "") -> Drawn:
    """Where each parameter lies in its range: before the survey, and after."""
    names = found.bank.parameters
    identified = found.recovered.identified

    def paint(figure: Figure) -> None:
        columns = 2
        grid = figure.subplots(-(-len(names) // columns), columns, squeeze=False)
        edges = np.linspace(0.0, 1.0, _BINS * 2 + 1)
        for axes, (j, name) in zip(grid.flat, enumerate(names)):
            known = name in identified
            axes.axhline(1.0, color=GREY, linewidth=1.0, linestyle="--")
            if known:
                axes.hist(found.posterior.u[:, j], edges, weights=found.posterior.weights, density=True,
                          color=PALETTE[0], alpha=0.75)  # fmt: skip
            else:
                axes.fill_between([0, 1], [1, 1], color="#E4E7EB")
            factor = found.bank.factors[j]
            axes.set_title(name + ("" if known else ": as before"))
            axes.set_xticks([0.0, 0.5, 1.0], [f"{factor.values([u])[0]:.3g}" for u in (0.0, 0.5, 1.0)])
            axes.set_yticks([])
            axes.set_xlim(0.0, 1.0)
        for axes in list(grid.flat)[len(names) :]:
            axes.set_axis_off()

    told = ", ".join(identified) or "none"
    return drawn(
        "posterior", "What the survey says of the parameters",
        f"Posterior of {len(names)} parameters over their prior ranges; identifiable: {told}.",
        "Dashed: as likely as anything else, before the survey. Blue: after it. Grey: the survey cannot say, so the "
        "parameter stays where it was.",
        paint, height=1.25 * -(-len(names) // 2) + 0.3, small_print=small_print,
    )  # fmt: skip


def waves_figure(found: Calibrated, item: str, *, small_print: str = "") -> Drawn:
    """What teams answered on an item, and the bands of the coming waves; the whole first."""
    survey, coming = found.survey, found.forecast
    k = survey.items.index(item)
    panels = [WHOLE, *survey.teams]
    words = ITEM_WORDS[item]

    def paint(figure: Figure) -> None:
        columns = 3
        grid = figure.subplots(-(-len(panels) // columns), columns, sharex=True, sharey=True, squeeze=False)
        for number, (axes, name) in enumerate(zip(grid.flat, panels)):
            years = np.array(survey.waves) * QUARTER
            if name == WHOLE:
                weight = np.where(np.isnan(survey.values[..., k]), 0.0, survey.asked)
                total = weight.sum(axis=1)
                mean = (np.nan_to_num(survey.values[..., k]) * weight).sum(axis=1) / np.maximum(total, 1e-9)
                answers = np.where(total > 0, mean, np.nan)
            else:
                answers = survey.values[:, survey.teams.index(name), k]
            axes.plot(years, answers, "o-", color=INK, markersize=2.5, linewidth=1.0)
            band = coming[(coming["team"] == name) & (coming["item"] == item)]
            axes.fill_between(
                band["years"], band["low"], band["high"], color=PALETTE[0], alpha=0.25, linewidth=0
            )
            axes.plot(band["years"], band["median"], color=PALETTE[0])
            axes.set_title(name, fontsize=8)
            if number >= len(panels) - columns:
                axes.set_xlabel("years")
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()

    return drawn(
        f"waves-{item.replace('_', '-')}", f"The waves so far and to come: {words}",
        f"Answers on {words} by team until wave {survey.waves[-1]} and 90 % bands for the coming waves.",
        "Black: what was answered. Blue: median and 90 % band of what the coming waves will show, with as many "
        "answers as last time.",
        paint, height=1.25 * -(-len(panels) // 3) + 0.4, small_print=small_print,
    )  # fmt: skip


def ranks_figure(study: Recovery, *, small_print: str = "") -> Drawn:
    """Ranks of the truths in their posteriors: flat where intervals mean what they say."""
    names = list(study.table["parameter"])

    def paint(figure: Figure) -> None:
        grid = figure.subplots(-(-len(names) // 3), 3, sharey=True, squeeze=False)
        expected = study.repetitions / _BINS
        give = 2.58 * np.sqrt(expected * (1.0 - 1.0 / _BINS))
        for axes, (j, name) in zip(grid.flat, enumerate(names)):
            axes.axhspan(expected - give, expected + give, color="#E4E7EB")
            axes.hist(study.ranks[:, j], np.linspace(0, 1, _BINS + 1), color=PALETTE[0], alpha=0.8)
            axes.set_title(name, fontsize=8)
            axes.set_xticks([0, 0.5, 1])
        for axes in list(grid.flat)[len(names) :]:
            axes.set_axis_off()

    return drawn(
        "ranks", "Ranks of the truths",
        f"Histogram of the ranks of {study.repetitions} truths in their posteriors, by parameter.",
        "Where the posterior is right, ranks are uniform: 99 in 100 columns end inside the grey band.",
        paint, height=1.35 * -(-len(names) // 3) + 0.3, small_print=small_print,
    )  # fmt: skip
