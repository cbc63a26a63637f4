"""What an experiment found, for a terminal and for scripts: the same numbers as on the page."""

from __future__ import annotations

import math
import os
import shlex
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from sim.report.findings import Difference, Findings, Outcome, Spread
from sim.report.telling import (
    LEVEL,
    caution,
    contents,
    cost_a_year,
    difference_text,
    headline,
    hours_given,
    money_text,
    share_text,
    verdict,
)
from sim.report.wording import amount, percent, years_text

SCHEMA: Final = 1


def show(found: Findings, folder: Path, report: Path | None, scenarios: Sequence[str] = ()) -> None:
    """The end table on standard output.

    Args:
        scenarios: as they were named and changed on the command line, where `ripple report` needs them again.
    """
    on_terminal = sys.stdout.isatty()
    width = _width()
    click.echo()
    if caution(found):
        click.echo(textwrap.fill(caution(found), min(width, 100)))
        click.echo()
    for number, line in enumerate(headline(found)):
        text = textwrap.fill(line, min(width, 100))
        click.echo(click.style(text, bold=True) if number == 0 and on_terminal and not _plain() else text)
    click.echo()
    _table(found, width)
    what = f"Median and {percent(LEVEL)} band of the share practising; {contents(found)}."
    click.echo(textwrap.fill(what, min(width, 100)))
    for more in (cost_a_year(found), hours_given(found)):
        if more:
            click.echo(textwrap.fill(more, min(width, 100)))
    if found.failed:
        click.echo(
            f"{found.failed} of {found.planned} runs failed; the column `reason` of runs.parquet says why."
        )
    click.echo()
    click.echo(f"Page     {report}" if report else "Page     not written")
    click.echo(f"Tables   {folder}")
    if len(found.outcomes) > 1 and any(bar.kind == "programme" for one in found.outcomes for bar in one.bars):
        words = ["ripple", "report", str(folder), *scenarios]
        click.echo(f"Brief    {' '.join(shlex.quote(word) for word in words)}")


def _plain() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _width() -> int:
    import shutil

    return max(60, shutil.get_terminal_size((100, 24)).columns)


def _rows(found: Findings) -> tuple[list[str], list[list[str]]]:
    years = list(found.outcomes[0].shares)
    several = len(found.outcomes) > 1
    head = ["plan", *(years_text(year) for year in years)]
    head += ["difference, points", "verdict"] if several else []
    head += ["cost", "leader hours"]
    rows = []
    for outcome in found.outcomes:
        row = [outcome.name, *(share_text(outcome.shares[year]) for year in years)]
        row += [difference_text(outcome.difference), verdict(outcome.difference)] if several else []
        costs = outcome.costs
        row += [money_text(costs.get("cost", 0.0), found.currency), amount(costs.get("leader_hours", 0.0))]
        rows.append(row)
    return head, rows


def _table(found: Findings, width: int) -> None:
    """A table where it fits, otherwise a paragraph a plan."""
    head, rows = _rows(found)
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        for row in [head, *rows]:
            click.echo("  ".join(f"{cell:<{size}}" for cell, size in zip(row, widths)).rstrip())
        click.echo()
        return
    label = max(len(name) for name in head[1:])
    for row in rows:
        click.echo(row[0])
        for name, cell in zip(head[1:], row[1:]):
            click.echo(f"  {name:<{label}}  {cell}")
        click.echo()


def as_data(found: Findings, folder: Path, report: Path | None) -> dict[str, Any]:
    """The same as plain data, for `--json`."""
    return {
        "schema": SCHEMA,
        "version": found.version,
        "experiment": found.fingerprint,
        "seed": found.seed,
        "folder": str(folder),
        "report": str(report) if report else None,
        "years": found.years,
        "people": found.people,
        "uncertainty": found.uncertainty,
        "contents": contents(found),
        "band": LEVEL,
        "replicates": found.replicates,
        "draws": found.draws,
        "runs": found.planned,
        "failed": found.failed,
        "headline": headline(found),
        "caution": caution(found) or None,
        "currency": found.currency,
        "scenarios": [_outcome(outcome) for outcome in found.outcomes],
        "assumptions": [str(name) for name in found.movers["parameter"].head(3)] if len(found.movers) else [],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "title": outcome.title,
        "share_start": _number(outcome.start),
        "share": [{"years": year, **_spread(spread)} for year, spread in outcome.shares.items()],
        "difference": _difference(outcome.difference),
        "luck_difference": _difference(outcome.luck_difference),
        **{key: _number(value) for key, value in outcome.costs.items()},
        "leader_hours_asked": _number(outcome.asked),
        "levels": {key: _spread(spread) for key, spread in outcome.levels.items()},
    }


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    return {
        **_spread(difference.spread),
        "mean": _number(difference.mean),
        "mean_low": _number(difference.mean_low),
        "mean_high": _number(difference.mean_high),
        "ahead": _number(difference.ahead),
        "tied": _number(difference.tied),
        "pairs": difference.pairs,
        "verdict": difference.verdict,
    }


def _spread(spread: Spread) -> dict[str, float | None]:
    return {"median": _number(spread.middle), "low": _number(spread.low), "high": _number(spread.high)}


def _number(value: float) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return round(float(value), 6) if math.isfinite(value) else None
