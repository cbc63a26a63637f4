"""The page of trust as Markdown and as HTML: one file each, nothing fetched."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sim.validation.rows import FAIL, HEADINGS, INSIDE, OUTSIDE, PASS, TITLES, Row, unwelcome

_HEAD: Final = ("what", "expected", "source", "ours", "tolerance", "verdict", "detail")
_ROLE: Final = "fitted or held out"
_PURPOSE: Final = (
    "For rigorous conversation about plans; not for predicting a person, not for appraising a manager. Limits and extremes have "
    "to pass. Patterns that were fitted have to lie inside their range; held-out ones and their verdicts are shown as they "
    "are, and no default was changed because of them."
)
_UNWELCOME: Final = "What did not come out as expected"
_CSS: Final = """
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 72rem; color: #1f2933;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { border-bottom: 3px solid #0072b2; padding-bottom: .5rem; }
p.note, caption { color: #52606d; font-size: .9rem; text-align: left; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0;
  border-bottom: 1px solid #e4e7eb; overflow-wrap: break-word; }
thead th { color: #52606d; font-size: .8rem; }
ul.unwelcome { font-size: .9rem; padding-left: 1.2rem; }
td.good { color: #00684a; } td.bad { color: #b3261e; font-weight: 700; }
.scroll { overflow-x: auto; }
td:is(:first-child, :nth-child(3)), #claims td:nth-child(2) { min-width: 9rem; } #claims td { min-width: 5rem; }
figure { margin: 1.4rem 0; max-width: 44rem; break-inside: avoid; } figure svg { width: 100%; height: auto; }
@media print { body { max-width: none; font-size: 9pt; } tr { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Illustration:
    """A figure that stands below the rows of its heading.

    Attributes:
        title, caption: for people.
        svg: an `<svg>` element.
        path: of the same as a file, relative to the page.
    """

    title: str
    caption: str
    svg: str
    path: str


def counted(rows: Sequence[Row]) -> str:
    """How many of each verdict: "41 pass, 1 FAIL"."""
    verdicts = [row.verdict.partition(" on ")[0] for row in rows]
    return (
        ", ".join(f"{verdicts.count(name)} {name}" for name in dict.fromkeys(verdicts)) or "nothing computed"
    )


def _cells(row: Row) -> list[str]:
    cells = [row.what, row.expected, row.source, row.ours, row.tolerance, row.verdict, row.detail]
    return [*cells[:5], row.role, *cells[5:]] if row.heading == "patterns" else cells


def _names(heading: str) -> list[str]:
    return [*_HEAD[:5], _ROLE, *_HEAD[5:]] if heading == "patterns" else list(_HEAD)


def markdown(rows: Sequence[Row], about: str, figures: Mapping[str, Illustration] | None = None) -> str:
    """The page as Markdown.

    Args:
        about: version, effort and date, in a sentence.
        figures: by the first word of the row that they belong to.
    """
    lines = ["# Is the model what it says it is?", "", _PURPOSE, "", about, ""]
    if bad := unwelcome(rows):
        lines += [f"{_UNWELCOME}:", "", *(f"- {_flat(text)}" for text in bad), ""]
    for number, heading in enumerate(HEADINGS, start=1):
        mine = [row for row in rows if row.heading == heading]
        lines += [f"## {number}. {TITLES[heading]}", ""]
        if not mine:
            lines += ["Nothing computed.", ""]
            continue
        names = _names(heading)
        lines += [counted(mine) + ".", "", "| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
        lines += ["| " + " | ".join(_flat(cell) for cell in _cells(row)) + " |" for row in mine]
        lines.append("")
        for one in _illustrations(mine, figures):
            lines += [f"![{_flat(one.title)}]({one.path})", ""]
    return "\n".join(lines)


def _illustrations(rows: Sequence[Row], figures: Mapping[str, Illustration] | None) -> list[Illustration]:
    names = [row.what.partition(" ")[0] for row in rows]
    return [figures[name] for name in names if name in figures] if figures else []


def _flat(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def page(rows: Sequence[Row], about: str, figures: Mapping[str, Illustration] | None = None) -> str:
    """The page as one HTML file; arguments as for `markdown`."""
    body = [
        f"<h1>Is the model what it says it is?</h1>\n<p>{_escape(_PURPOSE)}</p>\n<p class='note'>{_escape(about)}</p>"
    ]
    if bad := unwelcome(rows):
        listed = "".join(f"<li>{_escape(text)}</li>" for text in bad)
        body.append(f"<p>{_UNWELCOME}:</p>\n<ul class='unwelcome'>{listed}</ul>")
    for number, heading in enumerate(HEADINGS, start=1):
        mine = [row for row in rows if row.heading == heading]
        body.append(f"<section id='{heading}'>\n<h2>{number}. {_escape(TITLES[heading])}</h2>")
        if mine:
            body.append(_table(heading, mine))
            body += [
                f"<figure><figcaption><b>{_escape(one.title)}</b></figcaption>{one.svg}"
                f"<p class='note'>{_escape(one.caption)}</p></figure>"
                for one in _illustrations(mine, figures)
            ]
        else:
            body.append("<p class='note'>Nothing computed.</p>")
        body.append("</section>")
    title = "<title>Is the model what it says it is?</title>"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    inside = "\n".join(body)
    head = f"<head>{meta}{title}<style>{_CSS}</style></head>"
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body>\n{inside}\n</body>\n</html>\n'


def _table(heading: str, rows: Sequence[Row]) -> str:
    names = _names(heading)
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    lines = []
    for row in rows:
        cells = []
        for name, text in zip(names, _cells(row)):
            tone = ""
            if name == "verdict":
                tone = (
                    " class='good'"
                    if text in (PASS, INSIDE)
                    else " class='bad'"
                    if text in (FAIL, OUTSIDE)
                    else ""
                )
            cells.append(f"<td{tone}>{_escape(text)}</td>")
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return (
        f"<div class='scroll'><table><caption>{_escape(counted(rows))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
