"""The part of the page that says what the plans brought, level by level, and what it may be worth."""

from __future__ import annotations

from typing import Final

from sim.behaviours.sources import seed_rows
from sim.report.findings import LEVELS, RESULTS, Findings, Outcome, Spread
from sim.report.markup import Cell, paragraph, table
from sim.report.telling import LEVEL, contents
from sim.report.wording import amount, fill, percent, points, years_text

_HEADS: Final = ("reaction: enthusiasm", "learning: skill", "behaviour: practising")
_SURVEYS: Final = (
    "B041",
    "B042",
    "B043",
    "B044",
    "B045",
    "B120",
)  # rows of the sources that state such figures


def worth(found: Findings) -> str:
    """The four levels of every plan; "" where the runs are too old to have them."""
    if not any(outcome.levels for outcome in found.outcomes):
        return ""
    asked = any(RESULTS[0] in outcome.levels for outcome in found.outcomes)
    several = len(found.outcomes) > 1
    head = ["Plan", *_HEADS]
    if asked:
        head += ["results: productivity", f"net present value, {found.currency}"]
        head += ["difference in value"] if several else []
    rows = [_row(found.names[one.name], one, asked, several) for one in found.outcomes]
    note = fill("levels_note", level=percent(LEVEL), contents=contents(found))
    body = table(head, rows) + paragraph(note, "note")
    if not asked:
        return body + paragraph(fill("results_off"), "note")
    body += paragraph(fill("results_on", years=years_text(found.years)), "warning")
    quoted = "; ".join(f"“{seed_rows()[row].name}” ({row})" for row in _SURVEYS)
    return body + paragraph(fill("survey_figures", list=quoted), "note")


def _row(name: str, outcome: Outcome, asked: bool, several: bool) -> list[str | Cell]:
    row: list[str | Cell] = [name, *(_points(outcome.levels.get(key)) for key in LEVELS)]
    if asked:
        row += [_percent(outcome.levels.get(RESULTS[0])), _money(outcome.levels.get(RESULTS[1]))]
        row += [_money(outcome.worth_difference)] if several else []
    return row


def _cell(spread: Spread | None, middle: str, low: str, high: str) -> Cell:
    return Cell("–") if spread is None else Cell(middle, f"{low} to {high}", bracket=True)


def _points(spread: Spread | None) -> Cell:
    if spread is None:
        return _cell(None, "", "", "")
    return _cell(spread, *(points(value, signed=True) for value in (spread.middle, spread.low, spread.high)))


def _percent(spread: Spread | None) -> Cell:
    if spread is None:
        return _cell(None, "", "", "")
    texts = (f"{points(value, signed=True)} %" for value in (spread.middle, spread.low, spread.high))
    return _cell(spread, *texts)


def _money(spread: Spread | None) -> Cell:
    if spread is None:
        return _cell(None, "", "", "")
    texts = (amount(value).replace("-", "−") for value in (spread.middle, spread.low, spread.high))
    return _cell(spread, *texts)
