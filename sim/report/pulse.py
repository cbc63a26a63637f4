"""The page of a pulse survey: one file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sim._version import __version__
from sim.pulse.calibrated import Calibrated
from sim.pulse.forecasting import WHOLE, WORTH
from sim.pulse.recovery import Recovery
from sim.pulse.survey import ITEMS, QUARTER
from sim.report.canvas import Drawn, write_figures, write_whole
from sim.report.markup import Cell, bullets, document, figure, heading, paragraph, section, table, unfold
from sim.report.pulse_figures import ITEM_WORDS, posterior_figure, ranks_figure, waves_figure
from sim.report.wording import LIMITS, PURPOSE


def pulse_page(found: Calibrated, *, figures: Path | None = None) -> str:
    """The page as HTML.

    Args:
        found: a calibrated survey.
        figures: a folder to which each figure is written as SVG and PNG too.
    """
    foot = f"Ripple {__version__} · {found.bank.name} · {found.bank.points:,} simulated organisations"
    drawings = [posterior_figure(found, small_print=foot), ranks_figure(found.recovered, small_print=foot)]
    if len(found.forecast):
        drawings += [waves_figure(found, item, small_print=foot) for item in found.survey.items]
    if figures is not None:
        write_figures(drawings, figures)
    by_key = {drawing.key: drawing for drawing in drawings}
    sections = [
        section("answer", "In short", _answer(found)),
        section("posterior", "What the survey says", _posterior(found, by_key["posterior"])),
        section("forecast", "The coming waves", _forecast(found, by_key)),
        section("plans", "Plans", _plans(found)),
        section("recovery", "Can such a survey find the truth?", _recovery(found.recovered, by_key["ranks"])),
        section("settings", "Settings", table(["Setting", "value"], _settings(found), "settings")),
        section("limits", "Limits of use", bullets(LIMITS)),
    ]
    question = f"What do the answers until wave {found.survey.waves[-1]} say about “{found.bank.name}”?"
    return document("Pulse survey", PURPOSE, [question], sections, foot)


def write_pulse(found: Calibrated, folder: Path, *, figures: bool = False) -> Path:
    """Write `pulse.html`, `posterior.csv`, `sample.csv`, `forecast.csv`, `plans.csv` and `recovery.csv` into a folder.

    Returns:
        Path of the page.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plans = pd.DataFrame(
        [
            (t.plan, t.other, t.quarter, t.low, t.median, t.high, t.better, t.verdict)
            for t in found.comparisons()
        ],
        columns=["plan", "other", "quarter", "low", "median", "high", "better", "verdict"],
    )
    tables = {
        "posterior": found.table(), "sample": found.posterior.sample, "forecast": found.forecast, "plans": plans,
        "recovery": found.recovered.table,
    }  # fmt: skip
    for name, frame in tables.items():
        write_whole(folder / f"{name}.csv", frame.to_csv(index=False, float_format="%.6g").encode())
    page = pulse_page(found, figures=folder / "figures" if figures else None)
    return write_whole(folder / "pulse.html", page.encode())


def short(found: Calibrated) -> list[str]:
    """The findings in sentences."""
    told = found.table()
    known = told[told["identified"]]
    lines = [
        f"{row.parameter}: {row.median:.3g} ({row.low:.3g} to {row.high:.3g}; before the survey {row.prior_low:.3g} "
        f"to {row.prior_high:.3g})"
        for row in _rows(known)
    ]
    unknown = ", ".join(told.loc[~told["identified"], "parameter"])
    if not len(known):
        lines.append(
            "The survey says nothing about any single parameter that the recovery study would bear out."
        )
    elif unknown:
        lines.append(f"The survey cannot say anything about {unknown}: they stay where they were.")
    last = found.forecast[(found.forecast["team"] == WHOLE) & (found.forecast["item"] == "share_practising")]
    if len(last):
        end = last.iloc[-1]
        lines.append(
            f"Share practising after {end['years']:g} years: {100 * end['median']:.0f} % "
            f"({100 * end['low']:.0f} to {100 * end['high']:.0f} %), as a survey would show it."
        )
    return lines + [one.sentence for one in found.comparisons()]


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples(index=False)


def _answer(found: Calibrated) -> str:
    body = bullets(short(found))
    if found.strange:
        body += paragraph(
            "The model hardly ever produces a survey like this one. Something that it does not hold is at work, or the "
            "file is not what it seems: do not lean on what follows.",
            "warning",
        )
    if not found.recovered.calibrated:
        body += paragraph(
            "The recovery study finds intervals that do not cover as they should; see below.", "warning"
        )
    return body


def _posterior(found: Calibrated, drawing: Drawn) -> str:
    rows = [
        (
            Cell(str(row.parameter), str(row.unit)),
            f"{row.prior_median:.3g} ({row.prior_low:.3g} to {row.prior_high:.3g})",
            f"{row.median:.3g} ({row.low:.3g} to {row.high:.3g})" if row.identified else "as before",
            f"{100 * row.shrinkage:.0f} %" if row.identified else "not identifiable",
        )
        for row in _rows(found.table())
    ]
    return figure(drawing) + table(["Parameter", "before", "after (90 % interval)", "narrower by"], rows)


def _forecast(found: Calibrated, drawings: dict[str, Drawn]) -> str:
    if not len(found.forecast):
        return paragraph("The last wave is at the end of the scenario: give it a longer run to look ahead.")
    body = "".join(figure(drawings[f"waves-{item.replace('_', '-')}"]) for item in found.survey.items)
    rows = [
        (
            f"wave {row.wave} ({row.years:g} years)", str(row.team), ITEM_WORDS[str(row.item)],
            f"{row.median:.2f} ({row.low:.2f} to {row.high:.2f})",
        )
        for row in _rows(found.forecast)
    ]  # fmt: skip
    inside = found.recovered.forecasts
    if inside[0] == inside[0]:
        body += paragraph(
            f"In the recovery study {100 * inside[0]:.0f} % of the teams' next shares practising and "
            f"{100 * inside[1]:.0f} % of the whole's lay in their 90 % band.",
            "note",
        )
    return body + unfold("All bands", table(["Wave", "team", "item", "median (90 % band)"], rows))


def _plans(found: Calibrated) -> str:
    told = found.comparisons()
    if not told:
        return paragraph("One plan only: name others (--plan) to see whether the data can tell them apart.")
    body = bullets(one.sentence for one in told)
    other = [plan for plan in found.bank.plans[1:] if found.counterfactual(plan)]
    if other:
        body += paragraph(
            f"What would have been: {', '.join(other)} would have gone another way before the last wave already.",
            "note",
        )
    rows = [
        (
            f"{one.plan} less {one.other}", f"{100 * one.median:+.0f} points",
            f"{100 * one.low:+.0f} to {100 * one.high:+.0f}", f"{100 * one.better:.0f} %",
        )
        for one in told
    ]  # fmt: skip
    note = f"Plans whose difference is certainly below {100 * WORTH:g} points cannot be told apart either."
    return (
        body
        + table(["Difference", "median", "90 % interval", "chance of the first"], rows)
        + paragraph(note, "note")
    )


def _recovery(study: Recovery, drawing: Drawn) -> str:
    rows = [
        (
            str(row.parameter), f"{row.covered} of {study.repetitions}", f"{row.rank_p:.3f}",
            f"{100 * row.shrinkage:.0f} %", f"{row.correlation:.2f}", str(row.verdict),
        )
        for row in _rows(study.table)
    ]  # fmt: skip
    least, most = study.table["least"].iloc[0], study.table["most"].iloc[0]
    text = (
        f"{study.repetitions} simulated organisations, whose parameters are known, were surveyed in the same way and "
        f"calibrated like this one. 90 % intervals should cover in {least} to {most} of them, ranks should be uniform."
    )
    head = ["Parameter", "covered", "p of uniform ranks", "narrower by", "correlation", "verdict"]
    return paragraph(text) + table(head, rows) + heading("Ranks") + figure(drawing)


def _settings(found: Calibrated) -> list[tuple[str, str]]:
    survey, bank = found.survey, found.bank
    return [
        ("Scenario", bank.name),
        ("Plans", ", ".join(bank.plans)),
        ("Waves", f"{', '.join(map(str, survey.waves))} (quarters; {survey.waves[-1] * QUARTER:g} years)"),
        ("Items", ", ".join(ITEM_WORDS[item] for item in ITEMS if item in survey.items)),
        ("Teams", f"{len(survey.teams)}; {survey.hidden} lines with fewer than five answers left out"),
        ("Answers a wave", f"{survey.asked.sum(axis=1).mean():.0f} on average"),
        ("Simulated surveys farther out than this one", f"{100 * found.posterior.strange:.0f} %"),
        ("Version", f"Ripple {__version__}"),
    ]
