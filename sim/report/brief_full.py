"""The whole file of a brief: the page to print, then the full part that it stands on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from sim.report import page
from sim.report.answers import Answer, answer_section
from sim.report.brief_fields import Brief, LeverRow
from sim.report.brief_page import brief_section, number, provenance, styles, template, word
from sim.report.brief_words import WORDS
from sim.report.canvas import Drawn
from sim.report.findings import Findings
from sim.report.markup import Cell, bullets, escape, figure, paragraph, section, table
from sim.report.sheet import CSS
from sim.report.telling import difference_range
from sim.report.wording import amount, capital, points, years_text

_DASH: Final = "–"


def document(
    found: Brief, whole: Findings, lines: Drawn, drawings: Mapping[str, Drawn], answers: Sequence[Answer] = ()
) -> str:
    """The file: HTML that is also well-formed XML and fetches nothing.

    Args:
        found: the fields of the brief.
        whole: findings of the comparison that the full part shows.
        lines: the figure of the three lines.
        drawings: figures of the comparison.
        answers: to questions about the plan.
    """
    own = [
        section("levers", "The plan, lever by lever", _levers(found)),
        section("three", "The three lines", figure(lines)),
        *([section("futures", "If things go otherwise", _futures(found))] if found.futures else []),
        *map(answer_section, answers),
        *([section("remarks", "What could not be made", bullets(found.remarks))] if found.remarks else []),
    ]
    return template("document.html").substitute(
        title=escape(found.title),
        css=CSS + styles(),
        brief=brief_section(found, lines.renamed("brief_lines")),
        full_title=word("full_title"),
        full_intro=word("full_intro"),
        sections="\n".join([*own, *page.sections(whole, drawings)]),
        foot=provenance(found),
    )


def _levers(found: Brief) -> str:
    head = ["Lever", "who", "when", "dose", "hours a week", "grade", "what else it does"]
    return table(head, [_row(lever) for lever in found.levers]) + paragraph(WORDS["grades"], "note")


def _row(lever: LeverRow) -> list[str | Cell]:
    begins = f"from {years_text(lever.start)}" if lever.start else "from the start"
    last = f"until {years_text(lever.stop)}" if math.isfinite(lever.stop) else ""
    ramp = f"over {years_text(lever.ramp)}" if lever.ramp else ""
    return [
        Cell(lever.name, lever.id), lever.who or _DASH, Cell(" ".join((begins, last)).strip(), ramp),
        f"× {lever.dose:g}", amount(lever.hours) if lever.hours else _DASH, lever.grade or _DASH, lever.side_effect or _DASH,
    ]  # fmt: skip


def _futures(found: Brief) -> str:
    rows: list[list[str | Cell]] = [
        [
            capital(row.title),
            Cell(points(row.gain.middle, signed=True), difference_range(row.gain), bracket=True)
            if row.touches
            else WORDS["future_untouched"],
        ]
        for row in found.futures
    ]
    note = word("futures_note", future_runs=number("future_runs", f"{found.futures[0].runs}"))
    body = table(["If", "gain, points"], rows) + f'<p class="note">{note}</p>'
    if found.futures_left_out:
        body += (
            f'<p class="note">{word("futures_left_out", list=escape("; ".join(found.futures_left_out)))}</p>'
        )
    return body
