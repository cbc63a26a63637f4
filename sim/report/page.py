"""The page of an experiment: one file that needs no network, for a phone, a screen and paper."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Final

from sim.report import figures
from sim.report.canvas import Drawn
from sim.report.findings import Findings, Outcome
from sim.report.sheet import CSS
from sim.report.telling import (
    LEVEL,
    compared,
    contents,
    difference_text,
    headline,
    money_text,
    share_text,
    verdict,
)
from sim.report.wording import LIMITS, PURPOSE, amount, fill, percent, years_text

_SKELETON: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light"/>
<title>$title</title>
<style>
$css
</style>
</head>
<body>
<header>
<p class="purpose">$purpose</p>
$heading
$questions
</header>
<main>
$sections
</main>
<footer><p>$foot</p></footer>
</body>
</html>
""")


def page(found: Findings) -> str:
    """The whole page as HTML that is also well-formed XML."""
    drawings = draw(found)
    sections = [
        _section("answer", "In short", _answer(found)),
        _section("outcomes", "The plans side by side", _outcomes(found)),
        _section("curves", "How it spreads", _figures(drawings, ("adoption", "levels"))),
        _section("difference", "The difference", _difference(found, drawings)),
        _section("plans", "What the plans are", _figures(drawings, ("timeline",)) + _warnings(found)),
        _section("cost", "What they take", _costs(found)),
        _section("credit", "Who lit whom", _figures(drawings, ("credit",)) or _p(fill("no_credit"))),
        _section("assumptions", "What it hangs on", _assumptions(found, drawings)),
        _section("data", "The organisation", _data(found)),
        _section("settings", "Settings", _settings(found)),
        _section("limits", "Limits of use", _list(LIMITS)),
    ]
    title = " or ".join(found.names.values()) + ("?" if len(found.outcomes) > 1 else "")
    return _SKELETON.substitute(
        title=_e(title),
        css=CSS,
        purpose=_e(PURPOSE),
        heading=f"<h1>{_e(title)}</h1>",
        questions="".join(
            f'<p class="question">{_e(outcome.question)}</p>'
            for outcome in found.outcomes
            if outcome.question
        ),
        sections="\n".join(sections),
        foot=_e(found.small_print),
    )


def draw(found: Findings) -> dict[str, Drawn]:
    """The figures that the experiment has data for, by key."""
    names, small, what = found.names, found.small_print, contents(found)
    bars = {outcome.name: outcome.bars for outcome in found.outcomes}
    drawings = [
        figures.adoption_curves(
            found.curves, found.singles, names, contents=what, usual=found.usual, small_print=small
        ),
        figures.timeline(bars, names, found.years, usual=found.usual, small_print=small),
    ]
    if len(found.levels):
        drawings.append(
            figures.by_level(found.levels, names, contents=what, usual=found.usual, small_print=small)
        )
    if len(found.differences):
        base = found.outcomes[0].name
        drawings.append(
            figures.difference_over_time(
                found.differences, names, base, contents=what, usual=found.usual, small_print=small
            )
        )
    if len(found.credit):
        drawings.append(figures.who_lit_whom(found.credit, names, small_print=small))
    if len(found.movers):
        drawings.append(figures.assumptions_bars(found.movers, small_print=small))
    return {drawing.key: drawing for drawing in drawings}


def write_page(found: Findings, folder: Path) -> Path:
    """Write `report.html` and `figures/*.svg` into the folder, whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = folder / "report.html"
    _write(path, page(found))
    return path


def _write(path: Path, text: str) -> None:
    import os

    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _e(text: object) -> str:
    """Text as it may stand in HTML: escaped, without characters that XML forbids."""
    kept = "".join(
        char for char in str(text) if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff")
    )
    return html.escape(kept.replace("\ufffe", "").replace("\uffff", ""), quote=True)


def _p(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{_e(text)}</p>' if kind else f"<p>{_e(text)}</p>"


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_e(item)}</li>" for item in items) + "</ul>"


def _section(key: str, title: str, body: str) -> str:
    return f'<section id="{key}" aria-labelledby="{key}-title">\n<h2 id="{key}-title">{_e(title)}</h2>\n{body}\n</section>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table whose first column names the row; on a phone each row becomes a card."""
    names = "".join(f'<th scope="col">{_e(name)}</th>' for name in head)
    body = ""
    for row in rows:
        cells = f'<th scope="row">{_e(row[0])}</th>'
        cells += "".join(
            f'<td data-label="{_e(name)}">{_e(cell)}</td>'
            for name, cell in zip(head[1:], row[1:], strict=True)
        )
        body += f"<tr>{cells}</tr>"
    return f'<table class="{kind}"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


def _figures(drawings: Mapping[str, Drawn], keys: Sequence[str]) -> str:
    return "\n".join(_figure(drawings[key]) for key in keys if key in drawings)


def _figure(drawing: Drawn) -> str:
    return (
        f'<figure id="figure-{drawing.key}"><h3>{_e(drawing.title)}</h3>\n{drawing.svg}\n'
        f"<figcaption>{_e(drawing.caption)}</figcaption></figure>"
    )


def _answer(found: Findings) -> str:
    first, *rest = headline(found)
    body = _p(first, "headline") + "".join(_p(line) for line in rest)
    if found.failed:
        body += _p(fill("failed", failed=found.failed, planned=found.planned), "warning")
    return body


def _outcomes(found: Findings) -> str:
    years = [year for year in found.outcomes[0].shares]
    head = ["Plan", *(f"after {years_text(year)}" for year in years)]
    several = len(found.outcomes) > 1
    if several:
        head += ["difference, points", "ahead in", "verdict"]
    head += ["cost", "leader hours"]
    rows = [_outcome_row(found, outcome, years, several) for outcome in found.outcomes]
    note = fill(
        "table_note",
        level=percent(LEVEL),
        contents=contents(found),
        wage=f"{found.wage:g}",
        currency=found.currency,
        years=years_text(found.years),
    )
    return _table(head, rows, "wide") + _p(note, "note")


def _outcome_row(found: Findings, outcome: Outcome, years: Sequence[float], several: bool) -> list[str]:
    row = [found.names[outcome.name], *(share_text(outcome.shares[year]) for year in years)]
    if several:
        ahead = "–" if outcome.difference is None else percent(outcome.difference.ahead)
        row += [difference_text(outcome.difference), ahead, verdict(outcome)]
    row += [
        money_text(outcome.costs.get("cost", 0.0), found.currency),
        amount(outcome.costs.get("leader_hours", 0.0)),
    ]
    return row


def _difference(found: Findings, drawings: Mapping[str, Drawn]) -> str:
    if compared(found) is None:
        return _p(fill("one_plan"))
    return _figures(drawings, ("difference",))


def _warnings(found: Findings) -> str:
    lines = [
        f"{found.names.get(name, name)}: {text}" for name, texts in found.warnings.items() for text in texts
    ]
    return f"<h3>{_e('Worth a second look')}</h3>{_list(lines)}" if lines else ""


_COSTS: Final = (
    ("leader_hours", "leader hours"),
    ("learner_hours", "learner hours"),
    ("facilitator_hours", "facilitator hours"),
    ("practice_hours", "hours of practising"),
    ("cash", "cash"),
    ("cost", "cost in all"),
)


def _costs(found: Findings) -> str:
    rows = []
    for outcome in found.outcomes:
        cells = [
            money_text(outcome.costs.get(key, 0.0), found.currency)
            if key in ("cash", "cost")
            else amount(outcome.costs.get(key, 0.0))
            for key, _ in _COSTS
        ]
        rows.append([found.names[outcome.name], *cells])
    note = fill("cost_note", years=years_text(found.years), people=f"{found.people:,}")
    return _table(["Plan", *(words for _, words in _COSTS)], rows, "wide") + _p(note, "note")


def _assumptions(found: Findings, drawings: Mapping[str, Drawn]) -> str:
    if compared(found) is None:
        return _p(fill("one_plan"))
    if found.uncertainty != "assumptions":
        return _p(fill("no_assumptions"))
    if not len(found.movers):
        return _p(fill("no_movers"))
    rows = [
        [row.meaning, f"{row.low:g} to {row.high:g} {row.unit}".strip(), row.grade, row.source, row.parameter]
        for row in found.movers.head(8).itertuples()
    ]
    return _figures(drawings, ("assumptions",)) + _table(
        ["Assumption", "range", "grade", "source", "name in a plan"], rows, "wide"
    )


def _data(found: Findings) -> str:
    return "".join(f"<h3>{_e(name)}</h3>{_list(lines)}" for name, lines in found.data_report.items())


def _settings(found: Findings) -> str:
    return _table(["Setting", "value"], list(found.settings.items()), "settings")
