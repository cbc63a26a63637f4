"""The page of an experiment: one file that needs no network, for a phone, a screen and paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sim.report import curves, figures
from sim.report.canvas import Drawn, write_figures, write_whole
from sim.report.findings import Difference, Findings, Outcome, Spread
from sim.report.markup import Cell, bullets, document, heading, paragraph, section, table, unfold
from sim.report.markup import figures as shown
from sim.report.telling import (
    LEVEL,
    caution,
    compared,
    contents,
    cost_a_year,
    difference_range,
    headline,
    hours_given,
    share_range,
    title,
    unsteady,
    verdict,
)
from sim.report.wording import LIMITS, PURPOSE, amount, fill, percent, points, years_text
from sim.report.worth import worth

_COSTS: Final = (
    ("leader_hours", "leader hours"),
    ("learner_hours", "learner hours"),
    ("facilitator_hours", "facilitator hours"),
    ("practice_hours", "hours of practising"),
    ("cash", "cash"),
    ("cost", "cost in all"),
)
_MONEY: Final = ("cash", "cost")
_UNITLESS: Final = ("–", "0–1")


def page(found: Findings, drawings: Mapping[str, Drawn] | None = None) -> str:
    """The whole page as HTML that is also well-formed XML; figures are drawn unless they are given."""
    drawings = draw(found) if drawings is None else drawings
    questions = dict.fromkeys(outcome.question for outcome in found.outcomes if outcome.question)
    return document(title(found), PURPOSE, list(questions), sections(found, drawings), found.small_print)


def sections(found: Findings, drawings: Mapping[str, Drawn]) -> list[str]:
    """The page section by section, for another page to hold."""
    return [
        section("answer", "In short", _answer(found)),
        section("outcomes", "The plans side by side", _outcomes(found)),
        section("curves", "How it spreads", _curves(drawings)),
        section("difference", "The difference", _difference(found, drawings)),
        section("plans", "What the plans are", shown(drawings, ("timeline",)) + _warnings(found)),
        section("cost", "What they take", _costs(found)),
        *_worth(found),
        section("credit", "Who lit whom", shown(drawings, ("credit",)) or paragraph(fill("no_credit"))),
        section("assumptions", "What it hangs on", _assumptions(found, drawings)),
        section("data", "The organisation", _data(found)),
        section(
            "settings", "Settings", table(["Setting", "value"], list(found.settings.items()), "settings")
        ),
        section("limits", "Limits of use", bullets(LIMITS)),
    ]


def painters(found: Findings) -> dict[str, Callable[[], Drawn]]:
    """The figures that the experiment has data for, by key, each drawn when it is called."""
    names, small, what, usual = found.names, found.small_print, contents(found), found.usual
    made: dict[str, Callable[[], Drawn]] = {
        "adoption": lambda: curves.adoption_curves(
            found.curves, found.singles, names, contents=what, usual=usual, small_print=small
        ),
        "timeline": lambda: figures.timeline(
            {outcome.name: outcome.bars for outcome in found.outcomes},
            names, found.years, usual=usual, small_print=small,
        ),
    }  # fmt: skip
    if len(found.luck_curves):
        made["luck"] = lambda: curves.adoption_curves(
            found.luck_curves, found.luck_singles, names, contents=contents(found, "luck"), usual=usual,
            small_print=small, key="luck", title="The same curves with luck alone",
        )  # fmt: skip
    if len(found.levels):
        made["levels"] = lambda: curves.by_level(
            found.levels, names, contents=what, usual=usual, small_print=small
        )
    if len(found.differences):
        base = found.outcomes[0].name
        made["difference"] = lambda: curves.difference_over_time(
            found.differences, names, base, contents=what, usual=usual, small_print=small
        )
    if len(found.credit):
        made["credit"] = lambda: figures.who_lit_whom(found.credit, names, small_print=small)
    if len(found.movers):
        made["assumptions"] = lambda: figures.assumptions_bars(found.movers, small_print=small)
    return made


def draw(found: Findings) -> dict[str, Drawn]:
    """The figures that the experiment has data for, by key."""
    return {key: paint() for key, paint in painters(found).items()}


def write_page(found: Findings, folder: Path, *, figures: bool = False) -> Path:
    """Write `report.html` into the folder, whole or not at all.

    Args:
        figures: also write each figure to `figures/NAME.svg` and `figures/NAME.png`.

    Raises:
        OSError: the folder cannot be written to.
    """
    drawings = draw(found)
    path = folder / "report.html"
    write_whole(path, page(found, drawings).encode())
    if figures:
        write_figures(drawings.values(), folder / "figures")
    return path


def _worth(found: Findings) -> list[str]:
    body = worth(found)
    return [section("worth", "What they bring", body)] if body else []


def _answer(found: Findings) -> str:
    first, *rest = headline(found)
    body = paragraph(caution(found), "warning") if caution(found) else ""
    body += paragraph(first, "headline") + "".join(paragraph(line) for line in rest)
    if found.failed:
        body += paragraph(fill("failed", failed=found.failed, planned=found.planned), "warning")
    return body


def _outcomes(found: Findings) -> str:
    note = fill(
        "table_note",
        level=percent(LEVEL),
        contents=contents(found),
        wage=f"{found.wage:g}",
        currency=found.currency,
        years=years_text(found.years),
    )
    body = _outcome_table(found, luck=False) + paragraph(note, "note")
    body += paragraph(unsteady(found), "warning") if unsteady(found) else ""
    if any(outcome.luck_shares for outcome in found.outcomes):
        note = fill("luck_table_note", level=percent(LEVEL), contents=contents(found, "luck"))
        body += unfold("With luck alone", _outcome_table(found, luck=True) + paragraph(note, "note"))
    return body


def _outcome_table(found: Findings, *, luck: bool) -> str:
    several = len(found.outcomes) > 1
    years = list(found.outcomes[0].luck_shares if luck else found.outcomes[0].shares)
    head = ["Plan", *(f"after {years_text(year)}" for year in years)]
    head += ["difference, points", "ahead in", "verdict"] if several else []
    head += [] if luck else [f"cost, {found.currency}", "leader hours"]
    rows = []
    for outcome in found.outcomes:
        shares = outcome.luck_shares if luck else outcome.shares
        row: list[str | Cell] = [found.names[outcome.name], *(_share(shares.get(year)) for year in years)]
        row += _against(outcome.luck_difference if luck else outcome.difference) if several else []
        row += [] if luck else [amount(outcome.costs["cost"]), amount(outcome.costs["leader_hours"])]
        rows.append(row)
    return table(head, rows)


def _share(spread: Spread | None) -> Cell:
    """A share; a plan with a shorter horizon has none."""
    return Cell("–") if spread is None else Cell(percent(spread.middle), share_range(spread), bracket=True)


def _against(difference: Difference | None) -> list[str | Cell]:
    if difference is None:
        return ["–", "–", verdict(None)]
    middle = Cell(
        points(difference.spread.middle, signed=True), difference_range(difference.spread), bracket=True
    )
    return [middle, percent(difference.ahead), verdict(difference)]


def _curves(drawings: Mapping[str, Drawn]) -> str:
    body = shown(drawings, ("adoption",))
    if "luck" in drawings:
        body += unfold("With luck alone", shown(drawings, ("luck",)))
    return body + shown(drawings, ("levels",))


def _difference(found: Findings, drawings: Mapping[str, Drawn]) -> str:
    if compared(found) is None:
        return paragraph(fill("one_plan"))
    return shown(drawings, ("difference",))


def _warnings(found: Findings) -> str:
    names = found.names
    lines = [f"{names.get(name, name)}: {text}" for name, texts in found.warnings.items() for text in texts]
    return heading("Worth a second look") + bullets(lines) if lines else ""


def _costs(found: Findings) -> str:
    head = ["Plan", *(f"{words}, {found.currency}" if key in _MONEY else words for key, words in _COSTS)]
    rows = [_cost_row(found.names[outcome.name], outcome) for outcome in found.outcomes]
    note = fill("cost_note", years=years_text(found.years), people=f"{found.people:,}")
    more = [text for text in (cost_a_year(found), hours_given(found)) if text]
    return table(head, rows) + "".join(paragraph(text) for text in more) + paragraph(note, "note")


def _cost_row(name: str, outcome: Outcome) -> Sequence[str]:
    return [name, *(amount(outcome.costs[key]) for key, _ in _COSTS)]


def _assumptions(found: Findings, drawings: Mapping[str, Drawn]) -> str:
    if compared(found) is None:
        return paragraph(fill("one_plan"))
    if found.uncertainty != "assumptions":
        return paragraph(fill("no_assumptions"))
    if not len(found.movers):
        return paragraph(fill("no_movers"))
    rows: list[list[str | Cell]] = []
    for row in found.movers.to_dict("records"):
        unit = "" if row["unit"] in _UNITLESS else f" {row['unit']}"
        rows.append(
            [
                Cell(str(row["meaning"]), str(row["parameter"])),
                f"{row['low']:g} to {row['high']:g}{unit}",
                "yes" if row["clear"] else "not clearly",
                str(row["grade"]),
                str(row["source"]),
            ]
        )
    head = ["Assumption", "range", "stands out", "grade", "source"]
    return shown(drawings, ("assumptions",)) + table(head, rows)


def _data(found: Findings) -> str:
    if not found.data_report:
        return paragraph(fill("no_data_report"))
    return "".join(heading(name) + bullets(lines) for name, lines in found.data_report.items())
